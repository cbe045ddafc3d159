"""What a page is told: edits, articles and progress as JSON.

Text to be shown has its control characters and direction overrides replaced, one for one, by pictures; what is to be edited
comes as it is.  Offsets are JavaScript's: UTF-16 units into the piece of the article that is sent along.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import asdict
from typing import Any

from textrepair.review.session import Item, Mark, Progress, View
from textrepair.review.store import READ, UNREAD, ArticleRow
from textrepair.writer.base import PICTURES

#: Characters of an article that are sent on either side of an edit: some ten pages, drawn in less than 10 ms.
AROUND = 16_000
#: Characters that have to be left on either side before more is sent.
_MARGIN = 2_000

_KEPT = {ord("\n"), ord("\t")}
_SHOWN = {code: picture for code, picture in PICTURES.items() if code not in _KEPT}
#: These steer the direction of text as well, though mildly; in an edit of a few words they must be seen.
_SHOWN |= dict.fromkeys((0x061C, 0x200E, 0x200F), "\ufffd")


def shown(text: str) -> str:
    r"""Text in which nothing steers the page, of the same length.

    >>> shown("a\x1b\u202eb\n")
    'a␛�b\n'
    """
    return text.translate(_SHOWN)


def item(one: Item, who: str) -> dict[str, Any]:
    """An edit."""
    edit = one.edit
    odds = {edit.after: edit.confidence, **{text: p for text, p in edit.alternatives if text != edit.after}}
    mine = one.mark(who)
    return {
        "key": one.key,
        "article": one.article,
        "before": shown(edit.before),
        "after": shown(edit.after),
        "typed": mine.after if mine and mine.verdict == "other" else edit.after,
        "kind": edit.kind or "own",
        "confidence": edit.confidence,
        "belief": one.belief,
        "applied": one.applied,
        "reason": shown(edit.reason),
        "reference": shown(edit.reference),
        "choices": [{"text": shown(text), "odds": odds.get(text)} for text in one.choices],
        "status": one.status,
        "mine": None if mine is None else mark(mine),
        "others": [mark(other) for other in one.marks if other.who != who],
    }


def mark(one: Mark) -> dict[str, Any]:
    """What a reviewer did about an edit."""
    return {
        "who": shown(one.who),
        "verdict": one.verdict,
        "put": None if one.after is None else shown(one.after),
        "flag": one.flag,
        "note": one.note,
    }


def article(view: View, around: Item | None, who: str, index: int) -> dict[str, Any]:
    """An article about an edit, or from its start.  ``index`` is its place in the list of articles."""
    start, end = window(len(view.text), None if around is None else around.edit.start)
    if around is not None:
        end = max(end, min(around.edit.end, start + 4 * AROUND))
    text = shown(view.text[start:end])
    wide = [position for position, character in enumerate(text) if character > "\uffff"]

    def unit(offset: int) -> int:
        return offset - start + bisect_left(wide, offset - start)

    return {
        "key": view.key,
        "id": shown(view.id),
        "path": shown(view.path),
        "score": view.score,
        "index": index,
        "length": len(view.text),
        "from": start,
        "to": end,
        "text": text,
        "edits": [
            {"start": unit(one.edit.start), "end": unit(one.edit.end), **item(one, who)}
            for one in view.items
            if start <= one.edit.start and one.edit.end <= end
        ],
    }


def window(length: int, place: int | None) -> tuple[int, int]:
    """The part of a text of that length to send for an edit that begins at a place.

    >>> window(100, 50), window(100_000, 50_000), window(100_000, None)
    ((0, 100), (34000, 66000), (0, 32000))
    """
    if length <= 2 * AROUND or place is None:
        return 0, min(length, 2 * AROUND)
    start = max(0, min(place - AROUND, length - 2 * AROUND))
    return start, start + 2 * AROUND


def holds(have: Any, one: Item) -> bool:
    """Has the page the text about an edit already?"""
    try:
        key, start, end, length = (int(have[name]) for name in ("article", "from", "to", "length"))
    except (TypeError, KeyError, ValueError, OverflowError):
        return False
    return (
        key == one.article
        and (start == 0 or one.edit.start >= start + _MARGIN)
        and (end == length or one.edit.end <= end - _MARGIN)
    )


def progress(made: Progress) -> dict[str, Any]:
    """How far the review is."""
    return {**asdict(made), "edits": made.edits, "agreement": made.agreement}


def row(one: ArticleRow) -> dict[str, Any]:
    """A line of the list of articles."""
    where = one.path if one.place.line is None else f"{one.path}:{one.place.line}"
    return {
        "key": one.key,
        "id": shown(one.id or where),
        "score": one.score,
        "edits": one.edits,
        "open": one.open,
        "read": one.state == READ,
        "error": "" if one.state in (READ, UNREAD) else shown(one.error or "can’t be read"),
    }
