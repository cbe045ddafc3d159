"""What the model sees of a token."""

from __future__ import annotations

import numpy as np
import pytest
from sample_models import articles, packaged

from textrepair.model.vocabulary import CLASSES, SPECIALS, UNSEEN, normal_form, number_shape
from textrepair.tokens import TokenKind, tokenize


def seen(text: str) -> list[str]:
    vocabulary = packaged().vocabulary
    found = vocabulary.identifiers(tokenize(text)).tolist()
    return ["" if i == UNSEEN else vocabulary.words[i] for i in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The council’s vote", "the council 's vote"),
        ("don't don’t DON’T", "don 't don 't don 't"),
        ("“Yes,” he", " yes ,  he"),
        ("Xqzv xqzv XQZV xq-zv", "<Cap> <low> <ALL> <hyphen>"),
        ("well-known well‐known", "well-known well-known"),
        ("wait... wait…", "wait … wait …"),
        ("one -- two – three — four", "one — two — three — four"),
        ("www.example.org @handle a@b.example", "<opaque> <opaque> <opaque>"),
        ("17,345 98,765", "00,000 00,000"),
        ("4711th 3bcd", "0000th <ordinal>"),
        ("😀 𝔘", "<symbol> <Cap>"),
    ],
)
def test_seen(text: str, expected: str) -> None:
    assert seen(text) == expected.split(" ")


def test_empty() -> None:
    assert packaged().vocabulary.identifiers(tokenize("")).shape == (0,)


def test_forms_are_lower_case_and_straight() -> None:
    for text, kind in (("İstanbul", TokenKind.WORD), ("’S", TokenKind.CLITIC), ("CO‑OP", TokenKind.WORD)):
        assert normal_form(text, kind) == text.lower().translate(str.maketrans("’‑", "'-"))
    assert number_shape("٣,٤") == "0,0"


def test_cached_identifiers_are_those_of_each_token() -> None:
    vocabulary = packaged().vocabulary
    for text in articles("spun").values():
        tokens = tokenize(text)
        alone = [vocabulary.identifier(t.text, t.kind) for t in tokens]
        assert vocabulary.identifiers(tokens).tolist() == alone


def test_words_of_the_channel_alone_are_seen_as_their_class() -> None:
    vocabulary = packaged().vocabulary
    for number in range(vocabulary.lm_size, len(vocabulary.words), 997):
        shape = "<hyphen>" if "-" in vocabulary.words[number] else "<low>"
        assert vocabulary.words[vocabulary.lm_identifier(number)] == shape
        assert vocabulary.unknown_logp[number] < 0.0
    assert vocabulary.lm_identifier(100) == 100


def test_packaged_vocabulary_is_whole() -> None:
    vocabulary = packaged().vocabulary
    assert tuple(vocabulary.words[: len(SPECIALS)]) == SPECIALS
    assert len(SPECIALS) == 2 + len(CLASSES)
    assert len(vocabulary.index) == len(vocabulary.words)  # no word twice
    assert len(vocabulary.usual) == vocabulary.lm_size < 0xFFFF
    assert not np.any(vocabulary.unknown_logp[: vocabulary.lm_size])
    assert all(word == word.lower() for word in vocabulary.words[len(SPECIALS) :])


@pytest.mark.parametrize(
    ("word", "written"), [("thursday", "Thursday"), ("nato", "NATO"), ("about", "about")]
)
def test_usual_form(word: str, written: str) -> None:
    vocabulary = packaged().vocabulary
    assert vocabulary.usual_form(vocabulary.index[word]) == written
