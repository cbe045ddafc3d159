"""Which stretches of an article and of a reference truly correspond?

A reference may be the article's original, another revision of it with passages added, missing or moved, or merely a report
of the same event that shares a quotation.  Three steps, as in genome comparison:

1. *Seeds*: rare words that stand in both.  *Chains* of seeds in the same order at about the same distance (Li 2018, minimap2)
   are found by dynamic programming and taken best first, so a moved passage is a chain of its own.
2. Each chain, with the rest of the sentences that it begins and ends in, is aligned (:mod:`textrepair.model.alignment`).
3. Every link speaks for or against the two saying the same thing.  What is kept are the *maximal scoring* runs of links (Ruzzo
   & Tompa 1999): a shared clause inside a sentence that otherwise differs is kept, the rest of the sentence isn't.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import numpy.typing as npt

from textrepair.lazy import cached_property
from textrepair.model.alignment import Link, LinkCosts, Pair, Words, align
from textrepair.model.model import Model
from textrepair.model.vocabulary import SPECIALS, normal_form
from textrepair.overlap import best_first
from textrepair.tokens import TokenKind, Tokens, tokenize

#: Does the model know that one run of words is put for another?
Knows = Callable[[Words, Words], bool]

#: Nats from which on a word is rare enough to be a seed ("said" has 5, "troops" 9), and the most that any word counts.
_SEED, _RAREST = 7.0, 12.0
#: Words without an entry of their own are rarer than their class by so much.
_BEYOND_CLASS = 5.0
#: A word repeated so often in both texts (uses in one times uses in the other) says little about where passages lie.
_REPEATED = 400
#: Seeds of one chain: how far apart at most, and how much further in one text than in the other.
_REACH, _SKEW = 60, 25
#: Predecessors looked at for each seed, and what a chain pays for each token of skew and of distance, in nats.
_LOOK_BACK, _PER_SKEW, _PER_TOKEN = 60, 0.8, 0.02
#: Nats that a chain needs to be aligned at all: two rare words at least.
_CHAIN = 18.0


@dataclass(frozen=True)
class Side:
    """A text as the alignment sees it: normal forms without quotes, and the token that each is."""

    tokens: Tokens
    positions: list[int]
    forms: list[str]

    @classmethod
    def of(cls, tokens: Tokens) -> Side:
        forms = [normal_form(*item) for item in zip(tokens.texts, tokens.kinds, strict=True)]
        positions = [i for i, form in enumerate(forms) if form]
        return cls(tokens, positions, [forms[i] for i in positions])

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Code points of ``forms[start:end]``, which must not be empty."""
        return self.tokens.starts[self.positions[start]], self.tokens.ends[self.positions[end - 1]]

    def kind(self, at: int) -> int:
        return self.tokens.kinds[self.positions[at]]

    @cached_property
    def begins(self) -> list[int]:
        """Where sentences begin, and the end of the text, as indices of forms."""
        begins = {bisect_left(self.positions, start) for start, _ in self.tokens.sentences}
        return sorted(begins | {0, len(self.forms)})


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of the article that corresponds to one of a reference: links in order, and how strongly they speak for it."""

    links: tuple[Link, ...]
    score: float

    @property
    def start(self) -> int:
        return self.links[0].start

    @property
    def end(self) -> int:
        return self.links[-1].end


def side(text: str) -> Side:
    """A text's tokens, as the alignment sees them."""
    return Side.of(tokenize(text))


def weights(model: Model, one: Side) -> npt.NDArray[np.float64]:
    """How much each form of a text says, in nats: its surprisal as a single word."""
    vocabulary = model.vocabulary
    identifiers = vocabulary.identifiers(one.tokens)[one.positions]
    plain = np.array([vocabulary.lm_identifier(int(i)) for i in identifiers], dtype=np.int64)
    nats = -model.ngrams.uni_logp[plain].astype(np.float64)
    nats[(plain < len(SPECIALS)) | (identifiers >= vocabulary.lm_size)] += _BEYOND_CLASS
    signs = (TokenKind.STOP, TokenKind.PUNCTUATION, TokenKind.SYMBOL)
    for i, at in enumerate(one.positions):
        if one.tokens.kinds[at] in signs:
            nats[i] = 0.0
    return np.minimum(nats, _RAREST)


def passages(
    article: Side,
    reference: Side,
    weight: npt.NDArray[np.float64],
    costs: LinkCosts,
    knows: Knows,
    least: float,
) -> list[Passage]:
    """The stretches of an article that a reference has too, in order, those of a score from ``least`` on; they don't overlap."""
    found: list[Passage] = []
    for chain in _chains(_seeds(article.forms, reference.forms, weight)):
        a, b, c, d = _whole_sentences(chain, article, reference)
        links = [
            Link(a + k.start, a + k.end, c + k.ref_start, c + k.ref_end)
            for k in align(article.forms[a:b], reference.forms[c:d], costs)
        ]
        found += _scoring_runs(links, article, reference, weight, knows, least)
    found = best_first(found, _weakness)
    return best_first([*found, *_between(found, article, reference, costs)], _weakness)


def _weakness(passage: Passage) -> float:
    return -passage.score


def _between(found: Sequence[Passage], article: Side, reference: Side, costs: LinkCosts) -> Iterator[Passage]:
    """Sentences without rare words between two long passages that follow each other in both texts, or before the first and
    behind the last: what surrounds them speaks for them, if hardly a word is left over."""
    long = [p for p in found if p.score >= _SAME_TEXT]
    edges = [(0, 0), *((p.end, p.links[-1].ref_end) for p in long)]
    resumed = [*((p.start, p.links[0].ref_start) for p in long), (len(article.forms), len(reference.forms))]
    for n, ((a, c), (b, d)) in enumerate(zip(edges, resumed, strict=True)):
        if not long or not 1 < b - a <= _LONGEST_BETWEEN or not 1 < d - c <= _LONGEST_BETWEEN:
            continue
        links = [
            Link(a + k.start, a + k.end, c + k.ref_start, c + k.ref_end)
            for k in align(article.forms[a:b], reference.forms[c:d], costs)
        ]
        score = long[min(n, len(long) - 1)].score
        for _, group in groupby(links, key=lambda link: bisect_right(article.begins, link.start)):
            sentence = tuple(group)
            if not _is_foreign(sentence, 0.0, article, (a, b)):
                yield Passage(sentence, score)


# --- seeds and chains

_Seed = tuple[int, int, float]
_Chain = tuple[int, int, int, int]


def _seeds(article: Sequence[str], reference: Sequence[str], weight: npt.NDArray[np.float64]) -> list[_Seed]:
    """Rare words of both: place in the article, place in the reference, nats."""
    here: dict[str, list[int]] = defaultdict(list)
    for i in np.flatnonzero(weight >= _SEED).tolist():
        here[article[i]].append(i)
    there: dict[str, list[int]] = defaultdict(list)
    for j, form in enumerate(reference):
        if form in here:
            there[form].append(j)
    seeds = [
        (i, j, float(weight[i]))
        for form, places in there.items()
        if len(places) * len(here[form]) <= _REPEATED
        for i in here[form]
        for j in places
    ]
    return sorted(seeds)


def _chains(seeds: Sequence[_Seed]) -> Iterator[_Chain]:
    """The best chains: the spans [a, b) of the article and [c, d) of the reference."""
    total, back = _chain_scores(seeds)
    used = [False] * len(seeds)
    covered: list[tuple[int, int]] = []
    for last in sorted(range(len(seeds)), key=lambda s: -total[s]):
        if total[last] < _CHAIN:
            return
        at, members = last, []
        while at >= 0 and not used[at] and not any(a <= seeds[at][0] < b for a, b in covered):
            members.append(at)
            used[at] = True
            at = back[at]
        if not members or total[last] - (total[at] if at >= 0 else 0.0) < _CHAIN:
            continue
        first = members[-1]
        covered.append((seeds[first][0], seeds[last][0] + 1))
        yield seeds[first][0], seeds[last][0] + 1, seeds[first][1], seeds[last][1] + 1


def _chain_scores(seeds: Sequence[_Seed]) -> tuple[list[float], list[int]]:
    """For every seed the nats of the best chain that ends in it, and the seed before it there (-1: none)."""
    total = [weight for _, _, weight in seeds]
    back = [-1] * len(seeds)
    for s, (i, j, weight) in enumerate(seeds):
        for t in range(s - 1, max(-1, s - 1 - _LOOK_BACK), -1):
            before_i, before_j, _ = seeds[t]
            ahead, beyond = i - before_i, j - before_j
            if ahead > _REACH:
                break
            if ahead < 1 or not 1 <= beyond <= _REACH or abs(ahead - beyond) > _SKEW:
                continue
            score = total[t] + weight - _PER_SKEW * abs(ahead - beyond) - _PER_TOKEN * ahead
            if score > total[s]:
                total[s], back[s] = score, t
    return total, back


def _whole_sentences(chain: _Chain, article: Side, reference: Side) -> _Chain:
    """A chain's spans, widened to where the sentences that they begin and end in begin and end."""
    a, b, c, d = chain

    def widened(one: Side, start: int, end: int) -> tuple[int, int]:
        begins = one.begins
        return begins[bisect_right(begins, start) - 1], begins[bisect_left(begins, end)]

    return *widened(article, a, b), *widened(reference, c, d)


# --- what links say

#: What a link adds to the score of its run.  The same word in both: so much of its nats, less the chance that any two texts on
#: one subject share it.  Different words: for what the model knows as a swap; against it otherwise, and for every word left over.
_SAME, _CHANCE, _SAME_LEAST, _SAME_MOST = 0.4, 0.8, 0.1, 4.0
_KNOWN, _UNKNOWN, _UNEVEN, _LEFT_OVER = 1.0, -0.8, -1.2, -1.2
#: Words left over in one gap beyond which it counts no more: the run is ended by it anyway.
_LONGEST_GAP = 40
#: Score from which on a passage is the same text (several sentences), not a phrase that two texts share.
LONG = 60.0
#: Score from which on a passage speaks for the words beside it that say nothing by themselves.
_SAME_TEXT = 35.0
#: Most words between two long passages that are taken for the same text.
_LONGEST_BETWEEN = 80
#: Words left over between two links that still stand side by side.
_SIDE_BY_SIDE = 2
#: A sentence whose links say less for it than this is left out if more than this share of its words is left over.
_FOREIGN_SCORE, _FOREIGN = 3.0, 0.25


def same(link: Link, article: Side, reference: Side) -> bool:
    """Does a link join one word with itself?"""
    return (
        link.end - link.start == 1 == link.ref_end - link.ref_start
        and article.forms[link.start] == reference.forms[link.ref_start]
    )


def pair_of(link: Link, article: Side, reference: Side) -> Pair:
    """The words that a link joins."""
    return tuple(article.forms[link.start : link.end]), tuple(reference.forms[link.ref_start : link.ref_end])


def _link_score(
    link: Link, article: Side, reference: Side, weight: npt.NDArray[np.float64], knows: Knows
) -> float:
    if same(link, article, reference):
        return float(min(_SAME_MOST, max(_SAME_LEAST, _SAME * weight[link.start] - _CHANCE)))
    damaged, sound = pair_of(link, article, reference)
    if knows(damaged, sound):
        return _KNOWN
    return _UNKNOWN if len(damaged) == len(sound) == 1 else _UNEVEN


def _scoring_runs(
    links: Sequence[Link],
    article: Side,
    reference: Side,
    weight: npt.NDArray[np.float64],
    knows: Knows,
    least: float,
) -> Iterator[Passage]:
    """All maximal scoring runs of links (Ruzzo & Tompa 1999, in its plain form)."""
    runs: list[tuple[int, int, float, float]] = []  # first, last link, total before, total behind
    total = 0.0
    scores = [_link_score(link, article, reference, weight, knows) for link in links]
    for n, link in enumerate(links):
        if n:
            gap = link.start - links[n - 1].end + link.ref_start - links[n - 1].ref_end
            total += _LEFT_OVER * min(_LONGEST_GAP, gap)
        before, total = total, total + scores[n]
        if scores[n] <= 0:
            continue
        first, end_total = n, total
        while True:
            lower = next((k for k in range(len(runs) - 1, -1, -1) if runs[k][2] < before), None)
            if lower is None or runs[lower][3] >= end_total:
                runs.append((first, n, before, end_total))
                break
            first, before = runs[lower][0], runs[lower][2]
            del runs[lower:]
    for first, last, low, high in runs:
        if high - low >= least:
            yield from _by_sentence(links, first, last, high - low, article, reference, scores)


def _by_sentence(
    links: Sequence[Link],
    first: int,
    last: int,
    score: float,
    article: Side,
    reference: Side,
    scores: Sequence[float],
) -> Iterator[Passage]:
    """A run without the sentences inside it that don't correspond; a long one with the rest of those it begins and ends in."""
    if score >= _SAME_TEXT:
        first, last = _extended(links, first, last, article, reference)
    kept: list[Link] = []
    sentences = groupby(range(first, last + 1), key=lambda n: bisect_right(article.begins, links[n].start))
    for _, members in [*((key, list(group)) for key, group in sentences), (None, [])]:
        own = [links[n] for n in members]
        if own and not _is_foreign(own, sum(scores[n] for n in members), article):
            kept += own
        elif kept:
            yield Passage(tuple(kept), score)
            kept = []


def _extended(
    links: Sequence[Link], first: int, last: int, article: Side, reference: Side
) -> tuple[int, int]:
    """A run with its first and last sentence made whole, where these are linked throughout and are sentences in both texts."""
    begin, end = first, last
    while begin and _beside(links[begin - 1], links[begin]) and links[begin].start not in article.begins:
        begin -= 1
    while (
        end + 1 < len(links) and _beside(links[end], links[end + 1]) and links[end].end not in article.begins
    ):
        end += 1
    if links[begin].start in article.begins and links[begin].ref_start in reference.begins:
        first = begin
    if links[end].end in article.begins and links[end].ref_end in reference.begins:
        last = end
    return first, last


def _beside(link: Link, following: Link) -> bool:
    return following.start - link.end + following.ref_start - link.ref_end <= _SIDE_BY_SIDE


def _is_foreign(
    links: Sequence[Link], score: float, article: Side, within: tuple[int, int] | None = None
) -> bool:
    """Is a sentence linked by chance, as where one that is missing in the reference stands between two that aren't?"""
    number = bisect_right(article.begins, links[0].start) - 1
    begin, end = article.begins[number : number + 2]
    if within:
        begin, end = max(begin, within[0]), min(end, within[1])
    words = end - begin
    linked = sum(link.end - link.start for link in links)
    beyond = links[-1].ref_end - links[0].ref_start - sum(link.ref_end - link.ref_start for link in links)
    return score < _FOREIGN_SCORE and words - linked + beyond > _FOREIGN * (words + beyond)
