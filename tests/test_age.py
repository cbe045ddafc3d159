"""Prose of another age is recognised, and no spinner's odd words pass for it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textrepair.detector.age import OldProse, is_enough
from textrepair.detector.base import Document
from textrepair.detector.scanners import model_scanner
from textrepair.detector.scanning.screen import Scanner
from textrepair.detector.spin.detector import SpinDetector
from textrepair.model import load_model

CORPORA = Path(__file__).parents[1] / "corpora"
OLD = (
    "The good dame, perceiving that her guest was much cast down, and suspecting the cause thereof, besought him to partake "
    "of such homely fare as the house afforded; whereupon he, being loth to appear ungrateful, suffered himself to be "
    "conducted to the table, and there endeavoured, though with an ill grace, to do justice to the repast. It was not until "
    "the cloth had been withdrawn, and the children sent to bed, that he ventured to disclose the melancholy errand upon "
    "which he was come. He had, he said, been dispatched by the magistrates to acquaint her that her husband, whom she had "
    "so long supposed to be safe in the Indies, had been taken by the enemy, and was even now confined in a dungeon, whence "
    "nothing but the payment of a ransom could deliver him. She heard him to the end without so much as a sigh; then, "
    "rising from her chair, she approached the window, and remained for some minutes gazing upon the moonlit prospect "
    "without."
)


def old_prose() -> OldProse:
    return OldProse(load_model(None).vocabulary)


@pytest.fixture(scope="module")
def scanner() -> Scanner:
    return model_scanner(load_model(None))


def test_old_prose_is_recognised(scanner: Scanner) -> None:
    assert old_prose().recognises(scanner.scan(OLD).ids)


@pytest.mark.parametrize("path", ["spun.jsonl", "rewritten.jsonl", "sound.jsonl", "posts.jsonl"])
def test_text_of_today_is_not(scanner: Scanner, path: str) -> None:
    """Of what imitates spinners no text; of sound texts in all registers, some of another age, two are."""
    with open(CORPORA / "imitated" / path, encoding="utf-8") as file:
        records = [json.loads(line) for line in file]
    told = [r["id"] for r in records if old_prose().recognises(scanner.scan(r["text"]).ids)]
    assert len(told) <= (2 if path == "sound.jsonl" else 0)


def test_spinning_can_be_told_of_a_spun_text_and_not_of_an_old_one(scanner: Scanner) -> None:
    detector = SpinDetector(load_model(None))
    spun = (CORPORA / "spun" / "01-council.txt").read_text("utf-8")
    assert detector.detect(Document(spun, scanner)).damage.probability == pytest.approx(1.0, abs=0.01)
    mixed = f"{OLD}\n\n{OLD.replace('good', 'businesslike').replace('the ', 'arsenic ')}"
    assert detector.detect(Document(mixed, scanner)).damage.probability is None


@given(st.floats(-20.0, 20.0), st.integers(0, 5000))
def test_a_short_text_needs_more(score: float, words: int) -> None:
    assert not is_enough(score, words) or is_enough(score, words + 1)
