"""Parts of speech on sentences of our own, and on anything."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textrepair.tokens import tokenize
from textrepair.word_class import CLASSES, word_class

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "cases" / "word_class.json").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["label"])
def test_case(case: dict[str, Any]) -> None:
    words = tokenize(case["original"]).texts
    found = [word_class(words, at) for at in range(len(words))]
    assert len(found) == len(case["expect"])
    assert [got if want else None for got, want in zip(found, case["expect"], strict=True)] == case["expect"]


@given(st.lists(st.text(min_size=1), min_size=1), st.data())
def test_any_text_has_a_class(words: list[str], data: st.DataObject) -> None:
    assert word_class(words, data.draw(st.integers(0, len(words) - 1))) in CLASSES
