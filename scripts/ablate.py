"""What does each part of the model add?  ``python scripts/ablate.py``: repair of spinners kept out, parts switched off in turn.

Rows: the whole model, then one part less each; columns: F0.5 (precision / recall, counts) on the annotated article with none of
its pairs known, on `issues` with none of its pairs known, and on `issues` with the pairs of other articles known (three folds),
the last two over the articles whose references are of the same revision.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import numpy as np
from build.passages import ARTICLE, OTHER_REVISIONS, read_passages
from build.substitutes import prior_only
from build_model import add_sources
from measure import FOLDS, GOLD, Row, annotated_gold, gold_articles, total, without

from textrepair.evaluation import Gold
from textrepair.model import Model, reading
from textrepair.model.alignment import learn_costs
from textrepair.model.channel import SwapTable
from textrepair.model.families import count_swaps, with_family
from textrepair.model.lattice import channel_logps
from textrepair.repair import Repairer, Settings

FAMILY = "issues"


def _same(model: Model) -> Model:
    return model


def _unadapted(
    sentences: Any, edges: Any, posterior: Any, code: Any, swap_factor: Any, rate: Any, families: Any, *_: Any
) -> Any:
    return channel_logps(sentences, edges, code, swap_factor, rate, families)


def _nothing_recurs(model: Model) -> Any:
    return np.zeros(model.vocabulary.lm_size)


def _all_alike(model: Model, swaps: SwapTable, *_: Any) -> Any:
    count = len(swaps.code)
    return np.full(count, 1.0 / count)


def _no_thesaurus(model: Model) -> Model:
    return replace(model, channel=replace(model.channel, thesaurus=None))


@contextmanager
def _no_capitals() -> Iterator[None]:
    """A capital tells nothing of the original, and all articles' names are alike."""
    with (
        patch.object(reading, "_of_capitals", lambda *args: np.zeros(len(args[2].length), np.float32)),
        patch.object(reading, "_with_names", lambda swaps, sentences, *_: sentences),
    ):
        yield


#: Name, what is done to the model, what is switched off meanwhile.
PARTS: tuple[tuple[str, Callable[[Model], Model], Callable[[], AbstractContextManager[Any]]], ...] = (
    ("whole", _same, nullcontext),
    ("WordNet alone, no family learned", prior_only, nullcontext),
    (
        "all families alike, not inferred",
        _same,
        lambda: patch.object(reading, "_family_posterior", _all_alike),
    ),
    ("no thesaurus", _no_thesaurus, nullcontext),
    ("no open channel", _same, lambda: patch.object(reading, "open_swaps", lambda *_: [])),
    (
        "no adapting to the article's own swaps",
        _same,
        lambda: patch.object(reading, "adapted_logps", _unadapted),
    ),
    ("words don't come back", _same, lambda: patch.object(Model, "recurring", property(_nothing_recurs))),
    ("capitals tell nothing", _same, _no_capitals),
    ("language model as strong as the channel", _same, lambda: patch.object(reading, "LM_WEIGHT", 1.0)),
)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_sources(parser)
    options = parser.parse_args()
    sources = options.data, options.seeds, options.wordnet, options.work
    without_article, without_family = without(*sources, ARTICLE), without(*sources, FAMILY)
    own = [(annotated_gold(GOLD, next(options.seeds.glob("001_*.txt"))), None)]
    passages = list(read_passages(options.data, FAMILY))
    costs = learn_costs([(p.damaged.forms, p.reference.forms) for p in passages])
    names = sorted({p.article for p in passages})
    folds: list[tuple[Model, list[tuple[Gold, str]]]] = []
    for fold in range(FOLDS):
        kept_out = names[fold::FOLDS]
        pairs = [(p.damaged.forms, p.reference.forms) for p in passages if p.article not in kept_out]
        measured = [p for p in passages if p.article in kept_out and p.article not in OTHER_REVISIONS]
        learned = with_family(without_family, count_swaps(FAMILY, pairs))
        folds.append((learned, list(gold_articles(measured, costs))))

    confidence = Settings().min_confidence
    print(
        "| what | 001, none of its pairs | `issues`, none of its pairs | `issues`, pairs of other articles |"
    )
    print("|---|---|---|---|")
    for name, changed, off in PARTS:
        with off():
            rows = [
                Row("", own, Repairer(changed(without_article)), confidence),
                total(
                    "", [Row("", gold, Repairer(changed(without_family)), confidence) for _, gold in folds]
                ),
                total("", [Row("", gold, Repairer(changed(model)), confidence) for model, gold in folds]),
            ]
        print(f"| {name} | {' | '.join(row.figures() for row in rows)} |", flush=True)


if __name__ == "__main__":
    main()
