"""Screening articles as they come: which pass (``screen``), line by line (``lines``, ``record``, ``flow``)."""
