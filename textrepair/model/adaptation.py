"""What do the posteriors of a reading say of its article: how often is a word replaced in it, by which spinner, and by what?

The M-steps of :mod:`textrepair.model.reading`, each a pass over the lattice.  A lattice has tens of edges a word, so none of
them becomes an array of its own.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from textrepair.compiled import njit
from textrepair.model.channel import COMPOUND_FACTOR, FACTOR_UNITS, LIKELIHOOD, STEP
from textrepair.model.lattice import Edges, Sentences
from textrepair.model.recurrence import recurrence_logp

#: Swaps less likely than this don't count for the article's rate and family.
_COUNTED = 1e-3
#: Natural-log probability of a swap that a family doesn't know.
_IMPOSSIBLE = -16.0
#: A word is left alone with at least this probability.
_LEAST_LEFT = 0.05
#: Sightings that the family's channel is worth against the article's own swaps.
_OWN_STRENGTH = 1.0
#: Uses that the article's rate is worth against how often a word of its own is replaced.
_OWN_RATE_STRENGTH = 3.0

_jit = njit(nogil=True, error_model="numpy")


@_jit
def _factor(swap_factor: npt.NDArray[np.uint8], word: np.int64, families: npt.NDArray[np.float64]) -> float:
    """How readily a mixture of families replaces a word of the language model."""
    total = 0.0
    for f in range(len(families)):
        total += swap_factor[f, word] / FACTOR_UNITS * families[f]
    return total


@_jit
def chances(
    words: npt.NDArray[np.int32],
    edges: Edges,
    posterior: npt.NDArray[np.float32],
    swap_factor: npt.NDArray[np.uint8],
    families: npt.NDArray[np.float64],
    ready: npt.NDArray[np.float32],
    begins: npt.NDArray[np.bool_],
) -> tuple[float, float]:
    """Words replaced, and chances to replace one: those left alone count ``ready`` (n,), those replaced one each, by how readily
    the families replace them.  Only replacements that begin at tokens of ``begins`` (n,) count."""
    replaced, count = 0.0, 0.0
    known = swap_factor.shape[1]
    for i in range(len(words)):
        word = words[i]
        stays = edges.first[i]
        if word < known:
            count += np.float64(posterior[stays]) * ready[i] * _factor(swap_factor, word, families)
        for e in range(stays + 1, edges.first[i + 1]):
            if posterior[e] > _COUNTED and begins[i - edges.length[e] + 1]:
                target = edges.target[e]
                replaced += posterior[e]
                count += posterior[e] * (
                    _factor(swap_factor, target, families) if target < known else COMPOUND_FACTOR
                )
    return replaced, count


@_jit
def replaced_at(edges: Edges, posterior: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """The posterior that a replacement ends behind each token: shape (n,)."""
    out = np.zeros(len(edges.first) - 1)
    for i in range(len(out)):
        for e in range(edges.first[i] + 1, edges.first[i + 1]):
            out[i] += posterior[e]
    return out


@_jit
def family_evidence(
    sentences: Sentences,
    edges: Edges,
    posterior: npt.NDArray[np.float32],
    code: npt.NDArray[np.uint8],
    swap_factor: npt.NDArray[np.uint8],
    rate: float,
) -> npt.NDArray[np.float64]:
    """The expected log-likelihood (nats) of the article's swaps and of its words left alone under each family: (families,).

    ``code`` and ``swap_factor`` are those of :class:`~textrepair.model.channel.Entries`: handing on all its arrays would cost as
    much as a quarter of the work.
    """
    out = np.zeros(len(code))
    known = swap_factor.shape[1]
    for i in range(len(sentences.words)):
        word = sentences.words[i]
        stays = edges.first[i]
        if word < known:
            often = rate * sentences.readiness[i]
            for f in range(len(out)):
                units = swap_factor[f, word]
                if units:  # or else it is left alone for certain
                    left = 1.0 - often * units / FACTOR_UNITS
                    out[f] += posterior[stays] * np.log(max(left, _LEAST_LEFT))
        for e in range(stays + 1, edges.first[i + 1]):
            if posterior[e] > _COUNTED:
                for f in range(len(out)):
                    likely = code[f, edges.entry[e]]
                    logp = max(-STEP * (255.0 - likely), _IMPOSSIBLE) if likely else _IMPOSSIBLE
                    out[f] += posterior[e] * logp
    return out


@_jit
def adapted_logps(
    sentences: Sentences,
    edges: Edges,
    posterior: npt.NDArray[np.float32],
    code: npt.NDArray[np.uint8],
    swap_factor: npt.NDArray[np.uint8],
    rate: float,
    families: npt.NDArray[np.float64],
    often: npt.NDArray[np.float64],
    lm_weight: float,
) -> npt.NDArray[np.float32]:
    """Natural-log channel probabilities of all edges given what the rest of the article shows about the same words, and what it
    shows of the words that it says: (E,).

    ``often`` (V,) is how often each word is used in all text, 0 for what isn't expected to come back (:mod:`.recurrence`).
    """
    words, known = len(sentences.words), swap_factor.shape[1]
    # Counts by intended word, over the words that the article could have intended, and by pair of observed and intended.
    intended = numbered(np.concatenate((edges.target, sentences.lm)))
    of_word = intended[len(edges.target) :]
    pair = numbered(edges.entry)
    swapped, kept = np.zeros(len(intended)), np.zeros(len(intended))
    together = np.zeros(len(pair))
    base_rate, factor = np.empty(len(intended)), np.empty(len(intended))
    for i in range(words):
        kept[of_word[i]] += posterior[edges.first[i]]
        _set_rate(of_word[i], sentences.lm[i], swap_factor, rate, families, factor, base_rate)
        for e in range(edges.first[i] + 1, edges.first[i + 1]):
            swapped[intended[e]] += posterior[e]
            together[pair[e]] += posterior[e]
            _set_rate(intended[e], edges.target[e], swap_factor, rate, families, factor, base_rate)
    total = np.float64(posterior.sum())
    out = np.empty(len(posterior), dtype=np.float32)
    for i in range(words):
        stays, w = edges.first[i], of_word[i]
        out[stays] = sentences.unknown_logp[i]
        if sentences.words[i] < known:
            replaced = (swapped[w] + _OWN_RATE_STRENGTH * base_rate[w]) / (
                swapped[w] + kept[w] - posterior[stays] + _OWN_RATE_STRENGTH
            )
            out[stays] += np.log1p(-min(0.95, replaced * sentences.readiness[i]))
        said = swapped[w] + kept[w] - posterior[stays]
        out[stays] += lm_weight * recurrence_logp(said, total, often[sentences.lm[i]])
        for e in range(stays + 1, edges.first[i + 1]):
            # Replaced here: how often elsewhere, and with this word?
            own, t = np.float64(posterior[e]), intended[e]
            others = swapped[t] - own
            share = 0.0
            for f in range(len(families)):
                share += LIKELIHOOD[code[f, edges.entry[e]]] * families[f]
            mixed = min(share / max(factor[t], 1e-6), 1.0)
            which = (together[pair[e]] - own + _OWN_STRENGTH * mixed) / (others + _OWN_STRENGTH)
            replaced = (others + _OWN_RATE_STRENGTH * base_rate[t]) / (others + kept[t] + _OWN_RATE_STRENGTH)
            ready = sentences.readiness[i - edges.length[e] + 1]
            out[e] = np.log(max(which * replaced * ready, 1e-30))
            if edges.target[e] < known:
                out[e] += lm_weight * recurrence_logp(others + kept[t], total, often[edges.target[e]])
    return out


@_jit
def _set_rate(
    number: np.int64,
    target: np.int64,
    swap_factor: npt.NDArray[np.uint8],
    rate: float,
    families: npt.NDArray[np.float64],
    factor: npt.NDArray[np.float64],
    base_rate: npt.NDArray[np.float64],
) -> None:
    known = target < swap_factor.shape[1]
    factor[number] = _factor(swap_factor, target, families) if known else COMPOUND_FACTOR
    base_rate[number] = min(rate * factor[number], 0.95)


@_jit
def numbered(values: npt.NDArray[np.int32]) -> npt.NDArray[np.int64]:
    """Numbers for integers, the same for the same, in the order in which they first occur: shape (k,).

    >>> numbered(np.array([7, 3, 7, 9], dtype=np.int32)).tolist()
    [0, 1, 0, 2]
    """
    bits = 4
    while (1 << bits) < 2 * len(values):
        bits += 1
    slots = np.full(1 << bits, -1, dtype=np.int64)  # the place of a value's first occurrence
    out = np.empty(len(values), dtype=np.int64)
    total = 0
    for i in range(len(values)):
        slot = np.int64((np.uint64(values[i]) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(64 - bits))
        while slots[slot] >= 0 and values[slots[slot]] != values[i]:
            slot = (slot + 1) & ((1 << bits) - 1)
        if slots[slot] < 0:
            slots[slot] = i
            out[i] = total
            total += 1
        else:
            out[i] = out[slots[slot]]
    return out
