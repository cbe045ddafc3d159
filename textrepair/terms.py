"""Where in a text do given terms stand, as whole words and in any case?

A pattern of 20,000 alternatives tries them all at each word.  Here the terms that may begin at a place are found by its first
letters, so that many terms take hardly longer than few.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache

import regex

_BEGIN, _WORD = regex.compile(r"(?s)(?<!\w)."), regex.compile(r"\w")
#: So many letters, or all that it has, tell which terms may begin.
_FIRST = 3


class Terms:
    """Terms, of one word or several; made once for all texts.

    >>> list(Terms(["New York", "york city", "york"]).spans("In New York City, not Yorkshire"))
    [(3, 11), (7, 16)]
    """

    def __init__(self, terms: Iterable[str]) -> None:
        self._terms = frozenset(map(_folded, terms)) - {""}
        lengths: dict[str, set[int]] = defaultdict(set)
        for term in self._terms:
            lengths[term[:_FIRST]].add(len(term))
        self._lengths = {first: sorted(found, reverse=True) for first, found in lengths.items()}

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Of every place where terms begin the longest that ends there with a word; these may overlap."""
        folded = _folded(text)
        for begin in _BEGIN.finditer(text):
            start = begin.start()
            for size in range(_FIRST, 0, -1):
                for length in self._lengths.get(folded[start : start + size], ()):
                    end = start + length
                    if folded[start:end] in self._terms and not _WORD.match(text, end):
                        yield start, end
                        break
                else:
                    continue
                break


def _folded(text: str) -> str:
    """Small letters, as many as there were signs."""
    return text.lower() if text.isascii() else "".join(map(_small, text))


@cache
def _small(sign: str) -> str:
    return next((small for small in (sign.casefold(), sign.lower()) if len(small) == 1), sign)
