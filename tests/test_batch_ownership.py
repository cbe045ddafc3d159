"""Whose files are these?  A job writes over and removes only what it has put there itself."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from batches import Inline, Killed, Quiet, contents, job, put_out
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from textrepair.batch.job import JobError
from textrepair.batch.journal import Journal
from textrepair.batch.run import run


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".jsonl":
        text = "".join(json.dumps({"id": n, "text": word}) + "\n" for n, word in enumerate(text.split()))
    path.write_text(text, encoding="utf-8")
    return path


def go(inputs: Path | list[Path], out: Path, engine: Inline | None = None, **options: Any) -> Any:
    modes = {name: options.pop(name) for name in ("restart", "update", "folder") if name in options}
    paths = inputs if isinstance(inputs, list) else [inputs]
    return run(job(out, **options), [str(path) for path in paths], engine or Inline(), Quiet(), **modes)


def owned(out: Path) -> set[str]:
    journal = Journal(out / ".textrepair")
    try:
        return journal.owned()
    finally:
        journal.close()


# --- what others have put there

OTHERS = {
    "output": ("a.jsonl", {}),
    "shard": ("a-00000.jsonl", {"shard_size": 100}),
    "shard of another number": ("a-00007.jsonl", {"shard_size": 100}),
    "shard in a folder": ("sub/c-00000.jsonl", {"shard_size": 100}),
    "packed shard": ("a-00000.jsonl.gz", {"shard_size": 100, "compression": "gz"}),
    "quarantine": ("a.quarantine.jsonl", {}),
    "summary": ("summary.json", {}),
    "report": ("report.html", {}),
    "cleaned text": ("b.txt", {}),
    "results of texts": ("results.jsonl", {}),
    "texts as records": ("texts.csv", {"output": "csv"}),
}


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    write(tmp_path / "in" / "a.jsonl", "teh one")
    write(tmp_path / "in" / "b.txt", "teh text")
    write(tmp_path / "in" / "sub" / "c.jsonl", "teh two")
    return tmp_path / "in"


@pytest.mark.parametrize("begun", ["fresh", "resumed", "restart"])
@pytest.mark.parametrize("case", OTHERS)
def test_what_others_have_put_there_stays(corpus: Path, tmp_path: Path, case: str, begun: str) -> None:
    name, options = OTHERS[case]
    out = tmp_path / "out"
    if begun != "fresh":

        def kill(number: int) -> None:
            raise Killed

        with contextlib.suppress(Killed):
            go(corpus, out, Inline(kill), **options)
    (out / name).parent.mkdir(parents=True, exist_ok=True)
    (out / name).write_bytes(b"mine")
    with pytest.raises(
        JobError, match=rf"{Path(name).name} is there already, and not from this job; move it"
    ):
        go(corpus, out, restart=begun == "restart", **options)
    assert put_out(out) == {name: b"mine"}


def test_what_comes_while_the_job_runs_stays(corpus: Path, tmp_path: Path) -> None:
    def meddle(number: int) -> None:
        if number == 0:
            (tmp_path / "out" / "a-00000.jsonl").write_bytes(b"mine")

    with pytest.raises(JobError, match=r"a-00000.jsonl is there already"):
        go(corpus, tmp_path / "out", Inline(meddle), shard_size=100)
    assert (tmp_path / "out" / "a-00000.jsonl").read_bytes() == b"mine"
    (tmp_path / "out" / "a-00000.jsonl").unlink()
    go(corpus, tmp_path / "out", shard_size=100)
    assert owned(tmp_path / "out") == set(put_out(tmp_path / "out"))


def test_names_like_those_of_shards_are_no_shards(corpus: Path, tmp_path: Path) -> None:
    others = ["a-0000.jsonl", "a-00000.jsonl.gz", "b-00000.jsonl", "a-00000-x.jsonl", "aa-00000.jsonl"]
    for name in others:
        write(tmp_path / "out" / name, "")
    go(corpus, tmp_path / "out", shard_size=100)
    assert set(put_out(tmp_path / "out")) - owned(tmp_path / "out") == set(others)


@pytest.mark.parametrize("name", ["a-00000.jsonl", "a.quarantine.jsonl", "summary.json"])
def test_no_input_is_written_over(tmp_path: Path, name: str) -> None:
    paths = [write(tmp_path / "in" / "a.jsonl", "teh"), write(tmp_path / "out" / name, "{}")]
    before = paths[1].read_bytes()
    with pytest.raises(JobError, match=rf"{name}: is an input file"):
        go(paths, tmp_path / "out", shard_size=100, input_format="jsonl")
    assert [path.name for path in (tmp_path / "out").iterdir()] == [name]
    assert paths[1].read_bytes() == before


def test_an_output_that_is_a_file_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "in" / "a.jsonl", "teh")
    taken = write(tmp_path / "out", "mine")
    with pytest.raises(JobError, match="out: is a file; name a folder"):
        go([path], taken)
    assert "mine" in taken.read_text()


def test_an_output_that_became_an_input_is_not_removed(tmp_path: Path) -> None:
    write(tmp_path / "in" / "sub" / "a.jsonl", "teh")
    go(tmp_path / "in", tmp_path / "out")
    for mode in ("restart", "update"):
        with pytest.raises(JobError, match=r"a.jsonl: is an input file"):
            go(tmp_path / "out" / "sub", tmp_path / "out", **{mode: True})
    assert (tmp_path / "out" / "sub" / "a.jsonl").exists()


def test_results_and_a_text_of_that_name(tmp_path: Path) -> None:
    for name in ("results.jsonl", "a.txt"):
        write(tmp_path / "in" / name, "teh")
    go(tmp_path / "in", tmp_path / "out", input_format="text")
    assert set(put_out(tmp_path / "out")) == {
        "a.txt", "results.jsonl", "results-2.jsonl", "summary.json", "report.html",
    }  # fmt: skip


def test_another_folder_with_the_same_journal_is_refused(corpus: Path, tmp_path: Path) -> None:
    go(corpus, tmp_path / "out", folder=tmp_path / "journal")
    write(tmp_path / "other" / "a.jsonl", "mine")
    for restart in (False, True):
        with pytest.raises(JobError, match=r"of a job that writes to .*out"):
            go(corpus, tmp_path / "other", folder=tmp_path / "journal", restart=restart)
    assert list(put_out(tmp_path / "other")) == ["a.jsonl"]


def test_a_folder_that_was_moved_is_gone_on_with(corpus: Path, tmp_path: Path) -> None:
    go(corpus, tmp_path / "out")
    (tmp_path / "out").rename(tmp_path / "moved")
    write(corpus / "a.jsonl", "teh changed")
    engine = Inline()
    go(corpus, tmp_path / "moved", engine, update=True)
    assert len(engine.done) == 1


def test_a_journal_of_the_version_before_is_refused(corpus: Path, tmp_path: Path) -> None:
    place = tmp_path / "out" / ".textrepair"
    place.mkdir(parents=True)
    with contextlib.closing(sqlite3.connect(place / "journal.sqlite")) as db:
        db.execute("create table job (name text primary key, value text not null)")
        db.execute("create table sources (id integer primary key, key text unique not null)")
    for restart in (False, True):
        with pytest.raises(JobError, match=r"journal.sqlite is of another version of textrepair.*-o"):
            go(corpus, tmp_path / "out", restart=restart)


# --- inputs that come and go


def test_outputs_of_inputs_that_are_gone(tmp_path: Path) -> None:
    """One takes over the name of one that is gone, while another takes its place in the journal."""
    for name in ("a", "b/c"):
        write(tmp_path / "in" / f"{name}.jsonl", "teh")
    inputs = [tmp_path / "in" / "a.jsonl", tmp_path / "in" / "b" / "c.jsonl"]
    go(inputs, tmp_path / "out")
    inputs[1].unlink()
    inputs[1:] = [
        write(tmp_path / "in" / "d.jsonl", "teh d"),
        write(tmp_path / "in" / "e" / "c.jsonl", "teh e"),
    ]

    def last_first(events: Any) -> Any:
        return sorted(events, key=lambda event: -event.source)

    go(inputs, tmp_path / "out", Inline(order=last_first), update=True)
    go(inputs, tmp_path / "fresh")
    assert contents(tmp_path / "out") == contents(tmp_path / "fresh")
    assert "the e" not in (tmp_path / "out" / "d.jsonl").read_text()


def test_outputs_of_an_input_that_is_gone_are_gone(corpus: Path, tmp_path: Path) -> None:
    go(corpus, tmp_path / "out", shard_size=10)
    (corpus / "a.jsonl").unlink()
    with pytest.raises(JobError, match=r"a.jsonl is gone"):
        go(corpus, tmp_path / "out", shard_size=10)
    assert (tmp_path / "out" / "a-00000.jsonl").exists()
    engine = Inline()
    go(corpus, tmp_path / "out", engine, shard_size=10, update=True)
    assert engine.done == []
    assert set(put_out(tmp_path / "out")) == owned(tmp_path / "out") == {
        "b.txt", "results.jsonl", "sub/c-00000.jsonl", "sub/c-00001.jsonl", "summary.json", "report.html",
    }  # fmt: skip


def test_an_output_moves_to_its_new_name(tmp_path: Path) -> None:
    """Of two inputs of the same name the first goes: the second takes over its name, and a third that of the second."""
    inputs = [write(tmp_path / folder / "x.jsonl", f"teh {folder}") for folder in "pq"]
    go(inputs, tmp_path / "out")
    with pytest.raises(JobError, match=r"x-2.jsonl.*--update"):
        go(inputs[::-1], tmp_path / "out")
    inputs = [inputs[1], write(tmp_path / "r" / "x.jsonl", "teh r")]
    go(inputs, tmp_path / "out", update=True)
    go(inputs, tmp_path / "fresh")
    assert contents(tmp_path / "out") == contents(tmp_path / "fresh")


def test_update_with_adapt_changes_nothing(corpus: Path, tmp_path: Path) -> None:
    go(corpus, tmp_path / "out", adapt=5)
    before = put_out(tmp_path / "out")
    (corpus / "a.jsonl").unlink()
    with pytest.raises(JobError, match="--update can't be used with --adapt"):
        go(corpus, tmp_path / "out", adapt=5, update=True)
    assert put_out(tmp_path / "out") == before
    assert "a.jsonl" in owned(tmp_path / "out")


@pytest.mark.parametrize("mode", ["restart", "update"])
def test_a_cleaned_text_goes_with_its_input(corpus: Path, tmp_path: Path, mode: str) -> None:
    write(corpus / "sub" / "d.txt", "teh other")
    go(corpus, tmp_path / "out")
    assert {"b.txt", "sub/d.txt"} <= owned(tmp_path / "out")
    (corpus / "b.txt").unlink()
    go(corpus, tmp_path / "out", **{mode: True})
    assert not (tmp_path / "out" / "b.txt").exists()
    (corpus / "sub" / "d.txt").write_bytes(
        b"\xff"
    )  # set aside: what was cleaned of it before is not of this text
    go(corpus, tmp_path / "out", **{mode: True})
    assert set(put_out(tmp_path / "out")) == owned(tmp_path / "out")
    assert not (tmp_path / "out" / "sub" / "d.txt").exists()


# --- any sequence of all this

INPUTS = ["p/x.jsonl", "q/x.jsonl", "q/y.jsonl", "p/a.txt", "q/b.txt", "q/s/a.txt"]
FOREIGN = ["x-00000.jsonl", "x.jsonl", "x-2.jsonl", "s/a.txt", "b.txt", "summary.json", "other/mine.txt"]
STEPS = st.lists(
    st.fixed_dictionaries(
        {
            "write": st.dictionaries(st.sampled_from(INPUTS), st.sampled_from(["teh", "the boom teh"]), max_size=3),
            "remove": st.sets(st.sampled_from(INPUTS), max_size=2),
            "foreign": st.none() | st.sampled_from(FOREIGN),
            "mode": st.sampled_from(["", "restart", "update", "update"]),
            "stop": st.none() | st.integers(0, 3),
        }
    ),
    min_size=2,
    max_size=4,
)  # fmt: skip


@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS, st.sampled_from([None, 10]))
@example([{"write": {}, "remove": {"p/x.jsonl"}, "foreign": None, "mode": "update", "stop": None}], None)
def test_the_folder_holds_what_the_journal_owns(
    tmp_path_factory: pytest.TempPathFactory, steps: list[dict[str, Any]], shard_size: int | None
) -> None:
    place = tmp_path_factory.mktemp("any")
    out, folders = place / "out", [place / "p", place / "q"]
    for name in ("p/z.jsonl", "q/z.txt", *INPUTS):  # the first two stay: folders without articles are refused
        write(place / name, "teh boom")
    go(folders, out, shard_size=shard_size)
    others: dict[str, bytes] = {}
    for number, step in enumerate(steps):
        for name, text in step["write"].items():
            write(place / name, f"{text} {number}")
        for name in step["remove"]:
            (place / name).unlink(missing_ok=True)
        if step["foreign"] and not (out / step["foreign"]).exists():
            others[step["foreign"]] = write(out / step["foreign"], f"mine {number}").read_bytes()
        mode = {step["mode"]: True} if step["mode"] else {}

        def kill(event: int, stop: int | None = step["stop"]) -> None:
            if event == stop:
                raise Killed

        ended = False
        before = put_out(out)
        try:
            go(folders, out, Inline(kill), shard_size=shard_size, **mode)
            ended = True
        except JobError as error:
            assert put_out(out) == before
            if "move it away" in str(error):
                for name in others:
                    (out / name).unlink()
                others.clear()
        except Killed:
            pass
        there = put_out(out)
        assert {name: there.get(name) for name in others} == others
        assert set(there) - set(others) <= owned(out)
        if ended:
            assert set(there) - set(others) == owned(out)
            fresh = place / f"fresh-{number}"
            go(folders, fresh, shard_size=shard_size)
            left = {name: data for name, data in contents(out).items() if name not in others}
            assert left == contents(fresh)
