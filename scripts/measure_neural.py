"""What does the neural scorer add?  ``python scripts/measure_neural.py``: repair of what was kept out, without it and with.

The sets are those of ``calibration.py`` (:mod:`held_out`): a model built without the spinner, or with the pairs of other
articles only.  The network has learned from no pair of any spinner (``train_neural.py``).  ``--network`` takes another file,
``--trust`` other weights of its score (several by commas).
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from build.passages import OTHER_REVISIONS
from build_model import add_sources
from calibration import IDENTITY, SURE, Sample, collect, logistic, reach
from held_out import NAMES, HeldOut, held_out

from textrepair.evaluation import Score
from textrepair.model import neural
from textrepair.model.neural import NeuralScorer, packaged_path
from textrepair.repair import Settings

HEAD = (
    f"| set | scorer | F0.5 | precision | recall | precision ≥ {SURE} | recall ≥ {SURE} | recall at precision {SURE} |\n"
    "|---|---|---|---|---|---|---|---|"
)


def row(sample: Sample, scorer: str) -> str:
    """The figures of edits from the default confidence on, and of sure ones."""
    confidence = logistic(sample.features @ IDENTITY)
    told = []
    for least in (Settings().min_confidence, SURE):
        made = confidence >= least
        right, count = int(sample.right[made].sum()), int(made.sum())
        score = Score(count, right, sample.marks, right)
        told.append(
            (
                f"{score.f05 or 0:.3f}",
                f"{score.precision or 0:.3f} ({right}/{count})",
                f"{score.recall or 0:.3f} ({right}/{sample.marks})",
            )
        )
    (f05, *usual), (_, *sure) = told
    return (
        f"| {sample.name} | {scorer} | {' | '.join((f05, *usual, *sure))} | {reach(sample, confidence):.3f} |"
    )


def with_and_without_revisions(sets: Sequence[HeldOut]) -> Iterator[HeldOut]:
    """Each set, and where some of its references are of other revisions, the set without these too."""
    yield from sets
    revised = {part.name for part in sets if any(name in OTHER_REVISIONS for name, _ in part.articles)}
    for part in sets:
        if part.name in revised:
            same = tuple((name, gold) for name, gold in part.articles if name not in OTHER_REVISIONS)
            yield replace(part, name=f"{part.name}, without {', '.join(OTHER_REVISIONS)}", articles=same)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_sources(parser)
    parser.add_argument("--network", type=Path, default=packaged_path())
    parser.add_argument("--trust", default=str(neural.TRUST), help="weights of the score, by commas")
    parser.add_argument(
        "--sets", nargs="*", default=list(NAMES), help="which, of those that calibration.py has"
    )
    options = parser.parse_args()
    sets = list(with_and_without_revisions(list(held_out(options, options.sets))))
    print(HEAD, flush=True)
    for sample in collect(iter(sets)):
        print(row(sample, "none"), flush=True)
    scorer = NeuralScorer(options.network)
    for trust in map(float, options.trust.split(",")):
        neural.TRUST = trust
        scored = (replace(part, model=replace(part.model, context=scorer)) for part in sets)
        for sample in collect(scored):
            print(row(sample, f"{scorer.name}, {trust:g}"), flush=True)


if __name__ == "__main__":
    main()
