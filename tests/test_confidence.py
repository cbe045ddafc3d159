"""The map from what is known of a restored word to its confidence."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textrepair.detector.spin.confidence import (
    FEATURES,
    Evidence,
    _log_odds,
    _logistic,
    confidences,
    packaged_weights,
    weights_file,
)

_shares = st.floats(0.0, 1.0)
BARE = tuple(float(name == "log_odds") for name in FEATURES)


def one(posterior: float, rivals: float, learned: bool, rate: float, logp: float, several: bool) -> Evidence:
    """The evidence of a single word."""
    return Evidence(
        np.array([posterior]),
        np.array([rivals]),
        np.array([several]),
        rate,
        lambda: np.array([learned]),
        lambda: np.array([logp], dtype=np.float32),
    )


_evidence = st.builds(one, _shares, _shares, st.booleans(), _shares, st.floats(-20.0, 0.0), st.booleans())
_weights = st.tuples(*[st.floats(-2.0, 2.0) for _ in FEATURES])


@given(_evidence)
def test_is_a_probability(evidence: Evidence) -> None:
    assert 0.0 < confidences(evidence)[0] < 1.0
    assert evidence.features().shape == (1, len(FEATURES))


@given(_evidence, _shares)
def test_a_likelier_reading_is_never_less_sure(evidence: Evidence, other: float) -> None:
    low, high = (
        confidences(replace(evidence, posterior=np.array([posterior])))[0]
        for posterior in sorted((float(evidence.posterior[0]), other))
    )
    assert low <= high + 1e-12


@given(_evidence, _weights)
def test_weights_weigh_their_features(evidence: Evidence, weights: tuple[float, ...]) -> None:
    logit = float((evidence.features() @ np.array(weights))[0])
    assert confidences(evidence, weights)[0] == pytest.approx(
        1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, logit))))
    )


def test_what_has_no_weight_is_not_looked_up() -> None:
    def refused() -> Any:
        raise AssertionError("looked up")

    evidence = replace(one(0.7, 0.2, True, 0.2, -7.0, False), learned=refused, frequency_logp=refused)
    assert confidences(evidence, BARE)[0] == pytest.approx(0.7)


@given(st.floats(0.01, 0.99))
def test_bare_weights_leave_the_posterior(posterior: float) -> None:
    evidence = one(posterior, 0.0, True, 0.2, -7.0, False)
    assert confidences(evidence, BARE)[0] == pytest.approx(posterior)


@given(st.lists(_shares, max_size=20))
def test_compiled_as_in_python(posteriors: list[float]) -> None:
    for compiled in (_log_odds, _logistic):
        np.testing.assert_array_equal(compiled(np.array(posteriors)), compiled.py_func(np.array(posteriors)))


def test_the_packaged_weights_are_whole() -> None:
    stored = json.loads(weights_file().read_text(encoding="utf-8"))
    assert (stored["format"], stored["version"]) == ("textrepair confidence", 1)
    assert tuple(stored["weights"]) == FEATURES
    weights = dict(zip(FEATURES, packaged_weights(), strict=True))
    assert weights["log_odds"] >= 0
    assert weights["word_log_odds"] >= 0
