"""Which spans of one source can stand side by side in a :class:`~textrepair.patch.Patch`?

Two overlap if they share a character, if one is a point strictly inside the other, or if both are the same point: two insertions
there would have no order.  Spans that only touch don't, nor does a point at the border of another span.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterable
from itertools import accumulate
from operator import attrgetter
from typing import Any, Protocol, TypeVar


class Placed(Protocol):
    """What stands at a half-open span of its source."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


class Graded(Placed, Protocol):
    """The same with a probability of being right."""

    @property
    def confidence(self) -> float: ...


_Placed = TypeVar("_Placed", bound=Placed)
_Graded = TypeVar("_Graded", bound=Graded)

#: The span of what is placed: by it edits and passages are sorted.
place: Callable[[Placed], tuple[int, int]] = attrgetter("start", "end")


class Spans:
    """Spans, which may overlap one another; does another one meet them, or lie in one of them?"""

    def __init__(self, spans: Iterable[tuple[int, int]]) -> None:
        ordered = sorted(spans)
        self._starts = [start for start, _ in ordered]
        self._reach = list(accumulate((end for _, end in ordered), max))  # one may lie inside another

    def __bool__(self) -> bool:
        return bool(self._starts)

    def meets(self, start: int, end: int) -> bool:
        """Does any of them share a character with this one, or is one a point inside the other?"""
        before = bisect_left(self._starts, end)
        return before > 0 and self._reach[before - 1] > start

    def cover(self, start: int, end: int) -> bool:
        """Does one of them hold all of this one?

        >>> Spans([(0, 100), (40, 45)]).cover(50, 90)
        True
        """
        before = bisect_right(self._starts, start)
        return before > 0 and self._reach[before - 1] >= end


class Room:
    """The spans that are taken, none of which overlaps another; is there room for one more?

    >>> room = Room([(2, 4), (4, 4), (4, 6)])
    >>> room.take(4, 5), room.take(6, 6), room.take(6, 6)
    (False, True, False)
    """

    def __init__(self, taken: Iterable[tuple[int, int]] = ()) -> None:
        self._taken = sorted(taken)

    def take(self, start: int, end: int) -> bool:
        """Take a span if it overlaps no other: was there room?"""
        span = start, end
        at = bisect_left(self._taken, span)
        if at and self._taken[at - 1][1] > start:
            return False
        if at < len(self._taken) and (self._taken[at][0] < end or self._taken[at] == span):
            return False
        insort(self._taken, span, lo=at)
        return True


def best_first(
    items: Iterable[_Placed], rank: Callable[[_Placed], Any], beside: Iterable[tuple[int, int]] = ()
) -> list[_Placed]:
    """Items sorted by place, without those that overlap one of lower ``rank``, or the first of two equal ones, or a span of
    ``beside``, whose spans don't overlap."""
    room = Room(beside)
    ordered = sorted(sorted(items, key=place), key=rank)
    return sorted([item for item in ordered if room.take(item.start, item.end)], key=place)


def without_overlap(edits: Iterable[_Graded], beside: Iterable[Placed] = ()) -> tuple[_Graded, ...]:
    """Edits in the order of a patch; of two that overlap the surer one, or else the first, is kept, and none that overlaps one
    of ``beside``, the edits of a patch."""
    return tuple(best_first(edits, lambda edit: -edit.confidence, map(place, beside)))
