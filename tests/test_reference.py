"""Repair with reference texts: what is restored, and what must stay as it is."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from textrepair.detector.base import Damage, Detection, Document
from textrepair.patch import Patch, diff
from textrepair.reference.index import ReferenceIndex
from textrepair.repair import Repair, Repairer, Settings, load
from textrepair.writer.jsonl import edit_record

CORPORA = Path(__file__).parents[1] / "corpora"
DATA = Path(os.environ.get("TEXTREPAIR_SHARED", Path(__file__).parents[2] / "shared")) / "data"
NAMES = [path.stem for path in sorted((CORPORA / "spun").glob("*.txt"))]


def read(folder: str, name: str) -> str:
    return (CORPORA / folder / f"{name}.txt").read_text(encoding="utf-8")


def index_of(*references: tuple[str, str]) -> ReferenceIndex:
    index = ReferenceIndex()
    index.add("test", "", references)
    return index


def same(one: Repair, two: Repair) -> bool:
    return (one.text, one.patch, one.proposals, one.diagnosis) == (
        two.text,
        two.patch,
        two.proposals,
        two.diagnosis,
    )


@pytest.fixture(scope="module")
def repairer() -> Repairer:
    return load()


@pytest.fixture(scope="module")
def originals() -> ReferenceIndex:
    return index_of(*((name, read("sound", name)) for name in NAMES))


@pytest.mark.parametrize("name", NAMES)
def test_the_original_gives_every_word_back(name: str, repairer: Repairer, originals: ReferenceIndex) -> None:
    repair = repairer.repair(read("spun", name), references=originals)
    assert repair.text == read("sound", name)
    assert repair.references == (name,)
    assert repair.covered > 0.95


def test_an_edit_tells_where_its_wording_came_from(repairer: Repairer, originals: ReferenceIndex) -> None:
    repair = repairer.repair(read("spun", NAMES[0]), references=originals)
    told = [edit for edit in repair.patch.edits if edit.reference]
    assert len(told) > 20
    for edit in told:
        name, place = edit.reference.rsplit(":", 1)
        start, end = map(int, place.split("-"))
        assert read("sound", name)[start:end].lower() == edit.after.lower()
        assert name in edit.reason
        assert edit_record(edit)["reference"] == edit.reference
    assert "reference" not in edit_record(diff("a", "b").edits[0])


@pytest.mark.parametrize("name", NAMES)
def test_references_about_other_things_change_nothing(name: str, repairer: Repairer) -> None:
    others = index_of(*((other, read("sound", other)) for other in NAMES if other != name))
    text = read("spun", name)
    assert same(repairer.repair(text, references=others), repairer.repair(text))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.text(max_size=200), max_size=5),
    st.sampled_from(NAMES),
    st.sets(st.sampled_from(NAMES), max_size=6),
)
def test_nothing_unrelated_does(repairer: Repairer, odd: list[str], name: str, others: set[str]) -> None:
    references = [(str(n), text) for n, text in enumerate(odd)]
    references += [(other, read("sound", other)) for other in sorted(others - {name})]
    text = read("spun", name)
    assert same(repairer.repair(text, references=index_of(*references)), repairer.repair(text))


@pytest.mark.parametrize("name", NAMES)
def test_sound_wording_is_never_rewritten(name: str, repairer: Repairer) -> None:
    """Neither by an edited version of the article nor by a damaged one."""
    text = read("sound", name)
    revised = index_of(("revised", text.replace(" said", " claimed")), ("spun", read("spun", name)))
    assert same(repairer.repair(text, references=revised), repairer.repair(text))


@pytest.mark.parametrize("name", NAMES[:4])
def test_a_copy_of_the_damage_is_no_reference(name: str, repairer: Repairer) -> None:
    text = read("spun", name)
    assert same(repairer.repair(text, references=index_of(("copy", text))), repairer.repair(text))


@pytest.mark.parametrize("name", NAMES[:4])
@pytest.mark.parametrize("copies", [3, 12])
def test_copies_of_the_damage_hide_no_original(name: str, copies: int, repairer: Repairer) -> None:
    """What the copies alone say is rarer in the index than what the originals say."""
    spun = [(f"copy {n}", f"{read('spun', name)}\n{n}") for n in range(copies // 3)]
    index = index_of(*((f"original {n}", f"{read('sound', name)}\n{n}") for n in range(copies)), *spun)
    assert repairer.repair(read("spun", name), references=index).text == read("sound", name)


@pytest.mark.parametrize("name", NAMES[:6])
def test_a_revision_restores_what_it_has(name: str, repairer: Repairer) -> None:
    """Every third paragraph missing, the others in reverse order, paragraphs of another article between them.

    A paragraph that stands alone speaks less for its own rare swaps: in half of the articles one has a word or more left.
    """
    paragraphs = read("sound", name).split("\n\n")
    kept = [p for n, p in enumerate(paragraphs) if n % 3 != 2]
    foreign = read("sound", NAMES[-1]).split("\n\n")
    mixed = [p for pair in zip(reversed(kept), foreign, strict=False) for p in pair] or kept
    repair = repairer.repair(read("spun", name), references=index_of(("revision", "\n\n".join(mixed))))
    used = [paragraph for paragraph in mixed if paragraph in kept and len(paragraph) > 150]
    assert used
    assert len([paragraph for paragraph in used if paragraph not in repair.text]) <= 1


def test_figures_and_names_are_facts_not_wording(repairer: Repairer) -> None:
    text, name = read("spun", "04-bank-rates"), "04-bank-rates"
    sound = read("sound", name)
    later = sound.replace("2", "7").replace("5", "9")
    assert later != sound
    repair = repairer.repair(text, references=index_of((name, later)))
    figures = [e for e in repair.patch.edits if any(c.isdigit() for c in e.before + e.after) and e.reference]
    assert [e for e in figures if not e.after.isdigit() or e.before.isdigit()] == []


def test_protected_terms_and_kinds_hold(repairer: Repairer, originals: ReferenceIndex) -> None:
    text = read("spun", NAMES[0])
    free = repairer.repair(text, references=originals)
    edit = next(e for e in free.patch.edits if e.before.isalpha())
    shielded = repairer.repair(text, Settings(protect=frozenset({edit.before})), originals)
    assert edit.before.lower() not in {e.before.lower() for e in shielded.patch.edits}
    skipped = repairer.repair(text, Settings(apply=frozenset()), originals)
    assert skipped.text == text
    assert {e.reference for e in skipped.proposals} > {""} or skipped.proposals


@pytest.mark.parametrize("name", [path.stem for path in sorted((CORPORA / "translated").glob("*.txt"))])
def test_translated_wording_is_only_proposed(
    name: str, repairer: Repairer, originals: ReferenceIndex
) -> None:
    tokens = Document(read("translated", name)).tokens
    found = repairer._restorer.restore(tokens, originals, "translation")
    assert found.used == (name,)
    assert found.edits
    assert {edit.kind for edit in found.edits} == {"translation"}
    assert max(edit.confidence for edit in found.edits) < Settings().min_confidence


class _Told:
    """In place of the detector of translations: each text is told as this probable, and nothing in it."""

    def __init__(self, probability: dict[str, float]) -> None:
        self.probability = probability

    def detect(self, view: Document, document: Document | None = None) -> Detection:
        return Detection(Damage(self.probability.get(view.text, 0.0), 0.0))


def test_references_are_asked_where_nothing_else_is_found(originals: ReferenceIndex) -> None:
    name, others = "05-wildfire", index_of(("other", read("sound", "10-chess")))
    text = read("translated", name)
    repairer = load()
    object.__setattr__(repairer, "_translation", _Told({text: 0.97}))
    alone = repairer.repair(text)
    assert (alone.patch.edits, alone.proposals) == ((), ())
    repair = repairer.repair(text, references=originals)
    assert repair.references == (name,)
    assert repair.covered > 0.9
    assert {edit.kind for edit in repair.proposals} == {"translation"}
    assert len(repair.proposals) > 20
    assert Patch(repair.proposals).apply(text) != text
    assert same(repairer.repair(text, references=others), alone)
    object.__setattr__(repairer, "_translation", _Told({text: 0.4}))
    assert repairer.repair(text, references=originals).references == ()


def test_long_texts_are_restored_piece_by_piece(repairer: Repairer, originals: ReferenceIndex) -> None:
    """Of two articles that together are longer than a piece, both are found."""
    filler = "\n\n".join(read("sound", name) for name in NAMES) + "\n\n"
    text = read("spun", NAMES[0]) + "\n\n" + filler * 8 + read("spun", NAMES[1])
    assert len(text) > 100_000
    repair = repairer.repair(text, references=originals)
    assert set(NAMES[:2]) <= set(repair.references) or repair.diagnosis.damage["spin"].probability is not None
    assert repair.patch.apply(text) == repair.text


@pytest.mark.skipif(not DATA.exists(), reason="the shared data is not here")
def test_unrelated_newswire_changes_no_spun_article(repairer: Repairer) -> None:
    index = ReferenceIndex()
    with open(DATA / "sound" / "newswire.jsonl", encoding="utf-8") as file:
        index.add("newswire", "", ((r["id"], r["text"]) for r in map(json.loads, file)))
    with open(DATA / "spun" / "issues_articles.jsonl", encoding="utf-8") as file:
        articles = [json.loads(line)["text"] for line in file][::40]
    for text in articles:
        assert same(repairer.repair(text, references=index), repairer.repair(text))
