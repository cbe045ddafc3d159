"""What needs no pattern is split as the pattern would split it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from textrepair import plain_words
from textrepair.plain_words import (
    ALL_CAPITALS,
    ALL_SMALL,
    BEGINS_CAPITAL,
    BEGINS_SMALL,
    UNSPLIT,
    hashed,
    letters_of,
    plain_tokens,
)
from textrepair.tokens import _PATTERN, ABBREVIATIONS, TokenKind, tokenize

_PARTS = [
    *"abzAZ019.,;:!?()-'’\"“”‚‘«–/@#&$% \n\t…é",
    "\u0301",
    "\u00a0",
    "www.",
    ".com",
    "word",
    "Word",
    "it's",
    "``",
    "''",
]
_PARTS += [f"{word}." for word in ABBREVIATIONS[::7]]
_texts = st.lists(st.sampled_from(_PARTS), max_size=12).map("".join)


@given(_texts | st.text())
@example("He saw Mr. Low at 3:35 p.m., so (it's said) the cease-fire began; see www.example.org/x.")
def test_split_as_by_the_pattern(text: str) -> None:
    tokens = tokenize(text)
    matches = list(_PATTERN.finditer(text))
    assert tokens.texts == [match.group() for match in matches]
    assert list(zip(tokens.starts, tokens.ends, strict=True)) == [match.span() for match in matches]
    assert tokens.kinds == [match.lastindex for match in matches]
    assert tokens.columns.letters.tolist() == list(map(letters_of, tokens.texts))


@given(_texts | st.text(st.characters(exclude_categories=["Cs"])))
@example('"')
@example("(")
@example('on "')
def test_compiled_and_not(text: str) -> None:
    """Uncompiled, a place outside an array is an error."""
    points = np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32)
    own_stop = np.array([hashed("mr"), hashed("jan")])
    with pytest.MonkeyPatch.context() as patched, np.errstate(over="ignore"):
        signs = ("_is_letter", "_of_case", "_letters", "_is_digit", "_is_space", "_kind_of_sign")
        for name in (*signs, "_read_word", "_read_number", "_read_letters"):
            patched.setattr(plain_words, name, getattr(plain_words, name).py_func)
        wanted = plain_tokens.py_func(points, own_stop)
    for column, expected in zip(plain_tokens(points, own_stop), wanted, strict=True):
        np.testing.assert_array_equal(column, expected)


@pytest.mark.parametrize(
    ("text", "bits"),
    [
        ("low", ALL_SMALL | BEGINS_SMALL),
        ("low-Key", BEGINS_SMALL),
        ("Low", BEGINS_CAPITAL),
        ("A", BEGINS_CAPITAL),
        ("LOW-KEY", ALL_CAPITALS | BEGINS_CAPITAL),
        ("'s", ALL_SMALL),
        ("’S", ALL_CAPITALS),
        ("Él", BEGINS_CAPITAL),
        ("1990s", ALL_SMALL),
        ("12", 0),
        (",", 0),
    ],
)
def test_what_letters_a_token_is_of(text: str, bits: int) -> None:
    tokens = tokenize(f"it {text}" if text[0] not in "'’" else f"it{text}")
    assert tokens.texts[1] == text
    assert tokens.columns.letters[1] == letters_of(text) == bits


@given(st.lists(_texts | st.text(), min_size=2, max_size=4))
def test_a_text_is_a_token_of_one_kind_wherever_it_stands(texts: list[str]) -> None:
    """By which the vocabulary keeps the identifiers of texts."""
    kinds: dict[str, int] = {}
    for tokens in map(tokenize, texts):
        for text, kind in zip(tokens.texts, tokens.kinds, strict=True):
            assert kinds.setdefault(text, kind) == kind


@pytest.mark.parametrize("word", [*ABBREVIATIONS, "www"])
def test_words_with_a_full_stop_of_their_own(word: str) -> None:
    text = f"Here {word}. Low"
    assert tokenize(text).texts == [match.group() for match in _PATTERN.finditer(text)]


def test_nothing_stays_unsplit() -> None:
    assert UNSPLIT not in {kind.value for kind in TokenKind}
    assert UNSPLIT not in tokenize("{x} 5% of it—all").kinds
