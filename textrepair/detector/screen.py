"""The first stage: which detectors need not look at this text at all?

A :class:`Scanner` reads the bytes once (:mod:`textrepair.detector.byte_scan`); the :class:`Scan` tells what may be there.  For
mechanical damage it is exact: what it rules out no detector would find.  For spinning it is a measured guess: the words'
evidence of damage, added up, clears an article or leaves it to the language model.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numba
import numpy as np
import numpy.typing as npt

from textrepair.detector import byte_scan
from textrepair.detector.word_table import (
    AGENCY,
    COMMON,
    EVIDENCE_SHIFT,
    EVIDENCE_UNITS,
    EVIDENCE_ZERO,
    FRAGMENT,
    KNOWN,
    MARK,
    MAY_DOUBLE,
    NO_IDENTIFIER,
    SMALL,
    TableBuilder,
    prefix_bitmap,
)
from textrepair.model.channel import FACTOR_UNITS, log_probability
from textrepair.model.ngrams import find_pair
from textrepair.model.vocabulary import CLASSES, SPECIALS

if TYPE_CHECKING:
    from textrepair.model import Model


@dataclass(frozen=True)
class Scan:
    """What one pass over a text saw.

    ``flags`` are the bits of :mod:`~textrepair.detector.byte_scan`; ``unlisted`` the starts of words on no list and of rests
    of cut words; ``lines`` number, start and end of lines that may be furniture; ``strangers`` how many words stand in
    company that the model never saw (0 without a model, None
    where the evidence of the words was plain without it).
    """

    stats: npt.NDArray[np.int64]
    unlisted: npt.NDArray[np.int64]
    lines: npt.NDArray[np.int64]
    strangers: int | None = 0

    def may_have(self, flag: int) -> bool:
        return bool(self.stats[byte_scan.FLAGS] & flag)

    @property
    def words(self) -> int:
        """How many words the text has."""
        return int(self.stats[byte_scan.WORDS])


@dataclass(frozen=True)
class Scanner:
    """Scans texts; may be shared between threads.  ``pairs`` are the model's; without one they are empty."""

    table: npt.NDArray[np.uint64]
    prefixes: npt.NDArray[np.uint8]
    signs: npt.NDArray[np.int32]
    pairs: npt.NDArray[np.uint32]

    def scan(self, text: str) -> Scan:
        """Scan a text; 20 bytes of memory for each of its bytes while it runs."""
        data = np.frombuffer(text.encode("utf-8", "surrogatepass"), dtype=np.uint8)
        size = len(data)
        ids = np.empty(size + 2 if len(self.pairs) else 0, dtype=np.int32)
        unlisted = np.empty(size // 4 + 1, dtype=np.int64)
        lines = np.empty((text.count("\n") + 1, 3), dtype=np.int64)
        seen = np.zeros(1 << max(4, (size // 2).bit_length()), dtype=np.uint64)
        stats = np.zeros(byte_scan.STATS, dtype=np.int64)
        byte_scan.scan_bytes(data, self.table, self.prefixes, self.signs, ids, unlisted, lines, seen, stats)
        return Scan(
            stats,
            unlisted[: stats[byte_scan.UNLISTED]],
            lines[: stats[byte_scan.CANDIDATE_LINES]],
            self._strangers(stats, ids),
        )

    def _strangers(self, stats: npt.NDArray[np.int64], ids: npt.NDArray[np.int32]) -> int | None:
        if not len(ids):
            return 0
        if _logit(stats, _MOST_STRANGE) < CLEARED_BELOW:
            return None
        return int(strangers(self.pairs, ids[: stats[byte_scan.TOKENS]]))


# wordfreq's list and the vocabulary of the packaged model have 390,000 words together; a model with more gets a larger table.
_WORDS = 400_000


@cache
def default_scanner() -> Scanner:
    """A scanner without a model, for detectors used on their own."""
    builder = TableBuilder(_WORDS)
    _add_lists(builder)
    return Scanner(
        builder.build(), _prefixes(), np.full(264, -1, dtype=np.int32), np.empty(0, dtype=np.uint32)
    )


def model_scanner(model: Model) -> Scanner:
    """A scanner that also sees the words as a model does."""
    words = model.vocabulary.words[len(SPECIALS) :]
    builder = TableBuilder(max(_WORDS, 3 * len(words)))
    evidence = np.round(EVIDENCE_UNITS * word_evidence(model)[len(SPECIALS) :]) + EVIDENCE_ZERO
    values = np.arange(len(SPECIALS), len(model.vocabulary.words), dtype=np.uint32)
    values |= np.clip(evidence, 0, 255).astype(np.uint32) << np.uint32(EVIDENCE_SHIFT)
    builder.add(words, values)
    _add_lists(builder)
    return Scanner(builder.build(), _prefixes(), sign_identifiers(model), model.ngrams.bi)


def _add_lists(builder: TableBuilder) -> None:
    # The detectors' own lists; they ask for a scan, so they can't be imported above.
    from textrepair.detector import furniture, glue, repetition, spacing
    from textrepair.detector.words import COMMON_FREQUENCY, frequencies

    table = frequencies()
    shares = np.fromiter(table.values(), dtype=np.float64, count=len(table))
    none = np.uint32(NO_IDENTIFIER | EVIDENCE_ZERO << EVIDENCE_SHIFT)
    values = np.where(shares >= COMMON_FREQUENCY, np.uint32(KNOWN | COMMON), np.uint32(KNOWN)) | none
    words = list(table)
    pairs = glue.listed_pairs()
    if pairs:
        values[[i for i, word in enumerate(words) if word in pairs]] = none
    builder.add(words, values.astype(np.uint32))
    builder.add_flag(glue.FRAGMENTS, FRAGMENT)
    builder.add_flag(repetition.MAY_DOUBLE, MAY_DOUBLE)
    builder.add_flag(spacing.SMALL_WORDS, SMALL)
    builder.add_flag(furniture.MARK_WORDS, MARK)
    builder.add_flag(furniture.AGENCIES, AGENCY)


@cache
def _prefixes() -> npt.NDArray[np.uint8]:
    from textrepair.detector import furniture

    return prefix_bitmap(furniture.LINE_STARTS)


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


#: The rate of damage at which words are weighed: between a lightly and a heavily spun article.
_RATE = 0.2
_EVIDENCE_LIMITS = (-0.5, 3.0)


def word_evidence(model: Model) -> npt.NDArray[np.float64]:
    """For every word of the vocabulary, how much its mere presence says for "damaged", in nats:
    log(P(word | some damage) / P(word)), where P(word | damage) = Σ P(word | intended) P(intended) over the channel's prior, that
    of a spinner never seen.
    """
    vocabulary, entries = model.vocabulary, model.channel.entries
    count = len(vocabulary.words)
    observed = np.repeat(np.arange(count), np.diff(entries.start[: count + 1]))
    target = entries.target[: len(observed)].astype(np.int64)
    single = target < vocabulary.lm_size
    likely = np.exp(log_probability(entries.code[0, : len(observed)]))[single]
    unigram = np.exp(model.ngrams.uni_logp.astype(np.float64))
    brought = np.bincount(observed[single], weights=likely * unigram[target[single]], minlength=count)
    seen_as = np.fromiter((vocabulary.lm_identifier(i) for i in range(count)), dtype=np.int64, count=count)
    own = unigram[seen_as] * np.exp(vocabulary.unknown_logp.astype(np.float64))
    taken = np.zeros(count)
    taken[: vocabulary.lm_size] = entries.swap_factor[0] / FACTOR_UNITS
    ratio = np.maximum(1.0 - _RATE * taken, 0.05) + _RATE * brought / np.maximum(own, 1e-12)
    evidence: npt.NDArray[np.float64] = np.clip(np.log(ratio), *_EVIDENCE_LIMITS)
    evidence[: vocabulary.lm_size][~model.is_word[: vocabulary.lm_size]] = 0.0
    return evidence


# --- is it spun? ---------------------------------------------------------------------------------------------------------

#: Shorter texts are left to the language model: they cost it little, and their sums say little.
SHORTEST_SCREENED = 150
#: Logistic regression of "spun" on ten times the mean evidence of the words and on the logarithm of the share of words in
#: strange company (with one in a hundred added).  Fitted to 2,512 sound articles (newswire and web posts) and 433 spun ones,
#: at a prior of one spun article in twenty; what it misses and what it leaves to be read, spinners left out, stands in
#: docs/screen.md.
_PER_EVIDENCE, _PER_COMPANY, _INTERCEPT = 5.95, 2.38, 1.78
_COMPANY_ADDED = 0.01
#: No spun article of 408 has more of its words in strange company; where not even this could keep an article from being
#: cleared, its company is not looked at, and the probability told is a bound.
_MOST_STRANGE = 0.5
#: Articles below this logit are cleared.
CLEARED_BELOW = -5.0


def spin_logit(scan: Scan) -> float | None:
    """The log odds that a text was spun, by a scan with a model; None for a text too short to say."""
    words = int(scan.stats[byte_scan.SCORED])
    if words < SHORTEST_SCREENED:
        return None
    return _logit(scan.stats, _MOST_STRANGE if scan.strangers is None else scan.strangers / words)


def _logit(stats: npt.NDArray[np.int64], strange: float) -> float:
    """The log odds, given the share of words in strange company."""
    mean = int(stats[byte_scan.EVIDENCE]) / EVIDENCE_UNITS / max(1, int(stats[byte_scan.SCORED]))
    return _PER_EVIDENCE * 10.0 * mean + _PER_COMPANY * math.log(strange + _COMPANY_ADDED) + _INTERCEPT


def cleared_of_spin(scan: Scan) -> float | None:
    """The probability that a text was spun, for one that is cleared without reading it; None for one that has to be read."""
    logit = spin_logit(scan)
    return 1.0 / (1.0 + math.exp(-logit)) if logit is not None and logit < CLEARED_BELOW else None


@numba.njit(cache=True, nogil=True, boundscheck=False, error_model="numpy")
def strangers(pairs: npt.NDArray[np.uint32], ids: npt.NDArray[np.int32]) -> int:
    """How many words make a pair that the language model never saw both with the word before and with the one behind.

    ``pairs`` are the model's (:class:`~textrepair.model.ngrams.Ngrams`), ``ids`` those of a :class:`Scan`.
    """
    found = 0
    before = np.uint64(0)
    strange = False  # also what came before
    for i in range(len(ids)):
        word = np.uint64(ids[i])
        now = bool(find_pair(pairs, (before << np.uint64(16)) | word) < 0)
        if now and strange:
            found += 1
        strange = now
        before = word
        if word == 1:
            before = np.uint64(0)
            strange = False
    return found
