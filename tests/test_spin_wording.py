"""Which words and phrases speak for a rewriting program."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textrepair.detector.spin.wording import FORM, packaged_wording
from textrepair.detector.word_runs import STOP, WordRuns
from textrepair.model import load_model
from textrepair.model.vocabulary import END, MOSTLY

RUNS = {
    "numerous": (4.0, 0.8),
    "in": (-0.5, 0.0),
    "in the event": (3.0, 0.9),
    "the event that": (2.0, 0.7),
    "event that": (1.0, 0.4),
    f"{STOP} in addition": (2.5, 0.6),
    f"like {STOP}": (-1.5, 0.0),
    "the same": (-2.0, 0.1),
    "London": (9.0, 1.0),  # no normal form
    "qzxv the": (9.0, 1.0),  # no word
}
WORDS = ("numerous", "in", "the", "event", "that", "addition", "like", "same", STOP, "of")


def wording() -> WordRuns:
    return WordRuns(load_model(None).vocabulary, RUNS, -0.25)


def identifiers(words: list[str]) -> np.ndarray:
    index = load_model(None).vocabulary.index
    return np.array([END if word == STOP else index[word] for word in words], dtype=np.int32)


@pytest.mark.parametrize(("score", "longest"), [(WordRuns.score, 3), (WordRuns.score_of_words, 1)])
@given(words=st.lists(st.sampled_from(WORDS), max_size=60))
def test_score_is_the_weighed_roots_of_counts_at_length_one(
    score: Callable[[WordRuns, np.ndarray], float], longest: int, words: list[str]
) -> None:
    sizes = range(1, longest + 1)
    runs = (" ".join(words[i : i + size]) for size in sizes for i in range(len(words) - size + 1))
    found = Counter(run for run in runs if run in RUNS)
    length = math.sqrt(max(1, sum(found.values())))
    expected = -0.25 + sum(RUNS[run][0] * math.sqrt(count) for run, count in found.items()) / length
    assert score(wording(), identifiers(words)) == pytest.approx(expected, abs=1e-5)


@given(st.lists(st.sampled_from(WORDS), max_size=60))
def test_what_is_told_stands_in_order_and_apart(words: list[str]) -> None:
    told = wording().told(identifiers(words), 0.5)
    assert all(one.end <= two.start for one, two in pairwise(told))
    for start, end, probability in told:
        assert probability == pytest.approx(RUNS[" ".join(words[start:end])][1])


def test_the_likelier_of_two_phrases_is_told() -> None:
    told = wording().told(identifiers("numerous of in the event that".split()), 0.5)
    assert [(run.start, run.end) for run in told] == [(0, 1), (2, 5)]


def test_a_file_of_another_form_is_refused() -> None:
    vocabulary = load_model(None).vocabulary
    stored = FORM.stored(wording(), ["nothing"])
    assert FORM.runs(stored, vocabulary).runs == RUNS
    for change in ({"format": "x"}, {"version": 2}):
        with pytest.raises(ValueError, match="train_wording"):
            FORM.runs(stored | change, vocabulary)


def test_names_are_in_no_run() -> None:
    vocabulary = load_model(None).vocabulary
    words = {word for run in packaged_wording(vocabulary).runs for word in run.split(" ")} - {STOP}
    assert words
    assert not [word for word in words if vocabulary.capital[vocabulary.index[word]] >= MOSTLY]
