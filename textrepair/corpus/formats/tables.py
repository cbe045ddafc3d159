"""CSV and TSV: a header, then a record a row; quoted fields may hold line ends.  Results become a column of JSON."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from textrepair.corpus.formats.base import Limits, Piece, Position, Unfit, UntilBroken
from textrepair.corpus.formats.lines import as_stored
from textrepair.corpus.storage import open_plain
from textrepair.fields import FieldError

#: Characters of one field; beyond, a quote was never closed.
_LONGEST_FIELD = 1 << 26


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows as they stand in the file, with the lines where they begin and the header's names."""

    header: tuple[str, ...]
    delimiter: str
    rows: tuple[bytes, ...]
    numbers: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.rows)

    def place(self, index: int) -> int:
        return self.numbers[index]

    def record(self, index: int, text_field: str) -> dict[str, Any]:
        csv.field_size_limit(_LONGEST_FIELD)
        row = next(csv.reader(_lines(self.rows[index].decode("utf-8")), delimiter=self.delimiter))
        if len(row) != len(self.header):
            raise FieldError(
                f"{len(row)} columns instead of {len(self.header)}", "quote fields that hold the delimiter"
            )
        return dict(zip(self.header, row, strict=True))

    def raw(self, index: int) -> Mapping[str, Any]:
        return as_stored(self.rows[index])


def _lines(text: str) -> list[str]:
    """Lines with their ends; only a line feed ends one, as in the file's bytes."""
    return [line + "\n" for line in text.split("\n")]


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
        header, raw, head_lines = head
        if b"\0" in raw:
            raise Unfit("a binary file (it holds NUL bytes), not UTF-8 text")
        names = tuple(name.removeprefix("\ufeff") if i == 0 else name for i, name in enumerate(header))
        if len(set(names)) < len(names):
            raise Unfit("two columns have the same name: name them differently in the first line")
        offset, line = (start.offset, start.records) if start.offset else (len(raw), head_lines)
        with open_plain(paths[0], offset) as file:
            rows: list[bytes] = []
            numbers: list[int] = []
            size = 0
            stream = UntilBroken(self._rows(file, line))
            for row, raw, count in stream:
                offset += len(raw)
                size += len(raw)
                if row:
                    rows.append(raw.removesuffix(b"\n").removesuffix(b"\r"))
                    numbers.append(line + 1)
                line += count
                if len(rows) >= limits.records or size >= limits.size:
                    if rows:
                        yield Piece(
                            Rows(names, self.delimiter, tuple(rows), tuple(numbers)), Position(offset, line)
                        )
                    rows, numbers, size = [], [], 0
            if rows:
                yield Piece(Rows(names, self.delimiter, tuple(rows), tuple(numbers)), Position(offset, line))
            stream.check()

    def _rows(self, file: Any, line: int) -> Iterator[tuple[list[str], bytes, int]]:
        """Rows, their bytes, and the lines that they take.  Bytes that are no UTF-8 are let through: whoever parses tells."""
        taken: list[bytes] = []

        def decoded() -> Iterator[str]:
            for raw in file:
                taken.append(raw)
                yield raw.decode("utf-8", "surrogateescape")

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
