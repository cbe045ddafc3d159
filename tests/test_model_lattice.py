"""The lattice against brute force: every path of a small sentence is written out and scored by itself."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pytest
from sample_models import TINY, TinyChannel, articles, build_entries, packaged, tiny_channel, tiny_ngrams

from textrepair.model.lattice import (
    Edges,
    Sentences,
    build_edges,
    channel_logps,
    likely_edges,
    posteriors,
)
from textrepair.model.ngrams import token_logps
from textrepair.model.reading import LM_WEIGHT, lattice_input, read
from textrepair.tokens import tokenize

RATE, FAMILIES, WEIGHT = 0.3, np.array([0.75, 0.25]), 0.65
#: Wide enough that nothing is cut.
BEAM, WINDOW = 2048, 1e9
LM_SIZE, WORDS = TINY, TINY + 4


class Step(NamedTuple):
    """One edge of a path: the tokens ``begin`` to ``end`` (inclusive) stand for ``intended``; as it is: no swap."""

    begin: int
    end: int
    intended: tuple[int, ...]
    swapped: bool
    logp: float


class Lattice(NamedTuple):
    """A small random lattice and what it was made from."""

    sentences: Sentences
    channel: TinyChannel
    edges: Edges
    logps: np.ndarray


def lattice(seed: int) -> Lattice:
    rng = np.random.default_rng(seed)
    lengths = rng.integers(1, 6, size=2)
    words = rng.integers(2, WORDS, size=int(lengths.sum())).astype(np.int32)
    words[rng.random(len(words)) < 0.3] = WORDS - 1
    lm = np.where(words < LM_SIZE, words, 2).astype(np.int32)
    readiness = rng.choice([0.0, 0.3, 1.0], p=[0.15, 0.25, 0.6], size=len(words)).astype(np.float32)
    unknown = np.where(words < LM_SIZE, 0.0, -3.0).astype(np.float32)
    begins = np.concatenate(([0], np.cumsum(lengths))).astype(np.int64)
    sentences = Sentences(words, lm, unknown, readiness, np.ones(len(words), dtype=np.bool_), begins)
    channel = tiny_channel(rng, words.tolist(), LM_SIZE, WORDS)
    edges = build_edges(sentences, channel.entries, True)
    return Lattice(
        sentences,
        channel,
        edges,
        channel_logps(sentences, edges, channel.entries.code, channel.entries.swap_factor, RATE, FAMILIES),
    )


def steps(case: Lattice, begin: int, stop: int) -> Iterator[Step]:
    """Every edge that begins at a token of the sentence that ends before ``stop``, by the formulas of the channel."""
    words, lm, unknown, readiness, _, _ = case.sentences
    word = int(words[begin])
    factor = float(FAMILIES @ case.channel.factors[:, word]) if word < LM_SIZE else 0.0
    stay = math.log1p(-min(0.95, RATE * float(readiness[begin]) * factor)) + float(unknown[begin])
    yield Step(begin, begin, (int(lm[begin]),), False, stay)
    for observed, intended, probabilities in case.channel.swaps:
        end = begin + len(observed)
        if end <= stop and readiness[begin:end].all() and tuple(words[begin:end].tolist()) == observed:
            probability = RATE * float(readiness[begin]) * float(FAMILIES @ np.array(probabilities))
            yield Step(begin, end - 1, intended, True, math.log(probability + 1e-30))


def paths(case: Lattice, begin: int, stop: int) -> Iterator[list[Step]]:
    if begin == stop:
        yield []
        return
    for step in steps(case, begin, stop):
        for rest in paths(case, step.end + 1, stop):
            yield [step, *rest]


def score(path: list[Step], seed: int) -> float:
    intended = np.array([w for step in path for w in step.intended], dtype=np.int32)
    language = token_logps(tiny_ngrams(seed, 1500), intended, np.array([0, len(intended)], dtype=np.int64))
    return sum(step.logp for step in path) + WEIGHT * float(language.astype(np.float64).sum())


def log_sum(values: list[float]) -> float:
    high = max(values)
    return high + math.log(sum(math.exp(value - high) for value in values))


def named(case: Lattice, edge: int) -> tuple[int, int, tuple[int, ...], bool]:
    """An edge as begin, end, intended words, and whether it is a swap."""
    end = int(np.searchsorted(case.edges.first, edge, side="right")) - 1
    target = int(case.edges.target[edge])
    intended = (target,)
    if target >= LM_SIZE:
        intended = tuple(w for w in case.channel.entries.compounds[target - LM_SIZE].tolist() if w != 0xFFFF)
    return end - int(case.edges.length[edge]) + 1, end, intended, bool(case.edges.entry[edge] >= 0)


SEEDS = range(30)


@pytest.mark.parametrize("seed", SEEDS)
def test_posteriors_are_those_of_all_paths(seed: int) -> None:
    case = lattice(seed)
    lm = tiny_ngrams(0, 1500)
    found, likelihoods = posteriors(
        lm,
        case.sentences.begins,
        case.edges,
        case.channel.entries.compounds,
        case.logps,
        WEIGHT,
        BEAM,
        WINDOW,
    )
    expected: dict[tuple[int, int, tuple[int, ...], bool], float] = defaultdict(float)
    for number, (begin, stop) in enumerate(pairwise(case.sentences.begins.tolist())):
        scored = [(path, score(path, 0)) for path in paths(case, begin, stop)]
        whole = log_sum([value for _, value in scored])
        assert likelihoods[number] == pytest.approx(whole, abs=1e-3)
        for path, value in scored:
            for step in path:
                expected[step[:4]] += math.exp(value - whole)
    names = [named(case, edge) for edge in range(len(found))]
    assert len(set(names)) == len(names)
    assert set(names) == set(expected)
    for name, posterior in zip(names, found.tolist(), strict=True):
        assert posterior == pytest.approx(expected[name], abs=2e-4), name


@pytest.mark.parametrize("seed", SEEDS)
def test_every_token_is_read_once_and_can_stay(seed: int) -> None:
    """Under any beam."""
    case = lattice(seed)
    first, ends = case.edges.first, np.repeat(np.arange(len(case.edges.first) - 1), np.diff(case.edges.first))
    assert np.all(case.edges.entry[first[:-1]] == -1)
    assert np.count_nonzero(case.edges.entry == -1) == len(case.sentences.words)
    for beam, window in ((BEAM, WINDOW), (16, 6.0), (2, 1.0), (1, 0.0)):
        found, _ = posteriors(
            tiny_ngrams(0, 1500),
            case.sentences.begins,
            case.edges,
            case.channel.entries.compounds,
            case.logps,
            WEIGHT,
            beam,
            window,
        )
        covered = np.zeros(len(case.sentences.words))
        for end, length, posterior in zip(ends, case.edges.length, found, strict=True):
            covered[end - length + 1 : end + 1] += posterior
        np.testing.assert_allclose(covered, 1.0, atol=2e-4)


@pytest.mark.parametrize("seed", SEEDS)
def test_channel_of_every_edge(seed: int) -> None:
    case = lattice(seed)
    expected: dict[tuple[int, int, tuple[int, ...], bool], float] = {}
    for begin, stop in pairwise(case.sentences.begins.tolist()):
        for at in range(begin, stop):
            expected |= {step[:4]: step.logp for step in steps(case, at, stop)}
    for edge, logp in enumerate(case.logps.tolist()):
        assert logp == pytest.approx(expected[named(case, edge)], abs=1e-3)


@pytest.mark.parametrize("seed", SEEDS)
def test_thinned_lattice_keeps_its_order(seed: int) -> None:
    case = lattice(seed)
    rng = np.random.default_rng(seed)
    posterior = rng.random(len(case.edges.entry)).astype(np.float32)
    keep = (case.edges.entry < 0) | (posterior > 0.5)
    thin, likely = likely_edges(case.edges, posterior, 0.5)
    np.testing.assert_array_equal(likely, posterior[keep])
    ends = np.repeat(np.arange(len(case.edges.first) - 1), np.diff(case.edges.first))
    thin_ends = np.repeat(np.arange(len(thin.first) - 1), np.diff(thin.first))
    np.testing.assert_array_equal(thin_ends, ends[keep])
    np.testing.assert_array_equal(thin.target, case.edges.target[keep])


def test_without_phrases_every_edge_has_one_word() -> None:
    case = lattice(0)
    alone = build_edges(case.sentences, case.channel.entries, False)
    assert set(alone.length.tolist()) == {1}
    assert len(alone.length) == np.count_nonzero(case.edges.length == 1)


def test_lattice_without_words() -> None:
    none = np.zeros(0, dtype=np.int32)
    empty = np.zeros(0, dtype=np.float32)
    entries = lattice(0).channel.entries
    for begins in ([0], [0, 0]):
        sentences = Sentences(
            none, none, empty, empty, np.zeros(0, dtype=np.bool_), np.array(begins, dtype=np.int64)
        )
        edges = build_edges(sentences, entries, True)
        logps = channel_logps(sentences, edges, entries.code, entries.swap_factor, RATE, FAMILIES)
        found, likelihoods = posteriors(
            tiny_ngrams(0, 1500), sentences.begins, edges, entries.compounds, logps, WEIGHT, 16, 6.0
        )
        assert len(found) == 0
        assert len(likelihoods) == len(begins) - 1


def test_more_entries_than_room_for_edges() -> None:
    """The edges of an article are first given room for 24 a token."""
    rows: dict[tuple[int, ...], list[tuple[int, list[float], int]]] = {
        (2,): [(target, [0.5, 0.5], 0) for target in range(3, 140)]
    }
    entries = build_entries(rows, TINY, [], np.full((2, TINY), 64, dtype=np.uint8))
    for array in entries:
        array.setflags(write=False)
    words = np.full(9, 2, dtype=np.int32)
    ready = np.ones(9, dtype=np.float32)
    sentences = Sentences(words, words, 0 * ready, ready, ready > 0, np.array([0, 9], dtype=np.int64))
    edges = build_edges(sentences, entries, True)
    assert len(edges.entry) == 9 * 138
    assert edges.target[1:138].tolist() == list(range(3, 140))


# --- on whole articles


@pytest.mark.parametrize("name", ["01-council", "02-football"])
def test_every_token_of_an_article_is_read_once(name: str) -> None:
    reading = read(packaged(), tokenize(articles("spun")[name]))
    edges = reading.edges
    covered = np.zeros(len(reading.positions))
    ends = np.repeat(np.arange(len(edges.first) - 1), np.diff(edges.first))
    for end, length, posterior in zip(ends, edges.length, reading.posterior, strict=True):
        covered[end - length + 1 : end + 1] += posterior
    np.testing.assert_allclose(covered, 1.0, atol=1e-3)


def test_wider_search_changes_little() -> None:
    """The beam that articles are read with drops nothing of weight."""
    model = packaged()
    _, sentences = lattice_input(model, tokenize(articles("spun")["01-council"]))
    edges = build_edges(sentences, model.channel.entries, True)
    mixture = np.full(len(model.channel.families), 1 / len(model.channel.families))
    logps = channel_logps(
        sentences, edges, model.channel.entries.code, model.channel.entries.swap_factor, 0.2, mixture
    )
    found = [
        posteriors(
            model.lm, sentences.begins, edges, model.channel.entries.compounds, logps, LM_WEIGHT, *search
        )
        for search in ((16, 6.0), (200, 20.0))
    ]
    (narrow, narrow_logp), (wide, wide_logp) = found
    assert np.all(narrow_logp <= wide_logp + 1e-3)
    assert np.mean(np.abs(narrow - wide)[wide > 0.01]) < 0.02
    assert np.count_nonzero((narrow > 0.5) != (wide > 0.5)) <= 0.03 * len(sentences.words)
