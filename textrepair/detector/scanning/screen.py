"""The first stage: which detectors need not look at this text at all?

A :class:`Scanner` reads the bytes once (:mod:`.byte_scan`); the :class:`Scan` tells what may be there.  For
mechanical damage it is exact: what it rules out no detector would find.  Whether a text needs to be read for spinning is
asked of the same scan (:mod:`textrepair.detector.spin.screen`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from textrepair.detector.scanning import byte_scan
from textrepair.detector.scanning.skeleton import Skeleton
from textrepair.detector.scanning.word_hash import padded
from textrepair.detector.words import ENGLISH_SHARE
from textrepair.lazy import cached_property


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
