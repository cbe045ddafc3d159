"""Which strings with a capital, a digit or a clitic inside may be two words that lost the space between them there?

``onMonday``, ``Trumpsaid``, ``in2020``, ``20years``, ``it’simportant``.  Names are made in the same way
(``YouTube``, ``Longbottom``, ``covid19``), so that the words' kinds alone tell nothing: what is found here is weighed by the
language model against such a name (:meth:`~textrepair.detector.spacing.lost_spaces.LostSpaces.parted`).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

from textrepair.detector.spacing.compounds import UNLISTED_COMPOUND, part_logp
from textrepair.detector.spacing.glue import FUNCTION_WORDS, PLAIN_FUNCTION_WORDS, RISKY_LAST
from textrepair.detector.word_lists import CLITICS
from textrepair.detector.words import LETTER_LOGP, frequency, is_common

CLITIC = re.compile(rf"['’](?:{CLITICS})\b", re.IGNORECASE)
#: What no string that is judged stands in or beside: names, addresses, handles, paths, targets of links and compounds.
BEFORE, BEHIND = (
    r"(?<![\w@#/.:'’&=%_\-\\$])(?<!\]\()",
    rf"(?![\w@/=_\-(\\]|\.\w|:\w|['’](?!(?:{CLITICS})\b)\w)",
)

_CAPITALISED = re.compile(rf"[A-Z][a-z]{{2,39}}{BEHIND}")
_CAPITAL_INSIDE = re.compile(rf"([A-Z]?[a-z]+)([A-Z][a-z]*|[A-Z]+){BEHIND}")
_BEFORE_NUMBER = re.compile(rf"([A-Z]?[a-z]+)([0-9]+){BEHIND}")
_BEHIND_NUMBER = re.compile(rf"([0-9]+)([A-Z]?[a-z]{{3,}}){BEHIND}")
_NO_WORD_BEFORE = re.compile(BEFORE)
_BEHIND_CLITIC = re.compile(rf"({CLITICS})([A-Z]?[a-z]{{2,}}){BEHIND}")
_BEFORE_CLITIC = re.compile(rf"{BEFORE}(?:[A-Za-z]{{2,}}|I)['’]\Z")

#: A short word that lost its space is at least so frequent.
_PLAIN_FREQUENCY = 1e-4
#: A function word that two capitals may be parted behind.
_VERY_FREQUENT = 1e-3
#: What begins names of persons and places (``McConnell``, ``deBlasio``, ``LaGuardia``).
NAME_PREFIXES = frozenset(
    "mac mc van von fitz del des de della di du da dos el al bin ibn la le san st o".split()
)
#: Shares, of an order of magnitude only: of unlisted names those of two words, of a word and a suffix (``Kashmiris``), with a
#: capital inside, the same behind a function word; of numbers those with a word behind or before that is a unit or part of a
#: name, and with a function word.
_TWO_WORDS_LOGP, _SUFFIX_LOGP = math.log(0.1), math.log(0.01)
_CAPITAL_INSIDE_LOGP, _BEHIND_FUNCTION_WORD_LOGP = math.log(0.2), math.log(0.05)
_UNIT_LOGP, _FUNCTION_UNIT_LOGP = math.log(1e-2), math.log(1e-4)


@dataclass(frozen=True, slots=True)
class Seam:
    """``text[start:end]`` may be ``pieces``; ``rival``: natural-log probability of the string among names of its class."""

    start: int
    end: int
    pieces: tuple[str, str]
    rival: float


def seams_at(text: str, start: int) -> list[Seam]:
    """The ways to part the string that begins here, or goes on behind an apostrophe here; none for what can't be two words.

    >>> [seam.pieces for seam in seams_at("He came onMonday.", 8)]
    [('on', 'Monday')]
    >>> [seam.pieces for seam in seams_at("it’simportant", 3)]
    [('it’s', 'important')]
    >>> seams_at("They met McConnell.", 9)
    []
    """
    if text[start - 1 : start] in ("'", "’"):
        return list(_behind_clitic(text, start))
    if not _NO_WORD_BEFORE.match(text, start):
        return []
    for pattern, parted in _PARTED:
        if match := pattern.match(text, start):
            return [Seam(start, match.end(), pieces, rival) for pieces, rival in parted(match)]
    return []


def _stands_alone(piece: str) -> bool:
    """Most strings of two or three letters on the list are endings, abbreviations and syllables."""
    if len(piece) == 1:
        return piece in "aAI"
    return is_common(piece) if len(piece) > 3 else frequency(piece) >= _PLAIN_FREQUENCY


_Ways = Iterator[tuple[tuple[str, str], float]]


def _behind_clitic(text: str, start: int) -> Iterator[Seam]:
    """``it’simportant``, ``don'tknow``: or an apostrophe inside a name."""
    before = _BEFORE_CLITIC.search(text, max(0, start - 40), start)
    match = _BEHIND_CLITIC.match(text, start)
    if before and match:
        clitic, word = match.groups()
        if is_common(word) and (clitic != "t" or before.group()[-2] in "nN"):
            yield Seam(
                before.start(), match.end(), (before.group() + clitic, word), LETTER_LOGP * len(match.group())
            )


def _capitalised(match: re.Match[str]) -> _Ways:
    """``Trumpsaid``, ``Hewas``: or a name, of any letters, or made of two words as compounds are, or as brands are."""
    string = match.group()
    for at in range(1, len(string) - 1):
        first, last = string[:at], string[at:]
        if _stands_alone(first) and _stands_alone(last):
            rivals = [
                LETTER_LOGP * len(string),
                UNLISTED_COMPOUND + part_logp(first.lower(), last),
                _TWO_WORDS_LOGP + _logp(first) + _logp(last),
            ]
            if last in RISKY_LAST:
                rivals.append(_SUFFIX_LOGP + _logp(first))
            yield (first, last), max(rivals)


def _capital_inside(match: re.Match[str]) -> _Ways:
    """``onMonday``, ``TheSenate``: or a name of a product, or in code.  Two names are left to be proposed."""
    first, last = match.groups()
    function_word = first.lower() in PLAIN_FUNCTION_WORDS and frequency(first) >= _VERY_FREQUENT
    if first.lower() in NAME_PREFIXES or not _stands_alone(first):
        return
    if first.islower() or (function_word and (last == "I" or not last.isupper())):
        share = _BEHIND_FUNCTION_WORD_LOGP if function_word else _CAPITAL_INSIDE_LOGP
        yield (first, last), share + _logp(first) + _logp(last)


def _at_number(match: re.Match[str]) -> _Ways:
    first, last = match.groups()
    word = (last if first.isdigit() else first).lower()
    if is_common(word):
        habit = _FUNCTION_UNIT_LOGP if word in FUNCTION_WORDS else _UNIT_LOGP
        yield (first, last), habit + _logp(word)


_PARTED = (
    (_CAPITALISED, _capitalised),
    (_CAPITAL_INSIDE, _capital_inside),
    (_BEFORE_NUMBER, _at_number),
    (_BEHIND_NUMBER, _at_number),
)


def _logp(word: str) -> float:
    """Natural-log probability of a word; of one on no list by its letters."""
    share = frequency(word)
    return math.log(share) if share else LETTER_LOGP * len(word)
