"""The command line as a process: start-up, pipes that break, Ctrl-C."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = [sys.executable, "-m", "textrepair"]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
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


@pytest.mark.skipif(os.name == "nt", reason="POSIX limits")
def test_out_of_memory_is_told_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "many.jsonl"
    path.write_text("".join(map(record, range(3))))
    code = (
        "import textrepair.corpus.articles as articles, textrepair.cli as cli, sys\n"
        "def parsed(raw): raise MemoryError\n"
        "articles.parse_record = parsed\n"
        f"sys.argv = ['textrepair', 'scan', {str(path)!r}]\n"
        "cli.main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=ENVIRONMENT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1), done.stderr
    assert "out of memory" in done.stderr


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
        "def diagnose_many(self, texts):\n"
        f"    if {interrupted}: Lost()\n"
        "    raise RuntimeError('no compiled object yet')\n"
        "textrepair.repair.Repairer.diagnose_many = diagnose_many\n"
        f"textrepair.cli.commands(['scan', {str(path)!r}])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    if interrupted:
        assert (done.returncode, done.stderr) == (130, "interrupted\n")
    else:
        assert done.returncode == 1
        assert "no compiled object yet" in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_an_interrupt_lost_in_a_callback_comes_again(tmp_path: Path) -> None:
    """Python can raise nothing where an import lets go of its lock; the run must not go on to its end."""
    path = tmp_path / "a.txt"
    path.write_text("The council met on Monday.\n" * 10)
    code = (
        "import signal, textrepair.cli, textrepair.repair\n"
        "class Lost:\n"
        "    def __del__(self): signal.raise_signal(signal.SIGINT)\n"
        "def diagnose_many(self, texts):\n"
        "    Lost()\n"
        "    while True: pass\n"
        "textrepair.repair.Repairer.diagnose_many = diagnose_many\n"
        f"textrepair.cli.commands(['scan', {str(path)!r}])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "interrupted\n")


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
@pytest.mark.parametrize(
    "module", ["textrepair.cli", "click", "textrepair.cli.apply", "textrepair.writer.criticmarkup"]
)
def test_an_interrupt_while_a_module_is_loaded(tmp_path: Path, module: str) -> None:
    """Before anything is begun it ends the program as it ends any, later with a word."""
    (tmp_path / "a.txt").write_text("He came {~~astir~>about~~} noon.\n")
    code = (
        "import signal, sys\n"
        "class Finder:\n"
        "    def find_spec(self, name, path, target=None):\n"
        f"        if name == {module!r}: signal.raise_signal(signal.SIGINT)\n"
        "sys.meta_path.insert(0, Finder())\n"
        "sys.argv = ['textrepair', 'apply', 'a.txt']\n"
        "from textrepair.__main__ import main\n"
        "main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=ENVIRONMENT,
        timeout=300,
    )
    expected = (-signal.SIGINT, "") if module in ("textrepair.cli", "click") else (130, "interrupted\n")
    assert (done.returncode, done.stderr, done.stdout) == (*expected, "")


# --- standard streams that are full, or missing

POSIX = pytest.mark.skipif(os.name == "nt", reason="POSIX descriptors")
FULL = pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")


def shell(redirected: str, cwd: Path, *args: str, stdin: bytes = b"") -> subprocess.CompletedProcess[str]:
    """Run the program with redirections as a shell makes them."""
    command = ["sh", "-c", f'exec "$@" {redirected}', "sh", *PROGRAM, *args]
    done = subprocess.run(command, input=stdin, capture_output=True, cwd=cwd, env=ENVIRONMENT, timeout=300)
    return subprocess.CompletedProcess(args, done.returncode, done.stdout.decode(), done.stderr.decode())


@POSIX
@pytest.mark.parametrize(
    ("redirected", "reason"),
    [pytest.param(">/dev/full", "no space left on device", marks=FULL), (">&-", "it is closed")],
)
@pytest.mark.parametrize(
    "args", [["apply", "a.txt"], ["apply", "long.txt"], ["scan", "--help"], ["model", "info"]]
)
def test_stdout_that_takes_nothing(tmp_path: Path, args: list[str], redirected: str, reason: str) -> None:
    (tmp_path / "a.txt").write_text("He came {~~astir~>about~~} noon.\n")
    (tmp_path / "long.txt").write_text("He came {~~astir~>about~~} noon.\n" * 10_000)
    done = shell(redirected, tmp_path, *args)
    assert (done.returncode, done.stderr) == (1, f"error: standard output: can't be written ({reason})\n")


@POSIX
def test_without_a_standard_stream(tmp_path: Path) -> None:
    """What doesn't need it is done, and no file gets what was meant for it."""
    (tmp_path / "a.txt").write_text("He came {~~astir~>about~~} noon.\n")
    for redirected in ("<&-", ">&-", "2>&-", "<&- >&- 2>&-"):
        done = shell(redirected, tmp_path, "apply", "-v", "a.txt", "-o", "out.txt")
        assert (done.returncode, done.stdout) == (0, "")
        assert (tmp_path / "out.txt").read_text() == "He came about noon.\n"
    done = shell("2>&-", tmp_path, "apply", "missing.txt", "a.txt")
    assert (done.returncode, done.stdout) == (1, "He came about noon.\n")
    assert shell("2>&-", tmp_path, "aply").returncode == 2


@POSIX
@pytest.mark.parametrize("args", [["apply", "-"], ["filter"], ["learn", "-o", "m.model", "--pairs", "-"]])
def test_stdin_that_is_missing(tmp_path: Path, args: list[str]) -> None:
    done = shell("<&-", tmp_path, *args)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert re.match(r"error: .*there is n", done.stderr)
