"""The face in a terminal, by Textual (the extra ``textrepair[review]``)."""

from __future__ import annotations

from textrepair.review.session import Session
from textrepair.review.terminal.app import ReviewApp


def review(session: Session, colored: bool = True) -> None:
    """Show the session until the reviewer stops."""
    ReviewApp(session, colored).run()
