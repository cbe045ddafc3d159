"""Where is a space missing beside a mark?

``said.The``, ``word,word``, ``over;nobody``, ``they ask:Who``, ``(Reuters)said``, ``said(Reuters``, ``over,”she``, ``said“We``.
Names, addresses and code have all of these too, so the words on both sides have to be those of prose.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

from textrepair.detector.spacing.punctuation import LIKELY, OPENERS, UNSURE, is_open, matches_near, space_edit
from textrepair.detector.verbatim import Verbatim
from textrepair.detector.words import english_around, is_common
from textrepair.patch import Edit

if TYPE_CHECKING:
    from textrepair.detector.spacing.lost_spaces import LostSpaces

#: Where a space may go, how sure it is, and behind or before what.
_Places = Iterator[tuple[int, float, str]]
_Matches = Iterator[re.Match[str]]

_AT_STOP = re.compile(r"[a-z]{2}[.,](?=[A-Za-z])")
_AT_SIGN = re.compile(r"[a-z]{3};(?=[A-Za-z])|[a-z]{2}[:?!](?=[A-Z][a-z])|\d,(?=[a-z]{2})|\d\.(?=[A-Z][a-z])")
_LAST_WORD = re.compile(r"(?<![^\s“\"‘'(])[A-Za-z]?[a-z]+\Z")
#: What lacks one space may lack the next one too: "teacher,agreed.See".
_LAST_BEFORE_STOP = re.compile(r"(?<![^\s“\"‘'(,])[A-Za-z]?[a-z]+\Z")
_NEXT_WORD = re.compile(r"(?:[A-Z]?[a-z]+|I)(?=[\s,.’;:?!]|'s|$)(?!\.(?![A-Z][a-z]+ )\w)")
_NUMBER_IN_SENTENCE = re.compile(r"[a-z] \d{1,4}\Z")
_BESIDE_BRACKET = re.compile(r"\)(?=[A-Za-z])|(?<=[A-Za-z0-9])\((?=[A-Za-z0-9£$€“\"])")
_BESIDE_QUOTE = re.compile(r"(?<=[A-Za-z.,:;?!])“(?=\w)|(?<=[\w.,?!])”(?=[A-Za-z])|(?<=[.,?!])\"(?=[A-Za-z])")
#: How far the partner of a bracket is looked for.
_NEAR = 200
#: How much of a line, on either side, is looked at for quotes.
_FAR = 2000


def missing_spaces(
    text: str, verbatim: Verbatim, spans: Sequence[tuple[int, int]], model: LostSpaces | None = None
) -> Iterator[Edit]:
    """Edits for spaces missing beside a mark between words of prose; ``spans`` are where a scan saw such marks.

    With a language model also ``rises.Analysts``, where the words around say that a sentence ends.
    """
    near = partial(matches_near, text=text, spans=spans)
    places = chain(
        _behind_stops(text, near(_AT_STOP), model),
        _behind_signs(text, near(_AT_SIGN)),
        _beside_brackets(text, near(_BESIDE_BRACKET), verbatim),
        _beside_quotes(text, near(_BESIDE_QUOTE)),
    )
    for at, confidence, what in places:
        if confidence >= UNSURE and not verbatim.contains(at) and english_around(text, at, at):
            yield space_edit(text, at, at, " ", confidence, f"no space {what}")


# --- behind . , ; : ? ! --------------------------------------------------------------------------------------------------


def _behind_stops(text: str, found: _Matches, model: LostSpaces | None) -> _Places:
    for match in found:
        at, sign = match.end(), text[match.end() - 1]
        before = _LAST_BEFORE_STOP if sign == "." else _LAST_WORD
        first, last = before.search(text, max(0, at - 30), at - 1), _NEXT_WORD.match(text, at)
        if first is None or last is None:
            continue
        confidence = LIKELY if _lacks_space(text, first, last, sign) else 0.0
        if model and not confidence and _may_be_stop(first.group(), last.group(), sign):
            confidence = min(LIKELY, model.stopped(text, first.start(), last.end()))
        yield at, confidence, f"behind {sign}"


def _behind_signs(text: str, found: _Matches) -> _Places:
    """Behind ``; : ? !``, and behind a number's comma or stop."""
    for match in found:
        at, sign = match.end(), text[match.end() - 1]
        last = _NEXT_WORD.match(text, at)
        first = _LAST_WORD.search(text, max(0, at - 30), at - 1)
        if last is None or not (first or match.group()[0].isdigit()):
            continue
        word = last.group()
        if sign in "!?." and word.lower() not in OPENERS:  # "Yahoo!Answers"
            continue
        if sign == ".":  # "at 11.From there", no "2.The" of a list
            if _NUMBER_IN_SENTENCE.search(text, max(0, at - 7), at - 1) and text.startswith(" ", last.end()):
                yield at, LIKELY, f"behind {sign}"
            continue
        if (first is None or is_common(first.group())) and (is_common(word) or _is_name(word)):
            yield at, LIKELY, f"behind {sign}"


def _lacks_space(text: str, first: re.Match[str], last: re.Match[str], sign: str) -> bool:
    """Are these two words of prose; no file or method name (``System.Out``), no list in a style of its own (``a,b,c``)?"""
    following = text[last.end() : last.end() + 1]
    if sign == ".":
        return last.group().lower() in OPENERS and last.group()[0].isupper() and following in (" ", ",", "’")
    if not is_common(first.group()) or not (is_common(last.group()) or _is_name(last.group())):
        return False
    if following in (",", ";") and not text[last.end() + 1 : last.end() + 2].isspace():
        return False
    return len(last.group()) > 1 or last.group() in "aI"


def _is_name(word: str) -> bool:
    return word[0].isupper() and len(word) >= 3


def _may_be_stop(first: str, last: str, sign: str) -> bool:
    """Two common words around a full stop, the second with a capital."""
    return sign == "." and first.islower() and last[0].isupper() and is_common(first) and is_common(last)


# --- beside brackets and quotes ------------------------------------------------------------------------------------------

# What stands in brackets in prose, of which code, chemistry (``copper(II)``), endings (``plural(s)``, ``(Un)known``), the numbers
# of a law (``Article 4(1)``) and the chapters of a manual (``read(2)``) have none: a name or an acronym, a sum, or words side by
# side.
_NAME_INSIDE = r"(?![IVX]+\Z)[A-Z]{2,}[A-Za-z0-9.&-]*|[A-Z][a-z]{3,}|[A-Z]-\w+"
_WORDS_INSIDE = r"(?=.*[A-Za-z’]{2} [A-Za-z]{2})(?:[\w£$€%.,:;’'“”\"&-]+ )+[\w£$€%.,:;’'“”\"&-]+"
_IN_BRACKETS = re.compile(
    rf"{_NAME_INSIDE}|(?!\d[a-z]{{0,2}}\Z)[£$€]?\d[\d.,]*(?:-\w+|[a-z]{{1,2}}|%)?|{_WORDS_INSIDE}"
)
# In a text that calls a function without arguments what looks like a name or a sum may be another's (``send(None)``).
_CALL = re.compile(r"\w\(\)")
_IN_BRACKETS_BESIDE_CODE = re.compile(_WORDS_INSIDE)
_BEHIND_NUMBER = re.compile(rf"[£$€]\d[\d.,]*[a-z]{{0,2}}|{_WORDS_INSIDE}")
_WORD_BEFORE = re.compile(r"(?<![\w.@#/\\$_=\[-])(?:[A-Z]?[a-z]{2,}|[A-Z]{4,})\Z")
_NUMBER_BEFORE = re.compile(r"(?<!\S)[£$€]?\d[\d.,]*[a-z]{0,2}\Z")


def _beside_brackets(text: str, found: _Matches, verbatim: Verbatim) -> _Places:
    inside = None
    for match in found:
        if inside is None:
            of_code = _CALL.search(text) or verbatim.is_about_software
            inside = _IN_BRACKETS_BESIDE_CODE if of_code else _IN_BRACKETS
        at = match.start()
        if text[at] == ")":
            opening = text.rfind("(", max(0, at - _NEAR), at)
            last = _word_at(text, at + 1)
            apart = opening >= 0 and text[opening - 1 : opening] in ("", " ", "\n")
            if last and apart and is_common(last) and inside.fullmatch(text, opening + 1, at):
                yield at + 1, LIKELY, "behind a bracket"
            continue
        closing = text.find(")", at, at + _NEAR)
        if closing < 0 or text[closing + 1 : closing + 2].isalnum():
            continue
        low = max(0, at - 30)
        word = _WORD_BEFORE.search(text, low, at)
        named = word and is_common(word.group()) and inside.fullmatch(text, at + 1, closing)
        if named or (
            _NUMBER_BEFORE.search(text, low, at) and _BEHIND_NUMBER.fullmatch(text, at + 1, closing)
        ):
            yield at, LIKELY, "before a bracket"


def _beside_quotes(text: str, found: _Matches) -> _Places:
    for match in found:
        at = match.start()
        if text[at] == "“":
            if not is_open(text, at):
                yield at, LIKELY, "before a quote"
            continue
        last = _word_at(text, at + 1)
        if last is None:
            continue
        if text[at] == '"':
            closes = _closes(text, at)
            if closes is not None:
                yield (at + 1, LIKELY, "behind a quote") if closes else (at, LIKELY, "before a quote")
        elif is_open(text, at) and (text[at - 1] in ".,?!" or is_common(last)):
            yield at + 1, LIKELY, "behind a quote"


def _word_at(text: str, at: int) -> str | None:
    """The word of prose that begins here; no single letter (``(TLD)s``, ``["a","b"]``)."""
    word = _NEXT_WORD.match(text, at)
    return word.group() if word and (len(word.group()) > 1 or word.group() in "aAI") else None


def _closes(text: str, at: int) -> bool | None:
    """Does the straight quote here, between a mark and a letter, close a quotation?  None where it can't be told, as in lines
    whose quotes don't pair or whose ends are far."""
    if text[at + 1].islower():
        return True
    before, behind = text[max(0, at - _FAR) : at], text[at : at + _FAR]
    if ("\n" not in before and at > _FAR) or ("\n" not in behind and at + _FAR < len(text)):
        return None
    opened = before.rpartition("\n")[2].count('"')
    in_line = opened + behind.partition("\n")[0].count('"')
    return opened % 2 == 1 if in_line % 2 == 0 else None
