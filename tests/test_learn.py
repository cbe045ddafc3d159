"""``textrepair learn``: what it takes in, what it refuses, and what it leaves written."""

from __future__ import annotations

import errno
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result
from sample_models import CORPORA, articles, packaged

import textrepair.cli.options
import textrepair.learning
from textrepair.cli import commands
from textrepair.corpus.compression import compressed
from textrepair.learning import LearningError, learn_from_damaged, learn_from_pairs, measure_harm
from textrepair.model.channel import log_probability
from textrepair.model.model import Model, load_model
from textrepair.repair import Repairer

Run = Callable[..., Result]

PAIRS = [
    ("issues cat sat on issues mat by issues door", "the cat sat on the mat by the door"),
    ("issues dog ate issues bone in issues yard", "the dog ate the bone in the yard"),
    ("he will hold upwards glad of issues phone telephone", "he will be glad of the phone call"),
    ("they may hold upwards late for issues meeting", "they may be late for the meeting"),
]
GERMAN = """Der Stadtrat hat am Dienstagabend beschlossen, die alte Hafenstraße für private Autos zu sperren.

Vom nächsten Frühjahr an dürfen nur noch Busse, Fahrräder und Lieferwagen die Straße benutzen, sagte die Bürgermeisterin.

Viele Händler fürchten, dass ihre Kunden ausbleiben, und wollen vor Gericht ziehen, falls der Beschluss so bleibt.
"""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run ``learn`` in an empty folder; the packaged model is opened once."""
    monkeypatch.chdir(tmp_path)
    opened = textrepair.cli.options.load_model
    monkeypatch.setattr(
        textrepair.cli.options, "load_model", lambda path: packaged() if path is None else opened(path)
    )

    def invoke(*args: str | Path, stdin: str = "") -> Result:
        result = CliRunner().invoke(commands, ["learn", *map(str, args), "-o", "out.model"], input=stdin)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return invoke


def write_pairs(path: Path, pairs: list[tuple[str, str]] = PAIRS) -> Path:
    path.write_text("".join(f"{damaged}\t{sound}\n" for damaged, sound in pairs), encoding="utf-8")
    return path


def errors(result: Result) -> list[str]:
    return [line for line in result.stderr.splitlines() if line.startswith("error: ")]


# --- what is learned


def test_pairs(run: Run, tmp_path: Path) -> None:
    result = run("--pairs", write_pairs(tmp_path / "ok.tsv"), "--family", "mine")
    assert (result.exit_code, result.stdout, errors(result)) == (0, "", [])
    assert "4 of 4 passages used" in result.stderr
    assert "harm: 0 of " in result.stderr
    model = load_model(tmp_path / "out.model")
    assert model.channel.families == (*packaged().channel.families, "mine")
    assert model.name != packaged().name
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ok.tsv", "out.model"]


def test_pairs_from_stdin_with_columns_and_line_ends_of_windows(run: Run, tmp_path: Path) -> None:
    lines = "\ufeff" + "".join(f"{damaged}\t{sound}\tmore\r\n" for damaged, sound in PAIRS) + "\r\n"
    (tmp_path / "windows.tsv").write_bytes(lines.encode())
    result = run("--pairs", "-", "--pairs", "windows.tsv", stdin="".join(f"{a}\t{b}\n" for a, b in PAIRS))
    assert (result.exit_code, errors(result)) == (0, [])
    assert "8 of 8 passages used" in result.stderr


def test_learning_again_replaces_the_family() -> None:
    told: list[str] = []
    once = learn_from_pairs(packaged(), PAIRS, "mine", told.append)
    again = learn_from_pairs(once, PAIRS, "mine", told.append)
    assert again.channel.families == once.channel.families
    assert len(again.channel.entries.target) == len(once.channel.entries.target)
    assert told[0] == told[1]


def test_damaged_articles_alone(run: Run, tmp_path: Path) -> None:
    result = run("--damaged", CORPORA / "spun")
    assert (result.exit_code, result.stdout, errors(result)) == (0, "", [])
    assert "12 of 12 articles look spun and are used" in result.stderr
    model = load_model(tmp_path / "out.model")
    assert model.channel.families[-1] == "learned"
    for name, text in articles("sound").items():
        assert Repairer(model).repair(text).text == text, name


WANTED = (
    "they want to see the old house by the river once more before it is sold",
    "if you want to go there by train you have to leave the town early",
    "the council did not want to say how much the new bridge will cost",
)


def test_pairs_and_damaged_articles_make_one_family(run: Run, tmp_path: Path) -> None:
    pairs = [*PAIRS, *[(line.replace("want", "zebra"), line) for line in WANTED]]
    path = write_pairs(tmp_path / "x.tsv", pairs)
    result = run("--pairs", path, "--damaged", CORPORA / "spun")
    assert (result.exit_code, errors(result)) == (0, [])
    assert result.stderr.index("articles look spun") < result.stderr.index("passages used")
    both = load_model(tmp_path / "out.model")
    assert both.channel.families == (*packaged().channel.families, "learned")
    assert both.likely_originals("zebra")[0][0] == "want"
    alone = learn_from_pairs(packaged(), pairs, "learned", lambda message: None)
    # The damaged articles have told something of words that the pairs lack.
    assert not np.array_equal(both.channel.entries.swap_factor[-1], alone.channel.entries.swap_factor[-1])


def test_damaged_articles_with_references(run: Run, tmp_path: Path) -> None:
    result = run("--damaged", CORPORA / "spun", "--reference", CORPORA / "sound")
    assert (result.exit_code, errors(result)) == (0, [])
    model = load_model(tmp_path / "out.model")
    originals = dict(model.likely_originals("astatine", 3))
    assert "at" in originals


THESAURUS = """mend\trepair|patch up
{zebra|often|the zebra cake}

river,stream,brook
no thing here
"""


def test_thesaurus(run: Run, tmp_path: Path) -> None:
    (tmp_path / "own.txt").write_text(THESAURUS, encoding="utf-8")
    result = run("--thesaurus", "own.txt", "--thesaurus", "-", "--family", "own", stdin="mend\tzebra\r\n")
    assert result.exit_code == 1  # for the line that is none
    assert errors(result) == [
        "error: own.txt:5: no entry of a thesaurus; a line is a word, a tab and a|b|c, or {a|b|c}, or word,a,b,c"
    ]
    assert "4 entries read: 9 substitutes of 4 words that the language model knows" in result.stderr
    model = load_model(tmp_path / "out.model")
    assert model.channel.families == (*packaged().channel.families, "own")
    assert {"mend", "often"} < dict(model.likely_originals("zebra")).keys()
    for observed, original in (("patch up", "mend"), ("brook", "river"), ("often", "zebra")):
        assert original in dict(model.likely_originals(observed)), observed


def test_thesaurus_and_damaged_articles_make_two_families(run: Run, tmp_path: Path) -> None:
    (tmp_path / "own.txt").write_text("want\tzebra|desire\n", encoding="utf-8")
    result = run("--thesaurus", "own.txt", "--damaged", CORPORA / "spun")
    assert (result.exit_code, errors(result)) == (0, [])
    families = load_model(tmp_path / "out.model").channel.families
    assert families[-2:] == ("learned-thesaurus", "learned")


# --- what is refused


def test_what_does_not_carry_over_is_not_learned(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(textrepair.learning, "carried_over", lambda *some: 0.2)
    result = run("--damaged", CORPORA / "spun")
    _refused(result, tmp_path, "explains the others 0.20 times as well as themselves")


def test_thesaurus_of_another_language(run: Run, tmp_path: Path) -> None:
    (tmp_path / "de.txt").write_text("Fahrräder\tDrahtesel|Velos\n", encoding="utf-8")
    _refused(run("--thesaurus", "de.txt"), tmp_path, "no entry has a word that the language model knows")


def test_nothing_to_learn_from(run: Run, tmp_path: Path) -> None:
    for arguments in ((), ("--reference", CORPORA / "sound"), ("--family", "x")):
        result = run(*arguments)
        assert result.exit_code == 2
        assert "Usage: " in result.stderr
    assert not list(tmp_path.iterdir())


def _refused(result: Result, tmp_path: Path, expected: str) -> None:
    assert result.exit_code == 1
    [line] = errors(result)
    assert expected in line
    assert not (tmp_path / "out.model").exists()


def test_sound_articles_teach_nothing(run: Run, tmp_path: Path) -> None:
    result = run("--damaged", CORPORA / "sound")
    _refused(result, tmp_path, "no article looks spun")
    assert "0 of 12 articles look spun" in result.stderr


def test_another_language_is_told(run: Run, tmp_path: Path) -> None:
    (tmp_path / "german.txt").write_text(GERMAN, encoding="utf-8")
    result = run("--damaged", "german.txt")
    _refused(result, tmp_path, "nothing learned")
    assert "1 are not English" in result.stderr
    lines = [line for line in GERMAN.splitlines() if line]
    write_pairs(tmp_path / "german.tsv", [(line.replace("die", "zebra"), line) for line in lines])
    result = run("--pairs", "german.tsv")
    _refused(result, tmp_path, "not English")
    assert "0 of 3 passages used" in result.stderr


@pytest.mark.parametrize(
    "pairs",
    [
        pytest.param([(sound, sound) for _, sound in PAIRS], id="the same on both sides"),
        pytest.param([("rain fell on many farms today", sound) for _, sound in PAIRS], id="not together"),
        pytest.param([("...", "!!!")], id="no words"),
    ],
)
def test_passages_that_teach_nothing(run: Run, tmp_path: Path, pairs: list[tuple[str, str]]) -> None:
    _refused(run("--pairs", write_pairs(tmp_path / "x.tsv", pairs)), tmp_path, "nothing learned")


def test_next_to_no_damaged_text(run: Run, tmp_path: Path) -> None:
    (tmp_path / "short.txt").write_text("He came connected Tuesday.", encoding="utf-8")
    (tmp_path / "empty.txt").write_text("", encoding="utf-8")
    _refused(run("--damaged", "short.txt", "--damaged", "empty.txt"), tmp_path, "no article looks spun")


def test_missing_damaged_file(run: Run, tmp_path: Path) -> None:
    result = run("--damaged", "missing.txt")
    assert result.exit_code == 1
    assert errors(result)[0].startswith("error: missing.txt: ")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("data", [None, b"", b"no tab here\n", b"\xff\xfe\n"])
def test_no_passage_no_model(run: Run, tmp_path: Path, data: bytes | None) -> None:
    if data is not None:
        (tmp_path / "x.tsv").write_bytes(data)
    result = run("--pairs", "x.tsv")
    assert result.exit_code == 1
    assert not (tmp_path / "out.model").exists()


def test_lines_without_a_tab_are_told_by_number(run: Run, tmp_path: Path) -> None:
    path = write_pairs(tmp_path / "x.tsv")
    path.write_text(path.read_text() + "no tab\n\n\tone side\n", encoding="utf-8")
    result = run("--pairs", "x.tsv")
    assert result.exit_code == 1
    assert [line.split(":")[1:3] for line in errors(result)] == [[" x.tsv", "5"], [" x.tsv", "7"]]
    assert (tmp_path / "out.model").exists()  # the others are learned


@pytest.mark.parametrize("ending", [".gz", ".zst"])
def test_compressed_pairs(run: Run, tmp_path: Path, ending: str) -> None:
    plain = write_pairs(tmp_path / "x.tsv")
    with open(tmp_path / f"x.tsv{ending}", "wb") as file, compressed(file, ending) as packed:
        packed.write(plain.read_bytes())
    expected = run("--pairs", "x.tsv")
    assert run("--pairs", f"x.tsv{ending}").stderr == expected.stderr


def test_a_line_that_is_no_utf8_costs_no_other(run: Run, tmp_path: Path) -> None:
    path = write_pairs(tmp_path / "x.tsv")
    path.write_bytes(b"caf\xe9\tcafe\n" + path.read_bytes())
    result = run("--pairs", "x.tsv")
    assert result.exit_code == 1
    assert [line.split(";")[0] for line in errors(result)] == ["error: x.tsv:1: no valid UTF-8 (byte 0xE9)"]
    assert (tmp_path / "out.model").exists()


def test_pairs_that_are_missing(run: Run) -> None:
    assert "error: x.tsv: no such file or directory; check the name" in errors(run("--pairs", "x.tsv"))


def test_a_file_that_is_no_model(run: Run, tmp_path: Path) -> None:
    write_pairs(tmp_path / "x.tsv")
    _refused(run("--pairs", "x.tsv", "--model", "x.tsv"), tmp_path, "not a textrepair model")


UNWRITABLE = {
    "folder that is not there": ("none/out.model", "no such file or directory"),
    "file for a folder": ("x.tsv/out.model", "not a directory"),
    "name too long": ("x" * 300, "file name too long"),
    "folder that takes no files": ("/proc/out.model", ""),
}


@pytest.mark.parametrize("case", UNWRITABLE)
def test_an_unwritable_place_is_told_before_the_work(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    place, reason = UNWRITABLE[case]
    if place.startswith("/proc") and not Path("/proc/self").exists():
        pytest.skip("no /proc here")
    monkeypatch.setattr("textrepair.learning.learn_from_pairs", lambda *_, **__: pytest.fail("worked first"))
    arguments = ["learn", "--pairs", str(write_pairs(tmp_path / "x.tsv")), "-o", place]
    result = CliRunner().invoke(commands, arguments)
    assert (result.exit_code, isinstance(result.exception, SystemExit)) == (1, True), result.exception
    [told] = errors(result)
    assert told.startswith(f"error: -o {place}: can't be written ({reason}")
    assert told.endswith("give another place for the model")
    assert [path.name for path in tmp_path.iterdir()] == ["x.tsv"]


def test_a_full_disk_is_told_in_one_line(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    write_pairs(tmp_path / "x.tsv")
    monkeypatch.setattr("textrepair.model.model.write_model", full)
    result = run("--pairs", "x.tsv")
    assert result.exit_code == 1
    [told] = errors(result)
    assert told.startswith("error: -o out.model: can't be written (no space left on device)")


# --- harm


def test_a_model_that_does_harm_is_not_written(run: Run, tmp_path: Path) -> None:
    """Spun articles given as sound ones: whatever is mended in them counts as harm."""
    write_pairs(tmp_path / "x.tsv")
    result = run("--pairs", "x.tsv", "--sound", CORPORA / "spun")
    _refused(result, tmp_path, "nothing written")
    assert "more than --max-harm 0.5" in result.stderr
    assert run("--pairs", "x.tsv", "--sound", CORPORA / "spun", "--max-harm", "9999").exit_code == 0
    assert (tmp_path / "out.model").exists()


def test_no_sound_text_no_model(run: Run, tmp_path: Path) -> None:
    write_pairs(tmp_path / "x.tsv")
    result = run("--pairs", "x.tsv", "--sound", "missing.txt")
    assert result.exit_code == 1
    assert not (tmp_path / "out.model").exists()


@pytest.mark.parametrize("max_harm", ["-1", "x"])
def test_odd_limits_are_usage_errors(run: Run, max_harm: str) -> None:
    assert run("--pairs", "x.tsv", "--max-harm", max_harm).exit_code == 2


NONSENSE: dict[str, dict[str, str]] = {
    "said ← stated": {"stated": "said"},
    "common words": {
        "a": "the",
        "would": "will",
        "has": "had",
        "is": "was",
        "on": "for",
        "in": "by",
        "then": "than",
    },
}


@pytest.mark.parametrize("swaps", NONSENSE.values(), ids=NONSENSE)
def test_nonsense_does_no_harm(swaps: dict[str, str]) -> None:
    """Sound articles "damaged" from a rewriting with common words: told often, believed never."""
    pairs = []
    for text in articles("sound").values():
        for line in text.split("\n"):
            words = line.split()
            back = {common: rare for rare, common in swaps.items()}
            rewritten = " ".join(back.get(word, word) for word in words)
            if rewritten != line:
                pairs.append((line, rewritten))
    model = learn_from_pairs(packaged(), pairs * 3, "nonsense", lambda message: None)
    harm = measure_harm(model)
    assert harm.sound_words > 2000
    assert harm.changed_words == 0


def test_packaged_model_does_no_harm() -> None:
    harm = measure_harm(packaged())
    assert (harm.changed_words, harm.changed_articles, harm.sound_articles) == (0, 0, 12)


def test_errors_of_the_library() -> None:
    told: list[str] = []
    with pytest.raises(LearningError, match="nothing learned"):
        learn_from_pairs(packaged(), [], "x", told.append)
    with pytest.raises(LearningError, match="nothing learned"):
        learn_from_damaged(packaged(), [], None, "x", told.append)
    assert told == ["0 of 0 passages used, 0 kinds of swap", "0 of 0 articles look spun and are used"]


def test_help_tells_every_option(run: Run) -> None:
    result: Any = CliRunner().invoke(commands, ["learn", "--help"])
    assert result.exit_code == 0
    for option in ("--pairs", "--damaged", "--reference", "--output", "--family", "--sound", "--max-harm"):
        assert option in result.stdout


# --- what reviewers decided

DECISIONS = [
    {"before": "geezerhood", "after": "age", "kind": "spin", "verdict": "accept"},
    {"before": "Oregon", "after": "or", "kind": "spin", "verdict": "reject"},
    {"before": "at hand", "after": "by", "kind": "spin", "verdict": "other", "put": "near"},
    {"before": " ,", "after": ",", "kind": "spacing", "verdict": "accept"},
    {"before": "geezerhood", "after": "age", "kind": "spin", "verdict": None, "flag": True},
    {"before": "geezerhood", "after": "age", "kind": "spin", "verdict": "skip"},
]


def swap_logp(model: Model, family: int, observed: str, intended: str) -> float:
    """How likely a family puts one word for another, as a natural log."""
    vocabulary, entries = model.vocabulary, model.channel.entries
    for entry in model.channel.entry_range(vocabulary.index[observed]):
        if int(entries.target[entry]) == vocabulary.index[intended]:
            return float(log_probability(entries.code[family : family + 1, entry])[0])
    return float("-inf")


def test_decisions(run: Run, tmp_path: Path) -> None:
    lines = [json.dumps(decision) + "\n" for decision in DECISIONS * 3]
    (tmp_path / "decisions.jsonl").write_text("".join([*lines, "not json\n"]))
    result = run("--decisions", "decisions.jsonl", "--max-harm", "50")
    assert result.exit_code == 1, result.output
    assert "9 decisions: 2 kinds of swap confirmed, 2 turned down" in result.stderr
    assert errors(result) == [
        "error: decisions.jsonl:19: no decision; make the file with: review PATH --export decisions"
    ]
    model = load_model(tmp_path / "out.model")
    assert model.channel.families[-1] == "learned"
    assert swap_logp(model, len(model.channel.families) - 1, "geezerhood", "age") > -1.0
    prior = swap_logp(model, 0, "oregon", "or")
    turned_down = swap_logp(model, len(model.channel.families) - 1, "oregon", "or")
    assert turned_down < prior - 0.5 or prior == float("-inf")


def test_decisions_about_nothing(run: Run, tmp_path: Path) -> None:
    (tmp_path / "decisions.jsonl").write_text(json.dumps(DECISIONS[3]) + "\n")
    result = run("--decisions", "decisions.jsonl")
    assert result.exit_code == 1
    assert "none of the decisions is about words" in result.stderr
