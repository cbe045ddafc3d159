"""How repair grows with what is learned: ``python scripts/measure_learning.py`` (ten minutes on two cores, besides the models).

The `issues` spinner is left out of the model (``scripts/build_model.py --without issues``).  Then it is learned again from 1, 3
and 8 articles with their originals, or deciphered from 10, 50, 150 and 408 articles without; repair is measured on the passages
of the other four articles.  Also counted: how many of the spinner's frequent swaps each way has found.  Prints a Markdown table
and draws ``docs/learning.svg`` (needs matplotlib).

A second table is of what ``batch --adapt`` does: a spinner left out of the model, then deciphered from damaged articles alone,
those measured on among them; on all passages that have an original.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from build.passages import OTHER_REVISIONS, read_passages
from build_model import add_sources
from measure import HEAD, Row, damaged_articles, gold_articles, without

from textrepair.model import Model
from textrepair.model.alignment import Pair, learn_costs
from textrepair.model.channel import log_probability
from textrepair.model.decipherment import decipher
from textrepair.model.families import count_swaps, with_family
from textrepair.repair import Repairer, Settings

FAMILY, OTHER_FAMILY = "issues", "tutorial"
#: Articles measured on: every third, as in the first fold of ``measure.py``.
FOLD = 3
PAIRS = (1, 3, 8)
DAMAGED = (10, 50, 150, 408)
#: So many articles of the spinner stand among those of another one.
MIXED = 50
#: What ``--min-confidence`` a batch that nobody reads asks for.
SURE = 0.9
#: A frequent swap stands so often in the pairs, and is found if the learned family gives it a probability of a tenth or more.
FREQUENT, FOUND = 10, 0.1


def found_swaps(model: Model, frequent: Sequence[Pair]) -> int:
    """How many swaps the newest family of a model holds likely."""
    vocabulary, entries = model.vocabulary, model.channel.entries
    count = 0
    for (observed, *_), (intended, *_) in frequent:
        if observed not in vocabulary.index:
            continue
        for entry in model.channel.entry_range(vocabulary.index[observed]):
            if int(entries.target[entry]) == vocabulary.index.get(intended):
                count += float(log_probability(entries.code[-1:, entry])[0]) > math.log(FOUND)
    return count


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_sources(parser)
    parser.add_argument("--chart", type=Path, default=Path("docs/learning.svg"))
    options = parser.parse_args()
    base = without(options.data, options.seeds, options.wordnet, options.work, FAMILY)
    passages = list(read_passages(options.data, FAMILY))
    names = sorted({p.article for p in passages})
    kept_out, training = names[::FOLD], [name for name in names if name not in names[::FOLD]]
    costs = learn_costs([(p.damaged.forms, p.reference.forms) for p in passages])
    gold = list(gold_articles([p for p in passages if p.article in kept_out], costs))
    everything = count_swaps(FAMILY, [(p.damaged.forms, p.reference.forms) for p in passages])
    frequent = [
        pair
        for pair, n in everything.swaps.items()
        if n >= FREQUENT and len(pair[0]) == 1 and len(pair[1]) == 1
    ]
    damaged = damaged_articles(options.data, FAMILY)

    print(HEAD[: HEAD.index("\n")] + " frequent swaps found | seconds |")
    print("|---|---|---|---|---|---|---|")
    curves: dict[str, list[tuple[int, float]]] = {"pairs": [], "damaged alone": []}

    def tell(curve: str, count: int, model: Model, seconds: float) -> None:
        row = Row(f"{count} articles, {curve}", gold, Repairer(model), Settings().min_confidence)
        swaps = found_swaps(model, frequent) if count else 0
        print(f"{row.markdown()} {swaps} of {len(frequent)} | {seconds:.0f} |", flush=True)
        curves[curve].append((count, row.report.repair.f05 or 0.0))

    tell("pairs", 0, base, 0)
    curves["damaged alone"].append(curves["pairs"][0])
    adapted = [("one by one", base)]
    for count in PAIRS:
        start = time.monotonic()
        some = [p for p in passages if p.article in training[:count]]
        learned = with_family(base, count_swaps(FAMILY, [(p.damaged.forms, p.reference.forms) for p in some]))
        tell("pairs", count, learned, time.monotonic() - start)
    for count in DAMAGED:
        start = time.monotonic()
        learned = decipher(base, damaged[:count], FAMILY)
        tell("damaged alone", count, learned, time.monotonic() - start)
        adapted.append((f"{count} articles", learned))
    draw(curves, options.chart)

    others = damaged_articles(options.data, OTHER_FAMILY)
    mixed = [*damaged[:MIXED], *others]
    adapted.append((f"{MIXED} articles among {len(mixed)}", decipher(base, mixed, FAMILY)))
    print(f"\n{HEAD}")
    for row in adapted_rows(options.data, FAMILY, adapted):
        print(row.markdown(), flush=True)
    base = without(options.data, options.seeds, options.wordnet, options.work, OTHER_FAMILY)
    adapted = [("one by one", base), (f"{len(others)} articles", decipher(base, others, OTHER_FAMILY))]
    mixed = [*others, *damaged[: DAMAGED[-2]]]
    adapted.append((f"{len(others)} articles among {len(mixed)}", decipher(base, mixed, OTHER_FAMILY)))
    for row in adapted_rows(options.data, OTHER_FAMILY, adapted):
        print(row.markdown(), flush=True)


def adapted_rows(data: Path, family: str, adapted: Sequence[tuple[str, Model]]) -> Iterator[Row]:
    """Models learned from damaged articles on all passages of a spinner, and on those of the same revision as their reference."""
    passages = list(read_passages(data, family))
    costs = learn_costs([(p.damaged.forms, p.reference.forms) for p in passages])
    parts = [("", ())] + [
        (f", without {name}", (name,)) for name in OTHER_REVISIONS if any(p.article == name for p in passages)
    ]
    for name, left_out in parts:
        gold = list(gold_articles([p for p in passages if p.article not in left_out], costs))
        for what, model in adapted:
            repairer = Repairer(model)
            for confidence in (Settings().min_confidence, SURE):
                yield Row(f"`{family}`{name}: {what}, ≥ {confidence}", gold, repairer, confidence)


def draw(curves: dict[str, list[tuple[int, float]]], path: Path) -> None:
    """The two curves over the number of articles, which runs in ratios."""
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "textrepair"
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(7, 4))
    for name, points in curves.items():
        axes.plot(
            [max(0.5, count) for count, _ in points], [score for _, score in points], marker="o", label=name
        )
    axes.set_xscale("log")
    ticks = sorted({count for points in curves.values() for count, _ in points})
    axes.set_xticks([max(0.5, tick) for tick in ticks], [str(tick) for tick in ticks])
    axes.set_xlabel("articles learned from")
    axes.set_ylabel("F0.5 of repair, articles kept out")
    axes.set_ylim(0.5, 1.0)
    axes.grid(alpha=0.3)
    axes.legend(title="learned from")
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})


if __name__ == "__main__":
    main()
