"""What a page asks for, done: JSON in, JSON out, nothing of HTTP.

All tabs share one session, and with it what is held; requests take turns, since a session belongs to one thread at a time.
Order and filter come with each request, so that every tab has its own.  Articles are read by a `Loader`, not by a request, so
that no key waits for the model; where there is nothing yet the answer says ``waiting``, and the page asks again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict
from typing import Any

import textrepair
from textrepair.detector.base import KINDS
from textrepair.review.actions import DONE, Actions, Nothing, Step
from textrepair.review.agreement import statistics
from textrepair.review.decisions import SCOPES, Conflict
from textrepair.review.keys import KEYS, REACH, Key, edits
from textrepair.review.queue import ORDER_HELP, ORDERS, Filter
from textrepair.review.session import ARTICLE_SORTS, Item, Session
from textrepair.review.web import pieces

#: Keys that only this face has; the others are those of the terminal.
OWN_KEYS = (
    Key("x", "uncertain", "unsure", "go on to the next uncertain edit"),
    Key("v", "view", "view", "side by side, or changes inline"),
    Key("l", "list", "list", "the list of articles"),
    Key("w", "filter", "", "which edits: kinds, confidence, words"),
    Key("t", "statistics", "", "how often proposals are taken, by confidence"),
    Key("c", "export", "", "what comes out: files to take away"),
)
#: Confidences that are neither here nor there: `x` goes on to the next edit among them.
UNCERTAIN = (0.2, 0.8)
#: Characters that may be typed in one go.
LONGEST = 10_000
_LONGEST_LIST = 200
#: Articles that may turn out to have changed, one after the other, before a request gives up.
_PATIENCE = 50
#: Open edits with which the reader is left asleep: it would only take the disk from the next decision.
_ENOUGH = 100
#: Seconds given to the article in hand when the review is stopped.
_GRACE = 2.0

Body = Mapping[str, Any]
Answer = dict[str, Any]


class BadRequest(ValueError):
    """What was asked can't be meant."""


class Desk:
    """The actions of a page on a session.  ``stop`` is called when it asks to quit."""

    def __init__(self, session: Session, stop: Callable[[], None] = lambda: None) -> None:
        self._session = session
        self._stop = stop
        self._taking_turns = threading.Lock()
        self._waiting = True
        self._start = session.order, session.filter
        self.loader = session.loader()
        if session.order != "article":
            self.loader.read_all()
        self.actions: dict[str, Callable[[Body], Answer]] = {
            "start": self._begin,
            "next": self._next,
            "uncertain": self._uncertain,
            "previous": self._previous,
            "look": self._look,
            "open": self._open,
            "search": self._search,
            "decide": self._decide,
            "rest": self._rest,
            "undo": self._undo,
            "redo": self._redo,
            "flag": self._flag,
            "note": self._note,
            "articles": self._articles,
            "progress": lambda _: {"progress": self._progress()},
            "statistics": lambda _: statistics(self._session).as_dict(),
            "quit": self._quit,
        }

    def do(self, action: str, body: Body) -> Answer:
        """Raises :class:`BadRequest` where the body makes no sense; KeyError where there is no such action."""
        act = self.actions[action]
        if action == "open":
            self._read(_key(body, "article"))
        with self._taking_turns:
            order, wanted = self._wishes(body)
            if order != self._session.order:
                self._session.order = order
                if order != "article":
                    self.loader.read_all()
            self._session.filter = wanted
            try:
                return act(body)
            except Nothing as nothing:
                here = _maybe_key(body, "edit")
                return self._show(body, None if here is None else self._session.item(here), f"! {nothing}")
            except Conflict as conflict:
                return self._show(body, self._after(_maybe_key(body, "edit")), f"! {conflict}")

    def close(self) -> None:
        """Stop reading ahead; an article that takes long is not waited for, and read again another time."""
        if self.loader.is_alive():
            stopping = threading.Thread(target=self.loader.stop, daemon=True)
            stopping.start()
            stopping.join(_GRACE)
        with self._taking_turns:  # whoever has the turn ends it
            self._session.order = self._start[0]

    # --- what is asked

    def _wishes(self, body: Body) -> tuple[str, Filter]:
        order, wanted = self._start
        if "order" in body:
            order = body["order"]
            if not isinstance(order, str) or order not in ORDERS:
                raise BadRequest(f"there is no such order; there are {', '.join(ORDERS)}")
        if "filter" in body:
            wanted = _filter(body["filter"])
        return order, wanted

    # --- what is shown

    def _begin(self, _: Body) -> Answer:
        order, wanted = self._start
        return {
            "version": textrepair.__version__,
            "who": self._session.who,
            "keys": [asdict(key) for key in (*KEYS[:-2], *OWN_KEYS, *KEYS[-2:])],
            "reach": [{"name": name, "told": REACH[name]} for name in SCOPES],
            "orders": [{"name": name, "told": ORDER_HELP[name]} for name in ORDERS],
            "kinds": list(KINDS),
            "order": order,
            "filter": {
                "kinds": sorted(wanted.kinds), "low": wanted.min_confidence, "high": wanted.max_confidence,
                "text": wanted.text, "article": wanted.article,
            },
            "store": self._session.store.path,
            "progress": self._progress(),
        }  # fmt: skip

    def _progress(self) -> Answer:
        error = self.loader.error
        return {
            **pieces.progress(self._session.progress()),
            "reading": not self.loader.finished,
            "trouble": "" if error is None else pieces.shown(f"Reading the articles failed: {error}"),
        }

    def _after(self, key: int | None) -> Item | None:
        """The next open edit that is there already."""
        # Asked before: what is read in between would else be neither found nor waited for.
        reading = self._session.waiting() or not self.loader.finished
        found = self._session.next(key, read=False)
        self._waiting = found is None and reading
        if found is None or self._session.progress().open < _ENOUGH:
            self._keep_reading()
        return found

    def _keep_reading(self) -> None:
        """Wake the reader; where a file has changed since it was done, a new one."""
        if self.loader.finished and self.loader.error is None and self._session.waiting():
            self.loader = self._session.loader()
            self.loader.start()
        self.loader.want_more()

    def _show(self, body: Body, item: Item | None, message: str = "", changed: Item | None = None) -> Answer:
        """The answer that shows an edit; its article only where the page doesn't have it.  Articles that have changed are passed
        over, and told."""
        for _ in range(_PATIENCE):
            answer: Answer = {"item": None, "message": message, "progress": self._progress()}
            answer["waiting"] = item is None and self._waiting
            if changed is not None:
                answer["changed"] = pieces.item(changed, self._session.who)
            if item is None:
                return answer
            answer["item"] = pieces.item(item, self._session.who)
            answer["same"] = list(self._session.same(item))
            if pieces.holds(body.get("have"), item):
                return answer
            try:
                answer["article"] = self._article(item.article, item)
            except Conflict as conflict:
                message = f"! {conflict}"
                item = self._after(item.key)
                continue
            return answer
        raise Conflict("too many articles have changed; try again")

    def _article(self, key: int, around: Item | None) -> Answer:
        view = self._session.article(key)
        index = self._session.store.db.execute(
            "SELECT count(*) FROM article WHERE wanted = 1 AND state <> 3 AND key < ?", (key,)
        ).fetchone()[0]
        return pieces.article(view, around, self._session.who, int(index))

    def _afresh(self, body: Body) -> Body:
        """The same request of a page that has nothing yet, since more than one edit has changed."""
        return {name: value for name, value in body.items() if name != "have"}

    # --- going

    def _next(self, body: Body) -> Answer:
        return self._show(body, self._after(_maybe_key(body, "edit")))

    def _uncertain(self, body: Body) -> Answer:
        usual = self._session.filter
        low, high = max(usual.min_confidence, UNCERTAIN[0]), min(usual.max_confidence, UNCERTAIN[1])
        self._session.filter = Filter(usual.kinds, low, high, usual.text, usual.article)
        here = _maybe_key(body, "edit")
        try:
            item = self._after(here)
        finally:
            self._session.filter = usual
        if item is None or item.key == here:
            more = " yet" if self._session.waiting() else ""
            told = f"! no other open edit is between {UNCERTAIN[0]} and {UNCERTAIN[1]}{more}"
            return self._show(body, item or self._after(here), told)
        return self._show(body, item)

    def _previous(self, body: Body) -> Answer:
        return self._step(body, Actions(self._session).back(_maybe_key(body, "edit")))

    def _look(self, body: Body) -> Answer:
        item = self._session.item(_key(body, "edit"))
        if item is None or item.status == "stale":
            raise Conflict("this edit is no longer there: its article has changed")
        return self._show(body, item)

    def _read(self, article: int) -> None:
        """Read an article that the loader hasn't reached, while others take their turns."""
        with self._session.another() as session, suppress(Conflict):  # told when it is shown
            session.article(article)

    def _open(self, body: Body) -> Answer:
        """An article from the list: at its first open edit, or else its first one, or its start."""
        key = _key(body, "article")
        row = self._session.store.article(key)
        if row is None:
            raise BadRequest("there is no such article")
        view = self._session.article(key)
        first = next((one for one in view.items if one.status == "open"), None) or next(
            iter(view.items), None
        )
        if first is not None:
            return self._show(self._afresh(body), first)
        message = "nothing is proposed for this article"
        return {**self._show(body, None, message), "waiting": False, "article": self._article(key, None)}

    def _search(self, body: Body) -> Answer:
        step = Actions(self._session).search(_maybe_key(body, "edit"), _text(body, "text"))
        return self._step(body, step)

    def _step(self, body: Body, step: Step, message: str = "", changed: Item | None = None) -> Answer:
        """What comes after an action, whole where it was about several edits."""
        if step.outcome is not None and step.outcome.count > 1:
            body = self._afresh(body)
        return self._show(body, step.item or self._after(step.after), message, changed)

    # --- deciding

    def _decide(self, body: Body) -> Answer:
        key = _key(body, "edit")
        verdict: Any = body.get("verdict")
        scope: Any = body.get("scope", "edit")
        if scope not in SCOPES:
            raise BadRequest(f"no such reach; there are {', '.join(SCOPES)}")
        acts = Actions(self._session, scope)
        if verdict == "choose":
            step = self._choose(acts, key, body.get("choice"))
        elif verdict == "other":
            step = acts.decide(key, verdict, _text(body, "text"))
        elif verdict in ("accept", "reject", "skip"):
            step = acts.decide(key, verdict)
        else:
            raise BadRequest("no such verdict; there are accept, reject, other, choose, skip")
        return self._decided(body, key, step)

    def _choose(self, acts: Actions, key: int, number: Any) -> Step:
        item = self._session.item(key)
        if item is None:
            raise Conflict("this edit is no longer there: its article has changed")
        if not isinstance(number, int) or isinstance(number, bool):
            raise BadRequest("there is no such choice")
        try:
            return acts.choose(item, number)
        except Nothing as nothing:
            raise BadRequest(str(nothing)) from nothing

    def _rest(self, body: Body) -> Answer:
        key = _key(body, "edit")
        verdict: Any = body.get("verdict")
        if verdict not in ("accept", "reject"):
            raise BadRequest("no such verdict; there are accept and reject")
        return self._decided(body, key, Actions(self._session).rest(key, verdict))

    def _decided(self, body: Body, key: int, step: Step) -> Answer:
        message = ""
        if (done := step.outcome) is not None:
            many = f" {edits(done.count)} at once" if done.count > 1 else ""
            message = f"{DONE[done.verb]}{many} · u takes it back"
        return self._step(body, step, message, self._session.item(key))

    def _undo(self, body: Body) -> Answer:
        return self._went(body, Actions(self._session).undo())

    def _redo(self, body: Body) -> Answer:
        """Done again, and shown, since the page draws it as it is then."""
        acts = Actions(self._session)
        step = acts.redo()
        return self._went(body, step if step.outcome is None else acts.shown(step.outcome))

    def _went(self, body: Body, step: Step) -> Answer:
        done = step.outcome
        message = "" if done is None else f"{done.verb}: {edits(done.count)}"
        return self._step(body, step, message, step.item)

    def _flag(self, body: Body) -> Answer:
        step = Actions(self._session).flag(_key(body, "edit"))
        return self._step(body, step, changed=step.item)

    def _note(self, body: Body) -> Answer:
        step = Actions(self._session).note(_key(body, "edit"), _text(body, "text"))
        return self._step(body, step, "noted", step.item)

    # --- lists

    def _articles(self, body: Body) -> Answer:
        """A page of the list: ``sort`` is corpus, score or open; ``undone`` leaves out what has no open edits."""
        offset, limit = _number(body, "offset", 0), min(_number(body, "limit", 50), _LONGEST_LIST)
        text, undone = _text(body, "text", ""), bool(body.get("undone"))
        sort: Any = body.get("sort", "corpus")
        if not isinstance(sort, str) or sort not in ARTICLE_SORTS:
            raise BadRequest(f"no such order of articles; there are {', '.join(ARTICLE_SORTS)}")
        rows = self._session.articles(limit, offset, text, sort, undone)
        total = self._session.count_articles(text, undone)
        return {"offset": offset, "total": total, "rows": [pieces.row(one) for one in rows]}

    def _quit(self, _: Body) -> Answer:
        self._stop()
        return {"progress": self._progress()}


def _filter(given: Any) -> Filter:
    if not isinstance(given, Mapping):
        raise BadRequest("a filter is an object")
    kinds = given.get("kinds", [])
    if not isinstance(kinds, list) or not set(map(str, kinds)) <= {*KINDS}:
        raise BadRequest(f"no such kinds; there are {', '.join(KINDS)}")
    low, high = given.get("low", 0.0), given.get("high", 1.0)
    for bound in (low, high):
        if not isinstance(bound, int | float) or isinstance(bound, bool) or not 0 <= bound <= 1:
            raise BadRequest("a confidence lies between 0 and 1")
    return Filter(
        frozenset(kinds), float(low), float(high), _text(given, "text", ""), _maybe_key(given, "article")
    )


def _maybe_key(body: Body, name: str) -> int | None:
    return None if body.get(name) is None else _key(body, name)


def _key(body: Body, name: str) -> int:
    return _number(body, name)


def _number(body: Body, name: str, default: int | None = None) -> int:
    value = body.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**53:
        raise BadRequest(f"{name} is a whole number")
    return value


def _text(body: Body, name: str, default: str | None = None) -> str:
    value = body.get(name, default)
    if not isinstance(value, str) or len(value) > LONGEST:
        raise BadRequest(f"{name} is text, of up to {LONGEST:,} characters")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise BadRequest(f"{name} holds half a character") from None
    return value
