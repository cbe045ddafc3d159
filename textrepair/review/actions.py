"""What a reviewer's answers do, and what is shown after each: the same for every face, which asks and draws.

A face that remembers (terminal, plain prompts) has one `Actions`; one that is asked afresh each time (browser) makes one for each
request, with the reach that came with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from textrepair.review.decisions import SCOPES, ActionOutcome, Scope, Verdict
from textrepair.review.loading import Loader
from textrepair.review.queue import ORDERS
from textrepair.review.session import Item, Session
from textrepair.writer.base import printable

#: What was done, told by the verb of its outcome.
DONE = {"accept": "accepted", "reject": "rejected", "other": "put", "skip": "skipped"}


class Nothing(ValueError):
    """An answer that does nothing here; what is shown stays.  The message says why."""


@dataclass(frozen=True, slots=True)
class Step:
    """What is shown next: ``item``, or where that is None the open edit behind ``after`` (None: the first one).  ``outcome`` is
    what was done, where anything was."""

    item: Item | None = None
    after: int | None = None
    outcome: ActionOutcome | None = None


class Actions:
    """See the module's docstring.  Whatever decides raises what :meth:`Session.decide` raises."""

    def __init__(self, session: Session, reach: Scope = "edit") -> None:
        self.session = session
        #: How far the next decision reaches; that one alone, whatever becomes of it.
        self.reach: Scope = reach
        #: What was passed or left, for `back`.
        self.trail: list[int] = []
        self._sought = ""

    # --- deciding

    def decide(self, key: int, verdict: Verdict, text: str | None = None) -> Step:
        """Decide an edit and what else is in reach, and go on."""
        reach, self.reach = self.reach, "edit"
        return self._past(key, self.session.decide(key, verdict, text, reach))

    def choose(self, item: Item, number: int) -> Step:
        """Put that of its choices, counted from 1."""
        if not 1 <= number <= len(item.choices):
            raise Nothing(f"there is no choice {number}")
        return self.decide(item.key, "other", item.choices[number - 1])

    def rest(self, key: int, verdict: Literal["accept", "reject"]) -> Step:
        """Decide this and the rest of its article, and go on."""
        self.reach = "edit"
        return self._past(key, self.session.decide_rest(key, verdict))

    def widen(self) -> None:
        """Let the next decision reach one step further, and from the widest begin again."""
        self.reach = SCOPES[(SCOPES.index(self.reach) + 1) % len(SCOPES)]

    def flag(self, key: int) -> Step:
        """Flag it, or take the flag off, and stay."""
        return self._stay(key, self.session.flag(key))

    def note(self, key: int, text: str) -> Step:
        """Write a note to it, and stay."""
        return self._stay(key, self.session.note(key, text))

    def undo(self) -> Step:
        """Take back what was done last, and show it."""
        return self.shown(self._some(self.session.undo()))

    def redo(self) -> Step:
        """Do again what was taken back, and go on."""
        outcome = self._some(self.session.redo())
        return Step(after=outcome.edit, outcome=outcome)

    def shown(self, outcome: ActionOutcome) -> Step:
        """What it was about; the first open edit where that was no single edit, or it is no longer there."""
        item = None if outcome.edit is None else self.session.item(outcome.edit)
        return Step(item if item is not None and item.status != "stale" else None, outcome=outcome)

    # --- going

    def forward(self, key: int) -> Step:
        """Go on without deciding."""
        self.reach = "edit"
        return self._past(key)

    def back(self, key: int | None) -> Step:
        """What was shown before; without such, the edit before this one, or where none is shown the last one decided."""
        while self.trail:
            item = self.session.item(self.trail.pop())
            if item is not None:
                return Step(item)
        found = self.session.last_decided() if key is None else self.session.previous(key)
        if found is None:
            raise Nothing("this is the first one")
        return Step(found)

    def search(self, key: int | None, text: str) -> Step:
        """The next edit in which the text stands; an empty one stands for the last that was sought."""
        self._sought = text or self._sought
        if not self._sought:
            raise Nothing("nothing was looked for yet; type what to find")
        found = self.session.search(self._sought, key)
        if found is None:
            raise Nothing(f"“{printable(self._sought)}” is in no edit of the articles read so far")
        if key is not None:
            self.trail.append(key)
        return Step(found)

    def reorder(self, loader: Loader | None) -> Step:
        """The next order, from its start; but in that of the articles, all of them have to be read."""
        names = list(ORDERS)
        self.session.order = names[(names.index(self.session.order) + 1) % len(names)]
        if loader is not None and self.session.order != "article":
            loader.read_all()
        return Step()

    def _past(self, key: int, outcome: ActionOutcome | None = None) -> Step:
        self.trail.append(key)
        return Step(after=key, outcome=outcome)

    def _stay(self, key: int, outcome: ActionOutcome) -> Step:
        return Step(self.session.item(key), key, outcome)

    def _some(self, outcome: ActionOutcome | None) -> ActionOutcome:
        if outcome is None:
            raise Nothing("nothing left for that")
        return outcome
