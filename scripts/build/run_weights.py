"""Runs of one to three words that tell one kind of text from another, and how much each says of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from textrepair.detector.word_runs import STOP, WordRuns, can_be_told
from textrepair.model.vocabulary import END, Vocabulary

#: A word, and a run, needs so many texts to be looked at.
_WORD_IN, _RUN_IN = 30, 60
#: Strength against the ridge, for choosing the runs and for weighing them.
_CHOOSING, _WEIGHING = 3.0, 10.0
#: The most that a run weighs.  Where one is a text's subject ("helium"), it must not decide; what is found is the same from 8 on.
_MOST = 12.0
#: Places of a word in the key of a run.
_BITS = 20
_MOST_WORDS = (1 << _BITS) - 1

Ids = npt.NDArray[np.int32]


class Runs:
    """Counts of runs of one to three words, as rows of a sparse matrix.  A run of several words has no end of a sentence but at
    one of its own ends."""

    def __init__(self, vocabulary: Vocabulary, texts: Sequence[Ids]) -> None:
        able = np.flatnonzero(can_be_told(vocabulary))
        texts_with = np.zeros(len(vocabulary.words), dtype=np.int64)
        for ids in texts:
            texts_with[np.unique(ids)] += 1
        words = able[(texts_with[able] >= _WORD_IN) & (able != END)][: _MOST_WORDS - 2]
        self.words = [STOP, STOP, *(vocabulary.words[word] for word in words)]  # 1 is the end; 0 nothing
        self.code = np.zeros(len(vocabulary.words), dtype=np.int64)
        self.code[END] = 1
        self.code[words] = np.arange(2, len(words) + 2)
        every, count = np.unique(np.concatenate([self.keys(ids)[0] for ids in texts]), return_counts=True)
        self.listed = every[count >= _RUN_IN]

    def keys(self, ids: Ids) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Keys of a text's runs, and how often each occurs."""
        code = self.code[ids]
        one, two = code[:-1], code[1:]
        pairs = (one << _BITS | two)[(one > 0) & (two > 0) & ((one > 1) | (two > 1))]
        one, two, three = code[:-2], code[1:-1], code[2:]
        triples = (one << 2 * _BITS | two << _BITS | three)[(one > 0) & (two > 1) & (three > 0)]
        return np.unique(np.concatenate([code[code > 1], pairs, triples]), return_counts=True)

    def written(self, key: int) -> str:
        """A run as the weights are stored under."""
        codes = [key >> shift & _MOST_WORDS for shift in (2 * _BITS, _BITS, 0)]
        return " ".join(self.words[code] for code in codes if code)

    def matrix(self, texts: Sequence[Ids]):  # type: ignore[no-untyped-def]
        """Counts of the listed runs, sparse, shape (texts, listed)."""
        from scipy import sparse

        columns, counts, ends = [], [], [0]
        for ids in texts:
            keys, count = self.keys(ids)
            at = np.minimum(np.searchsorted(self.listed, keys), len(self.listed) - 1)
            own = self.listed[at] == keys
            columns.append(at[own])
            counts.append(count[own])
            ends.append(ends[-1] + int(own.sum()))
        shape = len(texts), len(self.listed)
        return sparse.csr_matrix((np.concatenate(counts).astype(float), np.concatenate(columns), ends), shape)


def at_length_one(counts):  # type: ignore[no-untyped-def]
    """Square roots of a text's counts, at length 1."""
    from scipy import sparse

    length = np.sqrt(np.maximum(1.0, np.asarray(counts.sum(axis=1)).ravel()))
    return sparse.diags(1.0 / length) @ counts.sqrt()


def fitted(
    texts: Sequence[Ids],
    of_kind: npt.NDArray[np.bool_],
    weights: npt.NDArray[np.float64],
    vocabulary: Vocabulary,
    most: int,
) -> WordRuns:
    """The runs, at most so many, that tell the texts of a kind from the others: by logistic regression, once for all runs, then
    for those that tell most."""
    from sklearn.linear_model import LogisticRegression

    runs = Runs(vocabulary, texts)
    counts = runs.matrix(texts)

    def fit(columns, strength: float):  # type: ignore[no-untyped-def]
        regression = LogisticRegression(C=strength, max_iter=500)
        return regression.fit(at_length_one(columns), of_kind, sample_weight=weights)

    vectors = at_length_one(counts)
    mean = np.asarray(vectors.mean(axis=0)).ravel()
    spread = np.sqrt(np.asarray(vectors.multiply(vectors).mean(axis=0)).ravel() - mean**2)
    order = np.argsort(-np.abs(fit(counts, _CHOOSING).coef_[0]) * spread, kind="stable")
    kept = np.sort(order[:most])
    counts = counts[:, kept]
    found = fit(counts, _WEIGHING)
    clipped = np.clip(found.coef_[0], -_MOST, _MOST).round(2)
    words = np.array([len(ids) for ids in texts])
    here, elsewhere = (
        np.asarray(counts[of].sum(axis=0)).ravel() / words[of].sum() for of in (of_kind, ~of_kind)
    )
    shares = np.maximum(0.0, 1.0 - elsewhere / np.maximum(here, 1e-12)).round(2)
    listed = zip(
        map(runs.written, runs.listed[kept].tolist()), clipped.tolist(), shares.tolist(), strict=True
    )
    told = {run: (weight, share) for run, weight, share in sorted(listed) if weight}
    return WordRuns(vocabulary, told, round(float(found.intercept_[0]), 4))
