"""One JSON object a line: what `scan` and `repair` found out, for other programs.

A scan's record holds id, score, model, version, damage and findings; a repair's also the cleaned text, the edits that lead
to it and the proposals that were not applied. Offsets are code points of the article as it was read. The source is not
repeated: the edits' inverse gives it back. Scores are rounded, edits are exact.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

from textrepair.patch import Edit, Patch, PatchError
from textrepair.writer.base import Article, Writer

if TYPE_CHECKING:
    from textrepair.detector.base import Diagnosis

_DIGITS = 6  # enough to tell 1 in 10,000 apart, and no noise of the last bits


class JsonlWriter(Writer):
    """`repair --format jsonl`."""

    name = "jsonl"
    suffix = ".jsonl"

    def article(self, article: Article) -> str:
        return dumps(repair_record(article)) + "\n"


def scan_record(id_: str, diagnosis: Diagnosis, model: str = "", version: str = "") -> dict[str, Any]:
    """What `scan --format jsonl` says of an article."""
    # Most of these numbers are 0 or null, and a call for each took a twentieth of the scan of a sound article.
    return {
        "id": id_,
        "score": rounded(diagnosis.score),
        "model": model,
        "version": version,
        "language": diagnosis.language,
        "damage": {
            kind: {
                "probability": (p := damage.probability) and round(p, _DIGITS),
                "severity": (s := damage.severity) and round(s, _DIGITS),
            }
            for kind, damage in diagnosis.damage.items()
        },
        "findings": [
            {
                "start": f.start,
                "end": f.end,
                "kind": f.kind,
                "score": round(f.score, _DIGITS),
                "reason": f.reason,
            }
            for f in diagnosis.findings
        ],
    }


def repair_record(article: Article) -> dict[str, Any]:
    """What `repair --format jsonl` says of an article: all that a scan says, and the repair."""
    repair = article.repair
    return scan_record(article.id, repair.diagnosis, article.model, article.version) | {
        "text": repair.text,
        "edits": [edit_record(edit) for edit in repair.patch.edits],
        "proposals": [edit_record(edit) for edit in repair.proposals],
    }


def edit_record(edit: Edit) -> dict[str, Any]:
    record: dict[str, Any] = {
        "start": edit.start,
        "end": edit.end,
        "before": edit.before,
        "after": edit.after,
        "kind": edit.kind,
        "confidence": edit.confidence,
        "alternatives": [list(alternative) for alternative in edit.alternatives],
        "reason": edit.reason,
    }
    return record | {"reference": edit.reference} if edit.reference else record


def dumps(record: Mapping[str, Any]) -> str:
    """A record on one line. Text stays readable, unless it holds lone surrogates, which only escapes can carry in UTF-8.

    Two of them that make a pair come back as one character, as JSON has it; no JSON input can hold such a pair.
    """
    try:
        return msgspec.json.encode(record).decode()
    except (UnicodeEncodeError, ValueError, TypeError):
        return json.dumps(record, allow_nan=False, separators=(",", ":"))


def rounded(value: float | None) -> float | None:
    """A score as it is written."""
    return None if value is None else round(value, _DIGITS)


# --- reading


@dataclass(frozen=True, slots=True)
class Record:
    """A repair as read back; `fields` holds everything else that the record says."""

    id: str
    text: str
    patch: Patch
    proposals: tuple[Edit, ...] = ()
    fields: Mapping[str, Any] = field(default_factory=dict)

    @property
    def source(self) -> str:
        return self.patch.invert().apply(self.text)


def parse(line: str) -> Record:
    """A line of `repair --format jsonl`; PatchError where it isn't one, or its edits don't lead to its text."""
    try:
        record = json.loads(line)
    except ValueError as error:
        raise PatchError(f"not JSON: {error}") from None
    return read_record(record)


def read_record(record: object) -> Record:
    """A record as `repair_record` makes it, or with no more than text and edits."""
    if not isinstance(record, dict) or not isinstance(record.get("text"), str):
        raise PatchError("not a record of a repair: it has no text")
    if not isinstance(record.get("edits"), list):
        raise PatchError("not a record of a repair: it has no edits")
    patch = Patch(tuple(_edits(record["edits"])))
    patch.invert().apply(record["text"])
    proposals = tuple(_edits(record.get("proposals") or []))
    known = ("id", "text", "edits", "proposals")
    fields = {name: value for name, value in record.items() if name not in known}
    return Record(str(record.get("id", "")), record["text"], patch, proposals, fields)


def _edits(records: Iterable[Any]) -> Iterable[Edit]:
    for record in records:
        try:
            yield Edit(
                int(record["start"]),
                int(record["end"]),
                str(record["before"]),
                str(record["after"]),
                str(record.get("kind", "")),
                float(record.get("confidence", 1.0)),
                tuple(
                    (str(text), float(probability)) for text, probability in record.get("alternatives", ())
                ),
                str(record.get("reason", "")),
                str(record.get("reference", "")),
            )
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise PatchError(f"not an edit: {error!r} in {str(record)[:80]}") from None
