"""Sentences out of order: what holds an article together, and what can't be told."""

from __future__ import annotations

import os
import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textrepair.detector.base import Detection, Document
from textrepair.detector.order import (
    FEATURES,
    SHORTEST,
    OrderDetector,
    likeness_of,
    order_probability,
    sentences_of,
    standing,
)

SEEDS = Path(os.environ.get("TEXTREPAIR_SHARED", Path(__file__).parents[2] / "shared")) / "seeds"

# Written for this test: people in full at first, then in short, quotations over two sentences, pronouns behind names.
ARTICLE = """
HARTWELL — A fire destroyed an old mill on the river early on Monday, and a firefighter was hurt.
The fire began shortly after three in a storeroom of the mill, the fire service said.
Nora Castell, who leads the service, told reporters that forty men had fought the flames.
“We had no water for the first ten minutes, and that cost us the roof.
The hydrants on Mill Lane were dry,” Castell said.
She added that an inquiry into the hydrants would begin at once.
The injured firefighter, Samuel Obi, was taken to a hospital in Norwood.
He has burns on both hands but will recover, the hospital said.
Obi joined the service in March after he had worked as a baker.
The mill was built in 1871 by a company that spun cotton.
When the company closed, a group of painters turned the mill into studios.
Lena Marsh, a painter who rented a studio on the second floor, lost ninety canvases.
“Twelve years of work are gone.
I could see my window from the bridge, and then there was no window,” Marsh said.
Her insurance does not cover paintings that have not been sold.
A collection for the painters was opened by the mayor on Monday afternoon.
The mayor, Piet Anders, gave the first hundred pounds himself.
Anders said that the council had been warned about the hydrants twice.
He promised that the council would publish the warnings this week.
The inquiry will report to the council before the summer.
"""
SENTENCES = ARTICLE.strip().split("\n")


def detect(sentences: list[str]) -> Detection:
    return OrderDetector().detect(Document("\n\n".join(sentences)))


def stands(sentences: list[str]) -> tuple[float, ...]:
    return standing(sentences_of(Document("\n\n".join(sentences)).scan))


def shuffles(count: int) -> list[list[str]]:
    rng = random.Random(0)
    return [rng.sample(SENTENCES, len(SENTENCES)) for _ in range(count)]


def test_sound_order_is_not_reported() -> None:
    detection = detect(SENTENCES)
    assert detection.damage.probability is not None
    assert detection.damage.probability < 0.05
    assert detection.findings == ()
    assert detection.edits == ()


def test_shuffles_are_likelier() -> None:
    sound = detect(SENTENCES).damage.probability
    assert sound is not None
    told = [detect(sentences).damage.probability or 0.0 for sentences in shuffles(30)]
    assert sum(p > sound for p in told) >= 29


def test_each_statistic_prefers_the_sound_order() -> None:
    sound = np.array(stands(SENTENCES))
    mixed = np.mean([stands(s) for s in shuffles(30)], axis=0)
    assert sound.shape == (len(FEATURES),)
    assert (sound >= mixed).all()


def test_standings_of_shuffles_are_centred() -> None:
    """Over random orders a standing has mean 0: the article's subject cancels out."""
    z = np.array([stands(s) for s in shuffles(120)])
    for name in ("neighbours share words", "pronouns", "quotations"):
        assert abs(z[:, FEATURES.index(name)].mean()) < 0.35, name


def test_reported_places_are_sentences() -> None:
    text = "\n\n".join(reversed(SENTENCES))
    for finding in OrderDetector().detect(Document(text)).findings:
        assert text[finding.start : finding.end] in SENTENCES or finding.start == 0
        assert finding.kind == "order"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "One sentence only.",
        "\n\n".join(SENTENCES[: SHORTEST - 1]),
        "Milk\nEggs\nBread\nButter\nSalt\n" * 20,
        "Der Minister sagte gestern, dass die Verhandlungen noch lange dauern werden. " * 30,
    ],
    ids=["empty", "one", "short", "list", "German"],
)
def test_it_cannot_be_told(text: str) -> None:
    detection = OrderDetector().detect(Document(text))
    assert detection.damage.probability is None
    assert detection.damage.severity == 0.0


@given(st.lists(st.sampled_from(SENTENCES), max_size=40))
def test_any_order_has_an_answer(sentences: list[str]) -> None:
    damage = detect(sentences).damage
    assert damage.probability is None or 0.0 <= damage.probability <= 1.0
    assert 0.0 <= damage.severity <= 1.0
    read = sentences_of(Document("\n\n".join(sentences)).scan)
    links = likeness_of(read)
    assert np.allclose(links, links.T)
    assert (links >= 0.0).all()


def test_better_standings_are_less_probable() -> None:
    low = order_probability(np.full(len(FEATURES), -1.0), 20)
    assert (
        low > order_probability(np.zeros(len(FEATURES)), 20) > order_probability(np.ones(len(FEATURES)), 20)
    )


def test_long_articles_are_judged_by_their_beginning() -> None:
    detection = detect(SENTENCES * 100)
    assert detection.damage.probability is not None


@pytest.mark.skipif(
    not SEEDS.is_dir(), reason="the seed articles are not at hand; TEXTREPAIR_SHARED names their folder"
)
def test_the_summary_is_likelier_than_any_article() -> None:
    told = {
        path.name[:3]: OrderDetector().detect(Document(path.read_text(encoding="utf-8"))).damage.probability
        for path in SEEDS.glob("0*.txt")
    }
    assert all(p is not None for p in told.values())
    assert max(told, key=lambda number: told[number] or 0.0) == "003"
