"""Jobs with real processes: killed and gone on with, poison records, and the same records from every engine."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from batches import Quiet, contents, job
from sample_models import ROOT, articles, packaged

from textrepair.batch.crew import Crew
from textrepair.batch.engine import Engine
from textrepair.batch.job import JobError, Work
from textrepair.batch.run import run
from textrepair.corpus.formats import Limits
from textrepair.repair import QUICK, SCREENED, Depth

posix = pytest.mark.skipif(os.name == "nt", reason="POSIX signals")


def write_corpus(folder: Path, records: int = 24) -> Path:
    """Two files of sound and spun articles, cut to a few sentences to be quick."""
    folder.mkdir()
    texts = [text[:900] for kind in ("sound", "spun") for text in articles(kind).values()]
    for name in ("a", "b"):
        lines = [
            json.dumps({"id": f"{name}{n}", "text": texts[(7 * n) % len(texts)], "source": {"rank": n}})
            + "\n"
            for n in range(records // 2)
        ]
        (folder / f"{name}.jsonl").write_text("".join(lines), encoding="utf-8")
    return folder


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "textrepair", "batch", *map(str, arguments)]


def finish(*arguments: str | Path, poison: bool = False) -> subprocess.CompletedProcess[str]:
    paths = [str(ROOT), *([str(ROOT / "scripts" / "abuse")] if poison else [])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    return subprocess.run(command(*arguments), env=environment, capture_output=True, text=True, timeout=600)


@posix
def test_killed_and_gone_on_with(tmp_path: Path) -> None:
    corpus, out = write_corpus(tmp_path / "corpus"), tmp_path / "out"
    options = ("--workers", "2", "--batch-records", "2")
    undisturbed = finish(corpus, "-o", tmp_path / "undisturbed", *options)
    assert undisturbed.returncode == 0, undisturbed.stderr
    with subprocess.Popen(command(corpus, "-o", out, *options), stdout=subprocess.DEVNULL) as process:
        while process.poll() is None and _stored(out) < 2:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    assert not (out / "b.jsonl").exists()
    last = finish(corpus, "-o", out, *options)
    assert last.returncode == 0
    assert "are done already" in last.stderr
    assert contents(out) == contents(tmp_path / "undisturbed")
    again = finish(corpus, "-o", out, *options, "--quiet")
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")


def _stored(out: Path) -> int:
    with (
        suppress(sqlite3.Error),
        closing(sqlite3.connect(f"file:{out}/.textrepair/journal.sqlite?mode=ro", uri=True)) as db,
    ):
        return int(db.execute("select count(*) from batches").fetchone()[0])
    return 0


@posix
def test_poison_costs_nothing_but_itself(tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "corpus", 12)
    assert finish(corpus, "-o", tmp_path / "clean", "--workers", "2", "--batch-records", "4").returncode == 0
    path = corpus / "a.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    for at, sort in enumerate(("crash", "endless", "memory", "fail")):
        lines.insert(2 * at, json.dumps({"id": sort, "text": f"A poison-{sort} record."}) + "\n")
    path.write_text("".join(lines), encoding="utf-8")
    options = ("--workers", "2", "--batch-records", "4", "--record-seconds", "2")
    done = finish(corpus, "-o", tmp_path / "out", *options, poison=True)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("error: INCOMPLETE: 4 records set aside")
    for name in ("a.jsonl", "b.jsonl"):
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "clean" / name).read_bytes()
    aside = [json.loads(x) for x in (tmp_path / "out" / "a.quarantine.jsonl").read_text("utf-8").splitlines()]
    assert {json.loads(one["raw"])["id"]: one["reason"] for one in aside} == {
        "crash": "it ended 3 workers (SIGSEGV)",
        "endless": "it took more than 2 s of processor time",
        "memory": "it ended 3 workers (out of memory)",
        "fail": "RuntimeError: a bug",
    }


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "corpus", 8)
    done = finish(corpus, "-o", tmp_path / "out", "--dry-run")
    assert done.returncode == 0, done.stderr
    assert "2 inputs" in done.stdout
    assert "nothing is written" in done.stdout
    assert not (tmp_path / "out").exists()


def with_engine(engine: Engine, corpus: Path, out: Path, depth: Depth = SCREENED) -> dict[str, bytes]:
    work = Work(model_name=packaged().name, depth=depth)
    run(job(out, work=work, limits=Limits(5)), [str(corpus)], engine, Quiet())
    return contents(out)


@pytest.fixture(scope="module")
def shards(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, bytes]]:
    """Two shards, and what two workers here make of them."""
    place = tmp_path_factory.mktemp("engines")
    corpus = write_corpus(place / "corpus")
    return corpus, with_engine(Crew(2), corpus, place / "local")


def test_quick_repairs_the_same(shards: tuple[Path, dict[str, bytes]], tmp_path: Path) -> None:
    corpus, want = shards
    made = with_engine(Crew(1), corpus, tmp_path / "out", depth=QUICK)
    for name in ("a.jsonl", "b.jsonl"):
        full, quick = _records(want[name]), _records(made[name])
        assert [record["text"] for record in quick] == [record["text"] for record in full]
        assert [r["textrepair"]["edits"] for r in quick] == [r["textrepair"]["edits"] for r in full]
        assert {r["textrepair"]["damage"]["translation"]["probability"] for r in quick} == {None}


def test_ray_makes_the_same_bytes(shards: tuple[Path, dict[str, bytes]], tmp_path: Path) -> None:
    ray = pytest.importorskip("ray", reason="pip install 'textrepair[ray]'")
    pytest.importorskip("pyarrow", reason="pip install 'textrepair[ray]'")
    from textrepair.integrations.ray import RayEngine

    corpus, want = shards
    try:
        assert with_engine(RayEngine(2), corpus, tmp_path / "ray") == want
    except JobError as error:  # Ray gives up where its daemons take more than 15 s to start
        pytest.skip(str(error))
    finally:
        ray.shutdown()


def test_datatrove_makes_the_same_records(shards: tuple[Path, dict[str, bytes]], tmp_path: Path) -> None:
    pytest.importorskip("datatrove", reason="pip install 'textrepair[datatrove]'")
    pytest.importorskip("orjson", reason="datatrove's writer needs it")
    corpus, want = shards
    script = tmp_path / "pipeline.py"
    script.write_text(_PIPELINE, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, str(script), str(corpus), str(tmp_path)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    made = [_records(path.read_bytes()) for path in sorted((tmp_path / "out").glob("*.jsonl"))]
    assert made == [_records(want[name]) for name in ("a.jsonl", "b.jsonl")]
    stats = json.loads((tmp_path / "logs" / "stats.json").read_text(encoding="utf-8"))
    found = {step["name"]: step["stats"] for step in stats}
    records = [record for shard in made for record in shard]
    flagged = sum(record["textrepair"]["score"] >= 0.5 for record in records)
    counts = next(value for name, value in found.items() if "counts" in name)
    assert _total(counts["flagged"]) == flagged > 0
    kept = next(value for name, value in found.items() if "damage" in name)
    assert _total(kept["forwarded"]) == len(records)


def _total(stat: Any) -> int:
    """datatrove writes a count of single things as a number."""
    return int(stat["total"] if isinstance(stat, dict) else stat)


_PIPELINE = """
import sys
from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers import JsonlWriter
from textrepair.integrations.datatrove import DamageFilter, RepairFormatter, RepairStats, as_record

if __name__ == "__main__":
    corpus, place = sys.argv[1:]
    LocalPipelineExecutor(
        [
            JsonlReader(corpus), DamageFilter(max_score=1.0), RepairFormatter(), RepairStats(),
            JsonlWriter(f"{place}/out", adapter=as_record, compression=None),
        ],
        tasks=2, workers=2, logging_dir=f"{place}/logs",
    ).run()
"""


def _records(data: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in data.splitlines()]


def test_adapting_learns_once_and_repairs_with_what_it_learned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second pass works with the learned model, and a run that goes on doesn't learn again."""
    from batches import Inline

    from textrepair import learning

    corpus = write_corpus(tmp_path / "corpus")
    learned: list[int] = []
    learn = learning.learn_from_damaged

    def watched(model: Any, damaged: Any, *rest: Any) -> Any:
        learned.append(len(damaged))
        return learn(model, damaged, *rest[:3], 1)

    class Spinning(Inline):
        """Finds damage with the real repairer where FakeRepairer finds none."""

        def run(self, todos: Any, work: Work, limits: Limits) -> Any:
            from textrepair.batch.engine import Ended, tasks
            from textrepair.batch.work import perform
            from textrepair.repair import load

            repairer = load(work.model)
            for item in tasks(todos, limits):
                yield item if isinstance(item, Ended) else perform(item, work, repairer)

    monkeypatch.setattr(learning, "learn_from_damaged", watched)
    watch = Quiet()
    work = Work(model_name=packaged().name)
    for _ in range(2):
        outcome = run(job(tmp_path / "out", work=work, adapt=8), [str(corpus)], Spinning(), watch)
    assert len(learned) == 1
    assert 0 < learned[0] <= 8
    said = " ".join(watch.said)
    assert "learned from" in said or "going on with" in said
    models = {
        json.loads(line)["textrepair"]["model"]
        for path in (tmp_path / "out").glob("?.jsonl")
        for line in path.read_text(encoding="utf-8").splitlines()
    }
    assert models == {outcome.model_name}
