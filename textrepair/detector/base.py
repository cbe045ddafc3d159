"""What a detector sees, and what it answers.

There is one module per kind of damage.  Each holds one detector: given a :class:`Document` it returns a :class:`Detection`,
the article's damage of that kind, the spans where it shows, and the edits that would mend them.  Nothing here changes text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from textrepair.columns import objects
from textrepair.lazy import cached_property
from textrepair.patch import Edit

if TYPE_CHECKING:
    from textrepair.detector.scanning.screen import Scan, Scanner
    from textrepair.tokens import Tokens

KINDS = ("spin", "translation", "encoding", "spacing", "repetition", "furniture", "order")
#: Those of which each edit chooses other words.
WORDING = ("spin", "translation")
#: An article, or a damage, is flagged where it is likelier than not: the default threshold on the score.  Nothing is done to the
#: wording of an article in which neither kind of :data:`WORDING` is.
FLAGGED = 0.5


@dataclass(eq=False)  # not frozen, which takes several times as long to make
class Document:
    """One article and what several detectors need of it, computed once.  Without a scanner of its own it is scanned by that
    of the word lists alone."""

    text: str
    scanner: Scanner | None = None

    @cached_property
    def tokens(self) -> Tokens:
        from textrepair.tokens import tokenize  # numpy, which who only asks for the kinds' names does without

        return tokenize(self.text)

    @cached_property
    def scan(self) -> Scan:
        """What one pass over its bytes saw: what the text can't have need not be looked for."""
        if self.scanner:
            return self.scanner.scan(self.text)
        from textrepair.detector.scanners import default_scanner  # numpy again

        return default_scanner().scan(self.text)


@dataclass(frozen=True, slots=True)
class Finding:
    """One damaged place: ``text[start:end]`` in code points, a score in [0, 1], and a reason for a person to read."""

    start: int
    end: int
    kind: str
    score: float
    reason: str


def findings_of(edits: Sequence[Edit], kind: str) -> list[Finding]:
    """The places of edits as findings of a kind, as sure as these."""
    if not edits:
        return []
    starts, ends = [e.start for e in edits], [e.end for e in edits]
    scores, reasons = [e.confidence for e in edits], [e.reason for e in edits]
    return objects(Finding, starts, ends, [kind] * len(edits), scores, reasons)


@dataclass(frozen=True, slots=True)
class Damage:
    """How likely the article has this damage (None: can't be told), and the share of its words that it affects."""

    probability: float | None
    severity: float


@dataclass(frozen=True, slots=True)
class Detection:
    """A detector's whole answer.  ``edits`` are sorted and don't overlap; each lies inside a finding."""

    damage: Damage
    findings: tuple[Finding, ...] = ()
    edits: tuple[Edit, ...] = ()


#: What nearly all detectors answer to nearly all articles: nothing found; can't be told.
NOTHING, UNTOLD = Detection(Damage(0.0, 0.0)), Detection(Damage(None, 0.0))


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """All detectors' answers together.  ``score`` is the probability that the article is damaged enough to matter, ``language``
    the article's (ISO 639), None where it can't be told."""

    score: float | None
    damage: Mapping[str, Damage]
    findings: tuple[Finding, ...]
    language: str | None = None


class Detector(Protocol):
    """One kind of damage."""

    kind: str

    def detect(self, document: Document) -> Detection: ...
