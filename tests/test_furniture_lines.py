"""Lines of pages and lines that look like them, of which none was fitted to: what is told of each."""

from __future__ import annotations

from pathlib import Path

import pytest

from textrepair.detector.base import Document
from textrepair.detector.furniture.detector import FurnitureDetector
from textrepair.detector.furniture.wording import LONGEST, packaged_wording

CORPORA = Path(__file__).parent.parent / "corpora"
ARTICLE = (CORPORA / "sound" / "01-council.txt").read_text(encoding="utf-8")


def lines_of(name: str) -> list[str]:
    return (CORPORA / "lines" / f"{name}.txt").read_text(encoding="utf-8").splitlines()


def told(line: str) -> bool:
    """Is a line told that stands among an article's?"""
    head, rest = ARTICLE.split("\n", 1)
    text = f"{head}\n\n{line}\n\n{rest}"
    start = len(head) + 2
    found = FurnitureDetector().detect(Document(text)).findings
    return any(finding.start < start + len(line) and finding.end > start for finding in found)


def test_half_of_a_page_s_lines_are_told() -> None:
    lines = lines_of("furniture_unseen")
    assert sum(map(told, lines)) >= 0.45 * len(lines)


def test_lines_of_articles_are_left() -> None:
    lines = lines_of("article_unseen")
    assert [line for line in lines if told(line)] == []


def test_fitted_and_unseen_lines_are_apart() -> None:
    assert not set(lines_of("furniture")) & set(lines_of("furniture_unseen"))
    assert not set(lines_of("article")) & set(lines_of("article_unseen"))


@pytest.mark.parametrize(
    "line", ["", "###", "> quoted: subscribe to our newsletter", "* Subscribe", "x" * (LONGEST + 1)]
)
def test_what_words_do_not_tell(line: str) -> None:
    assert not packaged_wording().tells(line)
