"""Blocks for other programs, a module for each; each needs the extra of its name, as in ``pip install 'textrepair[scrapy]'``."""
