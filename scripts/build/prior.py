"""How would a spinner that nobody has seen replace a word?  P(observed | intended, swapped) from WordNet.

A mixture over relations: ``P(o | c) = Σ_k λ_k · uniform(o; neighbours_k(c)) / Σ_k λ_k`` over the relations that ``c`` has.
The weights λ come from aligned pairs by EM, so they say how reliable a relation is *and* spread it over all its members: a
word with two hundred sisters gives each next to nothing.  Inflection: a spinner keeps it or drops it at random, so a target
takes the bare form and the form of ``c`` with equal weight.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import lemminflect
from build.wordnet import RELATIONS, WordNet

_TAGS = {"n": ("NNS",), "v": ("VBZ", "VBD", "VBG", "VBN"), "a": ("JJR", "JJS"), "r": ()}
_UPOS = {"n": "NOUN", "v": "VERB", "a": "ADJ"}
#: Share of inflected words whose inflection the spinner keeps ("kept or dropped at random").
KEPT_INFLECTION = 0.5

#: What is known of the spinner of article 001 from eight of its articles: kinds of swap by relation, of 342.
KNOWN_COUNTS = {
    "synonym": 136,
    "hyper": 57,
    "similar": 55,
    "synonym-synonym": 20,
    "similar-similar": 12,
    "hyper-hyper": 17,
    "hypo": 2,
}

Neighbours = dict[str, dict[str, float]]


@dataclass(frozen=True)
class RelationEvidence:
    """What one family of pairs tells of the relations: kinds of swap and how many of them some relation explains; for each
    relation the expected number of kinds that come from it, the number of explained kinds whose original has it, its weight."""

    kinds: int
    explained: int
    taken: Mapping[str, float]
    there: Mapping[str, int]
    weights: Mapping[str, float]


@lru_cache(maxsize=400_000)
def _inflections(lemma: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = lemminflect.getAllInflections(lemma)
    return found or lemminflect.getAllInflectionsOOV(lemma, "NOUN") | lemminflect.getAllInflectionsOOV(
        lemma, "VERB"
    )


def inflect(lemma: str, tag: str) -> tuple[str, ...]:
    """Forms of a lemma; of a phrase, the last word is inflected for nouns and the first for verbs."""
    if "_" in lemma:
        words = lemma.split("_")
        at = 0 if tag.startswith("V") else -1
        words[at] = (inflect(words[at], tag) or (words[at],))[0]
        return ("_".join(words),)
    return tuple(form.lower() for form in _inflections(lemma).get(tag, ()))


#: British and American spellings and abbreviations with and without a full stop: what an editor, not a spinner, would swap.
_SPELLINGS = [
    ("isation", "ization"),
    ("ise", "ize"),
    ("ising", "izing"),
    ("our", "or"),
    ("re", "er"),
    ("ll", "l"),
    ("ogue", "og"),
]
_SPELLINGS += [
    ("ence", "ense"),
    ("ae", "e"),
    ("oe", "e"),
    ("yse", "yze"),
    ("gramme", "gram"),
    ("mould", "mold"),
    (".", ""),
    ("-", ""),
]


def is_variant(a: str, b: str) -> bool:
    """Is one word a spelling of the other?

    >>> is_variant("calibre", "caliber"), is_variant("mr", "mr."), is_variant("economical", "economic")
    (True, True, False)
    """
    if a[:2] != b[:2]:  # most pairs; this is asked millions of times
        return False
    for british, american in _SPELLINGS:
        if a == b:
            return True
        a, b = a.replace(british, american), b.replace(british, american)
    return a == b


class Prior:
    """Neighbours of inflected words by relation, and the mixture over relations."""

    def __init__(self, wordnet: WordNet) -> None:
        self.wordnet = wordnet
        self.weights = dict.fromkeys(RELATIONS, 1.0 / len(RELATIONS))
        self.evidence: list[RelationEvidence] = []

    def neighbours(self, word: str, smallest: float = 0.0) -> Neighbours:
        """Relation → observed form (words of a phrase joined by ``_``) → probability within the relation.

        A relation whose members are so many that each would be less likely than ``smallest`` is left out.
        """
        found: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
        for lemma, pos in self.wordnet.base_forms(word):
            tags = [] if lemma == word else [tag for tag in _TAGS[pos] if word in inflect(lemma, tag)]
            for relation, targets in self.wordnet.neighbours(lemma).items():
                if self.weights[relation] < smallest * len(targets):
                    continue
                for target in targets:
                    forms = {form for tag in tags for form in inflect(target, tag)} - {target}
                    bare = 1.0 - KEPT_INFLECTION if forms else 1.0
                    found[relation][target] += bare
                    for form in forms:
                        found[relation][form] += KEPT_INFLECTION / len(forms)
        out: Neighbours = {}
        for relation, forms_of in found.items():
            for form in [form for form in forms_of if is_variant(form, word)]:
                del forms_of[form]
            total = sum(forms_of.values())
            if total:
                out[relation] = {form: weight / total for form, weight in forms_of.items()}
        return out

    def probabilities(self, neighbours: Neighbours) -> dict[str, float]:
        """P(observed | word, swapped) over all observed forms, given the word's :meth:`neighbours`."""
        norm = sum(self.weights[relation] for relation in neighbours)
        out: dict[str, float] = defaultdict(float)
        for relation, forms in neighbours.items():
            weight = self.weights[relation] / norm
            for form, share in forms.items():
                out[form] += weight * share
        return out

    def fit(self, families: Iterable[Mapping[tuple[str, str], float]], rounds: int = 30) -> None:
        """EM for the weights; every family of pairs ``(observed, intended) → count`` has the same say, and so has what is known
        of the spinner of article 001; a kind of swap counts once however often it occurs.  What each tells stays in
        ``evidence``."""
        estimates: list[Mapping[str, float]] = [_normalised(KNOWN_COUNTS)]
        self.evidence = []
        for family in families:
            rows = []
            for observed, intended in family:
                near = self.neighbours(intended)
                shares = {k: forms[observed] for k, forms in near.items() if observed in forms}
                if shares:
                    rows.append((shares, tuple(near)))
            weights = dict.fromkeys(RELATIONS, 1.0 / len(RELATIONS))
            for _ in range(rounds):
                hits: Counter[str] = Counter()
                chances: Counter[str] = Counter()
                for shares, present in rows:
                    total = sum(weights[k] * share for k, share in shares.items())
                    for k, share in shares.items():
                        hits[k] += weights[k] * share / total
                    norm = sum(weights[k] for k in present)
                    for k in present:
                        chances[k] += 1.0 / norm
                # A relation that few words have is weighed by how often it is taken where it is there.
                weights = _normalised({k: (hits[k] + 0.2) / (chances[k] + 1.0) for k in RELATIONS})
            estimates.append(weights)
            there = Counter(k for _, present in rows for k in present)
            self.evidence.append(RelationEvidence(len(family), len(rows), hits, there, weights))
        self.weights = {k: sum(e.get(k, 0.0) for e in estimates) / len(estimates) + 1e-4 for k in RELATIONS}


def _normalised(values: Mapping[str, float]) -> dict[str, float]:
    total = sum(values.values())
    return {key: value / total for key, value in values.items()}
