"""Scores against counts made by hand, and what has to hold for any marks and edits."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import edits_on

from textrepair.evaluation import Gold, GoldEdit, GoldError, Report, evaluate, kinds_marked, word_distance
from textrepair.patch import Edit, Patch

TEXT = "Astatine first the the men will volition go"
#       0        9     15  19  23  27   32       41


def mark(start: int, end: int, *accepted: str, kind: str = "") -> GoldEdit:
    return GoldEdit(start, end, accepted, kind)


def edit(start: int, end: int, after: str, kind: str = "", text: str = TEXT) -> Edit:
    return Edit(start, end, text[start:end], after, kind)


def judge(
    marks: list[GoldEdit], edits: list[Edit], text: str = TEXT, kinds: frozenset[str] | None = None
) -> Report:
    return evaluate([(Gold(text, tuple(marks)), Patch(tuple(edits)))], kinds)


def counts(report: Report) -> tuple[int, int, int, int]:
    score = report.repair
    return score.system_right, score.system, score.gold_found, score.gold


@pytest.mark.parametrize(
    ("label", "marks", "edits", "expected"),
    [
        ("nothing at all", [], [], (0, 0, 0, 0)),
        ("missed", [mark(0, 8, "At")], [], (0, 0, 0, 1)),
        ("false", [], [edit(0, 8, "At")], (0, 1, 0, 0)),
        ("right", [mark(0, 8, "At")], [edit(0, 8, "At")], (1, 1, 1, 1)),
        ("wrong word", [mark(0, 8, "At")], [edit(0, 8, "In")], (0, 1, 0, 1)),
        ("second reading", [mark(0, 8, "At", "In")], [edit(0, 8, "In")], (1, 1, 1, 1)),
        ("wider edit", [mark(0, 8, "At")], [edit(0, 14, "At first")], (1, 1, 1, 1)),
        (
            "two marks in one edit",
            [mark(0, 8, "At"), mark(9, 14, "last")],
            [edit(0, 14, "At last")],
            (1, 1, 2, 2),
        ),
        (
            "one mark in two edits",
            [mark(0, 14, "At last")],
            [edit(0, 8, "At"), edit(9, 14, "last")],
            (2, 2, 1, 1),
        ),
        ("half of a mark", [mark(0, 14, "At last")], [edit(0, 8, "At")], (0, 1, 0, 1)),
        (
            "readings combine",
            [mark(0, 8, "At", "In"), mark(9, 14, "last", "")],
            [edit(0, 14, "In ")],
            (1, 1, 2, 2),
        ),
        ("the other twin deleted", [mark(15, 19, "")], [edit(18, 22, "")], (1, 1, 1, 1)),
        ("insertion touches", [mark(8, 8, " at")], [edit(0, 8, "Astatine at")], (1, 1, 1, 1)),
        ("insertion touches from behind", [mark(8, 9, " at ")], [edit(8, 8, " at")], (1, 1, 1, 1)),
        ("neighbours are judged apart", [mark(0, 8, "At")], [edit(8, 9, "  ")], (0, 1, 0, 1)),
        ("as it stands is accepted", [mark(32, 40, "will", "volition")], [], (0, 0, 0, 0)),
        ("accepted, and changed", [mark(32, 40, "will", "volition")], [edit(32, 40, "will")], (1, 1, 1, 1)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_repair(label: str, marks: list[GoldEdit], edits: list[Edit], expected: tuple[int, ...]) -> None:
    assert counts(judge(marks, edits)) == expected


def test_shares_are_none_where_undefined() -> None:
    nothing = judge([], []).repair
    assert (nothing.precision, nothing.recall, nothing.f05) == (None, None, None)
    missed = judge([mark(0, 8, "At")], []).repair
    assert (missed.precision, missed.recall, missed.f05) == (None, 0.0, 0.0)
    false = judge([], [edit(0, 8, "At")]).repair
    assert (false.precision, false.recall, false.f05) == (0.0, None, 0.0)


def test_f05_weighs_precision_over_recall() -> None:
    report = judge([mark(0, 8, "At"), mark(32, 40, "will")], [edit(0, 8, "At")])
    assert (report.repair.precision, report.repair.recall) == (1.0, 0.5)
    assert report.repair.f05 == pytest.approx(1.25 * 0.5 / (0.25 + 0.5))


def test_detection_asks_for_the_place_only() -> None:
    report = judge([mark(0, 8, "At"), mark(32, 40, "will")], [edit(0, 8, "In"), edit(41, 43, "come")])
    score = report.detection
    assert (score.system_right, score.system, score.gold_found, score.gold) == (1, 2, 1, 2)


def test_harm_counts_sound_words_that_wording_edits_change() -> None:
    edits = [
        edit(0, 14, "At last", "spin"),
        edit(23, 26, "subjects", "translation"),
        edit(40, 41, "  ", "spacing"),
    ]
    harm = judge([mark(0, 8, "At")], edits).harm
    assert (harm.changed_words, harm.sound_words) == (2, 7)  # "first" and "men"
    assert harm.per_10000 == pytest.approx(10_000 * 2 / 7)
    assert judge([], [edit(0, 8, "At", "spin")]).harm.changed_articles == 1
    assert judge([], [edit(40, 41, "  ", "spacing")]).harm.changed_articles == 0
    assert judge([], [edit(8, 8, " at", "spin")]).harm.changed_words == 1
    assert judge([], [edit(4, 4, "x", "spin")]).harm.changed_words == 1
    assert judge([], [], text="").harm.per_10000 is None


def test_word_errors_before_and_after() -> None:
    errors = judge([mark(0, 8, "At"), mark(15, 19, "")], [edit(0, 8, "At")]).word_errors
    assert (errors.before, errors.after, errors.words) == (2, 1, 7)
    assert word_distance("", "two words") == (2, 2)


def test_only_marked_kinds_are_judged() -> None:
    marks = [mark(0, 8, "At", kind="spin")]
    edits = [edit(0, 8, "At", "spin"), edit(15, 19, "", "repetition")]
    kinds = kinds_marked([Gold(TEXT, tuple(marks)), Gold(TEXT, ())])
    assert kinds == frozenset({"spin"})
    report = judge(marks, edits, kinds=kinds)
    assert counts(report) == (1, 1, 1, 1)
    assert dict(report.left_out) == {"repetition": 1}
    assert counts(judge(marks, edits)) == (1, 2, 1, 1)
    assert kinds_marked([Gold(TEXT, (mark(0, 8, "At"),))]) is None
    assert kinds_marked([Gold(TEXT, ())]) is None


def test_by_kind() -> None:
    marks = [mark(0, 8, "At", kind="spin"), mark(15, 19, "", kind="repetition")]
    report = judge(marks, [edit(0, 8, "In", "spin"), edit(15, 19, "", "repetition")])
    assert (report.by_kind["spin"].precision, report.by_kind["repetition"].recall) == (0.0, 1.0)


def test_counts_are_summed_over_articles() -> None:
    pairs = [
        (Gold(TEXT, (mark(0, 8, "At"),)), Patch((edit(0, 8, "At"),))),
        (Gold(TEXT, ()), Patch((edit(0, 8, "At"),))),
    ]
    report = evaluate(iter(pairs))
    assert counts(report) == (1, 2, 1, 1)
    assert report.articles == 2
    assert report.harm.sound_articles == 1


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({"text": "abc"}, "no list in field 'edits'"),
        ({"edits": []}, "no string in field 'text'"),
        ({"text": "abc", "edits": [5]}, "edit 0 is no object"),
        ({"text": "abc", "edits": [{"start": 2, "end": 5, "after": "x"}]}, "no valid start and end"),
        ({"text": "abc", "edits": [{"start": True, "end": 2, "after": "x"}]}, "no valid start and end"),
        ({"text": "abc", "edits": [{"start": 0, "end": 1}]}, "no string or list of strings in 'after'"),
        (
            {"text": "abc", "edits": [{"start": 0, "end": 1, "after": []}]},
            "no string or list of strings in 'after'",
        ),
        ({"text": "abc", "edits": [{"start": 0, "end": 1, "after": "a"}]}, "changes nothing"),
        ({"text": "abc", "edits": [{"start": 0, "end": 1, "before": "b", "after": "x"}]}, "expects 'b' at 0"),
        (
            {
                "text": "abc",
                "edits": [{"start": 0, "end": 2, "after": "x"}, {"start": 1, "end": 3, "after": "y"}],
            },
            "edits at 0 and 1 overlap",
        ),
    ],
)
def test_bad_gold(record: dict[str, Any], expected: str) -> None:
    with pytest.raises(GoldError, match=expected):
        Gold.from_record(record)


def test_gold_record() -> None:
    edits = [{"start": 4, "end": 5, "after": ["x", "y"], "kind": "spin"}, {"start": 0, "end": 1, "after": ""}]
    gold = Gold.from_record({"body": "a b c", "edits": edits}, "body")
    assert gold.edits == (mark(0, 1, ""), mark(4, 5, "x", "y", kind="spin"))


_texts = st.text("ab ", max_size=12)


@given(st.data(), _texts)
def test_the_marks_themselves_score_fully(data: st.DataObject, text: str) -> None:
    edits = data.draw(edits_on(text))
    report = judge([mark(e.start, e.end, e.after) for e in edits], edits, text)
    assert report.repair.system_right == report.repair.gold_found == report.repair.gold == len(edits)
    assert report.harm.changed_words == report.word_errors.after == 0


@given(st.data(), _texts)
def test_counts_hold_together(data: st.DataObject, text: str) -> None:
    marks = [mark(e.start, e.end, e.after) for e in data.draw(edits_on(text))]
    edits = data.draw(edits_on(text))
    report = judge(marks, edits, text)
    for score in (report.repair, report.detection):
        assert 0 <= score.system_right <= score.system == len(edits)
        assert 0 <= score.gold_found <= score.gold == len(marks)
    assert report.detection.system_right >= report.repair.system_right
    assert 0 <= report.harm.changed_words <= max(report.harm.sound_words, len(edits))
    wanted = Patch(tuple(Edit(m.start, m.end, text[m.start : m.end], m.accepted[0]) for m in marks)).apply(
        text
    )
    if Patch(tuple(edits)).apply(text) == wanted:
        assert report.word_errors.after == 0
