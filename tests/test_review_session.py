"""The review's core: orders, decisions, rules, undo, leases, and what becomes of decisions when sources change."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from review_samples import TEXT, Corpus, propose

from textrepair.review.decisions import Conflict, Decisions
from textrepair.review.loading import read_next
from textrepair.review.queue import ORDERS, Filter
from textrepair.review.rules import Rule, RulesFile
from textrepair.review.session import Item, Session, open_session
from textrepair.review.store import StoreError


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return Corpus.made(tmp_path)


def walk(session: Session, decide: Callable[[Item], Any]) -> Iterator[Item]:
    item = session.next()
    while item is not None:
        yield item
        decide(item)
        item = session.next(item.key)


@pytest.mark.parametrize("order", ORDERS)
def test_every_edit_comes_once_in_every_order(corpus: Corpus, order: str) -> None:
    with corpus.open(order=order) as session:
        seen = [item.key for item in walk(session, lambda item: session.decide(item.key, "accept"))]
        assert len(seen) == len(set(seen)) == 16
        assert session.progress().open == 0
        assert session.progress().accepted == 16


def test_orders(corpus: Corpus) -> None:
    with corpus.open() as session:
        while session.next():
            session.decide(session.next().key, "accept")  # type: ignore[union-attr]
        while session.undo():
            pass
        session.order = "confidence"
        confidences = [i.edit.confidence for i in walk(session, lambda i: session.decide(i.key, "reject"))]
        assert confidences == sorted(confidences, reverse=True)
        while session.undo():
            pass
        session.order = "pair"
        words = [i.edit.before.lower() for i in walk(session, lambda i: session.decide(i.key, "reject"))]
        assert words[:8] == ["astir"] * 8
        assert len(set(words[8:12])) == len(set(words[12:])) == 1


def test_decisions_survive_and_the_session_goes_on_where_it_was(corpus: Corpus) -> None:
    with corpus.open() as session:
        first = session.next()
        assert first is not None
        session.decide(first.key, "other", "Around")
        session.note(first.key, "see the agency's report")
        session.flag(first.key)
    with corpus.open() as session:
        again = session.item(first.key)
        assert again is not None
        mark = again.mark("kim")
        assert mark is not None
        assert (mark.verdict, mark.after, mark.flag, mark.note) == (
            "other",
            "Around",
            True,
            "see the agency's report",
        )
        following = session.next()
        assert following is not None
        assert following.edit.before == "inwards"
        assert [outcome.verb for outcome in iter(session.undo, None)] == ["flag", "note", "other"]
        assert session.item(first.key).marks == ()  # type: ignore[union-attr]
        assert [outcome.verb for outcome in iter(session.redo, None)] == ["other", "note", "flag"]
        assert session.item(first.key) == again


def test_the_plainest_words_for_a_decision(corpus: Corpus) -> None:
    with corpus.open() as session:
        item = session.next()
        assert item is not None
        assert item.choices == ("About", "around", "at")
        for text, verdict in ((item.edit.before, "reject"), (item.edit.after, "accept"), ("", "other")):
            session.decide(item.key, "other", text)
            assert session.item(item.key).mark("kim").verdict == verdict  # type: ignore[union-attr]


@pytest.mark.parametrize(("scope", "decided"), [("edit", 1), ("article", 2), ("corpus", 8)])
def test_one_decision_for_all_equal_swaps(corpus: Corpus, scope: Any, decided: int) -> None:
    with corpus.open() as session:
        item = session.next()
        assert item is not None
        session.decide(item.key, "other", "around", scope)  # three articles are not read yet
        rest = list(walk(session, lambda i: session.decide(i.key, "reject")))
        assert len(rest) == 16 - decided
        others = [mark.after for i in session.items(Filter()) for mark in i.marks if mark.verdict == "other"]
        assert {text.lower() for text in others} == {"around"}
        assert len(others) == decided


def test_a_rule_keeps_the_capital(corpus: Corpus) -> None:
    with corpus.open() as session:
        session.next()
        small = next(i for i in session.items(Filter()) if i.edit.before == "astir")
        session.decide(small.key, "other", "around", "corpus")
        capital = next(i for i in session.items(Filter()) if i.edit.before == "Astir")
        assert capital.decided[0].after == "Around"


def test_undoing_a_rule_opens_what_it_decided_and_lifts_it(corpus: Corpus) -> None:
    with corpus.open() as session:
        item = session.next()
        assert item is not None
        session.decide(item.key, "accept", scope="corpus")
        session.next(item.key)
        exception = next(i for i in session.items(Filter()) if i.edit.before == "astir")
        session.decide(exception.key, "reject")
        while (unread := session.next()) and session.progress().articles_read < 4:
            session.decide(unread.key, "skip")
            if session.next(unread.key) is None:
                break
        assert session.item(exception.key).decided[0].verdict == "reject"  # type: ignore[union-attr]
        while session.undo():
            pass
        progress = session.progress()
        assert (progress.decided, progress.open) == (0, progress.edits)


def test_rules_hold_in_other_corpora(corpus: Corpus, tmp_path: Path) -> None:
    rules = RulesFile(tmp_path / "rules.jsonl")
    with corpus.open(rules=rules) as session:
        item = session.next()
        assert item is not None
        session.decide(item.key, "accept", scope="always")
        assert [(r.before, r.after, r.who) for r in rules.read()] == [("astir", "about", "kim")]
        session.undo()
        assert rules.read() == []
        session.redo()
    other = Corpus(tmp_path / "more.jsonl", tmp_path / "more.review")
    other.write({"m": TEXT})
    with other.open("sam", rules=rules) as session:
        first = session.next()
        assert first is not None
        assert first.edit.before == "inwards"
        assert session.progress().decided == 2
        assert session.undo() is None  # it was kim's decision


def test_the_file_of_rules_keeps_what_it_does_not_understand(tmp_path: Path) -> None:
    path = tmp_path / "rules.jsonl"
    path.write_bytes(b"# ours, do not touch\n\xff\n")
    rules = RulesFile(path)
    odd = [Rule(before, "about", "accept", None, "kim", 1.0) for before in ("a\u2028b", "c\ud800d", "e\rf")]
    for rule in odd:
        rules.add(rule)
    told: list[object] = []
    assert rules.read(told.append) == odd
    assert len(told) == 2
    rules.remove(odd[1])
    assert rules.read() == [odd[0], odd[2]]
    assert path.read_bytes().startswith(b"# ours, do not touch\n\xff\n")


def test_skipped_edits_come_last(corpus: Corpus) -> None:
    with corpus.open() as session:
        first = session.next()
        assert first is not None
        session.decide(first.key, "skip")
        item = session.next(first.key)
        while item is not None and item.key != first.key:
            session.decide(item.key, "accept")
            item = session.next(item.key)
        assert item is not None
        assert session.progress().open == 1
        assert session.progress().skipped == 1


@pytest.mark.parametrize(("scope", "skipped"), [("edit", 1), ("article", 2), ("corpus", 8), ("always", 8)])
def test_a_skip_reaches_as_far_as_a_decision(
    corpus: Corpus, tmp_path: Path, scope: Any, skipped: int
) -> None:
    rules = RulesFile(tmp_path / "rules.jsonl")
    with corpus.open(rules=rules) as session:
        first = session.next()
        assert first is not None
        session.decide(first.key, "skip", scope=scope)  # three articles are not read yet
        seen = [item.key for item in walk(session, lambda i: session.decide(i.key, "reject"))]
        assert len(seen) == len(set(seen)) == 16  # nothing is lost: all come in the end
        came_last = {session.item(key).edit.before.lower() for key in seen[16 - skipped :]}  # type: ignore[union-attr]
        assert came_last == {"astir"}
        while session.undo():
            pass
        assert [item.marks for item in session.items(Filter())] == [()] * 16
        redone = session.redo()
        assert redone is not None
        assert (redone.verb, redone.count) == ("skip", skipped)
        assert session.progress().skipped == skipped
        assert rules.read() == []  # to put something off is no rule for other corpora


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        ([("kim", "accept"), ("kim", "reject")], ("kim", "reject")),
        ([("kim", "accept"), ("kim", "skip")], ("kim", "skip")),
        ([("kim", "skip"), ("kim", "accept")], ("kim", "accept")),
        ([("kim", "accept"), ("sam", "skip")], ("kim", "accept")),
        ([("sam", "skip"), ("kim", "accept"), ("kim", "skip")], ("kim", "skip")),
        ([("sam", "reject"), ("kim", "accept"), ("kim", "skip")], ("sam", "reject")),
    ],
)
def test_of_several_rules_the_newest_holds_and_a_skip_hides_nobody_elses(
    corpus: Corpus, rules: list[tuple[str, Any]], told: tuple[str, str]
) -> None:
    with corpus.open() as session:
        item = session.next()
        assert item is not None
        for who, verdict in rules:
            Decisions(session.store, who, second=True).decide(item.key, verdict, scope="corpus")
        while read_next(session.store, session.library):
            pass
        later = next(i for i in session.items(Filter(text="astir")) if i.article_id == "n3")
        assert [(mark.who, mark.verdict) for mark in later.marks] == [told]


def test_a_rule_for_every_corpus_is_not_kept_out_by_a_skip(corpus: Corpus, tmp_path: Path) -> None:
    with corpus.open() as session:
        item = session.next()
        assert item is not None
        session.decide(item.key, "skip", scope="corpus")
    rules = RulesFile(tmp_path / "rules.jsonl")
    rules.add(Rule("astir", "about", "accept", None, "sam", 0.0))
    with corpus.open(rules=rules) as session:
        assert [(m.who, m.verdict) for m in session.item(item.key).decided] == [("sam", "accept")]  # type: ignore[union-attr]


# --- two reviewers


@pytest.mark.parametrize("order", ORDERS)
def test_two_reviewers_never_decide_the_same_edit(corpus: Corpus, order: str) -> None:
    with corpus.open("kim", order=order) as kim, corpus.open("sam", order=order) as sam:
        keys: dict[str, list[int]] = {"kim": [], "sam": []}
        held = {"kim": kim.next(), "sam": sam.next()}
        while any(held.values()):
            assert not (held["kim"] and held["sam"]) or held["kim"].key != held["sam"].key
            for session in (kim, sam):
                item = held[session.who]
                if item is not None:
                    session.decide(item.key, "accept")
                    keys[session.who].append(item.key)
                    held[session.who] = session.next(item.key)
        for session in (kim, sam):  # what the other held to the end
            for item in walk(session, lambda i, s=session: s.decide(i.key, "accept")):
                keys[session.who].append(item.key)
        assert len(keys["kim"]) + len(keys["sam"]) == len({*keys["kim"], *keys["sam"]}) == 16
        assert min(map(len, keys.values())) > 0


def test_what_somebody_else_looks_at_or_has_decided_is_refused(corpus: Corpus) -> None:
    with corpus.open("kim", order="random") as kim, corpus.open("sam", order="random") as sam:
        item = kim.next()
        assert item is not None
        with pytest.raises(Conflict, match="somebody else"):
            sam.decide(item.key, "reject")
        kim.decide(item.key, "accept")
        kim.next(item.key)
        with pytest.raises(Conflict, match="kim has decided this one already: accept"):
            sam.decide(item.key, "reject")
        kim.undo()
        kim.next(item.key)
        sam.decide(item.key, "reject")
        assert kim.redo() is not None
        assert [(m.who, m.verdict) for m in kim.item(item.key).decided] == [("sam", "reject")]  # type: ignore[union-attr]


def test_what_a_dead_program_held_is_free_at_once(corpus: Corpus) -> None:
    session = corpus.open("kim")
    first = session.next()
    assert first is not None
    host, _, token = session.store.holder.split("|")
    with session.store.writing():
        session.store.db.execute("UPDATE hold SET holder = ?", (f"{host}|999999999|{token}",))
    with corpus.open("sam") as sam:
        again = sam.next()
        assert again is not None
        assert again.key == first.key


def test_a_second_opinion(corpus: Corpus) -> None:
    with corpus.open("kim") as kim:
        decided = [item.key for item in walk(kim, lambda i: kim.decide(i.key, "accept"))]
    with corpus.open("sam", second=True) as sam:
        again = [item.key for item in walk(sam, lambda i: sam.decide(i.key, "reject"))]
        assert again == decided
        assert len(sam.item(decided[0]).decided) == 2  # type: ignore[union-attr]


# --- changed sources


def test_decisions_on_a_changed_article_are_set_aside(corpus: Corpus) -> None:
    with corpus.open() as session:
        list(walk(session, lambda i: session.decide(i.key, "accept")))
    texts = {f"n{number}": TEXT for number in range(4)}
    corpus.write({"new": "Nothing here.\n", **texts, "n2": "They came inwards.\n"})
    with corpus.open() as session:
        progress = session.progress()
        assert (progress.decided, progress.stale) == (12, 4)
        item = session.next()
        assert item is not None
        assert (item.article_id, item.edit.start) == ("n2", 10)
        assert session.article(item.article).text == "They came inwards.\n"
        moved = next(i for i in session.items(Filter()) if i.article_id == "n3")
        assert session.article(moved.article).text == TEXT


def test_a_source_that_changes_under_the_session_is_noticed(corpus: Corpus) -> None:
    with corpus.open() as session:
        item = session.next()
        assert item is not None
        corpus.write({f"n{number}": "Quite another text, astir noon.\n" for number in range(4)})
        with pytest.raises(Conflict, match="changed since"):
            session.decide(item.key, "accept")
        following = session.next()
        assert following is not None
        assert following.edit.start == 20
        session.decide(following.key, "accept")


def test_a_source_that_is_gone_for_a_while(corpus: Corpus) -> None:
    with corpus.open() as session:
        item = session.next()
        assert item is not None
        kept = corpus.path.read_bytes()
        corpus.path.unlink()
        with pytest.raises(Conflict, match="gone"):
            session.decide(item.key, "accept")
        assert session.next() is None
    corpus.path.write_bytes(kept)
    with corpus.open() as session:
        again = session.next()
        assert again is not None
        session.decide(again.key, "accept")
        assert session.progress().stale == 0


# --- what is read


def test_bad_records_are_set_aside(corpus: Corpus) -> None:
    good = json.dumps({"id": "a", "text": TEXT})
    corpus.path.write_text(f"{good}\n\nnot json\n{good}\n" + json.dumps({"id": "b", "body": ""}) + "\n")
    with corpus.open() as session:
        assert len(list(walk(session, lambda i: session.decide(i.key, "accept")))) == 8
        progress = session.progress()
        assert (progress.articles, progress.articles_read, progress.articles_failed) == (4, 2, 2)
        errors = [row.error for row in session.articles() if row.error]
        assert errors[0].startswith(f"{corpus.path}:3: no JSON")


def test_the_result_of_a_repair_is_reviewed_against_its_source(corpus: Corpus) -> None:
    edit = {"start": 8, "end": 13, "before": "astir", "after": "about", "kind": "spin", "confidence": 0.9}
    results = {"score": 0.7, "edits": [edit], "proposals": [], "model": "m", "version": "1"}
    cleaned, source = "He came about noon.\n", "He came astir noon.\n"
    records = [
        {"id": "repair", "text": cleaned, **results},
        {"id": "batch", "text": cleaned, "textrepair": results},
        {"id": "clean", "text": source, "clean": cleaned, "textrepair": results},
        {"id": "column", "text": cleaned, "textrepair": json.dumps(results)},
        {"id": "wrong", "text": "No such words.", "textrepair": results},
    ]
    corpus.path.write_text("".join(json.dumps(record) + "\n" for record in records))
    with open_session([str(corpus.path)], corpus.store, "kim") as session:
        items = list(walk(session, lambda i: session.decide(i.key, "accept")))
        assert [item.article_id for item in items] == ["repair", "batch", "clean", "column"]
        assert {session.article(item.article).text for item in items} == {source}
        assert session.article(items[0].article).score == 0.7
        assert session.progress().articles_failed == 1


@pytest.mark.parametrize("ending", [".gz", ".zst"])
def test_compressed_records(corpus: Corpus, ending: str) -> None:
    from textrepair.corpus.output import whole_file

    packed = corpus.path.with_name("packed.jsonl" + ending)
    with whole_file(packed) as file:
        file.write(corpus.path.read_bytes())
    with open_session([str(packed)], corpus.store, "kim", propose=propose) as session:
        items = list(walk(session, lambda i: session.decide(i.key, "accept")))
        assert len(items) == 16
        assert session.article(items[-1].article).text == session.article(items[0].article).text == TEXT


def test_a_folder_of_texts(tmp_path: Path) -> None:
    folder = tmp_path / "articles"
    (folder / "deep").mkdir(parents=True)
    for name in ("b.txt", "a.txt", "deep/c.md"):
        (folder / name).write_bytes(b"\xef\xbb\xbf" + TEXT.encode())
    with open_session([str(folder)], tmp_path / "s", "kim", propose=propose) as session:
        ids = [i.article_id for i in walk(session, lambda i: session.decide(i.key, "accept"))]
        assert ids == [name for name in "abc" for _ in range(4)]


def test_a_sample_is_the_same_every_time_and_grows(corpus: Corpus) -> None:
    corpus.write({f"n{number}": TEXT for number in range(50)})
    with corpus.open(sample=5) as session:
        few = {i.article_id for i in walk(session, lambda i: session.decide(i.key, "accept"))}
        assert len(few) == 5
        assert session.progress().articles == 5
    with corpus.open(sample=10) as session:
        more = {i.article_id for i in walk(session, lambda i: session.decide(i.key, "accept"))}
        assert len(more) == 5
        assert not more & few


def test_filters(corpus: Corpus) -> None:
    with corpus.open() as session:
        session.filter = Filter(max_confidence=0.7)
        assert {i.edit.before for i in walk(session, lambda i: session.decide(i.key, "accept"))} == {
            "inwards",
            "past",
        }
        session.filter = Filter(text="100%_")
        assert session.next() is None
        session.filter = Filter(kinds=frozenset({"spacing"}))
        assert session.next() is None


@pytest.mark.parametrize(
    ("text", "found"),
    [("", 6), ("100%", 1), ("0%", 1), ("%", 1), ("x_", 0), ("A_B", 1), ("AXB", 1), ("\\", 1), ("nowhere", 0), ("news.jsonl", 6)],
)  # fmt: skip
def test_a_list_of_articles_is_searched_by_what_is_typed(corpus: Corpus, text: str, found: int) -> None:
    corpus.write(dict.fromkeys(["100%", "1000", "a_b", "axb", "c\\d", "e"], TEXT))
    with corpus.open() as session:
        while read_next(session.store, session.library):
            pass
        rows = session.articles(text=text)
        assert len(rows) == session.count_articles(text) == found
        if text != "news.jsonl":  # which is in the path
            assert all(text.lower() in row.id for row in rows)


def test_search_goes_round(corpus: Corpus) -> None:
    with corpus.open() as session:
        session.next()
        first = session.search("INWARDS")
        assert first is not None
        assert session.search("inwards", first.key) == first
        assert session.search("nowhere") is None


@pytest.mark.parametrize("content", [b"", b"no database at all, whatever it may be called\n" * 40])
def test_a_store_that_is_none(corpus: Corpus, content: bytes) -> None:
    corpus.store.write_bytes(content)
    if content:
        with pytest.raises(StoreError, match=r"news\.jsonl\.review"):
            corpus.open()
    else:
        corpus.open().close()


def test_a_store_of_another_corpus(corpus: Corpus, tmp_path: Path) -> None:
    corpus.open().close()
    with pytest.raises(StoreError, match="another corpus"):
        open_session([str(tmp_path / "b.jsonl")], corpus.store, "kim")


def test_reading_ahead_in_the_background(corpus: Corpus) -> None:
    corpus.write({f"n{number}": TEXT for number in range(100)})
    with corpus.open(order="confidence") as session:
        loader = session.loader()
        loader.start()
        loader.join()
        assert loader.error is None
        assert session.progress().edits == 400
        assert session.next(read=False) is not None
    with corpus.open(who="sam") as session:
        assert session.progress().articles_read == 100
