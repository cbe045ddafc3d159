"""Moby's thesaurus → the swaps that no family of the channel holds (:mod:`textrepair.model.thesaurus`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import lemminflect
import numpy as np
import numpy.typing as npt
from build.channel import readiness
from build.inflection import CLOSED

from textrepair.learning import read_thesaurus
from textrepair.model.channel import FACTOR_UNITS, LONGEST, Thesaurus, encode, hash_phrase
from textrepair.model.vocabulary import SPECIALS, Vocabulary

#: Originals kept for one observed word or phrase, by probability times frequency.
READINGS, PHRASE_READINGS = 100, 20
#: Inflections that a substitute takes over, and which of its words does.
_INFLECTIONS = {
    "VBD": ("VERB", 0),
    "VBZ": ("VERB", 0),
    "VBG": ("VERB", 0),
    "VBN": ("VERB", 0),
    "NNS": ("NOUN", -1),
}


def listed_swaps(
    file: Path, vocabulary: Vocabulary, frequency: npt.NDArray[np.float64], capital: Mapping[str, float]
) -> Thesaurus:
    """The likely originals of every word of the vocabulary, and of phrases of the language model's words: what Moby lists of
    single words, and their forms inflected alike.

    ``frequency`` (V,) and ``capital`` are those of the language model's words.
    """
    size = vocabulary.lm_size
    words: dict[tuple[int, int], float] = {}
    phrases: dict[tuple[int, int], float] = {}
    for observed, original, share in _swaps(file):
        target = vocabulary.index.get(original, size)
        numbers = [vocabulary.index.get(word, 0) for word in observed]
        if not len(SPECIALS) <= target < size or min(numbers) < len(SPECIALS):
            continue
        if len(numbers) == 1:
            words[numbers[0], target] = max(share, words.get((numbers[0], target), 0.0))
        elif len(numbers) <= LONGEST and max(numbers) < size:
            key = int(hash_phrase(np.array(numbers, dtype=np.int64)))
            phrases[key, target] = max(share, phrases.get((key, target), 0.0))
    word, originals = _likeliest(words, frequency, READINGS)
    phrase, of_phrases = _likeliest(phrases, frequency, PHRASE_READINGS)

    shares = np.zeros(size)
    for (_, target), share in (words | phrases).items():
        shares[target] = max(share, shares[target])
    ready = np.array([readiness(capital.get(each, 0.0)) for each in vocabulary.words[:size]])
    ready[shares == 0.0] = 0.0
    start = _starts(np.bincount(word.astype(np.int64), minlength=len(vocabulary.words)))
    keys, counts = np.unique(phrase, return_counts=True)
    return Thesaurus(
        start=start,
        target=np.concatenate((originals, of_phrases)).astype(np.uint16),
        phrase_key=keys,
        phrase_start=start[-1] + _starts(counts),
        code=encode(shares * ready),
        swap_factor=np.round(FACTOR_UNITS * ready).astype(np.uint8),
    )


def _likeliest(
    shares: Mapping[tuple[int, int], float], frequency: npt.NDArray[np.float64], most: int
) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint64]]:
    """Of (observed, original) pairs so many for each observed, sorted."""
    observed, original = np.array(list(shares), dtype=np.uint64).T
    weight = np.array(list(shares.values())) * frequency[original]
    order = np.lexsort((-weight, observed))
    observed, original = observed[order], original[order]
    kept = np.arange(len(observed)) - np.searchsorted(observed, observed) < most
    observed, original = observed[kept], original[kept]
    order = np.lexsort((original, observed))
    return observed[order], original[order]


def _starts(counts: npt.NDArray[Any]) -> npt.NDArray[np.int32]:
    return np.concatenate(([0], np.cumsum(counts))).astype(np.int32)


def of_vocabulary(thesaurus: Thesaurus, old: Vocabulary, new: Vocabulary) -> Thesaurus | None:
    """The thesaurus of one model for another with the same language model's words, of which the channel knows others besides;
    None where the language model's differ."""
    if old.words[: old.lm_size] != new.words[: new.lm_size]:
        return None
    there = np.array([old.index.get(word, -1) for word in new.words])
    there[there >= len(thesaurus.start) - 1] = -1
    counts = np.where(there < 0, 0, np.diff(thesaurus.start)[there])
    rows = [slice(*thesaurus.start[at : at + 2]) for at in there[there >= 0].tolist()]
    phrases = thesaurus.target[thesaurus.start[-1] :]
    start = _starts(counts)
    return thesaurus._replace(
        start=start,
        target=np.concatenate([*(thesaurus.target[row] for row in rows), phrases]),
        phrase_start=thesaurus.phrase_start - thesaurus.start[-1] + start[-1],
    )


def _swaps(file: Path) -> Iterator[tuple[list[str], str, float]]:
    """(observed, original, probability): each of the n substitutes listed for a word is put as often as the others."""
    for entry in read_thesaurus(str(file), _stop):
        original, share = entry.originals[0].lower(), 1.0 / len(entry.substitutes)
        for substitute in (each.lower().split() for each in entry.substitutes):
            if original not in substitute:
                yield substitute, original, share
            for inflection, form in _inflected(original).items():
                at = _INFLECTIONS[inflection][1]
                inflected = list(substitute)
                inflected[at] = _inflected(substitute[at]).get(inflection, "")
                if inflected[at] and form not in inflected:
                    yield inflected, form, share


def _stop(error: object) -> None:
    raise SystemExit(f"error: {error}")


@cache
def _inflected(lemma: str) -> dict[str, str]:
    """A word's forms by inflection; none of what is itself one, or a function word ("yous" for "its")."""
    lemmas = {} if lemma in CLOSED else lemminflect.getAllLemmas(lemma)
    return {
        inflection: form
        for inflection, (pos, _) in _INFLECTIONS.items()
        if lemma in lemmas.get(pos, ())
        for form in lemminflect.getInflection(lemma, inflection)[:1]
    }
