"""Which words in small letters are two or more that were glued together, by what kinds of words they are?

A unigram model over wordfreq: a word that no list has is segmented into known ones by Viterbi (Norvig 2009, "Natural
language corpus data"), with the word itself, as a word not seen before, competing.  Unigrams alone would also split
``overregulate`` and ``gaveling``, so that each seam must in addition be one that a dropped space explains and word formation
does not: next to a function word that is no prefix, behind an inflected word, or between two long common words.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise, product

from textrepair.detector.spacing.compounds import LOST, glued_odds
from textrepair.detector.words import LETTER_LOGP, UNLISTED_SHARE, frequencies, frequency

FRAGMENTS = frozenset(
    "ment ments tion tions sion sions ing ings ness ity ities ance ances ence ences ous ously ical ional ture".split()
)

# Function words in front of which, or behind which, a space may be missing.  Those that are also prefixes or begin many
# words (in, on, out, over, under, up, off, no, non, be, a, i, as, do, go, re) are no evidence in front; those that are also
# suffixes or ends of foreign words (or, er, it, us, is, in, an, i, a, al, like, able, less) are none behind.  Judged on the 1,342
# unlisted splittable words of 100 MB of news_allsides, 2026-11.
_FIRST = frozenset(
    "the and of that this these those with which has have had was were are from his her their our its they when where "
    "whether because would could should might been said between some any an by to but than while since until after about "
    "into not what who will can only also".split()
)
_LAST = frozenset(
    "the and of that this these those with which has have had was were are from his their our your they when where "
    "whether because would could should might been said for to by on but than while since until after about into".split()
)
RISKY_LAST = frozenset("in is as at a it an or if so".split())
_ARTICLE_A = "a"

_PREFIXES = frozenset(
    "non anti pre post multi micro cyber bio geo hyper super sub inter counter semi mid mis dis un re de co pro ultra over "
    "under out auto eco electro trans extra fore intra mega mini mono neo neuro over para photo poly pseudo psycho quasi "
    "radio retro self socio tele thermo uni vice water well wide work back down up off in on no be for by en em im il ir".split()
)
_SUFFIXES = frozenset(
    "like wide less ship proof free friendly based ware fold man men woman women person people maker makers making long able "
    "ability wise smith speak craft land town time times book line lines side sides way ways ward wards house houses worthy "
    "mate mates gate day days load loads goer goers holder holders keeper keepers most list lists script shop shops back "
    "off out up down over ally fully holding casting member members ing ings ed er ers est ly ism ist ists ness net hub "
    "word words name names scape hood dom log face faces".split()
)

# Two- and three-letter pieces that may stand alone: the list is wordfreq's most frequent, less names, abbreviations and the
# French, Spanish and German words that it counts as English.
_SHORT = frozenset(
    "of to in is it on be at as by or an we if so do he my up no me us am go the and for was you are not but all his her has had "
    "who its one new out our two can may now any day way see how get off own too did say set put ago she him man men war "
    "law".split()
)
_MIN_PIECE = 1e-6  # zipf 3.0
_MIN_CONTENT = 4e-6  # zipf 3.6
_MIN_LONG = 1e-5  # zipf 4.0

# The probability of a word not on any list, to which each of its letters adds.
_UNLISTED_LOGP = math.log(UNLISTED_SHARE)
_MARGIN_LOGP = math.log(10)
_MAX_PIECE = 20

# Where the kinds of words don't tell, glued against compound has to stand at 7 to 1.  Of 922 unlisted words of 512 newswire
# and 2,000 web articles (2026-11-21) this splits seven more: see docs/detection-mechanical.md.
_SURE_ODDS = 2.0
_BY_ODDS = 0.9

# One slip in a thousand words is assumed; and no word this long is one letter off a listed one by chance.
SLIP_SHARE = 1e-3
_SLIP_LENGTH = 9
_SLIP_OF = 2e-8  # zipf 1.3; rarer ones are glued or misspelled themselves

# A listed string of two function words is taken for glued if losing spaces explains at least a thirtieth of its frequency;
# then two words remain likelier by far than a word that nobody else lists.
_EXPLAINED = 30


@cache
def listed_pairs() -> frozenset[str]:
    """Pairs of function words (``ofthe``, ``inwhich``) that are on the list only because people lose spaces.

    >>> "ofthe" in listed_pairs(), "into" in listed_pairs(), "befor" in listed_pairs()
    (True, False, False)
    """
    table = frequencies()
    words = sorted(word for word in _FIRST | _LAST | _SHORT if len(word) > 1)
    found = set()
    for first, last in product(words, words):
        pair, glued = first + last, LOST * table[first] * table[last]
        if len(pair) < 5 or not 0.0 < table.get(pair, 0.0) < _EXPLAINED * glued:
            continue
        if all(
            table.get(variant, 0.0) * SLIP_SHARE < glued
            for variant in one_letter_off(pair)
            if variant != pair
        ):
            found.add(pair)
    return frozenset(found)


def may_stand_alone(piece: str) -> bool:
    """May these letters be a word of a glued one, by their number, or as one of the short words that are?"""
    return len(piece) >= 4 or piece in _SHORT or piece == _ARTICLE_A


def segment(word: str) -> tuple[tuple[str, ...], float] | None:
    """The words that were glued into one, and the confidence; None to leave it alone.

    >>> segment("betweenpresidents")
    (('between', 'presidents'), 0.97)
    >>> segment("overregulate"), segment("nondisclosure"), segment("gaveling")
    (None, None, None)
    """
    pieces, logp = _viterbi(word)
    unlisted_logp = _UNLISTED_LOGP + LETTER_LOGP * len(word)
    if len(pieces) < 2 or logp < unlisted_logp + _MARGIN_LOGP:
        return None
    confidence = min(_seam(first, last) for first, last in pairwise(pieces))
    if not confidence and len(pieces) == 2 and _is_open(*pieces) and glued_odds(*pieces) >= _SURE_ODDS:
        confidence = _BY_ODDS
    if (
        confidence == 0.0
        or (len(pieces) > 2 and len(word) < 10)
        or (word not in listed_pairs() and _is_slip(word, pieces))
    ):
        return None
    return pieces, confidence


def _viterbi(word: str) -> tuple[tuple[str, ...], float]:
    """The likeliest split into known words, and its log-probability; the whole word itself is not among the pieces."""
    table = frequencies()
    size = len(word)
    best: list[tuple[float, int]] = [(0.0, 0)] + [(-math.inf, 0)] * size
    for end in range(1, size + 1):
        for start in range(max(0, end - _MAX_PIECE), end):
            if end - start == size or best[start][0] == -math.inf:
                continue
            piece = word[start:end]
            if end - start < 4 and piece not in _SHORT and piece != _ARTICLE_A:
                continue
            probability = table.get(piece, 0.0)
            if probability >= _MIN_PIECE and best[start][0] + math.log(probability) > best[end][0]:
                best[end] = best[start][0] + math.log(probability), start
    pieces = []
    end = size
    while end > 0 and best[end][0] > -math.inf:
        start = best[end][1]
        pieces.append(word[start:end])
        end = start
    return tuple(reversed(pieces)), best[size][0]


#: Function words, and with other very frequent short ones.
PLAIN_FUNCTION_WORDS = _FIRST | _LAST | RISKY_LAST
FUNCTION_WORDS = PLAIN_FUNCTION_WORDS | _SHORT


def _is_open(first: str, last: str) -> bool:
    """Is it open whether these two were glued: two function words, or two content words that form no prefix or suffix?

    A function word beside a content word was judged by its seam (``yourusername``, ``isinstance`` are names in code).
    """
    if first in FUNCTION_WORDS or last in FUNCTION_WORDS:
        return first in FUNCTION_WORDS and last in FUNCTION_WORDS
    return min(len(first), len(last)) >= 4 and first not in _PREFIXES and last not in _SUFFIXES


def may_name_code(pieces: Sequence[str]) -> bool:
    """Are these what programs' names are made of?  Content words alone (``lookbehind``), or one and "of" (``typeof``).

    Of 38 words split in proposals and minutes of programming languages 28 were of these, 21 of them wrong; of the ten others one.

    >>> may_name_code(["look", "behind"]), may_name_code(["type", "of"]), may_name_code(["when", "the"])
    (True, True, False)
    """
    *others, last = (piece.lower() for piece in pieces)
    return PLAIN_FUNCTION_WORDS.isdisjoint(others) and (last == "of" or last not in PLAIN_FUNCTION_WORDS)


def _seam(first: str, last: str) -> float:
    """How sure is it that a space is missing between two words, judged by what kinds of words they are?  0.0: not at all."""
    if last in _SUFFIXES or (first in _PREFIXES and first not in _FIRST):
        return 0.97 if first in _FIRST and last in _FIRST | _LAST else 0.0
    if first == _ARTICLE_A:
        return 0.95 if _is_noun_like(last) else 0.0
    if first in _FIRST and (len(last) > 3 or last in _SHORT or last == _ARTICLE_A):
        return 0.97
    if last in _LAST and (len(first) > 3 or first in _SHORT):
        return 0.97
    if last in RISKY_LAST:
        return 0.9 if frequency(first) >= _MIN_LONG and len(first) >= 5 and _is_inflected(first) else 0.0
    return _content_seam(first, last)


def _content_seam(first: str, last: str) -> float:
    """Two content words: closed compounds are short and have a bare first part, so look for what they are not."""
    shorter, total = min(len(first), len(last)), len(first) + len(last)
    if min(frequency(first), frequency(last)) < _MIN_CONTENT or shorter < 4:
        return 0.0
    inflected = _is_inflected(first) and (first.endswith("ly") or not last.endswith("ing"))  # clotheslining
    if total >= 11 and (inflected or last.endswith("ly")):
        return 0.95
    if (
        shorter >= 6
        and total >= 13
        and not last.endswith(("ing", "ed"))
        and min(frequency(first), frequency(last)) >= _MIN_LONG
    ):
        return 0.9
    return 0.0


def _is_inflected(word: str) -> bool:
    """A plural, an adverb or a verb's past, judged by its end: no first part of a closed compound."""
    if word.endswith(("ss", "us", "is", "news")):
        return False
    return word.endswith(("s", "ly", "ed")) and len(word) >= 5


def _is_noun_like(word: str) -> bool:
    """May it follow "a", and is it no adjective or adverb that the prefix a- goes with (apolitical, atypical)?"""
    unlikely = ("al", "ic", "ly", "s", "ed", "ing", "ous", "able", "ible", "ive")
    return len(word) >= 5 and frequency(word) >= _MIN_CONTENT and not word.endswith(unlikely)


def _is_slip(word: str, pieces: tuple[str, ...]) -> bool:
    """Is it one letter away from a common word, and so rather a typing slip than two words?"""
    if len(word) < 6:
        return False
    table = frequencies()
    rival = math.prod(table[piece] for piece in pieces)
    for variant in one_letter_off(word):
        probability = table.get(variant, 0.0)
        if variant not in pieces and (
            probability * SLIP_SHARE > rival or (probability >= _SLIP_OF and len(word) >= _SLIP_LENGTH)
        ):
            return True
    return False


def one_letter_off(word: str) -> Iterator[str]:
    """Words that become this one by one letter lost, added or changed."""
    for i in range(len(word) + 1):
        head, tail = word[:i], word[i:]
        yield head + tail[1:]
        for letter in "abcdefghijklmnopqrstuvwxyz":
            yield head + letter + tail
            yield head + letter + tail[1:]
