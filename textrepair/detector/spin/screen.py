"""Need this text be read with the language model, or is it plain that no spinner touched it?

Two questions, the second asked only where the first leaves doubt.  *Company*: what a spinner puts stands where it never
stood.  Of the words that a spinner of unknown make puts more often than writers do, how many stand in a pair that the
language model has never seen? *Explanation*: would those words' likely originals fit there better?  The noisy channel asked
at these places alone, with the context of three words before and one behind:

    log(1 - r + r · Σ P(word | intended) · (P(intended in context) / P(word in context))^λ)

Of one kind of word all its places together count for at most :data:`_MOST` nats, in long texts for each so many words: a sound
article may be about something whose name is in strange company wherever it stands, while a spinner replaces words of many
kinds.  An article that either answer clears is not read, unless its *wording* is a rewriter's (:mod:`.wording`): what minds
grammar puts words into no strange company; or unless the company of its words is strange whatever they may stand for
(:mod:`.company`), which is asked only of texts in which many words stand in pairs never seen.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from textrepair.compiled import compiled, compiled_making_arrays
from textrepair.detector.scanning import byte_scan
from textrepair.detector.scanning.screen import Scan
from textrepair.detector.spin.company import (
    Company,
    InCompany,
    context_behind,
    in_new_pairs,
    is_new,
    packaged_company,
    word_behind,
)
from textrepair.detector.spin.word_evidence import word_evidence
from textrepair.detector.spin.wording import packaged_wording
from textrepair.detector.word_runs import WordRuns
from textrepair.intrinsics import address, fetch
from textrepair.lazy import cached_property
from textrepair.model.adaptation import numbered
from textrepair.model.channel import LIKELIHOOD, Entries
from textrepair.model.model import Model
from textrepair.model.ngrams import (
    NO_CONTEXT,
    Addresses,
    Opened,
    extend,
    find_pair,
    follow,
    opened,
    pair_key,
    prepare,
    touch_pair,
    touch_three,
)
from textrepair.model.reading import LM_WEIGHT
from textrepair.model.vocabulary import OFTEN, SPECIALS

#: Shorter texts are left to the language model: they cost it little, and their sums say little.
SHORTEST = 150


@dataclass(frozen=True)
class Bounds:
    """Below this suspicion a word (nats of evidence in strange company) a text is cleared, and below this explanation a word
    (nats); if its wording's score is below this, too, and, where ``unfamiliar`` words are at least this share, the ratio of its
    words' company."""

    suspicion: float
    explanation: float
    wording: float
    unfamiliar: float
    company: float


#: Of 450 spun articles by real spinners none is cleared.  Those of two spinners have a suspicion of at least 0.087 and an
#: explanation of at least 0.011; the faintest of the posts, by spinners of which the model holds nothing and which swap as
#: little as one word in fifty, has 0.0110 and 0.0025, and is read for its wording.  Suspicion and explanation are lower than
#: these ask for, by newswire in which 2 to 5 % of the words were replaced (docs/screen.md).  Of 4,300 texts of all sorts none
#: that the two would clear is flagged, when it is read, with a wording below 2.7.
BOUNDS = Bounds(0.005, 0.0028, 2.0, 0.36, 12.0)
#: A fifth less of sound text is left to read.
QUICK_BOUNDS = Bounds(0.005, 0.0034, 2.0, 0.42, 15.0)
#: The company of so many words is asked first; if their ratio is at least this, as in 4 % of newswire, that of all others, too.
#: Of 629 texts by programs with other thesauri that are flagged when they are read, 11 are cleared for their pairs, their first
#: words or their company.
_GLANCE, _AT_A_GLANCE = 40, 0.0
#: The wording is asked of what has this by its single words, 28 % of newswire.  Of 5,800 texts of all sorts none with less has a
#: wording of 2.0, but 58 of 515 of `corpora/rewritten`, none of which would be flagged for it.
_BY_WORDS = -1.0
#: The probability told of what is cleared: one article in twenty is spun, and, as at most one of these 450 is cleared, at most
#: 5 in 450 of them are (95 % confidence).
CLEARED = 0.05 / 0.95 * 5 / 450
#: The rate of damage of the explanation: that of a light spinner.
_LIGHT = 0.03
#: What the places of one kind of word explain at most, in nats.  Chosen with the bounds on sound and lightly spun text: half
#: as many sound web posts are read as without (docs/screen.md), and no more spun articles missed.  A longer text has more
#: places of a word but not many more kinds of words, least of all one that repeats itself: each stretch of so many words may
#: explain as much.
_MOST, _MOST_IN = 0.7, 2000
#: The bytes that memory is read by.
_LINE = 64


@dataclass(frozen=True)
class SpinScreen:
    """Clears texts for one model, by scans with that model; by the packaged wording, if not another one."""

    model: Model
    bounds: Bounds = BOUNDS
    wording: WordRuns | None = None

    def cleared(self, scan: Scan) -> float | None:
        """The probability that a text was spun, for one that is cleared; None for one that has to be read."""
        words = scan.stats[byte_scan.SCORED]
        if words < SHORTEST:
            return None
        if self.runs.score_of_words(scan.ids) >= _BY_WORDS and self.rewriting(scan) >= self.bounds.wording:
            return None
        if (
            self.suspicion(scan) >= self.bounds.suspicion
            and self.explanation(scan) >= self.bounds.explanation
        ):
            return None
        return None if self.is_strange(scan) else CLEARED

    def rewriting(self, scan: Scan) -> float:
        """How much the text's wording is a rewriter's (:meth:`~textrepair.detector.word_runs.WordRuns.score`)."""
        return self.runs.score(scan.ids)

    def company(self, scan: Scan) -> InCompany:
        """What the company of the text's words tells."""
        found = self._companies.get(scan)
        if found is None:
            found = self._companies[scan] = self.asker.asked(scan.ids)
        return found

    def is_strange(self, scan: Scan) -> bool:
        """Is the company of its words so strange that it may be flagged for that?  Of most texts their pairs tell, of others the
        first words."""
        return (
            self.asker.unfamiliar(scan.ids) >= self.bounds.unfamiliar
            and self.asker.asked(scan.ids, _GLANCE).ratio >= _AT_A_GLANCE
            and self.company(scan).ratio >= self.bounds.company
        )

    def suspicion(self, scan: Scan) -> float:
        """Evidence of damage, in nats a word, of the words that stand in company never seen."""
        found, _ = in_new_pairs(self.model.lm, self.model.vocabulary.seen_as, self._weights, scan.ids, 1)
        return float(found) / max(1, scan.stats[byte_scan.SCORED])

    def explanation(self, scan: Scan) -> float:
        """How much better, in nats a word, a light spinner explains those words than their writer."""
        found = self._explained.get(scan)
        if found is None:
            found = self._explained[scan] = self._explain(scan)
        return found

    def _explain(self, scan: Scan) -> float:
        model = self.model
        words = max(1, scan.stats[byte_scan.SCORED])
        found = _explanation(
            model.lm,
            model.channel.entries,
            self.model.vocabulary.seen_as,
            self._weights,
            np.asarray(model.vocabulary.unknown_logp),
            scan.ids,
            _MOST * max(1.0, words / _MOST_IN),
        )
        return float(found) / words

    @cached_property
    def runs(self) -> WordRuns:
        """Those by which wording is told."""
        return self.wording or packaged_wording(self.model.vocabulary)

    @cached_property
    def asker(self) -> Company:
        """By what the company of words is told."""
        return packaged_company(self.model, self._evidence)

    @cached_property
    def _explained(self) -> WeakKeyDictionary[Scan, float]:
        """Of the scans in use: what is not cleared is asked for again, by the detector."""
        return WeakKeyDictionary()

    @cached_property
    def _companies(self) -> WeakKeyDictionary[Scan, InCompany]:
        return WeakKeyDictionary()

    @cached_property
    def _evidence(self) -> npt.NDArray[np.float64]:
        return word_evidence(self.model)

    @cached_property
    def _weights(self) -> npt.NDArray[np.float32]:
        """Each identifier's evidence where it counts: 0 for names, signs and words that writers use more than spinners."""
        evidence = self._evidence.copy()
        evidence[np.asarray(self.model.vocabulary.capital) >= OFTEN] = 0.0
        evidence[: len(SPECIALS)] = 0.0
        return np.maximum(evidence, 0.0).astype(np.float32)


@compiled
def _fit(  # type: ignore[no-untyped-def]
    model, context, prepared, word, pair, behind, pair_behind, unknown
):
    """Natural-log probability of a word in a context that is prepared, and of the word behind it, by their pairs."""
    length, three, two, one = prepared
    logp, length, three, two, one = follow(model, context, length, three, two, one, word, pair)
    return (
        logp + unknown + follow(model, extend(context, word), length, three, two, one, behind, pair_behind)[0]
    )


@compiled_making_arrays
def _places(  # type: ignore[no-untyped-def]
    model, entries, seen_as, weights, ids
):
    """The words in strange company, with the three words before each; the channel's entries for them are asked for."""
    places, contexts = np.empty(len(ids), dtype=np.int64), np.empty(len(ids), dtype=np.uint64)
    count = 0
    context = NO_CONTEXT
    for i in range(len(ids)):
        observed = np.int64(ids[i])
        if weights[observed] > 0.0 and is_new(model, seen_as, ids, i):
            places[count], contexts[count] = i, context
            count += 1
            begin, end = np.int64(entries.start[observed]), np.int64(entries.start[observed + 1])
            for at in range(begin, end, _LINE // 2):
                fetch(address(entries.target) + 2 * at)
            for family in range(len(entries.code)):
                for at in range(begin, end, _LINE):
                    fetch(address(entries.code) + family * entries.code.shape[1] + at)
        word = np.int64(seen_as[observed])
        context = context_behind(context, word)
    return places[:count], contexts[:count]


class _Doubted(NamedTuple):
    """The words of a text in strange company: their ``places`` among the identifiers ``ids``; as ``contexts``, the three words
    before each."""

    model: Opened
    entries: Entries
    seen_as: npt.NDArray[np.int32]
    ids: npt.NDArray[np.int32]
    places: npt.NDArray[np.int64]
    contexts: npt.NDArray[np.uint64]


@compiled_making_arrays
def _explanation(
    lm: Addresses,
    entries: Entries,
    seen_as: npt.NDArray[np.int32],
    weights: npt.NDArray[np.float32],
    unknown_logp: npt.NDArray[np.float32],
    ids: npt.NDArray[np.int32],
    most: float,
) -> float:
    model = opened(lm)
    places, contexts = _places(model, entries, seen_as, weights, ids)
    doubted = _Doubted(model, entries, seen_as, ids, places, contexts)
    # Nearly all of the time is waiting for memory, so all candidates' pairs are asked for before the first is needed, and the
    # longer n-grams of those that are found before the first of these.
    pairs = np.empty((_touch_candidates(doubted), 2), dtype=np.int64)
    _find_pairs(doubted, pairs)
    gains = np.empty(len(places))
    _weigh_candidates(doubted, pairs, unknown_logp, gains)
    kind, by_kind = numbered(ids[places]), np.zeros(len(places))
    explained = 0.0
    for place in range(len(places)):
        before = min(most, by_kind[kind[place]])
        by_kind[kind[place]] += gains[place]
        explained += min(most, by_kind[kind[place]]) - before
    return explained


@compiled
def _touch_candidates(doubted: _Doubted) -> int:
    """Ask for the memory of all pairs of words that the likely originals would make: how many originals there are."""
    model, entries, seen_as, ids, places, contexts = doubted
    words = entries.swap_factor.shape[1]
    total = 0
    for place in range(len(places)):
        i = places[place]
        last, behind = np.int64(contexts[place] & np.uint64(0xFFFF)), word_behind(seen_as, ids, i)
        for entry in range(entries.start[ids[i]], entries.start[ids[i] + 1]):
            target = np.int64(entries.target[entry])
            if target < words:
                touch_pair(model, pair_key(last, target))
                touch_pair(model, pair_key(target, behind))
                total += 1
    return total


@compiled
def _find_pairs(doubted: _Doubted, pairs: npt.NDArray[np.int64]) -> None:
    """Look up the pairs that each original makes with the word before and the word behind, into ``pairs`` (originals, 2); and ask
    for the memory of what they make with the words before these."""
    model, entries, seen_as, ids, places, contexts = doubted
    words = entries.swap_factor.shape[1]
    total = 0
    for place in range(len(places)):
        i, context = places[place], contexts[place]
        last, behind = np.int64(context & np.uint64(0xFFFF)), word_behind(seen_as, ids, i)
        for entry in range(entries.start[ids[i]], entries.start[ids[i] + 1]):
            target = np.int64(entries.target[entry])
            if target >= words:
                continue
            before = find_pair(model, pair_key(last, target))
            after = find_pair(model, pair_key(target, behind))
            if before >= 0:
                three = extend(context, target)
                touch_three(model, three)
                if after >= 0:
                    touch_three(model, extend(three & np.uint64(0xFFFFFFFF), behind))
            pairs[total, 0], pairs[total, 1] = before, after
            total += 1


@compiled
def _weigh_candidates(
    doubted: _Doubted,
    pairs: npt.NDArray[np.int64],
    unknown_logp: npt.NDArray[np.float32],
    gains: npt.NDArray[np.float64],
) -> None:
    """How much better, in nats, a light spinner explains each place than its writer, into ``gains`` (places,)."""
    model, entries, seen_as, ids, places, contexts = doubted
    words, families = entries.swap_factor.shape[1], len(entries.code)
    total = 0
    for place in range(len(places)):
        i, context = places[place], contexts[place]
        observed = np.int64(ids[i])
        word, behind = np.int64(seen_as[observed]), word_behind(seen_as, ids, i)
        prepared = prepare(model, context)
        pair = find_pair(model, pair_key(np.int64(context & np.uint64(0xFFFF)), word))
        pair_behind = find_pair(model, pair_key(word, behind))
        own = _fit(model, context, prepared, word, pair, behind, pair_behind, unknown_logp[observed])
        better = 0.0
        for entry in range(entries.start[observed], entries.start[observed + 1]):
            target = np.int64(entries.target[entry])
            if target >= words:
                continue
            likely = 0.0
            for family in range(families):
                likely += LIKELIHOOD[entries.code[family, entry]] / families
            fits = _fit(
                model, context, prepared, target, pairs[total, 0], behind, pairs[total, 1], np.float32(0.0)
            )
            better += likely * math.exp(min(30.0, LM_WEIGHT * (fits - own)))
            total += 1
        gains[place] = math.log(1.0 - _LIGHT + _LIGHT * better)
