"""The command line as a process: start-up, pipes that break, Ctrl-C."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = [sys.executable, "-m", "textrepair"]
HEAVY = ("numpy", "numba", "wordfreq", "ftfy", "zstandard", "lemminflect")


def record(number: int) -> str:
    text = f"article {number} " * 200
    return json.dumps({"id": number, "text": text, "edits": []}) + "\n"


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys, textrepair.cli\n"
        "try: textrepair.cli.commands(['--help'])\n"
        "except SystemExit: pass\n"
        f"print('heavy:', [name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("heavy: []\n")


@pytest.mark.skipif(os.name == "nt", reason="POSIX pipes")
def test_broken_pipe_is_quiet(tmp_path: Path) -> None:
    path = tmp_path / "many.jsonl"
    path.write_text("".join(map(record, range(1000))))
    with subprocess.Popen(
        [*PROGRAM, "revert", str(path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(30) == 141


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
@pytest.mark.parametrize("to_file", [False, True])
def test_interrupt_leaves_whole_articles(tmp_path: Path, to_file: bool) -> None:
    args = ["revert", "-v", "--input-format", "jsonl", "-"] + ["-o", str(tmp_path / "out.txt")] * to_file
    with subprocess.Popen(
        [*PROGRAM, *args], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        for number in range(5):
            process.stdin.write(record(number))
        process.stdin.flush()
        for _ in range(5):  # each article is told when it has been read
            process.stderr.readline()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert err == "interrupted\n"
    if to_file:
        assert list(tmp_path.iterdir()) == []
    else:
        whole = [f"==> {number} <==\n" + f"article {number} " * 200 for number in range(5)]
        assert out in ("\n".join(whole[:4]), "\n".join(whole))


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
@pytest.mark.parametrize("interrupted", [True, False])
def test_an_interrupt_lost_in_the_compiler_is_still_one(tmp_path: Path, interrupted: bool) -> None:
    """LLVM's callbacks swallow exceptions, and numba then fails for another reason."""
    path = tmp_path / "a.txt"
    path.write_text("The council met on Monday.\n" * 10)
    code = (
        "import signal, sys, textrepair.cli, textrepair.repair\n"
        "class Lost:\n"
        "    def __del__(self): signal.raise_signal(signal.SIGINT)\n"
        "def diagnose(self, text):\n"
        f"    if {interrupted}: Lost()\n"
        "    raise RuntimeError('no compiled object yet')\n"
        "textrepair.repair.Repairer.diagnose = diagnose\n"
        f"textrepair.cli.commands(['scan', {str(path)!r}])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    if interrupted:
        assert (done.returncode, done.stderr) == (130, "interrupted\n")
    else:
        assert done.returncode == 1
        assert "no compiled object yet" in done.stderr
