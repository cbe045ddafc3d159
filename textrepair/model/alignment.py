"""Which words of a damaged passage stand for which words of its reference?

The links are those of the likeliest path through a pair hidden Markov model (:mod:`textrepair.model.pair_hmm`), whose costs
(:mod:`textrepair.model.link_costs`) soft EM learns from the passages themselves (forward–backward; Brown & Mercer 1993 for the
idea, Gale & Church 1993 for the beads).  Short passages are solved whole, so that identical words are merely cheap links.  Long
texts are first cut at *anchors*: runs of five identical tokens that occur once on either side, in order (the longest increasing
chain, as in patience diff); where a stretch is still large, at shorter runs.  Between anchors the path is exact.  A passage that
only one side has, or that has moved, is a foreign stretch and stays unlinked.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from textrepair.compiled import njit
from textrepair.model.link_costs import (
    CLASSES,
    LONGEST,
    SHAPES,
    Features,
    LinkCosts,
    Pair,
    Tables,
    Words,
    extend_key,
    features,
    likeness_class,
)
from textrepair.model.pair_hmm import Floats, Ids, best_links, link_scores, posteriors

Blocks = npt.NDArray[np.int32]

#: Runs that anchor, longest first, and the size of a stretch (damaged × reference tokens) from which such runs are looked for:
#: shorter runs are more often in the wrong place, so that they wait until the exact way would be too slow.
_ANCHORS = ((5, 500), (4, 4_000), (3, 10_000), (2, 90_000), (1, 250_000))
#: A stretch still larger than this, without one word in common that occurs once, is another text.
_MOST_CELLS = 1_000_000


@dataclass(frozen=True, slots=True)
class Link:
    """``damaged[start:end]`` stands for ``reference[ref_start:ref_end]``."""

    start: int
    end: int
    ref_start: int
    ref_end: int


def align(damaged: Sequence[str], reference: Sequence[str], costs: LinkCosts) -> list[Link]:
    """Links of two token sequences in order, identical pairs included; unlinked tokens are in no link.

    >>> align("it live unlike inward Canada".split(), "it is different in Canada".split(), LinkCosts())[0]
    Link(start=0, end=1, ref_start=0, ref_end=1)
    """
    if not damaged or not reference:
        return []
    d, r, tables = _numbered(damaged, reference, costs)
    return [Link(*row) for row in _align(d, r, tables).tolist()]


def _numbered(damaged: Sequence[str], reference: Sequence[str], costs: LinkCosts) -> tuple[Ids, Ids, Tables]:
    """Both sides as numbers, and the tables, extended where a form is new to them."""
    index, tables = costs.index, costs.tables
    new: dict[str, int] = {}
    sides = []
    for forms in (damaged, reference):
        numbers = [index.get(form, -1) for form in forms]
        if -1 in numbers:
            for i, form in enumerate(forms):
                if numbers[i] < 0:
                    numbers[i] = new.setdefault(form, len(index) + len(new))
        sides.append(np.array(numbers, dtype=np.int32))
    if new:
        tables = _extended(tables, list(new), costs)
    return sides[0], sides[1], tables


def _extended(tables: Tables, new: Sequence[str], costs: LinkCosts) -> Tables:
    more = features(new, {}, {})
    sides: Iterable[tuple[Any, Any]] = zip(tables.features, more, strict=True)
    same = np.full(len(new), costs.identical_unseen(), dtype=np.float32)
    other = np.full(len(new), costs.base_unseen(), dtype=np.float32)
    return tables._replace(
        features=Features(*(np.concatenate(both) for both in sides)),
        identical=np.concatenate((tables.identical, same)),
        base=np.concatenate((tables.base, other)),
    )


@njit(nogil=True)
def _run_keys(ids: Ids, length: int) -> npt.NDArray[np.uint64]:
    keys = np.empty(max(0, len(ids) - length + 1), dtype=np.uint64)
    for i in range(len(keys)):
        key = np.uint64(0)
        for k in range(length):
            key = extend_key(key, ids[i + k])
        keys[i] = key
    return keys


@njit(nogil=True)
def _unique_matches(d: Ids, r: Ids, length: int) -> Blocks:
    """Positions of runs that occur once on either side, rows (damaged, reference) in damaged order."""
    a, b = _run_keys(d, length), _run_keys(r, length)
    x, y = np.argsort(a), np.argsort(b)
    found = np.full(len(a), -1, dtype=np.int32)
    i = j = 0
    while i < len(a) and j < len(b):
        left, right = a[x[i]], b[y[j]]
        if left < right:
            i += 1
        elif right < left:
            j += 1
        else:
            once = True
            i += 1
            j += 1
            while i < len(a) and a[x[i]] == left:
                once = False
                i += 1
            while j < len(b) and b[y[j]] == left:
                once = False
                j += 1
            if once:
                found[x[i - 1]] = y[j - 1]
    places = np.flatnonzero(found >= 0)
    out = np.empty((len(places), 2), dtype=np.int32)
    for k in range(len(places)):
        out[k, 0], out[k, 1] = places[k], found[places[k]]
    return out


@njit(nogil=True)
def _longest_chain(matches: Blocks) -> Blocks:
    """The longest subsequence with rising reference positions (Fredman 1975)."""
    count = len(matches)
    tails = np.empty(count, dtype=np.int32)
    before = np.empty(count, dtype=np.int32)
    length = 0
    for k in range(count):
        low, high = 0, length
        while low < high:
            middle = (low + high) // 2
            if matches[tails[middle], 1] < matches[k, 1]:
                low = middle + 1
            else:
                high = middle
        before[k] = tails[low - 1] if low else -1
        tails[low] = k
        length = max(length, low + 1)
    chain = np.empty((length, 2), dtype=np.int32)
    at = tails[length - 1] if length else -1
    for k in range(length - 1, -1, -1):
        chain[k] = matches[at]
        at = before[at]
    return chain


@njit(nogil=True)
def _split(d: Ids, r: Ids, length: int, block: Blocks) -> tuple[Blocks, Blocks]:
    """Anchored token pairs within a block, and the blocks that they leave (rows start, end, reference start, end)."""
    a, b, c, e = block[0], block[1], block[2], block[3]
    chain = _longest_chain(_unique_matches(d[a:b], r[c:e], length))
    pairs = np.empty((len(chain) * length, 2), dtype=np.int32)
    rest = np.empty((len(chain) + 1, 4), dtype=np.int32)
    count = left = 0
    i, j = a, c
    for k in range(len(chain)):
        for offset in range(length):
            x, y = a + chain[k, 0] + offset, c + chain[k, 1] + offset
            if x < i or y < j:
                continue
            if x > i or y > j:
                rest[left, 0], rest[left, 1], rest[left, 2], rest[left, 3] = i, x, j, y
                left += 1
            pairs[count, 0], pairs[count, 1] = x, y
            count += 1
            i, j = x + 1, y + 1
    if i < b or j < e:
        rest[left, 0], rest[left, 1], rest[left, 2], rest[left, 3] = i, b, j, e
        left += 1
    return pairs[:count], rest[:left]


@njit(nogil=True)
def _blocks(d: Ids, r: Ids, levels: npt.NDArray[np.int64]) -> tuple[Blocks, Blocks]:
    """All anchored token pairs, and the stretches to be solved exactly."""
    blocks = np.empty((1, 4), dtype=np.int32)
    blocks[0] = np.array([0, len(d), 0, len(r)], dtype=np.int32)
    pairs = np.empty((min(len(d), len(r)), 2), dtype=np.int32)
    count = 0
    for level in range(len(levels)):
        length, cells = levels[level, 0], levels[level, 1]
        following = np.empty((len(d) + len(r) + 1, 4), dtype=np.int32)
        kept = 0
        for k in range(len(blocks)):
            block = blocks[k]
            if np.int64(block[1] - block[0]) * np.int64(block[3] - block[2]) < cells:
                following[kept] = block
                kept += 1
                continue
            some, rest = _split(d, r, length, block)
            pairs[count : count + len(some)] = some
            count += len(some)
            following[kept : kept + len(rest)] = rest
            kept += len(rest)
        blocks = following[:kept].copy()
    return pairs[:count], blocks


@njit(nogil=True)
def _solve(d: Ids, r: Ids, tables: Tables, levels: npt.NDArray[np.int64], most: int) -> Blocks:
    """Rows of (start, end, reference start, reference end), unsorted."""
    pairs, blocks = _blocks(d, r, levels)
    out = np.empty((min(len(d), len(r)), 4), dtype=np.int32)
    count = len(pairs)
    for k in range(count):
        out[k, 0], out[k, 1] = pairs[k, 0], pairs[k, 0] + 1
        out[k, 2], out[k, 3] = pairs[k, 1], pairs[k, 1] + 1
    for k in range(len(blocks)):
        a, b, c, e = blocks[k]
        if a == b or c == e or np.int64(b - a) * np.int64(e - c) > most:
            continue
        links = best_links(link_scores(d[a:b], r[c:e], tables), tables.moves)
        for row in range(len(links)):
            out[count, 0], out[count, 1] = links[row, 0] + a, links[row, 1] + a
            out[count, 2], out[count, 3] = links[row, 2] + c, links[row, 3] + c
            count += 1
    return out[:count]


_LEVELS = np.array(_ANCHORS, dtype=np.int64)


def _align(d: Ids, r: Ids, tables: Tables) -> Blocks:
    links = _solve(d, r, tables, _LEVELS, _MOST_CELLS)
    return links[np.argsort(links[:, 0], kind="stable")]


# --- learning


def learn_costs(passages: Iterable[tuple[Sequence[str], Sequence[str]]], rounds: int = 4) -> LinkCosts:
    """Soft EM over aligned passages (each a pair of token sequences); deterministic."""
    listed = [(list(damaged), list(reference)) for damaged, reference in passages if damaged and reference]
    costs = LinkCosts(
        damaged=Counter(form for damaged, _ in listed for form in damaged),
        reference=Counter(form for _, reference in listed for form in reference),
    )
    chance = _chance_classes(costs)
    for _ in range(rounds):
        expected = _Expected()
        for damaged, reference in listed:
            expected.add(damaged, reference, costs)
        costs = expected.costs(costs, chance)
    return costs


#: Posteriors below this are left out of the counts: they are nearly all noise, and most of the work.
_LEAST = 0.01
# Pseudo-counts, so that some twenty passages cannot make a shape or a class impossible.
_PRIOR_LENGTHS = np.array([300.0, 6.0, 2.0, 1.0, 0.5])
_PRIOR_REF_LENGTHS = np.array([300.0, 3.0, 0.6, 0.3])
_PRIOR_LIKENESS = 20.0
#: Random pairs of tokens that tell how often a likeness class comes up by chance.
_CHANCES = 100_000
#: Bounds of the probability that a token stands alone: passages that were paired well show too little of it.
_SKIPS = (0.005, 0.03)
#: Words whose first letters differ are no evidence for each other by frequency alone, hardly any by their last letters: in a
#: foreign stretch rare words stand opposite rare words, too.  Largest likeness (natural log) of those classes.
_UNLIKE = np.array([0.0] * 3 + [1.5] * 3)


class _Expected:
    """Expected counts of one round."""

    def __init__(self) -> None:
        self.pairs: defaultdict[Pair, float] = defaultdict(float)
        self.places: Counter[Pair] = Counter()
        self.shapes = np.zeros(len(SHAPES))
        self.classes = np.zeros(CLASSES)
        self.skips = np.zeros(2)
        self.tokens = 0

    def add(self, damaged: list[str], reference: list[str], costs: LinkCosts) -> None:
        d, r, tables = _numbered(damaged, reference, costs)
        pairs, blocks = _blocks(d, r, _LEVELS)
        for i, _ in pairs.tolist():
            self.pairs[(damaged[i],), (damaged[i],)] += 1.0
        self.shapes[0] += len(pairs)
        self.tokens += len(d)
        for a, b, c, e in blocks.tolist():
            if a < b and c < e and (b - a) * (e - c) <= _MOST_CELLS:
                self._add_block(damaged[a:b], reference[c:e], d[a:b], r[c:e], tables)

    def _add_block(self, damaged: list[str], reference: list[str], d: Ids, r: Ids, tables: Tables) -> None:
        links, weights, skips, ref_skips = posteriors(link_scores(d, r, tables), tables.moves, _LEAST)
        self.skips += (skips, ref_skips)
        single = links[:, 2] == 0
        _count_classes(
            tables.features, d[links[single, 0]], r[links[single, 1]], weights[single], self.classes
        )
        for (i, j, shape), weight in zip(links.tolist(), weights.tolist(), strict=True):
            m, n = SHAPES[shape]
            pair = tuple(damaged[i : i + m]), tuple(reference[j : j + n])
            self.pairs[pair] += weight
            self.places[pair] += 1
            self.shapes[shape] += weight

    def costs(self, before: LinkCosts, chance: Floats) -> LinkCosts:
        """The maximisation step."""
        lengths = self.shapes[:LONGEST] + _PRIOR_LENGTHS
        ref_lengths = (
            np.concatenate(([self.shapes[:LONGEST].sum()], self.shapes[LONGEST:])) + _PRIOR_REF_LENGTHS
        )
        skips = np.clip(self.skips / max(1, self.tokens), *_SKIPS)
        likeness = np.log(
            (self.classes + _PRIOR_LIKENESS * chance) / (self.classes.sum() + _PRIOR_LIKENESS) / chance
        )
        likeness[: len(_UNLIKE)] = np.minimum(likeness[: len(_UNLIKE)], _UNLIKE)
        return LinkCosts(
            pairs=dict(self.pairs),
            places=dict(self.places),
            damaged=before.damaged,
            reference=before.reference,
            lengths=tuple((lengths / lengths.sum()).tolist()),
            ref_lengths=tuple((ref_lengths / ref_lengths.sum()).tolist()),
            skips=(float(skips[0]), float(skips[1])),
            unchanged=self._unchanged(),
            likeness=tuple(likeness.tolist()),
        )

    def _unchanged(self) -> float:
        """Share of identical links among those of each reference word, averaged over words."""
        total: defaultdict[Words, float] = defaultdict(float)
        for (_, reference), count in self.pairs.items():
            total[reference] += count
        shares = [
            self.pairs.get((run, run), 0.0) / n for run, n in total.items() if len(run) == 1 and n > 0.5
        ]
        return float(np.clip(np.mean(shares), 0.2, 0.98)) if shares else 0.6


def _chance_classes(costs: LinkCosts) -> Floats:
    """How often each likeness class comes up between random tokens of the two sides."""
    out = np.full(CLASSES, 1.0)
    if costs.damaged and costs.reference:
        rng = np.random.default_rng(0)
        sides = []
        for uses in (costs.damaged, costs.reference):
            ids = np.array([costs.index[form] for form in uses], dtype=np.int32)
            share = np.array(list(uses.values()), dtype=np.float64)
            sides.append(rng.choice(ids, size=_CHANCES, p=share / share.sum()))
        _count_classes(costs.tables.features, sides[0], sides[1], np.ones(_CHANCES), out)
    return np.asarray(out / out.sum(), dtype=np.float32)


@njit(nogil=True)
def _count_classes(
    traits: Features, d: Ids, r: Ids, weights: npt.NDArray[np.float64], out: npt.NDArray[np.float64]
) -> None:
    """Add to ``out`` (CLASSES,) the weights of pairs of different words."""
    for k in range(len(d)):
        if d[k] != r[k]:
            out[likeness_class(traits, d[k], r[k])] += weights[k]


__all__ = ["Link", "LinkCosts", "Pair", "Words", "align", "learn_costs"]
