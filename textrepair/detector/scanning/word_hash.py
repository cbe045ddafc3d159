"""The hash of a word, eight letters at a time, and where in a text a word's small letters end.

A processor takes eight bytes at once as a number.  Setting the bit 0x20 of each makes ASCII letters small, leaves digits as they
are, and makes the letters À to Þ small too where they are written in UTF-8.  So a word and the same in capitals have one hash;
the other letters that get one (``ŋ`` and ``ū``) make no English words.  Five in six words of an article have at most eight
letters: one multiplication each, where a hash that takes bytes one by one has five.

Texts come as arrays behind which :data:`PADDING` bytes can be read (:func:`padded`).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from textrepair.compiled import compiled
from textrepair.intrinsics import address, eight_bytes, lowest_bit

#: Bytes that are read behind a text's last one.
PADDING = 8

_START = np.uint64(0xCBF29CE484222325)
_FACTOR = np.uint64(0x9E3779B97F4A7C15)  # 2^64 over the golden ratio (Knuth, TAOCP 6.4)
_SMALL = np.uint64(0x2020202020202020)
_ALL = np.uint64(0xFFFFFFFFFFFFFFFF)
_LOW_BITS, _HIGH_BITS = np.uint64(0x7F7F7F7F7F7F7F7F), np.uint64(0x8080808080808080)
_FROM_A, _BEYOND_Z = np.uint64(0x1F1F1F1F1F1F1F1F), np.uint64(0x0505050505050505)  # carry into the high bit


def padded(text: str) -> npt.NDArray[np.uint8]:
    """The bytes of a text, lone surrogates included."""
    data = text.encode("utf-8", "surrogatepass")
    return np.frombuffer(data + bytes(PADDING), dtype=np.uint8, count=len(data))


@compiled
def first_bytes(chunk, size):  # type: ignore[no-untyped-def]
    """Of eight bytes the first ``size``, from 1 to 8."""
    return chunk & (_ALL >> np.uint64(64 - 8 * size))


@compiled
def small_letters(chunk):  # type: ignore[no-untyped-def]
    """With how many small ASCII letters eight bytes begin."""
    low = chunk & _LOW_BITS
    others = (~(low + _FROM_A) | (low + _BEYOND_Z) | chunk) & _HIGH_BITS
    return np.int64(8) if others == 0 else lowest_bit(np.int64(others)) >> 3


@compiled
def mixed(hashed, chunk):  # type: ignore[no-untyped-def]
    """A hash with eight bytes more."""
    hashed = (hashed ^ chunk) * _FACTOR
    return hashed ^ (hashed >> np.uint64(32))


@compiled
def short_hash(chunk, size):  # type: ignore[no-untyped-def]
    """That of the first ``size`` of eight bytes, from 1 to 8."""
    return mixed(_START, first_bytes(chunk | _SMALL, size))


@compiled
def _go_on(hashed, at, end, bits):  # type: ignore[no-untyped-def]
    """A hash with the bytes between two addresses more, in each of which these bits are set."""
    while end - at >= 8:
        hashed = mixed(hashed, eight_bytes(at, 0) | bits)
        at += 8
    return mixed(hashed, first_bytes(eight_bytes(at, 0) | bits, end - at)) if end > at else hashed


@compiled
def word_hash(data, start, end):  # type: ignore[no-untyped-def]
    """That of a word."""
    first = address(data)
    return _go_on(_START, first + start, first + end, _SMALL)


@compiled
def line_hash(data, start, end):  # type: ignore[no-untyped-def]
    """That of a line or a sentence: unlike a word's it tells capitals."""
    first = address(data)
    return _go_on(np.uint64(end - start), first + start, first + end, np.uint64(0))


@compiled
def joined_hash(data, start, end, next_start, next_end):  # type: ignore[no-untyped-def]
    """That of two words written as one."""
    first, own = address(data), (end - start) % 8  # bytes that share eight with the next word's
    hashed = _go_on(_START, first + start, first + end - own, _SMALL)
    if own:
        taken = min(8 - own, next_end - next_start)
        chunk = first_bytes(eight_bytes(first + end - own, 0), own)
        chunk |= eight_bytes(first + next_start, 0) << np.uint64(8 * own)
        hashed = mixed(hashed, first_bytes(chunk | _SMALL, own + taken))
        next_start += taken
    return _go_on(hashed, first + next_start, first + next_end, _SMALL)


def hash_of(word: str) -> np.uint64:
    """The hash of a word.

    >>> bool(hash_of("Été") == hash_of("été") != hash_of("été "))
    True
    """
    data = padded(word)
    return np.uint64(word_hash(data, 0, len(data)))
