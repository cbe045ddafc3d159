"""What did a spinner do, learned from damaged articles alone?

A word that keeps appearing where only "the" fits is "the".  EM over a damaged corpus (Knight, Nair, Rathod & Yamada,
"Unsupervised analysis for decipherment problems", 2006; Ravi & Knight, "Deciphering foreign language", 2011, for the
noisy-channel form):

1. All articles are read (:mod:`textrepair.model.reading`), which finds the swaps of frequent words in each by itself
   (:mod:`textrepair.model.open_channel`); posteriors give soft counts of swaps and of words left alone.
2. The contexts are mostly mended now.  Words used far more often than in sound English are *suspects*: those that would fit all
   the places where one stands, taken from many articles, become its likely originals (:mod:`textrepair.model.slots`).  That
   finds swaps of content words that no relation explains ("compass" for "want").
3. The counts become a family of the channel; pairs that gather next to nothing are dropped.  Back to 1.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from textrepair.model.alignment import Pair, Words
from textrepair.model.families import SwapCounts, with_family
from textrepair.model.lattice import end_positions
from textrepair.model.model import Model
from textrepair.model.open_channel import best_reading
from textrepair.model.place_mixture import Fitting
from textrepair.model.reading import LM_WEIGHT, Reading, read
from textrepair.model.slots import Place, lack, place_of
from textrepair.tokens import tokenize

#: Rounds of reading and recounting: F0.5 from 408 `issues` articles is 0.782, 0.791, 0.789 after one, two, three.
ROUNDS = 2
#: A suspect is used this many times as often as in sound English.
_OVERUSED = 8.0
#: A word that fits the places of a suspect is taken on from this share of them on, and counts as this part of a sighting in each.
_FITS, _FIT_WEIGHT = 0.05, 0.1
#: A suspect needs so many places to be looked at.
_FEWEST_PLACES = 6
#: So many suspects are looked at, by how far their counts are off (log likelihood ratio).
_SUSPECTS = 500
#: A pair needs this many soft sightings to stay.
_SMALLEST = 0.1
#: The number of articles that a suspect has to appear in.
_FEWEST_ARTICLES = 3
#: Of one article so many places of a suspect are looked at: a topic's word stands often, but in few articles.
_PLACES_AN_ARTICLE = 3
#: So many places of a suspect are gathered; re-spins of one article repeat each other's, and those count once.
_GATHERED = 200
#: So many different ones are looked at; more sharpen little.
_PLACES = 100
#: So many places stand for the corpus.
_POOL = 1500
#: Prior odds of a swap.
_PRIOR_ODDS = 1e-5
#: Candidate originals are so many of the most frequent words.
_CANDIDATES = 3000


@dataclass
class _Gathered:
    """What one round of reading gathers: soft counts, and the places of suspects."""

    gathering: bool
    swaps: dict[Pair, float] = field(default_factory=lambda: defaultdict(float))
    intended: dict[Words, float] = field(default_factory=lambda: defaultdict(float))
    places: dict[str, list[Place]] = field(default_factory=lambda: defaultdict(list))
    seen: Counter[str] = field(default_factory=Counter)
    spread: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    articles: int = 0
    words: int = 0
    swapped: float = 0.0

    def add(self, model: Model, reading: Reading) -> None:
        """Add one article's posteriors."""
        self.words += reading.words
        edges, posterior = reading.edges, reading.posterior
        ends = end_positions(edges)
        names = model.vocabulary.words
        observed = reading.sentences.words
        for e in np.flatnonzero(posterior > 0.01).tolist():
            weight, last, size = float(posterior[e]), int(ends[e]), int(edges.length[e])
            target = model.target_words(int(edges.target[e]))
            original = tuple(names[w] for w in target)
            self.intended[original] += weight
            if edges.entry[e] < 0:
                continue
            self.swaps[tuple(names[w] for w in observed[last - size + 1 : last + 1]), original] += weight
            self.swapped += weight * size
        self.articles += 1
        if self.gathering:
            self._add_places(names, reading, best_reading(model, reading.sentences, edges, posterior))

    def _add_places(self, names: Sequence[str], reading: Reading, best: npt.NDArray[np.int64]) -> None:
        here: Counter[str] = Counter()
        observed, readiness = reading.sentences.words, reading.sentences.readiness
        for start, stop in pairwise(reading.sentences.begins.tolist()):
            line = best[start:stop].tolist()
            for k in range(start, stop):
                name = names[observed[k]]
                if readiness[k] < 1.0 or not name[0].isalpha():
                    continue
                self.seen[name] += 1
                self.spread[name].add(self.articles)
                if len(self.places[name]) < _GATHERED and here[name] < _PLACES_AN_ARTICLE:
                    here[name] += 1
                    self.places[name].append(place_of(line, k - start))

    def pool(self) -> list[Place]:
        """Places of all words, as often as they are used."""
        everything = [place for word in sorted(self.places) for place in self.places[word]]
        return everything[:: max(1, len(everything) // _POOL)]

    def counts(self, name: str) -> SwapCounts:
        kept = {pair: count for pair, count in self.swaps.items() if count >= _SMALLEST}
        return SwapCounts(name, kept, dict(self.intended))


def decipher(
    model: Model,
    texts: Sequence[str],
    name: str,
    rounds: int = ROUNDS,
    report: Callable[[str], None] = lambda message: None,
) -> Model:
    """The model with a family learned from damaged texts alone; deterministic."""
    articles = [tokenize(text) for text in texts]
    current = model
    for number in range(1, rounds + 1):
        gathered = _Gathered(number < rounds)
        for done, tokens in enumerate(articles, 1):
            gathered.add(current, read(current, tokens))
            if done % 50 == 0:
                report(f"round {number}: {done} of {len(articles)} articles")
        counts = gathered.counts(name)
        share = gathered.swapped / max(1, gathered.words)
        report(
            f"round {number}: {share:.0%} of {gathered.words} words read as swapped, {len(counts.swaps)} kinds of swap"
        )
        if number < rounds:
            fitting = _fitting(current, gathered)
            report(f"{len(fitting)} pairs from the places of words")
            counts.swaps = {
                **counts.swaps,
                **{p: max(n, counts.swaps.get(p, 0.0)) for p, n in fitting.items()},
            }
        current = with_family(model, counts)
    return current


def _fitting(model: Model, gathered: _Gathered) -> dict[Pair, float]:
    """For each word with places enough the words that share them, as weak sightings."""
    vocabulary = model.vocabulary
    used = np.zeros(vocabulary.lm_size)
    for words, count in gathered.intended.items():
        for word in words:
            used[vocabulary.index[word]] += count
    lacking = lack(model, used, gathered.words, _CANDIDATES)
    fitting = Fitting.over(model.ngrams, lacking, gathered.pool(), _PRIOR_ODDS, LM_WEIGHT)
    out: dict[Pair, float] = {}
    for word in sorted(gathered.places):
        if len(gathered.spread[word]) < _FEWEST_ARTICLES:
            continue
        found = list({(place.left[1], place.right[0]): place for place in gathered.places[word]}.values())
        if len(found) < _FEWEST_PLACES:
            continue
        itself = vocabulary.lm_identifier(vocabulary.index[word])
        for original, share in fitting.originals(found[:_PLACES], itself):
            if share >= _FITS:
                out[(word,), (vocabulary.words[original],)] = _FIT_WEIGHT * share * gathered.seen[word]
    return out
