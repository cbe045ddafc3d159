"""Where does each article lie, so that any one can be read without reading those before it?

A file of records is only searched for line ends when it is opened, which takes 0.1 s for 100,000 articles; records are
parsed when they are looked at.  Compressed files are unpacked for that, and standard input is read once: their texts have to
be kept by whoever reads them (``Source.lasting`` is False).
"""

from __future__ import annotations

import codecs
import mmap
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from textrepair.corpus.articles import (
    STDIN,
    Article,
    OnError,
    ReadOptions,
    Unreadable,
    article_files,
    holds_records,
    parse_line,
    read_articles,
    record_id,
    stem,
)
from textrepair.corpus.compression import DamagedArchive, compression_of, open_for_reading
from textrepair.extras import MissingExtra, needed

PARQUET = ".parquet"
_CHUNK = 1 << 20
_BLANK = 16  # bytes; only so short a line is looked at for being empty when a file is indexed


@dataclass(frozen=True, slots=True)
class Place:
    """Where an article lies in its file: bytes ``[offset, offset + length)``, for Parquet rows; ``line`` counts from 1 and
    is None for a file that is one article."""

    offset: int
    length: int
    line: int | None


class Source(Protocol):
    """One file."""

    path: str
    #: Can a place be read again, at once, whenever it is wanted?
    lasting: bool

    def stamp(self) -> str:
        """What changes when the file does; "" where it is gone."""

    def places(self) -> Iterator[Place]:
        """All articles, in order."""

    def read(self, place: Place) -> Article | Unreadable:
        """One of them."""


def files(paths: Iterable[str], reading: ReadOptions, on_error: OnError) -> Iterator[str]:
    """The files that hold the articles of these paths, in order."""
    for path in paths:
        if path != STDIN and Path(path).is_dir():
            shards = sorted(str(p) for p in Path(path).rglob("*" + PARQUET) if not p.name.startswith("."))
            yield from shards
            yield from article_files(path, reading, (lambda _: None) if shards else on_error)
        elif path != STDIN and not Path(path).exists():
            on_error(Unreadable(path, None, "no such file or directory", "check the name"))
        else:
            yield path


def open_source(path: str, reading: ReadOptions) -> Source:
    """The source for one file; nothing is read yet."""
    if path == STDIN:
        return _Stdin(reading)
    if Path(path).suffix.lower() == PARQUET:
        return _Parquet(path, reading)
    if not holds_records(path, reading):
        return _TextFile(path)
    return _PackedRecords(path, reading) if compression_of(path) else _Records(path, reading)


class _File:
    lasting = True

    def __init__(self, path: str) -> None:
        self.path = path

    def stamp(self) -> str:
        try:
            status = os.stat(self.path)
        except OSError:
            return ""
        return f"{status.st_size}:{status.st_mtime_ns}"


class _TextFile(_File):
    """A file that is one article."""

    def places(self) -> Iterator[Place]:
        yield Place(0, 0, None)

    def read(self, place: Place) -> Article | Unreadable:
        reading = ReadOptions(input_format="text")
        return _only(self.path, lambda on_error: next(read_articles([self.path], reading, on_error), None))


class _Records(_File):
    """Records one a line."""

    def __init__(self, path: str, reading: ReadOptions) -> None:
        super().__init__(path)
        self._reading = reading

    def places(self) -> Iterator[Place]:
        with open(self.path, "rb") as file:
            if not os.fstat(file.fileno()).st_size:
                return
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                yield from _lines(data)

    def read(self, place: Place) -> Article | Unreadable:
        try:
            # Opened anew each time: a file that was replaced by another of the same name must not be read through the old handle.
            with open(self.path, "rb") as file:
                file.seek(place.offset)
                raw = file.read(place.length)
        except OSError as error:
            return Unreadable(self.path, place.line, (error.strerror or str(error)).lower())
        return _record(raw, self.path, place, self._reading)


def _lines(data: mmap.mmap) -> Iterator[Place]:
    start, number, size = 0, 0, len(data)
    find = data.find
    while start < size:
        number += 1
        end = find(b"\n", start) + 1 or size
        if end - start > _BLANK or data[start:end].strip():
            yield Place(start, end - start, number)
        start = end


class _PackedRecords(_File):
    """Compressed records: to be read in order, or else from the start again."""

    lasting = False

    def __init__(self, path: str, reading: ReadOptions) -> None:
        super().__init__(path)
        self._reading = reading
        self._stream: BinaryIO | None = None
        self._at = 0

    def places(self) -> Iterator[Place]:
        self.close()  # what is read from here on is the file as it is now
        offset, number, begun = 0, 0, 0
        with open_for_reading(self.path) as stream:
            while chunk := stream.read(_CHUNK):
                position = 0
                while (found := chunk.find(b"\n", position)) >= 0:
                    number += 1
                    end = offset + found + 1
                    if end - begun > _BLANK or chunk[position : found + 1].strip():
                        yield Place(begun, end - begun, number)
                    begun, position = end, found + 1
                offset += len(chunk)
        if begun < offset:
            yield Place(begun, offset - begun, number + 1)

    def read(self, place: Place) -> Article | Unreadable:
        try:
            if self._stream is None or place.offset < self._at:
                self.close()
                self._stream, self._at = open_for_reading(self.path), 0
            while self._at < place.offset:
                passed = len(self._stream.read(min(_CHUNK, place.offset - self._at)))
                if not passed:
                    break  # the file has become shorter
                self._at += passed
            raw = self._stream.read(place.length)
            self._at += len(raw)
        except (DamagedArchive, OSError) as error:
            self.close()
            return Unreadable(self.path, place.line, str(error))
        return _record(raw, self.path, place, self._reading)

    def close(self) -> None:
        if self._stream is not None:
            self._stream.close()
            self._stream = None


class _Stdin:
    """Standard input, read once and whole."""

    path = STDIN
    lasting = False

    def __init__(self, reading: ReadOptions) -> None:
        self._reading = reading
        self._articles: dict[int, Article | Unreadable] = {}

    def stamp(self) -> str:
        return "stdin"

    def places(self) -> Iterator[Place]:
        errors: list[Unreadable] = []
        for number, article in enumerate(read_articles([STDIN], self._reading, errors.append)):
            self._articles[number] = article
        for error in errors:
            self._articles[len(self._articles)] = error
        for number, found in self._articles.items():
            yield Place(number, 0, found.line)

    def read(self, place: Place) -> Article | Unreadable:
        gone = Unreadable("stdin", place.line, "standard input can be read only once")
        return self._articles.get(place.offset, gone)


class _Parquet(_File):
    """Rows of a Parquet file; one row group is held at a time."""

    def __init__(self, path: str, reading: ReadOptions) -> None:
        super().__init__(path)
        self._reading = reading
        self._file: Any = None
        self._group: tuple[int, int, Any] | None = None  # first row, row behind, columns
        self._borders: list[int] = []

    def _open(self) -> Any:
        if self._file is None:
            parquet = needed("pyarrow.parquet", "parquet", f"{self.path}: reading Parquet")
            self._file = parquet.ParquetFile(self.path)
            self._borders = [0]
            for group in range(self._file.num_row_groups):
                self._borders.append(self._borders[-1] + self._file.metadata.row_group(group).num_rows)
        return self._file

    def places(self) -> Iterator[Place]:
        self._file = self._group = None
        for row in range(self._open().metadata.num_rows):
            yield Place(row, 1, row + 1)

    def read(self, place: Place) -> Article | Unreadable:
        try:
            record = self._row(place.offset)
        except MissingExtra:
            raise
        except (OSError, ValueError, IndexError) as error:
            return Unreadable(self.path, place.line, str(error))
        text = record.get(self._reading.text_field)
        if not isinstance(text, str):
            names = ", ".join(map(repr, list(record)[:8]))
            what = f"no text in a field {self._reading.text_field!r}"
            return Unreadable(
                self.path, place.line, what, f"its fields are {names}: name one with --text-field"
            )
        number = place.line or 1
        name = record_id(record.get(self._reading.id_field), Path(stem(self.path)).stem, number)
        return Article(name, text, self.path, record, place.line)

    def _row(self, row: int) -> dict[str, Any]:
        if self._group is None or not self._group[0] <= row < self._group[1]:
            file = self._open()
            group = next(g for g in range(len(self._borders) - 1) if row < self._borders[g + 1])
            self._group = (self._borders[group], self._borders[group + 1], file.read_row_group(group))
        record: dict[str, Any] = self._group[2].slice(row - self._group[0], 1).to_pylist()[0]
        return record


def _record(raw: bytes, path: str, place: Place, reading: ReadOptions) -> Article | Unreadable:
    line = raw.removeprefix(codecs.BOM_UTF8) if place.line in (None, 1) else raw
    return parse_line(line, stem(path), path, place.line or 1, reading)


def _only(path: str, read: Callable[[OnError], Article | None]) -> Article | Unreadable:
    """The one article that a reader gives, or what it says of the failure."""
    errors: list[Unreadable] = []
    article = read(errors.append)
    if article is not None:
        return article
    return errors[0] if errors else Unreadable(path, None, "no article there")
