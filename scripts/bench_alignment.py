"""Measure the aligner against hand-annotated links: ``python scripts/bench_alignment.py [--data ../shared/data]``.

The gold (tests/gold/alignment_passages.json) holds the links of 200 passages of real spinners, those of words with themselves
left out.  Compared are :func:`textrepair.model.alignment.align` with costs learned on all passages of the spinner (without gold:
learning sees no links) and with costs learned on its other articles only, and the opcodes of difflib and of rapidfuzz, whose
replaced blocks are read word by word where both sides are equally long, as one link otherwise.

A link is right if both its ends are those of the gold.  The alignment error rate (Och & Ney 2003, all gold links sure) is over
pairs of tokens, 1 − 2 |A ∩ G| / (|A| + |G|).  Speed is characters of damaged text (code points, a byte each but for a few signs)
per second of one core, of the aligner alone and with tokenising both sides; *articles* are all passages of an article end to end.
"""

from __future__ import annotations

import argparse
import difflib
import hashlib
import json
import os
import random
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from build.passages import FAMILIES, Passage, Side, read_passages, side
from rapidfuzz.distance import Levenshtein

from textrepair.model.alignment import Link, LinkCosts, align, learn_costs

ROOT = Path(__file__).parents[1]
DATA = Path(os.environ.get("TEXTREPAIR_SHARED", ROOT.parent / "shared")) / "data"
REPEATS = 5

Aligner = Callable[[Sequence[str], Sequence[str]], list[Link]]
Span = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class GoldPassage:
    """Links of one passage as token ranges; only those that begin in ``window`` (tokens) were annotated."""

    passage: Passage
    family: str
    window: range
    links: frozenset[Span]


@dataclass
class Score:
    """Counts over passages: links, and pairs of tokens."""

    right: int = 0
    found: int = 0
    gold: int = 0
    pairs_right: int = 0
    pairs_found: int = 0
    pairs_gold: int = 0

    def add(self, found: set[Span], gold: frozenset[Span]) -> None:
        self.right += len(found & gold)
        self.found += len(found)
        self.gold += len(gold)
        a, b = _token_pairs(found), _token_pairs(gold)
        self.pairs_right += len(a & b)
        self.pairs_found += len(a)
        self.pairs_gold += len(b)

    def cells(self) -> str:
        precision = f"{self.right / self.found:.3f} ({self.right}/{self.found})"
        recall = f"{self.right / self.gold:.3f} ({self.right}/{self.gold})"
        error = 1 - 2 * self.pairs_right / (self.pairs_found + self.pairs_gold)
        return f"{precision} | {recall} | {error:.3f}"


def _token_pairs(links: set[Span] | frozenset[Span]) -> set[tuple[int, int]]:
    return {(i, j) for a, b, c, d in links for i in range(a, b) for j in range(c, d)}


def read_gold(path: Path, passages: Mapping[str, Sequence[Passage]]) -> Iterator[GoldPassage]:
    """The annotated passages; refuses rows that are not what was annotated."""
    for number, record in enumerate(json.loads(path.read_text(encoding="utf-8"))["passages"]):
        family = record["file"].removesuffix("_pairs.tsv")
        passage = passages[family][record["row"] - 1]
        damaged, reference = passage.damaged, passage.reference
        text = f"{damaged.tokens.source}\t{reference.tokens.source}"
        if hashlib.sha256(text.encode()).hexdigest() != record["sha256"]:
            raise SystemExit(
                f"error: {path}, passage {number}: {record['file']}, row {record['row']} is not what was annotated; "
                "annotate it again or take the data of that day"
            )
        links = frozenset(
            (*_range(damaged, a, b), *_range(reference, c, d)) for a, b, c, d in record["links"]
        )
        first, last = _range(damaged, *record.get("window", (0, len(damaged.tokens.source))))
        yield GoldPassage(passage, family, range(first, last), links)


def _range(where: Side, start: int, end: int) -> tuple[int, int]:
    """Tokens that lie in a span of code points."""
    inside = [
        i
        for i, position in enumerate(where.positions)
        if where.tokens.starts[position] >= start and where.tokens.ends[position] <= end
    ]
    return inside[0], inside[-1] + 1


def changed_links(gold: GoldPassage, aligner: Aligner) -> set[Span]:
    """Links of the aligner that begin in the window, those of words with themselves left out."""
    damaged, reference = gold.passage.damaged.forms, gold.passage.reference.forms
    return {
        (link.start, link.end, link.ref_start, link.ref_end)
        for link in aligner(damaged, reference)
        if link.start in gold.window
        and damaged[link.start : link.end] != reference[link.ref_start : link.ref_end]
    }


def by_difflib(damaged: Sequence[str], reference: Sequence[str]) -> list[Link]:
    """The opcodes of :class:`difflib.SequenceMatcher`."""
    return _from_opcodes(difflib.SequenceMatcher(None, damaged, reference, autojunk=False).get_opcodes())


def by_levenshtein(damaged: Sequence[str], reference: Sequence[str]) -> list[Link]:
    """The opcodes of rapidfuzz's Levenshtein distance."""
    return _from_opcodes([tuple(code) for code in Levenshtein.opcodes(list(damaged), list(reference))])


def _from_opcodes(codes: Sequence[tuple[str, int, int, int, int]]) -> list[Link]:
    links = []
    for tag, a, b, c, d in codes:
        if b - a == d - c:
            links += [Link(a + k, a + k + 1, c + k, c + k + 1) for k in range(b - a)]
        elif tag == "replace":
            links.append(Link(a, b, c, d))
    return links


def learned(passages: Sequence[Passage]) -> LinkCosts:
    """Costs from passages alone."""
    return learn_costs([(p.damaged.forms, p.reference.forms) for p in passages])


def _speed(texts: Sequence[tuple[Side, Side]], aligner: Aligner, tokenise: bool) -> float:
    """Million characters of damaged text per second of processor time, the best of several runs."""
    best = float("inf")
    for _ in range(REPEATS):
        begin = time.process_time()
        for damaged, reference in texts:
            if tokenise:
                aligner(side(damaged.tokens.source).forms, side(reference.tokens.source).forms)
            else:
                aligner(damaged.forms, reference.forms)
        best = min(best, time.process_time() - begin)
    return sum(len(damaged.tokens.source) for damaged, _ in texts) / best / 1e6


def _articles(passages: Sequence[Passage]) -> list[tuple[Side, Side]]:
    out = []
    for article in dict.fromkeys(p.article for p in passages):
        own = [p for p in passages if p.article == article]
        out.append(
            (
                side("\n\n".join(p.damaged.tokens.source for p in own)),
                side("\n\n".join(p.reference.tokens.source for p in own)),
            )
        )
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--gold", type=Path, default=ROOT / "tests" / "gold" / "alignment_passages.json")
    parser.add_argument("--errors", action="store_true", help="list wrong and missing links on stderr")
    arguments = parser.parse_args()
    if not (arguments.data / "spun").is_dir():
        raise SystemExit(f"error: no {arguments.data / 'spun'}; name the data folder with --data")
    passages = {family: list(read_passages(arguments.data, family)) for family in FAMILIES}
    gold = list(read_gold(arguments.gold, passages))

    begin = time.perf_counter()
    costs = {family: learned(some) for family, some in passages.items()}
    print(f"learned from all passages in {time.perf_counter() - begin:.1f} s", file=sys.stderr)
    others = {
        (family, article): learned([p for p in some if p.article != article])
        for family, some in passages.items()
        for article in sorted({g.passage.article for g in gold if g.family == family})
    }
    methods: dict[str, Callable[[GoldPassage], Aligner]] = {
        "textrepair, learned on all passages": lambda g: lambda d, r: align(d, r, costs[g.family]),
        "textrepair, learned on other articles": lambda g: (
            lambda d, r: align(d, r, others[g.family, g.passage.article])
        ),
        "textrepair, nothing learned": lambda g: lambda d, r: align(d, r, LinkCosts()),
        "rapidfuzz Levenshtein": lambda g: by_levenshtein,
        "difflib": lambda g: by_difflib,
    }
    print("| aligner | passages of | precision | recall | alignment error rate |\n|---|---|---|---|---|")
    for name, aligner in methods.items():
        for family in (*FAMILIES, "both"):
            score = Score()
            for item in gold:
                if family in (item.family, "both"):
                    found = changed_links(item, aligner(item))
                    score.add(found, item.links)
                    if arguments.errors and family == "both" and name == next(iter(methods)):
                        _tell(item, found)
            print(f"| {name} | {family} | {score.cells()} |")

    issues = passages["issues"]
    kinds = {
        "passages": [(p.damaged, p.reference) for p in issues],
        "articles": _articles(issues),
    }
    print(
        "\n| aligner | passages, MB/s | with tokenising | articles, MB/s | with tokenising |\n|---|---|---|---|---|"
    )
    aligners: dict[str, Aligner] = {
        "textrepair": lambda d, r: align(d, r, costs["issues"]),
        "rapidfuzz Levenshtein": by_levenshtein,
        "difflib": by_difflib,
    }
    for name, one in aligners.items():
        rates = [_speed(texts, one, tokenise) for texts in kinds.values() for tokenise in (False, True)]
        print(f"| {name} | " + " | ".join(f"{rate:.2f}" for rate in rates) + " |")
    print()
    print(*robustness(issues, costs["issues"]), sep="\n")


def robustness(
    passages: Sequence[Passage], costs: LinkCosts, draws: int = 200, seed: int = 1
) -> Iterator[str]:
    """What becomes of a passage whose reference is of another article, and of one that stands behind foreign passages."""
    rng = random.Random(seed)
    words = wrong = foreign = foreign_wrong = links = kept = 0
    for _ in range(draws):
        own = rng.choice(passages)
        first, second = (rng.choice([p for p in passages if p.article != own.article]) for _ in range(2))
        damaged, reference = own.damaged.forms, own.reference.forms
        words += len(damaged)
        wrong += len(_changed(damaged, second.reference.forms, costs))
        alone = {(k.start, k.end, k.ref_start, k.ref_end) for k in align(damaged, reference, costs)}
        d, r = len(first.damaged.forms), len(second.reference.forms)
        both = align(first.damaged.forms + damaged, second.reference.forms + reference, costs)
        links += len(alone)
        kept += len(alone & {(k.start - d, k.end - d, k.ref_start - r, k.ref_end - r) for k in both})
        if first.article != second.article:
            foreign += d
            changed = _changed(first.damaged.forms + damaged, second.reference.forms + reference, costs)
            foreign_wrong += sum(k.start < d for k in changed)
    yield f"passage against a reference of another article: {wrong} changed links on {words} words ({wrong / words:.2%})"
    yield (
        f"passage behind two unrelated ones: {kept} of {links} links as without them ({kept / links:.2%}), "
        f"{foreign_wrong} changed links on {foreign} unrelated words ({foreign_wrong / foreign:.2%})"
    )


def _changed(damaged: Sequence[str], reference: Sequence[str], costs: LinkCosts) -> list[Link]:
    links = align(damaged, reference, costs)
    return [k for k in links if damaged[k.start : k.end] != reference[k.ref_start : k.ref_end]]


def _tell(item: GoldPassage, found: set[Span]) -> None:
    damaged, reference = item.passage.damaged.forms, item.passage.reference.forms
    for sign, links in (("+", found - item.links), ("-", item.links - found)):
        for a, b, c, d in sorted(links):
            pair = f"{' '.join(damaged[a:b])} ← {' '.join(reference[c:d])}"
            print(sign, item.family, item.passage.article, a, pair, file=sys.stderr)


if __name__ == "__main__":
    main()
