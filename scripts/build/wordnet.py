"""WordNet 3.0 → which words a sense-blind spinner could put for a word, by relation.

Reads the database files of Princeton WordNet 3.0 (Fellbaum 1998; its licence lets anyone use and redistribute derived data
with the notice kept).  A *relation* leads from a lemma, over all its senses and parts of speech alike, to other lemmas; the
two-step relations are those that explain swaps of real spinners (measured on aligned pairs by :mod:`build.prior`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path

POINTERS = {
    "hyper": {"@"},  # not @i and ~i: "Markova" is no word for "dancer"
    "hypo": {"~"},
    "similar": {"&"},
    "also": {"^"},
    "derived": {"+"},
    "pertain": {"\\", "<"},
    "attribute": {"="},
    "group": {"$"},
    "antonym": {"!"},
    "entail": {"*", ">"},
    "whole": {"#m", "#s", "#p"},
    "part": {"%m", "%s", "%p"},
}
_POS_FILES = {"n": "noun", "v": "verb", "a": "adj", "r": "adv"}
#: Suffix rules of WordNet's morphy(7).
_SUFFIXES = {
    "n": [
        ("s", ""),
        ("ses", "s"),
        ("xes", "x"),
        ("zes", "z"),
        ("ches", "ch"),
        ("shes", "sh"),
        ("men", "man"),
        ("ies", "y"),
    ],
    "v": [
        ("s", ""),
        ("ies", "y"),
        ("es", "e"),
        ("es", ""),
        ("ed", "e"),
        ("ed", ""),
        ("ing", "e"),
        ("ing", ""),
    ],
    "a": [("er", ""), ("est", ""), ("er", "e"), ("est", "e")],
    "r": [],
}

Sense = tuple[str, int]  # part of speech, offset


class WordNet:
    """The lemmas of each synset, the synsets of each lemma, and the pointers between them."""

    def __init__(self, folder: Path) -> None:
        self.lemmas: dict[Sense, list[str]] = {}
        self.pointers: dict[Sense, list[tuple[str, Sense, int, int]]] = {}
        self.senses: dict[str, list[Sense]] = defaultdict(list)
        self.exceptions: dict[str, dict[str, list[str]]] = {}
        for pos, name in _POS_FILES.items():
            self._read_data(folder / f"data.{name}", pos)
            self._read_index(folder / f"index.{name}", pos)
            lines = (folder / f"{name}.exc").read_text(encoding="ascii").splitlines()
            self.exceptions[pos] = {line.split()[0]: line.split()[1:] for line in lines}

    def _read_data(self, path: Path, pos: str) -> None:
        for line in path.read_text(encoding="ascii").splitlines():
            if line.startswith("  "):
                continue
            fields = line.split(" | ")[0].split()
            sense = (pos, int(fields[0]))
            count = int(fields[3], 16)
            self.lemmas[sense] = [fields[4 + 2 * k].split("(")[0].lower() for k in range(count)]
            at = 4 + 2 * count
            self.pointers[sense] = []
            for k in range(int(fields[at])):
                symbol, offset, target_pos, ends = fields[at + 1 + 4 * k : at + 5 + 4 * k]
                target = ("a" if target_pos == "s" else target_pos, int(offset))
                self.pointers[sense].append((symbol, target, int(ends[:2], 16), int(ends[2:], 16)))

    def _read_index(self, path: Path, pos: str) -> None:
        for line in path.read_text(encoding="ascii").splitlines():
            if line.startswith("  "):
                continue
            fields = line.split()
            skip = 4 + int(fields[3]) + 2
            self.senses[fields[0]] += [(pos, int(offset)) for offset in fields[skip:]]

    def base_forms(self, word: str) -> list[tuple[str, str]]:
        """(lemma, part of speech) of every reading of an inflected or bare form."""
        found = []
        for pos in _POS_FILES:
            candidates = [word, *self.exceptions[pos].get(word, [])]
            candidates += [
                word[: -len(s)] + e for s, e in _SUFFIXES[pos] if word.endswith(s) and len(word) > len(s) + 1
            ]
            found += [
                (lemma, pos)
                for lemma in dict.fromkeys(candidates)
                if any(sense[0] == pos for sense in self.senses.get(lemma, ()))
            ]
        return found

    @lru_cache(maxsize=200_000)  # noqa: B019 - one instance lives as long as the build
    def synonyms(self, lemma: str) -> set[str]:
        return {other for sense in self.senses.get(lemma, ()) for other in self.lemmas[sense]} - {lemma}

    @lru_cache(maxsize=400_000)  # noqa: B019
    def step(self, lemma: str, relation: str) -> set[str]:
        """The lemmas one pointer of a kind away, from any sense."""
        symbols = POINTERS[relation]
        found: set[str] = set()
        for sense in self.senses.get(lemma, ()):
            for symbol, target, source_word, target_word in self.pointers[sense]:
                if symbol not in symbols:
                    continue
                if source_word and self.lemmas[sense][source_word - 1] != lemma:
                    continue
                if target_word:
                    found.add(self.lemmas[target][target_word - 1])
                else:
                    found.update(self.lemmas[target])
        return found - {lemma}

    def _senses_step(self, lemma: str, first: str, second: str) -> set[str]:
        """Two pointers in a row along one sense (no change of sense between them)."""
        found: set[str] = set()
        for sense in self.senses.get(lemma, ()):
            for symbol, middle, _, _ in self.pointers[sense]:
                if symbol in POINTERS[first]:
                    for symbol2, target, _, _ in self.pointers[middle]:
                        if symbol2 in POINTERS[second]:
                            found.update(self.lemmas[target])
        return found - {lemma}

    @staticmethod
    def _words_step(words: Iterable[str], step: Callable[[str], set[str]]) -> set[str]:
        """One more step from the words themselves, whatever sense they were reached by: a spinner is blind to senses."""
        return set().union(*(step(word) for word in words))

    @lru_cache(maxsize=200_000)  # noqa: B019 - one instance lives as long as the build
    def neighbours(self, lemma: str) -> dict[str, frozenset[str]]:
        """Relation → lemmas.  A lemma reached by a closer relation isn't repeated under a farther one."""
        close = {"synonym": self.synonyms(lemma)} | {name: self.step(lemma, name) for name in POINTERS}
        far = {
            "similar-similar": self._senses_step(lemma, "similar", "similar"),
            "hyper-hyper": self._senses_step(lemma, "hyper", "hyper"),
            "similar-synonym": self._words_step(close["similar"], self.synonyms),
            "hyper-synonym": self._words_step(close["hyper"], self.synonyms),
            "blind-similar-similar": self._words_step(close["similar"], lambda w: self.step(w, "similar")),
            "sister": self._senses_step(lemma, "hyper", "hypo"),
            "synonym-synonym": self._words_step(close["synonym"], self.synonyms),
            "synonym-hyper": self._words_step(close["synonym"], lambda w: self.step(w, "hyper")),
            "synonym-similar": self._words_step(close["synonym"], lambda w: self.step(w, "similar")),
            "derived-synonym": self._words_step(close["derived"], self.synonyms),
            "synonym-derived": self._words_step(close["synonym"], lambda w: self.step(w, "derived")),
            "pertain-synonym": self._words_step(close["pertain"], self.synonyms),
        }
        out = {}
        seen = {lemma}
        for name, found in (close | far).items():
            fresh = found - seen
            if fresh:
                out[name] = frozenset(fresh)
            seen |= fresh
        return out


RELATIONS = (
    "synonym",
    *POINTERS,
    "similar-similar",
    "hyper-hyper",
    "similar-synonym",
    "hyper-synonym",
    "blind-similar-similar",
    "sister",
    "synonym-synonym",
    "synonym-hyper",
    "synonym-similar",
    "derived-synonym",
    "synonym-derived",
    "pertain-synonym",
)
