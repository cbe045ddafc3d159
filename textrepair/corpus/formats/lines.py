"""JSONL: one object a line.

The bytes of a record are kept: results are spliced into the line, and nothing of it is written anew but a text that changed.
Numbers keep their digits, escapes stay escapes, keys keep their order.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Any

import regex

from textrepair.corpus.articles import binary, parse_record
from textrepair.corpus.formats.base import Limits, Piece, Position, Unfit, UntilBroken
from textrepair.corpus.storage import open_plain

_BOM = b"\xef\xbb\xbf"
_SPACE = regex.compile(r"[ \t\n\r]*")


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines with their numbers."""

    lines: tuple[bytes, ...]
    numbers: tuple[int, ...]  # blank lines are no records

    def __len__(self) -> int:
        return len(self.lines)

    def place(self, index: int) -> int:
        return self.numbers[index]

    def record(self, index: int, text_field: str) -> dict[str, Any]:
        return parse_record(self.lines[index])

    def raw(self, index: int) -> Mapping[str, Any]:
        return as_stored(self.lines[index])


def as_stored(line: bytes) -> Mapping[str, Any]:
    """Bytes in JSON: as text where they are UTF-8, else in base64."""
    try:
        return {"raw": line.decode("utf-8")}
    except UnicodeDecodeError:
        return {"raw_base64": base64.b64encode(line).decode("ascii")}


class Jsonl:
    """JSON lines; positions are bytes of the plain text."""

    name = "jsonl"

    def cut(self, paths: tuple[str, ...], start: Position, limits: Limits) -> Iterator[Piece]:
        with open_plain(paths[0], start.offset) as file:
            offset, number = start.offset, start.records
            lines: list[bytes] = []
            numbers: list[int] = []
            size = 0
            stream = UntilBroken(file)
            for line in stream:
                offset += len(line)
                number += 1
                size += len(line)
                if number == 1:
                    if b"\0" in line[: 1 << 13]:
                        raise Unfit(str(binary(line)))
                    line = line.removeprefix(_BOM)
                if line.strip():
                    lines.append(line.removesuffix(b"\n"))
                    numbers.append(number)
                if len(lines) >= limits.records or size >= limits.size:
                    if lines:
                        yield Piece(Lines(tuple(lines), tuple(numbers)), Position(offset, number))
                    lines, numbers, size = [], [], 0
            if lines:
                yield Piece(Lines(tuple(lines), tuple(numbers)), Position(offset, number))
            stream.check()


def spliced(line: bytes, changes: Mapping[str, str]) -> bytes:
    r"""The line of a JSON object with fields set to values, given as JSON; all else stays byte for byte.

    >>> spliced(b'{"n": 1.10, "text": "caf\\u00e9"}', {"text": '"tea"', "more": "[]"})
    b'{"n": 1.10, "text": "tea", "more": []}'
    >>> spliced(b'{ }', {"a": "1"})
    b'{"a": 1 }'
    """
    text = line.decode("utf-8")
    spans, last = _members(text)
    pieces = []
    at = 0
    for (begin, end), name in sorted((spans[name], name) for name in changes if name in spans):
        pieces += [text[at:begin], changes[name]]
        at = end
    pieces.append(text[at:last])
    new = [
        f"{json.dumps(name, ensure_ascii=False)}: {value}"
        for name, value in changes.items()
        if name not in spans
    ]
    if new:
        pieces.append((", " if spans else "") + ", ".join(new))
    return "".join([*pieces, text[last:]]).encode("utf-8")


_values = json.JSONDecoder().raw_decode


def _members(text: str) -> tuple[dict[str, tuple[int, int]], int]:
    """Where the values of an object's fields stand (of a field named twice, the last), and the end of the last one."""
    spans: dict[str, tuple[int, int]] = {}
    at = _after_space(text, 0) + 1
    last = at
    while text[at := _after_space(text, at)] != "}":
        if text[at] == ",":
            at = _after_space(text, at + 1)
        name, at = scanstring(text, at + 1)
        begin = _after_space(text, _after_space(text, at) + 1)
        _, at = _values(text, begin)
        spans[name] = begin, at
        last = at
    return spans, last


def _after_space(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    assert match is not None
    return int(match.end())
