"""Which words does an observed word stand for, judged by *all* the places where it stands, some of which may be its own?

A word of a spun corpus is now one word's substitute, now another's, now itself.  So its places are a mixture: each original
``c`` has a share ``π_c`` of them, and a place ``j`` that is ``c``'s looks as ``c``'s places do,
``P(j | c) / P(j) = P(c | j) / P(c)``, both from the language model, ``P(c)`` as the mean over places drawn from the corpus.
Originals are taken on one at a time, the one that gains most first, as long as the gain in log-likelihood pays
for the prior odds of such a swap: a spinner has few substitutes a word, so that a word stands for few others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from textrepair.compiled import njit
from textrepair.model.ngrams import Addresses
from textrepair.model.slots import Lack, Place, Places

Floats = npt.NDArray[np.float64]

#: A place that nothing explains is this unlikely (nats) against one drawn from the corpus: its neighbours may be damaged.
_UNEXPLAINED = -3.0
#: Rounds of EM over the shares.
_ROUNDS = 20
#: Of a word with more places, so many tell which candidates are worth a look at all, and so many of these get one.
_FIRST, _SHORT = 16, 200
#: For a phrase each of so many places of the pool is enough.
_POOL_STEP = 5
#: At most so many originals of a word.
_MOST = 4
#: What a related word costs (nats): a spinner puts a word for one or two of the thirty that it is related to.  2 to 5 nats give
#: the same F0.5 within 0.002 (mean of three parts of `issues`, deciphered apart).
_RELATED = 3.0


@njit(nogil=True)
def _gains(fit: Floats, now: Floats) -> Floats:
    """By how much (nats) each column of ``fit`` (places, words) betters a mixture of density ``now`` (places,)."""
    places, words = fit.shape
    out = np.empty(words)
    for w in range(words):
        share = 0.2
        for _ in range(6):
            total = 0.0
            for j in range(places):
                part = share * fit[j, w]
                total += part / (part + (1.0 - share) * now[j])
            share = total / places
        gain = 0.0
        for j in range(places):
            gain += np.log(1.0 - share + share * fit[j, w] / now[j])
        out[w] = gain
    return out


def explain(fit: Floats, costs: Floats, itself: int) -> list[tuple[int, float]]:
    """The words other than ``itself`` that share the places, and how much of them each has.

    ``fit`` (places, words): how many times as likely a word is in a place as elsewhere; ``costs`` (words,): what taking a word
    on costs in nats.
    """
    rest = np.full(len(fit), np.exp(_UNEXPLAINED))
    active = [itself]
    shares, density = _em(np.column_stack((rest, fit[:, active])))
    while len(active) <= _MOST:
        gains = _gains(fit, density) - costs
        gains[active] = -np.inf
        best = int(np.argmax(gains))
        if gains[best] <= 0.0:
            break
        active.append(best)
        shares, density = _em(np.column_stack((rest, fit[:, active])))
    # What came first may have lost all of its places to what came later.
    found = zip(active[1:], shares[2:].tolist(), strict=True)
    return [(word, share) for word, share in found if share * len(fit) >= 0.5]


def _em(parts: Floats) -> tuple[Floats, Floats]:
    """Shares (components,) and density (places,) of a mixture of ``parts`` (places, components)."""
    shares = np.full(parts.shape[1], 1.0 / parts.shape[1])
    for _ in range(_ROUNDS):
        joint = parts * shares
        shares = (joint / joint.sum(axis=1, keepdims=True)).mean(axis=0)
    return shares, (parts * shares).sum(axis=1)


@dataclass(frozen=True)
class Fitting:
    """The candidates of all words, and how well each fits a place drawn from the corpus.

    ``words`` (m,) language-model identifiers; ``costs`` (m,) nats for taking one on, infinite for what is an original of those
    only to which it is related; ``usual`` (m,) its mean probability among the candidates over ``pool``; ``pool_logps`` (pool,)
    what all candidates come to in each of those.
    """

    lm: Addresses
    weight: float
    words: npt.NDArray[np.int64]
    costs: Floats
    usual: Floats
    pool: Places
    pool_logps: Floats

    @classmethod
    def over(
        cls,
        lm: Addresses,
        lacking: Lack,
        related: npt.NDArray[np.int64],
        pool: Sequence[Place],
        prior_odds: float,
        weight: float,
    ) -> Fitting:
        """What the places of ``pool`` say of the words that a corpus lacks, and of those that are ``related`` to any suspect."""
        slots = Places.of(pool)
        words = np.concatenate((lacking.words, np.setdiff1d(related, lacking.words)))
        logps = slots.logps(lm, words, weight)
        total = _total(logps)
        usual = np.exp(logps - total[:, None]).mean(axis=0)
        costs = np.full(len(words), np.inf)
        costs[: len(lacking.words)] = -np.log(prior_odds * lacking.share)
        return cls(lm, weight, words, costs, usual, slots, total)

    def originals(
        self,
        places: Sequence[Place],
        own: Sequence[tuple[int, ...]],
        related: npt.NDArray[np.int64],
        odds: float = 1.0,
    ) -> list[tuple[int, float]]:
        """The words that an observed word or phrase stands for, each with its share of the places.

        ``own`` is what it says in each place if it means itself, ``related`` what the channel relates it to; ``odds`` how many
        times as likely as of other words it is of this one that it stands for any.
        """
        slots = Places.of(places)
        near = np.isin(self.words, related)
        costs = np.where(near, np.minimum(self.costs, _RELATED), self.costs) - np.log(odds)
        possible = np.isfinite(costs)
        if len(own[0]) == 1:
            possible &= self.words != own[0][0]
        kept = np.flatnonzero(possible)
        own_logps, own_usual = self._own(slots, own)
        if len(places) > _FIRST:
            step = slice(None, None, -(-len(places) // _FIRST))
            fit = self._fit(slots.some(step), kept, own_logps[step], own_usual[step])
            better = fit / (fit + np.maximum(fit[:, -1:], np.exp(_UNEXPLAINED)))
            best = np.argsort(-better[:, :-1].mean(axis=0), kind="stable")[:_SHORT]
            kept = kept[np.union1d(best, np.flatnonzero(near[kept]))]
        fit = self._fit(slots, kept, own_logps, own_usual)
        found = explain(fit, np.append(costs[kept], np.inf), len(kept))
        return [(int(self.words[kept[w]]), share) for w, share in found]

    def _own(self, slots: Places, own: Sequence[tuple[int, ...]]) -> tuple[Floats, Floats]:
        """How likely in each place what is its own, and how likely that is in the pool: shapes (places,)."""
        logps, usual = np.empty(len(own)), np.empty(len(own))
        for words in sorted(set(own)):
            here = [k for k, read in enumerate(own) if read == words]
            logps[here] = slots.some(here).sequence_logps(self.lm, words, self.weight)
            step = slice(None, None, 1 if len(words) == 1 else _POOL_STEP)
            elsewhere = self.pool.some(step).sequence_logps(self.lm, words, self.weight)
            usual[here] = np.exp(elsewhere - np.logaddexp(self.pool_logps[step], elsewhere)).mean()
        return logps, usual

    def _fit(
        self, slots: Places, which: npt.NDArray[np.int64], own_logps: Floats, own_usual: Floats
    ) -> Floats:
        """How many times as likely as elsewhere each candidate, and last what is the place's own, is in each place."""
        logps = slots.logps(self.lm, self.words[which], self.weight)
        total = np.logaddexp(_total(logps), own_logps)
        fit = np.exp(logps - total[:, None]) / self.usual[which]
        return np.column_stack((fit, np.exp(own_logps - total) / own_usual))


def _total(logps: Floats) -> Floats:
    """Natural log of the sum over words: (places, words) to (places,)."""
    highest = logps.max(axis=1)
    total: Floats = np.log(np.exp(logps - highest[:, None]).sum(axis=1)) + highest
    return total
