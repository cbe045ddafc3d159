"""What goes out of a review and comes into it: exports, figures, imports, and the command line around them."""

from __future__ import annotations

import gzip
import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st
from review_samples import TEXT, Corpus, edits

from textrepair.cli import commands
from textrepair.corpus.articles import Article, ReadOptions, Unreadable
from textrepair.patch import Edit, Patch, diff
from textrepair.review.agreement import kappa, statistics, wilson
from textrepair.review.export import Count, decisions, record_of, reviewed
from textrepair.review.imports import Imported, explained, import_file, meeting
from textrepair.review.loading import read_next
from textrepair.review.queue import Filter
from textrepair.review.ranking import Reranking, recalibration
from textrepair.review.session import Item, Session, open_session
from textrepair.review.sources import _PackedRecords, _Parquet
from textrepair.review.web.exports import _pieces
from textrepair.writer import diff as diff_format
from textrepair.writer.jsonl import read_record

MENDED = "About noon they went in the hall. It was about time, said one by the door.\n"


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return Corpus.made(tmp_path)


def fail(error: object) -> None:
    raise AssertionError(str(error))


def decide(session: Session, *verdicts: str) -> None:
    """These verdicts on the first edits, in order; "=text" puts a text."""
    for verdict in verdicts:
        item = session.next()
        assert item is not None
        if verdict.startswith("="):
            session.decide(item.key, "other", verdict[1:])
        else:
            session.decide(item.key, verdict)  # type: ignore[arg-type]


# --- out


def test_only_accepted_edits_come_out(corpus: Corpus) -> None:
    with corpus.open() as session:
        decide(session, "accept", "reject", "=close to", "skip")
        count = Count()
        texts = [one.repair.text for one in reviewed(session, fail, count=count)]
        assert (
            texts[0]
            == "About noon they went inwards the hall. It was close to time, said one past the door.\n"
        )
        assert texts[1:] == [TEXT] * 3
        assert (count.accepted, count.rejected, count.open, count.disagreed) == (2, 1, 1, 0)
        first = next(iter(reviewed(session, fail)))
        assert [e.before for e in first.repair.proposals] == ["past"]
        assert next(iter(reviewed(session, fail, keep_open=True))).repair.text.endswith(
            "said one by the door.\n"
        )


@pytest.mark.parametrize("form", ["text", "records", "criticmarkup", "diff", "jsonl"])
def test_open_edits_come_out_of_what_was_never_opened(tmp_path: Path, form: str) -> None:
    corpus = Corpus.made(tmp_path, 0)
    corpus.write_repaired({"n0": TEXT, "n1": TEXT})
    done = run(str(corpus.path), "--export", form, "--keep-open")
    assert done.exit_code == 0, done.output
    assert "8 open" in done.stderr
    assert len(re.findall(r"said one (?:by|\{~~past~>by~~\}) the door", done.stdout)) == 2


def test_nothing_is_read_for_an_export_without_what_is_open(corpus: Corpus) -> None:
    with corpus.open() as session:
        assert [one.touched for one in reviewed(session, fail)] == [False] * 4
        assert session.progress().articles_read == 0
        assert [one.repair.text for one in reviewed(session, fail, keep_open=True)] == [MENDED] * 4


def test_where_two_disagree_nothing_is_changed(corpus: Corpus) -> None:
    with corpus.open("kim") as kim:
        decide(kim, "accept", "accept", "accept", "accept")
    with corpus.open("sam", second=True) as sam:
        decide(sam, "accept", "reject", "=around", "accept")
        count = Count()
        assert next(reviewed(sam, fail, count=count)).repair.text == (
            "About noon they went inwards the hall. It was astir time, said one by the door.\n"
        )
        assert (count.accepted, count.disagreed) == (2, 2)
        assert next(reviewed(sam, fail, who="kim")).repair.text == MENDED
        (agreement,) = statistics(sam).agreements
        assert (agreement.both, agreement.agreed) == (4, 2)


def test_a_changed_article_comes_out_as_it_is_and_is_told(corpus: Corpus) -> None:
    with corpus.open() as session:
        decide(session, "accept", "accept")
        stat = os.stat(corpus.path)
        corpus.path.write_bytes(corpus.path.read_bytes().replace(b"Astir", b"Later", 1))
        os.utime(corpus.path, ns=(stat.st_atime_ns, stat.st_mtime_ns))  # only the text's hash tells
        told: list[Any] = []
        texts = [one.repair.text for one in reviewed(session, told.append)]
        assert texts[0] == TEXT.replace("Astir", "Later")
        assert "changed since it was reviewed" in str(told[0])


def test_records_keep_their_shape(corpus: Corpus) -> None:
    made = [
        {
            "start": e.start,
            "end": e.end,
            "before": e.before,
            "after": e.after,
            "kind": e.kind,
            "confidence": e.confidence,
        }
        for e in edits(TEXT)
    ]
    results = {"score": 0.9, "edits": made[:2], "proposals": made[2:], "model": "m"}
    half = "About noon they went in the hall. It was astir time, said one past the door.\n"
    records: list[dict[str, Any]] = [
        {"id": 1, "url": "u", "text": half, "textrepair": results},
        {"id": 2, "text": TEXT, "clean": half, "textrepair": results},
        {"id": 3, "text": half, "textrepair": json.dumps(results)},
        {"id": 4, "text": half, **results},
        {"id": 5, "text": "Nothing here."},
    ]
    corpus.path.write_text("".join(json.dumps(record) + "\n" for record in records))
    with open_session([str(corpus.path)], corpus.store, "kim") as session:
        for number in range(4):
            decide(session, "accept", "reject", "=around", *(["accept"] if number else ["skip"]))
        out = [record_of(session, one) for one in reviewed(session, fail)]
    wanted = "About noon they went inwards the hall. It was around time, said one by the door.\n"
    assert [list(record) for record in out] == [list(record) for record in records]
    assert [out[n][field] for n, field in ((1, "clean"), (2, "text"), (3, "text"))] == [wanted] * 3
    assert out[0]["text"] == wanted.replace("by the", "past the")
    assert out[1]["text"] == TEXT
    assert out[4] == records[4]
    first = out[0]["textrepair"]
    assert (first["model"], [e["after"] for e in first["edits"]]) == ("m", ["About", "around"])
    assert [e["after"] for e in first["proposals"]] == ["by"]
    assert read_record({"text": out[3]["text"], "edits": out[3]["edits"]}).source == TEXT


def test_decisions_as_records(corpus: Corpus) -> None:
    with corpus.open() as session:
        decide(session, "accept", "=in to")
        item = session.next()
        assert item is not None
        session.note(item.key, "see also")
        records = list(decisions(session))
        assert [(r["id"], r["before"], r["verdict"]) for r in records] == [
            ("n0", "Astir", "accept"), ("n0", "inwards", "other"), ("n0", "astir", None),
        ]  # fmt: skip
        assert records[1]["put"] == "in to"
        assert records[2]["note"] == "see also"
        assert records[0]["at"].endswith("+00:00")


# --- figures


@given(st.lists(st.tuples(st.sampled_from("yn"), st.sampled_from("yn")), min_size=1))
def test_kappa_against_its_formula(pairs: list[tuple[str, str]]) -> None:
    n = len(pairs)
    p = sum(a == b for a, b in pairs) / n
    e = sum(sum(a == c for a, _ in pairs) * sum(b == c for _, b in pairs) for c in "yn") / n**2
    value = kappa(pairs)
    assert value is None if e == 1 else value == pytest.approx((p - e) / (1 - e))


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_holds_the_share(counts: tuple[int, int]) -> None:
    low, high = wilson(*counts)
    assert 0 <= low <= counts[0] / counts[1] + 1e-12
    assert counts[0] / counts[1] - 1e-12 <= high <= 1


def test_bands(corpus: Corpus) -> None:
    with corpus.open() as session:
        decide(session, "accept", "reject", "accept", "=at")
        figures = statistics(session)
        assert [(b.low, b.decided, b.accepted, b.other) for b in figures.by_band] == [
            (0.4, 1, 0, 1), (0.6, 1, 0, 0), (0.95, 2, 2, 0),
        ]  # fmt: skip
        assert json.loads(json.dumps(figures.as_dict()))["by_reviewer"]["kim"]["accept"] == 2


# --- ranking


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=60))
def test_recalibration_stays_finite_and_keeps_its_prior(seen: list[tuple[float, bool]]) -> None:
    slope, shift = recalibration(seen)
    assert abs(slope) < 100
    assert abs(shift) < 100


def test_learning_as_you_go_moves_equal_swaps(corpus: Corpus) -> None:
    with corpus.open(order="pair") as session:
        while session.waiting():
            session.next()
            read_next(session.store, session.library)
        session.ranking = Reranking(session.store)
        item = session.next()
        assert item is not None
        assert item.edit.before.lower() == "astir"
        for _ in range(3):
            session.decide(item.key, "reject")
            item = session.next(item.key)
            assert item is not None
        assert item.belief == pytest.approx((4 * 0.97 + 0) / (4 + 3))
        untouched = session.search("inwards")
        assert untouched is not None
        assert untouched.belief == untouched.edit.confidence
        session.undo()
        assert session.item(item.key).belief == pytest.approx(4 * 0.97 / 6)  # type: ignore[union-attr]
        session.order = "confidence"
        assert session.next().edit.before != "astir"  # type: ignore[union-attr]


# --- in


def texts_after(session: Session) -> list[str]:
    return [one.repair.text for one in reviewed(session, fail)]


def test_an_article_edited_in_an_editor(corpus: Corpus, tmp_path: Path) -> None:
    edited = tmp_path / "n1.critic.txt"
    edited.write_text(
        "{~~Astir~>About~~} noon they came inwards the hall. It was {~~astir~>nearly~~} time, said one by the door.\n"
    )
    with corpus.open() as session:
        done = import_file(session, str(edited), fail)
        assert (done.articles, done.accepted, done.rejected, done.other, done.own) == (1, 2, 1, 1, 1)
        assert texts_after(session)[1] == (
            "About noon they came inwards the hall. It was nearly time, said one by the door.\n"
        )
        assert session.undo() is not None  # all of it at once
        assert texts_after(session)[1] == TEXT


def test_several_articles_in_one_stream(corpus: Corpus, tmp_path: Path) -> None:
    with corpus.open() as session:
        decide(session, "accept", "accept", "accept", "accept", "reject")
    edited = tmp_path / "all.txt"
    run = CliRunner().invoke(
        commands,
        [
            "review",
            str(corpus.path),
            "--no-rules",
            "--export",
            "criticmarkup",
            "--keep-open",
            "-o",
            str(edited),
        ],
    )
    assert run.exit_code == 0, run.output
    with corpus.open() as session:
        import_file(session, str(edited), fail)
        assert texts_after(session)[:2] == [MENDED, MENDED.replace("About", "Astir", 1)]


def test_a_diff_after_git_add_p(tmp_path: Path) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    texts = {"a.txt": TEXT + "\n" * 9 + TEXT, "b b.txt": TEXT}
    for name, text in texts.items():
        (folder / name).write_text(text)

    def git(*arguments: str) -> str:
        options = ["-c", "user.name=kim", "-c", "user.email=kim@example.org"]
        done = subprocess.run(
            ["git", *options, *arguments], cwd=folder, capture_output=True, text=True, check=True
        )
        return done.stdout

    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "as read")
    (folder / "a.txt").write_text(TEXT + "\n" * 9 + MENDED)
    (folder / "b b.txt").write_text(MENDED)
    git("add", "a.txt")
    staged = tmp_path / "yes.patch"
    staged.write_text(git("diff", "--cached"))
    git("reset", "-q", "--hard")
    corpus = Corpus(folder, tmp_path / "store")
    with corpus.open() as session:
        done = import_file(session, str(staged), fail)
        assert (done.accepted, done.rejected) == (4, 4)
        assert texts_after(session) == [TEXT + "\n" * 9 + MENDED, TEXT]
        assert session.progress().open == 0 or session.next() is not None  # the other file is untouched
        assert import_file(session, str(staged), fail, rest="leave").rejected == 0


def test_decisions_of_another_review(corpus: Corpus, tmp_path: Path) -> None:
    with corpus.open("kim") as kim:
        decide(kim, "accept", "reject", "=about then", "skip")
        kim.note(kim.items(Filter())[0].key, "why")
        lines = [json.dumps(record) + "\n" for record in decisions(kim)]
        state = [item.marks for item in kim.items(Filter())]
    file = tmp_path / "decisions.jsonl"
    file.write_text("".join(lines) + "{}\n" + json.dumps({**json.loads(lines[0]), "id": "nobody"}) + "\n")
    other = Corpus(corpus.path, tmp_path / "other.review")
    told: list[object] = []
    with other.open("sam") as sam:
        done = import_file(sam, str(file), told.append)
        assert (done.accepted, done.rejected, done.other, done.unknown) == (1, 1, 1, 1)
        assert "decisions.jsonl:5: no decision" in str(told[0])
        marks = [item.marks for item in sam.items(Filter(article=1))]
        plain = [[(m.who, m.verdict, m.after, m.note) for m in ms] for ms in marks]
        assert plain == [[(m.who, m.verdict, m.after, m.note) for m in ms] for ms in state[:4]]


@pytest.mark.parametrize(
    ("files", "name", "meant"),
    [
        (["data.txt"], "a.txt", None),
        (["data.txt", "z/a.txt"], "a.txt", "z/a.txt"),
        (["axb.txt"], "a_b.txt", None),
        (["ab.txt"], "a%.txt", None),
        (["a%b_c.txt", "axbyc.txt"], "a%b_c.txt", "a%b_c.txt"),
        (["A.txt"], "a.txt", None),
        (["a.txt", "deep/a.txt"], "deep/a.txt", "deep/a.txt"),
        (["a.txt", "deep/a.txt"], "b/deep/a.txt", "deep/a.txt"),
        (["aa/a.txt", "b.txt", "a.txt"], "a/a.txt", "a.txt"),
        (["other/deep/a.txt"], "deep/a.txt", "other/deep/a.txt"),
        (["sheep/a.txt"], "eep/a.txt", "sheep/a.txt"),  # no such path, but one article is called "a"
    ],
)
@pytest.mark.parametrize("ahead", [False, True])
def test_a_diff_is_for_the_file_that_it_names(
    tmp_path: Path, files: list[str], name: str, meant: str | None, ahead: bool
) -> None:
    folder = tmp_path / "articles"
    for file in files:
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text(TEXT)
    changes = tmp_path / "yes.patch"
    changes.write_text(diff_format.render(TEXT, Patch((edits(TEXT)[0],)), name))
    told: list[object] = []
    with Corpus(folder, tmp_path / "store").open() as session:
        while ahead and read_next(session.store, session.library):
            pass
        done = import_file(session, str(changes), told.append)
        assert (done.articles, done.accepted) == ((0, 0) if meant is None else (1, 1))
        assert bool(told) == (meant is None)
        decided = {item.article for item in session.items(Filter(), "decided")}
        paths = {
            Path(row.path).relative_to(folder).as_posix() for row in session.articles() if row.key in decided
        }
        assert paths == ({meant} - {None})


@pytest.mark.parametrize(
    "wrong",
    [
        {"verdict": "other"}, {"verdict": "other", "put": None}, {"verdict": "other", "put": 5}, {"verdict": "yes"},
        {"verdict": ["accept"]}, {"before": None}, {"before": 7}, {"start": "0"}, {"start": -1}, {"end": 900}, {"after": 3},
        {"reason": "made by hand", "before": ["A", "s", "t", "i", "r"]},
    ],
)  # fmt: skip
def test_a_wrong_decision_is_told_with_its_line_and_the_others_are_taken(
    corpus: Corpus, tmp_path: Path, wrong: dict[str, Any]
) -> None:
    with corpus.open() as kim:
        decide(kim, "reject", "=about then")
        first, second = decisions(kim)
    file = tmp_path / "decisions.jsonl"
    file.write_text("".join(json.dumps(record) + "\n" for record in (first | wrong, second)))
    told: list[object] = []
    with Corpus(corpus.path, tmp_path / "other.review").open("sam") as sam:
        done = import_file(sam, str(file), told.append)
        assert (done.articles, done.rejected, done.other, done.refused) == (1, 0, 1, 0)
        assert [str(error).startswith(f"{file}:1: no decision (") for error in told] == [True]


def test_what_is_refused_is_not_counted_as_taken(corpus: Corpus, tmp_path: Path) -> None:
    with corpus.open("sam") as sam:
        decide(sam, "accept", "reject")
    edited = tmp_path / "n0.critic.txt"
    edited.write_text("About noon there they went in the hall. It was around time, said one past the door.\n")
    with corpus.open("kim") as kim:
        done = import_file(kim, str(edited), fail)
        assert (done.accepted, done.rejected, done.other, done.own, done.refused) == (0, 1, 1, 1, 2)
        made = [
            mark.verdict for item in kim.items(Filter(article=1)) for mark in item.marks if mark.who == "kim"
        ]
        assert sorted(map(str, made)) == ["accept", "other", "reject"]


def test_decisions_that_are_refused_are_not_counted_as_taken(corpus: Corpus, tmp_path: Path) -> None:
    with corpus.open() as kim:
        decide(kim, "accept", "reject", "=about then")
        file = tmp_path / "decisions.jsonl"
        file.write_text("".join(json.dumps(record) + "\n" for record in decisions(kim)))
    other = Corpus(corpus.path, tmp_path / "other.review")
    with other.open("sam", order="random") as sam, other.open("alex", order="random") as alex:
        while read_next(sam.store, sam.library):
            pass
        alex.filter = Filter(text="astir", article=1)
        assert alex.next() is not None  # one of the three is being looked at
        done = import_file(sam, str(file), fail)
        assert (done.accepted + done.rejected + done.other, done.refused) == (2, 1)


_words = st.sampled_from(["astir", "inwards", "past", "noon", "the", ".", " ", "  ", "\n"])


def _item(number: int, edit: Edit) -> Item:
    return Item(number, 1, "a", edit, True, edit.confidence, "open")


@settings(deadline=None)
@given(st.lists(_words, max_size=25).map(" ".join), st.data())
def test_accepted_edits_are_recognised_in_the_text_that_they_make(text: str, data: st.DataObject) -> None:
    """Whatever some of the proposed edits make is explained by edits that make just that."""
    items = [_item(number, edit) for number, edit in enumerate(edits(text))]
    accepted = [item for item in items if data.draw(st.booleans())]
    wanted = Patch(tuple(item.edit for item in accepted)).apply(text)
    found: list[Item] = []
    for group, changes in meeting(items, diff(text, wanted).edits):
        some = explained(text, group, changes)
        assert some is not None
        found += some
    assert Patch(tuple(item.edit for item in found)).apply(text) == wanted


def test_nothing_is_imported_from_what_is_nothing(corpus: Corpus, tmp_path: Path) -> None:
    bad = tmp_path / "n0.txt"
    bad.write_text("{~~astir~>about")
    stray = tmp_path / "elsewhere.txt"
    stray.write_text(TEXT)
    with corpus.open() as session:
        for path in (bad, stray, tmp_path / "missing"):
            told: list[object] = []
            assert import_file(session, str(path), told.append) == Imported()
            assert len(told) == 1


@pytest.mark.parametrize("name", ["n0.critic.txt", "yes.patch", "decisions.jsonl"])
def test_an_article_whose_file_is_gone_is_told(corpus: Corpus, tmp_path: Path, name: str) -> None:
    with corpus.open() as session:
        decide(session, "accept")
        (tmp_path / "decisions.jsonl").write_text(json.dumps(next(decisions(session))) + "\n")
        (tmp_path / "n0.critic.txt").write_text(MENDED)
        (tmp_path / "yes.patch").write_text(diff_format.render(TEXT, Patch((edits(TEXT)[0],)), "n0"))
        corpus.path.unlink()
        told: list[object] = []
        assert import_file(session, str(tmp_path / name), told.append).accepted == 0
        assert "the file is gone" in str(told[0])


# --- the command line


def run(*arguments: str, input_: str | None = None) -> Result:
    return CliRunner().invoke(commands, ["review", *arguments, "--no-rules"], input=input_)


def test_from_the_first_edit_to_the_cleaned_records(corpus: Corpus, tmp_path: Path) -> None:
    corpus.write_repaired({"a": TEXT, "b": TEXT})
    done = run(str(corpus.path), "--plain", "--who", "kim", input_="y\nn\n2\ny\nq\n")
    assert done.exit_code == 0, done.output
    assert "4 of 8 edits decided" in done.stdout
    out = tmp_path / "out.jsonl"
    assert run(str(corpus.path), "--export", "records", "-o", str(out)).exit_code == 0
    first, second = map(json.loads, out.read_text().splitlines())
    assert (
        first["text"] == "About noon they went inwards the hall. It was around time, said one by the door.\n"
    )
    assert second["text"] == TEXT
    stats = run(str(corpus.path), "--stats", "--format", "json")
    assert sum(band["decided"] for band in json.loads(stats.stdout)["by_band"]) == 4
    table = run(str(corpus.path), "--stats")
    assert "0.95–1.00" in table.stdout or "0.95–0.99" in table.stdout
    exported = run(str(corpus.path), "--export", "decisions")
    assert len(exported.stdout.splitlines()) == 4
    for form in ("text", "criticmarkup", "diff", "html", "jsonl", "m2"):
        assert run(str(corpus.path), "--export", form).exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--plain", "--web"], "two faces"),
        (["-o", "x"], "--export"),
        (["--from", "0.9", "--to", "0.1"], "no edit can be meant"),
        (["--order", "confidenc"], "Did you mean 'confidence'?"),
        (["--export", "records", "-o", "/tmp/"], "one file"),
    ],
)
def test_wrong_use(corpus: Corpus, arguments: list[str], message: str) -> None:
    done = run(str(corpus.path), *arguments)
    assert done.exit_code == 2
    assert message in done.stderr


def test_a_path_that_is_not_there(tmp_path: Path) -> None:
    done = run(str(tmp_path / "none.jsonl"), "--plain")
    assert done.exit_code == 1
    assert "no such file" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_bad_record_is_told_and_the_exit_code_tells(corpus: Corpus) -> None:
    corpus.write_repaired({"a": TEXT})
    with corpus.path.open("a") as file:
        file.write("not json\n")
    done = run(str(corpus.path), "--plain", input_="a\n")
    assert "Nothing is left to decide" in done.stdout
    out = run(str(corpus.path), "--export", "text")
    assert out.exit_code == 1
    assert "news.jsonl:2" in out.stderr


def test_standard_input_needs_a_place(corpus: Corpus, tmp_path: Path) -> None:
    assert run("-", "--plain", input_=TEXT).exit_code == 2


def test_parquet(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    from pyarrow import parquet

    table = pyarrow.table({"id": [f"p{i}" for i in range(5)], "text": [TEXT] * 5})
    parquet.write_table(table, tmp_path / "news.parquet", row_group_size=2)
    corpus = Corpus(tmp_path / "news.parquet", tmp_path / "store")
    with corpus.open() as session:
        while item := session.next():
            session.decide(item.key, "accept")
        assert session.progress().accepted == 20
        assert texts_after(session) == [MENDED] * 5


def test_parquet_that_is_replaced_is_read_anew(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    from pyarrow import parquet

    path = tmp_path / "news.parquet"
    source = _Parquet(str(path), ReadOptions())
    for text in ("old", "new"):
        parquet.write_table(pyarrow.table({"id": ["a"], "text": [text]}), path)
        [place] = source.places()
        article = source.read(place)
        assert isinstance(article, Article)
        assert article.text == text


def test_packed_records_that_are_replaced_are_read_anew(tmp_path: Path) -> None:
    path = tmp_path / "news.jsonl.gz"
    source = _PackedRecords(str(path), ReadOptions())
    for text in ("old", "new"):
        path.write_bytes(gzip.compress(b"".join(b'{"text": "%s"}\n' % t.encode() for t in (text, text))))
        places = list(source.places())
        articles = [source.read(place) for place in places]
        assert [article.text for article in articles if isinstance(article, Article)] == [text] * 2
    path.write_bytes(gzip.compress(b'{"text": "short"}\n'))
    source.close()
    assert isinstance(source.read(places[1]), Unreadable)


@pytest.mark.parametrize("form", ["text", "diff", "html", "criticmarkup"])
def test_both_faces_export_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "sub"
    folder.mkdir()
    for name in ("a", "b"):
        (folder / f"{name}.txt").write_bytes(b"\xef\xbb\xbf" + TEXT.encode())
    corpus = Corpus(folder, tmp_path / "store")
    with corpus.open() as session:
        for _ in range(2):
            item = session.next()
            assert item is not None
            session.decide(item.key, "accept")
        pieces = "".join(_pieces(session, form, Count(), []))
    out = tmp_path / "out"
    done = run("sub", "--session", "store", "--export", form, "-o", str(out))
    assert done.exit_code == 0, done.output
    assert out.read_bytes().decode() == pieces
