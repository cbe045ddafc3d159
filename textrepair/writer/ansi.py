"""Edits in colour, for a terminal: what goes in red and struck through, what comes in green, proposals underlined,
other findings dim.

Characters that would steer the terminal (escape sequences of a hostile article, lone returns) show as pictures. This is to
be looked at, not read back.
"""

from __future__ import annotations

import re

from textrepair.patch import Edit
from textrepair.writer.base import RepairedArticle, Writer, printable
from textrepair.writer.diff import DiffWriter
from textrepair.writer.marks import marks

_RESET = "\x1b[0m"
_REMOVED = "\x1b[31;9m"
_ADDED = "\x1b[32m"
_PROPOSED = "\x1b[4;33m"
_FOUND = "\x1b[2m"
_FILE = "\x1b[1m"
_HUNK = "\x1b[36m"
_DELETED_LINE = "\x1b[31m"


class AnsiTextWriter(Writer):
    """The article with its edits and proposals in colour, for `--format text` on a terminal."""

    name = "text"
    suffix = ".txt"
    titled = True

    def article(self, article: RepairedArticle) -> str:
        source = article.repair.source
        pieces: list[str] = []
        position = 0
        for mark in marks(article.repair):
            pieces.append(_visible(source[position : mark.start]))
            if mark.edit:
                pieces.append(inline(mark.edit))
            elif mark.proposal:
                pieces.append(proposed(mark.proposal))
            else:
                pieces.append(_coloured(_FOUND, mark.text))
            position = mark.end
        pieces.append(_visible(source[position:]))
        return "".join(pieces)


class AnsiDiffWriter(DiffWriter):
    """The unified diff in colour, for `--format diff` on a terminal."""

    def article(self, article: RepairedArticle) -> str:
        return colour_diff(super().article(article))


def inline(edit: Edit) -> str:
    """An edit in colour: its text before, if any, and after."""
    return _coloured(_REMOVED, edit.before) + _coloured(_ADDED, edit.after)


def proposed(edit: Edit) -> str:
    """An edit that is only proposed: the source's text, underlined, and the proposal in brackets."""
    return _coloured(_PROPOSED, edit.before) + _coloured(_PROPOSED, f"[{edit.after}?]")


def colour_diff(diff: str) -> str:
    """A unified diff of one file with coloured lines."""
    return "".join(
        _coloured(_line_colour(line, at), line) for at, line in enumerate(re.findall(r".*\n|.+", diff))
    )


def _line_colour(line: str, at: int) -> str:
    if at < 2:
        return _FILE
    return {"-": _DELETED_LINE, "+": _ADDED, "@": _HUNK}.get(line[0], "")


def _coloured(colour: str, text: str) -> str:
    """Each line by itself, so that a pager keeps the colour and a line end is never coloured."""
    lines = _visible(text).split("\n")
    return "\n".join(f"{colour}{line}{_RESET}" if line and colour else line for line in lines)


def _visible(text: str) -> str:
    return re.sub(r"[^\n\t]+", lambda match: printable(match[0]), text.replace("\r\n", "\n"))
