"""Counted swaps become a family of the channel."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from sample_models import articles, packaged

from textrepair.detector.scanners import model_scanner
from textrepair.detector.scanning.byte_scan import SCORED
from textrepair.model import ModelError, families, vocabulary
from textrepair.model.alignment import Link
from textrepair.model.channel import FACTOR_UNITS, Entries, log_probability
from textrepair.model.families import SINGLE_SIGHTING, SwapCounts, count_links, count_swaps, with_family
from textrepair.model.model import Model, load_model, save_model
from textrepair.model.vocabulary import END
from textrepair.repair import Repairer
from textrepair.tokens import tokenize

SWAPS: Mapping[tuple[tuple[str, ...], tuple[str, ...]], float] = {
    (("zebra",), ("the",)): 40.0,
    (("xqzvlamp",), ("of",)): 10.0,
    (("hold", "xqzvlamp"), ("be",)): 6.0,
    (("marble",), ("of", "the")): 5.0,
    (("issues",), ("the",)): 2.0,  # a pair that the channel has
    (("zebra",), ("xqzvunheard",)): 9.0,  # an original that the language model lacks
    (("one", "two", "three", "four", "five"), ("the",)): 3.0,  # too long
}
INTENDED = {("the",): 60.0, ("of",): 20.0, ("be",): 6.0, ("of", "the"): 5.0, ("house",): 30.0}


@cache
def learned() -> Model:
    return with_family(packaged(), SwapCounts("test", SWAPS, INTENDED))


def readings(model: Model, *observed: str) -> dict[str, float]:
    """What an observed word or phrase stands for under the last family, with probabilities."""
    entries, index = model.channel.entries, model.vocabulary.index
    found = model.channel.entry_range(*(index[word] for word in observed))
    assert len(observed) == 1 or entries.phrase_first[index[observed[0]]]
    probability = np.exp(log_probability(entries.code[-1]))
    words = model.vocabulary.words
    return {
        " ".join(words[w] for w in model.target_words(int(entries.target[e]))): float(probability[e])
        for e in found
    }


def test_a_column_more() -> None:
    before, after = packaged().channel, learned().channel
    assert after.families == (*before.families, "test")
    assert len(after.entries.code) == len(after.entries.swap_factor) == len(after.families)
    assert packaged().channel is before  # the model that it began from is as it was


def test_known_entries_keep_their_columns() -> None:
    """What the other families say of each pair stays."""
    families = len(packaged().channel.families)

    def by_pair(entries: Entries) -> tuple[np.ndarray, np.ndarray]:
        observed = np.repeat(np.arange(len(entries.start) - 1), np.diff(entries.start))
        key = observed * 100_003 + entries.target[: len(observed)]
        order = np.argsort(key, kind="stable")
        codes = entries.code[:families, order]
        live = codes.any(axis=0)
        return key[order][live], codes[:, live]

    for old, new in zip(by_pair(packaged().channel.entries), by_pair(learned().channel.entries), strict=True):
        np.testing.assert_array_equal(old, new)


def test_counted_swaps_are_likely() -> None:
    assert readings(learned(), "zebra")["the"] > 0.4
    assert readings(learned(), "xqzvlamp")["of"] > 0.3
    assert readings(learned(), "hold", "xqzvlamp")["be"] > 0.3
    assert readings(learned(), "marble")["of the"] > 0.2
    assert readings(learned(), "issues")["the"] > 0.0
    assert not {"xqzvunheard", ""} & readings(learned(), "zebra").keys()


def test_observed_words_get_identifiers() -> None:
    vocabulary = learned().vocabulary
    assert "xqzvlamp" not in packaged().vocabulary.index
    number = vocabulary.index["xqzvlamp"]
    assert number == len(packaged().vocabulary.words)
    assert (
        len(vocabulary.words) == number + 1
    )  # that of a swap left out for its original, or its length, isn't new
    assert len(vocabulary.capital) == len(vocabulary.unknown_logp) == len(vocabulary.words)
    assert vocabulary.unknown_logp[number] < -10
    assert vocabulary.words[vocabulary.lm_identifier(number)] == "<low>"
    assert learned().likely_originals("xqzvlamp")[0][0] == "of"


def test_more_words_than_seventeen_bits_tell_apart() -> None:
    """All are scanned as what the vocabulary has them for, each as itself."""
    new = [f"xqzv{a}{b}{c}{d}" for a in "abcdefgh" for b in "eiou" for c in "klmnprst" for d in "adefghij"]
    model = with_family(packaged(), SwapCounts("many", {((word,), ("the",)): 2.0 for word in new}))
    words = model.vocabulary.words
    assert len(words) > (1 << 17) + 300
    scanner = model_scanner(model)
    for start in (-700, len(packaged().vocabulary.words) - 300, (1 << 17) - 300):
        text = " ".join(word for word in words[start:][:600] if word.isascii() and word.isalpha())
        tokens = tokenize(text)
        seen = scanner.scan(text).ids
        np.testing.assert_array_equal(seen[seen != END], model.vocabulary.identifiers(tokens))
    assert scanner.scan(words[-1]).stats[SCORED] == 1
    assert scanner.scan("xqzvunseen").stats[SCORED] == 0


def test_more_words_than_a_model_holds(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    most = len(packaged().vocabulary.words)
    path = tmp_path / "learned.model"
    save_model(learned(), path)
    monkeypatch.setattr(vocabulary, "MOST_WORDS", most)
    monkeypatch.setattr(families, "MOST_WORDS", most)
    with pytest.raises(
        ValueError, match=r"1 new words don't fit beside the model's .* learn from fewer texts"
    ):
        with_family(packaged(), SwapCounts("test", SWAPS, INTENDED))
    with pytest.raises(ModelError, match="words, of which a model holds"):
        load_model(path)
    load_model()


def test_compounds_are_originals() -> None:
    entries = learned().channel.entries
    known = len(packaged().channel.entries.compounds)
    assert known <= len(entries.compounds) <= known + 1
    np.testing.assert_array_equal(entries.compounds[:known], packaged().channel.entries.compounds)
    index = learned().vocabulary.index
    assert [index["of"], index["the"], 0xFFFF] in entries.compounds.tolist()


def test_columns_sum_to_their_factors() -> None:
    """At most: the share of what a word is replaced by that the channel has no entry for is missing."""
    model = learned()
    entries = model.channel.entries
    size = model.vocabulary.lm_size
    sums = np.bincount(
        entries.target, np.exp(log_probability(entries.code[-1])), minlength=size + len(entries.compounds)
    )
    factors = entries.swap_factor[-1] / FACTOR_UNITS
    assert np.all(sums[:size] <= 1.3 * factors + 1.3 / FACTOR_UNITS)
    index = model.vocabulary.index
    the, house = index["the"], index["house"]
    assert factors[the] > entries.swap_factor[0, the] / FACTOR_UNITS  # replaced more readily than the average
    assert factors[house] < 0.5  # seen thirty times, and left


def test_same_counts_under_the_same_name_give_the_same_model() -> None:
    again = with_family(learned(), SwapCounts("test", SWAPS, INTENDED))
    assert again.channel.families == learned().channel.families
    assert again.vocabulary.words == learned().vocabulary.words
    for name, array in again.channel.entries._asdict().items():
        np.testing.assert_array_equal(array, getattr(learned().channel.entries, name), err_msg=name)


def test_another_count_under_the_same_name_replaces_it() -> None:
    other = with_family(learned(), SwapCounts("test", {(("lantern",), ("the",)): 30.0}, {("the",): 60.0}))
    assert other.channel.families == learned().channel.families
    assert readings(other, "lantern")["the"] > 0.2
    assert readings(other, "zebra").get("the", 0.0) == 0.0
    assert len(other.channel.entries.target) == len(learned().channel.entries.target) + 1


def test_a_continued_family_keeps_what_it_knew() -> None:
    """What was counted before is the prior of what is counted then."""
    first = with_family(packaged(), SwapCounts("x", {(("zebra",), ("want",)): 50.0}, {("want",): 60.0}))
    counts = SwapCounts("x", {(("marble",), ("want",)): 2.0}, {("want",): 3.0})
    continued, replaced = with_family(first, counts, continued=True), with_family(first, counts)
    assert continued.channel.families == replaced.channel.families == first.channel.families

    def share(model: Model, observed: str) -> float:
        index = model.vocabulary.index
        entries = model.channel.entries
        found = [
            float(np.exp(log_probability(entries.code[-1:, e]))[0])
            for e in model.channel.entry_range(index[observed])
            if entries.target[e] == index["want"]
        ]
        return sum(found)

    assert share(first, "zebra") > share(continued, "zebra") > 10 * share(replaced, "zebra")
    assert share(replaced, "marble") > share(continued, "marble") > 0.1 * share(replaced, "marble") > 0.0
    only = with_family(packaged(), counts, continued=True)
    fresh = with_family(packaged(), counts)
    np.testing.assert_array_equal(only.channel.entries.code, fresh.channel.entries.code)


def test_no_counts_give_the_prior_once_more() -> None:
    entries = with_family(packaged(), SwapCounts("none")).channel.entries
    np.testing.assert_array_equal(entries.swap_factor[-1], entries.swap_factor[0])
    assert np.abs(entries.code[-1].astype(int) - entries.code[0].astype(int)).max() <= 1


def test_the_prior_is_not_a_family_to_learn() -> None:
    with pytest.raises(ValueError, match="fall back"):
        with_family(packaged(), SwapCounts("prior", SWAPS, INTENDED))


def test_saved_and_opened_again_it_repairs_alike(tmp_path: Path) -> None:
    save_model(learned(), tmp_path / "learned.model")
    opened = Repairer(load_model(tmp_path / "learned.model"))
    assert opened.model_name != Repairer(packaged()).model_name
    text = articles("sound")["01-council"].replace(" the ", " zebra ").replace(" of ", " xqzvlamp ")
    for article in (text, articles("spun")["02-football"], articles("sound")["03-astronomy"]):
        assert opened.repair(article) == Repairer(learned()).repair(article)
    after = opened.repair(text).text
    assert after.count("zebra") < 0.3 * text.count("zebra")
    assert after.count("xqzvlamp") < 0.3 * text.count("xqzvlamp")


# --- counting


def test_links_are_counted() -> None:
    damaged = "issues cat in addition to issues dog , Home".lower().split()
    sound = "the cat and the dog , home".split()
    links = [
        Link(0, 1, 0, 1),
        Link(1, 2, 1, 2),
        Link(2, 5, 2, 3),
        Link(5, 6, 3, 4),
        Link(6, 7, 4, 5),
        Link(7, 8, 5, 6),
        Link(8, 9, 6, 7),
    ]
    counts = count_links("x", [(damaged, sound, links)])
    assert counts.swaps == {
        (("issues",), ("the",)): 2,
        (("in", "addition", "to"), ("and",)): SINGLE_SIGHTING,
    }
    assert counts.intended[("the",)] == 2
    assert counts.intended[("cat",)] == 1
    assert (",",) not in counts.intended


def test_nothing_to_count() -> None:
    nothing: list[list[tuple[list[str], list[str]]]] = [[], [([], [])], [(["a"], ["a"])]]
    for passages in nothing:
        assert count_swaps("x", passages).swaps == {}
