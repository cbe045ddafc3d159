"""Was the article translated by a machine?

Two layers answer.  *Traces* of the engine (:mod:`.traces`) are evidence by their kinds, and places to mend.  The *wording* is
told by the skeleton of the text (:mod:`textrepair.detector.scanning.skeleton`): which constructions it prefers, whatever its
subject.  Both are log-likelihood ratios and add up.

Not used, since it did not carry over to engines left out: how well the words fit the language model.  Translators today choose
words that fit *better* than people's, and the difference between subjects is far larger (docs/translation.md has the figures).

Edits are made only in an article that is more likely translated than not: in a sound one a sentence that begins small is a
slip of its author, and none of ours.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, reduce
from importlib import resources
from operator import mul, or_
from typing import Any

import numpy as np
import numpy.typing as npt

from textrepair.detector.base import FLAGGED, UNTOLD, Damage, Detection, Document, Finding, findings_of
from textrepair.detector.evidence import logistic, share_of_words
from textrepair.detector.scanning import byte_scan
from textrepair.detector.scanning.skeleton import Profile, Skeleton, weighed
from textrepair.detector.translation import traces
from textrepair.model.model import Model
from textrepair.overlap import without_overlap

_KIND = "translation"
#: Articles with fewer words than this give too little evidence either way.
SHORTEST = 100
#: One article in fifty is taken for translated.  Nobody has counted news pages; of the web at large it is more, of newswire less.
PRIOR = 0.02
_PRIOR_LOGIT = math.log(PRIOR / (1.0 - PRIOR))
#: The share of translators whose wording is that of people.  Of collections left out of its fit the classifier tells much, but
#: these are of Wikipedia and of news from Chinese; on translated pages of the web classifiers of n-grams were at chance (AUC 0.46
#: to 0.49).  So wording that looks sound speaks against a translation by at most a factor of two, whatever traces there are.
_FLUENT = 0.5
#: What the scan has to see for a text to have a trace of each kind.
_SEEN_AS = {
    "a second full stop": byte_scan.SECOND_STOP,
    "a closing quote on the wrong side of a space": byte_scan.STRAY_QUOTE,
    "a quote that opens where one closes": byte_scan.STRAY_QUOTE,
    traces.OPENING_QUOTE: byte_scan.OPENING_QUOTE,
    traces.SMALL_START: byte_scan.SMALL_START,
    traces.SAID_AGAIN: byte_scan.DOUBLED_STOP,
    "a space before a sign": byte_scan.SPACED_SIGN,
    traces.DATE: byte_scan.LONE_DATE,
    traces.FOREIGN_QUOTES: byte_scan.FOREIGN_QUOTE,
    traces.FOREIGN_NUMBER: byte_scan.FOREIGN_NUMBER,
}
_ANY_TRACE = reduce(or_, _SEEN_AS.values())
_FILE = "translation.json"
_FORMAT = "textrepair wording weights"


@dataclass(frozen=True)
class Wording:
    """Least-squares classifiers over runs of a text's skeleton, and what their score says of an article of so many words.

    One classifier for each collection of translations, since one for all would keep only what they have in common, and an
    engine never seen may resemble just one of them.  Each gives sound text a mean of 0 and a spread of 1.

    ``weights`` (runs, 3), ``intercepts`` (3,); the calibration holds the logit's offset, its slope in the
    score, its slope in score × length and in length, where length is the logarithm of the words over 300, cut to [-1, 1.5].
    """

    profile: Profile
    weights: npt.NDArray[np.float64]
    intercepts: npt.NDArray[np.float64]
    calibration: tuple[float, float, float, float]

    def score(self, skeleton: Skeleton) -> float:
        """How much more a text is like the translations of some collection than sound text on average is, in spreads of sound
        text: the logarithm of the mean of the exponentials."""
        return self.profile.mixture(skeleton, self.weights, self.intercepts)

    def logit(self, score: float, words: int) -> float:
        """Natural-log odds of "translated"."""
        return allowing_for_fluent(sum(map(mul, self.calibration, calibration_terms(score, words))))


def allowing_for_fluent(logit: float) -> float:
    """What log-odds of "translated", which hold of the collections at hand, come to if :data:`_FLUENT` of translators write as
    people do: the likelihood ratio of these is 1."""
    return _PRIOR_LOGIT + math.log((1.0 - _FLUENT) * math.exp(logit - _PRIOR_LOGIT) + _FLUENT)


def calibration_terms(score: float, words: int) -> tuple[float, float, float, float]:
    """What the calibration weighs: a long article's score says more."""
    length = min(1.5, max(-1.0, math.log(max(words, 1) / 300.0)))
    return 1.0, score, score * length, length


def wording_from(stored: Mapping[str, Any]) -> Wording:
    """A classifier as ``scripts/train_translation.py`` writes it; any other file is refused."""
    if stored.get("format") != _FORMAT or stored.get("version") != 2:
        raise ValueError(f"not {_FORMAT}, version 2; run scripts/train_translation.py fit to make them anew")
    profile, weights = weighed(stored["weights"])
    offset, slope, by_length, length = stored["calibration"]
    return Wording(profile, weights, np.array(stored["intercepts"]), (offset, slope, by_length, length))


@cache
def packaged_wording() -> Wording:
    """The classifier that comes with the package."""
    file = resources.files("textrepair.detector") / "packaged" / _FILE
    return wording_from(json.loads(file.read_text(encoding="utf-8")))


def found_traces(document: Document) -> frozenset[str]:
    """The kinds of trace that a text has; its patterns are asked only if the scan saw what they need."""
    scan = document.scan
    if not scan.may_have(_ANY_TRACE):
        return frozenset()
    seen = {name: scan.places(flags) for name, flags in _SEEN_AS.items() if scan.may_have(flags)}
    return frozenset(traces.found(document.text, seen))


@dataclass(frozen=True)
class TranslationDetector:
    """``kind`` "translation"; the model is asked about edits only."""

    model: Model
    kind: str = _KIND

    def detect(self, document: Document, untouched: Document | None = None) -> Detection:
        """Diagnose an article whose spaces are mended; ``untouched``, before that, it still has the traces that were."""
        scan = document.scan
        if scan.words < SHORTEST or not scan.looks_english:
            return UNTOLD
        wording = packaged_wording()
        logit = wording.logit(wording.score(scan.skeleton), scan.words)
        left = found_traces(untouched or document)
        logit += traces.evidence(left)
        probability = logistic(logit)
        if probability < FLAGGED:
            return Detection(Damage(probability, 0.0))
        edits = without_overlap(traces.edits(document, self.model))
        findings = findings_of(edits, _KIND)
        tokens = document.tokens
        # What speaks for the article as a whole is told at its first line.
        begin, end = tokens.starts[0], tokens.ends[tokens.sentences[0][1] - 1]
        reasons = "; ".join(("constructions that translators prefer", *sorted(left)))
        findings.append(Finding(begin, end, _KIND, round(probability, 4), f"machine translation: {reasons}"))
        severity = share_of_words(scan.words, len(edits) + len(left))
        findings.sort(key=lambda finding: (finding.start, finding.end))
        return Detection(Damage(probability, severity), tuple(findings), edits)
