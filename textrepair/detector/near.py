"""The matches of a pattern in a part of a text, as they are in the whole of it.

A compiled pattern can be told where to stop (``endpos``), but then it takes that for the end of the text: what it says of the
characters behind its match, ``\\b``, ``$`` or ``(?!\\w)``, holds wherever the part ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def matches(pattern: Any, text: str, start: int, end: int, **how: Any) -> Iterator[Any]:
    """The matches of a pattern, of ``re`` or ``regex``, found from ``start`` to ``end``; ``how`` goes to its ``finditer``."""
    for near in pattern.finditer(text, max(0, start), end, **how):
        match = pattern.match(text, near.start())
        if match:
            yield match
