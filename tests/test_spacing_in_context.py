"""Glued and cut words, stops and names that only the language model can tell, on written cases."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from known_failures import parameters

from textrepair.detector.base import Detection, Document
from textrepair.detector.scanners import model_scanner
from textrepair.detector.scanning.screen import Scanner
from textrepair.detector.spacing.detector import SpacingDetector
from textrepair.detector.spacing.lost_spaces import LostSpaces
from textrepair.model import load_model
from textrepair.patch import Patch
from textrepair.repair import Settings

CASES = Path(__file__).parent / "cases"
APPLIED = Settings().min_confidence


def _cases(name: str) -> list[dict[str, Any]]:
    cases: list[dict[str, Any]] = json.loads((CASES / f"{name}.json").read_text(encoding="utf-8"))
    return cases


@cache
def _tools() -> tuple[SpacingDetector, Scanner]:
    model = load_model()
    return SpacingDetector(LostSpaces(model)), model_scanner(model)


def _detect(text: str) -> Detection:
    detector, scanner = _tools()
    return detector.detect(Document(text, scanner))


@pytest.mark.parametrize("case", parameters(_cases("spacing_in_context")))
def test_case(case: dict[str, Any]) -> None:
    detection = _detect(case["original"])
    sure = tuple(edit for edit in detection.edits if edit.confidence >= APPLIED)
    assert Patch(sure).apply(case["original"]) == case["expect"]
    assert len(detection.edits) - len(sure) == case.get("proposals", 0)


def test_negative_cases_are_about_half() -> None:
    cases = _cases("spacing_in_context")
    assert sum(case["original"] == case["expect"] for case in cases) > len(cases) / 2


def test_the_model_takes_nothing_back() -> None:
    """What the rules find without a model is found with one; what they must leave alone is left."""
    for case in _cases("spacing"):
        if not case.get("known_failure"):
            sure = tuple(e for e in _detect(case["original"]).edits if e.confidence >= APPLIED)
            assert Patch(sure).apply(case["original"]) == case["expect"], case["label"]


def test_mending_twice_changes_nothing_more() -> None:
    for case in _cases("spacing_in_context"):
        if not case.get("known_failure"):
            assert not [e for e in _detect(case["expect"]).edits if e.confidence >= APPLIED], case["label"]


def test_listed_pairs_hold_a_function_word() -> None:
    glued = _tools()[1].glued
    assert {"needto", "thefirst", "canbe"} <= glued
    assert not {"talkshow", "into", "maybe", "smartphone", "cannot", "today"} & glued
