"""What is known of a word, by the hash of its bytes?

One open-addressing table of 64-bit slots: the upper 17 bits hold those of the word's hash
(:mod:`.word_hash`), the lower 47 what is known (:data:`KNOWN` and so on).  Words are in lower case, in UTF-8.
A word that isn't in the table is taken for one that is if they share 17 bits of hash and a run of slots: in a table 37 % full,
as the packaged model's, a search that fails meets 0.76 other words, so that is one unlisted word in 170,000.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from textrepair.compiled import compiled
from textrepair.detector.scanning.word_hash import padded, word_hash
from textrepair.model.vocabulary import IDENTIFIER_BITS

#: The lowest bits are the word's identifier in the model; this one says that it has none.
NO_IDENTIFIER = (1 << IDENTIFIER_BITS) - 1
#: The word is on wordfreq's list, and not one of the glued pairs on it.
KNOWN = 1 << IDENTIFIER_BITS
#: It is among the words that make up nearly all of ordinary English.
COMMON = KNOWN << 1
#: It is the rest of a word that was cut ("ment").
FRAGMENT = KNOWN << 2
#: English doubles it.
MAY_DOUBLE = KNOWN << 3
#: A line that holds it may be the page's.
MARK = KNOWN << 4
#: It names an agency, as credits do.
AGENCY = KNOWN << 5
#: It is a small word, such as running prose is full of.
SMALL = KNOWN << 6
#: From these bits on stand, with eight bits each, its code in the skeleton of a text (0: none of its own), and how rare it is
#: (0: very frequent).
CODE_SHIFT, RARITY_SHIFT = IDENTIFIER_BITS + 7, IDENTIFIER_BITS + 15
#: With a capital and a full stop behind it is an abbreviation.
ABBREVIATION = KNOWN << 23
#: Words of this frequency stand beside one another often enough to make a third by chance (``in to``, ``trade mark``).
FREQUENT = KNOWN << 24
#: A common word begins with it, or ends in it, and the rest is not frequent too: ``analyt`` and ``ics`` may be one word.
BEGINS, ENDS = KNOWN << 25, KNOWN << 26
#: It is one of those by which short lines of a page are told.
PAGE = KNOWN << 27
VALUE_BITS = IDENTIFIER_BITS + 28
_VALUE = (1 << VALUE_BITS) - 1
#: Everything but the identifier.
_SHARED = _VALUE ^ NO_IDENTIFIER


#: Units of rarity a nat, and that of words on no list.
RARITY_UNITS, RAREST = 20, 240


def rarity(shares: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """How rare words of these relative frequencies are, for the table: nats below 1 in 400, in units; 0 from 1 in 1,000 on."""
    nats = np.minimum(RAREST / RARITY_UNITS, -np.log(np.maximum(shares, 1e-8)) - 6.0)
    return np.where(shares < 1e-3, np.rint(nats * RARITY_UNITS), 0.0)


@compiled
def home(table, hashed):  # type: ignore[no-untyped-def]
    """Where in a table of a power of two the search for a hash begins."""
    return hashed & np.uint64(len(table) - 1)


@compiled
def _slot(table, hashed):  # type: ignore[no-untyped-def]
    """Where the word of a hash stands in the table, or would."""
    mask = np.uint64(len(table) - 1)
    tag = hashed >> np.uint64(VALUE_BITS)
    at = home(table, hashed)
    while table[at] and table[at] >> np.uint64(VALUE_BITS) != tag:
        at = (at + np.uint64(1)) & mask
    return at


@compiled
def look_up(table, hashed):  # type: ignore[no-untyped-def]
    """What is known of a word; 0 for nothing."""
    return np.int64(table[_slot(table, hashed)] & np.uint64(_VALUE))


@compiled
def _insert(
    table: npt.NDArray[np.uint64], data: npt.NDArray[np.uint8], values: npt.NDArray[np.uint64]
) -> None:
    """Put words, one a line, into the table; what is there already keeps its bits and gets the new ones, and the identifier
    is the first that the word got."""
    start = 0
    for number in range(len(values)):
        end = start
        while end < len(data) and data[end] != 10:
            end += 1
        hashed = word_hash(data, start, end)
        at = _slot(table, hashed)
        value = values[number]
        old = table[at]
        if old:
            if old & np.uint64(NO_IDENTIFIER) == np.uint64(NO_IDENTIFIER):
                value |= old & np.uint64(_SHARED)
            else:
                value = (old & np.uint64(_VALUE)) | (value & np.uint64(_SHARED))
        table[at] = (hashed >> np.uint64(VALUE_BITS) << np.uint64(VALUE_BITS)) | value
        start = end + 1


@compiled
def _clear(table: npt.NDArray[np.uint64], data: npt.NDArray[np.uint8], flag: int) -> None:
    start = 0
    for end in range(len(data) + 1):
        if end == len(data) or data[end] == 10:
            table[_slot(table, word_hash(data, start, end))] &= ~np.uint64(flag)
            start = end + 1


@compiled
def _mark_halves(table: npt.NDArray[np.uint64], data: npt.NDArray[np.uint8]) -> None:
    """Give what words, one a line, begin with and end in, the flags for it, if it is in the table."""
    start = 0
    for end in range(len(data) + 1):
        if end == len(data) or data[end] == 10:
            for cut in range(start + 1, end):
                first, rest = (
                    _slot(table, word_hash(data, start, cut)),
                    _slot(table, word_hash(data, cut, end)),
                )
                if not table[first] & table[rest] & np.uint64(FREQUENT):
                    if table[first]:
                        table[first] |= np.uint64(BEGINS)
                    if table[rest]:
                        table[rest] |= np.uint64(ENDS)
            start = end + 1


@compiled
def _mark(bitmap: npt.NDArray[np.uint8], data: npt.NDArray[np.uint8]) -> None:
    start = 0
    for end in range(len(data) + 1):
        if end == len(data) or data[end] == 10:
            if end > start:
                hashed = word_hash(data, start, end)
                bitmap[home(bitmap, hashed)] = 1
            start = end + 1


def one_a_line(words: Iterable[str]) -> npt.NDArray[np.uint8]:
    """Words as bytes, as compiled functions get them."""
    return padded("\n".join(words))


class TableBuilder:
    """Collects words; :meth:`build` gives the table."""

    def __init__(self, capacity: int) -> None:
        size = 1 << int(np.ceil(np.log2(max(16, 2 * capacity))))  # at most half full: a miss ends soon
        # numpy asks for huge pages for what it doesn't clear, and most look-ups would miss the small ones' cache
        self._table = np.empty(size, dtype=np.uint64)
        self._table.fill(0)

    def add(self, words: Sequence[str], values: npt.NDArray[np.uint64]) -> None:
        """Words without line breaks, in lower case, and what is known of each."""
        if len(words):
            _insert(self._table, one_a_line(words), values)

    def add_flag(self, words: Iterable[str], flag: int) -> None:
        """Give words one more flag."""
        some = sorted(words)
        value = flag | NO_IDENTIFIER
        self.add(some, np.full(len(some), value, dtype=np.uint64))

    def mark_halves(self, words: Iterable[str]) -> None:
        """Give what these words begin with and end in :data:`BEGINS` and :data:`ENDS`."""
        _mark_halves(self._table, one_a_line(words))

    def forget(self, words: Iterable[str], flag: int) -> None:
        """Take a flag from words that are in the table."""
        some = sorted(words)
        if some:
            _clear(self._table, one_a_line(some), flag)

    def build(self) -> npt.NDArray[np.uint64]:
        return self._table


def bitmap_of(words: Iterable[str], size: int = 1 << 16) -> npt.NDArray[np.uint8]:
    """A set of short strings as a bitmap by hash: what is in the set is always found, one other in 500 too."""
    bitmap = np.zeros(size, dtype=np.uint8)
    _mark(bitmap, one_a_line(words))
    return bitmap
