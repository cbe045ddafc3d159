"""Which words would fit where a suspect word stands?

A spinner's substitute stands in the contexts of the word that it replaced.  For every place of a suspect the language model
says how well each frequent word would fit between the neighbours (as they are best read); a mixture over candidate originals,
the suspect itself among them, is fitted to all places together by EM: one place proves nothing, fifty agree on "want" for
"compass".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numba
import numpy as np
import numpy.typing as npt

from textrepair.model.ngrams import Ngrams, extend, prepare, score

#: Candidate originals are the most frequent words, by the language model's order of words.
CANDIDATES = 3000
#: Places looked at a suspect; more sharpen little.
PLACES = 40
_EM_ROUNDS = 25


@dataclass(frozen=True)
class Place:
    """One occurrence: the two words before it and at most two behind it (identifiers of the language model)."""

    left: tuple[int, int]
    right: tuple[int, ...]


@numba.njit(cache=True, nogil=True)
def slot_logps(
    lm: Ngrams, left: npt.NDArray[np.int64], right: npt.NDArray[np.int64], words: npt.NDArray[np.int64]
) -> npt.NDArray[np.float32]:
    """Natural-log probability of each word together with what follows it: shape (words,)."""
    out = np.empty(len(words), dtype=np.float32)
    start = np.uint64(0xFFFFFFFFFFFF)
    for word in left:
        start = extend(start, word)
    length, three, two, one = prepare(lm, start)
    for i in range(len(words)):
        total = score(lm, start, length, three, two, one, words[i])
        context = extend(start, words[i])
        for word in right:
            size, c, b, a = prepare(lm, context)
            total += score(lm, context, size, c, b, a, word)
            context = extend(context, word)
        out[i] = total
    return out


def likely_originals(
    lm: Ngrams,
    places: Sequence[Place],
    itself: int,
    words: npt.NDArray[np.int64],
    weight: float,
) -> list[tuple[int, float]]:
    """Candidate originals of one suspect with their share of its places, the best first; the shares of all sum to one.

    ``itself`` is the suspect as the language model sees it; ``weight`` tempers the language model as in decoding.
    """
    listed = np.unique(np.append(words, itself))
    rows = [
        slot_logps(lm, np.array(p.left, dtype=np.int64), np.array(p.right, dtype=np.int64), listed)
        for p in places[:PLACES]
    ]
    logps = weight * np.array(rows, dtype=np.float64)
    likelihood = np.exp(logps - logps.max(axis=1, keepdims=True))
    share = np.full(len(listed), 1.0 / len(listed))
    for _ in range(_EM_ROUNDS):
        posterior = likelihood * share
        posterior /= posterior.sum(axis=1, keepdims=True)
        share = posterior.mean(axis=0)
    order = np.argsort(-share, kind="stable")
    return [(int(listed[i]), float(share[i])) for i in order[:8]]
