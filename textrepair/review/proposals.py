"""Which edits are proposed for an article: those that came with its record, or those of a repairer?

A record brings its own where it is the result of ``repair --format jsonl`` or of ``batch`` (one field, by default ``textrepair``,
holds them).  Its text may be the cleaned or the original one; what is reviewed is always the original.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from textrepair.corpus.articles import Article
from textrepair.patch import Edit, PatchError
from textrepair.writer.jsonl import read_record
from textrepair.writer.schema import RESULTS_FIELD

if TYPE_CHECKING:
    from textrepair.repair import Repair


@dataclass(frozen=True, slots=True)
class Proposed:
    """An article as it was before any repair, and what is proposed: ``applied`` are the edits that a repair would make,
    ``unsure`` the others.  ``damage`` is (probability, severity) by kind."""

    text: str
    applied: tuple[Edit, ...] = ()
    unsure: tuple[Edit, ...] = ()
    score: float | None = None
    damage: Mapping[str, tuple[float | None, float]] | None = None


#: From an article's text to what is proposed for it.
Proposer = Callable[[str], Proposed]


def of_repair(repair: Repair) -> Proposed:
    """What a repairer proposes."""
    diagnosis = repair.diagnosis
    return Proposed(
        repair.source,
        repair.patch.edits,
        repair.proposals,
        diagnosis.score,
        {kind: (damage.probability, damage.severity) for kind, damage in diagnosis.damage.items()},
    )


def ready_made(article: Article, results_field: str = RESULTS_FIELD) -> Proposed | None:
    """What the article's record proposes; None where it holds no edits.

    Raises :class:`~textrepair.patch.PatchError` where its edits fit neither its text nor the text before them.
    """
    if article.record is None:
        return None
    results = article.record.get(results_field)
    if isinstance(results, str) and results.startswith("{"):  # as a column of Parquet or CSV may have it
        try:
            results = json.loads(results)
        except ValueError:
            return None
    if not isinstance(results, Mapping) or not isinstance(results.get("edits"), list):
        results = article.record
        if not isinstance(results.get("edits"), list) or "proposals" not in results:
            return None
    return _read(article, results)


def _read(article: Article, results: Mapping[str, Any]) -> Proposed:
    edits, proposals = results["edits"], results.get("proposals") or []
    try:
        record = read_record({"text": article.text, "edits": edits, "proposals": proposals})
        source, patch = record.source, record.patch
    except PatchError:
        # Then the cleaned text stands in another field, and this is the text before.
        record = read_record({"text": "", "edits": [], "proposals": edits})
        unsure = read_record({"text": "", "edits": [], "proposals": proposals}).proposals
        for edit in record.proposals:
            if not article.text.startswith(edit.before, edit.start):
                raise PatchError(
                    f"its edits fit neither its text nor the text before them ({edit.start}–{edit.end})"
                ) from None
        return Proposed(article.text, record.proposals, unsure, _score(results), _damage(results))
    return Proposed(source, patch.edits, record.proposals, _score(results), _damage(results))


def _score(results: Mapping[str, Any]) -> float | None:
    score = results.get("score")
    return float(score) if isinstance(score, int | float) else None


def _damage(results: Mapping[str, Any]) -> dict[str, tuple[float | None, float]] | None:
    damage = results.get("damage")
    if not isinstance(damage, Mapping):
        return None
    return {
        str(kind): (value.get("probability"), float(value.get("severity") or 0.0))
        for kind, value in damage.items()
        if isinstance(value, Mapping)
    }
