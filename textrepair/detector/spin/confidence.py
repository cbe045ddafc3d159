"""How likely is a restored word the right one?

The posterior of a reading is the model's own opinion, and the model doesn't know what it doesn't know: that a pair was never
seen in any spinner, or that a rare word has rivals that the channel lacks.  So confidence is a logistic function of the
posterior's log-odds and of what else is known of the place (Platt 1999, with features, as for the confidence of recognised
words: Jiang 2005).  Its weight on the posterior is never negative: of two readings alike otherwise, the likelier is the surer.

The weights stand in ``confidence.json``; ``python scripts/calibration.py --fit`` writes them.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

import numpy as np
import numpy.typing as npt

from textrepair.compiled import njit

Column = npt.NDArray[np.float64]

#: Log-odds beyond which a posterior says no more: the beam's and the codes' rounding is of this order (1 in 1,000).
_MOST = 7.0
_LEAST = 1.0 / (1.0 + math.exp(_MOST))
#: Beyond these log-odds a confidence would round to 0 or 1.
_SUREST = 30.0


@dataclass(frozen=True)
class Evidence:
    """What is known of k restored words, in columns of shape (k,).

    ``posterior`` of the reading; ``rivals`` that of all other words for the same place (what is left of one is that nothing was
    replaced); ``several`` whether words, observed or restored, are more than one; ``rate`` of damage inferred for the article.
    Looked up only where a weight asks for it: ``learned`` whether pairs of some spinner show the swap; ``frequency_logp`` natural
    log of the restored word's share in clean text, of the rarest of several.
    """

    posterior: Column
    rivals: Column
    several: npt.NDArray[np.bool_]
    rate: float
    learned: Callable[[], npt.NDArray[np.bool_]]
    frequency_logp: Callable[[], npt.NDArray[np.float32]]

    def features(self) -> Column:
        """The values that the weights are for: shape (k, features)."""
        return np.column_stack([value(self) for value in _VALUES.values()])


@njit(nogil=True)
def _log_odds(probability: Column) -> Column:
    """Natural-log odds; numpy's logarithm differs in the last digit from machine to machine."""
    out = np.empty_like(probability)
    for i in range(len(out)):
        bounded = min(max(probability[i], _LEAST), 1.0 - _LEAST)
        out[i] = math.log(bounded / (1.0 - bounded))
    return out


@njit(nogil=True)
def _logistic(logit: Column) -> Column:
    """The inverse of :func:`_log_odds`, never 0 or 1."""
    out = np.empty_like(logit)
    for i in range(len(out)):
        out[i] = 1.0 / (1.0 + math.exp(-min(max(logit[i], -_SUREST), _SUREST)))
    return out


#: What the weights stand for.
_VALUES: Mapping[str, Callable[[Evidence], Column]] = {
    "intercept": lambda known: np.ones(len(known.posterior)),
    "log_odds": lambda known: _log_odds(known.posterior),
    "word_log_odds": lambda known: _log_odds(
        known.posterior / np.maximum(1e-9, known.posterior + known.rivals)
    ),
    "learned": lambda known: known.learned().astype(np.float64),
    "log_rate": lambda known: np.full(len(known.posterior), math.log(max(1e-3, known.rate))),
    "log_frequency": lambda known: known.frequency_logp().astype(np.float64),
    "several_words": lambda known: known.several.astype(np.float64),
}
#: Their names, in the order of :meth:`Evidence.features`.
FEATURES = tuple(_VALUES)


def confidences(evidence: Evidence, weights: Sequence[float] | None = None) -> Column:
    """The probability that each restored word is right, by the packaged weights or by others: shape (k,)."""
    logit = np.zeros(len(evidence.posterior))
    for weight, value in zip(weights or packaged_weights(), _VALUES.values(), strict=True):
        if weight:
            logit += weight * value(evidence)
    return _logistic(logit)


@cache
def packaged_weights() -> tuple[float, ...]:
    """The weights of ``confidence.json``, in the order of :data:`FEATURES`."""
    stored: Mapping[str, float] = json.loads(weights_file().read_text(encoding="utf-8"))["weights"]
    return tuple(stored[name] for name in FEATURES)


def weights_file() -> Path:
    """Where the packaged weights lie."""
    return Path(str(resources.files("textrepair.detector.spin"))) / "confidence.json"
