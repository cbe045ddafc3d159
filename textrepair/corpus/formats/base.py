"""How is a file of records cut into batches, so that any of them can be done by another process, or done again?

Who cuts reads the file in order and looks no further into a record than it takes to find its end; who works on a batch parses.
Where a batch ends depends on the file alone, never on who works when: begun at a batch's start, a file is cut the same way
again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from textrepair.corpus.compression import DamagedArchive

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Limits:
    """A batch is full with so many records or so many bytes, whichever comes first; it holds one record at least, but for that of
    a table without rows, which has its columns to tell."""

    records: int = 256
    size: int = 1 << 20


class Batch(Protocol):
    """Consecutive records of a file, not parsed yet; can be pickled."""

    def __len__(self) -> int: ...

    def place(self, index: int) -> int | str:
        """Where in its file a record stands: its line or number, from 1; the name of a text file."""
        ...

    def record(self, index: int, text_field: str) -> dict[str, Any]:
        """The record's fields.  Raises UnicodeDecodeError, FieldError; never anything that isn't about this record."""
        ...

    def raw(self, index: int) -> Mapping[str, Any]:
        """The record as it stands in the file, for setting it aside: ``raw``, ``raw_base64`` or ``record``."""
        ...


@dataclass(frozen=True, slots=True)
class Position:
    """Where a batch begins: ``offset`` is the format's own (plain bytes, rows, files), ``records`` the number of those before."""

    offset: int = 0
    records: int = 0


@dataclass(frozen=True, slots=True)
class Piece:
    """A batch, where the next one begins, and how many records were passed over as no articles (requests, images)."""

    batch: Batch
    end: Position
    passed: int = 0


class Format(Protocol):
    """A format that can be read."""

    name: str

    def cut(self, paths: tuple[str, ...], start: Position, limits: Limits) -> Iterator[Piece]:
        """The batches of a file from ``start``, which is 0 or the end of a piece.  ``paths`` is one file, but for text files.

        Raises OSError, :class:`~textrepair.corpus.compression.DamagedArchive`, :class:`Unfit` and
        :class:`~textrepair.extras.MissingExtra`; pieces before are whole.
        """
        ...


class Unfit(ValueError):
    """A file, or the rest of it, that is not what its format says."""


class UntilBroken(Generic[T]):
    """What can be had of a stream that may break off: iterate, hand on what is complete, then ``check``."""

    def __init__(self, items: Iterable[T]) -> None:
        self._items = items
        self._error: Exception | None = None

    def __iter__(self) -> Iterator[T]:
        try:
            yield from self._items
        except (OSError, DamagedArchive, Unfit) as error:
            self._error = error

    def check(self) -> None:
        """Raise what ended the stream too early."""
        if self._error is not None:
            raise self._error
