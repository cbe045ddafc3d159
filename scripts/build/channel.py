"""WordNet → the channel of a spinner never seen; families are added to it by :mod:`textrepair.model.families`."""

from __future__ import annotations

import math
from array import array
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from build.entries import build_entries
from build.prior import Prior
from build.wordnet import RELATIONS

from textrepair.model.alignment import Words
from textrepair.model.channel import FACTOR_UNITS, LONGEST, Entries
from textrepair.model.vocabulary import SPECIALS

#: Readings kept for one observed word or phrase, by prior times frequency of the intended word.  14, 20, 28 and 40 gave F0.5 of
#: 0.817, 0.833, 0.830 and 0.832 on article 001 and 0.656 to 0.659 on three `issues` articles.
READINGS = 20
PHRASE_READINGS = 6
#: Substitutes less likely than this are left out.
SMALLEST = 2e-5
PHRASE_SMALLEST = 2e-3
ORIGINS = ("pairs", *RELATIONS)


@dataclass
class ChannelBuild:
    """The arrays, and the words that only the channel knows (to be appended to the vocabulary in this order)."""

    entries: Entries
    words: list[str]


@dataclass
class _Candidates:
    """Swaps under the prior, column by column since there are tens of millions before the weak ones are dropped."""

    observed: dict[Words, int] = field(default_factory=dict)
    rows: tuple[array[int], array[int], array[float], array[int]] = field(
        default_factory=lambda: (array("i"), array("i"), array("f"), array("b"))
    )

    def add(self, observed: Words, intended: int, probability: float, origin: int) -> None:
        for column, value in zip(
            self.rows,
            (self.observed.setdefault(observed, len(self.observed)), intended, probability, origin),
            strict=True,
        ):
            column.append(value)  # type: ignore[arg-type]

    def strongest(self, frequency: npt.NDArray[np.float64]) -> Iterator[tuple[Words, int, float, int]]:
        """Of each observed word the readings with the highest prior times frequency."""
        number, intended, probability, origin = (np.array(column) for column in self.rows)
        weight = probability * frequency[intended]
        order = np.lexsort((-weight, number))
        number = number[order]
        begins = np.flatnonzero(np.concatenate(([True], number[1:] != number[:-1])))
        rank = np.arange(len(number)) - np.repeat(begins, np.diff(np.append(begins, len(number))))
        names = list(self.observed)
        most = np.array([READINGS if len(name) == 1 else PHRASE_READINGS for name in names])
        for row in order[rank < most[number]].tolist():
            yield names[self.rows[0][row]], int(intended[row]), float(probability[row]), int(origin[row])


def _prior_candidates(
    prior: Prior, words: Sequence[str], capital: Mapping[str, float], frequency: Mapping[str, int]
) -> tuple[_Candidates, dict[str, float]]:
    """All swaps that the prior allows, and how readily each word that has any is replaced."""
    candidates = _Candidates()
    replaceable: dict[str, float] = {}
    written: dict[str, bool] = {}
    for number, word in enumerate(words):
        if number < len(SPECIALS) or not word[0].isalpha():
            continue
        near = prior.neighbours(word, SMALLEST)
        if not near:
            continue
        replaceable[word] = readiness(capital.get(word, 0.0))
        for form, probability in prior.probabilities(near).items():
            observed = tuple(form.split("_"))
            if len(observed) > LONGEST or probability < (SMALLEST if len(observed) == 1 else PHRASE_SMALLEST):
                continue
            if len(observed) == 1 and form not in written:
                # Not an inflection that nobody has written.
                written[form] = bool(frequency.get(form)) or form in prior.wordnet.senses
            if len(observed) > 1 or written[form]:
                origin = ORIGINS.index(max(near, key=lambda k: prior.weights[k] * near[k].get(form, 0.0)))
                candidates.add(observed, number, probability, origin)
    return candidates, replaceable


def readiness(capital: float) -> float:
    """How readily a word with this share of capitals is replaced, if it has substitutes.

    One that is nearly always a name is hardly ever: spinners look up lower-case words.
    """
    return max(0.02, 1.0 - capital) if capital > 0.5 else 1.0


def build_channel(
    prior: Prior, words: Sequence[str], capital: Mapping[str, float], frequency: Mapping[str, int]
) -> ChannelBuild:
    """Every observed word's likely originals under the prior."""
    index = {word: i for i, word in enumerate(words)}
    candidates, replaceable = _prior_candidates(prior, words, capital, frequency)
    counts = np.array([frequency.get(word, 1) for word in words], dtype=np.float64)
    rows: dict[Words, list[tuple[int, list[float], int]]] = defaultdict(list)
    for observed, number, probability, relation in candidates.strongest(counts):
        rows[observed].append((number, [probability * replaceable[words[number]]], relation))
    extra = sorted({w for observed in rows for w in observed} - index.keys())
    for word in extra:
        index[word] = len(index)
    table = np.zeros((1, len(words)), dtype=np.uint8)
    for word, factor in replaceable.items():
        table[0, index[word]] = min(255, round(FACTOR_UNITS * factor))
    packed = {tuple(index[w] for w in observed): found for observed, found in rows.items()}
    return ChannelBuild(build_entries(packed, len(index), [], table), extra)


def unknown_logps(extra: Sequence[str], counts: Mapping[str, int], vocabulary: set[str]) -> list[float]:
    """Natural-log probability of each word out of the language model's vocabulary given its class (add one half)."""
    outside = sum(
        count for form, count in counts.items() if form not in vocabulary and any(c.isalnum() for c in form)
    )
    return [math.log((counts.get(word, 0) + 0.5) / (outside + 1.0)) for word in extra]
