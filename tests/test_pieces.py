"""Very long texts: where they are cut, and that cutting them shows nowhere in the result."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from strategies import texts

from textrepair.pieces import LONGEST, pieces
from textrepair.repair import Repairer, Settings, load

CORPORA = Path(__file__).parents[1] / "corpora"


@given(texts, st.integers(4, 40))
@example("\n\n" * 40, 4)
@example("a" * 100, 7)
def test_pieces_cover_the_text_and_are_neither_long_nor_tiny(text: str, longest: int) -> None:
    spans = pieces(text, longest)
    assert "".join(text[start:end] for start, end in spans) == text
    assert all(end - start <= longest for start, end in spans)
    if len(spans) > 1:
        assert all(end - start >= longest // 4 for start, end in spans)


@pytest.mark.parametrize(
    ("text", "cuts"),
    [
        ("One two.\n\nThree four. Five six", [10]),
        ("One two.\r\n\r\nThree four. Five six", [12]),
        ("One two three\nfour. Five six seven", [14]),
        ("The U.S. man. “No,” and then I", [14]),
        ("one two three four five six", [8]),
    ],
)
def test_the_best_place_is_taken(text: str, cuts: list[int]) -> None:
    assert [end for _, end in pieces(text, 20)][:-1] == cuts


@pytest.fixture(scope="module")
def repairer() -> Repairer:
    return load()


def _long(folder: str, separator: str) -> str:
    articles = [path.read_text(encoding="utf-8") for path in sorted((CORPORA / folder).glob("*.txt"))]
    once = separator.join(" ".join(article.split()) for article in articles) + separator
    return once * (LONGEST // len(once) + 2)


@pytest.mark.parametrize("separator", [" ", "\n"])
def test_a_long_sound_text_stays_as_it_is(repairer: Repairer, separator: str) -> None:
    text = _long("sound", separator)
    repair = repairer.repair(text, Settings(apply=frozenset({"spin", "encoding", "spacing"})))
    assert repair.text == text
    assert (repair.diagnosis.damage["spin"].probability or 0) < 0.5


def test_a_long_damaged_text_is_repaired_to_its_end(repairer: Repairer) -> None:
    text = _long("spun", " ")
    repair = repairer.repair(text)
    spin = repair.diagnosis.damage["spin"]
    assert spin.probability is not None
    assert spin.probability > 0.9
    assert 0.1 < spin.severity < 0.4
    wording = [edit for edit in repair.patch.edits if edit.kind == "spin"]
    tenths = {edit.start * 10 // len(text) for edit in wording}
    assert tenths == set(range(10))
    assert all(text[edit.start : edit.end] == edit.before for edit in (*wording, *repair.proposals))
    starts = [finding.start for finding in repair.diagnosis.findings]
    assert starts == sorted(starts)
