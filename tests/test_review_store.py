"""Whatever a reviewer does, in whatever order: nothing is lost, and everything can be taken back."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st
from review_samples import Corpus

from textrepair.review.decisions import SCOPES, Conflict
from textrepair.review.queue import Filter
from textrepair.review.session import Session

_scopes = st.sampled_from(SCOPES)
_steps = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["accept", "reject", "other", "skip"]), st.integers(0, 11), _scopes),
        st.tuples(st.sampled_from(["rest", "flag", "note"]), st.integers(0, 11), st.just("")),
        st.tuples(st.sampled_from(["undo", "redo", "read"]), st.just(0), st.just("")),
    ),
    max_size=12,
)  # fmt: skip


def _state(session: Session) -> dict[int, Any]:
    """Everything that was decided, without when."""
    items = session.items(Filter(), limit=1000)
    return {
        item.key: [(m.who, m.verdict, m.after, m.flag, m.note) for m in item.marks]
        for item in items
        if item.marks
    }


def _counted(session: Session) -> None:
    """The counts that are kept agree with what they count."""
    items = session.items(Filter(), limit=1000)
    progress = session.progress()
    assert progress.open == sum(item.status == "open" for item in items)
    assert progress.decided == sum(item.status == "decided" for item in items)
    for row in session.articles():
        mine = [item for item in items if item.article == row.key]
        assert (row.edits, row.open) == (len(mine), sum(item.status == "open" for item in mine))
    mine = [mark for item in items for mark in item.marks if mark.who == session.who]
    counted = (progress.accepted, progress.rejected, progress.other, progress.skipped, progress.flagged)
    assert counted == (
        *(sum(m.verdict == v for m in mine) for v in ("accept", "reject", "other", "skip")),
        sum(m.flag for m in mine),
    )
    for pair, open_ in session.store.db.execute("SELECT key, open FROM pair"):
        row = session.store.db.execute("SELECT count(*) FROM edit WHERE pair = ? AND status = 0", (pair,))
        assert row.fetchone()[0] == open_


def _do(session: Session, verb: str, at: int, scope: str) -> bool:
    """One step; whether it made an action."""
    items = session.items(Filter(), limit=1000)
    if verb in ("undo", "redo"):
        return (session.undo() if verb == "undo" else session.redo()) is not None
    if verb == "read" or not items:
        session.next()
        session.store.release()
        return False
    key = items[at % len(items)].key
    try:
        if verb == "flag":
            session.flag(key)
        elif verb == "note":
            session.note(key, f"note {at}")
        elif verb == "rest":
            session.decide_rest(key, "reject")
        else:
            session.decide(key, verb, "perhaps" if verb == "other" else None, scope)  # type: ignore[arg-type]
    except Conflict:
        return False
    return True


@settings(max_examples=25, deadline=None)
@given(_steps)
@example(
    [
        ("accept", 0, "corpus"),
        ("accept", 1, "corpus"),
        ("accept", 3, "corpus"),
        ("accept", 0, "edit"),
        ("undo", 0, ""),
    ]
)
def test_undo_and_redo_go_all_the_way(steps: list[tuple[str, int, str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        corpus = Corpus.made(Path(folder), articles=3)
        with corpus.open() as session:
            session.next()
            for step in steps:
                _do(session, *step)
                _counted(session)
            while (
                session.next() is not None and session.waiting()
            ):  # undo and redo of rules over all articles
                session.decide(session.next().key, "skip")  # type: ignore[union-attr]
            end = _state(session)
        with corpus.open() as session:  # what is stored is what was there
            assert _state(session) == end
            while session.redo() is not None:  # the last steps may be undone ones
                _counted(session)
            end = _state(session)
            undone = 0
            while session.undo():
                undone += 1
                _counted(session)
            assert _state(session) == {}
            for _ in range(undone):
                assert session.redo() is not None
            assert session.redo() is None
            _counted(session)
            assert _state(session) == end


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.booleans(), _steps.map(lambda steps: steps[:3])), max_size=5))
def test_two_reviewers_never_decide_the_same_edit_and_undo_their_own(
    turns: list[tuple[bool, list[tuple[str, int, str]]]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        corpus = Corpus.made(Path(folder), articles=2)
        with corpus.open("kim", order="random") as kim, corpus.open("sam", order="random") as sam:
            while kim.waiting():
                kim.next()
                from textrepair.review.loading import read_next

                read_next(kim.store, kim.library)
            for is_kim, steps in turns:
                session = kim if is_kim else sam
                others = {k: [m for m in v if m[0] != session.who] for k, v in _state(session).items()}
                for step in steps:
                    _do(session, *step)
                after = {k: [m for m in v if m[0] != session.who] for k, v in _state(session).items()}
                assert {k: v for k, v in after.items() if v} == {k: v for k, v in others.items() if v}
                for item in session.items(Filter(), limit=1000):
                    assert len(item.decided) <= 1
            _counted(kim)
            _counted(sam)
