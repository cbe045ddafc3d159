"""Whole articles: sound ones stay, spun ones are told and mended, and nothing of the kind of text breaks it."""

from __future__ import annotations

import dataclasses
import functools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_models import articles, packaged
from strategies import AWKWARD

from textrepair.detector.base import FLAGGED, Detection, Document
from textrepair.detector.spin.detector import SHORTEST, SpinDetector, spin_probability
from textrepair.detector.spin.restored_words import SMALLEST_PROPOSAL
from textrepair.model.model import load_model
from textrepair.model.reading import SOUND_RATE, Signs, lattice_input, read, sound_likelihood
from textrepair.model.vocabulary import UNSEEN
from textrepair.patch import Patch
from textrepair.repair import Repairer, Settings
from textrepair.tokens import tokenize

SOUND, SPUN = articles("sound"), articles("spun")


@functools.cache
def detector() -> SpinDetector:
    return SpinDetector(packaged())


@functools.cache
def detect(text: str) -> Detection:
    return detector().detect(Document(text))


def swaps(detection: Detection) -> list[tuple[str, str]]:
    return [(edit.before, edit.after) for edit in detection.edits]


# --- sound and spun


@pytest.mark.parametrize("name", SOUND)
def test_sound_article_is_left(name: str) -> None:
    for text in (SOUND[name], SOUND[name].replace("’", "'").replace("“", '"').replace("”", '"')):
        detection = detect(text)
        assert detection.damage.probability is not None
        assert detection.damage.probability < 0.01
        assert detection.damage.severity == 0.0
        assert not detection.edits
        assert not detection.findings


@pytest.mark.parametrize("folder", ["translated", "glued", "mojibake", "furniture"])
def test_other_damage_is_not_spin(folder: str) -> None:
    for name, text in articles(folder).items():
        assert not detect(text).edits, name


@pytest.mark.parametrize("name", SPUN)
def test_spun_article_is_told(name: str) -> None:
    text = SPUN[name]
    detection = detect(text)
    assert detection.damage.probability is not None
    assert detection.damage.probability > 0.99
    assert 0.05 < detection.damage.severity < 0.5
    assert len(detection.findings) == len(detection.edits)
    Patch(detection.edits).apply(text)  # sorted, no overlap, each says what stands there
    for edit, finding in zip(detection.edits, detection.findings, strict=True):
        assert (finding.start, finding.end, finding.kind) == (edit.start, edit.end, "spin")
        assert edit.before != edit.after
        assert edit.after.strip() == edit.after != ""
        assert SMALLEST_PROPOSAL <= edit.confidence <= 1.0
        others = [probability for _, probability in edit.alternatives]
        assert others == sorted(others, reverse=True)
        assert all(0.0 <= p <= edit.confidence + 1e-6 for p in others)


def test_every_paragraph_of_half_an_article_is_judged_alike() -> None:
    """A spun half beside a sound half: the article is told, and the sound half mostly left."""
    spun, sound = SPUN["02-football"], SOUND["09-rail-strike"]
    detection = detect(f"{spun}\n\n{sound}")
    assert detection.damage.probability is not None
    assert detection.damage.probability > 0.99
    in_sound = [edit for edit in detection.edits if edit.start > len(spun) and edit.confidence >= 0.6]
    assert len(in_sound) <= 2


def test_repaired_articles_are_less_spun_and_stay() -> None:
    repairer = Repairer(packaged())
    for name, text in SPUN.items():
        once = repairer.repair(text)
        assert sum(e.confidence for e in detect(once.text).edits) < sum(
            e.confidence for e in detect(text).edits
        )
        again = repairer.repair(once.text)
        assert len(again.patch.edits) <= 0.1 * len(once.patch.edits), name


def test_articles_before_restored_words() -> None:
    """A swap leaves "a" before a vowel and the other way round."""
    found = {pair for text in SPUN.values() for pair in swaps(detect(text)) if pair[0].lower() in ("a", "an")}
    assert found <= {("a", "an"), ("an", "a"), ("A", "An"), ("An", "A")}
    text = (
        SPUN["01-council"]
        + "\n\nIt was astatine the terminal of a inactive aged path, an adjacent twelvemonth afterward."
    )
    assert detect(text).edits


# --- texts that say little


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\t ",
        "...!?;:—",
        "“”" * 500,
        "\ufeff",
        "\x00" * 100,
        "😀" * 5000,
        "- - - " * 200,
        "https://example.org/a " * 100,
        "He came connected Tuesday astatine noon.",
    ],
)
def test_too_short_to_tell(text: str) -> None:
    detection = detect(text)
    assert detection.damage.probability is None
    assert detection.damage.severity == 0.0
    assert not detection.edits
    assert not detection.findings


def test_twenty_words_are_enough_to_tell() -> None:
    words = "the mayor said on tuesday that the old road to the harbour would be closed to all cars from next spring"
    assert len(words.split()) == SHORTEST + 1
    assert detect(" ".join(words.split()[: SHORTEST - 1])).damage.probability is None
    assert detect(" ".join(words.split()[:SHORTEST])).damage.probability is not None


@pytest.mark.parametrize(
    "text",
    [
        "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 " * 60,
        "Straße über Köln nach München ist gesperrt und bleibt es bis Ende Mai wegen Bauarbeiten. " * 5,
        "中文 新闻 报道 " * 40,
        "1 2 3 4 5 6 7 8 9 10 " * 30,
        "a " * 400,
        "THE COUNCIL VOTED ON TUESDAY TO CLOSE THE ROAD. " * 8,
    ],
)
def test_odd_text_is_left(text: str) -> None:
    assert not [edit for edit in detect(text).edits if edit.confidence >= 0.6]


@pytest.mark.parametrize("folder", ["sound", "spun"])
def test_one_line_of_20000_words(folder: str) -> None:
    words = " ".join(articles(folder).values()).replace(".", "").split()
    line = " ".join((words * 8)[:20_000])
    detection = detect(line)
    assert detection.damage.probability is not None
    assert (detection.damage.probability > FLAGGED) == (folder == "spun")
    Patch(detection.edits).apply(line)


def test_a_long_sentence_is_cut() -> None:
    model = packaged()
    _, sentences = lattice_input(model, tokenize("word " * 1000))
    assert np.diff(sentences.begins).max() <= 150
    assert sentences.begins[-1] == 1000


@settings(deadline=None, max_examples=40)
@given(st.lists(st.sampled_from([*AWKWARD, "connected", "astatine", "the", "council"]), max_size=80))
def test_awkward_text(parts: list[str]) -> None:
    for joint in (" ", ""):
        text = joint.join(parts)
        detection = detector().detect(Document(text))
        Patch(detection.edits).apply(text)
        probability = detection.damage.probability
        assert probability is None or 0.0 <= probability <= 1.0
        assert math.isfinite(detection.damage.severity)


# --- the same text in other dress


@pytest.mark.parametrize("name", SPUN)
def test_line_ends_of_windows(name: str) -> None:
    plain, windows = detect(SPUN[name]), detect(SPUN[name].replace("\n", "\r\n"))
    assert windows.damage == plain.damage
    assert swaps(windows) == swaps(plain)
    assert [e.confidence for e in windows.edits] == [e.confidence for e in plain.edits]


def test_quotes_carry_no_wording() -> None:
    text = SPUN["03-astronomy"]
    straight = text.replace("“", '"').replace("”", '"')
    assert swaps(detect(straight)) == swaps(detect(text))


def test_astral_characters_shift_offsets_by_one_each() -> None:
    text = SPUN["05-wildfire"]
    before = "😀𝔘\n\n"
    plain, shifted = detect(text), detect(before + text)
    Patch(shifted.edits).apply(before + text)
    same = set(swaps(plain)) & set(swaps(shifted))
    assert len(same) >= 0.9 * len(set(swaps(plain)))
    starts = {edit.start for edit in plain.edits}
    assert sum(edit.start - len(before) in starts for edit in shifted.edits) >= 0.9 * len(starts)


def test_same_answer_every_time() -> None:
    """After other articles, and from a model opened anew."""
    fresh = SpinDetector(load_model())
    for text in (SPUN["04-bank-rates"], SPUN["01-council"]):
        first = detector().detect(Document(text))
        detector().detect(Document(SOUND["10-chess"]))
        assert detector().detect(Document(text)) == first
        assert fresh.detect(Document(text)) == first


# --- protected terms


def test_protected_tokens_are_left() -> None:
    text = SPUN["01-council"]
    document = Document(text)
    chosen = {edit.start for edit in detect(text).edits[::2] if " " not in edit.before}
    protected = frozenset(i for i, start in enumerate(document.tokens.starts) if start in chosen)
    edits = detector().detect(document, protected).edits
    assert edits
    assert not chosen & {edit.start for edit in edits}
    everything = frozenset(range(len(document.tokens)))
    assert detector().detect(document, everything).edits == ()


def test_protected_token_inside_a_phrase() -> None:
    document = Document(SPUN["12-election"])
    protected = frozenset(i for i, text in enumerate(document.tokens.texts) if text == "addition")
    edits = detector().detect(document, protected).edits
    assert not [edit for edit in edits if "addition" in edit.before]


def test_protected_terms_of_a_repair() -> None:
    text = SPUN["12-election"]
    repair = Repairer(packaged()).repair
    changed = sorted({edit.before for edit in repair(text).patch.edits})
    assert "in addition to" in changed
    terms = frozenset(["IN ADDITION TO", changed[0]])
    kept = repair(text, Settings(protect=terms))
    touched = {edit.before.lower() for edit in (*kept.patch.edits, *kept.proposals)}
    assert not touched & {term.lower() for term in terms}
    assert kept.text.count("in addition to") == text.count("in addition to")


def test_quotes_inside_a_phrase_stay() -> None:
    text = SPUN["12-election"].replace("in addition to", "in “addition” to")
    after = Repairer(packaged()).repair(text).text
    assert after.count("“") == text.count("“")


# --- the parts


@pytest.mark.parametrize("name", ["01-council", "02-football"])
def test_reading_is_well_formed(name: str) -> None:
    for text, damaged in ((SPUN[name], True), (SOUND[name], False)):
        tokens = tokenize(text)
        reading = read(packaged(), tokens)
        assert (reading.rate > 5 * SOUND_RATE) == damaged
        assert reading.families.sum() == pytest.approx(1.0)
        assert reading.posterior.min() >= 0.0
        assert reading.posterior.max() <= 1.0 + 1e-3
        assert len(reading.posterior) == len(reading.edges.entry)
        assert reading.signs.words == tokens.words
        assert (reading.signs.log_ratio > 20) == damaged
        assert sound_likelihood(packaged(), reading.sentences) < 0.0


@pytest.mark.parametrize("name", ["01-council", "02-football"])
def test_a_glance_ends_the_reading_or_leaves_no_trace(name: str) -> None:
    tokens = tokenize(SPUN[name])
    whole = read(packaged(), tokens)
    glanced_at: list[Signs] = []

    def note(signs: Signs) -> bool:
        glanced_at.append(signs)
        return True

    after = read(packaged(), tokens, is_worth_it=note)
    assert after.signs == whole.signs
    assert np.array_equal(after.posterior, whole.posterior)
    ended = read(packaged(), tokens, is_worth_it=lambda signs: False)
    assert [ended.signs] == glanced_at
    # A narrower search finds less of the damaged text's likelihood.
    assert 20 < ended.signs.log_ratio <= whole.signs.log_ratio + 1e-6


def test_what_a_glance_clears_is_sound() -> None:
    patient, hasty = SpinDetector(packaged()), SpinDetector(packaged(), glances=True)
    for text in (*SPUN.values(), *SOUND.values()):
        slow, quick = (d.detect(Document(text)) for d in (patient, hasty))
        if slow != quick:
            assert slow.damage.probability is not None
            assert quick.damage.probability is not None
            assert quick.damage.probability < 0.02
            assert slow.damage.probability < 0.2


def test_the_spinner_is_recognised() -> None:
    families = packaged().channel.families
    for number, name in enumerate(SPUN, 1):
        reading = read(packaged(), tokenize(SPUN[name]))
        if number % 2 == 0:  # these are done with swaps of that spinner
            assert families[int(reading.families.argmax())] == "issues"


def test_lattice_input_leaves_out_quotes_alone() -> None:
    tokens = tokenize(SOUND["01-council"])
    positions, sentences = lattice_input(packaged(), tokens)
    identifiers = packaged().vocabulary.identifiers(tokens)
    assert set(range(len(tokens))) - set(positions.tolist()) == set(
        np.flatnonzero(identifiers == UNSEEN).tolist()
    )
    assert sentences.begins[0] == 0
    assert sentences.begins[-1] == len(positions)
    assert np.all(np.diff(sentences.begins) > 0)
    assert np.all(sentences.lm < packaged().vocabulary.lm_size)


def test_names_and_capitals_are_hardly_ready() -> None:
    tokens = tokenize("Yesterday the mayor met Anna at NATO in 1999.")
    positions, sentences = lattice_input(packaged(), tokens, frozenset({2}))
    ready = dict(zip((tokens.texts[i] for i in positions), sentences.readiness.tolist(), strict=True))
    assert ready["Yesterday"] == ready["the"] == 1.0
    assert ready["mayor"] == ready["."] == 0.0
    assert 0.0 < ready["NATO"] < ready["Anna"] == ready["1999"] < 1.0


def test_probability_grows_with_the_evidence() -> None:
    def probability(
        ratio: float = 3.0, kinds: float = 5.0, explanation: float = 0.003, wording: float = -1.0
    ) -> float:
        return spin_probability(Signs(ratio, 8.0, kinds, 200), explanation, wording, 0)

    by_ratio = [probability(ratio=ratio) for ratio in (-50.0, 0.0, 5.0, 10.0, 20.0, 30.0, 1e9)]
    by_kinds = [probability(kinds=kinds) for kinds in (0.0, 0.1, 1.0, 3.0, 8.0)]
    by_explanation = [probability(explanation=nats) for nats in (-1.0, 0.0, 0.001, 0.01, 1.0)]
    by_wording = [probability(wording=score) for score in (-1e9, -5.0, -1.0, 0.0, 1.0, 2.0, 5.0, 1e9)]
    for told in (by_ratio, by_kinds, by_explanation, by_wording):
        assert told == sorted(told)
        assert told[0] >= 0.0
        assert told[-1] <= 1.0
    for words in (20, 1_000, 50_000):  # a whole piece of a long text can be told
        assert spin_probability(Signs(1e6, 0.2 * words, 0.1 * words, words), 0.05, 0.0, 0) > FLAGGED


def test_one_word_again_and_again_is_one_words_evidence() -> None:
    once = spin_probability(Signs(12.0, 6.0, 6.0, 800), 0.001, 0.0, 0)
    assert spin_probability(Signs(12.0, 40.0, 6.0, 800), 0.001, 0.0, 0) < once


def test_models_are_immutable() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        packaged().path = "x"  # type: ignore[misc,assignment]
