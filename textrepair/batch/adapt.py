"""Two passes: what the first finds spun teaches the model this crawl's spinner, and the second repairs with it.

The same spinner recurs thousands of times in a crawl.  Of the articles found spun a sample is deciphered
(:func:`textrepair.learning.adapt`), chosen by where they stand, so that it is spread over the corpus and the same in every run.
A model that would do harm, or learned nothing, is not used.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from textrepair.batch.job import Work
from textrepair.batch.journal import Journal
from textrepair.batch.plan import Source
from textrepair.learning import LearningError, spread
from textrepair.learning import adapt as adapted
from textrepair.model import load_model
from textrepair.model.model import save_model

SCAN = "scan"


def adapt(
    journal: Journal, sources: list[Source], work: Work, articles: int, say: Callable[[str], None]
) -> Work:
    """The work with the model learned from what the first pass found, once that is done; learned once, then remembered."""
    known = journal.get("adapted")
    if known is None:
        known = _learn(journal, sources, work, articles, say)
        journal.note("adapted", known)
    journal.drop(SCAN)
    if known["model"] is None:
        say(f"--adapt: {known['why']}; going on with {work.model_name}")
        return work
    say(f"--adapt: repairing with {known['model']}, learned from {known['articles']} articles")
    place = _place(journal)
    return replace(work, model=str(place), model_name=load_model(place, neural=work.neural).name)


def _place(journal: Journal) -> Path:
    return journal.folder / "adapted.model"


def _learn(
    journal: Journal, sources: list[Source], work: Work, articles: int, say: Callable[[str], None]
) -> dict[str, object]:
    chosen = spread(_found(journal, sources), articles)
    say(f"--adapt: learning from {len(chosen)} articles that look spun")
    try:
        model = adapted(load_model(work.model), chosen, say)
    except LearningError as error:
        return {"model": None, "why": str(error)}
    saved = save_model(model, _place(journal))
    return {"model": saved.name, "articles": len(chosen)}


def _found(journal: Journal, sources: list[Source]) -> Iterator[tuple[str, str]]:
    """Places and texts."""
    for source in sources:
        for number in journal.batches(SCAN, source.id) or ():
            with journal.part(SCAN, source.id, number).open(encoding="ascii") as file:
                for line in file:
                    record = json.loads(line)
                    yield f"{record['source']}\0{record['place']}", record["text"]
