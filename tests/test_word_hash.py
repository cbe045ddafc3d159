"""Hashes of words, eight letters at a time, against the same said plainly."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textrepair.compiled import compiled
from textrepair.detector.scanning.word_hash import (
    first_bytes,
    hash_of,
    joined_hash,
    padded,
    short_hash,
    small_letters,
    word_hash,
)
from textrepair.intrinsics import address, eight_bytes

ASCII_WORDS = st.text("abcdefghijklmnopqrstuvwxyzABCXYZ0189'", min_size=1, max_size=40)
ANY_TEXT = st.text(max_size=20)


_small_letters = compiled(lambda data: small_letters(eight_bytes(address(data), 0)))
_short = compiled(lambda data: short_hash(eight_bytes(address(data), 0), len(data)))
_first = compiled(lambda data, size: first_bytes(eight_bytes(address(data), 0), size))


@given(ASCII_WORDS)
def test_case_does_not_matter_and_nothing_else_is_lost(word: str) -> None:
    assert hash_of(word) == hash_of(word.lower()) == hash_of(word.upper())
    assert hash_of(word + "x") != hash_of(word) != hash_of("x" + word)


@given(ASCII_WORDS, ASCII_WORDS, ANY_TEXT, ANY_TEXT)
def test_a_hash_is_of_its_bytes_alone(word: str, other: str, before: str, behind: str) -> None:
    data = padded(f"{before}{word} {other}{behind}")
    start = len(padded(before))
    end = start + len(word)
    assert word_hash(data, start, end) == hash_of(word)
    assert joined_hash(data, start, end, end + 1, end + 1 + len(other)) == hash_of(word + other)


@given(ASCII_WORDS.filter(lambda word: len(word) <= 8))
def test_a_short_word_s_hash_is_a_word_s(word: str) -> None:
    assert _short(padded(word)) == hash_of(word)


@given(st.text("az`{AZ@[059 éß’\0", max_size=12))
def test_small_letters_are_counted_up_to_eight(text: str) -> None:
    data = padded(text)
    small = 0
    while small < min(8, len(data)) and ord("a") <= data[small] <= ord("z"):
        small += 1
    assert _small_letters(data) == small


@pytest.mark.parametrize("size", range(1, 9))
def test_first_bytes(size: int) -> None:
    data = np.arange(1, 17, dtype=np.uint8)
    assert _first(data, size) == int.from_bytes(bytes(range(1, size + 1)), "little")


def test_accented_letters_fold() -> None:
    assert hash_of("ÉTÉ") == hash_of("été") != hash_of("ete")
