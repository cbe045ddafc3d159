"""Which kinds of damage can this text not have?  One pass over its bytes, compiled by numba.

For every detector of mechanical damage the scan looks for what that detector's patterns cannot do without: a space before a
mark, two equal words side by side, a word on no list, two neighbouring characters of which mojibake is made, a line that
begins as a share button does.  What it reports is a superset: where it reports nothing the detector would find nothing, so it
need not run.  (``test_screen`` holds both against each other.)

On the way it turns words into the model's identifiers.

Everything is judged on UTF-8 bytes.  Positions that are handed on are counted in code points.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from textrepair.detector.compiled import compiled, compiled_making_arrays
from textrepair.detector.word_hash import (
    first_bytes,
    joined_hash,
    line_hash,
    mixed,
    short_hash,
    small_letters,
    word_hash,
)
from textrepair.detector.word_table import (
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
    SMALL,
    home,
    look_up,
)
from textrepair.model.ngrams import address, eight_bytes, fetch

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

# Places in ``stats``.
# all words, those without digits, of these the common and the small ones; tokens; words that the model knows
FLAGS, WORDS, SPELLED, COMMON_WORDS, SMALL_WORDS, TOKENS, SCORED = range(7)
UNLISTED, LINES, CANDIDATE_LINES, PARTS, DOUBLES, PLACES = range(7, 13)
STATS = 13

# What patterns look for again that would read the whole text; told where, those of translation take a third of the time, those
# of stray spaces a tenth.
_PLACED = (
    GLUED_NAMES
    | STRAY_SPACE
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
_GAP = 3  # 0 something, _SPACED, _WHITE, _STOPPED
_SPACED, _WHITE, _STOPPED = 1, 2, 3  # one space; up to nine bytes of white characters; ". "
_HYPHENED, _CLITIC = 1 << 2, 1 << 3  # joined to the word before by a hyphen, an apostrophe
_SMALL_LETTERS, _CAPITALS, _LETTERS = 1 << 4, 1 << 5, 1 << 6  # nothing else; nothing else, at least two; some
_DIGITS, _WIDE = 1 << 7, 1 << 8
_TOKEN_SHIFT = 9  # above: the index of its token

_MIN_LINE, _MIN_SENTENCE, _MIN_TITLE = 20, 50, 15
_DATE = 20  # bytes from one stop to the next with a quote and "30 September" in between
_MAX_LINE = 1600  # bytes of a line of furniture: four times its characters


def _byte_classes() -> npt.NDArray[np.uint8]:
    classes = np.full(256, _OTHER, dtype=np.uint8)
    classes[ord("a") : ord("z") + 1] = _LOWER
    classes[ord("A") : ord("Z") + 1] = _UPPER
    classes[ord("0") : ord("9") + 1] = _DIGIT
    classes[[9, 11, 12, 13, 28, 29, 30, 31, 32]] = _SPACE
    classes[10] = _NEWLINE
    classes[128:] = _HIGH
    return classes


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
def _wide(data, at, size):  # type: ignore[no-untyped-def]
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
    """Can it show mojibake by itself: a control character of Latin-1, Œ, œ, Â, Ã, or the sign for a lost character?"""
    lead = data[at]
    if width == 1:
        return True
    second = data[at + 1]
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
def _trim(data: npt.NDArray[np.uint8], start: int, end: int, quotes: bool) -> tuple[int, int]:
    """The span without the white space, or the spaces and quotes, around it."""
    while start < end:
        sign = data[start]
        if sign == 32 or (quotes and sign == 34) or (not quotes and (_CLASS[sign] == _SPACE or sign == 10)):
            start += 1
        elif (
            quotes
            and end - start >= 3
            and sign == 0xE2
            and data[start + 1] == 0x80
            and data[start + 2] in (0x9C, 0x9D)
        ):
            start += 3
        else:
            break
    while start < end:
        sign = data[end - 1]
        if sign == 32 or (quotes and sign == 34) or (not quotes and (_CLASS[sign] == _SPACE or sign == 10)):
            end -= 1
        elif (
            quotes
            and end - start >= 3
            and data[end - 3] == 0xE2
            and data[end - 2] == 0x80
            and data[end - 1] in (0x9C, 0x9D)
        ):
            end -= 3
        else:
            break
    return start, end


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
def _look_up_line(  # type: ignore[no-untyped-def]
    data, table, signs, line_start, line_start_point, first, ids, unlisted, parts, values, hashes, stats
):  # fmt: skip
    """Look up a line's words, from the run ``first`` on: what depends on the table waits for this, since by now the words'
    slots are at hand.

    Whether there is a word of furniture, and where the last name of an agency ends (-1: none).
    """
    marked = False
    agency_end = np.int64(-1)
    found, common, small, scored = stats[UNLISTED], stats[COMMON_WORDS], stats[SMALL_WORDS], stats[SCORED]
    point, point_at = line_start_point, line_start  # a code point, and the byte where it begins
    last_value = last_size = np.int64(0)  # of the word before, if it is all in small letters
    for k in range(first, stats[PARTS]):
        start, end = np.int64(parts[k, 0]), np.int64(parts[k, 1])
        traits, hashed, size = values[k], hashes[k], end - start
        value = look_up(table, hashed)
        values[k] = value
        joined = traits & (_HYPHENED | _CLITIC)
        if not joined and not traits & _DIGITS:
            common += value & COMMON != 0
            small += value & SMALL != 0
        if value & (MARK | AGENCY):
            if value & AGENCY:
                agency_end = end
            if value & MARK or (start and data[start - 1] == 47):
                marked = True
        if traits & _SMALL_LETTERS:
            spaced = traits & _GAP == _SPACED
            suspect = False
            if (not value & KNOWN and 4 <= size <= 40) or (value & FRAGMENT and spaced):
                suspect = not _is_bound(data, start, end)
            elif (
                # two words, not both frequent, that make a common one
                spaced
                and size >= 2
                and last_size >= 2
                and not (value & FREQUENT and last_value & FREQUENT)
                and (last_value & BEGINS or not last_value)
                and (value & ENDS or not value)
            ):
                whole = joined_hash(data, np.int64(parts[k - 1, 0]), np.int64(parts[k - 1, 1]), start, end)
                suspect = look_up(table, whole) & COMMON != 0
            if suspect:
                point, point_at = _code_point(data, point_at, start, point), start
                unlisted[found] = point
                found += 1
        last_value, last_size = value, size if traits & _SMALL_LETTERS else np.int64(0)
        if len(ids):
            ids[traits >> _TOKEN_SHIFT] = _identifier(data, table, signs, value, start, end, traits)
        if not joined and traits & (_LETTERS | _WIDE) and value and value & NO_IDENTIFIER != NO_IDENTIFIER:
            scored += 1
    stats[UNLISTED], stats[COMMON_WORDS], stats[SMALL_WORDS], stats[SCORED] = found, common, small, scored
    return marked, agency_end


@compiled
def scan_bytes(
    data: npt.NDArray[np.uint8],
    table: npt.NDArray[np.uint64],
    line_starts: npt.NDArray[np.uint8],
    signs: npt.NDArray[np.int32],
    ids: npt.NDArray[np.int32],
    unlisted: npt.NDArray[np.int64],
    doubled: npt.NDArray[np.int64],
    lines: npt.NDArray[np.int32],
    seen: npt.NDArray[np.uint64],
    parts: npt.NDArray[np.int32],
    values: npt.NDArray[np.int64],
    hashes: npt.NDArray[np.uint64],
    places: npt.NDArray[np.int32],
    stats: npt.NDArray[np.int64],
) -> None:
    """Scan a text.

    ``table`` from :mod:`textrepair.detector.word_table`; ``line_starts`` the bitmap of the first words of lines of furniture;
    ``signs`` (264,) the model's identifiers of ASCII signs, -1 for what it doesn't see, then those of its classes, of the dash
    and of the ellipsis (:func:`textrepair.detector.screen.sign_identifiers`); empty without a model.

    ``data`` has bytes behind it that may be read (:func:`textrepair.detector.word_hash.padded`).

    Filled in: ``ids`` (two more than the text has bytes, or empty: not wanted) the identifiers of words and signs, with that
    of the sentence's end after each sentence; ``unlisted`` (a third of the text's bytes) starts, in code points, of words on
    no list, of rests of cut words, and of words that make another one with the word before; ``doubled`` (half the text's bytes)
    of words that stand there again, alone or as the last of two; ``lines`` (as many, 3) number among those that say something,
    start and end (code points) of lines that may be furniture; ``seen`` zeros, a power of two, at least half the text's bytes;
    ``parts``, ``values`` and ``hashes`` (half the text's bytes and one more) start and end, in bytes, of every run of letters
    and digits, what the table says of it, and its hash there; ``places`` (MOST_PLACES, 3) start and end (code points) of
    a step of the scan and the flags that it set; ``stats`` zeros, (STATS,).
    """
    size, first = len(data), address(data)
    want = len(ids) > 0
    seen_flags = flags = 0  # up to the last step, and what it saw
    step_point = placed = 0
    words = tokens = spelled = again = line_count = candidates = runs = 0
    wide_tails = 0  # continuation bytes so far: a byte's index less these is its code point
    # the last three words, and what stands between each and the one before
    h1 = h2 = h3 = np.uint64(0)
    g1 = g2 = 0
    word_end = -10
    last_capital = False
    possessive = np.uint64(0)  # hash of a name in front of 's, or less its own s, waiting for the next word
    possessive_mark = 0
    possessive_end = -1
    previous_quiet = True  # was the last non-ASCII character a quiet one?
    previous_wide_end = -1
    sentence_start = 0
    last_stop = -100
    line_start = 0
    line_start_point = 0
    line_begins = True  # nothing but signs so far
    line_mark = False
    line_first = 0  # of its runs
    at = 0
    while at <= size:
        if flags:
            if flags & _PLACED:
                if placed < len(places):
                    places[placed, 0], places[placed, 1], places[placed, 2] = (
                        step_point,
                        at - wide_tails,
                        flags,
                    )
                placed += 1
            seen_flags |= flags
            flags = 0
        step_point = at - wide_tails
        sign = data[at] if at < size else np.uint8(10)
        kind = _CLASS[sign]
        if kind == _LOWER or kind == _UPPER or kind == _DIGIT or kind == _HIGH:
            width = 1
            letter = True
            if kind == _HIGH:
                width = _wide(data, at, size)
                letter = _is_letter(data, at, width)
            if letter:
                while True:
                    # ---- a word: letters and digits
                    start = at
                    start_point = at - wide_tails
                    lower = upper = digits = wide = 0
                    turn = -1  # where a capital follows a small letter
                    kind = _CLASS[data[at]]
                    if kind <= _UPPER:
                        # a capital at the most, then small letters, as mostly
                        upper = 1 if kind == _UPPER else 0
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
                        lower = at - start - upper
                    if at == start or _GOES_ON[data[at]]:
                        while at < size:
                            sign = data[at]
                            kind = _CLASS[sign]
                            if kind == _LOWER:
                                lower += 1
                                at += 1
                            elif kind == _UPPER:
                                if lower and turn < 0 and _CLASS[data[at - 1]] == _LOWER:
                                    turn = at
                                upper += 1
                                at += 1
                            elif kind == _DIGIT:
                                digits += 1
                                at += 1
                            elif kind == _HIGH:
                                width = _wide(data, at, size)
                                if not _is_letter(data, at, width):
                                    break
                                if previous_wide_end == at or _is_odd(data, at, width):
                                    flags |= MOJIBAKE
                                wide += 1
                                wide_tails += width - 1
                                at += width
                                previous_wide_end = at
                                previous_quiet = False
                            else:
                                break
                        hashed = word_hash(data, start, at)
                    if line_begins and (digits or line_starts[home(line_starts, hashed)]):
                        line_mark = True
                    line_begins = False
                    size_here = at - start
                    following = data[at] if at < size else np.uint8(10)
                    preceding = data[start - 1] if start else np.uint8(10)
                    # ---- what stands between this word and the one before
                    gap_size = start - word_end
                    gap = 0
                    if gap_size == 1 and preceding == 32:
                        gap = _SPACED
                    elif gap_size == 2 and data[start - 2] == 46 and preceding == 32:
                        gap = _STOPPED
                    elif 0 < gap_size <= 9:
                        gap = _WHITE
                        for k in range(word_end, start):
                            if _CLASS[data[k]] not in (_SPACE, _NEWLINE, _HIGH):
                                gap = 0
                    hyphened = gap_size == 1 and preceding == 45
                    clitic = (gap_size == 1 and preceding == 39) or (
                        gap_size == 3 and _is_apostrophe(data, word_end, size)
                    )
                    # ---- note it; it is looked up at the end of the line
                    fetch(address(table) + 8 * np.int64(home(table, hashed)))
                    traits = gap | (tokens - hyphened) << _TOKEN_SHIFT
                    if hyphened:
                        traits |= _HYPHENED
                    if clitic:
                        traits |= _CLITIC
                    if lower == size_here:
                        traits |= _SMALL_LETTERS
                    elif upper == size_here and size_here > 1:
                        traits |= _CAPITALS
                    if lower or upper:
                        traits |= _LETTERS
                    if digits:
                        traits |= _DIGITS
                    if wide:
                        traits |= _WIDE
                    parts[runs, 0], parts[runs, 1], values[runs], hashes[runs] = start, at, traits, hashed
                    runs += 1
                    if want and not hyphened:
                        ids[tokens] = 0
                        tokens += 1
                    if not hyphened and not clitic:
                        words += 1
                        spelled += digits == 0
                    if digits == size_here and _is_foreign_number(data, word_end, start, at):
                        flags |= FOREIGN_NUMBER
                    if (
                        turn > 0
                        and upper == 2
                        and turn - start >= 3
                        and at - turn >= 3
                        and not wide
                        and not digits
                    ):
                        # in a row of names: behind an initial or another name, or in front of one
                        behind = preceding == 32 and (
                            (gap == _SPACED and last_capital)
                            or (start >= 3 and data[start - 2] == 46 and _CLASS[data[start - 3]] == _UPPER)
                        )
                        ahead = at + 1 < size and following == 32 and _CLASS[data[at + 1]] == _UPPER
                        if behind or ahead:
                            flags |= GLUED_NAMES
                    # ---- said twice?  A slip is in small letters, or "I I".
                    if hashed == h1 and gap == _STOPPED and following == 46:
                        flags |= DOUBLED_STOP
                    if lower == size_here or size_here == 1:
                        twice = False
                        if hashed == h1:
                            if gap == _SPACED or gap == _WHITE:
                                twice = not look_up(table, hashed) & MAY_DOUBLE
                            elif gap == _STOPPED and following == 46:
                                twice = True
                        if gap == _SPACED and g1 == _SPACED and g2 == _SPACED and hashed == h2 and h1 == h3:
                            twice = True
                        if twice:
                            flags |= DOUBLED_WORD
                            doubled[again] = start_point
                            again += 1
                    # ---- an apostrophe lost: "Kremlins Making" where "Kremlin's making" stands too
                    if possessive_mark and start == possessive_end + 1 and preceding == 32 and size_here >= 4:
                        pair = (possessive ^ hashed) * np.uint64(0x9E3779B97F4A7C15)
                        if _seen(seen, pair, possessive_mark) | possessive_mark == 3:
                            flags |= LOST_APOSTROPHE
                    possessive_mark = 0
                    # digits and capitals inside are left to the detector
                    if (
                        _CLASS[data[start]] == _UPPER
                        and size_here >= 4
                        and (data[at - 1] == 115 or data[at - 1] == 83)
                    ):
                        possessive, possessive_mark, possessive_end = word_hash(data, start, at - 1), 2, at
                    elif size_here == 1 and (data[start] == 115 or data[start] == 83) and clitic:
                        possessive, possessive_mark, possessive_end = h1, 1, at
                    last_capital = _CLASS[data[start]] == _UPPER
                    h3, h2, h1 = h2, h1, hashed
                    g2, g1 = g1, gap
                    word_end = at
                    if not (following == 32 and at + 1 < size and _CLASS[data[at + 1]] <= _DIGIT):
                        break
                    at += 1  # to the next word, as mostly
                continue
            # ---- a sign beyond ASCII
            quiet = _is_quiet(data, at, width)
            calm = quiet or (width == 2 and sign == 0xC2 and data[at + 1] == 0xA0)
            if (previous_wide_end == at and not (calm and previous_quiet)) or _is_odd(data, at, width):
                flags |= MOJIBAKE
            if width == 2 and sign == 0xC2:
                if data[at + 1] == 0xA9:
                    line_mark = True
                elif data[at + 1] == 0xAB:
                    flags |= FOREIGN_QUOTE  # «
            elif width == 3 and sign == 0xE2 and data[at + 1] == 0x80:
                if data[at + 2] == 0x9E:
                    flags |= FOREIGN_QUOTE  # „
                elif data[at + 2] == 0x98 and at and data[at - 1] == 32:
                    flags |= OPENING_QUOTE
            if quiet:
                line_begins = False
                third = data[at + 2]
                opening = third == 0x9C
                if opening and at + 3 < size and data[at + 3] == 32:
                    flags |= STRAY_SPACE | STRAY_QUOTE
                if at and data[at - 1] == 32:
                    if third == 0x9D or (
                        opening and (at + 3 >= size or data[at + 3] == 10 or data[at + 3] == 13)
                    ):
                        flags |= STRAY_SPACE | STRAY_QUOTE
                if want and third in (0x93, 0x94):
                    ids[tokens] = signs[262]
                    tokens += 1
                elif want and third == 0xA6:
                    ids[tokens] = signs[263]
                    tokens += 1
            previous_quiet = calm
            wide_tails += width - 1
            at += width
            previous_wide_end = at
            continue
        # ---- ASCII beside words
        if kind == _SPACE:
            run = at + 1
            while run < size and data[run] == 32:
                run += 1
            if sign == 32 and at and run < size:
                last, following = data[at - 1], data[run]
                if run - at == 1 and last != 40 and _CLASS[following] <= _DIGIT:
                    at = run  # the most common case
                    continue
                if (
                    (following in (44, 46, 59, 63, 33, 41))
                    and _CLASS[last] != _SPACE
                    and _CLASS[last] != _NEWLINE
                    and not (following == 46 and run + 1 < size and data[run + 1] == 46)
                ):
                    flags |= STRAY_SPACE
                if last == 40:
                    flags |= STRAY_SPACE
                if following in (58, 59, 63, 33):
                    flags |= SPACED_SIGN
                elif following == 46 and (_CLASS[last] == _OTHER or _CLASS[last] == _HIGH):
                    flags |= SECOND_STOP
                if run - at >= 2 and _CLASS[last] != _SPACE and _CLASS[last] != _NEWLINE:
                    if _CLASS[following] != _SPACE and _CLASS[following] != _NEWLINE:
                        if not _GAP_AFTER[last] and not _GAP_BEFORE[following]:
                            flags |= DOUBLE_SPACE
                        if at - line_start <= 120:
                            flags |= LOST_DASH
            at = run if sign == 32 else at + 1
            continue
        if kind == _NEWLINE:
            # ---- the end of a line
            stats[PARTS] = runs
            marked, agency_end = _look_up_line(
                data, table, signs, line_start, line_start_point, line_first,
                ids, unlisted, parts, values, hashes, stats,
            )  # fmt: skip
            line_first = runs
            start, end = _trim(data, line_start, min(at, size), False)
            if end > start:
                if end - start <= _MAX_LINE and (
                    line_mark
                    or marked
                    or (agency_end > 0 and data[end - 1] in (41, 42, 95, 62, 92, 35, 45, 0xA0))
                ):
                    lines[candidates, 0] = line_count
                    lines[candidates, 1] = line_start_point
                    lines[candidates, 2] = at - wide_tails
                    candidates += 1
                line_count += 1
                if end - start >= _MIN_LINE:
                    if end - start >= 2 * _MIN_TITLE and _is_twice(data, start, end):
                        flags |= TITLE_TWICE
                    if _seen(seen, line_hash(data, start, end), 1) & 1:
                        flags |= REPEATED_LINE
            if at - sentence_start >= _MIN_SENTENCE:
                start, end = _trim(data, sentence_start, min(at, size), True)
                if _seen(seen, ~line_hash(data, start, end), 1) & 1:
                    flags |= REPEATED_PASSAGE
            at += 1
            sentence_start = at
            line_start = at
            line_start_point = at - wide_tails
            line_begins = True
            line_mark = False
            if want and tokens and ids[tokens - 1] != 1:
                ids[tokens] = 1
                tokens += 1
            continue
        # ---- a sign
        if sign in (46, 44):
            if at and at + 1 < size and _CLASS[data[at - 1]] == _LOWER:
                after = _CLASS[data[at + 1]]
                if after == _UPPER or (sign == 44 and after == _LOWER):
                    flags |= MISSING_SPACE
            if sign == 46 and at >= 3 and at + 2 < size and data[at + 1] == 32:
                # a sentence that begins small
                behind_stop = _CLASS[data[at + 2]]
                small_start = behind_stop == _LOWER or 0xC3 <= data[at + 2] < 0xE0
                for k in range(at - 3, at):
                    small_start = small_start and (_CLASS[data[k]] == _LOWER or _CLASS[data[k]] == _HIGH)
                if small_start:
                    flags |= SMALL_START
        elif line_begins:
            line_mark = line_mark or sign == 91 or sign == 92 or sign == 40
            line_begins = sign != 34 and sign != 39  # no furniture begins with a quotation
        stop = sign in (46, 33, 63)
        ends = False
        if stop:
            closes = at + 1 == size or _CLASS[data[at + 1]] in (_SPACE, _NEWLINE)
            if 6 <= at - last_stop <= _DATE and sign == 46 and closes:
                for k in range(last_stop, at):  # a date for a sentence
                    if _CLASS[data[k]] == _DIGIT:
                        flags |= LONE_DATE
            if closes or data[at + 1] == 34 or data[at + 1] == 0xE2 or data[at + 1] == 39:
                last_stop = at
            run = at + 1
            while run < size:
                if data[run] == 34 or data[run] == 41:
                    run += 1
                elif (
                    data[run] == 0xE2
                    and run + 2 < size
                    and data[run + 1] == 0x80
                    and (data[run + 2] == 0x9D or data[run + 2] == 0x99)
                ):
                    run += 3
                else:
                    break
            if run < size and (
                _CLASS[data[run]] == _SPACE
                or data[run] == 10
                or (_CLASS[data[run]] == _HIGH and is_wide_space(data, run, _wide(data, run, size)))
            ):
                ends = True
                if at - sentence_start >= _MIN_SENTENCE:
                    start, end = _trim(data, sentence_start, at, True)
                    if _seen(seen, ~line_hash(data, start, end), 1) & 1:
                        flags |= REPEATED_PASSAGE
                while run < size and (_CLASS[data[run]] == _SPACE or data[run] == 10):
                    run += 1
                sentence_start = run
        if want and signs[sign] >= 0:
            ids[tokens] = signs[sign]
            tokens += 1
            if ends:
                ids[tokens] = 1
                tokens += 1
        at += 1
        if at + 1 < size and data[at] == 32 and sign != 40 and _CLASS[data[at + 1]] <= _DIGIT:
            at += 1  # likewise
    stats[FLAGS] = seen_flags | flags
    stats[PLACES] = placed
    stats[WORDS] = words
    stats[TOKENS] = tokens
    stats[SPELLED] = spelled
    stats[LINES] = line_count
    stats[CANDIDATE_LINES] = candidates
    stats[DOUBLES] = again


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
    scan_bytes(
        data, table, line_starts, signs, ids if len(signs) else ids[:0], room[_UNLISTED], room[_DOUBLED], lines,
        np.zeros(seen, dtype=np.uint64), room[_SPANS].view(np.int32).reshape(width, 2),
        room[_VALUES], room[_HASHES].view(np.uint64),
        room[_PLACES].view(np.int32)[: 3 * MOST_PLACES].reshape(MOST_PLACES, 3), room[_STATS],
    )  # fmt: skip


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
