"""``textrepair filter`` as a process in a pipeline."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sample_models import ROOT, articles

from textrepair.cli import commands
from textrepair.cli.console import Console
from textrepair.cli.filter import _Sink

PROGRAM = [sys.executable, "-m", "textrepair", "filter"]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}
POSIX = pytest.mark.skipif(os.name == "nt", reason="POSIX pipes and signals")


def record(name: str, text: str) -> bytes:
    return json.dumps({"id": name, "text": text, "n": 1.0}).encode() + b"\n"


SOUND = [record(f"sound/{name}", text) for name, text in articles("sound").items()]
SPUN = [record(f"spun/{name}", text) for name, text in articles("spun").items()]
SHORT = b'{"text":"too short to tell" }\n'


def run(*args: str | Path, stdin: bytes) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*PROGRAM, *map(str, args)], input=stdin, capture_output=True, env=ENVIRONMENT, timeout=300
    )


def start(*args: str) -> subprocess.Popen[bytes]:
    pipe = subprocess.PIPE
    return subprocess.Popen([*PROGRAM, *args], stdin=pipe, stdout=pipe, stderr=pipe, env=ENVIRONMENT)


@pytest.mark.parametrize("workers", ["1", "2"])
def test_sound_records_pass_and_everything_is_somewhere(tmp_path: Path, workers: str) -> None:
    mixed = [line for pair in zip(SOUND[:4], SPUN[:4], strict=True) for line in pair]
    rejected, quarantine = tmp_path / "rejected.jsonl", tmp_path / "bad.jsonl"
    stdin = b"".join([*mixed[:3], b"no json\n", b"\n", SHORT, b"\xff\n", *mixed[3:]]).rstrip(b"\n")
    done = run("--rejected", rejected, "--quarantine", quarantine, "--workers", workers, stdin=stdin)
    assert done.returncode == 1
    assert done.stdout.splitlines(keepends=True) == [*SOUND[:2], SHORT, *SOUND[2:4]]
    dropped = [json.loads(line) for line in rejected.read_text().splitlines()]
    assert [r["id"] for r in dropped] == [json.loads(line)["id"] for line in SPUN[:4]]
    assert all(r["textrepair"]["damage"]["spin"]["probability"] > 0.5 for r in dropped)
    bad = [json.loads(line) for line in quarantine.read_text().splitlines()]
    assert [(r["line"], r["raw"].encode("utf-8", "surrogateescape")) for r in bad] == [
        (4, b"no json"),
        (7, b"\xff"),
    ]
    *errors, last = done.stderr.decode().splitlines()
    assert [error.split(": ")[1] for error in errors] == ["stdin:4", "stdin:7"]
    assert last.startswith(
        "11 records: 5 passed, 4 dropped (spin 4), 1 of them can't be told, 2 could not be read; "
    )


def test_tags(tmp_path: Path) -> None:
    done = run("--tag", "-q", stdin=SPUN[0] + SOUND[0])
    assert (done.returncode, done.stderr) == (0, b"")
    spun, sound = map(json.loads, done.stdout.splitlines())
    assert spun["textrepair"]["score"] > 0.5 > sound["textrepair"]["score"]
    assert {k: v for k, v in spun.items() if k != "textrepair"} == json.loads(SPUN[0])
    assert list(spun["textrepair"]) == ["score", "damage", "findings", "model", "version"]
    done = run("--tag", "--kind", "spin=0.9", stdin=SPUN[0] + SOUND[0])
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == [sound["id"]]
    assert b"2 records: 1 passed, 1 dropped (spin 1); " in done.stderr


@POSIX
def test_records_that_trickle_in_come_out_at_once() -> None:
    with start() as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for line in (SOUND[0], SHORT, SOUND[1]):
            process.stdin.write(line)
            process.stdin.flush()
            assert process.stdout.readline() == line  # while the next one isn't written yet
        process.stdin.close()
        assert process.wait(60) == 0


@POSIX
@pytest.mark.parametrize("trickling", [False, True])
def test_a_consumer_that_goes_away(trickling: bool) -> None:
    """Quiet, also while nothing more is written: the producer learns of it at once."""
    with start() as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write(SHORT * (1 if trickling else 3000))
        process.stdin.flush()
        assert process.stdout.readline() == SHORT
        process.stdout.close()
        assert process.wait(60) == 141
        assert process.stderr.read() == b""
        process.stdin.close()


@POSIX
@pytest.mark.parametrize("workers", ["1", "2"])
def test_ctrl_c_loses_nothing(workers: str) -> None:
    """What was taken from the pipe comes out; what wasn't is still in it, from the start of a line."""
    lines = [record(str(number), "too short to tell " + "-" * 1000) for number in range(200)]
    descriptor, other = os.pipe()
    with subprocess.Popen(
        [*PROGRAM, "--workers", workers], stdin=descriptor, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env=ENVIRONMENT, start_new_session=True,
    ) as process, open(other, "wb", buffering=0) as producer:  # fmt: skip
        assert process.stdout is not None
        assert process.stderr is not None
        producer.write(b"".join(lines[:50])[:-100])  # the last one is begun
        first = process.stdout.readline()
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the workers too
        producer.write(b"".join(lines[:50])[-100:] + b"".join(lines[50:60]))
        rest = process.stdout.read()
        err = process.stderr.read().decode()
        assert process.wait(60) == 130
        producer.close()
        with open(descriptor, "rb") as pipe:
            left = pipe.read()
    out = first + rest
    assert out + left == b"".join(lines[:60])
    assert out.endswith(b"\n")
    done = out.count(b"\n")
    assert f"every record up to line {done} is done" in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--kind", "spam"], "unknown kind 'spam'; known are spin"),
        (["--kind", "spin=5"], "5.0 is not between 0 and 1"),
        (["--tag", "--rejected", "x.jsonl"], "--tag drops nothing"),
        (["--rejected", "x.jsonl.gz"], "can't be compressed"),
        (["--results-field", "text"], "name the same field"),
        (["in.jsonl"], "textrepair filter < in.jsonl"),
    ],
)
def test_wrong_use(args: list[str], message: str, tmp_path: Path) -> None:
    result = CliRunner().invoke(commands, ["filter", *args])
    assert result.exit_code == 2
    assert message in result.stderr
    assert not Path("x.jsonl").exists()


@POSIX
def test_a_file_that_takes_a_part_gets_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    class Nearly(io.RawIOBase):
        taken = b""

        def write(self, data: Any) -> int:
            self.taken += bytes(data[:3])
            return min(3, len(data))

    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(io.BytesIO()))
    file = Nearly()
    _Sink(Console(), True, file, None)._write(file, b"a line of some length\n")  # type: ignore[arg-type]
    assert file.taken == b"a line of some length\n"


def test_what_is_no_jsonl_is_told() -> None:
    import gzip

    done = run(stdin=gzip.compress(SHORT))
    assert done.returncode == 1
    assert (
        b"error: stdin: compressed data, not JSONL; unpack it on the way: gzip -dc FILE | textrepair filter"
        in done.stderr
    )
    if Path("/dev/full").exists():
        with open("/dev/full", "wb") as full:
            failed = subprocess.run(
                PROGRAM, input=SHORT, stdout=full, stderr=subprocess.PIPE, env=ENVIRONMENT
            )
        assert failed.returncode == 1
        assert failed.stderr.startswith(b"error: standard output: can't be written (no space left on device)")
