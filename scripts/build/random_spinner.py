"""A spinner without any thesaurus: it puts other words of the same inflection, at random."""

from __future__ import annotations

import random
from collections import defaultdict

import wordfreq
from build.inflection import CLOSED, frequency, open_words, readings

from textrepair.model import Model
from textrepair.model.vocabulary import OFTEN

Words = dict[str, tuple[list[str], list[float]]]

_WORDS = 30_000
_HELD = 3


class RandomSpinner:
    """One program: of each word it holds some substitutes, drawn by the root of their frequency among words of its inflection."""

    def __init__(self, words: Words, seed: int) -> None:
        self._words = words
        self._random = random.Random(seed)
        self._held: dict[str, list[str]] = {}

    def spin(self, text: str, rate: float) -> str:
        """The text with this share of its words of open classes replaced."""
        return open_words(text, lambda word: self._substitute(word) if self._random.random() < rate else None)

    def _substitute(self, word: str) -> str | None:
        found = readings(word)
        if not found:
            return None
        if word not in self._held:
            words, weights = self._words[self._random.choice(found)[1]]
            self._held[word] = self._random.choices(words, weights, k=_HELD)
        return self._random.choice(self._held[word])


def words_by_inflection(model: Model) -> Words:
    """The model's frequent words of open classes that are no names, by their inflection, and their weights."""
    index, capital = model.vocabulary.index, model.vocabulary.capital
    words: dict[str, list[str]] = defaultdict(list)
    for word in wordfreq.top_n_list("en", _WORDS):
        if word.isalpha() and len(word) > 2 and word not in CLOSED and word in index:
            for _, tag in readings(word) if capital[index[word]] < OFTEN else ():
                words[tag].append(word)
    return {tag: (some, [frequency(word) ** 0.5 for word in some]) for tag, some in words.items()}
