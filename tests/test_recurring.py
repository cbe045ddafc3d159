"""Lines that come back in article after article of one corpus."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from textrepair.cli import commands
from textrepair.detector.base import Document
from textrepair.detector.furniture.detector import FurnitureDetector
from textrepair.detector.furniture.recurring import RecurringLines, counted_lines

PROSE = "The council met on {} and spoke about the bridge for two hours, as it has done every week since the flood."
LINE = "Evening Post of Harbour and Hill"


def articles(count: int) -> list[str]:
    return [
        f"{PROSE.format(day)}\nA line of its own, number {day}.\n{LINE}\nAnother one: {day}"
        for day in range(count)
    ]


def found(text: str, counts: RecurringLines) -> list[str]:
    detection = FurnitureDetector(counts).detect(Document(text))
    return [text[f.start : f.end] for f in detection.findings]


def test_a_line_of_several_articles_is_furniture() -> None:
    texts = articles(5)
    assert found(texts[0], RecurringLines.of(texts)) == [LINE]
    assert found(texts[0], RecurringLines.of(reversed(texts))) == [LINE]


def test_two_articles_are_too_few() -> None:
    texts = articles(2)
    assert found(texts[0], RecurringLines.of(texts)) == []


def test_copies_are_no_furniture() -> None:
    text = articles(1)[0]
    assert found(text, RecurringLines.of([text] * 5)) == []


def test_form_and_recurrence_add_up() -> None:
    texts = [
        f"{PROSE.format(day)}\n\nOne more, {day}.\nTwo more, {day}.\nShare this article" for day in range(4)
    ]
    counts = RecurringLines.of(texts)
    plain = FurnitureDetector().detect(Document(texts[0])).findings
    both = FurnitureDetector(counts).detect(Document(texts[0])).findings
    assert [f.end for f in plain] == [f.end for f in both]
    assert both[0].score > plain[0].score


@given(st.lists(st.text(alphabet="ab\n ", max_size=30), max_size=12))
def test_never_too_few(texts: list[str]) -> None:
    counts = RecurringLines.of(texts)
    for line in {line for text in texts for line in counted_lines(text)}:
        assert counts.articles(line) >= sum(line in set(counted_lines(text)) for text in texts)


def test_command_line(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in articles(4)), encoding="utf-8")
    result = CliRunner().invoke(commands, ["scan", "--recurring", "--format", "jsonl", str(path)])
    assert result.exit_code == 0, result.output
    for line in result.output.splitlines():
        assert [f["reason"] for f in json.loads(line)["findings"] if f["kind"] == "furniture"] == [
            "a line of 4 articles"
        ]


def test_standard_input_is_read_once(tmp_path: Path) -> None:
    result = CliRunner().invoke(commands, ["scan", "--recurring", "-"], input="x")
    assert result.exit_code == 2
    assert "name files" in result.output


def test_an_article_of_one_long_paragraph_is_no_copy() -> None:
    texts = [f"{PROSE.format(day)} {' '.join([f'And day {day} was long.'] * 20)}\n{LINE}" for day in range(4)]
    assert found(texts[0], RecurringLines.of(texts)) == [LINE]


def test_short_lines_of_copied_paragraphs_are_left() -> None:
    text = (
        f"{PROSE.format(1)} {' '.join(['It was a very long day.'] * 20)}\nShe had said it all before\n{LINE}"
    )
    assert found(text, RecurringLines.of([text] * 4)) == []


def test_rules_and_headings_are_left() -> None:
    texts = [
        f"{PROSE.format(day)}\nOne {day}.\n## Background\nTwo {day}.\nResults\n-------\nThree {day}.\n{LINE}"
        for day in range(4)
    ]
    assert found(texts[0], RecurringLines.of(texts)) == [LINE]
