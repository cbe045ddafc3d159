"""Decisions made elsewhere: in an editor, by ``git add -p``, or in another review.

An edited article or a diff says what text a person wants.  What it changes is put beside the proposed edits: those that
together make the same text are accepted, the others rejected (or left open), and what no proposal explains becomes
"other" or an edit of the person's own.  So it doesn't matter whether a mark was left standing, carried out or removed by hand.

Everything from one file is one action: one undo takes it back.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Literal

from textrepair.corpus.articles import OnError, Unreadable, stem
from textrepair.patch import Edit, Patch, PatchError, diff
from textrepair.review.decisions import Decision, Decisions
from textrepair.review.loading import read_next
from textrepair.review.session import Item, Session, View
from textrepair.writer import criticmarkup
from textrepair.writer import diff as diff_format

#: What becomes of the edits of an article that its import doesn't make.
Rest = Literal["reject", "leave"]
#: Edits that meet, up to which all combinations are tried (4,096).
_MOST_COMBINED = 12
BY_HAND = "made by hand"
_TITLE = re.compile(r"^==> (.+) <==\n", re.MULTILINE)


@dataclass
class Imported:
    """What an import did, in edits; ``refused`` were decided or looked at by somebody else, ``unknown`` have no place here."""

    articles: int = 0
    accepted: int = 0
    rejected: int = 0
    other: int = 0
    own: int = 0
    refused: int = 0
    unknown: int = 0


def import_file(session: Session, path: str, on_error: OnError, rest: Rest = "reject") -> Imported:
    """Take in CriticMarkup (one article, or several under ``==> name <==``), a unified diff, or decisions as JSONL."""
    try:
        text = Path(path).read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        on_error(Unreadable(path, None, f"can't be read ({error})", "a file in UTF-8 is wanted"))
        return Imported()
    if path.endswith(".jsonl"):
        return _import_decisions(session, path, text, on_error)
    if re.match(r"diff --git |--- |Index: ", text):
        wanted = _of_diff(session, path, text, on_error)
    else:
        wanted = _of_criticmarkup(session, path, text, on_error)
    result = Imported()
    chosen: list[Decision] = []
    for view, patch in wanted:
        result.articles += 1
        chosen += _compared(session, view, patch, rest, result)
    if chosen:
        result.refused = session.decide_many(chosen, "import").refused
    return result


# --- what a person wants


def _of_criticmarkup(
    session: Session, path: str, text: str, on_error: OnError
) -> Iterator[tuple[View, Patch]]:
    parts = _TITLE.split(text)
    named = (
        zip(parts[1::2], parts[2::2], strict=True)
        if len(parts) > 1 and not parts[0].strip()
        else [(path, text)]
    )
    for name, body in named:
        view = _find(session, name)
        if view is None:
            on_error(
                Unreadable(
                    path, None, f"no article {stem(name)!r} in this review", "name the file after its id"
                )
            )
            continue
        try:
            source, patch = criticmarkup.parse(body)
            if source != view.text and len(parts) > 1:
                # A title takes an empty line in front of it, but for the first.
                shorter, shorter_patch = criticmarkup.parse(body.removesuffix("\n"))
                if shorter == view.text or shorter_patch.apply(shorter).count("\n") == view.text.count("\n"):
                    source, patch = shorter, shorter_patch
        except PatchError as error:
            on_error(Unreadable(path, None, f"{view.id}: {error}"))
            continue
        yield view, patch if source == view.text else diff(view.text, patch.apply(source))


_FILE = re.compile(r"^--- (.+)\n\+\+\+ (.+)\n", re.MULTILINE)


def _of_diff(session: Session, path: str, text: str, on_error: OnError) -> Iterator[tuple[View, Patch]]:
    heads = list(_FILE.finditer(text))
    for head, following in zip(heads, [*heads[1:], None], strict=True):
        body = text[head.end() : following.start() if following else len(text)]
        body = re.sub(
            r"^(diff --git|index|Index:|=====|new file|old mode|new mode).*\n", "", body, flags=re.MULTILINE
        )
        name = _unquoted(head[1])
        view = _find(session, name)
        if view is None:
            on_error(Unreadable(path, None, f"no article {name!r} in this review"))
            continue
        try:
            yield view, diff_format.parse(body, view.text)
        except PatchError as error:
            on_error(
                Unreadable(path, None, f"{name}: {error}", "make the diff from the text before any repair")
            )


def _unquoted(name: str) -> str:
    name = name.split("\t")[0]
    if len(name) > 1 and name[0] == name[-1] == '"':
        octal = re.sub(rb"\\([0-7]{3})", lambda m: bytes([int(m[1], 8)]), name[1:-1].encode())
        name = re.sub(rb"\\(.)", rb"\1", octal).decode("utf-8", "replace")
    return name


def _find(session: Session, name: str) -> View | None:
    """The article of that name, id or file; articles are read until it is found."""
    while True:
        for row in session.store.articles("a.state = 1 AND a.id IN (:name, :stem, :inner)", _names(name)):
            return session.article(row.key)
        for row in session.store.articles("f.path LIKE :like ESCAPE '\\' AND a.line IS NULL", _names(name)):
            return session.article(row.key)
        if not read_next(session.store, session.library):
            return None


def _names(name: str) -> dict[str, str]:
    bare = name.split("/", 1)[1] if name.startswith(("a/", "b/")) else name
    own = stem(bare)
    escaped = bare.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return {"name": bare, "stem": own, "inner": own.removesuffix(".critic"), "like": f"%{escaped}"}


# --- beside the proposed edits


def _compared(session: Session, view: View, patch: Patch, rest: Rest, result: Imported) -> list[Decision]:
    """What a person's text says of each edit of the article."""
    decisions: list[Decision] = []
    for items, edits in meeting(view.items, patch.edits):
        accepted = explained(view.text, items, edits)
        if accepted is None and len(items) == 1 and _inside(edits, items[0].edit):
            item = items[0]
            put = _made(view.text, item.edit.start, item.edit.end, edits)
            decisions.append(Decision(item.key, "other", put))
            result.other += 1
            continue
        if accepted is None:
            accepted = []
            for edit in edits:
                own = Edit(edit.start, edit.end, edit.before, edit.after, reason=BY_HAND)
                with session.store.writing():
                    key = session.store.add_manual(view.key, own)
                decisions.append(Decision(key, "accept"))
                result.own += 1
        for item in items:
            if item in accepted:
                decisions.append(Decision(item.key, "accept"))
                result.accepted += 1
            elif rest == "reject":
                decisions.append(Decision(item.key, "reject"))
                result.rejected += 1
    return decisions


def meeting(items: Iterable[Item], edits: Iterable[Edit]) -> Iterator[tuple[list[Item], list[Edit]]]:
    """Proposed edits and a person's edits, in groups that touch or overlap."""
    spans: list[tuple[int, int, Item | Edit]] = [(i.edit.start, i.edit.end, i) for i in items]
    spans += [(e.start, e.end, e) for e in edits]
    group: tuple[list[Item], list[Edit]] = ([], [])
    reach = -1
    for start, end, thing in sorted(spans, key=lambda span: span[:2]):
        if start > reach and reach >= 0:
            yield group
            group = ([], [])
        if isinstance(thing, Item):
            group[0].append(thing)
        else:
            group[1].append(thing)
        reach = max(reach, end)
    if reach >= 0:
        yield group


def explained(text: str, items: Sequence[Item], edits: Sequence[Edit]) -> list[Item] | None:
    """The fewest proposed edits that together make what a person's edits make; None where none do."""
    if not edits:
        return []
    if len(items) > _MOST_COMBINED:
        same = {(e.start, e.end, e.after) for e in edits}
        chosen = [i for i in items if (i.edit.start, i.edit.end, i.edit.after) in same]
        return chosen if len(chosen) == len(edits) else None
    start = min([e.start for e in edits] + [i.edit.start for i in items])
    end = max([e.end for e in edits] + [i.edit.end for i in items])
    wanted = _made(text, start, end, edits)
    for count in range(1, len(items) + 1):
        for some in combinations(items, count):
            try:
                if _made(text, start, end, [item.edit for item in some]) == wanted:
                    return list(some)
            except PatchError:  # they overlap
                continue
    return None


def _made(text: str, start: int, end: int, edits: Sequence[Edit]) -> str:
    """What ``text[start:end]`` becomes by edits inside it."""
    return Patch(tuple(edit.shifted(-start) for edit in edits)).apply(text[start:end])


def _inside(edits: Sequence[Edit], one: Edit) -> bool:
    return all(one.start <= edit.start and edit.end <= one.end for edit in edits)


# --- decisions of another review


def _import_decisions(session: Session, path: str, text: str, on_error: OnError) -> Imported:
    result = Imported()
    by_reviewer: dict[str, list[tuple[Decision, bool, str]]] = {}
    articles: dict[str, View | None] = {}
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
            edit = Edit(
                record["start"],
                record["end"],
                record["before"],
                record["after"],
                reason=str(record.get("reason", "")),
            )
            id_, who, verdict = (
                str(record["id"]),
                str(record.get("who") or session.who),
                record.get("verdict"),
            )
            if verdict not in (None, "accept", "reject", "other", "skip"):
                raise ValueError(f"no verdict {verdict!r}")
        except (ValueError, KeyError, TypeError) as error:
            on_error(
                Unreadable(path, number, f"no decision ({error})", "export them with --export decisions")
            )
            continue
        if record.get("stale"):
            continue
        if id_ not in articles:
            articles[id_] = _find(session, id_)
        view = articles[id_]
        key = None if view is None else _same_edit(session, view, edit)
        if key is None:
            result.unknown += 1
            continue
        wanted = by_reviewer.setdefault(who, [])
        put = record.get("put")
        wanted.append((Decision(key, verdict, put), bool(record.get("flag")), str(record.get("note", ""))))
    result.articles = sum(view is not None for view in articles.values())
    for who, wanted in by_reviewer.items():
        theirs = Decisions(session.store, who, second=True)
        many = [decision for decision, _, _ in wanted if decision.verdict]
        if many:
            result.refused += theirs.decide_many(many, "import").refused
        for decision, flag, note in wanted:
            if flag or note:
                theirs.mark(decision.edit, flag=flag or None, note=note or None)
        for decision in many:
            counted = {"accept": "accepted", "reject": "rejected", "other": "other"}.get(
                str(decision.verdict)
            )
            if counted:
                setattr(result, counted, getattr(result, counted) + 1)
    return result


def _same_edit(session: Session, view: View, edit: Edit) -> int | None:
    for item in view.items:
        if (item.edit.start, item.edit.end, item.edit.after) == (edit.start, edit.end, edit.after):
            return item.key if item.edit.before == edit.before else None
    if edit.reason == BY_HAND and view.text.startswith(edit.before, edit.start):
        with session.store.writing():
            return session.store.add_manual(view.key, edit)
    return None
