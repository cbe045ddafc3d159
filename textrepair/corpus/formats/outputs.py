"""How do records become files again?

In two steps.  ``encode`` makes, where a batch was worked on, a part of the output that can be stored and shown again; ``join``
makes of all parts of a file, in order, one file or several (*shards*) of a limited size.  What a file's parts have in common
only all of them tell: the columns of a table, the types of Parquet.
"""

from __future__ import annotations

import base64
import csv
import io
import json
from codecs import BOM_UTF8
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from textrepair.corpus.formats.base import Batch
from textrepair.corpus.formats.columns import Columns, arrow, stream_of
from textrepair.corpus.formats.lines import Lines, spliced
from textrepair.corpus.formats.tables import Rows
from textrepair.corpus.output import encode
from textrepair.extras import needed

#: Bytes of Parquet that are made into one row group, before compression: what readers like to take at once.
_ROW_GROUP = 1 << 26


@dataclass(frozen=True, slots=True)
class Filled:
    """A record with its results: its index in the batch, all its fields, and which of them were added or changed."""

    index: int
    record: Mapping[str, Any]
    new: tuple[str, ...]


#: Makes the next shard's file and gives the stream to write to; the one before is finished.
NextShard = Callable[[], BinaryIO]


class Output(Protocol):
    """A format that can be written."""

    name: str
    ending: str
    compressible: bool

    def encode(self, batch: Batch, filled: Sequence[Filled], new: Sequence[str]) -> bytes:
        """The part of the output that a batch makes.

        ``new`` are the columns that a table gets, that of the results last: what has rows tells them itself.
        """
        ...

    def join(self, parts: Sequence[Path], next_shard: NextShard, shard_size: int | None) -> None:
        """All parts as shards, each closed when it has ``shard_size`` bytes before compression, or more by one record."""
        ...


class JsonlOutput:
    """JSON lines.  A line that was JSON stays as it was but for what is new in it."""

    name = "jsonl"
    ending = ".jsonl"
    compressible = True

    def encode(self, batch: Batch, filled: Sequence[Filled], new: Sequence[str]) -> bytes:
        lines = (
            spliced(
                _without_bom(batch.lines[one.index]), {name: as_json(one.record[name]) for name in one.new}
            )
            if isinstance(batch, Lines)
            else as_json(one.record).encode("utf-8")
            for one in filled
        )
        return b"".join(line + b"\n" for line in lines)

    def join(self, parts: Sequence[Path], next_shard: NextShard, shard_size: int | None) -> None:
        stream, size = next_shard(), 0
        for line in _lines(parts):
            if shard_size is not None and size >= shard_size:
                stream, size = next_shard(), 0
            stream.write(line)
            size += len(line)


def _lines(parts: Sequence[Path]) -> Iterator[bytes]:
    for part in parts:
        with part.open("rb") as file:
            yield from file


def _without_bom(line: bytes) -> bytes:
    return line.removeprefix(BOM_UTF8)


def as_json(value: object) -> str:
    """JSON on one line that UTF-8 can hold: readable, unless it has lone surrogates.  What JSON doesn't know becomes text:
    times as ISO 8601, bytes as base64."""
    line = json.dumps(value, ensure_ascii=False, default=_plain)
    try:
        line.encode("utf-8")
    except UnicodeEncodeError:
        return json.dumps(value, default=_plain)
    return line


def _plain(value: object) -> object:
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, Decimal):
        return str(value)
    return str(value)


def _columns(batch: Batch) -> Sequence[str] | None:
    """The names of a table's columns; None of what is no table, whose records alone tell."""
    if isinstance(batch, Columns):
        return list(batch.table.column_names)
    return batch.header if isinstance(batch, Rows) else None


class CsvOutput:
    """Comma-separated values: the columns are all fields that occur, in the order in which they do; what is no text is JSON."""

    name = "csv"
    ending = ".csv"
    compressible = True
    delimiter = ","

    def encode(self, batch: Batch, filled: Sequence[Filled], new: Sequence[str]) -> bytes:
        columns = None if filled else _columns(batch)
        lines = [one.record for one in filled] if columns is None else [list(dict.fromkeys([*columns, *new]))]
        mark = BOM_UTF8 if isinstance(batch, Rows) and batch.bom else b""
        return mark + b"".join(as_json(line).encode("utf-8") + b"\n" for line in lines)

    def join(self, parts: Sequence[Path], next_shard: NextShard, shard_size: int | None) -> None:
        columns: dict[str, None] = {}
        mark = b""
        for line in _lines(parts):
            columns.update(dict.fromkeys(json.loads(line)))
            mark = BOM_UTF8 if line.startswith(BOM_UTF8) else mark
        stream, size = next_shard(), 0
        head = mark + self._row(columns) if columns else b""
        stream.write(head)
        for line in _lines(parts):
            if shard_size is not None and size >= shard_size:
                stream, size = next_shard(), 0
                stream.write(head)
            record = json.loads(line)
            if isinstance(record, list):  # of a part without rows
                continue
            row = self._row(_cell(record[name]) if name in record else "" for name in columns)
            stream.write(row)
            size += len(row)

    def _row(self, cells: Iterable[str]) -> bytes:
        text = io.StringIO()
        csv.writer(text, delimiter=self.delimiter, lineterminator="\n").writerow(list(cells))
        return encode(text.getvalue())


class TsvOutput(CsvOutput):
    """Tab-separated values, quoted as CSV is."""

    name = "tsv"
    ending = ".tsv"
    delimiter = "\t"


def _cell(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else as_json(value)


class ParquetOutput:
    """Parquet, compressed with zstd inside.  Columns read from Parquet keep their types; others are of the type that all their
    values have, or text (JSON) where they have none in common."""

    name = "parquet"
    ending = ".parquet"
    compressible = False

    def encode(self, batch: Batch, filled: Sequence[Filled], new: Sequence[str]) -> bytes:
        pa = arrow()
        if not filled:
            return stream_of(_without_rows(batch, new))
        changed = dict.fromkeys(name for one in filled for name in one.new)
        # All of a column, also of the records whose text did not change.
        columns = {name: _new_column([_columnar(one.record.get(name)) for one in filled]) for name in changed}
        if isinstance(batch, Columns):
            table = batch.table.take(pa.array([one.index for one in filled], pa.int64()))
            for name, column in columns.items():
                if name in table.column_names:
                    place = table.column_names.index(name)
                    table = table.set_column(place, name, _like(column, table.schema.field(place)))
                else:
                    table = table.append_column(name, column)
        else:
            table = _as_table([one.record for one in filled], columns)
        return stream_of(table)

    def join(self, parts: Sequence[Path], next_shard: NextShard, shard_size: int | None) -> None:
        pa = arrow()
        parquet = needed("pyarrow.parquet", "parquet", "Parquet")
        schema = _common([_schema(part) for part in parts])
        writer, size = parquet.ParquetWriter(next_shard(), schema, compression="zstd"), 0
        waiting: list[Any] = []
        held = 0
        for part in parts:
            with part.open("rb") as file:
                table = _cast(pa.ipc.open_stream(file).read_all(), schema)
            if shard_size is not None and size >= shard_size:
                _write_group(writer, waiting)
                writer.close()
                writer, size, waiting, held = (
                    parquet.ParquetWriter(next_shard(), schema, compression="zstd"),
                    0,
                    [],
                    0,
                )
            waiting.append(table)
            held += table.nbytes
            size += table.nbytes
            if held >= _ROW_GROUP:
                _write_group(writer, waiting)
                waiting, held = [], 0
        _write_group(writer, waiting)
        writer.close()


def _without_rows(batch: Batch, new: Sequence[str]) -> Any:
    """A table without rows, of the columns that it would have with some."""
    pa = arrow()
    names = _columns(batch)
    if names is None:
        return pa.table({})
    schema = pa.schema([(name, pa.string()) for name in names])
    if isinstance(batch, Columns):
        schema = batch.table.schema
    for name in new:
        if name not in names:
            schema = schema.append(pa.field(name, results_type() if name == new[-1] else pa.string()))
    return schema.empty_table()


def _write_group(writer: Any, tables: Sequence[Any]) -> None:
    if tables:
        table = arrow().concat_tables(tables)
        if table.num_rows:
            writer.write_table(table, row_group_size=table.num_rows)


def _schema(part: Path) -> Any:
    with part.open("rb") as file:
        return arrow().ipc.open_stream(file).schema


def results_type() -> Any:
    """The Arrow type of the results column."""
    pa = arrow()
    text, number, place = pa.string(), pa.float64(), pa.int64()
    alternative = pa.struct([("text", text), ("probability", number)])
    edit = pa.struct(
        [
            ("start", place), ("end", place), ("before", text), ("after", text), ("kind", text), ("confidence", number),
            ("alternatives", pa.list_(alternative)), ("reason", text), ("reference", text),
        ]
    )  # fmt: skip
    finding = pa.struct(
        [("start", place), ("end", place), ("kind", text), ("score", number), ("reason", text)]
    )
    damage = pa.struct([("kind", text), ("probability", number), ("severity", number)])
    return pa.struct(
        [
            ("score", number), ("damage", pa.list_(damage)), ("findings", pa.list_(finding)), ("edits", pa.list_(edit)),
            ("proposals", pa.list_(edit)), ("model", text), ("version", text),
        ]
    )  # fmt: skip


def _columnar(value: Any) -> Any:
    """Results with a list where JSON has an object of kinds, and named alternatives, so that their type is fixed."""
    if not isinstance(value, Mapping):
        return value
    changed = dict(value)
    changed["damage"] = [{"kind": kind, **damage} for kind, damage in value["damage"].items()]
    for name in ("edits", "proposals"):
        if name in value:
            changed[name] = [
                {**edit, "alternatives": [{"text": t, "probability": p} for t, p in edit["alternatives"]]}
                for edit in value[name]
            ]
    return changed


def _new_column(values: list[Any]) -> Any:
    pa = arrow()
    if any(isinstance(value, Mapping) for value in values):
        return pa.array(values, results_type())
    return pa.array([None if v is None else encode(v).decode("utf-8") for v in values], pa.string())


def _like(column: Any, field: Any) -> Any:
    """Texts in the type of the column that they replace (large_string, dictionary)."""
    pa = arrow()
    try:
        return column.cast(field.type)
    except pa.ArrowException:
        return column


def _as_table(records: Sequence[Mapping[str, Any]], known: Mapping[str, Any]) -> Any:
    """Records as columns; those of ``known`` are made already."""
    names = dict.fromkeys(name for record in records for name in record)
    columns = {
        name: known[name] if name in known else _inferred([record.get(name) for record in records])
        for name in names
    }
    return arrow().table(columns)


def _inferred(values: list[Any]) -> Any:
    pa = arrow()
    try:
        return pa.array(values)
    except (pa.ArrowException, UnicodeEncodeError, OverflowError):
        return pa.array([_as_text(value) for value in values], pa.string())


def _as_text(value: object) -> str | None:
    if value is None:
        return None
    return encode(value if isinstance(value, str) else as_json(value)).decode("utf-8")


def _common(schemas: Sequence[Any]) -> Any:
    """A schema with every column; one whose types differ beyond number widths is text."""
    pa = arrow()
    fields: dict[str, list[Any]] = {}
    for schema in schemas:
        for field in schema:
            kept = fields.setdefault(field.name, [])
            if field not in kept:
                kept.append(field)
    return pa.schema(
        [_unified(name, kept) for name, kept in fields.items()], schemas[0].metadata if schemas else None
    )


def _unified(name: str, fields: Sequence[Any]) -> Any:
    pa = arrow()
    try:
        schemas = [pa.schema([field.with_nullable(True) if len(fields) > 1 else field]) for field in fields]
        field = pa.unify_schemas(schemas, promote_options="permissive").field(name)
    except pa.ArrowException:
        return pa.field(name, pa.string())
    return pa.field(name, pa.string()) if pa.types.is_null(field.type) else field


def _cast(table: Any, schema: Any) -> Any:
    pa = arrow()
    columns = []
    for field in schema:
        if field.name not in table.column_names:
            columns.append(pa.nulls(table.num_rows, field.type))
            continue
        column = table.column(field.name)
        if column.type != field.type and pa.types.is_string(field.type) and not pa.types.is_null(column.type):
            column = pa.array([_as_text(value) for value in column.to_pylist()], pa.string())
        columns.append(column.cast(field.type))
    return pa.table(columns, schema=schema) if columns else table


OUTPUTS: dict[str, Output] = {o.name: o for o in (JsonlOutput(), CsvOutput(), TsvOutput(), ParquetOutput())}
