"""Which articles pass?

By the score, or by the probabilities of some kinds of damage.  What can't be told (None: too short, another language) passes:
harm is feared more than damage is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from textrepair.detector.base import FLAGGED, KINDS, Diagnosis
from textrepair.repair import counted

#: From this score on an article is flagged, so it is the highest that passes.
MAX_SCORE = FLAGGED
#: What is told of an article whose score is too high though no kind alone has a probability above it.
SEVERAL = "several"


@dataclass(frozen=True, slots=True)
class Screen:
    """The highest score that passes; with ``kinds``, instead of it the highest probability of each of these.

    A mechanical kind counts from 1 % of the words on, as it does in the score.  Raises ValueError for unknown kinds and for what
    is no probability.
    """

    max_score: float = MAX_SCORE
    kinds: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        unknown = [kind for kind in self.kinds if kind not in KINDS]
        if unknown:
            raise ValueError(f"unknown kind {unknown[0]!r}; known are {', '.join(KINDS)}")
        for number in (self.max_score, *self.kinds.values()):
            if not 0.0 <= number <= 1.0:
                raise ValueError(f"{number} is not between 0 and 1")

    @classmethod
    def parse(cls, max_score: float | None = None, kinds: Iterable[str] = ()) -> Screen:
        """From what users write: ``spin``, or ``encoding=0.9`` with a limit of its own.

        >>> Screen.parse(0.3, ["spin", "encoding=0.9"])
        Screen(max_score=0.3, kinds={'spin': 0.3, 'encoding': 0.9})
        """
        highest = MAX_SCORE if max_score is None else max_score
        limits = {}
        for entry in kinds:
            kind, given, limit = entry.partition("=")
            try:
                limits[kind] = float(limit) if given else highest
            except ValueError:
                raise ValueError(f"{entry!r}: {limit!r} is no number; write {kind}=0.9") from None
        return cls(highest, limits)

    def failed(self, diagnosis: Diagnosis) -> tuple[str, ...]:
        """The kinds of damage for which an article doesn't pass; empty: it passes."""
        found = {kind: counted(kind, damage) or 0.0 for kind, damage in diagnosis.damage.items()}
        if self.kinds:
            return tuple(kind for kind, limit in self.kinds.items() if found[kind] > limit)
        if (diagnosis.score or 0.0) <= self.max_score:
            return ()
        scored = diagnosis.score or 0.0
        return tuple(k for k, p in found.items() if self.max_score < p <= scored) or (SEVERAL,)

    def told(self, diagnosis: Diagnosis) -> bool:
        """Could it be told at all?"""
        if self.kinds:
            return any(diagnosis.damage[kind].probability is not None for kind in self.kinds)
        return diagnosis.score is not None
