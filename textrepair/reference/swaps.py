"""What does the channel of a model know: which words stand for which?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from textrepair.model.alignment import Words
from textrepair.model.channel import hash_phrase
from textrepair.model.model import Model


class Swaps:
    """What the channel of a model knows: which words stand for which."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._originals: dict[Words, frozenset[Words]] = {}

    def knows(self, observed: Words, intended: Words) -> bool:
        return intended in self.originals(observed)

    def originals(self, observed: Words) -> frozenset[Words]:
        """All that a word or phrase is known to be put for."""
        found = self._originals.get(observed)
        if found is None:
            found = self._originals[observed] = frozenset(self._look_up(observed))
        return found

    def _look_up(self, observed: Words) -> Iterator[Words]:
        vocabulary, channel = self._model.vocabulary, self._model.channel
        words = [vocabulary.index.get(form, -1) for form in observed]
        if min(words) < 0:
            return
        for entry in channel.entry_range(words[0]) if len(words) == 1 else self._phrase(words):
            target = self._model.target_words(int(channel.entries.target[entry]))
            yield tuple(vocabulary.words[word] for word in target)

    def _phrase(self, words: Sequence[int]) -> range:
        entries = self._model.channel.entries
        key = np.uint64(hash_phrase(np.array(words, dtype=np.int64)))
        place = int(np.searchsorted(entries.phrase_key, key))
        if place == len(entries.phrase_key) or entries.phrase_key[place] != key:
            return range(0)
        return range(int(entries.phrase_start[place]), int(entries.phrase_start[place + 1]))
