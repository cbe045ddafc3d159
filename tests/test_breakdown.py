"""Breakdowns against counts made by hand, and what has to hold for any marks and edits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_models import packaged
from strategies import edits_on

from textrepair.breakdown import Breakdown, break_down
from textrepair.detector.base import Diagnosis
from textrepair.evaluation import Gold, GoldEdit, evaluate
from textrepair.model.support import Support
from textrepair.patch import Edit, Patch
from textrepair.reference.swaps import Swaps
from textrepair.repair import Repair

TEXT = "Astatine first the minister came inwards a hurry"
#       0        9     15  19       28   33      41


def edit(start: int, end: int, after: str, kind: str = "spin", confidence: float = 0.97) -> Edit:
    return Edit(start, end, TEXT[start:end], after, kind, confidence)


def broken_down(
    marks: list[GoldEdit], edits: list[Edit], proposals: list[Edit] | None = None, swaps: Swaps | None = None
) -> Breakdown:
    repair = Repair(TEXT, Patch(tuple(edits)), tuple(proposals or ()), Diagnosis(None, {}, ()))
    return break_down([(Gold(TEXT, tuple(marks)), repair)], None, swaps)


def counts(breakdown: Breakdown, by: str) -> dict[str, tuple[int, int, int, int, int]]:
    return {
        name: (
            row.score.system_right,
            row.score.system,
            row.score.gold_found,
            row.score.gold,
            row.harmful,
        )
        for name, row in breakdown.tables[by].items()
    }


AT = GoldEdit(0, 8, ("At",), "spin")
IN = GoldEdit(33, 40, ("in",), "spin")


def test_an_edit_counts_with_its_mark() -> None:
    found = broken_down([AT, IN], [edit(0, 8, "Arsenic"), edit(33, 40, "in")])
    assert counts(found, "pos") == {"preposition": (1, 2, 1, 2, 0)}
    assert counts(found, "frequency") == {"from 6": (1, 2, 1, 2, 0)}
    assert counts(found, "kind") == {"spin": (1, 2, 1, 2, 0)}


def test_an_edit_of_sound_text_counts_under_the_word_that_stands_there() -> None:
    found = broken_down([], [edit(19, 27, "the")])
    assert counts(found, "pos") == {"noun": (0, 1, 0, 0, 1)}
    assert counts(found, "frequency") == {"5–6": (0, 1, 0, 0, 1)}


def test_mended_spaces_are_no_harm_and_no_pair() -> None:
    found = broken_down([], [edit(8, 9, "  ", "spacing")], swaps=Swaps(packaged()))
    assert counts(found, "kind") == {"spacing": (0, 1, 0, 0, 0)}
    assert counts(found, "pair") == {}


def test_the_part_of_speech_is_told_in_the_restored_sentence() -> None:
    """ "Quickly" before it would make "hurry" a verb's neighbour; offsets shift with every mark before it."""
    mark = GoldEdit(43, 48, ("rush",), "spin")
    assert counts(broken_down([AT, IN, mark], []), "pos") == {
        "noun": (0, 0, 0, 1, 0),
        "preposition": (0, 0, 0, 2, 0),
    }


def test_several_words_and_none() -> None:
    marks = [GoldEdit(0, 8, ("At the",), "spin"), GoldEdit(41, 42, ("",), "spin")]
    found = broken_down(marks, [])
    assert set(found.tables["pos"]) == {"phrase", "nothing"}
    assert set(found.tables["frequency"]) == {"from 6", "no word"}


def test_confidence_holds_proposals_too() -> None:
    found = broken_down([AT, IN], [edit(0, 8, "At")], [edit(33, 40, "into", confidence=0.4)])
    assert {name: (row.edits, row.right) for name, row in found.confidence.items()} == {
        "0.30–0.50": (1, 0),
        "0.95–1.00": (1, 1),
    }
    assert found.calibration_error == pytest.approx((0.4 + 0.03) / 2)
    assert broken_down([AT], []).calibration_error is None


def test_what_the_packaged_model_knows() -> None:
    swaps = Swaps(packaged())
    assert swaps.support(("astatine",), ("at",)) is Support.LEARNED
    assert swaps.support(("automobile",), ("car",)) is not Support.NONE
    assert swaps.support(("automobile",), ("of",)) is Support.NONE
    assert swaps.support(("no such word",), ("of",)) is Support.NONE
    assert swaps.support((), ("of",)) is Support.NONE
    found = broken_down([AT, GoldEdit(19, 27, ("of",), "spin")], [], swaps=swaps)
    assert counts(found, "pair") == {"learned": (0, 0, 0, 1, 0), "not held": (0, 0, 0, 1, 0)}


def test_rows_and_tables_agree() -> None:
    found = broken_down([AT], [edit(0, 8, "At")])
    assert [(row["by"], row["value"]) for row in found.records()] == [
        ("kind", "spin"),
        ("frequency", "from 6"),
        ("pos", "preposition"),
        ("confidence", "0.95–1.00"),
    ]
    assert list(found.only(["pos"]).as_dict()) == ["pos", "confidence", "calibration_error"]


@given(st.data())
def test_tables_add_up_to_the_whole(data: st.DataObject) -> None:
    marks = [GoldEdit(e.start, e.end, (e.after,), e.kind) for e in data.draw(edits_on(TEXT))]
    patch = Patch(tuple(data.draw(edits_on(TEXT))))
    gold = Gold(TEXT, tuple(marks))
    whole = evaluate([(gold, patch)]).repair
    found = break_down([(gold, Repair(TEXT, patch, (), Diagnosis(None, {}, ())))])
    for rows in found.tables.values():
        total = [row.score for row in rows.values()]
        assert sum(score.system for score in total) == whole.system
        assert sum(score.system_right for score in total) == whole.system_right
        assert sum(score.gold for score in total) == whole.gold
        assert sum(score.gold_found for score in total) == whole.gold_found
    assert sum(band.edits for band in found.confidence.values()) == whole.system
