"""What do other reports of the same event say in such a place?

A report of the same event need not share a sentence with the article, but it shares its phrases: "Ukrainian border", "kind of
tone".  As in a cache language model (Kuhn & De Mori 1990), a reading that makes a pair of words with its neighbour which one
of the reports holds becomes more likely, against the other readings of the place and against leaving it alone.  Only readings
that were found without references are weighed, and a report is named only where it decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from textrepair.patch import Edit
from textrepair.reference.index import Hit
from textrepair.reference.passages import Side, side

Pair = tuple[str, str]

#: How much likelier a reading gets for each neighbour that it stands beside in a report.  Chosen on the annotated article with
#: its four reports, the only ones there are: changes in right and wrong edits at 3, 6 and 12: +6 −1, +7 −5, +5 −5.
_LIKELIER = 3.0
#: Probability from which on a reading stands as the neighbour of others: the default at which edits are made.
_SURE = 0.6


@dataclass(frozen=True)
class Report:
    """A reference that reports the same event."""

    hit: Hit
    reference: Side


def weighed(article: Side, believed: Sequence[Edit], reports: Sequence[Report]) -> Iterator[Edit]:
    """The edits whose readings the reports make more or less likely, with the reading that is then the likeliest."""
    places = _places(reports)
    text = _Text(article, believed)
    for edit in believed:
        before, following = text.neighbours(edit)
        readings = [(edit.after, edit.confidence), *edit.alternatives]
        left = max(0.0, 1.0 - sum(p for _, p in readings))
        scored = []
        for reading, probability in [*readings, (edit.before, left)]:
            found = [places[pair] for pair in _pairs(before, reading, following) if pair in places]
            scored.append((probability * _LIKELIER ** len(found), reading, found))
        total = sum(score for score, _, _ in scored)
        ranked = sorted(scored[:-1], key=lambda row: -row[0])
        if not any(found for _, _, found in scored) or total <= 0.0:
            continue
        score, after, found = ranked[0]
        others = tuple((reading, p / total) for p, reading, _ in ranked[1:])
        changed = replace(edit, after=after, confidence=min(1.0, score / total), alternatives=others)
        if after != edit.after or (found and edit.confidence < _SURE):
            place = found[0]
            reason = f"{edit.before} → {after}, as in {place.rsplit(':', 1)[0]}"
            changed = replace(changed, reason=reason, reference=place)
        yield changed


def _places(reports: Sequence[Report]) -> dict[Pair, str]:
    """Every pair of neighbouring words in the reports, and where it stands first."""
    places: dict[Pair, str] = {}
    for report in reports:
        forms = report.reference.forms
        for n, pair in enumerate(pairwise(forms)):
            if pair not in places and any(form[0].isalpha() for form in pair):
                start, end = report.reference.span(n, n + 2)
                places[pair] = f"{report.hit.id}:{start}-{end}"
    return places


def _pairs(before: str, reading: str, following: str) -> Iterator[Pair]:
    forms = side(reading).forms
    if forms:
        yield before, forms[0]
        yield forms[-1], following


class _Text:
    """The article as it reads with its sure edits."""

    def __init__(self, article: Side, believed: Sequence[Edit]) -> None:
        self._forms = article.forms
        tokens = article.tokens
        self._starts = {tokens.starts[at]: n for n, at in enumerate(article.positions)}
        self._ends = {tokens.ends[at]: n for n, at in enumerate(article.positions)}
        self._sure: dict[int, list[str]] = {}
        for edit in believed:
            first, last = self._span(edit)
            forms = side(edit.after).forms
            if edit.confidence >= _SURE and forms:
                self._sure.update(dict.fromkeys(range(first, last + 1), forms))

    def _span(self, edit: Edit) -> tuple[int, int]:
        """The first and last form of an edit; (-1, -2) where it doesn't stand on whole words."""
        first, last = self._starts.get(edit.start), self._ends.get(edit.end)
        return (-1, -2) if first is None or last is None else (first, last)

    def neighbours(self, edit: Edit) -> Pair:
        first, last = self._span(edit)
        return self._form(first - 1, -1), self._form(last + 1, 0)

    def _form(self, at: int, end: int) -> str:
        if not 0 <= at < len(self._forms):
            return ""
        return self._sure[at][end] if at in self._sure else self._forms[at]
