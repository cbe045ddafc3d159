"""Machine translation: how likely it is (``detector``), and what engines leave behind (``traces``)."""
