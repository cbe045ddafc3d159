"""Sound text spun by the channel turned round, and what the model reads in it: what the neural scorer learns from.

Every article has a spinner of its own: a rate, a taste for some WordNet relations over others, a share of the synonyms that it
knows, and one substitute a word that it mostly keeps to.  Some of its swaps come from no relation of the word at all, so that
the right answer is to leave the substitute alone.  Only the prior is used, never what was learned from pairs, so that one
network serves every model that is measured with a spinner kept out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace

import numba
import numpy as np
import numpy.typing as npt
from build.substitutes import Substitutes, prior_only, substitutes_of

from textrepair.model.capitals import CAPITALISED
from textrepair.model.channel import FACTOR_UNITS
from textrepair.model.context import Posterior, Scores
from textrepair.model.lattice import Edges, Sentences, end_positions
from textrepair.model.model import Model
from textrepair.model.reading import LM_WEIGHT, LatticeInput, read_article
from textrepair.model.vocabulary import BEGIN, END

#: Spinners seen replace between a tenth and two thirds of the words that they could.
RATES = (0.1, 0.6)
#: Up to half of the swaps are drawn for another word: the channel explains 68 % of the swaps so made, about as of the spinners
#: kept out.
FOREIGN = 0.5
#: Spread (nats) of how much a spinner likes a relation.
_TASTE = 0.7
#: The least share of the substitutes that a spinner knows.
_KNOWN = 0.4
#: How many articles have a spinner that is just the prior: as if its pairs were known.
_PRIOR_ITSELF = 0.3
#: How faithful a spinner is to the substitute first drawn for a word.
_FAITHFUL = (0.95, 0.5)
#: Tokens of an article, and the longest sentence of a passage that is taken.
_LENGTHS, _SHORTEST = (400, 1000), 100
_LONGEST_SENTENCE = 150

Ids = npt.NDArray[np.int64]


@dataclass
class Readings:
    """Articles as the model reads them, end to end; n tokens, E edges.

    ``starts`` (n,) of sentences; ``edges`` (n,) how many edges end at a token, the first of them "unchanged"; ``right`` (n,) the
    edge that undoes the damage or leaves sound text alone, -1 where there is none.  For edges: ``target``, ``length``,
    ``before`` and ``after`` (E,), the posterior that a context scorer is shown and that of the last round.
    """

    starts: npt.NDArray[np.bool_]
    edges: npt.NDArray[np.uint16]
    right: npt.NDArray[np.int16]
    target: npt.NDArray[np.int32]
    length: npt.NDArray[np.int8]
    before: npt.NDArray[np.float16]
    after: npt.NDArray[np.float16]

    @classmethod
    def joined(cls, parts: list[Readings]) -> Readings:
        """Several as one."""
        return cls(*(np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(cls)))


class _Listener:
    """A context scorer that has nothing to add, and keeps what it is shown."""

    name = "listener"
    shown: Posterior | None = None

    def scores(self, sentences: Sentences, edges: Edges, posterior: Posterior) -> Scores:
        self.shown = posterior
        return np.zeros_like(posterior)


def spun_readings(
    model: Model,
    stream: npt.NDArray[np.uint16],
    tokens: int,
    seed: int,
    report: Callable[[int], None] = lambda done: None,
) -> Readings:
    """At least ``tokens`` tokens of sound text from anywhere in a stream, spun, as the model's prior reads them."""
    listener = _Listener()
    model = replace(prior_only(model), context=listener)
    substitutes = substitutes_of(model)
    random = np.random.default_rng(seed)
    parts: list[Readings] = []
    done = 0
    while done < tokens:
        sound = _passage(stream, random)
        if sound is None:
            continue
        article, words = _spun_article(model, substitutes, *sound, random)
        listener.shown = None
        reading = read_article(model, article)
        if listener.shown is None:  # it reads as sound
            continue
        parts.append(_labelled(reading.sentences, reading.edges, listener.shown, reading.posterior, words))
        done += len(words)
        if len(parts) % 500 == 0:
            report(done)
    return Readings.joined(parts)


def _passage(stream: npt.NDArray[np.uint16], random: np.random.Generator) -> tuple[Ids, Ids] | None:
    """Whole sentences: their words, and where each begins; None where a place isn't good."""
    at = int(random.integers(0, len(stream) - _LENGTHS[1]))
    raw = np.asarray(stream[at : at + int(random.integers(*_LENGTHS))]).astype(np.int64)
    first, last = np.flatnonzero(raw == BEGIN), np.flatnonzero(raw == END)
    if len(first) < 3 or len(last) < 2 or last[-1] < first[0]:
        return None
    raw = raw[first[0] : last[-1] + 1]
    inside = (raw != BEGIN) & (raw != END)
    begins = np.unique(np.concatenate(([0], np.cumsum(inside)[raw == END])))
    words = raw[inside]
    if len(words) < _SHORTEST or np.diff(begins).max() > _LONGEST_SENTENCE:
        return None
    return words, begins


def _spun_article(
    model: Model, substitutes: Substitutes, words: Ids, begins: Ids, random: np.random.Generator
) -> tuple[LatticeInput, Ids]:
    """A passage after it was spun, and its words before; case, which identifiers lack, is drawn."""
    vocabulary, is_word = model.vocabulary, model.is_word[words]
    capitalised = is_word & (random.random(len(words)) < vocabulary.capital[words] / 255.0)
    capitalised[begins[:-1]] = False
    ready = np.where(is_word, np.where(capitalised, CAPITALISED, 1.0), 0.0).astype(np.float32)
    spun = _spun(model, substitutes, words, ready, random)
    sentences = Sentences(
        spun.astype(np.int32),
        vocabulary.seen_as[spun],
        (LM_WEIGHT * vocabulary.unknown_logp[spun]).astype(np.float32),
        ready,
        np.ones(len(spun), dtype=np.bool_),
        begins,
    )
    return LatticeInput(np.arange(len(spun)), sentences, capitalised, len(spun)), words


def _spun(
    model: Model,
    substitutes: Substitutes,
    words: Ids,
    ready: npt.NDArray[np.float32],
    random: np.random.Generator,
) -> Ids:
    as_prior = random.random() < _PRIOR_ITSELF
    taste = np.ones(256) if as_prior else np.exp(random.normal(0, _TASTE, 256))
    chance = random.uniform(*RATES) * ready * model.channel.entries.swap_factor[0][words] / FACTOR_UNITS
    spun: Ids = _swapped(
        words,
        np.minimum(0.95, chance),
        substitutes.start,
        substitutes.observed,
        substitutes.probability,
        taste,
        substitutes.origin,
        int(random.integers(1, 2**31)),
        1.0 if as_prior else random.uniform(_KNOWN, 1.0),
        float(random.choice(_FAITHFUL)),
        random.uniform(0.0, FOREIGN),
    )
    return spun


@numba.njit
def _knows(spinner, row, share):  # type: ignore[no-untyped-def]
    """Does a spinner know a substitute?  A hash, so that it knows it or not throughout the article."""
    mixed = np.uint64(row + 1) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(spinner) * np.uint64(
        0xBF58476D1CE4E5B9
    )
    mixed = (mixed ^ (mixed >> np.uint64(29))) * np.uint64(0x94D049BB133111EB)
    return float((mixed ^ (mixed >> np.uint64(32))) & np.uint64(1023)) < share * 1024


@numba.njit
def _swapped(words, chance, start, observed, probability, taste, origin, seed, known, faithful, foreign):  # type: ignore[no-untyped-def]
    np.random.seed(seed)
    out = words.copy()
    drawn = {}
    for i in range(len(words)):
        if np.random.random() >= chance[i]:
            continue
        word = words[i]
        if word in drawn and np.random.random() < faithful:
            out[i] = drawn[word]
            continue
        source = word
        if np.random.random() < foreign:
            source = words[np.random.randint(len(words))]
        total = 0.0
        for row in range(start[source], start[source + 1]):
            if _knows(seed, row, known):
                total += probability[row] * taste[origin[row]]
        left = np.random.random() * total
        for row in range(start[source], start[source + 1]):
            if _knows(seed, row, known):
                left -= probability[row] * taste[origin[row]]
                if left <= 0:
                    out[i] = drawn[word] = observed[row]
                    break
    return out


def _labelled(
    sentences: Sentences, edges: Edges, before: Posterior, after: Posterior, intended: Ids
) -> Readings:
    ends = end_positions(edges)
    unchanged = edges.entry < 0
    sound = sentences.words == intended
    hits = (edges.length == 1) & (edges.target == intended[ends]) & (~unchanged | sound[ends])
    right = np.full(len(intended), -1, dtype=np.int16)
    rows = np.flatnonzero(hits)
    right[ends[rows]] = rows - edges.first[ends[rows]]
    starts = np.zeros(len(intended), dtype=np.bool_)
    starts[sentences.begins[:-1]] = True
    return Readings(
        starts,
        np.diff(edges.first).astype(np.uint16),
        right,
        edges.target,
        edges.length,
        before.astype(np.float16),
        after.astype(np.float16),
    )
