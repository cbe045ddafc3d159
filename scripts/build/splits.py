"""How well do scores tell two kinds of article apart, and how sure is that?"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Scores = npt.NDArray[np.float64]


def area(positive: Sequence[float] | Scores, negative: Sequence[float] | Scores) -> float:
    """ROC AUC: the probability that a damaged article scores higher than a sound one, ties counted half.

    >>> area([0.9, 0.4], [0.1, 0.4])
    0.875
    """
    pos, neg = np.asarray(positive, dtype=float), np.sort(np.asarray(negative, dtype=float))
    if not len(pos) or not len(neg):
        return math.nan
    below = np.searchsorted(neg, pos, side="left")
    ties = np.searchsorted(neg, pos, side="right") - below
    return float((below + 0.5 * ties).mean() / len(neg))


def wilson(found: int, of: int) -> tuple[float, float]:
    """95 % interval of a share (Wilson, 1927).

    >>> tuple(round(x, 3) for x in wilson(0, 500))
    (0.0, 0.008)
    """
    if not of:
        return 0.0, 1.0
    z, share = 1.959964, found / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z / (1 + z * z / of) * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    return max(0.0, middle - half), min(1.0, middle + half)


def interval(found: int, of: int) -> str:
    """A share with its counts and interval, as the tables print it.

    >>> interval(5, 10)
    '0.500 (5/10; 0.237–0.763)'
    """
    low, high = wilson(found, of)
    return f"{found / of:.3f} ({found}/{of}; {low:.3f}–{high:.3f})" if of else "–"


def recall_at(positive: Scores, negative: Scores, rate: float) -> tuple[int, float]:
    """How many damaged articles score above the threshold that lets ``rate`` of the sound ones pass; and that threshold."""
    ordered = np.sort(negative)[::-1]
    threshold = float(ordered[min(len(ordered) - 1, math.floor(rate * len(ordered)))])
    return int((positive > threshold).sum()), threshold
