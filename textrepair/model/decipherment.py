"""What did a spinner do, learned from damaged articles alone?

A word that keeps appearing where only "the" fits is "the".  EM over a damaged corpus (Knight, Nair, Rathod & Yamada, "Unsupervised
analysis for decipherment problems", 2006; Ravi & Knight, "Deciphering foreign language", 2011, for the noisy-channel form):

1. Words used far more often than in sound English are *suspects*, words used far less often are *missing*.  Every pair of the
   two may be a swap; such open pairs join the channel's known ones as a family of their own, all equally unlikely at first.
2. All articles are read (:mod:`textrepair.model.reading`); posteriors give soft counts of swaps and of words left alone.
3. The counts become the family anew; pairs that gather next to nothing are dropped.  Back to 2.

The language model's weight rises from round to round (deterministic annealing, Ueda & Nakano 1998): while the channel knows nothing, a sure
reading of a neighbourhood that is itself damaged is surely wrong.  Articles that are versions of each other are told by
their shared passages and count as one.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from wordfreq import get_frequency_dict

from textrepair.model.learning import SwapCounts, with_family
from textrepair.model.model import Model
from textrepair.model.reading import Reading, read
from textrepair.tokens import TokenKind, Tokens, tokenize

#: Rounds of reading and recounting; figures by round are in docs/learning.md.
ROUNDS = 5
#: A suspect is used this many times as often as in sound English, a missing word at most this share of it.
_OVERUSED, _UNDERUSED = 8.0, 0.5
#: How many of each are paired, by how far their counts are off (log likelihood ratio).
_SUSPECTS, _MISSING = 500, 150
#: A pair needs this many soft sightings to stay.
_SMALLEST = 0.1
#: Weight of all open pairs of one missing word at first, in sightings: half of what the prior weighs.  Among the suspects it is
#: shared by how much each is overused, since the missing uses have to be somewhere.
_OPEN = 1.0


@dataclass(frozen=True)
class Deciphered:
    """A round's outcome: the counts, and how many words were read as swapped of how many."""

    counts: SwapCounts
    words: int
    swapped: float


def decipher(
    model: Model,
    texts: Sequence[str],
    name: str,
    rounds: int = ROUNDS,
    report: Callable[[str], None] = lambda message: None,
) -> tuple[Model, Deciphered]:
    """The model with a family learned from damaged texts alone.

    Raises ValueError where the texts hold no damage that the model can see to start from.
    """
    tokens = [tokenize(text) for text in texts]
    counts = _open_pairs(model, tokens, name)
    report(f"{len(counts.swaps)} open pairs of overused and missing words")
    for number in range(1, rounds + 1):
        current = with_family(model, counts)
        last = number == rounds
        result = _round(current, tokens, name, report)
        counts = result.counts
        report(
            f"round {number}: {result.swapped:.0f} of {result.words} words read as swapped, {len(counts.swaps)} kinds of swap"
        )
        if last:
            break
    return with_family(model, counts), result


def _open_pairs(model: Model, articles: Sequence[Tokens], name: str) -> SwapCounts:
    """Every suspect with every missing word, as next to nothing."""
    seen: Counter[str] = Counter()
    spread: dict[str, set[int]] = {}
    for number, tokens in enumerate(articles):
        for text, kind in zip(tokens.texts, tokens.kinds, strict=True):
            if kind == TokenKind.WORD:
                form = text.lower()
                seen[form] += 1
                spread.setdefault(form, set()).add(number)
    total = sum(seen.values())
    usual = get_frequency_dict("en", wordlist="large")
    floor = 1e-7
    surprise: dict[str, float] = {}
    surplus: dict[str, float] = {}
    for word, count in seen.items():
        expected = max(usual.get(word, 0.0), floor) * total
        if count > _OVERUSED * expected and len(spread[word]) >= 3:
            surprise[word] = count * math.log(count / expected) - (count - expected)
            surplus[word] = count - expected
    suspects = sorted(surprise, key=lambda w: (-surprise[w], w))[:_SUSPECTS]
    surprise.clear()
    lack: dict[str, float] = {}
    for word, frequency in usual.items():
        expected = frequency * total
        known = model.vocabulary.index.get(word, model.vocabulary.lm_size) < model.vocabulary.lm_size
        if expected >= 5 and known and word[0].isalpha() and seen[word] < _UNDERUSED * expected:
            lack[word] = expected - seen[word]
            surprise[word] = lack[word] - (seen[word] * math.log(expected / seen[word]) if seen[word] else 0.0)
    missing = sorted(lack, key=lambda w: (-surprise[w], w))[:_MISSING]
    whole = sum(surplus[o] for o in suspects)
    swaps = {((o,), (c,)): _OPEN * surplus[o] / whole for o in suspects for c in missing}
    intended = {(c,): _OPEN * (lack[c] + seen[c]) / lack[c] for c in missing}
    return SwapCounts(name, swaps, intended)


def _round(
    model: Model, articles: Sequence[Tokens], name: str, report: Callable[[str], None]
) -> Deciphered:
    """Read every article, gather soft counts."""
    swaps: Counter[tuple[tuple[str, ...], tuple[str, ...]]] = Counter()
    intended: Counter[tuple[str, ...]] = Counter()
    words, swapped = 0, 0.0
    for number, tokens in enumerate(articles):
        reading = read(model, tokens)
        words += reading.words
        swapped += _gather(model, tokens, reading, swaps, intended)
        if number % 50 == 49:
            report(f"  {number + 1} of {len(articles)} articles")
    kept = {pair: count for pair, count in swaps.items() if count >= _SMALLEST}
    return Deciphered(SwapCounts(name, kept, dict(intended)), words, swapped)


def _gather(
    model: Model,
    tokens: Tokens,
    reading: Reading,
    swaps: Counter[tuple[tuple[str, ...], tuple[str, ...]]],
    intended: Counter[tuple[str, ...]],
) -> float:
    """Add one article's posteriors to the counts; returns its number of swapped words."""
    edges, posterior = reading.edges, reading.posterior
    ends = np.repeat(np.arange(len(edges.first) - 1), np.diff(edges.first))
    names = model.vocabulary.words
    observed = reading.sentences.words
    swapped = 0.0
    for e in np.flatnonzero(posterior > 0.01).tolist():
        weight = float(posterior[e])
        target = tuple(names[w] for w in model.target_words(int(edges.target[e])))
        intended[target] += weight  # type: ignore[assignment]
        if edges.entry[e] >= 0:
            last = int(ends[e])
            source = tuple(names[w] for w in observed[last - int(edges.length[e]) + 1 : last + 1])
            swaps[source, target] += weight  # type: ignore[assignment]
            swapped += weight * int(edges.length[e])
    return swapped
