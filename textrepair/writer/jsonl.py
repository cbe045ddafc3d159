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

from textrepair.fields import json_type
from textrepair.patch import Edit, Patch, PatchError, shortened
from textrepair.writer.base import RepairedArticle, Writer

if TYPE_CHECKING:
    from textrepair.detector.base import Diagnosis

_DIGITS = 6  # enough to tell 1 in 10,000 apart, and no noise of the last bits


class JsonlWriter(Writer):
    """`repair --format jsonl`."""

    name = "jsonl"
    suffix = ".jsonl"

    def article(self, article: RepairedArticle) -> str:
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


def repair_record(article: RepairedArticle) -> dict[str, Any]:
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

_TOO_FAR = 1e15  # further than any text reaches, and whole as a float


class Contradiction(PatchError):
    """A record whose text and edits don't belong together."""


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
    """A record as `repair_record` makes it, or with no more than text and edits.

    Raises :class:`Contradiction` where its edits don't lead to its text, PatchError where it is no such record.
    """
    if not isinstance(record, dict) or not isinstance(record.get("text"), str):
        raise PatchError("not a record of a repair: it has no text")
    if not isinstance(record.get("edits"), list):
        raise PatchError("not a record of a repair: it has no edits")
    patch = Patch(tuple(_edits(record["edits"], "edits")))
    _undone(record["text"], patch)
    proposals = tuple(_edits(record.get("proposals") or [], "proposals"))
    known = ("id", "text", "edits", "proposals")
    fields = {name: value for name, value in record.items() if name not in known}
    return Record(str(record.get("id", "")), record["text"], patch, proposals, fields)


def _undone(text: str, patch: Patch) -> None:
    """Raises :class:`Contradiction` where the text is not what the edits lead to."""
    for edit in patch.invert().edits:
        found = text[edit.start : edit.end]
        if found != edit.before:
            raise Contradiction(
                f"its edits don't lead to its text: at {edit.start}–{edit.end} the text has {shortened(found)}, "
                f"the edits put {shortened(edit.before)} there"
            )


def _edits(records: Iterable[Any], name: str) -> Iterable[Edit]:
    for number, record in enumerate(records):
        try:
            yield _edit(record)
        except PatchError as error:
            raise PatchError(f"{name}[{number}]: {error}") from None


def _edit(record: object) -> Edit:
    if not isinstance(record, dict):
        raise PatchError(f"{json_type(record)}, not an object with start, end, before and after")
    return Edit(
        _whole(record, "start"),
        _whole(record, "end"),
        _string(record, "before"),
        _string(record, "after"),
        _string(record, "kind", ""),
        _number(record, "confidence", 1.0),
        _alternatives(record),
        _string(record, "reason", ""),
        _string(record, "reference", ""),
    )


def _alternatives(record: Mapping[str, object]) -> tuple[tuple[str, float], ...]:
    found = record.get("alternatives")
    try:
        return tuple((str(text), float(probability)) for text, probability in found or ())  # type: ignore[attr-defined]
    except (TypeError, ValueError):
        raise PatchError("alternatives is no list of pairs of a string and a number") from None


def _whole(record: Mapping[str, object], name: str) -> int:
    number = _number(record, name)
    if number != int(number):
        raise PatchError(f"{name} is {number}, not a whole number")
    return int(number)


def _number(record: Mapping[str, object], name: str, default: float | None = None) -> float:
    value = _value(record, name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < _TOO_FAR:
        raise PatchError(f"{name} is {_told(value)}, not a number")
    return value


def _string(record: Mapping[str, object], name: str, default: str | None = None) -> str:
    value = _value(record, name, default)
    if not isinstance(value, str):
        raise PatchError(f"{name} is {_told(value)}, not a string")
    return value


def _value(record: Mapping[str, object], name: str, default: object) -> object:
    """A field's value; null is as good as nothing where there is a default."""
    value = record.get(name)
    if value is None and default is not None:
        return default
    if name not in record:
        raise PatchError(f"it has no {name}")
    return value


def _told(value: object) -> str:
    """What stands where something else is expected.

    >>> _told("5"), _told(None), _told([1, 2])
    ("the string '5'", 'null', 'a list')
    """
    return f"the string {shortened(value)}" if isinstance(value, str) else json_type(value)
