"""Texts that are no newswire: other languages, code, tables, poems, chat, legal and chemical text, lists, capitals, very
short ones.

None may be flagged or changed in wording; of some it is known that they are.  What can't be told is null: damaged or not, in a
text too short or in another language.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from known_failures import parameters

from textrepair.detector.base import FLAGGED
from textrepair.repair import Repairer, load

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "cases" / "sound_forms.json").read_text(encoding="utf-8")
)


@pytest.fixture(scope="module", params=["thorough", "screened", "quick"])
def repairer(request: pytest.FixtureRequest) -> Repairer:
    return load(depth=request.param)


@pytest.mark.parametrize("case", parameters(CASES))
def test_is_left_alone(repairer: Repairer, case: dict[str, Any]) -> None:
    repair = repairer.repair(case["text"])
    diagnosis = repair.diagnosis
    assert repair.text == case["text"]
    assert diagnosis.score is None or diagnosis.score < FLAGGED
    assert diagnosis.language in ([case["language"]] if case["language"] else [None, "en"])
    spin = diagnosis.damage["spin"].probability
    if case["told"]:
        assert spin is not None
        assert spin < FLAGGED
    else:
        assert spin is None
