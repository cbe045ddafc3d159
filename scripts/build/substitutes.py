"""The channel's prior turned round: what a spinner of unknown make puts for a word."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from textrepair.model.channel import Channel, log_probability
from textrepair.model.model import Model


@dataclass(frozen=True)
class Substitutes:
    """What may stand for a word of the language model: rows ``start[word]:start[word + 1]`` of ``observed`` (identifiers),
    ``probability`` (of the substitute given the word) and ``origin`` (by which relation)."""

    start: npt.NDArray[np.int64]
    observed: npt.NDArray[np.int64]
    probability: npt.NDArray[np.float64]
    origin: npt.NDArray[np.uint8]


def substitutes_of(model: Model) -> Substitutes:
    """Single words for single words, by the prior."""
    entries, vocabulary = model.channel.entries, model.vocabulary
    count = len(vocabulary.words)
    observed = np.repeat(np.arange(count), np.diff(entries.start[: count + 1]))
    target = entries.target[: len(observed)].astype(np.int64)
    probability = np.exp(log_probability(entries.code[0, : len(observed)]))
    rows = np.flatnonzero((target < vocabulary.lm_size) & (probability > 0) & (observed != target))
    rows = rows[np.argsort(target[rows], kind="stable")]
    start = np.searchsorted(target[rows], np.arange(vocabulary.lm_size + 1))
    return Substitutes(start, observed[rows], probability[rows], entries.origin[rows])


def prior_only(model: Model) -> Model:
    """The model without any family that was learned: WordNet alone."""
    entries = model.channel.entries
    entries = entries._replace(code=entries.code[:1].copy(), swap_factor=entries.swap_factor[:1].copy())
    for array in (entries.code, entries.swap_factor):
        array.setflags(write=False)
    return replace(model, channel=Channel(entries, model.channel.families[:1], model.channel.origins))
