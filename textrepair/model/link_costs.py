"""How likely does one run of words of a damaged passage stand for a run of its reference?

The conditional model ``P(damaged | reference)`` of the aligner, every probability told relative to a *background* in which each
damaged token is drawn by its frequency alone, so that a token that nothing explains costs nothing beyond the move that skips
it.  For one reference word ``r`` and a run ``d`` of damaged words

    P(d | r) = (c(d, r) · (1 − 1 / places(d, r)) + K(r) · base(d | r)) / (c(r) + κ)
    base(d | r) = π [d = r] + (1 − π) · P(length of d) · Π background(dᵢ) · likeness(d, r)

``c`` are the expected sightings of EM at so many ``places``.  What the average place adds is taken off, since the place that is
to be aligned is usually one of them and no evidence for itself; so a swap seen once has none.  ``K(r)`` is the mass left.
``likeness`` is the ratio of how often linked and random words agree in first letters, last letters and frequency: weak cues
for swaps without counts.  A run that has ``r`` itself among other words ("laptop computer" ← "laptop") is likelier than its base.
A run of several reference words has the same form without π and likeness.
"""

from __future__ import annotations

import math
import zlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from textrepair.compiled import njit
from textrepair.lazy import cached_property

Words = tuple[str, ...]
Pair = tuple[Words, Words]

#: Longest run on the damaged side of a link: "to a greater extent than" ← "more" is the longest frequent one of the real pairs.
LONGEST = 5
#: Shapes of links, damaged × reference tokens; many to many falls apart into smaller links.
SHAPES = ((1, 1), (2, 1), (3, 1), (4, 1), (5, 1), (1, 2), (1, 3), (1, 4))

#: Sightings that the base is worth against counts.
_KAPPA = 2.0
#: Text without counts is taken for a draw from so many words.
_UNSEEN_WORDS = 20_000.0

# What a token is, for likeness: a swap keeps it.
_WORD, _NUMBER, _CLITIC, _OTHER = range(4)
#: Likeness classes of two words: first letters (none, three, five alike) × last two letters × frequency (same, near, far).
_WORD_CLASSES = 3 * 2 * 3
_SAME_KIND = _WORD_CLASSES  # number–number, clitic–clitic, sign–sign follow
_WORD_CLITIC = _SAME_KIND + 3
_WORD_NUMBER = _WORD_CLITIC + 1
_MIXED = _WORD_NUMBER + 1
CLASSES = _MIXED + 1


class Features(NamedTuple):
    """What likeness sees of tokens, each array ``(types,)``; codes below 0 equal nothing."""

    kind: npt.NDArray[np.int8]
    first3: npt.NDArray[np.int64]
    first5: npt.NDArray[np.int64]
    last2: npt.NDArray[np.int64]
    damaged_octave: npt.NDArray[np.int8]
    reference_octave: npt.NDArray[np.int8]


class Tables(NamedTuple):
    """The costs compiled for lookup, natural logs.

    ``identical`` and ``base`` (types,) score a link of a word with itself and with a run that has no count; ``keys`` and
    ``values`` (a power of two,) are a hash table of the pairs that have; ``runs`` (a power of two,) is one of all their
    sides longer than a word; ``likeness`` (CLASSES,); ``longer`` and ``ref_longer`` by length of the run less one;
    ``moves`` are skip damaged, skip reference, open, extend and close a foreign stretch.
    """

    features: Features
    identical: npt.NDArray[np.float32]
    base: npt.NDArray[np.float32]
    keys: npt.NDArray[np.uint64]
    values: npt.NDArray[np.float32]
    runs: npt.NDArray[np.uint64]
    likeness: npt.NDArray[np.float32]
    longer: npt.NDArray[np.float32]
    ref_longer: npt.NDArray[np.float32]
    moves: npt.NDArray[np.float32]


@dataclass(frozen=True)
class LinkCosts:
    """What EM has learned; without arguments, what holds before anything is counted.

    ``pairs`` are expected sightings of links, identical ones included, ``places`` at how many places (a pair
    that it lacks: at as many as its sightings); ``damaged`` and
    ``reference`` the uses of each form on either side; ``lengths`` and ``ref_lengths`` the shares of runs of 1, 2, 3 … words;
    ``skips`` the probabilities that a damaged and a reference word stand alone; ``unchanged`` the share of word types that
    stay; ``likeness`` natural logs by class, see above.
    """

    pairs: Mapping[Pair, float] = field(default_factory=dict)
    places: Mapping[Pair, int] = field(default_factory=dict)
    damaged: Mapping[str, int] = field(default_factory=dict)
    reference: Mapping[str, int] = field(default_factory=dict)
    lengths: tuple[float, ...] = (0.94, 0.038, 0.014, 0.005, 0.003)
    ref_lengths: tuple[float, ...] = (0.99, 0.008, 0.0015, 0.0005)
    skips: tuple[float, float] = (0.006, 0.006)
    unchanged: float = 0.6
    likeness: tuple[float, ...] = ()

    @cached_property
    def index(self) -> dict[str, int]:
        """Every form seen on either side → its number."""
        return {form: i for i, form in enumerate(dict.fromkeys([*self.damaged, *self.reference]))}

    @cached_property
    def tables(self) -> Tables:
        """Compiled once, at the first alignment."""
        return _compile(self)

    def background(self, form: str) -> float:
        """Share of a form among all tokens of both sides."""
        return (self.damaged.get(form, 0) + self.reference.get(form, 0) + 1.0) / (
            self._tokens + _UNSEEN_WORDS
        )

    @cached_property
    def _tokens(self) -> int:
        return sum(self.damaged.values()) + sum(self.reference.values())

    def identical_unseen(self) -> float:
        """Score of linking a form without counts with itself."""
        return math.log(self.unchanged / self.background(""))

    def base_unseen(self) -> float:
        """Score of linking a reference form without counts with another, before likeness."""
        return math.log(1.0 - self.unchanged)


def features(forms: Sequence[str], damaged: Mapping[str, int], reference: Mapping[str, int]) -> Features:
    """Features of each form, given its uses on either side."""
    return Features(
        np.array([_kind(form) for form in forms], dtype=np.int8),
        np.array([_code(form, form[:3], 4) for form in forms], dtype=np.int64),
        np.array([_code(form, form[:5], 5) for form in forms], dtype=np.int64),
        np.array([_code(form, form[-2:], 4) for form in forms], dtype=np.int64),
        np.array([damaged.get(form, 0).bit_length() for form in forms], dtype=np.int8),
        np.array([reference.get(form, 0).bit_length() for form in forms], dtype=np.int8),
    )


def _kind(form: str) -> int:
    if form[:1].isalpha():
        return _WORD
    if form[:1].isdigit():
        return _NUMBER
    return _CLITIC if len(form) > 1 and form[0] == "'" else _OTHER


def _code(form: str, part: str, shortest: int) -> int:
    return zlib.crc32(part.encode(errors="surrogatepass")) if len(form) >= shortest else -1


@njit(nogil=True)
def likeness_class(f: Features, d: int, r: int) -> int:
    """Which likeness class two forms (row numbers of the features) are in."""
    a, b = f.kind[d], f.kind[r]
    if a == _WORD and b == _WORD:
        first = 0
        if f.first3[d] >= 0 and f.first3[d] == f.first3[r]:
            first = 2 if f.first5[d] >= 0 and f.first5[d] == f.first5[r] else 1
        last = 1 if f.last2[d] >= 0 and f.last2[d] == f.last2[r] else 0
        return int((first * 2 + last) * 3 + min(2, abs(f.damaged_octave[d] - f.reference_octave[r])))
    if a == b:
        return int(_SAME_KIND + a - 1)
    low, high = min(a, b), max(a, b)
    if low == _WORD and high == _CLITIC:
        return _WORD_CLITIC
    if low == _WORD and high == _NUMBER:
        return _WORD_NUMBER
    return _MIXED


#: Likeness before anything is counted: alike words are linked more often than chance, unlike kinds hardly ever.
_FIRST_LIKENESS = np.array(
    [
        math.log(first * last * rank)
        for first in (0.8, 8, 40)
        for last in (0.8, 3.0)
        for rank in (1.5, 1.0, 0.5)
    ]
    + [math.log(ratio) for ratio in (5.0, 2.0, 0.3, 0.2, 0.1, 0.02)],
    dtype=np.float32,
)

#: Moves into, within and out of a foreign stretch (a passage that one side lacks, or another revision), natural logs.  Fixed,
#: since passages that were paired beforehand have hardly any to learn from.  Chosen among two dozen settings in 2026-11: against
#: an unrelated reference 0.5 % of the words are linked, behind unrelated passages 99.9 % of the links stay (docs/alignment.md);
#: tests/test_alignment.py guards both ways.
_OPEN, _EXTEND, _CLOSE = -10.0, -0.15, -3.0

#: Words beside a word that stays may join it ("laptop computer" ← "laptop"), a little less likely than that each is skipped, so
#: that EM finds those that recur and a lone one stays unlinked (natural log per word).
CONTAINS = -1.0

_MIX = np.uint64(0x9E3779B97F4A7C15)


@njit(nogil=True, inline="always")
def extend_key(key: np.uint64, token: int) -> np.uint64:
    """The key of a run with one token more (multiply and rotate, as in FxHash)."""
    return (((key << np.uint64(5)) | (key >> np.uint64(59))) ^ np.uint64(token + 1)) * _MIX


@njit(nogil=True, inline="always")
def pair_key(damaged: np.uint64, reference: np.uint64) -> np.uint64:
    """The key of a pair of runs; never 0, which marks an empty slot."""
    key = (damaged ^ (reference >> np.uint64(29)) ^ (reference << np.uint64(35))) * _MIX
    return (key ^ (key >> np.uint64(32))) | np.uint64(1)


@njit(nogil=True, inline="always")
def slot(keys: npt.NDArray[np.uint64], key: np.uint64) -> int:
    """Where a key stands or would stand in an open hash table."""
    mask = np.uint64(len(keys) - 1)
    at = (key >> np.uint64(7)) & mask
    while keys[at] != 0 and keys[at] != key:
        at = (at + np.uint64(1)) & mask
    return int(at)


@njit(nogil=True)
def _fill(keys: npt.NDArray[np.uint64], values: npt.NDArray[np.float32], pairs: npt.NDArray[np.int32],
          scores: npt.NDArray[np.float32], runs: npt.NDArray[np.uint64]) -> None:  # fmt: skip
    """Enter pairs; a row holds the damaged run and the reference run, each filled up with -1."""
    longest = pairs.shape[1] // 2
    for row in range(len(pairs)):
        sides = np.zeros(2, dtype=np.uint64)
        for side in range(2):
            length = 0
            for k in range(longest):
                token = pairs[row, side * longest + k]
                if token >= 0:
                    sides[side] = extend_key(sides[side], token)
                    length += 1
            if length > 1:
                at = slot(runs, sides[side] | np.uint64(1))
                runs[at] = sides[side] | np.uint64(1)
        key = pair_key(sides[0], sides[1])
        at = slot(keys, key)
        keys[at] = key
        values[at] = scores[row]


def _room(entries: int) -> int:
    return 1 << max(4, (3 * entries).bit_length())


def _compile(costs: LinkCosts) -> Tables:
    forms = list(costs.index)
    traits = features(forms, costs.damaged, costs.reference)
    likeness = np.array(costs.likeness, dtype=np.float32) if costs.likeness else _FIRST_LIKENESS
    total: defaultdict[Words, float] = defaultdict(float)
    kept: defaultdict[Words, float] = defaultdict(float)
    for (damaged, reference), count in costs.pairs.items():
        total[reference] += count
        kept[reference] += _evidence(costs, damaged, reference, count)
    identical = np.empty(len(forms), dtype=np.float32)
    base = np.empty(len(forms), dtype=np.float32)
    for i, form in enumerate(forms):
        run = (form,)
        seen = total[run] + _KAPPA
        left = (seen - kept[run]) / seen
        share = costs.pairs.get((run, run), 0.0) / seen + left * costs.unchanged
        identical[i] = math.log(share / costs.background(form))
        base[i] = math.log(left * (1.0 - costs.unchanged))
    rows, scores = [], []
    for (damaged, reference), count in costs.pairs.items():
        evidence = _evidence(costs, damaged, reference, count)
        if damaged == reference or evidence <= 0.0 or not _usable(costs, damaged, reference):
            continue
        chance = math.prod(costs.background(form) for form in damaged)
        seen = total[reference] + _KAPPA
        if len(reference) == 1:
            r = costs.index[reference[0]]
            unseen = math.exp(base[r]) * costs.lengths[len(damaged) - 1]
            if len(damaged) == 1:
                unseen *= math.exp(likeness[likeness_class(traits, costs.index[damaged[0]], r)])
        else:
            unseen = (seen - kept[reference]) / seen
        ids = [[costs.index[form] for form in run] for run in (damaged, reference)]
        rows.append([x for run in ids for x in run + [-1] * (LONGEST - len(run))])
        scores.append(math.log(evidence / seen / chance + unseen))
    room = _room(len(rows))
    keys, values, runs = np.zeros(room, np.uint64), np.zeros(room, np.float32), np.zeros(room, np.uint64)
    if rows:
        _fill(keys, values, np.array(rows, dtype=np.int32), np.array(scores, dtype=np.float32), runs)
    skip, ref_skip = costs.skips
    return Tables(
        traits,
        identical,
        base,
        keys,
        values,
        runs,
        likeness,
        np.log(np.array(costs.lengths, dtype=np.float32)),
        np.log(np.array(costs.ref_lengths, dtype=np.float32)),
        np.array([math.log(skip), math.log(ref_skip), _OPEN, _EXTEND, _CLOSE], dtype=np.float32),
    )


def _usable(costs: LinkCosts, damaged: Words, reference: Words) -> bool:
    """Can a link have this shape, and are all words among those in use?  (Pairs may come from elsewhere.)"""
    return (len(damaged), len(reference)) in SHAPES and all(
        form in costs.index for form in damaged + reference
    )


def _evidence(costs: LinkCosts, damaged: Words, reference: Words, count: float) -> float:
    return (
        count
        if damaged == reference
        else count * (1.0 - 1.0 / costs.places.get((damaged, reference), max(1.0, count)))
    )
