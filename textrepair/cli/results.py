"""Where do results go: standard output, one file, a file for each article, or back into the files that were read?"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO, Protocol, TypeVar

import click

from textrepair.cli.console import Failure
from textrepair.cli.ending import unwritable
from textrepair.corpus.articles import TEXT_ENDINGS, Article
from textrepair.corpus.compression import ENDINGS as COMPRESSED
from textrepair.corpus.output import FileNames, encode, is_same_file, whole_file
from textrepair.interrupts import Hold, holding_interrupts, uninterrupted
from textrepair.writer.text import header

T = TypeVar("T")

# Opened by these names, a file that stdout is added to (``>>``) would be written over.
_STDOUT = ("-", "/dev/stdout", "/dev/fd/1")

out = click.option(
    "-o", "--output", "output", metavar="OUT", type=click.Path(allow_dash=True),
    help="Write to this file, or one file for each article into this folder (a name ending in /), instead of stdout.",
    callback=lambda _, __, output: "-" if output in _STDOUT else output,
)  # fmt: skip


class Results(Protocol):
    """Takes results in the order of the input."""

    def add(self, article: Article, data: str) -> None: ...


def is_folder(output: str) -> bool:
    """Does a name given with ``-o`` mean a folder?"""
    return output.endswith(("/", "\\")) or Path(output).is_dir()


@dataclass(frozen=True, slots=True)
class Form:
    """What surrounds the articles of an output.

    ``ending`` is that of the files in a folder, "" for the ending of each article's own file.  A stream, and each file in a
    folder, begins with ``head`` and ends with ``foot``.  ``titled`` puts ``==> name <==`` in front of each article in a
    stream, as ``head(1)`` does.
    """

    ending: str = ""
    head: str = ""
    foot: str = ""
    titled: bool = False


@contextmanager
def open_results(output: str | None, form: Form) -> Iterator[Results]:
    """Results for ``-o OUT``; without it, for stdout."""
    if output is not None and output != "-" and is_folder(output):
        folder = Path(output)
        _make(folder)
        yield _Folder(folder, form)
        return
    with _binary(output) as file, holding_interrupts() as hold:
        stream = _Stream(file, output, form, hold)
        stream.write(form.head)
        yield stream
        stream.write(form.foot)


def _binary(output: str | None) -> AbstractContextManager[BinaryIO]:
    if output is None or output == "-":
        sys.stdout.flush()
        return nullcontext(sys.stdout.buffer)
    parent = Path(output).parent
    if not parent.exists():
        _make(parent)
    return _reported(output)


@contextmanager
def _reported(path: str | Path) -> Iterator[BinaryIO]:
    """A whole file whose errors, a full disk or a missing folder, are told in one line."""
    try:
        with whole_file(path) as file:
            yield file
    except BrokenPipeError:
        raise
    except OSError as error:
        raise Failure(unwritable(path, error)) from error


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Failure(f"{folder}: can't be made ({(error.strerror or str(error)).lower()})") from error


class _Stream:
    """All results one behind the other."""

    def __init__(self, file: BinaryIO, path: str | None, form: Form, hold: Hold) -> None:
        self._file = file
        self._path = path
        self._form = form
        self._hold = hold
        self._begun = False
        self._last_source = ""

    def add(self, article: Article, data: str) -> None:
        if self._path is not None and article.source_path != self._last_source:
            refuse_input(article, self._path)
            self._last_source = article.source_path
        if self._form.titled:
            data = header(article.id, first=not self._begun) + data
        self._begun = True
        self.write(data)

    def write(self, data: str) -> None:
        if data:
            with self._hold:
                self._send(encode(data))

    def _send(self, data: bytes) -> None:
        try:
            self._file.write(data)
        except BrokenPipeError:
            raise
        except OSError as error:
            place = "standard output" if self._path in (None, "-") else self._path
            raise Failure(unwritable(place, error)) from error


class _Folder:
    """A file for each article."""

    def __init__(self, folder: Path, form: Form) -> None:
        self._names = FileNames(folder)
        self._form = form

    def add(self, article: Article, data: str) -> None:
        place = self._names.place(article.id, self._form.ending or own_ending(article))
        refuse_input(article, place)
        write_whole(place, self._form.head + data + self._form.foot)


def write_whole(place: str | Path, data: str) -> None:
    """Write one result to its own file."""
    with uninterrupted(), _reported(place) as file:
        file.write(encode(data))


def own_ending(article: Article) -> str:
    """The ending that the cleaned text of an article gets: its file's, or ``.txt`` for a record."""
    if article.record is not None:
        return ".txt"
    name = Path(article.source_path)
    ending = (Path(name.stem) if name.suffix.lower() in COMPRESSED else name).suffix
    return ending if ending.lower() in TEXT_ENDINGS else ".txt"


def refuse_input(article: Article, place: str | Path) -> None:
    """Never write over what is being read, unless asked to."""
    if is_same_file(article.source_path, place):
        raise Failure(
            f"{place}: is an input file; name another with -o (to repair in place: `textrepair repair --in-place`)"
        )


def peek(items: Iterable[T]) -> tuple[bool, Iterator[T]]:
    """Whether there is more than one item, and all items."""
    iterator = iter(items)
    first = list(islice(iterator, 2))
    return len(first) > 1, chain(first, iterator)
