"""Swaps that no table holds, found in the article itself.

A spinner keeps its substitute throughout an article, so that a word which stands again and again where only "the" fits is
"the", whatever the channel knows.  After the first round of reading, words that are used far too often and were read as
unchanged are tried against the frequent words that the article lacks (:mod:`textrepair.model.slots`); what fits joins the
lattice as further edges, for this article only.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from textrepair.model.adaptation import numbered
from textrepair.model.channel import FACTOR_UNITS, SwapTable, encode, read_only
from textrepair.model.families import FROM_PAIRS
from textrepair.model.lattice import Edges, Sentences
from textrepair.model.model import Model
from textrepair.model.slots import Lack, distinct_places, lack, likely_originals
from textrepair.model.vocabulary import MOSTLY, SPECIALS, Vocabulary

#: A suspect stands at so many places at least, and so many times as often as in sound English.
_FEWEST_PLACES = 4
_OVERUSED = 8.0
#: Of so many of them at least the channel made nothing.
_UNEXPLAINED = 0.3
#: Frequency of words that no list and no model knows.
UNHEARD = 1e-7
#: So many of its places are looked at, and so many of the most frequent words are candidate originals: with 40 and 400 repair is
#: the same and takes half as long again.
_PLACES = 12
_CANDIDATES = 150
#: Originals less likely than this are not tried.
_SMALLEST = 0.05
#: P(observed | original, replaced) of an original that is certain; 0.5 gives the same F0.5 within 0.002.
_STRENGTH = 0.2
#: Least readiness to be replaced of an original found here: what the families never replaced, this spinner did.
_READINESS = 0.3


#: Observed word, original, probability.
OpenSwap = tuple[int, int, float]


def best_reading(
    model: Model, sentences: Sentences, edges: Edges, posterior: npt.NDArray[np.float32]
) -> npt.NDArray[np.int64]:
    """The likeliest word of each token, where one word stands for one: shape (n,)."""
    best: npt.NDArray[np.int64] = sentences.lm.astype(np.int64)
    sure = np.flatnonzero(
        (edges.entry >= 0)
        & (posterior > 0.5)
        & (edges.length == 1)
        & (edges.target < model.vocabulary.lm_size)
    )
    best[np.searchsorted(edges.first, sure, side="right") - 1] = edges.target[sure]
    return best


def with_open_swaps(
    found: Sequence[OpenSwap],
    swaps: SwapTable,
    sentences: Sentences,
    edges: Edges,
    posterior: npt.NDArray[np.float32],
) -> tuple[SwapTable, Edges, npt.NDArray[np.float32]]:
    """The lattice with edges for swaps that were found, and ``swaps``, which its edges refer to, with these swaps."""
    if not found:
        return swaps, edges, posterior
    originals = np.array([original for _, original, _ in found])
    factor = np.maximum(swaps.swap_factor[:, originals] / FACTOR_UNITS, _READINESS)
    more = encode(_STRENGTH * np.array([probability for *_, probability in found]) * factor)
    edges, posterior = _inserted(sentences, edges, posterior, [f[:2] for f in found], len(swaps.origin))
    code = np.concatenate((swaps.code, more), axis=1)
    origin = np.concatenate((swaps.origin, np.full(len(found), FROM_PAIRS, dtype=np.uint8)))
    return read_only(swaps._replace(code=code, origin=origin)), edges, posterior


def open_swaps(
    model: Model, sentences: Sentences, edges: Edges, posterior: npt.NDArray[np.float32], lm_weight: float
) -> list[OpenSwap]:
    """The swaps that the article shows and the channel didn't explain."""
    vocabulary = model.vocabulary
    total = len(sentences.words)
    replaceable = sentences.readiness >= 1.0
    which = numbered(sentences.words)
    count = np.bincount(which)
    words = np.empty(len(count), dtype=np.int64)
    words[which] = sentences.words
    unchanged = np.bincount(which, weights=posterior[edges.first[:-1]] * replaceable, minlength=len(words))
    frequency = np.full(len(words), UNHEARD)
    known = words < vocabulary.lm_size
    frequency[known] = np.exp(model.ngrams.uni_logp[words[known]].astype(np.float64))
    overuse = count / (frequency * total)
    suspects = np.flatnonzero(
        (words >= len(SPECIALS))
        & (unchanged >= np.maximum(_FEWEST_PLACES - 0.3, _UNEXPLAINED * count))
        & (overuse >= _OVERUSED)
        & (vocabulary.capital[words] <= MOSTLY)
    )
    if not len(suspects):
        return []
    readings = best_reading(model, sentences, edges, posterior)
    lacking: Lack | None = None
    found = []
    for suspect in suspects.tolist():
        word = int(words[suspect])
        places = np.flatnonzero((which == suspect) & replaceable)
        if len(places) < _FEWEST_PLACES or not vocabulary.words[word][0].isalpha():
            continue
        if lacking is None:
            frequent = len(SPECIALS) + _CANDIDATES
            used = np.bincount(readings[readings < frequent], minlength=frequent)
            lacking = lack(model, used.astype(np.float64), total, _CANDIDATES)
        slots = distinct_places(readings, sentences.begins, places, _PLACES)
        if len(slots.known) < _FEWEST_PLACES:
            continue
        itself = vocabulary.lm_identifier(word)
        strength = topic(vocabulary, word, float(overuse[suspect]))
        fitting = likely_originals(model.lm, slots, itself, lacking, strength, lm_weight, _SMALLEST)
        found += [(word, original, share) for original, share in fitting]
    return found


def topic(vocabulary: Vocabulary, word: int, overuse: float) -> float:
    """How much likelier (nats) a word is in a text that uses it so many times as often as others do.

    One that the language model sees as its class only has that whole class's probability already.
    """
    return math.log(max(1.0, overuse)) if word < vocabulary.lm_size else 0.0


def _inserted(
    sentences: Sentences,
    edges: Edges,
    posterior: npt.NDArray[np.float32],
    pairs: list[tuple[int, int]],
    first_entry: int,
) -> tuple[Edges, npt.NDArray[np.float32]]:
    """The lattice with an edge for each pair at every place of its observed word, numbered from ``first_entry``."""
    places, targets, entries = [], [], []
    for number, (observed, original) in enumerate(pairs, first_entry):
        for place in np.flatnonzero((sentences.words == observed) & (sentences.readiness > 0)).tolist():
            here = slice(edges.first[place], edges.first[place + 1])
            if not np.any(
                (edges.target[here] == original) & (edges.length[here] == 1) & (edges.entry[here] >= 0)
            ):
                places.append(place)
                targets.append(original)
                entries.append(number)
    order = np.argsort(places, kind="stable")
    at = edges.first[np.array(places, dtype=np.int64)[order] + 1]
    added = np.bincount(np.array(places, dtype=np.int64), minlength=len(sentences.words))
    return (
        Edges(
            edges.first + np.concatenate(([0], np.cumsum(added))),
            np.insert(edges.length, at, np.int8(1)),
            np.insert(edges.target, at, np.array(targets, dtype=np.int32)[order]),
            np.insert(edges.entry, at, np.array(entries, dtype=np.int32)[order]),
        ),
        np.insert(posterior, at, np.float32(0.0)),
    )
