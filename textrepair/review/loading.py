"""Reading articles and what is proposed for them into the store, one by one or ahead of the reviewer.

Opening a corpus only notes where its articles lie; reading one, and running the model on it, happens when somebody gets there.
A `Loader` does it in the background, so that the next article is there before it is wanted, and so that orders that go over the
whole corpus (by confidence, by pair) come to know all of it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from textrepair.corpus.articles import Article, OnError, ReadOptions, Unreadable
from textrepair.patch import PatchError
from textrepair.review.decisions import Decisions
from textrepair.review.proposals import Proposed, Proposer, ready_made
from textrepair.review.sources import Place, Source, files, open_source
from textrepair.review.store import GONE, READ, UNREAD, UNREADABLE, ArticleRow, Store, text_hash

#: Seconds for which an article that is being read is nobody else's; the slowest of those measured took 3.
_READING = 120.0
#: Articles claimed at once, and seconds of reading after which what was read is written.
_CLAIM, _WRITE_EVERY = 16, 0.05


@dataclass(frozen=True, slots=True)
class Material:
    """An article as it was read, and what is proposed for its text before any repair."""

    article: Article
    proposed: Proposed


class Library:
    """Reads articles at their places."""

    def __init__(self, reading: ReadOptions, propose: Proposer | None) -> None:
        self.reading = reading
        self.propose = propose
        self._sources: dict[str, Source] = {}

    def source(self, path: str) -> Source:
        if path not in self._sources:
            if len(self._sources) > 1000:  # a folder of 100,000 files
                self._sources.clear()
            self._sources[path] = open_source(path, self.reading)
        return self._sources[path]

    def article(self, row: ArticleRow) -> Article | Unreadable:
        return self.source(row.path).read(row.place)

    def material(self, row: ArticleRow) -> Material | Unreadable:
        """The article with its proposals, by the model where it brings none."""
        article = self.article(row)
        if isinstance(article, Unreadable):
            return article
        try:
            proposed = ready_made(article)
        except PatchError as error:
            return Unreadable(row.path, row.place.line, str(error))
        if proposed is None:
            proposed = Proposed(article.text) if self.propose is None else self.propose(article.text)
        return Material(article, proposed)

    def original(self, article: Article) -> str:
        """The article's text before any repair."""
        try:
            made = ready_made(article)
        except PatchError:
            made = None
        return article.text if made is None else made.text


def index(store: Store, paths: Sequence[str], library: Library, on_error: OnError) -> None:
    """Make the store know where all articles of the paths lie; nothing is parsed.

    Files that have changed since are looked through, and decisions about what is no longer there set aside.
    """
    known = store.files()
    missing = set(store.missing())
    changed: list[tuple[int, str, str]] = []
    with store.writing_lightly():
        for path in files(paths, library.reading, on_error):
            source = library.source(path)
            if path not in known:
                try:
                    places = list(source.places())
                except (OSError, ValueError) as error:
                    on_error(Unreadable(path, None, str(error)))
                    continue
                store.add_articles(store.add_file(path, source.stamp()), places)
                continue
            if known[path][0] in missing:
                store.set_found(known[path][0])
            if known[path][1] != (stamp := source.stamp()):
                changed.append((known[path][0], path, stamp))
    for file, path, stamp in changed:
        refresh(store, library, file, path, stamp)


def refresh(store: Store, library: Library, file: int, path: str, stamp: str) -> int:
    """Find the articles of a changed file again: by id and text those that are as they were, by id those that have changed.
    How many decided edits had to be set aside."""
    source = library.source(path)
    if not source.lasting and path == "-":
        return 0
    before = list(store.articles("a.file = :file AND a.state = 1 ORDER BY a.key", {"file": file}))
    same: dict[tuple[str, bytes | None], list[ArticleRow]] = {}
    for row in before:
        same.setdefault((row.id, row.hash), []).append(row)
    new: list[Place] = []
    moved: list[tuple[ArticleRow, Place]] = []
    unsure: list[tuple[str, Place]] = []
    for place in list(source.places()) if stamp else []:
        article = source.read(place) if before else None
        if not isinstance(article, Article):
            new.append(place)
            continue
        rows = same.get((article.id, text_hash(library.original(article))), [])
        if rows:
            moved.append((rows.pop(0), place))
        else:
            unsure.append((article.id, place))
    left: dict[str, list[ArticleRow]] = {}
    for rows in same.values():
        for row in rows:
            left.setdefault(row.id, []).append(row)
    aside = 0
    with store.writing():
        store.db.execute("DELETE FROM article WHERE file = ? AND state IN (?, ?)", (file, UNREAD, UNREADABLE))
        for id_, place in unsure:
            rows = left.get(id_, [])
            if rows:
                row = rows.pop(0)
                aside += store.set_stale(row.key, UNREAD)
                moved.append((row, place))
            else:
                new.append(place)
        for rows in left.values():
            for row in rows:
                aside += store.set_stale(row.key, GONE)
        store.db.executemany(
            "UPDATE article SET offset = ?, length = ?, line = ? WHERE key = ?",
            ((place.offset, place.length, place.line, row.key) for row, place in moved),
        )
        store.add_articles(file, sorted(new, key=lambda place: place.offset))
        store.set_stamp(file, stamp)
    return aside


def enter(store: Store, library: Library, read: Sequence[tuple[ArticleRow, Material | Unreadable]]) -> int:
    """Write down what was read; how many edits came."""
    count = 0
    decisions = Decisions(store, "")
    store.release_reading(row.key for row, _ in read)
    for row, material in read:
        if isinstance(material, Unreadable):
            store.set_unreadable(row.key, str(material))
            continue
        keep = not library.source(row.path).lasting
        edits = store.add_proposed(row.key, material.article.id, material.proposed, keep)
        decisions.apply_rules(edits)
        count += len(edits)
    return count


def read_next(store: Store, library: Library) -> bool:
    """Read one more article, here and now; False where all are read, or being read by another program."""
    with store.writing_lightly():
        keys = store.claim_unread(1, _READING)
    if not keys:
        return False
    row = store.article(keys[0])
    if row is not None:
        material = library.material(row)
        with store.writing_lightly():
            enter(store, library, [(row, material)])
    return True


class Loader(threading.Thread):
    """Reads articles in the background, through a connection of its own.

    With ``ahead`` it stops while so many edits are open, and goes on as they are decided; None reads everything.  ``progress``
    is called, in this thread, after each writing.  An error that ends the thread is kept in ``error``.
    """

    def __init__(
        self,
        path: str,
        library: Library,
        ahead: int | None = None,
        progress: Callable[[], None] | None = None,
    ) -> None:
        super().__init__(name="textrepair review loader", daemon=True)
        self._path = path
        self._library = library
        self._ahead = ahead
        self._progress = progress or (lambda: None)
        self._stopping = threading.Event()
        self._wanted = threading.Event()
        self.finished = False
        self.error: Exception | None = None

    def want_more(self) -> None:
        """Read some more articles, however many edits are open."""
        self._wanted.set()

    def read_all(self) -> None:
        """From now on read everything, for an order that goes over the whole corpus."""
        self._ahead = None
        self._wanted.set()

    def stop(self) -> None:
        """End the thread after the article in hand."""
        self._stopping.set()
        self._wanted.set()
        self.join()

    def run(self) -> None:
        try:
            store = Store(self._path)
            try:
                self._run(store)
            finally:
                store.close()
        except Exception as error:  # told by whoever looks at this thread
            self.error = error
        self.finished = True
        self._progress()

    def _run(self, store: Store) -> None:
        while not self._stopping.is_set():
            if self._ahead is not None and store.tally().get("0", 0) >= self._ahead:
                self._wanted.wait()
                self._wanted.clear()
                if self._stopping.is_set():
                    return
            with store.writing_lightly():
                # Several at once, since each claim is a transaction.
                keys = store.claim_unread(_CLAIM, _READING)
            if not keys:
                return
            read: list[tuple[ArticleRow, Material | Unreadable]] = []
            begun = time.monotonic()
            for key in keys:
                row = store.article(key)
                if row is None or row.state != UNREAD:
                    continue
                if self._stopping.is_set():
                    break
                read.append((row, self._library.material(row)))
                if time.monotonic() - begun > _WRITE_EVERY:
                    self._write(store, read)
                    read, begun = [], time.monotonic()
            self._write(store, read)

    def _write(self, store: Store, read: list[tuple[ArticleRow, Material | Unreadable]]) -> None:
        if read:
            with store.writing_lightly():
                enter(store, self._library, read)
            self._progress()


__all__ = ["READ", "Library", "Loader", "Material", "enter", "index", "read_next", "refresh"]
