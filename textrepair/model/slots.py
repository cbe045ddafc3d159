"""Which words would fit where a suspect word stands?

A spinner's substitute stands in the contexts of the word that it replaced.  For every place of a suspect the language model
says how well each frequent word would fit between the neighbours (as they are best read).  One place proves nothing, twenty
agree on "want" for "compass".  The rival is that the word means itself and is used often because the text is about it: then
it is as much likelier everywhere as it is used more often than elsewhere (a unigram cache).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from textrepair.compiled import njit
from textrepair.lazy import cached_property
from textrepair.model.model import Model
from textrepair.model.ngrams import (
    NONE,
    Addresses,
    extend,
    find_pair,
    follow,
    opened,
    pair_key,
    prepare,
    touch_pair,
    touch_three,
)
from textrepair.model.vocabulary import BEGIN, END, SPECIALS

#: A place tells at most so many nats against a reading: its neighbours may be damaged too.
_WORST = 4.0
#: Prior odds that a suspect stands for any other word at all.  1e-4 to 1e-7 make no difference that can be measured.
_PRIOR_ODDS = 1e-5
#: Share of the prior that a candidate has even if the text doesn't lack it.
_NOT_LACKING = 0.1
#: A suspect has at most so many likely originals.
_MOST_ORIGINALS = 8


class Place(NamedTuple):
    """One occurrence: the two words before it and at most two behind it (identifiers of the language model)."""

    left: tuple[int, int]
    right: tuple[int, ...]


def place_of(line: Sequence[int], at: int) -> Place:
    """The place of token ``at`` of a sentence."""
    before = (line[at - 2], line[at - 1]) if at > 1 else (BEGIN, line[0]) if at else (NONE, BEGIN)
    return Place(before, (*line[at + 1 : at + 3], END)[:2])


def varied(places: Iterable[Place], most: int) -> Iterator[Place]:
    """The places of which no more than ``most`` share the word before, or the word behind, and no two both."""
    before: Counter[int] = Counter()
    behind: Counter[int] = Counter()
    both: set[tuple[int, int]] = set()
    for place in places:
        left, right = place.left[1], place.right[0]
        if before[left] < most and behind[right] < most and (left, right) not in both:
            before[left] += 1
            behind[right] += 1
            both.add((left, right))
            yield place


class Places(NamedTuple):
    """Places as arrays: the words before (places, 2) and behind (places, 2), and how many are known of the latter (places,)."""

    left: npt.NDArray[np.int64]
    right: npt.NDArray[np.int64]
    known: npt.NDArray[np.int64]

    @classmethod
    def of(cls, places: Sequence[Place]) -> Places:
        """Places as arrays."""
        return cls(
            np.array([place.left for place in places], dtype=np.int64).reshape(-1, 2),
            np.array([(*place.right, END)[:2] for place in places], dtype=np.int64).reshape(-1, 2),
            np.array([len(place.right) for place in places], dtype=np.int64),
        )

    def some(self, which: slice | list[int]) -> Places:
        """Some of them."""
        return Places(self.left[which], self.right[which], self.known[which])

    def logps(self, lm: Addresses, words: npt.NDArray[np.int64], weight: float) -> npt.NDArray[np.float64]:
        """Weighed natural-log probability of each word in each place: shape (places, words)."""
        return weight * all_slot_logps(lm, self.left, self.right, self.known, words)

    def sequence_logps(self, lm: Addresses, words: Sequence[int], weight: float) -> npt.NDArray[np.float64]:
        """The same for several words one after the other: shape (places,)."""
        left, nothing = self.left, np.zeros_like(self.known)
        total = np.zeros(len(left))
        for number, word in enumerate(words, 1):
            slots = Places(left, self.right, self.known if number == len(words) else nothing)
            total += slots.logps(lm, np.array([word], dtype=np.int64), weight)[:, 0]
            left = np.column_stack((left[:, 1], np.full(len(left), word)))
        return total


@njit(nogil=True)
def distinct_places(
    words: npt.NDArray[np.int64], begins: npt.NDArray[np.int64], tokens: npt.NDArray[np.int64], most: int
) -> Places:
    """The places of tokens (:func:`place_of`), in order, of which no two share the word before, or the word behind.

    ``words`` (n,) of all sentences, of which each ``begins`` at a token (sentences + 1,); the first ``most`` places.  A sentence
    that is repeated with other words swapped in it (a refrain, a boilerplate, several spins of one text) tells no more the
    second time.
    """
    left, right = np.empty((most, 2), dtype=np.int64), np.full((most, 2), END, dtype=np.int64)
    known = np.empty(most, dtype=np.int64)
    total, sentence = 0, 0
    for token in tokens:
        if total == most:
            break
        while begins[sentence + 1] <= token:
            sentence += 1
        begin, end = begins[sentence], begins[sentence + 1]
        before = words[token - 1] if token > begin else BEGIN
        behind = words[token + 1] if token + 1 < end else END
        again = False
        for k in range(total):
            again = again or left[k, 1] == before or right[k, 0] == behind
        if again:
            continue
        left[total, 1], right[total, 0] = before, behind
        left[total, 0] = words[token - 2] if token > begin + 1 else BEGIN if token > begin else NONE
        if token + 2 < end:
            right[total, 1] = words[token + 2]
        known[total] = 2 if token + 1 < end else 1
        total += 1
    return Places(left[:total], right[:total], known[:total])


@njit(nogil=True)
def slot_logps(
    lm: Addresses, left: npt.NDArray[np.int64], right: npt.NDArray[np.int64], words: npt.NDArray[np.int64]
) -> npt.NDArray[np.float32]:
    """Natural-log probability of each word together with what follows it: shape (words,)."""
    out = np.empty(len(words), dtype=np.float32)
    model = opened(lm)
    start = np.uint64(0xFFFFFFFFFFFF)
    for word in left:
        start = extend(start, word)
    last = np.int64(start & np.uint64(0xFFFF))
    length, three, two, one = prepare(model, start)
    before, behind = np.empty(len(words), dtype=np.int64), np.empty(len(words), dtype=np.int64)
    between = np.empty(
        len(right), dtype=np.int64
    )  # the pairs of what stands behind are the same for all words
    for k in range(1, len(right)):
        between[k] = find_pair(model, pair_key(right[k - 1], right[k]))
    for i in range(len(words)):
        touch_pair(model, pair_key(last, words[i]))
        if len(right):
            touch_pair(model, pair_key(words[i], right[0]))
    for i in range(len(words)):
        before[i] = find_pair(model, pair_key(last, words[i]))
        if before[i] >= 0 and length > 1:
            touch_three(model, extend(start, words[i]))
        if len(right):
            behind[i] = find_pair(model, pair_key(words[i], right[0]))
            if behind[i] >= 0:
                if before[i] >= 0:
                    touch_three(model, pair_key(last << 16 | words[i], right[0]))
                if len(right) > 1 and between[1] >= 0:
                    touch_three(model, pair_key(words[i] << 16 | right[0], right[1]))
    for i in range(len(words)):
        total, size, c, b, a = follow(model, start, length, three, two, one, words[i], before[i])
        context = extend(start, words[i])
        for k in range(len(right)):
            pair = between[k] if k else behind[i]
            logp, size, c, b, a = follow(model, context, size, c, b, a, right[k], pair)
            total += logp
            context = extend(context, right[k])
        out[i] = total
    return out


@njit(nogil=True)
def all_slot_logps(
    lm: Addresses,
    left: npt.NDArray[np.int64],
    right: npt.NDArray[np.int64],
    known: npt.NDArray[np.int64],
    words: npt.NDArray[np.int64],
) -> npt.NDArray[np.float64]:
    """:func:`slot_logps` of several places, of which each has ``known`` words behind it: shape (places, words)."""
    out = np.empty((len(left), len(words)))
    for i in range(len(left)):
        out[i] = slot_logps(lm, left[i], right[i][: known[i]], words)
    return out


@njit(nogil=True)
def _evidence(
    lm: Addresses,
    left: npt.NDArray[np.int64],
    right: npt.NDArray[np.int64],
    known: npt.NDArray[np.int64],
    words: npt.NDArray[np.int64],
    prior: npt.NDArray[np.float64],
    topic: float,
    weight: float,
    margin: float,
) -> tuple[npt.NDArray[np.float64], bool]:
    """How likely (nats) each word is by its prior and by how well it fits all places: shape (words,).

    Each place has ``known`` words behind it.  The last word is the suspect itself, whose ``topic`` counts at each.  False where
    the places left can't bring any other word within ``margin`` of it: a place tells at most so much against a reading, and
    nothing for it.
    """
    out = prior.copy()
    fits = np.empty(len(words))
    for i in range(len(left)):
        if out[:-1].max() < out[-1] - _WORST * (len(left) - i) - margin:
            return out, False
        fits[:] = slot_logps(lm, left[i], right[i][: known[i]], words)
        fits[-1] += topic
        fits *= weight
        best = fits.max()
        for k in range(len(words)):
            out[k] += max(fits[k] - best, -_WORST)
    return out, True


@dataclass(frozen=True)
class Lack:
    """What a text is short of: the prior of a suspect's original.

    ``words`` candidate originals; ``share`` (same shape, sums to one) of what is missing.
    """

    words: npt.NDArray[np.int64]
    share: npt.NDArray[np.float64]

    @cached_property
    def prior(self) -> npt.NDArray[np.float64]:
        """Natural-log odds of each candidate before any place is looked at."""
        return np.log(_PRIOR_ODDS * self.share)


def lack(model: Model, used: npt.NDArray[np.float64], total: float, candidates: int) -> Lack:
    """What a text of ``total`` words lacks that uses each word of the language model so often: shape (V,).

    Only so many of the most frequent words are candidates; what ``used`` has of others may be missing."""
    words = np.flatnonzero(model.is_word[: len(SPECIALS) + candidates]).astype(np.int64)
    expected = np.exp(model.ngrams.uni_logp[words].astype(np.float64)) * total
    missing = np.maximum(expected - used[words], 0.0) + _NOT_LACKING * expected + 1e-9
    return Lack(words, missing / missing.sum())


def likely_originals(
    lm: Addresses,
    places: Places,
    itself: int,
    lacking: Lack,
    topic: float,
    weight: float,
    least: float,
) -> list[tuple[int, float]]:
    """The originals of one suspect that are at least so probable, the best first; what the suspect itself keeps is left out.

    ``itself`` is the suspect as the language model sees it, ``topic`` (nats) how much likelier it is in a text which uses
    it so often; ``weight`` tempers the language model as in decoding.
    """
    others = lacking.words != itself
    listed = np.append(lacking.words[others], itself)
    prior = np.append(lacking.prior[others], 0.0)
    evidence, open_ = _evidence(lm, *places, listed, prior, topic, weight, -math.log(least))
    if not open_:
        return []
    posterior = np.exp(evidence - evidence.max())
    posterior /= posterior.sum()
    order = np.argsort(-posterior[:-1], kind="stable")[:_MOST_ORIGINALS]
    return [(int(listed[i]), float(posterior[i])) for i in order if posterior[i] >= least]
