"""The map from what is known of a restored word to its confidence."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textrepair.detector.confidence import FEATURES, Evidence, confidence, packaged_weights, weights_file

_shares = st.floats(0.0, 1.0)
_evidence = st.builds(
    Evidence, _shares, _shares, st.booleans(), _shares, st.floats(-20.0, 0.0), st.booleans()
)
BARE = tuple(float(name == "log_odds") for name in FEATURES)


@given(_evidence)
def test_is_a_probability(evidence: Evidence) -> None:
    assert 0.0 < confidence(evidence) < 1.0
    assert len(evidence.features()) == len(FEATURES)


@given(_evidence, _shares)
def test_a_likelier_reading_is_never_less_sure(evidence: Evidence, other: float) -> None:
    low, high = sorted((evidence.posterior, other))
    assert (
        confidence(evidence._replace(posterior=low)) <= confidence(evidence._replace(posterior=high)) + 1e-12
    )


@given(st.floats(0.01, 0.99))
def test_bare_weights_leave_the_posterior(posterior: float) -> None:
    evidence = Evidence(posterior, 0.0, True, 0.2, -7.0, False)
    assert confidence(evidence, BARE) == pytest.approx(posterior)


def test_the_packaged_weights_are_whole() -> None:
    stored = json.loads(weights_file().read_text(encoding="utf-8"))
    assert (stored["format"], stored["version"]) == ("textrepair confidence", 1)
    assert tuple(stored["weights"]) == FEATURES
    weights = dict(zip(FEATURES, packaged_weights(), strict=True))
    assert weights["log_odds"] >= 0
    assert weights["word_log_odds"] >= 0
