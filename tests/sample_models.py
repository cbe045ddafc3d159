"""Models for tests: the packaged one, opened once, and tiny ones whose every number can be worked out another way.

Arrays of the tiny ones are read-only like those of a model file, so that numba compiles its functions once for both.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from textrepair.model.channel import FACTOR_UNITS, Entries
from textrepair.model.model import Model, load_model
from textrepair.model.ngrams import Addresses, Ngrams, addresses
from textrepair.model.vocabulary import BEGIN, END

ROOT = Path(__file__).parents[1]
CORPORA = ROOT / "corpora"
sys.path.insert(0, str(ROOT / "scripts"))  # where the package ``build`` lies

from build import kneser_ney, pack  # noqa: E402
from build.entries import build_entries  # noqa: E402

__all__ = [
    "CORPORA",
    "ROOT",
    "TINY",
    "Swap",
    "TinyChannel",
    "articles",
    "build_entries",
    "kneser_ney",
    "pack",
    "packaged",
    "tiny_channel",
    "tiny_ngrams",
    "tiny_orders",
    "tiny_stream",
]

#: Words of the tiny language models, borders included.
TINY = 150


@cache
def packaged() -> Model:
    return load_model()


def articles(folder: str) -> dict[str, str]:
    """The sample articles of a folder of ``corpora/``, by name."""
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted((CORPORA / folder).glob("*.txt"))}


def _freeze(arrays: Ngrams | Entries) -> None:
    for array in arrays:
        array.setflags(write=False)


def tiny_stream(seed: int, size: int = 1500) -> npt.NDArray[np.uint16]:
    """Sentences of stock phrases and loose words with the long tail that the discounts are estimated from."""
    rng = np.random.default_rng(seed)

    def words(count: int) -> list[int]:
        drawn: list[int] = (2 + np.minimum(rng.zipf(1.3, size=count) - 1, TINY - 3)).tolist()
        return drawn

    phrases = [words(int(rng.integers(2, 5))) for _ in range(60)]
    out: list[int] = []
    while len(out) < size:
        out.append(BEGIN)
        for _ in range(int(rng.integers(1, 5))):
            out += phrases[min(59, int(rng.zipf(1.5)) - 1)] if rng.random() < 0.6 else words(2)
        out.append(END)
    return np.array(out, dtype=np.uint16)


@cache
def tiny_orders(seed: int, size: int) -> dict[int, kneser_ney.Order]:
    """The back-off model of a tiny stream, pruned to about ``size`` bytes."""
    return kneser_ney.estimate(tiny_stream(seed), size)[0]


@cache
def tiny_ngrams(seed: int, size: int) -> Addresses:
    """The same, packed."""
    packed = pack.pack_ngrams(tiny_orders(seed, size), TINY)
    lm = Ngrams(**{name: np.ascontiguousarray(array) for name, array in packed.items()})
    _freeze(lm)
    return addresses(lm)


class Swap(NamedTuple):
    """One row of a tiny channel: ``intended`` is one word or several."""

    observed: tuple[int, ...]
    intended: tuple[int, ...]
    probabilities: tuple[float, ...]


@dataclass(frozen=True)
class TinyChannel:
    """A random channel, as its arrays and as the rows that they were made from."""

    entries: Entries
    swaps: tuple[Swap, ...]
    factors: npt.NDArray[np.float64]


def tiny_channel(rng: np.random.Generator, words: list[int], lm_size: int, size: int) -> TinyChannel:
    """A channel over a few observed words: single words and phrases, for single words and compounds; two families."""
    compounds = [tuple(rng.integers(2, lm_size, size=n).tolist()) for n in (2, 3)]
    observed = {(word,) for word in words} | {
        tuple(words[i : i + n]) for n in (2, 3, 4) for i in range(len(words) - n + 1) if rng.random() < 0.3
    }
    swaps = []
    rows: dict[tuple[int, ...], list[tuple[int, list[float], int]]] = {}
    for phrase in sorted(observed):
        targets = rng.choice(
            np.arange(2, lm_size + len(compounds)), size=int(rng.integers(0, 3)), replace=False
        )
        for target in [*targets.tolist(), *([lm_size] if rng.random() < 0.2 else [])]:
            if any(target == row[0] for row in rows.get(phrase, [])):
                continue
            codes = rng.integers(200, 256, size=2)
            probabilities = np.exp(-0.06 * (255 - codes)) * [1, rng.random() < 0.7]
            rows.setdefault(phrase, []).append((target, probabilities.tolist(), 0))
            intended = (target,) if target < lm_size else compounds[target - lm_size]
            swaps.append(Swap(phrase, intended, tuple(probabilities.tolist())))
    factors = rng.integers(0, 2 * FACTOR_UNITS, size=(2, lm_size))
    entries = build_entries(rows, size, compounds, factors.astype(np.uint8))
    _freeze(entries)
    return TinyChannel(entries, tuple(swaps), factors / FACTOR_UNITS)
