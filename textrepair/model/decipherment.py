"""What did a spinner do, learned from damaged articles alone?

A word that keeps appearing where only "the" fits is "the".  EM over a damaged corpus (Knight, Nair, Rathod & Yamada,
"Unsupervised analysis for decipherment problems", 2006; Ravi & Knight, "Deciphering foreign language", 2011, for the
noisy-channel form):

1. Words used far more often than in sound English are *suspects*, words used far less often are *missing*.  Every pair of the
   two may be a swap; such open pairs join the channel's known ones as a family of their own, weighed by how much of the suspect
   is too much.
2. All articles are read (:mod:`textrepair.model.reading`); posteriors give soft counts of swaps and of words left alone.
3. The counts become the family anew; pairs that gather next to nothing are dropped.  Back to 2.

After the first round the contexts are mostly mended, and suspects get further pairs: the words that would fit all the places
where they stand (:mod:`textrepair.model.slots`).  That finds swaps of content words that no relation explains ("compass" for
"want").
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from wordfreq import get_frequency_dict

from textrepair.model.alignment import Pair, Words
from textrepair.model.families import SwapCounts, with_family
from textrepair.model.lattice import end_positions
from textrepair.model.model import Model
from textrepair.model.ngrams import NONE
from textrepair.model.reading import LM_WEIGHT, Reading, read
from textrepair.model.slots import CANDIDATES, PLACES, Place, likely_originals
from textrepair.model.vocabulary import BEGIN, END, SPECIALS
from textrepair.tokens import TokenKind, Tokens, tokenize

#: Rounds of reading and recounting: on 100 articles F0.5 is 0.721, 0.723, 0.723 after one, two, three, and stays.
ROUNDS = 3
#: A suspect is used this many times as often as in sound English, a missing word at most this share of it.
_OVERUSED, _UNDERUSED = 8.0, 0.5
#: A word that fits the places of a suspect is taken on from this share of them on, and counts as this part of a sighting in each.
_FITS, _FIT_WEIGHT = 0.05, 0.1
#: A suspect needs so many places to be looked at.
_FEWEST_PLACES = 6
#: How many of each are paired, by how far their counts are off (log likelihood ratio).
_SUSPECTS, _MISSING = 500, 150
#: A pair needs this many soft sightings to stay.
_SMALLEST = 0.1
#: Frequency given to words that no word list has, and the number of articles that a suspect has to appear in.
_UNHEARD = 1e-7
_FEWEST_ARTICLES = 3
#: Weight of all open pairs of one missing word at first, in sightings: half of what the prior weighs.  Among the suspects it is
#: shared by how much each is overused, since the missing uses have to be somewhere.
_OPEN = 1.0


@dataclass
class _Gathered:
    """What one round of reading gathers: soft counts, and the places of suspects."""

    suspects: frozenset[str]
    swaps: dict[Pair, float] = field(default_factory=lambda: defaultdict(float))
    intended: dict[Words, float] = field(default_factory=lambda: defaultdict(float))
    places: dict[str, list[Place]] = field(default_factory=lambda: defaultdict(list))
    words: int = 0
    swapped: float = 0.0

    def add(self, model: Model, reading: Reading) -> None:
        """Add one article's posteriors."""
        self.words += reading.words
        edges, posterior = reading.edges, reading.posterior
        ends = end_positions(edges)
        names = model.vocabulary.words
        observed = reading.sentences.words
        best = reading.sentences.lm.copy()
        for e in np.flatnonzero(posterior > 0.01).tolist():
            weight, last, size = float(posterior[e]), int(ends[e]), int(edges.length[e])
            target = model.target_words(int(edges.target[e]))
            original = tuple(names[w] for w in target)
            self.intended[original] += weight
            if edges.entry[e] < 0:
                continue
            self.swaps[tuple(names[w] for w in observed[last - size + 1 : last + 1]), original] += weight
            self.swapped += weight * size
            if weight > 0.5 and size == 1 and len(target) == 1:
                best[last] = target[0]
        self._add_places(names, observed, best, reading.sentences.begins)

    def _add_places(
        self,
        names: Sequence[str],
        observed: npt.NDArray[np.int32],
        best: npt.NDArray[np.int32],
        begins: npt.NDArray[np.int64],
    ) -> None:
        for start, stop in pairwise(begins.tolist()):
            line = [NONE, BEGIN, *best[start:stop].tolist(), END]
            for k in range(start, stop):
                name = names[observed[k]]
                if name in self.suspects and len(self.places[name]) < PLACES:
                    at = k - start + 2
                    self.places[name].append(
                        Place((line[at - 2], line[at - 1]), tuple(line[at + 1 : at + 3]))
                    )

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
    suspects, missing = _conspicuous(model, articles)
    counts = _open_pairs(suspects, missing, name)
    report(f"{len(suspects)} overused and {len(missing)} missing words")
    for number in range(1, rounds + 1):
        current = with_family(model, counts)
        gathered = _Gathered(frozenset(suspects) if number == 1 else frozenset())
        for done, tokens in enumerate(articles, 1):
            gathered.add(current, read(current, tokens))
            if done % 50 == 0:
                report(f"round {number}: {done} of {len(articles)} articles")
        counts = gathered.counts(name)
        share = gathered.swapped / max(1, gathered.words)
        report(
            f"round {number}: {share:.0%} of {gathered.words} words read as swapped, {len(counts.swaps)} kinds of swap"
        )
        if number == 1 and rounds > 1:
            fitting = _fitting(current, gathered.places)
            report(f"{len(fitting)} more pairs from the places of overused words")
            counts = SwapCounts(
                name,
                {**counts.swaps, **{p: max(n, counts.swaps.get(p, 0.0)) for p, n in fitting.items()}},
                counts.intended,
            )
    return with_family(model, counts)


def _fitting(model: Model, places: Mapping[str, Sequence[Place]]) -> dict[Pair, float]:
    """For each suspect the words that fit its places, as weak sightings."""
    vocabulary = model.vocabulary
    frequent = np.flatnonzero(model.is_word[: len(SPECIALS) + CANDIDATES]).astype(np.int64)
    out: dict[Pair, float] = {}
    for suspect in sorted(places):
        found = places[suspect]
        if len(found) < _FEWEST_PLACES:
            continue
        itself = vocabulary.lm_identifier(vocabulary.index[suspect])
        for original, share in likely_originals(model.ngrams, found, itself, frequent, LM_WEIGHT):
            if share >= _FITS and original != itself:
                out[(suspect,), (vocabulary.words[original],)] = _FIT_WEIGHT * share * len(found)
    return out


def _conspicuous(model: Model, articles: Sequence[Tokens]) -> tuple[dict[str, float], dict[str, float]]:
    """Words used far too often, by how many times too often, and words used far too rarely, by the share that is lacking."""
    seen: Counter[str] = Counter()
    spread: dict[str, set[int]] = defaultdict(set)
    for number, tokens in enumerate(articles):
        for text, kind in zip(tokens.texts, tokens.kinds, strict=True):
            if kind == TokenKind.WORD:
                seen[text.lower()] += 1
                spread[text.lower()].add(number)
    total = sum(seen.values())
    usual = get_frequency_dict("en", wordlist="large")
    surplus: dict[str, float] = {}
    lack: dict[str, float] = {}
    surprise: dict[str, float] = {}
    for word, count in seen.items():
        expected = max(usual.get(word, 0.0), _UNHEARD) * total
        if (
            count > _OVERUSED * expected
            and len(spread[word]) >= _FEWEST_ARTICLES
            and word in model.vocabulary.index
        ):
            surplus[word] = count - expected
            surprise[word] = count * math.log(count / expected) - surplus[word]
    suspects = sorted(surplus, key=lambda w: (-surprise[w], w))[:_SUSPECTS]
    for word, frequency in usual.items():
        expected = frequency * total
        known = model.vocabulary.index.get(word, model.vocabulary.lm_size) < model.vocabulary.lm_size
        if expected >= 5 and known and word[0].isalpha() and seen[word] < _UNDERUSED * expected:
            short = expected - seen[word]
            lack[word] = short / expected
            surprise[word] = short - (seen[word] * math.log(expected / seen[word]) if seen[word] else 0.0)
    missing = sorted(lack, key=lambda w: (-surprise[w], w))[:_MISSING]
    return {word: surplus[word] for word in suspects}, {word: lack[word] for word in missing}


def _open_pairs(suspects: Mapping[str, float], missing: Mapping[str, float], name: str) -> SwapCounts:
    """Every suspect with every missing word, weakly."""
    whole = sum(suspects.values())
    swaps: dict[Pair, float] = {
        ((o,), (c,)): _OPEN * much / whole for o, much in suspects.items() for c in missing
    }
    return SwapCounts(name, swaps, {(c,): _OPEN / share for c, share in missing.items()})
