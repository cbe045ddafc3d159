"""Decisions made elsewhere: in an editor, by ``git add -p``, or in another review.

An edited article or a diff says what text a person wants.  What it changes is put beside the proposed edits: those that
together make the same text are accepted, the others rejected (or left open), and what no proposal explains becomes
"other" or an edit of the person's own.  So it doesn't matter whether a mark was left standing, carried out or removed by hand.

Everything from one file is one action: one undo takes it back.
"""

from __future__ import annotations

import json
import re
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any, Literal

from textrepair.corpus.articles import OnError, Unreadable, stem
from textrepair.patch import Edit, Patch, PatchError, diff
from textrepair.review.decisions import VERDICTS, Conflict, Decision, Decisions, Many, Verdict
from textrepair.review.loading import read_next
from textrepair.review.session import Item, Session, View
from textrepair.writer import criticmarkup
from textrepair.writer import diff as diff_format
from textrepair.writer.base import printable

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

    def count(self, many: Many, own: Container[int] = ()) -> None:
        """Count what became of decisions; ``own`` are the keys of a person's own edits."""
        self.refused += many.refused
        for decision in many.made:
            if decision.edit in own:
                self.own += 1
            elif decision.verdict == "accept":
                self.accepted += 1
            elif decision.verdict == "reject":
                self.rejected += 1
            elif decision.verdict == "other":
                self.other += 1


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
    own: set[int] = set()
    for view, patch in wanted:
        result.articles += 1
        chosen += _compared(session, view, patch, rest, own)
    if chosen:
        result.count(session.decide_many(chosen, "import"), own)
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
        view = _meant(session, path, name, on_error)
        if view is None:
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
        view = _meant(session, path, name, on_error)
        if view is None:
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


def _meant(session: Session, path: str, name: str, on_error: OnError) -> View | None:
    """The article that a part of an imported file is about; where there is none to be had, it is told."""
    try:
        view = _find(session, name)
    except Conflict as conflict:  # its own file has changed or gone
        on_error(Unreadable(path, None, str(conflict)))
        return None
    if view is None:
        what = f"no article {printable(name)!r} in this review"
        on_error(Unreadable(path, None, what, "name it by its id, or its file"))
    return view


#: Where the article of a name is looked for: its id, its file (which need not be read yet), and an id that is the file's stem.
_PLACES = (
    "a.state = 1 AND a.id = :name ORDER BY a.key",
    "a.line IS NULL AND (f.path = :name OR substr(f.path, -length(:inner)) = :inner) ORDER BY length(f.path), a.key",
    "a.state = 1 AND a.id IN (:stem, :marked) ORDER BY a.key",
)


def _find(session: Session, name: str) -> View | None:
    """The article of that name, id or file; articles are read until it is found.  Raises :class:`Conflict`."""
    bare = name.split("/", 1)[1] if name.startswith(("a/", "b/")) else name
    own = stem(bare)
    values = {"name": bare, "inner": f"/{bare}", "stem": own, "marked": own.removesuffix(".critic")}
    while True:
        for place in _PLACES:
            for row in session.store.articles(f"{place} LIMIT 1", values):
                return session.article(row.key)
        if not read_next(session.store, session.library):
            return None


# --- beside the proposed edits


def _compared(session: Session, view: View, patch: Patch, rest: Rest, own: set[int]) -> list[Decision]:
    """What a person's text says of each edit of the article; the keys of edits of their own are added to ``own``."""
    decisions: list[Decision] = []
    for items, edits in meeting(view.items, patch.edits):
        accepted = explained(view.text, items, edits)
        if accepted is None and len(items) == 1 and _inside(edits, items[0].edit):
            item = items[0]
            put = _made(view.text, item.edit.start, item.edit.end, edits)
            decisions.append(Decision(item.key, "other", put))
            continue
        if accepted is None:
            accepted = []
            for edit in edits:
                by_hand = Edit(edit.start, edit.end, edit.before, edit.after, reason=BY_HAND)
                with session.store.writing():
                    key = session.store.add_manual(view.key, by_hand)
                decisions.append(Decision(key, "accept"))
                own.add(key)
        for item in items:
            if item in accepted:
                decisions.append(Decision(item.key, "accept"))
            elif rest == "reject":
                decisions.append(Decision(item.key, "reject"))
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


@dataclass(frozen=True, slots=True)
class _Told:
    """A line of ``--export decisions``."""

    id: str
    who: str
    edit: Edit
    verdict: Verdict | None
    put: str | None
    flag: bool
    note: str
    stale: bool


def _import_decisions(session: Session, path: str, text: str, on_error: OnError) -> Imported:
    result = Imported()
    by_reviewer: dict[str, list[tuple[int, _Told]]] = {}
    articles: dict[str, View | None] = {}
    for told in _read_decisions(path, text, session.who, on_error):
        if told.stale:
            continue
        if told.id not in articles:
            try:
                articles[told.id] = _find(session, told.id)
            except Conflict as conflict:
                on_error(Unreadable(path, None, str(conflict)))
                articles[told.id] = None
        view = articles[told.id]
        key = None if view is None else _same_edit(session, view, told.edit)
        if key is None:
            result.unknown += 1
            continue
        by_reviewer.setdefault(told.who, []).append((key, told))
    result.articles = sum(view is not None for view in articles.values())
    for who, wanted in by_reviewer.items():
        theirs = Decisions(session.store, who, second=True)
        if many := [Decision(key, told.verdict, told.put) for key, told in wanted if told.verdict]:
            result.count(theirs.decide_many(many, "import"))
        for key, told in wanted:
            if told.flag or told.note:
                theirs.mark(key, flag=told.flag or None, note=told.note or None)
    return result


def _read_decisions(path: str, text: str, who: str, on_error: OnError) -> Iterator[_Told]:
    """Lines that can be carried out; the others are told.  ``who`` decided where a line doesn't say."""
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            yield _told(json.loads(line), who)
        except KeyError as error:
            what = f"no decision (it has no {error})"
            on_error(Unreadable(path, number, what, "export them with --export decisions"))
        except (ValueError, TypeError) as error:
            what = f"no decision ({error})"
            on_error(Unreadable(path, number, what, "export them with --export decisions"))


def _told(record: dict[str, Any], who: str) -> _Told:
    """Raises ValueError, KeyError or TypeError that says what is wrong."""
    for name, kind in (("start", int), ("end", int), ("before", str), ("after", str)):
        if not isinstance(record[name], kind):
            raise ValueError(f"{name} is {record[name]!r}")
    verdict, put = record.get("verdict"), record.get("put")
    if verdict is not None and verdict not in VERDICTS:
        raise ValueError(f"no verdict {verdict!r}")
    if verdict == "other" and not isinstance(put, str):
        raise ValueError("other without put, the text that stands there instead")
    reason = str(record.get("reason", ""))
    return _Told(
        str(record["id"]),
        str(record.get("who") or who),
        Edit(record["start"], record["end"], record["before"], record["after"], reason=reason),
        verdict,
        put,
        bool(record.get("flag")),
        str(record.get("note", "")),
        bool(record.get("stale")),
    )


def _same_edit(session: Session, view: View, edit: Edit) -> int | None:
    for item in view.items:
        if (item.edit.start, item.edit.end, item.edit.after) == (edit.start, edit.end, edit.after):
            return item.key if item.edit.before == edit.before else None
    if edit.reason == BY_HAND and view.text.startswith(edit.before, edit.start):
        with session.store.writing():
            return session.store.add_manual(view.key, edit)
    return None
