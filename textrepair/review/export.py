"""What comes out of a review: articles with only the accepted edits, in any format, and the decisions themselves.

An edit is accepted where somebody accepted it and nobody decided otherwise; where two disagree it is left out and counted, since
harm weighs more than a repair missed.  ``who`` takes one reviewer's decisions alone.  What is still open is not applied;
formats that list proposals list it.  An article that has changed since it was decided comes out as it is now, and is told.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from textrepair.corpus.articles import Article, OnError, Unreadable
from textrepair.detector.base import KINDS, Damage, Diagnosis
from textrepair.overlap import without_overlap
from textrepair.patch import Edit, Patch
from textrepair.rendering import for_writer
from textrepair.repair import Repair
from textrepair.review.session import Item, Mark, Session
from textrepair.review.store import READ, UNREAD, UNREADABLE, ArticleRow, text_hash
from textrepair.writer import Writer
from textrepair.writer.jsonl import dumps, edit_record, read_record
from textrepair.writer.schema import RESULTS_FIELD


@dataclass
class Count:
    """What happened to the edits of the articles that came out."""

    accepted: int = 0
    rejected: int = 0
    open: int = 0
    disagreed: int = 0
    overlapping: int = 0


@dataclass(frozen=True, slots=True)
class Reviewed:
    """An article as it was read, and its repair by the accepted edits alone."""

    article: Article
    repair: Repair
    touched: bool


def reviewed(
    session: Session,
    on_error: OnError,
    who: str | None = None,
    keep_open: bool = False,
    count: Count | None = None,
) -> Iterator[Reviewed]:
    """All wanted articles in order; those never looked at have no edits.  ``keep_open`` puts open edits among the accepted
    ones, for those who go on in an editor, and reads what nobody has looked at, all of whose edits are open."""
    count = Count() if count is None else count
    rows = session.store.articles("a.wanted = 1 AND a.state <> 3 ORDER BY a.key", {})
    for row in list(rows):
        if keep_open and row.state == UNREAD:
            row = session.read(row)
        article = _article(session, row)
        if isinstance(article, Unreadable):
            on_error(article)
            continue
        source = session.library.original(article)
        if row.state == READ and text_hash(source) != row.hash:
            place = Unreadable(
                row.path, row.place.line, f"{row.id}: changed since it was reviewed", "review it again"
            )
            on_error(place)
            row = replace(row, state=0)
        items = _items(session, row) if row.state == READ and row.edits else []
        accepted, still_open = _sorted_out(items, who, count)
        if keep_open:
            accepted, still_open = [*accepted, *still_open], []
        edits = without_overlap(accepted)
        count.overlapping += len(accepted) - len(edits)
        beside = (e for e in still_open if _is_free(e, edits))
        repair = Repair(source, Patch(edits), without_overlap(beside), _diagnosis(row))
        yield Reviewed(replace(article, text=source), repair, row.state == READ)


def shown(
    session: Session,
    form: str,
    writer: Writer,
    on_error: OnError,
    who: str | None = None,
    keep_open: bool = False,
    count: Count | None = None,
) -> Iterator[tuple[Article, str]]:
    """The articles with what the writer of a format makes of them; as text all wanted ones, else those that were looked at."""
    for one in reviewed(session, on_error, who, keep_open, count):
        if form == "text" or one.touched:
            yield one.article, writer.article(for_writer(one.article, one.repair, form, ""))


def _article(session: Session, row: ArticleRow) -> Article | Unreadable:
    if row.state == UNREADABLE:
        return Unreadable(row.path, row.place.line, row.error.partition(": ")[2] or row.error)
    text = session.store.kept_text(row.key)
    if text is not None:
        return Article(row.id, text, row.path, None if row.place.line is None else {}, row.place.line)
    return session.library.article(row)


def _items(session: Session, row: ArticleRow) -> list[Item]:
    from textrepair.review.queue import Filter

    items: list[Item] = []
    while len(page := session.items(Filter(article=row.key), limit=1000, offset=len(items))) > 0:
        items += page
    return [item for item in items if item.status != "stale"]


def _sorted_out(items: list[Item], who: str | None, count: Count) -> tuple[list[Edit], list[Edit]]:
    """The accepted edits, as they were accepted, and the open ones."""
    accepted, still_open = [], []
    for item in items:
        marks = [mark for mark in item.decided if who is None or mark.who == who]
        wanted = {_wanted(item, mark) for mark in marks}
        if not marks:
            still_open.append(item.edit)
            count.open += 1
        elif len(wanted) > 1:
            count.disagreed += 1
        elif (after := wanted.pop()) is None:
            count.rejected += 1
        else:
            accepted.append(
                item.edit if after == item.edit.after else replace(item.edit, after=after, alternatives=())
            )
            count.accepted += 1
    return accepted, still_open


def _wanted(item: Item, mark: Mark) -> str | None:
    """What a reviewer wants to stand there; None for what stands there."""
    return {"accept": item.edit.after, "other": mark.after}.get(str(mark.verdict))


def _is_free(edit: Edit, taken: tuple[Edit, ...]) -> bool:
    spans = [(other.start, other.end) for other in taken]
    return (edit.start, edit.end) not in spans and all(
        end <= edit.start or start >= edit.end for start, end in spans
    )


def _diagnosis(row: ArticleRow) -> Diagnosis:
    known = row.damage or {}
    damage = {kind: Damage(*known.get(kind, (None, 0.0))) for kind in KINDS}
    return Diagnosis(row.score, damage, ())


def record_of(session: Session, one: Reviewed) -> dict[str, Any]:
    """The record as it was read, with the cleaned text; where it holds the edits of a repair, with the accepted ones in their
    place and the open ones as proposals.  A file that is one article becomes a record with its id."""
    reading = session.library.reading
    record = one.article.record
    if not record:
        return {reading.id_field: one.article.id, reading.text_field: one.repair.text}
    clean = dict(record)
    results = _results(record)
    if results is None:
        return clean | {reading.text_field: one.repair.text}
    reviewed_results = {
        **results,
        "edits": [edit_record(edit) for edit in one.repair.patch.edits],
        "proposals": [edit_record(edit) for edit in one.repair.proposals],
    }
    clean[_clean_field(record, reading.text_field, one.repair.source)] = one.repair.text
    if results is record:
        return clean | {name: reviewed_results[name] for name in ("edits", "proposals")}
    packed = isinstance(record[RESULTS_FIELD], str)
    return clean | {RESULTS_FIELD: dumps(reviewed_results) if packed else reviewed_results}


def _results(record: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """What a repair has put into a record."""
    results = record.get(RESULTS_FIELD)
    if isinstance(results, str) and results.startswith("{"):
        results = json.loads(results)
    if isinstance(results, Mapping) and isinstance(results.get("edits"), list):
        return results
    return record if isinstance(record.get("edits"), list) and "proposals" in record else None


def _clean_field(record: Mapping[str, Any], text_field: str, source: str) -> str:
    """The field that the cleaned text is in: the text's own, unless that still holds the source and another one its repair."""
    if record[text_field] != source:
        return text_field
    made = (_results(record) or {})["edits"]
    repaired = Patch(read_record({"text": "", "edits": [], "proposals": made}).proposals)
    if not repaired.edits:
        return text_field
    cleaned = repaired.apply(source)
    return next((name for name, value in record.items() if value == cleaned), text_field)


# --- decisions


def decisions(session: Session) -> Iterator[dict[str, Any]]:
    """Every decision, flag and note, one record each, in the order of the articles; stale ones say so."""
    rows = session.store.db.execute(
        'SELECT a.id, f.path, e.start, e."end", e.before, e.after, e.kind, e.confidence, e.reason, e.applied, e.status,'
        " v.who, v.verdict, v.after, v.flag, v.note, v.at, hex(a.hash) FROM verdict v JOIN edit e ON e.key = v.edit"
        " JOIN article a ON a.key = e.article JOIN file f ON f.key = a.file ORDER BY e.article, e.start, e.key, v.at, v.who"
    )
    for id_, path, start, end, before, after, kind, confidence, reason, applied, status, *mine, text in rows:
        who, verdict, other, flag, note, at = mine
        record: dict[str, Any] = {
            "id": id_, "path": path, "start": start, "end": end, "before": before, "after": after, "kind": kind,
            "confidence": confidence, "reason": reason, "applied": bool(applied), "verdict": verdict,
        }  # fmt: skip
        if verdict == "other":
            record["put"] = other
        if flag:
            record["flag"] = True
        if note:
            record["note"] = note
        record |= {"who": who, "at": datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")}
        yield record | ({"stale": True} if status == 2 else {"text_hash": text.lower()})
