"""One reviewer at work on one corpus: what to look at next, what can be decided about it, and how far they are.

This is all that a face (terminal, plain prompts, browser) needs:

    with open_session(["news.jsonl"], store="news.jsonl.review", who="kim", propose=proposer) as session:
        item = session.next()                      # the first open edit in the session's order, held for this reviewer
        view = session.article(item.article)       # its text and all its edits
        session.decide(item.key, "accept")         # on disk when it returns; Conflict if it can't be
        item = session.next(item.key)              # the one after it
        session.undo(), session.redo()             # an ActionOutcome, its `edit` the one to show; None where there is nothing
        session.progress()

A session belongs to one thread.  Others, and other programs, open their own on the same store.
"""

from __future__ import annotations

import json
import time
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, Protocol

from textrepair.corpus.articles import OnError, ReadOptions, Unreadable
from textrepair.patch import Edit
from textrepair.review.decisions import (
    SCOPES,
    ActionOutcome,
    Conflict,
    Decision,
    Decisions,
    Many,
    Scope,
    Verdict,
)
from textrepair.review.loading import Library, Loader, enter, index, read_next, refresh
from textrepair.review.proposals import Proposer
from textrepair.review.queue import ORDERS, Filter, held, holds, pair_of
from textrepair.review.rules import Rule, RulesFile
from textrepair.review.schema import DECISIONS, IN_DECISIONS
from textrepair.review.store import (
    DECIDED,
    FREE,
    OPEN,
    READ,
    STALE,
    UNREAD,
    ArticleRow,
    Store,
    StoreError,
    text_hash,
)

_IS_SKIP = "= 'skip'"
_STATUS = {OPEN: "open", DECIDED: "decided", STALE: "stale"}
ArticleSort = Literal["corpus", "score", "open"]
#: What each order of a list of articles sorts by.
ARTICLE_SORTS: dict[ArticleSort, str] = {
    "corpus": "a.key", "score": "a.score DESC, a.key", "open": "a.open DESC, a.key",
}  # fmt: skip
#: Articles whose text and edits are kept at hand.
_AT_HAND = 8


@dataclass(frozen=True, slots=True)
class Mark:
    """What one reviewer did about an edit.  ``verdict`` is None where it was only flagged or noted; ``after`` is what "other"
    puts; ``at`` is in seconds since 1970."""

    who: str
    verdict: Verdict | None
    after: str | None
    flag: bool
    note: str
    at: float


@dataclass(frozen=True, slots=True)
class Item:
    """An edit under review.

    ``applied`` says whether a repair would make it (or only propose it), ``belief`` how likely it is right after what was
    decided so far, ``status`` is open, decided (by anybody) or stale.
    """

    key: int
    article: int
    article_id: str
    edit: Edit
    applied: bool
    belief: float
    status: str
    marks: tuple[Mark, ...] = ()

    def mark(self, who: str) -> Mark | None:
        """What that reviewer did about it."""
        return next((mark for mark in self.marks if mark.who == who), None)

    @property
    def decided(self) -> tuple[Mark, ...]:
        """The decisions about it."""
        return tuple(mark for mark in self.marks if mark.verdict in DECISIONS)

    @property
    def choices(self) -> tuple[str, ...]:
        """What the digits put: 1 is the proposal, 2 and so on its alternatives, up to 9."""
        texts = (self.edit.after, *(text for text, _ in self.edit.alternatives))
        return tuple(dict.fromkeys(text for text in texts if text != self.edit.before))[:9]


@dataclass(frozen=True, slots=True)
class View:
    """An article under review: its text before any repair, and its edits, stale ones left out, sorted by place."""

    key: int
    id: str
    path: str
    text: str
    score: float | None
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a review is: edits of the articles read so far, verdicts of this reviewer, and articles."""

    open: int
    decided: int
    stale: int
    accepted: int
    rejected: int
    other: int
    skipped: int
    flagged: int
    articles: int
    articles_read: int
    articles_failed: int

    @property
    def edits(self) -> int:
        return self.open + self.decided

    @property
    def agreement(self) -> float | None:
        """Share of this reviewer's decisions that took the proposal."""
        decisions = self.accepted + self.rejected + self.other
        return self.accepted / decisions if decisions else None


class Ranking(Protocol):
    """Learns from decisions how likely the open edits are right."""

    def learn(self, action: int) -> None:
        """An action was made, undone or redone."""


class Session:
    """See the module's docstring.  ``order`` and ``filter`` may be changed at any time."""

    def __init__(
        self,
        store: Store,
        library: Library,
        who: str,
        order: str = "article",
        second: bool = False,
        rules: RulesFile | None = None,
    ) -> None:
        self.store = store
        self.library = library
        self.who = who
        self.second = second
        self.order = order
        self.filter = Filter()
        #: What learns from each action and ranks anew what is still open.
        self.ranking: Ranking | None = None
        self._decisions = Decisions(store, who, second)
        self._rules = rules
        self._texts: OrderedDict[int, str] = OrderedDict()
        self._counts: tuple[float, tuple[int, int, int]] = (0.0, (0, 0, 0))

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of what is held.  Nothing has to be saved."""
        self.store.close()

    @property
    def order(self) -> str:
        """One of :data:`~textrepair.review.queue.ORDERS`."""
        return self._order

    @order.setter
    def order(self, name: str) -> None:
        if name not in ORDERS:
            raise ValueError(f"no order {name!r}; there are {', '.join(ORDERS)}")
        self._order = name

    # --- what to look at

    def next(self, after: int | None = None, read: bool = True) -> Item | None:
        """The open edit behind the one with that key (None: the first), held for this reviewer from now on.

        Behind the last one it begins again from the start; what this reviewer has skipped comes when nothing else is left.  With
        ``read``, articles are read until there is one; without it, None may also mean that a :class:`Loader` has still to
        bring some (``progress().articles_read`` tells).
        """
        while True:
            with self.store.writing_lightly():
                key = self._seek(after, skipped=False)
                # As the text goes, what is not read yet comes before what was passed over.
                unread = key is None and self._order == "article" and self._unread()
                if key is None and not unread:
                    key = self._again(after)
                if key is not None:
                    self.store.hold(key, self._article_of(key) if self._order == "article" else None)
            if key is not None:
                return self.item(key)
            if not read:
                return None
            self._counts = (0.0, (0, 0, 0))
            if not read_next(self.store, self.library):
                with self.store.writing_lightly():  # the rest is being read by another program
                    key = self._again(after)
                    if key is not None:
                        self.store.hold(key)
                return None if key is None else self.item(key)

    def waiting(self) -> bool:
        """Are there articles that are still to be read?"""
        return self._unread()

    def another(self) -> Session:
        """A second session on the same store, for another thread."""
        library = Library(self.library.reading, self.library.propose)
        session = Session(Store(self.store.path), library, self.who, self._order, self.second, self._rules)
        session.filter = self.filter
        return session

    def _unread(self) -> bool:
        if self.second:  # what nobody has read, nobody has decided
            return False
        rows = self.store.db.execute("SELECT 1 FROM article WHERE state = 0 AND wanted = 1 LIMIT 1")
        return rows.fetchone() is not None

    def _again(self, after: int | None) -> int | None:
        """From the start; then what was skipped; at last the very edit that one comes from."""
        for skipped, cursor, but in (
            (False, None, after),
            (True, after, after),
            (True, None, after),
            (False, None, None),
        ):
            key = self._seek(cursor, skipped, but)
            if key is not None:
                return key
        return self._seek(None, skipped=True)

    def _seek(
        self, after: int | None, skipped: bool, but: int | None = None, back: bool = False
    ) -> int | None:
        columns = ORDERS[self._order]
        where, values = self.filter.condition()
        values |= {"who": self.who, "now": time.time(), "holder": self.store.holder, "but": but}
        tables = "edit e"
        if self._order == "pair":  # pairs in their order, and the edits of each in theirs: no sorting
            tables = "pair p CROSS JOIN edit e ON e.pair = p.key"
            where += " AND p.open > 0"
        if after is not None:
            row = self.store.db.execute(
                f"SELECT {', '.join(columns)} FROM edit e JOIN pair p ON p.key = e.pair WHERE e.key = ?",
                (after,),
            ).fetchone()
            if row is not None:
                names = [f":c{i}" for i in range(len(row))]
                values |= {f"c{i}": value for i, value in enumerate(row)}
                sign = "<" if back else ">"
                if self._order == "pair":
                    where += f" AND (p.rank, p.key) {sign}= (:c0, :c1)"
                where += f" AND ({', '.join(columns)}) {sign} ({', '.join(names)})"
        mine = "EXISTS (SELECT 1 FROM verdict v WHERE v.edit = e.key AND v.who = :who AND v.verdict {})"
        status = "e.status = 0"
        if self.second:
            status = f"e.status = 1 AND NOT {mine.format(IN_DECISIONS)}"
            where = where.replace(" AND p.open > 0", "")
        direction = " DESC" if back else ""
        row = self.store.db.execute(
            f"SELECT e.key FROM {tables} WHERE {status} AND e.key IS NOT :but"
            " AND EXISTS (SELECT 1 FROM article WHERE key = e.article AND state = 1)"
            f" AND {'' if skipped else 'NOT '}{mine.format(_IS_SKIP)} AND {FREE}{where}"
            f" ORDER BY {', '.join(column + direction for column in columns)} LIMIT 1",
            values,
        ).fetchone()
        return None if row is None else int(row[0])

    def previous(self, before: int) -> Item | None:
        """The edit before that one in the article order, whether open or decided; it is not held."""
        row = self.store.db.execute(
            "SELECT e.key FROM edit e, edit c WHERE c.key = ? AND e.status < 2 AND (e.article, e.start, e.key) <"
            " (c.article, c.start, c.key) ORDER BY e.article DESC, e.start DESC, e.key DESC LIMIT 1",
            (before,),
        ).fetchone()
        return None if row is None else self.item(int(row[0]))

    def last_decided(self) -> Item | None:
        """The edit that this reviewer did something about last."""
        row = self.store.db.execute(
            "SELECT edit FROM action WHERE who = ? AND undone = 0 AND edit IS NOT NULL ORDER BY key DESC LIMIT 1",
            (self.who,),
        ).fetchone()
        return None if row is None else self.item(int(row[0]))

    def search(self, text: str, after: int | None = None) -> Item | None:
        """The next edit, open or not, in whose words, reason or article's id the text stands; from the start again at the end."""
        where, values = replace(self.filter, text=text).condition()
        cursor = "(SELECT article, start, key FROM edit WHERE key = :after)"
        for condition in (f" AND (e.article, e.start, e.key) > {cursor}" if after is not None else "", ""):
            row = self.store.db.execute(
                f"SELECT e.key FROM edit e WHERE e.status < 2{where}{condition} ORDER BY e.article, e.start, e.key LIMIT 1",
                values | {"after": after},
            ).fetchone()
            if row is not None:
                return self.item(int(row[0]))
        return None

    def item(self, key: int) -> Item | None:
        """The edit with that key, as it is now."""
        return next(iter(self._items("e.key = ?", (key,))), None)

    def items(
        self, filter: Filter, status: str | None = None, limit: int = 100, offset: int = 0
    ) -> list[Item]:
        """Edits that pass a filter, in the article order; ``status`` is open, decided or stale."""
        where, values = filter.condition()
        if status is not None:
            where += f" AND e.status = {next(code for code, name in _STATUS.items() if name == status)}"
        return self._items(
            f"1{where} ORDER BY e.article, e.start, e.key LIMIT :limit OFFSET :offset",
            values | {"limit": limit, "offset": offset},
        )

    def flagged(self, limit: int = 1000) -> list[Item]:
        """Edits that this reviewer has flagged or noted."""
        return self._items(
            "e.key IN (SELECT edit FROM verdict WHERE who = ? AND (flag OR note <> '') ORDER BY at LIMIT ?)",
            (self.who, limit),
        )

    def _items(self, where: str, values: Any) -> list[Item]:
        rows = self.store.db.execute(
            'SELECT e.key, e.article, a.id, e.start, e."end", e.before, e.after, e.kind, e.confidence, e.alternatives, e.reason,'
            f" e.reference, e.applied, e.belief, e.status FROM edit e JOIN article a ON a.key = e.article WHERE {where}",
            values,
        ).fetchall()
        marks: dict[int, list[Mark]] = {}
        for at in range(0, len(rows), 500):
            keys = ", ".join(str(row[0]) for row in rows[at : at + 500])
            for edit, who, verdict, after, flag, note, when in self.store.db.execute(
                f"SELECT edit, who, verdict, after, flag, note, at FROM verdict WHERE edit IN ({keys}) ORDER BY edit, at, who"
            ):
                marks.setdefault(edit, []).append(Mark(who, verdict, after, bool(flag), note, when))
        return [
            Item(
                key, article, id_ or "",
                Edit(start, end, before, after, kind, confidence, _alternatives(alternatives), reason, reference),
                bool(applied), belief, _STATUS[status], tuple(marks.get(key, ())),
            )
            for key, article, id_, start, end, before, after, kind, confidence, alternatives, reason, reference, applied, belief,
                status in rows
        ]  # fmt: skip

    def same(self, item: Item) -> tuple[int, int]:
        """How many open edits make the same swap: in its article, and in all articles read so far; itself included if open."""
        pair = self.store.db.execute(
            "SELECT key, open FROM pair WHERE before = ? AND after = ?",
            pair_of(item.edit.before, item.edit.after),
        ).fetchone()
        if pair is None:
            return 0, 0
        here = self.store.db.execute(
            "SELECT count(*) FROM edit INDEXED BY open_place WHERE article = ? AND status = 0 AND pair = ?",
            (item.article, pair[0]),
        ).fetchone()
        return int(here[0]), int(pair[1])

    # --- articles

    def article(self, key: int) -> View:
        """An article's text and edits.  Raises :class:`~textrepair.review.decisions.Conflict` where its file has changed or can't
        be read."""
        row = self.store.article(key)
        if row is None:
            raise Conflict("this article is no longer there")
        if row.state == UNREAD:  # not reached yet, or changed since
            row = self.read(row)
        if row.state != READ:
            raise Conflict(row.error or f"{row.path}: this article is no longer there")
        text = self._text(row)
        items = self._items('e.article = ? AND e.status < 2 ORDER BY e.start, e."end", e.key', (key,))
        return View(key, row.id, row.path, text, row.score, tuple(items))

    def read(self, row: ArticleRow) -> ArticleRow:
        """Read an article here and now, whatever a loader does; what the store knows of it then."""
        self._counts = (0.0, (0, 0, 0))
        material = self.library.material(row)
        with self.store.writing_lightly():
            enter(self.store, self.library, [(row, material)])
        return self.store.article(row.key) or row

    def _text(self, row: ArticleRow) -> str:
        """The text that the edits are about; an article that has changed is put back into the queue."""
        self._look_after(row)
        if row.key in self._texts:
            self._texts.move_to_end(row.key)
            return self._texts[row.key]
        text = self.store.kept_text(row.key)
        if text is None:
            article = self.library.article(row)
            if isinstance(article, Unreadable):
                raise Conflict(str(article))
            text = self.library.original(article)
            if text_hash(text) != row.hash:
                with self.store.writing():
                    aside = self.store.set_stale(row.key, UNREAD)
                raise Conflict(_changed(row, aside))
        self._texts[row.key] = text
        if len(self._texts) > _AT_HAND:
            self._texts.popitem(last=False)
        return text

    def _look_after(self, row: ArticleRow) -> None:
        """Notice a file that has changed since it was indexed."""
        stamp = self.library.source(row.path).stamp()
        key, known = self._file(row.path)
        if stamp != known:
            self._texts.clear()
            if not stamp:
                with self.store.writing():
                    self.store.set_missing(key, f"{row.path}: the file is gone")
                raise Conflict(f"{row.path}: the file is gone; its decisions are kept")
            aside = refresh(self.store, self.library, key, row.path, stamp)
            now = self.store.article(row.key)
            if now is None or now.state != READ or now.hash != row.hash:
                raise Conflict(_changed(row, aside))

    def _file(self, path: str) -> tuple[int, str]:
        row = self.store.db.execute("SELECT key, stamp FROM file WHERE path = ?", (path,)).fetchone()
        return int(row[0]), str(row[1])

    def _article_of(self, edit: int) -> int:
        return int(self.store.db.execute("SELECT article FROM edit WHERE key = ?", (edit,)).fetchone()[0])

    def articles(
        self,
        limit: int = 100,
        offset: int = 0,
        text: str = "",
        sort: ArticleSort = "corpus",
        undone: bool = False,
    ) -> list[ArticleRow]:
        """Articles with their scores and numbers of edits and open edits, in the order of the corpus, by score, or by how many
        are open.  ``text`` is looked for in their ids and paths; ``undone`` leaves out those without open edits."""
        where, values = _listed(text, undone)
        where += f" ORDER BY {ARTICLE_SORTS[sort]} LIMIT :limit OFFSET :offset"
        return list(self.store.articles(where, values | {"limit": limit, "offset": offset}))

    def count_articles(self, text: str = "", undone: bool = False) -> int:
        """How many :meth:`articles` there are."""
        where, values = _listed(text, undone)
        files = " JOIN file f ON f.key = a.file" if text else ""
        row = self.store.db.execute(f"SELECT count(*) FROM article a{files} WHERE {where}", values).fetchone()
        return int(row[0])

    # --- deciding

    def decide(
        self, key: int, verdict: Verdict, text: str | None = None, scope: Scope = "edit"
    ) -> ActionOutcome:
        """Decide an edit, and with a wider scope the open ones that make the same swap; stored when this returns.

        "other" takes the text to put; "skip" leaves the edit for later, in this corpus alone.  Raises
        :class:`~textrepair.review.decisions.Conflict` where the article has changed, or somebody else has decided the edit or
        is looking at it: nothing is stored then.
        """
        if scope not in SCOPES:
            raise ValueError(f"no scope {scope!r}; there are {', '.join(SCOPES)}")
        self._still_there(key)
        outcome = self._decisions.decide(key, verdict, text, scope)
        if self._rules is not None and (rule := self._rule(outcome.action)):
            self._rules.add(rule)
        self._rank(outcome)
        return outcome

    def decide_rest(self, key: int, verdict: Literal["accept", "reject"]) -> ActionOutcome:
        """Decide an edit and all open ones behind it in its article, as one action.  Raises as :meth:`decide` does."""
        self._still_there(key)
        outcome = self._decisions.decide_rest(key, verdict)
        self._rank(outcome)
        return outcome

    def decide_many(self, wanted: Iterable[Decision], verb: str) -> Many:
        """Make many decisions as one action; those that can't be made are left out and counted."""
        many = self._decisions.decide_many(wanted, verb)
        self._rank(ActionOutcome(many.action, verb, len(many.made), None))
        return many

    def _still_there(self, key: int) -> None:
        item = self.item(key)
        if item is None:
            raise Conflict("this edit is no longer there: its article has changed")
        row = self.store.article(item.article)
        if row is not None:
            self._look_after(row)

    def flag(self, key: int, on: bool | None = None) -> ActionOutcome:
        """Flag an edit or take the flag off (None: the other of both)."""
        if on is None:
            item = self.item(key)
            mark = item.mark(self.who) if item else None
            on = not (mark and mark.flag)
        return self._decisions.mark(key, flag=on)

    def note(self, key: int, text: str) -> ActionOutcome:
        """Write a note to an edit; an empty one takes it away."""
        return self._decisions.mark(key, note=text)

    def undo(self) -> ActionOutcome | None:
        """Take back this reviewer's last action, also one of an earlier session; None where there is none."""
        outcome = self._decisions.undo()
        if outcome and self._rules is not None and (rule := self._rule(outcome.action)):
            self._rules.remove(rule)
        self._rank(outcome)
        return outcome

    def redo(self) -> ActionOutcome | None:
        """Do again what was undone last; None where nothing was, or something else was done since."""
        outcome = self._decisions.redo()
        if outcome and self._rules is not None and (rule := self._rule(outcome.action)):
            self._rules.add(rule)
        self._rank(outcome)
        return outcome

    def _rank(self, outcome: ActionOutcome | None) -> None:
        if outcome is not None and self.ranking is not None:
            self.ranking.learn(outcome.action)

    def _rule(self, action: int) -> Rule | None:
        """The rule of an action that also holds for other corpora."""
        row = self.store.db.execute(
            "SELECT r.before, r.after, r.verdict, r.text, a.who, a.at FROM rule r JOIN action a ON a.key = r.action"
            " WHERE a.key = ? AND a.scope = 'always'",
            (action,),
        ).fetchone()
        return None if row is None else Rule(*row)

    # --- how far

    def progress(self) -> Progress:
        """How far the review is; cheap enough for every key."""
        edits, mine = self.store.tally(), self.store.tally(self.who)
        when, counts = self._counts
        if time.monotonic() - when > 0.5:  # counting 100,000 articles takes 3 ms
            counts = self.store.counts()
            self._counts = time.monotonic(), counts
        return Progress(
            edits.get("0", 0), edits.get("1", 0), edits.get("2", 0), mine.get("accept", 0), mine.get("reject", 0),
            mine.get("other", 0), mine.get("skip", 0), mine.get("flag", 0), *counts,
        )  # fmt: skip

    def reviewers(self) -> list[str]:
        """Everybody who has done anything here, by name."""
        return [who for (who,) in self.store.db.execute("SELECT DISTINCT who FROM verdict ORDER BY who")]

    def loader(self, progress: Any = None) -> Loader:
        """A thread, not yet started, that reads articles ahead of this session: as many as it needs in the article order,
        all in others."""
        ahead = _AHEAD if self._order == "article" else None
        return Loader(self.store.path, Library(self.library.reading, self.library.propose), ahead, progress)


#: Open edits at hand in the article order; a fast reviewer decides one a second, an article brings them in less than that.
_AHEAD = 200


def open_session(
    paths: Iterable[str],
    store: str | Path,
    who: str,
    *,
    reading: ReadOptions = ReadOptions(),
    propose: Proposer | None = None,
    order: str = "article",
    second: bool = False,
    sample: int | None = None,
    seed: int = 0,
    rules: RulesFile | None = None,
    on_error: OnError = lambda _: None,
) -> Session:
    """Open a corpus for review, or go on with it.

    ``store`` is the file that keeps everything; ``propose`` repairs articles that bring no edits with them; ``second`` goes
    over what others have decided, for a second opinion; ``sample`` wants only so many articles, drawn with a seed (0: all
    again; None: as before). Raises :class:`~textrepair.review.store.StoreError` where the store can't be used or is another
    corpus's.
    """
    # Whole names, so that the next start may be from another folder.
    names = [str(path) if str(path) == "-" else str(Path(path).resolve()) for path in paths]
    opened = Store(store)
    library = Library(reading, propose)
    known = opened.meta("paths")
    given = json.dumps(names)
    if known is None:
        with opened.writing():
            opened.set_meta("paths", given)
    elif known != given:
        opened.close()
        raise StoreError(
            f"{store}: belongs to another corpus ({', '.join(json.loads(known))}); name another file with --session"
        )
    index(opened, names, library, on_error)
    if sample is not None:
        with opened.writing():
            opened.want_sample(sample or None, seed)
            opened.set_meta("sample", f"{sample}")
    if rules is not None:
        decisions = Decisions(opened, who)
        for rule in rules.read(on_error):
            decisions.stand(rule.before, rule.after, rule.verdict, rule.text, rule.who)
    return Session(opened, library, who, order, second, rules)


def _alternatives(text: str) -> tuple[tuple[str, float], ...]:
    return tuple((str(word), float(probability)) for word, probability in json.loads(text))


def _listed(text: str, undone: bool) -> tuple[str, dict[str, Any]]:
    """SQL for the articles of a list, and its values."""
    where = "a.wanted = 1 AND a.state <> 3"
    if undone:
        where += " AND (a.open > 0 OR a.state = 0)"
    if text:
        where += f" AND (a.id {holds('text')} OR f.path {holds('text')})"
    return where, {"text": held(text)}


def _changed(row: ArticleRow, aside: int) -> str:
    decided = f"; {aside} decided edits are set aside" if aside else ""
    return f"{row.id}: the article has changed since{decided}"


__all__ = ["Item", "Mark", "Progress", "Session", "View", "open_session"]
