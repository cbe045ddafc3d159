"""Aligned passages of spun text, read as token sequences."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from textrepair.model.vocabulary import normal_form
from textrepair.tokens import Tokens, tokenize

#: Spinners with aligned pairs under ``spun/``.
FAMILIES = ("issues", "tutorial")


@dataclass(frozen=True)
class Side:
    """One side of a passage: the tokens that the model sees, as normal forms, and where each stands in the text."""

    tokens: Tokens
    positions: list[int]
    forms: list[str]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Code points of ``forms[start:end]``."""
        return self.tokens.starts[self.positions[start]], self.tokens.ends[self.positions[end - 1]]


@dataclass(frozen=True)
class Passage:
    """A damaged passage, its reference, and the article that it is from."""

    damaged: Side
    reference: Side
    article: str


def side(text: str) -> Side:
    """Tokenise one side."""
    tokens = tokenize(text)
    forms = [normal_form(*item) for item in zip(tokens.texts, tokens.kinds, strict=True)]
    positions = [i for i, form in enumerate(forms) if form]
    return Side(tokens, positions, [forms[i] for i in positions])


def read_passages(
    data: Path, family: str, wanted: Callable[[str], bool] = lambda article: True
) -> Iterator[Passage]:
    """The aligned passages of one family whose article is wanted."""
    with open(data / "spun" / f"{family}_pairs.tsv", encoding="utf-8") as file:
        for line in file:
            damaged, reference, article = line.rstrip("\n").split("\t")[:3]
            if wanted(article):
                yield Passage(side(damaged), side(reference), article)
