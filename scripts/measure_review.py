"""What are a reviewer's decisions worth?  ``python scripts/measure_review.py --data DIR`` (some minutes).

Aligned passages of the `issues` spinner are reviewed by their references: a proposal that the reference has is accepted,
another word for the same place is typed, all else rejected.  The packaged model is used without its `issues` family.

* *As you go*: after so many decisions in random order, how well does the belief in the edits still open tell right from
  wrong (area under the ROC curve), against the model's own confidence on the same edits?
* *Learned*: the decisions about two thirds of the articles go through ``learn --decisions``; repair of the other third, with and
  without.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from build.passages import read_passages
from measure import gold_articles

from textrepair.evaluation import Gold, evaluate
from textrepair.learning import Decided, learn_from_decisions
from textrepair.model import Model, load_model
from textrepair.model.alignment import learn_costs
from textrepair.repair import Repairer
from textrepair.review.proposals import of_repair
from textrepair.review.queue import Filter
from textrepair.review.ranking import Reranking
from textrepair.review.session import Item, Session, open_session

FAMILY, FOLD = "issues", 3
STEPS = (50, 100, 200, 400, 800)


def without_family(model: Model, name: str) -> Model:
    """The model as if it had never seen that spinner's swaps (its words and language model stay)."""
    keep = [i for i, family in enumerate(model.channel.families) if family != name]
    entries = model.channel.entries
    entries = entries._replace(code=entries.code[keep].copy(), swap_factor=entries.swap_factor[keep].copy())
    for array in entries:
        array.setflags(write=False)
    families = tuple(model.channel.families[i] for i in keep)
    return replace(model, channel=replace(model.channel, entries=entries, families=families))


def verdict(item: Item, gold: Gold) -> tuple[str, str | None]:
    """What the reference says of an edit."""
    edit = item.edit
    for mark in gold.edits:
        if (mark.start, mark.end) == (edit.start, edit.end):
            return ("accept", None) if edit.after in mark.accepted else ("other", mark.accepted[0])
    return "reject", None


def area(scored: Sequence[tuple[float, bool]]) -> float | None:
    """The chance that a right edit is believed more than a wrong one."""
    right = sorted(score for score, good in scored if good)
    wrong = sorted(score for score, good in scored if not good)
    if not right or not wrong:
        return None
    below = sum(bisect_left(wrong, score) + (wrong.count(score) / 2) for score in right)
    return below / (len(right) * len(wrong))


def _told(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def as_you_go(session: Session, golds: dict[str, Gold], seed: int) -> Iterator[str]:
    """Rows of the first table."""
    items = session.items(Filter(), limit=1_000_000)
    random.Random(seed).shuffle(items)
    session.ranking = Reranking(session.store)
    done = 0
    for step in STEPS:
        if step >= len(items):
            return
        for item in items[done:step]:
            session.decide(item.key, *verdict(item, golds[item.article_id]))  # type: ignore[arg-type]
        done = step
        rest = [session.item(item.key) for item in items[step:]]
        right = [(i, verdict(i, golds[i.article_id])[0] == "accept") for i in rest if i]
        model = area([(i.edit.confidence, good) for i, good in right])
        believed = area([(i.belief, good) for i, good in right])
        yield f"| {step} | {len(right)} | {_told(model)} | {_told(believed)} |"


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="the folder with spun/issues_pairs.tsv")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    passages = list(read_passages(options.data, FAMILY))
    costs = learn_costs([(p.damaged.forms, p.reference.forms) for p in passages])
    names = sorted({p.article for p in passages})
    golds = dict(zip(names, (gold for gold, _ in gold_articles(passages, costs)), strict=True))
    model = without_family(load_model(), FAMILY)
    repairer = Repairer(model)
    reviewed = [name for number, name in enumerate(names) if number % FOLD]
    kept = [name for number, name in enumerate(names) if not number % FOLD]
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder) / "corpus.jsonl"
        corpus.write_text("".join(json.dumps({"id": n, "text": golds[n].text}) + "\n" for n in reviewed))
        session = open_session(
            [str(corpus)],
            Path(folder) / "store",
            "reference",
            propose=lambda text: of_repair(repairer.repair(text)),
        )
        with session:
            loader = session.loader()
            loader.read_all()
            loader.start()
            loader.join()
            session.store.forced(False)
            print(
                "| decisions | still open | AUC of the model's confidence | AUC of the belief |\n|---|---|---|---|"
            )
            for row in as_you_go(session, golds, options.seed):
                print(row, flush=True)
            decided = []
            for item in session.items(Filter(), limit=1_000_000):
                said, put = verdict(item, golds[item.article_id])
                intended = {"accept": item.edit.after, "reject": None}.get(said, put)
                decided.append(Decided(item.edit.before, item.edit.after, intended))
    print(f"\n{len(reviewed)} articles reviewed, {len(kept)} measured")
    learned = learn_from_decisions(model, decided, "reviewed", print)
    print("\n| | F0.5 | P | R |\n|---|---|---|---|")
    for name, one in (("before", model), ("after learn --decisions", learned)):
        fixer = Repairer(one)
        report = evaluate([(golds[n], fixer.repair(golds[n].text).patch) for n in kept], frozenset({"spin"}))
        score = report.repair
        precision = f"{_told(score.precision)} ({score.system_right}/{score.system})"
        recall = f"{_told(score.recall)} ({score.gold_found}/{score.gold})"
        print(f"| {name} | {_told(score.f05)} | {precision} | {recall} |", flush=True)


if __name__ == "__main__":
    main()
