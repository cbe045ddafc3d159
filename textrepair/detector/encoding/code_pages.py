"""Which letters are quotes, apostrophes and dashes of one 8-bit code page that was read as another?

``donít`` and ``ìYesî`` are Windows-1252 read as Mac Roman, ``donÆt`` as a DOS page, ``donÕt`` and ``ÒYesÓ`` Mac Roman read as
Windows-1252.  A byte became another byte, so that nothing is out of form, as it is in the mojibake that ftfy finds.  What tells
is the apostrophe: a letter between a word and a clitic where English has a contraction.  Where the text has such ones, the other
signs of the same two code pages are read too, if no list has the word with the letter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from textrepair.detector.word_lists import CLITICS
from textrepair.detector.words import frequency

#: (read as, written in)
_CODE_PAGES = (("mac_roman", "cp1252"), ("cp850", "cp1252"), ("cp1252", "mac_roman"))
_APOSTROPHE, _SIGNS = "’", "‘’“”–—…"
#: So frequent (zipf 4) are contractions: ``they'd``, ``people's``.  What names and foreign words would be is rarer by a factor of
#: twenty (``pa's`` for "país", ``lu's`` for "Luís"; wordfreq).
_CONTRACTION = 1e-5
#: A word without its sign, of a text that has such contractions, is at least so frequent (zipf 2).
_WORD = 1e-7
#: And one beside a dash without spaces (zipf 4), so that no name is parted at its ñ or ó.
_BESIDE_DASH = 1e-5
SCORE = 0.97


@cache
def _misread() -> tuple[tuple[dict[str, str], re.Pattern[str], re.Pattern[str]], ...]:
    """For each two code pages the signs that letters were, and the patterns of these letters and of the one in a contraction."""
    out = []
    for wrong, right in _CODE_PAGES:
        letters = {sign.encode(right).decode(wrong): sign for sign in _SIGNS}
        mark = _APOSTROPHE.encode(right).decode(wrong)
        any_of = re.compile(f"[{''.join(letters)}]")
        out.append((letters, any_of, re.compile(rf"(?<!\w)([A-Za-z]+){mark}({CLITICS})(?!\w)")))
    return tuple(out)


def misread_signs(text: str) -> Iterator[tuple[int, str]]:
    """Places of single letters that are to be signs, and the signs.

    >>> list(misread_signs("I donít know, ìyesî or no."))
    [(5, '’'), (14, '“'), (18, '”')]
    >>> list(misread_signs("Luís sees the país."))
    []
    """
    for letters, any_of, contraction in _misread():
        if any(_is_contraction(*match.groups()) for match in contraction.finditer(text)):
            for match in any_of.finditer(text):
                sign = letters[match.group()]
                if _reads_better(text, match.start(), sign):
                    yield match.start(), sign


def _is_contraction(word: str, clitic: str) -> bool:
    return frequency(f"{word}'{clitic}".lower()) >= _CONTRACTION


_BEFORE = re.compile(r"[\w’]+\Z")
_AFTER = re.compile(r"[\w’]+")
#: A word is looked for in so many characters on either side.
_LONGEST = 40


def _reads_better(text: str, at: int, sign: str) -> bool:
    """Is a letter that stands here no letter, but this sign, by what is around it?"""
    before = _BEFORE.search(text, max(0, at - _LONGEST), at)
    after = _AFTER.match(text, at + 1, at + 1 + _LONGEST)
    first, last = before.group() if before else "", after.group() if after else ""
    if (first or last) and frequency((first + text[at] + last).lower()) >= _WORD:
        return False
    if sign in "‘“":
        return not first and _is_word(last)
    if sign in "”…" or (sign == _APOSTROPHE and not last):
        return not last and (_is_word(first) if first else text[at - 1 : at] in tuple(".,!?"))
    if sign == _APOSTROPHE:
        return bool(first) and re.fullmatch(CLITICS, last) is not None
    if not first and not last:
        return text[at - 1 : at] == " " == text[at + 1 : at + 2]
    return _is_word(first, _BESIDE_DASH) and _is_word(last, _BESIDE_DASH)


def _is_word(letters: str, least: float = _WORD) -> bool:
    """A number or a word of this frequency; of one that has other misread letters, one of its parts."""
    pieces = [piece for piece in re.split(r"[^A-Za-z0-9]+", letters) if piece]
    return any(piece.isdigit() or frequency(piece.lower()) >= least for piece in pieces)
