"""How is what a reference says written into the article, and how sure is it?

A link that joins a word with itself *settles* the word.  Any other link is an edit; a word that stands on one side only is
taken into the edit beside it, so that between two settled words the article says what the reference says.

How sure an edit is depends on how well its surroundings correspond, and on whether anything else speaks for it.  A long passage
is the same text; in a short one, which may be another account of the same event, only wording that hardly differs counts.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import regex

from textrepair.lazy import cached_property
from textrepair.model.alignment import Link, Pair
from textrepair.model.model import Model
from textrepair.patch import Edit
from textrepair.reference.index import Hit
from textrepair.reference.passages import LONG, Passage, Side, pair_of, same
from textrepair.reference.swaps import Swaps
from textrepair.tokens import TokenKind

# Logits of "the reference's wording is what the author wrote here".  Set by hand, since the aligned pairs hold hardly a wrong
# link to fit to; held against what scripts/bench_reference.py counts, and by tests/test_reference.py.
_BASE = 0.0
_ANCHORED = 0.9  # for each neighbour that is the same word in both, nothing left over in between
_AROUND, _AROUND_USUAL, _AROUND_MOST = 6.0, 0.35, 1.5  # per share of same words nearby, beyond the usual
_CHANNEL_KNOWS, _RECURS = 1.5, 1.0
_LONG = 1.5  # a passage of several sentences: the same text, not the same phrase
_UNEVEN = -0.5  # for each word that one side has more, unless the channel knows the pair
_OTHER_NUMBER, _OTHER_NAME = -6.0, -2.5  # another figure or name is another fact, not another word for it
#: Links on either side that are nearby.
_WINDOW = 8
#: Score of a mere phrase; from there to :data:`.passages.LONG` a passage turns into the same text.
_SHORT = 18.0
#: In a passage shorter than that, wording is restored only if so much of it is the same or a known swap: two reports of one
#: telephone call share names in order for a whole sentence.
_ALIKE = 0.75
#: Of translated wording, which differs in more than words, nothing is surer than this unless the passages are nearly the same.
_TRANSLATED, _NEARLY_SAME = 0.5, 0.85
#: Less likely restorations are not worth a proposal.
_SMALLEST = 0.2
#: Most words of the article, and of the reference, that an edit takes in besides those that are linked.
_MOST_HERE, _MOST_THERE = 3, 2

_NUMERALS = {
    word: str(number)
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve".split()
    )
}
_LEADING_NUMBER = regex.compile(r"\p{N}+(?:[.,:/]\p{N}+)*")
#: What an edit of wording must not touch.
_STRUCTURE = regex.compile(r"[\n\r\"“”„«»‘‚]")


@dataclass(frozen=True)
class Match:
    """A passage with the reference that it is from."""

    hit: Hit
    reference: Side
    passage: Passage


@dataclass(frozen=True)
class Restoration:
    """What references say about an article.

    ``edits``: restored wording, sorted, not overlapping.  ``settled``: spans that a reference confirms word for word.  ``share``
    of the article's words that references cover.  ``weighed``: edits found without references that reports of the same event
    make more or less likely.  ``used``: the ids of the references, those that cover most first.
    """

    edits: tuple[Edit, ...] = ()
    settled: tuple[tuple[int, int], ...] = ()
    share: float = 0.0
    used: tuple[str, ...] = ()
    weighed: tuple[Edit, ...] = ()


@dataclass(frozen=True)
class Context:
    """What is known of the article: its tokens, its kind of damage, and the edits found without references, by their spans."""

    model: Model
    article: Side
    swaps: Swaps
    kind: str
    believed: Mapping[tuple[int, int], Edit]


def restoration(context: Context, matches: Sequence[Match]) -> Restoration:
    """The edits and settled spans of matches that stand in order and don't overlap."""
    recurring = Counter(
        pair_of(link, context.article, match.reference) for match in matches for link in match.passage.links
    )
    edits: list[Edit] = []
    settled: list[tuple[int, int]] = []
    cover: Counter[str] = Counter()
    for match in matches:
        stretch = _Stretch(context, match, recurring)
        if stretch.length < 1.0 and stretch.alikeness < _ALIKE:
            continue
        for n, link in enumerate(stretch.links):
            if stretch.alike[n]:
                settled.append(context.article.span(link.start, link.end))
            elif edit := stretch.edit(n):
                edits.append(edit)
        cover[match.hit.id] += sum(link.end - link.start for link in stretch.links)
    share = min(1.0, cover.total() / len(context.article.forms))
    return Restoration(tuple(edits), tuple(settled), share, tuple(name for name, _ in cover.most_common()))


@dataclass(frozen=True)
class _Stretch:
    """One match, its links widened so that no word is left over where one edit can say it all."""

    context: Context
    match: Match
    recurring: Mapping[Pair, int]

    @cached_property
    def links(self) -> list[Link]:
        article, reference = self.context.article, self.match.reference
        links = list(self.match.passage.links)
        alike = [same(link, article, reference) for link in links]
        for n in range(len(links) - 1):
            here, there = _gap(links[n], links[n + 1])
            if (not here and not there) or here > _MOST_HERE or there > _MOST_THERE:
                continue
            if not alike[n]:
                links[n] = Link(
                    links[n].start, links[n + 1].start, links[n].ref_start, links[n + 1].ref_start
                )
            elif not alike[n + 1] or (here and not there):
                links[n + 1] = Link(links[n].end, links[n + 1].end, links[n].ref_end, links[n + 1].ref_end)
                alike[n + 1] = False
        return links

    @cached_property
    def alike(self) -> list[bool]:
        return [same(link, self.context.article, self.match.reference) for link in self.links]

    @cached_property
    def length(self) -> float:
        """How far the passage is from a mere phrase (0) to the same text (1)."""
        return min(1.0, (self.match.passage.score - _SHORT) / (LONG - _SHORT))

    @cached_property
    def alikeness(self) -> float:
        """The share of the match's words that are the same or swapped in a way that the channel knows."""
        explained = sum(
            like or self._known(link) for like, link in zip(self.alike, self.match.passage.links, strict=True)
        )
        return explained / (len(self.match.passage.links) + _left_over(self.match.passage.links))

    def _known(self, link: Link) -> bool:
        return self.context.swaps.knows(*pair_of(link, self.context.article, self.match.reference))

    def edit(self, n: int) -> Edit | None:
        """The edit of the n-th link; None where it would change nothing, touch the text's structure, or is too unlikely."""
        link, article, reference = self.links[n], self.context.article, self.match.reference
        start, end = article.span(link.start, link.end)
        ref_start, ref_end = reference.span(link.ref_start, link.ref_end)
        before = article.tokens.source[start:end]
        after = self._written(link, reference.tokens.source[ref_start:ref_end])
        if before == after or _STRUCTURE.search(before) or _STRUCTURE.search(after):
            return None
        confidence = self._confidence(n)
        believed = self.context.believed.get((start, end))
        agrees = believed is not None and believed.after == after
        if believed is not None and agrees:
            confidence = 1.0 - (1.0 - confidence) * (1.0 - believed.confidence)
        if confidence < _SMALLEST:
            return None
        others = () if believed is None or agrees else ((believed.after, believed.confidence),)
        name = self.match.hit.id
        reason = f"{before} → {after}, as in {name}"
        place = f"{name}:{ref_start}-{ref_end}"
        return Edit(start, end, before, after, self.context.kind, confidence, others, reason, place)

    def _confidence(self, n: int) -> float:
        link, links = self.links[n], self.links
        damaged, sound = pair = pair_of(link, self.context.article, self.match.reference)
        around = self._share_around(n)
        logit = _BASE + max(-_AROUND_MOST, min(_AROUND_MOST, _AROUND * (around - _AROUND_USUAL)))
        logit += _ANCHORED * (n > 0 and self.alike[n - 1] and _gap(links[n - 1], link) == (0, 0))
        logit += _ANCHORED * (n + 1 < len(links) and self.alike[n + 1] and _gap(link, links[n + 1]) == (0, 0))
        logit += _LONG * self.length
        logit += _RECURS * (self.recurring.get(pair, 0) > 1)
        if self.context.swaps.knows(damaged, sound):
            logit += _CHANNEL_KNOWS
        else:
            logit += _UNEVEN * abs(len(damaged) - len(sound))
            logit += _OTHER_NAME * (self._is_name(link))
        if _other_figures(damaged, sound):
            logit += _OTHER_NUMBER
        confidence = 1.0 / (1.0 + math.exp(-logit))
        if self.context.kind == "translation" and min(around, self.alikeness) < _NEARLY_SAME:
            confidence = min(confidence, _TRANSLATED)
        return confidence

    def _share_around(self, n: int) -> float:
        """The share of words that are the same among the links nearby and what is left over between them."""
        first, last = max(0, n - _WINDOW), min(len(self.links), n + 1 + _WINDOW)
        alike = sum(self.alike[first:n]) + sum(self.alike[n + 1 : last])
        return alike / max(1, last - first - 1 + _left_over(self.links[first:last]))

    def _is_name(self, link: Link) -> bool:
        """Are both sides names?"""
        return _is_name(self.context.article, link.start) and _is_name(self.match.reference, link.ref_start)

    def _written(self, link: Link, text: str) -> str:
        """The reference's wording with the capital of its new place, and the article's apostrophes."""
        article, reference = self.context.article, self.match.reference
        observed = article.tokens.texts[article.positions[link.start]]
        if observed[0] in "'’ʼ" and text[0] in "'’ʼ":
            text = observed[0] + text[1:]
        begins_here, begins_there = link.start in article.begins, link.ref_start in reference.begins
        if begins_here and not begins_there and observed[0].isupper():
            return text[0].upper() + text[1:]
        if begins_there and not begins_here and not observed[0].isupper():
            vocabulary = self.context.model.vocabulary
            identifier = vocabulary.index.get(reference.forms[link.ref_start])
            if identifier is not None and vocabulary.usual_form(identifier)[0].islower():
                return text[0].lower() + text[1:]
        return text


def _gap(first: Link, second: Link) -> tuple[int, int]:
    """Words left over between two links: in the article, in the reference."""
    return second.start - first.end, second.ref_start - first.ref_end


def _left_over(links: Sequence[Link]) -> int:
    return sum(sum(_gap(*two)) for two in pairwise(links))


def _is_name(one: Side, at: int) -> bool:
    text = one.tokens.texts[one.positions[at]]
    return text[0].isupper() and at not in one.begins and one.kind(at) == TokenKind.WORD


def _other_figures(damaged: Sequence[str], sound: Sequence[str]) -> bool:
    """Do figures stand on either side for which the other has neither figures nor numerals?

    >>> _other_figures(["2"], ["two"]), _other_figures(["2"], ["3"]), _other_figures(["1080phosphorus"], ["1080p"])
    (False, True, False)
    """
    sides = [[figure for word in words if (figure := _figure(word))] for words in (damaged, sound)]
    return sides[0] != sides[1] and any(word[0].isdecimal() for word in (*damaged, *sound))


def _figure(word: str) -> str:
    match = _LEADING_NUMBER.match(word)
    return match.group() if match else _NUMERALS.get(word, "")
