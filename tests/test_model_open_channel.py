"""A swap that no table holds is found in the article that uses it throughout."""

from __future__ import annotations

import functools
import re
from itertools import islice

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_models import articles, packaged

from textrepair.model.lattice import build_edges
from textrepair.model.open_channel import best_reading, open_swaps, topic, with_open_swaps
from textrepair.model.reading import LM_WEIGHT, lattice_input, read
from textrepair.model.slots import Places, distinct_places, place_of, varied
from textrepair.model.thesaurus import FROM_THESAURUS, with_listed
from textrepair.repair import Repairer
from textrepair.tokens import tokenize

SOUND, SPUN = articles("sound"), articles("spun")


def with_riddle(text: str, word: str, riddle: str) -> str:
    return re.sub(rf"\b{word}\b", riddle, text)


#: A word has to stand this often to be told from the article's topic.
OFTEN = [name for name, text in SPUN.items() if len(re.findall(r"\bthe\b", text)) >= 8]


@functools.cache
def riddled(name: str) -> str:
    """A spun article whose every "the" became a word that nothing relates to it."""
    return with_riddle(SPUN[name], "the", "kettle")


def test_enough_samples() -> None:
    assert len(OFTEN) >= 3


@pytest.mark.parametrize("name", OFTEN)
def test_a_word_used_throughout_is_read(name: str) -> None:
    text = riddled(name)
    here = text.count("kettle") - SPUN[name].count("kettle")
    edits = Repairer(packaged()).repair(text).patch.edits
    mended = [edit for edit in edits if edit.before == "kettle" and edit.after == "the"]
    assert len(mended) >= 0.7 * here


@pytest.mark.parametrize("name", SOUND)
def test_a_topic_is_no_riddle(name: str) -> None:
    """A sound article about something that is rarely written about."""
    text = SOUND[name]
    longest = max(set(re.findall(r"\b[a-z]{6,}\b", text)), key=lambda w: (text.count(w), w))
    about = with_riddle(text, longest, "bassoon")
    assert Repairer(packaged()).repair(about).text == about


def test_edges_stay_in_order() -> None:
    model = packaged()
    _, sentences = lattice_input(model, tokenize(riddled(next(iter(SPUN)))))
    edges = build_edges(sentences, model.channel.entries, True)
    posterior = np.where(edges.entry < 0, 1.0, 0.0).astype(np.float32)
    found = open_swaps(model, sentences, edges, posterior, LM_WEIGHT)
    held, edges, posterior = with_listed(model, sentences, edges, posterior)
    swap_table, opened, after = with_open_swaps(found, held, sentences, edges, posterior)
    assert len(opened.target) == len(opened.entry) == len(opened.length) == len(after) == opened.first[-1]
    assert len(after) >= len(posterior)
    assert np.all(np.diff(opened.first) >= 1)
    assert np.all(opened.entry[opened.first[:-1]] == -1), "the first edge of a token leaves it as it is"
    assert opened.entry.max() < swap_table.code.shape[1]
    assert after.sum() == posterior.sum()
    # The old edges refer to the same probabilities as before.
    kept = opened.entry[(opened.entry >= 0) & (opened.entry < len(held.origin))]
    old = held.code[:, edges.entry[edges.entry >= 0]]
    np.testing.assert_array_equal(swap_table.code[:, kept], old)


def test_a_reading_holds_the_swaps_that_its_edges_refer_to() -> None:
    model = packaged()
    reading = read(model, tokenize(SPUN[next(iter(SPUN))]))
    held, edges = model.channel.entries, reading.edges
    compared = 0
    for edge in np.flatnonzero((edges.entry >= 0) & (edges.length == 1)):
        observed = reading.sentences.words[np.searchsorted(edges.first, edge, side="right") - 1]
        for entry in range(held.start[observed], held.start[observed + 1]):
            here = edges.entry[edge]
            # What fell as unlikely may stand there again as the thesaurus's.
            if held.target[entry] == edges.target[edge] and reading.swaps.origin[here] != FROM_THESAURUS:
                np.testing.assert_array_equal(reading.swaps.code[: len(held.code), here], held.code[:, entry])
                assert reading.swaps.origin[here] == held.origin[entry]
                compared += 1
    assert compared > 50


def test_best_reading_takes_what_is_likelier_than_not() -> None:
    model = packaged()
    reading = read(model, tokenize(SPUN[next(iter(SPUN))]))
    best = best_reading(model, reading.sentences, reading.edges, reading.posterior)
    assert best.shape == reading.sentences.lm.shape
    assert np.any(best != reading.sentences.lm)
    nothing = best_reading(model, reading.sentences, reading.edges, np.zeros_like(reading.posterior))
    np.testing.assert_array_equal(nothing, reading.sentences.lm)


def test_topic() -> None:
    vocabulary = packaged().vocabulary
    assert topic(vocabulary, vocabulary.index["issues"], 1.0) == 0.0
    assert topic(vocabulary, vocabulary.index["issues"], 100.0) == pytest.approx(4.605, abs=0.01)
    assert topic(vocabulary, vocabulary.lm_size, 100.0) == 0.0


def test_a_repeated_sentence_tells_once() -> None:
    lines = [[20, 21, 22, 23], [20, 21, 22, 24], [20, 25, 22, 23], [20, 26, 22, 27]]
    kept = _distinct(lines, 22, 12)
    assert list(zip(kept.left[:, 1], kept.right[:, 0], strict=True)) == [(21, 23), (26, 27)]
    for column, again in zip(kept, _distinct(lines * 3, 22, 12), strict=True):
        assert column.tolist() == again.tolist()


@given(st.lists(st.lists(st.integers(20, 24), min_size=1, max_size=6), max_size=12), st.integers(1, 8))
def test_distinct_places_are_the_first_of_their_neighbours(lines: list[list[int]], most: int) -> None:
    places = [place_of(line, at) for line in lines for at, word in enumerate(line) if word == 22]
    expected = Places.of(list(islice(varied(places, 1), most)))
    for column, wanted in zip(_distinct(lines, 22, most), expected, strict=True):
        assert column.tolist() == wanted.tolist()


def _distinct(lines: list[list[int]], word: int, most: int) -> Places:
    words = np.array([word for line in lines for word in line], dtype=np.int64)
    begins = np.cumsum([0, *map(len, lines)])
    return distinct_places(words, begins, np.flatnonzero(words == word), most)
