"""What is kept beside what always makes a patch, and nothing is left out without need."""

from __future__ import annotations

from itertools import combinations

from hypothesis import example, given
from hypothesis import strategies as st

from textrepair.overlap import Room, Spans, best_first, place, without_overlap
from textrepair.patch import Edit, Patch, PatchError

_SIZE = 9
_spans = st.tuples(st.integers(0, _SIZE), st.integers(0, _SIZE)).map(lambda both: (min(both), max(both)))
_graded = st.tuples(_spans, st.sampled_from((0.2, 0.5, 0.9)))


def edit(span: tuple[int, int], confidence: float = 1.0) -> Edit:
    return Edit(*span, "x" * (span[1] - span[0]), "something", confidence=confidence)


def patch_of(edits: list[Edit]) -> Patch | None:
    """The patch of edits in any order; None where there is none."""
    try:
        return Patch(tuple(sorted(edits, key=place)))
    except PatchError:
        return None


def overlap(one: Edit, other: Edit) -> bool:
    return patch_of([one, other]) is None


def disjoint(spans: list[tuple[int, int]]) -> list[Edit]:
    kept: list[Edit] = []
    for span in spans:
        if patch_of([*kept, edit(span)]) is not None:
            kept.append(edit(span))
    return kept


@given(st.lists(_graded, max_size=8), st.lists(_spans, max_size=6))
@example([((4, 5), 0.5)], [(2, 4), (4, 4), (4, 6)])  # the edit behind an insertion
@example([((4, 4), 0.5), ((4, 4), 0.9)], [(2, 4), (4, 6)])
def test_edits_kept_beside_a_patch(
    graded: list[tuple[tuple[int, int], float]], taken: list[tuple[int, int]]
) -> None:
    edits, patch = [edit(*one) for one in graded], disjoint(taken)
    kept = without_overlap(edits, patch)
    assert patch_of([*kept, *patch]) is not None
    assert list(kept) == sorted(kept, key=place)
    for left in edits:
        if not any(left is one for one in kept):
            surer = [one for one in kept if one.confidence >= left.confidence]
            assert any(overlap(left, one) for one in (*surer, *patch))


@given(st.lists(_graded, max_size=8))
def test_edits_that_do_not_overlap_are_kept(graded: list[tuple[tuple[int, int], float]]) -> None:
    edits = [edit(*one) for one in graded]
    kept = Patch(without_overlap(edits))
    patch = patch_of(edits)
    assert (kept == patch) == (patch is not None)


def test_the_surer_one_is_kept_and_then_the_first() -> None:
    first, surer, last = edit((0, 4), 0.5), edit((3, 8), 0.6), edit((7, 9), 0.7)
    assert without_overlap([last, surer, first]) == (first, last)
    assert without_overlap([surer, first]) == (surer,)
    assert without_overlap([edit((3, 8), 0.5), first]) == (first,)


@given(_spans, st.lists(_spans, max_size=8))
@example((4, 4), [(4, 4)])
@example((4, 4), [(2, 6)])
def test_room_is_where_a_patch_has_it(span: tuple[int, int], taken: list[tuple[int, int]]) -> None:
    edits = disjoint(taken)
    assert Room(map(place, edits)).take(*span) == (patch_of([*edits, edit(span)]) is not None)


@given(st.lists(_spans, max_size=12))
def test_what_is_taken_stays_taken(spans: list[tuple[int, int]]) -> None:
    room = Room()
    kept = [span for span in spans if room.take(*span)]
    assert [place(one) for one in disjoint(spans)] == kept
    assert not any(room.take(*span) for span in spans)


@given(_spans, st.lists(_spans, max_size=8))
def test_spans_meet(span: tuple[int, int], spans: list[tuple[int, int]]) -> None:
    """As edits overlap, but for two insertions at one place, which share no character."""
    known = Spans(spans)
    wanted = any(overlap(edit(span), edit(one)) for one in spans if (*span, *one).count(span[0]) < 4)
    assert known.meets(*span) == wanted
    assert bool(known) == bool(spans)


@given(st.lists(_graded, max_size=8))
def test_best_first_has_the_best(graded: list[tuple[tuple[int, int], float]]) -> None:
    edits = [edit(*one) for one in graded]
    kept = best_first(edits, lambda one: -one.confidence)
    assert not any(overlap(one, other) for one, other in combinations(kept, 2))
    assert max((one.confidence for one in kept), default=None) == max(
        (one.confidence for one in edits), default=None
    )
