"""How a restored word is written in its place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from known_failures import parameters
from sample_models import packaged

from textrepair.model.surface import begins_as_clitic, indefinite_articles, written
from textrepair.tokens import tokenize

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "cases" / "surface.json").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("case", parameters(CASES))
def test_case(case: dict[str, Any]) -> None:
    model = packaged()
    tokens = tokenize(case["original"])
    start = tokens.texts.index(case["observed"])
    end = start + case["words"]
    intended = [model.vocabulary.index[word] for word in case["intended"]]
    after = written(model, tokens, start, intended, case["begins"])
    text = tokens.source[: tokens.starts[start]] + after + tokens.source[tokens.ends[end - 1] :]
    assert text == case["expect"]


@pytest.mark.parametrize(
    ("present", "following", "expected"),
    [
        ("a", "old", "an"),
        ("A", "old", "An"),
        ("an", "new", "a"),
        ("An", "new", "A"),
        ("a", "hour", "an"),  # by its sound, not its letter
        ("an", "university", "a"),
        ("an", "european", "a"),
        ("a", "mp", "an"),
        ("a", "new", None),
        ("an", "old", None),
        ("an", "hour", None),
        ("a", "university", None),
        ("a", "one", None),
    ],
)
def test_indefinite_article(present: str, following: str, expected: str | None) -> None:
    model = packaged()
    assert indefinite_articles(model, [model.vocabulary.index[following]], [present]) == [expected]


@pytest.mark.parametrize("present", ["a", "an", "A"])
def test_no_article_without_an_opinion(present: str) -> None:
    """Before what never follows an article, both are as unlikely."""
    model = packaged()
    following = [model.vocabulary.index[word] for word in ("</s>", "the", "'s", ".")]
    assert set(indefinite_articles(model, following, [present] * 4)) <= {None, "a", "A"}


def test_no_articles_of_no_words() -> None:
    assert indefinite_articles(packaged(), [], []) == []


def test_a_clitic_is_told_from_a_word() -> None:
    """ "He would go" must not become "He 'd go"."""
    model = packaged()
    would, had = model.vocabulary.index["would"], model.vocabulary.index["'d"]
    assert begins_as_clitic(model, np.array([would, had])).tolist() == [False, True]
