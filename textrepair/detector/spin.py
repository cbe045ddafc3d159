"""Was the article rewritten with sense-blind synonyms, and what did it say?

The evidence is the likelihood ratio "damaged at the rate inferred from the article" against "sound", from the substitution
model (:mod:`textrepair.model.reading`).  Every replaced word is a finding, and its most likely original an edit whose
confidence is the posterior, calibrated (:mod:`textrepair.detector.confidence`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from textrepair.detector.base import Damage, Detection, Document, Finding
from textrepair.detector.confidence import Evidence, confidence
from textrepair.model.model import Model
from textrepair.model.reading import Reading, read
from textrepair.model.support import is_learned
from textrepair.model.surface import fits, indefinite_article, written
from textrepair.patch import Edit
from textrepair.tokens import Tokens

#: Articles with fewer words than this give too little evidence either way.
SHORTEST = 20
#: Wording is changed only in an article that is more likely spun than not.
FLAGGED = 0.5
#: Readings less likely than this are not worth a proposal.
SMALLEST_PROPOSAL = 0.2
_ALTERNATIVES = 4


@dataclass(frozen=True)
class SpinDetector:
    """``kind`` "spin"."""

    model: Model
    kind: str = "spin"

    def detect(self, document: Document, protected: frozenset[int] = frozenset()) -> Detection:
        """Diagnose an article; ``protected`` token indices are left alone."""
        tokens = document.tokens
        if tokens.words < SHORTEST:
            return Detection(Damage(None, 0.0))
        reading = read(self.model, tokens, protected)
        probability = spin_probability(reading.log_ratio, reading.words)
        edits = tuple(one.edit for one in self._weighed(tokens, reading, probability))
        findings = tuple(Finding(e.start, e.end, self.kind, e.confidence, e.reason) for e in edits)
        severity = sum(e.confidence for e in edits) / max(1, tokens.words)
        return Detection(Damage(probability, min(1.0, severity)), findings, edits)

    def weigh(self, document: Document) -> list[Weighed]:
        """The edits of an article with what their confidences rest on; none where it is not flagged."""
        tokens = document.tokens
        if tokens.words < SHORTEST:
            return []
        reading = read(self.model, tokens)
        return self._weighed(tokens, reading, spin_probability(reading.log_ratio, reading.words))

    def _weighed(self, tokens: Tokens, reading: Reading, probability: float) -> list[Weighed]:
        return weighed_edits(self.model, tokens, reading) if probability >= FLAGGED else []


#: Logistic regression of "spun" on the log likelihood ratio (cut at 30) and the logarithm of the number of words.  Fitted to
#: 8,149 sound stretches of 20 to 1,600 words (newswire and web posts) and 994 spun ones, read by a model without the pairs of
#: their main spinner, at a prior of one spun article in twenty: 6 false alarms, recall 0.963 (of whole articles 1.00).
_INTERCEPT, _PER_NAT, _PER_LOG_WORD = 7.56, 1.055, -3.516
_MOST = 30.0


def spin_probability(log_ratio: float, words: int) -> float:
    """The probability that an article of so many words with this log likelihood ratio was spun."""
    logit = _INTERCEPT + _PER_NAT * min(_MOST, log_ratio) + _PER_LOG_WORD * math.log(max(words, SHORTEST))
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, logit))))


@dataclass(frozen=True, slots=True)
class Weighed:
    """An edit and what its confidence rests on."""

    edit: Edit
    evidence: Evidence


def weighed_edits(model: Model, tokens: Tokens, reading: Reading) -> list[Weighed]:
    """The most likely replacement of every place that has a likely one, in order, without overlaps."""
    spans = _spans(model, tokens, reading)
    ranked = sorted(
        (-rows[0].posterior, span) for span, rows in spans.items() if rows[0].posterior >= SMALLEST_PROPOSAL
    )
    taken: set[int] = set()
    starts = set(reading.sentences.begins.tolist())
    out = []
    for _, (first, last) in ranked:
        if not taken.isdisjoint(range(first, last + 1)):
            continue
        rows = spans[first, last]
        best = rows[0]
        taken.update(range(first, last + 1))
        token, until = int(reading.positions[first]), int(reading.positions[last]) + 1
        start, end = tokens.starts[token], tokens.ends[until - 1]
        before = tokens.source[start:end]
        after, *others = (
            written(model, tokens, token, row.intended, first in starts) for row in rows[: 1 + _ALTERNATIVES]
        )
        if before == after:
            continue
        evidence = _evidence(model, rows, first != last, reading)
        sure = confidence(evidence)
        # What the confidence takes from the first reading, or gives, is the others' in proportion.
        scale = (1.0 - sure) / max(1e-9, 1.0 - best.posterior)
        alternatives = tuple(
            (text, min(1.0 - sure, row.posterior * scale))
            for text, row in zip(others, rows[1:], strict=False)
        )
        out.append(Weighed(_edit(start, before, after, sure, alternatives), evidence))
        if token and tokens.texts[token - 1].lower() in ("a", "an") and first - 1 not in taken:
            present = tokens.texts[token - 1]
            article = indefinite_article(model, best.intended[0], present)
            if article:
                edit = _edit(tokens.starts[token - 1], present, article, sure, ())
                out.append(Weighed(edit, evidence))
                taken.add(first - 1)
    return sorted(out, key=lambda one: one.edit.start)


def _evidence(model: Model, rows: list[_Likely], phrase: bool, reading: Reading) -> Evidence:
    best = rows[0]
    return Evidence(
        posterior=best.posterior,
        rivals=sum(row.posterior for row in rows[1:]),
        learned=best.learned,
        rate=reading.rate,
        frequency_logp=float(min(model.ngrams.uni_logp[word] for word in best.intended)),
        several=phrase or len(best.intended) > 1,
    )


class _Likely(NamedTuple):
    """A reading of a span: its posterior, the words, and whether pairs of some spinner show the swap."""

    posterior: float
    intended: list[int]
    learned: bool


def _spans(model: Model, tokens: Tokens, reading: Reading) -> dict[tuple[int, int], list[_Likely]]:
    """For each span (first and last lattice token) that may be replaced, its likely readings, the likeliest first."""
    edges, posterior = reading.edges, reading.posterior
    likely = np.flatnonzero((edges.entry >= 0) & (posterior >= SMALLEST_PROPOSAL / _ALTERNATIVES))
    likely = likely[np.argsort(-posterior[likely], kind="stable")]
    lasts = np.searchsorted(edges.first, likely, side="right") - 1
    firsts = lasts - edges.length[likely] + 1
    learned = is_learned(
        model.channel, edges.entry[likely].astype(np.int64), edges.target[likely].astype(np.int64)
    )
    spans: dict[tuple[int, int], list[_Likely]] = {}
    columns = (firsts, lasts, reading.positions[firsts], edges.target[likely], posterior[likely], learned)
    for first, last, token, target, weight, seen in zip(
        *(column.tolist() for column in columns), strict=True
    ):
        intended = model.target_words(target)
        if fits(model, tokens, token, intended):
            spans.setdefault((first, last), []).append(_Likely(weight, intended, seen))
    return spans


def _edit(start: int, before: str, after: str, sure: float, others: tuple[tuple[str, float], ...]) -> Edit:
    end = start + len(before)
    return Edit(start, end, before, after, "spin", min(1.0, sure), others, f"{before} ← {after}")
