"""Which lines come back in article after article of one corpus?

A site prints the same lines around all its articles.  A first pass over the corpus counts in how many articles each short
line stands; a second one asks.  The counts are a count-min sketch with conservative update (Estan & Varghese 2002; Cormode &
Muthukrishnan 2005, doi:10.1016/j.jalgor.2003.12.001): 16 MB whatever the corpus, never too low, and too high only where
lines share all their cells.

A line counts once an article.  Copies of one article share all their lines, so what comes back only among articles that share
most of their text says nothing: an article most of whose text comes back, paragraphs included, is taken for a copy, and none of
its lines for furniture.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

#: Longer lines are paragraphs: no furniture, but what tells a copy.
LONGEST = 200
_SHORTEST = 4
_ROWS = 2
_CELLS = 1 << 22
_MOST = 0xFFFF


def counted_lines(text: str) -> Iterator[str]:
    """The lines of a text that are counted, without the white space around them: those that hold a letter or digit."""
    for raw in text.split("\n"):
        line = raw.strip()
        if len(line) >= _SHORTEST and any(map(str.isalnum, line)):
            yield line


@dataclass(frozen=True)
class RecurringLines:
    """In how many articles each line stands.

    >>> counts = RecurringLines.of(["Share this\\nIt rained.", "Share this\\nIt snowed."])
    >>> counts.articles("Share this"), counts.articles("It rained.")
    (2, 1)
    """

    _cells: npt.NDArray[np.uint16] = field(
        default_factory=lambda: np.zeros((_ROWS, _CELLS), dtype=np.uint16), repr=False
    )

    @classmethod
    def of(cls, texts: Iterable[str]) -> RecurringLines:
        """Count the lines of all texts, one text in memory at a time."""
        counts = cls()
        for text in texts:
            counts.add(text)
        return counts

    def add(self, text: str) -> None:
        """Count the lines of one more article."""
        cells = self._cells
        for line in set(counted_lines(text)):
            places = _places(line)
            lowest = min(int(cells[row, at]) for row, at in enumerate(places))
            if lowest < _MOST:
                for row, at in enumerate(places):
                    if cells[row, at] == lowest:
                        cells[row, at] = lowest + 1

    def articles(self, line: str) -> int:
        """In how many articles the line stands, or a few more."""
        return min(int(self._cells[row, at]) for row, at in enumerate(_places(line)))


def _places(line: str) -> list[int]:
    digest = blake2b(line.encode("utf-8", "surrogatepass"), digest_size=4 * _ROWS).digest()
    return [int.from_bytes(digest[4 * row : 4 * row + 4], "little") % _CELLS for row in range(_ROWS)]
