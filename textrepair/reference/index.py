"""Which of many reference texts may share passages with this one?

An inverted index in one SQLite file (FTS5, ranked by BM25: Robertson & Zaragoza 2009), which can hold millions of references,
is opened in no time, and needs no server.  Only words that survive damage are indexed: a spinner swaps function words first and
leaves names, numbers and most rare words alone, and so does a translator.  An article asks with its rarest words, stretch by
stretch, so that one shared quotation is found as well as a whole original.

Texts are added by source, a file or a folder as it was named, each with a stamp; a source whose stamp is unchanged is not read
again.
"""

from __future__ import annotations

import math
import sqlite3
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from types import TracebackType

import regex

#: What a file of this format says of itself (``PRAGMA application_id``, ``user_version``).
_APPLICATION, _VERSION = 0x74725246, 1
#: Where an SQLite file says so (https://www.sqlite.org/fileformat2.html, section 1.3).
_SQLITE, _APPLICATION_AT, _HEAD = b"SQLite format 3\0", 68, 72
#: References that one transaction adds: few enough to lose little when interrupted, many enough for speed.
_BATCH = 5_000
#: Words of an article that one question is about, and how many of its rarest ones are asked for.  A reference that shares one
#: paragraph has to win against those that share topic words with the rest of the article.
_STRETCH, _ASKED = 200, 32
#: A word in more than this share of the references says little, and costs the most to look up.
_COMMON = 0.05
#: Entries of the index that one question reads, so that a million references are asked nearly as fast as a thousand; but so many
#: words are always asked for.
_READ, _ASKED_AT_LEAST = 10_000, 4
#: Words whose number of references is kept in memory: some 20 MB.
_MOST_COUNTED = 200_000
#: Counted so much rarer: words with a capital or a digit (in nats of document frequency; a spinner replaces capitalised words
#: 0.3 times as often as others, :mod:`textrepair.model.reading`).
_NAME_BONUS = 1.2

_WORD = regex.compile(r"\p{L}{4,}|\p{Lu}\p{L}+|\p{N}{2,}")

_SCHEMA = """
create table source (id integer primary key, name text not null unique, stamp text not null);
create table reference (
    id integer primary key, source integer not null references source, name text not null, body blob not null
);
create index reference_source on reference (source);
create virtual table words using fts5 (body, content='', tokenize="unicode61 remove_diacritics 0");
create virtual table frequency using fts5vocab ('words', 'row');
"""


def is_index(path: str | Path) -> bool:
    """Is this file an index of references?"""
    try:
        with open(path, "rb") as file:
            head = file.read(_HEAD)
    except OSError:
        return False
    return head.startswith(_SQLITE) and head[_APPLICATION_AT:] == _APPLICATION.to_bytes(4, "big")


class ReferenceIndexError(ValueError):
    """A file that is no index of references, or can't be read as one: what is wrong with it and what to try."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A reference that may share something: its key in the index, its id, and its score (larger is better)."""

    key: int
    id: str
    score: float


Progress = Callable[[int], None]


class ReferenceIndex:
    """References with an index over them, in a file, in memory (``:memory:``), or in a temporary file (``""``).

    >>> index = ReferenceIndex()
    >>> index.add("news", "1", [("a", "Talks between Chad and Peru collapsed."), ("b", "Rain is expected in Wales.")])
    2
    >>> [hit.id for hit in index.find("Talk betwixt Chad and Peru fell.", count=1)]
    ['a']
    """

    def __init__(self, place: str | Path = ":memory:") -> None:
        self.place = str(place)
        self._counted: dict[str, int] = {}
        try:
            # A repairer, and so its index, may be shared between threads; SQLite itself makes them take turns.
            self._base = sqlite3.connect(self.place, check_same_thread=False)
            self._prepare()
        except sqlite3.Error as error:
            raise ReferenceIndexError(
                f"{place}: no index of references ({error}); remove it, or name another file"
            ) from error

    def _prepare(self) -> None:
        base = self._base
        application = base.execute("pragma application_id").fetchone()[0]
        if application == _APPLICATION:
            version = base.execute("pragma user_version").fetchone()[0]
            if version != _VERSION:
                raise sqlite3.DatabaseError(f"its format is version {version}, this program reads {_VERSION}")
            return
        if base.execute("select count(*) from sqlite_master").fetchone()[0]:
            raise sqlite3.DatabaseError("it holds something else")
        base.execute(f"pragma application_id = {_APPLICATION}")
        base.execute(f"pragma user_version = {_VERSION}")
        base.executescript(_SCHEMA)
        base.commit()

    def __enter__(self) -> ReferenceIndex:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._base.close()

    def __len__(self) -> int:
        return int(self._base.execute("select count(*) from reference").fetchone()[0])

    # --- building

    def sources(self) -> dict[str, str]:
        """The stamp of every source that is wholly in the index."""
        return dict(self._base.execute("select name, stamp from source where stamp <> ''"))

    def add(
        self,
        source: str,
        stamp: str,
        references: Iterable[tuple[str, str]],
        progress: Progress = lambda _: None,
    ) -> int:
        """Put the references (id, text) of a source in the place of what is there from it; returns how many there are now.

        Nothing is done, and nothing read, if the source is there with the same stamp.  References come from an iterator and
        none is held for longer than its batch; what was interrupted has no stamp and is done again next time.
        """
        base = self._base
        if self.sources().get(source) == stamp and stamp:
            query = "select count(*) from reference r join source s on r.source = s.id where s.name = ?"
            return int(base.execute(query, (source,)).fetchone()[0])
        self.remove(source)
        self._counted.clear()
        with base:
            key = base.execute("insert into source (name, stamp) values (?, '')", (source,)).lastrowid
        done = 0
        for batch in _batches(references):
            with base:
                for name, text in batch:
                    body = zlib.compress(text.encode("utf-8", "surrogatepass"), 6)
                    cursor = base.execute(
                        "insert into reference (source, name, body) values (?, ?, ?)", (key, name, body)
                    )
                    base.execute(
                        "insert into words (rowid, body) values (?, ?)",
                        (cursor.lastrowid, " ".join(_words(text))),
                    )
            done += len(batch)
            self._counted.clear()
            progress(done)
        with base:
            base.execute("update source set stamp = ? where id = ?", (stamp, key))
        return done

    def remove(self, source: str) -> None:
        """Forget all that is there from a source."""
        base = self._base
        with base:
            found = base.execute("select id from source where name = ?", (source,)).fetchone()
            if found is None:
                return
            self._counted.clear()
            rows = base.execute("select id, body from reference where source = ?", found)
            for key, body in rows.fetchall():
                base.execute(
                    "insert into words (words, rowid, body) values ('delete', ?, ?)",
                    (key, " ".join(_words(_unpacked(body)))),
                )
            base.execute("delete from reference where source = ?", found)
            base.execute("delete from source where id = ?", found)

    # --- asking

    def text(self, hit: Hit) -> str:
        """The text of a reference that was found."""
        row = self._base.execute("select body from reference where id = ?", (hit.key,)).fetchone()
        if row is None:
            raise KeyError(f"no reference {hit.id}")
        return _unpacked(row[0])

    def find(self, text: str, count: int = 8, besides: Sequence[Hit] = ()) -> list[Hit]:
        """At most ``count`` references, the best first, by the sum of their BM25 scores over the stretches of the text.

        Those ``besides`` which others are looked for are not among them, and what only they say is not asked for.
        """
        references = len(self)
        if not references:
            return []
        words = _words(text)
        known = Counter(w for hit in besides for w in {word.lower() for word in _words(self.text(hit))})
        left_out = {hit.key for hit in besides}
        scores: Counter[int] = Counter()
        for start in range(0, len(words), _STRETCH):
            asked = self._rarest(words[start : start + _STRETCH], references, known)
            if not asked:
                continue
            query = " OR ".join(f'"{word}"' for word in asked)
            rows = self._base.execute(
                "select rowid, bm25(words) from words where words match ? order by 2 limit ?",
                (query, count + len(besides)),
            )
            for key, score in rows:
                if key not in left_out:
                    scores[key] -= score
        best = sorted(scores.items(), key=lambda item: (-item[1], item[0]))[:count]
        return [Hit(key, self._name(key), score) for key, score in best]

    def _name(self, key: int) -> str:
        return str(self._base.execute("select name from reference where id = ?", (key,)).fetchone()[0])

    def _rarest(self, words: list[str], references: int, known: Mapping[str, int]) -> list[str]:
        """The words that are in fewest references but in some, names and numbers before others.

        So many references as are ``known`` to have a word don't count.
        """
        ranked: dict[str, float] = {}
        documents: dict[str, int] = {}
        for word in words:
            key = word.lower()
            rank = -_NAME_BONUS if not word.islower() else 0.0
            if key in ranked:
                continue
            documents[key] = self._documents(key) - known.get(key, 0)
            if 0 < documents[key] <= max(_COMMON * references, 5.0):
                ranked[key] = rank + math.log(documents[key])
        if not ranked and references <= _READ:  # they all say the same
            ranked = {key: float(count) for key, count in documents.items() if count > 0}
        asked = sorted(ranked, key=lambda word: (ranked[word], word))[:_ASKED]
        read = accumulate(documents[word] for word in asked)
        return [
            word
            for n, (word, total) in enumerate(zip(asked, read, strict=True))
            if n < _ASKED_AT_LEAST or total <= _READ
        ]

    def _documents(self, word: str) -> int:
        """In how many references a word is; counting takes as long as there are, so the answer is kept."""
        if word not in self._counted:
            if len(self._counted) > _MOST_COUNTED:
                self._counted.clear()
            row = self._base.execute("select doc from frequency where term = ?", (word,)).fetchone()
            self._counted[word] = 0 if row is None else int(row[0])
        return self._counted[word]


def _words(text: str) -> list[str]:
    return _WORD.findall(text)


def _unpacked(body: bytes) -> str:
    return zlib.decompress(body).decode("utf-8", "surrogatepass")


def _batches(references: Iterable[tuple[str, str]]) -> Iterator[list[tuple[str, str]]]:
    batch: list[tuple[str, str]] = []
    for reference in references:
        batch.append(reference)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
