"""Crawls the site of ``site.py`` with Scrapy; a process of its own, since Scrapy starts only once in a process.

    python -m benchmarks.crawl ADDRESS < settings.json    # in scripts/; settings are a JSON object

Prints JSON: when each item had gone through its pipelines, in seconds from the index's arrival, Scrapy's stats, and the items
that were not dropped.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from typing import Any

import scrapy
from scrapy.crawler import Crawler, CrawlerProcess

_BASE = {
    "LOG_LEVEL": "ERROR",
    "TELNETCONSOLE_ENABLED": False,
    "RETRY_ENABLED": False,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 16,
    "DOWNLOAD_DELAY": 0,
    "ROBOTSTXT_OBEY": False,
    "LOGSTATS_INTERVAL": 0,
}


class News(scrapy.Spider):
    """Follows every link of the index and yields an item for each page."""

    name = "news"

    def __init__(self, address: str, **options: Any) -> None:
        super().__init__(**options)
        self.start_urls = [address]
        self.items: list[dict[str, Any]] = []
        self.first: float | None = None

    def parse(self, response: Any) -> Iterator[Any]:
        self.first = time.perf_counter()
        yield from response.follow_all(css="a", callback=self.parse_page)

    def parse_page(self, response: Any) -> Iterator[dict[str, Any]]:
        text = "\n\n".join("".join(p.css("::text").getall()) for p in response.css("article p"))
        yield {"name": response.css("title::text").get(), "text": text}


def crawl(address: str, settings: dict[str, Any]) -> dict[str, Any]:
    """One crawl."""
    process = CrawlerProcess({**_BASE, **settings})
    crawler: Crawler = process.create_crawler(News)
    items: list[Any] = []
    ends: list[float] = []

    def scraped(item: Any) -> None:
        items.append(item)
        ends.append(time.perf_counter())

    crawler.signals.connect(scraped, scrapy.signals.item_scraped, weak=False)
    crawler.signals.connect(lambda: ends.append(time.perf_counter()), scrapy.signals.item_dropped, weak=False)
    process.crawl(crawler, address=address)
    process.start()
    spider: Any = crawler.spider
    assert crawler.stats is not None
    stats = {k: v for k, v in crawler.stats.get_stats().items() if isinstance(v, int | float | str)}
    times = [end - spider.first for end in ends] if spider and spider.first else []
    return {"times": times, "stats": stats, "items": items}


if __name__ == "__main__":
    json.dump(crawl(sys.argv[1], json.load(sys.stdin)), sys.stdout)
