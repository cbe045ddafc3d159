"""How many of a text's words stand in company that no writer would give them, whatever the spinner's thesaurus?

The other signs ask the channel, which knows WordNet's relations: a program with another thesaurus puts words that the channel
explains by nothing.  Here it isn't asked what was meant.  Of each word of an open class it is told how much likelier it is as a
substitute than as a writer's own word: by how much better it fits behind the words before it than by its frequency, and the
word behind it behind the two; by how often it is in the text; and by how much oftener spinners put it than writers (boosted
trees: Friedman 2001; ``scripts/train_company.py``).  They are fitted to words put at random, of the same inflection, so that no
thesaurus is preferred.

With l the natural log of that ratio for each word and r the share of words replaced, a text's ratio is

    max over r of Σ log(1 - r + r · exp(l))
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from textrepair.compiled import compiled, compiled_making_arrays
from textrepair.detector.spin.trees import Trees, said, trees_of
from textrepair.detector.word_runs import can_be_told, packaged_json
from textrepair.lazy import cached_property
from textrepair.model.adaptation import numbered
from textrepair.model.model import Model
from textrepair.model.ngrams import (
    NO_CONTEXT,
    Addresses,
    Opened,
    extend,
    find_pair,
    follow,
    opened,
    pair_key,
    prepare,
    touch_pair,
    word_logp,
)
from textrepair.model.reading import expected_kinds, said_by_kinds
from textrepair.model.vocabulary import END

FILE = "company.json.gz"
FORMAT, VERSION = "textrepair company", 1
#: Columns of :meth:`Company.measured`: natural log of the word's frequency; how much likelier (nats) than by their frequencies it
#: is behind the words before it and the next word behind it; the frequencies of its neighbours; whether the model saw it beside
#: each; its uses in the text, at most four; :func:`~.word_evidence.word_evidence`.
FEATURES = (
    "frequency", "fits behind", "fits before", "frequency before", "frequency behind", "seen behind", "seen before", "uses",
    "evidence",
)  # fmt: skip
#: More frequent words, one in 1,500, are in all company.
_FREQUENT = -7.3
_MOST_USES = 4
#: Shares of words replaced.
RATES = np.array([0.005, 0.01, 0.02, 0.04, 0.08, 0.15, 0.25, 0.4])


@dataclass(frozen=True, eq=False)
class InCompany:
    """What the company of a text's words tells: its log-likelihood ratio (nats) and the share of words replaced at which it is
    largest; ``places`` (k,) among the text's identifiers of the words that were asked, which ``words`` (k,) they are, and their
    own ``ratios`` (k,), in nats."""

    ratio: float
    rate: float
    places: npt.NDArray[np.int64]
    words: npt.NDArray[np.int32]
    ratios: npt.NDArray[np.float64]

    @property
    def ratio_of_kinds(self) -> float:
        """Of the ratio as much as different words say."""
        return said_by_kinds(self.ratio, *expected_kinds(self.words, self.replaced()))

    @cached_property
    def quantiles(self) -> tuple[float, ...]:
        """The words' ratios at a quarter of them, at the middle and at nine tenths."""
        return tuple(np.quantile(self.ratios, (0.25, 0.5, 0.9)).tolist())

    def replaced(self) -> npt.NDArray[np.float64]:
        """The probability of each of these words that it was put for another, at this rate: shape (k,)."""
        odds = self.rate * np.exp(self.ratios)
        out: npt.NDArray[np.float64] = odds / (1.0 - self.rate + odds)
        return out


@dataclass(frozen=True, eq=False)
class Company:
    """Asks one model about the company of words."""

    model: Model
    trees: Trees
    intercept: float
    _evidence: npt.NDArray[np.float32]
    _asked: npt.NDArray[np.float32]

    @classmethod
    def of(cls, model: Model, stored: Mapping[str, Any], evidence: npt.NDArray[np.float64]) -> Company:
        """With the trees of a file as ``scripts/train_company.py`` writes it; any other is refused.  ``evidence`` (identifiers,)
        is that of the model's words (:func:`~.word_evidence.word_evidence`)."""
        if (
            stored.get("format") != FORMAT
            or stored.get("version") != VERSION
            or stored["features"] != list(FEATURES)
        ):
            raise ValueError(
                f"not {FORMAT}, version {VERSION}; run scripts/train_company.py fit to make it anew"
            )
        return cls(model, trees_of(stored), stored["intercept"], evidence.astype(np.float32), _asked(model))

    def asked(self, ids: npt.NDArray[np.int32], most: int = 0) -> InCompany:
        """What the words of a text tell (the identifiers of its words and signs, with those of the ends of its sentences); or the
        first so many of those that can be asked."""
        features, places = self.measured(ids, most)
        ratios = np.empty(len(places))
        ratio, rate = _ratio(features, self.trees, self.intercept, RATES, ratios)
        return InCompany(float(ratio), float(rate), places, ids[places], ratios)

    def unfamiliar(self, ids: npt.NDArray[np.int32]) -> float:
        """The share of the words that can be asked which stand in a pair that the language model never saw.

        Only every other place of the text is looked at, so that it is quickly told; it is nearly always small where no word is in
        strange company.
        """
        new, all_asked = in_new_pairs(self.model.lm, self.model.vocabulary.seen_as, self._asked, ids, 2)
        return float(new) / max(1.0, all_asked)

    def measured(
        self, ids: npt.NDArray[np.int32], most: int = 0
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
        """The :data:`FEATURES` of the words that can be asked, or of the first so many, a row each, and their places."""
        vocabulary = self.model.vocabulary
        found: tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]] = _measured(
            self.model.lm,
            vocabulary.seen_as,
            np.asarray(vocabulary.unknown_logp),
            self._evidence,
            self._asked,
            ids,
            most or len(ids),
        )
        return found


def packaged_company(model: Model, evidence: npt.NDArray[np.float64]) -> Company:
    """With the trees that come with the package."""
    return Company.of(model, packaged_json(FILE), evidence)


def _asked(model: Model) -> npt.NDArray[np.float32]:
    """1 for identifiers that can be asked, words that are no names and not so frequent; else 0."""
    vocabulary = model.vocabulary
    asked = can_be_told(vocabulary)
    asked &= model.ngrams.uni_logp[vocabulary.seen_as] < _FREQUENT
    asked &= np.array([word[:1].isalpha() for word in vocabulary.words])
    return asked.astype(np.float32)


@compiled
def word_behind(seen_as, ids, i):  # type: ignore[no-untyped-def]
    """The word behind one, or the end of a sentence."""
    return np.int64(seen_as[ids[i + 1]]) if i + 1 < len(ids) else np.int64(END)


@compiled
def context_behind(context, word):  # type: ignore[no-untyped-def]
    """The three words before the next one; none before the first one of a sentence."""
    return NO_CONTEXT if word == END else extend(context, word)


@compiled
def pairs_of(
    seen_as: npt.NDArray[np.int32], ids: npt.NDArray[np.int32], i: int
) -> tuple[np.uint64, np.uint64]:
    """The keys of the pairs that a word makes with the one before and with the one behind."""
    word = np.int64(seen_as[ids[i]])
    before = np.int64(seen_as[ids[i - 1]]) if i and ids[i - 1] != END else np.int64(0)
    return pair_key(before, word), pair_key(word, word_behind(seen_as, ids, i))


@compiled
def is_new(model: Opened, seen_as: npt.NDArray[np.int32], ids: npt.NDArray[np.int32], i: int) -> bool:
    """Is the word in a pair, with the one before or the one behind, that the model never saw?"""
    before, behind = pairs_of(seen_as, ids, i)
    return bool(find_pair(model, before) < 0 or find_pair(model, behind) < 0)


@compiled
def in_new_pairs(
    lm: Addresses,
    seen_as: npt.NDArray[np.int32],
    weights: npt.NDArray[np.float32],
    ids: npt.NDArray[np.int32],
    step: int,
) -> tuple[float, float]:
    """Of the words at every so many places what those weigh that stand in a pair which the model never saw, and what all weigh;
    ``weights`` (identifiers,) are 0 for those that don't count."""
    model = opened(lm)
    for i in range(0, len(ids), step):
        if weights[ids[i]] > 0.0:
            before, behind = pairs_of(seen_as, ids, i)
            touch_pair(model, before)
            touch_pair(model, behind)
    new, total = 0.0, 0.0
    for i in range(0, len(ids), step):
        weight = weights[ids[i]]
        total += weight
        if weight > 0.0 and is_new(model, seen_as, ids, i):
            new += weight
    return new, total


@compiled_making_arrays
def _measured(  # type: ignore[no-untyped-def]
    lm, seen_as, unknown_logp, evidence, asked, ids, most
):
    model = opened(lm)
    kind = numbered(ids)
    uses = np.zeros(len(ids), dtype=np.int64)
    count = 0
    for i in range(len(ids)):
        uses[kind[i]] += 1
        count += asked[ids[i]] > 0.0
    count = min(count, most)
    out, places = np.empty((count, len(FEATURES)), dtype=np.float32), np.empty(count, dtype=np.int64)
    n = 0
    context = NO_CONTEXT
    for i in range(len(ids)):
        if n == count:
            break
        word = np.int64(seen_as[ids[i]])
        if asked[ids[i]] > 0.0:
            behind = word_behind(seen_as, ids, i)
            length, three, two, one = prepare(model, context)
            before = find_pair(model, pair_key(np.int64(context & np.uint64(0xFFFF)), word))
            own, length, three, two, one = follow(model, context, length, three, two, one, word, before)
            after = find_pair(model, pair_key(word, behind))
            next_one = follow(model, extend(context, word), length, three, two, one, behind, after)[0]
            out[n, 0] = word_logp(model, word) + unknown_logp[ids[i]]
            out[n, 1] = own - word_logp(model, word)
            out[n, 2] = next_one - word_logp(model, behind)
            out[n, 3] = word_logp(model, np.int64(seen_as[ids[i - 1]])) if i else np.float32(0.0)
            out[n, 4] = word_logp(model, behind)
            out[n, 5], out[n, 6] = before >= 0, after >= 0
            out[n, 7] = min(uses[kind[i]], _MOST_USES)
            out[n, 8] = evidence[ids[i]]
            places[n] = i
            n += 1
        context = context_behind(context, word)
    return out, places


@compiled_making_arrays
def _ratio(  # type: ignore[no-untyped-def]
    features, trees, intercept, rates, ratios
):
    """Each word's ratio, into ``ratios``; and the text's, with its rate."""
    sums = np.zeros(len(rates))
    for row in range(len(features)):
        ratio = ratios[row] = intercept + said(trees, features, row)
        more = np.exp(ratio) - 1.0
        for k in range(len(rates)):
            sums[k] += np.log1p(rates[k] * more)
    best = np.argmax(sums)
    return sums[best], rates[best]
