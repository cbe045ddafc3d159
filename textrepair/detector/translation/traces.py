"""What does a translation engine leave in a text besides its wording?

Engines that translate a page piece by piece lose spaces, quotes and capitals at the seams: a second full stop on its own,
``, ”Palmer``, a quote that opens where one should close, a French ``‘`` before a word, a sentence cut by a stray stop, or its
date left behind the stop.  Rule-bound seams of grammar show too: ``the Biden's administration``, a thing that is ``she``.  And
numbers stay as the other language writes them: ``1,8 million``, ``200.000 soldiers``, ``29 of June``.

Each *kind* of trace is counted once an article, as evidence (:func:`evidence`), since one engine makes one slip many times.
Those that no other detector mends have an edit (:func:`edits`); whether a stop is to go or a capital is missing is for the
language model to say.  Spaces at punctuation are mended as ``spacing``, doubled words as ``repetition``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from types import MappingProxyType

import numpy as np
import regex

from textrepair.detector.base import Document
from textrepair.detector.evidence import replacement
from textrepair.detector.near import matches
from textrepair.detector.repetition import END_AGAIN, LONGEST_END_AGAIN
from textrepair.detector.verbatim import Verbatim
from textrepair.detector.words import is_common
from textrepair.model.model import Model
from textrepair.model.ngrams import token_logps
from textrepair.patch import Edit
from textrepair.tokens import TokenKind, Tokens

_KIND = "translation"

_WEEKDAY = "(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_MONTH = "January|February|March|April|May|June|July|August|September|October|November|December"

#: What is counted or measured by a number with decimals.
_UNIT = (
    "per ?cent|million|billion|trillion|thousand|times|points|degrees|met(?:er|re)s|kilomet(?:er|re)s|miles|inch(?:es)?|"
    "grams|pounds|ounces|seconds|hours|years|euros?|dollars?|ro?ubles|k[mg]"
)
_REFERENCE = r"(?:sections?|parts?|rules?|chapters?|articles?|versions?|releases?|n[or]\.|\p{Lu}\p{Ll}+) "  # ``section 800.100``
_SPACES = " \xa0\u202f"  # of ``150 000``, ``15 %``
_NARROW = f"[{_SPACES}]"
_FOREIGN_NUMBERS = {
    "decimal": rf"(?<![\p{{L}}\d.,:/-])\d{{1,3}},(?:\d\d?|\d{{4,}})(?= ?%| (?:{_UNIT})\b)",
    "dotted": rf"(?<![\p{{L}}\d.,:/$£€-]|{_REFERENCE})[1-9]\d{{0,2}}(?:\.\d{{3}}\.\d{{3}}|\.\d00)"
    rf"(?= (?!(?:{_UNIT})\b)\p{{Ll}}{{3,}})",
    "spaced": rf"(?<![\p{{L}}\d.,:/#+()-]|\d{_NARROW}|[Nn][ro]\. |(?:{_MONTH}) )[1-9]\d{{0,2}}(?:{_NARROW}\d{{3}}){{1,2}}"
    rf"(?!{_NARROW}?\d|[.,:/-]\d|\p{{L}})",
    "percent": rf"(?<!\p{{L}}\d{{0,12}})\d{_NARROW}%(?!\w)",
    "currency": rf"(?<!\p{{L}}\d{{0,12}})\d(?:{_NARROW}?€|{_NARROW}\$)(?! ?\d)",
    "thousand": r"(?<![\p{L}\d.,])\d{1,3}(?:[.,]\d\d?)? thousand\b",
    "date": r"(?<![\w.])(?:[012]?\d|3[01])\.(?:0?\d|1[012])\.(?:19|20)\d\d(?!\.?\w)",
    "day": rf"(?<![\w.])(?:[12]?\d|3[01]) of (?:{_MONTH})\b(?! \d\d?\b)",
}
FOREIGN_NUMBER = "a number as other languages write it"
FOREIGN_QUOTES = "foreign quotes"
OPENING_QUOTE = "a stray opening quote"
DATE = "a date for a sentence"
SMALL_START = "a sentence that begins small"
SAID_AGAIN = "the end of a sentence again behind its stop"

#: Kinds of trace found by form alone.
PATTERNS: Mapping[str, regex.Pattern[str]] = MappingProxyType(
    {
        "a second full stop": regex.compile(r"(?<=\w[.!?…][”\"’]?) \.(?=\s|\Z)(?! \.)"),
        "a closing quote on the wrong side of a space": regex.compile(r"(?<=\p{L}[,.!?]) ”(?=\p{L})"),
        "a quote that opens where one closes": regex.compile(r"(?<=\p{L}[,.!?]) “(?=\s*$)", regex.MULTILINE),
        OPENING_QUOTE: regex.compile(
            r"(?<=\p{L}[.,]? )‘(?!(?:em|til|tis|twas|cause|bout|round|neath|cos|cuz|ere|nother|nuff|ard|ave)\b)"
            r"(?=\p{Ll}{3,})(?![^\n]{0,400}’(?!\p{L}))"
        ),
        SMALL_START: regex.compile(r"(?<=(?<![\p{L}.])\p{Ll}{3,}+)\.(?= (?!pic\.)\p{Ll}{2,}+[ ,.])"),
        SAID_AGAIN: END_AGAIN,
        "a space before a sign": regex.compile(r"(?<=\p{L}) [;:?!](?=\s|\Z)"),
        DATE: regex.compile(
            rf"(?<=\p{{Ll}}{{3}}[.!?][”\"’]? )(?:(?:{_MONTH}) \d\d?|\d\d? (?:{_MONTH})|(?<=\.[”\"’]? ){_WEEKDAY})\.(?=\s|\Z)"
        ),
        FOREIGN_QUOTES: regex.compile(r"«\s?\p{L}[^«»\n]{1,200}»|„\p{L}[^„\n]{1,200}[“”]"),
        FOREIGN_NUMBER: regex.compile(  # all begin with a digit: 70 times as fast if that is asked first
            rf"(?=\d)(?:{'|'.join(f'(?P<{name}>{form})' for name, form in _FOREIGN_NUMBERS.items())})"
        ),
    }
)

# In a list of references (``Health. 1999. “Title.” Paper. March 4.``) dates stand by themselves: two years that do make one.
_DATED = regex.compile(r"\. (?:19|20)\d\d[a-z]?\. (?=[“\"\p{Lu}])")

#: In what share of sound articles each trace is found: of 2,957 (scripts/train_translation.py fit, 2026-11) a sentence that
#: begins small in 0.9 %, a space before a sign in 0.5 %, a foreign number in 0.3 % (of web posts in 0.75 %), any other in 0.03 %
#: or none.  Not below 1 in 200 here, since their collectors have cleaned them: one slip alone must not make a translation of an
#: article.
_FLOOR = 0.005
SOUND_RATE: Mapping[str, float] = MappingProxyType(
    dict.fromkeys(PATTERNS, _FLOOR) | {SMALL_START: 0.01, "a space before a sign": 0.01, FOREIGN_NUMBER: 0.01}
)
#: Nobody has counted traces in translated pages; of the project's two articles one has five kinds and one has one.  Taken for
#: true: one engine in three leaves traces, and then each kind in one article of four.
_LEAVES, _EACH = 1.0 / 3.0, 0.25
#: Share of translated articles with a foreign number: 0.23 of those from Estonian, 0.41 Romanian, 0.10 Russian, 0.06 Nepali, 0.01
#: Sinhala and Chinese (docs/translation.md); their mean.
_KEEPS_NUMBERS = 0.14


#: Characters: a trace begins at most so far before what gives it away, and its pattern looks at most so far behind that; for the
#: end of a quotation farther.
_BEFORE, _BEHIND = LONGEST_END_AGAIN, 40
_BEHIND_QUOTE = 450


def found(
    text: str, places: Mapping[str, Iterable[tuple[int, int]]] | None = None
) -> dict[str, tuple[int, int]]:
    """The first place of each kind of trace that the text has; ``places`` are the spans where a scan saw what a kind can't do
    without, of the kinds to look for."""
    if places is None:
        places = {name: [(0, len(text))] for name in PATTERNS}
    verbatim = Verbatim(text)
    out = {}
    for name, spans in places.items():
        if name == DATE and len(_DATED.findall(text)) > 1:
            continue
        behind = _BEHIND_QUOTE if name in (FOREIGN_QUOTES, OPENING_QUOTE) else _BEHIND
        for match in _matches(PATTERNS[name], text, spans, behind):
            is_other = name == SMALL_START and _is_said_again(text, match.start())
            if not is_other and not verbatim.contains(match.start()):
                out[name] = match.span()
                break
    return out


def _is_said_again(text: str, stop: int) -> bool:
    """Is what follows the stop here how the sentence before it ended?"""
    near = matches(END_AGAIN, text, stop - LONGEST_END_AGAIN, stop + LONGEST_END_AGAIN)
    return any(match.start() < stop < match.end() - 1 for match in near)


def _matches(
    pattern: regex.Pattern[str], text: str, spans: Iterable[tuple[int, int]], behind: int
) -> Iterator[regex.Match[str]]:
    """The matches of a pattern near some spans."""
    for start, end in spans:
        # overlapped, or one inside code would hide another that begins before it ends
        yield from matches(pattern, text, start - _BEFORE, end + behind, overlapped=True)


@cache
def evidence(names: frozenset[str]) -> float:
    """Natural-log likelihood ratio of "translated" against "sound" of an article with just these kinds of trace.

    >>> one, two = frozenset({"a second full stop"}), frozenset({"a second full stop", "foreign quotes"})
    >>> evidence(frozenset()) < 0 < evidence(one) < evidence(two)
    True
    """
    seams = sum(_ratio(name in names, _EACH, SOUND_RATE[name]) for name in PATTERNS if name != FOREIGN_NUMBER)
    # An engine that leaves no seams has those of sound text.
    seams = math.log(_LEAVES * math.exp(min(seams, 50.0)) + 1.0 - _LEAVES)
    return seams + _ratio(FOREIGN_NUMBER in names, _KEEPS_NUMBERS, SOUND_RATE[FOREIGN_NUMBER])


def _ratio(seen: bool, translated: float, sound: float) -> float:
    """Natural-log likelihood ratio of a trace that is seen or not, of these shares of articles that have it."""
    return math.log(translated / sound) if seen else math.log((1.0 - translated) / (1.0 - sound))


# --- edits --------------------------------------------------------------------------------------------------------------------

#: Nats by which one way of writing must be likelier than the others.  Below, a person has to say.
_MARGIN = 2.0
_LIKELY, _UNSURE = 0.85, 0.4
#: Collective and institutional nouns that English calls "it".  A closed list by kind, for a rule that mostly proposes.
_THING = (
    "administration|government|ministry|ministries|company|country|nation|state|city|party|bank|agency|commission|committee|council|court"
    "|parliament|army|police|organization|organisation|institution|university|alliance|union|federation|republic|firm|court|"
    "plan|law|bill|decision|treaty|agreement|report|system|program|programme|project"
)
_SHE = regex.compile(
    rf"\b(?:the|this|a|an)\s(?:[\p{{L}}'’-]+\s){{0,2}}(?:{_THING})\s(?:\p{{Ll}}+\s){{1,6}}that\s(?P<pronoun>she|he)\b",
    regex.IGNORECASE,
)
_FEMININE = regex.compile(
    r"\b(?:she|her|hers|herself|mrs|ms|woman|queen|mother|wife|daughter)\b", regex.IGNORECASE
)


def edits(document: Document, model: Model) -> Iterator[Edit]:
    """Edits for traces that have one, in no order; they may overlap.  Meant for an article that is known to be translated."""
    text = document.text
    verbatim = Verbatim(text)
    for match in PATTERNS[OPENING_QUOTE].finditer(text):
        if not verbatim.contains(match.start()):
            yield replacement(text, match.span(), "", _KIND, _LIKELY, OPENING_QUOTE)
    for edit in (
        *_cut_sentences(document, model),
        *_possessives(document, model),
        *_things(text),
        *_numbers(text),
    ):
        if not verbatim.contains(edit.start):
            yield edit


def _things(text: str) -> Iterator[Edit]:
    """``the company announced that she``: a thing is ``it``."""
    for match in _SHE.finditer(text):
        pronoun = match["pronoun"]
        start, end = match.span("pronoun")
        alone = pronoun.lower() == "she" and not _FEMININE.search(text, max(0, start - 600), start)
        yield replacement(
            text, (start, end), "it", _KIND, 0.65 if alone else _UNSURE, f"{pronoun} ← it: said of a thing"
        )


#: How English writes a number: which signs change.
_IN_ENGLISH: Mapping[str, Mapping[int, str | None]] = {
    "decimal": {ord(","): "."},
    "dotted": {ord("."): ","},
    "spaced": dict.fromkeys(map(ord, _SPACES), ","),
    "percent": dict.fromkeys(map(ord, _SPACES)),
}


def _numbers(text: str) -> Iterator[Edit]:
    """``1,8 million``, ``200.000 soldiers``, ``150 000``, ``15 %``: the signs are those of English."""
    for match in PATTERNS[FOREIGN_NUMBER].finditer(text):
        signs = _IN_ENGLISH.get(match.lastgroup or "")
        if signs:
            after = match[0].translate(signs)
            yield replacement(text, match.span(), after, _KIND, _LIKELY, FOREIGN_NUMBER)


class _Fit:
    """How likely short runs of tokens are."""

    def __init__(self, model: Model, tokens: Tokens) -> None:
        self._model = model
        self._tokens = tokens

    def words(self, first: int, last: int) -> list[int]:
        """Identifiers of tokens ``first`` up to ``last``, as far as there are any, without quotes."""
        vocabulary, tokens = self._model.vocabulary, self._tokens
        places = range(max(0, first), min(last, len(tokens)))
        found = (vocabulary.identifier(tokens.texts[i], tokens.kinds[i]) for i in places)
        return [vocabulary.lm_identifier(i) for i in found if i >= 0]

    def logp(self, words: list[int], behind: int = 0, ends: bool = False) -> float:
        """Natural-log probability of ``words[behind:]``, with the end of the sentence or without."""
        logps = token_logps(
            self._model.lm, np.array(words, dtype=np.int32), np.array([0, len(words)], dtype=np.int64)
        )
        return float(logps[behind : len(words) + ends].sum())


def _cut_sentences(document: Document, model: Model) -> Iterator[Edit]:
    """``has unfolded. recently worsened``: one sentence cut in two by a stray stop, or two of which one lacks its capital?"""
    text, tokens = document.text, document.tokens
    starts = {start: i for i, start in enumerate(tokens.starts)}
    fit = _Fit(model, tokens)
    for match in PATTERNS[SMALL_START].finditer(text):
        at = starts.get(match.start())
        if at is None or at == 0 or at + 1 >= len(tokens) or tokens.kinds[at] != TokenKind.STOP:
            continue
        if _is_said_again(text, match.start()):
            continue
        following = tokens.texts[at + 1]
        if not (is_common(following) and is_common(tokens.texts[at - 1])):
            continue
        left, right = fit.words(at - 3, at), fit.words(at + 1, at + 4)
        stop = fit.words(at, at + 1)
        joined = fit.logp(left + right, len(left))
        apart = fit.logp(left + stop, len(left), ends=True) + fit.logp(right)
        if joined - apart >= _MARGIN:
            yield replacement(text, match.span(), "", _KIND, _LIKELY, "a stray full stop inside a sentence")
        elif apart - joined >= _MARGIN:
            begin = tokens.starts[at + 1]
            yield replacement(text, (begin, begin + 1), following[0].upper(), _KIND, _LIKELY, SMALL_START)


def _possessives(document: Document, model: Model) -> Iterator[Edit]:
    """``the Biden's administration``: the possessive goes, or the article does, whichever the model likes better."""
    tokens = document.tokens
    fit = _Fit(model, tokens)
    texts, kinds = tokens.texts, tokens.kinds
    for i in range(1, len(tokens) - 2):
        if kinds[i + 1] != TokenKind.CLITIC or texts[i - 1].lower() != "the" or not texts[i][0].isupper():
            continue
        if texts[i + 1][1:].lower() != "s" or not texts[i + 2].islower() or texts[i].isupper():
            continue
        before = fit.words(i - 3, i - 1)
        the, name, clitic = fit.words(i - 1, i), fit.words(i, i + 1), fit.words(i + 1, i + 2)
        rest = fit.words(i + 2, i + 4)
        here = fit.logp([*before, *the, *name, *clitic, *rest], len(before))
        no_clitic = fit.logp([*before, *the, *name, *rest], len(before))
        no_article = fit.logp([*before, *name, *clitic, *rest], len(before))
        # A name with an article of its own (the Kremlin's) is known as such to the model.
        if max(no_clitic, no_article) - here < 2 * _MARGIN:
            continue
        if no_clitic >= no_article:
            span, reason = (tokens.starts[i + 1], tokens.ends[i + 1]), "an article and a possessive"
        else:
            span, reason = (tokens.starts[i - 1], tokens.starts[i]), "an article before a name"
        yield replacement(document.text, span, "", _KIND, _LIKELY, reason)
