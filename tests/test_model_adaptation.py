"""What posteriors say of their article: compiled as in Python, and as by arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_models import articles, packaged

from textrepair.model import adaptation
from textrepair.model.adaptation import adapted_logps, chances, family_evidence, numbered
from textrepair.model.channel import COMPOUND_FACTOR, FACTOR_UNITS, log_probability
from textrepair.model.lattice import build_edges, end_positions
from textrepair.model.reading import lattice_input
from textrepair.tokens import tokenize

NAMES = sorted(articles("spun"))[:2]
RATE = 0.3


def lattice(name: str) -> tuple[Any, Any, Any, Any, Any]:
    """Sentences, edges, made-up posteriors, entries and families of an article's beginning."""
    model = packaged()
    entries = model.channel.entries
    _, sentences = lattice_input(model, tokenize(articles("spun")[name][:800]))
    edges = build_edges(sentences, entries, True)
    rng = np.random.default_rng(7)
    posterior = (rng.random(len(edges.entry)) ** 8).astype(np.float32)
    families = rng.random(len(model.channel.families))
    return sentences, edges, posterior, entries, families / families.sum()


@pytest.mark.parametrize("name", NAMES)
def test_compiled_as_in_python(name: str) -> None:
    sentences, edges, posterior, entries, families = lattice(name)
    edges = edges._replace(length=edges.length.astype(np.int64))  # Python's sums of them outgrow a byte
    channel = entries.code, entries.swap_factor
    calls = (
        (
            chances,
            (
                sentences.words,
                edges,
                posterior,
                entries.swap_factor,
                families,
                sentences.readiness,
                sentences.joined,
            ),
        ),
        (family_evidence, (sentences, edges, posterior, *channel, RATE)),
        (adapted_logps, (sentences, edges, posterior, *channel, RATE, families, packaged().recurring, 0.65)),
    )
    for compiled, arguments in calls:
        with np.errstate(over="ignore"):  # of hashes
            plain = compiled.py_func(*arguments)
        np.testing.assert_allclose(compiled(*arguments), plain, rtol=1e-5, atol=1e-5)


def _factors(entries: Any, words: Any, families: Any) -> Any:
    """Readiness to replace words, by a mixture of families: (words,)."""
    known = words < entries.swap_factor.shape[1]
    table = entries.swap_factor[:, np.where(known, words, 0)] / FACTOR_UNITS
    return np.where(known, families @ table, 0.0)


@pytest.mark.parametrize("name", NAMES)
def test_chances_are_those_of_all_readings(name: str) -> None:
    sentences, edges, posterior, entries, families = lattice(name)
    begins = np.random.default_rng(3).random(len(sentences.words)) < 0.5
    swaps = np.flatnonzero((edges.entry >= 0) & (posterior > 1e-3))
    swaps = swaps[begins[end_positions(edges)[swaps] - edges.length[swaps] + 1]]
    stay = posterior[edges.entry < 0].astype(np.float64)
    target = edges.target[swaps]
    of_target = np.where(
        target < entries.swap_factor.shape[1], _factors(entries, target, families), COMPOUND_FACTOR
    )
    expected = (stay * sentences.readiness * _factors(entries, sentences.words, families)).sum()
    expected += (posterior[swaps] * of_target).sum()
    found = chances(
        sentences.words, edges, posterior, entries.swap_factor, families, sentences.readiness, begins
    )
    assert found == pytest.approx((posterior[swaps].sum(), expected), rel=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_evidence_of_families_is_the_expected_likelihood(name: str) -> None:
    sentences, edges, posterior, entries, families = lattice(name)
    swaps = np.flatnonzero((edges.entry >= 0) & (posterior > 1e-3))
    logps = np.maximum(log_probability(entries.code[:, edges.entry[swaps]]), adaptation._IMPOSSIBLE)
    stay = posterior[edges.entry < 0].astype(np.float64)
    expected = (posterior[swaps] * logps).sum(axis=1)
    for family in range(len(families)):
        alone = np.eye(len(families))[family]
        left = 1.0 - RATE * sentences.readiness * _factors(entries, sentences.words, alone)
        expected[family] += (stay * np.log(np.maximum(left, 0.05))).sum()
    np.testing.assert_allclose(
        family_evidence(sentences, edges, posterior, entries.code, entries.swap_factor, RATE),
        expected,
        rtol=1e-5,
    )


def test_a_swap_seen_elsewhere_is_likelier_here() -> None:
    """Each place is judged by the others: one that alone is sure gains nothing from itself."""
    model = packaged()
    entries = model.channel.entries
    families = np.full(len(model.channel.families), 1.0 / len(model.channel.families))
    _, sentences = lattice_input(model, tokenize("We issues it. They issues it. We said it."))
    edges = build_edges(sentences, entries, True)
    ends = end_positions(edges)
    first, second = np.flatnonzero(sentences.words == model.vocabulary.index["issues"])
    swaps = np.flatnonzero((edges.entry >= 0) & (ends == first) & (edges.length == 1))
    assert len(swaps) > 1
    unheard = np.zeros(model.vocabulary.lm_size)
    told = np.where(edges.entry < 0, 1.0, 0.0).astype(np.float32)
    before = adapted_logps(
        sentences, edges, told, entries.code, entries.swap_factor, RATE, families, unheard, 1.0
    )
    told[edges.first[first]], told[swaps[0]] = 0.0, 1.0
    after = adapted_logps(
        sentences, edges, told, entries.code, entries.swap_factor, RATE, families, unheard, 1.0
    )
    there = np.flatnonzero((ends == second) & (edges.entry == edges.entry[swaps[0]]))
    assert after[there] > before[there]
    other = np.flatnonzero((ends == second) & (edges.entry == edges.entry[swaps[1]]))
    assert after[other] <= before[other]


@given(st.lists(st.integers(-5, 100), max_size=60))
def test_numbers_are_the_same_for_the_same(values: list[int]) -> None:
    array = np.array(values, dtype=np.int32)
    numbers = numbered(array).tolist()
    with np.errstate(over="ignore"):
        assert numbers == numbered.py_func(array).tolist()
    order = list(dict.fromkeys(values))
    assert numbers == [order.index(value) for value in values]
