"""A Scrapy item pipeline that tags, drops or repairs damaged articles as they are crawled.

    # settings.py
    ITEM_PIPELINES = {"textrepair.integrations.scrapy.TextrepairPipeline": 500}
    TEXTREPAIR_MODE = "drop"

Articles are read in worker processes (or threads), so that the reactor goes on downloading; where the workers are slower than
the crawl, Scrapy itself holds it back (``SCRAPER_SLOT_MAX_ACTIVE_SIZE``).  An item without text, or on which something fails,
passes as it is and is counted: nothing is lost for the pipeline's sake.  Settings and stats: docs/pipelines.md.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

try:
    from itemadapter import ItemAdapter
    from scrapy.exceptions import DropItem
except ImportError as error:
    raise ImportError("the Scrapy pipeline needs Scrapy: pip install 'textrepair[scrapy]'") from error

import textrepair
from textrepair.fields import FieldError
from textrepair.repair import SCREENED, Depth, Repairer, Settings, load
from textrepair.stream.screen import MAX_SCORE, Screen
from textrepair.workers import Workers
from textrepair.writer.schema import RESULTS_FIELD, Schema, repair_results, scan_results

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.settings import BaseSettings
    from scrapy.statscollectors import StatsCollector

R = TypeVar("R")

MODES = ("tag", "drop", "repair", "tag+drop", "repair+drop")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a worker says of an article: ``kinds`` for which it is flagged, results for the item, the cleaned text."""

    kinds: tuple[str, ...]
    told: bool
    results: Mapping[str, Any]
    text: str | None = None

    @property
    def edits(self) -> int:
        return len(self.results.get("edits", ()))


@dataclass(frozen=True, slots=True)
class Work:
    """What workers do with an article; called with the repairer and the text."""

    screen: Screen = field(default_factory=Screen)
    repair: Settings | None = None

    def __call__(self, repairer: Repairer, text: str) -> Answer:
        names = (repairer.model_name, textrepair.__version__)
        if self.repair is None:
            diagnosis = repairer.diagnose(text)
            return Answer(
                self.screen.failed(diagnosis), self.screen.told(diagnosis), scan_results(diagnosis, *names)
            )
        repair = repairer.repair(text, self.repair)
        kinds, told = self.screen.failed(repair.diagnosis), self.screen.told(repair.diagnosis)
        return Answer(kinds, told, repair_results(repair, *names), repair.text)


@dataclass(frozen=True, slots=True)
class Options:
    """The pipeline's settings, ``TEXTREPAIR_…``; docs/pipelines.md says what each is for."""

    mode: str = "tag"
    work: Work = field(default_factory=Work)
    schema: Schema = field(default_factory=Schema)
    model: str | None = None
    depth: Depth = SCREENED
    processes: int = 1
    threads: int = 0

    @property
    def acts(self) -> frozenset[str]:
        return frozenset(self.mode.split("+"))

    @classmethod
    def read(cls, settings: BaseSettings) -> Options:
        """Raises ValueError that names the setting."""

        def get(name: str, default: Any) -> Any:
            return settings.get(f"TEXTREPAIR_{name}", default)

        mode = get("MODE", cls().mode)
        if mode not in MODES:
            raise ValueError(f"TEXTREPAIR_MODE is {mode!r}; known are {', '.join(MODES)}")
        threads = settings.getint("TEXTREPAIR_THREADS", 0)
        try:
            screen = Screen.parse(
                float(get("MAX_SCORE", MAX_SCORE)), settings.getlist("TEXTREPAIR_KINDS") or ()
            )
            repair = Settings(
                (Settings().apply | {*settings.getlist("TEXTREPAIR_APPLY")})
                - {*settings.getlist("TEXTREPAIR_SKIP")},
                float(get("MIN_CONFIDENCE", Settings().min_confidence)),
                frozenset(settings.getlist("TEXTREPAIR_PROTECT")),
            )
            schema = Schema(
                get("TEXT_FIELD", "text"), get("RESULTS_FIELD", RESULTS_FIELD), get("CLEAN_FIELD", None)
            )
        except ValueError as error:
            raise ValueError(f"settings TEXTREPAIR_…: {error}") from error
        return cls(
            mode,
            Work(screen, repair if "repair" in mode else None),
            schema,
            get("MODEL", None),
            get("DEPTH", SCREENED),
            settings.getint("TEXTREPAIR_PROCESSES", 0 if threads else 1),
            threads,
        )


class TextrepairPipeline:
    """Put it into ``ITEM_PIPELINES``, behind what extracts the text and before what stores items."""

    def __init__(self, options: Options, stats: StatsCollector) -> None:
        self._options = options
        self._stats = stats
        # opened here: a model that can't be used ends the crawl before its first request
        self._workers = Workers(
            load(options.model, depth=options.depth), processes=options.processes, threads=options.threads
        )

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> TextrepairPipeline:
        assert crawler.stats is not None
        return cls(Options.read(crawler.settings), crawler.stats)

    def open_spider(self, spider: object = None) -> None:
        """Start the workers, so that they are ready when the first items come."""
        self._workers.start()

    def close_spider(self, spider: object = None) -> None:
        self._workers.close()

    async def process_item(self, item: Any, spider: object = None) -> Any:
        adapter = ItemAdapter(item)
        # an item class has all of its fields from the start: None is an empty one
        record = {name: value for name, value in adapter.items() if value is not None}
        self._count("items")
        try:
            text = self._options.schema.text_of(record)
        except FieldError as error:
            self._count("no_text")
            _log.debug("item passed as it is: %s", error)
            return item
        try:
            answer = await _awaitable(self._workers.submit(self._options.work, text))
        except Exception:
            self._count("failed")
            _log.exception("item passed as it is: textrepair failed on %r", text[:80])
            return item
        return self._act(item, adapter, record, answer)

    def _act(self, item: Any, adapter: Any, record: dict[str, Any], answer: Answer) -> Any:
        """Drop the item, or add to it what is asked for."""
        if not answer.told:
            self._count("untold")
        if answer.kinds:
            self._count("flagged")
            for kind in answer.kinds:
                self._count(f"flagged/{kind}")
            if "drop" in self._options.acts:
                self._count("dropped")
                raise DropItem(f"damaged: {', '.join(answer.kinds)} (score {answer.results['score']})")
        if self._options.mode != "drop":
            try:
                self._fill(adapter, record, answer)
            except (FieldError, KeyError) as error:
                self._count("failed")
                _log.error("item passed as it is: %s", error)
        return item

    def _fill(self, adapter: Any, record: dict[str, Any], answer: Answer) -> None:
        schema = self._options.schema
        filled = schema.filled(record, answer.results, answer.text)
        names = [schema.results_field]
        if answer.text is not None:
            names.append(schema.clean_field or schema.text_field)
        known = adapter.field_names() if not isinstance(adapter.item, dict) else names
        for name in names:
            if name not in known:
                raise FieldError(
                    f"{type(adapter.item).__name__} has no field {name!r}",
                    "add it to the item's class, or name another with TEXTREPAIR_RESULTS_FIELD, TEXTREPAIR_CLEAN_FIELD",
                )
        for name in names:
            adapter[name] = filled[name]
        if answer.edits:
            self._count("repaired")
            self._count("edits", answer.edits)

    def _count(self, name: str, by: int = 1) -> None:
        self._stats.inc_value(f"textrepair/{name}", by)


def _awaitable(future: Future[R]) -> Awaitable[R]:
    """A worker's future for a coroutine under whichever loop Scrapy runs on: asyncio's, or a reactor of Twisted's without it."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        deferred: Awaitable[R] = _deferred(future)
        return deferred
    return asyncio.wrap_future(future)


def _deferred(future: Future[R]) -> Any:
    from twisted.internet import reactor
    from twisted.internet.defer import Deferred

    deferred: Deferred[R] = Deferred()

    def settle(done: Future[R]) -> None:
        error = done.exception()
        if error is not None:
            deferred.errback(error)
        else:
            deferred.callback(done.result())

    future.add_done_callback(lambda done: reactor.callFromThread(settle, done))
    return deferred
