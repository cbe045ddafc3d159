"""The first stage: what it rules out, no detector would have found; what it clears is not spun."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textrepair.detector.base import Detector, Document
from textrepair.detector.encoding.detector import EncodingDetector
from textrepair.detector.furniture.detector import FurnitureDetector
from textrepair.detector.repetition import RepetitionDetector
from textrepair.detector.scanners import default_scanner, model_scanner
from textrepair.detector.scanning import byte_scan
from textrepair.detector.scanning.screen import Scan, Scanner
from textrepair.detector.spacing.detector import SpacingDetector
from textrepair.detector.spin.screen import SpinScreen
from textrepair.model import Model, load_model
from textrepair.repair import Repairer

ROOT = Path(__file__).parents[1]
SHARED = Path(os.environ.get("TEXTREPAIR_SHARED", ROOT.parent / "shared"))
DETECTORS: tuple[Detector, ...] = (
    EncodingDetector(), SpacingDetector(), RepetitionDetector(), FurnitureDetector(),
)  # fmt: skip


class Suspicious(Scanner):
    """Rules nothing out."""

    def scan(self, text: str) -> Scan:
        scan = super().scan(text)
        stats = scan.stats.copy()
        stats[byte_scan.FLAGS] = -1
        words = [match.start() for match in re.finditer(r"(?<![A-Za-z0-9])[a-z]", text)]
        lines: list[list[int]] = []
        at = 0
        for raw in text.split("\n"):
            if raw.strip(" \t\r\v\f\x1c\x1d\x1e\x1f"):  # as the scan counts lines
                lines.append([len(lines), at, at + len(raw)])
            at += len(raw) + 1
        stats[byte_scan.LINES] = len(lines)
        stats[byte_scan.PLACES] = byte_scan.MOST_PLACES + 1
        stats[byte_scan.UNLISTED], stats[byte_scan.CANDIDATE_LINES] = len(words), len(lines)
        scan.stats = stats
        scan.unlisted, scan.lines = words, lines
        scan.doubled = [match.start() for match in re.finditer(r"(?<![A-Za-z])[A-Za-z]", text)]
        return scan


def suspicious() -> Suspicious:
    plain = default_scanner()
    return Suspicious(plain.table, plain.line_starts, plain.signs)


def assert_rules_out_nothing_found(text: str) -> None:
    for detector in DETECTORS:
        assert detector.detect(Document(text)) == detector.detect(Document(text, suspicious())), detector.kind


FRAGMENTS = [
    "the", "the the", "of the of the", "had had", "said", "countries. countries.", "remainsunclear", "govern ment",
    "nonsense ing", "Kremlins Making", "Kremlin’s making", "David E. CollinsAndrew E. Palmer", "McConnell",
    "WASHINGTON  President", "a  b", "x.  Y", " ,", " .", " ...", "( see", "(AP )", "“ I", "am ”", ", ”Palmer",
    "said.The", "word,word", "U.S.", "café", "naïve", "â€™", "Ã©", "œuvre", "fin­e", "�", "don�t", "£5", "5 €", "«so»",
    "…”", "It’s", "it's", "-", "—", "\n", "\n\n", "\r\n", "\t", " ", ". ", "! ", "”\n", "Read More",
    "Share this article", "2 years ago 475", "Image", "Card 1 of 5", "Photo: Ann Orr/Reuters", "A man (AP Photo)",
    "This site uses cookies to work.", "All rights reserved.", "https://example.org/a", "© 2021 A", "May 4, 2021",
    "20210504", "PublishedMay 4, 2021", "page3 of 5", "“Share this article", "– Image", "* Read more", "Images",
    "By accepting you consent to our cookies", "[caption id=1]",
    "The long bridge over the river stays closed until the spring",
    "The bridge over the old river The bridge over the old river", "ofthe", "http://a.b", "@you", "#tag", "a.b",
    "`x  y`", "it 's", "do n't", "boys' song", "it' s", "in other countries. other countries", ".com",
]  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(FRAGMENTS), max_size=12), st.sampled_from([" ", "", "\n"]))
def test_fragments(fragments: list[str], between: str) -> None:
    assert_rules_out_nothing_found(between.join(fragments))


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=st.sampled_from("aA the.,;!?\"'“”’()-\n\xa0éÂÃ€™œ—…[]/:1©"), max_size=80))
def test_signs(text: str) -> None:
    assert_rules_out_nothing_found(text)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_any_text(text: str) -> None:
    assert_rules_out_nothing_found(text)


@pytest.mark.parametrize("name", ["newswire", "web"])
def test_real_articles(name: str) -> None:
    path = SHARED / "data" / "sound" / f"{name}.jsonl"
    if not path.exists():
        pytest.skip(f"{path} is not at hand (TEXTREPAIR_SHARED names the folder)")
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file):
            if number % 40 == 0:
                assert_rules_out_nothing_found(json.loads(line)["text"])


@pytest.mark.parametrize(
    ("text", "words"),
    [("", 0), ("It isn't half-done.", 3), ("Él dijo: “no”.", 3), ("a\n\nb 12 c3", 4), ("日本", 1)],
)
def test_words(text: str, words: int) -> None:
    assert Document(text).scan.words == words


@pytest.fixture(scope="module")
def model() -> Model:
    return load_model()


def corpora(folder: str) -> list[str]:
    return [path.read_text(encoding="utf-8") for path in sorted((ROOT / "corpora" / folder).glob("*.txt"))]


def test_no_spun_article_is_cleared(model: Model) -> None:
    scanner, screen = model_scanner(model), SpinScreen(model)
    assert [screen.cleared(scanner.scan(text)) for text in corpora("spun")] == [None] * 12


def test_sound_articles_are_cleared(model: Model) -> None:
    scanner, screen = model_scanner(model), SpinScreen(model)
    cleared = [screen.cleared(scanner.scan(text)) for text in corpora("sound")]
    assert len(cleared) == 12
    assert all(probability is not None and probability < 0.01 for probability in cleared)


def test_a_spun_article_again_and_again_is_not_cleared(model: Model) -> None:
    """A long text has hardly more kinds of words than a short one; its share of strange ones is what counts."""
    scanner, screen = model_scanner(model), SpinScreen(model)
    for text in corpora("spun")[:4]:
        assert [screen.cleared(scanner.scan(f"{text}\n" * times)) for times in (2, 20, 60)] == [None] * 3


def test_short_texts_are_read(model: Model) -> None:
    assert SpinScreen(model).cleared(model_scanner(model).scan("A short note. " * 30)) is None


@pytest.mark.parametrize("folder", ["sound", "spun", "glued", "mojibake", "furniture", "translated"])
def test_screened_and_thorough_agree(model: Model, folder: str) -> None:
    """But for the probability of spinning in what was cleared."""
    screened, thorough = Repairer(model), Repairer(model, depth="thorough")
    assert len(corpora(folder)) >= 3
    for text in corpora(folder)[:3]:
        one, other = screened.repair(text), thorough.repair(text)
        assert one.patch == other.patch
        assert one.proposals == other.proposals
        assert one.diagnosis.findings == other.diagnosis.findings
        assert {**one.diagnosis.damage, "spin": None} == {**other.diagnosis.damage, "spin": None}


def test_a_quick_look_leaves_translation_and_order_untold(model: Model) -> None:
    text = corpora("sound")[0]
    damage = Repairer(model, depth="quick").diagnose(text).damage
    assert damage["translation"].probability is damage["order"].probability is None
    told = Repairer(model).diagnose(text).damage
    assert {kind: told[kind] for kind in damage} | {
        "translation": damage["translation"],
        "order": damage["order"],
    } == damage


def test_an_unknown_depth_is_refused(model: Model) -> None:
    with pytest.raises(ValueError, match="depth is 'deep'; known are quick, screened, thorough"):
        Repairer(model, depth="deep")  # type: ignore[arg-type]
