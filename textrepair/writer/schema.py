"""How does a repair lie in a record?

Everything that was found out stands under one field, by default ``textrepair``; the cleaned text stands in the text's own field,
or in another one; every other field stays as it was, in its place.

    {"id": 7, "url": "…", "text": "…cleaned…",
     "textrepair": {"score": 0.99, "damage": {"spin": {"probability": 0.999, "severity": 0.24}, …}, "findings": […],
                    "edits": […], "proposals": […], "model": "en-1 (…)", "version": "0.1.0"}}

``damage`` has every kind; ``findings``, ``edits`` and ``proposals`` are those of ``repair --format jsonl``.  Offsets are code
points of the text as it was read, and the inverse of ``edits`` leads from the cleaned text back to it.  A scan has neither
``edits`` nor ``proposals``.  ``score`` is null where it can't be told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from textrepair.fields import FieldError, text_of
from textrepair.writer.jsonl import edit_record, scan_record

if TYPE_CHECKING:
    from textrepair.detector.base import Diagnosis
    from textrepair.repair import Repair

#: The field under which results stand unless told otherwise.
RESULTS_FIELD = "textrepair"


@dataclass(frozen=True, slots=True)
class Schema:
    """Names of the fields: the text that is read, the results, and the cleaned text (None: over the text).

    Raises ValueError where two of them are the same.

    >>> Schema(clean_field="clean").filled({"text": "teh"}, {"score": 0.9}, "the")
    {'text': 'teh', 'clean': 'the', 'textrepair': {'score': 0.9}}
    """

    text_field: str = "text"
    results_field: str = RESULTS_FIELD
    clean_field: str | None = None

    def __post_init__(self) -> None:
        if self.results_field in (self.text_field, self.clean_field):
            raise ValueError(f"field {self.results_field!r} can't hold both the results and a text")

    @property
    def added(self) -> tuple[str, ...]:
        """The fields that a record gets beside its own, that of the results last."""
        return (self.results_field,) if self.clean_field is None else (self.clean_field, self.results_field)

    def text_of(self, record: Mapping[str, Any]) -> str:
        """A record's text.

        Raises :class:`~textrepair.fields.FieldError` where the field is missing or no string.
        """
        return text_of(record, self.text_field)

    def filled(
        self, record: Mapping[str, Any], results: Mapping[str, Any], text: str | None = None
    ) -> dict[str, Any]:
        """A new record: the old one with the cleaned ``text`` (None: as it is) and the results; the old one isn't changed.

        Results of an earlier scan are replaced.  Raises :class:`~textrepair.fields.FieldError` where anything else would be
        lost: the edits of an earlier repair, or a field of the same name that is not ours.
        """
        if self.results_field in record and not _is_scan(record[self.results_field]):
            raise FieldError(
                f"it has a field {self.results_field!r} already",
                "name another for the results with --results-field",
            )
        filled = dict(record)
        if text is not None:
            clean = self.clean_field or self.text_field
            if clean != self.text_field and clean in record:
                raise FieldError(
                    f"it has a field {clean!r} already",
                    "name another for the cleaned text with --clean-field",
                )
            filled[clean] = text
        filled[self.results_field] = dict(results)
        return filled


def scan_results(diagnosis: Diagnosis, model: str, version: str) -> dict[str, Any]:
    """What a scan puts under the results field: score, damage, findings, model, version."""
    scan = scan_record("", diagnosis, model, version)
    return {name: scan[name] for name in ("score", "damage", "findings", "model", "version")}


def repair_results(repair: Repair, model: str, version: str) -> dict[str, Any]:
    """What a repair puts there: all of a scan's, and edits and proposals."""
    scan = scan_results(repair.diagnosis, model, version)
    tail = {name: scan.pop(name) for name in ("model", "version")}
    return {
        **scan,
        "edits": [edit_record(edit) for edit in repair.patch.edits],
        "proposals": [edit_record(edit) for edit in repair.proposals],
        **tail,
    }


def _is_scan(value: object) -> bool:
    """Is this what :func:`scan_results` makes, so that replacing it loses nothing?"""
    return (
        isinstance(value, Mapping) and {"score", "model", "version"} <= set(value) and not value.get("edits")
    )
