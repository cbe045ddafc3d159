"""Aligned pairs and WordNet → the packaged channel."""

from __future__ import annotations

import math
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from build.prior import Prior
from build.wordnet import RELATIONS
from textrepair.model.alignment import Pair, Words, align, learn_costs
from textrepair.model.channel import FACTOR_UNITS, LONGEST, Entries, build_entries
from textrepair.model.vocabulary import CLASSES, SPECIALS

#: Readings kept for one observed word or phrase, by prior times frequency of the intended word.
READINGS = 40
PHRASE_READINGS = 6
#: Substitutes less likely than this are left out.
SMALLEST = 2e-5
PHRASE_SMALLEST = 2e-3
#: A swap seen once is as likely a slip of the alignment: it counts half.
SINGLE_SIGHTING = 0.5
#: Readiness to replace a phrase of two words, which has no count of its uses: half that of the average word.
COMPOUND_FACTOR = 0.5
#: How many sightings the prior is worth against counted pairs of one intended word.
PRIOR_STRENGTH = 2.0
#: The same for how readily a word is replaced.
FACTOR_STRENGTH = 2.0

ORIGINS = ("pairs", *RELATIONS)


@dataclass
class Family:
    """What aligned passages of one spinner show."""

    name: str
    swaps: Counter[Pair] = field(default_factory=Counter)
    intended: Counter[Words] = field(default_factory=Counter)


def count_family(name: str, passages: Sequence[tuple[Sequence[str], Sequence[str]]]) -> Family:
    """Align the passages of one spinner and count its swaps.

    A link of more than two words on the intended side is an editor's doing rather than the spinner's.
    """
    costs = learn_costs(passages)
    family = Family(name)
    for damaged, reference in passages:
        for link in align(damaged, reference, costs):
            observed = tuple(damaged[link.start : link.end])
            intended = tuple(reference[link.ref_start : link.ref_end])
            if len(intended) > 2 or not all(_is_word(w) for w in intended + observed):
                continue
            family.intended[intended] += 1
            if observed != intended:
                family.swaps[observed, intended] += 1
    return family


def _is_word(form: str) -> bool:
    return any(c.isalnum() for c in form)


def _swap_factors(family: Family, replaceable: Mapping[str, float]) -> dict[str, float]:
    """How much readier the family is to replace each word than its average replaceable word."""
    swapped: Counter[str] = Counter()
    for (_, intended), count in family.swaps.items():
        if len(intended) == 1:
            swapped[intended[0]] += count
    uses = {
        w[0]: n for w, n in family.intended.items() if len(w) == 1 and (w[0] in replaceable or swapped[w[0]])
    }
    average = sum(swapped[w] for w in uses) / max(1, sum(uses.values()))
    if not average:
        return dict(replaceable)
    out = dict(replaceable)
    for word, count in uses.items():
        start = replaceable.get(word, 0.5)
        share = (swapped[word] + FACTOR_STRENGTH * average * start) / (count + FACTOR_STRENGTH)
        out[word] = share / average
    return out


@dataclass
class ChannelBuild:
    """The arrays, and the words that only the channel knows (to be appended to the vocabulary in this order)."""

    entries: Entries
    words: list[str]
    families: tuple[str, ...]


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
        # A word that is nearly always a name is hardly ever replaced: spinners look up lower-case words.
        replaceable[word] = max(0.02, 1.0 - capital.get(word, 0.0)) if capital.get(word, 0.0) > 0.5 else 1.0
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


def build_channel(
    prior: Prior,
    families: Sequence[Family],
    words: Sequence[str],
    capital: Mapping[str, float],
    frequency: Mapping[str, int],
) -> ChannelBuild:
    """Every observed word's likely originals, under the prior and under each family."""
    index = {word: i for i, word in enumerate(words)}
    size = len(words)
    columns = 1 + len(families)
    candidates, replaceable = _prior_candidates(prior, words, capital, frequency)
    rows: dict[Words, dict[Words, list[float]]] = defaultdict(dict)
    origin: dict[tuple[Words, Words], int] = {}
    counts = np.array([frequency.get(word, 1) for word in words], dtype=np.float64)
    for observed, number, probability, relation in candidates.strongest(counts):
        rows[observed][(words[number],)] = [probability] * columns
        origin[observed, (words[number],)] = relation

    factors = [replaceable, *(_swap_factors(family, replaceable) for family in families)]
    for column, family in enumerate(families, 1):
        _fill_family(rows, origin, column, family, index, columns)
    for found in rows.values():
        for intended, probabilities in found.items():
            for column, factor_of in enumerate(factors):
                probabilities[column] *= (
                    factor_of.get(intended[0], 0.0) if len(intended) == 1 else COMPOUND_FACTOR
                )

    extra = sorted({w for observed in rows for w in observed} - index.keys())
    for word in extra:
        index[word] = len(index)
    compounds: dict[Words, int] = {}
    packed: dict[tuple[int, ...], list[tuple[int, list[float], int]]] = {}
    for observed, found in rows.items():
        listed = []
        for intended, probabilities in found.items():
            if len(intended) == 1:
                target = index[intended[0]]
            else:
                target = size + compounds.setdefault(intended, len(compounds))
            listed.append((target, probabilities, origin[observed, intended]))
        packed[tuple(index[w] for w in observed)] = listed
    table = np.zeros((columns, size), dtype=np.uint8)
    for column, factor_of in enumerate(factors):
        for word, factor in factor_of.items():
            if word in index and index[word] < size:
                table[column, index[word]] = min(255, round(FACTOR_UNITS * factor))
    if size + len(compounds) > 0xFFFF:
        raise ValueError(
            f"{len(compounds)} compounds don't fit behind {size} words; make the vocabulary smaller"
        )
    entries = build_entries(packed, len(index), [tuple(index[w] for w in c) for c in compounds], table)
    return ChannelBuild(entries, extra, ("prior", *(family.name for family in families)))


def _fill_family(
    rows: dict[Words, dict[Words, list[float]]],
    origin: dict[tuple[Words, Words], int],
    column: int,
    family: Family,
    index: Mapping[str, int],
    columns: int,
) -> None:
    """Counts smoothed by the prior, ``(n(c, o) + τ P₀(o | c)) / (n(c) + τ)``."""
    swapped: Counter[Words] = Counter()
    for (_, intended), count in family.swaps.items():
        swapped[intended] += count
    for found in rows.values():
        for intended, probabilities in found.items():
            if swapped[intended]:
                probabilities[column] = (
                    PRIOR_STRENGTH * probabilities[0] / (swapped[intended] + PRIOR_STRENGTH)
                )
    for (observed, intended), count in family.swaps.items():
        if len(observed) > LONGEST or any(w not in index for w in intended):
            continue
        if intended not in rows[observed]:
            rows[observed][intended] = [0.0] * columns
            origin[observed, intended] = 0
        sightings = count if count > 1 else SINGLE_SIGHTING
        rows[observed][intended][column] += sightings / (swapped[intended] + PRIOR_STRENGTH)


def unknown_logps(extra: Sequence[str], counts: Mapping[str, int], vocabulary: set[str]) -> list[float]:
    """Natural-log probability of each word out of the language model's vocabulary given its class (add one half)."""
    outside = sum(count for form, count in counts.items() if form not in vocabulary and _is_word(form))
    return [math.log((counts.get(word, 0) + 0.5) / (outside + 1.0)) for word in extra]


__all__ = ["CLASSES", "ChannelBuild", "Family", "build_channel", "count_family", "unknown_logps"]
