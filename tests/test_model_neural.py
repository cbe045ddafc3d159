"""The neural scorer: what it answers, and that nothing depends on having it."""

from __future__ import annotations

import dataclasses
import pickle
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_models import articles, packaged

import textrepair
from textrepair.cli import commands
from textrepair.extras import MissingExtra
from textrepair.model import load_model
from textrepair.model.format import ModelError
from textrepair.model.lattice import build_edges
from textrepair.model.model import save_model
from textrepair.model.neural import NeuralScorer, packaged_path, packaged_scorer
from textrepair.model.reading import lattice_input
from textrepair.repair import Repairer
from textrepair.tokens import tokenize

pytest.importorskip("onnxruntime", reason="the extra textrepair[neural] isn't installed")

SOUND, SPUN = articles("sound"), articles("spun")


@pytest.fixture(scope="module")
def scorer() -> NeuralScorer:
    return packaged_scorer()


def asked(scorer: NeuralScorer, text: str, posterior: float) -> tuple[np.ndarray, ...]:
    """The scores of a text's readings, each as likely, with what they are of."""
    model = packaged()
    _, sentences = lattice_input(model, tokenize(text))
    edges = build_edges(sentences, model.channel.entries, True)
    likely = np.full(len(edges.entry), posterior, dtype=np.float32)
    likely[edges.entry < 0] = 1.0
    return scorer.scores(sentences, edges, likely), edges.entry, edges.length


@pytest.mark.parametrize("posterior", [0.0, 0.2])
@pytest.mark.parametrize("name", SPUN)
def test_what_is_left_as_it_is_and_phrases_have_no_score(
    scorer: NeuralScorer, name: str, posterior: float
) -> None:
    scores, entry, length = asked(scorer, SPUN[name], posterior)
    assert scores.dtype == np.float32
    assert np.isfinite(scores).all()
    assert (scores[(entry < 0) | (length > 1)] == 0).all()
    assert (np.abs(scores) > 0.1).any(), "it has something to say"


_words = st.sampled_from("the issues inwards said of . zzyzx 1999 we testament will , in".split())


@settings(max_examples=50)
@given(st.lists(_words, max_size=40))
def test_any_text_is_answered(words: list[str]) -> None:
    scores, entry, _ = asked(packaged_scorer(), " ".join(words), 0.5)
    assert scores.shape == entry.shape
    assert np.isfinite(scores).all()


def test_the_word_that_the_context_calls_for_scores_higher(scorer: NeuralScorer) -> None:
    """By what the sentence is about, beyond the reach of the n-grams: three words to either side tell nothing."""
    told = []
    for subject in (
        "The bank raised its lending rates and the loan",
        "The river flooded its meadows and the water",
    ):
        model = packaged()
        _, sentences = lattice_input(
            model, tokenize(f"{subject} was, as they all knew, of great involvement.")
        )
        edges = build_edges(sentences, model.channel.entries, True)
        wanted = model.vocabulary.index["interest"]
        scores = scorer.scores(sentences, edges, np.where(edges.entry < 0, 1.0, 0.0).astype(np.float32))
        told.append(float(scores[(edges.target == wanted) & (edges.entry >= 0)].max()))
    assert told[0] > told[1]


def test_sound_articles_stay_as_they_are() -> None:
    repairer = textrepair.load(neural=True, depth="thorough")
    plain = textrepair.load(depth="thorough")
    for name, text in SOUND.items():
        assert repairer.repair(text).patch == plain.repair(text).patch, name


def test_the_evidence_is_the_same_and_the_edits_are_not() -> None:
    repairer, plain = textrepair.load(neural=True), textrepair.load()
    differ = 0
    for text in SPUN.values():
        with_it, without = repairer.repair(text), plain.repair(text)
        assert with_it.diagnosis.damage["spin"].probability == without.diagnosis.damage["spin"].probability
        differ += with_it.patch != without.patch
    assert differ


def test_results_name_it_and_it_travels_with_the_model() -> None:
    model = load_model(neural=True)
    assert model.name.startswith(packaged().name[:-1] + ", neural ")
    there = pickle.loads(pickle.dumps(model))
    assert there.name == model.name
    assert len(pickle.dumps(model)) < 2000, "as paths, not as arrays"
    text = next(iter(SPUN.values()))
    assert Repairer(there).repair(text).patch == Repairer(model).repair(text).patch


def test_another_vocabulary_is_refused(tmp_path: Path) -> None:
    model = packaged()
    words = list(model.vocabulary.words)
    words[100], words[200] = words[200], words[100]
    other = dataclasses.replace(model, vocabulary=dataclasses.replace(model.vocabulary, words=tuple(words)))
    path = tmp_path / "other.model"
    save_model(other, path)
    with pytest.raises(ModelError, match="vocabulary"):
        load_model(path, neural=True)
    told = CliRunner().invoke(commands, ["repair", "--neural", "--model", str(path), "-"], input="A text.")
    assert told.exit_code == 1
    assert "vocabulary" in told.stderr


@pytest.mark.parametrize("content", [b"", b"no network", packaged_path().read_bytes()[:1000]])
def test_a_broken_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.onnx"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"broken\.onnx"):
        NeuralScorer(path)


def test_without_the_extra_the_error_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(MissingExtra, match=r"textrepair\[neural\]"):
        load_model(neural=True)
    told = CliRunner().invoke(commands, ["repair", "--neural", "-"], input="A text.")
    assert told.exit_code == 1
    assert "pip install 'textrepair[neural]'" in told.stderr
    assert CliRunner().invoke(commands, ["repair", "-"], input="A text.").exit_code == 0


def test_a_batch_with_it_is_another_job(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text(next(iter(SPUN.values())), encoding="utf-8")
    command = ["batch", str(tmp_path / "in"), "-o", str(tmp_path / "out"), "--workers", "1"]
    assert CliRunner().invoke(commands, [*command, "--neural"]).exit_code == 0
    told = CliRunner().invoke(commands, command)
    assert told.exit_code != 0
    assert "neural" in told.stderr
