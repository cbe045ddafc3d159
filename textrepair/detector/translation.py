"""Was the article translated by a machine?

Two layers answer.  *Traces* of the engine (:mod:`.traces`) are evidence by their kinds, and places to mend.  The *wording* is
told by how idiomatic the function words are (:mod:`textrepair.model.idiom`), each choice held against its alternatives in the
same place, so that the subject counts for little.  Both are log-likelihood ratios and add up.

Edits are made only in an article that is more likely translated than not: in a sound one a sentence that begins small is a
slip of its author, and none of ours.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt

from textrepair.detector import traces
from textrepair.detector.base import Damage, Detection, Document, Finding
from textrepair.detector.evidence import share_of_words, without_overlap
from textrepair.detector.words import looks_english
from textrepair.model.idiom import FEATURES, Idiom
from textrepair.model.model import Model
from textrepair.tokens import TokenKind

_KIND = "translation"
#: Articles with fewer words than this give too little evidence either way.
SHORTEST = 100
#: From here on an article counts as translated and is mended.
FLAGGED = 0.5
_WEIGHTS = "translation.json"
_FORMAT = "textrepair wording weights"


@dataclass(frozen=True)
class Weights:
    """A logistic regression of "translated" on standardised features, its scores calibrated on text that it wasn't fitted to.

    ``mean``, ``scale`` and ``weight`` are ``(len(FEATURES),)``; a feature counts at most ``cut`` standard deviations.
    """

    mean: npt.NDArray[np.float64]
    scale: npt.NDArray[np.float64]
    weight: npt.NDArray[np.float64]
    intercept: float
    cut: float

    def logit(self, features: npt.NDArray[np.float64]) -> float:
        """The wording's logit of one article; for several, of shape ``(articles, features)``, an array of them."""
        z = np.clip((features - self.mean) / self.scale, -self.cut, self.cut)
        return z @ self.weight + self.intercept  # type: ignore[no-any-return]


def weights_from(stored: dict[str, Any]) -> Weights:
    """Weights as ``scripts/train_translation.py`` writes them; those of other features are refused."""
    if stored.get("format") != _FORMAT or list(stored["features"]) != list(FEATURES):
        raise ValueError(
            f"{_WEIGHTS} isn't for this version's features; run scripts/train_translation.py to make it anew"
        )
    arrays = (np.array(list(column), dtype=float) for column in zip(*stored["features"].values(), strict=True))
    return Weights(*arrays, float(stored["intercept"]), float(stored["cut"]))


@cache
def packaged_weights() -> Weights:
    """The weights that come with the package."""
    file = resources.files("textrepair.detector") / "packaged" / _WEIGHTS
    return weights_from(json.loads(file.read_text(encoding="utf-8")))


@dataclass(frozen=True)
class TranslationDetector:
    """``kind`` "translation"."""

    model: Model
    kind: str = _KIND

    @cached_property
    def _idiom(self) -> Idiom:
        return Idiom(self.model)

    def detect(self, document: Document, source: str | None = None) -> Detection:
        """Diagnose an article whose spaces are mended; its ``source`` before that still has the traces that were."""
        tokens = document.tokens
        if tokens.words < SHORTEST or not looks_english(
            text for text, kind in zip(tokens.texts, tokens.kinds, strict=True) if kind == TokenKind.WORD
        ):
            return Detection(Damage(None, 0.0))
        left = traces.found(document.text if source is None else source)
        features = self._idiom.measure(tokens)
        logit = packaged_weights().logit(features) + traces.evidence(frozenset(left))
        probability = 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, logit))))
        if probability < FLAGGED:
            return Detection(Damage(probability, 0.0))
        edits = without_overlap(traces.edits(document, self.model))
        findings = tuple(Finding(e.start, e.end, _KIND, e.confidence, e.reason) for e in edits)
        odd = self._idiom.odd_words(tokens)
        findings += tuple(
            Finding(tokens.starts[i], tokens.ends[i], _KIND, round(score, 3), f"{tokens.texts[i]}: odd in its place")
            for i, score in odd
            if not any(e.start <= tokens.starts[i] < e.end for e in edits)
        )
        severity = share_of_words(document.text, len(odd) + len(edits))
        return Detection(
            Damage(probability, severity), tuple(sorted(findings, key=lambda f: (f.start, f.end))), edits
        )
