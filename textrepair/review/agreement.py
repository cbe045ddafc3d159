"""How often do reviewers take what was proposed, and each other's side?

Acceptance by band of confidence tells whether 0.9 is really 0.9: with its Wilson interval (Wilson 1927), which holds also for few
decisions and shares near 0 and 1.  Cohen's kappa (Cohen 1960) is the agreement of two reviewers beyond chance, where both
decided: ``(p - e) / (1 - e)``, None where chance alone would always agree.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from math import sqrt
from typing import Any

from textrepair.review.schema import IN_DECISIONS
from textrepair.review.session import Session

BANDS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
_Z = 1.959964  # of a 95 % interval


@dataclass(frozen=True, slots=True)
class Band:
    """Decisions about edits with a confidence from ``low`` up to ``high``.  ``accepted`` took the proposal; the interval is
    of the share of these, at 95 %."""

    low: float
    high: float
    decided: int
    accepted: int
    other: int
    mean_confidence: float

    @property
    def rate(self) -> float:
        return self.accepted / self.decided

    @property
    def interval(self) -> tuple[float, float]:
        return wilson(self.accepted, self.decided)


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two reviewers over the edits that both decided.  ``kappa`` is None where it is undefined."""

    one: str
    two: str
    both: int
    agreed: int
    kappa: float | None


@dataclass(frozen=True, slots=True)
class Statistics:
    """All figures of a review."""

    by_band: tuple[Band, ...]
    by_kind: Mapping[str, tuple[Band, ...]]
    by_reviewer: Mapping[str, Mapping[str, int]]
    agreements: tuple[Agreement, ...]

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""

        def band(b: Band) -> dict[str, Any]:
            return {**asdict(b), "rate": b.rate, "interval": list(b.interval)}

        return {
            "by_band": [band(b) for b in self.by_band],
            "by_kind": {kind: [band(b) for b in bands] for kind, bands in self.by_kind.items()},
            "by_reviewer": {who: dict(counts) for who, counts in self.by_reviewer.items()},
            "agreements": [asdict(agreement) for agreement in self.agreements],
        }


def statistics(session: Session) -> Statistics:
    """The figures of a session's store, of all reviewers together; an edit that two decided counts twice."""
    decisions = session.store.db.execute(
        "SELECT e.kind, e.confidence, v.verdict FROM verdict v JOIN edit e ON e.key = v.edit"
        f" WHERE v.verdict {IN_DECISIONS} AND e.status < 2"
    ).fetchall()
    kinds = sorted({kind for kind, _, _ in decisions})
    return Statistics(
        _bands([(confidence, verdict) for _, confidence, verdict in decisions]),
        {kind: _bands([(c, v) for k, c, v in decisions if k == kind]) for kind in kinds},
        {
            who: {name or "noted": n for name, n in session.store.tally(who).items()}
            for who in session.reviewers()
        },
        tuple(_agreements(session)),
    )


def _bands(decisions: Sequence[tuple[float, str]]) -> tuple[Band, ...]:
    bands = []
    for low, high in zip(BANDS, (*BANDS[1:], 1.0), strict=True):
        inside = [(c, v) for c, v in decisions if low <= c < high or (high == 1.0 and c >= low)]
        if inside:
            verdicts = Counter(verdict for _, verdict in inside)
            mean = sum(confidence for confidence, _ in inside) / len(inside)
            bands.append(Band(low, high, len(inside), verdicts["accept"], verdicts["other"], mean))
    return tuple(bands)


def _agreements(session: Session) -> list[Agreement]:
    rows = session.store.db.execute(
        "SELECT o.who, t.who, o.verdict, coalesce(o.after, ''), t.verdict, coalesce(t.after, '') FROM verdict o"
        f" JOIN verdict t ON t.edit = o.edit AND t.who > o.who WHERE o.verdict {IN_DECISIONS}"
        f" AND t.verdict {IN_DECISIONS}"
    )
    pairs: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for one, two, verdict, after, verdict2, after2 in rows:
        # Two who would put different words don't agree.
        pairs.setdefault((one, two), []).append((f"{verdict} {after}", f"{verdict2} {after2}"))
    return [
        Agreement(one, two, len(both), sum(a == b for a, b in both), kappa(both))
        for one, two in combinations(session.reviewers(), 2)
        if (both := pairs.get((one, two)))
    ]


def kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Cohen's kappa of pairs of answers; None where there are none, or where chance alone always agrees.

    >>> kappa([("y", "y")] * 20 + [("y", "n")] * 5 + [("n", "y")] * 10 + [("n", "n")] * 15)
    0.4
    >>> kappa([("y", "y")]) is None
    True
    """
    if not pairs:
        return None
    count = len(pairs)
    observed = sum(one == two for one, two in pairs)
    ones, twos = Counter(one for one, _ in pairs), Counter(two for _, two in pairs)
    # In whole numbers: chance is exactly 1 or it isn't.
    chance = sum(ones[answer] * twos[answer] for answer in ones)
    return None if chance == count * count else (observed * count - chance) / (count * count - chance)


def wilson(successes: int, count: int) -> tuple[float, float]:
    """The 95 % interval of a share.

    >>> tuple(round(x, 3) for x in wilson(9, 10))
    (0.596, 0.982)
    """
    share, z2 = successes / count, _Z * _Z
    middle = (share + z2 / (2 * count)) / (1 + z2 / count)
    half = _Z / (1 + z2 / count) * sqrt(share * (1 - share) / count + z2 / (4 * count * count))
    return max(0.0, middle - half), min(1.0, middle + half)


def table(figures: Statistics) -> str:
    """The figures for a person to read."""
    lines = [
        f"{'confidence':>13}{'decided':>9}{'accepted':>10}{'other':>7}{'rate':>7}{'95 %':>14}{'expected':>10}"
    ]
    lines += [_row(band) for band in figures.by_band]
    for kind, bands in figures.by_kind.items():
        decided, accepted = sum(b.decided for b in bands), sum(b.accepted for b in bands)
        expected = sum(b.mean_confidence * b.decided for b in bands) / decided
        low, high = wilson(accepted, decided)
        other = sum(b.other for b in bands)
        name = kind or "other"
        lines.append(
            f"{name:>13}{decided:>9}{accepted:>10}{other:>7}{accepted / decided:>7.2f}"
            f"{f'{low:.2f}–{high:.2f}':>14}{expected:>10.2f}"
        )
    lines.append("")
    for who, counts in figures.by_reviewer.items():
        told = ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))
        lines.append(f"{who}: {told}")
    for pair in figures.agreements:
        value = "undefined" if pair.kappa is None else f"{pair.kappa:.2f}"
        lines.append(f"{pair.one} and {pair.two}: {pair.agreed} of {pair.both} alike, kappa {value}")
    return "\n".join(lines)


def _row(band: Band) -> str:
    low, high = band.interval
    span = f"{band.low:.2f}–{band.high:.2f}"
    return (
        f"{span:>13}{band.decided:>9}{band.accepted:>10}{band.other:>7}{band.rate:>7.2f}{f'{low:.2f}–{high:.2f}':>14}"
        f"{band.mean_confidence:>10.2f}"
    )
