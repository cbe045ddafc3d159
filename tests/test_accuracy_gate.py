"""The packaged model is no worse on the sample articles than it was: ``tests/gold/floors.json``, by ``scripts/pin_floors.py``."""

from __future__ import annotations

import copy
import importlib.util
import sys
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from sample_models import packaged

from textrepair.repair import Repairer

SCRIPT = Path(__file__).parents[1] / "scripts" / "pin_floors.py"


@cache
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("pin_floors", SCRIPT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    path = list(sys.path)
    spec.loader.exec_module(module)
    sys.path[:] = path
    return module


@cache
def measured() -> dict[str, Any]:
    figures: dict[str, Any] = script().measure(Repairer(packaged()))
    return figures


def test_figures_belong_to_this_corpus() -> None:
    assert script().read_pinned()["sha256"] == script().corpus_hash()


def test_no_figure_is_worse_than_pinned() -> None:
    assert script().worse(measured(), script().read_pinned()) == []


def test_pinned_figures_are_whole() -> None:
    pinned = script().read_pinned()
    assert pinned["floors"].keys() == measured()["floors"].keys()
    assert pinned["ceilings"].keys() == measured()["ceilings"].keys()
    assert {"spin precision", "spin recall"} <= pinned["floors"].keys()
    assert all(0.0 < floor <= 1.0 for floor in pinned["floors"].values())


def test_floors_are_near_what_is_measured() -> None:
    """A gate that is far below lets a loss through: pin again after a gain."""
    pinned = script().read_pinned()
    for name, floor in pinned["floors"].items():
        assert measured()["floors"][name] - floor < 0.05, f"{name}: run scripts/pin_floors.py"


@pytest.mark.parametrize(("group", "change"), [("floors", -0.2), ("ceilings", 0.2)])
def test_pinning_again_never_lowers(group: str, change: float) -> None:
    pinned = script().read_pinned()
    for name in pinned[group]:
        figures = copy.deepcopy(pinned)
        figures[group][name] += change
        assert len(script().worse(figures, pinned)) == 1
        with pytest.raises(script().Lowered, match=name):
            script().repin(figures, pinned)
        del figures[group][name]
        with pytest.raises(script().Lowered, match="not measured"):
            script().repin(figures, pinned)


def test_pinning_again_takes_a_gain() -> None:
    pinned = script().read_pinned()
    figures = copy.deepcopy(pinned)
    figures["floors"]["spin recall"] = 0.98765
    new = script().repin(figures, pinned)
    assert new["floors"]["spin recall"] == 0.98
    assert new["floors"]["spin precision"] == pinned["floors"]["spin precision"]
    assert script().repin(pinned, None)["floors"].keys() == pinned["floors"].keys()
    assert script().repin(pinned, pinned) == pinned
