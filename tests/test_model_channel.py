"""The channel: its codes, its phrases, and what the packaged one holds."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sample_models import build_entries, packaged

from textrepair.model.channel import (
    FACTOR_UNITS,
    LONGEST,
    STEP,
    encode,
    hash_phrase,
    log_probability,
    phrase_row,
)


def test_codes_round_trip() -> None:
    codes = np.arange(256, dtype=np.uint8)
    logps = log_probability(codes)
    assert logps[0] == -np.inf
    assert logps[255] == 0.0
    np.testing.assert_array_equal(encode(np.exp(logps)), codes)


@given(st.floats(1e-6, 1.0))
def test_probabilities_come_back_within_half_a_step(probability: float) -> None:
    back = log_probability(encode(np.array([probability])))[0]
    assert abs(back - np.log(probability)) <= STEP / 2 + 1e-9


@pytest.mark.parametrize("probability", [0.0, 1e-30, 1e-8])
def test_what_is_too_small_is_never(probability: float) -> None:
    assert encode(np.array([probability]))[0] == 0


def test_more_than_certain_is_certain() -> None:
    assert encode(np.array([3.0]))[0] == 255


@given(st.lists(st.integers(0, 2**64 - 1), max_size=300, unique=True), st.integers(0, 2**64 - 1))
@example([0, 2**64 - 1], 2**64 - 1)
def test_a_phrase_is_found_where_it_stands(hashes: list[int], other: int) -> None:
    keys = np.array(sorted(hashes), dtype=np.uint64)
    assert [phrase_row(keys, key) for key in keys] == list(range(len(keys)))
    if other not in hashes:
        assert phrase_row(keys, np.uint64(other)) == -1


def test_phrases_hash_by_order() -> None:
    hashes = {hash_phrase(np.array(p, dtype=np.int64)) for p in permutations((0, 1, 2))}
    hashes |= {hash_phrase(np.array(p, dtype=np.int64)) for p in ((0,), (0, 0), (0, 0, 0), (1, 2), (12,))}
    assert len(hashes) == 11


def test_entries_stand_where_they_are_looked_for() -> None:
    rows: dict[tuple[int, ...], list[tuple[int, list[float], int]]] = {
        (7,): [(3, [0.5], 1), (10, [0.1], 0)],
        (2,): [(4, [1.0], 2)],
        (7, 2): [(5, [0.25], 0)],
        (9, 9, 9, 9): [(6, [0.0], 0)],
    }
    entries = build_entries(rows, 12, [(3, 4)], np.zeros((1, 10), np.uint8))
    found: dict[tuple[int, ...], list[int]] = {
        (word,): entries.target[entries.start[word] : entries.start[word + 1]].tolist() for word in range(12)
    }
    assert {key: targets for key, targets in found.items() if targets} == {(7,): [3, 10], (2,): [4]}
    for phrase in ((7, 2), (9, 9, 9, 9)):
        row = int(np.searchsorted(entries.phrase_key, hash_phrase(np.array(phrase, dtype=np.int64))))
        low, high = entries.phrase_start[row : row + 2]
        assert entries.target[low:high].tolist() == [rows[phrase][0][0]]
    assert np.flatnonzero(entries.phrase_first).tolist() == [7, 9]
    assert entries.compounds.tolist() == [[3, 4, 0xFFFF]]
    assert len(entries.target) == entries.phrase_start[-1] == 5


def test_a_channel_without_entries() -> None:
    entries = build_entries({}, 5, [], np.zeros((2, 5), np.uint8))
    assert entries.code.shape == (2, 0)
    assert entries.start.tolist() == [0] * 6
    assert entries.phrase_start.tolist() == [0]


# --- packaged


@pytest.mark.parametrize("family", range(3))
def test_what_a_word_is_replaced_by_sums_to_its_factor(family: int) -> None:
    """Over all observed words at most the readiness to replace the word, up to quantisation of both.

    Learned families overshoot for words that are mostly names, by up to a quarter: their prior is divided by a factor of 0.02
    that is stored as 1/64.
    """
    model = packaged()
    entries = model.channel.entries
    slack = 1.03 if family == 0 else 1.3
    size = model.vocabulary.lm_size + len(entries.compounds)
    sums = np.bincount(entries.target, np.exp(log_probability(entries.code[family])), minlength=size)
    factors = entries.swap_factor[family] / FACTOR_UNITS
    assert np.all(sums[: model.vocabulary.lm_size] <= slack * factors + 1.3 / FACTOR_UNITS)
    assert np.median((sums[: len(factors)] / np.maximum(factors, 1e-9))[factors > 0.5]) > 0.5


def test_packaged_entries_are_sound() -> None:
    model = packaged()
    entries, words = model.channel.entries, len(model.vocabulary.words)
    assert entries.start.shape == (words + 1,)
    assert np.all(np.diff(entries.start) >= 0)
    assert entries.phrase_start[0] == entries.start[-1]
    assert entries.phrase_start[-1] == len(entries.target) == entries.code.shape[1]
    assert np.all(np.diff(entries.phrase_key.astype(object)) > 0)
    assert entries.target.max() < model.vocabulary.lm_size + len(entries.compounds)
    assert entries.origin.max() < len(model.channel.origins)
    assert len(entries.code) == len(entries.swap_factor) == len(model.channel.families)
    observed = np.repeat(np.arange(words), np.diff(entries.start))
    assert not np.any(entries.target[: len(observed)] == observed)  # as it is stands for itself
    assert LONGEST == 4


@pytest.mark.parametrize(
    ("observed", "original"),
    [("issues", "the"), ("volition", "will"), ("schooltime", "school"), ("tin", "can")],
)
def test_likely_originals(observed: str, original: str) -> None:
    found = packaged().likely_originals(observed)
    assert original in dict(found)
    assert [p for _, p in found] == sorted((p for _, p in found), reverse=True)
    assert 0.0 < sum(p for _, p in found) <= 1.0 + 1e-9
    assert packaged().likely_originals(observed.upper()) == found


@pytest.mark.parametrize(
    ("observed", "original"),
    [("to a greater extent", "more"), ("In addition  to", "and"), ("hold back", "keep")],
)
def test_likely_originals_of_phrases(observed: str, original: str) -> None:
    found = packaged().likely_originals(observed)
    assert original in dict(found)
    assert " ".join(observed.lower().split()) in dict(found)


def test_likely_originals_of_unknown_words() -> None:
    assert packaged().likely_originals("of of the") == []
    assert packaged().likely_originals("to xqzvxqzv") == []
    assert packaged().likely_originals("xqzvxqzv") == []
    assert packaged().likely_originals("") == []
    everything = packaged().likely_originals("issues", 10**6)
    assert sum(p for _, p in everything) == pytest.approx(1.0)
    assert dict(everything).keys() >= {"issues", "the"}
