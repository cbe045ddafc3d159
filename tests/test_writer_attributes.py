"""Dolma attributes and RedPajama quality signals hold what the diagnosis says, in spans of the text."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from textrepair.cli import commands
from textrepair.detector.base import KINDS, Damage, Diagnosis, Finding
from textrepair.writer.attributes import dolma_record, redpajama_record

TEXT = "He said  it."
DIAGNOSIS = Diagnosis(
    0.25,
    {kind: Damage(None if kind == "order" else 0.5, 0.125) for kind in KINDS},
    (Finding(7, 9, "spacing", 0.9, "more than one space"), Finding(0, 2, "spin", 0.75, "he ← she")),
    "en",
)


def test_dolma() -> None:
    record = dolma_record("a", len(TEXT), DIAGNOSIS)
    attributes = record["attributes"]
    assert record["id"] == "a"
    assert attributes["textrepair__all__score"] == [[0, 12, 0.25]]
    assert attributes["textrepair__spacing__probability"] == [[0, 12, 0.5]]
    assert attributes["textrepair__order__probability"] == []
    assert attributes["textrepair__spacing__spans"] == [[7, 9, 0.9]]
    assert attributes["textrepair__spin__spans"] == [[0, 2, 0.75]]
    assert {name.split("__")[1] for name in attributes} == {"all", *KINDS}


def test_redpajama() -> None:
    signals = redpajama_record("a", len(TEXT), DIAGNOSIS, "en-1", "0")["quality_signals"]
    assert signals["textrepair_doc_score"] == [[0, 12, 0.25]]
    assert signals["textrepair_doc_order_probability"] == [[0, 12, None]]
    assert signals["textrepair_doc_order_severity"] == [[0, 12, 0.125]]
    assert signals["textrepair_spans_spacing"] == [[7, 9, 0.9]]


@pytest.mark.parametrize("form", ["dolma", "redpajama"])
def test_scan_writes_one_line_for_each_article(form: str, tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text(
        "".join(json.dumps({"id": f"n{i}", "text": "A  sound line. " * 30}) + "\n" for i in range(2))
    )
    result = CliRunner().invoke(commands, ["scan", "--format", form, str(path)])
    assert result.exit_code == 0, result.output
    records = [json.loads(line) for line in result.output.splitlines()]
    assert [record["id"] for record in records] == ["n0", "n1"]
    spans = records[0]["attributes" if form == "dolma" else "quality_signals"]
    for values in spans.values():
        assert all(0 <= start <= end <= len("A  sound line. " * 30) for start, end, _ in values)
