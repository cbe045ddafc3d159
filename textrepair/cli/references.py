"""Reference texts that a user names: files, folders, records, or an index made before."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from textrepair.cli.console import Console, Failure
from textrepair.cli.options import Command
from textrepair.corpus.articles import STDIN, ReadOptions, read_articles

if TYPE_CHECKING:
    from textrepair.reference.index import ReferenceIndex

#: Bytes of files from which on the index is made in a temporary file and not in memory.
_IN_MEMORY = 64 << 20


def option(command: Command) -> Command:
    """``--reference`` and ``--reference-index``."""
    index = click.option(
        "--reference-index", metavar="FILE", type=click.Path(dir_okay=False),
        help="Keep the index of the references in this file; it is made again only for a PATH in which anything has changed.",
    )  # fmt: skip
    paths = click.option(
        "--reference", "reference_paths", metavar="PATH", multiple=True, type=click.Path(allow_dash=True),
        help="Restore wording from these texts where they share passages with an article: files, folders, .jsonl, "
        "or an index (repeatable).",
    )  # fmt: skip
    return paths(index(command))


def take_references(options: dict[str, Any], reading: ReadOptions, console: Console) -> ReferenceIndex | None:
    """The options of :func:`option`, taken out of a command's options; None where no references are named."""
    paths: tuple[str, ...] = options.pop("reference_paths")
    place: str | None = options.pop("reference_index")
    if not paths and place is None:
        return None
    from textrepair.reference.index import ReferenceIndex, ReferenceIndexError, is_index

    made = [path for path in paths if path != STDIN and is_index(path)]
    if made and (len(paths) > 1 or place is not None):
        raise click.UsageError(
            f"{made[0]} is an index of references and goes alone; name the texts that it was made from instead."
        )
    try:
        index = ReferenceIndex(made[0] if made else place if place is not None else _place(paths))
        if paths and not made:
            _fill(index, paths, reading, console)
    except ReferenceIndexError as error:
        raise Failure(str(error)) from error
    console.detail(f"references: {len(index):,}")
    return index


def _fill(index: ReferenceIndex, paths: Sequence[str], reading: ReadOptions, console: Console) -> None:
    """Make the index hold what the paths hold, and nothing else."""
    named = {path if path == STDIN else os.path.abspath(path): path for path in paths}
    for source in index.sources().keys() - named.keys():
        index.remove(source)
    for source, path in named.items():
        references = ((a.id, a.text) for a in read_articles([path], reading, console.reference_error))
        index.add(source, _stamp(path, reading), references, _progress(console))


def _progress(console: Console) -> Any:
    return lambda done: console.note(f"{done:,} references indexed") if done >= 5_000 else None


def _place(paths: Sequence[str]) -> str:
    size = sum(file.stat().st_size for path in paths if path != STDIN for file in _files(path))
    return ":memory:" if size <= _IN_MEMORY else ""


def _stamp(path: str, reading: ReadOptions) -> str:
    """What changes when any file of a path, or the way to read it, does; empty for standard input."""
    if path == STDIN:
        return ""
    files = [f"{file}:{file.stat().st_size}:{file.stat().st_mtime_ns}" for file in _files(path)]
    return "\n".join([repr(reading), *files])


def _files(path: str) -> Iterator[Path]:
    """The files of a path that are there, in a fixed order."""
    place = Path(path)
    if place.is_dir():
        yield from sorted(file for file in place.rglob("*") if file.is_file())
    elif place.is_file():
        yield place
