"""How repair grows with what is learned: ``python scripts/measure_learning.py`` (seven minutes on two cores, besides the model).

The `issues` spinner is left out of the model (``scripts/build_model.py --without issues``).  Then it is learned again from 1, 3
and 8 articles with their originals, or deciphered from 10, 50, 150 and 408 articles without; repair is measured on the passages
of the other four articles.  Also counted: how many of the spinner's frequent swaps each way has found.  Prints a Markdown table
and draws ``docs/learning.svg`` (needs matplotlib).
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Sequence
from pathlib import Path

from build.passages import OTHER_REVISIONS, read_passages
from build_model import add_sources
from measure import HEAD, Row, gold_articles, without

from textrepair.model import Model
from textrepair.model.alignment import Pair, learn_costs
from textrepair.model.channel import log_probability
from textrepair.model.decipherment import decipher
from textrepair.model.families import count_swaps, with_family
from textrepair.repair import Repairer, Settings

FAMILY = "issues"
#: Articles measured on: every third, as in the first fold of ``measure.py``.
FOLD = 3
PAIRS = (1, 3, 8)
DAMAGED = (10, 50, 150, 408)
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
    with open(options.data / "spun" / f"{FAMILY}_articles.jsonl", encoding="utf-8") as file:
        damaged = [json.loads(line)["text"] for line in file]

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
    for count in PAIRS:
        start = time.monotonic()
        some = [p for p in passages if p.article in training[:count]]
        learned = with_family(base, count_swaps(FAMILY, [(p.damaged.forms, p.reference.forms) for p in some]))
        tell("pairs", count, learned, time.monotonic() - start)
    for count in DAMAGED:
        start = time.monotonic()
        learned = decipher(base, damaged[:count], FAMILY)
        tell("damaged alone", count, learned, time.monotonic() - start)
    # Deciphering has seen no pairs at all, so every article with an original can be measured on.
    for name, left_out in (
        (f"measured on all {len(names)}", ()),
        (f"without {', '.join(OTHER_REVISIONS)}", OTHER_REVISIONS),
    ):
        some = list(gold_articles([p for p in passages if p.article not in left_out], costs))
        row = Row(
            f"{DAMAGED[-1]} articles, damaged alone, {name}",
            some,
            Repairer(learned),
            Settings().min_confidence,
        )
        print(f"{row.markdown()} {found_swaps(learned, frequent)} of {len(frequent)} | – |")
    draw(curves, options.chart)


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
