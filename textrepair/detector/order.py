"""Do the sentences stand in the order in which they were written?

A summariser that takes sentences from all over an article, or a scraper that mixes its columns up, leaves sound sentences
without cohesion.  What holds sentences together is compared with what *the same sentences* have in other orders, so that
subject and style cancel out: each statistic below has a mean and a spread over all permutations, and the article is told by
where its own order stands among them, in standard deviations.

* neighbours share words: rare words in common between a sentence and the one or two before it (as in TextTiling, Hearst 1997);
* people come in full before they come in short: ``Anna Keller``, then ``Keller``;
* a pronoun, or a connective that opens a sentence, has something before it to point to;
* a quotation that one sentence opens is closed by the next.

The method is the permutation test that Barzilay & Lapata (2008, "Modeling local coherence") use to evaluate such models, turned
into the model itself.  Nothing is changed: which order was the right one is not in the text.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from textrepair.compiled import compiled, compiled_inline, compiled_making_arrays
from textrepair.detector.base import FLAGGED, UNTOLD, Damage, Detection, Document, Finding
from textrepair.detector.scanning.byte_scan import runs_in
from textrepair.detector.scanning.screen import Scan
from textrepair.detector.scanning.skeleton import code_of, is_capital
from textrepair.detector.scanning.word_hash import hash_of, word_hash
from textrepair.detector.scanning.word_table import (
    CODE_SHIFT,
    KNOWN,
    RAREST,
    RARITY_SHIFT,
    RARITY_UNITS,
    home,
)

_KIND = "order"
#: Fewer sentences than this can't be told: of ten there are sound articles whose order is no better than chance.
SHORTEST = 12
#: More sentences than this are looked at in the first so many: the matrices grow with the square.
MOST = 120
#: Words a line must have to count as a sentence: headlines, captions and furniture have no place in the order.
_FEWEST_WORDS = 6
#: A line without a stop, or with so many capitals, is a headline: names there are short at their first mention,
#: and words in a row are no name.
_HEADLINE = 0.6
#: A first word as rare as this (1 in 10,000) is a name for all that its capital says.
_RARE = round((-math.log(1e-4) - 6.0) * RARITY_UNITS)

FEATURES = ("neighbours share words", "full names first", "pronouns", "quotations")

Matrix = npt.NDArray[np.float64]

#: Bits of :attr:`Sentences.marks`: its first word points back; it has a pronoun for a person before any name; it leaves a
#: quotation open; it closes one; it has names.
OPENER, PRONOUN, OPENS, CLOSES, NAMED = 1, 2, 4, 8, 16
#: Sorts of names: the last of two to four in a row, one that stands alone.
FULL, BARE = 1, 2

_PERSON = np.zeros(256, dtype=np.bool_)
_PERSON[[code_of(word) for word in ("he", "she", "his", "her", "him")]] = True
_I = code_of("i")
_OPENERS = np.array(
    [
        hash_of(word)
        for word in (
            "they it this these those such both but and also however meanwhile instead still yet so then nor or their its that"
        ).split()
    ],
    dtype=np.uint64,
)


@dataclass(frozen=True)
class Sentences:
    """What is looked at in the sentences of an article that are neither headlines nor furniture.

    ``spans`` (n, 2) bytes; ``marks`` (n,) bits; the stems of sentence ``i`` are ``stems[stem_start[i] : stem_start[i + 1]]``
    (hashes, with ``weights`` in nats, larger for rarer words), its names likewise, with their ``sorts``.
    """

    spans: npt.NDArray[np.int32]
    marks: npt.NDArray[np.uint8]
    stem_start: npt.NDArray[np.int32]
    stems: npt.NDArray[np.uint64]
    weights: npt.NDArray[np.float64]
    name_start: npt.NDArray[np.int32]
    names: npt.NDArray[np.uint64]
    sorts: npt.NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.marks)


class OrderDetector:
    """``kind`` "order": a probability and one finding over the whole text, never an edit."""

    kind = _KIND

    def detect(self, document: Document) -> Detection:
        scan = document.scan
        if not scan.looks_english:
            return UNTOLD
        count, probability = _told(*_seen_by(scan, MOST))
        if count < SHORTEST:
            return UNTOLD
        if probability < FLAGGED:
            return Detection(Damage(probability, 0.0))
        sentences = sentences_of(scan)
        spans, misplaced = code_points(scan, sentences), _least_at_home(sentences)
        places = [spans[i] for i in misplaced]
        reason = "out of order: somebody named here in short comes in full only later"
        if not places:
            places, reason = [(spans[0][0], spans[-1][1])], "sentences out of order"
        findings = tuple(Finding(*place, _KIND, round(probability, 4), reason) for place in places)
        return Detection(Damage(probability, len(misplaced) / len(sentences)), findings)


def code_points(scan: Scan, sentences: Sentences) -> list[tuple[int, int]]:
    """The sentences' spans in code points of the text."""
    tails = np.concatenate([[0], np.cumsum((scan.data & 0xC0) == 0x80)])
    return [(int(a - tails[a]), int(b - tails[b])) for a, b in sentences.spans]


def sentences_of(scan: Scan, most: int | None = MOST) -> Sentences:
    """The sentences of a text as the detector sees them, at most so many."""
    return Sentences(*_sentences(*_seen_by(scan, most)))


def _seen_by(scan: Scan, most: int | None) -> tuple[Any, ...]:
    """What the compiled functions get of a text."""
    begins = scan.skeleton.begins
    return scan.data, scan.room, begins, len(begins) if most is None else most


@compiled_making_arrays
def _sentences(data, room, begins, most):  # type: ignore[no-untyped-def]
    """The arrays of :class:`Sentences`."""
    parts, values, hashes = runs_in(room)
    count, runs = len(begins), len(parts)
    spans = np.empty((count, 2), dtype=np.int32)
    marks = np.empty(count, dtype=np.uint8)
    stem_start, name_start = np.empty(count + 1, dtype=np.int32), np.empty(count + 1, dtype=np.int32)
    stem_start[0] = name_start[0] = 0
    stems, weights = np.empty(runs, dtype=np.uint64), np.empty(runs)
    names, sorts = np.empty(runs, dtype=np.uint64), np.empty(runs, dtype=np.uint8)
    n = _read(
        data, parts, values, hashes, begins, most,
        spans, marks, stem_start, stems, weights, name_start, names, sorts,
    )  # fmt: skip
    stop, end = stem_start[n], name_start[n]
    return (
        spans[:n], marks[:n], stem_start[: n + 1], stems[:stop], weights[:stop],
        name_start[: n + 1], names[:end], sorts[:end],
    )  # fmt: skip


@compiled_making_arrays
def _told(data, room, begins, most):  # type: ignore[no-untyped-def]
    """How many sentences there are and, if enough, how likely they are out of order."""
    _, marks, stem_start, stems, weights, name_start, names, sorts = _sentences(data, room, begins, most)
    count = len(marks)
    if count < SHORTEST:
        return count, 0.0
    standings = _standing(stem_start, stems, weights, marks, name_start, names, sorts)
    return count, _probability(_terms(standings, count))


@compiled
def _suffix(data, start, end):  # type: ignore[no-untyped-def]
    """How many letters of a suffix (ings, ing, ed, es, s) a word ends in, in whatever case; four others have to be left.  Crude,
    since it only has to join ``sanction`` and ``sanctions``, ``warned`` and ``warning``."""
    small = np.uint8(32)
    one, two = data[end - 1] | small, data[max(start, end - 2)] | small
    three, four = data[max(start, end - 3)] | small, data[max(start, end - 4)] | small
    size, plural = end - start, one == 115
    # values chosen, not branches: which suffix it is can't be foreseen
    cut = 1 if plural & (size >= 5) else 0
    cut = 2 if (two == 101) & (plural | (one == 100)) & (size >= 6) else cut
    cut = 3 if (three == 105) & (two == 110) & (one == 103) & (size >= 7) else cut
    return 4 if (four == 105) & (three == 110) & (two == 103) & plural & (size >= 8) else cut


@compiled
def _is_quote(data, at):  # type: ignore[no-untyped-def]
    """1 for one that opens, 2 for one that closes, 3 for a straight one, 0 for none."""
    if data[at] == 34:
        return 3
    if data[at] == 0xE2 and at + 2 < len(data) and data[at + 1] == 0x80:
        return 1 if data[at + 2] == 0x9C else (2 if data[at + 2] == 0x9D else 0)
    return 0


@compiled
def _trimmed(data, start, end):  # type: ignore[no-untyped-def]
    """The end of the sentence without the white space behind it, and the same without closing quotes and brackets."""
    while end > start and (data[end - 1] <= 32 or (data[end - 1] == 0xA0 and data[end - 2] == 0xC2)):
        end -= 1 if data[end - 1] <= 32 else 2
    bare = end
    while bare > start:
        last = data[bare - 1]
        if last == 34 or last == 39 or last == 41 or last == 93 or last <= 32:
            bare -= 1
        elif (last == 0x9D or last == 0x99) and bare - start >= 3 and data[bare - 3] == 0xE2:
            bare -= 3
        else:
            break
    return end, bare


@compiled
def _is_whole(data, start, bare):  # type: ignore[no-untyped-def]
    """Does it end with a sign, as lines that are no headlines do?"""
    if bare <= start:
        return False
    last = data[bare - 1]
    if last == 46 or last == 33 or last == 63 or last == 58 or last == 59 or last == 44:
        return True
    return last == 0xA6 and bare - start >= 3 and data[bare - 3] == 0xE2 and data[bare - 2] == 0x80


@compiled
def _quoting(data, start, end, depth, lowest, straight):  # type: ignore[no-untyped-def]
    """How many quotations are open behind these signs, the fewest that were on the way (below 0: one was closed that the
    sentence didn't open), and whether straight quotes are among them."""
    for at in range(start, end):
        sort = _is_quote(data, at)
        if sort == 1:
            depth += 1
        elif sort == 2:
            depth -= 1
        elif sort == 3:
            straight = True
            depth += -1 if depth > 0 else 1
        lowest = min(lowest, depth)
    return depth, lowest, straight


@compiled
def _quotation(data, end, depth, lowest, straight):  # type: ignore[no-untyped-def]
    """Does the sentence that ends here leave a quotation open; does it close one that it didn't open?"""
    if straight and depth > 0 and data[end - 1] == 34:
        return CLOSES  # an odd straight quote at the end closes
    return (OPENS if depth > 0 else 0) | (CLOSES if lowest < 0 else 0)


@compiled_inline
def _whole_word(data, parts, k, end):  # type: ignore[no-untyped-def]
    """A word with what a hyphen, an apostrophe, or a point in a number joins to it: the first part behind it, where it ends, and
    whether it is one part alone, and has a clitic other than ``'s``."""
    lead = data[parts[k, 0]]
    number = 48 <= lead <= 57
    word_end = np.int64(parts[k, 1])
    single, clitic = True, False
    k += 1
    while k < len(parts) and parts[k, 0] < end:
        gap = parts[k, 0] - parts[k - 1, 1]
        sign = data[parts[k - 1, 1]]
        if number:
            if not (gap == 1 and (sign == 46 or sign == 44) and 48 <= data[parts[k, 0]] <= 57):
                break
            single = False
        elif (gap == 1 and sign == 39) or (gap == 3 and sign == 0xE2 and data[parts[k, 0] - 1] == 0x99):
            if parts[k, 1] - parts[k, 0] == 1 and data[parts[k, 0]] | np.uint8(32) == 115:
                k += 1
                break
            clitic = True
        elif gap == 1 and sign == 45:
            single = False
        else:
            break
        word_end = np.int64(parts[k, 1])
        k += 1
    return k, word_end, single, clitic


@compiled
def _enter_name(names, sorts, count, last, run):  # type: ignore[no-untyped-def]
    """Write down the name that a run of so many capitalised words is; how many there are then."""
    names[count] = last
    sorts[count] = BARE if run == 1 else (FULL if run <= 4 else 0)
    return count + 1


@compiled
def _read(  # type: ignore[no-untyped-def]
    data, parts, values, hashes, begins, most, spans, marks, stem_start, stems, weights, name_start, names, sorts
):  # fmt: skip
    """Fill in the arrays of :class:`Sentences`; how many sentences there are."""
    n = stem_count = name_count = 0
    k = 0
    for which in range(len(begins)):
        begin = np.int64(begins[which])
        end = np.int64(begins[which + 1]) if which + 1 < len(begins) else len(data)
        while k < len(parts) and parts[k, 0] < begin:
            k += 1
        stop, bare = _trimmed(data, begin, end)
        if not _is_whole(data, begin, bare):
            continue
        words = capitals = 0
        stem_at, name_at = stem_count, name_count
        mark = 0
        pronoun_told = False
        run = 0  # capitalised words in a row, and the last of them
        last_name = np.uint64(0)
        depth = lowest = 0
        straight = False
        signs_from = begin
        while k < len(parts) and parts[k, 0] < end:
            start = np.int64(parts[k, 0])
            if start - signs_from > 1 or (start > signs_from and data[signs_from] != 32):
                depth, lowest, straight = _quoting(data, signs_from, start, depth, lowest, straight)
            value, first = values[k], k
            k, word_end, single, clitic = _whole_word(data, parts, k, end)
            upper = is_capital(data, start)
            rare = np.int64(RAREST)
            if clitic:
                rare = np.int64(0)
            elif single and value & KNOWN:
                rare = (value >> RARITY_SHIFT) & 0xFF
            whole = single and not clitic  # as it stands in the word table
            hashed = hashes[first]
            if not whole and (upper or not words):
                hashed = word_hash(data, start, word_end)
            code = (value >> CODE_SHIFT) & 0xFF if whole else np.int64(0)
            if words == 0:
                for opener in _OPENERS:
                    if opener == hashed:
                        mark |= OPENER
            if not pronoun_told:
                if _PERSON[code]:
                    mark |= PRONOUN
                    pronoun_told = True
                elif words and upper and (value >> CODE_SHIFT) & 0xFF != _I:
                    pronoun_told = True
            if rare:
                stems[stem_count] = word_hash(data, start, word_end - _suffix(data, start, word_end))
                weights[stem_count] = rare / RARITY_UNITS
                stem_count += 1
            named = upper and (words > 0 or rare > _RARE)
            if named:
                run += 1
                last_name = hashed
            elif run:
                name_count = _enter_name(names, sorts, name_count, last_name, run)
                run = 0
            words += 1
            capitals += upper
            signs_from = np.int64(parts[k - 1, 1])
        depth, lowest, straight = _quoting(data, signs_from, stop, depth, lowest, straight)
        if run:
            name_count = _enter_name(names, sorts, name_count, last_name, run)
        if words < _FEWEST_WORDS or capitals > _HEADLINE * words:
            stem_count, name_count = stem_at, name_at
            continue
        if name_count > name_at:
            mark |= NAMED
        marks[n] = mark | _quotation(data, stop, depth, lowest, straight)
        spans[n, 0], spans[n, 1] = begin, stop
        n += 1
        stem_start[n], name_start[n] = stem_count, name_count
        if n == most:
            break
    return n


# --- statistics and where the article's order stands among all orders ----------------------------------------------------------


def standing(sentences: Sentences) -> tuple[float, float, float, float]:
    """Where the order stands among all permutations, by :data:`FEATURES`: standard deviations above the mean; 0 where a
    statistic has nothing to say."""
    out: tuple[float, float, float, float] = _standing(
        sentences.stem_start, sentences.stems, sentences.weights,
        sentences.marks, sentences.name_start, sentences.names, sentences.sorts,
    )  # fmt: skip
    return out


def likeness_of(sentences: Sentences) -> Matrix:
    """Rare words in common, by their weight, over the geometric mean of both sentences' weights: the cosine of TextTiling.

    What many sentences of the article have in common says nothing about neighbours and weighs less.
    """
    out: Matrix = _likeness(sentences.stem_start, sentences.stems, sentences.weights)
    return out


@compiled_making_arrays
def _room_for(total):  # type: ignore[no-untyped-def]
    """A table for :func:`_enter`, at most half full with so many keys, and room for these."""
    size = 16
    while size < 2 * total:
        size *= 2
    return np.zeros(size, dtype=np.int32), np.empty(total, dtype=np.uint64)


@compiled
def _enter(table, keys, count, key):  # type: ignore[no-untyped-def]
    """The number of a key, which gets the next one if it is new; ``table`` holds numbers plus one, by hash."""
    mask = np.uint64(len(table) - 1)
    at = home(table, key)
    while table[at] and keys[table[at] - 1] != key:
        at = (at + np.uint64(1)) & mask
    if not table[at]:
        keys[count] = key
        table[at] = count + 1
    return table[at] - 1


@compiled_making_arrays
def _likeness(stem_start, stems, weights):  # type: ignore[no-untyped-def]
    count, total = len(stem_start) - 1, len(stems)
    table, keys = _room_for(total)
    weight = np.empty(total)
    rows = np.zeros(total, dtype=np.int32)  # of each stem
    last = np.full(total, -1, dtype=np.int32)  # the place of its last mention
    before = np.full(total, -1, dtype=np.int32)  # of each mention, the one before
    where = np.empty(total, dtype=np.int32)
    found = 0
    for i in range(count):
        for at in range(stem_start[i], stem_start[i + 1]):
            which = _enter(table, keys, found, stems[at])
            if which == found:
                weight[found] = weights[at]
                found += 1
            if last[which] >= 0 and where[last[which]] == i:
                continue
            where[at], before[at], last[which] = i, last[which], at
            rows[which] += 1
    out, norms = np.zeros((count, count)), np.zeros(count)
    logs = np.zeros(count + 1)  # of 1 over the share of sentences that have a word, once it is needed
    for which in range(found):
        if logs[rows[which]] == 0.0:
            logs[rows[which]] = math.log((count + 1) / rows[which])
        square = (weight[which] * logs[rows[which]]) ** 2
        one = last[which]
        while one >= 0:
            norms[where[one]] += square
            other = before[one]
            while other >= 0:
                out[where[one], where[other]] += square
                other = before[other]
            one = before[one]
    for i in range(count):
        norms[i] = math.sqrt(max(norms[i], 1e-9))
    for i in range(count):
        for j in range(i):
            out[i, j] /= norms[i] * norms[j]
            out[j, i] = out[i, j]
    return out


@compiled_making_arrays
def _standing(stem_start, stems, weights, marks, name_start, names, sorts):  # type: ignore[no-untyped-def]
    likeness = _likeness(stem_start, stems, weights)
    neighbours = _neighbour_score(likeness, 2)
    pronouns = _opener_score(marks, likeness)
    quotations = _quotation_score(marks)
    return neighbours, _full_first(name_start, names, sorts), pronouns, quotations


@compiled_making_arrays
def _opener_score(marks, likeness):  # type: ignore[no-untyped-def]
    """The score of links ``[i, j]``: how much has the opening of ``j`` to point to when ``i`` stands before it?  Most sentences
    point to nothing, so that nearly all links are 0."""
    count = len(marks)
    pointing = np.empty(count, dtype=np.int64)
    found = 0
    for j in range(count):
        pointing[found] = j
        found += 1 if marks[j] & (PRONOUN | OPENER) else 0
    total = squares = value = 0.0
    for i in range(count):
        people = 1.0 if marks[i] & (NAMED | PRONOUN) else 0.0
        row = of_squares = 0.0
        for j in pointing[:found]:
            if i != j:
                link = likeness[i, j] + (people if marks[j] & PRONOUN else 0.0)
                row += link
                of_squares += link * link
                value += link if j == i + 1 else 0.0
        total += row
        squares += of_squares
    return _standardised(value, 1, count, total, squares)


@compiled_making_arrays
def _quotation_score(marks):  # type: ignore[no-untyped-def]
    """The score of links that are 1 where ``i`` leaves a quotation open and ``j`` goes on with it or closes it, −0.5 if only one
    does."""
    count = len(marks)
    if not ((marks & (OPENS | CLOSES)) != 0).any():
        return 0.0
    links = np.zeros((count, count))
    for i in range(count):
        opens = (marks[i] & OPENS) != 0
        for j in range(count):
            closes = (marks[j] & CLOSES) != 0
            if i != j and (opens or closes):
                links[i, j] = 1.0 if opens and closes else -0.5
    return _neighbour_score(links, 1)


#: Of so many people in sound articles the first mention is the one in full: rounded from 0.83, of 2,000 withheld stretches.
_FULL_FIRST = 0.85


@compiled_making_arrays
def _full_first(name_start, names, sorts):  # type: ignore[no-untyped-def]
    """Σ over people of the log-likelihood ratio "first mention in full, as articles do" against "any mention may be first"."""
    count, total = len(name_start) - 1, len(names)
    table, keys = _room_for(total)
    mentions = np.zeros(
        (total, 3), dtype=np.int32
    )  # of each name, sentences that have it in full, or only in short
    latest = np.full((total, 3), -1, dtype=np.int32)
    full_first = np.zeros(total, dtype=np.bool_)
    found = 0
    for i in range(count):
        for sort in (FULL, BARE):
            for at in range(name_start[i], name_start[i + 1]):
                if sorts[at] == sort:
                    which = _enter(table, keys, found, names[at])
                    found += which == found
                    if latest[which, sort] != i and not (sort == BARE and latest[which, FULL] == i):
                        latest[which, sort] = i
                        mentions[which, sort] += 1
                        if mentions[which, FULL] + mentions[which, BARE] == 1:
                            full_first[which] = sort == FULL
    score = 0.0
    for which in range(found):
        full, bare = mentions[which, FULL], mentions[which, BARE]
        if full and bare:
            chance = full / (full + bare)
            if full_first[which]:
                score += math.log(_FULL_FIRST / chance)
            else:
                score += math.log((1.0 - _FULL_FIRST) / (1.0 - chance))
    return score


@compiled
def _neighbour_score(links, reach):  # type: ignore[no-untyped-def]
    """Σ over neighbours ``i`` before ``j`` (up to ``reach`` apart, weighed by the inverse) of ``links[i, j]``, standardised."""
    count = len(links)
    total = squares = 0.0
    for i in range(count):  # row by row, since each sum waits for the one before
        row = of_squares = 0.0
        for j in range(count):
            row += links[i, j]
            of_squares += links[i, j] * links[i, j]
        total += row
        squares += of_squares
    value = 0.0
    for distance in range(1, reach + 1):
        for i in range(count - distance):
            value += links[i, i + distance] / distance
    return _standardised(value, reach, count, total, squares)


@compiled
def _standardised(value, reach, count, total, squares):  # type: ignore[no-untyped-def]
    """A score in standard deviations above its mean over all orders; ``total`` and ``squares`` are the sums of all links and of
    their squares.

    Over random orders each ordered pair is at a given distance with probability (n − d) / (n (n − 1)), so the mean is exact; the
    variance is that of a sum of draws without replacement from the pairs, which leaves out that
    neighbouring pairs share a sentence (a tenth or so of it).
    """
    pairs = count * (count - 1)
    mean = total / pairs
    variance = squares / pairs - mean * mean
    expected = spread = 0.0
    for distance in range(1, reach + 1):
        weight = 1.0 / distance
        expected += weight * (count - distance) * mean
        spread += weight * weight * (count - distance) * variance
    return (value - expected) / math.sqrt(spread) if spread > 1e-12 else 0.0


def _least_at_home(sentences: Sentences) -> list[int]:
    """Sentences that name people in short who come in full only later."""
    full: list[set[int]] = []
    bare: list[set[int]] = []
    for begin, end in zip(sentences.name_start[:-1], sentences.name_start[1:], strict=True):
        here = list(
            zip(sentences.names[begin:end].tolist(), sentences.sorts[begin:end].tolist(), strict=True)
        )
        bare.append({name for name, sort in here if sort == BARE})
        full.append({name for name, sort in here if sort == FULL} - bare[-1])
    before: set[int] = set()
    out = []
    for i, names in enumerate(bare):
        later = set().union(*full[i + 1 :])
        if names & later and not names & before:
            out.append(i)
        before |= full[i]
    return out


# --- probability ----------------------------------------------------------------------------------------------------------------

#: Logistic regression of "out of order" on :func:`terms`, fitted by scripts/train_order.py to stretches of clean text and three
#: kinds of disorder made from them, at a prior of one article in a hundred.
_WEIGHTS = (-3.476, 0.280, -0.573, -0.403, -0.235, -0.306)
_CUT = 5.0


def terms(standings: Sequence[float], count: int) -> tuple[float, ...]:
    """What the regression weighs: 1, length, and the standings.

    In sound articles a standing grows with the square root of the sentences, in shuffled ones it does not; so the likelihood
    ratio of two normal distributions is linear in standing × √sentences and in sentences.  The second of the standings is a
    log-likelihood ratio itself.
    """
    neighbours, names, pronouns, quotations = map(float, standings)
    out: tuple[float, ...] = _terms((neighbours, names, pronouns, quotations), count)
    return out


def order_probability(standings: Sequence[float], count: int) -> float:
    """The probability that sentences whose order stands so among their permutations are out of order."""
    return float(_probability(terms(standings, count)))


@compiled
def _terms(standings, count):  # type: ignore[no-untyped-def]
    length = min(count, MOST) / 30.0
    root = math.sqrt(length)
    neighbours, names, pronouns, quotations = standings
    return (
        1.0,
        length,
        root * _limited(neighbours),
        _limited(names),
        root * _limited(pronouns),
        root * _limited(quotations),
    )


@compiled
def _limited(standing):  # type: ignore[no-untyped-def]
    return max(-_CUT, min(_CUT, standing))


@compiled
def _probability(terms):  # type: ignore[no-untyped-def]
    logit = 0.0
    for k in range(len(_WEIGHTS)):
        logit += _WEIGHTS[k] * terms[k]
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, logit))))
