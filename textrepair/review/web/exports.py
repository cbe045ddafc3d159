"""Files to take away: what `textrepair review --export` writes, made for one download.

A file is made whole before it is offered, so that the page can say what is in it and what had to be left out, and half a file
never looks like a whole one.  Each is handed out once.
"""

from __future__ import annotations

import re
import secrets
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any

from textrepair.corpus.articles import Unreadable
from textrepair.corpus.output import encode
from textrepair.review.export import Count, decisions, record_of, reviewed, shown
from textrepair.review.forms import EXPORTS
from textrepair.review.session import Session
from textrepair.writer import FORMATS
from textrepair.writer.jsonl import dumps
from textrepair.writer.text import header

_ENDINGS = {
    "text": ".cleaned.txt", "records": ".cleaned.jsonl", "decisions": ".decisions.jsonl", "jsonl": ".edits.jsonl",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Made:
    """A file that waits to be fetched."""

    ticket: str
    path: Path
    name: str
    count: Count
    failed: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "ticket": self.ticket, "name": self.name, "size": self.path.stat().st_size, "count": asdict(self.count),
            "failed": [*self.failed[:20]], "failures": len(self.failed),
        }  # fmt: skip


class Exports:
    """Makes files in a folder of its own, which goes when it is closed."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._folder = tempfile.TemporaryDirectory(prefix="textrepair-review-")
        self._made: dict[str, Made] = {}
        self._lock = threading.Lock()

    def close(self) -> None:
        self._folder.cleanup()

    def make(self, form: str) -> Made:
        """Raises KeyError where there is no such format."""
        if form not in EXPORTS:
            raise KeyError(form)
        ending = _ENDINGS.get(form) or FORMATS[form].suffix
        ticket = secrets.token_urlsafe(32)
        path = Path(self._folder.name) / ticket
        count, failed = Count(), list[str]()
        with self._lock, self._session.another() as session, path.open("wb") as file:
            for piece in _pieces(session, form, count, failed):
                file.write(encode(piece))
        made = Made(ticket, path, f"{_stem(self._session.store.path)}{ending}", count, tuple(failed))
        self._made[ticket] = made
        return made

    def take(self, ticket: str) -> Made | None:
        """A file, once; whoever takes it removes it."""
        return self._made.pop(ticket, None)


def _pieces(session: Session, form: str, count: Count, failed: list[str]) -> Iterator[str]:
    def on_error(error: Unreadable) -> None:
        failed.append(str(error))

    if form == "decisions":
        for record in decisions(session):
            yield dumps(record) + "\n"
        return
    if form == "records":
        for one in reviewed(session, on_error, count=count):
            yield dumps(record_of(session, one)) + "\n"
        return
    writer = FORMATS[form]
    found = shown(session, form, writer, on_error, count=count)
    begin = list(islice(found, 2))
    titled = writer.titled and len(begin) > 1
    yield writer.head()
    for number, (article, data) in enumerate(chain(begin, found)):
        yield header(article.id, first=number == 0) + data if titled else data
    yield writer.foot()


def _stem(store: str) -> str:
    """A name for files that no shell, browser or system takes offence at."""
    name = Path(store).name.removesuffix(".review")
    name = re.sub(r"(?:\.txt|\.jsonl|\.parquet)?(?:\.gz|\.zst)?$", "", name)
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip(".-")
    return name[:80] or "review"
