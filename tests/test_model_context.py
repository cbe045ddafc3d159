"""What the reading makes of a context scorer."""

from __future__ import annotations

import dataclasses
import functools
import pickle
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from sample_models import articles, packaged

from textrepair.model.families import SwapCounts, with_family
from textrepair.model.lattice import Edges, Sentences
from textrepair.model.model import load_model, save_model
from textrepair.model.reading import Reading, read
from textrepair.repair import Repairer
from textrepair.tokens import tokenize

SOUND, SPUN = articles("sound"), articles("spun")
#: An intended word that no lattice holds.
NO_WORD = -2


class Favours:
    """A scorer that would have one word, or rather not have it, wherever it is a candidate; counts how often it is asked."""

    name = "favours"

    def __init__(self, word: int, nats: float) -> None:
        self.word, self.nats, self.asked = word, nats, 0

    def scores(
        self, sentences: Sentences, edges: Edges, posterior: npt.NDArray[np.float32]
    ) -> npt.NDArray[np.float32]:
        self.asked += 1
        assert len(sentences.lm) == len(edges.first) - 1
        assert posterior.shape == edges.length.shape == edges.entry.shape
        return np.where(candidates(edges, self.word), self.nats, 0.0).astype(np.float32)


def candidates(edges: Edges, word: int) -> npt.NDArray[np.bool_]:
    return (edges.target == word) & (edges.entry >= 0)


@functools.cache
def unscored(name: str) -> Reading:
    return read(packaged(), tokenize(SPUN[name]))


def doubtful_word(reading: Reading) -> int:
    """The replacement whose posterior is nearest to a half: it can move both ways."""
    swaps = np.flatnonzero(reading.edges.entry >= 0)
    return int(reading.edges.target[swaps[np.argmin(np.abs(reading.posterior[swaps] - 0.5))]])


@pytest.mark.parametrize("name", SPUN)
@pytest.mark.parametrize("nats", [3.0, -3.0])
def test_scorer_moves_its_word(name: str, nats: float) -> None:
    before = unscored(name)
    word = doubtful_word(before)
    favours = Favours(word, nats)
    after = read(dataclasses.replace(packaged(), context=favours), tokenize(SPUN[name]))
    assert favours.asked == 1
    moved = float(
        after.posterior[candidates(after.edges, word)].sum()
        - before.posterior[candidates(before.edges, word)].sum()
    )
    assert moved * nats > 0


@pytest.mark.parametrize("name", SPUN)
def test_scorer_does_not_touch_the_evidence_of_damage(name: str) -> None:
    before = unscored(name)
    favours = Favours(doubtful_word(before), 3.0)
    after = read(dataclasses.replace(packaged(), context=favours), tokenize(SPUN[name]))
    assert (after.signs, after.rate) == (before.signs, before.rate)
    np.testing.assert_array_equal(after.families, before.families)


@pytest.mark.parametrize("name", SPUN)
def test_scorer_with_nothing_to_add_changes_nothing(name: str) -> None:
    after = read(dataclasses.replace(packaged(), context=Favours(NO_WORD, 3.0)), tokenize(SPUN[name]))
    np.testing.assert_array_equal(after.posterior, unscored(name).posterior)


class Swaps:
    """A scorer that would have anything rather than the word that stands there."""

    name = "swaps"

    def scores(
        self, sentences: Sentences, edges: Edges, posterior: npt.NDArray[np.float32]
    ) -> npt.NDArray[np.float32]:
        return np.where(edges.entry >= 0, 20.0, 0.0).astype(np.float32)


def test_wild_scorer_changes_no_wording_of_sound_articles() -> None:
    plain = Repairer(dataclasses.replace(packaged(), context=None))
    wild = Repairer(dataclasses.replace(packaged(), context=Swaps()))
    for name, text in SOUND.items():
        assert wild.repair(text).patch == plain.repair(text).patch, name
    spun = next(iter(SPUN.values()))
    assert wild.repair(spun).patch != plain.repair(spun).patch, "it is heard where there is damage"


def test_a_scorer_travels_with_a_model_in_memory() -> None:
    learned = with_family(packaged(), SwapCounts("mine", {(("astir",), ("about",)): 2.0}, {("about",): 3.0}))
    model = dataclasses.replace(learned, context=Favours(NO_WORD, 0.0))
    there = pickle.loads(pickle.dumps(model))
    assert isinstance(there.context, Favours)
    assert there.context.word == NO_WORD


def test_a_learned_family_leaves_the_scorer_and_a_file_does_not_hold_it(tmp_path: Path) -> None:
    favours = Favours(NO_WORD, 0.0)
    model = dataclasses.replace(packaged(), context=favours)
    learned = with_family(model, SwapCounts("mine", {(("astir",), ("about",)): 2.0}, {("about",): 3.0}))
    assert learned.context is favours
    saved = save_model(model, tmp_path / "saved.model")
    assert saved.context is None
    assert load_model(saved.path).context is None
