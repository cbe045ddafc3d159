"""Which of its candidates does a word's wider context call for?  A small network answers, for those who install onnxruntime.

Its input is soft: a place's vector is the sum of its readings' vectors, weighed by their posterior, so that what is doubtful
weighs less.  A position-weighted sum over five words to either side (Mikolov et al. 2018, *Advances in pre-training distributed
word representations*, 2.2), the mean over 256 words around and three gated convolutions (Dauphin et al. 2017, *Language modeling
with gated convolutional networks*) give a vector of what the place calls for; its product with a candidate's vector, less that
of the word as it stands, is the score.  It was trained to make up for what channel and n-grams get wrong
(``scripts/train_neural.py``), so a score of 0 means "nothing to add".
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from textrepair.extras import needed
from textrepair.lazy import cached_property
from textrepair.model.context import Posterior, Scores
from textrepair.model.format import ModelError, packaged_file
from textrepair.model.lattice import Edges, Sentences, end_positions
from textrepair.model.vocabulary import END

#: Readings less likely than this add nothing to a place's vector, as in training.
FAINT = 0.03
#: The mean vector is taken over this many places, half of them before, as in training.
WINDOW = 256
#: The names of the network's inputs: of every place the words that may stand there, (places, most), and how likely each is, the
#: same shape; how likely the place is left as it is; the window around it, from and to; of every question its place and word.
INPUTS = ("shown", "weight", "unchanged", "low", "high", "place", "word")
#: What the file tells of itself: its version, how many words it knows, and which.
VERSION, WORDS, VOCABULARY = "version", "words", "vocabulary"
#: The score counts this much.  It was trained on spinners made of the channel's prior, of which it is surer than of real ones.
TRUST = 0.5
#: No score is beyond this (nats): a network may be badly wrong on text unlike what it saw.
_LIMIT = 4.0
_PACKAGED = "en-1.neural.onnx"


def digest(words: Sequence[str]) -> str:
    """By which a network tells whether words have the numbers that they had when it was trained."""
    return hashlib.sha256("\n".join(words).encode()).hexdigest()[:16]


class NeuralScorer:
    """A :class:`~textrepair.model.context.ContextScorer`; travels between processes as its path.

    Raises :class:`~textrepair.extras.MissingExtra` without onnxruntime, and
    :class:`~textrepair.model.format.ModelError` for a file that is no such network.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        facts = self._session.get_modelmeta().custom_metadata_map
        if not {VERSION, WORDS, VOCABULARY} <= set(facts):
            raise ModelError(f"{path}: an ONNX file, but no context scorer; build or download the file again")
        self.name = f"neural {facts[VERSION]}"
        self._words, self._vocabulary = int(facts[WORDS]), str(facts[VOCABULARY])

    def __reduce__(self) -> tuple[Any, ...]:
        return NeuralScorer, (self.path,)

    @cached_property
    def _session(self) -> Any:
        onnxruntime = needed("onnxruntime", "neural", "the neural scorer")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = (
            1  # articles are shared out among processes
        )
        options.log_severity_level = 3
        try:
            return onnxruntime.InferenceSession(str(self.path), options, ["CPUExecutionProvider"])
        except Exception as error:  # its own kinds, of which none is public
            raise ModelError(f"{self.path}: no network that can be read ({error})") from error

    def knows(self, words: Sequence[str]) -> bool:
        """Is this the vocabulary that it was trained with?"""
        return digest(words[: self._words]) == self._vocabulary

    def scores(self, sentences: Sentences, edges: Edges, posterior: Posterior) -> Scores:
        """See :class:`~textrepair.model.context.ContextScorer`; 0 for edges over several words, to phrases and to rare words."""
        out = np.zeros(len(posterior), dtype=np.float32)
        ends, unchanged = end_positions(edges), edges.entry < 0
        known = (edges.length == 1) & (edges.target < self._words)
        count = np.diff(edges.first)
        asked = np.flatnonzero((count[ends] > 1) & (known | unchanged))
        if not len(asked):
            return out
        words = np.minimum(edges.target, self._words).astype(
            np.int64
        )  # beyond its words is the row of all rarer ones
        # a border stands before every sentence
        tokens = np.arange(len(count))
        places = tokens + np.searchsorted(sentences.begins[:-1], tokens, side="right")
        length = len(tokens) + len(sentences.begins) - 1
        visible = np.flatnonzero(unchanged | (known & (posterior > FAINT)))
        shown, weight = _by_place(places[ends[visible]], words[visible], posterior[visible], length)
        alone = np.ones(length, dtype=np.float32)
        alone[places] = posterior[unchanged]
        around = np.arange(length)
        answers = (
            shown, weight, alone,
            np.maximum(around - WINDOW // 2, 0), np.minimum(around + WINDOW // 2, length),
            places[ends[asked]], words[asked],
        )  # fmt: skip
        (score,) = self._session.run(None, dict(zip(INPUTS, answers, strict=True)))
        out[asked] = score
        out -= out[edges.first[:-1]][ends]
        out[~known | unchanged] = 0.0
        limited: Scores = np.clip(TRUST * out, -_LIMIT, _LIMIT)
        return limited


def _by_place(
    at: npt.NDArray[np.int64], words: npt.NDArray[np.int64], weights: npt.NDArray[np.float32], length: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    """Words and weights in a row for each place, shape (length, most); a place that has none is a border."""
    rank = np.arange(len(at)) - np.searchsorted(at, at)
    shape = length, int(rank.max()) + 1
    shown, weight = np.full(shape, END, dtype=np.int64), np.zeros(shape, dtype=np.float32)
    weight[:, 0] = 1.0
    shown[at, rank], weight[at, rank] = words, weights
    return shown, weight


def packaged_path() -> Path:
    """Where the network that belongs to the packaged model lies."""
    return packaged_file(_PACKAGED)


def packaged_scorer() -> NeuralScorer:
    """The network that belongs to the packaged model."""
    return NeuralScorer(packaged_path())
