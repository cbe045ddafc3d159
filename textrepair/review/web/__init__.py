"""Review in the browser, served to this machine alone.

`server` is the HTTP side, `gate` says who may come in, `desk` does what a page asks for, `pieces` says what a page is told of an
edit and its article, `exports` makes the files to take away.  The page itself is plain JavaScript under ``static/``; it loads
nothing from anywhere else.

Python's own `http.server` serves it: a handful of routes for one person on one machine needs no framework, and so ``--web``
works with what is installed anyway.
"""

from __future__ import annotations

from textrepair.review.web.server import WebError, WebReview, serve

__all__ = ["WebError", "WebReview", "serve"]
