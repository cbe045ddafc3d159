"""Formats: cut anywhere and gone on with, the same records; written and read again, nothing lost."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import zstandard
from batches import Inline, Quiet, job
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from textrepair.batch.job import JobError, Work
from textrepair.batch.plan import make_plan
from textrepair.batch.run import run
from textrepair.corpus.articles import ReadOptions, Unreadable, article_files, read_articles
from textrepair.corpus.endings import ENDINGS, ENDINGS_OF, format_of
from textrepair.corpus.formats import FORMATS, Limits
from textrepair.corpus.formats.base import Position, Unfit
from textrepair.corpus.formats.lines import spliced
from textrepair.writer.schema import Schema

PACKED = {"": lambda data: data, ".gz": gzip.compress, ".zst": zstandard.compress}
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=6)
values = scalars | st.lists(scalars, max_size=2) | st.dictionaries(st.text(max_size=3), scalars, max_size=2)


def go(source: Path | str, out: Path | str, **options: Any) -> Any:
    return run(job(out, **options), [str(source)], Inline(), Quiet(), folder=options.get("folder"))


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.dictionaries(st.text(max_size=4), values, max_size=5), st.booleans(), st.integers(0, 2))
def test_splicing_is_assignment(record: dict[str, Any], ascii_only: bool, spaces: int) -> None:
    line = json.dumps(
        record, ensure_ascii=ascii_only, indent=None, separators=("," + " " * spaces, " :" + " " * spaces)
    )
    try:
        raw = f" {line}\r".encode()
    except UnicodeEncodeError:
        return
    new = {"text": "\n\"'é", "textrepair": {"edits": []}}
    changed = spliced(raw, {name: json.dumps(value) for name, value in new.items()})
    assert json.loads(changed) == record | new
    assert list(json.loads(changed)) == list(record | new)


def test_numbers_escapes_and_order_stay_as_they_are() -> None:
    line = b'{"big": 12345678901234567890.10, "e": 1E2, "t": "caf\\u00e9", "text":"x" , "nan": NaN}'
    assert spliced(line, {"text": '"y"', "r": "1"}) == line.replace(b'"x"', b'"y"')[:-1] + b', "r": 1}'


@pytest.mark.parametrize("packed", PACKED)
@pytest.mark.parametrize("form", ["jsonl", "csv", "tsv", "text"])
def test_cut_from_any_position(tmp_path: Path, form: str, packed: str) -> None:
    """What follows a piece's end is what came after that piece."""
    texts = [f'text {n}, "quoted"\nand a second\tline ' + "é" * (n % 5) for n in range(23)]
    paths = _written(tmp_path, form, texts, packed)
    for limits in (Limits(1), Limits(4), Limits(100, 60)):
        pieces = list(FORMATS[form].cut(paths, Position(), limits))
        records = [piece.batch.record(i, "text")["text"] for piece in pieces for i in range(len(piece.batch))]
        assert records == texts
        for i, piece in enumerate(pieces):
            assert list(FORMATS[form].cut(paths, piece.end, limits)) == pieces[i + 1 :]


def _written(folder: Path, form: str, texts: list[str], packed: str) -> tuple[str, ...]:
    pack: Any = PACKED[packed]
    if form == "text":
        for n, text in enumerate(texts):
            (folder / f"{n:02}.txt{packed}").write_bytes(pack(text.encode()))
        return tuple(sorted(str(path) for path in folder.iterdir()))
    if form == "jsonl":
        data = "\n".join(json.dumps({"id": n, "text": text}) + "\n" * (n % 2) for n, text in enumerate(texts))
    else:
        out = io.StringIO()
        writer = csv.writer(out, delimiter="," if form == "csv" else "\t")
        writer.writerows([["id", "text"], *([str(n), text] for n, text in enumerate(texts))])
        data = out.getvalue()
    path = folder / f"a.{form}{packed}"
    path.write_bytes(pack(b"\xef\xbb\xbf" + data.encode()))
    return (str(path),)


@pytest.mark.parametrize("form", ["csv", "tsv"])
def test_tables_keep_their_columns(tmp_path: Path, form: str) -> None:
    (path,) = _written(tmp_path, form, ["teh one, two", 'a "quote"', "line\nline"], "")
    with Path(path).open("ab") as file:
        file.write(b"3\n")
    outcome = go(path, tmp_path / "out")
    text = (tmp_path / "out" / f"a.{form}").read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline=""), delimiter="," if form == "csv" else "\t"))
    assert [row["text"] for row in rows] == ["the one, two", 'a "quote"', "line\nline"]
    assert [row["id"] for row in rows] == ["0", "1", "2"]
    assert [len(json.loads(row["textrepair"])["edits"]) for row in rows] == [1, 0, 0]
    assert outcome.shortcomings() == ["1 record set aside in *.quarantine.jsonl"]
    aside = (tmp_path / "out" / "a.quarantine.jsonl").read_text("utf-8")
    assert "1 columns instead of 2" in aside


@pytest.mark.parametrize(
    ("table", "done", "aside", "reason"),
    [
        ('id,text\n1,one\n2,"two\n3,three\n4,four\n', ["one"], '2,"two\n3,three\n4,four', "opens in line 3 is never"),
        ('id,text\n"1","o\nne"\n"2\n2",two\n"3",three,"four', ["o\nne", "two"], '"3",three,"four', "opens in line 6 is"),
        ('id,text\n1,"a\nb"\n2,"""two"', ["a\nb", '"two'], None, None),
        ('id,text\n1,"one\n2,"two"\n3,"three"\n', ["three"], '1,"one\n2,"two"', "in line 3 a quote closes"),
        ('id,text\n1,"one" or so\n2,a "b"\n', ["one or so", 'a "b"'], None, None),
        ('id,"text\n1,one\n', [], None, "opens in line 1 is never"),
        ('i\udcf6d,text\n1,one\n', [], None, "no valid UTF-8 \\(byte 0xF6\\)"),
    ],
)  # fmt: skip
def test_what_a_quote_swallows_is_set_aside(
    tmp_path: Path, table: str, done: list[str], aside: str | None, reason: str | None
) -> None:
    (tmp_path / "a.csv").write_bytes(table.encode("utf-8", "surrogateescape"))
    outcome = go(tmp_path / "a.csv", tmp_path / "out")
    with (tmp_path / "out" / "a.csv").open(encoding="utf-8", newline="") as file:
        assert [row["text"] for row in csv.DictReader(file)] == done
    assert outcome.complete == (reason is None)
    if reason is not None:
        told = json.loads((tmp_path / "out" / "a.quarantine.jsonl").read_text("utf-8"))
        assert re.search(reason, told["reason"])
        assert told.get("raw") == aside


@pytest.mark.parametrize("rows", [0, 5])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_the_byte_order_mark_of_a_table_stays(tmp_path: Path, mark: bytes, rows: int) -> None:
    """In every shard, since each is a file; and it is no part of the first name, though that be quoted."""
    (tmp_path / "a.csv").write_bytes(mark + b'"text","a,b"\n' + b"one,two\n" * rows)
    go(tmp_path / "a.csv", tmp_path / "out", shard_size=1)
    shards = sorted((tmp_path / "out").glob("a-*.csv"))
    assert len(shards) == max(1, rows)
    for shard in shards:
        assert shard.read_bytes().startswith(mark + b'text,"a,b",textrepair\n')
    go(tmp_path / "a.csv", tmp_path / "jsonl", output="jsonl")
    read = [json.loads(line) for line in (tmp_path / "jsonl" / "a.jsonl").read_text("utf-8").splitlines()]
    assert [(one["text"], one["a,b"]) for one in read] == [("one", "two")] * rows


@pytest.mark.parametrize("clean", [None, "clean"])
@pytest.mark.parametrize("output", ["csv", "parquet"])
@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_tables_without_rows_keep_their_columns(
    tmp_path: Path, form: str, output: str, clean: str | None
) -> None:
    """One has no row, of one all are set aside, and one has rows that are not: the columns are the same, and their types."""
    pa = pytest.importorskip("pyarrow", reason="pip install 'textrepair[parquet]'")
    pq = pytest.importorskip("pyarrow.parquet")
    tables: dict[str, list[str | None]] = {
        "none": [],
        "bad": ["boom", "boom"],
        "good": ["boom"] * 3 + ["teh"],
    }
    (tmp_path / "in").mkdir()
    for name, texts in tables.items():
        path = tmp_path / "in" / f"{name}.{form}"
        if form == "parquet":
            schema = pa.schema([("id", pa.int16()), ("text", pa.string())], metadata={"k": "v"})
            pq.write_table(pa.table([range(len(texts)), texts], schema=schema), path)
        else:
            path.write_text("id,text\n" + "".join(f"{n},{text}\n" for n, text in enumerate(texts)))
        (piece, *rest) = FORMATS[form].cut((str(path),), Position(), Limits(3))
        assert list(FORMATS[form].cut((str(path),), piece.end, Limits(3))) == rest
    work = Work(Schema(clean_field=clean), model_name="fake (1)")
    outcome = go(tmp_path / "in", tmp_path / "out", work=work, output=output)
    assert outcome.tally.counts["quarantined"] == 5
    outs = [tmp_path / "out" / f"{name}.{output}" for name in tables]
    if output == "parquet":
        none, bad, good = map(pq.read_schema, outs)
        assert good.names == ["id", "text", *filter(None, [clean]), "textrepair"]
        assert none.equals(good, check_metadata=True)
        assert bad.equals(good, check_metadata=True)
        assert [pq.read_metadata(path).num_rows for path in outs] == [0, 0, 1]
    else:
        head, *rows = outs[2].read_text("utf-8").splitlines()
        assert head == f"id,text,{'clean,' if clean else ''}textrepair"
        assert [path.read_text("utf-8") for path in outs[:2]] == [f"{head}\n"] * 2
        assert len(rows) == 1


@pytest.mark.parametrize("coding", ["UTF-16", "UTF-16LE", "UTF-16BE"])
@pytest.mark.parametrize("form", ["text", "jsonl", "csv"])
def test_utf16_is_told_as_such(tmp_path: Path, form: str, coding: str) -> None:
    text = {"text": "one\n", "jsonl": '{"text": "one"}\n', "csv": "id,text\n1,one\n"}[form]
    (tmp_path / "a").write_bytes(text.encode(coding))
    outcome = go(tmp_path / "a", tmp_path / "out", input_format=form)
    assert not outcome.complete
    (aside,) = (tmp_path / "out").glob("*.quarantine.jsonl")
    told = "is" if coding == "UTF-16" else "looks like"
    wanted = f"it {told} {coding}, not UTF-8; convert it: iconv -f {coding} -t UTF-8"
    assert json.loads(aside.read_text("utf-8"))["reason"].startswith(wanted)


def test_text_files_stay_text_files(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    (folder / "sub").mkdir(parents=True)
    (folder / "a.txt").write_bytes(b"\xef\xbb\xbfteh one\r\n")
    (folder / "sub" / "a.md.gz").write_bytes(gzip.compress(b"two"))
    (folder / "bad.txt").write_bytes(b"\xff")
    outcome = go(folder, tmp_path / "out")
    assert (tmp_path / "out" / "a.txt").read_bytes() == b"\xef\xbb\xbfthe one\r\n"
    assert (tmp_path / "out" / "sub" / "a.md").read_bytes() == b"two"
    results = [json.loads(line) for line in (tmp_path / "out" / "results.jsonl").read_text().splitlines()]
    assert [Path(one["file"]).name for one in results] == ["a.txt", "a.md.gz"]
    assert outcome.tally.counts["quarantined"] == 1


def test_shards_join_to_the_whole(tmp_path: Path) -> None:
    (path,) = _written(tmp_path, "jsonl", [f"teh {n}" for n in range(40)], "")
    go(path, tmp_path / "whole")
    go(path, tmp_path / "shards", shard_size=2000, compression="gz")
    shards = sorted((tmp_path / "shards").glob("a-*.jsonl.gz"))
    assert len(shards) > 3
    data = b"".join(gzip.decompress(shard.read_bytes()) for shard in shards)
    assert data == (tmp_path / "whole" / "a.jsonl").read_bytes()


def test_parquet_keeps_types_and_fields(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow", reason="pip install 'textrepair[parquet]'")
    pq = pytest.importorskip("pyarrow.parquet")
    when = datetime(2024, 5, 6, 7, 8, 9)
    table = pa.table(
        {
            "id": pa.array(range(10), pa.int32()),
            "text": pa.array([f"teh {n}" if n % 2 else "the" for n in range(9)] + [None]),
            "when": pa.array([when] * 10, pa.timestamp("ns")),
            "data": pa.array([b"\xff"] * 10),
            "nested": pa.array([[{"a": 1}]] * 10),
        }
    )
    pq.write_table(table, tmp_path / "a.parquet", row_group_size=4)
    pieces = list(FORMATS["parquet"].cut((str(tmp_path / "a.parquet"),), Position(), Limits(3)))
    for i, piece in enumerate(pieces):
        rest = list(FORMATS["parquet"].cut((str(tmp_path / "a.parquet"),), piece.end, Limits(3)))
        assert rest == pieces[i + 1 :]
    go(tmp_path / "a.parquet", tmp_path / "out")
    out = pq.read_table(tmp_path / "out" / "a.parquet")
    assert out.column_names == [*table.column_names, "textrepair"]
    kept = table.slice(0, 9)
    for name in ("id", "when", "data", "nested"):
        assert out.column(name).equals(kept.column(name)), name
    assert out.column("text").to_pylist() == ["the" if n % 2 == 0 else f"the {n}" for n in range(9)]
    results = out.column("textrepair").to_pylist()
    assert results[1]["edits"][0]["after"] == "the"
    assert {one["kind"] for one in results[0]["damage"]} >= {"spin", "order"}
    go(tmp_path / "a.parquet", tmp_path / "jsonl", output="jsonl")
    large = table.set_column(1, "text", table.column("text").cast(pa.large_string()))
    pq.write_table(large, tmp_path / "large.parquet")
    go(
        tmp_path / "large.parquet",
        tmp_path / "large",
        work=Work(Schema(clean_field="clean"), model_name="fake (1)"),
    )
    both = pq.read_table(tmp_path / "large" / "large.parquet")
    assert both.column("text").equals(large.column("text").slice(0, 9))
    assert both.column("clean").to_pylist() == out.column("text").to_pylist()
    line = json.loads((tmp_path / "jsonl" / "a.jsonl").read_text("utf-8").splitlines()[1])
    assert (line["when"], line["data"], line["nested"]) == ("2024-05-06T07:08:09", "/w==", [{"a": 1}])


def test_long_rows_of_parquet_come_in_small_batches(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow", reason="pip install 'textrepair[parquet]'")
    pq = pytest.importorskip("pyarrow.parquet")
    path = (str(tmp_path / "a.parquet"),)
    pq.write_table(pa.table({"text": [f"{number} " * 5000 for number in range(10, 40)]}), path[0])
    cut, limits = FORMATS["parquet"].cut, Limits(10, 40_000)
    pieces = list(cut(path, Position(), limits))
    assert [len(piece.batch) for piece in pieces] == [2] * 15
    assert pieces[3].batch.record(1, "text")["text"] == "17 " * 5000
    assert list(cut(path, pieces[3].end, limits)) == pieces[4:]


def test_jsonl_to_parquet_finds_common_types(tmp_path: Path) -> None:
    pq = pytest.importorskip("pyarrow.parquet", reason="pip install 'textrepair[parquet]'")
    odd: list[Any] = [1, 2, 3, 2.5, None, None, "x", [1], {"a": 1}]
    records = [
        {"id": n, "text": "teh", "odd": value, "int": n if n % 2 else None} for n, value in enumerate(odd)
    ]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(r) + "\n" for r in records))
    go(tmp_path / "a.jsonl", tmp_path / "out", output="parquet")
    out = pq.read_table(tmp_path / "out" / "a.parquet")
    assert out.column("int").to_pylist() == [record["int"] for record in records]
    assert [None if v is None else str(v) for v in out.column("odd").to_pylist()][6:] == [
        "x",
        "[1]",
        '{"a": 1}',
    ]
    assert out.num_rows == 9
    assert out.column_names == ["id", "text", "odd", "int", "textrepair"]
    assert out.column("text").to_pylist() == ["the"] * 9


PAGE = "<html><head><title>T{n}</title></head><body><article><p>{text}</p></article></body></html>"


def _warc(pages: int, kind: str = "response") -> bytes:
    out = []
    for n in range(pages):
        text = "It was teh first day of the fair, and people came from all over the valley to see it. " * 5
        for warc_type, content in (("request", "GET / HTTP/1.1\r\n\r\n"), (kind, "")):
            if warc_type == "response":
                content = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + PAGE.format(n=n, text=text)
            elif warc_type == "conversion":
                content = text
            head = {
                "WARC-Type": warc_type, "WARC-Record-ID": f"<urn:uuid:{n}>", "WARC-Target-URI": f"http://a.example/{n}",
                "WARC-Date": "2024-01-01T00:00:00Z", "Content-Length": str(len(content)),
                "Content-Type": "text/plain" if kind == "conversion" else f"application/http; msgtype={warc_type}",
            }  # fmt: skip
            out.append(
                "WARC/1.0\r\n" + "".join(f"{k}: {v}\r\n" for k, v in head.items()) + f"\r\n{content}\r\n\r\n"
            )
    return "".join(out).encode()


@pytest.mark.parametrize("packed", PACKED)
@pytest.mark.parametrize("form", ["warc", "wet"])
def test_web_archives(tmp_path: Path, form: str, packed: str) -> None:
    pytest.importorskip("fastwarc", reason="pip install 'textrepair[warc]'")
    pytest.importorskip("trafilatura", reason="pip install 'textrepair[warc]'")
    path = tmp_path / f"a.{form}{packed}"
    pack: Any = PACKED[packed]
    path.write_bytes(pack(_warc(7, "response" if form == "warc" else "conversion")))
    pieces = list(FORMATS[form].cut((str(path),), Position(), Limits(3)))
    assert [len(piece.batch) for piece in pieces] == [3, 3, 1]
    assert sum(piece.passed for piece in pieces) == 7
    for i, piece in enumerate(pieces):
        assert list(FORMATS[form].cut((str(path),), piece.end, Limits(3))) == pieces[i + 1 :]
    go(path, tmp_path / "out", compression="none")
    records = [json.loads(line) for line in (tmp_path / "out" / "a.jsonl").read_text("utf-8").splitlines()]
    assert [record["url"] for record in records] == [f"http://a.example/{n}" for n in range(7)]
    assert all("the first day" in record["text"] and "teh" not in record["text"] for record in records)
    assert records[3]["warc"]["WARC-Date"] == "2024-01-01T00:00:00Z"
    if form == "warc":
        assert records[3]["title"] == "T3"


def test_warc_cut_short(tmp_path: Path) -> None:
    pytest.importorskip("fastwarc", reason="pip install 'textrepair[warc]'")
    pytest.importorskip("trafilatura", reason="pip install 'textrepair[warc]'")
    (tmp_path / "a.warc").write_bytes(_warc(5)[:-400])
    outcome = go(tmp_path / "a.warc", tmp_path / "out")
    assert "cut short" in outcome.shortcomings()[0]
    assert outcome.tally.counts["records"] == 4
    (tmp_path / "b.warc").write_bytes(b"no archive\n" * 50)
    with pytest.raises((Unfit, OSError)):
        list(FORMATS["warc"].cut((str(tmp_path / "b.warc"),), Position(), Limits()))


def test_remote_in_and_out(tmp_path: Path) -> None:
    fsspec = pytest.importorskip("fsspec", reason="pip install 'textrepair[remote]'")
    fs = fsspec.filesystem("memory")
    for n in range(2):
        fs.pipe_file(f"/in/sub/{n}.jsonl.gz", gzip.compress(json.dumps({"text": f"teh {n}"}).encode()))
    with pytest.raises(JobError, match="--journal"):
        go("memory://in", "memory://out")
    for pattern in ("memory://in", "memory://in/**/*.gz", "memory://in/sub/1.jsonl.gz"):
        out = f"memory://out{len(pattern)}"
        run(job(out, compression="none"), [pattern], Inline(), Quiet(), folder=tmp_path / str(len(pattern)))
        names = [name for name in fs.find(f"/out{len(pattern)}") if name.endswith(".jsonl")]
        assert len(names) == (1 if pattern.endswith("1.jsonl.gz") else 2)
        assert json.loads(fs.cat(names[-1]))["text"] == "the 1"
        assert not [name for name in fs.find(f"/out{len(pattern)}") if ".textrepair-" in name]


def test_globs_and_names(tmp_path: Path) -> None:
    for name in ("x/a.jsonl", "y/a.jsonl", "y/.hidden.jsonl", "y/notes.bin"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text('{"text": "teh"}\n')
    go(tmp_path / "*" / "*.jsonl", tmp_path / "out")
    assert sorted(p.relative_to(tmp_path / "out").as_posix() for p in (tmp_path / "out").rglob("*.jsonl")) == [
        "x/a.jsonl", "y/a.jsonl",
    ]  # fmt: skip
    run(job(tmp_path / "flat"), [str(tmp_path / "x/a.jsonl"), str(tmp_path / "y/a.jsonl")], Inline(), Quiet())
    assert sorted(p.name for p in (tmp_path / "flat").glob("*.jsonl")) == ["a-2.jsonl", "a.jsonl"]


@pytest.mark.parametrize(
    ("path", "message"),
    [("-", "batch needs files"), ("missing.jsonl", "check the name"), ("*.nothing", "no file matches")],
)
def test_inputs_that_are_not_there(tmp_path: Path, path: str, message: str) -> None:
    with pytest.raises(JobError, match=message):
        go(path, tmp_path / "out")


def test_endings() -> None:
    names = ["a.ndjson.gz", "a.PQ", "CC.warc.wet.gz", "a.tsv.zst", "a.md"]
    assert [format_of(name) for name in names] == ["jsonl", "parquet", "wet", "tsv", "text"]
    assert list(ENDINGS_OF) == list(FORMATS)
    assert len(set(ENDINGS)) == len(ENDINGS)


@pytest.mark.parametrize("packed", PACKED)
@pytest.mark.parametrize("ending", ENDINGS)
def test_an_ending_means_the_same_to_every_command(tmp_path: Path, ending: str, packed: str) -> None:
    """What `batch` takes for records `scan` and `repair` read as records too, or refuse; never as one text."""
    folder = tmp_path / "in"
    folder.mkdir()
    path = folder / f"a{ending.upper()}{packed}"
    pack: Any = PACKED[packed]
    path.write_bytes(pack(b'{"text": "one"}\n{"text": "two"}\n'))
    (form,) = [source.form for source in make_plan([str(folder)], job(tmp_path / "out"))]
    errors: list[Unreadable] = []
    read = [article.text for article in read_articles([path], on_error=errors.append)]
    found = list(article_files(folder))
    if form == "text":
        assert (read, errors, found) == (['{"text": "one"}\n{"text": "two"}\n'], [], [str(path)])
    elif form == "jsonl":
        assert (read, errors, found) == (["one", "two"], [], [str(path)])
    else:
        assert (read, found) == ([], [])
        assert "`textrepair batch` reads it" in str(errors[0])
        assert len(list(read_articles([path], ReadOptions(input_format="text")))) == 1


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_named_pipe_in_a_folder_is_not_waited_for(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.txt").write_text("one")
    os.mkfifo(folder / "b.txt")
    errors: list[Unreadable] = []
    assert list(article_files(folder, on_error=errors.append)) == [str(folder / "a.txt")]
    assert ["b.txt: no regular file" in str(error) for error in errors] == [True]
    (source,) = make_plan([str(folder)], job(tmp_path / "out"))
    assert source.paths == (str(folder / "a.txt"),)


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
@pytest.mark.parametrize("given", ["in", "in/*"])
@pytest.mark.parametrize("ending", [".txt", ".jsonl.gz", ".csv"])
def test_a_link_that_leads_nowhere_is_set_aside(tmp_path: Path, ending: str, given: str) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.txt").write_text("teh one")
    (folder / f"b{ending}").symlink_to("missing")
    outcome = go(tmp_path / given, tmp_path / "out")
    assert (tmp_path / "out" / "a.txt").read_text() == "the one"
    assert not outcome.complete
    (aside,) = (tmp_path / "out").glob("*.quarantine.jsonl")
    assert json.loads(aside.read_text("utf-8"))["reason"].startswith("a link that leads nowhere")
    go(tmp_path / given, tmp_path / "out")
    (folder / "missing").write_bytes(b"there now")
    with pytest.raises(JobError, match=r"has changed.*--update"):
        go(tmp_path / given, tmp_path / "out")


def test_a_missing_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    from textrepair.extras import MissingExtra

    monkeypatch.setitem(sys.modules, "pyarrow", None)
    (tmp_path / "a.parquet").write_bytes(b"PAR1")
    with pytest.raises(MissingExtra, match=r"Parquet needs pyarrow: pip install 'textrepair\[parquet\]'"):
        go(tmp_path / "a.parquet", tmp_path / "out")


def test_records_of_any_kind_are_kept(tmp_path: Path) -> None:
    """Lone surrogates, NaN and duplicate keys come out as they went in."""
    folder = tmp_path
    lines = ['{"text": "half \\ud83d", "a": 1, "a": 2}', '{"text": "teh \\ud83d", "n": NaN}']
    (folder / "a.jsonl").write_text("\n".join(lines))
    go(folder / "a.jsonl", folder / "out")
    first, second = (folder / "out" / "a.jsonl").read_text("utf-8").splitlines()
    assert first.startswith(lines[0][:-1] + ', "textrepair": {')
    assert json.loads(second)["text"] == "the \ud83d"
    assert '"n": NaN' in second
