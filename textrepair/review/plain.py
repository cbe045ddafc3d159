"""Review by plain prompts, as ``git add -p`` has it: for screen readers, dumb terminals, scripts, and without any extra.

Nothing is drawn over: each edit is a few lines of words, then one prompt.  Without a terminal answers are read a line each,
so that a script can pipe them in; at the end of its input it stops as with ``q``.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from textrepair.review.actions import Actions, Nothing, Step
from textrepair.review.decisions import Conflict
from textrepair.review.keys import REACH, edits, help_text, told
from textrepair.review.loading import Loader
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
    _acts: Actions = field(init=False)
    _article: int = -1

    def __post_init__(self) -> None:
        self._acts = Actions(self.session)

    def run(self) -> None:
        """Until all is decided, or the reviewer stops."""
        item = self._next(None)
        while item is not None:
            here = item.key
            try:
                self._show(item)
                answer = self.ask(self._prompt(item)).strip()
                if answer == "q":
                    break
                item = self._answer(item, answer)
            except EOFError:  # also instead of a text that an answer asks for
                self.say("")
                break
            except Nothing as nothing:
                self.say(f"! {nothing}")
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
        if progress.articles_failed and not self._acts.trail:
            self.say(f"  ({progress.articles_failed} articles could not be read)")

    def _prompt(self, item: Item) -> str:
        progress = self.session.progress()
        here, everywhere = self.session.same(item)
        reach = (
            ""
            if self._acts.reach == "edit"
            else f" for {REACH[self._acts.reach].format(here=here, everywhere=everywhere)}"
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
        acts = self._acts
        actions: dict[str, Callable[[int], Step]] = {
            "y": lambda key: acts.decide(key, "accept"), "n": lambda key: acts.decide(key, "reject"),
            "s": lambda key: acts.decide(key, "skip"),
            "a": lambda key: acts.rest(key, "accept"), "d": lambda key: acts.rest(key, "reject"),
            "f": acts.flag, "m": lambda key: acts.note(key, self.ask("Note (empty: none): ")),
            "u": lambda _: acts.undo(), "r": lambda _: acts.redo(), "j": acts.forward, "k": acts.back,
        }  # fmt: skip
        others = {"e": self._edit, "p": self._widen, "o": self._order, "?": self._help}
        if answer in actions:
            return self._taken(answer, actions[answer](item.key))
        if answer in others:
            return others[answer](item)
        if answer.startswith("/"):
            sought = answer[1:] or self.ask("Find (empty: the same again): ")
            return self._taken(answer, acts.search(item.key, sought))
        if answer.isdecimal():
            return self._taken(answer, acts.choose(item, int(answer)))
        if answer:
            self.say(f"! {printable(answer)!r} is no answer; ? tells all answers")
        return item

    def _taken(self, answer: str, step: Step) -> Item | None:
        """Tell what was done, where that is more than what was asked; the item to show next."""
        if (done := step.outcome) is not None:
            if answer in ("u", "r"):
                self.say(f"{_WENT[answer]}: {done.verb}, {edits(done.count)}")
            elif done.count > 1 or answer in ("a", "d"):
                how = "skipped" if done.verb == "skip" else "decided"
                self.say(f"{edits(done.count)} {how} at once; u takes it back")
        return step.item or self._next(step.after)

    def _edit(self, item: Item) -> Item | None:
        text = self.ask(
            f'Put instead of {_quoted(item.edit.before)} (empty: leave this; "" for nothing at all): '
        )
        if not text:
            return item
        return self._taken("e", self._acts.decide(item.key, "other", "" if text == '""' else text))

    def _widen(self, item: Item) -> Item:
        self._acts.widen()
        return item

    def _order(self, item: Item) -> Item | None:
        step = self._acts.reorder(self.loader)
        self.say(f"order: {self.session.order}")
        return self._next(step.after) or item

    def _help(self, item: Item) -> Item:
        self.say(help_text())
        return item


_WENT = {"u": "taken back", "r": "done again"}


def _lines(text: str) -> str:
    """Text as it stands, its lines kept and nothing in it that steers the terminal."""
    return "\n".join(printable(line.removesuffix("\r")) for line in text.split("\n"))


def _marked(text: str) -> str:
    # Colour codes of our own stay; line ends inside an edit show as pictures, so that the change is one thing to the eye.
    colour, inner, end = (text[:5], text[5:-4], text[-4:]) if text.startswith("\x1b[3") else ("", text, "")
    return colour + printable(inner) + end


def _quoted(text: str) -> str:
    return f'"{printable(text)}"' if text else "nothing"
