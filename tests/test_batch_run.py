"""Jobs from end to end, without processes: whatever ends a run, the next one makes the same bytes."""

from __future__ import annotations

import contextlib
import errno
import gzip
import json
import random
from pathlib import Path
from typing import Any

import pytest
from batches import Inline, Killed, Quiet, contents, job
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from textrepair.batch.engine import Event
from textrepair.batch.job import JobError, Work
from textrepair.batch.journal import Journal
from textrepair.batch.run import run
from textrepair.batch.summary import JobOutcome
from textrepair.writer.schema import Schema


def record(number: int) -> dict[str, Any]:
    return {
        "id": number,
        "text": f"teh record {number}" if number % 4 == 0 else f"the record {number}",
        "tags": [None, 1.5],
    }


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Two files of JSONL, one compressed, with records that can't be read or done."""
    folder = tmp_path / "corpus"
    folder.mkdir()
    lines = [json.dumps(record(n)) + "\n" for n in range(20)]
    lines[5:5] = ["no JSON\n", '{"id": "x"}\n', "\n"]
    lines.insert(12, json.dumps({"id": "b", "text": "boom"}) + "\n")
    (folder / "one.jsonl").write_text("".join(lines), encoding="utf-8")
    (folder / "two.jsonl.gz").write_bytes(gzip.compress("".join(reversed(lines)).encode(), mtime=0))
    return folder


def go(corpus: Path, out: Path, engine: Inline | None = None, **options: Any) -> JobOutcome:
    modes = {name: options.pop(name) for name in ("restart", "update") if name in options}
    return run(job(out, **options), [str(corpus)], engine or Inline(), Quiet(), **modes)


def test_every_record_is_in_an_output_or_set_aside(corpus: Path, tmp_path: Path) -> None:
    outcome = go(corpus, tmp_path / "out")
    lines = (tmp_path / "out" / "one.jsonl").read_text(encoding="utf-8").splitlines()
    done = [json.loads(line) for line in lines]
    assert [one["id"] for one in done] == list(range(20))
    for one in done:
        before = record(one["id"])
        assert one["text"] == before["text"].replace("teh", "the")
        assert {k: v for k, v in one.items() if k not in ("text", "textrepair")} == {
            k: v for k, v in before.items() if k != "text"
        }
    aside = [
        json.loads(x) for x in (tmp_path / "out" / "one.quarantine.jsonl").read_text("utf-8").splitlines()
    ]
    assert [(one["place"], one["reason"].split(";")[0]) for one in aside] == [
        (6, "no JSON (Expecting value at column 1)"),
        (7, "no field 'text'"),
        (13, "RuntimeError: boom"),
    ]
    assert aside[0]["raw"] == "no JSON"
    assert not outcome.complete
    counts = outcome.tally.counts
    assert (counts["records"], counts["flagged"], counts["changed"], counts["quarantined"]) == (40, 10, 10, 6)
    assert (tmp_path / "out" / "report.html").read_text(encoding="utf-8").count("<svg") == 5
    assert list((tmp_path / "out" / ".textrepair" / "parts").iterdir()) == []


@settings(deadline=None, max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    stops=st.lists(st.integers(0, 12), max_size=6),
    seed=st.integers(0, 99),
    shards=st.sampled_from([None, 300]),
)
def test_interrupted_anywhere_and_in_any_order(
    corpus: Path, tmp_path_factory: pytest.TempPathFactory, stops: list[int], seed: int, shards: int | None
) -> None:
    place = tmp_path_factory.mktemp("run")
    go(corpus, place / "undisturbed", shard_size=shards)

    def shuffled(events: list[Event]) -> list[Event]:
        return random.Random(seed).sample(events, len(events))

    for stop in stops:

        def kill(number: int, stop: int = stop) -> None:
            if number == stop:
                raise Killed

        with contextlib.suppress(Killed):
            go(corpus, place / "killed", Inline(kill, shuffled), shard_size=shards)
    go(corpus, place / "killed", shard_size=shards)
    assert contents(place / "killed") == contents(place / "undisturbed")


def test_nothing_is_done_twice(corpus: Path, tmp_path: Path) -> None:
    first, second, third = Inline(_stop_at(4)), Inline(), Inline()
    with pytest.raises(Killed):
        go(corpus, tmp_path / "out", first)
    go(corpus, tmp_path / "out", second)
    assert first.done[:4] + second.done == sorted({*first.done[:4], *second.done})
    go(corpus, tmp_path / "out", third)
    assert third.done == []


def _stop_at(count: int) -> Any:
    def stop(number: int) -> None:
        if number == count:
            raise Killed

    return stop


class _Full(OSError):
    """ENOSPC, told from any other error."""


@pytest.mark.parametrize("when", range(0, 30, 3))
def test_full_disk_at_any_write(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, when: int
) -> None:
    """The n-th flush to the disk fails; the next run finds everything as it should be."""
    go(corpus, tmp_path / "undisturbed")
    import os

    count = 0
    flush = os.fsync

    def full(descriptor: int) -> None:
        nonlocal count
        count += 1
        if count > when:
            raise _Full(errno.ENOSPC, "No space left on device")
        flush(descriptor)

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with contextlib.suppress(_Full):
            go(corpus, tmp_path / "out")
    go(corpus, tmp_path / "out")
    assert contents(tmp_path / "out") == contents(tmp_path / "undisturbed")


def test_a_part_that_the_disk_lost_is_done_again(corpus: Path, tmp_path: Path) -> None:
    go(corpus, tmp_path / "undisturbed")
    with pytest.raises(Killed):
        go(corpus, tmp_path / "out", Inline(_stop_at(5)))
    parts = sorted((tmp_path / "out" / ".textrepair" / "parts").glob("*.part"))
    parts[0].unlink()
    parts[1].write_bytes(b"half")
    go(corpus, tmp_path / "out")
    assert contents(tmp_path / "out") == contents(tmp_path / "undisturbed")


CHANGED = {
    "option": (
        {"work": Work(Schema(results_field="r"), model_name="fake (1)")},
        r"--results-field was textrepair, is r",
    ),
    "model": ({"work": Work(model_name="other (2)")}, r"--model was fake \(1\), is other \(2\)"),
    "quick": (
        {"work": Work(model_name="fake (1)", depth="quick")},
        r"--quick or --thorough was not given, is --quick",
    ),
    "format": ({"output": "csv"}, r"--output-format was not given, is csv"),
}


@pytest.mark.parametrize("name", CHANGED)
def test_another_job_in_the_same_folder_is_refused(corpus: Path, tmp_path: Path, name: str) -> None:
    options, message = CHANGED[name]
    go(corpus, tmp_path / "out")
    before = contents(tmp_path / "out")
    with pytest.raises(JobError, match=message + r".*--restart"):
        go(corpus, tmp_path / "out", **options)
    assert contents(tmp_path / "out") == before
    go(corpus, tmp_path / "out", **options, restart=True)
    go(corpus, tmp_path / "fresh", **options)
    assert contents(tmp_path / "out") == contents(tmp_path / "fresh")


def test_changed_input_is_noticed_and_done_anew(corpus: Path, tmp_path: Path) -> None:
    go(corpus, tmp_path / "out")
    (corpus / "one.jsonl").write_text(json.dumps(record(4)) + "\n", encoding="utf-8")
    (corpus / "three.jsonl").write_text(json.dumps(record(8)) + "\n", encoding="utf-8")
    with pytest.raises(JobError, match=r"one.jsonl has changed; .*three.jsonl is new.*--update"):
        go(corpus, tmp_path / "out")
    engine = Inline()
    go(corpus, tmp_path / "out", engine, update=True)
    assert len(engine.done) == 2
    assert json.loads((tmp_path / "out" / "one.jsonl").read_text("utf-8"))["id"] == 4
    assert (tmp_path / "out" / "three.jsonl").exists()


def test_what_an_input_no_longer_fills_is_removed(corpus: Path, tmp_path: Path) -> None:
    go(corpus, tmp_path / "out", shard_size=300)
    assert len(list((tmp_path / "out").glob("one*"))) > 3
    (corpus / "one.jsonl").write_text(json.dumps(record(4)) + "\n", encoding="utf-8")
    go(corpus, tmp_path / "out", shard_size=300, update=True)
    assert [path.name for path in (tmp_path / "out").glob("one*")] == ["one-00000.jsonl"]


def test_input_that_changes_while_it_is_read(corpus: Path, tmp_path: Path) -> None:
    def meddle(number: int) -> None:
        if number == 1:
            with (corpus / "one.jsonl").open("a") as file:
                file.write("{}\n")

    with pytest.raises(JobError, match="changed while it was read"):
        go(corpus, tmp_path / "out", Inline(meddle))


def test_what_others_have_put_there_is_not_overwritten(corpus: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "one.jsonl").write_text("mine")
    with pytest.raises(JobError, match="not from this job"):
        go(corpus, tmp_path / "out")
    with pytest.raises(JobError, match="is an input file"):
        go(corpus, corpus)
    assert (tmp_path / "out" / "one.jsonl").read_text() == "mine"


def test_broken_archive_gives_what_can_be_read(tmp_path: Path) -> None:
    folder = tmp_path / "corpus"
    folder.mkdir()
    rng = random.Random(1)
    lines = [json.dumps(record(n) | {"noise": rng.random()}) + "\n" for n in range(4000)]
    data = gzip.compress("".join(lines).encode(), mtime=0)
    (folder / "a.jsonl.gz").write_bytes(data[: len(data) * 2 // 3])
    outcome = go(folder, tmp_path / "out")
    assert "ends too early" in outcome.shortcomings()[0]
    done = gzip.decompress((tmp_path / "out" / "a.jsonl.gz").read_bytes()).splitlines()
    assert 1000 < len(done) < 4000
    assert [json.loads(line)["id"] for line in done] == list(range(len(done)))
    aside = (tmp_path / "out" / "a.quarantine.jsonl").read_text("utf-8")
    assert json.loads(aside)["reason"] == "the compressed data ends too early; what came before was read"


def test_one_run_at_a_time(corpus: Path, tmp_path: Path) -> None:
    def second(number: int) -> None:
        if number == 0:
            with pytest.raises(JobError, match="another run is at work"):
                go(corpus, tmp_path / "out")

    go(corpus, tmp_path / "out", Inline(second))


def test_poison_is_remembered(corpus: Path, tmp_path: Path) -> None:
    from textrepair.batch.engine import Struck

    class Striking(Inline):
        def run(self, todos: Any, work: Work, limits: Any) -> Any:
            yield Struck(next(iter(todos)).source.id, 0, 1, "it ended 3 workers (SIGSEGV)")
            raise Killed

    with pytest.raises(Killed):
        go(corpus, tmp_path / "out", Striking())
    go(corpus, tmp_path / "out")
    first = json.loads((tmp_path / "out" / "one.quarantine.jsonl").read_text("utf-8").splitlines()[0])
    assert (first["place"], first["reason"]) == (2, "it ended 3 workers (SIGSEGV)")
    assert json.loads(first["raw"])["id"] == 1


def test_journal_of_a_finished_job_keeps_no_batches(corpus: Path, tmp_path: Path) -> None:
    go(corpus, tmp_path / "out")
    journal = Journal(tmp_path / "out" / ".textrepair")
    assert journal.owned() == {
        "one.jsonl", "one.quarantine.jsonl", "two.jsonl.gz", "two.quarantine.jsonl", "report.html", "summary.json",
    }  # fmt: skip
    assert journal.batches("repair", 1) is None
    journal.close()
