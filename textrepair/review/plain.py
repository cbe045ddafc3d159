"""Review by plain prompts, as ``git add -p`` has it: for screen readers, dumb terminals, scripts, and without any extra.

Nothing is drawn over: each edit is a few lines of words, then one prompt.  Without a terminal answers are read a line each,
so that a script can pipe them in; at the end of its input it stops as with ``q``.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from textrepair.review.decisions import SCOPES, Conflict, Outcome, Scope
from textrepair.review.keys import REACH, edits, help_text, told
from textrepair.review.loading import Loader
from textrepair.review.queue import ORDERS
from textrepair.review.session import Item, Session
from textrepair.writer.base import printable

#: Asks with a prompt and gives the line typed, without its end; raises EOFError at the end of the input.
Ask = Callable[[str], str]
Say = Callable[[str], None]

#: Seconds between two looks at what was read meanwhile.
_LOOK = 0.05
#: Characters of context on either side.
_CONTEXT = 160


@dataclass
class PlainReview:
    """One run.  ``colored`` marks the change in colour besides the words that say it."""

    session: Session
    ask: Ask
    say: Say
    colored: bool = False
    loader: Loader | None = None
    _reach: Scope = field(default="edit")
    _trail: list[int] = field(default_factory=list)
    _sought: str = ""
    _article: int = -1

    def run(self) -> None:
        """Until all is decided, or the reviewer stops."""
        item = self._next(None)
        while item is not None:
            try:
                self._show(item)
                answer = self.ask(self._prompt(item)).strip()
            except Conflict as conflict:
                self.say(f"! {conflict}")
                item = self._next(item.key)
                continue
            except EOFError:
                self.say("")
                break
            if answer == "q":
                break
            here = item.key
            try:
                item = self._answer(item, answer)
            except Conflict as conflict:
                self.say(f"! {conflict}")
                item = self._next(here)
        else:
            self.say("Nothing is left to decide.")
        self.say(self._summary())

    def _next(self, after: int | None) -> Item | None:
        """The next open edit, once it has been read."""
        told = False
        while True:
            # Where no other thread reads, it is read here; what another program reads is waited for.
            item = self.session.next(after, read=self.loader is None or self.loader.finished)
            if self.loader is not None:
                self.loader.want_more()
            if item is not None or not self.session.waiting():
                return item
            if not told:
                self.say("Reading articles ...")
                told = True
            time.sleep(_LOOK)

    # --- showing

    def _show(self, item: Item) -> None:
        view = self.session.article(item.article)
        edit = item.edit
        progress = self.session.progress()
        if item.article != self._article:
            score = "" if view.score is None else f", score {view.score:.2f}"
            self.say(f"\n=== {printable(view.id)}: {len(view.items)} edits{score}")
            self._article = item.article
        left = view.text[max(0, edit.start - _CONTEXT) : edit.start]
        right = view.text[edit.end : edit.end + _CONTEXT]
        before = f"[-{edit.before}-]" if edit.before else ""
        after = f"{{+{edit.after}+}}" if edit.after else ""
        if self.colored:
            before = f"\x1b[31m{before}\x1b[0m" if before else ""
            after = f"\x1b[32m{after}\x1b[0m" if after else ""
        dots = "…" if edit.start > _CONTEXT else "", "…" if edit.end + _CONTEXT < len(view.text) else ""
        self.say(f"\n{dots[0]}{_lines(left)}{_marked(before)}{_marked(after)}{_lines(right)}{dots[1]}")
        known = [
            f"{_quoted(edit.before)} -> {_quoted(edit.after)}",
            edit.kind or "own",
            f"confidence {edit.confidence:.2f}",
        ]
        if abs(item.belief - edit.confidence) >= 0.005:
            known.append(f"now believed {item.belief:.2f}")
        if not item.applied:
            known.append("only proposed")
        if edit.reason:
            known.append(printable(edit.reason))
        self.say(", ".join(known))
        for number, choice in enumerate(item.choices[1:], 2):
            self.say(f"  {number}: {_quoted(choice)}")
        for mark in item.marks:
            self.say(f"  {told(mark)}")
        if progress.articles_failed and not self._trail:
            self.say(f"  ({progress.articles_failed} articles could not be read)")

    def _prompt(self, item: Item) -> str:
        progress = self.session.progress()
        here, everywhere = self.session.same(item)
        reach = (
            ""
            if self._reach == "edit"
            else f" for {REACH[self._reach].format(here=here, everywhere=everywhere)}"
        )
        answers = f"y,n,{self._digits(item)}e,s,a,d,p,u,r,f,m,j,k,/,o,?,q"
        return f"({progress.decided}/{progress.edits}) Make this edit{reach} [{answers}]? "

    def _digits(self, item: Item) -> str:
        return f"1-{len(item.choices)}," if len(item.choices) > 1 else ""

    def _summary(self) -> str:
        progress = self.session.progress()
        taken = "" if progress.agreement is None else f", {progress.agreement:.0%} of the proposals taken"
        return (
            f"{progress.decided} of {progress.edits} edits decided in {progress.articles_read} of {progress.articles}"
            f" articles{taken}; everything is stored"
        )

    # --- answering

    def _answer(self, item: Item, answer: str) -> Item | None:
        """Do what was asked; the item to show next."""
        actions: dict[str, Callable[[Item], Item | None]] = {
            "y": lambda i: self._decide(i, "accept"), "n": lambda i: self._decide(i, "reject"),
            "s": lambda i: self._decide(i, "skip"), "e": self._edit,
            "a": lambda i: self._rest(i, "accept"), "d": lambda i: self._rest(i, "reject"), "p": self._widen,
            "u": lambda i: self._went_back(i, self.session.undo()),
            "r": lambda i: self._went_on(i, self.session.redo()),
            "f": self._flag, "m": self._note, "j": lambda i: self._on(i), "k": self._back, "o": self._order, "?": self._help,
        }  # fmt: skip
        if answer in actions:
            return actions[answer](item)
        if answer.startswith("/"):
            return self._search(item, answer[1:])
        if answer.isdecimal() and 1 <= int(answer) <= len(item.choices):
            return self._decide(item, "other", item.choices[int(answer) - 1])
        if answer:
            self.say(f"! {printable(answer)!r} is no answer; ? tells all answers")
        return item

    def _on(self, item: Item) -> Item | None:
        self._reach = "edit"
        self._trail.append(item.key)
        return self._next(item.key)

    def _decide(self, item: Item, verdict: str, text: str | None = None) -> Item | None:
        outcome = self.session.decide(item.key, verdict, text, self._reach)  # type: ignore[arg-type]
        if outcome.count > 1:
            done = "skipped" if outcome.verb == "skip" else "decided"
            self.say(f"{edits(outcome.count)} {done} at once; u takes it back")
        return self._on(item)

    def _edit(self, item: Item) -> Item | None:
        text = self.ask(
            f'Put instead of {_quoted(item.edit.before)} (empty: leave this; "" for nothing at all): '
        )
        if not text:
            return item
        return self._decide(item, "other", "" if text == '""' else text)

    def _rest(self, item: Item, verdict: str) -> Item | None:
        outcome = self.session.decide_rest(item.key, verdict)  # type: ignore[arg-type]
        self.say(f"{edits(outcome.count)} decided at once; u takes it back")
        return self._on(item)

    def _widen(self, item: Item) -> Item:
        self._reach = SCOPES[(SCOPES.index(self._reach) + 1) % len(SCOPES)]
        return item

    def _went_on(self, item: Item, outcome: Outcome | None) -> Item | None:
        if outcome is None:
            self.say("! nothing left for that")
            return item
        self.say(f"done again: {outcome.verb}, {edits(outcome.count)}")
        return self._next(outcome.edit)

    def _went_back(self, item: Item, outcome: Outcome | None) -> Item | None:
        if outcome is None:
            self.say("! nothing left for that")
            return item
        self.say(f"taken back: {outcome.verb}, {edits(outcome.count)}")
        return (self.session.item(outcome.edit) if outcome.edit is not None else None) or item

    def _flag(self, item: Item) -> Item | None:
        self.session.flag(item.key)
        return self.session.item(item.key)

    def _note(self, item: Item) -> Item | None:
        self.session.note(item.key, self.ask("Note (empty: none): "))
        return self.session.item(item.key)

    def _back(self, item: Item) -> Item | None:
        if self._trail:
            return self.session.item(self._trail.pop())
        found = self.session.previous(item.key)
        if found is None:
            self.say("! this is the first one")
        return found or item

    def _search(self, item: Item, text: str) -> Item:
        self._sought = text or self._sought
        found = self.session.search(self._sought, item.key) if self._sought else None
        if found is None:
            self.say(f"! {_quoted(self._sought)} is in no edit of the articles read so far")
            return item
        self._trail.append(item.key)
        return found

    def _order(self, item: Item) -> Item | None:
        names = list(ORDERS)
        self.session.order = names[(names.index(self.session.order) + 1) % len(names)]
        self.say(f"order: {self.session.order}")
        return self._next(None) or item

    def _help(self, item: Item) -> Item:
        self.say(help_text())
        return item


def _lines(text: str) -> str:
    """Text as it stands, its lines kept and nothing in it that steers the terminal."""
    return "\n".join(printable(line.removesuffix("\r")) for line in text.split("\n"))


def _marked(text: str) -> str:
    # Colour codes of our own stay; line ends inside an edit show as pictures, so that the change is one thing to the eye.
    colour, inner, end = (text[:5], text[5:-4], text[-4:]) if text.startswith("\x1b[3") else ("", text, "")
    return colour + printable(inner) + end


def _quoted(text: str) -> str:
    return f'"{printable(text)}"' if text else "nothing"
