"""Writers: what they write reads back to the same edits, or, given the source, to the same text."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from strategies import FakeRepair, diagnosis, repairs, sources_and_patches, texts, wild_texts

from textrepair.detector.base import KINDS, Finding
from textrepair.patch import Edit, Patch, PatchError, diff
from textrepair.writer import COLOURED, FORMATS, RepairedArticle, criticmarkup, encode, html, jsonl, m2
from textrepair.writer import diff as unified
from textrepair.writer.ansi import colour_diff
from textrepair.writer.base import Writer
from textrepair.writer.table import Table
from textrepair.writer.text import header

SOURCE = "Talks astir it  ended.\nThe men stood astatine the wall.\n"
EDITS = (
    Edit(6, 11, "astir", "about", "spin", 0.97, (("almost", 0.01),), "astir ← about"),
    Edit(37, 45, "astatine", "at", "spin", 0.9, (), "astatine ← at"),
)
PROPOSAL = Edit(14, 16, "  ", " ", "spacing", 0.4, (), "double space")
FINDING = Finding(27, 30, "furniture", 0.8, "looks like a caption")
REPAIR = FakeRepair(SOURCE, Patch(EDITS), (PROPOSAL,), diagnosis([FINDING], spin=0.999, translation=None))


def article(repair: FakeRepair = REPAIR, name: str = "001") -> RepairedArticle:
    return RepairedArticle(name, repair, model="en-1", version="0.1.0")  # type: ignore[arg-type]


def parts(patch: Patch) -> list[tuple[int, int, str, str]]:
    return [(edit.start, edit.end, edit.before, edit.after) for edit in patch.edits]


# --- all formats


def test_formats_are_the_contracts() -> None:
    assert list(FORMATS) == ["text", "criticmarkup", "diff", "html", "jsonl", "m2"]
    assert set(COLOURED) <= set(FORMATS)


@pytest.mark.parametrize(
    "writer", [*FORMATS.values(), *COLOURED.values()], ids=lambda writer: type(writer).__name__
)
@settings(max_examples=15)
@given(repair=repairs(wild_texts), name=wild_texts)
def test_no_text_is_too_odd_to_write(writer: Writer, repair: FakeRepair, name: str) -> None:
    document = "".join(writer.document([article(repair, name)] * 2))
    assert encode(document).decode("utf-8", "surrogatepass") == document


def test_text_is_the_cleaned_text() -> None:
    assert FORMATS["text"].article(article()) == REPAIR.text == "".join(FORMATS["text"].document([article()]))


def test_header_separates_as_head_does() -> None:
    assert header("a", first=True) + header("b\n\x1b[1m") == "==> a <==\n\n==> b␊␛[1m <==\n"


# --- CriticMarkup


def test_criticmarkup_shows_edits_in_place() -> None:
    assert FORMATS["criticmarkup"].article(article()) == (
        "Talks {~~astir~>about~~} it  ended.\nThe men stood {~~astatine~>at~~} the wall.\n"
    )


@settings(max_examples=150)
@given(sources_and_patches(wild_texts))
@example(("{++a++}", Patch((Edit(0, 3, "{++", "~~}"),))))
@example(("{\\++a~>", Patch((Edit(4, 7, "a~>", "++}\\"),))))
@example(("{", Patch((Edit(1, 1, "", "++}"),))))
def test_criticmarkup_reads_back(case: tuple[str, Patch]) -> None:
    source, patch = case
    again, read = criticmarkup.parse(criticmarkup.render(source, patch))
    assert again == source
    assert parts(read) == parts(patch)


@pytest.mark.parametrize("text", ["", "plain {text} ~ \\ {\\n}", "C:\\dir {a} ++ -- x~>y ++} {+ +}"])
def test_criticmarkup_leaves_text_without_markers_alone(text: str) -> None:
    assert criticmarkup.render(text, Patch()) == text
    assert criticmarkup.parse(text) == (text, Patch())


def test_criticmarkup_of_a_person() -> None:
    source, patch = criticmarkup.parse("a{>>why?<<} {==b==} {++c++}{++d++}{--e--}{++++}{~~f~>f~~}")
    assert source == "a b ef"
    assert patch.apply(source) == "a b cdf"


@pytest.mark.parametrize(("text", "message"), [("a\n{++b", "line 2"), ("{~~a~~}", "line 1")])
def test_criticmarkup_that_is_broken(text: str, message: str) -> None:
    with pytest.raises(PatchError, match=message):
        criticmarkup.parse(text)


# --- unified diff


def test_diff_is_the_usual_one() -> None:
    assert FORMATS["diff"].article(article(name="001.txt")) == (
        "--- 001.txt\n+++ 001.txt\n@@ -1,2 +1,2 @@\n"
        "-Talks astir it  ended.\n-The men stood astatine the wall.\n"
        "+Talks about it  ended.\n+The men stood at the wall.\n"
    ).replace(
        "-The men stood astatine the wall.\n+Talks about it  ended.\n",
        "+Talks about it  ended.\n-The men stood astatine the wall.\n",
    )


def test_diff_of_nothing_is_nothing() -> None:
    assert unified.render("a\n", Patch(), "a") == ""


@settings(max_examples=150)
@given(sources_and_patches(wild_texts))
@example(("a\n", Patch((Edit(1, 2, "\n", ""), Edit(2, 2, "", "b")))))
@example(("a\nb", Patch((Edit(1, 2, "\n", ""),))))
@example(("", Patch((Edit(0, 0, "", "a\n"),))))
@example(("a", Patch((Edit(0, 0, "", "a"), Edit(0, 1, "a", "")))))
def test_diff_leads_to_the_text(case: tuple[str, Patch]) -> None:
    source, patch = case
    assert unified.parse(unified.render(source, patch, "a"), source).apply(source) == patch.apply(source)


def test_diff_keeps_context_and_distant_hunks_apart() -> None:
    source = "".join(f"{number}\n" for number in range(1, 31))
    patch = diff(source, source.replace("5\n", "five\n", 1).replace("27\n", ""))
    text = unified.render(source, patch, "n")
    assert re.findall(r"^@@.*$", text, re.MULTILINE) == ["@@ -2,7 +2,7 @@", "@@ -24,7 +24,6 @@"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a/b.txt", "a/b.txt"),
        ("/etc/passwd", "etc/passwd"),
        ("../../x", "x"),
        ("a/../../b", "a/b"),
        (r"..\..\x", "x"),
        (r"C:\temp\x", "temp/x"),
        ("", "article"),
        ("..", "article"),
        ("./a//b", "a/b"),
        ("http://news.example/1", "http:/news.example/1"),
    ],
)
def test_diff_names_stay_inside(name: str, expected: str) -> None:
    assert unified.safe_name(name) == expected


@given(wild_texts)
def test_no_name_leaves_the_folder_or_its_line(name: str) -> None:
    safe = unified.safe_name(name)
    assert not {"", ".", ".."} & set(safe.split("/"))
    assert not re.search(r"[\n\r\x00-\x08]", unified.quoted(safe))


TOOLS = {
    "patch": ["patch", "-p0", "--quiet", "-i"],
    "git": ["git", "apply", "-p0", "--whitespace=nowarn"],
}

TRICKY = [
    ("plain", "one\ntwo\nthree\n", "one\n2\nthree\n"),
    ("no final newline", "one\ntwo", "one\n2"),
    ("final newline lost", "one\ntwo\n", "one\ntwo"),
    ("final newline added", "one\ntwo", "one\ntwo\n"),
    ("line appended", "one\n", "one\ntwo\n"),
    ("line appended without newlines", "one", "one\ntwo"),
    ("lines joined", "one\ntwo\nthree\nfour\n", "one two\nthree\nfour\n"),
    ("line split", "one two\n", "one\ntwo\n"),
    ("first line gone", "one\ntwo\n", "two\n"),
    ("last line gone", "one\ntwo\n", "one\n"),
    ("CRLF", "one\r\ntwo\r\nthree\r\n", "one\r\n2\r\nthree\r\n"),
    ("line ends mended", "one\r\ntwo\n", "one\ntwo\n"),
    ("lone return", "a\rb\nc\n", "a\rB\nc\n"),
    ("form feed and others", "a\fb\vc\x85d\u2028e on\nx\n", "a\fb\vc\x85d\u2028e at\nx\n"),
    ("from nothing", "", "a\n"),
    ("BOM and astral", "\ufeff𝔘 on 😀\nb\n", "\ufeff𝔘 at 😀\nb\n"),
    ("like a diff", "--- a\n+++ b\n@@ -1 +1 @@\n-x\n", "--- a\n+++ c\n@@ -1 +1 @@\n-y\n"),
    ("blank lines", "\n\n\na\n\n\n\n\n\n\n\nb\n\n", "\n\n\nA\n\n\n\n\n\n\n\nB\n\n"),
]


def applied(tool: str, source: str, patch: Patch, name: str, folder: Path) -> bytes:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(encode(source))
    (folder / "the.diff").write_bytes(encode(unified.render(source, patch, name)))
    done = subprocess.run([*TOOLS[tool], "the.diff"], cwd=folder, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return file.read_bytes()


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize(("label", "before", "after"), TRICKY, ids=[label for label, *_ in TRICKY])
def test_diff_is_accepted(tool: str, label: str, before: str, after: str, tmp_path: Path) -> None:
    if not shutil.which(tool):
        pytest.skip(f"{tool} is not installed")
    assert applied(tool, before, diff(before, after), "a.txt", tmp_path) == encode(after)


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize(
    "name",
    ["a b.txt", "sub dir/ä.txt", 'quo"te.txt', "tab\there.txt", "new\nline.txt", "-x.txt", "’.txt", "a\x01b"],
)
def test_diff_finds_files_of_odd_names(tool: str, name: str, tmp_path: Path) -> None:
    if not shutil.which(tool):
        pytest.skip(f"{tool} is not installed")
    assert applied(tool, "one\ntwo\n", diff("one\ntwo\n", "one\n2\n"), name, tmp_path) == b"one\n2\n"


@pytest.mark.parametrize("tool", TOOLS)
def test_any_diff_is_accepted(tool: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    """One process for many texts: hypothesis makes them, the tool applies them all."""
    if not shutil.which(tool):
        pytest.skip(f"{tool} is not installed")
    cases: list[tuple[str, Patch]] = []

    @settings(max_examples=150, database=None)
    @given(sources_and_patches())
    def collect(case: tuple[str, Patch]) -> None:
        # an emptied file may be removed by either tool; NUL bytes make a file binary for git
        if case[1].apply(case[0]) and "\x00" not in case[0] + case[1].apply(case[0]):
            cases.append(case)

    collect()
    folder = tmp_path_factory.mktemp("many")
    for number, (source, _) in enumerate(cases):
        (folder / f"{number}.txt").write_bytes(encode(source))
    diffs = "".join(unified.render(*case, f"{number}.txt") for number, case in enumerate(cases))
    (folder / "the.diff").write_bytes(encode(diffs))
    done = subprocess.run([*TOOLS[tool], "the.diff"], cwd=folder, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    for number, (source, patch) in enumerate(cases):
        assert (folder / f"{number}.txt").read_bytes() == encode(patch.apply(source))


# --- HTML


@settings(max_examples=50)
@given(st.lists(repairs(wild_texts), max_size=3))
def test_html_reads_back(many: list[FakeRepair]) -> None:
    page = "".join(FORMATS["html"].document(article(repair, str(n)) for n, repair in enumerate(many)))
    records = html.parse(page)
    assert [record.patch for record in records] == [repair.patch for repair in many]
    assert [record.proposals for record in records] == [repair.proposals for repair in many]
    assert [record.source for record in records] == [repair.source for repair in many]
    assert [record.text for record in records] == [repair.text for repair in many]


def test_html_stands_alone_and_shows_all() -> None:
    page = "".join(FORMATS["html"].document([article()]))
    assert not re.search(r"(?:src|href|url)\s*[=(]|@import", page)
    for shown in (
        "astir",
        "about",
        "astir ← about",
        "97\xa0%",
        "almost (1\xa0%)",
        "double space",
        "looks like a caption",
    ):
        assert shown in page
    assert 'tabindex="0"' in page
    assert "@media print" in page
    assert "prefers-color-scheme: dark" in page


def test_html_runs_no_script_of_an_article() -> None:
    hostile = '</script><script>alert(1)</script><img src=x onerror=alert(1)>" onfocus="alert(1) \'<!--'
    edit = Edit(0, 9, hostile[:9], hostile, "spin", 0.5, ((hostile, 0.1),), hostile)
    finding = Finding(20, 30, "furniture", 0.5, hostile)
    repair = FakeRepair(hostile, Patch((edit,)), (Edit(40, 41, hostile[40], hostile),), diagnosis([finding]))
    writer = FORMATS["html"]
    body = writer.article(article(repair, hostile))
    assert re.findall(r"<script[^>]*>", body) == ['<script type="application/json" class="textrepair-data">']
    assert "<img" not in body
    assert not re.search(r'"\s+on\w+="', body)
    assert body.count("</script>") == 1
    assert "<!--" not in body
    assert html.parse(body)[0].patch.edits == (edit,)


# --- JSON lines


@settings(max_examples=60)
@given(repairs(wild_texts))
def test_jsonl_reads_back(repair: FakeRepair) -> None:
    line = FORMATS["jsonl"].article(article(repair))
    encode(line).decode("utf-8")  # also with lone surrogates inside
    assert line.count("\n") == 1
    record = jsonl.parse(line)
    assert (record.id, record.text, record.patch) == ("001", repair.text, repair.patch)
    assert record.proposals == repair.proposals
    assert record.source == repair.source


def test_jsonl_is_the_contracts() -> None:
    record = json.loads(FORMATS["jsonl"].article(article()))
    assert list(record) == [
        *("id", "score", "model", "version", "language", "damage", "findings"),
        *("text", "edits", "proposals"),
    ]
    assert list(record["damage"]) == list(KINDS)
    assert record["damage"]["spin"] == {"probability": 0.999, "severity": 0.1}
    assert record["damage"]["translation"]["probability"] is None
    assert record["findings"] == [
        {"start": 27, "end": 30, "kind": "furniture", "score": 0.8, "reason": "looks like a caption"}
    ]
    assert record["edits"][0] == {
        "start": 6,
        "end": 11,
        "before": "astir",
        "after": "about",
        "kind": "spin",
        "confidence": 0.97,
        "alternatives": [["almost", 0.01]],
        "reason": "astir ← about",
    }


def test_scan_record_is_a_repairs_beginning() -> None:
    scan = jsonl.scan_record("001", REPAIR.diagnosis, "en-1", "0.1.0")
    assert list(scan.items()) == list(jsonl.repair_record(article()).items())[:7]


@pytest.mark.parametrize(
    "line",
    [
        *("", "{", "[]", "1", '{"text": 1, "edits": []}', '{"text": "a"}', '{"text": "a", "edits": [1]}'),
        '{"text": "a", "edits": [{"start": 0, "end": 1, "before": "x", "after": "b"}]}',
        '{"text": "a", "edits": [{"start": 0, "end": 3, "before": "x", "after": "a"}]}',
        '{"text": "a", "edits": [{"start": 0, "end": 1, "after": "a"}]}',
    ],
)
def test_jsonl_that_is_broken(line: str) -> None:
    with pytest.raises(PatchError):
        jsonl.parse(line)


# --- the table of a scan


def test_table_is_aligned() -> None:
    table = Table(["001", "記事"], KINDS)
    rows = [table.head(), table.row("001", REPAIR.diagnosis), table.row("x" * 99, diagnosis(spin=0.2))]
    assert {len(row) - len(row.split()[-1]) for row in rows} == {len(rows[0]) - len("flagged\n") + 1}
    assert rows[1].split() == ["001", "1.00", "1.00", "-", *["0.00"] * 5, "yes"]
    assert rows[2].split()[-1] == "no"


# --- M2


def test_m2_is_errants() -> None:
    assert FORMATS["m2"].article(article()) == (
        "S Talks astir it ended .\nA 1 2|||R:SPIN|||about|||REQUIRED|||-NONE-|||0\n\n"
        "S The men stood astatine the wall .\nA 3 4|||R:SPIN|||at|||REQUIRED|||-NONE-|||0\n\n"
    )


@pytest.mark.parametrize(
    ("before", "after", "annotations"),
    [
        ("a sound line", "a sound line", ["-1 -1 noop -NONE-"]),
        ("the the cat", "the cat", ["1 2 U:OTHER "]),
        ("it ends ends", "it ends", ["2 3 U:OTHER "]),
        ("he on mat", "he on the mat", ["2 2 M:OTHER the"]),
        ("he ends", "he ends.", ["2 2 M:OTHER ."]),
        ("he ends", "he ends here", ["2 2 M:OTHER here"]),
        ("NATO. .", "NATO.", ["2 3 U:OTHER "]),
        ("it remainsunclear", "it remains unclear", ["1 2 R:OTHER remains unclear"]),
        ("two  spaces", "two spaces", [r"1 2 R:OTHER \s"]),
        ("a, b", "a b", ["1 2 U:OTHER "]),
        ("(x) y", "() y", ["1 2 U:OTHER "]),
    ],
)
def test_m2_says_it_naturally(before: str, after: str, annotations: list[str]) -> None:
    text = m2.render(before, diff(before, after))
    rows = [row[2:].split("|||")[:3] for row in text.split("\n") if row.startswith("A ")]
    assert [" ".join(row) for row in rows] == annotations


@settings(max_examples=200)
@given(sources_and_patches(wild_texts))
@example(("", Patch((Edit(0, 0, "", "a |||\n"),))))
@example((" \n ", Patch((Edit(3, 3, "", "a"),))))
@example(("a", Patch((Edit(0, 0, "", "a"), Edit(0, 1, "a", "")))))
@example(("a b c d", Patch((Edit(2, 4, "b ", ""), Edit(5, 7, " d", "")))))
def test_m2_leads_to_the_text(case: tuple[str, Patch]) -> None:
    source, patch = case
    text = m2.render(source, patch)
    assert m2.parse(text, source).apply(source) == patch.apply(source)
    assert len(text.splitlines()) == text.count("\n")


words = st.lists(
    st.sampled_from(["the", "cat", "on", ",", ".", "mat", "\n", "  ", "don’t"]), max_size=12
).map(" ".join)


@settings(max_examples=200)
@given(words, words)
def test_m2_of_words(before: str, after: str) -> None:
    assert m2.parse(m2.render(before, diff(before, after)), before).apply(before) == after


@pytest.mark.parametrize(
    "text", ["S another text", "S Talks\nA 0 5|||R|||x|||REQUIRED|||-NONE-|||0", "S Talks\nA x"]
)
def test_m2_that_is_broken(text: str) -> None:
    with pytest.raises(PatchError, match=r"line \d"):
        m2.parse(text, SOURCE)


# --- colours


def test_colours_show_edits() -> None:
    shown = COLOURED["text"].article(article())
    assert "\x1b[31;9mastir\x1b[0m\x1b[32mabout\x1b[0m" in shown
    assert re.sub(
        r"\x1b\[[\d;]*m", "", colour_diff(unified.render(SOURCE, Patch(EDITS), "a"))
    ) == unified.render(SOURCE, Patch(EDITS), "a")


@given(repairs(texts))
def test_no_article_steers_the_terminal(repair: FakeRepair) -> None:
    for writer in COLOURED.values():
        shown = re.sub(r"\x1b\[[\d;]*m", "", writer.article(article(repair, "a\x1b]0;title\x07")))
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", shown)
