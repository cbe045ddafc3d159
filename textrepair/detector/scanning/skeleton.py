"""What is left of a text when its content is taken out: function words, endings, signs, and how they follow one another.

Translators, human and machine, prefer some constructions whatever the subject and the source: more "the … of the …", "in …,",
"according to" and nouns in -ion, fewer "'s", "-ing", "up", "back" and contractions (Baroni & Bernardini 2006,
"A new approach to the study of translationese"; Volansky, Ordan & Wintner 2015).  So words keep their form only if they are of a
closed class; others become their ending, capitalised ones N, numbers 9.  An article is the square roots of its counts of runs of
one to three of these, at length 1.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from textrepair.compiled import compiled, compiled_making_arrays
from textrepair.detector.scanning.byte_scan import is_wide_space, runs_in, width_of
from textrepair.detector.scanning.key_table import fill, slot
from textrepair.detector.scanning.word_table import ABBREVIATION, CODE_SHIFT, one_a_line
from textrepair.lazy import cached_property

#: Closed classes of English, with the few adverbs and reporting verbs that are as frequent.
FUNCTION_WORDS = (
    "the a an this that these those its his her their our some any no of in to for on with at by from about into over after "
    "before through between against during under within among without towards since until is was are were has had have be "
    "been will would can could may might should must do does did and but or which who when where while if because as than "
    "so whether although though he she it they we i you him them us me also not only still already now then even more most "
    "very much too just again however well there here all each every both such other another own same few many several one "
    "two first last new according said says say up out off down back away what why how my your yours mine never always "
    "often yet"
).split()
ENDINGS = ("ing", "ed", "ly", "ion", "ity", "ment", "ness", "al", "ive", "er", "s")
_CLITICS = ("'s", "'t", "'re", "'ve", "'ll", "'d", "'m")
_SIGNS = tuple(",;:().!?…")

BEGIN, NAME, OTHER, NUMBER, OPAQUE, CLITIC, SIGN = "<s>", "N", "w", "9", "O", "'", "-"
#: All that a token can become; its place in here is its code.
ALPHABET = (
    BEGIN, NAME, OTHER, NUMBER, OPAQUE, CLITIC, SIGN, *_CLITICS, *_SIGNS, *(f"-{e}" for e in ENDINGS), *FUNCTION_WORDS,
)  # fmt: skip
_CODE = {name: code for code, name in enumerate(ALPHABET)}
_BASE = 256


_FUNCTION_CODES = {word: _CODE[word] for word in FUNCTION_WORDS}
_BEGIN, _NAME, _OTHER = _CODE[BEGIN], _CODE[NAME], _CODE[OTHER]
_NUMBER, _OPAQUE, _CLITIC, _SIGN = _CODE[NUMBER], _CODE[OPAQUE], _CODE[CLITIC], _CODE[SIGN]
_ELLIPSIS, _FIRST_FUNCTION_WORD = _CODE["…"], _CODE[FUNCTION_WORDS[0]]


def padded(words: Sequence[str], width: int) -> npt.NDArray[np.uint8]:
    """Words as rows of bytes behind their lengths."""
    out = np.zeros((len(words), width + 1), dtype=np.uint8)
    for row, word in zip(out, words, strict=True):
        row[0] = len(word)
        row[1 : len(word) + 1] = list(word.encode("ascii"))
    return out


_ENDING_BYTES = padded(ENDINGS, 4)
_ENDING_CODES = np.array([_CODE[f"-{ending}"] for ending in ENDINGS], dtype=np.uint8)
_CLITIC_BYTES = padded([clitic[1:] for clitic in _CLITICS], 2)
_CLITIC_CODES = np.array([_CODE[clitic] for clitic in _CLITICS], dtype=np.uint8)
_SIGN_CODES = np.full(128, _SIGN, dtype=np.uint8)
for _sign in _SIGNS[:-1]:
    _SIGN_CODES[ord(_sign)] = _CODE[_sign]

# What the last token was, for the end of a sentence.
_NOTHING_YET, _STOP, _QUOTE, _BRACKET, _COMMA, _ELSE = range(6)


@compiled
def _is_low(byte):  # type: ignore[no-untyped-def]
    return 97 <= byte <= 122


@compiled
def _is_up(byte):  # type: ignore[no-untyped-def]
    return 65 <= byte <= 90


@compiled
def _is_digit(byte):  # type: ignore[no-untyped-def]
    return 48 <= byte <= 57


@compiled
def _is_word(byte):  # type: ignore[no-untyped-def]
    return _is_low(byte) or _is_up(byte) or _is_digit(byte)


@compiled
def is_capital(data, at):  # type: ignore[no-untyped-def]
    return _is_up(data[at]) | (data[at] == 0xC3 and data[at + 1] <= 0x9E)


@compiled
def ends_in(row, data, end):  # type: ignore[no-untyped-def]
    """Do the bytes up to ``end`` end in these letters, in whatever case?"""
    size = np.int64(row[0])
    for i in range(size):  # noqa: SIM110 (compiled)
        if data[end - size + i] | np.uint8(32) != row[1 + i]:
            return False
    return True


@compiled
def _inflection(data, start, end):  # type: ignore[no-untyped-def]
    """The code of a word of an open class."""
    for k in range(len(_ENDING_BYTES)):
        if end - start > _ENDING_BYTES[k, 0] + 2 and ends_in(_ENDING_BYTES[k], data, end):
            return _ENDING_CODES[k]
    return np.uint8(_OTHER)


@compiled
def _inflections(data: npt.NDArray[np.uint8], out: npt.NDArray[np.uint8]) -> None:
    """Those of words, one a line."""
    start = 0
    for number in range(len(out)):
        end = start
        while end < len(data) and data[end] != 10:
            end += 1
        out[number] = _inflection(data, start, end)
        start = end + 1


def word_codes(words: Sequence[str]) -> npt.NDArray[np.uint8]:
    """The codes of words in lower case, for the word table; none is 0."""
    out = np.empty(len(words), dtype=np.uint8)
    _inflections(one_a_line(words), out)
    at = {word: i for i, word in enumerate(words) if word in _FUNCTION_CODES}
    for word, i in at.items():
        out[i] = _FUNCTION_CODES[word]
    return out


@compiled
def _clitic(data, start, end):  # type: ignore[no-untyped-def]
    for k in range(len(_CLITIC_BYTES)):
        if end - start == _CLITIC_BYTES[k, 0] and ends_in(_CLITIC_BYTES[k], data, end):
            return _CLITIC_CODES[k]
    return np.uint8(_CLITIC)


@compiled
def _is_address(data, start, end, size):  # type: ignore[no-untyped-def]
    """Does ``http://`` or ``www.`` begin here?"""
    sign = data[end] if end < size else np.uint8(32)  # asked first, since it mostly is a space
    if sign == 46:
        return end - start == 3 and data[start] == 119 and data[start + 1] == 119 and data[start + 2] == 119
    return (
        sign == 58
        and 4 <= end - start <= 5
        and end + 2 < size
        and data[start] == 104
        and data[start + 1] == 116
        and data[end + 1] == 47
        and data[end + 2] == 47
    )


@compiled
def _address_end(data, at):  # type: ignore[no-untyped-def]
    """Where an address ends: at white space, but without the signs in front of it."""
    while at < len(data) and data[at] > 32:
        at += 1
    while data[at - 1] < 0x80 and not _is_word(data[at - 1]) and data[at - 1] != 47:
        at -= 1
    return at


@compiled
def _is_initial_next(data, parts, k, at):  # type: ignore[no-untyped-def]
    """Is the next run, ``k``, a letter between the full stop here and another one?"""
    return (
        k < len(parts)
        and parts[k, 0] == at + 1
        and parts[k, 1] == at + 2
        and (_is_low(data[at + 1]) or _is_up(data[at + 1]))
        and at + 2 < len(data)
        and data[at + 2] == 46
    )


@compiled
def _is_abbreviated(data, parts, values, k, at, word_start):  # type: ignore[no-untyped-def]
    """Does the full stop here, a space before run ``k``, belong to the word before, as in "Mr. Lee" or "J. Lee"?"""
    if k == len(parts) or parts[k, 0] != at + 2 or (data[at + 1] != 32 and data[at + 1] != 10):
        return False
    if not _is_up(data[word_start]):
        return False
    return (at - word_start == 1 and _is_up(data[at + 2])) or values[k - 1] & ABBREVIATION != 0


@compiled
def _is_inside_number(data, parts, k, at):  # type: ignore[no-untyped-def]
    """Does the number in front of the sign here go on behind it?"""
    sign = data[at]
    return (
        (sign == 44 or sign == 46 or sign == 58 or sign == 47)
        and k < len(parts)
        and parts[k, 0] == at + 1
        and _is_digit(data[at + 1])
    )


@compiled
def _name_or_other(data, word_start, out, n):  # type: ignore[no-untyped-def]
    """The code of an abbreviation, which was the last token: at the beginning of a sentence a capital makes no name."""
    begins = n > 1 and out[n - 2] == _BEGIN
    return np.uint8(_NAME if _is_up(data[word_start]) and not begins else _OTHER)


@compiled
def _row_end(data, at):  # type: ignore[no-untyped-def]
    """Where a row of one sign ends."""
    end = at
    while end < len(data) and data[end] == data[at]:
        end += 1
    return end


@compiled
def _sign_token(data, at, width):  # type: ignore[no-untyped-def]
    """A sign's code, its sort for the end of a sentence, and the bytes of its token."""
    sign = data[at]
    if sign < 0x80:
        code = _SIGN_CODES[sign]
        if sign == 46:
            size = _row_end(data, at) - at
            return code, _STOP, size if size >= 3 else 1
        if sign == 33 or sign == 63:
            return code, _STOP, width
        if sign == 34 or sign == 39 or sign == 96:
            return code, _QUOTE, width
        if sign == 41 or sign == 93:
            return code, _BRACKET, width
        if sign == 44:
            return code, _COMMA, width
        return code, _ELSE, _row_end(data, at) - at if sign == 45 else width
    if width == 3 and sign == 0xE2 and data[at + 1] == 0x80:
        if data[at + 2] == 0xA6:
            return np.uint8(_ELLIPSIS), _STOP, width
        if 0x98 <= data[at + 2] <= 0x9F:
            return np.uint8(_SIGN), _QUOTE, width
    if width == 2 and sign == 0xC2 and (data[at + 1] == 0xAB or data[at + 1] == 0xBB):
        return np.uint8(_SIGN), _QUOTE, width
    return np.uint8(_SIGN), _ELSE, width


@compiled
def _is_hyphen(data, at, step):  # type: ignore[no-untyped-def]
    """Is the token of signs here a hyphen?"""
    if step == 1:
        return data[at] == 45
    return (
        step == 3
        and data[at] == 0xE2
        and data[at + 1] == 0x80
        and (data[at + 2] == 0x90 or data[at + 2] == 0x91)
    )


@compiled
def _is_apostrophe(data, at, sort, step):  # type: ignore[no-untyped-def]
    """Is the token of signs here an apostrophe?"""
    return data[at] == 39 or (sort == _QUOTE and step == 3 and data[at + 2] == 0x99)


@compiled
def _follows_hyphen(data, end, start):  # type: ignore[no-untyped-def]
    """Is a hyphen between a run and the one before, which ends at ``end``?"""
    if start == end + 1:
        return data[end] == 45
    return start == end + 3 and data[end] == 0xE2 and data[end + 2] != 0x99


@compiled
def _follows_apostrophe(data, end, start):  # type: ignore[no-untyped-def]
    """Is an apostrophe between a run and the one before, which ends at ``end``?"""
    return (start == end + 1 and data[end] == 39) or (start == end + 3 and data[end + 2] == 0x99)


@compiled
def _word_code(data, value, start, end, first):  # type: ignore[no-untyped-def]
    """The code of a word of which the table says ``value``; at the beginning of a sentence a capital makes no name."""
    code = np.uint8((value >> CODE_SHIFT) & 0xFF)
    if (not first) & (code < _FIRST_FUNCTION_WORD) & is_capital(data, start):
        return np.uint8(_NAME)
    return code if code else _inflection(data, start, end)


@compiled
def _begins_sentence(last, white, broken, breaks, ended, low):  # type: ignore[no-untyped-def]
    """Does a sentence end before a token that begins small or not?

    ``last`` is the token before it; in between there may be white space, in it line breaks; ``ended``: there was nothing but
    quotes and brackets since a stop.
    """
    if last == _NOTHING_YET:
        return True
    if not white:
        return False
    if broken:
        return not (breaks <= 1 and last != _STOP and last != _QUOTE and (low or last == _COMMA))
    return ended and not low


@compiled
def _skeleton(data, parts, values, out, begins):  # type: ignore[no-untyped-def]
    """Fill in the codes and where, in bytes, each sentence begins; how many there are of both.

    One loop over runs of letters and digits, and inside it one over what stands before each: white space and signs.
    """
    size, count = len(data), len(parts)
    n = sentences = 0
    at = 0
    breaks = 0
    white = broken = False
    ended = False  # nothing but quotes and brackets since a stop
    last = _NOTHING_YET
    first = True  # of its sentence, quotes included
    # the token that a hyphen may go on with: where it began, and whether it is a name
    word_start = -1
    word_end = -1
    number_end = -1
    initials = False  # inside "U.S."
    opaque_end = -1
    for k in range(count + 1):
        start = parts[k, 0] if k < count else size
        if start == at + 1 and data[at] == 32:  # as before most words
            white = True
            at = start
        while at < start:
            sign = data[at]
            width = width_of(data, at, size) if sign >= 0x80 else 1
            if sign <= 32 and (sign == 32 or 9 <= sign <= 13 or 28 <= sign <= 31):
                white = True
                if sign == 10 or sign == 13:
                    broken = True
                    breaks += sign == 10
                at += 1
                continue
            if width > 1 and is_wide_space(data, at, width):
                white = True
                at += width
                continue
            if at < opaque_end:
                at += width
                continue
            if sign == 46 and at == word_end and at + 1 < size:
                initial = at - word_start == 1 and (initials or _is_initial_next(data, parts, k, at))
                if initial or _is_abbreviated(data, parts, values, k, at, word_start):
                    initials = initials or initial
                    out[n - 1] = _name_or_other(data, word_start, out, n)
                    at += 1
                    continue
            if at == number_end and _is_inside_number(data, parts, k, at):
                at += 1
                continue
            # ---- a token of signs: which, and does a sentence end before it?
            code, sort, step = _sign_token(data, at, width)
            if k < count and start == at + step:
                if at == word_end and _is_hyphen(data, at, step):
                    at += step  # inside a compound
                    continue
                behind = k > 0 and at == parts[k - 1, 1]
                if behind and _is_apostrophe(data, at, sort, step) and not _is_digit(data[start]):
                    at += step  # before a clitic
                    continue
            if _begins_sentence(last, white, broken, breaks, ended, False):
                out[n], begins[sentences] = _BEGIN, at
                n += 1
                sentences += 1
                first, ended = True, False
            white = broken = False
            breaks = 0
            initials = False
            if sort == _STOP:
                ended = True
            elif sort != _QUOTE and sort != _BRACKET:
                ended = False
            if sort != _QUOTE:
                out[n] = code
                n += 1
            first = False
            last = sort
            at += step
        if k == count:
            break
        end = parts[k, 1]
        if at > start:  # inside an address
            continue
        at = end
        if start < opaque_end:
            continue
        lead = data[start]
        if not white and k:
            previous_end, before = parts[k - 1, 1], data[start - 1]
            gap = start - previous_end
            if previous_end == word_end and _follows_hyphen(data, previous_end, start):
                # a compound
                if out[n - 1] != _NAME:
                    out[n - 1] = _inflection(data, word_start, end)
                word_end = end
                continue
            if _follows_apostrophe(data, previous_end, start) and not _is_digit(lead):
                out[n] = _clitic(data, start, end)
                n += 1
                ended = first = initials = False
                last = _ELSE
                word_end = number_end = -1
                continue
            if gap == 1 and previous_end == number_end and _is_digit(lead) and before in (44, 46, 58, 47):
                number_end = end
                continue
            if initials and gap == 1 and before == 46 and end - start == 1:
                word_start, word_end = start, end
                continue
            if (before == 64 or before == 35) and out[n - 1] == _SIGN:
                out[n - 1] = _OPAQUE  # a handle
                continue
        if _begins_sentence(last, white, broken, breaks, ended, _is_low(lead)):
            out[n], begins[sentences] = _BEGIN, start
            n += 1
            sentences += 1
            first = True
        white = broken = initials = ended = False
        breaks = 0
        last = _ELSE
        word_end = number_end = -1
        if _is_digit(lead):
            out[n] = _NUMBER
            number_end = end
        elif _is_address(data, start, end, size):
            out[n] = _OPAQUE
            opaque_end = _address_end(data, end)
        else:
            out[n] = _word_code(data, values[k], start, end, first)
            word_start, word_end = start, end
        n += 1
        first = False
    return n, sentences


@compiled_making_arrays
def _codes_and_begins(data, room):  # type: ignore[no-untyped-def]
    out, begins = np.empty(2 * len(data) + 1, dtype=np.uint8), np.empty(len(data) + 1, dtype=np.int32)
    spans, values, _ = runs_in(room)
    codes, sentences = _skeleton(data, spans, values, out, begins)
    return out[:codes], begins[:sentences]


@dataclass(eq=False)  # one is made for each text: not frozen, as a scan
class Skeleton:
    """A code for each token and each beginning of a sentence (quotes, a matter of typography, have none), and the bytes at which
    sentences begin."""

    codes: npt.NDArray[np.uint8]
    begins: npt.NDArray[np.int32]

    @classmethod
    def of(cls, data: npt.NDArray[np.uint8], room: npt.NDArray[np.int64]) -> Self:
        """The skeleton of a text that was scanned into a room (:mod:`.byte_scan`).

        >>> from textrepair.detector.base import Document
        >>> skeleton = Document("The Dutch asked for peace, didn't they?").scan.skeleton
        >>> [ALPHABET[code] for code in skeleton.codes]
        ['<s>', 'the', 'N', '-ed', 'for', 'w', ',', 'w', "'t", 'they', '?']
        """
        return cls(*_codes_and_begins(data, room))


def runs(codes: npt.NDArray[np.uint8]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Keys of all runs of one to three codes, sorted, and how often each occurs."""
    shifted = codes.astype(np.int64) + 1  # 0 is "nothing there"
    keys = [shifted, shifted[:-1] * _BASE + shifted[1:]]
    keys.append((shifted[:-2] * _BASE + shifted[1:-1]) * _BASE + shifted[2:])
    return np.unique(np.concatenate(keys), return_counts=True)


def code_of(name: str) -> int:
    """The code of a member of :data:`ALPHABET`."""
    return _CODE[name]


def key_of(run: str) -> int:
    """The key of a run as it is written: ``"the -ion of"``."""
    key = 0
    for name in run.split(" "):
        key = key * _BASE + _CODE[name] + 1
    return key


def written(key: int) -> str:
    """The run of a key.

    >>> written(key_of("the -ion of"))
    'the -ion of'
    """
    names: list[str] = []
    while key:
        names.insert(0, ALPHABET[key % _BASE - 1])
        key //= _BASE
    return " ".join(names)


class Profile:
    """Turns skeletons into vectors over a fixed list of runs, or into one weighed sum of such a vector."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)

    @cached_property
    def _tables(self) -> tuple[npt.NDArray[np.int16], npt.NDArray[np.int32], npt.NDArray[np.int16]]:
        """The places of the listed runs: of pairs by their codes plus one, of single codes with 0 before, and of runs of three
        keys and places by hash.  A pair that isn't listed has -1, or -2 if a listed run of three holds it."""
        codes = [[_CODE[name] + 1 for name in run.split(" ")] for run in self.names]
        short = np.full((len(ALPHABET) + 1, len(ALPHABET) + 1), -1, dtype=np.int16)
        for run in codes:
            if len(run) == 3:
                short[run[0], run[1]] = short[run[1], run[2]] = -2
        for place, run in enumerate(codes):
            if len(run) < 3:
                short[run[0] if run[1:] else 0, run[-1]] = place
        longer = [place for place, run in enumerate(codes) if len(run) == 3]
        size = 1 << (4 * len(longer)).bit_length()
        keys, places = np.zeros(size, dtype=np.int32), np.zeros(size, dtype=np.int16)
        wanted = np.array([key_of(self.names[place]) for place in longer], dtype=np.int32)
        fill(keys, places, wanted, np.array(longer, dtype=np.int16))
        return short, keys, places

    def vector(self, skeleton: Skeleton) -> npt.NDArray[np.float64]:
        """Square roots of the shares of the listed runs among all listed in the text, shape ``(len(names),)``."""
        counts = np.zeros(len(self.names), dtype=np.int32)
        _places(skeleton.codes, *self._tables, counts, np.empty(len(counts) + 1, dtype=np.int16))
        out: npt.NDArray[np.float64] = np.sqrt(counts / max(1.0, counts.sum()))
        return out

    def mixture(
        self, skeleton: Skeleton, weights: npt.NDArray[np.float64], intercepts: npt.NDArray[np.float64]
    ) -> float:
        """The logarithm of the mean exponential of ``vector(skeleton) @ weights + intercepts``, of shapes ``(len(names), 3)``
        and ``(3,)``."""
        return float(_mixture(skeleton.codes, *self._tables, weights, intercepts))


@compiled
def _count(counts, found, n, place):  # type: ignore[no-untyped-def]
    """Count a listed run once more; of how many the places are written then."""
    found[n] = place
    n += counts[place] == 0
    counts[place] += 1
    return n


@compiled
def _places(  # type: ignore[no-untyped-def]
    skeleton, short, keys, places, counts, found
):
    """Count the runs of one to three codes that are listed; write the places of those that occur in the order of their first
    occurrence, and return how many these are."""
    two = one = np.int32(0)
    last_place = np.int64(-1)  # of the pair before
    n = 0
    for i in range(len(skeleton)):
        code = np.int32(skeleton[i]) + np.int32(1)
        place = np.int64(short[0, code])
        if place >= 0:
            n = _count(counts, found, n, place)
        if one:
            place = np.int64(short[one, code])
            if place >= 0:
                n = _count(counts, found, n, place)
            if (place != -1) & (last_place != -1):
                at = slot(keys, np.int32(two << 16 | one << 8 | code))
                if keys[at]:
                    n = _count(counts, found, n, np.int64(places[at]))
            last_place = place
        two, one = one, code
    return n


@compiled_making_arrays
def _mixture(
    skeleton: npt.NDArray[np.uint8],
    short: npt.NDArray[np.int16],
    keys: npt.NDArray[np.int32],
    places: npt.NDArray[np.int16],
    weights: npt.NDArray[np.float64],
    intercepts: npt.NDArray[np.float64],
) -> float:
    counts = np.zeros(len(weights), dtype=np.int32)
    found = np.empty(len(weights) + 1, dtype=np.int16)
    total = one = two = three = 0.0  # a sum for each column
    for i in range(_places(skeleton, short, keys, places, counts, found)):
        place = found[i]
        total += counts[place]
        root = math.sqrt(counts[place])
        one += root * weights[place, 0]
        two += root * weights[place, 1]
        three += root * weights[place, 2]
    length = 1.0 / math.sqrt(max(1.0, total))
    mean = math.exp(one * length + intercepts[0]) + math.exp(two * length + intercepts[1])
    return math.log((mean + math.exp(three * length + intercepts[2])) / 3.0)


def weighed(weights: Mapping[str, Sequence[float]]) -> tuple[Profile, npt.NDArray[np.float64]]:
    """A profile over the runs that have weights, and the weights in its order, a row each."""
    return Profile(tuple(weights)), np.array(list(weights.values()))
