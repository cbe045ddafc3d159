"""How reliable is each WordNet relation?  ``python scripts/relations.py`` prints the table of docs/learning.md.

For every spinner whose pairs are known: how many kinds of swap each relation is taken for (EM's expectation), of how many whose
original has the relation at all, and the weight that follows; last, the weight of the packaged prior, the mean over spinners.
"""

from __future__ import annotations

import argparse

from build.prior import KNOWN_COUNTS
from build.wordnet import RELATIONS
from build_model import add_sources, fitted_prior, known_spinners


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_sources(parser)
    parser.add_argument(
        "--without", action="append", default=[], metavar="SOURCE", help="as of build_model.py"
    )
    options = parser.parse_args()
    families = known_spinners(options.data, options.seeds, options.without)
    prior = fitted_prior(options.wordnet, families)
    names = [f"`{family.name}`" for family in families]
    print(
        f"| relation | 001's spinner, counted | {' | '.join(names)} | weight |\n{'|---' * (len(names) + 3)}|"
    )
    total = sum(KNOWN_COUNTS.values())
    explained = (f"{told.explained} of {told.kinds} kinds" for told in prior.evidence)
    print(f"| *explained* | {total} of 342 kinds | {' | '.join(explained)} | |")
    for relation in sorted(RELATIONS, key=lambda name: -prior.weights[name]):
        counted = KNOWN_COUNTS.get(relation)
        cells = [f"{counted / total:.3f} ({counted})" if counted else "–"]
        for told in prior.evidence:
            there = told.there.get(relation, 0)
            taken = f"{told.weights[relation]:.3f} ({told.taken.get(relation, 0.0):.0f}/{there})"
            cells.append(taken if there else "–")
        print(f"| {relation} | {' | '.join(cells)} | {prior.weights[relation]:.3f} |")


if __name__ == "__main__":
    main()
