"""What a review knows, in one SQLite file that several programs may have open at once.

Write-ahead logging lets one write while others read; every write is one transaction, forced to disk before it returns
(``synchronous = FULL``), so that neither a killed program nor a power cut takes a decision back.  What can be made again
(articles read, edits proposed, who is looking at what) is not forced.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import sqlite3
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from textrepair.patch import Edit
from textrepair.review.proposals import Proposed
from textrepair.review.queue import pair_of
from textrepair.review.schema import FORMAT, TABLES, TRIGGERS, VERSION
from textrepair.review.sources import Place

#: Seconds to wait for another program that is writing.
_PATIENCE = 30.0
#: What SQLite calls a transaction that is forced to disk (https://www.sqlite.org/pragma.html#pragma_synchronous).
_FULL = 2
#: Seconds for which an edit is held for whoever looks at it; looking at the next one, or deciding, begins anew.
HOLD = 600.0

UNREAD, READ, UNREADABLE, GONE = range(4)
OPEN, DECIDED, STALE = range(3)


class StoreError(ValueError):
    """A file that is no review's store, or not this corpus's."""


@dataclass(frozen=True, slots=True)
class ArticleRow:
    """An article as the store knows it; ``id`` is "" until it is read."""

    key: int
    path: str
    place: Place
    state: int
    id: str
    hash: bytes | None
    score: float | None
    damage: Mapping[str, tuple[float | None, float]] | None
    error: str
    edits: int
    open: int


class Store:
    """One connection.  Not to be shared between threads; open another one, which costs a millisecond."""

    def __init__(self, path: str | Path) -> None:
        self.path = str(path)
        #: Who holds what: a name for this connection that no other has.
        self.holder = f"{platform.node()}|{os.getpid()}|{os.urandom(6).hex()}"
        fresh = self.path == ":memory:" or not Path(path).exists() or not Path(path).stat().st_size
        try:
            self.db = sqlite3.connect(
                self.path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False
            )
            self.db.execute("PRAGMA journal_mode = WAL")
            self.forced(True)
            self.db.execute("PRAGMA cache_size = -65536")
            if fresh:
                self._create()
            self._check()
            with self.writing_lightly():
                self.forget_dead()
        except sqlite3.Error as error:
            raise StoreError(f"{self.path}: can't be used as a review's store ({error})") from error

    def forced(self, yes: bool) -> bool:
        """From here on a transaction is on the disk before it returns, or not: was it so before?"""
        [before] = self.db.execute("PRAGMA synchronous").fetchone()
        self.db.execute(f"PRAGMA synchronous = {'FULL' if yes else 'NORMAL'}")
        return int(before) == _FULL

    def _create(self) -> None:
        with self.writing():
            if self.db.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone():
                return  # another program was faster
            for statement in _statements(TABLES + TRIGGERS):
                self.db.execute(statement)
            self.set_meta("format", FORMAT)
            self.set_meta("version", str(VERSION))

    def _check(self) -> None:
        try:
            found = self.meta("format"), self.meta("version")
        except sqlite3.Error:
            found = None, None
        if found[0] != FORMAT:
            raise StoreError(f"{self.path}: not a review's store; name another file with --session")
        if found[1] != str(VERSION):
            raise StoreError(f"{self.path}: a store of version {found[1]}, this program reads {VERSION}")

    def close(self) -> None:
        """Give back what is held, and close."""
        try:
            with self.writing():
                self.db.execute("DELETE FROM hold WHERE holder = ?", (self.holder,))
        finally:
            self.db.close()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction that writes: all of it or nothing."""
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.db.execute("ROLLBACK")
            raise
        self.db.execute("COMMIT")

    @contextmanager
    def writing_lightly(self) -> Iterator[None]:
        """The same, for what can be made again: not forced to disk."""
        before = self.forced(False)
        try:
            with self.writing():
                yield
        finally:
            self.forced(before)

    # --- what it says of itself

    def meta(self, name: str) -> str | None:
        row = self.db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def set_meta(self, name: str, value: str) -> None:
        self.db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))

    def tally(self, who: str = "") -> dict[str, int]:
        """Counts: of all edits by status ("0" open, "1" decided, "2" stale), or of one reviewer's verdicts."""
        rows = self.db.execute("SELECT name, count FROM tally WHERE who = ?", (who,))
        return {name: count for name, count in rows if count}

    # --- files and articles

    def files(self) -> dict[str, tuple[int, str]]:
        """Path to (key, stamp)."""
        rows = self.db.execute("SELECT path, key, stamp FROM file")
        return {path: (key, stamp) for path, key, stamp in rows}

    def add_file(self, path: str, stamp: str) -> int:
        cursor = self.db.execute("INSERT INTO file (path, stamp) VALUES (?, ?)", (path, stamp))
        return int(cursor.lastrowid or 0)

    def set_stamp(self, file: int, stamp: str) -> None:
        self.db.execute("UPDATE file SET stamp = ? WHERE key = ?", (stamp, file))

    def set_missing(self, file: int, error: str) -> None:
        """A file can't be read for now; what was decided about its articles stays, what is open isn't shown."""
        self.db.execute("UPDATE article SET state = 2, error = ? WHERE file = ? AND state = 1", (error, file))

    def set_found(self, file: int) -> None:
        """A file is there; its articles that were read before are as they were."""
        self.db.execute(
            "UPDATE article SET state = 1, error = NULL WHERE file = ? AND state = 2 AND hash IS NOT NULL",
            (file,),
        )

    def missing(self) -> list[int]:
        """Keys of files with articles that were read before and can't be read now."""
        rows = self.db.execute("SELECT DISTINCT file FROM article WHERE state = 2 AND hash IS NOT NULL")
        return [key for (key,) in rows]

    def add_articles(self, file: int, places: Iterable[Place]) -> None:
        self.db.executemany(
            "INSERT INTO article (file, offset, length, line) VALUES (?, ?, ?, ?)",
            ((file, place.offset, place.length, place.line) for place in places),
        )

    def article(self, key: int) -> ArticleRow | None:
        rows = self.articles("a.key = :key", {"key": key})
        return next(rows, None)

    def articles(self, where: str, values: Mapping[str, Any]) -> Iterator[ArticleRow]:
        """Articles that fulfil a condition on ``a`` (article) and ``f`` (file), which may end in ORDER BY."""
        rows = self.db.execute(
            "SELECT a.key, f.path, a.offset, a.length, a.line, a.state, a.id, a.hash, a.score, a.damage, a.error, a.edits, a.open"
            f" FROM article a JOIN file f ON f.key = a.file WHERE {where}",
            values,
        )
        for key, path, offset, length, line, state, id_, hash_, score, damage, error, edits, open_ in rows:
            known = {k: (p, float(s)) for k, (p, s) in json.loads(damage).items()} if damage else None
            place = Place(offset, length, line)
            yield ArticleRow(
                key, path, place, state, id_ or "", hash_, score, known, error or "", edits, open_
            )

    def kept_text(self, key: int) -> str | None:
        """An article's text, where it is kept here because its file can't be read at any place."""
        row = self.db.execute("SELECT text FROM article WHERE key = ?", (key,)).fetchone()
        return (
            None
            if row is None or row[0] is None
            else zlib.decompress(row[0]).decode("utf-8", "surrogatepass")
        )

    def counts(self) -> tuple[int, int, int]:
        """Articles wanted, read, and not to be read."""
        states = dict(
            self.db.execute("SELECT state, count(*) FROM article WHERE wanted = 1 GROUP BY state").fetchall()
        )
        return sum(states.values()), states.get(READ, 0), states.get(UNREADABLE, 0) + states.get(GONE, 0)

    def want_sample(self, count: int | None, seed: int) -> None:
        """Want only so many articles, drawn by their keys and a seed; a larger sample holds the smaller one.  None: all."""
        keys = [key for (key,) in self.db.execute("SELECT key FROM article")]
        wanted = keys if count is None else sorted(keys, key=lambda key: draw(f"{seed}:{key}"))[:count]
        self.db.execute("UPDATE article SET wanted = 0")
        self.db.executemany("UPDATE article SET wanted = 1 WHERE key = ?", ((key,) for key in wanted))

    def claim_unread(self, count: int, seconds: float) -> list[int]:
        """Keys of articles to read next, which no other program will be told for that long."""
        now = time.time()
        rows = self.db.execute(
            "SELECT key FROM article a WHERE state = 0 AND wanted = 1 AND NOT EXISTS"
            " (SELECT 1 FROM hold WHERE what = 'reading' AND key = a.key AND until > ?) ORDER BY key LIMIT ?",
            (now, count),
        )
        keys = [key for (key,) in rows]
        self.db.executemany(
            "INSERT OR REPLACE INTO hold VALUES ('reading', ?, ?, ?)",
            ((key, self.holder, now + seconds) for key in keys),
        )
        return keys

    def release_reading(self, keys: Iterable[int]) -> None:
        """These articles have been read."""
        self.db.executemany("DELETE FROM hold WHERE what = 'reading' AND key = ?", ((key,) for key in keys))

    def set_unreadable(self, key: int, error: str) -> None:
        self.db.execute("UPDATE article SET state = ?, error = ? WHERE key = ?", (UNREADABLE, error, key))

    def add_proposed(self, key: int, id_: str, proposed: Proposed, keep_text: bool) -> list[int]:
        """An article's id, hash and edits; the keys of the edits, none where another program was faster."""
        state = self.db.execute("SELECT state FROM article WHERE key = ?", (key,)).fetchone()
        if state is None or state[0] != UNREAD:
            return []
        edits = [(edit, True) for edit in proposed.applied] + [(edit, False) for edit in proposed.unsure]
        damage = (
            None if proposed.damage is None else json.dumps({k: list(v) for k, v in proposed.damage.items()})
        )
        text = zlib.compress(proposed.text.encode("utf-8", "surrogatepass"), 1) if keep_text else None
        self.db.execute(
            "UPDATE article SET state = 1, id = ?, hash = ?, text = ?, score = ?, damage = ?, error = NULL WHERE key = ?",
            (id_, text_hash(proposed.text), text, proposed.score, damage, key),
        )
        edits.sort(key=lambda pair: (pair[0].start, pair[0].end))
        return [self._add_edit(key, id_, edit, applied) for edit, applied in edits]

    def _add_edit(self, article: int, id_: str, edit: Edit, applied: bool) -> int:
        before, after = pair_of(edit.before, edit.after)
        pair = self.db.execute(
            "INSERT INTO pair (before, after, rank, open) VALUES (?, ?, -1, 1)"
            " ON CONFLICT DO UPDATE SET rank = rank - 1, open = open + 1 RETURNING key",
            (before, after),
        ).fetchone()[0]
        cursor = self.db.execute(
            'INSERT INTO edit (article, start, "end", before, after, kind, confidence, alternatives, reason, reference, applied,'
            " pair, belief, doubt, unsure, draw) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                article, edit.start, edit.end, edit.before, edit.after, edit.kind, edit.confidence,
                json.dumps(edit.alternatives), edit.reason, edit.reference, applied, pair,
                edit.confidence, 1.0 - edit.confidence, abs(edit.confidence - 0.5), draw(f"{id_}:{edit.start}:{edit.end}"),
            ),
        )  # fmt: skip
        self.db.execute("UPDATE article SET edits = edits + 1, open = open + 1 WHERE key = ?", (article,))
        self.db.execute("INSERT INTO tally VALUES ('', '0', 1) ON CONFLICT DO UPDATE SET count = count + 1")
        return int(cursor.lastrowid or 0)

    def add_manual(self, article: int, edit: Edit) -> int:
        """An edit that a person made where none was proposed; the key of the one that is there already, if so."""
        row = self.db.execute(
            'SELECT key FROM edit WHERE article = ? AND start = ? AND "end" = ? AND after = ? AND status <> 2',
            (article, edit.start, edit.end, edit.after),
        ).fetchone()
        if row:
            return int(row[0])
        id_ = self.db.execute("SELECT id FROM article WHERE key = ?", (article,)).fetchone()[0]
        return self._add_edit(article, str(id_), edit, applied=False)

    def set_stale(self, article: int, state: int) -> int:
        """The article's text is no longer what its edits are about: open ones go, decided ones are set aside.  How many were set
        aside."""
        self.db.execute(
            "DELETE FROM edit WHERE article = ? AND status <> 2 AND NOT EXISTS (SELECT 1 FROM verdict WHERE edit = edit.key)",
            (article,),
        )
        cursor = self.db.execute("UPDATE edit SET status = 2 WHERE article = ? AND status <> 2", (article,))
        self.db.execute(
            "UPDATE article SET state = ?, hash = NULL, text = NULL, score = NULL, damage = NULL WHERE key = ?",
            (state, article),
        )
        return cursor.rowcount

    # --- holding

    def hold(self, edit: int, article: int | None = None) -> None:
        """Nobody else is shown this edit for a while, nor with ``article`` any other of its article."""
        self.release()
        until = time.time() + HOLD
        rows = [("edit", edit, self.holder, until)]
        if article is not None:
            rows.append(("article", article, self.holder, until))
        self.db.executemany("INSERT OR REPLACE INTO hold VALUES (?, ?, ?, ?)", rows)

    def release(self) -> None:
        """Give back what this connection looks at."""
        self.db.execute("DELETE FROM hold WHERE holder = ? AND what <> 'reading'", (self.holder,))

    def forget_dead(self) -> None:
        """Free what was held too long, or by programs of this machine that are no more."""
        self.db.execute("DELETE FROM hold WHERE until < ?", (time.time(),))
        for (holder,) in self.db.execute("SELECT DISTINCT holder FROM hold").fetchall():
            host, process, _ = holder.split("|")
            if host == platform.node() and not _lives(int(process)):
                self.db.execute("DELETE FROM hold WHERE holder = ?", (holder,))


#: SQL that is true of edits ``e`` that nobody else is looking at; needs :now and :holder.
FREE = (
    "NOT EXISTS (SELECT 1 FROM hold WHERE what = 'edit' AND key = e.key AND until > :now AND holder <> :holder)"
    " AND NOT EXISTS (SELECT 1 FROM hold WHERE what = 'article' AND key = e.article AND until > :now AND holder <> :holder)"
)


def _lives(process: int) -> bool:
    """Is there such a process?  Yes, where it can't be told."""
    if os.name != "posix":
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    # Killed, but not yet taken note of by its parent: it has a number and does nothing any more.
    with suppress(OSError, IndexError):
        return Path(f"/proc/{process}/stat").read_bytes().rpartition(b")")[2].split()[0] != b"Z"
    return True


def text_hash(text: str) -> bytes:
    """What tells that a text is the one that its edits were made for."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def draw(name: str) -> float:
    """A number in [0, 1) that looks drawn at random and is the same for the same name."""
    digest = hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest) / 2**64


def _statements(script: str) -> Sequence[str]:
    """The statements of a script; triggers hold several with their own semicolons."""
    statements, current = [], ""
    for line in script.splitlines(keepends=True):
        current += line
        if sqlite3.complete_statement(current):
            statements.append(current)
            current = ""
    return statements
