"""Which parts of a text are no prose, so that their spaces, repeats and odd words mean nothing?

Code (fenced, in backticks, in ``<pre>``, ``<code>`` or ``<script>``), the hunks of a diff, tags, and lines that look like code or
a table.  The marked ranges are found once per text, each closing mark by one ``str.find``.  Whether a line looks like code is
asked only where a detector has a candidate, and of a window around it, so that one line of fifty megabytes stays linear.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from textrepair.lazy import cached_property

# The head of a unified diff's hunk, and the lines of it.
_HUNK = re.compile(r"^@@ -\d+(?:,\d+)? \+\d+(?:,\d+)? @@.*(?:\n[ +\\-].*)+", re.MULTILINE)
_HUNK_MARK = "@@ -"
_OPENING = re.compile(r"^```|^@@ -|`|<(?:pre|code|script|style)\b|</?[a-zA-Z!]", re.MULTILINE)
_CLOSING = {
    "```": "\n```",
    "<pre": "</pre>",
    "<code": "</code>",
    "<script": "</script>",
    "<style": "</style>",
}
# The longest inline code and the longest tag looked for; a longer one is prose with a stray mark in it.
_MAX_INLINE = 300
_MAX_TAG = 1000

# Characters that prose of newswire and web posts hardly uses; two in a window of a line mean code, markup or a table.
# ``\[Don\]`` and ``2\.`` are what Markdown makes of brackets and numbers in prose.
_CODE_SIGN = re.compile(
    r"[{}|_^~]|\\(?![\[\].])|[<>=+*]{1,3}(?=\s)|\(\)|::|->|=>|&&|[;{]$|\w=\w|\$[a-zA-Z]|//|^\s*(?:[$>#%]|//)\s",
    re.MULTILINE,
)
_CODE_CHARACTER = re.compile(r"[{}|_^~\\<>=+*&$]")
_CODE_PAIRS = ("()", "::", "//")
_WINDOW = 120


# What software is called in prose: names with underscores or empty brackets, members, options, settings, variables, chapters of a
# manual, comparisons, paths.  Each repetition has an end, so that a long line stays linear.
_CODE_NAME = re.compile(
    r"\b[a-zA-Z]\w{0,60}_\w{1,60}|\b[a-zA-Z][\w.]{0,60}\(\)|\b\w{1,60}(?:::|->)\w{1,60}|(?<=\s)--?[a-z][\w-]{0,60}"
    r"|\b[a-z]\w{0,60}=\S|\$[a-zA-Z]\w{1,60}|\b[a-z]{2,60}\(\d[a-z]{0,2}\)|(?<=\s)~?/[a-z]{1,60}/[\w.-]{1,60}"
    r"|\b[a-z]{1,60}[A-Z][a-z]{1,60}\(|<[a-z]{1,20}>|\b\w{1,60}\.[a-z]\w{0,60}\(|[=!]==?(?![=])|=>"
)
#: Each of these names has such a sign, and few pieces of prose have: to look for it takes a fiftieth of the time.  The names are
#: shorter than what is read before the sign.
_FROM_SIGN = re.compile(r"[_=$<>(/:-]\S{0,2000}")
_BEFORE_SIGN = 140
_ADDRESS = re.compile(r"\b\w{2,12}://\S{1,2000}|\bwww\.\S{1,2000}|\b[\w.+-]{1,64}@\S{1,255}")
#: So many different ones make a text one about software: 9 of 10 pieces of git's manual, whose words that nobody listed are
#: mostly names; of 512 newswire articles one, of 2,000 web posts 4 %, most of them about software or made of a page's code.
_CODE_NAMES = 2


class Verbatim:
    """The parts of one text that are no prose."""

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def _ranges(self) -> tuple[list[int], list[int]]:
        if not any(sign in self._text for sign in ("`", "<", _HUNK_MARK)):
            return [], []
        spans = list(_marked_ranges(self._text))
        return [start for start, _ in spans], [end for _, end in spans]

    def spans(self) -> list[tuple[int, int]]:
        """The ranges that their author marked as code or markup, half-open, in order."""
        return list(zip(*self._ranges, strict=True))

    def marked(self, position: int) -> bool:
        """Is the character inside a range that its author marked as code or markup?"""
        starts, ends = self._ranges
        index = bisect_right(starts, position) - 1
        return index >= 0 and position < ends[index]

    @cached_property
    def is_about_software(self) -> bool:
        """Does the text name so many things of code that a word which nobody listed is likely one too?"""
        found: set[str] = set()
        for piece in _signed_pieces(self._text):
            for match in _CODE_NAME.finditer(_ADDRESS.sub("", piece)):
                found.add(match.group())
                if len(found) >= _CODE_NAMES:
                    return True
        return False

    def contains(self, position: int) -> bool:
        """Is the character inside marked code, an indented line, or a line that looks like code?"""
        return self.marked(position) or self._in_code_line(position)

    def _in_code_line(self, position: int) -> bool:
        low = max(0, position - _WINDOW)
        newline = self._text.rfind("\n", low, position)
        start = newline + 1 if newline >= 0 else low
        end = self._text.find("\n", position, position + _WINDOW)
        window = self._text[start : end if end >= 0 else position + _WINDOW]
        if (newline >= 0 or low == 0) and window.startswith(("    ", "\t")):
            return True
        return _may_have_code_sign(window) and sum(1 for _ in _CODE_SIGN.finditer(window)) >= 2


def _signed_pieces(text: str) -> Iterator[str]:
    """The pieces between white space, a space before each, that have a sign of a name of code."""
    for match in _FROM_SIGN.finditer(text):
        before = text[max(0, match.start() - _BEFORE_SIGN) : match.start()]
        head = before.split()[-1] if before and not before[-1].isspace() else ""
        yield f" {head}{match.group()}"


def _may_have_code_sign(line: str) -> bool:
    """A line that fails this, as nearly all prose does, has no sign of code; asking takes a sixth of the time."""
    return (
        _CODE_CHARACTER.search(line) is not None
        or any(pair in line for pair in _CODE_PAIRS)
        or line.lstrip().startswith(("#", "%"))
        or line.endswith(";")
    )


def _marked_ranges(text: str) -> Iterator[tuple[int, int]]:
    """Half-open ranges of marked code and tags, in order, not overlapping."""
    unclosed: set[str] = set()
    end = 0
    for match in _OPENING.finditer(text):
        start, mark = match.start(), match.group()
        if start < end or mark in unclosed:
            continue
        end = _closing(text, match.end(), mark)
        if end > 0:
            yield start, end
        elif mark in _CLOSING:
            unclosed.add(mark)


def _closing(text: str, start: int, mark: str) -> int:
    """Where the range opened by ``mark`` ends; 0 if it isn't closed."""
    if mark == _HUNK_MARK:
        hunk = _HUNK.match(text, start - len(mark))
        return hunk.end() if hunk else 0
    if mark in _CLOSING:
        closing = _CLOSING[mark]
        found = text.find(closing, start)
        return found + len(closing) if found >= 0 else 0
    sign, longest = ("`", _MAX_INLINE) if mark == "`" else (">", _MAX_TAG)
    found = text.find(sign, start, start + longest)
    return 0 if found < 0 or "\n\n" in text[start:found] else found + 1
