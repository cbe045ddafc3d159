"""What was repaired is left alone: a second repair changes nothing."""

from __future__ import annotations

from typing import Any

import pytest
from known_failures import parameters
from sample_models import CORPORA, articles

from textrepair.repair import Repairer, load

#: By folder and name, why the second repair finds more.
KNOWN = {
    "spun/10-chess": "`ordinal` is `second` with a confidence of 0.55 among swapped words, and of 0.66 among restored ones",
}
CASES: list[dict[str, Any]] = [
    {"label": label, "text": text, "known_failure": label in KNOWN, "comment": KNOWN.get(label, "")}
    for folder in sorted(path.name for path in CORPORA.iterdir() if path.is_dir())
    for name, text in articles(folder).items()
    for label in [f"{folder}/{name}"]
]


@pytest.fixture(scope="module")
def repairer() -> Repairer:
    return load()


@pytest.mark.parametrize("case", parameters(CASES))
def test_a_second_repair_changes_nothing(case: dict[str, Any], repairer: Repairer) -> None:
    once = repairer.repair(case["text"]).text
    assert repairer.repair(once).text == once
