"""What came of a batch of records: counts that can be added up in any order.

Everything but ``seconds`` and ``slowest`` depends on the records alone, so that runs of one job can be compared.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from heapq import nlargest
from typing import TYPE_CHECKING, Any

from textrepair.detector.base import FLAGGED
from textrepair.evaluation import WORDING
from textrepair.patch import Edit

if TYPE_CHECKING:
    from textrepair.repair import Repair

#: Bars of every histogram.
BINS = 20
_EXAMPLES = 25
_SLOWEST = 10
_CONTEXT = 60  # characters on either side of a repair that is shown

_Example = dict[str, Any]


@dataclass
class Tally:
    """Counts by name (``records``, ``flagged``, ``edits.spin`` …), histograms, examples of repairs, slowest records."""

    counts: Counter[str] = field(default_factory=Counter)
    scores: list[int] = field(default_factory=lambda: [0] * BINS)
    severities: list[int] = field(default_factory=lambda: [0] * BINS)
    confidences: list[int] = field(default_factory=lambda: [0] * BINS)
    surest: list[_Example] = field(default_factory=list)
    least_sure: list[_Example] = field(default_factory=list)
    seconds: float = 0.0
    slowest: list[_Example] = field(default_factory=list)

    def add(self, repair: Repair, where: Mapping[str, Any], seconds: float) -> None:
        """Count one record; ``where`` names it (``source``, ``place``, ``id``)."""
        counts, diagnosis, edits = self.counts, repair.diagnosis, repair.patch.edits
        words = repair.source.count(" ") + 1 if repair.source else 0
        flagged = diagnosis.score is not None and diagnosis.score >= FLAGGED
        counts.update(records=1, words=words, characters=len(repair.source))
        counts["untold"] += diagnosis.score is None
        counts["flagged"] += flagged
        counts["changed"] += bool(edits)
        for kind, damage in diagnosis.damage.items():
            counts[f"articles.{kind}"] += (damage.probability or 0.0) >= FLAGGED
        counts.update(f"edits.{edit.kind}" for edit in edits)
        counts.update(f"proposals.{edit.kind}" for edit in repair.proposals)
        wording = [edit for edit in edits if edit.kind in WORDING]
        counts["wording edits"] += len(wording)
        if not flagged:
            counts["harm.words not flagged"] += words
            counts["harm.wording edits not flagged"] += len(wording)
            counts["harm.articles not flagged but changed"] += bool(edits)
        counts["harm.articles with over half of the words changed"] += len(wording) > words / 2
        counts["harm.wording edits under 0.8"] += sum(edit.confidence < 0.8 for edit in wording)
        if diagnosis.score is not None:
            self.scores[_bin(diagnosis.score)] += 1
        if flagged:
            self.severities[_bin(max(damage.severity for damage in diagnosis.damage.values()))] += 1
        for edit in edits:
            self.confidences[_bin(edit.confidence)] += 1
        examples = [_example(edit, repair.source, where) for edit in _telling(edits)]
        self.surest = _surest([*self.surest, *examples])
        self.least_sure = _least_sure([*self.least_sure, *examples])
        self.seconds += seconds
        self.slowest = _slowest([*self.slowest, {**where, "words": words, "seconds": round(seconds, 3)}])

    def merge(self, other: Tally) -> None:
        """Add another tally to this one."""
        self.counts.update(other.counts)
        for mine, theirs in (
            (self.scores, other.scores),
            (self.severities, other.severities),
            (self.confidences, other.confidences),
        ):
            mine[:] = [a + b for a, b in zip(mine, theirs, strict=True)]
        self.surest = _surest([*self.surest, *other.surest])
        self.least_sure = _least_sure([*self.least_sure, *other.least_sure])
        self.seconds += other.seconds
        self.slowest = _slowest([*self.slowest, *other.slowest])

    def as_dict(self) -> dict[str, Any]:
        """For JSON; :meth:`from_dict` reads it."""
        return {
            "counts": {name: count for name, count in sorted(self.counts.items()) if count},
            "scores": self.scores,
            "severities": self.severities,
            "confidences": self.confidences,
            "surest": self.surest,
            "least_sure": self.least_sure,
            "seconds": round(self.seconds, 3),
            "slowest": self.slowest,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Tally:
        return cls(**{**data, "counts": Counter(data["counts"])})


def total(tallies: Iterable[Tally]) -> Tally:
    """All of them added up."""
    whole = Tally()
    for tally in tallies:
        whole.merge(tally)
    return whole


def _bin(share: float) -> int:
    return min(BINS - 1, max(0, int(share * BINS)))


def _telling(edits: Iterable[Edit]) -> Iterator[Edit]:
    """A pair of words once an article: a spinner's favourite swap would fill the page."""
    seen = set()
    for edit in edits:
        pair = edit.before.lower(), edit.after.lower()
        if pair not in seen:
            seen.add(pair)
            yield edit


def _example(edit: Edit, source: str, where: Mapping[str, Any]) -> _Example:
    return {
        **where,
        "start": edit.start,
        "kind": edit.kind,
        "confidence": edit.confidence,
        "before": edit.before[:200],
        "after": edit.after[:200],
        "left": source[max(0, edit.start - _CONTEXT) : edit.start],
        "right": source[edit.end : edit.end + _CONTEXT],
        "reason": edit.reason,
    }


def _order(one: _Example) -> tuple[str, int | str, int]:
    """Where a record stands; places are of one type within a source."""
    return one["source"], one["place"], one.get("start", 0)


def _distinct(ranked: Iterable[_Example], count: int) -> list[_Example]:
    """The first of each pair of words.  Adding up stays exact: what is among the first of all is so in its own batch."""
    kept: dict[tuple[str, str], _Example] = {}
    for one in ranked:
        kept.setdefault((one["before"].lower(), one["after"].lower()), one)
        if len(kept) == count:
            break
    return list(kept.values())


def _surest(examples: list[_Example]) -> list[_Example]:
    # Wording first: that "the the" is mended with certainty says nothing.
    return _distinct(
        sorted(examples, key=lambda e: (e["kind"] not in WORDING, -e["confidence"], *_order(e))), _EXAMPLES
    )


def _least_sure(examples: list[_Example]) -> list[_Example]:
    return _distinct(sorted(examples, key=lambda e: (e["confidence"], *_order(e))), _EXAMPLES)


def _slowest(records: list[_Example]) -> list[_Example]:
    return nlargest(_SLOWEST, records, key=lambda one: one["seconds"])


__all__ = ["BINS", "Tally", "total"]
