"""Which articles do these paths hold?

A plain-text file is one article; a JSONL file has one a line; either may be compressed.  Files are read one at a time and
records one by one, so memory is bounded by the longest article.  What can't be read is told with its place and skipped; an
unreadable article never stops the others.

A byte-order mark at the start of a file is a property of the file, not of its text: it is no part of ``Article.text``, so no
offset counts it, and whoever writes the text back puts it in front again (``Article.bom``).  Everything else, line ends
included, stays as it is.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal, TextIO

import msgspec

from textrepair.corpus.compression import ENDINGS as COMPRESSED
from textrepair.corpus.compression import DamagedArchive, open_for_reading
from textrepair.corpus.endings import ENDINGS_OF, format_of, inner_ending
from textrepair.corpus.storage import walk
from textrepair.fields import FieldError, json_type, text_of
from textrepair.whole_file import is_no_file

TEXT_ENDINGS = ENDINGS_OF["text"]
RECORD_ENDINGS = ENDINGS_OF["jsonl"]
STDIN = "-"
_BOM = b"\xef\xbb\xbf"
_UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")
_HEAD = 1 << 13  # bytes of a file in which a NUL byte makes it binary; the length that git and grep look at

InputFormat = Literal["auto", "text", "jsonl"]


@dataclass(frozen=True, slots=True)
class Article:
    """One article as it was read.  ``record`` and ``line`` (from 1) are set where it came from a JSONL file."""

    id: str
    text: str
    source_path: str
    record: Mapping[str, object] | None = None
    line: int | None = None
    bom: bool = False


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Something that should have been an article: where it is, what is wrong, what to try."""

    path: str
    line: int | None
    what: str
    hint: str = ""

    def __str__(self) -> str:
        place = self.path if self.line is None else f"{self.path}:{self.line}"
        return f"{place}: {self.what}; {self.hint}" if self.hint else f"{place}: {self.what}"


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How to read: the names of the fields of records, and what files hold whatever their names say."""

    text_field: str = "text"
    id_field: str = "id"
    input_format: InputFormat = "auto"


OnError = Callable[[Unreadable], None]


def read_articles(
    paths: Iterable[str | Path], reading: ReadOptions = ReadOptions(), on_error: OnError = lambda _: None
) -> Iterator[Article]:
    """Read the articles of files, folders (sorted, hidden files left out) and standard input (``-``), in order."""
    for path in paths:
        if str(path) == STDIN:
            yield from _read_stdin(reading, on_error)
        elif Path(path).is_dir():
            for file in article_files(path, reading, on_error):
                yield from _read_file(file, reading, on_error)
        else:
            yield from _read_file(str(path), reading, on_error)


def stem(name: str) -> str:
    """A file's name less its known endings.

    >>> stem("news/001_fd7f.txt.gz"), stem("v1.2.md"), stem("notes.2024")
    ('001_fd7f', 'v1.2', 'notes.2024')
    """
    base = _without(Path(name).name, COMPRESSED)
    return _without(base, TEXT_ENDINGS + RECORD_ENDINGS)


def _without(name: str, endings: tuple[str, ...]) -> str:
    ending = Path(name).suffix
    return name[: -len(ending)] if ending and ending.lower() in endings else name


def article_files(
    folder: str | Path, reading: ReadOptions = ReadOptions(), on_error: OnError = lambda _: None
) -> Iterator[str]:
    """The files of a folder that hold articles, as :func:`read_articles` reads them: sorted, hidden ones left out."""
    endings = {"auto": TEXT_ENDINGS + RECORD_ENDINGS, "text": TEXT_ENDINGS, "jsonl": RECORD_ENDINGS}[
        reading.input_format
    ]

    def unlistable(error: OSError) -> None:
        on_error(Unreadable(error.filename or str(folder), None, reason_of(error)))

    found = False
    for path in map(str, walk(folder, endings, unlistable)):
        found = True
        if is_no_file(path):
            on_error(Unreadable(path, None, "no regular file", "name it by itself to read it"))
        else:
            yield path
    if not found:
        wanted = " ".join(endings)
        on_error(
            Unreadable(
                str(folder), None, "no articles in this folder", f"it is searched for {wanted} (.gz, .zst)"
            )
        )


def holds_records(path: str, reading: ReadOptions = ReadOptions()) -> bool:
    """Is each line of this file an article?"""
    if reading.input_format == "auto":
        return format_of(path) == "jsonl"
    return reading.input_format == "jsonl"


def standard_input() -> TextIO:
    """Raises OSError where the program was started without one (``<&-``)."""
    if getattr(sys, "stdin", None) is None:
        raise OSError("there is no standard input")
    return sys.stdin


def read_lines(path: str, on_error: OnError) -> Iterator[tuple[int, str]]:
    """The lines of a file or of standard input (``-``) without their ends, numbered from 1; those that are no UTF-8 are told."""
    file = _open_stdin(on_error) if path == STDIN else _open_file(path, on_error)
    if file is None:
        return
    name = "stdin" if path == STDIN else path
    with nullcontext() if path == STDIN else file:
        try:
            for number, raw in _raw_lines(file, name, on_error):
                try:
                    line = raw.decode("utf-8")
                except UnicodeDecodeError as error:
                    on_error(_not_utf8(name, number, error))
                else:
                    yield number, line.rstrip("\r\n")
        except (DamagedArchive, OSError) as error:
            on_error(Unreadable(name, None, reason_of(error), "what came before was read"))


def _raw_lines(file: BinaryIO, path: str, on_error: OnError) -> Iterator[tuple[int, bytes]]:
    """The lines of a file with their ends, numbered from 1, without its byte-order mark; a binary file is told and has none.

    Only a line feed ends a line: str.splitlines would also cut at U+2028, which JSON allows inside a string.
    """
    for number, raw in enumerate(file, start=1):
        if number == 1:
            if b"\0" in raw[:_HEAD]:
                on_error(_binary(path, raw))
                return
            raw = raw.removeprefix(_BOM)
        yield number, raw


def _read_stdin(reading: ReadOptions, on_error: OnError) -> Iterator[Article]:
    file = _open_stdin(on_error)
    if file is not None:
        yield from _read_stream(file, "stdin", reading, on_error)


def _open_stdin(on_error: OnError) -> BinaryIO | None:
    try:
        return standard_input().buffer
    except OSError as error:
        hint = "name a file, or give it one: textrepair … - < FILE"
        on_error(Unreadable("stdin", None, reason_of(error), hint))
        return None


def _read_file(path: str, reading: ReadOptions, on_error: OnError) -> Iterator[Article]:
    form = format_of(path)
    if reading.input_format == "auto" and form not in ("text", "jsonl") and os.path.exists(path):
        hint = "`textrepair batch` reads it; --input-format text takes it for one text"
        on_error(Unreadable(path, None, f"{inner_ending(path)} is {form.upper()}, not one article", hint))
        return
    file = _open_file(path, on_error)
    if file is not None:
        with file:
            yield from _read_stream(file, path, reading, on_error)


def _open_file(path: str, on_error: OnError) -> BinaryIO | None:
    try:
        return open_for_reading(path)
    except OSError as error:
        hint = ""
        if isinstance(error, FileNotFoundError):
            hint = "mend the link or remove it" if os.path.islink(path) else "check the name"
        on_error(Unreadable(path, None, reason_of(error), hint))
        return None


def _read_stream(file: BinaryIO, path: str, reading: ReadOptions, on_error: OnError) -> Iterator[Article]:
    records = holds_records(path, reading)
    try:
        if records:
            yield from _read_records(file, path, reading, on_error)
        else:
            article = _read_text(file, path, on_error)
            if article is not None:
                yield article
    except (DamagedArchive, OSError) as error:
        on_error(Unreadable(path, None, reason_of(error), "what came before was read" if records else ""))


def _read_text(file: BinaryIO, path: str, on_error: OnError) -> Article | None:
    data = file.read()
    if b"\0" in data:
        on_error(_binary(path, data))
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        on_error(_not_utf8(path, line, error))
        return None
    return Article(stem(path), text, path, bom=data.startswith(_BOM))


def _read_records(file: BinaryIO, path: str, reading: ReadOptions, on_error: OnError) -> Iterator[Article]:
    name = stem(path)
    for number, raw in _raw_lines(file, path, on_error):
        if not raw or raw.isspace():
            continue
        article = parse_line(raw, name, path, number, reading)
        if isinstance(article, Unreadable):
            on_error(article)
        else:
            yield article


def parse_line(
    raw: bytes, name: str, path: str, number: int, reading: ReadOptions = ReadOptions()
) -> Article | Unreadable:
    """The article that one line of JSONL holds; ``name`` is what records without an id are called after."""
    try:
        return _record(raw, name, path, number, reading)
    except UnicodeDecodeError as error:
        return _not_utf8(path, number, error)
    except FieldError as error:
        return Unreadable(path, number, error.what, error.hint)


def _record(raw: bytes, name: str, path: str, number: int, reading: ReadOptions) -> Article:
    record = parse_record(raw)
    text = text_of(record, reading.text_field)
    own = record.get(reading.id_field)
    if isinstance(own, float):
        own = _as_written(raw, reading.id_field)
    return Article(record_id(own, name, number), text, path, record, number)


def _as_written(raw: bytes, field: str) -> object:
    """A record's field as it stands in its line if it is a number: 1.50 is not 1.5 to whoever joins by it."""
    try:
        return json.loads(raw, parse_float=str, parse_int=str, parse_constant=str).get(field)
    except RecursionError:  # msgspec may go deeper
        return None


def ignored_id(article: Article, reading: ReadOptions) -> str | None:
    """What a record has in the place of its id, if that can't be one; None where there is an id, or nothing."""
    value = None if article.record is None else article.record.get(reading.id_field)
    if value == "":
        return "an empty string"
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return None if value is None or isinstance(value, str) or is_number else json_type(value)


def parse_record(raw: bytes) -> dict[str, object]:
    """The JSON object on a line.

    Raises UnicodeDecodeError, and :class:`~textrepair.fields.FieldError` where it is something else.
    """
    try:
        record = _parsed(raw)
    except UnicodeDecodeError:
        raise
    except json.JSONDecodeError as error:
        what = f"{error.msg.removesuffix(' at')} at column {error.colno}"
        raise FieldError(f"no JSON ({what})", "each line has to be one JSON object") from error
    except ValueError as error:
        most = sys.get_int_max_str_digits()
        raise FieldError(f"a number of more than {most:,} digits", "write it as a string") from error
    except RecursionError as error:
        what = "lists or objects nested too deeply to be read"
        raise FieldError(what, "each line has to be one JSON object, of few levels") from error
    if not isinstance(record, dict):
        raise FieldError(f"{json_type(record)} instead of an object", "each line has to be one JSON object")
    return record


def _parsed(raw: bytes) -> object:
    """What a line of JSON holds.  msgspec is three times as fast; what it refuses (half of a surrogate pair, NaN, or no JSON
    at all) the standard library accepts or explains."""
    try:
        return msgspec.json.decode(raw)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return json.loads(raw.decode("utf-8"))


def record_id(value: object, name: str, number: int) -> str:
    """A record's own id if it is a string or a whole number, else the file's name and the line."""
    if isinstance(value, str) and value:
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return f"{name}:{number}"


def _binary(path: str, data: bytes) -> Unreadable:
    wrong = binary(data)
    return Unreadable(path, None, wrong.what, wrong.hint)


def binary(data: bytes) -> FieldError:
    """What is told of bytes among which are NULs."""
    if data.startswith(_UTF16_BOMS):
        return FieldError("it is UTF-16, not UTF-8", "convert it: iconv -f UTF-16 -t UTF-8")
    # Of Latin letters in UTF-16 every other byte is NUL: the first where the high byte comes first.
    head = data[:_HEAD]
    firsts, seconds = head[::2].count(0), head[1::2].count(0)
    if not (firsts and seconds) and 4 * (firsts + seconds) > len(head):
        coding = "UTF-16BE" if firsts else "UTF-16LE"
        return FieldError(f"it looks like {coding}, not UTF-8", f"convert it: iconv -f {coding} -t UTF-8")
    return FieldError("a binary file (it holds NUL bytes), not UTF-8 text", "leave it out")


def _not_utf8(path: str, line: int, error: UnicodeDecodeError) -> Unreadable:
    wrong = not_utf8(error)
    return Unreadable(path, line, wrong.what, wrong.hint)


def not_utf8(error: UnicodeDecodeError) -> FieldError:
    """What is told of bytes that are no UTF-8."""
    if error.object.startswith(_UTF16_BOMS):
        return binary(error.object)
    byte = error.object[error.start]
    return FieldError(
        f"no valid UTF-8 (byte 0x{byte:02X})", "convert it, e.g.: iconv -f WINDOWS-1252 -t UTF-8"
    )


def reason_of(error: Exception) -> str:
    """Why a file can't be read, as it is told behind its name."""
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return text[:1].lower() + text[1:]
