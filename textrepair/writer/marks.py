"""What to point at in the source, without overlap: edits before proposals before findings.

Writers that show a text to a person can mark each place once. Applied edits always show; a proposal shows where no edit
stands, a finding where neither does.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textrepair.patch import Edit

if TYPE_CHECKING:
    from textrepair.detector.base import Finding
    from textrepair.repair import Repair


@dataclass(frozen=True, slots=True)
class Mark:
    """A span of the source, its text, and the one thing that it is marked for."""

    start: int
    end: int
    text: str
    edit: Edit | None = None
    proposal: Edit | None = None
    finding: Finding | None = None


def marks(repair: Repair) -> list[Mark]:
    """All that fit, sorted by (start, end)."""
    placed: list[Mark] = [Mark(edit.start, edit.end, edit.before, edit=edit) for edit in repair.patch.edits]
    for layer in (_proposals(repair.proposals), _findings(repair.diagnosis.findings, repair.source)):
        for mark in layer:
            if _is_free(placed, mark):
                insort(placed, mark, key=_order)
    return placed


def _proposals(edits: Iterable[Edit]) -> Iterator[Mark]:
    for edit in edits:
        yield Mark(edit.start, edit.end, edit.before, proposal=edit)


def _findings(findings: Iterable[Finding], source: str) -> Iterator[Mark]:
    """Findings with something to mark, shorter ones first, since a long one may well hold edits."""
    for finding in sorted(findings, key=lambda finding: finding.end - finding.start):
        if finding.start < finding.end:
            text = source[finding.start : finding.end]
            yield Mark(finding.start, finding.end, text, finding=finding)


def _order(mark: Mark) -> tuple[int, int]:
    return mark.start, mark.end


def _is_free(placed: list[Mark], mark: Mark) -> bool:
    at = bisect_left(placed, _order(mark), key=_order)
    before = placed[at - 1] if at else None
    after = placed[at] if at < len(placed) else None
    return (before is None or before.end <= mark.start) and (
        after is None or (mark.end <= after.start and _order(mark) != _order(after))
    )
