"""What came of a job, for people and programs.  All but ``timing`` depends on the corpus alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from textrepair.batch.plan import Source
from textrepair.batch.tally import Tally, total
from textrepair.detector.base import KINDS


@dataclass(frozen=True, slots=True)
class SourceResult:
    """What came of one input; ``outputs`` is None where it isn't finished."""

    source: Source
    tally: Tally
    outputs: list[dict[str, Any]] | None
    error: str | None

    @property
    def quarantined(self) -> int:
        return self.tally.counts["quarantined"]


@dataclass(frozen=True, slots=True)
class JobOutcome:
    """What came of a job; ``seconds`` is the time of this run, ``fresh`` the number of records that it did itself."""

    identity: dict[str, Any]
    results: Sequence[SourceResult]
    model_name: str
    seconds: float
    fresh: int
    workers: int

    @property
    def tally(self) -> Tally:
        return total(result.tally for result in self.results)

    @property
    def complete(self) -> bool:
        """Is every record in an output?"""
        return not self.shortcomings()

    def shortcomings(self) -> list[str]:
        """What is missing, in words."""
        said = []
        if count := sum(result.quarantined for result in self.results):
            said.append(f"{count:,} {'record' if count == 1 else 'records'} set aside in *.quarantine.jsonl")
        broken = [r for r in self.results if r.error is not None]
        if broken:
            first = f"{broken[0].source.key}: {broken[0].error}"
            said.append(
                f"{len(broken)} of {len(self.results)} inputs could not be read to their end ({first})"
            )
        if unfinished := sum(result.outputs is None for result in self.results):
            said.append(f"{unfinished} of {len(self.results)} inputs not finished")
        return said

    def as_dict(self) -> dict[str, Any]:
        """The summary as JSON has it."""
        tally = self.tally
        counts = tally.counts
        return {
            "job": self.identity,
            "model": self.model_name,
            "complete": self.complete,
            "missing": self.shortcomings(),
            "records": counts["records"],
            "words": counts["words"],
            "flagged": counts["flagged"],
            "untold": counts["untold"],
            "changed": counts["changed"],
            "quarantined": counts["quarantined"],
            "passed over": counts["passed over"],
            "kinds": {
                kind: {
                    "articles": counts[f"articles.{kind}"],
                    "edits": counts[f"edits.{kind}"],
                    "proposals": counts[f"proposals.{kind}"],
                }
                for kind in KINDS
            },
            "harm": harm(tally),
            "sources": [_source(result) for result in self.results],
            "histograms": {
                "score": tally.scores,
                "severity of flagged": tally.severities,
                "confidence": tally.confidences,
            },
            "most certain": tally.surest,
            "least certain": tally.least_sure,
            "timing": {
                "seconds": round(self.seconds, 1),
                "records in this run": self.fresh,
                "processor seconds": round(tally.seconds, 1),
                "workers": self.workers,
                "slowest": tally.slowest,
            },
        }


def harm(tally: Tally) -> dict[str, Any]:
    """Counts by which one sees whether sound text was touched."""
    counts = tally.counts
    words = counts["harm.words not flagged"]
    edits = counts["harm.wording edits not flagged"]
    return {
        "words in articles not flagged": words,
        "wording edits in articles not flagged": edits,
        "the same per 10,000 words": round(1e4 * edits / words, 3) if words else None,
        "articles not flagged but changed": counts["harm.articles not flagged but changed"],
        "wording edits of confidence under 0.8": counts["harm.wording edits under 0.8"],
        "articles with over half of the words changed": counts[
            "harm.articles with over half of the words changed"
        ],
    }


def _source(result: SourceResult) -> dict[str, Any]:
    counts = result.tally.counts
    return {
        "source": result.source.key,
        "outputs": result.outputs,
        "error": result.error,
        **{
            name: counts[name]
            for name in ("records", "words", "flagged", "changed", "quarantined", "passed over")
        },
    }


def table(outcome: JobOutcome) -> Iterator[str]:
    """The summary in lines."""
    tally = outcome.tally
    counts = tally.counts
    share = f" ({counts['flagged'] / counts['records']:.1%})" if counts["records"] else ""
    yield (
        f"{counts['records']:,} records, {counts['words']:,} words; {counts['flagged']:,} flagged{share}, "
        f"{counts['changed']:,} changed, {counts['untold']:,} can't be told, {counts['quarantined']:,} set aside"
    )
    yield f"\n{'kind':14}{'articles':>10}{'edits':>10}{'proposals':>11}"
    for kind in KINDS:
        row = [counts[f"{what}.{kind}"] for what in ("articles", "edits", "proposals")]
        if any(row):
            yield f"{kind:14}{row[0]:>10,}{row[1]:>10,}{row[2]:>11,}"
    yield "\nharm to watch"
    for name, value in harm(tally).items():
        yield f"  {name:46}{'-' if value is None else f'{value:,}':>12}"
    width = min(50, max(len(r.source.key) for r in outcome.results)) if outcome.results else 6
    yield f"\n{'source':{width}}{'records':>10}{'flagged':>9}{'changed':>9}{'set aside':>11}"
    for result in outcome.results[:20]:
        c = result.tally.counts
        name = result.source.key if len(result.source.key) <= width else "…" + result.source.key[1 - width :]
        yield f"{name:{width}}{c['records']:>10,}{c['flagged']:>9,}{c['changed']:>9,}{c['quarantined']:>11,}"
    if len(outcome.results) > 20:
        yield f"… and {len(outcome.results) - 20} more (summary.json has all)"
    if tally.slowest:
        slow = tally.slowest[0]
        yield f"\nslowest record  {slow['source']}, {slow['place']}: {slow['seconds']:.2f} s for {slow['words']:,} words"
    if outcome.fresh and outcome.seconds:
        yield f"{outcome.fresh:,} records in {outcome.seconds:,.1f} s with {outcome.workers} workers"
