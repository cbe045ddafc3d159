"""Was the article rewritten with sense-blind synonyms, and what did it say?

The evidence is the likelihood ratio "damaged at the rate inferred from the article" against "sound", from the substitution
model (:mod:`textrepair.model.reading`).  Every replaced word is a finding, and its most likely original an edit whose
confidence is the posterior, calibrated (:mod:`textrepair.detector.confidence`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from textrepair.detector.base import Damage, Detection, Document, Finding
from textrepair.detector.broken_words import Mended, broken_words
from textrepair.detector.confidence import Evidence, confidence
from textrepair.model.model import Model
from textrepair.model.ngrams import NONE
from textrepair.model.reading import Reading, read
from textrepair.model.support import is_learned
from textrepair.model.surface import begins_as_clitic, indefinite_article, written
from textrepair.patch import Edit
from textrepair.tokens import TokenKind, Tokens

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
        reading = read(self.model, tokens, protected, _is_flagged)
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
        reading = read(self.model, tokens, goes_on=_is_flagged)
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


def _is_flagged(log_ratio: float, words: int) -> bool:
    return spin_probability(log_ratio, words) >= FLAGGED


class Weighed(NamedTuple):
    """An edit and what its confidence rests on."""

    edit: Edit
    evidence: Evidence


def weighed_edits(model: Model, tokens: Tokens, reading: Reading) -> list[Weighed]:
    """The most likely replacement of every place that has a likely one, in order, without overlaps."""
    article = _Restored(model, tokens, reading)
    spans = _spans(model, tokens, reading)
    ranked = sorted((-rows[0].posterior, span) for span, rows in spans.items())
    for minus_posterior, (first, last) in ranked:
        if -minus_posterior < SMALLEST_PROPOSAL:
            break
        article.restore(first, last, spans[first, last])
    for broken in broken_words(model, tokens, reading):
        article.mend(broken)
    return sorted(article.out, key=lambda one: one.edit.start)


class _Restored:
    """An article as its words are restored one by one, the surest first: what a sentence asks for beyond single words."""

    def __init__(self, model: Model, tokens: Tokens, reading: Reading) -> None:
        self._model, self._tokens, self._reading = model, tokens, reading
        # Not those of the reading, in which long sentences are cut.
        starts = np.array([begin for begin, _ in tokens.sentences], dtype=np.int64)
        self._begins = set(np.searchsorted(reading.positions, starts).tolist())
        self._positions: list[int] = reading.positions.tolist()
        self._lowered = [text.lower() for text in tokens.texts]
        self._taken: set[int] = set()
        self._now: dict[
            int, str
        ] = {}  # what stands at a token after the edits so far; of a phrase at its ends
        self.out: list[Weighed] = []

    def restore(self, first: int, last: int, rows: list[_Likely]) -> None:
        """Edit the lattice's tokens ``first`` to ``last``, unless some are edited already or nothing fits."""
        if not self._taken.isdisjoint(range(first, last + 1)):
            return
        token, end = self._positions[first], self._positions[last] + 1
        texts = []
        for row in rows:
            text = self._written(first, row.intended)
            if not self._doubles(token, end, text):
                texts.append((text, row))
        if not texts or texts[0][1].posterior < SMALLEST_PROPOSAL:
            return
        self._taken.update(range(first, last + 1))
        if texts[0][0] == self._tokens.source[self._tokens.starts[token] : self._tokens.ends[end - 1]]:
            return
        rows = [row for _, row in texts]
        evidence = _evidence(rows, first != last, self._reading.rate)
        readings = [(text, row.posterior) for text, row in texts[: 1 + _ALTERNATIVES]]
        self._add(token, end, readings, evidence)
        self._follow(first, rows[0].intended[0], evidence)

    def mend(self, broken: Mended) -> None:
        """Edit a clitic or compound that the channel doesn't hold."""
        if broken.place in self._taken or broken.evidence.posterior < SMALLEST_PROPOSAL:
            return
        self._taken.add(broken.place)
        token = self._positions[broken.place]
        rows = [(broken.word, broken.evidence.posterior), *broken.others[:_ALTERNATIVES]]
        readings = [(self._written(broken.place, [word]), p) for word, p in rows]
        if readings[0][0] != self._tokens.texts[token]:
            self._add(token, token + 1, readings, broken.evidence)

    def _written(self, first: int, intended: list[int]) -> str:
        token = self._positions[first]
        return written(self._model, self._tokens, token, intended, self._takes_capital(first, token))

    def _takes_capital(self, first: int, token: int) -> bool:
        """Does a sentence begin here, in an article whose sentences begin with capitals?

        Also behind a full stop with lower case behind it, where no sentence is seen to begin: of eight such places in the pairs
        the spinner had put its word in lower case in eight.
        """
        if self._tokens.texts[token][0].isupper():
            return first in self._begins
        ends = token > 0 and self._tokens.kinds[token - 1] == TokenKind.STOP
        begins = first in self._begins or (ends and self._tokens.texts[token - 1] in (".", "?", "!"))
        return begins and self._in_sentence_case

    @cached_property
    def _in_sentence_case(self) -> bool:
        """Do nearly all sentences begin with a capital, those that begin with a letter?"""
        tokens, positions = self._tokens, self._positions
        places = (positions[begin] for begin in self._begins if begin < len(positions))
        first = [tokens.texts[at][0] for at in places if tokens.kinds[at] == TokenKind.WORD]
        return bool(sum(letter.isupper() for letter in first) >= _SENTENCE_CASE * len(first))

    def _add(self, token: int, end: int, readings: list[tuple[str, float]], evidence: Evidence) -> None:
        (after, posterior), *others = readings
        sure = confidence(evidence)
        # What calibration takes from the first reading, or gives to it, is the others' in proportion.
        scale = (1.0 - sure) / max(1e-9, 1.0 - posterior)
        alternatives = tuple((text, min(1.0 - sure, p * scale)) for text, p in others)
        start = self._tokens.starts[token]
        before = self._tokens.source[start : self._tokens.ends[end - 1]]
        self.out.append(Weighed(_edit(start, before, after, sure, alternatives), evidence))
        words = after.lower().split()
        self._now[token], self._now[end - 1] = words[0], words[-1]

    def _follow(self, first: int, intended: int, evidence: Evidence) -> None:
        """The indefinite article before a restored word follows its sound."""
        token = self._positions[first]
        if not token or self._lowered[token - 1] not in ("a", "an") or first - 1 in self._taken:
            return
        article = indefinite_article(self._model, intended, self._tokens.texts[token - 1])
        if article:
            self._add(token - 1, token, [(article, evidence.posterior)], evidence)
            self._taken.add(first - 1)

    def _doubles(self, token: int, end: int, text: str) -> bool:
        """Would a restored word say again what stands beside it, where the article says two things?

        A spinner may make one word of two ("telephone telephone" of "phone call"), but restoring both by the same word is
        an error, and English hardly doubles words.
        """
        words = text.lower().split()
        if token and self._says(token - 1, words[0], token):
            return True
        return end < len(self._lowered) and self._says(end, words[-1], end - 1)

    def _says(self, beside: int, word: str, token: int) -> bool:
        """Does a token now say a word that it didn't share with its neighbour ``token`` before?"""
        there = self._lowered[beside]
        if word != self._now.get(beside, there) or word in _MAY_DOUBLE:
            return False
        return self._lowered[token] != there or beside in self._now


#: From this share of sentences that begin with a capital on, sentences do.
_SENTENCE_CASE = 0.8
#: Words that English says twice in a row.
_MAY_DOUBLE = frozenset(("had", "that"))


def _evidence(rows: list[_Likely], phrase: bool, rate: float) -> Evidence:
    best = rows[0]
    rivals = sum([row.posterior for row in rows[1:]]) if len(rows) > 1 else 0.0
    several = phrase or len(best.intended) > 1
    return Evidence(best.posterior, rivals, best.learned, rate, best.frequency_logp, several)


class _Likely(NamedTuple):
    """A reading of a span: its posterior, the words, whether pairs of some spinner show the swap, and the natural log of the
    share that the rarest of the words has in clean text."""

    posterior: float
    intended: list[int]
    learned: bool
    frequency_logp: float


def _spans(model: Model, tokens: Tokens, reading: Reading) -> dict[tuple[int, int], list[_Likely]]:
    """For each span (first and last lattice token) that may be replaced, its likely readings, the likeliest first."""
    edges, posterior = reading.edges, reading.posterior
    likely = np.flatnonzero((edges.entry >= 0) & (posterior >= SMALLEST_PROPOSAL / _ALTERNATIVES))
    likely = likely[np.argsort(-posterior[likely], kind="stable")]
    lasts = np.searchsorted(edges.first, likely, side="right") - 1
    firsts = lasts - edges.length[likely] + 1
    targets = edges.target[likely].astype(np.int64)
    learned = is_learned(model.channel, edges.entry[likely].astype(np.int64), targets)
    spans: dict[tuple[int, int], list[_Likely]] = {}
    frequency = _frequencies(model, targets)
    kinds = np.array(tokens.kinds)[reading.positions[firsts]]
    fitting = np.flatnonzero((kinds == TokenKind.CLITIC) | ~begins_as_clitic(model, targets))
    columns = (firsts, lasts, targets, posterior[likely], learned, frequency)
    for first, last, target, weight, seen, logp in zip(
        *(column[fitting].tolist() for column in columns), strict=True
    ):
        spans.setdefault((first, last), []).append(_Likely(weight, model.target_words(target), seen, logp))
    return spans


def _frequencies(model: Model, targets: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
    """Natural log of the share in clean text of the channel's targets, of a compound that of its rarest word; shape (k,)."""
    uni_logp, compounds = model.ngrams.uni_logp, model.channel.entries.compounds
    out = np.empty(len(targets), dtype=np.float32)
    single = targets < len(uni_logp)
    out[single] = uni_logp[targets[single]]
    words = compounds[targets[~single] - len(uni_logp)].astype(np.int64)
    nothing = words == NONE
    out[~single] = np.where(nothing, np.float32(0.0), uni_logp[np.where(nothing, 0, words)]).min(axis=1)
    return out


def _edit(start: int, before: str, after: str, sure: float, others: tuple[tuple[str, float], ...]) -> Edit:
    end = start + len(before)
    return Edit(start, end, before, after, "spin", min(1.0, sure), others, f"{before} ← {after}")
