"""Words glued together or cut in two, spaces lost, doubled or on the wrong side of a sign: ``detector`` asks the others."""
