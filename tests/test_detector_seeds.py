"""The project's starting articles, read where they are at hand: what the mechanical detectors say of them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from textrepair.detector.base import Detection, Detector, Document
from textrepair.detector.encoding.detector import EncodingDetector
from textrepair.detector.furniture.detector import FurnitureDetector
from textrepair.detector.repetition import RepetitionDetector
from textrepair.detector.spacing.detector import SpacingDetector

SEEDS = Path(os.environ.get("TEXTREPAIR_SHARED", Path(__file__).parents[2] / "shared")) / "seeds"
APPLIED = 0.5

pytestmark = pytest.mark.skipif(
    not SEEDS.is_dir(), reason="the seed articles are not at hand; TEXTREPAIR_SHARED names their folder"
)


def _detect(number: str, detector: Detector) -> tuple[str, Detection]:
    (path,) = SEEDS.glob(f"{number}_*.txt")
    text = path.read_text(encoding="utf-8")
    return text, detector.detect(Document(text))


def test_glued_words_are_split() -> None:
    _, detection = _detect("003", SpacingDetector())
    mended = {edit.reason.partition(" ← ")[2] for edit in detection.edits if edit.confidence >= APPLIED}
    assert mended == {
        "remains unclear",
        "between presidents",
        "a configuration",
        "analysts rightly",
        "military action",
    }


def test_lost_characters_are_proposed() -> None:
    _, detection = _detect("003", EncodingDetector())
    assert [edit.after for edit in detection.edits] == ["’", " — "]
    assert all(edit.confidence < APPLIED for edit in detection.edits)


def test_traces_of_translation_are_mended() -> None:
    _, detection = _detect("000", SpacingDetector())
    assert [edit.before + "→" + edit.after for edit in detection.edits] == [
        " .→", " ”→” ", " “→”", " .→", " .→", " ”→” ", " .→"
    ]  # fmt: skip


def test_repeated_word_behind_a_stray_stop() -> None:
    _, detection = _detect("002", RepetitionDetector())
    assert [edit.before for edit in detection.edits] == [" countries."]


@pytest.mark.parametrize(
    "detector", [EncodingDetector(), SpacingDetector(), RepetitionDetector()], ids=lambda d: d.kind
)
def test_sound_article_has_no_edit(detector: Detector) -> None:
    assert _detect("004", detector)[1].edits == ()


@pytest.mark.parametrize(
    ("number", "starts"),
    [
        ("001", ["2 years", "Credit...S", "Card 1", "Image", "Credit...P", "Read Entire"]),
        ("002", ["This website"]),
        ("003", ["20211230", "https://"]),
        (
            "004",
            "Joe Biden|Share|Mr Putin took|Russia is said|White House|Mr Biden’s|US senate|Read More|Want us|Download|©".split(
                "|"
            ),
        ),
    ],
)
def test_furniture(number: str, starts: list[str]) -> None:
    text, detection = _detect(number, FurnitureDetector())
    assert len(detection.findings) == len(starts)
    for finding, start in zip(detection.findings, starts, strict=True):
        assert text.startswith(start, finding.start)


def test_title_twice_on_one_line() -> None:
    _, detection = _detect("004", RepetitionDetector())
    assert [finding.reason for finding in detection.findings] == ["the same twice on one line"]
