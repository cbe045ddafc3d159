"""What did a spinner do, learned from damaged articles alone?

A word that keeps appearing where only "the" fits is "the".  EM over a damaged corpus (Knight, Nair, Rathod & Yamada,
"Unsupervised analysis for decipherment problems", 2006; Ravi & Knight, "Deciphering foreign language", 2011, for the
noisy-channel form):

1. All articles are read (:mod:`textrepair.model.reading`), which finds the swaps of frequent words in each by itself
   (:mod:`textrepair.model.open_channel`); posteriors give soft counts of swaps and of words left alone.
2. The contexts are mostly mended now.  The places of each word, taken from many articles
   (:mod:`textrepair.model.damaged_places`), are told apart into those of the words that it stands for and its own
   (:mod:`textrepair.model.place_mixture`).  That finds swaps of content words that no relation explains ("compass" for "want");
   from the second round on, those of phrases for a word too.
3. The counts become a family of the channel; pairs that gather next to nothing are dropped.  Back to 1.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import groupby, pairwise

import numpy as np
import numpy.typing as npt

from textrepair.model.alignment import Pair, Words
from textrepair.model.damaged_places import DamagedPlaces, Read, overused_phrases
from textrepair.model.families import SwapCounts, with_family
from textrepair.model.lattice import end_positions
from textrepair.model.model import Model
from textrepair.model.place_mixture import Fitting
from textrepair.model.reading import LM_WEIGHT, Reading, read
from textrepair.model.slots import Lack, Place, lack
from textrepair.model.vocabulary import MOSTLY
from textrepair.tokens import tokenize
from textrepair.word_class import is_closed

#: Rounds of reading and recounting: F0.5 on eight `issues` articles is 0.795, 0.806 after two, three.
ROUNDS = 3
#: What has at least this share of a word's places is an original of it; how many of the sightings that it would have in all its
#: places it gets (0.1 to 1 make no difference beyond 0.002).
_FITS, _FIT_WEIGHT = 0.05, 0.5
#: A pair needs this many soft sightings to stay.
_SMALLEST = 0.1
#: Prior odds of a swap, and how many times as likely one is for a word that the language model has never seen.
_PRIOR_ODDS = 1e-5
_UNHEARD_ODDS = 10.0
#: Threads that compare places; the compiled code runs beside other threads.
_THREADS = 2
#: Candidate originals are so many of the most frequent words.
_CANDIDATES = 3000
#: Whether what is learned carries over is tried on so many texts.
_TRIED = 100


@dataclass
class _Gathered:
    """What one round of reading gathers: soft counts, and the places of suspects."""

    places: DamagedPlaces | None
    swaps: dict[Pair, float] = field(default_factory=lambda: defaultdict(float))
    intended: dict[Words, float] = field(default_factory=lambda: defaultdict(float))
    words: int = 0
    swapped: float = 0.0

    def add(self, model: Model, reading: Reading) -> None:
        """Add one article's posteriors."""
        self.words += reading.signs.words
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
        if self.places is not None:
            self.places.add(model, reading)

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
    phrases = overused_phrases(model, articles)
    report(f"{len(phrases)} overused phrases")
    current = model
    for number in range(1, rounds + 1):
        gathered = _Gathered(
            DamagedPlaces(phrases if number > 1 else frozenset()) if number < rounds else None
        )
        for done, tokens in enumerate(articles, 1):
            gathered.add(current, read(current, tokens))
            if done % 50 == 0:
                report(f"round {number}: {done} of {len(articles)} articles")
        counts = gathered.counts(name)
        share = gathered.swapped / max(1, gathered.words)
        report(
            f"round {number}: {share:.0%} of {gathered.words} words read as swapped, {len(counts.swaps)} kinds of swap"
        )
        if gathered.places is not None:
            fitting = _fitting(current, gathered, gathered.places, report)
            report(f"{len(fitting)} pairs from the places of words")
            counts.swaps = {
                **counts.swaps,
                **{p: max(n, counts.swaps.get(p, 0.0)) for p, n in fitting.items()},
            }
        current = with_family(model, counts)
    return current


def carried_over(model: Model, texts: Sequence[str], name: str, rounds: int = ROUNDS) -> float:
    """How well does what damaged texts teach explain others of them, as a share of how well it explains these themselves?

    One half, of at most :data:`_TRIED`, is deciphered; compared are the log-likelihood ratios of damage, a word, of both halves.
    """
    some = texts[:: max(1, len(texts) // _TRIED)][:_TRIED]
    learned_from, others = some[::2], some[1::2]
    if not others:
        return 1.0
    learned = decipher(model, learned_from, name, rounds)
    own = _log_ratio(learned, learned_from)
    return _log_ratio(learned, others) / own if own > 0.0 else 0.0


def _log_ratio(model: Model, texts: Sequence[str]) -> float:
    """Natural-log likelihood ratio of damage against none, a word."""
    signs = [read(model, tokenize(text), goes_on=lambda signs: False).signs for text in texts]
    return sum(each.log_ratio for each in signs) / max(1, sum(each.words for each in signs))


@dataclass(frozen=True)
class Suspect:
    """A word or phrase that may be put for others: its places, what it means in each if it means itself, what the prior relates
    it to, and how many times as likely as of other words it is that it was put."""

    words: Words
    places: Sequence[Place]
    own: Sequence[Read]
    related: npt.NDArray[np.int64]
    odds: float


def suspects(model: Model, places: DamagedPlaces) -> Iterator[Suspect]:
    """What stands in places enough, the shorter first, and may have been put there.

    A spinner puts what a thesaurus lists: of some 900 words that `issues` puts twice or more, closed classes apart, eight are not
    in WordNet.  Words of today that aren't are a subject's: "bitcoin" stands where "it" could, in article after article.
    """
    vocabulary = model.vocabulary
    for words, where, meant in places.told():
        observed = [vocabulary.index[word] for word in words]
        unheard = any(identifier >= vocabulary.lm_size for identifier in observed)
        related = _targets(model, *observed)
        if len(words) > 1 or unheard or is_closed(words[0]) or len(related):
            related = related[related < vocabulary.lm_size]
            related = related[vocabulary.capital[related] <= MOSTLY]
            yield Suspect(words, where, meant, related, _UNHEARD_ODDS if unheard else 1.0)


def _targets(model: Model, *observed: int) -> npt.NDArray[np.int64]:
    """What the prior relates a word or phrase to."""
    entries, rows = model.channel.entries, model.channel.entry_range(*observed)
    some = slice(rows.start, rows.stop)
    return entries.target[some][entries.code[0, some] > 0].astype(np.int64)


def _fitting(
    model: Model, gathered: _Gathered, places: DamagedPlaces, report: Callable[[str], None]
) -> dict[Pair, float]:
    """For each word or phrase with places enough the words that share them, as sightings."""
    vocabulary = model.vocabulary
    used = np.zeros(vocabulary.lm_size)
    for words, count in gathered.intended.items():
        for word in words:
            used[vocabulary.index[word]] += count
    pool, told = places.pool(), list(suspects(model, places))
    if not pool or not told:
        return {}
    lacking = lack(model, used, gathered.words, _CANDIDATES)
    # The places are those of lower-case words, which stand for no names: "bitcoin" isn't "trump", alike as their places are.
    plain = vocabulary.capital[lacking.words] <= MOSTLY
    lacking = Lack(lacking.words[plain], lacking.share[plain])
    related = np.unique(np.concatenate([suspect.related for suspect in told]))
    fitting = Fitting.over(model.lm, lacking, related, pool, _PRIOR_ODDS, LM_WEIGHT)
    out: dict[Pair, float] = {}
    phrases: set[Words] = set()
    with ThreadPoolExecutor(_THREADS) as threads:
        for size, group in groupby(told, lambda suspect: len(suspect.words)):
            # A phrase of which a part is a substitute itself is none.
            some = [
                suspect
                for suspect in group
                if size <= 2 or not any(pair in phrases for pair in pairwise(suspect.words))
            ]
            found = threads.map(
                lambda one: fitting.originals(one.places, one.own, one.related, one.odds), some
            )
            for done, (suspect, originals) in enumerate(zip(some, found, strict=True), 1):
                observed = suspect.words
                for original, share in originals:
                    if share >= _FITS:
                        out[observed, (vocabulary.words[original],)] = (
                            _FIT_WEIGHT * share * places.seen[observed]
                        )
                        phrases.add(observed)
                if done % 500 == 0:
                    what = "words" if size == 1 else f"phrases of {size} words"
                    report(f"the places of {done} of {len(some)} {what} compared")
    return out
