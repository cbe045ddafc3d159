"""How far is a long job?  Bars on a terminal (rich), else a line now and then."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from types import TracebackType
from typing import TYPE_CHECKING, Any

from textrepair.cli.console import Console
from textrepair.corpus.compression import compression_of

if TYPE_CHECKING:
    from textrepair.batch.engine import Struck
    from textrepair.batch.plan import Source
    from textrepair.batch.work import Done

#: Seconds between two lines of a log.
_EVERY = 10.0
#: How much longer plain text is than compressed, until a file has told.
_RATIO = 3.0


class Progress(AbstractContextManager["Progress"]):
    """Shows a job's progress; a :class:`~textrepair.batch.run.Watch`."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bar: Any = None
        self._task: Any = None
        self._sizes: dict[int, float] = {}
        self._reached: dict[int, float] = {}
        self._flagged = self._records = self._bad = self._before = 0
        self._begun = self._told = time.monotonic()
        self._first = 0.0
        self._title = ""

    def __enter__(self) -> Progress:
        if not self._console.quiet and sys.stderr.isatty():
            self._bar = _rich()
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def begin(self, title: str, sources: Sequence[Source], records_before: int) -> None:
        """A pass over all sources begins, or goes on."""
        self._title = title
        self._sizes = {s.id: s.size * (_RATIO if compression_of(s.paths[0]) else 1.0) for s in sources}
        self._reached = dict.fromkeys(self._sizes, 0.0)
        self._flagged = self._records = self._bad = 0
        self._begun = self._told = time.monotonic()
        self._first = 0.0
        if records_before:
            self.say(f"going on: {records_before:,} records are done already")
        if self._bar is not None:
            if self._task is not None:
                self._bar.remove_task(self._task)
            self._task = self._bar.add_task(title, total=1.0, told="")

    def done(self, source: Source, done: Done) -> None:
        """A batch is done."""
        counts = done.tally["counts"]
        self._records += counts.get("records", 0)
        self._flagged += counts.get("flagged", 0)
        self._bad += counts.get("quarantined", 0)
        size = self._sizes[source.id]
        if source.form == "text":
            at = size * done.end.offset / max(1, len(source.paths))
        elif (
            source.form == "parquet"
        ):  # its positions are rows, whose number is not asked for: not told before its end
            at = 0.0
        else:
            at = float(min(size, done.end.offset))
        self._reached[source.id] = max(self._reached[source.id], at)
        self._show()

    def struck(self, source: Source, struck: Struck) -> None:
        """A worker ended."""
        if struck.reason is None:
            self._console.detail(f"{source.key}: a worker ended and is replaced")
        else:
            self.say(f"{source.key}: a record is set aside: {struck.reason}")

    def finished(self, source: Source) -> None:
        """A source is done."""
        self._reached[source.id] = self._sizes[source.id]
        self._console.detail(f"{source.key}: done")
        if self._records:
            self._show()

    def say(self, message: str) -> None:
        """A message beside the bar."""
        if self._bar is not None and not self._console.quiet:
            self._bar.console.print(message, markup=False, highlight=False)
        else:
            self._console.note(message)

    def _show(self) -> None:
        now = time.monotonic()
        total = sum(self._sizes.values()) or 1.0
        share = min(1.0, sum(self._reached.values()) / total)
        self._first = self._first or share  # what earlier runs did says nothing about the rate of this one
        told = self._line(share, now - self._begun)
        if self._bar is not None:
            self._bar.update(self._task, completed=share, told=told)
        elif now - self._told >= _EVERY:
            self._told = now
            self._console.note(f"{self._title}: {share:.0%}, {told}")

    def _line(self, share: float, seconds: float) -> str:
        rate = self._records / max(seconds, 1e-9)
        parts = [f"{self._records:,} records", f"{rate:,.1f}/s"]
        if self._records:
            parts.append(f"{self._flagged / self._records:.1%} damaged")
        if self._bad:
            parts.append(f"{self._bad:,} set aside")
        if share > self._first:
            parts.append(f"about {_duration(seconds * (1 - share) / (share - self._first))} left")
        return ", ".join(parts)


def _duration(seconds: float) -> str:
    """A time for people.

    >>> _duration(42), _duration(200), _duration(9000)
    ('42 s', '3 min', '2.5 h')
    """
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def _rich() -> Any:
    from rich.console import Console as RichConsole
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn
    from rich.progress import Progress as Bars

    return Bars(
        TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TextColumn("{task.fields[told]}"),
        console=RichConsole(stderr=True), transient=True,
    )  # fmt: skip
