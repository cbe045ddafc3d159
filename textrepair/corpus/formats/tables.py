"""CSV and TSV: a header, then a record a row; quoted fields may hold line ends.  Results become a column of JSON."""

from __future__ import annotations

import csv
from codecs import BOM_UTF8
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from textrepair.corpus.articles import binary, not_utf8
from textrepair.corpus.formats.base import Limits, Piece, Position, Unfit, UntilBroken
from textrepair.corpus.formats.lines import as_stored
from textrepair.corpus.storage import open_plain
from textrepair.fields import FieldError

#: Characters of one field; beyond, a quote was never closed.
_LONGEST_FIELD = 1 << 26
_CLOSE_IT = "close it, or double it if it belongs to the text"


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows as they stand in the file, with the lines where they begin; the header's names, and has the file a byte-order mark?"""

    header: tuple[str, ...]
    delimiter: str
    bom: bool
    rows: tuple[bytes, ...]
    numbers: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.rows)

    def place(self, index: int) -> int:
        return self.numbers[index]

    def record(self, index: int, text_field: str) -> dict[str, Any]:
        row = _cells(self.rows[index], self.delimiter, self.numbers[index])
        if len(row) != len(self.header):
            raise FieldError(
                f"{len(row)} columns instead of {len(self.header)}", "quote fields that hold the delimiter"
            )
        return dict(zip(self.header, row, strict=True))

    def raw(self, index: int) -> Mapping[str, Any]:
        return as_stored(self.rows[index])


def _cells(raw: bytes, delimiter: str, number: int) -> list[str]:
    """The cells of a row, which begins in this line of its file.

    Raises UnicodeDecodeError, and FieldError where a quote has swallowed what follows, as far as to another row's quote or to
    the end of the file.
    """
    csv.field_size_limit(_LONGEST_FIELD)
    # Only a line feed ends a line, as in the file's bytes.
    lines = [line + "\n" for line in raw.decode("utf-8").split("\n")]
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        return next(reader)
    except csv.Error as error:
        loose = csv.reader([*lines, ""], delimiter=delimiter)
        row = next(loose)
        if loose.line_num > len(lines):  # it was still inside the quotes
            line = number + len(lines) - row[-1].count("\n")
            raise FieldError(f"the quote that opens in line {line} is never closed", _CLOSE_IT) from error
        if len(lines) == 1:  # a slip such as `"a" b` has swallowed nothing
            return row
        line = number + reader.line_num - 1
        raise FieldError(
            f"in line {line} a quote closes in the middle of a field: one before it, from line {number} on, is never closed",
            _CLOSE_IT,
        ) from error


def _without_end(row: bytes) -> bytes:
    return row.removesuffix(b"\n").removesuffix(b"\r")


class Csv:
    """Comma-separated values; positions are bytes of the plain text, records are counted in lines."""

    name = "csv"
    delimiter = ","

    def cut(self, paths: tuple[str, ...], start: Position, limits: Limits) -> Iterator[Piece]:
        csv.field_size_limit(_LONGEST_FIELD)
        with open_plain(paths[0]) as file:
            head = next(self._rows(file, 0), None)
        if head is None:
            return
        _, raw, head_lines = head
        names = self._names(raw.removeprefix(BOM_UTF8))
        of_rows = partial(Rows, names, self.delimiter, raw.startswith(BOM_UTF8))
        offset, line = (start.offset, start.records) if start.offset else (len(raw), head_lines)
        with open_plain(paths[0], offset) as file:
            rows: list[bytes] = []
            numbers: list[int] = []
            size = 0
            untold = not start.offset  # no piece has told the columns
            stream = UntilBroken(self._rows(file, line))
            for row, raw, count in stream:
                offset += len(raw)
                size += len(raw)
                if row:
                    rows.append(_without_end(raw))
                    numbers.append(line + 1)
                line += count
                if len(rows) >= limits.records or size >= limits.size:
                    if rows:
                        yield Piece(of_rows(tuple(rows), tuple(numbers)), Position(offset, line))
                        untold = False
                    rows, numbers, size = [], [], 0
            if rows or untold:
                yield Piece(of_rows(tuple(rows), tuple(numbers)), Position(offset, line))
            stream.check()

    def _names(self, header: bytes) -> tuple[str, ...]:
        """The names of the columns.  Raises Unfit."""
        if b"\0" in header:
            raise Unfit(str(binary(header)))
        try:
            names = _cells(_without_end(header), self.delimiter, 1)
        except UnicodeDecodeError as error:
            raise Unfit(str(not_utf8(error))) from error
        except FieldError as error:
            raise Unfit(str(error)) from error
        if len(set(names)) < len(names):
            raise Unfit("two columns have the same name: name them differently in the first line")
        return tuple(names)

    def _rows(self, file: Any, line: int) -> Iterator[tuple[list[str], bytes, int]]:
        """Rows, their bytes, and the lines that they take.  Bytes that are no UTF-8 are let through: whoever parses tells."""
        taken: list[bytes] = []

        def decoded() -> Iterator[str]:
            for raw in file:
                taken.append(raw)
                first = not line and len(taken) == 1
                yield raw.decode("utf-8-sig" if first else "utf-8", "surrogateescape")

        reader = csv.reader(decoded(), delimiter=self.delimiter)
        while True:
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise Unfit(f"line {line + 1}: {error}; is a quote never closed?") from error
            raw, count = b"".join(taken), len(taken)
            taken.clear()
            line += count
            yield row, raw, count


class Tsv(Csv):
    """Tab-separated values, quoted as CSV is."""

    name = "tsv"
    delimiter = "\t"
