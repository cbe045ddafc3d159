"""How do single findings add up to one answer?

A detector finds places, each with a score.  The article's probability of the damage is that of at least one place being truly
damaged, were they independent: 1 - Π(1 - score).  It grows with every place, is 0 for none, and never falls.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from math import prod

from textrepair.patch import Edit


def at_least_one(scores: Iterable[float]) -> float:
    """The probability that at least one of independent events happens.

    >>> at_least_one([0.5, 0.5]), at_least_one([])
    (0.75, 0.0)
    """
    return 1.0 - prod(1.0 - score for score in scores)


def logistic(logit: float) -> float:
    """The probability of natural-log odds; far ones are cut, so that none is 0 or 1.

    >>> logistic(0.0), 0.0 < logistic(-1e9) < logistic(1e9) < 1.0
    (0.5, True)
    """
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, logit))))


def share_of_words(words: int, affected: float) -> float:
    """A number of affected words as a share of the article's, at most 1.0.

    >>> share_of_words(3, 1)
    0.3333333333333333
    """
    return min(1.0, affected / max(1, words))


def replacement(
    text: str, span: tuple[int, int], after: str, kind: str, confidence: float, reason: str
) -> Edit:
    """The edit that puts ``after`` in the place of ``text[start:end]``."""
    start, end = span
    return Edit(start, end, text[start:end], after, kind, confidence, reason=reason)
