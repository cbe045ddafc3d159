"""What answers do, whichever face asks."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from review_samples import Corpus

from textrepair.review.actions import DONE, Actions, Nothing
from textrepair.review.decisions import SCOPES, VERDICTS, Conflict
from textrepair.review.keys import KEYS
from textrepair.review.loading import read_next
from textrepair.review.plain import PlainReview
from textrepair.review.queue import Filter
from textrepair.review.rules import RulesFile
from textrepair.review.session import Item, Session
from textrepair.review.web.desk import Desk


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return Corpus.made(tmp_path)


def shown(session: Session) -> Item:
    item = session.next()
    assert item is not None
    return item


def state(session: Session) -> list[list[tuple[Any, ...]]]:
    """Everything that was decided, without when."""
    items = session.items(Filter(), limit=1000)
    return [[(m.who, m.verdict, m.after, m.flag, m.note) for m in item.marks] for item in items]


def by_plain_prompts(session: Session, answers: list[str]) -> None:
    left = iter(answers)

    def ask(_: str) -> str:
        try:
            return next(left)
        except StopIteration:
            raise EOFError from None

    PlainReview(session, ask, lambda _: None).run()


def by_requests(session: Session, answers: list[str]) -> None:
    """As the page makes them of keys."""
    desk = Desk(session)
    verdicts = {key.key: key.action for key in KEYS}
    reach, trail = "edit", list[int]()
    item = desk.do("next", {})["item"]
    for answer in answers:
        if item is None:
            return
        body: dict[str, Any] = {"edit": item["key"]}
        action = verdicts.get(answer, "")
        if action == "reach":
            reach = SCOPES[(SCOPES.index(reach) + 1) % len(SCOPES)]  # type: ignore[arg-type]
            continue
        if action in ("accept", "reject", "skip") or answer.isdecimal():
            more = {"verdict": "choose", "choice": int(answer)} if answer.isdecimal() else {"verdict": action}
            item = desk.do("decide", body | more | {"scope": reach})["item"]
        elif action in ("accept_rest", "reject_rest"):
            item = desk.do("rest", body | {"verdict": action.removesuffix("_rest")})["item"]
        elif action == "back":
            item = (
                desk.do("look", {"edit": trail.pop()})["item"] if trail else desk.do("previous", body)["item"]
            )
            continue
        else:
            item = desk.do({"forward": "next"}.get(action, action), body)["item"]
        if action in ("undo", "flag"):
            continue
        reach = "edit"
        trail.append(body["edit"])


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from("yns12adpppufjk"), max_size=14))
def test_the_same_answers_leave_the_same_in_every_face(answers: list[str]) -> None:
    states = []
    for face in (by_plain_prompts, by_requests):
        with tempfile.TemporaryDirectory() as folder:
            corpus = Corpus.made(Path(folder), articles=3)
            with corpus.open(rules=RulesFile(Path(folder) / "rules")) as session:
                while read_next(session.store, session.library):
                    pass  # a page shows what is read; plain prompts wait for it
                face(session, answers)
                states.append(state(session))
    assert states[0] == states[1]
    if answers[:1] == ["y"] and "u" not in answers:
        assert states[0][0] != []


def test_a_reach_is_for_one_decision_whatever_becomes_of_it(corpus: Corpus) -> None:
    with corpus.open("sam") as sam, corpus.open("kim") as kim:
        item = shown(sam)
        acts = Actions(kim)
        acts.widen()
        acts.widen()
        assert acts.reach == "corpus"
        with pytest.raises(Conflict):
            acts.decide(item.key, "accept")
        assert acts.reach == "edit"
        assert acts.trail == []


def test_back_passes_over_what_is_no_longer_there(corpus: Corpus) -> None:
    with corpus.open() as session:
        first = shown(session)
        acts = Actions(session)
        acts.forward(first.key)
        acts.trail.append(987654)
        assert acts.back(None).item == first
        with pytest.raises(Nothing, match="first one"):
            acts.back(first.key)


def test_what_is_left_alone_says_so(corpus: Corpus) -> None:
    with corpus.open() as session:
        item = shown(session)
        acts = Actions(session)
        for act in (acts.undo, acts.redo, lambda: acts.choose(item, 0), lambda: acts.choose(item, 9)):
            with pytest.raises(Nothing):
                act()
        with pytest.raises(Nothing, match="nothing was looked for yet"):
            acts.search(item.key, "")
        with pytest.raises(Nothing, match="“nowhere␛” is in no edit"):
            acts.search(item.key, "nowhere\x1b")
        assert state(session) == [[]] * 4
        assert acts.trail == []


def test_every_verdict_has_a_word() -> None:
    assert set(DONE) == set(VERDICTS)
