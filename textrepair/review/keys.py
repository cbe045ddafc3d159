"""The keys, the same in every face: those that hands know from ``git add -p``, and a few more."""

from __future__ import annotations

from dataclasses import dataclass

from textrepair.review.session import Mark
from textrepair.writer.base import printable


@dataclass(frozen=True, slots=True)
class Key:
    """A key, the action that it stands for, the word for it in the key bar ("" for none), and what the help says."""

    key: str
    action: str
    short: str
    help: str


KEYS = (
    Key("y", "accept", "yes", "accept the edit"),
    Key("n", "reject", "no", "reject it: the text stays as it is"),
    Key("1-9", "choose", "", "put that choice instead; 1 is the edit itself, the others its alternatives"),
    Key("e", "edit", "edit", "type what to put instead"),
    Key("s", "skip", "skip", "leave it for later: it comes again when all else is decided"),
    Key("a", "accept_rest", "all", "accept this and the rest of the article"),
    Key("d", "reject_rest", "", "reject this and the rest of the article"),
    Key("p", "reach", "reach", "widen the next decision: all equal swaps in this article, in this corpus, from now on"),
    Key("u", "undo", "undo", "take back what you did last, as often as you like"),
    Key("r", "redo", "redo", "do again what you took back"),
    Key("f", "flag", "flag", "flag it, or take the flag off"),
    Key("m", "note", "", "write a note to it"),
    Key("j", "forward", "next", "go on without deciding"),
    Key("k", "back", "back", "go back to what was shown before"),
    Key("/", "search", "find", "search in the words, reasons and articles; empty: the same again"),
    Key("o", "order", "order", "another order: article, confidence, uncertain, pair, random"),
    Key("?", "help", "help", "show this help"),
    Key("q", "quit", "quit", "stop; everything is stored already"),
)  # fmt: skip

#: What a reach is called in front of "astir → about".
REACH = {
    "edit": "this edit",
    "article": "all {here} in this article",
    "corpus": "all in this corpus ({everywhere} so far)",
    "always": "all from now on, in other corpora too",
}


def help_text() -> str:
    """All keys with what they do, a line each."""
    return "\n".join(f"{key.key:>4}  {key.help}" for key in KEYS)


def edits(count: int) -> str:
    """``1 edit``, ``2 edits``."""
    return f"{count} edit" if count == 1 else f"{count} edits"


def told(mark: Mark) -> str:
    """What somebody did about an edit, on one line."""
    parts = [mark.verdict or "", f"“{mark.after}”" if mark.after is not None else ""]
    parts += ["flagged" if mark.flag else "", f"note: {mark.note}" if mark.note else ""]
    return printable(f"{mark.who}: {' '.join(part for part in parts if part)}")
