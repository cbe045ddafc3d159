"""Scanners that know what the detectors look for: their lists, the known words of English, a model's vocabulary.

They stand above the detectors, whose lists they hold, and :mod:`.scanning.screen` below, so that imports run one way.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from textrepair.detector import word_lists
from textrepair.detector.furniture import forms, wording
from textrepair.detector.scanning.screen import Scanner
from textrepair.detector.scanning.skeleton import word_codes
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
from textrepair.detector.spacing import glue, suspects
from textrepair.detector.spacing.lost_spaces import explained_pairs
from textrepair.detector.words import COMMON_FREQUENCY, frequencies
from textrepair.model import Model
from textrepair.model.vocabulary import CLASSES, SPECIALS
from textrepair.tokens import ABBREVIATIONS

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
    builder.add_flag(word_lists.MAY_DOUBLE, MAY_DOUBLE)
    builder.add_flag(word_lists.SMALL_WORDS, SMALL)
    builder.add_flag(forms.MARK_WORDS, MARK)
    builder.add_flag(wording.packaged_wording().marks, PAGE)
    builder.add_flag(forms.AGENCIES, AGENCY)
    builder.add_flag((a.lower() for a in ABBREVIATIONS), ABBREVIATION)


@cache
def _line_starts() -> npt.NDArray[np.uint8]:
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
