"""What does the channel of a model know: which words stand for which?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from textrepair.model.alignment import Words
from textrepair.model.model import Model
from textrepair.model.support import Support, is_learned


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

    def support(self, observed: Words, intended: Words) -> Support:
        """What is known of a word or phrase being put for another."""
        channel = self._model.channel
        for entry in self._entries(observed):
            target = int(channel.entries.target[entry])
            if self._words(target) == intended:
                pair = np.array([entry]), np.array([target])
                learned = is_learned(channel.swaps, *pair)
                return Support.LEARNED if learned[0] else Support.PRIOR
        return Support.NONE

    def _look_up(self, observed: Words) -> Iterator[Words]:
        for entry in self._entries(observed):
            yield self._words(int(self._model.channel.entries.target[entry]))

    def _words(self, target: int) -> Words:
        return tuple(self._model.vocabulary.words[word] for word in self._model.target_words(target))

    def _entries(self, observed: Words) -> range:
        words = [self._model.vocabulary.index.get(form, -1) for form in observed]
        if not words or min(words) < 0:
            return range(0)
        return self._model.channel.entry_range(*words)
