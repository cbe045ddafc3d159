"""Runs of spaces that part the columns of a table, in text that has no other sign of one."""

from __future__ import annotations

import re

#: More than one space inside a line.
GAP = re.compile(r"(?<=\S) {2,}+(?=\S)")
# How much of a long line is judged, on either side of the gap.
_CONTEXT = 200
# So many empty lines may stand between the rows of a table, and between a row and the ruler below it.
_EMPTY = 2


def line_around(text: str, start: int, end: int) -> tuple[int, int]:
    """The line of a gap, or as much of a very long one as is needed to judge it."""
    low = max(0, start - _CONTEXT)
    newline = text.rfind("\n", low, start)
    line_end = text.find("\n", end, end + _CONTEXT)
    return newline + 1 if newline >= 0 else low, line_end if line_end >= 0 else min(len(text), end + _CONTEXT)


def is_row(text: str, start: int, end: int) -> bool:
    """Does a gap of this line end where one of the next line above or below does?  Lines of a table are no longer than so.

    Across an empty line only gaps of three spaces count: those of two meet by chance in long paragraphs.
    """
    gaps = [match.span() for match in GAP.finditer(text[start:end])]
    for (other, limit), beside in ((_above(text, start), start - 1), (_below(text, end), end + 1)):
        adjoins = beside in (other, limit)
        for at in (other + to for since, to in gaps if adjoins or to - since > 2):
            if 2 <= at < limit and text[at - 2 : at] == "  " and not text[at].isspace():
                return True
    return False


def _above(text: str, start: int) -> tuple[int, int]:
    """The nearest line above that is not empty; nothing if there is none, or one longer than those of a table."""
    for _ in range(_EMPTY + 1):
        low = max(0, start - 1 - 2 * _CONTEXT)
        newline = text.rfind("\n", low, max(0, start - 1))
        if start <= 0 or (newline < 0 and low > 0):
            break
        if text[newline + 1 : start - 1].strip():
            return newline + 1, start - 1
        start = newline + 1
    return 0, 0


def _below(text: str, end: int) -> tuple[int, int]:
    """The nearest line below that is not empty, or the beginning of it; nothing if there is none."""
    for _ in range(_EMPTY + 1):
        if end >= len(text):
            break
        newline = text.find("\n", end + 1, end + 1 + 2 * _CONTEXT)
        limit = newline if newline >= 0 else min(len(text), end + 1 + 2 * _CONTEXT)
        if text[end + 1 : limit].strip():
            return end + 1, limit
        end = limit
    return 0, 0
