"""Text that was decoded wrongly (``mojibake``) or not at all (``entities``), or lost characters: ``detector`` asks the others."""
