"""Which readings stand where one excludes another."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from textrepair.detector.spin.compatible import NOTHING, Readings, Settled, settled

LEAST = 0.2
#: A span: its first lattice token, how many follow, and its readings: head, tail, posterior, unchanged, article.
Span = tuple[int, int, list[tuple[int, int, float, bool, int]]]


def readings(spans: list[Span]) -> Readings:
    """The spans as they come, which is the surest first."""
    places: list[tuple[int, int, int, int]] = []
    rows: list[tuple[int, int, float, bool, int]] = []
    for first, more, mine in spans:
        places.append((first, first + more, len(rows), len(rows) + len(mine)))
        rows += mine
    head, tail, posterior, unchanged, article = (
        (list(c) for c in zip(*rows, strict=True)) if rows else [[]] * 5
    )
    return Readings(
        np.array(places, dtype=np.int64).reshape(-1, 4),
        np.array(head, dtype=np.int64),
        np.array(tail, dtype=np.int64),
        np.array(posterior, dtype=np.float64),
        np.array(unchanged, dtype=np.bool_),
        np.array(article, dtype=np.int64),
    )


def settle(spans: list[Span], words: list[int]) -> Settled:
    return settled(readings(spans), np.array(words, dtype=np.int64), np.arange(len(words)), LEAST)


def plain(word: int, posterior: float) -> tuple[int, int, float, bool, int]:
    return word, word, posterior, False, NOTHING


def test_the_surest_of_two_that_overlap_stands() -> None:
    found = settle([(0, 1, [plain(7, 0.9)]), (1, 0, [plain(8, 0.8)])], [1, 2, 3])
    assert found.best.tolist() == [0, NOTHING]
    assert found.taken.tolist() == [True, True, False]


def test_a_word_is_not_said_twice() -> None:
    """The second reading stands where the first would double its neighbour; what was doubled before may stay so."""
    assert settle([(1, 0, [plain(1, 0.6), plain(7, 0.3)])], [1, 2, 3]).best.tolist() == [1]
    assert settle([(1, 0, [plain(1, 0.6), plain(7, 0.1)])], [1, 2, 3]).best.tolist() == [NOTHING]
    assert settle([(0, 0, [plain(7, 0.9)]), (1, 0, [plain(7, 0.6)])], [1, 1, 3]).best.tolist() == [0, NOTHING]
    assert settle([(1, 0, [plain(NOTHING, 0.6)])], [NOTHING, 2, 3]).best.tolist() == [0]


def test_rivals_are_all_others_that_fit() -> None:
    found = settle([(1, 0, [plain(7, 0.5), plain(1, 0.2), plain(8, 0.125), plain(9, 0.0625)])], [1, 2, 3])
    assert found.rivals.tolist() == [0.1875]
    assert found.fits.tolist() == [True, False, True, True]


def test_an_article_follows_unless_it_is_settled() -> None:
    wants = (7, 7, 0.6, False, 5)
    assert settle([(1, 0, [wants])], [4, 2]).article.tolist() == [True]
    found = settle([(0, 0, [plain(6, 0.9)]), (1, 0, [wants])], [4, 2])
    assert (found.best.tolist(), found.article.tolist()) == ([0, 1], [False, False])


def test_what_stands_there_already_is_settled_without_an_edit() -> None:
    found = settle([(0, 0, [(1, 1, 0.9, True, NOTHING)]), (0, 1, [plain(7, 0.8)])], [1, 2])
    assert (found.best.tolist(), found.taken.tolist()) == ([NOTHING, NOTHING], [True, False])


_WORDS = st.integers(-1, 3)
_ROWS = st.lists(
    st.tuples(_WORDS, _WORDS, st.sampled_from([0.1, 0.3, 0.5]), st.booleans(), _WORDS), min_size=1, max_size=3
)


@given(
    st.lists(_WORDS, min_size=4, max_size=6),
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 1), _ROWS), max_size=5),
)
def test_compiled_as_in_python(words: list[int], spans: list[Span]) -> None:
    given_ = readings(spans), np.array(words, dtype=np.int64), np.arange(len(words)), LEAST
    compiled, alike = settled(*given_), settled.py_func(*given_)
    for one, other in zip(compiled, alike, strict=True):
        np.testing.assert_array_equal(one, other)
    restored = compiled.best >= 0
    assert compiled.fits[compiled.best[restored]].all()
    covered = np.zeros(len(words), dtype=int)
    for first, last, *_ in readings(spans).spans[restored]:
        covered[first : last + 1] += 1
    assert covered.max() <= 1, "no token is restored twice"
