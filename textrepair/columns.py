"""Many objects at once.

The ``__init__`` of a frozen dataclass stores each field by its name with ``object.__setattr__``; an article of which half is
damaged needs hundreds of them.  Slot by slot, for all objects at once, they take a third of the time.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from itertools import repeat
from typing import Any, TypeVar

T = TypeVar("T")


def objects(kind: type[T], *columns: Sequence[Any]) -> list[T]:
    """An object of a dataclass with slots for each row of columns, one column for each field of the class.

    They are checked by its ``__post_init__``, as if made one by one.

    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True, slots=True)
    ... class Span:
    ...     start: int
    ...     end: int
    >>> objects(Span, [0, 4], [3, 9])
    [Span(start=0, end=3), Span(start=4, end=9)]
    """
    new: Callable[[type[T]], T] = object.__new__
    made = list(map(new, repeat(kind, len(columns[0]))))
    for field, column in zip(fields(kind), columns, strict=True):  # type: ignore[arg-type]
        if len(column) != len(made):
            raise ValueError(f"{len(column)} values of {field.name} for {len(made)} objects")
        _exhaust(map(getattr(kind, field.name).__set__, made, column))
    if check := getattr(kind, "__post_init__", None):
        _exhaust(map(check, made))
    return made


def _exhaust(work: Iterable[object]) -> None:
    deque(work, maxlen=0)
