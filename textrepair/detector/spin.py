"""Was the article rewritten with sense-blind synonyms, and what did it say?

The evidence is the likelihood ratio "damaged at the rate inferred from the article" against "sound", from the substitution
model (:mod:`textrepair.model.reading`).  Every replaced word is a finding, and its most likely original an edit whose
confidence is the posterior, calibrated (:mod:`textrepair.detector.confidence`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from textrepair.detector.base import Damage, Detection, Document, Finding
from textrepair.detector.broken_words import Mended, broken_words
from textrepair.detector.confidence import Evidence, confidences
from textrepair.lazy import cached_property
from textrepair.model.model import Model
from textrepair.model.ngrams import NONE
from textrepair.model.reading import Reading, read
from textrepair.model.support import is_learned
from textrepair.model.surface import begins_as_clitic, beside_lower_case, indefinite_article, written
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
        edits = self._weighed(tokens, reading, probability).edits
        findings = tuple([Finding(e.start, e.end, self.kind, e.confidence, e.reason) for e in edits])
        severity = sum([e.confidence for e in edits]) / max(1, tokens.words)
        return Detection(Damage(probability, min(1.0, severity)), findings, edits)

    def weigh(self, document: Document) -> Weighed:
        """The edits of an article with what their confidences rest on; none where it is not flagged."""
        tokens = document.tokens
        if tokens.words < SHORTEST:
            return _NOTHING
        reading = read(self.model, tokens, goes_on=_is_flagged)
        return self._weighed(tokens, reading, spin_probability(reading.log_ratio, reading.words))

    def _weighed(self, tokens: Tokens, reading: Reading, probability: float) -> Weighed:
        return weighed_edits(self.model, tokens, reading) if probability >= FLAGGED else _NOTHING


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
    """Edits in order, without overlaps, and what their confidences rest on; nothing without edits."""

    edits: tuple[Edit, ...]
    evidence: Evidence | None


_NOTHING = Weighed((), None)


def weighed_edits(model: Model, tokens: Tokens, reading: Reading) -> Weighed:
    """The most likely replacement of every place that has a likely one."""
    article = _Restored(model, tokens, reading, _likely(model, tokens, reading))
    for span in article.likely.spans:
        article.restore(*span)
    for broken in broken_words(model, tokens, reading):
        article.mend(broken)
    return article.weighed()


#: A place where words are restored: the article's first and last token there, and the readings with their posteriors, the
#: likeliest first; the posteriors of all readings but the first together, the first one's target and entry of the channel (-1 for
#: what no channel holds), and whether words, observed or restored, are several.
_Choice = tuple[int, int, list[tuple[str, float]], float, int, int, bool]
_ARTICLES = ("a", "an")


class _Restored:
    """An article as its words are restored one by one, the surest first: what a sentence asks for beyond single words."""

    def __init__(self, model: Model, tokens: Tokens, reading: Reading, likely: _Likely) -> None:
        self._model, self._tokens, self._reading, self.likely = model, tokens, reading, likely
        # Not those of the reading, in which long sentences are cut.
        starts = np.array([begin for begin, _ in tokens.sentences], dtype=np.int64)
        self._begins = set(np.searchsorted(reading.positions, starts).tolist())
        self._positions: list[int] = reading.positions.tolist()
        # What stands at a token after the edits so far, of a phrase at its ends; and whether they touched it.
        self._lowered = [text.lower() for text in tokens.texts]
        self._now = [*self._lowered, ""]  # nothing stands before the first and behind the last
        self._edited = bytearray(len(tokens))
        self._taken = bytearray(len(self._positions))
        self._choices: list[_Choice] = []

    def restore(self, first: int, last: int, begin: int, end: int) -> None:
        """Restore the lattice's tokens ``first`` to ``last`` by the first of these likely readings that fits, unless some are
        restored already or nothing fits."""
        if self._taken[first] or 1 in self._taken[first : last + 1]:
            return
        likely = self.likely
        token, last_token = self._positions[first], self._positions[last]
        before, behind = self._now[token - 1], self._now[last_token + 1]
        plain = first not in self._asks and self._tokens.texts[token][0].islower()  # as nearly all words
        readings: list[tuple[str, float]] = []
        rivals = 0.0
        best = begin
        for row in range(begin, end):
            text = likely.plain[row] if plain else None
            if text is None:
                text = self._written(first, self._model.target_words(likely.targets[row]))
            head = tail = text.lower()
            if " " in text:
                words = head.split()
                head, tail = words[0], words[-1]
            if head == before and self._doubles(token - 1, head, token):
                continue
            if tail == behind and self._doubles(last_token + 1, tail, last_token):
                continue
            posterior = likely.posterior[row]
            if readings:
                rivals += posterior
            elif posterior < SMALLEST_PROPOSAL:
                return
            else:
                best = row
            readings.append((text, posterior))
        if not readings:
            return
        self._taken[first : last + 1] = b"\1" * (last + 1 - first)
        if readings[0][0] == self._source(token, last_token):
            return
        intended = self._model.target_words(likely.targets[best])
        several = first != last or len(intended) > 1
        choice = token, last_token, readings, rivals, likely.targets[best], likely.entries[best], several
        self._add(choice)
        if token and self._lowered[token - 1] in _ARTICLES and not self._taken[first - 1]:
            self._follow(first - 1, intended[0], choice)

    def mend(self, broken: Mended) -> None:
        """Restore a clitic or compound that the channel doesn't hold."""
        place, rows = broken.place, broken.readings
        if self._taken[place] or rows[0][1] < SMALLEST_PROPOSAL:
            return
        self._taken[place] = 1
        token = self._positions[place]
        readings = [(self._written(place, [word]), p) for word, p in rows[: 1 + _ALTERNATIVES]]
        if readings[0][0] != self._tokens.texts[token]:
            self._add((token, token, readings, sum(p for _, p in rows[1:]), rows[0][0], -1, False))

    def weighed(self) -> Weighed:
        """The edits that restore the words, and what their confidences rest on."""
        if not self._choices:
            return _NOTHING
        # No token is restored twice, so nothing but their first tokens is compared.
        columns = tuple(zip(*sorted(self._choices), strict=True))
        tokens, last_tokens, readings, rivals, targets, entries, several = columns
        evidence = Evidence(
            np.array([best[0][1] for best in readings]),
            np.array(rivals),
            np.array(several),
            self._reading.rate,
            partial(self._learned, np.array(entries), np.array(targets)),
            partial(_frequencies, self._model, np.array(targets)),
        )
        sure = confidences(evidence).tolist()
        return Weighed(tuple(map(self._edit, tokens, last_tokens, readings, sure)), evidence)

    def _learned(
        self, entries: npt.NDArray[np.int64], targets: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.bool_]:
        return (entries >= 0) & is_learned(self._reading.entries, np.maximum(entries, 0), targets)

    def _edit(self, token: int, last_token: int, readings: list[tuple[str, float]], sure: float) -> Edit:
        after, posterior = readings[0]
        alternatives: tuple[tuple[str, float], ...] = ()
        if len(readings) > 1:
            # What calibration takes from the first reading, or gives to it, is the others' in proportion.
            scale, rest = (1.0 - sure) / max(1e-9, 1.0 - posterior), 1.0 - sure
            alternatives = tuple([(text, min(rest, p * scale)) for text, p in readings[1 : 1 + _ALTERNATIVES]])
        start, end = self._tokens.starts[token], self._tokens.ends[last_token]
        before = self._tokens.source[start:end]
        return Edit(start, end, before, after, "spin", sure, alternatives, f"{before} ← {after}")

    def _source(self, token: int, last_token: int) -> str:
        return self._tokens.source[self._tokens.starts[token] : self._tokens.ends[last_token]]

    def _written(self, first: int, intended: list[int]) -> str:
        token = self._positions[first]
        return written(self._model, self._tokens, token, intended, self._takes_capital(first, token))

    def _takes_capital(self, first: int, token: int) -> bool:
        """Does a sentence begin here, in an article whose sentences begin with capitals?

        Also behind a full stop with lower case behind it, where no sentence is seen to begin: of eight such places in the pairs
        the spinner had put its word in lower case in eight.
        """
        return first in (self._begins if self._tokens.texts[token][0].isupper() else self._asks)

    @cached_property
    def _asks(self) -> set[int]:
        """The lattice's tokens that ask for a capital where they have none."""
        if not self._in_sentence_case:
            return set()
        texts = self._tokens.texts
        stops = np.flatnonzero(self._tokens.kind_array == TokenKind.STOP).tolist()
        behind = [stop + 1 for stop in stops if texts[stop] in (".", "?", "!")]
        return self._begins.union(np.flatnonzero(np.isin(self._reading.positions, behind)).tolist())

    @cached_property
    def _in_sentence_case(self) -> bool:
        """Do nearly all sentences begin with a capital, those that begin with a letter?"""
        tokens, positions = self._tokens, self._positions
        places = (positions[begin] for begin in self._begins if begin < len(positions))
        first = [tokens.texts[at][0] for at in places if tokens.kinds[at] == TokenKind.WORD]
        return bool(sum(letter.isupper() for letter in first) >= _SENTENCE_CASE * len(first))

    def _add(self, choice: _Choice) -> None:
        self._choices.append(choice)
        token, last_token, readings, *_ = choice
        words = readings[0][0].lower().split()
        self._now[token], self._now[last_token] = words[0], words[-1]
        self._edited[token] = self._edited[last_token] = 1

    def _follow(self, place: int, intended: int, choice: _Choice) -> None:
        """The indefinite article before a restored word follows its sound."""
        token = choice[0] - 1
        article = indefinite_article(self._model, intended, self._tokens.texts[token])
        if article:
            self._add((token, token, [(article, choice[2][0][1])], *choice[3:]))
            self._taken[place] = 1

    def _doubles(self, beside: int, word: str, token: int) -> bool:
        """May a restored word not say again what stands beside its ``token``, since the article says two things?

        A spinner may make one word of two ("telephone telephone" of "phone call"), but restoring both by the same word is
        an error, and English hardly doubles words.
        """
        if word in _MAY_DOUBLE:
            return False
        return self._lowered[token] != self._lowered[beside] or self._edited[beside] > 0


#: From this share of sentences that begin with a capital on, sentences do.
_SENTENCE_CASE = 0.8
#: Words that English says twice in a row.
_MAY_DOUBLE = frozenset(("had", "that"))


class _Likely(NamedTuple):
    """The likely readings of an article's spans, in columns, those of a span together and the likeliest first.

    ``spans``: of each that may be replaced the first and last lattice token, and the range of its readings in the columns, the
    surest first; ``targets`` and ``entries`` of the channel; ``plain``: how a target is written where a word in lower case stands,
    None if it is not a single word.
    """

    spans: list[tuple[int, int, int, int]]
    targets: list[int]
    entries: list[int]
    posterior: list[float]
    plain: list[str | None]


def _likely(model: Model, tokens: Tokens, reading: Reading) -> _Likely:
    edges = reading.edges
    likely = np.flatnonzero((edges.entry >= 0) & (reading.posterior >= SMALLEST_PROPOSAL / _ALTERNATIVES))
    lasts = np.searchsorted(edges.first, likely, side="right") - 1
    firsts = lasts - edges.length[likely] + 1
    targets = edges.target[likely].astype(np.int64)
    kinds = tokens.kind_array[reading.positions[firsts]]
    fitting = np.flatnonzero((kinds == TokenKind.CLITIC) | ~begins_as_clitic(model, targets))
    fitting = fitting[np.lexsort((-reading.posterior[likely[fitting]], lasts[fitting], firsts[fitting]))]
    likely, firsts, lasts, targets = likely[fitting], firsts[fitting], lasts[fitting], targets[fitting]
    posterior = reading.posterior[likely].astype(np.float64)
    new = np.ones(len(likely), dtype=np.bool_)
    new[1:] = (firsts[1:] != firsts[:-1]) | (lasts[1:] != lasts[:-1])
    begins = np.flatnonzero(new)
    ends = np.append(begins[1:], len(likely))
    worth = np.flatnonzero(posterior[begins] >= SMALLEST_PROPOSAL)
    worth = worth[np.argsort(-posterior[begins[worth]], kind="stable")]
    begins = begins[worth]
    columns = (firsts[begins], lasts[begins], begins, ends[worth])
    listed = targets.tolist()
    size = model.vocabulary.lm_size
    return _Likely(
        list(zip(*(column.tolist() for column in columns), strict=True)),
        listed,
        edges.entry[likely].tolist(),
        posterior.tolist(),
        [beside_lower_case(model, target) if target < size else None for target in listed],
    )


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
