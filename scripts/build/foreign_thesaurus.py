"""A spinner with a thesaurus that has nothing to do with WordNet: AikSaurus (Debian's ``aiksaurus``, GPL 2+), after Roget's.

It is asked word by word; nothing of it comes into the package but seven weights that are fitted to texts which the spinner made.
"""

from __future__ import annotations

import json
import random
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import lemminflect
import wordfreq
from build.inflection import frequency, open_words, readings

Synonyms = dict[str, list[str]]

_ASKED, _RAREST = 40_000, 1e-7
_HELD = 5
#: Inflections that a substitute takes over: verbs at its first word, nouns at its last.
_INFLECTED = {"VBD": 0, "VBZ": 0, "VBG": 0, "VBN": 0, "NNS": -1}


def foreign_thesaurus(kept: Path) -> Synonyms:
    """Synonyms by word, kept in a file; the first time it takes a minute.

    Raises FileNotFoundError where the program is not installed.
    """
    if not kept.exists():
        words = [word for word in wordfreq.top_n_list("en", _ASKED) if word.isalpha() and len(word) > 2]
        with ThreadPoolExecutor(4) as pool:
            found = dict(zip(words, pool.map(_asked, words), strict=True))
        kept.write_text(json.dumps({word: synonyms for word, synonyms in found.items() if synonyms}))
    synonyms: Synonyms = json.loads(kept.read_text())
    return synonyms


def _asked(word: str) -> list[str]:
    """The synonyms of a word in all its senses that are frequent enough to be English."""
    told = subprocess.run(["aiksaurus", word], capture_output=True, text=True).stdout
    bodies = [group.split("\n", 1)[-1] for group in told.split("=== ")[1:]]
    synonyms = {s.strip() for body in bodies for s in body.replace("\n", " ").split(",")}
    return sorted(s for s in synonyms - {word} if s and all(frequency(w) > _RAREST for w in s.split()))


class ForeignSpinner:
    """One program: of each word it holds some substitutes, sense-blind, and the frequent ones oftener if it is ``common``; it
    minds inflection."""

    def __init__(self, synonyms: Synonyms, seed: int, common: bool) -> None:
        self._synonyms = synonyms
        self._random = random.Random(seed)
        self._common = common
        self._held: dict[str, list[str]] = {}

    def spin(self, text: str, rate: float) -> str:
        """The text with this share of its words of open classes to be replaced, as far as there are substitutes."""
        return open_words(text, lambda word: self._substitute(word) if self._random.random() < rate else None)

    def _substitute(self, word: str) -> str | None:
        known = [reading for reading in readings(word) if reading[0] in self._synonyms]
        if not known:
            return None
        lemma, tag = self._random.choice(known)
        words = self._random.choice(self._drawn(lemma)).split()
        if tag in _INFLECTED:
            forms = lemminflect.getInflection(words[_INFLECTED[tag]], tag)
            words[_INFLECTED[tag]] = forms[0] if forms else words[_INFLECTED[tag]]
        found = " ".join(words)
        return found if found != word else None

    def _drawn(self, lemma: str) -> list[str]:
        if lemma not in self._held:
            some = self._synonyms[lemma]
            weights = [frequency(s) ** 0.5 + 1e-6 if self._common else 1.0 for s in some]
            self._held[lemma] = self._random.choices(some, weights, k=_HELD)
        return self._held[lemma]
