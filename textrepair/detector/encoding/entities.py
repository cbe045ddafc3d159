"""Which character references of HTML were left in a text: ``&rsquo;``, ``&#8217;``, ``&amp;amp;``?

A scraper that takes text out of a page and doesn't decode it leaves them.  In HTML they are no damage, and a text *about* HTML
names them, standing by themselves.  Nothing was decoded wrongly, and ``fix_encoding`` leaves them: they are proposals.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from textrepair.detector.base import Finding
from textrepair.detector.evidence import replacement
from textrepair.detector.verbatim import Verbatim
from textrepair.patch import Edit

_KIND = "encoding"
_SCORE, _UNSURE = 0.4, 0.3

# Any number of "amp;" more: encoded several times.
_REFERENCE = re.compile(r"&(?:amp;)*(?:#[0-9]{2,7}|#[xX][0-9a-fA-F]{2,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
#: What stands between spaces in prose too; others do where they are spoken of.
_BETWEEN_SPACES = frozenset("&–—…•·|©™\xa0 +=")
#: Of those that don't print, the ones that pages have.
_SPACES = frozenset("\xa0\xad\u2002\u2003\u2009\u200a\u200b\u200c\u200d\u200e\u200f")
#: Decoded they could become markup.
_MARKUP = frozenset("<>")


def entities(text: str) -> Iterator[tuple[Finding, Edit]]:
    """The references in a text, and the edits that decode them; none in a page's source."""
    if _TAG.search(text):
        return
    verbatim = Verbatim(text)
    for match in _REFERENCE.finditer(text):
        start, end = match.span()
        after = _decoded(match.group())
        if len(after) > 2 or not (after.isprintable() or after in _SPACES) or verbatim.contains(start):
            continue
        spoken_of = after not in _BETWEEN_SPACES and _is_alone(text, start, end)
        score = _UNSURE if spoken_of or after in _MARKUP else _SCORE
        edit = replacement(text, (start, end), after, _KIND, score, f"not decoded: {match.group()} ← {after}")
        yield Finding(start, end, _KIND, score, edit.reason), edit


def _is_alone(text: str, start: int, end: int) -> bool:
    """Does it touch no word and no sign that a quote goes with?"""
    before, behind = text[max(0, start - 1) : start], text[end : end + 1]
    return not before.strip("\"'“‘([") and not behind.strip("\"'”’)],.;:?!")


def _decoded(reference: str) -> str:
    """Decoded as often as it was encoded."""
    while (after := html.unescape(reference)) != reference:
        reference = after
    return reference
