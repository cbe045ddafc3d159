"""The one-liners for pandas, polars and datasets, as docs/pipelines.md shows them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from sample_models import ROOT, articles

import textrepair
from textrepair.repair import Repairer

_SHOWN = (ROOT / "docs" / "pipelines.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def repairer() -> Repairer:
    return textrepair.load()


@pytest.fixture(scope="module")
def texts() -> list[str]:
    return [*list(articles("sound").values())[:2], articles("spun")["02-football"], ""]


def shown(title: str) -> list[str]:
    """The lines that the docs show under a comment."""
    found = re.search(rf"^# {re.escape(title)}.*\n((?:(?!```)\S.*\n)+)", _SHOWN, re.MULTILINE)
    assert found is not None
    return found[1].splitlines()


def flags(scores: Any) -> list[bool]:
    return [(score if score is not None and score == score else 0) > 0.5 for score in scores]


def test_pandas(repairer: Repairer, texts: list[str]) -> None:
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    names: dict[str, Any] = {"repairer": repairer, "frame": pandas.DataFrame({"text": texts, "id": range(4)})}
    for line in shown("pandas"):
        exec(line, names)
    assert list(names["frame"].columns) == ["text", "id", "score"]
    assert flags(names["frame"]["score"]) == [False, False, True, False]


def test_polars(repairer: Repairer, texts: list[str]) -> None:
    polars = pytest.importorskip("polars", reason="polars is not installed")
    names: dict[str, Any] = {
        "repairer": repairer, "pl": polars, "frame": polars.DataFrame({"text": texts, "id": [0, 1, 2, 3]})
    }  # fmt: skip
    for line in shown("polars"):
        exec(line, names)
    assert flags(names["frame"]["score"]) == [False, False, True, False]
    assert names["frame"]["score"][3] is None


def test_datasets(
    repairer: Repairer, texts: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    datasets = pytest.importorskip("datasets", reason="datasets is not installed")
    datasets.disable_progress_bars()
    names: dict[str, Any] = {
        "repairer": repairer,
        "data": datasets.Dataset.from_dict({"text": texts, "id": [0, 1, 2, 3]}),
    }
    repairing, filtering = shown("datasets")
    exec(repairing, names)
    assert list(names["data"]["text"]) == [repairer.repair(text).text for text in texts]
    assert list(names["data"]["id"]) == [0, 1, 2, 3]
    names["data"] = datasets.Dataset.from_dict({"text": texts})
    exec(filtering, names)
    assert list(names["data"]["text"]) == [*texts[:2], ""]
