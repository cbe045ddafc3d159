"""Words in strange company: told whatever the spinner's thesaurus."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein
from sample_models import articles

from textrepair.detector.base import FLAGGED, Document
from textrepair.detector.spin.company import RATES, Company, InCompany, packaged_company
from textrepair.detector.spin.detector import FEWEST_ASKED, spin_probability
from textrepair.detector.spin.trees import said, trees_of
from textrepair.detector.spin.word_evidence import word_evidence
from textrepair.model import load_model
from textrepair.model.reading import Signs
from textrepair.repair import Repairer, load

#: Articles of ``corpora/sound``, three at a time, by a spinner with a thesaurus that is not WordNet's.
CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "cases" / "foreign_thesaurus.json").read_text(encoding="utf-8")
)


@pytest.fixture(scope="module")
def repairer() -> Repairer:
    return load()


@pytest.fixture(scope="module")
def company() -> Company:
    model = load_model()
    return packaged_company(model, word_evidence(model))


def sound(case: dict[str, Any]) -> str:
    """What a case's text was made of."""
    by_number = {int(name[:2]): text for name, text in articles("sound").items()}
    return "\n\n".join(by_number[number].strip() for number in case["articles"]) + "\n"


FEATURES_ASKED = 3
NAMES = ("feature", "threshold", "left", "right", "value")
tree_nodes = st.recursive(
    st.integers(-5, 5),
    lambda some: st.tuples(st.integers(0, FEATURES_ASKED - 1), st.integers(-2, 2), some, some),
    max_leaves=8,
)


def stored(tree: Any) -> dict[str, list[float]]:
    """A tree as :func:`trees_of` takes it: a node is a leaf's value or feature, threshold, left and right."""
    row: dict[str, list[float]] = {name: [] for name in NAMES}

    def add(node: Any) -> int:
        at = len(row["feature"])
        leaf = isinstance(node, int)
        for name, value in zip(NAMES, (-1, 0, 0, 0, node) if leaf else (*node[:2], 0, 0, 0), strict=True):
            row[name].append(value)
        if not leaf:
            row["left"][at], row["right"][at] = add(node[2]), add(node[3])
        return at

    add(tree)
    return row


def walked(node: Any, features: list[int]) -> int:
    while not isinstance(node, int):
        node = node[2] if features[node[0]] <= node[1] else node[3]
    return node


@given(st.lists(tree_nodes, max_size=4), st.lists(st.integers(-3, 3), min_size=3, max_size=3))
def test_trees_say_what_a_walk_from_node_to_node_does(some: list[Any], features: list[int]) -> None:
    rows = [stored(tree) for tree in some]
    trees = trees_of({name: [row[name] for row in rows] for name in NAMES})
    assert said(trees, np.array([features], dtype=np.float32), 0) == sum(
        walked(tree, features) for tree in some
    )


def test_a_tree_with_nine_leaves_is_refused() -> None:
    tree: Any = 0
    for leaf in range(8):
        tree = (0, leaf, tree, leaf)
    row = stored(tree)
    with pytest.raises(ValueError, match="9 leaves"):
        trees_of({name: [row[name]] for name in NAMES})


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["label"])
def test_a_foreign_thesaurus_is_told(repairer: Repairer, case: dict[str, Any]) -> None:
    diagnosis = repairer.diagnose(case["text"])
    assert (diagnosis.damage["spin"].probability or 0.0) >= FLAGGED
    strange = [f for f in diagnosis.findings if f.reason == "a word in strange company"]
    words = [case["text"][f.start : f.end].lower() for f in strange]
    own = set(sound(case).lower().replace(".", " ").replace(",", " ").split())
    assert len(words) > 20
    assert sum(word not in own for word in words) > 0.7 * len(words)
    assert diagnosis.damage["spin"].severity > 0.03


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["label"])
def test_some_of_what_another_thesaurus_meant_is_restored(repairer: Repairer, case: dict[str, Any]) -> None:
    """By the model's own thesaurus, which lists some of it; mostly rightly."""
    repair = repairer.repair(case["text"])
    edits = [edit for edit in repair.patch.edits if edit.kind == "spin"]
    before, after = (
        Levenshtein.distance(text.split(), sound(case).split()) for text in (case["text"], repair.text)
    )
    assert len(edits) > 3
    assert before - after > 0.5 * len(edits)
    assert [edit for edit in repair.proposals if edit.kind == "spin"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["label"])
def test_what_it_was_made_of_is_not(repairer: Repairer, case: dict[str, Any]) -> None:
    text = sound(case)
    assert repairer.repair(text).text == text
    assert (repairer.diagnose(text).damage["spin"].probability or 0.0) < 0.01


def test_the_first_words_are_the_first(repairer: Repairer, company: Company) -> None:
    ids = Document(CASES[0]["text"], repairer._scanner).scan.ids
    whole, part = company.asked(ids), company.asked(ids, 30)
    assert len(part.places) == 30 < len(whole.places)
    assert part.places.tolist() == whole.places[:30].tolist()
    np.testing.assert_array_equal(part.ratios, whole.ratios[:30])


def test_a_text_s_ratio_is_the_best_of_all_rates(repairer: Repairer, company: Company) -> None:
    for text in (CASES[0]["text"], sound(CASES[0])):
        found = company.asked(Document(text, repairer._scanner).scan.ids)
        ratios = np.log(1.0 - RATES[:, None] + RATES[:, None] * np.exp(found.ratios)).sum(axis=1)
        assert found.ratio == pytest.approx(ratios.max(), rel=1e-6)
        assert found.rate == RATES[ratios.argmax()]


def test_of_nothing_nothing_is_told(company: Company) -> None:
    found = company.asked(np.empty(0, dtype=np.int32))
    assert (found.ratio, len(found.places), len(found.replaced())) == (0.0, 0, 0)


@pytest.mark.parametrize("change", [{"format": "other"}, {"version": 0}, {"features": ["frequency"]}])
def test_another_file_is_refused(change: dict[str, Any]) -> None:
    stored = {"format": "textrepair company", "version": 1, "features": []} | change
    with pytest.raises(ValueError, match=r"run scripts/train_company.py fit"):
        Company.of(load_model(), stored, np.zeros(0))


def in_company(ratio: float, ratios: list[float]) -> InCompany:
    return InCompany(
        ratio, 0.1, np.arange(len(ratios)), np.arange(len(ratios), dtype=np.int32), np.array(ratios)
    )


@settings(deadline=None)
@given(st.floats(0.0, 200.0), st.lists(st.floats(-8.0, 5.0), min_size=1, max_size=120))
def test_strange_company_never_speaks_against(ratio: float, ratios: list[float]) -> None:
    signs = Signs(2.0, 3.0, 2.0, 600)
    alone = spin_probability(signs, 0.001, -1.0, 0)
    found = spin_probability(signs, 0.001, -1.0, 0, in_company(ratio, ratios))
    more = spin_probability(signs, 0.001, -1.0, 0, in_company(ratio + 5.0, ratios))
    assert alone <= found <= more
    assert found > alone or len(ratios) < FEWEST_ASKED or found == pytest.approx(alone)
