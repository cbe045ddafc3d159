r"""CriticMarkup: the edits inside the text, readable and editable anywhere.

`{~~astir~>about~~}` replaces, `{++word++}` inserts, `{--word--}` deletes (criticmarkup.com). Only where the article itself
holds such a marker is anything escaped: one backslash goes into it, behind the brace that opens or before the one that
closes, besides any that are there already: `{++` is written `{\++`, `{\++` as `{\\++`, `++}` as `++\}`, `~>` as `~\>`.
Reading takes one away again, so that `parse` gives back exactly the source and the edits. Closing markers and `~>` are
escaped inside edits only.

Reading also takes what a person may add: comments `{>>…<<}` are dropped, highlights `{==…==}` lose their marks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from textrepair.patch import Edit, Patch, PatchError
from textrepair.writer.base import RepairedArticle, Writer


class CriticMarkupWriter(Writer):
    """The source with its edits marked; proposals are left out."""

    name = "criticmarkup"
    suffix = ".critic.txt"
    titled = True

    def article(self, article: RepairedArticle) -> str:
        return render(article.repair.source, article.repair.patch)


def render(source: str, patch: Patch) -> str:
    """The source with the patch's edits as CriticMarkup.

    >>> render("talks astir it", Patch((Edit(6, 11, "astir", "about"),)))
    'talks {~~astir~>about~~} it'
    """
    pieces: list[str] = []
    position = 0
    for edit in patch.edits:
        pieces += (_escape_openers(source[position : edit.start]), _marked(edit))
        position = edit.end
    pieces.append(_escape_openers(source[position:]))
    return "".join(pieces)


def parse(text: str) -> tuple[str, Patch]:
    """The source and the patch that `text` holds; PatchError, with the line, where a marker is not closed.

    >>> source, patch = parse("talks {~~astir~>about~~} it")
    >>> source, patch.apply(source)
    ('talks astir it', 'talks about it')
    """
    source: list[str] = []
    edits: list[Edit] = []
    length = 0
    for before, after in _changes(text):
        source.append(before)
        if before != after:
            last = edits[-1] if edits else None
            if (
                last and last.start == last.end == length and not before
            ):  # a person's two insertions in a row are one
                edits[-1] = Edit(length, length, "", last.after + after)
            else:
                edits.append(Edit(length, length + len(before), before, after))
        length += len(before)
    return "".join(source), Patch(tuple(edits))


# --- escaping

_OPENER = re.compile(r"\{(?=\\*(?:\+\+|--|~~|==|>>))")
_ESCAPED_OPENER = re.compile(r"\{\\(?=\\*(?:\+\+|--|~~|==|>>))")
_CLOSER = re.compile(r"((?:\+\+|--|~~|==|<<)\\*)\}")
_ESCAPED_CLOSER = re.compile(r"((?:\+\+|--|~~|==|<<)\\*)\\\}")
_ARROW = re.compile(r"(~\\*)>")
_ESCAPED_ARROW = re.compile(r"(~\\*)\\>")


def _escape_openers(text: str) -> str:
    return _OPENER.sub(r"{\\", text) if "{" in text else text


def _unescape_openers(text: str) -> str:
    return _ESCAPED_OPENER.sub("{", text) if "{" in text else text


def _escape(text: str) -> str:
    return _ARROW.sub(r"\1\\>", _CLOSER.sub(r"\1\\}", _escape_openers(text)))


def _unescape(text: str) -> str:
    return _unescape_openers(_ESCAPED_CLOSER.sub(r"\1}", _ESCAPED_ARROW.sub(r"\1>", text)))


def _marked(edit: Edit) -> str:
    before, after = _escape(edit.before), _escape(edit.after)
    if not before:
        return "{++" + after + "++}"
    if not after:
        return "{--" + before + "--}"
    return "{~~" + before + "~>" + after + "~~}"


# --- reading

_MARKER = re.compile(r"\{(\+\+|--|~~|==|>>)")
_CLOSED_BY = {"++": "++}", "--": "--}", "~~": "~~}", "==": "==}", ">>": "<<}"}


def _changes(text: str) -> Iterator[tuple[str, str]]:
    """(before, after) of each piece of the text in order; they are equal where nothing changes."""
    position = 0
    while marker := _MARKER.search(text, position):
        plain = _unescape_openers(text[position : marker.start()])
        yield plain, plain
        close = text.find(_CLOSED_BY[marker[1]], marker.end())
        if close < 0:
            raise PatchError(
                f"line {_line(text, marker.start())}: {marker[0]} is not closed by {_CLOSED_BY[marker[1]]}"
            )
        content = text[marker.end() : close]
        if marker[1] == "~~" and "~>" not in content:
            raise PatchError(f"line {_line(text, marker.start())}: {{~~ without ~> before ~~}}")
        yield _change(marker[1], content)
        position = close + 3
    plain = _unescape_openers(text[position:])
    yield plain, plain


def _change(kind: str, content: str) -> tuple[str, str]:
    if kind == "~~":
        before, _, after = content.partition("~>")
        return _unescape(before), _unescape(after)
    content = _unescape(content)
    return {"++": ("", content), "--": (content, ""), "==": (content, content), ">>": ("", "")}[kind]


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1
