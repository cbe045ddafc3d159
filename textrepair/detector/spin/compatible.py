"""Which of an article's likely readings stand, where one excludes another?

The surest span is settled first, and what is settled stays: spans that share a token with it fall, and a reading that would say
again what stands beside it gives way to the next.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from textrepair.compiled import njit

#: No word.
NOTHING = -1


class Readings(NamedTuple):
    """The likely readings of k rows, those of one of m spans together and the likeliest first; words are any numbers, the same
    for the same text in lower case, and :data:`NOTHING`.

    ``spans`` (m, 4): first and last lattice token, and the range of the rows, the surest span first; ``head`` and ``tail`` (k,)
    the first and last word, nothing for one that may be said twice; ``posterior`` (k,); ``unchanged`` (k,) whether it writes what
    stands there; ``article`` (k,) the indefinite article that it wants before it, nothing where that is there.
    """

    spans: npt.NDArray[np.int64]
    head: npt.NDArray[np.int64]
    tail: npt.NDArray[np.int64]
    posterior: npt.NDArray[np.float64]
    unchanged: npt.NDArray[np.bool_]
    article: npt.NDArray[np.int64]


class Settled(NamedTuple):
    """``best`` (m,) the row by which each span is restored, or nothing; ``fits`` (k,) the rows that a settled span may have;
    ``rivals`` (m,) the posteriors of those but the best together; ``article`` (m,) whether the article before it follows;
    ``taken`` (n,) the lattice's tokens that are settled."""

    best: npt.NDArray[np.int64]
    fits: npt.NDArray[np.bool_]
    rivals: npt.NDArray[np.float64]
    article: npt.NDArray[np.bool_]
    taken: npt.NDArray[np.bool_]


@njit(nogil=True)
def settled(
    readings: Readings, words: npt.NDArray[np.int64], positions: npt.NDArray[np.int64], least: float
) -> Settled:
    """Settle the spans one by one; ``words`` (tokens,) stand in the article, ``positions`` (n,) maps the lattice's tokens to its.

    A span whose best fitting reading is less likely than ``least`` is left.
    """
    spans = readings.spans
    best = np.full(len(spans), NOTHING, dtype=np.int64)
    fits = np.zeros(len(readings.head), dtype=np.bool_)
    rivals = np.zeros(len(spans))
    article = np.zeros(len(spans), dtype=np.bool_)
    taken = np.zeros(len(positions), dtype=np.bool_)
    now = words.copy()
    edited = np.zeros(len(words), dtype=np.bool_)
    for s in range(len(spans)):
        first, last = spans[s, 0], spans[s, 1]
        if taken[first : last + 1].any():
            continue
        token, last_token = positions[first], positions[last]
        chosen = NOTHING
        for row in range(spans[s, 2], spans[s, 3]):
            if _doubles(words, now, edited, token, token - 1, readings.head[row]) or _doubles(
                words, now, edited, last_token, last_token + 1, readings.tail[row]
            ):
                continue
            if chosen == NOTHING:
                if readings.posterior[row] < least:
                    break
                chosen = row
            else:
                rivals[s] += readings.posterior[row]
            fits[row] = True
        if chosen == NOTHING:
            continue
        taken[first : last + 1] = True
        if readings.unchanged[chosen]:
            continue
        best[s] = chosen
        now[token], edited[token] = readings.head[chosen], True
        now[last_token], edited[last_token] = readings.tail[chosen], True
        if readings.article[chosen] != NOTHING and first > 0 and not taken[first - 1]:
            article[s] = taken[first - 1] = True
            now[token - 1], edited[token - 1] = readings.article[chosen], True
    return Settled(best, fits, rivals, article, taken)


@njit(nogil=True)
def _doubles(
    words: npt.NDArray[np.int64],
    now: npt.NDArray[np.int64],
    edited: npt.NDArray[np.bool_],
    token: int,
    beside: int,
    word: int,
) -> bool:
    """Would a ``word`` for a token say again what stands beside it, where the article says two things?

    A spinner may make one word of two ("telephone telephone" of "phone call"), but restoring both by the same word is an error,
    and English hardly doubles words.
    """
    if word == NOTHING or not 0 <= beside < len(now) or now[beside] != word:
        return False
    return bool(words[token] != words[beside] or edited[beside])
