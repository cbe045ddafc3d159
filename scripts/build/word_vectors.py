"""Word vectors from token identifiers: position-weighted CBOW with negative sampling.

Mikolov et al. 2018, *Advances in pre-training distributed word representations*, 2.2: a word is predicted from the sum of its
neighbours' vectors, each weighed component by component according to its place.  One thread, so that a seed tells the result.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numba
import numpy as np
import numpy.typing as npt

from textrepair.model.vocabulary import END

#: Words to either side.
REACH = 5
#: Words drawn against each right one, from counts to the power of 0.75 (Mikolov et al. 2013).
NEGATIVES = 5
#: A word's share of the text beyond which its uses are skipped at random.
_FREQUENT = 2e-3
_RATE, _LAST_RATE = 0.05, 1e-4
#: Places learn slower than words, since all words share them.
_PLACE_RATE = 0.02
_BLOCK = 1_000_000
_TABLE = 20_000_000


@dataclass
class WordVectors:
    """``seen`` and ``wanted`` (words, size): a word as context and as the one predicted; ``places`` (2 · REACH, size): the
    nearest first, those before a word and then those behind it."""

    seen: npt.NDArray[np.float32]
    wanted: npt.NDArray[np.float32]
    places: npt.NDArray[np.float32]


def train_word_vectors(
    stream: npt.NDArray[np.uint16],
    words: int,
    size: int,
    tokens: int,
    seed: int,
    report: Callable[[str], None],
) -> WordVectors:
    """Vectors of the ``words`` most frequent words from ``tokens`` tokens of a stream, drawn as blocks without repeats."""
    random = np.random.default_rng(seed)
    counts = np.bincount(np.minimum(stream, words), minlength=words + 1)[:words].astype(np.float64)
    weights = counts**0.75
    weights[: END + 1] = 0.0
    table = random.choice(words, size=_TABLE, p=weights / weights.sum()).astype(np.int32)
    kept = np.minimum(1.0, np.sqrt(_FREQUENT * counts.sum() / np.maximum(counts, 1.0))).astype(np.float32)
    vectors = WordVectors(
        (random.standard_normal((words, size)) * 0.05).astype(np.float32),
        np.zeros((words, size), np.float32),
        np.ones((2 * REACH, size), np.float32),
    )
    blocks = random.permutation(len(stream) // _BLOCK)[: max(1, tokens // _BLOCK)]
    for done, block in enumerate(blocks):
        first, last = 1 - done / len(blocks), 1 - (done + 1) / len(blocks)
        part = np.asarray(stream[block * _BLOCK : (block + 1) * _BLOCK]).astype(np.int32)
        loss = _train(
            part,
            vectors.seen,
            vectors.wanted,
            vectors.places,
            table,
            _RATE * first + _LAST_RATE,
            _RATE * last + _LAST_RATE,
            kept,
            done + 1,
        )
        if done % 10 == 0:
            report(f"word vectors: block {done} of {len(blocks)}, loss {loss:.3f}")
    return vectors


@numba.njit(fastmath=True, nogil=True)
def _next(state: np.uint64) -> np.uint64:
    return state * np.uint64(6364136223846793005) + np.uint64(1442695040888963407)


@numba.njit(fastmath=True, nogil=True)
def _neighbours(stream, i, words, near, place):  # type: ignore[no-untyped-def]
    """Write down the words around one, up to the ends of its sentence, and their places; how many they are."""
    count = 0
    for side in range(2):
        for away in range(1, REACH + 1):
            at = i - away if side == 0 else i + away
            if at < 0 or at >= len(stream):
                break
            word = stream[at]
            if word < words:
                near[count], place[count] = word, side * REACH + away - 1
                count += 1
            if word <= END:
                break
    return count


@numba.njit(fastmath=True, nogil=True)
def _train(stream, seen, wanted, places, table, rate, last_rate, kept, seed):  # type: ignore[no-untyped-def]
    """One pass over a block; returns the mean loss of the right words."""
    words, size = seen.shape
    context, gradient = np.zeros(size, np.float32), np.zeros(size, np.float32)
    near, place = np.empty(2 * REACH, np.int64), np.empty(2 * REACH, np.int64)
    random = np.uint64(seed)
    loss, count = 0.0, 0
    for i in range(len(stream)):
        word = stream[i]
        if word <= END or word >= words:
            continue
        random = _next(random)
        if (random >> np.uint64(40)) * np.float32(1 / 16777216.0) > kept[word]:
            continue
        step = np.float32(rate + (last_rate - rate) * i / len(stream))
        context[:] = 0
        count_near = _neighbours(stream, i, words, near, place)
        for n in range(count_near):
            for x in range(size):
                context[x] += places[place[n], x] * seen[near[n], x]
        if count_near == 0:
            continue
        gradient[:] = 0
        for draw in range(NEGATIVES + 1):
            target = word
            if draw:
                random = _next(random)
                target = table[(random >> np.uint64(33)) % np.uint64(len(table))]
                if target == word:
                    continue
            product = np.float32(0)
            for x in range(size):
                product += context[x] * wanted[target, x]
            likely = np.float32(1 / (1 + np.exp(-min(max(product, np.float32(-12)), np.float32(12)))))
            if draw == 0:
                loss -= np.log(likely + 1e-7)
                count += 1
            error = (np.float32(draw == 0) - likely) * step
            for x in range(size):
                gradient[x] += error * wanted[target, x]
                wanted[target, x] += error * context[x]
        for n in range(count_near):
            for x in range(size):
                old, weight = seen[near[n], x], places[place[n], x]
                seen[near[n], x] = old + gradient[x] * weight
                places[place[n], x] = weight + np.float32(_PLACE_RATE) * gradient[x] * old
    return loss / max(1, count)
