"""Which kinds of damage can this text not have?  One pass over its bytes, compiled by numba.

For every detector of mechanical damage the scan looks for what that detector's patterns cannot do without: a space before a
mark, two equal words side by side, a word on no list, two neighbouring characters of which mojibake is made, a line that
begins as a share button does.  What it reports is a superset: where it reports nothing the detector would find nothing, so it
need not run.  (``test_screen`` holds both against each other.)

On the way it turns words into the model's identifiers.

Everything is judged on UTF-8 bytes.  Positions that are handed on are counted in code points.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from textrepair.compiled import compiled, compiled_inline, compiled_making_arrays
from textrepair.detector.scanning.word_hash import (
    first_bytes,
    joined_hash,
    line_hash,
    mixed,
    short_hash,
    small_letters,
    word_hash,
)
from textrepair.detector.scanning.word_table import (
    AGENCY,
    BEGINS,
    COMMON,
    ENDS,
    FRAGMENT,
    FREQUENT,
    KNOWN,
    MARK,
    MAY_DOUBLE,
    NO_IDENTIFIER,
    PAGE,
    RARITY_SHIFT,
    RARITY_UNITS,
    SMALL,
    home,
    look_up,
)
from textrepair.intrinsics import address, eight_bytes, fetch

# What may be there: bits of ``stats[FLAGS]``.
MOJIBAKE = 1 << 0
LOST_DASH = 1 << 1
LOST_APOSTROPHE = 1 << 2
GLUED_NAMES = 1 << 3
STRAY_SPACE = 1 << 4
MISSING_SPACE = 1 << 5
DOUBLE_SPACE = 1 << 6
DOUBLED_WORD = 1 << 7
REPEATED_LINE = 1 << 8
REPEATED_PASSAGE = 1 << 9
# Traces of a translation engine.
SMALL_START = 1 << 10  # of a sentence
SPACED_SIGN = 1 << 11
SECOND_STOP = 1 << 12
STRAY_QUOTE = 1 << 13
OPENING_QUOTE = 1 << 14  # ‘
FOREIGN_QUOTE = 1 << 15
LONE_DATE = 1 << 16
DOUBLED_STOP = 1 << 17  # ``countries. countries.``
FOREIGN_NUMBER = 1 << 18
TITLE_TWICE = 1 << 19  # a line that says the same twice
CLITIC_APART = 1 << 20  # ``it 's``, ``it' s``, ``it ' s``, ``do n't``
ENTITY = 1 << 21  # ``&rsquo;``, ``&#8217;``

# Places in ``stats``.
# all words, those without digits, of these the common and the small ones; tokens; words that the model knows
FLAGS, WORDS, SPELLED, COMMON_WORDS, SMALL_WORDS, TOKENS, SCORED = range(7)
UNLISTED, LINES, CANDIDATE_LINES, PARTS, DOUBLES, PLACES = range(7, 13)
STATS = 13

# What patterns look for again that would read the whole text; told where, those of translation take a third of the time, those
# of stray and missing spaces a tenth.
_PLACED = (
    GLUED_NAMES
    | STRAY_SPACE
    | MISSING_SPACE
    | CLITIC_APART
    | SMALL_START
    | SPACED_SIGN
    | SECOND_STOP
    | STRAY_QUOTE
    | OPENING_QUOTE
    | FOREIGN_QUOTE
    | LONE_DATE
    | DOUBLED_STOP
    | FOREIGN_NUMBER
)
#: So many places are noted, one for each step from one sign to the next; of 512 newswire articles each has at most 8, of 2,000
#: web posts one has more than this.
MOST_PLACES = 64

# Rows of the room that a scan fills: one array, since each more to make and hand over costs as much as five words to read.
_VALUES, _HASHES, _SPANS, _UNLISTED, _DOUBLED, _IDS, _LINES, _PLACES, _STATS = 0, 1, 2, 3, 4, 5, 6, 8, 9
_ROWS = 10

# Classes of bytes.
_LOWER, _UPPER, _DIGIT, _SPACE, _NEWLINE, _HIGH, _OTHER = range(7)

# What is noted of a word until it is looked up: what stands before it, what it is made of.
_GAP = 3  # 0 something, _SPACED, _WHITE
_SPACED, _WHITE = 1, 2  # one space; up to nine bytes of white characters
_HYPHENED, _CLITIC = 1 << 2, 1 << 3  # joined to the word before by a hyphen, an apostrophe
_SMALL_LETTERS, _CAPITALS, _LETTERS = 1 << 4, 1 << 5, 1 << 6  # nothing else; nothing else, at least two; some
_DIGITS, _WIDE = 1 << 7, 1 << 8
_TOKEN_SHIFT = 9  # above: the index of its token

_MIN_LINE, _MIN_SENTENCE, _MIN_TITLE = 20, 50, 15
_DATE = 20  # bytes from one stop to the next with a quote and "30 September" in between
TAIL = 40  # bytes of the end of a sentence that is said again
_MAX_LINE = 1600  # bytes of a line of furniture: four times its characters
#: Of one that only its words tell, nearly all ASCII; and of one that says it in one word and ends as no sentence does.
MAX_SHORT_LINE, MAX_LABEL = 160, 60


def _byte_classes() -> npt.NDArray[np.uint8]:
    classes = np.full(256, _OTHER, dtype=np.uint8)
    classes[ord("a") : ord("z") + 1] = _LOWER
    classes[ord("A") : ord("Z") + 1] = _UPPER
    classes[ord("0") : ord("9") + 1] = _DIGIT
    classes[[9, 11, 12, 13, 28, 29, 30, 31, 32]] = _SPACE
    classes[10] = _NEWLINE
    classes[128:] = _HIGH
    return classes


#: How rare (:func:`.word_table.rarity`) a short word may be that lost its space: one in 10,000.
_PLAIN = round((-math.log(1e-4) - 6.0) * RARITY_UNITS)


class _Text(NamedTuple):
    """What a scan reads."""

    #: UTF-8 with bytes behind it that may be read (:func:`.word_hash.padded`)
    data: npt.NDArray[np.uint8]
    #: from :mod:`.word_table`
    table: npt.NDArray[np.uint64]
    #: bitmap of the first words of lines of furniture
    line_starts: npt.NDArray[np.uint8]
    #: (264,) the model's identifiers of ASCII signs, -1 for what it doesn't see, then those of its classes, of the dash and of
    #: the ellipsis (:func:`.screen.sign_identifiers`); empty without a model
    signs: npt.NDArray[np.int32]


class _Filled(NamedTuple):
    """What a scan fills in, in a room."""

    #: (two more than the text has bytes, or empty: not wanted) identifiers of words and signs, with that of the sentence's end
    #: after each sentence
    ids: npt.NDArray[np.int32]
    #: (a third of the text's bytes) starts, in code points, of words on no list, of rests of cut words, and of words that make
    #: another one with the word before
    unlisted: npt.NDArray[np.int64]
    #: (half the text's bytes) those of words that stand there again, alone or as the last of two
    doubled: npt.NDArray[np.int64]
    #: (as many, 3) number among those that say something, start and end (code points) of lines that may be furniture
    lines: npt.NDArray[np.int32]
    #: zeros, a power of two, at least half the text's bytes
    seen: npt.NDArray[np.uint64]
    #: (half the text's bytes and one more, 2) start and end, in bytes, of every run of letters and digits
    parts: npt.NDArray[np.int32]
    #: (as many,) what the table says of it; until the end of its line its traits
    values: npt.NDArray[np.int64]
    #: (as many,) its hash there
    hashes: npt.NDArray[np.uint64]
    #: (MOST_PLACES, 3) start and end (code points) of a step of the scan and the flags that it set
    places: npt.NDArray[np.int32]
    #: zeros, (STATS,)
    stats: npt.NDArray[np.int64]


class _Run(NamedTuple):
    """A run of letters and digits, from byte to byte, its hash, and how many it has of which."""

    start: int
    end: int
    hashed: np.uint64
    lower: int
    upper: int
    digits: int
    wide: int
    turn: int  # where a capital follows a small letter, or -1


class _High(NamedTuple):
    """The characters beyond ASCII so far."""

    tails: int  # continuation bytes: a byte's index less these is its code point
    end: int  # of the last one
    quiet: bool  # was it a quiet one?


class _Last(NamedTuple):
    """The last three runs, and what stands before them."""

    h1: np.uint64
    h2: np.uint64
    h3: np.uint64
    g1: int
    g2: int
    end: int
    capital: bool


class _Owner(NamedTuple):
    """A name that the next word may belong to."""

    hashed: np.uint64  # in front of 's, or less its own s
    mark: int  # 1 with an apostrophe, 2 without, 0 no such name
    end: int


class _Line(NamedTuple):
    """Where a line begins: byte, code point, run."""

    start: int
    point: int
    first_run: int


_CLASS = _byte_classes()
#: Behind a small letter: may the word go on?
_GOES_ON = (_CLASS <= _DIGIT) | (_CLASS == _HIGH)
_ZEROS = np.uint64(0x3030303030303030)


def _members(signs: str) -> npt.NDArray[np.bool_]:
    table = np.zeros(256, dtype=np.bool_)
    table[[ord(sign) for sign in signs]] = True
    return table


# What stands before or behind a word that is part of an address, a handle, a path, code or a compound.
_NOT_BEFORE = _members("@#/.:'&=%_-\\$")
_NOT_BEHIND = _members("@/=_-(\\")
# Beside these, more than one space is somebody's convention (the spacing detector's own sets, as far as they are ASCII).
_GAP_AFTER = _members('.!?:"*#->|)]')
_GAP_BEFORE = _members("|-=<*#[(,.;?!)")


@compiled
def width_of(data, at, size):  # type: ignore[no-untyped-def]
    """Bytes of the character that begins at a byte from 0x80 on; 1 for one that is cut off."""
    lead = data[at]
    width = 2 if lead < 0xE0 else (3 if lead < 0xF0 else 4)
    return width if at + width <= size else 1


@compiled
def _is_quiet(data, at, width):  # type: ignore[no-untyped-def]
    """Is it a curly quote, a dash or an ellipsis, such as sound English is full of?"""
    if width != 3 or data[at] != 0xE2 or data[at + 1] != 0x80:
        return False
    third = data[at + 2]
    return third in (0x93, 0x94, 0x98, 0x99, 0x9C, 0x9D, 0xA6)


@compiled
def _is_letter(data, at, width):  # type: ignore[no-untyped-def]
    """Does it count as a letter?  Roughly: Latin, Greek, Cyrillic and what follows, without signs."""
    lead = data[at]
    if width == 2:
        if lead == 0xC3:
            return data[at + 1] != 0x97 and data[at + 1] != 0xB7
        return lead > 0xC3
    if width == 3:
        if lead == 0xE2 or lead == 0xEF:
            return False
        if lead == 0xE3:
            return data[at + 1] != 0x80
        return True
    return False


@compiled
def is_wide_space(data, at, width):  # type: ignore[no-untyped-def]
    if width == 2:
        return data[at] == 0xC2 and (data[at + 1] == 0xA0 or data[at + 1] == 0x85)
    if width == 3 and data[at] == 0xE2:
        third = data[at + 2]
        if data[at + 1] == 0x80:
            return third <= 0x8A or third == 0xA8 or third == 0xA9 or third == 0xAF
        return data[at + 1] == 0x81 and third == 0x9F
    if width == 3:
        return (data[at] == 0xE3 and data[at + 1] == 0x80 and data[at + 2] == 0x80) or (
            data[at] == 0xE1 and data[at + 1] == 0x9A and data[at + 2] == 0x80
        )
    return False


@compiled
def _is_odd(data, at, width):  # type: ignore[no-untyped-def]
    """Can it show mojibake by itself: a control character of Latin-1, Œ, œ, Â, Ã, the sign for a lost character, or í, Æ or Õ
    where an apostrophe may have been?"""
    lead = data[at]
    if width == 1:
        return True
    second = data[at + 1]
    if lead == 0xC3 and (second == 0xAD or second == 0x86 or second == 0x95):
        return (
            at > 0
            and _CLASS[data[at - 1]] <= _UPPER
            and at + 2 < len(data)
            and _CLASS[data[at + 2]] == _LOWER
        )
    if width == 2:
        return (
            (lead == 0xC2 and second < 0xA0)
            or (lead == 0xC5 and (second == 0x92 or second == 0x93))
            or (lead == 0xC3 and (second == 0x82 or second == 0x83))
        )
    return width == 3 and lead == 0xEF and second == 0xBF and data[at + 2] == 0xBD


@compiled
def _is_apostrophe(data, at, size):  # type: ignore[no-untyped-def]
    """Is there a curly apostrophe?"""
    return at + 2 < size and data[at] == 0xE2 and data[at + 1] == 0x80 and data[at + 2] == 0x99


@compiled
def _seen(table, hashed, mark):  # type: ignore[no-untyped-def]
    """Put a hash into a set with a mark of two bits; the marks that it had."""
    mask = np.uint64(len(table) - 1)
    key = (hashed | np.uint64(4)) & ~np.uint64(3)
    at = home(table, hashed)
    while table[at] and table[at] & ~np.uint64(3) != key:
        at = (at + np.uint64(1)) & mask
    old = table[at] & np.uint64(3)
    table[at] = key | old | np.uint64(mark)
    return np.int64(old)


@compiled
def _same(data: npt.NDArray[np.uint8], first: int, second: int, size: int) -> bool:
    for i in range(size):
        if data[first + i] != data[second + i]:
            return False
    return True


@compiled
def _is_twice(data: npt.NDArray[np.uint8], start: int, end: int) -> bool:
    """Does a line say the same twice, with nothing or a separator of up to five bytes in between?"""
    for gap in range(6):
        size = (end - start - gap) // 2
        if (
            size >= _MIN_TITLE
            and 2 * size + gap == end - start
            and _same(data, start, start + size + gap, size)
        ):
            return True
    return False


@compiled
def _is_margin(sign, quotes):  # type: ignore[no-untyped-def]
    return sign == 32 or (quotes and sign == 34) or (not quotes and (_CLASS[sign] == _SPACE or sign == 10))


@compiled
def _is_curly(data, at):  # type: ignore[no-untyped-def]
    """Is there a curly quote of two strokes?"""
    return data[at] == 0xE2 and data[at + 1] == 0x80 and data[at + 2] in (0x9C, 0x9D)


@compiled
def _trim(data: npt.NDArray[np.uint8], start: int, end: int, quotes: bool) -> tuple[int, int]:
    """The span without the white space, or the spaces and quotes, around it."""
    while start < end:
        if _is_margin(data[start], quotes):
            start += 1
        elif quotes and end - start >= 3 and _is_curly(data, start):
            start += 3
        else:
            break
    while start < end:
        if _is_margin(data[end - 1], quotes):
            end -= 1
        elif quotes and end - start >= 3 and _is_curly(data, end - 3):
            end -= 3
        else:
            break
    return start, end


@compiled
def _behind(data, at, end, kind):  # type: ignore[no-untyped-def]
    """Where the bytes of a class that begin here end."""
    while at < end and _CLASS[data[at]] == kind:
        at += 1
    return at


@compiled
def _code_point(data, start, end, point):  # type: ignore[no-untyped-def]
    """The code point at a byte, by that at an earlier one."""
    for at in range(start, end):
        point += data[at] & 0xC0 != 0x80
    return point


@compiled
def _is_bound(data, start, end):  # type: ignore[no-untyped-def]
    """Is the word part of an address, a handle, a path, code or a compound?"""
    if start and _NOT_BEFORE[data[start - 1]]:
        return True
    if start >= 3 and _is_apostrophe(data, start - 3, len(data)):
        return True
    return end < len(data) and _NOT_BEHIND[data[end]]


@compiled
def _zeros_hash(size):  # type: ignore[no-untyped-def]
    """The hash of so many zeros, which stand for all numbers of so many digits."""
    hashed = short_hash(_ZEROS, min(size, 8))
    while size > 8:
        size -= 8
        hashed = mixed(hashed, first_bytes(_ZEROS, min(size, 8)))
    return hashed


@compiled
def _identifier(data, table, signs, value, start, end, traits):  # type: ignore[no-untyped-def]
    """The model's identifier of a word, or of the compound that ends in it."""
    if traits & _HYPHENED:
        return np.int64(signs[261])
    if traits & _CLITIC:
        # the model writes its apostrophe straight; none of its clitics is longer than seven letters
        size = end - start
        chunk = eight_bytes(address(data) + start, 0) << np.uint64(8) | np.uint64(39)
        value = look_up(table, short_hash(chunk, size + 1)) if size < 8 else np.int64(0)
    elif (
        traits & _DIGITS
        and not traits & (_LETTERS | _WIDE)
        and (not value or value & NO_IDENTIFIER == NO_IDENTIFIER)
    ):
        value = look_up(table, _zeros_hash(end - start))
    identifier = value & NO_IDENTIFIER
    if value and identifier != NO_IDENTIFIER:
        return identifier
    if traits & _CLITIC:
        return np.int64(signs[256])
    if traits & _DIGITS:
        return np.int64(signs[257])
    if traits & _CAPITALS:
        return np.int64(signs[258])
    if traits & _WIDE or _CLASS[data[start]] == _UPPER:
        return np.int64(signs[259])
    return np.int64(signs[260])


@compiled
def _is_foreign_number(data, last_end, start, end):  # type: ignore[no-untyped-def]
    """Is a number, behind a word or number that ends at ``last_end``, part of one as other languages write it?

    ``1,8``, ``200.000``, ``150 000``, ``24.02.2022``; ``15 %``, ``12€``, ``20 thousand``, ``29 of``.
    """
    size, before = end - start, start - last_end
    if before > 0 and last_end > 0 and _CLASS[data[last_end - 1]] == _DIGIT:
        between = data[start - 1]
        if before == 1 and ((between == 44 and size != 3) or (between == 46 and 3 <= size <= 4)):
            return True
        if size == 3 and before <= 3 and between != 44 and between != 46:
            return True
    if end + 4 >= len(data):
        return end < len(data) and (data[end] == 32 or data[end] >= 0x80)
    at, first, second = end, data[end], data[end + 1]
    if first == 0xC2 or (first == 0xE2 and second == 0x80 and data[end + 2] == 0xAF):
        return True  # a wide space
    if first == 32:
        at, first, second = end + 1, second, data[end + 2]
    if first == 0xE2:  # €
        return second == 0x82
    if at == end:
        return False
    if first == 111 and second == 102:  # of May
        return _CLASS[data[end + 4]] == _UPPER
    return first in (37, 36) or (first == 116 and second == 104 and data[end + 3] == 111)  # %, $, thousand


@compiled
def _may_be_cut(value, size, spaced):  # type: ignore[no-untyped-def]
    """Is a word in small letters on no list, or the rest of a cut word that stands by itself?"""
    return (not value & KNOWN and 4 <= size <= 40) or (value & FRAGMENT and spaced)


@compiled
def _may_be_halves(value, last_value):  # type: ignore[no-untyped-def]
    """Can two words, not both frequent, be the halves of another one?"""
    return (
        not (value & FREQUENT and last_value & FREQUENT)
        and (last_value & BEGINS or not last_value)
        and (value & ENDS or not value)
    )


@compiled
def _is_capitalised(data, parts, k):  # type: ignore[no-untyped-def]
    """Is a run a capital and small letters?"""
    start, end = np.int64(parts[k, 0]), np.int64(parts[k, 1])
    return end - start >= 2 and _CLASS[data[start]] == _UPPER and _behind(data, start + 1, end, _LOWER) == end


@compiled
def _is_common_together(data, table, parts, k):  # type: ignore[no-untyped-def]
    """Does a word make a common one with the word before?"""
    first, first_end = np.int64(parts[k - 1, 0]), np.int64(parts[k - 1, 1])
    whole = joined_hash(data, first, first_end, np.int64(parts[k, 0]), np.int64(parts[k, 1]))
    return look_up(table, whole) & COMMON != 0


@compiled
def _is(data, table, start, end, flag):  # type: ignore[no-untyped-def]
    """Does a word of this flag stand here?"""
    return look_up(table, word_hash(data, start, end)) & flag != 0


@compiled
def _stands_alone(data, table, start, end):  # type: ignore[no-untyped-def]
    """Does a common word stand here, one of two or three letters a very common one?  Most such strings on the list are endings,
    abbreviations and syllables."""
    if end - start == 1 and data[start] not in (65, 73, 97, 105):  # a, I
        return False
    value = look_up(table, word_hash(data, start, end))
    return value & COMMON != 0 and (end - start > 3 or (value >> RARITY_SHIFT) & 0xFF <= _PLAIN)


@compiled
def _may_go_on(data, table, start, end):  # type: ignore[no-untyped-def]
    """Can what stands behind an apostrophe be a clitic and a word: ``it'snot``, ``we'reback``?"""
    if data[start] in (115, 116, 100, 109):  # s, t, d, m
        return _is(data, table, start + 1, end, COMMON)
    return data[start] in (114, 118, 108) and _is(data, table, start + 2, end, COMMON)  # re, ve, ll


@compiled
def _may_have_seam(data, table, start, end, traits):  # type: ignore[no-untyped-def]
    """Can a string that is on no list, and not all in small letters, be two words that lost the space between them: ``onMonday``,
    ``Trumpsaid``, ``in2020``?  (:mod:`textrepair.detector.spacing.seams` judges.)"""
    if traits & _WIDE or not 3 <= end - start <= 40:
        return False
    if traits & _DIGITS:
        turn = _behind(data, start, end, _DIGIT)
        if turn > start:
            letters = turn + 1 if _CLASS[data[turn]] == _UPPER else turn
            return (
                end - turn > 2
                and _behind(data, letters, end, _LOWER) == end
                and _is(data, table, turn, end, COMMON)
            )
        turn = _behind(data, start + 1, end, _LOWER)
        return (
            turn - start > 1
            and _behind(data, turn, end, _DIGIT) == end
            and _is(data, table, start, turn, COMMON)
        )
    small = _behind(data, start, end, _UPPER)
    turn = _behind(data, small, end, _LOWER)
    # Names are made of an acronym and a word (STLink, XSSed) much more often than a space is lost.
    if small > start + 1:
        return False
    if turn < end:  # a capital inside
        tail = _behind(data, turn, end, _UPPER)
        if _behind(data, tail, end, _LOWER) < end:
            return False
        if small == start:
            return _stands_alone(data, table, start, turn)
        # Two capitals: only behind function words, which are all very common, are they parted.
        value = look_up(table, word_hash(data, start, turn))
        return value & COMMON != 0 and (value >> RARITY_SHIFT) & 0xFF == 0
    for cut in range(start + 1, end - 1):
        if _stands_alone(data, table, cut, end) and _stands_alone(data, table, start, cut):
            return True
    return False


@compiled_inline
def _look_up_line(text, room, line):  # type: ignore[no-untyped-def]
    """Look up a line's words: what depends on the table waits for this, since by now the words' slots are at hand.

    Whether there is a word of furniture, how many of a page's short lines, and where the last name of an agency ends (-1: none).
    """
    data, table = text.data, text.table
    parts, values, hashes, stats = room.parts, room.values, room.hashes, room.stats
    marked = False
    paged = 0
    agency_end = np.int64(-1)
    found, common, small, scored = stats[UNLISTED], stats[COMMON_WORDS], stats[SMALL_WORDS], stats[SCORED]
    point, point_at = line.point, line.start  # a code point, and the byte where it begins
    last_value = last_size = np.int64(0)  # of the word before, if it is all in small letters
    for k in range(line.first_run, stats[PARTS]):
        start, end = np.int64(parts[k, 0]), np.int64(parts[k, 1])
        traits, hashed, size = values[k], hashes[k], end - start
        value = look_up(table, hashed)
        values[k] = value
        joined = traits & (_HYPHENED | _CLITIC)
        if not joined and not traits & _DIGITS:
            common += value & COMMON != 0
            small += value & SMALL != 0
        if value & (MARK | AGENCY | PAGE):
            paged += value & PAGE != 0
            if value & AGENCY:
                agency_end = end
            if value & MARK or (start and data[start - 1] == 47):
                marked = True
        suspect: Any = False
        if traits & _SMALL_LETTERS and not traits & _CLITIC:
            spaced = traits & _GAP == _SPACED
            if _may_be_cut(value, size, spaced):
                suspect = not _is_bound(data, start, end)
            elif spaced and size >= 2 and last_size >= 2 and _may_be_halves(value, last_value):
                suspect = _is_common_together(data, table, parts, k)
            elif (
                spaced
                and size >= 2
                and last_size == 0
                and k > line.first_run
                and _may_be_halves(value, last_value)
            ):
                suspect = _is_capitalised(data, parts, k - 1) and _is_common_together(data, table, parts, k)
        elif traits & _CLITIC:
            suspect = size > 2 and _may_go_on(data, table, start, end)
        elif not value & KNOWN and traits & _LETTERS:
            suspect = _may_have_seam(data, table, start, end, traits) and not _is_bound(data, start, end)
        if suspect:
            point, point_at = _code_point(data, point_at, start, point), start
            room.unlisted[found] = point
            found += 1
        last_value, last_size = value, size if traits & _SMALL_LETTERS else np.int64(0)
        if len(room.ids):
            room.ids[traits >> _TOKEN_SHIFT] = _identifier(data, table, text.signs, value, start, end, traits)
        if not joined and traits & (_LETTERS | _WIDE) and value and value & NO_IDENTIFIER != NO_IDENTIFIER:
            scored += 1
    stats[UNLISTED], stats[COMMON_WORDS], stats[SMALL_WORDS], stats[SCORED] = found, common, small, scored
    return marked, paged, agency_end


@compiled_inline
def _was_read_before(data, seen, start, end):  # type: ignore[no-untyped-def]
    """Is there a sentence, long enough to be no set phrase, that the text had already?"""
    if end - start < _MIN_SENTENCE:
        return False
    start, end = _trim(data, start, end, True)
    return _seen(seen, ~line_hash(data, start, end), 1) & 1 != 0


@compiled_inline
def _end_line(text, room, line, at, point, marked):  # type: ignore[no-untyped-def]
    """Look up a line's words, note whether it may be furniture; flags of what it says again."""
    data, stats = text.data, room.stats
    furniture, paged, agency_end = _look_up_line(text, room, line)
    start, end = _trim(data, line.start, at, False)
    if end <= start:
        return 0
    by_agency = agency_end > 0 and data[end - 1] in (41, 42, 95, 62, 92, 35, 45, 0xA0)
    label = end - start <= MAX_LABEL and data[end - 1] not in (46, 34, 0x9D)
    by_words = paged > (0 if label else 1)
    if end - start <= (_MAX_LINE if marked or furniture or by_agency else MAX_SHORT_LINE if by_words else 0):
        k = stats[CANDIDATE_LINES]
        room.lines[k, 0], room.lines[k, 1], room.lines[k, 2] = stats[LINES], line.point, point
        stats[CANDIDATE_LINES] = k + 1
    stats[LINES] += 1
    flags = 0
    if end - start >= _MIN_LINE:
        if end - start >= 2 * _MIN_TITLE and _is_twice(data, start, end):
            flags |= TITLE_TWICE
        if _seen(room.seen, line_hash(data, start, end), 1) & 1:
            flags |= REPEATED_LINE
    return flags


@compiled
def _note_place(places, placed, start, end, flags):  # type: ignore[no-untyped-def]
    """Note a step that set flags, if what looks again wants its place; the number of such steps."""
    if not flags & _PLACED:
        return placed
    if placed < len(places):
        places[placed, 0], places[placed, 1], places[placed, 2] = start, end, flags
    return placed + 1


@compiled
def _quick_run(first, at, upper):  # type: ignore[no-untyped-def]
    """Read a capital at the most, then small letters, as most words are: where they end, and their hash."""
    chunk = eight_bytes(first + at, 0)
    letters = small_letters(chunk | np.uint64(upper << 5))
    at += letters
    hashed = short_hash(chunk, letters)
    while letters == 8:
        chunk = eight_bytes(first + at, 0)
        letters = small_letters(chunk)
        at += letters
        if letters:
            hashed = mixed(hashed, first_bytes(chunk, letters))
    return at, hashed


@compiled_inline
def _rest_of_run(data, at, run, high):  # type: ignore[no-untyped-def]
    """Read what a run has behind its first small letters; returns what :func:`_read_run` does."""
    size = len(data)
    lower, upper, digits, wide, turn = run.lower, run.upper, run.digits, run.wide, run.turn
    tails, high_end, quiet, odd = high.tails, high.end, high.quiet, False
    while at < size:
        kind = _CLASS[data[at]]
        width = 1
        if kind == _LOWER:
            lower += 1
        elif kind == _UPPER:
            if lower and turn < 0 and _CLASS[data[at - 1]] == _LOWER:
                turn = at
            upper += 1
        elif kind == _DIGIT:
            digits += 1
        elif kind == _HIGH:
            width = width_of(data, at, size)
            if not _is_letter(data, at, width):
                break
            odd = odd or high_end == at or _is_odd(data, at, width)
            wide += 1
            tails += width - 1
            high_end = at + width
            quiet = False
        else:
            break
        at += width
    run = _Run(run.start, at, word_hash(data, run.start, at), lower, upper, digits, wide, turn)
    return run, _High(tails, high_end, quiet), odd


@compiled_inline
def _read_run(data, start, high):  # type: ignore[no-untyped-def]
    """Read a run of letters and digits: the run, the characters beyond ASCII so far, and whether its own can be mojibake."""
    kind = _CLASS[data[start]]
    at, hashed = start, np.uint64(0)
    upper = 1 if kind == _UPPER else 0
    if kind <= _UPPER:
        at, hashed = _quick_run(address(data), at, upper)
    run = _Run(start, at, hashed, at - start - upper, upper, 0, 0, -1)
    if at == start or _GOES_ON[data[at]]:
        return _rest_of_run(data, at, run, high)
    return run, high, False


@compiled
def _traits_before(data, last_end, start):  # type: ignore[no-untyped-def]
    """The traits that say what stands between a run and the one before, which ends at ``last_end``."""
    size = start - last_end
    if size == 1:
        sign = data[last_end]
        if sign == 32:
            return _SPACED
        if sign == 45:
            return _HYPHENED
        if sign == 39:
            return _CLITIC
    if not 0 < size <= 9:
        return 0
    for k in range(last_end, start):
        if _CLASS[data[k]] not in (_SPACE, _NEWLINE, _HIGH):
            return 0
    return _WHITE | _CLITIC if size == 3 and _is_apostrophe(data, last_end, len(data)) else _WHITE


@compiled
def _made_of(run):  # type: ignore[no-untyped-def]
    """The traits that say what a run is made of."""
    size = run.end - run.start
    traits = 0
    if run.lower == size:
        traits |= _SMALL_LETTERS
    elif run.upper == size and size > 1:
        traits |= _CAPITALS
    if run.lower or run.upper:
        traits |= _LETTERS
    if run.digits:
        traits |= _DIGITS
    if run.wide:
        traits |= _WIDE
    return traits


@compiled
def _is_glued_name(data, run, last):  # type: ignore[no-untyped-def]
    """Are two names glued together, in a row of names: behind an initial or another name, or in front of one?"""
    start, end = run.start, run.end
    if not (
        run.turn > 0
        and run.upper == 2
        and run.turn - start >= 3
        and end - run.turn >= 3
        and not run.wide
        and not run.digits
    ):
        return False
    if start and data[start - 1] == 32:
        if start == last.end + 1 and last.capital:
            return True
        if start >= 3 and data[start - 2] == 46 and _CLASS[data[start - 3]] == _UPPER:
            return True
    return end + 1 < len(data) and data[end] == 32 and _CLASS[data[end + 1]] == _UPPER


@compiled
def _is_said_twice(data, table, run, gap, last):  # type: ignore[no-untyped-def]
    """Does a run say again what the one before, or the two before, said?  A slip is in small letters, or "I I", or a word that
    begins a sentence twice: "He He said"."""
    size = run.end - run.start
    if run.lower != size and size != 1:
        begins = (
            run.upper == 1
            and run.lower == size - 1
            and last.capital
            and gap == _SPACED
            and run.hashed == last.h1
        )
        return begins and look_up(table, run.hashed) & COMMON != 0
    if run.hashed == last.h1 and (gap == _SPACED or gap == _WHITE):
        if not look_up(table, run.hashed) & MAY_DOUBLE:
            return True
    if run.hashed == last.h2 and last.h1 == last.h3 and gap == last.g2:
        # two words, or one and its clitic behind an apostrophe: "I'll I'll"
        return last.g1 == _SPACED and (gap == _SPACED or data[run.start - 1] in (39, 0x99))
    return False


@compiled
def _lost_apostrophe(data, seen, run, owner):  # type: ignore[no-untyped-def]
    """Has a name lost an apostrophe: "Kremlins Making" where "Kremlin's making" stands too?"""
    if owner.mark and run.start == owner.end + 1 and data[run.start - 1] == 32 and run.end - run.start >= 4:
        pair = (owner.hashed ^ run.hashed) * np.uint64(0x9E3779B97F4A7C15)
        return _seen(seen, pair, owner.mark) | owner.mark == 3
    return False


@compiled_inline
def _odd_about_run(data, seen, run, gap, last, owner):  # type: ignore[no-untyped-def]
    """Flags of what is odd about a run and what is around it."""
    flags = 0
    if run.digits == run.end - run.start and _is_foreign_number(data, last.end, run.start, run.end):
        flags |= FOREIGN_NUMBER
    if _is_glued_name(data, run, last):
        flags |= GLUED_NAMES
    if _lost_apostrophe(data, seen, run, owner):
        flags |= LOST_APOSTROPHE
    return flags


@compiled
def _owner(data, run, clitic, last):  # type: ignore[no-untyped-def]
    """What the next word may belong to: a name in -s, or one in front of 's.  (Digits and capitals inside are the detector's.)"""
    start, end = run.start, run.end
    if _CLASS[data[start]] == _UPPER and end - start >= 4 and data[end - 1] in (115, 83):
        return _Owner(word_hash(data, start, end - 1), 2, end)
    if end - start == 1 and data[start] in (115, 83) and clitic:
        return _Owner(last.h1, 1, end)
    return _Owner(np.uint64(0), 0, -1)


@compiled
def _is_calm(data, at, width):  # type: ignore[no-untyped-def]
    """May a sign stand beside another one in sound text: a quiet one, a no-break space?"""
    return _is_quiet(data, at, width) or (width == 2 and data[at] == 0xC2 and data[at + 1] == 0xA0)


@compiled
def _is_stray_quote(data, at):  # type: ignore[no-untyped-def]
    """Does the quiet sign here quote on the wrong side of a space, or open where it should close?"""
    size, third = len(data), data[at + 2]
    spaced = at and data[at - 1] == 32
    if third == 0x9C:
        following = data[at + 3] if at + 3 < size else np.uint8(10)
        return following == 32 or (spaced and following in (10, 13))
    return third == 0x9D and spaced


@compiled_inline
def _odd_about_sign(data, at, width, high):  # type: ignore[no-untyped-def]
    """Flags of what is odd about a sign beyond ASCII and what is around it."""
    flags = 0
    beside = high.end == at and not (high.quiet and _is_calm(data, at, width))
    if beside or _is_odd(data, at, width):
        flags |= MOJIBAKE
    if width == 2 and data[at] == 0xC2 and data[at + 1] == 0xAB:  # «
        flags |= FOREIGN_QUOTE
    elif width == 3 and data[at] == 0xE2 and data[at + 1] == 0x80:
        if data[at + 2] == 0x9E:  # „
            flags |= FOREIGN_QUOTE
        elif data[at + 2] == 0x98 and at and data[at - 1] == 32:
            flags |= OPENING_QUOTE
    if _is_quiet(data, at, width):
        if _is_stray_quote(data, at):
            flags |= STRAY_SPACE | STRAY_QUOTE
        if _is_quote_glued(data, at):
            flags |= MISSING_SPACE
        if data[at + 2] == 0x99 and _is_clitic_apart(data, at, at + 3):
            flags |= CLITIC_APART
    return flags


@compiled_inline
def _odd_about_spaces(data, at, end, line_start):  # type: ignore[no-untyped-def]
    """Flags of what is wrong with the spaces from ``at`` to ``end``, which have text on both sides."""
    last, following = data[at - 1], data[end]
    if end - at == 1 and last != 40 and _CLASS[following] <= _DIGIT:
        return 0  # the most common case
    flags = 0
    inside = _CLASS[last] != _SPACE and _CLASS[last] != _NEWLINE
    dots = following == 46 and end + 1 < len(data) and data[end + 1] == 46
    if last == 40 or (inside and following in (44, 46, 58, 59, 63, 33, 41) and not dots):
        flags |= STRAY_SPACE
    if following in (58, 59, 63, 33):
        flags |= SPACED_SIGN
    elif following == 46 and (_CLASS[last] == _OTHER or _CLASS[last] == _HIGH):
        flags |= SECOND_STOP
    if end - at >= 2 and inside and _CLASS[following] != _SPACE and _CLASS[following] != _NEWLINE:
        if not _GAP_AFTER[last] and not _GAP_BEFORE[following]:
            flags |= DOUBLE_SPACE
        if at - line_start <= 120:
            flags |= LOST_DASH
    return flags


@compiled
def _is_space_missing(data, at):  # type: ignore[no-untyped-def]
    """Is the full stop or comma here glued to the next word?"""
    if at and at + 1 < len(data):
        before, after = _CLASS[data[at - 1]], _CLASS[data[at + 1]]
        if before == _LOWER:
            return after == _UPPER or (data[at] == 44 and after == _LOWER)
        return before == _DIGIT and after == (_LOWER if data[at] == 44 else _UPPER)
    return False


@compiled
def _is_missing_beside(data, at):  # type: ignore[no-untyped-def]
    """Is there no space between a word and the sign of ASCII here, other than a full stop or comma: ``word;word``, ``word:Word``,
    ``over?The``, ``(AP)said``, ``said(AP``, ``word,"word``?"""
    if not at or at + 1 >= len(data):
        return False
    sign, before, after = data[at], _CLASS[data[at - 1]], _CLASS[data[at + 1]]
    if sign == 59:
        return before == _LOWER and after <= _UPPER
    if sign in (58, 33, 63):
        return before == _LOWER and after == _UPPER
    if sign == 41:
        return after <= _UPPER
    if sign == 40:
        return before <= _UPPER and after != _SPACE
    return sign == 34 and after <= _UPPER and data[at - 1] in (44, 46, 33, 63)


@compiled
def _is_quote_glued(data, at):  # type: ignore[no-untyped-def]
    """Is there no space in front of the curly quote here that opens, or behind the one that closes?"""
    third = data[at + 2]
    if third == 0x9C:
        return at > 0 and (_CLASS[data[at - 1]] <= _UPPER or data[at - 1] in (44, 46, 33, 63, 58))
    return third == 0x9D and at + 3 < len(data) and _CLASS[data[at + 3]] <= _UPPER


@compiled
def _is_clitic_apart(data, at, behind):  # type: ignore[no-untyped-def]
    """Does a space part the apostrophe here, which ends at ``behind``, and its clitic from the word, or the clitic from it?"""
    size = len(data)
    if at < 2 or behind >= size:
        return False
    start = behind + (data[behind] == 32)
    end = _behind(data, start, min(size, start + 3), _LOWER)
    if end == start or (end < size and _CLASS[data[end]] <= _DIGIT):
        return False
    first = data[start]
    if not (
        first in (115, 116, 100, 109) if end - start == 1 else first in (114, 118, 108) and end - start == 2
    ):
        return False
    if start > behind or data[at - 1] == 32:
        return True
    return first == 116 and data[at - 1] == 110 and data[at - 2] == 32


@compiled
def _may_be_entity(data, at):  # type: ignore[no-untyped-def]
    """May a character reference of HTML begin at the ``&`` here?"""
    for k in range(at + 2, min(len(data), at + 12)):
        if data[k] == 59:
            return True
        if _CLASS[data[k]] > _DIGIT:
            return False
    return False


@compiled
def _is_small_start(data, at):  # type: ignore[no-untyped-def]
    """Does a sentence begin small behind the sign here, a full stop behind a word?"""
    if data[at] != 46 or at < 3 or at + 2 >= len(data) or data[at + 1] != 32:
        return False
    if _CLASS[data[at + 2]] != _LOWER and not 0xC3 <= data[at + 2] < 0xE0:
        return False
    for k in range(at - 3, at):
        if _CLASS[data[k]] != _LOWER and _CLASS[data[k]] != _HIGH:
            return False
    return True


@compiled
def _closes(data, at):  # type: ignore[no-untyped-def]
    """Is there nothing or white space behind the sign here?"""
    return at + 1 == len(data) or _CLASS[data[at + 1]] in (_SPACE, _NEWLINE)


@compiled
def _is_lone_date(data, last_stop, at):  # type: ignore[no-untyped-def]
    """May what the full stop here closes be a date or a day of the week for a sentence?"""
    if data[at] != 46 or not 6 <= at - last_stop <= _DATE or not _closes(data, at):
        return False
    for k in range(last_stop, at):
        if _CLASS[data[k]] == _DIGIT:
            return True
    return data[at - 3] == 100 and data[at - 2] == 97 and data[at - 1] == 121  # "day"


@compiled
def _is_end_again(data, last_stop, at):  # type: ignore[no-untyped-def]
    """Does what the full stop here closes say again how the sentence before it ended?"""
    size = at - last_stop - 2
    if data[at] != 46 or not 3 <= size <= TAIL or last_stop <= size or data[last_stop + 1] != 32:
        return False
    return data[last_stop - size - 1] == 32 and _same(data, last_stop - size, last_stop + 2, size)


@compiled
def _behind_brackets(data, at):  # type: ignore[no-untyped-def]
    """Where the quotes and brackets that close here end."""
    size = len(data)
    while at < size:
        if data[at] == 34 or data[at] == 41:
            at += 1
        elif data[at] == 0xE2 and at + 2 < size and data[at + 1] == 0x80 and (data[at + 2] in (0x9D, 0x99)):
            at += 3
        else:
            break
    return at


@compiled_inline
def _is_white(data, at):  # type: ignore[no-untyped-def]
    """Is there white space?"""
    size = len(data)
    if at >= size:
        return False
    kind = _CLASS[data[at]]
    return (
        kind == _SPACE
        or kind == _NEWLINE
        or (kind == _HIGH and is_wide_space(data, at, width_of(data, at, size)))
    )


@compiled
def _behind_white(data, at):  # type: ignore[no-untyped-def]
    """Where the white space of ASCII that begins here ends."""
    while at < len(data) and (_CLASS[data[at]] == _SPACE or data[at] == 10):
        at += 1
    return at


@compiled
def _goes_on(data, at):  # type: ignore[no-untyped-def]
    """Are a space and a word of ASCII next, as mostly?"""
    return at + 1 < len(data) and data[at] == 32 and _CLASS[data[at + 1]] <= _DIGIT


@compiled
def scan_bytes(text: _Text, room: _Filled) -> None:
    """Scan a text; see there what is read and what is filled in."""
    data, ids, stats = text.data, room.ids, room.stats
    size = len(data)
    want = len(ids) > 0
    seen_flags = flags = 0  # up to the last step, and what it saw
    # literals would have all that is called with them compiled for these as well
    step_point = placed = np.int64(0)
    words = tokens = spelled = again = runs = 0
    line = _Line(0, 0, 0)
    line_begins = True  # nothing but signs so far
    line_mark = False
    high = _High(0, -1, True)
    last = _Last(np.uint64(0), np.uint64(0), np.uint64(0), 0, 0, -10, False)
    owner = _Owner(np.uint64(0), 0, -1)
    sentence_start = 0
    last_stop: Any = np.int64(-100)
    at: Any = np.int64(0)
    while at <= size:
        if flags:
            placed = _note_place(room.places, placed, step_point, at - high.tails, flags)
            seen_flags |= flags
            flags = 0
        step_point = at - high.tails
        sign = data[at] if at < size else np.uint8(10)
        kind = _CLASS[sign]
        width = width_of(data, at, size) if kind == _HIGH else 1
        if kind <= _DIGIT or (kind == _HIGH and _is_letter(data, at, width)):
            # ---- words
            while True:
                start_point = at - high.tails
                run, high, odd = _read_run(data, at, high)
                if odd:
                    flags |= MOJIBAKE
                if line_begins and (run.digits or text.line_starts[home(text.line_starts, run.hashed)]):
                    line_mark = True
                line_begins = False
                before = _traits_before(data, last.end, at)
                gap, joined = before & _GAP, before & (_HYPHENED | _CLITIC)
                # note it; it is looked up at the end of the line
                fetch(address(text.table) + 8 * np.int64(home(text.table, run.hashed)))
                room.parts[runs, 0], room.parts[runs, 1], room.hashes[runs] = at, run.end, run.hashed
                token = tokens - (joined == _HYPHENED)
                room.values[runs] = before | _made_of(run) | token << _TOKEN_SHIFT
                runs += 1
                if want and joined != _HYPHENED:
                    ids[tokens] = 0
                    tokens += 1
                if not joined:
                    words += 1
                    spelled += run.digits == 0
                flags |= _odd_about_run(data, room.seen, run, gap, last, owner)
                if _is_said_twice(data, text.table, run, gap, last):
                    flags |= DOUBLED_WORD
                    room.doubled[again] = start_point
                    again += 1
                owner = _owner(data, run, joined == _CLITIC, last)
                capital = _CLASS[data[at]] == _UPPER
                last = _Last(run.hashed, last.h1, last.h2, gap, last.g1, run.end, capital)
                at = run.end
                if not _goes_on(data, at):
                    break
                at += 1
        elif kind == _HIGH:
            # ---- a sign beyond ASCII
            flags |= _odd_about_sign(data, at, width, high)
            if width == 2 and sign == 0xC2 and data[at + 1] == 0xA9:  # ©
                line_mark = True
            if _is_quiet(data, at, width):
                line_begins = False
                third = data[at + 2]
                if want and third in (0x93, 0x94, 0xA6):
                    ids[tokens] = text.signs[263 if third == 0xA6 else 262]
                    tokens += 1
            high = _High(high.tails + width - 1, at + width, _is_calm(data, at, width))
            at += width
        elif kind == _SPACE:
            run_end = at + 1
            while run_end < size and data[run_end] == 32:
                run_end += 1
            if sign == 32 and at and run_end < size:
                flags |= _odd_about_spaces(data, at, run_end, line.start)
            at = run_end if sign == 32 else at + 1
        elif kind == _NEWLINE:
            stats[PARTS] = runs
            flags |= _end_line(text, room, line, at, at - high.tails, line_mark)
            if _was_read_before(data, room.seen, sentence_start, at):
                flags |= REPEATED_PASSAGE
            at += 1
            sentence_start = at
            line = _Line(at, at - high.tails, runs)
            line_begins, line_mark = True, False
            if want and tokens and ids[tokens - 1] != 1:
                ids[tokens] = 1
                tokens += 1
        else:
            # ---- a sign
            if sign in (46, 44):
                if _is_space_missing(data, at):
                    flags |= MISSING_SPACE
                if _is_small_start(data, at):
                    flags |= SMALL_START
            else:
                if line_begins:
                    line_mark = line_mark or sign in (91, 92, 40)
                    line_begins = sign not in (34, 39)  # no furniture begins with a quotation
                if _is_missing_beside(data, at):
                    flags |= MISSING_SPACE
                elif sign == 39 and _is_clitic_apart(data, at, at + 1):
                    flags |= CLITIC_APART
                elif sign == 38 and _may_be_entity(data, at):
                    flags |= ENTITY
            ends = False
            if sign in (46, 33, 63):
                if _is_lone_date(data, last_stop, at):
                    flags |= LONE_DATE
                if _is_end_again(data, last_stop, at):
                    flags |= DOUBLED_STOP
                if _closes(data, at) or data[at + 1] in (34, 0xE2, 39):
                    last_stop = at
                behind = _behind_brackets(data, at + 1)
                if _is_white(data, behind):
                    ends = True
                    if _was_read_before(data, room.seen, sentence_start, at):
                        flags |= REPEATED_PASSAGE
                    sentence_start = _behind_white(data, behind)
            if want and text.signs[sign] >= 0:
                ids[tokens] = text.signs[sign]
                tokens += 1
                if ends:
                    ids[tokens] = 1
                    tokens += 1
            at += 1
            if sign != 40 and _goes_on(data, at):
                at += 1
    stats[FLAGS], stats[PLACES] = seen_flags | flags, placed
    stats[WORDS], stats[SPELLED], stats[TOKENS], stats[DOUBLES] = words, spelled, tokens, again


def room_for(data: npt.NDArray[np.uint8]) -> npt.NDArray[np.int64]:
    """What :func:`scan_into` needs for a text: some 40 bytes for each of the text's."""
    return np.empty((_ROWS, max(len(data) // 2 + 2, 2 * MOST_PLACES)), dtype=np.int64)


@compiled_making_arrays
def scan_into(  # type: ignore[no-untyped-def]
    room, data, table, line_starts, signs
):
    """:func:`scan_bytes` with room for its arrays; with no ``signs`` there will be no identifiers."""
    width = room.shape[1]
    ids = room[_IDS].view(np.int32)
    lines = room[_LINES : _LINES + 2].reshape(2 * width).view(np.int32)[: 3 * width].reshape(width, 3)
    seen = 16
    while 2 * seen < len(data):
        seen *= 2
    room[_STATS, :STATS] = 0
    filled = _Filled(
        ids if len(signs) else ids[:0],
        room[_UNLISTED],
        room[_DOUBLED],
        lines,
        np.zeros(seen, dtype=np.uint64),
        room[_SPANS].view(np.int32).reshape(width, 2),
        room[_VALUES],
        room[_HASHES].view(np.uint64),
        room[_PLACES].view(np.int32)[: 3 * MOST_PLACES].reshape(MOST_PLACES, 3),
        room[_STATS],
    )
    scan_bytes(_Text(data, table, line_starts, signs), filled)


@compiled_making_arrays
def runs_in(room):  # type: ignore[no-untyped-def]
    """Where in a room each run of letters and digits begins and ends, what the table says of it, and its hash there."""
    count = room[_STATS, PARTS]
    spans = room[_SPANS].view(np.int32).reshape(room.shape[1], 2)
    return spans[:count], room[_VALUES, :count], room[_HASHES].view(np.uint64)[:count]


def stats_in(room: npt.NDArray[np.int64]) -> list[int]:
    """A room's ``stats``."""
    return _first(room[_STATS], STATS)


def unlisted_in(room: npt.NDArray[np.int64]) -> list[int]:
    """A room's ``unlisted``."""
    return _first(room[_UNLISTED], room[_STATS, UNLISTED])


def doubled_in(room: npt.NDArray[np.int64]) -> list[int]:
    """A room's ``doubled``."""
    return _first(room[_DOUBLED], room[_STATS, DOUBLES])


def _first(row: npt.NDArray[np.int64], count: int) -> list[int]:
    numbers: list[int] = row[:count].tolist()
    return numbers


def lines_in(room: npt.NDArray[np.int64]) -> list[list[int]]:
    """A room's ``lines``."""
    return _threes(room[_LINES : _LINES + 2].reshape(-1), room[_STATS, CANDIDATE_LINES])


def places_in(room: npt.NDArray[np.int64]) -> list[list[int]]:
    """A room's ``places``."""
    return _threes(room[_PLACES], min(MOST_PLACES, room[_STATS, PLACES]))


def _threes(row: npt.NDArray[np.int64], count: int) -> list[list[int]]:
    threes: list[list[int]] = row.view(np.int32)[: 3 * count].reshape(-1, 3).tolist()
    return threes


def identifiers_in(room: npt.NDArray[np.int64], tokens: int) -> npt.NDArray[np.int32]:
    """A room's ``ids``."""
    identifiers: npt.NDArray[np.int32] = room[_IDS].view(np.int32)[:tokens]
    return identifiers
