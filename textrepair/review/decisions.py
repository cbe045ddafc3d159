"""What can be decided about an edit, and how a decision is made, covered by a rule, undone and done again.

Every action writes down, for each edit that it touches, what was there and what is there now.  Undoing puts back the one, redoing
the other; there is no limit, and both work after the program was closed.  Each reviewer undoes only what they did.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from textrepair.review.queue import in_case_of, pair_of
from textrepair.review.schema import DECISIONS, IN_DECISIONS
from textrepair.review.store import FREE, STALE, Store

#: "other" puts another text; "skip" leaves the edit open and shows it again at the end.
Verdict = Literal["accept", "reject", "other", "skip"]
VERDICTS: tuple[Verdict, ...] = (*DECISIONS, "skip")
#: How far a decision reaches: this edit; all equal swaps still open in its article; in the whole corpus, also in articles
#: not read yet; or, besides, in corpora reviewed from now on (for "skip", which is for later in this review, as "corpus").
Scope = Literal["edit", "article", "corpus", "always"]
SCOPES: tuple[Scope, ...] = ("edit", "article", "corpus", "always")
#: Actions of this kind came from rules of another corpus, and are not undone one by one.
STANDING = "standing"


class Conflict(ValueError):
    """An edit that can't be decided now: somebody else has decided or is looking at it, or its article has changed."""


@dataclass(frozen=True, slots=True)
class ActionOutcome:
    """What an action did: its key, what it was, how many edits it changed, and which one to look at."""

    action: int
    verb: str
    count: int
    edit: int | None


@dataclass(frozen=True, slots=True)
class Decision:
    """One of many decisions: an edit's key, the verdict, and what "other" puts."""

    edit: int
    verdict: Verdict
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Many:
    """What became of many decisions: the action, those that were made, in their plainest words, and how many could not be."""

    action: int
    made: tuple[Decision, ...]
    refused: int


class Decisions:
    """The decisions of one reviewer in a store; ``second`` lets them decide what others have decided already."""

    def __init__(self, store: Store, who: str, second: bool = False) -> None:
        self.store = store
        self.who = who
        self.second = second

    def decide(
        self, edit: int, verdict: Verdict, text: str | None = None, scope: Scope = "edit"
    ) -> ActionOutcome:
        """Make a decision, on disk when this returns.  ``text`` is what "other" puts.

        Raises :class:`Conflict`.
        """
        with self.store.writing():
            before, after, pair, article = self._checked(edit)
            verdict, text = _plainest(verdict, text, before, after)
            if verdict == "skip" and scope == "always":
                scope = "corpus"
            action = self._begin(verdict, scope, edit)
            self._change_one(action, edit, verdict, text)
            if scope != "edit":
                within = "AND e.article = :article" if scope == "article" else ""
                self._change_pair(action, pair, verdict, text, within, article)
                if scope != "article":
                    self._add_rule(action, before, after, verdict, text)
            return self._done(action, verdict, edit)

    def decide_rest(self, edit: int, verdict: Literal["accept", "reject"]) -> ActionOutcome:
        """Decide this edit and all open ones behind it in its article, as one action.  Raises :class:`Conflict`."""
        with self.store.writing():
            self._checked(edit)
            action = self._begin(verdict, "rest", edit)
            self._change_one(action, edit, verdict, None)
            chosen = (
                f"SELECT e.key FROM edit e JOIN edit c ON c.key = :edit WHERE e.article = c.article AND {self._open()}"
                f" AND (e.start, e.key) > (c.start, c.key) AND {FREE}"
            )
            values = {"edit": edit, "holder": self.store.holder, "verdict": verdict}
            self._record(
                action, chosen, values, ":verdict, NULL, coalesce(v.flag, 0), coalesce(v.note, '')", {}
            )
            return self._done(action, verdict, edit)

    def decide_many(self, wanted: Iterable[Decision], verb: str) -> Many:
        """Make many decisions as one action.  Those that can't be made are left out and counted."""
        made: list[Decision] = []
        refused = 0
        with self.store.writing():
            action = self._begin(verb, "many", None)
            for decision in wanted:
                try:
                    before, after, _, _ = self._checked(decision.edit)
                except Conflict:
                    refused += 1
                    continue
                verdict, text = _plainest(decision.verdict, decision.text, before, after)
                self._change_one(action, decision.edit, verdict, text)
                made.append(Decision(decision.edit, verdict, text))
            return Many(action, tuple(made), refused)

    def _open(self) -> str:
        """SQL for edits ``e`` that are still this reviewer's to decide."""
        if not self.second:
            return "e.status = 0"
        return (
            "e.status < 2 AND NOT EXISTS (SELECT 1 FROM verdict m WHERE m.edit = e.key AND m.who = :who"
            f" AND m.verdict {IN_DECISIONS})"
        )

    def _checked(self, edit: int) -> tuple[str, str, int, int]:
        """The words before and after, the pair and the article of an edit that may be decided."""
        values = {"edit": edit, "who": self.who, "now": time.time(), "holder": self.store.holder}
        row = self.store.db.execute(
            f"SELECT e.status, e.before, e.after, e.pair, e.article, {FREE} FROM edit e WHERE e.key = :edit",
            values,
        ).fetchone()
        if row is None:
            raise Conflict("this edit is no longer there: its article has changed")
        status, before, after, pair, article, free = row
        if status == STALE:
            raise Conflict("the article has changed since this edit was proposed")
        if not self.second:
            other = self.store.db.execute(
                "SELECT who, verdict FROM verdict WHERE edit = :edit AND who <> :who"
                f" AND verdict {IN_DECISIONS}",
                values,
            ).fetchone()
            if other:
                raise Conflict(f"{other[0]} has decided this one already: {other[1]}")
        if not free:
            raise Conflict("somebody else is looking at this one")
        return str(before), str(after), int(pair), int(article)

    def mark(self, edit: int, flag: bool | None = None, note: str | None = None) -> ActionOutcome:
        """Flag an edit, or take the flag off; or write a note to it.  The decision stays."""
        verb = "note" if note is not None else "flag" if flag else "unflag"
        with self.store.writing():
            if not self.store.db.execute("SELECT 1 FROM edit WHERE key = ?", (edit,)).fetchone():
                raise Conflict("this edit is no longer there: its article has changed")
            action = self._begin(verb, "edit", edit)
            self._record(
                action, "SELECT :edit AS key", {"edit": edit},
                "v.verdict, v.after, coalesce(:flag, v.flag, 0), coalesce(:note, v.note, '')",
                {"flag": None if flag is None else int(flag), "note": note},
            )  # fmt: skip
            return self._done(action, verb, edit)

    def apply_rules(self, edits: list[int]) -> int:
        """Decide edits just read by the rules in force; how many were.

        Of each reviewer the newest rule counts, and of these the newest; one that skips stands behind any that decides.
        """
        if not edits or not self.store.db.execute("SELECT 1 FROM rule LIMIT 1").fetchone():
            return 0
        count = 0
        for edit in edits:
            rule = self.store.db.execute(
                "SELECT r.action, r.verdict, r.text, e.before, c.who FROM edit e JOIN pair p ON p.key = e.pair"
                " JOIN rule r ON r.before = p.before AND r.after = p.after JOIN action c ON c.key = r.action"
                " WHERE e.key = ? AND c.undone = 0 AND NOT EXISTS (SELECT 1 FROM rule n JOIN action d ON d.key = n.action"
                " WHERE n.before = r.before AND n.after = r.after AND d.who = c.who AND d.undone = 0 AND n.action > r.action)"
                " ORDER BY r.verdict = 'skip', r.action DESC LIMIT 1",
                (edit,),
            ).fetchone()
            if rule:
                action, verdict, text, before, who = rule
                fitted = None if text is None else in_case_of(before, text)
                Decisions(self.store, who)._change_one(action, edit, verdict, fitted)
                count += 1
        return count

    def stand(self, before: str, after: str, verdict: Verdict, text: str | None, who: str) -> int:
        """Bring in a rule from elsewhere; it decides what is open as well.  How many edits it decided."""
        mine = Decisions(self.store, who)
        pair = pair_of(before, after)
        with self.store.writing():
            known = self.store.db.execute(
                "SELECT 1 FROM rule r JOIN action c ON c.key = r.action WHERE before = ? AND after = ? AND c.undone = 0"
                " AND r.verdict <> 'skip'",
                pair,
            ).fetchone()
            if known:
                return 0
            action = mine._begin(STANDING, "always", None)
            mine._add_rule(action, before, after, verdict, text)
            row = self.store.db.execute(
                "SELECT key FROM pair WHERE before = ? AND after = ?", pair
            ).fetchone()
            if row:
                mine._change_pair(action, int(row[0]), verdict, text, "", 0)
            return mine._done(action, STANDING, None).count

    # --- undo and redo

    def undo(self) -> ActionOutcome | None:
        """Take back the last action that is in force; None where there is none."""
        with self.store.writing():
            row = self.store.db.execute(
                "SELECT key, verb, edit FROM action WHERE who = ? AND undone = 0 AND verb <> ? ORDER BY key DESC LIMIT 1",
                (self.who, STANDING),
            ).fetchone()
            if row is None:
                return None
            self.store.db.execute("UPDATE action SET undone = 1 WHERE key = ?", (row[0],))
            return ActionOutcome(row[0], row[1], self._put(row[0], "old", ""), row[2])

    def redo(self) -> ActionOutcome | None:
        """Do again what was undone last; what somebody else has decided meanwhile is left out."""
        with self.store.writing():
            row = self.store.db.execute(
                "SELECT key, verb, edit FROM action WHERE who = ? AND undone = 1 ORDER BY key LIMIT 1",
                (self.who,),
            ).fetchone()
            if row is None:
                return None
            self.store.db.execute("UPDATE action SET undone = 0 WHERE key = ?", (row[0],))
            spare = (
                ""
                if self.second
                else " AND NOT (c.new_verdict IS NOT NULL AND EXISTS (SELECT 1 FROM verdict o WHERE o.edit = c.edit"
                f" AND o.who <> :who AND o.verdict {IN_DECISIONS}))"
            )
            count = self._put(row[0], "new", spare)
            rule = self.store.db.execute(
                "SELECT p.key, r.verdict, r.text FROM rule r JOIN pair p ON p.before = r.before AND p.after = r.after"
                " WHERE r.action = ?",
                (row[0],),
            ).fetchone()
            if rule:  # articles may have been read while it was not in force
                pair, verdict, text = rule
                self._change_pair(row[0], pair, verdict, text, "", 0)
            return ActionOutcome(row[0], row[1], count, row[2])

    def _put(self, action: int, side: str, spare: str, more: Mapping[str, Any] = MappingProxyType({})) -> int:
        """Make what an action touched be as it was before ("old") or after it ("new")."""
        values = {"action": action, "who": self.who, **more}
        known = f"c.{side}_verdict IS NOT NULL OR c.{side}_flag OR c.{side}_note <> ''"
        gone = self.store.db.execute(
            "DELETE FROM verdict WHERE who = :who AND edit IN"
            f" (SELECT c.edit FROM change c WHERE c.action = :action AND NOT ({known}){spare})",
            values,
        ).rowcount
        put = self.store.db.execute(
            "INSERT INTO verdict (edit, who, verdict, after, flag, note, at)"
            f" SELECT c.edit, :who, c.{side}_verdict, c.{side}_after, c.{side}_flag, c.{side}_note, c.{side}_at"
            f" FROM change c JOIN edit e ON e.key = c.edit WHERE c.action = :action AND ({known}){spare}"
            " ON CONFLICT DO UPDATE SET verdict = excluded.verdict, after = excluded.after, flag = excluded.flag,"
            " note = excluded.note, at = excluded.at",
            values,
        ).rowcount
        return max(gone, 0) + max(put, 0)

    # --- writing down

    def _begin(self, verb: str, scope: str, edit: int | None) -> int:
        if verb != STANDING:
            self.store.db.execute("UPDATE action SET undone = 2 WHERE who = ? AND undone = 1", (self.who,))
        cursor = self.store.db.execute(
            "INSERT INTO action (who, at, verb, scope, edit) VALUES (?, ?, ?, ?, ?)",
            (self.who, time.time(), verb, scope, edit),
        )
        return int(cursor.lastrowid or 0)

    def _done(self, action: int, verb: str, edit: int | None) -> ActionOutcome:
        count = self.store.db.execute("SELECT count(*) FROM change WHERE action = ?", (action,)).fetchone()[0]
        return ActionOutcome(action, verb, int(count), edit)

    def _change_one(self, action: int, edit: int, verdict: Verdict, text: str | None) -> None:
        self._record(
            action, "SELECT :edit AS key", {"edit": edit},
            ":verdict, :text, coalesce(v.flag, 0), coalesce(v.note, '')", {"verdict": verdict, "text": text},
        )  # fmt: skip

    def _change_pair(
        self, action: int, pair: int, verdict: Verdict, text: str | None, within: str, article: int
    ) -> None:
        """All open edits with the same swap that nobody else is looking at."""
        chosen = (
            f"SELECT e.key FROM edit e WHERE e.pair = :pair AND {self._open()} {within}"
            f" AND {FREE} AND NOT EXISTS (SELECT 1 FROM change WHERE action = :action AND edit = e.key)"
        )
        values = {"pair": pair, "article": article, "holder": self.store.holder}
        self.store.db.create_function("in_case_of", 2, in_case_of, deterministic=True)
        fitted = (
            "in_case_of((SELECT before FROM edit WHERE key = k.key), :text)" if text is not None else "NULL"
        )
        self._record(
            action, chosen, values, f":verdict, {fitted}, coalesce(v.flag, 0), coalesce(v.note, '')",
            {"verdict": verdict, "text": text},
        )  # fmt: skip

    def _record(
        self, action: int, chosen: str, chosen_values: dict[str, Any], new: str, new_values: dict[str, Any]
    ) -> None:
        """Write down what becomes of the chosen edits, and make it so."""
        now = time.time()
        values = {"action": action, "who": self.who, "now": now, **chosen_values, **new_values}
        self.store.db.execute(
            "INSERT OR REPLACE INTO change SELECT :action, k.key, v.verdict, v.after, coalesce(v.flag, 0), coalesce(v.note, ''),"
            f" coalesce(v.at, 0.0), {new}, :now FROM ({chosen}) k LEFT JOIN verdict v ON v.edit = k.key AND v.who = :who",
            values,
        )
        # A rule's action gathers edits over time, of which some may have been decided otherwise since.
        self._put(action, "new", " AND c.new_at = :now", {"now": now})

    def _add_rule(self, action: int, before: str, after: str, verdict: Verdict, text: str | None) -> None:
        self.store.db.execute(
            "INSERT INTO rule VALUES (?, ?, ?, ?, ?)", (action, *pair_of(before, after), verdict, text)
        )


def _plainest(verdict: Verdict, text: str | None, before: str, after: str) -> tuple[Verdict, str | None]:
    """The same decision in its plainest words: to put what stands there is to reject, to put what is proposed to accept."""
    if verdict != "other":
        return verdict, None
    if text is None:
        raise ValueError("another text is wanted, and none is given")
    if text == before:
        return "reject", None
    return ("accept", None) if text == after else ("other", text)
