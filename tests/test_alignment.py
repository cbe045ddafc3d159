"""The aligner: its properties, the cases that it was built for, and its floor against hand-annotated links."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textrepair.model.alignment import Link, LinkCosts, align, learn_costs

ROOT = Path(__file__).parents[1]
GOLD = ROOT / "tests" / "gold" / "alignment_passages.json"
DATA = Path(os.environ.get("TEXTREPAIR_SHARED", ROOT.parent / "shared")) / "data"

words = st.lists(st.sampled_from([*"abcdefgh", "the", "issues", ",", "'s", "12", "naïve", "𝔘"]), max_size=40)


def sides(text: str, other: str) -> tuple[list[str], list[str]]:
    return text.split(), other.split()


def told(damaged: Sequence[str], reference: Sequence[str], links: Sequence[Link]) -> list[str]:
    """Links of different words, readably."""
    pairs = ((damaged[k.start : k.end], reference[k.ref_start : k.ref_end]) for k in links)
    return [f"{' '.join(d)} ← {' '.join(r)}" for d, r in pairs if d != r]


# Sentences written for the test; a spinner that has "issues" for "the", "hold upwards" for "be" and so on.
SPUN = [
    ("issues cat may hold upwards at home in addition to asleep", "the cat may be at home and asleep"),
    (
        "they run Home windows in addition to issues old phone can hold upwards sold",
        "they run windows and the old phone can be sold",
    ),
    ("issues dog in addition to issues bird on Home windows", "the dog and the bird on windows"),
    ("she will hold upwards glad of issues telephone telephone", "she will be glad of the phone call"),
    (
        "Home windows in addition to issues price of it will hold upwards low",
        "windows and the price of it will be low",
    ),
    ("issues rain in addition to issues snow may hold upwards late", "the rain and the snow may be late"),
    ("we mustiness sell in addition to buy Home windows", "we must sell and buy windows"),
    ("he mustiness sleep in addition to issues child too", "he must sleep and the child too"),
    ("you mustiness hold upwards quick", "you must be quick"),
]


@pytest.fixture(scope="module")
def spinner() -> LinkCosts:
    return learn_costs([sides(*pair) for pair in SPUN])


@pytest.mark.parametrize(
    ("damaged", "reference", "expected"),
    [
        ("tea in addition to cake", "tea and cake", ["in addition to ← and"]),
        ("Home windows is slow", "windows is slow", ["Home windows ← windows"]),
        ("a telephone telephone came", "a phone call came", ["telephone ← phone", "telephone ← call"]),
        ("it 'south issues end", "it 's the end", ["'south ← 's", "issues ← the"]),
        # A word that the reference lacks isn't drawn into the link beside it.
        ("prices mustiness hold upwards low", "prices be low", ["hold upwards ← be"]),
        ("issues very cat", "the cat", ["issues ← the"]),
    ],
)
def test_learned_swaps(spinner: LinkCosts, damaged: str, reference: str, expected: list[str]) -> None:
    d, r = sides(damaged, reference)
    assert told(d, r, align(d, r, spinner)) == expected


def test_function_words_in_the_wrong_place_do_not_anchor(spinner: LinkCosts) -> None:
    d, r = sides("issues man of issues house in addition to of it", "the man of the house and of it")
    assert told(d, r, align(d, r, spinner)) == ["issues ← the", "issues ← the", "in addition to ← and"]


@given(words, words)
@settings(max_examples=200, deadline=None)
def test_links_are_monotone_and_within_bounds(
    spinner: LinkCosts, damaged: list[str], reference: list[str]
) -> None:
    end = ref_end = 0
    for link in align(damaged, reference, spinner):
        assert end <= link.start < link.end <= len(damaged)
        assert ref_end <= link.ref_start < link.ref_end <= len(reference)
        assert link.end - link.start == 1 or link.ref_end - link.ref_start == 1
        end, ref_end = link.end, link.ref_end


@given(words)
@settings(max_examples=100, deadline=None)
def test_a_text_is_aligned_with_itself_word_by_word(spinner: LinkCosts, text: list[str]) -> None:
    expected = [Link(i, i + 1, i, i + 1) for i in range(len(text))]
    assert align(text, text, LinkCosts()) == expected
    if "issues" not in text and "the" not in text:  # which this spinner swaps for one another
        assert align(text, text, spinner) == expected


FOREIGN = (
    "meanwhile two small boats left a harbour near Genoa with nine sailors , a goat and forty crates of lemons , "
    "none of which has been heard of since Monday , said a clerk who asked for nothing but soup ;"
).split()


@pytest.mark.parametrize("at", [0, 1, 2])
def test_a_passage_that_only_the_reference_has_leaves_other_links_alone(spinner: LinkCosts, at: int) -> None:
    damaged = [word for text, _ in SPUN for word in (*text.split(), ".")]
    reference = [word for _, text in SPUN for word in (*text.split(), ".")]
    place = [0, [i for i, w in enumerate(reference) if w == "."][3] + 1, len(reference)][at]
    longer = [*reference[:place], *FOREIGN, *reference[place:]]
    moved = len(FOREIGN)
    shifted = [
        Link(
            k.start,
            k.end,
            k.ref_start + moved * (k.ref_start >= place),
            k.ref_end + moved * (k.ref_end > place),
        )
        for k in align(damaged, reference, spinner)
    ]
    assert align(damaged, longer, spinner) == shifted


def test_unrelated_texts_share_hardly_a_link(spinner: LinkCosts) -> None:
    damaged = [word for text, _ in SPUN for word in (*text.split(), ".")]
    assert len(align(damaged, FOREIGN, spinner)) <= len(damaged) // 20


def test_a_moved_passage_is_linked_once(spinner: LinkCosts) -> None:
    first, second = [word for text, _ in SPUN[:3] for word in text.split()], FOREIGN
    links = align([*first, *second], [*second, *first], spinner)
    assert told([*first, *second], [*second, *first], links) == []
    assert len(links) >= min(len(first), len(second))


def test_long_texts_are_cut_at_anchors(spinner: LinkCosts) -> None:
    """Forty thousand words: the whole table of cells would need gigabytes."""
    reference = [f"word{i * i * 7919 % 104729}" if i % 3 else "the" for i in range(40_000)]
    damaged = ["issues" if word == "the" and i % 2 else word for i, word in enumerate(reference)]
    links = align(damaged, reference, spinner)
    assert [(k.start, k.ref_start) for k in links] == [(i, i) for i in range(len(reference))]


def test_nothing_to_align(spinner: LinkCosts) -> None:
    assert align([], ["a"], spinner) == align(["a"], [], spinner) == []
    assert align(["a"], ["a"], learn_costs([])) == [Link(0, 1, 0, 1)]


def test_pairs_from_elsewhere() -> None:
    """Shapes that no link has and words that no text has are passed over; places may be missing."""
    d, r = sides("xa ya sat", "za ya sat")
    pairs = {
        (("xa",), ("za",)): 9.0,
        (("xa", "ya"), ("za", "ya")): 5.0,
        (("elsewhere",), ("za",)): 3.0,
        (("q",) * 9, ("za",)): 2.0,
    }
    costs = LinkCosts(pairs=pairs, damaged=dict.fromkeys(d, 1), reference=dict.fromkeys(r, 1))
    assert told(d, r, align(d, r, costs)) == ["xa ← za"]


def test_learning_is_deterministic(spinner: LinkCosts) -> None:
    again = learn_costs([sides(*pair) for pair in SPUN])
    assert again.pairs == spinner.pairs
    assert again.likeness == spinner.likeness


def test_gold_is_well_formed() -> None:
    passages = json.loads(GOLD.read_text(encoding="utf-8"))["passages"]
    assert len(passages) == 200
    for passage in passages:
        end = ref_end = 0
        for a, b, c, d in passage["links"]:
            assert end <= a < b
            assert ref_end <= c < d
            end, ref_end = b, d


@pytest.mark.skipif(not (DATA / "spun").is_dir(), reason="shared/data/spun is not there")
def test_links_of_the_gold_are_found() -> None:
    """Figures in docs/alignment.md; the floors leave room for numerical differences only."""
    sys.path.insert(0, str(ROOT / "scripts"))
    try:
        import bench_alignment as bench
    finally:
        sys.path.pop(0)
    passages = {family: list(bench.read_passages(DATA, family)) for family in bench.FAMILIES}
    costs = {family: bench.learned(some) for family, some in passages.items()}
    score = bench.Score()
    for item in bench.read_gold(GOLD, passages):
        found = bench.changed_links(item, lambda d, r, c=costs[item.family]: align(d, r, c))
        score.add(found, item.links)
    assert score.right / score.found >= FLOORS[0]
    assert score.right / score.gold >= FLOORS[1]


#: Precision and recall; 0.963 and 0.976 were measured in 2026-11.
FLOORS = (0.955, 0.968)
