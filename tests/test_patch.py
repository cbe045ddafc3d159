"""Patches: one path from edits to text, however odd the text."""

from __future__ import annotations

import pickle
import random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from strategies import patches, sources_and_patches, wild_texts

from textrepair.patch import Edit, Patch, PatchError, apply, diff


def parts(patch: Patch) -> list[tuple[int, int, str, str]]:
    return [(edit.start, edit.end, edit.before, edit.after) for edit in patch.edits]


# --- edits and patches


@pytest.mark.parametrize(
    ("start", "end", "before", "after"),
    [(0, 1, "ab", "c"), (-1, 0, "a", "b"), (2, 1, "", "x"), (3, 5, "ab", "ab"), (0, 0, "", "")],
)
def test_an_edit_that_makes_no_sense_is_refused(start: int, end: int, before: str, after: str) -> None:
    with pytest.raises(PatchError):
        Edit(start, end, before, after)


def test_confidence_is_a_probability() -> None:
    with pytest.raises(PatchError, match="confidence"):
        Edit(0, 1, "a", "b", confidence=1.5)


@pytest.mark.parametrize(
    "edits",
    [
        [Edit(0, 2, "ab", "x"), Edit(1, 3, "bc", "y")],
        [Edit(3, 4, "d", "x"), Edit(0, 1, "a", "y")],
        [Edit(1, 1, "", "x"), Edit(1, 1, "", "y")],
        [Edit(0, 2, "ab", "x"), Edit(0, 0, "", "y")],
        [Edit(0, 3, "abc", "x"), Edit(1, 1, "", "y")],
    ],
)
def test_edits_that_overlap_or_are_unsorted_are_refused(edits: list[Edit]) -> None:
    with pytest.raises(PatchError):
        Patch(tuple(edits))


def test_edits_come_as_any_iterable() -> None:
    edit = Edit(0, 1, "a", "b")
    made = Patch(edit for edit in [edit])  # type: ignore[arg-type]
    assert made == Patch((edit,)) == Patch([edit])  # type: ignore[arg-type]
    assert made.apply("a") == "b"
    assert hash(made) == hash(Patch((edit,)))


def test_edits_may_touch() -> None:
    patch = Patch((Edit(0, 1, "a", ""), Edit(1, 1, "", "X"), Edit(1, 2, "b", "Y")))
    assert patch.apply("abc") == "XYc"


@pytest.mark.parametrize("text", ["axc", "", "a", "abd"])
def test_applying_to_another_text_is_an_error(text: str) -> None:
    with pytest.raises(PatchError):
        apply(text, Patch((Edit(1, 3, "bc", "x"),)))


def test_patches_are_values() -> None:
    patch = Patch((Edit(0, 1, "a", "b", alternatives=(("c", 0.1),)),))
    assert patch == Patch(patch.edits) == pickle.loads(pickle.dumps(patch))
    assert hash(patch) == hash(Patch(patch.edits))
    assert not Patch().edits


# --- inverting


@given(sources_and_patches(wild_texts))
def test_inverting_gives_the_source_back(case: tuple[str, Patch]) -> None:
    source, patch = case
    assert patch.invert().apply(patch.apply(source)) == source
    assert patch.invert().invert().apply(source) == patch.apply(source)


def test_deletions_that_touch_invert_to_one_insertion() -> None:
    patch = Patch((Edit(0, 2, "ab", "", "spacing", 0.9), Edit(2, 4, "cd", "", "furniture", 0.8)))
    assert patch.invert().edits == (Edit(0, 0, "", "abcd", "spacing", 0.8),)


def test_inverting_keeps_what_is_known() -> None:
    patch = Patch((Edit(4, 9, "astir", "about", "spin", 0.97, (("almost", 0.01),), "astir ← about"),))
    assert patch.invert().edits == (Edit(4, 9, "about", "astir", "spin", 0.97, (), "astir ← about"),)


# --- composing


@st.composite
def two_patches(draw: st.DrawFn) -> tuple[str, Patch, Patch]:
    source, first = draw(sources_and_patches())
    return source, first, draw(patches(first.apply(source)))


@given(two_patches())
def test_composing_equals_applying_in_turn(case: tuple[str, Patch, Patch]) -> None:
    source, first, second = case
    assert first.compose(second).apply(source) == second.apply(first.apply(source))


@given(sources_and_patches())
def test_a_patch_and_its_inverse_cancel(case: tuple[str, Patch]) -> None:
    _, patch = case
    assert patch.compose(patch.invert()) == Patch()
    assert patch.compose(Patch()) == patch == Patch().compose(patch)


def test_edits_that_do_not_meet_keep_all_they_have() -> None:
    first = Edit(4, 9, "astir", "about", "spin", 0.97, (("almost", 0.01),), "astir ← about")
    second = Edit(12, 14, "  ", " ", "spacing", 0.9, (), "double space")
    before, after = Patch((Edit(0, 3, "The", "A"), first)), Patch((second,))
    assert before.compose(after).edits == (*before.edits, second.shifted(2))


def test_touching_is_not_meeting() -> None:
    first = Patch((Edit(2, 4, "cd", "C", "spin", 0.5),))
    second = Patch((Edit(0, 2, "ab", "A", "spacing", 0.6), Edit(3, 4, "e", "E", "order", 0.7)))
    assert [(e.start, e.kind, e.confidence) for e in first.compose(second).edits] == [
        (0, "spacing", 0.6),
        (2, "spin", 0.5),
        (4, "order", 0.7),
    ]


def test_edits_that_meet_become_one() -> None:
    first = Patch((Edit(0, 5, "Astir", "about", "spin", 0.9, (("almost", 0.1),), "astir ← about"),))
    second = Patch((Edit(0, 1, "a", "A", "spacing", 0.7, (), "sentence start"),))
    assert first.compose(second).edits == (
        Edit(0, 5, "Astir", "About", "spin", 0.7, (), "astir ← about; sentence start"),
    )


def test_composing_with_a_patch_of_another_text_is_an_error() -> None:
    with pytest.raises(PatchError, match="not made on the result"):
        Patch((Edit(0, 1, "a", "b"),)).compose(Patch((Edit(0, 1, "x", "y"),)))


# --- mapping back


@given(sources_and_patches(), st.data())
def test_a_mapped_span_covers_what_became_of_it(case: tuple[str, Patch], data: st.DataObject) -> None:
    source, patch = case
    result = patch.apply(source)
    start, end = sorted((data.draw(st.integers(0, len(result))), data.draw(st.integers(0, len(result)))))
    first, last = patch.map_to_source(start, end)
    assert 0 <= first <= last <= len(source)
    inside = [edit for edit in patch.edits if first <= edit.start and edit.end <= last]
    if start < end:
        outside = Patch(tuple(edit for edit in patch.edits if edit not in inside))
        assert all(edit.end <= first or edit.start >= last for edit in outside.edits)
        part = Patch(tuple(edit.shifted(-first) for edit in inside)).apply(source[first:last])
        assert result[start:end] in part


def test_a_span_maps_through_edits() -> None:
    patch = Patch((Edit(2, 4, "cd", "C"), Edit(6, 8, "gh", "")))  # abcdefghij -> abCefij
    assert patch.map_to_source(0, 2) == (0, 2)
    assert patch.map_to_source(2, 3) == (2, 4)
    assert patch.map_to_source(3, 5) == (4, 6)
    assert patch.map_to_source(4, 6) == (5, 9)
    assert patch.map_to_source(5, 7) == (8, 10)
    assert patch.map_to_source(5, 5) == (8, 8)
    assert Patch((Edit(2, 2, "", "xyz"),)).map_to_source(3, 4) == (2, 2)
    with pytest.raises(PatchError):
        patch.map_to_source(3, 2)


# --- comparing


@given(wild_texts, wild_texts)
@example("", "")
@example("", "a")
@example("a", "")
@example("a\r\nb", "a\nb")
@example("𝔘 on", "𝔘𝔫 on")
def test_diff_leads_from_one_text_to_the_other(before: str, after: str) -> None:
    patch = diff(before, after)
    assert patch.apply(before) == after
    assert all(one.end < two.start for one, two in zip(patch.edits, patch.edits[1:], strict=False))


@given(sources_and_patches())
def test_diff_of_a_patched_text(case: tuple[str, Patch]) -> None:
    source, patch = case
    assert diff(source, patch.apply(source)).apply(source) == patch.apply(source)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("the astir men", "the about men", [(4, 9, "astir", "about")]),
        ("it remainsunclear why", "it remains unclear why", [(3, 17, "remainsunclear", "remains unclear")]),
        ("the the cat", "the cat", [(4, 8, "the ", "")]),
        ("the Kremlins Making", "the Kremlin’s Making", [(4, 12, "Kremlins", "Kremlin’s")]),
        ("NATO. .", "NATO.", [(5, 7, " .", "")]),
        ("one\r\ntwo", "one\r\nTWO", [(5, 8, "two", "TWO")]),
        ("2 years", "two years", [(0, 1, "2", "two")]),
        ("at astatine at", "at at at", [(3, 11, "astatine", "at")]),
        ("a portion of it", "part of it", [(0, 9, "a portion", "part")]),
        (
            "arsenic good, arsenic bad",
            "as good, as bad",
            [(0, 7, "arsenic", "as"), (14, 21, "arsenic", "as")],
        ),
    ],
)
def test_diff_keeps_to_words(before: str, after: str, expected: list[tuple[int, int, str, str]]) -> None:
    assert parts(diff(before, after)) == expected


def words(count: int, seed: int) -> list[str]:
    source = random.Random(seed)
    vocabulary = ["".join(source.choices("abcdefgh", k=source.randint(1, 9))) for _ in range(3000)]
    return source.choices(vocabulary, k=count)


def test_diff_of_a_megabyte() -> None:
    before = words(180_000, seed=1)
    after = list(before)
    for index in range(500, len(after), 9000):
        after[index] = "changed"
    old, new = " ".join(before), " ".join(after)
    assert len(old) > 1_000_000 - 100_000
    patch = diff(old, new)
    assert patch.apply(old) == new
    assert len(patch.edits) == len(range(500, len(after), 9000))


@pytest.mark.parametrize("share", [0.25, 0.6, 0.9])
def test_diff_of_a_long_damaged_text_stays_with_the_words(share: float) -> None:
    before = words(20_000, seed=2)
    source = random.Random(3)
    after = [f"{word}x" if source.random() < share else word for word in before]
    old, new = " ".join(before), " ".join(after)
    patch = diff(old, new)
    assert patch.apply(old) == new
    assert sum(len(edit.before.split()) for edit in patch.edits) <= 1.1 * sum(
        one != two for one, two in zip(before, after, strict=True)
    )


def test_diff_finds_a_long_passage_again() -> None:
    head, passage, rest = (" ".join(words(30_000, seed)) + "\n" for seed in (4, 5, 6))
    assert parts(diff(head + passage + rest, head + rest)) == [
        (len(head), len(head) + len(passage), passage, "")
    ]
    assert parts(diff(head + rest, head + passage + rest)) == [(len(head), len(head), "", passage)]
    moved = diff(head + passage + rest, passage + rest + head)
    assert moved.apply(head + passage + rest) == passage + rest + head


@pytest.mark.parametrize(
    "text", ["a" * 300_000, " " * 300_000, "a " * 150_000, "\n" * 300_000, "é" * 300_000]
)
def test_diff_of_monotonous_text(text: str) -> None:
    changed = text[:100_000] + "b" + text[100_000:200_000] + text[200_010:]
    assert diff(text, changed).apply(text) == changed


def test_nothing_in_common() -> None:
    old, new = " ".join(words(20_000, 7)), " ".join(word.upper() for word in words(20_000, 8))
    assert diff(old, new).apply(old) == new
