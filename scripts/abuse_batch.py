"""Abuse ``textrepair batch``, and compare what comes out with an undisturbed run, byte for byte.

    python scripts/abuse_batch.py                            # all parts, on corpora/
    python scripts/abuse_batch.py --parts kill --kills 100   # SIGKILL at random moments, each time resumed
    python scripts/abuse_batch.py --parts disk               # a file system of a few hundred kB (Linux, needs unshare -rm)
    python scripts/abuse_batch.py --parts poison             # records that crash, hang, never end, take all memory

``kill`` hits, at random, the process that keeps the journal (its workers are left behind), all processes together, or one
worker, as the kernel does when memory runs out.  Everything in the output folder is compared: outputs and quarantine by their
bytes, summary.json without its timing.  The report holds times and is left out.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PARTS = ("kill", "disk", "poison")
_WAYS = ("journal", "all", "worker")


def main() -> None:
    options = _options()
    failed = False
    with tempfile.TemporaryDirectory(prefix="textrepair-abuse-") as name:
        place = Path(name)
        corpus = _corpus(place / "corpus", options.records)
        for part in options.parts.split(","):
            report = {"kill": _kill, "disk": _disk, "poison": _poison}[part](corpus, place / part, options)
            failed |= not report["identical"]
            print(f"{part}: {json.dumps(report)}", flush=True)
    sys.exit(failed)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--parts", default=",".join(PARTS), help="what to do (default: %(default)s)")
    parser.add_argument(
        "--records", type=int, default=600, help="records in each of two files (default: %(default)d)"
    )
    parser.add_argument("--kills", type=int, default=100, help="default: %(default)d")
    parser.add_argument("--workers", default="2", help="default: %(default)s")
    parser.add_argument("--seed", type=int, default=1, help="default: %(default)d")
    return parser.parse_args()


def _corpus(folder: Path, records: int) -> Path:
    """Two files, one of them compressed: sound articles, and every twentieth spun."""
    import gzip

    folder.mkdir()
    sound, spun = (
        [path.read_text(encoding="utf-8") for path in sorted((ROOT / "corpora" / kind).glob("*.txt"))]
        for kind in ("sound", "spun")
    )
    lines = []
    for number in range(records):
        text = spun[number // 20 % len(spun)] if number % 20 == 7 else sound[number % len(sound)]
        lines.append(json.dumps({"id": number, "text": text, "price": 1.10, "tags": ["a", None]}) + "\n")
    lines.insert(len(lines) // 2, "this line is no JSON\n")
    (folder / "one.jsonl").write_text("".join(lines), encoding="utf-8")
    with gzip.open(folder / "two.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(reversed(lines))
    return folder


def _command(corpus: Path, out: Path, options: argparse.Namespace, *more: str) -> list[str]:
    return [
        sys.executable, "-m", "textrepair", "batch", str(corpus), "-o", str(out), "--workers", options.workers,
        "--batch-records", "4", "--quiet", *more,
    ]  # fmt: skip


def _environment(poison: bool = False) -> dict[str, str]:
    paths = [str(ROOT), *([str(ROOT / "scripts" / "abuse")] if poison else [])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}


def _finish(command: list[str], poison: bool = False) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, env=_environment(poison), capture_output=True, text=True)


def contents(out: Path) -> dict[str, str]:
    """Hashes of all that a job has put out."""
    found = {}
    for path in sorted(out.rglob("*")):
        name = path.relative_to(out).as_posix()
        if path.is_dir() or name.startswith(".textrepair/") or name == "report.html":
            continue
        data = path.read_bytes()
        if name == "summary.json":
            summary = json.loads(data)
            del summary["timing"]
            data = json.dumps(summary).replace(str(out), "OUT").encode()
        found[name] = hashlib.sha256(data).hexdigest()
    return found


def _kill(corpus: Path, place: Path, options: argparse.Namespace) -> dict[str, Any]:
    rng = random.Random(options.seed)
    begun = time.monotonic()
    undisturbed = _finish(_command(corpus, place / "undisturbed", options))
    seconds = time.monotonic() - begun
    want = contents(place / "undisturbed")
    ways = dict.fromkeys(_WAYS, 0)
    jobs, kills, identical, with_progress = 0, 0, True, 0
    while kills < options.kills:
        out = place / f"killed-{jobs}"
        jobs += 1
        finished = False
        while kills < options.kills and not finished:
            before = _stored(out)
            way, ahead = rng.choice(_WAYS), rng.randrange(5)
            finished = not _killed(_command(corpus, out, options), way, out, before + ahead, rng, seconds)
            if not finished:
                kills += 1
                ways[way] += 1
                with_progress += _stored(out) > before
        last = _finish(_command(corpus, out, options))
        same = contents(out) == want and last.returncode == undisturbed.returncode
        identical &= same
        print(
            f"  job {jobs}: {kills} kills so far, {'identical' if same else 'DIFFERENT'}",
            file=sys.stderr,
            flush=True,
        )
    return {
        "identical": identical, "kills": kills, "jobs": jobs, "by what was hit": ways,
        "runs that stored something before": with_progress, "files compared": len(want),
        "records": 2 * options.records, "seconds undisturbed": round(seconds, 1), "exit code": undisturbed.returncode,
    }  # fmt: skip


def _stored(out: Path) -> int:
    """Batches done so far."""
    path = out / ".textrepair" / "journal.sqlite"
    if not path.exists():
        return 0
    with suppress(sqlite3.Error), closing(sqlite3.connect(path)) as db:
        (kept,) = db.execute("select count(*) from batches").fetchone()
        (done,) = db.execute("select count(*) from sources where outputs is not null").fetchone()
        return int(kept) + 1_000_000 * int(done)
    return 0


def _killed(command: list[str], way: str, out: Path, stored: int, rng: random.Random, seconds: float) -> bool:
    """Start a run and kill it at a random moment around the time when so much is stored; False where it was done before."""
    process = subprocess.Popen(
        command,
        env=_environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    latest = time.monotonic() + rng.uniform(0, seconds)  # also in the middle of starting
    while process.poll() is None and _stored(out) < stored and time.monotonic() < latest:
        time.sleep(0.05)
    with suppress(subprocess.TimeoutExpired):
        process.wait(rng.uniform(0, 0.5))
    if process.poll() is not None:
        return False
    if way == "all":
        os.killpg(process.pid, signal.SIGKILL)
    elif way == "journal":
        process.kill()
    else:
        workers = _descendants(process.pid)
        with suppress(ProcessLookupError):
            os.kill(rng.choice(workers or [process.pid]), signal.SIGKILL)
        with suppress(subprocess.TimeoutExpired):
            process.wait(rng.uniform(0, 2.0))  # it goes on with another worker for a while
        process.kill()
    process.wait()
    return True


def _descendants(pid: int) -> list[int]:
    """Processes under this one (Linux)."""
    found = []
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        found += [int(child), *_descendants(int(child))]
    return found


def _disk(corpus: Path, place: Path, options: argparse.Namespace) -> dict[str, Any]:
    """A run on a file system that is too small, then, made larger, the same command again."""
    undisturbed = _finish(_command(corpus, place / "undisturbed", options))
    want = contents(place / "undisturbed")
    need = sum(path.stat().st_size for path in (place / "undisturbed").rglob("*") if path.is_file())
    out = place / "small"
    out.mkdir()
    steps = [need // 8, need // 3, need // 2, need, 4 * need]
    inside = subprocess.run(
        ["unshare", "-rm", sys.executable, "-c", _INSIDE, json.dumps({
            "out": str(out), "steps": steps, "command": _command(corpus, out, options), "env": _environment(),
        })],
        capture_output=True, text=True,
    )  # fmt: skip
    if inside.returncode:
        return {"identical": False, "error": inside.stderr[-500:]}
    runs = json.loads(inside.stdout.splitlines()[-1])
    got = _contents_of_copy(runs.pop("copy"))
    return {
        "identical": got == want and runs["codes"][-1] == undisturbed.returncode, "bytes needed": need, "sizes": steps,
        **runs,
    }  # fmt: skip


_INSIDE = """
import json, os, shutil, subprocess, sys, tempfile
task = json.loads(sys.argv[1])
out, codes, told = task["out"], [], []
subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={task['steps'][0]}", "tmpfs", out], check=True)
for size in task["steps"]:
    subprocess.run(["mount", "-o", f"remount,size={size}", out], check=True)
    done = subprocess.run(task["command"], env=task["env"], capture_output=True, text=True)
    codes.append(done.returncode)
    told.append(done.stderr.strip().splitlines()[-1].replace(out, "OUT") if done.stderr.strip() else "")
copy = tempfile.mkdtemp()
shutil.copytree(out, os.path.join(copy, "out"))
print(json.dumps({"codes": codes, "last lines": told, "copy": [copy, out]}))
"""


def _contents_of_copy(places: list[str]) -> dict[str, str]:
    """What was on the small file system; its name stands in the summary."""
    import shutil

    copy, out = Path(places[0], "out"), places[1]
    summary = copy / "summary.json"
    summary.write_text(summary.read_text(encoding="utf-8").replace(out, str(copy)), encoding="utf-8")
    found = contents(copy)
    shutil.rmtree(places[0])
    return found


def _poison(corpus: Path, place: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Poison records among sound ones: every other record must come out as from a corpus without them."""
    poisoned = place / "corpus"
    poisoned.mkdir(parents=True)
    sorts = ("crash", "endless", "hang", "memory", "fail")
    lines = (corpus / "one.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)[:40]
    lines = [line for line in lines if line.startswith("{")]
    (poisoned / "one.jsonl").write_text("".join(lines), encoding="utf-8")
    clean = _finish(_command(poisoned, place / "undisturbed", options))
    for i, sort in enumerate(sorts):
        lines.insert(7 * i + 3, json.dumps({"id": sort, "text": f"This is a poison-{sort} record."}) + "\n")
    (poisoned / "one.jsonl").write_text("".join(lines), encoding="utf-8")
    out = place / "out"
    command = _command(poisoned, out, options, "--record-seconds", "3")
    done = _finish(command, poison=True)
    again = _finish(command, poison=True)
    want, got = (place / name / "one.jsonl" for name in ("undisturbed", "out"))
    reasons = {}
    for line in (out / "one.quarantine.jsonl").read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        reasons[json.loads(record["raw"])["id"]] = record["reason"]
    return {
        "identical": want.read_bytes() == got.read_bytes() and set(reasons) == set(sorts) and clean.returncode == 0
        and done.returncode == again.returncode == 1,
        "reasons": reasons, "last line": done.stderr.strip().splitlines()[-1],
    }  # fmt: skip


if __name__ == "__main__":
    main()
