"""A real spider crawls a site on 127.0.0.1 with sound and spun pages.

Each crawl is a process, since Scrapy starts only once in one.
"""

from __future__ import annotations

import builtins
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

import pytest
from sample_models import ROOT

pytest.importorskip("scrapy", reason="needs Scrapy: pip install 'textrepair[scrapy]'")

from benchmarks.site import pages, served
from scrapy.settings import Settings as ScrapySettings

from textrepair.integrations import scrapy as integration
from textrepair.repair import load

PIPELINE = "textrepair.integrations.scrapy.TextrepairPipeline"
PAGES = pages(8)
PIPE = {"ITEM_PIPELINES": {PIPELINE: 500}}


def crawled(**settings: Any) -> Any:
    with served(PAGES) as address:
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.crawl", address],
            input=json.dumps(PIPE | settings), capture_output=True, text=True, timeout=300,
            cwd=ROOT / "scripts", env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "DeprecationWarning" not in done.stderr
    result = json.loads(done.stdout)
    result["ours"] = {
        k.partition("/")[2]: v for k, v in result["stats"].items() if k.startswith("textrepair/")
    }
    return result


def names(result: Any) -> list[str]:
    return sorted(item["name"] for item in result["items"])


def test_drop() -> None:
    result = crawled(TEXTREPAIR_MODE="drop")
    assert names(result) == sorted(page.name for page in PAGES if page.name.startswith("sound"))
    assert all(set(item) == {"name", "text"} for item in result["items"])
    assert result["ours"] == {"items": 8, "flagged": 4, "flagged/spin": 4, "dropped": 4}
    assert result["stats"]["item_dropped_count"] == 4
    assert result["stats"]["item_scraped_count"] == 4


@pytest.mark.parametrize(
    "offloading", [{"TEXTREPAIR_PROCESSES": 2}, {"TEXTREPAIR_THREADS": 2, "TEXTREPAIR_DEPTH": "quick"}]
)
def test_repair(offloading: dict[str, int]) -> None:
    result = crawled(TEXTREPAIR_MODE="repair", TEXTREPAIR_CLEAN_FIELD="clean", **offloading)
    repairer = load()
    assert names(result) == sorted(page.name for page in PAGES)
    for item in result["items"]:
        repair = repairer.repair(item["text"])
        assert item["clean"] == repair.text
        assert (item["clean"] == item["text"]) == item["name"].startswith("sound")
        assert len(item["textrepair"]["edits"]) == len(repair.patch.edits)
    edits = sum(len(item["textrepair"]["edits"]) for item in result["items"])
    assert result["ours"] == {"items": 8, "flagged": 4, "flagged/spin": 4, "repaired": 4, "edits": edits}


def test_tag_without_asyncio() -> None:
    """Under a reactor of Twisted's own, as older projects have it."""
    result = crawled(TEXTREPAIR_THREADS=1, TWISTED_REACTOR="twisted.internet.selectreactor.SelectReactor")
    assert names(result) == sorted(page.name for page in PAGES)
    flagged = sorted(i["name"] for i in result["items"] if i["textrepair"]["score"] > 0.5)
    assert flagged == sorted(page.name for page in PAGES if page.name.startswith("spun"))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"TEXTREPAIR_MODE": "mend"}, "TEXTREPAIR_MODE is 'mend'; known are tag, drop"),
        ({"TEXTREPAIR_KINDS": ["spam"]}, "unknown kind 'spam'"),
        ({"TEXTREPAIR_MAX_SCORE": 3}, "3.0 is not between 0 and 1"),
        ({"TEXTREPAIR_APPLY": ["spam"]}, "unknown kinds"),
        ({"TEXTREPAIR_RESULTS_FIELD": "text"}, "can't hold both"),
    ],
)
def test_wrong_settings(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        integration.Options.read(ScrapySettings(settings))


@dataclass
class Page:
    text: str | None = None
    textrepair: dict[str, Any] | None = None


class Stats:
    def __init__(self) -> None:
        self.counts: dict[str, int] = {}

    def inc_value(self, key: str, count: int = 1) -> None:
        self.counts[key] = self.counts.get(key, 0) + count


def process(item: Any, **settings: Any) -> tuple[Any, dict[str, int]]:
    import asyncio

    stats: Any = Stats()
    pipeline = integration.TextrepairPipeline(
        integration.Options.read(ScrapySettings({"TEXTREPAIR_THREADS": 1, **settings})), stats
    )
    try:
        return asyncio.run(pipeline.process_item(item)), stats.counts
    finally:
        pipeline.close_spider()


def test_items_of_a_class() -> None:
    spun = next(page.text for page in PAGES if page.name.startswith("spun"))
    item, counts = process(Page(spun), TEXTREPAIR_MODE="repair")
    assert item.text == load().repair(spun).text != spun
    assert item.textrepair["score"] > 0.5
    assert counts["textrepair/repaired"] == 1


@pytest.mark.parametrize(
    ("item", "settings", "counted"),
    [
        ({"url": "x"}, {}, "no_text"),
        ({"text": None}, {}, "no_text"),
        ({"text": "x", "textrepair": "mine"}, {}, "failed"),
        (Page("x"), {"TEXTREPAIR_RESULTS_FIELD": "other"}, "failed"),
        ({"text": "too short"}, {"TEXTREPAIR_MODE": "drop"}, "untold"),
    ],
)
def test_items_that_pass_as_they_are(item: Any, settings: dict[str, Any], counted: str) -> None:
    before = repr(item)
    after, counts = process(item, **settings)
    assert after is item
    assert repr(item) == before
    assert counts.pop("textrepair/items") == 1
    assert counts.pop(f"textrepair/{counted}") == 1
    assert set(counts) <= {"textrepair/untold"}  # they are short, too


def test_without_scrapy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error says what to install."""
    import importlib

    real = builtins.__import__

    def missing(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.partition(".")[0] in ("scrapy", "itemadapter"):
            raise ModuleNotFoundError(f"No module named {name!r}")
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", missing)
    monkeypatch.delitem(sys.modules, integration.__name__)
    with pytest.raises(ImportError, match=r"pip install 'textrepair\[scrapy\]'"):
        importlib.import_module(integration.__name__)
