"""Text files, one article each; those of a job are read as one long list, so that a million of them are no million jobs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from textrepair.corpus.articles import binary, reason_of
from textrepair.corpus.compression import DamagedArchive
from textrepair.corpus.formats.base import Limits, Piece, Position
from textrepair.corpus.formats.lines import as_stored
from textrepair.corpus.storage import open_plain
from textrepair.fields import FieldError


@dataclass(frozen=True, slots=True)
class Files:
    """Files by their paths; what can't be read is a message instead of bytes."""

    paths: tuple[str, ...]
    contents: tuple[bytes | str, ...]

    def __len__(self) -> int:
        return len(self.paths)

    def place(self, index: int) -> str:
        return self.paths[index]

    def record(self, index: int, text_field: str) -> dict[str, Any]:
        content = self.contents[index]
        if isinstance(content, str):
            raise FieldError(content)
        if b"\0" in content:
            raise binary(content)
        text = content.decode("utf-8")
        return {"file": self.paths[index], text_field: text.removeprefix("\ufeff")}

    def raw(self, index: int) -> Mapping[str, Any]:
        content = self.contents[index]
        return {} if isinstance(content, str) else as_stored(content)


class Texts:
    """Text files; positions are places in the list."""

    name = "text"

    def cut(self, paths: tuple[str, ...], start: Position, limits: Limits) -> Iterator[Piece]:
        names: list[str] = []
        contents: list[bytes | str] = []
        size = 0
        for number, path in enumerate(paths[start.offset :], start.offset + 1):
            content = _content(path)
            names.append(path)
            contents.append(content)
            size += len(content)
            if len(names) >= limits.records or size >= limits.size:
                yield Piece(Files(tuple(names), tuple(contents)), Position(number, number))
                names, contents, size = [], [], 0
        if names:
            yield Piece(Files(tuple(names), tuple(contents)), Position(len(paths), len(paths)))


def _content(path: str) -> bytes | str:
    try:
        with open_plain(path) as file:
            return file.read()
    except (OSError, DamagedArchive) as error:
        return reason_of(error)
