"""The command line, with a repairer that knows one word, so that every result is known."""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result
from sample_models import packaged

import textrepair
from textrepair.cli import commands
from textrepair.detector.base import KINDS, Damage, Diagnosis, Finding
from textrepair.model.format import ModelError
from textrepair.model.model import Model
from textrepair.patch import Edit, Patch
from textrepair.repair import Repair, Settings

ROOT = Path(__file__).parents[1]
DAMAGED, SOUND = "He came astir noon.\n", "He came about noon.\n"
Run = Callable[..., Result]


class FakeRepairer:
    """Mends ``astir`` and proposes to mend ``inwards``."""

    model_name = "fake-1"

    @property
    def model(self) -> Model:
        return packaged()

    def __init__(self) -> None:
        self.settings: Settings | None = None

    def diagnose(self, text: str) -> Diagnosis:
        probability = None if not text else float("astir" in text)
        damage = {kind: Damage(probability if kind == "spin" else 0.0, 0.25) for kind in KINDS}
        findings = tuple(
            Finding(m.start(), m.end(), "spin", 0.9, "astir ← about") for m in re.finditer("astir", text)
        )
        return Diagnosis(probability, damage, findings)

    def diagnose_many(self, texts: Iterable[str]) -> Iterator[Diagnosis]:
        return map(self.diagnose, texts)

    def repair(self, text: str, settings: Settings, references: object = None) -> Repair:
        self.settings = settings
        swaps = {"astir": "about", "inwards": "in"}
        found = [
            Edit(m.start(), m.end(), m[0], swaps[m[0]], "spin", 0.97 if m[0] == "astir" else 0.4)
            for m in re.finditer("astir|inwards", text)
        ]
        applied = tuple(edit for edit in found if edit.before == "astir")
        proposals = tuple(edit for edit in found if edit.before != "astir")
        return Repair(text, Patch(applied), proposals, self.diagnose(text))

    def repair_many(self, texts: Iterable[str], settings: Settings) -> Iterator[Repair]:
        return (self.repair(text, settings) for text in texts)


@pytest.fixture
def repairer(monkeypatch: pytest.MonkeyPatch) -> FakeRepairer:
    fake = FakeRepairer()
    monkeypatch.setattr(textrepair, "load", lambda model=None, **options: fake, raising=False)
    return fake


@pytest.fixture
def run(repairer: FakeRepairer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def invoke(*args: str | Path, stdin: bytes = b"") -> Result:
        result = CliRunner().invoke(commands, [str(arg) for arg in args], input=stdin)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return invoke


def write(name: str, data: str | bytes) -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def jsonl(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


# --- repair


def test_text_goes_to_stdout_and_nothing_else(run: Run) -> None:
    result = run("repair", write("a.txt", DAMAGED))
    assert (result.exit_code, result.stdout, result.stderr) == (0, SOUND, "")


@pytest.mark.parametrize(
    "data",
    [b"", b"\xef\xbb\xbfastir\r\nno end", b"a\rb\n\n<p>&nbsp;</p>\t`x`", "𝒜 astir \u2028 e\u0301\n".encode()],
)
def test_what_is_not_edited_stays_byte_for_byte(run: Run, data: bytes) -> None:
    assert run("repair", write("a.txt", data)).stdout_bytes == data.replace(b"astir", b"about")


def test_several_texts_are_separated_as_head_does(run: Run) -> None:
    write("in/a.txt", DAMAGED)
    write("in/b.txt", "no newline")
    write("in/c.txt", "c")
    assert run("repair", "in").stdout == f"==> a <==\n{SOUND}\n==> b <==\nno newline\n==> c <==\nc"


def test_standard_input(run: Run) -> None:
    assert run("repair", "-", stdin=DAMAGED.encode()).stdout == SOUND
    records = json.dumps({"text": DAMAGED}).encode()
    [record] = jsonl(run("repair", "-", "--input-format", "jsonl", "--format", "jsonl", stdin=records).stdout)
    assert (record["id"], record["text"]) == ("stdin:1", SOUND)


def test_jsonl_has_what_the_contract_says(run: Run) -> None:
    write("a.txt", "He astir inwards")
    [record] = jsonl(run("repair", "--format", "jsonl", "a.txt").stdout)
    assert record["id"] == "a"
    assert (record["score"], record["model"], record["version"]) == (1.0, "fake-1", textrepair.__version__)
    assert set(record["damage"]) == set(KINDS)
    assert record["text"] == "He about inwards"
    [edit] = record["edits"]
    assert (edit["start"], edit["end"], edit["before"], edit["after"]) == (3, 8, "astir", "about")
    assert [proposal["before"] for proposal in record["proposals"]] == ["inwards"]


def test_diff_applies_to_a_file_with_mark_and_crlf(run: Run) -> None:
    data = b"\xef\xbb\xbfastir\r\nlast"
    path = write("in/a.txt", data)
    diff = run("repair", "--format", "diff", path).stdout_bytes
    assert b"--- in/a.txt\n" in diff
    subprocess.run(["git", "apply", "-p0", "-"], input=diff, check=True)
    assert path.read_bytes() == data.replace(b"astir", b"about")


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
@pytest.mark.parametrize("tool", [["git", "apply", "-p0", "-"], ["patch", "-s", "-p0"]])
def test_diff_of_links_applies_to_their_files(run: Run, tool: list[str]) -> None:
    if not shutil.which(tool[0]):
        pytest.skip(f"{tool[0]} is not installed")
    path = write("files/a.txt", DAMAGED)
    Path("link.txt").symlink_to(path)
    Path("folder").symlink_to("files")
    result = run("repair", "--format", "diff", "link.txt", "folder/a.txt", path)
    assert result.exit_code == 0
    assert result.stderr.splitlines() == [
        f"{name}: the same file as link.txt, whose changes the diff has" for name in ("folder/a.txt", path)
    ]
    subprocess.run(tool, input=result.stdout_bytes, check=True)
    assert (path.read_text(), Path("link.txt").is_symlink()) == (SOUND, True)


@pytest.mark.parametrize("form", ["criticmarkup", "jsonl"])
def test_apply_and_revert_give_the_text_after_and_before(run: Run, form: str) -> None:
    data = "\ufeff" * (form == "criticmarkup") + "{++ He came astir noon.\r\n\u2028 astir"
    write("a.txt", data)
    annotated = write(
        "out.jsonl" if form == "jsonl" else "out.md", run("repair", "--format", form, "a.txt").stdout_bytes
    )
    assert run("revert", annotated).stdout_bytes == data.encode()
    assert run("apply", annotated).stdout_bytes == data.replace("astir", "about").encode()


def test_apply_tells_what_is_wrong(run: Run) -> None:
    write("a.md", "fine\n{++ open")
    write("b.jsonl", '{"text": "t"}\n{"text": "t", "edits": []}\n')
    result = run("apply", "a.md", "b.jsonl")
    assert (result.exit_code, result.stdout) == (1, "t")
    assert re.search(r"error: a\.md: line 2: .*\nerror: b\.jsonl:1: ", result.stderr)


EDIT = {"start": 8, "end": 13, "before": "astir", "after": "about"}


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        ([EDIT | {"after": "around"}], "at 8–14 the text has 'about ', the edits put 'around' there; "),
        ([EDIT | {"before": "astirs", "end": 14}, EDIT | {"start": 16, "end": 21}], "at 15–20 the text has"),
        ([EDIT | {"start": "8"}], "edits[0]: start is the string '8', not a number"),
        ([EDIT, EDIT | {"start": 8.5}], "edits[1]: start is 8.5, not a whole number"),
        ([EDIT | {"end": None}], "edits[0]: end is null, not a number"),
        ([EDIT | {"end": True}], "edits[0]: end is true or false, not a number"),
        ([EDIT | {"before": 5}], "edits[0]: before is a number, not a string"),
        ([EDIT | {"end": 12}], "edits[0]: edit 8–12: the span does not fit its text 'astir'"),
        ([EDIT | {"confidence": 2}], "edits[0]: edit 8–13: confidence 2 is outside 0–1"),
        (
            [EDIT | {"alternatives": [1]}],
            "edits[0]: alternatives is no list of pairs of a string and a number",
        ),
        ([{"start": 8, "end": 13, "before": "astir"}], "edits[0]: it has no after"),
        (["astir"], "edits[0]: a string, not an object with start, end, before and after"),
    ],
)
def test_apply_tells_which_field_of_a_record_is_wrong(run: Run, edits: list[object], expected: str) -> None:
    write("a.jsonl", json.dumps({"text": SOUND, "edits": edits}))
    for command in ("apply", "revert"):
        result = run(command, "a.jsonl")
        [line] = result.stderr.splitlines()
        assert (result.exit_code, result.stdout) == (1, "")
        assert line.startswith(f"error: a.jsonl:1: {'its edits' if expected.startswith('at ') else expected}")
        assert expected in line
        assert "PatchError" not in line
        assert ("to change edits by hand, edit --format criticmarkup" in line) == expected.startswith("at ")


def test_null_is_nothing_where_a_field_may_be_missing(run: Run) -> None:
    blank = dict.fromkeys(["kind", "confidence", "alternatives", "reason", "reference"])
    write("a.jsonl", json.dumps({"text": SOUND, "edits": [EDIT | blank]}))
    assert run("revert", "a.jsonl").stdout == DAMAGED


@pytest.mark.parametrize(
    ("text", "warned"),
    [(SOUND, True), ("", False), ("{~~astir~>about~~}", False), ("{>>why<<}", False), ("{\\++ plain", False)],
)
def test_a_text_without_marks_is_told(run: Run, text: str, warned: bool) -> None:
    """It may be the wrong file; an article that nothing is changed in looks the same, so the text is given all the same."""
    write("a.txt", text)
    for command in ("apply", "revert"):
        result = run(command, "a.txt")
        assert result.exit_code == 0
        assert ("a.txt: no CriticMarkup in it" in result.stderr) == warned
    if warned:
        assert run("apply", "a.txt").stdout == text
        assert run("apply", "-q", "a.txt").stderr == ""


@pytest.mark.parametrize("form", ["html", "m2"])
def test_other_formats_are_written(run: Run, form: str) -> None:
    write("a.txt", DAMAGED)
    result = run("repair", "--format", form, "a.txt")
    assert result.exit_code == 0
    assert "about" in result.stdout


def test_lone_surrogates_go_through_every_format(run: Run) -> None:
    write("a.jsonl", '{"id": "\\ud800", "text": "\\ud800 astir"}\n')
    for form in ["text", "criticmarkup", "diff", "html", "jsonl", "m2"]:
        result = run("repair", "--format", form, "a.jsonl")
        assert result.exit_code == 0
        result.stdout_bytes.decode("utf-8")
    assert run("scan", "a.jsonl").exit_code == 0


# --- where it goes


def test_output_file_and_folder(run: Run) -> None:
    write("in/a.md", DAMAGED)
    write("in/sub/a.md", "other")
    write("in/r.jsonl", json.dumps({"text": "t", "id": "x/y"}))
    assert run("repair", "in", "-o", "out/").stdout == ""
    texts = {path.name: path.read_text() for path in Path("out").iterdir()}
    assert texts == {"a.md": SOUND, "a-2.md": "other", "x_y.txt": "t"}
    run("repair", "--format", "jsonl", "in", "-o", "out.jsonl")
    assert [record["id"] for record in jsonl(Path("out.jsonl").read_text())] == ["a", "x/y", "a"]


def test_critic_files_come_back_under_their_names(run: Run) -> None:
    write("in/a.txt", DAMAGED)
    run("repair", "--format", "criticmarkup", "in", "-o", "critic/")
    run("revert", "critic", "-o", "back/")
    assert Path("back/a.txt").read_text() == DAMAGED


def test_inputs_are_not_written_over_unless_asked(run: Run) -> None:
    path = write("in/a.txt", DAMAGED)
    for output in ["in/a.txt", "in", "./in/"]:
        result = run("repair", path, "-o", output)
        assert result.exit_code == 1
        assert "is an input file" in result.stderr
        assert path.read_text() == DAMAGED
    assert run("repair", "in", "--in-place").stdout == ""
    assert path.read_text() == SOUND
    assert [entry.name for entry in Path("in").iterdir()] == ["a.txt"]


def test_in_place_leaves_sound_files_and_records_alone(run: Run) -> None:
    sound = write("in/a.txt", "sound")
    before = sound.stat().st_mtime_ns, sound.stat().st_ino
    records = write("in/r.jsonl", json.dumps({"text": DAMAGED}))
    result = run("repair", "in", "--in-place")
    assert (sound.stat().st_mtime_ns, sound.stat().st_ino) == before
    assert (result.exit_code, json.loads(records.read_text())) == (1, {"text": DAMAGED})
    assert "r.jsonl:1: records are not repaired in place" in result.stderr


def test_dry_run_tells_and_writes_nothing(run: Run) -> None:
    path = write("a.txt", "astir inwards astir")
    result = run("repair", "--dry-run", "--in-place", path)
    assert result.stdout == "a: 2 changes (spin 2), 1 more proposed\n"
    assert path.read_text() == "astir inwards astir"
    run("repair", "--dry-run", path, "-o", "out.txt")
    assert not Path("out.txt").exists()


def test_output_that_cannot_be_written(run: Run) -> None:
    write("a.txt", DAMAGED)
    for output, told in {
        "a.txt/out": "a.txt/out: can't be written",
        "a.txt/x/out": "a.txt/x: can't be made",
    }.items():
        result = run("repair", "a.txt", "-o", output)
        assert result.exit_code == 1
        assert re.fullmatch(rf"error: {told} \(.*\)\n", result.stderr)


def test_folders_of_an_output_are_made(run: Run) -> None:
    write("a.txt", DAMAGED)
    assert run("scan", "--format", "dolma", "a.txt", "-o", "attributes/sub/a.jsonl.gz").exit_code == 0
    assert run("repair", "a.txt", "-o", "sub/b.txt").stderr == ""
    assert Path("sub/b.txt").read_text() == SOUND
    assert json.loads(gzip.decompress(Path("attributes/sub/a.jsonl.gz").read_bytes()))["id"] == "a"


@pytest.mark.parametrize("output", ["-", "/dev/stdout", "/dev/fd/1"])
def test_names_of_standard_output(run: Run, output: str) -> None:
    """They are no files that could be replaced."""
    write("a.txt", DAMAGED)
    assert run("repair", "a.txt", "-o", output).stdout == SOUND


# --- deciding


def test_switches_reach_the_repairer(run: Run, repairer: FakeRepairer) -> None:
    write("a.txt", DAMAGED)
    write("terms.txt", "\ufeffKyiv Post\n# a comment\n\n  C#  \n")
    run("repair", "a.txt")
    assert repairer.settings == Settings()
    run(
        "repair",
        "a.txt",
        "--apply",
        "furniture",
        "--skip",
        "spin",
        "--protect",
        "terms.txt",
        "--min-confidence",
        "0.9",
    )
    settings = repairer.settings
    assert settings is not None
    assert settings.apply == (Settings().apply | {"furniture"}) - {"spin"}
    assert settings.protect == {"Kyiv Post", "C#"}
    assert settings.min_confidence == 0.9


# --- scan, evaluate, model


def test_scan_table(run: Run) -> None:
    write("in/damaged.txt", DAMAGED)
    write("in/empty.txt", "")
    write("in/sound.txt", SOUND)
    result = run("scan", "in")
    rows = [line.split() for line in result.stdout.splitlines()]
    assert rows[0][:2] == ["id", "score"]
    assert [(row[0], row[1], row[-1]) for row in rows[1:]] == [
        ("damaged", "1.00", "yes"),
        ("empty", "-", "-"),
        ("sound", "0.00", "no"),
    ]


def test_scan_jsonl_keeps_the_order(run: Run) -> None:
    write("r.jsonl", "".join(json.dumps({"text": DAMAGED, "id": number}) + "\n" for number in range(300)))
    records = jsonl(run("scan", "--format", "jsonl", "r.jsonl").stdout)
    assert [record["id"] for record in records] == [str(number) for number in range(300)]
    assert records[0]["findings"][0]["reason"] == "astir ← about"
    assert len(run("scan", "r.jsonl").stdout.splitlines()) == 301


def test_evaluate(run: Run) -> None:
    edits = [{"start": 8, "end": 13, "after": ["about", "around"], "kind": "spin"}]
    gold = [{"text": DAMAGED, "edits": edits}, {"text": SOUND, "edits": []}]
    write("gold.jsonl", "".join(json.dumps(record) + "\n" for record in gold))
    table = run("evaluate", "gold.jsonl").stdout
    assert re.search(r"repair +1\.000 +1\.000 +1\.000 +1 +1 +1 +1\n", table)
    report = json.loads(run("evaluate", "--format", "json", "gold.jsonl").stdout)
    assert report["repair"]["f0.5"] == 1.0
    assert report["kinds"] == ["spin"]
    assert report["harm"]["changed_words"] == 0
    assert report["word_error_rate"]["after"] == 0
    assert report["by"]["frequency"]["from 6"]["edits_right"] == 1
    assert report["by"]["confidence"]["0.95–1.00"] == {
        "precision": 1.0, "mean_confidence": 0.97, "edits": 1, "edits_right": 1, "harmful": 0,
    }  # fmt: skip


def test_evaluate_rows_for_programs(run: Run) -> None:
    edits = [{"start": 8, "end": 13, "after": "about", "kind": "spin"}]
    write("gold.jsonl", json.dumps({"text": DAMAGED, "edits": edits}))
    rows = jsonl(run("evaluate", "--format", "jsonl", "gold.jsonl").stdout)
    assert (rows[0]["by"], rows[0]["repair"]["f0.5"]) == ("all", 1.0)
    assert [row["by"] for row in rows[1:]] == ["kind", "frequency", "pos", "pair", "confidence"]
    assert {row["value"] for row in rows if row["by"] == "pos"} == {"preposition"}
    rows = jsonl(run("evaluate", "--format", "jsonl", "--by", "pos", "gold.jsonl").stdout)
    assert [row["by"] for row in rows] == ["all", "pos"]
    assert "by kind" not in run("evaluate", "--by", "none", "gold.jsonl").stdout


def test_evaluate_tells_bad_marks(run: Run) -> None:
    write(
        "gold.jsonl",
        '{"text": "t", "edits": [{"start": 0, "end": 9, "after": "x"}]}\n{"text": "t", "edits": []}\n',
    )
    result = run("evaluate", "gold.jsonl")
    assert result.exit_code == 1
    assert "error: gold.jsonl:1: edit 0 has no valid start and end" in result.stderr
    assert "1 articles" in result.stdout


class FakeModel:
    def info(self) -> dict[str, object]:
        return {"name": "fake", "built_from": [{"source": "nothing", "words": 5}]}

    def likely_originals(self, word: str) -> list[tuple[str, float]]:
        return [("about", 0.9), ("around", 0.1)] if word == "astir" else []


def test_model(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("textrepair.model.load_model", lambda path, **options: FakeModel(), raising=False)
    assert "fake" in run("model", "info").stdout
    assert json.loads(run("model", "info", "--format", "json").stdout)["name"] == "fake"
    assert run("model", "show", "astir", "-n", "1").stdout.split() == ["0.9000", "about"]
    [record] = jsonl(run("model", "show", "--format", "jsonl", "astir").stdout)
    assert record == {"word": "astir", "originals": [["about", 0.9], ["around", 0.1]]}


# --- what goes wrong


def test_bad_input_is_told_and_the_rest_is_done(run: Run) -> None:
    write("a.txt", DAMAGED)
    write("binary.txt", b"\0")
    write("latin.txt", b"one\n\xe9")
    write("r.jsonl", b'{\n{"text": null}\n{"text": "t"}\n')
    result = run("repair", "missing.txt", "binary.txt", "latin.txt", "r.jsonl", "a.txt", "--format", "jsonl")
    assert result.exit_code == 1
    assert [record["id"] for record in jsonl(result.stdout)] == ["r:3", "a"]
    places = [line.split(": ")[1] for line in result.stderr.splitlines() if line.startswith("error: ")]
    assert places == ["missing.txt", "binary.txt", "latin.txt:2", "r.jsonl:1", "r.jsonl:2"]
    assert result.stderr.endswith("5 of 7 articles could not be read or written\n")
    assert run("repair", "-q", "a.txt", "missing.txt").stderr.count("\n") == 1


@pytest.mark.parametrize("command", ["scan", "repair", "evaluate"])
def test_broken_model_stops_before_any_output(
    run: Run, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    def broken(model: object = None, **options: object) -> None:
        raise ModelError("m: cut short; build it anew")

    monkeypatch.setattr(textrepair, "load", broken, raising=False)
    write("a.txt", DAMAGED)
    args = [] if command == "evaluate" else ["-o", "out.txt"]
    result = run(command, "a.txt", *args)
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", "error: m: cut short; build it anew\n")
    assert not Path("out.txt").exists()


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        (["repair"], "Missing argument"),
        (["repiar", "a.txt"], "Did you mean 'repair'?"),
        (["repair", "a.txt", "--format", "difff"], "Did you mean 'diff'?"),
        (["repair", "a.txt", "--skip", "spinn"], "Did you mean 'spin'?"),
        (["repair", "a.txt", "--aply", "spin"], "--apply"),
        (["repair", "a.txt", "--min-confidence", "2"], "'2' is not a number from 0 to 1."),
        (["scan", "a.txt", "-", "a.txt", "-"], "- is given twice"),
        (["evaluate", "-", "-"], "- is given twice"),
        (["learn", "--pairs", "-", "--damaged", "-", "-o", "m"], "- is given twice"),
        (["filter", "--max-score", "high"], "'high' is not a number from 0 to 1."),
        (["learn", "--max-harm", "nan"], "'nan' is not a number from 0."),
        (["batch", "--record-seconds", "0"], "'0' is not a number above 0."),
        (["review", "a.txt", "--from", "abc"], "'abc' is not a number from 0 to 1."),
        (["model", "show", "astir", " "], "An empty word"),
        (["repair", "a.txt", "--apply", "spin", "--skip", "spin"], "both name spin"),
        (["repair", "a.txt", "--in-place", "-o", "b.txt"], "--in-place"),
        (["repair", "-", "--in-place"], "standard input"),
        (["repair", "a.txt", "--format", "jsonl", "-o", "out/"], "OUT.jsonl"),
        (["scan", "a.txt", "-o", "out/"], "one file"),
    ],
)
def test_wrong_use_is_exit_code_2(run: Run, args: list[str], expected: str) -> None:
    write("a.txt", DAMAGED)
    result = run(*args)
    assert result.exit_code == 2
    assert expected in result.stderr
    assert result.stdout == ""


def test_missing_list_of_terms_is_told_as_any_missing_file(run: Run) -> None:
    write("a.txt", DAMAGED)
    result = run("repair", "a.txt", "--protect", "missing.txt")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "error: missing.txt: no such file or directory; check the name\n"


def test_a_reference_that_cannot_be_read_is_no_article(run: Run) -> None:
    write("a.txt", DAMAGED)
    result = run("repair", "--dry-run", "a.txt", "--reference", "missing.txt")
    first, last = result.stderr.splitlines()
    assert result.exit_code == 1
    assert result.stdout == "a: 1 change (spin 1)\n"
    assert first == "error: missing.txt: no such file or directory; check the name"
    assert last == "1 reference could not be read: the work was done without it"
    result = run(
        "repair", "--dry-run", "a.txt", "b.txt", "--reference", "missing.txt", "--reference", "other.txt"
    )
    assert result.stderr.splitlines()[-2:] == [
        "2 references could not be read: the work was done without them",
        "1 of 2 articles could not be read or written",
    ]


@pytest.mark.parametrize("command", [["scan", "--format", "jsonl"], ["repair", "--format", "jsonl"]])
def test_ids_are_kept_or_it_is_told(run: Run, command: list[str]) -> None:
    write(
        "r.jsonl",
        b'{"id": 1.50, "text": ""}\n{"text": ""}\n{"id": null, "text": ""}\n{"id": 7, "text": ""}\n',
    )
    result = run(*command, "r.jsonl")
    assert [record["id"] for record in jsonl(result.stdout)] == ["1.50", "r:2", "r:3", "7"]
    assert result.stderr == ""
    write("bad.jsonl", b'{"id": "", "text": ""}\n{"id": {}, "text": ""}\n{"id": true, "text": ""}\n')
    result = run(*command, "bad.jsonl")
    assert [record["id"] for record in jsonl(result.stdout)] == ["bad:1", "bad:2", "bad:3"]
    assert (result.exit_code, result.stderr) == (
        0, "bad.jsonl:1: field 'id' is an empty string, which can't be an id; such records are called by their "
        "file and line, this one bad:1 (told once)\n",
    )  # fmt: skip


@pytest.mark.skipif(os.name == "nt", reason="POSIX links")
def test_in_place_tells_of_names_that_keep_the_old_text(run: Run) -> None:
    """A file replaced in one step is a new file; its other names still mean the old one."""
    path = write("a.txt", DAMAGED)
    os.link(path, "b.txt")
    result = run("repair", "--in-place", path)
    assert (path.read_text(), Path("b.txt").read_text()) == (SOUND, DAMAGED)
    assert (
        result.stderr
        == "a.txt: repaired under this name only; another name (hard link) of it keeps the old text\n"
    )
    os.link("b.txt", "c.txt")
    os.link("b.txt", "d.txt")
    result = run("repair", "--in-place", "b.txt")
    assert result.stderr.endswith("2 other names (hard links) of it keep the old text\n")
    assert run("repair", "--in-place", "a.txt", "b.txt").stderr == ""


def test_empty_file_and_long_line(run: Run) -> None:
    write("empty.txt", "")
    write("long.txt", "astir " * 500_000)
    assert run("repair", "empty.txt").stdout == ""
    assert run("repair", "long.txt").stdout == "about " * 500_000


def test_colour_only_where_wanted(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    write("a.txt", DAMAGED)
    diff = run("repair", "a.txt", "--format", "diff")
    assert "\x1b" not in diff.stdout
    assert "\x1b[" in run("repair", "a.txt", "--format", "diff", "--color", "always").stdout
    assert "\x1b" not in run("repair", "a.txt", "--format", "diff", "--color", "never").stdout
    monkeypatch.setattr("textrepair.cli.console.Console._on_terminal", lambda self: True)
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert "\x1b[" in run("repair", "a.txt", "--format", "diff").stdout
    assert run("repair", "a.txt").stdout == SOUND
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in run("repair", "a.txt", "--format", "diff").stdout


def test_verbose_tells_each_article(run: Run) -> None:
    write("a.txt", DAMAGED)
    assert run("repair", "-v", "a.txt").stderr == "a: 1 change (spin 1)\n"


# --- help


def all_commands() -> Iterator[tuple[str, click.Command]]:
    context = click.Context(commands)
    for name in commands.list_commands(context):
        command = commands.get_command(context, name)
        assert command is not None
        yield name, command
        if isinstance(command, click.Group):
            yield from ((f"{name} {sub}", inner) for sub, inner in command.commands.items())


@pytest.mark.parametrize(("name", "command"), list(all_commands()))
def test_every_command_and_option_has_help_and_is_documented(name: str, command: click.Command) -> None:
    assert command.help
    guide = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")
    assert f"## textrepair {name}" in guide
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, parameter.opts
            assert f"`{parameter.opts[-1]}" in guide, parameter.opts


def test_the_default_confidence_is_told(run: Run) -> None:
    assert f"default: {Settings().min_confidence}." in " ".join(run("repair", "--help").output.split())


def test_readme_names_every_command() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for name in commands.list_commands(click.Context(commands)):
        assert f"textrepair {name}" in readme


def test_version(run: Run) -> None:
    assert run("--version").stdout == f"textrepair {textrepair.__version__}\n"
