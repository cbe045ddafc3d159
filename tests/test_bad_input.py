"""Bad and odd input, given to the real program with the packaged model as a user would.

What can't be read is told in one line and left out, a model that can't be used stops all before any output, and whatever isn't
edited comes out byte for byte.  Each test starts as few programs as it can, since each costs a second.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import zstandard
from click.testing import CliRunner
from known_failures import parameters

import textrepair
from textrepair.cli import commands
from textrepair.model.model import packaged_path
from textrepair.repair import Repairer, Settings, load

ROOT = Path(__file__).parents[1]
SOUND, SPUN = ROOT / "corpora" / "sound", ROOT / "corpora" / "spun"
PROGRAM = [sys.executable, "-m", "textrepair"]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}
BOM = b"\xef\xbb\xbf"

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run the program in an empty folder."""

    def invoke(*args: str | Path, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        command = [*PROGRAM, *map(str, args)]
        return subprocess.run(
            command, input=stdin, capture_output=True, cwd=tmp_path, env=ENVIRONMENT, timeout=300
        )

    return invoke


@pytest.fixture(scope="module")
def repairer() -> Repairer:
    return load()


def records(data: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in data.splitlines()]


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


# --- what can't be read


def test_unreadable_files_are_told_and_the_rest_is_done(run: Run, tmp_path: Path) -> None:
    sound = (SOUND / "01-council.txt").read_bytes()
    gold = (ROOT / "corpora" / "gold.jsonl").read_bytes()
    files = {
        "binary.txt": b"\x89PNG\0\1",
        "cut.jsonl.gz": gzip.compress(gold)[:5000],
        "cut.txt.zst": zstandard.compress(sound)[:-20],
        "empty.jsonl": b"",
        "latin.txt": b"first line\ncaf\xe9\n",
        "records.jsonl": b'{"text": "ok"}\nno json\n{"body": "x"}\n{"text": 5}\n{"text": "\xff"}\n{"text": "last"}',
        "sound.txt": sound,
        "utf16.txt": "text".encode("utf-16"),
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    done = run("repair", "--format", "jsonl", "missing.txt", *files)
    assert done.returncode == 1
    ids = [record["id"] for record in records(done.stdout)]
    assert ids[0] == "sound/01-council"  # what an archive holds before it breaks off
    assert ids[-3:] == ["records:1", "records:6", "sound"]
    *errors, last = done.stderr.decode().splitlines()
    places = [re.match(r"error: (\S+?(:\d+)?): \S", line) for line in errors]
    assert [place and place[1] for place in places] == [
        "missing.txt", "binary.txt", "cut.jsonl.gz", "cut.txt.zst", "latin.txt:2",
        "records.jsonl:2", "records.jsonl:3", "records.jsonl:4", "records.jsonl:5", "utf16.txt",
    ]  # fmt: skip
    assert last == f"10 of {10 + len(ids)} articles could not be read or written"
    assert records(done.stdout)[-1]["text"].encode() == sound


def test_empty_input_is_done(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_bytes(b"")
    (tmp_path / "mark.txt").write_bytes(BOM)
    done = run("repair", "empty.txt", "-o", "out/")
    assert (done.returncode, done.stderr) == (0, b"")
    assert contents(tmp_path / "out") == {"empty.txt": b""}
    assert run("repair", "mark.txt").stdout == BOM
    done = run("scan", "--format", "jsonl", "empty.txt", "-")
    assert done.returncode == 0
    assert [(record["id"], record["score"]) for record in records(done.stdout)] == [
        ("empty", None),
        ("stdin", None),
    ]


# --- models that can't be used


def _broken_models() -> Iterator[Any]:
    yield pytest.param(None, "", id="missing")
    yield pytest.param(b"", "not a textrepair model", id="empty")
    yield pytest.param(b"hello\n" * 1000, "not a textrepair model", id="no model")
    with packaged_path().open("rb") as file:
        head = file.read(400_000)
    yield pytest.param(head[:100], "header", id="cut in its header")
    yield pytest.param(head, "cut short", id="cut in its data")
    yield pytest.param(re.sub(rb'"format": \d+', b'"format": 9', head), "format 9", id="other format")


@pytest.mark.parametrize(("data", "expected"), list(_broken_models()))
def test_broken_model_is_told_in_one_line_and_nothing_is_written(
    run: Run, tmp_path: Path, data: bytes | None, expected: str
) -> None:
    if data is not None:
        (tmp_path / "x.model").write_bytes(data)
    before = contents(tmp_path)
    done = run("repair", SPUN, "--model", "x.model", "-o", "out/")
    assert (done.returncode, done.stdout) == (1, b"")
    [line] = done.stderr.decode().splitlines()
    assert line.startswith(("error: x.model: ", "error: model"))
    assert expected in line
    assert contents(tmp_path) == before


# --- what isn't edited stays


def test_sound_articles_come_out_byte_for_byte(run: Run, tmp_path: Path) -> None:
    source = tmp_path / "in"
    source.mkdir()
    for path in sorted(SOUND.iterdir()):
        data = path.read_bytes()
        (source / path.name).write_bytes(data)
        (source / f"crlf-{path.name}").write_bytes(BOM + data.replace(b"\n", b"\r\n"))
        (source / f"end-{path.name}").write_bytes(data.rstrip(b"\n").replace(b"\n", b"\r"))
    done = run("repair", source, "-o", "out/")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert contents(tmp_path / "out") == contents(source)
    assert len(contents(source)) == 36


_VARIANTS: dict[str, Callable[[str], str]] = {
    "HTML": lambda text: "\n".join(f'<p class="a"  id = b>{line}</p>' for line in text.split("\n")),
    "quoted": lambda text: "\n".join("> " + line for line in text.split("\n")),
    "list": lambda text: "\n".join("* " + line for line in text.split("\n")),
    "indented": lambda text: "\n".join("    " + line for line in text.split("\n")),
    "hard breaks": lambda text: text.replace("\n", "  \n"),
    "no-break spaces": lambda text: text.replace(" ", "\u00a0"),
    "tabs": lambda text: text.replace(" ", "\t"),
    "lower case": str.lower,
    "upper case": str.upper,
}


@pytest.mark.parametrize("variant", _VARIANTS)
def test_sound_articles_in_other_dress_stay(repairer: Repairer, variant: str) -> None:
    for path in sorted(SOUND.iterdir()):
        text = _VARIANTS[variant](path.read_text(encoding="utf-8"))
        assert repairer.repair(text).text == text, path.name


MARKUP = json.loads((ROOT / "tests" / "cases" / "markup.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", parameters(MARKUP))
def test_markup_and_code_stay(repairer: Repairer, case: dict[str, str]) -> None:
    for text in (case["text"], case["text"].replace("\n", "\r\n"), case["text"].rstrip()):
        assert repairer.repair(text).text == text


def test_markup_around_damage_stays(repairer: Repairer) -> None:
    """Tags, code and addresses of a spun page come out as they went in, in the same order."""
    code = '```sh\n$ connected  -a | astatine > "successful"\n```'
    kept = re.compile(r"<[^>]*>|&\w+;|\]\([^)]*\)|```.*?```|\r\n", re.DOTALL)
    changed = 0
    for path in sorted(SPUN.iterdir())[:6]:
        lines = path.read_text(encoding="utf-8").split("\n")
        page = [
            f'<p class="astatine"  id=connected>{line}&nbsp;[*](https://successful.example/at)</p>'
            for line in lines
        ]
        text = "\r\n".join([*page[:4], code, *page[4:]])
        repair = repairer.repair(text)
        assert kept.findall(repair.text) == kept.findall(text), path.name
        changed += len(repair.patch.edits)
    assert changed > 50


# --- ways in and out


def test_every_format_leads_to_the_same_text(run: Run, tmp_path: Path) -> None:
    shutil.copytree(SPUN, tmp_path / "in")
    (tmp_path / "in" / "crlf.txt").write_bytes(
        BOM + (SPUN / "01-council.txt").read_bytes().replace(b"\n", b"\r\n").rstrip()
    )
    source = contents(tmp_path / "in")
    assert run("repair", "in", "-o", "text/").returncode == 0
    text = contents(tmp_path / "text")
    assert text != source

    diff = run("repair", "in", "--format", "diff").stdout
    for tool in (["patch", "-s", "-p0", "--binary"], ["git", "apply", "-p0"]):
        if shutil.which(tool[0]):
            place = tmp_path / tool[0]
            shutil.copytree(tmp_path / "in", place / "in")
            subprocess.run(tool, input=diff, cwd=place, check=True)
            assert contents(place / "in") == text

    run("repair", "in", "--format", "criticmarkup", "-o", "critic/")
    run("apply", "critic", "-o", "after/")
    run("revert", "critic", "-o", "before/")
    assert contents(tmp_path / "after") == text
    assert contents(tmp_path / "before") == source

    run("repair", "in", "--format", "jsonl", "-o", "r.jsonl.zst")
    run("apply", "r.jsonl.zst", "-o", "j-after/")
    run("revert", "r.jsonl.zst", "-o", "j-before/")
    bare = {name: data.removeprefix(BOM) for name, data in source.items()}  # a record has no byte-order mark
    assert contents(tmp_path / "j-before") == bare
    assert contents(tmp_path / "j-after") == {name: data.removeprefix(BOM) for name, data in text.items()}


def test_compressed_files_and_standard_input(run: Run, tmp_path: Path) -> None:
    data = (SPUN / "01-council.txt").read_bytes()
    (tmp_path / "a.txt").write_bytes(data)
    (tmp_path / "a.txt.gz").write_bytes(gzip.compress(data))
    (tmp_path / "a.txt.zst").write_bytes(zstandard.compress(data))
    plain = run("repair", "-", stdin=data).stdout
    assert plain
    assert plain != data
    run("repair", "a.txt.gz", "-o", "b.txt.gz")
    assert gzip.decompress((tmp_path / "b.txt.gz").read_bytes()) == plain
    assert run("repair", "a.txt.zst", "--in-place").returncode == 0
    assert zstandard.ZstdDecompressor().stream_reader((tmp_path / "a.txt.zst").read_bytes()).read() == plain
    done = run("repair", "a.txt", "a.txt.gz", "--dry-run", "--in-place")
    assert re.fullmatch(rb"(a: (\d+ changes \(.*\).*)\n){2}", done.stdout)
    assert (tmp_path / "a.txt").read_bytes() == data


# --- ends that come early


def _many(path: Path, count: int = 2000) -> None:
    text = (SPUN / "01-council.txt").read_text(encoding="utf-8")
    path.write_text("".join(json.dumps({"id": number, "text": text}) + "\n" for number in range(count)))


@pytest.mark.skipif(os.name == "nt", reason="POSIX pipes")
@pytest.mark.parametrize("args", [["scan"], ["repair", "--format", "jsonl"]])
def test_head_makes_no_noise(tmp_path: Path, args: list[str]) -> None:
    _many(tmp_path / "many.jsonl")
    with subprocess.Popen(
        [*PROGRAM, *args, "many.jsonl"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
        env=ENVIRONMENT,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 141


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_interrupt_leaves_no_half_file(tmp_path: Path) -> None:
    _many(tmp_path / "many.jsonl")
    with subprocess.Popen(
        [*PROGRAM, "repair", "-v", "many.jsonl", "-o", "out.jsonl", "--format", "jsonl"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path, env=ENVIRONMENT,
    ) as process:  # fmt: skip
        assert process.stderr is not None
        assert process.stderr.readline().startswith(b"0: ")
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err.splitlines()[-1] == b"interrupted"
    assert b"Traceback" not in err
    assert [path.name for path in tmp_path.iterdir()] == ["many.jsonl"]


def test_interrupt_of_compiled_code_is_one_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """numba raises SystemError where Ctrl-C falls into a compiled function."""

    def interrupted(model: object, **options: object) -> None:
        try:
            try:
                raise KeyboardInterrupt
            except KeyboardInterrupt as error:
                raise SystemError("unpickling returned a result with an exception set") from error
        except SystemError as error:
            raise SystemError("posteriors returned a result with an exception set") from error

    monkeypatch.setattr(textrepair, "load", interrupted)
    result = CliRunner().invoke(commands, ["scan", str(SOUND)])
    assert (result.exit_code, result.stderr) == (130, "interrupted\n")


def test_terms_are_protected_in_long_texts(repairer: Repairer) -> None:
    """Terms are protected in every piece of a text that is read piecewise."""
    text = " ".join((SPUN / "01-council.txt").read_text(encoding="utf-8").split()) + " "
    text *= 250_000 // len(text) + 1
    free = {edit.before for edit in repairer.repair(text).patch.edits}
    assert "volition" in free
    kept = repairer.repair(text, Settings(protect=frozenset({"volition"})))
    assert "volition" not in {edit.before for edit in (*kept.patch.edits, *kept.proposals)}
