"""The first stage: which detectors need not look at this text at all?

A :class:`Scanner` reads the bytes once (:mod:`.byte_scan`); the :class:`Scan` tells what may be there.  For
mechanical damage it is exact: what it rules out no detector would find.  Whether a text needs to be read for spinning is
asked of the same scan (:mod:`textrepair.detector.spin.screen`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from textrepair.detector.scanning import byte_scan
from textrepair.detector.scanning.skeleton import Skeleton, word_codes
from textrepair.detector.scanning.word_hash import padded
from textrepair.detector.scanning.word_table import (
    ABBREVIATION,
    AGENCY,
    CODE_SHIFT,
    COMMON,
    FRAGMENT,
    FREQUENT,
    KNOWN,
    MARK,
    MAY_DOUBLE,
    NO_IDENTIFIER,
    PAGE,
    RARITY_SHIFT,
    SMALL,
    TableBuilder,
    bitmap_of,
    rarity,
)
from textrepair.detector.words import COMMON_FREQUENCY, ENGLISH_SHARE, frequencies
from textrepair.lazy import cached_property
from textrepair.model.vocabulary import CLASSES, SPECIALS
from textrepair.tokens import ABBREVIATIONS

if TYPE_CHECKING:
    from textrepair.model import Model


@dataclass(eq=False)
class Scan:
    """What one pass over a text saw; never changed, though not frozen, since one is made for each text and that takes four times
    as long.

    ``stats`` are the counts of :mod:`.byte_scan`, ``room`` what else it noted; ``data`` the text's bytes.
    """

    stats: list[int]
    data: npt.NDArray[np.uint8]
    room: npt.NDArray[np.int64]

    @cached_property
    def unlisted(self) -> list[int]:
        """The starts of words on no list, of rests of cut words, and of words that make another one with the word before."""
        return byte_scan.unlisted_in(self.room)

    @cached_property
    def doubled(self) -> list[int]:
        """The starts of words that stand there again."""
        return byte_scan.doubled_in(self.room)

    @cached_property
    def lines(self) -> list[list[int]]:
        """Number, start and end of lines that may be furniture."""
        return byte_scan.lines_in(self.room)

    @cached_property
    def ids(self) -> npt.NDArray[np.int32]:
        """The model's identifiers of words and signs, each sentence closed by that of its end; none without a model."""
        return byte_scan.identifiers_in(self.room, self.stats[byte_scan.TOKENS])

    def may_have(self, flag: int) -> bool:
        return self.stats[byte_scan.FLAGS] & flag != 0

    def places(self, flag: int) -> list[tuple[int, int]]:
        """Where something of these flags may be, as spans of code points in order; all the text where it is nearly everywhere."""
        if self.stats[byte_scan.PLACES] > byte_scan.MOST_PLACES:
            return [(0, len(self.data))]
        return [(start, end) for start, end, flags in self._places if flags & flag]

    @cached_property
    def _places(self) -> list[list[int]]:
        return byte_scan.places_in(self.room)

    @property
    def words(self) -> int:
        """How many words the text has."""
        return self.stats[byte_scan.WORDS]

    @cached_property
    def skeleton(self) -> Skeleton:
        """The text without its content."""
        return Skeleton.of(self.data, self.room)

    @property
    def looks_english(self) -> bool:
        """Are enough of its words common English ones?  (:func:`textrepair.detector.words.looks_english`, of all words.)"""
        spelled, common = self.stats[byte_scan.SPELLED], self.stats[byte_scan.COMMON_WORDS]
        return common >= ENGLISH_SHARE * spelled


@dataclass(frozen=True)
class Scanner:
    """Scans texts; may be shared between threads.  ``signs`` are the model's, or empty without a model; ``glued`` are listed
    strings that are two words (:func:`~textrepair.detector.spacing.lost_spaces.explained_pairs`): it takes them for unlisted."""

    table: npt.NDArray[np.uint64]
    line_starts: npt.NDArray[np.uint8]
    signs: npt.NDArray[np.int32]
    glued: frozenset[str] = frozenset()

    def scan(self, text: str) -> Scan:
        """Scan a text."""
        data = padded(text)
        room = byte_scan.room_for(data)
        byte_scan.scan_into(room, data, self.table, self.line_starts, self.signs)
        return Scan(byte_scan.stats_in(room), data, room)


# wordfreq's list and the vocabulary of the packaged model have 390,000 words together; a model with more gets a larger table.
_WORDS = 400_000


@cache
def default_scanner() -> Scanner:
    """A scanner without a model, for detectors used on their own."""
    builder = TableBuilder(_WORDS)
    _add_lists(builder)
    return Scanner(builder.build(), _line_starts(), np.empty(0, dtype=np.int32))


def model_scanner(model: Model) -> Scanner:
    """A scanner that also sees the words as a model does."""
    from textrepair.detector.spacing.lost_spaces import explained_pairs

    words = model.vocabulary.words[len(SPECIALS) :]
    builder = TableBuilder(max(_WORDS, 3 * len(words)))
    values = np.arange(len(SPECIALS), len(model.vocabulary.words), dtype=np.uint64)
    builder.add(words, values)
    _add_lists(builder)
    table = builder.build()
    glued = explained_pairs(model, table)
    builder.forget(glued, KNOWN)
    return Scanner(table, _line_starts(), sign_identifiers(model), glued)


def _add_lists(builder: TableBuilder) -> None:
    # The detectors' own lists; they ask for a scan, so they can't be imported above.
    from textrepair.detector import repetition
    from textrepair.detector.furniture import forms, wording
    from textrepair.detector.spacing import detector as spacing
    from textrepair.detector.spacing import glue, suspects

    table = frequencies()
    shares = np.fromiter(table.values(), dtype=np.float64, count=len(table))
    none = np.uint64(NO_IDENTIFIER)
    values = np.where(shares >= COMMON_FREQUENCY, np.uint64(KNOWN | COMMON), np.uint64(KNOWN)) | none
    values |= np.where(shares >= suspects.FREQUENT_FROM, np.uint64(FREQUENT), np.uint64(0))
    words = list(table)
    codes = word_codes(words)
    values |= codes.astype(np.uint64) << np.uint64(CODE_SHIFT)
    values |= rarity(shares).astype(np.uint64) << np.uint64(RARITY_SHIFT)
    builder.add(words, values)
    builder.forget(glue.listed_pairs(), KNOWN | COMMON | FREQUENT)
    builder.mark_halves(word for word, share in table.items() if share >= COMMON_FREQUENCY)
    builder.add_flag(glue.FRAGMENTS, FRAGMENT)
    builder.add_flag(repetition.MAY_DOUBLE, MAY_DOUBLE)
    builder.add_flag(spacing.SMALL_WORDS, SMALL)
    builder.add_flag(forms.MARK_WORDS, MARK)
    builder.add_flag(wording.packaged_wording().marks, PAGE)
    builder.add_flag(forms.AGENCIES, AGENCY)
    builder.add_flag((a.lower() for a in ABBREVIATIONS), ABBREVIATION)


@cache
def _line_starts() -> npt.NDArray[np.uint8]:
    from textrepair.detector.furniture import forms

    return bitmap_of(forms.LINE_STARTS)


def sign_identifiers(model: Model) -> npt.NDArray[np.int32]:
    """The identifiers of ASCII signs by code, -1 for quotes and the like; behind them those of clitics, numbers, capitals,
    names, other words and compounds out of vocabulary, of a dash and of an ellipsis."""
    signs = np.full(264, -1, dtype=np.int32)
    index = model.vocabulary.index
    for sign in ".,:;!?()[]":
        signs[ord(sign)] = index.get(sign, -1)
    classes = ("<clitic>", "<number>", "<ALL>", "<Cap>", "<low>", "<hyphen>")
    signs[256:262] = [2 + CLASSES.index(name) for name in classes]
    signs[262] = index.get("—", -1)
    signs[263] = index.get("…", -1)
    return signs
