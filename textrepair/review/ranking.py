"""What do the decisions so far say about the edits that are still open?

Two things, each on top of what the model said:

* *How far its confidences are to be believed, kind by kind.*  Platt's recalibration ``logit b = s · logit p + t`` (Platt 1999)
  with a prior that holds s at 1 and t at 0 until there are decisions enough (Gaussian, so Newton's method finds the one optimum).
* *This very swap.*  Decisions about equal swaps move a Beta prior of the recalibrated belief: after a accepted and r rejected,
  ``(STRENGTH · b + a) / (STRENGTH + a + r)``.

"Other" counts as rejected: what was proposed was wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, log

from textrepair.review.schema import IN_DECISIONS
from textrepair.review.store import Store

#: Decisions about equal swaps that outweigh the model's own word.  With a swap's true acceptance spread about the model's
#: confidence p by a Beta of that strength s, its variance is p(1-p)/(s+1); 4 says that a swap at 0.9 is mostly accepted
#: between 0.6 and 1.
STRENGTH = 4.0
#: Precision of the prior on slope and shift: 1 is a standard deviation of 1 in logits.
_PRECISION = 1.0
#: The recalibration is made anew each time that this share of decisions was added.
_GROWTH = 1.25
_LEAST = 20
_EDGE = 1e-4
_CHUNK = 5_000


class Reranking:
    """Keeps ``belief`` of open edits, and with it their order, up to date with the decisions in a store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._curves: dict[str, tuple[float, float]] = {}
        self._fitted_at = 0
        store.db.create_function("belief_after", 4, self._belief, deterministic=False)
        self._recalibrate()

    def learn(self, action: int) -> None:
        """An action was made, undone or redone: rank anew the open edits that make the same swaps."""
        pairs = self._store.db.execute(
            "SELECT DISTINCT e.pair FROM change c JOIN edit e ON e.key = c.edit WHERE c.action = ? LIMIT 1000",
            (action,),
        ).fetchall()
        with self._store.writing_lightly():
            for (pair,) in pairs:
                self._rank("pair = ?", (pair,))
        tally = self._store.tally()
        if tally.get("1", 0) >= max(_LEAST, _GROWTH * self._fitted_at):
            self._recalibrate()

    def _recalibrate(self) -> None:
        self._fitted_at = self._store.tally().get("1", 0)
        seen: dict[str, list[tuple[float, bool]]] = {}
        for kind, confidence, accepted in self._store.db.execute(
            "SELECT e.kind, e.confidence, v.verdict = 'accept' FROM verdict v JOIN edit e ON e.key = v.edit"
            f" WHERE v.verdict {IN_DECISIONS}"
        ):
            seen.setdefault(kind, []).append((confidence, bool(accepted)))
        if not seen and not self._curves:
            return
        self._curves = {kind: recalibration(pairs) for kind, pairs in seen.items()}
        last = self._store.db.execute("SELECT coalesce(max(key), 0) FROM edit").fetchone()[0]
        for begin in range(0, last + 1, _CHUNK):  # in pieces, so that nobody waits for it
            with self._store.writing_lightly():
                self._rank("key BETWEEN ? AND ?", (begin, begin + _CHUNK - 1))

    def _rank(self, where: str, values: tuple[int, ...]) -> None:
        self._store.db.execute(
            "UPDATE edit SET belief = n.b, doubt = 1 - n.b, unsure = abs(n.b - 0.5) FROM (SELECT key AS k, belief_after(kind,"
            " confidence, (SELECT count(*) FROM edit o JOIN verdict v ON v.edit = o.key WHERE o.pair = edit.pair AND o.status = 1"
            " AND v.verdict = 'accept'), (SELECT count(*) FROM edit o JOIN verdict v ON v.edit = o.key WHERE o.pair = edit.pair"
            f" AND o.status = 1 AND v.verdict IN ('reject', 'other'))) AS b FROM edit WHERE {where} AND status = 0) n"
            " WHERE key = n.k AND abs(belief - n.b) > 1e-9",
            values,
        )

    def _belief(self, kind: str, confidence: float, accepted: int, rejected: int) -> float:
        slope, shift = self._curves.get(kind, (1.0, 0.0))
        believed = _logistic(slope * _logit(confidence) + shift)
        return (STRENGTH * believed + accepted) / (STRENGTH + accepted + rejected)


def recalibration(seen: Sequence[tuple[float, bool]]) -> tuple[float, float]:
    """Slope and shift of the logits of confidences that fit what was (confidence, accepted).

    >>> recalibration([])
    (1.0, 0.0)
    >>> slope, shift = recalibration([(0.9, False)] * 50 + [(0.9, True)] * 50)
    >>> abs(_logistic(slope * _logit(0.9) + shift) - 0.5) < 0.06
    True
    """
    slope, shift = 1.0, 0.0
    points = [(_logit(confidence), accepted) for confidence, accepted in seen]
    for _ in range(50):
        g_slope, g_shift = _PRECISION * (slope - 1.0), _PRECISION * shift
        ss, st, tt = _PRECISION, 0.0, _PRECISION
        for x, accepted in points:
            p = _logistic(slope * x + shift)
            g_slope += (p - accepted) * x
            g_shift += p - accepted
            weight = p * (1.0 - p)
            ss, st, tt = ss + weight * x * x, st + weight * x, tt + weight
        determinant = ss * tt - st * st
        step = (tt * g_slope - st * g_shift) / determinant, (ss * g_shift - st * g_slope) / determinant
        size = max(
            1.0, abs(step[0]), abs(step[1])
        )  # at most 1: Newton's steps can overshoot far from the optimum
        slope, shift = slope - step[0] / size, shift - step[1] / size
        if max(map(abs, step)) < 1e-9:
            break
    return slope, shift


def _logit(p: float) -> float:
    p = min(max(p, _EDGE), 1.0 - _EDGE)
    return log(p / (1.0 - p))


def _logistic(x: float) -> float:
    return 1.0 / (1.0 + exp(-x)) if x >= 0 else exp(x) / (1.0 + exp(x))
