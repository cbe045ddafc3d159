"""The word model behind glued words, and time that grows with the text and not with its square."""

from __future__ import annotations

import re

import pytest

from textrepair.detector.base import Detector, Document
from textrepair.detector.encoding.detector import EncodingDetector
from textrepair.detector.furniture.detector import FurnitureDetector
from textrepair.detector.repetition import RepetitionDetector
from textrepair.detector.spacing.detector import SpacingDetector
from textrepair.detector.spacing.glue import segment
from textrepair.detector.spacing.suspects import find_cut
from textrepair.detector.verbatim import Verbatim
from textrepair.detector.words import known_words


@pytest.mark.parametrize(
    "glued",
    "remains-unclear between-presidents a-configuration analysts-rightly military-action of-the policy-and the-reports "
    "speculation-about said-that become-increasingly securities-would emergency-declaration tolerance-for had-been".split(),
)
def test_segment(glued: str) -> None:
    answer = segment(glued.replace("-", ""))
    assert answer is not None
    assert "-".join(answer[0]) == glued
    assert answer[1] >= 0.9


@pytest.mark.parametrize(
    "word",
    "overregulate underserves nonpartisans antitax cyberweapon yearslong decadeslong companywide shelterlike newsmaking "
    "churchwomen gaveling apolitically aborning inartful redacts transactionally worshipfully narrowcasting carpetbombing "
    "congressmembers isinstance outfile wherewithall brutalit humidit crimin currencys governances supercommittee statesperson "
    "aboutface clotheslining".split(),
)
def test_word_is_left_whole(word: str) -> None:
    assert word in known_words() or segment(word) is None


def test_a_word_cut_in_two_needs_a_part_that_is_no_word() -> None:
    assert [at for at, _ in find_cut("the govern ment said", [11])] == [10]
    text = "any one on the web site may be able to go on, not able, an ally"
    assert find_cut(text, [match.start() for match in re.finditer(r"\w+", text)]) == []


def test_verbatim() -> None:
    text = "say <b>it</b>\n```\ncode  code\n```\nand `more  code` and so  on\n    an indented line\nx = {a: b}; y[1] = c\n"
    verbatim = Verbatim(text)
    assert [
        verbatim.contains(text.index(part))
        for part in ("say", "code  code", "more", "so  on", "an ind", "a: b")
    ] == [
        False,
        True,
        True,
        False,
        True,
        True,
    ]


HOSTILE = {
    "quotes": '"',
    "curly quotes": "“",
    "closing quotes": " ”",
    "stops": " .",
    "spaced commas": "word , ",
    "double spaces": "word  ",
    "letters": "a",
    "one word": "the ",
    "glued": "ofthe remainsunclear ",
    "openings": "<pre>`",
    "brackets": "( a )",
    "lines": "Read more\n",
    "mojibake": "â€™ ",
}


@pytest.mark.parametrize("unit", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize(
    "detector",
    [EncodingDetector(), SpacingDetector(), RepetitionDetector(), FurnitureDetector()],
    ids=lambda d: d.kind,
)
def test_hostile_text_is_read_to_the_end(detector: Detector, unit: str) -> None:
    """How the time grows is measured by scripts/bench_growth.py."""
    text = "x" + unit * (20_000 // len(unit)) + "x"
    for edit in detector.detect(Document(text)).edits:
        assert text[edit.start : edit.end] == edit.before


def test_a_million_spaces() -> None:
    for text in ("x" + " " * 10**6 + "x", "(" + " " * 10**6, "x\n" + "\n" * 10**6 + "x"):
        assert SpacingDetector().detect(Document(text)).damage.severity <= 1.0
