"""How does an intended word come to be observed as another?  P(observed | intended).

For every observed word (or phrase of two to four words) a list of *entries*: an intended word, or a compound of up to three
words, and the probability that a spinner which replaces the intended word puts the observed one.  There is one column of
probabilities a *family* of spinners: column 0 is the prior for a spinner never seen (WordNet relations), the others are
learned from aligned pairs and fall back on the prior for words that the pairs don't hold.

``swap_factor`` says how much readier a family is to replace a word than the average word: 0 for words without substitutes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from textrepair.compiled import njit
from textrepair.model.ngrams import mix

#: Probabilities are stored as 8-bit codes: natural log = -STEP · (255 - code); code 0 is "never".
STEP = 0.06
#: The probabilities that the codes stand for, by code.
LIKELIHOOD = np.array([0.0, *(math.exp(-STEP * (255.0 - code)) for code in range(1, 256))])
#: Factors are stored as whole numbers of 1/64, at most 255: what is replaced more than 4 times as readily as the average word is
#: taken for 4 times.
FACTOR_UNITS = 64
#: Readiness to replace a phrase of two or three words, which has no count of its uses: half that of the average word.
COMPOUND_FACTOR = 0.5
#: The longest observed phrase.
LONGEST = 4


class Entries(NamedTuple):
    """The channel's arrays.  E entries, F families, V words of the language model.

    ``start`` (words + 1,): the entries of observed word ``o`` are ``start[o]:start[o + 1]``; ``target`` (E,) is a word, or from
    V on the row of ``compounds`` (C, 3) filled with 0xFFFF; ``code`` (F, E); ``origin`` (E,) what relation it comes from.
    ``phrase_key`` (P,) sorted hashes of observed phrases, ``phrase_start`` (P + 1,) into the same entry arrays;
    ``phrase_first`` (words,) whether a phrase begins with the word.  ``swap_factor`` (F, V) in units of 1/FACTOR_UNITS.
    """

    start: npt.NDArray[np.int32]
    target: npt.NDArray[np.uint16]
    code: npt.NDArray[np.uint8]
    origin: npt.NDArray[np.uint8]
    compounds: npt.NDArray[np.uint16]
    phrase_key: npt.NDArray[np.uint64]
    phrase_start: npt.NDArray[np.int32]
    phrase_first: npt.NDArray[np.uint8]
    swap_factor: npt.NDArray[np.uint8]


class Thesaurus(NamedTuple):
    """Swaps that no family holds but a general thesaurus lists (:mod:`textrepair.model.thesaurus`).

    ``start`` (words + 1,): the originals that observed word ``o`` may stand for are ``target[start[o]:start[o + 1]]``, each a
    word of the language model; ``phrase_key`` and ``phrase_start`` the same for phrases, ``code`` (V,) by original: the
    probability of any one of its substitutes, and ``swap_factor`` (V,), all as in :class:`Entries`.
    """

    start: npt.NDArray[np.int32]
    target: npt.NDArray[np.uint16]
    phrase_key: npt.NDArray[np.uint64]
    phrase_start: npt.NDArray[np.int32]
    code: npt.NDArray[np.uint8]
    swap_factor: npt.NDArray[np.uint8]


class SwapTable(NamedTuple):
    """What is known of the swaps that a lattice's edges refer to, by their numbers (:class:`~textrepair.model.lattice.Edges`):
    ``code`` (F, E), ``origin`` (E,) and ``swap_factor`` (F, V), as of :class:`Entries`."""

    code: npt.NDArray[np.uint8]
    origin: npt.NDArray[np.uint8]
    swap_factor: npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Channel:
    """The entries and what a person calls the families and origins; and what is known beside the families."""

    entries: Entries
    families: tuple[str, ...]
    origins: tuple[str, ...]
    thesaurus: Thesaurus | None = None

    @property
    def swaps(self) -> SwapTable:
        """All entries; an edge's number is that of the entry."""
        return SwapTable(self.entries.code, self.entries.origin, self.entries.swap_factor)

    def entry_range(self, *observed: int) -> range:
        """The entries of one observed word, or of a phrase of several."""
        entries = self.entries
        if len(observed) == 1:
            return range(int(entries.start[observed[0]]), int(entries.start[observed[0] + 1]))
        hashed = np.uint64(hash_phrase(np.array(observed, dtype=np.int64)))
        row = int(phrase_row(entries.phrase_key, hashed))
        if row < 0:
            return range(0)
        return range(int(entries.phrase_start[row]), int(entries.phrase_start[row + 1]))


def read_only(table: SwapTable) -> SwapTable:
    """The table with arrays as those of a file are: numba would compile everything anew for others."""
    for array in table:
        array.setflags(write=False)
    return table


def log_probability(code: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Natural-log probability of stored codes; -inf for code 0."""
    return np.where(code == 0, -np.inf, -STEP * (255.0 - code))


def encode(probability: npt.NDArray[np.float64]) -> npt.NDArray[np.uint8]:
    """The nearest code; what is below the smallest is "never"."""
    with np.errstate(divide="ignore"):
        code = np.round(255.0 + np.log(probability) / STEP)
    return np.clip(np.nan_to_num(code, neginf=0.0), 0, 255).astype(np.uint8)


@njit(nogil=True, inline="always")
def phrase_hash(hashed: np.uint64, word: np.int64) -> np.uint64:
    """Extend the hash of a phrase by a word; begin with 0."""
    return mix(hashed + np.uint64(word) + np.uint64(1))


@njit()
def hash_phrase(words: npt.NDArray[np.int64]) -> np.uint64:
    """The hash of a whole phrase of word identifiers."""
    hashed = np.uint64(0)
    for word in words:
        hashed = phrase_hash(hashed, word)
    return hashed


@njit(nogil=True)
def phrase_row(keys: npt.NDArray[np.uint64], hashed: np.uint64) -> np.int64:
    """Which of the sorted hashes of phrases is this one, or -1.

    Hashes are spread evenly, so that a hash tells where it stands within about 130 of 66,000, and what is found there within
    about 10 (interpolation search: Peterson 1957); bisection would wait for memory 16 times.
    """
    count = np.uint64(len(keys))
    if not count:
        return np.int64(-1)
    at = _share_of(hashed, count)
    if keys[at] < hashed:
        at = min(at + _share_of(hashed - keys[at], count), count - np.uint64(1))
    else:
        at -= min(at, _share_of(keys[at] - hashed, count))
    row = np.int64(at)
    while row < len(keys) and keys[row] < hashed:
        row += 1
    while row > 0 and keys[row - 1] >= hashed:
        row -= 1
    return row if row < len(keys) and keys[row] == hashed else np.int64(-1)


@njit(nogil=True, inline="always")
def _share_of(hashed: np.uint64, count: np.uint64) -> np.uint64:
    """How many of so many evenly spread hashes are smaller."""
    return ((hashed >> np.uint64(32)) * count) >> np.uint64(32)
