"""Which words of a text stand plainly between spaces?

Nearly all that stands between the spaces of an article is letters or digits, with a clitic or ordinary signs around them at most,
whose tokens need no pattern.  One compiled pass finds these; the rest is left to the pattern of :mod:`textrepair.tokens`, which
says the same of them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from textrepair.compiled import compiled_inline, njit

#: Values of :class:`~textrepair.tokens.TokenKind`; the first for a stretch between spaces that needs the pattern.
UNSPLIT, WORD, NUMBER, CLITIC, STOP, QUOTE, PUNCTUATION = 0, 1, 4, 5, 6, 7, 8

#: Bits of a token's letters: all small, several and all capitals, the first a small one, the first a capital.
ALL_SMALL, ALL_CAPITALS, BEGINS_SMALL, BEGINS_CAPITAL = 1, 2, 4, 8

_SPACE, _LINE_FEED, _FULL_STOP, _HYPHEN = ord(" "), ord("\n"), ord("."), ord("-")
_APOSTROPHES = tuple(map(ord, "'’"))
_EXCLAMATION, _QUESTION = ord("!"), ord("?")
_OPENING_BRACKET = ord("(")
_QUOTES = tuple(map(ord, '"“”'))
_PUNCTUATION = tuple(map(ord, ",;:)"))
_INSIDE_NUMBERS = tuple(map(ord, ".,:/"))
_HASH_FACTOR = 0x9E3779B1


class Columns(NamedTuple):
    """Tokens in order, shapes (k,): where they start and end, kinds, and bits of their letters."""

    starts: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64]
    kinds: npt.NDArray[np.uint8]
    letters: npt.NDArray[np.uint8]


def letters_of(text: str) -> int:
    """The bits of a token that isn't plain."""
    bits = ALL_SMALL if text.islower() else ALL_CAPITALS if len(text) > 1 and text.isupper() else 0
    return bits | (BEGINS_SMALL if text[0].islower() else BEGINS_CAPITAL if text[0].isupper() else 0)


def hashed(word: str) -> int:
    """Of a word, as :func:`plain_tokens` asks for it."""
    out = 0
    for letter in word:
        out = (out ^ ord(letter)) * _HASH_FACTOR & 0xFFFFFFFF
    return out


@compiled_inline
def _is_letter(sign: np.uint32) -> bool:
    return bool(ord("a") <= (sign | 32) <= ord("z"))


@compiled_inline
def _of_case(sign: np.uint32) -> int:
    """1 for a small letter, 2 for a capital, 0 for what is neither."""
    return (1 if sign & 32 else 2) if _is_letter(sign) else 0


@compiled_inline
def _letters(cases: int, length: int, first: int) -> int:
    """Bits of a token of several letters; those of cases that it has, and that of the first sign."""
    bits = ALL_SMALL if cases == 1 else ALL_CAPITALS if cases == 2 and length > 1 else 0
    return bits | (0, BEGINS_SMALL, BEGINS_CAPITAL)[first]


@compiled_inline
def _is_digit(sign: np.uint32) -> bool:
    return bool(ord("0") <= sign <= ord("9"))


@compiled_inline
def _is_space(sign: np.uint32) -> bool:
    return sign in (_SPACE, _LINE_FEED)


@compiled_inline
def _read_word(text: npt.NDArray[np.uint32], at: int) -> tuple[int, np.int64, int]:
    """Where letters with hyphens between them end, their hash, and the cases they have."""
    word, key, cases = at, np.int64(0), 0
    while at < len(text) and (
        _is_letter(text[at]) or (text[at] == _HYPHEN and at > word and text[at - 1] != _HYPHEN)
    ):
        cases |= _of_case(text[at])
        key = (key ^ np.int64(text[at])) * _HASH_FACTOR & 0xFFFFFFFF
        at += 1
    return at, key, cases


@compiled_inline
def _read_number(text: npt.NDArray[np.uint32], at: int) -> int:
    """Where digits with single signs between them end."""
    begin, n = at, len(text)
    while at < n and (
        _is_digit(text[at])
        or (at > begin and text[at] in _INSIDE_NUMBERS and at + 1 < n and _is_digit(text[at + 1]))
    ):
        at += 1
    return at


@compiled_inline
def _read_letters(text: npt.NDArray[np.uint32], at: int) -> tuple[int, int]:
    """Where letters end, and the cases they have."""
    cases = 0
    while at < len(text) and _is_letter(text[at]):
        cases |= _of_case(text[at])
        at += 1
    return at, cases


@compiled_inline
def _kind_of_sign(sign: np.uint32) -> int:
    """The kind of a sign that stands for itself behind a word, else :data:`UNSPLIT`."""
    kind = UNSPLIT
    if sign in (_FULL_STOP, _EXCLAMATION, _QUESTION):
        kind = STOP
    elif sign in _QUOTES:
        kind = QUOTE
    elif sign in _PUNCTUATION:
        kind = PUNCTUATION
    return kind


@njit(nogil=True)
def plain_tokens(text: npt.NDArray[np.uint32], own_stop: npt.NDArray[np.int64]) -> Columns:
    """The tokens of a text's plain stretches, and the stretches between them that are :data:`UNSPLIT`, in order.

    ``text`` (n,) are code points.  A stretch is plain if it is a number, or a word of English letters, perhaps with hyphens and
    a clitic, one opening quote or bracket before it, and signs behind it that stand for themselves.  A full stop behind a single
    letter, or behind a word of which ``own_stop`` has what :func:`hashed` gives, may be the word's own.
    """
    n = len(text)
    room = n + 1  # behind an opening quote that ends the text a token is begun that is none
    starts, ends = np.empty(room, dtype=np.int64), np.empty(room, dtype=np.int64)
    kinds, letters = np.empty(room, dtype=np.uint8), np.zeros(room, dtype=np.uint8)
    total = 0
    at = 0
    while at < n:
        if _is_space(text[at]):
            at += 1
            continue
        begin, before = at, total
        if text[at] == _OPENING_BRACKET or text[at] in _QUOTES:
            kinds[total] = PUNCTUATION if text[at] == _OPENING_BRACKET else QUOTE
            starts[total], ends[total] = at, at + 1
            at, total = at + 1, total + 1
        word = at
        at, key, cases = _read_word(text, at)
        plain = at > word and text[at - 1] != _HYPHEN
        kinds[total] = WORD
        if at == word:
            at = _read_number(text, at)
            plain = at > word
            kinds[total] = NUMBER
        if plain:
            starts[total], ends[total] = word, at
            letters[total] = _letters(cases, at - word, _of_case(text[word]))
            total += 1
            if at < n and text[at] in _APOSTROPHES and kinds[total - 1] == WORD:
                clitic = at
                at, cases = _read_letters(text, at + 1)
                plain = at > clitic + 1
                starts[total], ends[total], kinds[total] = clitic, at, CLITIC
                letters[total] = _letters(cases, at - clitic, 0)
                total += 1
            elif at < n and text[at] == _FULL_STOP and kinds[total - 1] == WORD:
                plain = at > word + 1 and not (own_stop == key).any()
            while plain and at < n and not _is_space(text[at]):
                kinds[total] = _kind_of_sign(text[at])
                plain = kinds[total] != UNSPLIT and not (text[at] == _FULL_STOP == text[at - 1])
                starts[total], ends[total] = at, at + 1
                at, total = at + 1, total + 1
        if not plain:
            while at < n and not _is_space(text[at]):
                at += 1
            letters[before : total + 1] = 0
            total = before
            if total and kinds[total - 1] == UNSPLIT:
                ends[total - 1] = at
            else:
                starts[total], ends[total], kinds[total] = begin, at, UNSPLIT
                total += 1
    return Columns(starts[:total].copy(), ends[:total].copy(), kinds[:total].copy(), letters[:total].copy())
