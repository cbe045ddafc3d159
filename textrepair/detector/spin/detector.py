"""Was the article rewritten with sense-blind synonyms, and what did it say?

Seven signs are weighed (:func:`spin_probability`), for three sorts of program: of one the words stand out, of another the
phrases fit, and the third has a thesaurus that the channel doesn't know.  The likelihood ratio "damaged at the rate inferred
from the article" against "sound", from the substitution model (:mod:`textrepair.model.reading`).  How many *different* words are
expected to stand for others: a strange name or one odd sentence makes a large ratio, but a spinner replaces words of many kinds,
and one that deals in near synonyms leaves many small traces and hardly a ratio.  How much better a light spinner explains the
words that stand where they never stood (:mod:`.screen`).  And whether the text prefers words and phrases that such programs put
(:mod:`.wording`).  Against the first sort speak words that no spinner can have put, and only the text's subject explains
(:mod:`.subject`).  The third is told by the company of words, whatever they may stand for (:mod:`.company`), and by how much
better a spinner with a general thesaurus explains the text (:mod:`textrepair.model.thesaurus`).

Every replaced word is a finding, and its most likely original an edit whose confidence is the posterior, calibrated
(:mod:`.restored_words`, :mod:`.confidence`).
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from operator import mul

import numpy as np
import numpy.typing as npt

from textrepair.detector.age import OldProse
from textrepair.detector.base import FLAGGED, UNTOLD, Damage, Detection, Document, Finding, findings_of
from textrepair.detector.evidence import logistic
from textrepair.detector.scanners import model_scanner
from textrepair.detector.scanning.screen import Scan, Scanner
from textrepair.detector.scanning.skeleton import FUNCTION_WORDS
from textrepair.detector.spin.company import InCompany
from textrepair.detector.spin.restored_words import NO_EDITS, Weighed, weighed_edits
from textrepair.detector.spin.screen import SpinScreen
from textrepair.detector.spin.subject import words_of_subject
from textrepair.lazy import cached_property
from textrepair.model.model import Model
from textrepair.model.reading import Reading, Signs, read, said_by_kinds
from textrepair.model.vocabulary import END, UNSEEN
from textrepair.overlap import Spans, place

#: Articles with fewer words than this give too little evidence either way.
SHORTEST = 20
#: A text with so many commas, semicolons and ends of lines for each of its words is a list.  Of 432 spun articles none has more
#: than 0.25, of 512 sound newswire articles none more than 0.19, of 2,000 web posts one; a thesaurus has 0.8.
_LIST = 0.5
#: Where so many signs part the words into clauses and items it may be an entry of a dictionary, whose synonyms look like a
#: spinner's: these have 0.32 and more for each word (95 % of 400 pieces of WordNet and of Webster's of 1913), the 432 spun
#: articles at most 0.22.
_PARTED = 0.27
_SIGN = r"[.,;:!?()\[\]{}\"“”]"
# Each row of signs is looked at once, from its first on, so that a million of them take linear time.
_PARTING = re.compile(rf"(?<!{_SIGN}){_SIGN}++(?=\s|$)|(?<=\s)[(\[{{\"“]")
#: A text of whose words fewer are function words is none that anybody wrote to be read: keywords, or what is left where "stop
#: words" were taken out (of 617 medical reports made so one has more).  Of 512 sound newswire articles none has less than 0.25,
#: of 2,000 web posts 0.22, of 408 articles whose spinner replaces these words above all 0.18; of 24 by another two, half of them
#: code, have 0.108.
_FUNCTION_WORDS = 0.1
_IS_FUNCTION_WORD = frozenset(FUNCTION_WORDS)
#: An article that a light spinner explains by less than this (nats a word) is glanced at before it is read.  Of 135 sound ones
#: that the screen could not clear each is explained by at most 0.0068, of the whole articles of two real spinners each by at
#: least 0.0113 (docs/screen.md).
_DOUBTFUL = 0.01
#: What a glance finds less likely than this is not read: 131 of 135 sound articles that the screen could not clear
#: (:data:`textrepair.model.reading.GLANCE` tells what of spun ones).
_PLAIN = 0.02
#: A thesaurus is not asked of what would be less likely than this if it explained the text by so many nats.
_DOUBTED, _MOST_LISTED = 0.1, 20.0
#: What is so likely without the company of its words, they are not asked for it: that takes a twentieth of the time.
_SURE = 0.9999
#: Phrases are findings where a rewriter put at least so many of their kind, in text that is rewritten.
_LIKELY = 0.7
_PHRASE = "a phrase that rewriting programs put"
_STRANGE = "a word in strange company"


@dataclass(frozen=True)
class SpinDetector:
    """``kind`` "spin".  ``screen`` is the model's; without one it makes its own, and scans documents that have no scanner.
    With ``glances`` what is plainly sound at a glance is not read."""

    model: Model
    screen: SpinScreen | None = None
    glances: bool = False
    kind: str = "spin"

    def detect(self, document: Document, protected: frozenset[int] = frozenset()) -> Detection:
        """Diagnose an article; ``protected`` token indices are left alone."""
        if not self.can_tell(document):
            return UNTOLD
        reading, probability, by_wording, strange = self._read(document, protected)
        if probability >= FLAGGED and self._looks_spun_anyway(document):
            return UNTOLD
        edits = self._weighed(document, reading, probability).edits
        findings = findings_of(edits, self.kind)
        affected = sum([e.confidence for e in edits])
        if by_wording:
            phrases = self._phrases(document, Spans(map(place, edits)))
            affected += sum(
                [each.score * len(document.text[each.start : each.end].split()) for each in phrases]
            )
            findings = sorted([*findings, *phrases], key=place)
        if strange is not None:
            words = self._strange(document, strange, Spans(map(place, findings)))
            affected += sum([each.score for each in words])
            findings = sorted([*findings, *words], key=place)
        severity = affected / document.tokens.words
        return Detection(Damage(probability, min(1.0, severity)), tuple(findings), edits)

    def weigh(self, document: Document) -> Weighed:
        """The edits of an article with what their confidences rest on; none where it is not flagged."""
        if not self.can_tell(document):
            return NO_EDITS
        reading, probability, *_ = self._read(document)
        return self._weighed(document, reading, probability)

    def can_tell(self, document: Document) -> bool:
        """Is it prose, and enough of it?  In a list of words every one stands in odd company."""
        text, words = document.text, document.tokens.words
        if words < SHORTEST or text.count(",") + text.count(";") + text.count("\n") >= _LIST * words:
            return False
        found = sum(map(_IS_FUNCTION_WORD.__contains__, map(str.lower, document.tokens.texts)))
        return found >= _FUNCTION_WORDS * words

    def looks_spun(self, document: Document) -> bool:
        """Would it be flagged?"""
        return (
            self.can_tell(document)
            and self.probability(document) >= FLAGGED
            and not self._looks_spun_anyway(document)
        )

    def _looks_spun_anyway(self, document: Document) -> bool:
        """Is it of a sort that looks spun as its writer left it: an entry of a dictionary, prose of another age?"""
        parts = len(_PARTING.findall(document.text))
        return parts >= _PARTED * document.tokens.words or self._old_prose.recognises(
            self._scan(document).ids
        )

    def probability(self, document: Document) -> float:
        """That an article of which it can be told was spun; quicker than to read it to the end."""
        return spin_probability(*self.signs(document), self._screen.company(self._scan(document)))

    def signs(self, document: Document) -> tuple[Signs, float, float, int]:
        """What :func:`spin_probability` asks for."""
        reading = read(self.model, document.tokens, goes_on=lambda signs: False, asks=lambda signs: True)
        return reading.signs, *self._of_scan(document), words_of_subject(self.model, document.tokens)

    def _read(
        self, document: Document, protected: frozenset[int] = frozenset()
    ) -> tuple[Reading, float, bool, InCompany | None]:
        """The article's reading, to the end if it is flagged; the probability that it was spun; whether it is flagged and
        would not be, were its wording that of sound text; and the company of its words, if it would not be but for that."""
        explanation, wording = self._of_scan(document)
        of_subject = words_of_subject(self.model, document.tokens)
        scan = self._scan(document)

        def alone(signs: Signs) -> float:
            return spin_probability(signs, explanation, wording, of_subject)

        def told(signs: Signs, wording: float = wording) -> float:
            probability = spin_probability(signs, explanation, wording, of_subject)
            if probability >= _SURE:
                return probability
            return spin_probability(signs, explanation, wording, of_subject, self._screen.company(scan))

        def may_change(signs: Signs) -> bool:
            """Would what a thesaurus says change what is told?"""
            return alone(signs) < FLAGGED and told(signs._replace(listed=_MOST_LISTED)) >= _DOUBTED

        glances = self.glances and explanation < _DOUBTFUL
        reading = read(
            self.model,
            document.tokens,
            protected,
            goes_on=lambda signs: told(signs) >= FLAGGED,
            is_worth_it=(lambda signs: told(signs) >= _PLAIN) if glances else None,
            asks=may_change,
        )
        probability = told(reading.signs)
        without = told(reading.signs, min(0.0, wording))
        strange = self._screen.company(scan) if alone(reading.signs) < FLAGGED <= probability else None
        return reading, probability, without < FLAGGED <= probability, strange

    def _phrases(self, document: Document, taken: Spans) -> list[Finding]:
        """The words and phrases that a rewriter likely put, where nothing else is."""
        ids, at = self._seen(document)
        tokens = document.tokens
        found = []
        for first, behind, probability in self._screen.runs.told(ids, _LIKELY):
            run = [i for i in at[first:behind] if i != UNSEEN]
            start, end = tokens.starts[run[0]], tokens.ends[run[-1]]
            if not taken.meets(start, end):
                found.append(Finding(start, end, self.kind, probability, _PHRASE))
        return found

    def _strange(self, document: Document, company: InCompany, taken: Spans) -> list[Finding]:
        """The words that were likely put for others, at the rate that the whole text's company tells, where nothing else is."""
        ids, at = self._seen(document)
        asked = replace(self._screen.asker.asked(ids), rate=company.rate)
        tokens = document.tokens
        found = []
        for i, probability in zip(asked.places.tolist(), asked.replaced().tolist(), strict=True):
            start, end = tokens.starts[at[i]], tokens.ends[at[i]]
            if probability >= _LIKELY and not taken.meets(start, end):
                found.append(Finding(start, end, self.kind, round(probability, 4), _STRANGE))
        return found

    def _seen(self, document: Document) -> tuple[npt.NDArray[np.int32], list[int]]:
        """The identifiers of an article's words and signs, each sentence closed by that of its end, and the token of each."""
        tokens = document.tokens
        identifiers = self.model.vocabulary.identifiers(tokens).tolist()
        ids: list[int] = []
        at: list[int] = []
        for begin, end in tokens.sentences:
            seen = [i for i in range(begin, end) if identifiers[i] != UNSEEN]
            ids += [*(identifiers[i] for i in seen), END]
            at += [*seen, UNSEEN]  # the end of a sentence is no token
        return np.array(ids, dtype=np.int32), at

    def _weighed(self, document: Document, reading: Reading, probability: float) -> Weighed:
        return weighed_edits(self.model, document.tokens, reading) if probability >= FLAGGED else NO_EDITS

    def _of_scan(self, document: Document) -> tuple[float, float]:
        """Explanation and wording."""
        scan = self._scan(document)
        return self._screen.explanation(scan), self._screen.rewriting(scan)

    def _scan(self, document: Document) -> Scan:
        return document.scan if document.scanner else self._scanner.scan(document.text)

    @cached_property
    def _old_prose(self) -> OldProse:
        return OldProse(self.model.vocabulary)

    @cached_property
    def _screen(self) -> SpinScreen:
        return self.screen or SpinScreen(self.model)

    @cached_property
    def _scanner(self) -> Scanner:
        return model_scanner(self.model)


#: Logistic regression of "spun" on what :func:`terms` gives, by ``scripts/train_spin.py``, which tells what it is fitted to: of
#: spinners whose words stand out, and of programs that put phrases which fit.  The first were fitted before there were the
#: second; refitted they find as much, and sound texts in stiff registers come nearer to being told.  The second
#: were fitted to 162 pairs of ``corpora/rewritten``; refitted to all, with a wording of all, they find as much or a little less
#: (docs/detection.md).  What the words of a subject weigh was fitted after both, with these as they are.
PACKAGED_WORDS = (9.0567, 0.4675, 0.7131, 2.0875, -0.3439, 0.0, -1.9919)
PACKAGED_PHRASES = (1.2779, 0.1396, 0.9985, 0.8647, -0.2457, 0.9735, 0.0)
#: The same on :func:`company_terms`, by ``scripts/train_company.py``; not for texts with fewer words that can be asked.
PACKAGED_COMPANY = (-11.9514, 0.053, -0.1934, 1.2493, -0.0161, -0.4357, 3.3626)
FEWEST_ASKED = 30
#: Evidence beyond so many nats says no more.
_MOST, _MOST_COMPANY = 15.0, 80.0
#: As if so many words more had been seen, of which so many nats are explained: of a short text the explanation says little.
_WORDS_MORE, _NATS_MORE = 300.0, 1.0
#: Different words more that stand for others: no text has none for certain.
_KINDS_MORE = 0.3
#: Of a text of so many words wording says 0.7 of what it says of a long one.
_WORDS_OF_WORDING = 200.0
#: Words of a subject count where they are more than this share; as if in so many words more they had been.
_ANY_SUBJECT, _WORDS_OF_SUBJECT = 0.003, 200.0


def spin_probability(
    signs: Signs, explanation: float, wording: float, of_subject: int, company: InCompany | None = None
) -> float:
    """The probability that an article with these signs was spun, by one sort of program or another; ``explanation`` and
    ``wording`` as :class:`~.screen.SpinScreen` gives them, ``of_subject`` as :func:`~.subject.words_of_subject`, ``company`` as
    :class:`~.company.Company`."""
    weighed = terms(signs, explanation, wording, of_subject)
    odds = _either(sum(map(mul, PACKAGED_WORDS, weighed)), sum(map(mul, PACKAGED_PHRASES, weighed)))
    if company is not None and len(company.places) >= FEWEST_ASKED:
        odds = _either(odds, sum(map(mul, PACKAGED_COMPANY, company_terms(company, odds, signs.listed))))
    return logistic(odds)


def _either(one: float, other: float) -> float:
    """The natural log of the sum of two odds."""
    high, low = max(one, other), min(one, other)
    return high + math.log1p(math.exp(low - high))


def terms(
    signs: Signs, explanation: float, wording: float, of_subject: int
) -> tuple[float, float, float, float, float, float, float]:
    """What the weights are for."""
    words = max(signs.words, SHORTEST)
    ratio = min(_MOST, said_by_kinds(signs.log_ratio, signs.replaced, signs.kinds))
    explained = max(0.0, explanation) * words
    return (
        1.0,
        ratio,
        math.log(signs.kinds + _KINDS_MORE),
        math.log((explained + _NATS_MORE) / (words + _WORDS_MORE)),
        math.log(words),
        wording * math.sqrt(words / (words + _WORDS_OF_WORDING)),
        max(0.0, math.log((of_subject / _ANY_SUBJECT + _WORDS_OF_SUBJECT) / (words + _WORDS_OF_SUBJECT))),
    )


def company_terms(company: InCompany, others: float, listed: float) -> tuple[float, ...]:
    """What the weights of the third sort are for: 1, the text's ratio as far as different words say it, what the other sorts say
    (natural-log odds), how much better a spinner with a thesaurus explains the text than a writer, and quantiles of the words'
    own ratios.

    In a text that a spinner touched some words are in strange company and the others are not; where the language model knows a
    register badly, all are in somewhat strange company, and no thesaurus lists for them what would fit better.
    """
    ratio = min(_MOST_COMPANY, max(0.0, company.ratio_of_kinds))
    return 1.0, ratio, others, math.copysign(math.log1p(abs(listed)), listed), *company.quantiles
