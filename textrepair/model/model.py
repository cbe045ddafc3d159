"""One model: vocabulary, language model and channel, opened from one file."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from textrepair.lazy import cached_property
from textrepair.model.channel import FACTOR_UNITS, Channel, Entries, Thesaurus, log_probability
from textrepair.model.context import ContextScorer
from textrepair.model.format import (
    Arrays,
    ModelError,
    pack_strings,
    packaged_file,
    read_model,
    unpack_strings,
    write_model,
)
from textrepair.model.neural import packaged_scorer
from textrepair.model.ngrams import Addresses, Ngrams, addresses, token_logps
from textrepair.model.vocabulary import SPECIALS, UNSEEN, Vocabulary

_PACKAGED = "en-1.model"
#: What lies compressed in a file: some 3.5 MB instead of 12, for 10 ms when a model is opened.
_COMPRESSED = (
    "vocabulary.words",
    "vocabulary.unknown_logp",
    "channel.start",
    "channel.code",
    "channel.origin",
    "thesaurus.start",
    "thesaurus.phrase_start",
    "thesaurus.code",
)
#: In the ``__dict__`` of a model that is the file at its path.  Not a field, since ``dataclasses.replace`` has to lose it.
_MAPPED = "_mapped"


@dataclass(frozen=True, eq=False)
class Model:
    """What :func:`load_model` gives; immutable, the same as no other, and safe to share between threads and forked workers.

    ``context`` is not part of the file: ``load_model(neural=True)`` or ``dataclasses.replace(model, context=scorer)`` sets it.
    """

    path: Path
    header: dict[str, Any]
    vocabulary: Vocabulary
    ngrams: Ngrams
    channel: Channel
    context: ContextScorer | None = None

    @property
    def name(self) -> str:
        """Name and version, as they stand in every result: ``en-1 (1a2b3c4d)``, ``en-1 (1a2b3c4d, neural 5e6f7a8b)``."""
        scorer = f", {self.context.name}" if self.context else ""
        return f"{self.header['name']} ({self.header['version']}{scorer})"

    def __reduce__(self) -> tuple[Any, ...]:
        """A model that is a file travels to another process as its path, and is mapped there from the same pages."""
        if self.__dict__.get(_MAPPED):
            return _reopen, (self.path, self.header["version"], self.context)
        return Model, (self.path, self.header, self.vocabulary, self.ngrams, self.channel, self.context)

    def info(self) -> dict[str, object]:
        """What ``textrepair model info`` prints: the header without the layout, and sizes."""
        shown: dict[str, object] = {key: value for key, value in self.header.items() if key != "arrays"}
        shown["file"] = str(self.path)
        shown["words"] = self.vocabulary.lm_size
        shown["observed words"] = len(self.vocabulary.words)
        shown["channel entries"] = len(self.channel.entries.target)
        shown["families"] = list(self.channel.families)
        shown["thesaurus entries"] = len(self.channel.thesaurus.target) if self.channel.thesaurus else 0
        return shown

    def likely_originals(self, text: str, count: int = 10) -> list[tuple[str, float]]:
        """The likely originals of an observed word or phrase, out of context, with probabilities that sum to one.

        ``P(c | o) ∝ P(o | c) · P(c)`` at a rate of damage of a quarter (a heavily spun article), every family of
        spinners alike; "left as it is" competes.  Empty where the word is unknown, or no channel holds the phrase.

        Raises nothing for words never seen.
        """
        words = text.lower().split()
        observed = [found for found in map(self.vocabulary.index.get, words) if found is not None]
        if not words or len(observed) < len(words):
            return []
        entries = self.channel.entries
        held = self.channel.entry_range(*observed)
        if len(words) > 1 and not held:
            return []
        rate = 0.25
        # A spinner that replaces a phrase may replace any of its words: what is left alone is as likely as its first word is.
        first = observed[0]
        factor = (
            float(entries.swap_factor[:, first].mean()) / FACTOR_UNITS
            if first < self.vocabulary.lm_size
            else 0.0
        )
        own = math.exp(self._logp(observed)) * max(0.05, 1.0 - rate * factor)
        weights: dict[str, float] = {" ".join(words): own}
        for entry in held:
            intended = self.target_words(int(entries.target[entry]))
            probability = float(np.exp(log_probability(entries.code[:, entry])).mean())
            original = " ".join(self.vocabulary.words[word] for word in intended)
            likely = rate * probability * math.exp(self._logp(intended))
            weights[original] = weights.get(original, 0.0) + likely
        total = sum(weights.values())
        ranked = sorted(weights.items(), key=lambda item: (-item[1], item[0]))
        return [(original, weight / total) for original, weight in ranked[:count]]

    def _logp(self, words: Sequence[int]) -> float:
        """Natural-log probability of words one behind the other, whatever goes before."""
        seen = self.vocabulary.seen_as[list(words)]
        logps = token_logps(self.lm, seen, np.array([0, len(seen)], dtype=np.int64))[: len(seen)]
        logps[0] = self.ngrams.uni_logp[seen[0]]
        return float(logps.sum() + self.vocabulary.unknown_logp[list(words)].sum())

    def target_words(self, target: int) -> list[int]:
        """The words that a channel target stands for."""
        if target < self.vocabulary.lm_size:
            return [target]
        return self._compounds[target - self.vocabulary.lm_size]

    @cached_property
    def lm(self) -> Addresses:
        """The language model for compiled functions."""
        return addresses(self.ngrams)

    @cached_property
    def swap_factors(self) -> np.ndarray[Any, np.dtype[np.uint8]]:
        """How readily each family replaces each word, the thesaurus as the last, if there is one: shape (F or F + 1, V)."""
        factors, thesaurus = self.channel.entries.swap_factor, self.channel.thesaurus
        return factors if thesaurus is None else np.concatenate((factors, thesaurus.swap_factor[None]))

    @cached_property
    def _compounds(self) -> list[list[int]]:
        rows = self.channel.entries.compounds.tolist()
        return [[word for word in row if word != 0xFFFF] for row in rows]

    @cached_property
    def hyphenated(self) -> list[str]:
        """Every target of the channel, the words of a compound joined by hyphens."""
        words = self.vocabulary.words
        compounds = ("-".join([words[i] for i in row]) for row in self._compounds)
        return [*words[: self.vocabulary.lm_size], *compounds]

    @cached_property
    def beside_lower_case(self) -> dict[int, str]:
        """What :mod:`textrepair.model.surface` found of targets of the channel so far."""
        return {}

    @cached_property
    def begins_as_clitic(self) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """For every target of the channel: is its (first) word a clitic?"""
        words, size = self.vocabulary.words, self.vocabulary.lm_size
        first = [*range(size), *(row[0] for row in self._compounds if row)]
        return np.array([words[i].startswith("'") for i in first], dtype=bool)

    @cached_property
    def outer_words(self) -> np.ndarray[Any, np.dtype[np.int64]]:
        """For every target of the channel, the identifiers of its first and its last word: shape (targets, 2).

        A word with its clitic is one; such have numbers of their own, below -1.
        """
        words, size = self.vocabulary.words, self.vocabulary.lm_size
        with_clitic: dict[tuple[int, ...], int] = {}
        out = np.repeat(np.arange(size + len(self._compounds)), 2).reshape(-1, 2)
        for target, row in enumerate(self._compounds, size):
            starts = [at for at, word in enumerate(row) if not at or not words[word].startswith("'")]
            parts = [tuple(row[start:end]) for start, end in pairwise([*starts, len(row)])]
            numbers = [
                part[0] if len(part) == 1 else with_clitic.setdefault(part, -2 - len(with_clitic))
                for part in parts
            ]
            out[target] = (numbers[0], numbers[-1]) if numbers else UNSEEN
        return out

    @cached_property
    def is_word(self) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """For every language-model identifier: is it a word that could be damaged (no border, class or sign)?"""
        return np.array(
            [i >= len(SPECIALS) and w[0].isalnum() for i, w in enumerate(self.vocabulary.words)], dtype=bool
        )

    @cached_property
    def recurring(self) -> np.ndarray[Any, np.dtype[np.float64]]:
        """For every language-model identifier: how often it is used in all text if it is a word, or else 0: shape (V,)."""
        often = np.exp(self.ngrams.uni_logp[: self.vocabulary.lm_size].astype(np.float64))
        return np.where(self.is_word[: self.vocabulary.lm_size], often, 0.0)


def packaged_path() -> Path:
    """Where the packaged model lies."""
    return packaged_file(_PACKAGED)


def load_model(path: str | Path | None = None, *, neural: bool = False) -> Model:
    """Open a model file, or the packaged model; ``neural``: with the packaged network (:mod:`textrepair.model.neural`).

    Raises :class:`~textrepair.model.format.ModelError`, and :class:`~textrepair.extras.MissingExtra` where the network can't run.
    """
    place = Path(path) if path is not None else packaged_path()
    model = _opened(place)
    if not neural:
        return model
    scorer = packaged_scorer()
    if not scorer.knows(model.vocabulary.words):
        raise ModelError(
            f"{place}: its vocabulary isn't the one that the neural scorer was trained with; leave the scorer out"
        )
    return _mapped(model, scorer)


def _opened(place: Path) -> Model:
    header, arrays = read_model(place)
    try:
        model = Model(
            place, header, _vocabulary(header, arrays), _tuple(Ngrams, "lm", arrays), _channel(header, arrays)
        )
    except (KeyError, ValueError, TypeError) as error:
        raise ModelError(
            f"{place}: a part of the model is missing ({error}); build or download the file again"
        ) from error
    return _mapped(model, None)


def _mapped(model: Model, context: ContextScorer | None) -> Model:
    """A model that is the file at its path, with this scorer."""
    model = replace(model, context=context)
    model.__dict__[_MAPPED] = True
    return model


def _reopen(path: Path, version: str, context: ContextScorer | None) -> Model:
    """The model that another process has open."""
    model = _opened(path)
    if model.header["version"] != version:
        raise ModelError(f"{path}: the model was replaced while it was in use; start again")
    return _mapped(model, context)


def _tuple(kind: Any, prefix: str, arrays: Arrays) -> Any:
    return kind(*(arrays[f"{prefix}.{name}"] for name in kind._fields))


def _vocabulary(header: dict[str, Any], arrays: Arrays) -> Vocabulary:
    words = unpack_strings(arrays["vocabulary.words"])
    size = int(header["lm_size"])
    unknown = np.zeros(len(words), dtype=np.float32)
    unknown[size:] = arrays["vocabulary.unknown_logp"]
    usual = unpack_strings(arrays["vocabulary.usual"])
    return Vocabulary(words, size, arrays["vocabulary.capital"], unknown, usual)


def _channel(header: dict[str, Any], arrays: Arrays) -> Channel:
    return Channel(
        _tuple(Entries, "channel", arrays),
        tuple(header["families"]),
        tuple(header["origins"]),
        _tuple(Thesaurus, "thesaurus", arrays) if "thesaurus.start" in arrays else None,
    )


def save_model(model: Model, path: Path) -> Model:
    """Write a model file; its version is the hash of its arrays.  Returns the model as it will be read back."""
    arrays = _arrays(model)
    header = _header(model, arrays)
    write_model(path, header, arrays, _COMPRESSED)
    return replace(model, path=path, header=header, context=None)


def versioned(model: Model) -> Model:
    """A model that was learned and is no file, with the version that it would have as one."""
    return replace(model, header=_header(model, _arrays(model)))


def _arrays(model: Model) -> Arrays:
    arrays: Arrays = {
        "vocabulary.words": pack_strings(model.vocabulary.words),
        "vocabulary.capital": model.vocabulary.capital,
        "vocabulary.usual": pack_strings(model.vocabulary.usual),
        "vocabulary.unknown_logp": model.vocabulary.unknown_logp[model.vocabulary.lm_size :],
    }
    parted = {"lm": model.ngrams, "channel": model.channel.entries, "thesaurus": model.channel.thesaurus}
    for prefix, parts in parted.items():
        if parts is not None:
            arrays |= {f"{prefix}.{name}": array for name, array in parts._asdict().items()}
    return arrays


def _header(model: Model, arrays: Arrays) -> dict[str, Any]:
    digest = hashlib.sha256()
    for array in arrays.values():
        digest.update(np.ascontiguousarray(array).data)
    return model.header | {
        "version": digest.hexdigest()[:8],
        "lm_size": model.vocabulary.lm_size,
        "families": list(model.channel.families),
        "origins": list(model.channel.origins),
    }
