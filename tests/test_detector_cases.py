"""The mechanical detectors on written cases: what must be mended, and, mostly, what must not be touched."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from known_failures import parameter

from textrepair.detector.base import Detector, Document
from textrepair.detector.encoding.detector import EncodingDetector
from textrepair.detector.furniture.detector import FurnitureDetector
from textrepair.detector.repetition import RepetitionDetector
from textrepair.detector.spacing.detector import SpacingDetector
from textrepair.patch import Patch

CASES = Path(__file__).parent / "cases"
DETECTORS: dict[str, Detector] = {
    detector.kind: detector
    for detector in (EncodingDetector(), SpacingDetector(), RepetitionDetector(), FurnitureDetector())
}
APPLIED = 0.5


def _cases(kind: str) -> list[dict[str, Any]]:
    cases: list[dict[str, Any]] = json.loads((CASES / f"{kind}.json").read_text(encoding="utf-8"))
    return cases


@pytest.mark.parametrize(
    ("kind", "case"),
    [parameter(case, kind, name=f"{kind}: {case['label']}") for kind in DETECTORS for case in _cases(kind)],
)
def test_case(kind: str, case: dict[str, Any]) -> None:
    text, proposals = _mended(kind, case["original"])
    assert text == case["expect"]
    assert proposals == case.get("proposals", 0)


def _mended(kind: str, text: str) -> tuple[str, int]:
    """A text with its sure edits made, and how many others there are."""
    edits = DETECTORS[kind].detect(Document(text)).edits
    sure = tuple(edit for edit in edits if edit.confidence >= APPLIED)
    return Patch(sure).apply(text), len(edits) - len(sure)


FLAGGED_CASES: list[dict[str, Any]] = json.loads((CASES / "flagged.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", FLAGGED_CASES, ids=[case["label"] for case in FLAGGED_CASES])
def test_flagged(case: dict[str, Any]) -> None:
    """What repeats itself on purpose is not told as damaged, what was pasted twice is."""
    probabilities = {
        k: DETECTORS[k].detect(Document(case["text"])).damage.probability or 0.0 for k in DETECTORS
    }
    assert [kind for kind, p in probabilities.items() if p >= APPLIED] == case["flagged"]


def test_refrains_are_one_doubt() -> None:
    lines = [
        f"Verse {word} of the song is not like any other one.\nAnd the river runs on to the sea again.\n"
        for word in ("one", "two", "three", "four")
    ]
    two, four = (
        DETECTORS["repetition"].detect(Document("".join(lines[:n]))).damage.probability for n in (3, 4)
    )
    assert two == four


@pytest.mark.parametrize("kind", DETECTORS)
def test_negative_cases_are_the_most(kind: str) -> None:
    cases = _cases(kind)
    assert sum(case["original"] == case["expect"] for case in cases) > len(cases) / 2


@pytest.mark.parametrize("kind", DETECTORS)
def test_mending_twice_changes_nothing_more(kind: str) -> None:
    for case in _cases(kind):
        once, _ = _mended(kind, case["original"])
        assert _mended(kind, once)[0] == once, case["label"]


@pytest.mark.parametrize("kind", DETECTORS)
def test_answer_is_well_formed(kind: str) -> None:
    for other in DETECTORS:
        for case in _cases(other):
            detection = DETECTORS[kind].detect(Document(case["original"]))
            assert detection.damage.probability is not None
            assert 0.0 <= detection.damage.probability <= 1.0
            assert 0.0 <= detection.damage.severity <= 1.0
            assert (detection.damage.probability > 0) == bool(detection.findings)
            assert list(detection.findings) == sorted(detection.findings, key=lambda f: (f.start, f.end))
            assert all(edit.kind == kind for edit in detection.edits)
            Patch(detection.edits).apply(case["original"])


@pytest.mark.parametrize("kind", DETECTORS)
@pytest.mark.parametrize("text", ["", " ", "\n\n", "\ufeff", "\x00", "a", "\U0001f600", "\r\n \r\n"])
def test_next_to_nothing(kind: str, text: str) -> None:
    detection = DETECTORS[kind].detect(Document(text))
    assert not detection.edits
    assert detection.damage.severity == 0.0
    assert detection.damage.probability == (None if not text.strip() else 0.0)


def test_repeated_passages_are_one_finding() -> None:
    one = "The mayor said that the bridge over the river would open on Friday at noon. The council met to hear of it in the hall."
    findings = DETECTORS["repetition"].detect(Document(f"{one} Nobody knew. {one} That was all.")).findings
    assert [finding.reason for finding in findings] == ["a repeated passage"]


def test_repeated_lines_are_found_and_left() -> None:
    line = "Bridge opens over the river"
    detection = DETECTORS["repetition"].detect(Document(f"  {line}\n\nSome text.\n{line}\n"))
    assert [(finding.start, finding.reason) for finding in detection.findings] == [(42, "a repeated line")]
    assert detection.edits == ()


def test_indented_title_twice() -> None:
    title = "Bridge opens over the river"
    (finding,) = DETECTORS["repetition"].detect(Document(f"\n  {title} | {title}  \n")).findings
    assert (finding.start, finding.end) == (33, 60)


def test_lost_characters_are_reported() -> None:
    detection = DETECTORS["encoding"].detect(Document("a caf\ufffd\ufffd in town"))
    assert [(finding.start, finding.end) for finding in detection.findings] == [(5, 7)]
    assert detection.edits == ()
