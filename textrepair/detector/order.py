"""Do the sentences stand in the order in which they were written?

A summariser that takes sentences from all over an article, or a scraper that mixes its columns up, leaves sound sentences
without cohesion.  What holds sentences together is compared with what *the same sentences* have in other orders, so that
subject and style cancel out: each statistic below has a mean and a spread over all permutations, and the article is told by
where its own order stands among them, in standard deviations.

* neighbours share words: rare words in common between a sentence and the one or two before it (as in TextTiling, Hearst 1997);
* people come in full before they come in short: ``Yuri Ushakov``, then ``Ushakov``;
* a pronoun, or a connective that opens a sentence, has something before it to point to;
* a quotation that one sentence opens is closed by the next.

The method is the permutation test that Barzilay & Lapata (2008, "Modeling local coherence") use to evaluate such models, turned
into the model itself.  Nothing is changed: which order was the right one is not in the text.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import regex

from textrepair.detector.base import Damage, Detection, Document, Finding
from textrepair.detector.spin import FLAGGED
from textrepair.detector.words import frequency, looks_english

_KIND = "order"
#: Fewer sentences than this can't be told: of ten there are sound articles whose order is no better than chance.
SHORTEST = 12
#: More sentences than this are looked at in the first so many: the matrices grow with the square.
_MOST = 120
#: Words a line must have to count as a sentence: headlines, captions and furniture have no place in the order.
_FEWEST_WORDS = 6

#: A line without a stop, or with so many capitals, is a headline: names there are short at their first mention,
#: and words in a row are no name.
_HEADLINE = 0.6

FEATURES = ("neighbours share words", "full names first", "pronouns", "quotations")

Matrix = npt.NDArray[np.float64]

_WORD = regex.compile(r"[\p{L}][\p{L}’'-]*|\d[\d.,]*")
_PERSON = frozenset("he she his her him".split())
_NO_NAME = frozenset(["i", "i'm", "i've", "i'd", "i'll"])
_QUOTE = regex.compile('[“”"]')
_OPENER = frozenset(
    "they it this these those such both but and also however meanwhile instead still yet so then nor or their its that".split()
)
_WHOLE = regex.compile(r"[.!?…:;,][”\"’')\]]*\s*\Z")
_FUNCTION = 1e-3  # words more frequent than this carry no cohesion


@dataclass(frozen=True, slots=True)
class Sentence:
    """What is looked at: stems with their weight, capitalised runs, how it opens, whether it has a
    pronoun for a person before it has a name, and whether it leaves a quotation open or closes one."""

    start: int
    end: int
    stems: dict[str, float]
    names: frozenset[tuple[str, ...]]
    opener: str
    pronoun: bool
    opens: bool
    closes: bool


class OrderDetector:
    """``kind`` "order": a probability and one finding over the whole text, never an edit."""

    kind = _KIND

    def detect(self, document: Document) -> Detection:
        sentences = _sentences(document)
        if len(sentences) < SHORTEST or not looks_english(_WORD.findall(document.text[:4000])):
            return Detection(Damage(None, 0.0))
        probability = order_probability(standing(sentences), len(sentences))
        if probability < FLAGGED:
            return Detection(Damage(probability, 0.0))
        misplaced = _least_at_home(sentences)
        findings = tuple(
            Finding(
                s.start,
                s.end,
                _KIND,
                round(probability, 4),
                "out of order: somebody named here in short comes in full only later",
            )
            for s in misplaced
        ) or (
            Finding(
                sentences[0].start, sentences[-1].end, _KIND, round(probability, 4), "sentences out of order"
            ),
        )
        return Detection(Damage(probability, len(misplaced) / len(sentences)), findings)


def sentences_of(text: str, most: int | None = _MOST) -> list[Sentence]:
    """The sentences of a text as the detector sees them, at most so many."""
    return _sentences(Document(text), most)


def _sentences(document: Document, most: int | None = _MOST) -> list[Sentence]:
    tokens = document.tokens
    out = []
    for begin, end in tokens.sentences:
        start, stop = tokens.starts[begin], tokens.ends[end - 1]
        text = document.text[start:stop]
        words = _WORD.findall(text)
        if len(words) < _FEWEST_WORDS or _WHOLE.search(text) is None:
            continue
        if sum([word[0].isupper() for word in words]) <= _HEADLINE * len(words):
            out.append(_read(text, words, start, stop))
            if len(out) == most:
                break
    return out


def _read(text: str, words: Sequence[str], start: int, end: int) -> Sentence:
    lowered = [word.lower().replace("’", "'").removesuffix("'s") for word in words]
    stems: dict[str, float] = {}
    for word in lowered:
        stem, weight = _weighed(word)
        if weight:
            stems[stem] = weight
    names = []
    run: list[str] = []
    for at, word in enumerate(words):
        name = word[0].isupper() and (at > 0 or frequency(lowered[0]) < 1e-4)
        if name:
            run.append(lowered[at])
        if (not name or at == len(words) - 1) and run:
            names.append(tuple(run))
            run = []
    return Sentence(
        start,
        end,
        stems,
        frozenset(names),
        lowered[0],
        _points_back(words, lowered),
        *_quotation(text),
    )


def _points_back(words: Sequence[str], lowered: Sequence[str]) -> bool:
    """Does a pronoun for a person come before any name?"""
    for at, word in enumerate(lowered):
        if word in _PERSON:
            return True
        if at and words[at][0].isupper() and word not in _NO_NAME:
            return False
    return False


def _quotation(text: str) -> tuple[bool, bool]:
    """Does the sentence open a quotation that it doesn't close; does it close one that it didn't open?"""
    depth = lowest = 0
    for mark in _QUOTE.findall(text):
        if mark == "“":
            depth += 1
        elif mark == "”":
            depth -= 1
        else:
            depth += -1 if depth > 0 else 1
        lowest = min(lowest, depth)
    if '"' in text and depth > 0 and text.rstrip().endswith('"'):
        return False, True  # an odd straight quote at the end closes
    return depth > 0, lowest < 0


@lru_cache(1 << 15)
def _weighed(word: str) -> tuple[str, float]:
    """A word's stem and how much it says about what the sentence is about; 0 for function words."""
    share = frequency(word)
    return _stem(word), min(12.0, -math.log(max(share, 1e-8)) - 6.0) if share < _FUNCTION else 0.0


def _stem(word: str) -> str:
    """Crude, since it only has to join ``sanction`` and ``sanctions``, ``warned`` and ``warning``."""
    for suffix in ("ings", "ing", "ed", "es", "s"):
        if word.endswith(suffix) and len(word) - len(suffix) >= 4:
            return word[: -len(suffix)]
    return word


# --- statistics and where the article's order stands among all orders ----------------------------------------------------------


def standing(sentences: Sequence[Sentence]) -> npt.NDArray[np.float64]:
    """Where the order stands among all permutations, shape ``(len(FEATURES),)``: standard deviations above the mean; 0 where a
    statistic has nothing to say."""
    likeness = likeness_of(sentences)
    opens = _opener_links(sentences, likeness)
    return np.array(
        [
            _neighbour_score(likeness, 2),
            _full_first(sentences),
            _neighbour_score(opens, 1),
            _neighbour_score(_quotation_links(sentences), 1),
        ]
    )


def likeness_of(sentences: Sequence[Sentence]) -> Matrix:
    """Rare words in common, by their weight, over the geometric mean of both sentences' weights: the cosine of TextTiling.

    What many sentences of the article have in common says nothing about neighbours and weighs less.
    """
    count = len(sentences)
    columns: dict[str, list[int]] = defaultdict(list)
    for i, sentence in enumerate(sentences):
        for stem in sentence.stems:
            columns[stem].append(i)
    shared = [stem for stem in sorted(columns) if len(columns[stem]) > 1]
    weights = np.zeros((count, len(shared)))
    norms = np.zeros(count)
    place = {stem: column for column, stem in enumerate(shared)}
    for stem in sorted(columns):  # sums in one order, whatever the hashes of this process
        rows = columns[stem]
        weight = sentences[rows[0]].stems[stem] * math.log((count + 1) / len(rows))
        column = place.get(stem)
        if column is not None:
            weights[rows, column] = weight
        else:
            norms[rows[0]] += weight * weight
    norms += (weights * weights).sum(axis=1)
    out = weights @ weights.T
    norms = np.sqrt(np.maximum(norms, 1e-9))
    out /= norms[:, None] * norms[None, :]
    np.fill_diagonal(out, 0.0)
    return out


def _opener_links(sentences: Sequence[Sentence], likeness: Matrix) -> Matrix:
    """``[i, j]``: does the opening of ``j`` have something to point to when ``i`` stands before it?"""
    count = len(sentences)
    out = np.zeros((count, count))
    people = np.array([bool(s.names) or s.pronoun for s in sentences], dtype=float)
    for j, sentence in enumerate(sentences):
        if sentence.pronoun:
            out[:, j] = people + likeness[:, j]
        elif sentence.opener in _OPENER:
            out[:, j] = likeness[:, j]
    np.fill_diagonal(out, 0.0)
    return out


def _short_after_full(sentences: Sequence[Sentence]) -> Matrix:
    """``[i, j]``: how many names does ``j`` have in short that ``i`` has in full?  Positive where ``i`` should come first."""
    count = len(sentences)
    out = np.zeros((count, count))
    for i, one in enumerate(sentences):
        full = {name[-1] for name in one.names if 2 <= len(name) <= 4}
        bare_here = {name[0] for name in one.names if len(name) == 1}
        full -= bare_here
        if not full:
            continue
        for j, other in enumerate(sentences):
            if i != j:
                bare = {name[0] for name in other.names if len(name) == 1}
                out[i, j] += len(full & bare)
    return out


def _quotation_links(sentences: Sequence[Sentence]) -> Matrix:
    """``[i, j]``: 1 where ``i`` leaves a quotation open and ``j`` goes on with it or closes it, −1 where only one of the two."""
    opens = np.array([s.opens for s in sentences])[:, None]
    closes = np.array([s.closes for s in sentences])[None, :]
    out = np.where(opens & closes, 1.0, np.where(opens | closes, -0.5, 0.0))
    np.fill_diagonal(out, 0.0)
    return out


#: In so many of sound articles' people the first mention is the one in full; of 2,000 withheld stretches 0.83.
_FULL_FIRST = 0.85


def _full_first(sentences: Sequence[Sentence]) -> float:
    """Σ over people of the log-likelihood ratio "first mention in full, as articles do" against "any mention may be first"."""
    full: dict[str, list[int]] = defaultdict(list)
    bare: dict[str, list[int]] = defaultdict(list)
    for i, sentence in enumerate(sentences):
        here = {name[-1] for name in sentence.names if 2 <= len(name) <= 4}
        for name in here:
            full[name].append(i)
        for name in {name[0] for name in sentence.names if len(name) == 1} - here:
            bare[name].append(i)
    total = 0.0
    for name in sorted(full.keys() & bare.keys()):
        chance = len(full[name]) / (len(full[name]) + len(bare[name]))
        if full[name][0] < bare[name][0]:
            total += math.log(_FULL_FIRST / chance)
        else:
            total += math.log((1.0 - _FULL_FIRST) / (1.0 - chance))
    return total


def _neighbour_score(links: Matrix, reach: int) -> float:
    """Σ over neighbours ``i`` before ``j`` (up to ``reach`` apart, weighed by the inverse) of ``links[i, j]``, standardised.

    Over random orders each ordered pair is at a given distance with probability (n − d) / (n (n − 1)), so the mean is exact; the
    variance is that of a sum of draws without replacement from the pairs, which leaves out that
    neighbouring pairs share a sentence (a tenth or so of it).
    """
    count = len(links)
    pairs = count * (count - 1)
    total = links.sum()
    mean = total / pairs
    variance = (links**2).sum() / pairs - mean * mean
    value = expected = spread = 0.0
    for distance in range(1, reach + 1):
        weight = 1.0 / distance
        value += weight * float(np.trace(links, offset=distance))
        expected += weight * (count - distance) * mean
        spread += weight * weight * (count - distance) * variance
    return float((value - expected) / math.sqrt(spread)) if spread > 1e-12 else 0.0


def _least_at_home(sentences: Sequence[Sentence]) -> list[Sentence]:
    """Sentences that name people in short who come in full only later."""
    early = _short_after_full(sentences)
    wrong = np.tril(early, -1).sum(axis=0)
    right = np.triu(early, 1).sum(axis=0)
    return [s for s, bad, good in zip(sentences, wrong, right, strict=True) if bad > 0 and good == 0]


# --- probability ----------------------------------------------------------------------------------------------------------------

#: Logistic regression of "out of order" on :func:`terms`, fitted by scripts/train_order.py to stretches of clean text and three
#: kinds of disorder made from them, at a prior of one article in a hundred.
_WEIGHTS = (-3.476, 0.280, -0.573, -0.403, -0.235, -0.306)
_CUT = 5.0


def terms(standings: npt.NDArray[np.float64], count: int) -> npt.NDArray[np.float64]:
    """What the regression weighs: 1, length, and the standings.

    In sound articles a standing grows with the square root of the sentences, in shuffled ones it does not; so the likelihood
    ratio of two normal distributions is linear in standing × √sentences and in sentences.  The second of the standings is a
    log-likelihood ratio itself.
    """
    length = min(count, _MOST) / 30.0
    z = np.clip(standings, -_CUT, _CUT)
    scaled = z * math.sqrt(length)
    scaled[1] = z[1]
    return np.concatenate([[1.0, length], scaled])


def order_probability(standings: npt.NDArray[np.float64], count: int) -> float:
    """The probability that sentences whose order stands so among their permutations are out of order."""
    logit = float(terms(standings, count) @ np.array(_WEIGHTS))
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, logit))))
