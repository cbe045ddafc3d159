"""What stands on the screen: the article around the edit in hand, the change, and what is known about it.

Only as much of the article is laid out as fits on the screen, so that a key is answered as fast in a long article as in a
short one. Nothing of an article can steer the terminal: control characters show as their pictures.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rich.cells import cell_len
from rich.text import Text

from textrepair.review.keys import KEYS, REACH, told
from textrepair.review.session import Item, Mark, Progress, View
from textrepair.writer.base import printable


@dataclass(frozen=True, slots=True)
class Style:
    """How parts of the picture look.  Without colour, brackets say what colours would."""

    colored: bool

    def before(self, text: str, current: bool) -> Text:
        """What goes."""
        shown = printable(text)
        if not self.colored:
            return Text(f"[-{shown}-]" if current else f"[{shown}]", "bold" if current else "")
        return Text(shown, "strike bold white on #a01720" if current else "strike #d06060")

    def after(self, text: str, current: bool) -> Text:
        """What comes."""
        shown = printable(text)
        if not self.colored:
            return Text(f"{{+{shown}+}}", "bold reverse" if current else "")
        return Text(shown, "bold white on #0b6623" if current else "#60b070")

    def plain(self, text: str) -> Text:
        """The article's own words, its lines kept."""
        return Text("\n".join(printable(line.removesuffix("\r")) for line in text.split("\n")))

    def open(self, text: str) -> Text:
        """The words of an edit that is still open."""
        return Text(printable(text), "underline" if not self.colored else "underline #c08a00")


def article(view: View, item: Item, who: str, width: int, height: int, style: Style) -> Text:
    """So many lines of the article, with the edit in hand in the middle where the article goes on on both sides."""
    if width < 1 or height < 1:
        return Text("")
    room = width * height
    start, end = max(0, item.edit.start - room), min(len(view.text), item.edit.end + room)
    shown = Text()
    edit_at = 0
    for piece, is_current in _pieces(view, item, who, start, end, style):
        if is_current:
            edit_at = len(shown)
        shown.append_text(piece)
    lines = list(wrapped(shown, width))
    at = 0
    for number, (first, _) in enumerate(lines):
        if first <= edit_at:
            at = number
    begin = max(0, min(at - height // 2, len(lines) - height))
    picture = Text("\n").join(shown[first:last] for first, last in lines[begin : begin + height])
    picture.no_wrap = True
    return picture


def _pieces(
    view: View, item: Item, who: str, start: int, end: int, style: Style
) -> Iterator[tuple[Text, bool]]:
    position = start
    for other in view.items:
        edit = other.edit
        if (edit.end < start or edit.start > end or edit.start < position) and other.key != item.key:
            continue
        current = other.key == item.key
        if not current and edit.start < item.edit.end and edit.end > item.edit.start:
            continue  # it overlaps the one in hand
        yield style.plain(view.text[position : max(position, edit.start)]), False
        before, after = shown_as(other, who)
        if current:
            put = edit.after if after is None else after
            gone = style.before(edit.before, True) if edit.before else ""
            yield Text.assemble(gone, style.after(put, True) if put else ""), True
        elif before:
            yield style.open(edit.before or "‸"), False
        elif after is None:
            yield style.plain(edit.before), False
        else:
            yield style.after(after, False), False
        position = max(position, edit.end)
    yield style.plain(view.text[position:end]), False


def shown_as(item: Item, who: str) -> tuple[bool, str | None]:
    """Whether an edit is still open, and else what stands there by its decision (None: what stood there)."""
    mark = _decision(item, who)
    if mark is None:
        return True, None
    return False, {"accept": item.edit.after, "other": mark.after}.get(str(mark.verdict))


def _decision(item: Item, who: str) -> Mark | None:
    mine = (mark for mark in item.decided if mark.who == who)
    return next(mine, next(iter(item.decided), None))


def wrapped(text: Text, width: int) -> Iterator[tuple[int, int]]:
    """Spans of the lines of a text broken at spaces, or within words that are too long for a line.

    >>> text = Text("one two\\nthree")
    >>> [text.plain[a:b] for a, b in wrapped(text, 5)]
    ['one', 'two', 'three']
    """
    plain = text.plain
    offset = 0
    for line in plain.split("\n"):
        yield from _wrapped_line(line, offset, width)
        offset += len(line) + 1


def _wrapped_line(line: str, offset: int, width: int) -> Iterator[tuple[int, int]]:
    begin = 0
    while cell_len(line[begin : begin + width + 1]) > width or len(line) - begin > width:
        cut = begin + width
        while cell_len(line[begin:cut]) > width:
            cut -= 1
        cut = max(cut, begin + 1)
        space = line.rfind(" ", begin, cut + 1)
        if space > begin:
            yield offset + begin, offset + space
            begin = space + 1
        else:
            yield offset + begin, offset + cut
            begin = cut
    yield offset + begin, offset + len(line)


def change(view: View, item: Item, width: int, style: Style) -> Text:
    """The line with the edit before and after, cut to the width."""
    edit = item.edit
    after = _put(item)
    room = max(4, width - 2 - max(cell_len(edit.before), cell_len(after)))
    left, right = view.text[max(0, edit.start - 200) : edit.start], view.text[edit.end : edit.end + 200]
    left, right = " ".join(left.split("\n")[-1:]), right.split("\n")[0]
    left, right = printable(left), printable(right)
    if len(left) > room // 2:
        left = "…" + left[1 - room // 2 :]
    right = right[: room - len(left)]
    lines = [
        Text.assemble("- ", left, style.before(edit.before, True) if edit.before else "", right),
        Text.assemble("+ ", left, style.after(after, True) if after else "", right),
    ]
    for line in lines:
        line.truncate(width, overflow="ellipsis")
    return Text("\n").join(lines)


def _put(item: Item) -> str:
    mark = next((m for m in item.decided if m.verdict == "other"), None)
    return item.edit.after if mark is None or mark.after is None else mark.after


def facts(item: Item, same: tuple[int, int], reach: str, width: int) -> Text:
    """Kind, confidence, reason, choices, how often the swap occurs, what was done about it, and how far a decision reaches."""
    edit = item.edit
    known = [edit.kind or "own", f"confidence {edit.confidence:.2f}"]
    if abs(item.belief - edit.confidence) >= 0.005:
        known.append(f"now {item.belief:.2f}")
    if not item.applied:
        known.append("only proposed")
    if same[1] > 1:
        known.append(f"{same[0]} here and {same[1]} in all make this swap")
    lines = [" · ".join(known)]
    if edit.reason:
        lines.append(
            printable(edit.reason) + (f" · from {printable(edit.reference)}" if edit.reference else "")
        )
    choices = [f"{number} {printable(choice) or 'nothing'}" for number, choice in enumerate(item.choices, 1)]
    lines.append("   ".join(choices))
    if reach == "edit":
        lines.append("; ".join(told(mark) for mark in item.marks))
    else:
        lines.append("decides " + REACH[reach].format(here=same[0], everywhere=same[1]))
    rows = [Text(line) for line in lines]
    for row in rows:
        row.truncate(width, overflow="ellipsis")
    if reach != "edit":
        rows[-1].stylize("bold reverse")
    return Text("\n").join(rows)


def head(view: View | None, progress: Progress, order: str, width: int, reading: bool) -> Text:
    """Where one is: edits decided, articles, how often the proposals were taken."""
    parts = [f"{progress.decided}/{progress.edits} edits"]
    read = f"{progress.articles_read}/{progress.articles} articles read"
    parts.append(read + ("…" if reading else ""))
    if progress.agreement is not None:
        parts.append(f"{progress.agreement:.0%} taken")
    parts.append(f"by {order}")
    if progress.stale:
        parts.append(f"{progress.stale} stale")
    if progress.articles_failed:
        parts.append(f"{progress.articles_failed} unreadable")
    right = " · ".join(parts)
    name = "" if view is None else printable(view.id) + ("" if view.score is None else f" ({view.score:.2f})")
    line = Text(name, "bold")
    line.truncate(max(0, width - cell_len(right) - 2), overflow="ellipsis")
    line.append(" " * max(1, width - line.cell_len - cell_len(right)))
    line.append(right)
    line.truncate(width)
    return line


def key_bar(width: int) -> Text:
    """The keys with a word for each, no key apart from its word."""
    bar, used = Text(), 0
    for key in KEYS:
        if not key.short:
            continue
        room = len(key.key) + len(key.short) + 3
        if used and used + room > width:
            bar.append("\n")
            used = 0
        bar.append(f" {key.key} ", "reverse").append(f"{key.short} ")
        used += room
    return bar
