"""What a restored sentence asks for beyond single words, in an article that is plainly spun."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from known_failures import parameters
from sample_models import articles, packaged

from textrepair.repair import Repairer

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "cases" / "sentence.json").read_text(encoding="utf-8")
)


@cache
def repaired() -> dict[str, str]:
    """Each case's text after repair: one article, a paragraph each, behind a sample of ours that makes it a spun one."""
    carrier = articles("spun")["01-council"]
    text = "\n\n".join([carrier.strip(), *(case["original"] for case in CASES)])
    paragraphs = Repairer(packaged()).repair(text).text.split("\n\n")[-len(CASES) :]
    return dict(zip((case["label"] for case in CASES), paragraphs, strict=True))


@pytest.mark.parametrize("case", parameters(CASES))
def test_case(case: dict[str, Any]) -> None:
    assert repaired()[case["label"]] == case["expect"]


def test_nothing_of_it_happens_in_a_sound_article() -> None:
    """Broken clitics are looked for only where the article is spun: elsewhere they may be dialect, or a name."""
    carrier = articles("sound")["01-council"]
    text = "\n\n".join(
        [carrier.strip(), "It'south late, the lad'sulphur gone, and the racket-cancelling set is off."]
    )
    assert not [e for e in Repairer(packaged()).repair(text).patch.edits if e.kind == "spin"]
