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
from functools import cache
from importlib import resources
from pathlib import Path
from typing import NamedTuple

#: Log-odds beyond which a posterior says no more: the beam's and the codes' rounding is of this order (1 in 1,000).
_MOST = 7.0
_LEAST = 1.0 / (1.0 + math.exp(_MOST))


class Evidence(NamedTuple):
    """What is known of a restored word.

    ``posterior`` of the reading; ``rivals`` that of all other words for the same place (what is left of one is that nothing was
    replaced); ``learned`` whether pairs of some spinner show the swap; ``rate`` of damage inferred for the article;
    ``frequency_logp`` natural log of the restored word's share in clean text, of the rarest of several; ``several`` whether
    words, observed or restored, are more than one.
    """

    posterior: float
    rivals: float
    learned: bool
    rate: float
    frequency_logp: float
    several: bool

    def features(self) -> tuple[float, ...]:
        """The values that the weights are for."""
        return tuple(value(self) for value in _VALUES.values())


def _log_odds(probability: float) -> float:
    if probability <= _LEAST:
        probability = _LEAST
    elif probability >= 1.0 - _LEAST:
        probability = 1.0 - _LEAST
    return math.log(probability / (1.0 - probability))


#: What the weights stand for.
_VALUES: Mapping[str, Callable[[Evidence], float]] = {
    "intercept": lambda known: 1.0,
    "log_odds": lambda known: _log_odds(known.posterior),
    "word_log_odds": lambda known: _log_odds(known.posterior / max(1e-9, known.posterior + known.rivals)),
    "learned": lambda known: float(known.learned),
    "log_rate": lambda known: math.log(max(1e-3, known.rate)),
    "log_frequency": lambda known: known.frequency_logp,
    "several_words": lambda known: float(known.several),
}
#: Their names, in the order of :meth:`Evidence.features`.
FEATURES = tuple(_VALUES)


def confidence(evidence: Evidence, weights: Sequence[float] | None = None) -> float:
    """The probability that a restored word is right, by the packaged weights or by others."""
    logit = 0.0
    for weight, value in _counting(tuple(weights)) if weights else _packaged():
        logit += weight * value(evidence)
    if -30.0 < logit < 30.0:
        return 1.0 / (1.0 + math.exp(-logit))
    return 1.0 / (1.0 + math.exp(-30.0 if logit > 0.0 else 30.0))


def _counting(weights: tuple[float, ...]) -> tuple[tuple[float, Callable[[Evidence], float]], ...]:
    """The weights that aren't zero, with what they are for: what has none need not be computed, some 30,000 times a second."""
    return tuple((w, value) for w, value in zip(weights, _VALUES.values(), strict=True) if w)


@cache
def _packaged() -> tuple[tuple[float, Callable[[Evidence], float]], ...]:
    return _counting(packaged_weights())


@cache
def packaged_weights() -> tuple[float, ...]:
    """The weights of ``confidence.json``, in the order of :data:`FEATURES`."""
    stored: Mapping[str, float] = json.loads(weights_file().read_text(encoding="utf-8"))["weights"]
    return tuple(stored[name] for name in FEATURES)


def weights_file() -> Path:
    """Where the packaged weights lie."""
    return Path(str(resources.files("textrepair.detector"))) / "confidence.json"
