"""Gold that a model was not built from, with that model: what calibration and the error browser measure on.

``issues never seen``, ``tutorial never seen``, ``001 never seen``: a model built without that spinner.  ``issues by article``:
the same with the pairs of the other articles, three folds.
"""

from __future__ import annotations

import argparse
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from build.passages import ARTICLE, FAMILIES, read_passages
from measure import FOLDS, GOLD, annotated_gold, gold_articles, without

from textrepair.evaluation import Gold
from textrepair.model import Model
from textrepair.model.alignment import learn_costs
from textrepair.model.families import count_swaps, with_family

#: The family that has articles enough to be split.
SPLIT = "issues"
NEVER, BY_ARTICLE = "never seen", "by article"
#: What there is to measure on, by name.
NAMES = (*(f"{family} {NEVER}" for family in (*FAMILIES, ARTICLE)), f"{SPLIT} {BY_ARTICLE}")


@dataclass(frozen=True)
class HeldOut:
    """Marked articles of one spinner, and a model that knows none of them."""

    name: str
    spinner: str
    model: Model
    articles: tuple[tuple[str, Gold], ...]


def held_out(options: argparse.Namespace, names: Collection[str] = NAMES) -> Iterator[HeldOut]:
    """Everything there is, or some of :data:`NAMES`; a split family comes in parts of one name."""
    sources = (options.data, options.seeds, options.wordnet, options.work)
    for family in FAMILIES:
        never, split = f"{family} {NEVER}", f"{family} {BY_ARTICLE}"
        if not {never, split} & set(names):
            continue
        passages = list(read_passages(options.data, family))
        costs = learn_costs([(p.damaged.forms, p.reference.forms) for p in passages])
        articles = sorted({p.article for p in passages})
        golds = [gold for gold, _ in gold_articles(passages, costs)]
        marked = dict(zip(articles, golds, strict=True))
        unseen = without(*sources, family)
        if never in names:
            yield HeldOut(never, family, unseen, tuple(marked.items()))
        for fold in range(FOLDS if split in names else 0):
            out = articles[fold::FOLDS]
            pairs = [(p.damaged.forms, p.reference.forms) for p in passages if p.article not in out]
            model = with_family(unseen, count_swaps(family, pairs))
            yield HeldOut(split, family, model, tuple((name, marked[name]) for name in out))
    name = f"{ARTICLE} {NEVER}"
    if name in names:
        gold = annotated_gold(GOLD, text_file(options.seeds))
        yield HeldOut(name, ARTICLE, without(*sources, ARTICLE), ((ARTICLE, gold),))


def text_file(seeds: Path) -> Path:
    """The annotated article."""
    return next(seeds.glob("001_*.txt"))
