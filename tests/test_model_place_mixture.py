"""Words that share an observed word's places are told apart, and words that don't pay for themselves are left out."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sample_models import articles, packaged

from textrepair.model.place_mixture import Fitting, explain
from textrepair.model.reading import LM_WEIGHT
from textrepair.model.slots import Place, lack, place_of, varied
from textrepair.model.vocabulary import END, UNSEEN
from textrepair.tokens import tokenize

ABLE = (
    "he was not _ to go",
    "you will be _ to see it",
    "no one will be _ to make it",
    "are you _ to say more ?",
    "we were never _ to leave",
    "they must be _ to tell us",
    "i may not be _ to help",
    "you should be _ to do so",
)
IF = (
    "we will know _ you are right",
    "it would be better _ they came",
    "ask _ he is there",
    "even _ it is true",
    "what _ we are wrong",
    "tell me _ you can",
    "as _ it were true",
    "only _ they do",
)


#: Words too rare to be anybody's original unless the channel relates them to it.
RARE = "vulnerability willing"
FLAW = (
    "hackers used a critical _ in the software",
    "a security _ was found",
    "the _ was discovered by researchers",
    "there is a _ in its systems",
    "they showed the _ of our systems",
    "our _ to attacks",
    "an increased _ to disease",
    "this is a serious _ which can be",
)


def places(contexts: tuple[str, ...]) -> list[Place]:
    index = packaged().vocabulary.index
    found = []
    for context in contexts:
        words = context.split()
        found.append(place_of([index.get(word, 2) for word in words], words.index("_")))
    return found


@cache
def fitting() -> Fitting:
    """Against the places of sound articles."""
    model = packaged()
    pool = []
    for text in articles("sound").values():
        numbers = model.vocabulary.identifiers(tokenize(text))
        line = model.vocabulary.seen_as[numbers[numbers != UNSEEN]].tolist()
        pool += [place_of(line, k) for k in range(0, len(line), 10)]
    lacking = lack(model, np.zeros(model.vocabulary.lm_size), 500.0, 3000)
    return Fitting.over(model.lm, lacking, words(RARE), pool, 1e-5, LM_WEIGHT)


def words(text: str) -> np.ndarray:
    index = packaged().vocabulary.index
    return np.array([index[word] for word in text.split()], dtype=np.int64)


def originals(contexts: tuple[str, ...], own: str, related: str = "", odds: float = 1.0) -> dict[str, float]:
    read = tuple(words(own).tolist())
    found = fitting().originals(places(contexts), [read] * len(contexts), words(related), odds)
    return {packaged().vocabulary.words[w]: share for w, share in found}


@pytest.mark.parametrize(
    ("contexts", "own", "expected"),
    [
        (ABLE, "compass", {"able"}),
        (IF, "should", {"if"}),
        (ABLE + IF, "compass", {"able", "if"}),
        (ABLE, "solar year", {"able"}),
        (IF, "in the event", {"if"}),
        (ABLE, "able", set()),
        (IF, "if", set()),
    ],
)
def test_originals(contexts: tuple[str, ...], own: str, expected: set[str]) -> None:
    found = originals(contexts, own)
    assert set(found) == expected
    assert sum(found.values()) <= 1.0 + 1e-9


def test_few_places_tell_nothing() -> None:
    assert originals(ABLE[:1], "compass") == {}


def test_related_words_are_candidates_at_less_cost() -> None:
    assert "vulnerability" not in originals(FLAW, "exposure")
    assert set(originals(FLAW, "exposure", "vulnerability willing")) == {"vulnerability"}
    # Two places tell enough of what is likely beforehand.
    assert originals(ABLE[:2], "compass") == {}
    assert set(originals(ABLE[:2], "compass", "able")) == {"able"}


def test_a_word_never_heard_needs_less() -> None:
    count = next(n for n in range(1, len(IF)) if originals(IF[:n], "compass", odds=1e4))
    assert originals(IF[:count], "compass") == {}


FITS = arrays(
    np.float64,
    st.tuples(st.integers(1, 12), st.integers(2, 6)),
    elements=st.floats(1e-6, 1e3, allow_nan=False),
)


@given(FITS, st.floats(0.0, 20.0))
@settings(max_examples=50, deadline=None)
def test_shares_are_shares_and_dear_words_stay_out(fit: np.ndarray, cost: float) -> None:
    costs = np.full(fit.shape[1], cost)
    costs[0] = np.inf
    found = dict(explain(fit, costs, fit.shape[1] - 1))
    assert 0 not in found
    assert fit.shape[1] - 1 not in found
    assert all(0.0 <= share <= 1.0 for share in found.values())
    assert sum(found.values()) <= 1.0 + 1e-9
    assert explain(fit, np.full(fit.shape[1], np.inf), fit.shape[1] - 1) == []


@given(st.lists(st.tuples(st.integers(20, 24), st.integers(20, 24)), max_size=40), st.integers(1, 5))
def test_places_that_differ(neighbours: list[tuple[int, int]], most: int) -> None:
    kept = list(varied([Place((20, left), (right, END)) for left, right in neighbours], most))
    assert len({(place.left[1], place.right[0]) for place in kept}) == len(kept)
    for side in ([p.left[1] for p in kept], [p.right[0] for p in kept]):
        assert all(side.count(word) <= most for word in side)
    assert bool(kept) == bool(neighbours)
