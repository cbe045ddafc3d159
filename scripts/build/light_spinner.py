"""A spinner of unknown make that replaces as few words as one likes: the channel's prior turned round.

It draws a substitute for a word once an article, by P(observed | intended) of the prior, and then takes it for each use of the
word that it replaces; words more frequent than one in 1,000 it leaves alone, as those do that deal in phrases and synonyms.
What it makes is as the model expects it, so that figures on it are an upper bound.
"""

from __future__ import annotations

import random

import numpy as np
from build.substitutes import substitutes_of

from textrepair.model import Model
from textrepair.tokens import TokenKind, tokenize

_FREQUENT = 1e-3


class LightSpinner:
    """Replaces words of texts by substitutes that the model's prior holds."""

    def __init__(self, model: Model, seed: int = 1) -> None:
        self._substitutes = substitutes_of(model)
        self._frequency = np.exp(model.ngrams.uni_logp.astype(np.float64))
        self._vocabulary = model.vocabulary
        self._random = random.Random(seed)

    def spin(self, text: str, rate: float) -> tuple[str, int]:
        """The text with this share of its small-letter words to be replaced, as far as there are substitutes; how many were."""
        drawn: dict[int, str] = {}
        out: list[str] = []
        at = 0
        replaced = 0
        for token in tokenize(text):
            if token.kind != TokenKind.WORD or not token.text.islower() or self._random.random() >= rate:
                continue
            word = self._vocabulary.index.get(token.text, -1)
            if not 0 <= word < self._vocabulary.lm_size or self._frequency[word] >= _FREQUENT:
                continue
            begin, end = self._substitutes.start[word : word + 2]
            if begin == end:
                continue
            if word not in drawn:
                choice = self._random.choices(
                    range(begin, end), weights=self._substitutes.probability[begin:end].tolist()
                )[0]
                drawn[word] = self._vocabulary.words[self._substitutes.observed[choice]]
            out += [text[at : token.start], drawn[word]]
            at = token.end
            replaced += 1
        return "".join([*out, text[at:]]), replaced
