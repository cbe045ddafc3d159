"""Reading: what is an article, what is its id, and what happens to what can't be read."""

from __future__ import annotations

import gzip
import io
import json
import os
import sys
from pathlib import Path

import pytest
import zstandard

from textrepair.corpus.articles import Article, InputFormat, ReadOptions, Unreadable, read_articles, stem


def read(*paths: str | Path, reading: ReadOptions = ReadOptions()) -> tuple[list[Article], list[str]]:
    errors: list[Unreadable] = []
    articles = list(read_articles(paths, reading, errors.append))
    return articles, [str(error) for error in errors]


def write(path: Path, data: bytes | str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def lines(*records: object) -> str:
    return "".join(json.dumps(record) + "\n" for record in records)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no final newline",
        "one\r\ntwo\r\n",
        "mixed\nends\r\n\rhere",
        "\n\n",
        "a\u2028b\x85c",
        "𝒜stral 🙂\n",
    ],
)
def test_text_is_kept_as_it_is(tmp_path: Path, text: str) -> None:
    articles, errors = read(write(tmp_path / "a.txt", text))
    assert ([article.text for article in articles], errors) == ([text], [])


def test_byte_order_mark_belongs_to_the_file(tmp_path: Path) -> None:
    [article], _ = read(write(tmp_path / "a.txt", b"\xef\xbb\xbfText"))
    assert (article.text, article.bom) == ("Text", True)
    [article], _ = read(write(tmp_path / "b.txt", b"\xef\xbb\xbf\xef\xbb\xbfText"))
    assert (article.text, article.bom) == ("\ufeffText", True)
    [article], _ = read(write(tmp_path / "c.jsonl", b'\xef\xbb\xbf{"text": "Text"}'))
    assert (article.text, article.bom) == ("Text", False)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("001_fd7f56eb350b1d54.txt", "001_fd7f56eb350b1d54"),
        ("a.TXT", "a"),
        ("a.md.zst", "a"),
        ("a.html.gz", "a"),
        ("a.b.jsonl", "a.b"),
        ("v1.2", "v1.2"),
        (".txt", ".txt"),
        ("a.gz", "a"),
    ],
)
def test_id_of_a_file(name: str, expected: str) -> None:
    assert stem(f"folder.d/{name}") == expected


def test_ids_of_records(tmp_path: Path) -> None:
    ids: list[object] = ["x", 7, None, "", True, 1.5, {"a": 1}]
    data = lines(*({"text": "t", "id": value} for value in ids), {"text": "t"})
    articles, _ = read(write(tmp_path / "part.jsonl", data))
    own = {1: "x", 2: "7", 6: "1.5"}
    assert [article.id for article in articles] == [own.get(n, f"part:{n}") for n in range(1, 9)]


@pytest.mark.parametrize(
    "number",
    ["1.50", "-0.0", "1e5", "1E400", "0.1000000000000000055", "NaN", "123456789012345678901234567890"],
)
def test_an_id_that_is_a_number_is_kept_as_it_is_written(tmp_path: Path, number: str) -> None:
    data = f'{{"id": {number}, "text": "\\ud800 \u00e9", "n": {{"id": 2.0}}}}'
    [article], unreadable = read(write(tmp_path / "part.jsonl", data))
    assert (article.id, unreadable) == (number, [])


def test_folder_is_sorted_and_hidden_files_are_left_out(tmp_path: Path) -> None:
    for name in [
        "b.txt",
        "a.md",
        "sub/c.html",
        ".hidden.txt",
        ".git/d.txt",
        "picture.png",
        "e.txt~",
        "z.jsonl",
    ]:
        write(tmp_path / name, lines({"text": "t", "id": "z"}) if name.endswith("jsonl") else "t")
    articles, errors = read(tmp_path)
    assert ([article.id for article in articles], errors) == (["a", "b", "z", "c"], [])


def test_folder_without_articles_is_told(tmp_path: Path) -> None:
    write(tmp_path / "picture.png", "t")
    _, [error] = read(tmp_path)
    assert "no articles in this folder" in error


def test_unknown_ending_is_plain_text_when_named(tmp_path: Path) -> None:
    [article], _ = read(write(tmp_path / "notes.2024", "t"))
    assert article.id == "notes.2024"


@pytest.mark.parametrize("ending", [".gz", ".zst"])
def test_compressed(tmp_path: Path, ending: str) -> None:
    pack = gzip.compress if ending == ".gz" else zstandard.compress
    write(
        tmp_path / f"r.jsonl{ending}",
        pack(lines({"text": "one"}).encode()) + pack(lines({"text": "two"}).encode()),
    )
    write(tmp_path / f"t.txt{ending}", pack(b"Text\r\n"))
    write(tmp_path / f"empty.txt{ending}", b"")
    articles, errors = read(tmp_path)
    assert ([article.text for article in articles], errors) == (["", "one", "two", "Text\r\n"], [])


def test_gzip_padded_with_zeros(tmp_path: Path) -> None:
    [article], errors = read(write(tmp_path / "a.txt.gz", gzip.compress(b"Text") + bytes(100_000)))
    assert (article.text, errors) == ("Text", [])


@pytest.mark.parametrize("ending", [".gz", ".zst"])
def test_archive_cut_short_gives_what_is_before(tmp_path: Path, ending: str) -> None:
    pack = gzip.compress if ending == ".gz" else zstandard.compress
    records = lines(*({"text": os.urandom(500).hex(), "id": number} for number in range(1000)))
    data = pack(records.encode())
    articles, [error] = read(write(tmp_path / f"r.jsonl{ending}", data[: len(data) * 3 // 4]))
    assert 100 < len(articles) < 1000
    assert [article.id for article in articles] == [str(number) for number in range(len(articles))]
    assert "ends too early" in error
    _, [error] = read(write(tmp_path / f"t.txt{ending}", data[:-1]))
    assert "ends too early" in error
    _, [error] = read(write(tmp_path / f"t.txt{ending}", b"no archive at all"))
    assert f"not {ending[1:]} data" in error


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"{", ":2: no JSON"),
        (b"[" * 100_000, ":2: lists or objects nested too deeply"),
        (b"[1]", ":2: a list instead of an object"),
        (b'"text"', ":2: a string instead of an object"),
        (
            b'{"text": "t", "n": %s}' % (b"1" * 5000),
            ":2: a number of more than 4,300 digits; write it as a string",
        ),
        (b'{"body": "t"}', ":2: no field 'text'; its fields are 'body': name one with --text-field"),
        (b'{"text": null}', ":2: field 'text' is null, not a string"),
        (b'{"text": ["t"]}', ":2: field 'text' is a list, not a string"),
        (b'{"text": "\xff"}', ":2: no valid UTF-8 (byte 0xFF)"),
        (b'{"text": "a\0b"}', ":2: no JSON"),
    ],
)
def test_bad_record_is_told_with_its_line_and_the_rest_is_read(
    tmp_path: Path, line: bytes, expected: str
) -> None:
    path = write(tmp_path / "r.jsonl", b'{"text": "first"}\n' + line + b'\n\n  \r\n{"text": "last"}')
    articles, [error] = read(path)
    assert [(article.text, article.line) for article in articles] == [("first", 1), ("last", 5)]
    assert expected in error
    assert "\n" not in error


def test_record_fields_and_odd_values(tmp_path: Path) -> None:
    data = b'{"body": "a\\u2028b\xe2\x80\xa8c", "url": 5, "score": NaN}\r\n{"body": "\\ud800"}\n'
    articles, errors = read(write(tmp_path / "r.jsonl", data), reading=ReadOptions("body", "url"))
    assert [(article.id, article.text) for article in articles] == [
        ("5", "a\u2028b\u2028c"),
        ("r:2", "\ud800"),
    ]
    assert not errors


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("a.txt", b"PNG\0\0", ": a binary file"),
        ("a.jsonl", b"\0" * 10, ": a binary file"),
        ("a.txt", "text".encode("utf-16"), "iconv -f UTF-16 "),
        ("a.txt", "\u6587\u672c".encode("utf-16"), "iconv -f UTF-16 "),
        (
            "a.txt",
            "text: \u6587\u672c".encode("utf-16-le"),
            "it looks like UTF-16LE, not UTF-8; convert it: iconv",
        ),
        ("a.jsonl", '{"text": "t"}\n'.encode("utf-16-be"), "iconv -f UTF-16BE "),
        ("a.jsonl", '{"text": "t"}\n'.encode("utf-16"), "iconv -f UTF-16 "),
        ("a.txt", b"one\ntwo \x93quoted\x94", ":2: no valid UTF-8 (byte 0x93)"),
        ("a.txt", b"\xef\xbb\xbfone\ntwo\n\x93", ":3: no valid UTF-8 (byte 0x93)"),
    ],
)
def test_bad_file_is_told_and_the_others_are_read(
    tmp_path: Path, name: str, data: bytes, expected: str
) -> None:
    good = write(tmp_path / "good.txt", "t")
    articles, [error] = read(write(tmp_path / "bad" / name, data), good)
    assert [article.id for article in articles] == ["good"]
    assert expected in error


def test_missing_file_is_told(tmp_path: Path) -> None:
    articles, [error] = read(tmp_path / "missing.txt", write(tmp_path / "good.txt", "t"))
    assert [article.id for article in articles] == ["good"]
    assert "missing.txt: no such file" in error


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_a_link_that_leads_nowhere_is_told(tmp_path: Path) -> None:
    write(tmp_path / "good.txt", "t")
    (tmp_path / "bad.txt").symlink_to("missing.txt")
    articles, [error] = read(tmp_path)
    assert [article.id for article in articles] == ["good"]
    assert "bad.txt: a link that leads nowhere; mend the link" in error


@pytest.mark.parametrize(
    ("input_format", "expected"), [("auto", ["stdin"]), ("text", ["stdin"]), ("jsonl", ["stdin:1"])]
)
def test_standard_input(
    monkeypatch: pytest.MonkeyPatch, input_format: InputFormat, expected: list[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b'{"text": "t"}')))
    articles, _ = read("-", reading=ReadOptions(input_format=input_format))
    assert [article.id for article in articles] == expected


def test_input_format_overrules_the_ending(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", lines({"text": "t"}))
    write(tmp_path / "b.jsonl", lines({"text": "u"}))
    assert [article.text for article in read(tmp_path, reading=ReadOptions(input_format="jsonl"))[0]] == ["u"]
    assert [article.id for article in read(tmp_path, reading=ReadOptions(input_format="text"))[0]] == ["a"]
    assert read(tmp_path / "a.txt", reading=ReadOptions(input_format="jsonl"))[0][0].text == "t"


def test_records_are_read_one_by_one(tmp_path: Path) -> None:
    path = write(tmp_path / "r.jsonl", lines({"text": "first"}) + "{")
    errors: list[Unreadable] = []
    articles = read_articles([path], on_error=errors.append)
    assert next(articles).text == "first"
    assert not errors
