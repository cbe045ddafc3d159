"""How does a model take in what a spinner was seen to do?

The swaps of one spinner, counted from aligned pairs (:func:`count_swaps`) or as posteriors over damaged text alone
(:mod:`textrepair.model.decipherment`), become one more *family* of the channel: :func:`with_family`.  Counts are smoothed by
the prior, ``P(o | c) = (n(c, o) + τ P₀(o | c)) / (n(c) + τ)``, and how readily the family replaces a word by its average
readiness: a word seen once tells a little, and a word never seen keeps what the prior says of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from textrepair.model.alignment import Link, Pair, Words, align, learn_costs
from textrepair.model.channel import (
    COMPOUND_FACTOR,
    FACTOR_UNITS,
    LONGEST,
    Entries,
    encode,
    hash_phrase,
    log_probability,
)
from textrepair.model.model import Model
from textrepair.model.vocabulary import MOST_WORDS, Vocabulary

#: How many sightings the prior is worth against counted swaps of one intended word.  F0.5 on eleven `issues` articles, pairs of
#: others known, at 0.5 / 1 / 2 / 4 / 8: 0.874 / 0.873 / 0.871 / 0.869 / 0.865.
PRIOR_STRENGTH = 0.5
#: The same for what an earlier learning of the same spinner counted.
CONTINUED_STRENGTH = 2.0
#: The same for how readily a word is replaced.
FACTOR_STRENGTH = 2.0
#: A swap seen once is as likely a slip of the alignment: it counts half.
SINGLE_SIGHTING = 0.5
#: The origin of entries that come from counted swaps.
FROM_PAIRS = 0
#: Natural-log probability given its class of a word that no clean text holds.
UNKNOWN_LOGP = -17.0


@dataclass
class SwapCounts:
    """What one spinner was seen to do, in normal forms.

    ``swaps`` counts (observed, intended) where they differ, ``intended`` all sightings of an intended word or phrase, left
    alone or not, ``refused`` how often a swap was thought likely and was none.  Counts may be fractions.
    """

    name: str
    swaps: Mapping[Pair, float] = field(default_factory=dict)
    intended: Mapping[Words, float] = field(default_factory=dict)
    refused: Mapping[Pair, float] = field(default_factory=dict)


#: A damaged passage, its reference, and which words of one stand for which of the other.
Aligned = tuple[Sequence[str], Sequence[str], Sequence[Link]]


def count_swaps(name: str, passages: Sequence[tuple[Sequence[str], Sequence[str]]]) -> SwapCounts:
    """Align passages of (damaged, reference) forms and count."""
    costs = learn_costs(passages)
    return count_links(name, ((damaged, sound, align(damaged, sound, costs)) for damaged, sound in passages))


def count_links(name: str, aligned: Iterable[Aligned]) -> SwapCounts:
    """Count the links of aligned passages.

    A link of more than two words on the intended side is an editor's doing rather than the spinner's.
    """
    swaps: Counter[Pair] = Counter()
    uses: Counter[Words] = Counter()
    for damaged, reference, links in aligned:
        for link in links:
            observed = tuple(damaged[link.start : link.end])
            intended = tuple(reference[link.ref_start : link.ref_end])
            if len(intended) > 2 or not all(_is_word(w) for w in intended + observed):
                continue
            uses[intended] += 1
            if observed != intended:
                swaps[observed, intended] += 1
    weighed = {pair: count if count > 1 else SINGLE_SIGHTING for pair, count in swaps.items()}
    return SwapCounts(name, weighed, dict(uses))


def _is_word(form: str) -> bool:
    return any(c.isalnum() for c in form)


def with_family(model: Model, counts: SwapCounts, continued: bool = False) -> Model:
    """The model with one more family of spinners, or with the family of that name replaced.

    Where the new one is ``continued`` from that of its name, what was counted before is its prior rather than the first family.

    Raises ValueError for the name of the first family, the prior, on which all others fall back, and for more new words than
    a model holds.
    """
    if counts.name == model.channel.families[0]:
        raise ValueError(f"{counts.name!r} is what all families fall back on; learn under another name")
    families = list(model.channel.families)
    entries = model.channel.entries
    prior = _Prior(entries.code[0], entries.swap_factor[0], PRIOR_STRENGTH)
    if counts.name in families:
        if continued:
            row = families.index(counts.name)
            prior = _Prior(entries.code[row], entries.swap_factor[row], CONTINUED_STRENGTH)
        keep = [i for i, name in enumerate(families) if name != counts.name]
        entries = entries._replace(code=entries.code[keep], swap_factor=entries.swap_factor[keep])
        families = [families[i] for i in keep]
    vocabulary = _with_words(model.vocabulary, counts)
    entries = _with_entries(vocabulary, entries, counts, prior)
    for array in entries:
        array.setflags(write=False)  # as those of a file are: numba would compile everything anew for others
    channel = replace(model.channel, entries=entries, families=(*families, counts.name))
    return replace(model, vocabulary=vocabulary, channel=channel)


def _with_words(vocabulary: Vocabulary, counts: SwapCounts) -> Vocabulary:
    """The vocabulary with the observed words that it lacks."""
    new = sorted({w for observed, _ in counts.swaps for w in observed} - vocabulary.index.keys())
    if not new:
        return vocabulary
    if len(vocabulary.words) + len(new) > MOST_WORDS:
        raise ValueError(
            f"{len(new):,} new words don't fit beside the model's {len(vocabulary.words):,}: a model holds {MOST_WORDS:,};"
            " learn from fewer texts, or start from a model that has learned less"
        )
    return Vocabulary(
        [*vocabulary.words, *new],
        vocabulary.lm_size,
        np.concatenate((vocabulary.capital, np.zeros(len(new), np.uint8))),
        np.concatenate((vocabulary.unknown_logp, np.full(len(new), UNKNOWN_LOGP, np.float32))),
        vocabulary.usual,
    )


@dataclass
class _Flat:
    """Entries as columns: the observed phrase's hash (or a word's number), target, codes, origin."""

    observed: npt.NDArray[np.uint64]
    target: npt.NDArray[np.uint16]
    code: npt.NDArray[np.uint8]
    origin: npt.NDArray[np.uint8]

    def merged(
        self, observed: npt.NDArray[np.uint64], target: npt.NDArray[np.uint16]
    ) -> tuple[_Flat, npt.NDArray[np.int64]]:
        """With pairs that may be new, in the order of ``observed``; and where each of the given pairs stands then."""
        keys, place = np.unique(_pair_keys(self.observed, self.target), return_index=True)
        wanted = _pair_keys(observed, target)
        at = np.minimum(np.searchsorted(keys, wanted), max(0, len(keys) - 1))
        missing = np.ones(len(wanted), bool) if not len(keys) else keys[at] != wanted
        found = np.where(missing, -1, place[at] if len(keys) else -1)
        first_new = len(self.observed)
        found[missing] = first_new + np.arange(np.count_nonzero(missing))
        more = np.zeros((len(self.code), np.count_nonzero(missing)), np.uint8)
        joined = _Flat(
            np.concatenate((self.observed, observed[missing])),
            np.concatenate((self.target, target[missing])),
            np.concatenate((self.code, more), axis=1),
            np.concatenate((self.origin, np.full(more.shape[1], FROM_PAIRS, np.uint8))),
        )
        order = np.argsort(joined.observed, kind="stable")
        inverse = np.empty_like(order)
        inverse[order] = np.arange(len(order))
        sorted_ = _Flat(
            joined.observed[order], joined.target[order], joined.code[:, order], joined.origin[order]
        )
        return sorted_, inverse[found]

    def replaced(self, column: npt.NDArray[np.float64]) -> _Flat:
        """With another last column."""
        code = np.concatenate((self.code[:-1], encode(column)[None]))
        return _Flat(self.observed, self.target, code, self.origin)


def _pair_keys(observed: npt.NDArray[np.uint64], target: npt.NDArray[np.uint16]) -> npt.NDArray[np.uint64]:
    """One number a pair; two of a few million collide with probability 10⁻⁶."""
    return observed * np.uint64(0x9E3779B97F4A7C15) + target


@dataclass(frozen=True)
class _Prior:
    """What a family falls back on: ``code`` (E,) and ``swap_factor`` (V,) of another, and how many sightings these are worth."""

    code: npt.NDArray[np.uint8]
    swap_factor: npt.NDArray[np.uint8]
    strength: float


@dataclass(frozen=True)
class _Targets:
    """What a spinner does to each original, words and then compounds, shapes (targets,): how often it was seen ``swapped``, how
    readily it is by the ``prior`` and by what was counted (``factor``)."""

    swapped: npt.NDArray[np.float64]
    prior: npt.NDArray[np.float64]
    factor: npt.NDArray[np.float64]


def _with_entries(vocabulary: Vocabulary, entries: Entries, counts: SwapCounts, prior: _Prior) -> Entries:
    size = vocabulary.lm_size
    compounds = {tuple(int(w) for w in row if w != 0xFFFF): i for i, row in enumerate(entries.compounds)}
    compounds.pop((), None)
    single, phrases = _numbered(vocabulary, counts.swaps, compounds)
    phrase_first = _with_first_words(vocabulary, entries.phrase_first, counts, compounds)
    refused_single, refused_phrases = _numbered(vocabulary, counts.refused, compounds)
    if size + len(compounds) > 0xFFFF:
        raise ValueError(f"{len(compounds)} phrases as originals don't fit behind {size} words")

    swapped = np.zeros(size + len(compounds))
    for counted in (single, phrases):
        for (_, target), count in counted.items():
            swapped[target] += count
    factor = _factors(vocabulary, prior, counts, swapped[:size])
    of_compounds = np.full(len(compounds), COMPOUND_FACTOR)
    targets = _Targets(
        swapped,
        np.concatenate((prior.swap_factor / FACTOR_UNITS, of_compounds)),
        np.concatenate((factor, of_compounds)),
    )
    of_words, of_phrases = _flat_parts(entries, prior)
    of_words = _learned(of_words, single, refused_single, targets, prior.strength)
    of_phrases = _learned(of_phrases, phrases, refused_phrases, targets, prior.strength)

    phrase_key, phrase_count = np.unique(of_phrases.observed, return_counts=True)
    lengths = np.bincount(of_words.observed.astype(np.int64), minlength=len(vocabulary.words))
    phrase_start = len(of_words.target) + np.concatenate(([0], np.cumsum(phrase_count)))
    own_factor = np.minimum(255, np.round(factor * FACTOR_UNITS)).astype(np.uint8)
    return Entries(
        start=np.concatenate(([0], np.cumsum(lengths))).astype(np.int32),
        target=np.concatenate((of_words.target, of_phrases.target)),
        code=np.ascontiguousarray(np.concatenate((of_words.code, of_phrases.code), axis=1)),
        origin=np.concatenate((of_words.origin, of_phrases.origin)),
        compounds=_compound_table(compounds),
        phrase_key=phrase_key,
        phrase_start=phrase_start.astype(np.int32),
        phrase_first=phrase_first,
        swap_factor=np.concatenate((entries.swap_factor, own_factor[None])),
    )


def _with_first_words(
    vocabulary: Vocabulary,
    phrase_first: npt.NDArray[np.uint8],
    counts: SwapCounts,
    compounds: dict[tuple[int, ...], int],
) -> npt.NDArray[np.uint8]:
    """Which words begin an observed phrase, those counted included."""
    first = np.zeros(len(vocabulary.words), np.uint8)
    first[: len(phrase_first)] = phrase_first
    for observed, intended in counts.swaps:
        if 1 < len(observed) <= LONGEST and _target(vocabulary, intended, compounds) is not None:
            first[vocabulary.index[observed[0]]] = 1
    return first


def _flat_parts(entries: Entries, prior: _Prior) -> tuple[_Flat, _Flat]:
    """The entries of single words and those of phrases, with the prior's codes as last column."""
    border = int(entries.start[-1])
    of_words = np.repeat(np.arange(len(entries.start) - 1, dtype=np.uint64), np.diff(entries.start))
    of_phrases = np.repeat(entries.phrase_key, np.diff(entries.phrase_start))
    words, phrases = (
        _Flat(
            observed,
            entries.target[at],
            np.concatenate((entries.code[:, at], prior.code[None, at])),
            entries.origin[at],
        )
        for observed, at in ((of_words, slice(0, border)), (of_phrases, slice(border, None)))
    )
    return words, phrases


def _learned(
    flat: _Flat,
    counted: dict[tuple[int, int], float],
    refused: dict[tuple[int, int], float],
    targets: _Targets,
    strength: float,
) -> _Flat:
    """With the pairs counted or refused, and as last column what the counts make of the prior's."""
    pairs = list(dict.fromkeys((*counted, *refused)))
    keys = np.array(pairs, dtype=np.uint64).reshape(-1, 2)
    flat, where = flat.merged(keys[:, 0], keys[:, 1].astype(np.uint16))
    seen, not_so = np.zeros(len(flat.target)), np.zeros(len(flat.target))
    seen[where] = [counted.get(pair, 0.0) for pair in pairs]
    not_so[where] = [refused.get(pair, 0.0) for pair in pairs]
    swapped = targets.swapped[flat.target]
    base = np.exp(log_probability(flat.code[-1])) / np.maximum(targets.prior[flat.target], 1e-3)
    base *= strength / (strength + not_so)
    share = (seen + strength * base) / (swapped + strength)
    return flat.replaced(np.where(swapped > 0, share, base) * targets.factor[flat.target])


def _compound_table(compounds: dict[tuple[int, ...], int]) -> npt.NDArray[np.uint16]:
    """The compounds' words, shape (compounds, 3), at least one row; 0xFFFF behind the last word."""
    table = np.full((max(1, len(compounds)), 3), 0xFFFF, np.uint16)
    for compound, row in compounds.items():
        table[row, : len(compound)] = compound
    return table


def _numbered(
    vocabulary: Vocabulary, swaps: Mapping[Pair, float], compounds: dict[tuple[int, ...], int]
) -> tuple[dict[tuple[int, int], float], dict[tuple[int, int], float]]:
    """Counts by (observed, target), of single words and of phrases; what the vocabulary lacks is left out."""
    single: dict[tuple[int, int], float] = {}
    phrases: dict[tuple[int, int], float] = {}
    for (observed, intended), count in swaps.items():
        target = _target(vocabulary, intended, compounds)
        if target is None or len(observed) > LONGEST or not all(w in vocabulary.index for w in observed):
            continue
        words = [vocabulary.index[w] for w in observed]
        if len(words) == 1:
            single[words[0], target] = single.get((words[0], target), 0.0) + count
        else:
            key = (int(hash_phrase(np.array(words, dtype=np.int64))), target)
            phrases[key] = phrases.get(key, 0.0) + count
    return single, phrases


def _target(vocabulary: Vocabulary, intended: Words, compounds: dict[tuple[int, ...], int]) -> int | None:
    """The number of an intended word or phrase; None where the language model lacks a word of it."""
    words = tuple(vocabulary.index.get(w, vocabulary.lm_size) for w in intended)
    if any(w >= vocabulary.lm_size for w in words) or len(words) > 3:
        return None
    if len(words) == 1:
        return words[0]
    return vocabulary.lm_size + compounds.setdefault(words, len(compounds))


def _factors(
    vocabulary: Vocabulary, fallback: _Prior, counts: SwapCounts, swapped: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """How much readier the spinner is to replace each word than its average replaceable word."""
    prior: npt.NDArray[np.float64] = fallback.swap_factor / FACTOR_UNITS
    uses = np.zeros(vocabulary.lm_size)
    for intended, count in counts.intended.items():
        if len(intended) == 1:
            word = vocabulary.index.get(intended[0], vocabulary.lm_size)
            if word < vocabulary.lm_size:
                uses[word] = count
    counted = (uses > 0) & ((prior > 0) | (swapped > 0))
    total = uses[counted].sum()
    average = swapped[counted].sum() / total if total else 0.0
    start = np.where(prior > 0, prior, np.where(swapped > 0, 0.5, 0.0))
    if not average:
        return start
    share = (swapped + FACTOR_STRENGTH * average * start) / (uses + FACTOR_STRENGTH)
    return np.where(counted, share / average, start)
