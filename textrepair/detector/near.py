"""The matches of a pattern in a part of a text, as they are in the whole of it.

A compiled pattern can be told where to stop (``endpos``), but then it takes that for the end of the text: what it says of the
characters behind its match, ``\\b``, ``$`` or ``(?!\\w)``, holds wherever the part ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, overload

import regex


@overload
def matches(
    pattern: regex.Pattern[str], text: str, start: int, end: int, overlapped: bool = False
) -> Iterator[regex.Match[str]]: ...
@overload
def matches(pattern: re.Pattern[str], text: str, start: int, end: int) -> Iterator[re.Match[str]]: ...
def matches(pattern: Any, text: str, start: int, end: int, overlapped: bool = False) -> Iterator[Any]:
    """The matches of a pattern, of ``re`` or ``regex``, that are found from ``start`` to ``end``; if ``overlapped`` those
    too that begin inside another."""
    how = {"overlapped": True} if overlapped else {}
    for near in pattern.finditer(text, max(0, start), end, **how):
        match = pattern.match(text, near.start())
        if match:
            yield match
