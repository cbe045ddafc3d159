r"""Unified diff by line, as `patch -p0` and `git apply -p0` take it.

Hunks come from the patch's own edits: the lines that an edit touches are replaced, less those at either end that come out
the same. A line ends with `\n` and with nothing else, as for both programs; `\r`, form feeds and U+2028 are characters
of a line. File names are made relative, without `..`, and quoted as git does where they hold odd characters.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate

from textrepair.patch import Edit, Patch, PatchError, diff
from textrepair.writer.base import RepairedArticle, Writer

_CONTEXT = 3  # lines; what GNU diff and git give
_NO_NEWLINE = "\\ No newline at end of file\n"


class DiffWriter(Writer):
    """A file's section of a unified diff; nothing for an article without edits."""

    name = "diff"
    suffix = ".diff"

    def article(self, article: RepairedArticle) -> str:
        return render(article.repair.source, article.repair.patch, article.file or article.id)


def render(source: str, patch: Patch, name: str) -> str:
    """The unified diff from the source to its patched text.

    >>> print(render("on\\nin\\n", Patch((Edit(3, 5, "in", "at"),)), "a.txt"), end="")
    --- a.txt
    +++ a.txt
    @@ -1,2 +1,2 @@
     on
    -in
    +at
    """
    lines = _Lines(source)
    pieces = []
    shift = 0
    for changes in _hunks(list(_changes(lines, patch))):
        pieces.append(_hunk(lines, changes, shift))
        shift += sum(len(change.new) - (change.end - change.start) for change in changes)
    file = quoted(safe_name(name))
    return f"--- {file}\n+++ {file}\n" + "".join(pieces) if pieces else ""


def parse(text: str, source: str) -> Patch:
    """The patch on the source that a diff of one file holds; PatchError where it doesn't fit.

    Edits inside a hunk are found anew, since a diff only knows lines.
    """
    lines = _Lines(source)
    edits: list[Edit] = []
    for start, old, new in _read_hunks(text):
        if lines.lines[start : start + len(old)] != old:
            raise PatchError(f"line {start + 1}: the text differs from what the diff expects")
        edits += (edit.shifted(lines.offsets[start]) for edit in diff("".join(old), "".join(new)).edits)
    return Patch(tuple(edits))


class _Lines:
    """A text's lines with their `\\n`; str.splitlines would also cut at form feeds, lone returns and U+2028."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = text.split("\n")
        last = self.lines.pop()
        self.lines = [line + "\n" for line in self.lines]
        if last:
            self.lines.append(last)
        self.offsets = [0, *accumulate(map(len, self.lines))]

    def line_at(self, offset: int) -> int:
        """The line of that offset; the text's end belongs to the last line unless a newline ends that."""
        if offset == len(self.text) and not self.text.endswith("\n"):
            return max(len(self.lines) - 1, 0)
        return bisect_right(self.offsets, offset) - 1

    def line_after(self, offset: int) -> int:
        return min(self.line_at(offset) + 1, len(self.lines))


@dataclass(frozen=True, slots=True)
class _Change:
    """Lines [start, end) of the source become `new`."""

    start: int
    end: int
    new: list[str]


def _changes(lines: _Lines, patch: Patch) -> Iterator[_Change]:
    """The lines that edits touch, with what they become."""
    for edits in _by_lines(lines, patch.edits):
        start, end = lines.line_at(edits[0].start), lines.line_after(edits[-1].end)
        begin = lines.offsets[start]
        local = Patch(tuple(edit.shifted(-begin) for edit in edits))
        old = lines.lines[start:end]
        new = _Lines(local.apply("".join(old))).lines
        head = _common(old, new)
        tail = _common(old[head:][::-1], new[head:][::-1])
        if head < max(len(old), len(new)):  # edits that touch can cancel each other
            yield _Change(start + head, end - tail, new[head : len(new) - tail])


def _by_lines(lines: _Lines, edits: Iterable[Edit]) -> Iterator[list[Edit]]:
    """Edits grouped so that no two groups touch one line; what lies behind the last newline counts to the last line."""
    group: list[Edit] = []
    for edit in edits:
        reach = lines.offsets[lines.line_after(group[-1].end)] if group else 0
        if group and reach <= edit.start and reach < len(lines.text):
            yield group
            group = []
        group.append(edit)
    if group:
        yield group


def _common(old: list[str], new: list[str]) -> int:
    return next(
        (at for at, (one, two) in enumerate(zip(old, new, strict=False)) if one != two),
        min(len(old), len(new)),
    )


def _hunks(changes: list[_Change]) -> Iterator[list[_Change]]:
    """Changes near enough to share their context."""
    hunk: list[_Change] = []
    for change in changes:
        if hunk and change.start - hunk[-1].end > 2 * _CONTEXT:
            yield hunk
            hunk = []
        hunk.append(change)
    if hunk:
        yield hunk


def _hunk(lines: _Lines, changes: list[_Change], shift: int) -> str:
    start = max(0, changes[0].start - _CONTEXT)
    end = min(len(lines.lines), changes[-1].end + _CONTEXT)
    grown = sum(len(change.new) - (change.end - change.start) for change in changes)
    pieces = [f"@@ -{_range(start, end - start)} +{_range(start + shift, end - start + grown)} @@\n"]
    position = start
    for change in changes:
        pieces += _prefixed(" ", lines.lines[position : change.start])
        pieces += _prefixed("-", lines.lines[change.start : change.end])
        pieces += _prefixed("+", change.new)
        position = change.end
    pieces += _prefixed(" ", lines.lines[position:end])
    return "".join(pieces)


def _range(start: int, count: int) -> str:
    """POSIX: lines count from 1, an empty range names the line before it, a count of 1 is left out."""
    return f"{start + 1}" if count == 1 else f"{start + 1 if count else start},{count}"


def _prefixed(sign: str, lines: list[str]) -> Iterator[str]:
    for line in lines:
        yield sign + line if line.endswith("\n") else f"{sign}{line}\n{_NO_NEWLINE}"


_HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? ")


def _read_hunks(text: str) -> Iterator[tuple[int, list[str], list[str]]]:
    """(first line, its lines before, its lines after) of each hunk."""
    _, *hunks = re.split(r"^(?=@@ -)", text, flags=re.MULTILINE)
    for hunk in hunks:
        head, *rows = hunk.split("\n")
        range_ = _HUNK.match(head)
        if not range_:
            raise PatchError(f"not the head of a hunk: {head}")
        yield int(range_[1]) - (range_[2] != "0"), _side(rows, " -"), _side(rows, " +")


def _side(rows: list[str], signs: str) -> list[str]:
    lines = []
    for row, following in zip(rows, [*rows[1:], ""], strict=True):
        if row and row[0] in signs:
            lines.append(row[1:] + ("" if following.startswith("\\") else "\n"))
    return lines


# --- file names


def safe_name(name: str) -> str:
    """The name as a relative path inside the current folder: no root, drive, `.` or `..`, slashes only.

    >>> safe_name("../shared/./a.txt"), safe_name(r"C:\\texts\\a.txt"), safe_name("/..")
    ('shared/a.txt', 'texts/a.txt', 'article')
    """
    parts = re.sub(r"^[A-Za-z]:", "", name.replace("\\", "/")).split("/")
    return "/".join(part for part in parts if part not in ("", ".", "..")) or "article"


def quoted(name: str) -> str:
    """The name as it stands behind `---`: in C quotes, as git writes it, where it holds control characters, quotes or bytes
    that are no UTF-8; with a tab behind it where it holds a space, which otherwise ends it for some programs.
    """
    tab = "\t" if " " in name else ""
    if not re.search(r'[\x00-\x1f\x7f"\\\ud800-\udfff]', name):
        return name + tab
    return '"' + "".join(_quoted_byte(byte) for byte in _file_name_bytes(name)) + '"'


def _file_name_bytes(name: str) -> bytes:
    """As the file system has it: undecodable bytes come as surrogates U+DC80 to U+DCFF (PEP 383)."""
    try:
        return name.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return name.encode("utf-8", "surrogatepass")


_C_ESCAPES = {7: "a", 8: "b", 9: "t", 10: "n", 11: "v", 12: "f", 13: "r", 34: '"', 92: "\\"}


def _quoted_byte(byte: int) -> str:
    if byte in _C_ESCAPES:
        return "\\" + _C_ESCAPES[byte]
    return chr(byte) if 0x20 <= byte < 0x7F else f"\\{byte:03o}"
