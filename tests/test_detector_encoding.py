"""Encoding against ftfy's own cases (read where they are at hand), and what the fast screen in front of it lets through."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from ftfy import fix_encoding
from hypothesis import example, given
from hypothesis import strategies as st

from textrepair.detector.base import Document
from textrepair.detector.encoding.detector import EncodingDetector
from textrepair.patch import Patch

FTFY_CASES = (
    Path(os.environ.get("TEXTREPAIR_SHARED", Path(__file__).parents[2] / "shared")) / "data" / "encoding"
)
APPLIED = 0.5


def _mended(text: str) -> str:
    edits = EncodingDetector().detect(Document(text)).edits
    return Patch(tuple(edit for edit in edits if edit.confidence >= APPLIED)).apply(text)


def _ftfy_cases() -> list[Any]:
    cases = [
        case
        for path in sorted(FTFY_CASES.glob("ftfy_*.json"))
        for case in json.loads(path.read_text("utf-8"))
    ]
    return [
        pytest.param(
            case["original"],
            case.get("fixed-encoding", case["fixed"]),
            id=case["label"][:60],
            marks=[pytest.mark.xfail(strict=True, reason="ftfy fails it too")]
            if case["expect"] == "fail"
            else [],
        )
        for case in cases
    ]


@pytest.mark.skipif(
    not FTFY_CASES.is_dir(), reason="ftfy's test cases are not at hand (TEXTREPAIR_SHARED names their folder)"
)
@pytest.mark.parametrize(("original", "fixed"), _ftfy_cases() or [("", "")])
def test_ftfy_case(original: str, fixed: str) -> None:
    assert _mended(original) == fixed


WORDS = [
    "café",
    "naïve",
    "it’s",
    "“so”",
    "Łódź",
    "São",
    "Привет",
    "日本",
    "Ω",
    "5 €",
    "fin — de",
    "Größe",
    "…",
    "x²",
    "😀",
    "plain",
]


@given(
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=6),
    st.sampled_from(["latin-1", "windows-1252", "macroman"]),
)
def test_screen_lets_no_mojibake_pass(words: list[str], encoding: str) -> None:
    """What ftfy would mend in a line, the detector mends, although it asks ftfy of suspicious pieces only."""
    damaged = " ".join(words).encode().decode(encoding, errors="replace")
    assert _mended(damaged) == fix_encoding(damaged)


@given(st.text(max_size=60).filter(lambda text: not text.isspace()))
@example("a\x85")  # by itself it is white space, of which nothing is told
def test_edits_are_what_ftfy_does(text: str) -> None:
    assert _mended(text) == "\n".join(fix_encoding(line) for line in text.split("\n"))


def test_edit_is_minimal() -> None:
    (edit,) = EncodingDetector().detect(Document("the mayorâ€™s view")).edits
    assert (edit.start, edit.before, edit.after) == (9, "â€™", "’")


def test_one_line_of_a_million() -> None:
    text = "the mayorâ€™s view " * 60_000
    assert _mended(text) == "the mayor’s view " * 60_000
