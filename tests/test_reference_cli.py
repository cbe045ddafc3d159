"""``repair --reference``, as a user calls it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from textrepair.cli import commands

CORPORA = Path(__file__).parents[1] / "corpora"
SPUN, SOUND = CORPORA / "spun" / "01-council.txt", CORPORA / "sound"


def run(*args: str | Path, stdin: bytes = b"") -> Result:
    return CliRunner().invoke(commands, ["repair", *map(str, args)], input=stdin)


def test_files_folders_and_records_are_references(tmp_path: Path) -> None:
    sound = (SOUND / SPUN.name).read_text(encoding="utf-8")
    records = tmp_path / "refs.jsonl"
    records.write_text(json.dumps({"id": "news-7", "text": sound}) + "\n", encoding="utf-8")
    for reference in (SOUND, SOUND / SPUN.name, records):
        assert run(SPUN, "--reference", reference).stdout == sound
    told = json.loads(run(SPUN, "--reference", records, "--format", "jsonl").stdout)
    assert {edit.get("reference", "news-7:")[:7] for edit in told["edits"]} == {"news-7:"}
    page = run(SPUN, "--reference", records, "--format", "html").stdout
    assert "from news-7:" in page
    assert run("-", "--reference", records, stdin=SPUN.read_bytes()).stdout == sound
    assert run(SPUN, "--reference", "-", stdin=sound.encode()).stdout == sound


def test_an_index_is_kept_and_made_again_for_what_changed(tmp_path: Path) -> None:
    place, reference = tmp_path / "x.refs", tmp_path / "ref.txt"
    reference.write_text((SOUND / SPUN.name).read_text(encoding="utf-8"), encoding="utf-8")
    sound = reference.read_text(encoding="utf-8")
    assert run(SPUN, "--reference", reference, "--reference-index", place).stdout == sound
    reference.unlink()
    assert run(SPUN, "--reference", place).stdout == sound
    assert run(SPUN, "--reference-index", place).stdout == sound
    reference.write_text("Something else altogether.", encoding="utf-8")
    without = run(SPUN).stdout
    assert run(SPUN, "--reference", reference, "--reference-index", place).stdout == without
    assert "references: 1" in run(SPUN, "--reference", place, "-v").stderr


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    missing = run(SPUN, "--reference", tmp_path / "missing.txt")
    assert missing.exit_code == 1
    assert "missing.txt" in missing.stderr
    assert missing.stdout == run(SPUN).stdout
    notes = tmp_path / "notes"
    notes.write_text("no index", encoding="utf-8")
    broken = run(SPUN, "--reference", SOUND, "--reference-index", notes)
    assert broken.exit_code == 1
    assert broken.stdout == ""
    assert "no index of references" in broken.stderr


@pytest.mark.parametrize("more", [["--reference", str(SOUND)], ["--reference-index", "y.refs"]])
def test_an_index_goes_alone(more: list[str], tmp_path: Path) -> None:
    place = tmp_path / "x.refs"
    run(SPUN, "--reference", SOUND, "--reference-index", place, "--dry-run")
    result = run(SPUN, "--reference", place, *more)
    assert result.exit_code == 2
    assert "goes alone" in result.stderr


def test_standard_input_is_one_of_the_two() -> None:
    assert run("-", "--reference", "-", stdin=b"x").exit_code == 2
