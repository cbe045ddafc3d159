"""What only a general thesaurus lists is restored where an article is told as spun."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from sample_models import articles, packaged

from textrepair.model.lattice import build_edges
from textrepair.model.model import Model
from textrepair.model.reading import lattice_input, read
from textrepair.model.thesaurus import FROM_THESAURUS, with_listed
from textrepair.repair import Repairer, Settings
from textrepair.tokens import TokenKind, tokenize

SOUND = articles("sound")


@cache
def without() -> Model:
    """The packaged model without its thesaurus."""
    model = packaged()
    return replace(model, channel=replace(model.channel, thesaurus=None))


@cache
def substitutes() -> dict[int, list[int]]:
    """By original what the thesaurus lists and the channel doesn't hold: observed words that are used at all."""
    model, out = packaged(), {}
    thesaurus, entries = model.channel.thesaurus, model.channel.entries
    assert thesaurus is not None
    for observed in range(model.vocabulary.lm_size):
        listed = thesaurus.target[thesaurus.start[observed] : thesaurus.start[observed + 1]]
        held = entries.target[entries.start[observed] : entries.start[observed + 1]]
        for original in set(listed.tolist()) - set(held.tolist()):
            out.setdefault(original, []).append(observed)
    return out


def spun(name: str, share: float) -> tuple[str, dict[int, str]]:
    """An article with some of its small words replaced by what only the thesaurus relates to them; and the originals by where
    the substitutes begin."""
    drawn, vocabulary = random.Random(name), packaged().vocabulary
    text, originals, at = "", {}, 0
    for token in tokenize(SOUND[name]):
        number = vocabulary.index.get(token.text, -1)
        if token.kind != TokenKind.WORD or number not in substitutes() or drawn.random() > share:
            continue
        text += SOUND[name][at : token.start]
        originals[len(text)] = token.text
        text += vocabulary.words[drawn.choice(substitutes()[number])]
        at = token.end
    return text + SOUND[name][at:], originals


def restored(model: Model, name: str) -> tuple[int, int]:
    """Words restored rightly and all edits of wording, of an article half spun."""
    text, originals = spun(name, 0.5)
    edits = Repairer(model).repair(text, Settings()).patch.edits
    changed = [edit for edit in edits if edit.kind == "spin"]
    return sum(originals.get(edit.start) == edit.after for edit in changed), len(changed)


def test_more_is_restored_and_rightly() -> None:
    with_it = np.array([restored(packaged(), name) for name in SOUND]).sum(axis=0)
    without_it = np.array([restored(without(), name) for name in SOUND]).sum(axis=0)
    assert with_it[0] > 2 * without_it[0] + 20
    assert with_it[0] >= 0.65 * with_it[1]


@pytest.mark.parametrize("name", SOUND)
def test_it_is_evidence_by_itself(name: str) -> None:
    """The other signs are those of a model that has none."""
    listed = []
    for text in (SOUND[name], spun(name, 0.5)[0]):
        signs = read(packaged(), tokenize(text), goes_on=lambda signs: False, asks=lambda signs: True).signs
        assert signs._replace(listed=0.0) == read(without(), tokenize(text)).signs
        listed.append(signs.listed)
    sound, put = listed
    assert sound < 1.0
    assert put > sound + 3.0


@pytest.mark.parametrize("name", list(SOUND)[:3])
def test_listed_edges(name: str) -> None:
    model = packaged()
    thesaurus, entries = model.channel.thesaurus, model.channel.entries
    assert thesaurus is not None
    _, sentences = lattice_input(model, tokenize(spun(name, 0.5)[0]))
    edges = build_edges(sentences, entries, True)
    left = np.random.default_rng(1).random(len(sentences.words)) < 0.8
    posterior = np.zeros(len(edges.entry), dtype=np.float32)
    posterior[edges.first[:-1]] = left
    table, more, after = with_listed(model, sentences, edges, posterior)
    assert after.sum() == posterior.sum()
    assert len(table.code) == len(table.swap_factor) == len(entries.code) + 1
    added = 0
    for i, word in enumerate(sentences.words):
        here, before = slice(*more.first[i : i + 2]), slice(*edges.first[i : i + 2])
        old = before.stop - before.start
        np.testing.assert_array_equal(more.target[here][:old], edges.target[before])
        np.testing.assert_array_equal(more.length[here][:old], edges.length[before])
        new = more.entry[here][old:]
        assert not len(new) or (left[i] and sentences.readiness[i] > 0)
        assert (table.origin[new] == FROM_THESAURUS).all()
        assert not table.code[:-1, new].any(), "no family holds it"
        targets = more.target[here][more.length[here] == 1][1:].tolist()
        assert len(set(targets)) == len(targets), "no swap stands there twice"
        if word + 1 < len(thesaurus.start) and left[i] and sentences.readiness[i] > 0:
            listed = thesaurus.target[thesaurus.start[word] : thesaurus.start[word + 1]].tolist()
            assert set(listed) <= set(targets)
            single = more.entry[here][more.length[here] == 1][1:]
            for target, entry in zip(targets, single.tolist(), strict=True):
                assert table.code[-1, entry] == (thesaurus.code[target] if target in listed else 0)
        added += len(new)
    assert added > 200


def test_a_model_without_one() -> None:
    model = without()
    _, sentences = lattice_input(model, tokenize(next(iter(SOUND.values()))))
    edges = build_edges(sentences, model.channel.entries, True)
    posterior = (edges.entry < 0).astype(np.float32)
    table, same, after = with_listed(model, sentences, edges, posterior)
    np.testing.assert_array_equal(same.target, edges.target)
    np.testing.assert_array_equal(after, posterior)
    swaps = edges.entry >= 0
    np.testing.assert_array_equal(
        table.code[:, same.entry[swaps]], model.channel.entries.code[:, edges.entry[swaps]]
    )
