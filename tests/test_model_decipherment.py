"""A made-up cipher over sound articles is learned from its output alone."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Mapping
from functools import cache

import numpy as np
import pytest
from sample_models import articles, packaged

from textrepair.model.damaged_places import DamagedPlaces, overused_phrases
from textrepair.model.decipherment import carried_over, decipher, suspects
from textrepair.model.model import Model
from textrepair.model.reading import read
from textrepair.model.slots import Places, lack, likely_originals, place_of
from textrepair.model.vocabulary import BEGIN, END
from textrepair.repair import Repairer
from textrepair.tokens import tokenize

CIPHER = {"the": "zebra", "of": "lantern", "and": "marble"}


def enciphered(text: str, cipher: Mapping[str, str] = CIPHER) -> str:
    def swapped(match: re.Match[str]) -> str:
        word = cipher[match[0].lower()]
        return word.capitalize() if match[0][0].isupper() else word

    return re.sub(rf"\b(?:{'|'.join(cipher)})\b", swapped, text, flags=re.IGNORECASE)


def texts() -> list[str]:
    """The sample articles in pieces of three paragraphs, enciphered."""
    return [enciphered(text) for text in texts_of_sound()]


@cache
def texts_of_sound() -> list[str]:
    """The sample articles in pieces of three paragraphs."""
    out = []
    for article in articles("sound").values():
        paragraphs = article.split("\n\n")
        pieces = ("\n\n".join(paragraphs[i : i + 3]) for i in range(0, len(paragraphs), 3))
        out += [piece for piece in pieces if len(piece.split()) >= 40]
    return out


@cache
def deciphered() -> Model:
    return decipher(packaged(), texts(), "cipher", rounds=2)


def test_enough_to_learn_from() -> None:
    assert len(texts()) >= 20
    assert sum(text.lower().count("zebra") for text in texts()) > 100


def test_cipher_is_learned() -> None:
    repairer = Repairer(deciphered())
    readings: dict[str, Counter[str]] = {word: Counter() for word in CIPHER.values()}
    for text in texts():
        for edit in repairer.repair(text).patch.edits:
            readings.get(edit.before.lower(), Counter())[edit.after.lower()] += 1
    best = {word: found.most_common(1)[0][0] for word, found in readings.items() if found}
    assert sum(best.get(word) == original for original, word in CIPHER.items()) >= 2, readings
    mended, there = readings["zebra"]["the"], sum(text.lower().count("zebra") for text in texts())
    assert mended > 0.6 * there


def test_a_phrase_for_a_word_is_learned() -> None:
    damaged = [enciphered(text, {"the": "zebra", "and": "solar marble"}) for text in texts_of_sound()]
    repairer = Repairer(decipher(packaged(), damaged, "cipher", rounds=3))
    edits = [edit for text in damaged for edit in repairer.repair(text).patch.edits]
    mended = sum((edit.before, edit.after) == ("solar marble", "and") for edit in edits)
    assert mended > 0.6 * sum(text.count("solar marble") for text in damaged)


@pytest.mark.parametrize(
    ("put", "suspected"), [("zebra", True), ("wherever", True), ("rolodex", True), ("smartphone", False)]
)
def test_words_of_today_that_no_thesaurus_lists_are_no_suspects(put: str, suspected: bool) -> None:
    model, places = packaged(), DamagedPlaces()
    for text in texts_of_sound():
        places.add(model, read(model, tokenize(enciphered(text, {"the": put}))))
    assert ((put,) in {words for words, *_ in places.told()}) is True
    assert ((put,) in {suspect.words for suspect in suspects(model, places)}) is suspected


def test_sound_articles_stay_sound() -> None:
    repairer = Repairer(deciphered())
    for name, text in articles("sound").items():
        assert repairer.repair(text).text == text, name


def test_same_texts_teach_the_same() -> None:
    again = decipher(packaged(), texts(), "cipher", rounds=2)
    for name, array in again.channel.entries._asdict().items():
        np.testing.assert_array_equal(array, getattr(deciphered().channel.entries, name), err_msg=name)
    assert again.vocabulary.words == deciphered().vocabulary.words


def test_progress_is_told() -> None:
    told: list[str] = []
    decipher(packaged(), texts()[:3], "cipher", rounds=1, report=told.append)
    assert told[0].endswith("overused phrases")
    assert any(line.startswith("round 1: ") for line in told)


def test_phrases_that_are_used_too_often() -> None:
    cipher = {"the": "solar marble", "of": "lantern", "and": "as well as"}
    damaged = [enciphered(text, cipher) for text in texts_of_sound()]
    found = overused_phrases(packaged(), [tokenize(text) for text in damaged])
    assert ("solar", "marble") in found
    assert ("as", "well", "as") in found
    assert ("of", "the") not in found
    assert all(2 <= len(phrase) <= 3 for phrase in found)
    assert not overused_phrases(packaged(), [])


@pytest.mark.parametrize("texts", [[], [""], ["Hello."], ["zebra " * 50]])
def test_next_to_nothing_teaches_nothing(texts: list[str]) -> None:
    model = decipher(packaged(), texts, "x", rounds=1)
    assert model.channel.families[-1] == "x"
    sound = articles("sound")["01-council"]
    assert Repairer(model).repair(sound).text == sound


# --- words that fit


def test_words_that_fit_the_places() -> None:
    """Sound sentences of which one word is a riddle."""
    model = packaged()
    index = model.vocabulary.index
    contexts = [
        "i do not _ to go",
        "they do not _ to be",
        "if you _ to see",
        "we _ to make",
        "i do n't _ to say",
    ]
    places = []
    for context in contexts:
        line = [index.get(word, 2) for word in context.split()]
        places.append(place_of(line, context.split().index("_")))
    used = np.zeros(model.vocabulary.lm_size)
    lacking = lack(model, used, 500.0, 3000)
    slots = Places.of(places)
    assert lacking.share.sum() == pytest.approx(1.0)
    found = likely_originals(model.lm, slots, index["compass"], lacking, 5.0, 0.65, 1e-3)
    assert model.vocabulary.words[found[0][0]] == "want"
    shares = [share for _, share in found]
    assert shares == sorted(shares, reverse=True)
    assert 0.0 < sum(shares) <= 1.0 + 1e-9
    # A text that is about compasses: then the word is no surprise.
    certain = likely_originals(model.lm, slots, index["compass"], lacking, 40.0, 0.65, 1e-3)
    assert sum(share for _, share in certain) < 0.01
    # Fewer are told if more is asked of them, and the same of those.
    assert likely_originals(model.lm, slots, index["compass"], lacking, 5.0, 0.65, 0.2) == [
        (word, share) for word, share in found if share >= 0.2
    ]


def test_place_at_the_border_of_a_sentence() -> None:
    first, last = place_of([20, 21, 22], 0), place_of([20, 21, 22], 2)
    assert (first.left[1], first.right) == (BEGIN, (21, 22))
    assert (last.left, last.right) == ((20, 21), (END,))


def test_what_one_program_did_carries_over_and_what_many_did_does_not() -> None:
    assert carried_over(packaged(), [*articles("spun").values()], "x") > 0.6
    words = [word for word in packaged().vocabulary.words[200:6000] if word.isalpha() and word.islower()]
    by_many = []
    for number, text in enumerate(articles("sound").values()):
        chance, put = random.Random(number), dict[str, str]()
        spun = (
            put.setdefault(word, chance.choice(words))
            if word.isalpha() and word.islower() and len(word) <= 4 and chance.random() < 0.3
            else word
            for word in text.split(" ")
        )
        by_many.append(" ".join(spun))
    assert carried_over(packaged(), by_many, "x") < 0.2
