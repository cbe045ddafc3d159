"""Who does the work?  An engine is given what is left to do and gives back what was done, in any order.

What happens is told as events: :class:`~textrepair.batch.work.Done`, a part that can be stored; :class:`Struck`, a record
that cost a worker its life; :class:`Ended`, a source that has been read to its end.  An engine remembers
nothing: the journal does.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from textrepair.batch.job import Work
from textrepair.batch.plan import Source
from textrepair.batch.work import Done, Task
from textrepair.corpus.articles import reason_of
from textrepair.corpus.compression import DamagedArchive
from textrepair.corpus.formats import FORMATS, Limits
from textrepair.corpus.formats.base import Position, Unfit


@dataclass(frozen=True, slots=True)
class Todo:
    """What is left of a source: read from ``start``, where batch ``number`` begins; those in ``done`` are done already."""

    source: Source
    start: Position = field(default_factory=Position)
    number: int = 0
    done: frozenset[int] = frozenset()
    poison: Mapping[int, Mapping[int, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Struck:
    """A worker ended over a record.  With a ``reason`` the record is not tried again."""

    source: int
    number: int
    index: int
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """A source was read: how many batches it has, and what kept it from being read to its end."""

    source: int
    batches: int
    error: str | None = None


Event = Done | Struck | Ended


class Engine(Protocol):
    """Does work."""

    def run(self, todos: Iterable[Todo], work: Work, limits: Limits) -> Generator[Event, None, None]:
        """Events, as they happen.  Closing the iterator ends the work."""
        ...


def tasks(todos: Iterable[Todo], limits: Limits) -> Iterator[Task | Ended]:
    """Sources cut into tasks, in order; what is done already is cut too, but left out."""
    for todo in todos:
        yield from _tasks(todo, limits)


def _tasks(todo: Todo, limits: Limits) -> Iterator[Task | Ended]:
    source = todo.source
    number, start = todo.number, todo.start
    error = None
    try:
        for piece in FORMATS[source.form].cut(source.paths, start, limits):
            if number not in todo.done:
                yield Task(
                    source.id, source.key, number, start, piece.end, piece.batch, piece.passed,
                    todo.poison.get(number, {}),
                )  # fmt: skip
            number, start = number + 1, piece.end
    except (OSError, DamagedArchive, Unfit) as broken:
        error = reason_of(broken)
    yield Ended(source.id, number, error)
