"""Parquet, by pyarrow: columns and their types are kept; results become a nested column."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import Any

from textrepair.corpus.formats.base import Limits, Piece, Position, Unfit
from textrepair.corpus.storage import open_stored
from textrepair.extras import needed
from textrepair.fields import FieldError


def arrow() -> Any:
    """pyarrow, or a message that names the extra."""
    return needed("pyarrow", "parquet", "Parquet")


@dataclass(frozen=True, slots=True)
class Columns:
    """Rows of a table, as an Arrow stream."""

    first: int
    rows: int
    stream: bytes

    def __len__(self) -> int:
        return self.rows

    def place(self, index: int) -> int:
        return self.first + index

    @property
    def table(self) -> Any:
        return _table(self.stream)

    def record(self, index: int, text_field: str) -> dict[str, Any]:
        try:
            record: dict[str, Any] = self.table.slice(index, 1).to_pylist()[0]
        except (ValueError, ArithmeticError) as error:  # a time that Python can't name
            raise FieldError(f"a value can't be read ({error})") from error
        return record

    def raw(self, index: int) -> Mapping[str, Any]:
        return {"arrow_base64": base64.b64encode(stream_of(self.table.slice(index, 1))).decode("ascii")}


def stream_of(rows: Any) -> bytes:
    """A table or a record batch as an Arrow stream."""
    sink = arrow().BufferOutputStream()
    with arrow().ipc.new_stream(sink, rows.schema) as writer:
        writer.write(rows)
    return bytes(sink.getvalue().to_pybytes())


@cache
def _none() -> list[Any]:
    return [b"", None]


def _table(stream: bytes) -> Any:
    """The table of a stream; the last one is kept, since its rows are asked for one by one."""
    kept = _none()
    if kept[0] is not stream:
        kept[:] = stream, arrow().ipc.open_stream(stream).read_all()
    return kept[1]


def _parts(batch: Any, size: int) -> Iterator[Any]:
    """The rows of a batch in parts of about so many bytes."""
    rows = max(1, batch.num_rows * size // max(1, batch.nbytes))
    return (batch.slice(at, rows) for at in range(0, batch.num_rows, rows))


class Parquet:
    """Parquet files; positions are rows.  Batches end where row groups do."""

    name = "parquet"

    def cut(self, paths: tuple[str, ...], start: Position, limits: Limits) -> Iterator[Piece]:
        pa = arrow()
        parquet = needed("pyarrow.parquet", "parquet", "Parquet")
        with open_stored(paths[0]) as file:
            try:
                table = parquet.ParquetFile(file)
                row = 0
                for group in range(table.num_row_groups):
                    rows = table.metadata.row_group(group).num_rows
                    if row + rows <= start.offset:
                        row += rows
                        continue
                    batches = table.iter_batches(limits.records, row_groups=[group], use_threads=False)
                    for batch in chain.from_iterable(_parts(each, limits.size) for each in batches):
                        begin, row = row, row + batch.num_rows
                        if row > start.offset and batch.num_rows:
                            yield Piece(
                                Columns(begin + 1, batch.num_rows, stream_of(batch)), Position(row, row)
                            )
                if not (
                    row or start.offset
                ):  # no rows, but columns; its end has to differ from its beginning
                    yield Piece(Columns(1, 0, stream_of(table.schema_arrow.empty_table())), Position(1, 0))
            except pa.ArrowException as error:
                raise Unfit(f"no Parquet that can be read ({str(error).splitlines()[0]})") from error
