"""Terms are found where a pattern of all of them would find them."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
import regex
from hypothesis import example, given
from hypothesis import strategies as st

from textrepair.repair import Settings, _known_terms
from textrepair.terms import Terms

# Without the dotless i and its like, which `regex` takes for "I" and not for "i".
_SIGNS = "aAbBßẞſsS12 -.$_’éÉe\u0301σςΣiIK\n"
_any = st.characters(exclude_characters="ıİ", exclude_categories=["Cs"])
_texts = st.text(st.sampled_from(_SIGNS), max_size=30) | st.text(_any, max_size=12)
_terms = st.frozensets(
    st.text(st.sampled_from(_SIGNS), min_size=1, max_size=5) | st.text(_any, min_size=1, max_size=3),
    max_size=8,
)


def any_of(terms: frozenset[str]) -> regex.Pattern[str]:
    longest_first = sorted(terms, key=lambda term: (-len(term), term))
    return regex.compile(rf"(?<!\w)(?:{'|'.join(map(regex.escape, longest_first))})(?!\w)", regex.IGNORECASE)


@given(_texts, _terms)
@example("In New York City", frozenset(["new york", "york city", "york"]))
@example("a-b a_b a$ $a", frozenset(["a", "$a", "a$", "-b"]))
def test_as_a_pattern_of_all(text: str, terms: frozenset[str]) -> None:
    spans = list(Terms(terms).spans(text))
    if terms:
        pattern = any_of(terms)
        assert spans == [match.span() for match in pattern.finditer(text, overlapped=True)]
    else:
        assert spans == []


def test_terms_are_read_once() -> None:
    """And not for every article."""
    assert _known_terms(frozenset(["on", "by"])) is _known_terms(frozenset(["by", "on"]))


def test_settings_take_sets_as_any_iterable() -> None:
    assert Settings(apply=["spin"], protect=iter(["new york"])) == Settings(  # type: ignore[arg-type]
        apply=frozenset({"spin"}), protect=frozenset({"new york"})
    )


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"min_confidence": "x"}, TypeError("min_confidence is a number between 0 and 1, not 'x'")),
        ({"min_confidence": None}, TypeError("min_confidence is a number between 0 and 1, not None")),
        ({"min_confidence": 1.5}, ValueError("min_confidence is 1.5, not between 0 and 1")),
        ({"apply": None}, TypeError("apply is a set of strings, which None is not")),
        ({"apply": [1, "spin"]}, TypeError("apply is a set of strings, which 1 is not")),
        ({"protect": [b"x"]}, TypeError("protect is a set of strings, which b'x' is not")),
        ({"apply": ["spun"]}, ValueError("unknown kinds ['spun']")),
    ],
)
def test_what_is_no_setting_is_told(wrong: dict[str, Any], error: Exception) -> None:
    with pytest.raises(type(error), match=re.escape(str(error))):
        Settings(**wrong)


@pytest.mark.parametrize("number", [0, True, np.float32(0.5)])
def test_any_number_is_a_confidence(number: Any) -> None:
    assert Settings(min_confidence=number).min_confidence == number


@pytest.mark.parametrize("field", ["apply", "protect"])
def test_a_single_string_is_no_set(field: str) -> None:
    with pytest.raises(TypeError, match="put a single one into a set"):
        Settings(**{field: "spin"})  # type: ignore[arg-type]
