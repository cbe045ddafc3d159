"""Translated articles: the traces of engines, their edits, and the probability."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textrepair.detector.base import FLAGGED, Document
from textrepair.detector.scanning import skeleton
from textrepair.detector.translation import traces
from textrepair.detector.translation.detector import (
    SHORTEST,
    TranslationDetector,
    found_traces,
    packaged_wording,
    wording_from,
)
from textrepair.model import Model, load_model
from textrepair.overlap import without_overlap
from textrepair.patch import Patch
from textrepair.reference.index import ReferenceIndex
from textrepair.repair import Repairer, Settings, load

CORPORA = Path(__file__).parents[1] / "corpora"
CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "cases" / "traces.json").read_text(encoding="utf-8")
)
SEEDS = Path(os.environ.get("TEXTREPAIR_SHARED", Path(__file__).parents[2] / "shared")) / "seeds"
APPLIED = Settings().min_confidence
TRANSLATED = [path.stem for path in sorted((CORPORA / "translated").glob("*.txt"))]
SOUND = [path.stem for path in sorted((CORPORA / "sound").glob("*.txt"))]


def read(folder: str, name: str) -> str:
    return (CORPORA / folder / f"{name}.txt").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def model() -> Model:
    return load_model(None)


@pytest.fixture(scope="module")
def detector(model: Model) -> TranslationDetector:
    return TranslationDetector(model)


@pytest.fixture(scope="module")
def repairer() -> Repairer:
    return load()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["label"])
def test_traces(case: dict[str, Any], model: Model) -> None:
    edits = without_overlap(traces.edits(Document(case["original"]), model))
    sure = tuple(edit for edit in edits if edit.confidence >= APPLIED)
    assert Patch(sure).apply(case["original"]) == case["expect"]
    assert len(edits) - len(sure) == case.get("proposals", 0)
    again = without_overlap(traces.edits(Document(case["expect"]), model))
    assert not [edit for edit in again if edit.confidence >= APPLIED]


@given(
    st.lists(
        st.sampled_from(("the", "Obama", "’s", "administration", "war", "said", ".", ",", "begins", "‘")),
        max_size=12,
    )
)
def test_edits_are_found_wherever_the_text_ends(model: Model, words: list[str]) -> None:
    text = " ".join(words).replace(" .", ".").replace(" ,", ",").replace(" ’s", "’s")
    for edit in traces.edits(Document(text), model):
        assert text[edit.start : edit.end] == edit.before


FRAGMENTS = (
    "The talks ended.", ".", "in NATO. .", "possible, ”Lane said", "for the work. “\n", "to ‘enter the room",
    "it unfolded. recently",
    "many countries. countries.",
    "countries.", "Red Cross.", "Red Cross", "Thursday.", "the", "go there. before.",
    "Who knows ?", "as follows :", "« a great day »", "„so was it“", "on the border. May 24.",
    "a visit.” 3 June.", "été. après", "at 5 p.m. the", "\n", "the end", "e.g. this",
    "1,8 million", "200.000 men", "150", "000", "150\xa0000", "24.02.2012",
    "15 %", "15\u202f%", "12€", "12 €", "20 thousand", "29 of May",
)  # fmt: skip


@given(st.lists(st.sampled_from(FRAGMENTS), max_size=12), st.sampled_from([" ", "", "\n"]))
def test_the_scan_rules_no_trace_out_that_is_there(some: list[str], between: str) -> None:
    document = Document(between.join(some))
    assert found_traces(document) == frozenset(traces.found(document.text))


FOREIGN_NUMBERS = (
    "1,8 million", "40,5%", "200.000 soldiers", "1.250.000 men", "150 000", "1 200 men", "150\xa0000 men",
    "15 %", "15\u202f%", "12€", "12 €",
    "90 $", "20 thousand", "1.7 thousand", "24.02.2012", "1.1.1995", "29 of May",
)  # fmt: skip


def test_negative_cases_are_the_most() -> None:
    assert sum(case["original"] == case["expect"] for case in CASES) > len(CASES) / 2


def test_a_date_in_a_list_of_references_is_no_trace() -> None:
    text = "Institute of Health. 1999. “Surveys.” Unpublished.\nHall, Ann. 2004. “Towns.” The Daily Paper. March 4.\n"
    assert not traces.found(text)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("They asked for guarantees. . Then they left.", "a second full stop"),
        ("“It might be possible, ”Lane said.", "a closing quote on the wrong side of a space"),
        ("“There is a time for the work. “\n", "a quote that opens where one closes"),
        ("He asked the others to ‘enter the room.", "a stray opening quote"),
        ("The crisis has come. recently it grew.", traces.SMALL_START),
        *(
            (text, traces.SAID_AGAIN)
            for text in (
                "in other neighbouring countries. countries.",
                "It went to some other countries. other countries. Then",
                "He flew to the United States. United States.",
                "They wrote to the Red Cross. Red Cross. It",
            )
        ),
        ("He said that he will go from there. before. Nobody", traces.SMALL_START),
        ("The talks with the other towns will begin in the hall. Thursday.", traces.DATE),
        ("Who knows ? Nobody", "a space before a sign"),
        ("The talks with the other towns will begin in the hall. March 4.\n", traces.DATE),
        ("He spoke of « a great day » in the hall", "foreign quotes"),
        *((f"There were {number} there.", traces.FOREIGN_NUMBER) for number in FOREIGN_NUMBERS),
    ],
)
def test_each_kind_of_trace_is_seen(text: str, name: str) -> None:
    assert set(traces.found(text)) == {name}


@pytest.mark.parametrize(
    "text",
    [
        "It happened at about 5:30 p.m. May 5. Nobody saw it.",
        "They will meet on Friday, January 13. The hall is open.",
        "Posted by Ann. January 13, 2024. Read more.",
        "He was born on Sept. 4. May 5 is his name day.",
        "Guess what? Thursday. They come on Thursday.",
    ],
)
def test_dates_inside_sentences_are_no_traces(text: str) -> None:
    assert not traces.found(text)


def test_traces_are_evidence() -> None:
    none = traces.evidence(frozenset())
    assert none < 0
    for name in traces.PATTERNS:
        assert traces.evidence(frozenset({name})) > none


@given(st.text(alphabet="ab. ‘’“”,«»\n", max_size=60))
def test_traces_are_found_where_they_are(text: str) -> None:
    for name, (start, end) in traces.found(text).items():
        assert traces.PATTERNS[name].search(text, max(0, start - 1)) is not None or end > start


def with_traces(name: str) -> str:
    """A translated sample as an engine that leaves traces would have left it."""
    return read("translated", name).rstrip("\n") + "\n\nHe asked the others to ‘wait there. .\n"


@pytest.mark.parametrize("name", TRANSLATED)
def test_translated_articles_are_likelier_than_their_originals(
    name: str, detector: TranslationDetector
) -> None:
    told = [
        detector.detect(Document(read(folder, name))).damage.probability for folder in ("translated", "sound")
    ]
    assert told[0] is not None
    assert told[1] is not None
    assert told[0] > 1.2 * told[1]


@pytest.mark.parametrize("name", TRANSLATED)
def test_traces_and_wording_together_are_enough(name: str, repairer: Repairer) -> None:
    text = with_traces(name)
    repair = repairer.repair(text)
    assert (repair.diagnosis.damage["translation"].probability or 0.0) >= FLAGGED
    assert " ." not in repair.text
    assert "‘wait" not in repair.text
    assert {e.kind for e in repair.patch.edits} == {"translation", "spacing"}
    assert repair.patch.apply(text) == repair.text


@pytest.mark.parametrize("name", SOUND)
def test_sound_articles_are_not(name: str, detector: TranslationDetector) -> None:
    detection = detector.detect(Document(read("sound", name)))
    assert detection.damage.probability is None or detection.damage.probability < FLAGGED
    assert (detection.edits, detection.findings, detection.damage.severity) == ((), (), 0.0)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "The minister said that the talks would go on.",
        "Der Minister sagte gestern, dass die Verhandlungen noch lange dauern werden. " * 20,
    ],
    ids=["empty", "short", "German"],
)
def test_it_cannot_be_told(text: str, detector: TranslationDetector) -> None:
    detection = detector.detect(Document(text))
    assert detection.damage.probability is None
    assert detection.edits == ()


def test_code_is_no_translation(detector: TranslationDetector) -> None:
    detection = detector.detect(Document("x = y ; z { }\nif a ? b : c ; .\n" * 60))
    assert (detection.damage.probability or 0.0) < FLAGGED


def test_shorter_than_the_shortest_is_null(detector: TranslationDetector) -> None:
    words = read("sound", "05-wildfire").split()
    assert detector.detect(Document(" ".join(words[: SHORTEST // 2]))).damage.probability is None


def test_findings_are_in_order(detector: TranslationDetector) -> None:
    text = with_traces("05-wildfire")
    detection = detector.detect(Document(text))
    assert detection.findings
    assert 0.0 < detection.damage.severity < 1.0
    assert list(detection.findings) == sorted(detection.findings, key=lambda f: (f.start, f.end))
    assert all(0 <= f.start < f.end <= len(text) and f.kind == "translation" for f in detection.findings)
    assert any("a second full stop" in finding.reason for finding in detection.findings)


def test_spaces_mended_before_still_count(detector: TranslationDetector) -> None:
    """The detector reads the mended text, and is told what was there."""
    text = with_traces("05-wildfire")
    mended = text.replace(" .", "")
    with_source = detector.detect(Document(mended), Document(text)).damage.probability
    without = detector.detect(Document(mended)).damage.probability
    assert with_source is not None
    assert without is not None
    assert with_source > without


def test_other_files_are_refused() -> None:
    wording = packaged_wording()
    assert wording.weights.shape == (len(wording.profile.names), len(wording.intercepts))
    with pytest.raises(ValueError, match="train_translation"):
        wording_from({"format": "something else"})


def test_a_longer_article_says_more() -> None:
    wording = packaged_wording()
    long, short = (wording.logit(0.1, words) - wording.logit(-0.1, words) for words in (900, 200))
    assert long > short > 0.0


@given(st.lists(st.sampled_from(skeleton.ALPHABET), min_size=1, max_size=3))
def test_runs_are_written_and_read(names: list[str]) -> None:
    run = " ".join(names)
    assert skeleton.written(skeleton.key_of(run)) == run


@given(st.text(alphabet="aehnorst THE .,'’-19\n", max_size=200))
def test_a_profile_is_of_length_one_or_nothing(text: str) -> None:
    vector = packaged_wording().profile.vector(Document(text).scan.skeleton)
    assert (vector >= 0.0).all()
    assert abs(float(vector @ vector) - 1.0) < 1e-9 or not vector.any()


def test_content_does_not_count() -> None:
    """Other names and nouns in the same frame are the same skeleton."""
    one, two = "The king of Spain sold the boat to Anna.", "The wife of Peter sold the milk to Lisbon."
    codes = [Document(text).scan.skeleton.codes.tolist() for text in (one, two)]
    assert codes[0] == codes[1]


def test_references_restore_translated_wording(repairer: Repairer) -> None:
    """Its original is the best reference that an article can have: its words are proposed, and no others."""
    name = "05-wildfire"
    index = ReferenceIndex()
    index.add("test", "", [(name, read("sound", name)), ("other", read("sound", "10-chess"))])
    repair = repairer.repair(with_traces(name), references=index)
    assert repair.references == (name,)
    edits = [e for e in (*repair.patch.edits, *repair.proposals) if e.reference]
    assert len(edits) > 10
    assert {e.kind for e in edits} == {"translation"}
    original = read("sound", name).lower()
    assert all(e.after.lower() in original for e in edits)
    assert all(e.reference.startswith(f"{name}:") for e in edits)
    assert repair.patch.apply(repair.source) == repair.text


def test_a_translated_reference_is_not_used(repairer: Repairer) -> None:
    """It would teach its own damage."""
    index = ReferenceIndex()
    index.add("test", "", [("another", with_traces("05-wildfire"))])
    assert (
        repairer.repair(with_traces("05-wildfire").replace("fire", "blaze"), references=index).references
        == ()
    )


def test_references_change_nothing_in_the_original(repairer: Repairer) -> None:
    index = ReferenceIndex()
    index.add("test", "", [("translated", read("translated", "05-wildfire"))])
    sound = read("sound", "05-wildfire")
    assert repairer.repair(sound, references=index).text == sound


@pytest.mark.skipif(
    not SEEDS.is_dir(), reason="the seed articles are not at hand; TEXTREPAIR_SHARED names their folder"
)
@pytest.mark.parametrize(("number", "flagged"), [("000", True), ("004", False)])
def test_seeds(number: str, flagged: bool, detector: TranslationDetector) -> None:
    (path,) = SEEDS.glob(f"{number}_*.txt")
    detection = detector.detect(Document(path.read_text(encoding="utf-8")))
    assert detection.damage.probability is not None
    assert (detection.damage.probability >= FLAGGED) == flagged
    assert bool(detection.edits) == flagged
