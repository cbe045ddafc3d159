"""What to point at in the source, without overlap: edits before proposals before findings.

Writers that show a text to a person can mark each place once. Applied edits always show; a proposal shows where no edit
stands, a finding where neither does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from textrepair.overlap import Room, place
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
    room = Room()
    layers = (
        (Mark(edit.start, edit.end, edit.before, edit=edit) for edit in repair.patch.edits),
        _proposals(repair.proposals),
        _findings(repair.diagnosis.findings, repair.source),
    )
    fitting = (mark for mark in chain.from_iterable(layers) if room.take(mark.start, mark.end))
    return sorted(fitting, key=place)


def _proposals(edits: Iterable[Edit]) -> Iterator[Mark]:
    for edit in edits:
        yield Mark(edit.start, edit.end, edit.before, proposal=edit)


def _findings(findings: Iterable[Finding], source: str) -> Iterator[Mark]:
    """Findings with something to mark, shorter ones first, since a long one may well hold edits."""
    for finding in sorted(findings, key=lambda finding: finding.end - finding.start):
        if finding.start < finding.end:
            text = source[finding.start : finding.end]
            yield Mark(finding.start, finding.end, text, finding=finding)
