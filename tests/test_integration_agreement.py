"""Whichever way articles come, the same ones pass: ``filter``, Scrapy's pipeline and datatrove's filter hold one `Screen`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib import import_module
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textrepair import KINDS, Damage, Diagnosis
from textrepair.stream.lines import Line
from textrepair.stream.record import Fate, Sieve
from textrepair.stream.screen import Screen

#: Does an article pass: by its diagnosis, the highest score and the kinds?
Decides = Callable[[Diagnosis, float, tuple[str, ...]], bool]
DATATROVE = "textrepair.integrations.datatrove"


@dataclass
class Diagnosed:
    """A repairer that finds what it was told."""

    diagnosis: Diagnosis
    model_name: str = "none"

    def diagnose(self, _: str) -> Diagnosis:
        return self.diagnosis


@dataclass
class Document:
    text: str = "x"
    metadata: dict[str, Any] = field(default_factory=dict)


class Block:
    """What the filter needs of datatrove's base classes."""

    def __init__(self, exclusion_writer: Any = None) -> None:
        self.exclusion_writer = exclusion_writer


def by_filter(found: Diagnosis, max_score: float, kinds: tuple[str, ...]) -> bool:
    repairer: Any = Diagnosed(found)
    outcome = Sieve(Screen.parse(max_score, kinds))(repairer, Line(1, b'{"text":"x"}', 0))
    assert outcome.fate in (Fate.PASSED, Fate.FLAGGED, Fate.UNTOLD)
    return outcome.fate is not Fate.FLAGGED


@pytest.fixture(scope="module")
def scrapy() -> Decides:
    pytest.importorskip("scrapy", reason="needs Scrapy: pip install 'textrepair[scrapy]'")
    from scrapy.settings import Settings

    from textrepair.integrations.scrapy import Options

    def decides(found: Diagnosis, max_score: float, kinds: tuple[str, ...]) -> bool:
        given = {"TEXTREPAIR_MAX_SCORE": max_score, "TEXTREPAIR_KINDS": list(kinds)}
        repairer: Any = Diagnosed(found)
        return not Options.read(Settings(given)).work(repairer, "x").kinds

    return decides


@pytest.fixture(scope="module", params=["datatrove", "without datatrove"])
def datatrove(request: pytest.FixtureRequest) -> Iterator[ModuleType]:
    """The blocks on datatrove's own base classes, and on ones that only hold what is given to them."""
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "datatrove":
            pytest.importorskip("datatrove", reason="pip install 'textrepair[datatrove]'")
        else:
            base = SimpleNamespace(PipelineStep=Block, BaseFilter=Block, BaseFormatter=Block)
            for name in ("base", "filters.base_filter", "formatters.base"):
                patch.setitem(sys.modules, f"datatrove.pipeline.{name}", base)
            patch.delitem(sys.modules, DATATROVE, raising=False)
        module = import_module(DATATROVE)
        yield module
    sys.modules.pop(DATATROVE, None)


def by_datatrove(module: ModuleType, found: Diagnosis, max_score: float, kinds: tuple[str, ...]) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_repairer", lambda *_: Diagnosed(found))
        return module.DamageFilter(max_score, kinds).filter(Document())


_probability = st.none() | st.floats(0, 1) | st.sampled_from([0.0, 0.3, 0.5, 0.97, 1.0])
_share = st.sampled_from([0.0, 0.0015, 0.009, 0.01, 0.5]) | st.floats(0, 1)
_diagnoses = st.builds(
    Diagnosis,
    _probability,
    st.fixed_dictionaries(dict.fromkeys(KINDS, st.builds(Damage, _probability, _share))),
    st.just(()),
)
_kinds = st.lists(st.sampled_from(KINDS), max_size=3, unique=True).map(tuple)
_limits = st.floats(0, 1) | st.sampled_from([0.0, 0.3, 0.5, 1.0])


@settings(deadline=None)
@given(_diagnoses, _limits, _kinds)
def test_filter_and_scrapy_agree(
    scrapy: Decides, found: Diagnosis, max_score: float, kinds: tuple[str, ...]
) -> None:
    assert scrapy(found, max_score, kinds) == by_filter(found, max_score, kinds)


@settings(deadline=None)
@given(_diagnoses, _limits, _kinds)
def test_filter_and_datatrove_agree(
    datatrove: ModuleType, found: Diagnosis, max_score: float, kinds: tuple[str, ...]
) -> None:
    kept = by_datatrove(datatrove, found, max_score, kinds)
    assert (kept is True) == by_filter(found, max_score, kinds)
    if kept is not True:
        assert kept[0] is False
        assert kept[1] in Screen.parse(max_score, kinds).failed(found)


def diagnosis(score: float | None, **kinds: tuple[float | None, float]) -> Diagnosis:
    return Diagnosis(score, {kind: Damage(*kinds.get(kind, (0.0, 0.0))) for kind in KINDS}, ())


@pytest.mark.parametrize(
    ("found", "kinds", "kept"),
    [
        (diagnosis(0.0, spacing=(0.97, 0.0015)), ("spacing",), True),  # less than 1 % of the words
        (diagnosis(0.97, spacing=(0.97, 0.015)), ("spacing",), (False, "spacing")),
        (diagnosis(0.97, spacing=(0.97, 0.015)), ("spacing=0.98",), True),
        (diagnosis(0.9, spin=(0.7, 0.2), order=(0.8, 0.2)), (), (False, "order")),
        (diagnosis(0.6, spin=(0.4, 0.2), order=(0.4, 0.2)), (), (False, "several")),
        (diagnosis(0.6, spin=(0.6, 0.2), spacing=(0.97, 0.0015)), (), (False, "spin")),
        (diagnosis(None), (), True),
    ],
)
def test_what_a_document_is_dropped_for(
    datatrove: ModuleType, found: Diagnosis, kinds: tuple[str, ...], kept: Any
) -> None:
    assert by_datatrove(datatrove, found, 0.5, kinds) == kept


def test_tagging_drops_nothing(datatrove: ModuleType) -> None:
    found = diagnosis(0.9, spin=(0.9, 0.2))
    document = Document()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(datatrove, "_repairer", lambda *_: Diagnosed(found))
        assert datatrove.DamageFilter(tag=True).filter(document) is True
    assert document.metadata["textrepair"]["score"] == 0.9


@pytest.mark.parametrize("wrong", [{"kinds": ("spam",)}, {"max_score": 3}, {"kinds": ("spin=much",)}])
def test_a_filter_that_makes_no_sense(datatrove: ModuleType, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"known are|between|no number"):
        datatrove.DamageFilter(**wrong)
