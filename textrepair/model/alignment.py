"""Which words of a damaged passage stand for which words of its reference?

Monotone alignment of tokens in two steps.  Identical tokens anchor (Levenshtein's longest path, by rapidfuzz).  Between two
anchors a small dynamic programme links runs of one to four tokens with runs of one to four tokens; what a link costs is
learned from the passages themselves by hard EM (Viterbi training; Brown & Mercer 1993 for the idea, Gale & Church 1993 for
the beads).  A stretch that is too long or too uneven to be a swap (another revision of the article) is left unlinked.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from rapidfuzz.distance import Levenshtein

Words = tuple[str, ...]
Pair = tuple[Words, Words]

#: Longest run on either side of one link: "to a greater extent" ← "more" is the longest frequent one of the real pairs.
LONGEST = 4
#: Stretches with more cells than this between two anchors are another revision, not swaps.
_CELLS = 900


@dataclass(frozen=True, slots=True)
class Link:
    """``damaged[start:end]`` stands for ``reference[ref_start:ref_end]``."""

    start: int
    end: int
    ref_start: int
    ref_end: int


@dataclass
class LinkCosts:
    """What linking two runs costs, in nats; counts of earlier rounds make a pair cheap.

    The shape costs say how rare the shapes are before anything is counted: one to one is by far the commonest.
    """

    pairs: Counter[Pair] = field(default_factory=Counter)
    observed: Counter[Words] = field(default_factory=Counter)

    def cost(self, damaged: Words, reference: Words) -> float:
        shape = 2.0 * abs(len(damaged) - len(reference))
        if len(damaged) == 1 and len(reference) == 1 and damaged == reference:
            return 0.0
        known = self.pairs[damaged, reference]
        alike = 1.5 if _same_start(damaged[0], reference[0]) else 0.0
        # Add-half smoothing over an open set of pairs; e^-6 is about one in the number of pairs that a run could form.
        return (
            shape
            + 1.0
            - alike
            - math.log((known + 0.5 * math.exp(-6.0 - shape)) / (self.observed[damaged] + 0.5))
        )

    def count(self, damaged: Words, reference: Words) -> None:
        self.pairs[damaged, reference] += 1
        self.observed[damaged] += 1


def _same_start(a: str, b: str) -> bool:
    return len(a) > 3 and len(b) > 3 and a[:3] == b[:3]


#: Cost of leaving one token unlinked.
_SKIP = 6.5


def _align_block(damaged: Sequence[str], reference: Sequence[str], costs: LinkCosts) -> list[Link]:
    """The cheapest monotone cover of a stretch without anchors."""
    rows, columns = len(damaged), len(reference)
    best = [[math.inf] * (columns + 1) for _ in range(rows + 1)]
    back: list[list[tuple[int, int]]] = [[(0, 0)] * (columns + 1) for _ in range(rows + 1)]
    best[0][0] = 0.0
    for i in range(rows + 1):
        for j in range(columns + 1):
            here = best[i][j]
            if here == math.inf:
                continue
            if i < rows and here + _SKIP < best[i + 1][j]:
                best[i + 1][j], back[i + 1][j] = here + _SKIP, (1, 0)
            if j < columns and here + _SKIP < best[i][j + 1]:
                best[i][j + 1], back[i][j + 1] = here + _SKIP, (0, 1)
            for m in range(1, min(LONGEST, rows - i) + 1):
                for n in range(1, min(LONGEST, columns - j) + 1):
                    if m > 1 and n > 1:  # many to many falls apart into smaller links
                        continue
                    total = here + costs.cost(tuple(damaged[i : i + m]), tuple(reference[j : j + n]))
                    if total < best[i + m][j + n]:
                        best[i + m][j + n], back[i + m][j + n] = total, (m, n)
    links = []
    i, j = rows, columns
    while i or j:
        m, n = back[i][j]
        if m and n:
            links.append(Link(i - m, i, j - n, j))
        i, j = i - m, j - n
    return links[::-1]


def align(damaged: Sequence[str], reference: Sequence[str], costs: LinkCosts) -> list[Link]:
    """Links of two token sequences in order, identical pairs included; unlinked tokens are in no link."""
    links: list[Link] = []
    for code in Levenshtein.opcodes(list(damaged), list(reference)):
        a, b, c, d = code.src_start, code.src_end, code.dest_start, code.dest_end
        if code.tag == "equal":
            links += [Link(a + k, a + k + 1, c + k, c + k + 1) for k in range(b - a)]
            continue
        links.append(Link(a, b, c, d))
    return _refine(damaged, reference, _merge_blocks(damaged, reference, links), costs)


def _merge_blocks(damaged: Sequence[str], reference: Sequence[str], links: list[Link]) -> list[Link]:
    """Join neighbouring stretches that differ (Levenshtein splits a replacement and an insertion beside it)."""
    merged: list[Link] = []
    for link in links:
        last = merged[-1] if merged else None
        if last and not _identical(damaged, reference, last) and not _identical(damaged, reference, link):
            merged[-1] = Link(last.start, link.end, last.ref_start, link.ref_end)
        else:
            merged.append(link)
    return merged


def _identical(damaged: Sequence[str], reference: Sequence[str], link: Link) -> bool:
    return (
        link.end - link.start == 1
        and link.ref_end - link.ref_start == 1
        and damaged[link.start] == reference[link.ref_start]
    )


def _refine(
    damaged: Sequence[str], reference: Sequence[str], blocks: list[Link], costs: LinkCosts
) -> list[Link]:
    out: list[Link] = []
    for block in blocks:
        rows, columns = block.end - block.start, block.ref_end - block.ref_start
        if _identical(damaged, reference, block):
            out.append(block)
        elif (
            rows and columns and rows * columns <= _CELLS and max(rows, columns) <= 3 * min(rows, columns) + 4
        ):
            inner = _align_block(
                damaged[block.start : block.end], reference[block.ref_start : block.ref_end], costs
            )
            out += [
                Link(
                    block.start + k.start,
                    block.start + k.end,
                    block.ref_start + k.ref_start,
                    block.ref_start + k.ref_end,
                )
                for k in inner
            ]
    return out


def learn_costs(passages: Iterable[tuple[Sequence[str], Sequence[str]]], rounds: int = 4) -> LinkCosts:
    """Hard EM over aligned passages (each a pair of token sequences): align, count, align again."""
    listed = list(passages)
    costs = LinkCosts()
    for _ in range(rounds):
        counted = LinkCosts()
        for damaged, reference in listed:
            for link in align(damaged, reference, costs):
                counted.count(
                    tuple(damaged[link.start : link.end]), tuple(reference[link.ref_start : link.ref_end])
                )
        costs = counted
    return costs
