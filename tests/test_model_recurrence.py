"""A word that the article has elsewhere is likelier here."""

from __future__ import annotations

import numpy as np
import pytest

from textrepair.model import Model, load_model
from textrepair.model.recurrence import SHARE, recurrence_logp
from textrepair.repair import Repairer


@pytest.fixture(scope="module")
def model() -> Model:
    return load_model()


def gain(model: Model, word: str, elsewhere: float) -> float:
    return recurrence_logp(elsewhere, 500.0, float(model.recurring[model.vocabulary.index[word]]))


def test_a_rare_word_gains_more_than_a_frequent_one(model: Model) -> None:
    assert gain(model, "telephone", 2.0) > gain(model, "people", 2.0) > gain(model, "the", 2.0)


def test_a_word_that_does_not_come_back_loses_the_cache_s_share(model: Model) -> None:
    assert gain(model, "telephone", 0.0) == pytest.approx(np.log(1.0 - SHARE))


def test_more_uses_count_more(model: Model) -> None:
    gains = [gain(model, "telephone", uses) for uses in (0.0, 0.5, 1.0, 4.0)]
    assert gains == sorted(gains)


def test_signs_gain_nothing(model: Model) -> None:
    assert gain(model, ".", 9.0) == 0.0


def test_the_rest_of_the_article_decides_between_two_originals(model: Model) -> None:
    """The same sentence, in an article that says "phone" and in one that says "call"."""
    spun = (
        "The mayor aforementioned connected Tuesday that the council had approved the plan astatine last, and that work along "
        "the old harbour would start successful the spring, arsenic residents person asked for years. "
    )
    sentence = "She picked up the telephone again and would not say who had rung."
    about_phones = (
        spun + "A new phone costs more. The phone was hers. Every phone in the office rang. " + sentence
    )
    chances = []
    for text in (spun + sentence, about_phones):
        repair = Repairer(model, depth="thorough").repair(text)
        edits = (*repair.patch.edits, *repair.proposals)
        chances.append(sum(e.confidence for e in edits if e.before == "telephone" and e.after == "phone"))
    assert chances[1] > chances[0]
