"""What is done?  One SQLite file that is right at every moment, also after SIGKILL or a power failure.

A part of the output is first stored, whole and on the disk, and then entered here; a part that isn't entered doesn't exist.
A source's parts are joined into its outputs, these are put in their places, and only then is the source marked as done.

Every file that the job puts in its place is entered before, with the source that it is of: the job writes over these alone,
and removes no others.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from textrepair.batch.engine import Ended, Struck, Todo
from textrepair.batch.job import JobError, changes
from textrepair.batch.plan import Source
from textrepair.batch.tally import Tally, total
from textrepair.batch.work import Done
from textrepair.corpus import storage
from textrepair.corpus.formats.base import Position
from textrepair.whole_file import whole_file

#: Of the tables; raised when they are no longer what the version before has written.
FORMAT = 2
#: Owns what the job itself writes.
OWN_ID = 0
_TABLES = """
create table if not exists job (name text primary key, value text not null);
create table if not exists sources (
    id integer primary key autoincrement, key text unique not null, state text not null, name text not null, outputs text,
    tally text);
create table if not exists files (name blob primary key, source integer not null);
create index if not exists files_of on files (source);
create table if not exists ends (pass text, source integer, batches integer, error text, primary key (pass, source));
create table if not exists batches (
    pass text, source integer, number integer, offset integer, records integer, end_offset integer, end_records integer,
    size integer, bad integer, tally text not null, primary key (pass, source, number));
create table if not exists strikes (
    pass text, source integer, number integer, record integer, reason text, primary key (pass, source, number, record));
"""


class Journal:
    """The journal of one job in its folder.  ``parts`` holds the parts that are not joined yet."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.parts = folder / "parts"
        self.parts.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(folder / "journal.sqlite", isolation_level=None)
        self._db.execute("pragma synchronous=full")
        try:
            self._make_tables()
        except BaseException:
            self._db.close()
            raise

    def _make_tables(self) -> None:
        with self._transaction():
            begun = self._db.execute("select count(*) from sqlite_master").fetchone()[0]
            if begun and self._db.execute("pragma user_version").fetchone()[0] != FORMAT:
                raise JobError(
                    f"{self.folder / 'journal.sqlite'} is of another version of textrepair: finish the job with that one, or "
                    f"delete {self.folder} and what the job has put out, or choose another folder with -o"
                )
            for statement in _TABLES.split(";\n"):
                self._db.execute(statement)
            self._db.execute(f"pragma user_version = {FORMAT}")

    def close(self) -> None:
        self._db.close()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("begin immediate")
        try:
            yield
        except BaseException:
            with suppress(sqlite3.Error):  # a full disk has rolled it back already
                self._db.execute("rollback")
            raise
        self._db.execute("commit")

    # --- the job

    def get(self, name: str) -> Any:
        """Something noted about the job; None where there is nothing."""
        row = self._db.execute("select value from job where name = ?", (name,)).fetchone()
        return None if row is None else json.loads(row[0])

    def note(self, name: str, value: Any) -> None:
        self._db.execute("insert or replace into job values (?, ?)", (name, json.dumps(value)))

    def begin(self, identity: dict[str, Any], sources: Sequence[Source], update: bool) -> list[Source]:
        """The sources with their numbers in the journal.

        Raises JobError where the job is not the one that was begun, telling what to do; ``update`` does changed inputs anew.
        """
        before = self.get("identity")
        differ = changes(before, identity) if before is not None else []
        if differ:
            raise JobError(
                f"this is not the job that was begun here: {'; '.join(differ)}. "
                f"Repeat the command as it was, start over with --restart, or choose another folder with -o"
            )
        rows = self._db.execute("select id, key, state, name from sources")
        known = {key: (id_, (state, name)) for id_, key, state, name in rows}
        if before is not None and not update:
            self._refuse_changes(known, sources)
        with self._transaction():
            self.note("identity", identity)
            for key in set(known) - {source.key for source in sources}:
                self._forget(known[key][0])
                self._db.execute("delete from sources where key = ?", (key,))
            for source in sources:
                now = _state(source)
                if source.key not in known:
                    self._db.execute(
                        "insert into sources (key, state, name) values (?, ?, ?)", (source.key, *now)
                    )
                elif known[source.key][1] != now:
                    self._forget(known[source.key][0])
                    self._db.execute(
                        "update sources set state = ?, name = ? where key = ?", (*now, source.key)
                    )
        numbers = dict(self._db.execute("select key, id from sources").fetchall())
        return [replace(source, id=numbers[source.key]) for source in sources]

    @staticmethod
    def _refuse_changes(known: dict[str, tuple[int, tuple[str, str]]], sources: Sequence[Source]) -> None:
        before = {key: state for key, (_, state) in known.items()}
        now = {source.key: _state(source) for source in sources}
        both = [(key, before[key], now[key]) for key in now if key in before and before[key] != now[key]]
        told = [
            f"{key} has changed"
            if was[0] != is_[0]
            else f"{key} became {was[1]}, and would now become {is_[1]}"
            for key, was, is_ in both
        ]
        told += [f"{key} is new" for key in now if key not in before]
        told += [f"{key} is gone" for key in before if key not in now]
        if told:
            more = f" and {len(told) - 3} more" if len(told) > 3 else ""
            raise JobError(
                f"the input is not what it was when this job was begun: {'; '.join(told[:3])}{more}. "
                f"Do what is changed or new with --update, or start over with --restart"
            )

    def _forget(self, source: int) -> None:
        for table in ("batches", "strikes", "ends"):
            self._db.execute(f"delete from {table} where source = ?", (source,))
        self._db.execute("update sources set outputs = null, tally = null where id = ?", (source,))
        for kind in ("scan", "repair"):
            self.remove_parts(f"{kind}-{source}-")

    def reset(self) -> None:
        """Forget the job, but not which files are its."""
        with self._transaction():
            self._db.execute("delete from job where name != 'out'")
            for table in ("sources", "batches", "strikes", "ends"):
                self._db.execute(f"delete from {table}")
            self._db.execute("update files set source = -1")
        self.remove_parts("")

    # --- files, named below the output folder

    def refuse_others(self, out: str, there: Iterable[str], elsewhere: str | None) -> None:
        """Raises JobError where one of the files that are ``there`` is not this job's.

        ``elsewhere``: the output folder's full name where it isn't the one around the journal; always the same for one journal.
        """
        before = self.get("out")
        if elsewhere is not None and before not in (None, elsewhere):
            raise JobError(
                f"{self.folder} has the journal of a job that writes to {before}; choose another folder with --journal"
            )
        for name in there:
            if self._db.execute("select 1 from files where name = ?", (_stored(name),)).fetchone() is None:
                raise JobError(
                    f"{storage.joined(out, name)} is there already, and not from this job; move it away, or choose another "
                    f"folder with -o"
                )
        if elsewhere is not None:
            self.note("out", elsewhere)

    def claim(self, out: str, source: int, names: Sequence[str]) -> None:
        """Enter files before they are put in their places.  Raises JobError where one that isn't the job's has come meanwhile."""
        self.refuse_others(out, (name for name in names if storage.exists(storage.joined(out, name))), None)
        with self._transaction():
            self._own(source, names)

    def _own(self, source: int, names: Iterable[str]) -> None:
        rows = [(_stored(name), source) for name in names]
        self._db.executemany("insert or replace into files values (?, ?)", rows)

    def owned(self, source: int | None = None) -> set[str]:
        """The files of a source, or of the job: all that it has put in their places, or was about to."""
        rows = self._db.execute("select name from files where ? is null or source = ?", (source, source))
        return {_shown(row[0]) for row in rows}

    def orphans(self) -> list[str]:
        """Files of sources that are no more."""
        rows = self._db.execute(
            "select name from files where source != ? and source not in (select id from sources) order by name",
            (OWN_ID,),
        )
        return [_shown(row[0]) for row in rows]

    def disown(self, names: Iterable[str]) -> None:
        """These files are gone."""
        with self._transaction():
            self._db.executemany("delete from files where name = ?", [(_stored(name),) for name in names])

    # --- parts

    def part(self, kind: str, source: int, number: int) -> Path:
        return self.parts / f"{kind}-{source}-{number}.part"

    def bad_part(self, kind: str, source: int, number: int) -> Path:
        return self.parts / f"{kind}-{source}-{number}.bad"

    def store(self, kind: str, done: Done) -> None:
        """Keep a part: on the disk first, then in the journal."""
        key = kind, done.source, done.number
        _store(self.part(*key), done.output)
        if done.quarantine:
            _store(self.bad_part(*key), done.quarantine)
        else:
            self.bad_part(*key).unlink(missing_ok=True)  # of an input that has changed since
        self._db.execute(
            "insert or replace into batches values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *key, done.start.offset, done.start.records, done.end.offset, done.end.records,
                len(done.output), len(done.quarantine), json.dumps(done.tally),
            ),
        )  # fmt: skip

    def strike(self, kind: str, struck: Struck) -> None:
        if struck.reason is not None:
            self._db.execute(
                "insert or replace into strikes values (?, ?, ?, ?, ?)",
                (kind, struck.source, struck.number, struck.index, struck.reason),
            )

    def end(self, kind: str, ended: Ended) -> None:
        self._db.execute(
            "insert or replace into ends values (?, ?, ?, ?)",
            (kind, ended.source, ended.batches, ended.error),
        )

    def todo(self, kind: str, source: Source) -> Todo:
        """What is left of a source: parts that the disk has lost are done again."""
        rows = self._db.execute(
            "select number, end_offset, end_records, size, bad from batches where pass = ? and source = ? order by number",
            (kind, source.id),
        ).fetchall()
        kept = {}
        for number, offset, records, size, bad in rows:
            if _has(self.part(kind, source.id, number), size) and (
                not bad or _has(self.bad_part(kind, source.id, number), bad)
            ):
                kept[number] = Position(offset, records)
            else:
                self._db.execute(
                    "delete from batches where pass = ? and source = ? and number = ?",
                    (kind, source.id, number),
                )
        start, number = Position(), 0
        while number in kept:
            start, number = kept[number], number + 1
        poison: dict[int, dict[int, str]] = {}
        for batch, record, reason in self._db.execute(
            "select number, record, reason from strikes where pass = ? and source = ?", (kind, source.id)
        ):
            poison.setdefault(batch, {})[record] = reason
        return Todo(source, start, number, frozenset(kept), poison)

    def batches(self, kind: str, source: int) -> list[int] | None:
        """The numbers of all batches of a source, in order, once all are done; None before."""
        row = self._db.execute(
            "select batches from ends where pass = ? and source = ?", (kind, source)
        ).fetchone()
        if row is None:
            return None
        count = self._db.execute(
            "select count(*) from batches where pass = ? and source = ?", (kind, source)
        ).fetchone()
        return list(range(row[0])) if count[0] == row[0] else None

    def error(self, kind: str, source: int) -> str | None:
        """What kept a source from being read to its end."""
        row = self._db.execute(
            "select error from ends where pass = ? and source = ?", (kind, source)
        ).fetchone()
        return None if row is None else row[0]

    def tally(self, kind: str, source: int) -> Tally:
        """What came of a source so far."""
        row = self._db.execute("select tally from sources where id = ?", (source,)).fetchone()
        if kind == "repair" and row is not None and row[0] is not None:
            return Tally.from_dict(json.loads(row[0]))
        rows = self._db.execute(
            "select tally from batches where pass = ? and source = ? order by number", (kind, source)
        )
        return total(Tally.from_dict(json.loads(row[0])) for row in rows)

    def finish(self, source: int, outputs: Sequence[dict[str, Any]], names: Sequence[str]) -> None:
        """A source's outputs are in their places, and it has no files but those of these names: its parts can go."""
        tally = self.tally("repair", source).as_dict()
        with self._transaction():
            self._db.execute(
                "update sources set outputs = ?, tally = ? where id = ?",
                (json.dumps(list(outputs)), json.dumps(tally), source),
            )
            self._db.execute("delete from batches where pass = 'repair' and source = ?", (source,))
            self._db.execute("delete from files where source = ?", (source,))
            self._own(source, names)
        self.remove_parts(f"repair-{source}-")

    def drop(self, kind: str) -> None:
        """Forget a pass whose parts are not needed any more."""
        self._db.execute("delete from batches where pass = ?", (kind,))
        self.remove_parts(f"{kind}-")

    def remove_parts(self, prefix: str) -> None:
        for path in self.parts.glob(f"{prefix}*"):
            path.unlink(missing_ok=True)

    def outputs(self, source: int) -> list[dict[str, Any]] | None:
        """The outputs of a source that is done, with sizes and hashes; None where it isn't."""
        row = self._db.execute("select outputs from sources where id = ?", (source,)).fetchone()
        return None if row is None or row[0] is None else json.loads(row[0])


def _state(source: Source) -> tuple[str, str]:
    """What has changed when a source is to be done anew: itself, or the name of its output."""
    return source.state, source.name + source.ending


def _stored(name: str) -> bytes:
    """A file's name that needn't be UTF-8."""
    return name.encode("utf-8", "surrogatepass")


def _shown(name: bytes) -> str:
    return name.decode("utf-8", "surrogatepass")


def _store(path: Path, data: bytes) -> None:
    with whole_file(path) as file:
        file.write(data)


def _has(path: Path, size: int) -> bool:
    try:
        return path.stat().st_size == size
    except OSError:
        return False
