"""What is known of real spinners, read as pairs of token sequences: aligned passages, tortured phrases, an annotated article."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from textrepair.patch import Edit, Patch
from textrepair.reference.passages import Side, side

#: Spinners with aligned pairs under ``spun/``.
FAMILIES = ("issues", "tutorial")
#: The spinner of the annotated article, and those of the Problematic Paper Screener's list.
ARTICLE, TORTURED = "article001", "tortured"

#: Articles whose references are mostly other revisions, so that much of their gold is no swap.
OTHER_REVISIONS = ("issues09",)

Forms = tuple[list[str], list[str]]


@dataclass(frozen=True)
class Passage:
    """A damaged passage, its reference, and the article that it is from."""

    damaged: Side
    reference: Side
    article: str


def read_passages(
    data: Path, family: str, wanted: Callable[[str], bool] = lambda article: True
) -> Iterator[Passage]:
    """The aligned passages of one family whose article is wanted."""
    with open(data / "spun" / f"{family}_pairs.tsv", encoding="utf-8") as file:
        for line in file:
            damaged, reference, article = line.rstrip("\n").split("\t")[:3]
            if wanted(article):
                yield Passage(side(damaged), side(reference), article)


def tortured_sides(data: Path) -> list[tuple[Side, Side]]:
    """(tortured, expected) phrases; those with notes in brackets and with alternatives are left out."""
    out = []
    with open(data / "spun" / "tortured_phrases.tsv", encoding="utf-8") as file:
        for line in file:
            observed, expected = line.rstrip("\n").split("\t")[:2]
            if not any(sign in observed + expected for sign in "[](){}/~,"):
                out.append((side(observed), side(expected)))
    return out


def tortured_phrases(data: Path) -> list[Forms]:
    """The same as tokens."""
    return [(observed.forms, expected.forms) for observed, expected in tortured_sides(data)]


def annotated_article(text_file: Path, gold_file: Path) -> list[Forms]:
    """The paragraphs of an article and the same with the first choice of its gold edits."""
    stored = json.loads(gold_file.read_text(encoding="utf-8"))
    raw = text_file.read_bytes()
    if hashlib.sha256(raw).hexdigest() != stored["sha256"]:
        raise ValueError(f"{text_file} isn't the text that {gold_file} annotates")
    text = raw.decode("utf-8")
    edits = (
        Edit(e["start"], e["end"], text[e["start"] : e["end"]], e["after"][0])
        for e in sorted(stored["edits"] + stored["optional"], key=lambda e: e["start"])
    )
    sound = Patch(tuple(edits)).apply(text)
    return [
        (side(a).forms, side(b).forms)
        for a, b in zip(text.split("\n"), sound.split("\n"), strict=True)
        if a.strip()
    ]
