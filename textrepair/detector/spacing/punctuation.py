"""Which spaces stand on the wrong side of a punctuation mark?

Candidates are found by one pass of a regular expression that starts at a space or an opening mark; each is then judged by the
characters around it.  English newswire rules: no space before ``, . : ; ? !``, a clitic or a closing mark, none behind an
opening one.  (Missing spaces: :mod:`.missing`.)
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import regex

from textrepair.detector.evidence import replacement
from textrepair.detector.near import matches
from textrepair.detector.spacing.rows import is_row, line_around
from textrepair.detector.verbatim import Verbatim
from textrepair.detector.words import english_around
from textrepair.patch import Edit

_KIND = "spacing"

# Shares found right among edits read on press and web text (9.8 M words, 2026-11-21), rounded down: of spaces before , . ; ? !
# and stops on their own 97 of 98; of missing spaces 80 of 80, of spaces inside quotes and brackets 110 of 111, but those lean on
# rules that a style of somebody's own may break.
SURE = 0.97
LIKELY = 0.9
UNSURE = 0.3

# The possessive run behind a look-behind keeps a line of 10^6 spaces linear.
_STRAY = re.compile(
    r"(?<! ) ++(?:(?P<before>[,.:;?!)]|”(?=\s|$)|“(?=[\r\n]|$))|(?P<turned>”)(?=\w))|(?P<opening>[(“]) ++(?=\w)"
)
_BEFORE = tuple(f" {sign}" for sign in ",.:;?!)”“")

# How far a partner of a bracket or a quote is looked for, in characters: a long sentence, and a long quotation.
_NEAR = 200
_FAR = 1000


def stray_spaces(text: str, verbatim: Verbatim, spans: Iterable[tuple[int, int]]) -> Iterator[Edit]:
    """Edits for spaces on the wrong side of a mark; ``spans`` are where a scan saw the one or the other."""
    for place in _places(text, spans):
        match = _STRAY.match(text, place)
        if match is None:
            continue
        start, end = match.span()
        if match["before"]:
            follows = start and not text[start - 1].isspace() and not _parts_columns(text, start, end)
            edit = _judge_before(text, start, end) if follows else None
            if edit is not None and _ends_link(text, start):
                edit = replace(edit, confidence=UNSURE, reason=f"{edit.reason} {BEHIND_A_LINK}")
        elif match["turned"]:
            edit = _judge_turned(text, start, end)
        else:
            edit = _judge_opening(text, start, end)
        if edit is not None and not verbatim.contains(start):
            yield edit


def _parts_columns(text: str, start: int, end: int) -> bool:
    """Are these spaces a gap between the cells of a table?"""
    return text[start : start + 2] == "  " and is_row(text, *line_around(text, start, end))


def _places(text: str, spans: Iterable[tuple[int, int]]) -> list[int]:
    """Where stray spaces can be, in order: a thirtieth of the time that the whole pattern would take."""
    places: set[int] = set()
    for low, high in ((max(0, start - 1), end + 1) for start, end in spans):
        for opening in ("( ", "“ "):
            places.update(_all(opening, text, low, high))
        for pair in _BEFORE:
            for start in _all(pair, text, low, high):
                while start and text[start - 1] == " ":
                    start -= 1
                places.add(start)
    return sorted(places)


def _all(pair: str, text: str, low: int, high: int) -> Iterator[int]:
    """Where two characters stand in a part of a text."""
    at = text.find(pair, low, high)
    while at >= 0:
        yield at
        at = text.find(pair, at + 1, high)


#: What a pattern's match may have in front of the sign that a scan saw, and behind it, in characters.
_MARGIN = 8


def matches_near(pattern: Any, text: str, spans: Iterable[tuple[int, int]]) -> Iterator[re.Match[str]]:
    """The matches of a pattern, of ``re`` or ``regex``, in and around parts of a text, given in their order."""
    done = 0
    for low, high in spans:
        for match in matches(pattern, text, max(done, low - _MARGIN), high + _MARGIN):
            done = match.end()
            yield match


# A clitic that a tokeniser or a scraper set apart: "it 's", "do n't", and "it' s", "it ' s", of which the rest is no word.
_APART = regex.compile(
    r"(?<=[A-Za-z0-9”’)]) ++(?=['’](?:s|re|ve|ll|d)\b(?![-'’*]))"
    r"|(?<=\b(?i:do|does|did|is|are|was|were|has|have|had|ca|can|could|wo|would|should|must|need|might|ai)) ++(?=n['’]t\b)"
    r"|(?<=[a-z]['’]) ++(?=s\b(?:[ ,.;:?!]|$))|(?<=n['’]) ++(?=t\b(?:[ ,.;:?!]|$))"
    r"|(?<=\b(?i:we|you|they|who|i)['’]) ++(?=(?:re|ve)\b)"
    r"|(?<=\b(?i:we|you|they|he|she|it|i)['’]) ++(?=ll\b)|(?<=\bI['’]) ++(?=[md]\b)|(?<=\bI) ++(?=['’]m\b)"
    r"|(?<=[A-Za-z]{2}|\bI) ++['’] ++(?=(?:s|re|ve|ll|d|m)\b(?! ?['’]))"
    r"|(?<=\b(?i:do|does|did|is|are|was|were|has|have|had|ca|could|wo|would|should|must|need|might|ai)n) ++['’] ++(?=t\b)",
    regex.MULTILINE,
)


def apart_clitics(text: str, verbatim: Verbatim, spans: Iterable[tuple[int, int]]) -> Iterator[Edit]:
    """Edits that put a clitic back to its word; ``spans`` are where a scan saw the one apart from the other."""
    for match in matches_near(_APART, text, spans):
        start, end = match.span()
        if not verbatim.contains(start) and english_around(text, start, end):
            yield space_edit(
                text, start, end, match.group().strip(" "), LIKELY, "a clitic apart from its word"
            )


def space_edit(text: str, start: int, end: int, after: str, confidence: float, reason: str) -> Edit:
    return replacement(text, (start, end), after, _KIND, confidence, reason)


# An address, a tag or a handle: a space behind it keeps the mark out of the link, and many write it so on purpose.
_LINK = re.compile(r"(?:^|[\s(“\"])(?:[#@]\w[\w.]*|\w+://\S+|(?:[\w-]+\.)+[a-z]{2,}(?:/\S*)?)\Z")
_SIGN_OF_LINK = frozenset("#@:.")  # of which every link has one
_LONGEST_LINK = 100
BEHIND_A_LINK = "behind a link"


def _ends_link(text: str, end: int) -> bool:
    """Is what ends here something to click on?"""
    low = max(0, end - _LONGEST_LINK)
    last = text[low:end].split()[-1:]
    if not last or _SIGN_OF_LINK.isdisjoint(last[0]):
        return False
    return _LINK.search(text, low, end) is not None


# --- a space before a mark --------------------------------------------------------------------------------------------


def _judge_before(text: str, start: int, end: int) -> Edit | None:
    """``text[start:end]`` is spaces and a mark; what stands before is no white space."""
    sign, before = text[end - 1], text[start - 1]
    if sign == ".":
        return _judge_stop(text, start, end)
    if sign == ")":
        return _judge_closing_bracket(text, start, end)
    if sign == "“":  # at the end of a line: a quote opens where one should close
        right = before in ".,!?…" and is_open(text, start)
        return (
            space_edit(text, start, end, "”", LIKELY, "a closing quote facing the wrong way")
            if right
            else None
        )
    if sign == "”":
        right = (before.isalnum() or before in ".,!?…") and is_open(text, start)
        return (
            space_edit(text, start, end - 1, "", LIKELY, "a space before a closing quote") if right else None
        )
    return _judge_inner(text, start, end)


def _judge_inner(text: str, start: int, end: int) -> Edit | None:
    """A space before ``,`` ``:`` ``;`` ``?`` or ``!``."""
    sign, before, after = text[end - 1], text[start - 1], text[end : end + 2]
    if not (before.isalnum() or before in '”’")%'):
        return None
    if after and not after[0].isspace() and after[0] not in '”"':
        return None
    if sign == ":":
        in_prose = before != '"' and _is_in_prose(
            text, start, end
        )  # a straight quote ends the name of a value in code
        return space_edit(text, start, end - 1, "", LIKELY, "a space before :") if in_prose else None
    if sign in "?!" and after[1:] and (after[1].islower() or after[1].isdigit()):
        return None  # a mark put at random into spam, a negation in code
    if sign != "," and text.rfind("«", max(0, start - _NEAR), start) > text.rfind("»", 0, start):
        return None  # « C'est la vie ! »: French puts a space there
    if sign == "?" and not _asks(text, start):
        return space_edit(text, start, end - 1, "", UNSURE, "a space before ?")
    return space_edit(text, start, end - 1, "", SURE, f"a space before {sign}")


_WORD = re.compile(r"[A-Za-z]{2,}")
_FEWEST_BEFORE_COLON = 6


def _is_in_prose(text: str, start: int, end: int) -> bool:
    """Does a sentence go on behind a colon, which is no label's (``Price : 5``)?"""
    words = _WORD.findall(_sentence_before(text, start))
    return (
        len(words) >= _FEWEST_BEFORE_COLON
        and text[end : end + 1] == " "
        and text[end + 1 : end + 2].strip() != ""
    )


def _sentence_before(text: str, end: int) -> str:
    """What stands in front in the same sentence and line."""
    low = max(0, end - _NEAR)
    low = max(low, text.rfind("\n", low, end))
    return re.split(r"[.!?] ", text[low:end])[-1]


# Words of which nearly every question has one.
_ASKING = re.compile(
    r"\b(?:wh(?:o|om|ose|at|ich|en|ere|y|ether|atever)|how|if|am|is|are|was|were|be|do|does|did|has|have|had|can|could|will|would"
    r"|shall|should|may|might|must|need|ca|wo|ai|(?:is|are|was|were|do|does|did|has|have|had|can|could|would|should)n|any|right"
    r"|okay|ok|yes|no|really|eh|huh|remember|ready|sure|anyone|anything|questions?)\b",
    re.IGNORECASE,
)


def _asks(text: str, end: int) -> bool:
    """Is what ends here a question?  In none a ``?`` may stand for a lost character, mostly an emoji."""
    sentence = _sentence_before(text, end)
    return _ASKING.search(sentence) is not None or len(sentence.split()) < 4


_ELLIPSIS = re.compile(r"\s?\.")
#: Behind a stop that is spoken of: ``names beginning with . (a dot) are kept``.
_GOES_ON = re.compile(r" [a-z(]")
_TITLE = re.compile(r"[A-Z][a-z]*(?=[ ,’'])")
# Words that begin sentences, so that ``.The`` is one and ``.Net`` or ``.Js`` is none: function words, a closed class.
OPENERS = frozenset(
    "the this that these those it he she they we you i in on at for but and a an as if when while there what who how why his "
    "her their our my its also however after before since with by to from not no some many most one two all even so then "
    "now".split()
)


def _judge_stop(text: str, start: int, end: int) -> Edit | None:
    """A space before a full stop, or a full stop on its own behind another; no ellipsis, no `` .com``, no ``git add .``."""
    before, after = text[start - 1], text[end : end + 1]
    if _ELLIPSIS.match(text, end) or (
        before == "." and not text[start - 2 : start - 1].strip(" .\xa0\u2009")
    ):
        return None
    if after and not after.isspace() and after not in '”"’)':
        return _judge_stop_before_word(text, start, end)
    if before in ".!?…" or (before in '”"’' and text[start - 2 : start - 1] in tuple(".!?…")):
        return _judge_second_stop(text, start, end)
    if _GOES_ON.match(text, end) or _is_command(text, start, after):
        return None
    if before.isalnum() or before in '”’")]%':
        return space_edit(text, start, end - 1, "", SURE, "a space before a full stop")
    return None


def _judge_second_stop(text: str, start: int, end: int) -> Edit | None:
    """``in May. .`` loses its second stop; ``the U.S. .`` may want either."""
    if text[start - 1] == "." and text[start - 3 : start - 2] == ".":
        return space_edit(text, start, end - 1, "", UNSURE, "a space before a full stop")
    return space_edit(text, start, end, "", SURE, "a second full stop on its own")


def _judge_stop_before_word(text: str, start: int, end: int) -> Edit | None:
    """``word .Next``: the space belongs behind the stop."""
    word = _TITLE.match(text, end)
    if word is None or not text[start - 1].islower() or word.group().lower() not in OPENERS:
        return None
    return space_edit(text, start, end, ". ", LIKELY, "the space belongs behind the full stop")


def _is_command(text: str, start: int, after: str) -> bool:
    """Does the stop name a directory: at the end of a short line in small letters (``git add .``), or behind an option?"""
    if text[text.rfind(" ", 0, start) + 1 : start].startswith("-"):
        return True
    newline = text.rfind("\n", max(0, start - 40), start)
    begins = newline + 1 if newline >= 0 else (0 if start <= 40 else None)
    return begins is not None and after in ("", "\n", "\r") and not text[begins].isupper()


def _judge_closing_bracket(text: str, start: int, end: int) -> Edit | None:
    """``(AP )``, opened on the same line without a space; no smiley, no ``a )``."""
    opening = text.rfind("(", max(0, start - _NEAR), start)
    between = text[opening + 1 : start]
    if opening < 0 or len(between) < 2 or "\n" in between or ")" in between or between[0] == " ":
        return None
    return (
        space_edit(text, start, end - 1, "", LIKELY, "a space before a closing bracket")
        if between[-1].isalnum()
        else None
    )


# --- a space behind a mark, or on the other side of it -------------------------------------------------------------


def _judge_turned(text: str, start: int, end: int) -> Edit | None:
    """``possible, ”Palmer``: the space belongs behind the closing quote."""
    if start and text[start - 1] in ",.!?" and is_open(text, start):
        return space_edit(text, start, end, "” ", SURE, "the space belongs behind the closing quote")
    return None


def _judge_opening(text: str, start: int, end: int) -> Edit | None:
    """``“ I am``, ``( see``; not ``( a )``, which is somebody's style."""
    if start and not text[start - 1].isspace() and text[start - 1] not in "—–-(“":
        return None
    bracket = text[start] == "("
    closing = text.find(")" if bracket else "”", end, end + 2 * _NEAR)
    inside = text[end:closing]
    if closing < 0 or "\n" in inside or text[start] in inside or (bracket and inside.endswith(" ")):
        return None
    return space_edit(
        text, start + 1, end, "", LIKELY, f"a space behind an opening {'bracket' if bracket else 'quote'}"
    )


# ``( which had been closed )``: words and no sum, item or cell.
_PADDED = re.compile(
    r"(?<=[A-Za-z,.] )\( ++(?=[A-Za-z])[^()\n]*?[A-Za-z]{2},? [A-Za-z]{2}[^()\n]*?[A-Za-z.]( ++)\)(?=[\s.,;:?!])"
)
_TIGHT = re.compile(r"\(\w|\w\)")
_ENOUGH_PADDED = 2
INSIDE_BRACKETS = "a space inside brackets"


def padded_brackets(text: str, verbatim: Verbatim) -> Iterator[Edit]:
    """Proposals for a text whose brackets all have spaces on their inner side, as tokenisers leave and some people write them."""
    padded = list(_PADDED.finditer(text)) if "( " in text else []
    if len(padded) < _ENOUGH_PADDED or _TIGHT.search(text):
        return
    for match in padded:
        start, end = match.span()
        if not verbatim.contains(start) and english_around(text, start, end):
            first = len(match.group()) - len(match.group()[1:].lstrip(" "))
            yield space_edit(text, start + 1, start + first, "", UNSURE, INSIDE_BRACKETS)
            yield space_edit(text, *match.span(1), "", UNSURE, INSIDE_BRACKETS)


def is_open(text: str, at: int) -> bool:
    """Is a curly quote open here: does the nearest one before, in this line, open?"""
    low = max(0, at - _FAR)
    low = max(low, text.rfind("\n", low, at))
    return text.rfind("“", low, at) > text.rfind("”", low, at)
