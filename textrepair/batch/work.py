"""One batch of records: parsed, repaired, made into a part of the output and of the quarantine.

The same batch gives the same bytes, whoever works on it and however often.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import textrepair
from textrepair.batch.job import Work
from textrepair.batch.tally import Tally
from textrepair.corpus.articles import not_utf8, record_id, stem
from textrepair.corpus.formats import Batch
from textrepair.corpus.formats.base import Position
from textrepair.corpus.formats.files import Files
from textrepair.corpus.formats.outputs import OUTPUTS, Filled, as_json
from textrepair.detector.base import FLAGGED
from textrepair.extras import MissingExtra
from textrepair.fields import FieldError, text_of
from textrepair.writer.schema import repair_results

if TYPE_CHECKING:
    from textrepair.repair import Repair, Repairer


@dataclass(frozen=True, slots=True)
class Task:
    """A batch to be done.  ``poison`` are records that are not to be touched again, with the reason."""

    source: int
    path: str
    number: int
    start: Position
    end: Position
    batch: Batch
    passed: int = 0
    poison: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Done:
    """What a task came to: a part of the output, one of the quarantine (JSON lines), and the tally."""

    source: int
    number: int
    start: Position
    end: Position
    output: bytes
    quarantine: bytes
    tally: dict[str, Any]


def perform(
    task: Task, work: Work, repairer: Repairer, at: Callable[[int], None] = lambda index: None
) -> Done:
    """Do a task.  ``at`` is told each record before it is begun, and -1 at the end."""
    tally = Tally()
    tally.counts["passed over"] += task.passed
    filled: list[Filled] = []
    kept: list[str] = []
    bad: list[str] = []
    begun = time.process_time()
    for index in range(len(task.batch)):
        at(index)
        try:
            if index in task.poison:
                raise FieldError(task.poison[index])
            record, repair = _repaired(task, index, work, repairer)
            where = {
                "source": task.path,
                "place": task.batch.place(index),
                "id": _id(task, index, record, work),
            }
            if work.scan:
                spin = repair.diagnosis.damage["spin"]
                if (spin.probability or 0.0) >= FLAGGED:
                    kept.append(json.dumps({**where, "text": repair.source}))
            else:
                filled.append(_filled(task, index, record, repair, work))
        except (MissingExtra, MemoryError):  # not the record's fault, or not for sure
            raise
        except Exception as error:
            tally.counts["quarantined"] += 1
            tally.counts[f"quarantined.{_sort(error)}"] += 1
            bad.append(_set_aside(task, index, _reason(error)))
            begun = time.process_time()
            continue
        now = time.process_time()  # one call a record: it costs up to 0.15 ms
        tally.add(repair, where, now - begun)
        begun = now
    at(-1)
    if work.scan:
        output = "".join(line + "\n" for line in kept).encode("ascii")
    elif work.output == "text":
        output = _texts(task, filled, work)
    else:
        output = OUTPUTS[work.output].encode(task.batch, filled, work.schema.added)
    quarantine = "".join(bad).encode("utf-8")
    return Done(task.source, task.number, task.start, task.end, output, quarantine, tally.as_dict())


def _repaired(task: Task, index: int, work: Work, repairer: Repairer) -> tuple[Mapping[str, Any], Repair]:
    record = task.batch.record(index, work.schema.text_field)
    return record, repairer.repair(text_of(record, work.schema.text_field), work.settings)


def _filled(task: Task, index: int, record: Mapping[str, Any], repair: Repair, work: Work) -> Filled:
    schema = work.schema
    results = repair_results(repair, work.model_name, textrepair.__version__)
    changed = bool(repair.patch.edits) or schema.clean_field is not None
    full = schema.filled(record, results, repair.text if changed else None)
    new = ((schema.clean_field or schema.text_field),) if changed else ()
    return Filled(index, full, (*new, schema.results_field))


def _texts(task: Task, filled: list[Filled], work: Work) -> bytes:
    """Cleaned texts with the byte-order marks of their files, and their results."""
    assert isinstance(task.batch, Files)
    lines = []
    for one in filled:
        content = task.batch.contents[one.index]
        mark = "\ufeff" if isinstance(content, bytes) and content.startswith(b"\xef\xbb\xbf") else ""
        text = mark + one.record[work.schema.clean_field or work.schema.text_field]
        results = {
            "file": one.record["file"],
            work.schema.results_field: one.record[work.schema.results_field],
        }
        lines.append(
            json.dumps({"index": task.start.offset + one.index, "text": text, "results": results}) + "\n"
        )
    return "".join(lines).encode("ascii")


def _id(task: Task, index: int, record: Mapping[str, Any], work: Work) -> str:
    place = task.batch.place(index)
    if isinstance(place, str):
        return stem(place)
    return record_id(record.get(work.id_field), stem(task.path), place)


def _set_aside(task: Task, index: int, reason: str) -> str:
    record = {
        "source": task.path,
        "place": task.batch.place(index),
        "reason": reason,
        **task.batch.raw(index),
    }
    return as_json(record) + "\n"


def _reason(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return str(not_utf8(error))
    if isinstance(error, FieldError):
        return str(error)
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def _sort(error: Exception) -> str:
    return "unreadable" if isinstance(error, UnicodeDecodeError | FieldError) else "failed"


__all__ = ["Done", "Task", "perform"]
