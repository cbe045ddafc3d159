"""Was a space lost here, or put where none belongs?  The language model's word on both, in context.

A noisy channel over two readings of a place.  *Glued*: the writer's words are ``a b`` and the space between was lost, against a
word that nobody listed (one in 5,700, spelled by letters or made as compounds are) or that is as rare as its list says, and
against a slip of one letter (``showin the way``).
*Cut*: the writer's word is ``ab`` and a space got into it, against the two words that stand there.  *Stopped*: two words
around a full stop are a sentence's end and the next one's beginning, against a name in code.  Each reading costs what the
language model says of it among three words before and two behind; words that the model doesn't hold cost their class, and
their share of it by wordfreq or by their letters.

Some listed strings are two words that lost their space in the texts that the list was counted on (``needto``, ``thefirst``):
:func:`explained_pairs` are those whose frequency lost spaces explain.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from textrepair.compiled import njit
from textrepair.detector.age import OldProse
from textrepair.detector.scanning.word_hash import word_hash
from textrepair.detector.scanning.word_table import COMMON, NO_IDENTIFIER, look_up, one_a_line
from textrepair.detector.spacing.compounds import LOST, UNLISTED_COMPOUND, part_logp
from textrepair.detector.spacing.glue import FUNCTION_WORDS, SLIP_SHARE, may_stand_alone, one_letter_off
from textrepair.detector.spacing.seams import CLITIC, Seam
from textrepair.detector.words import COMMON_FREQUENCY, LETTER_LOGP, frequencies, frequency
from textrepair.lazy import cached_property
from textrepair.model import Model
from textrepair.model.ngrams import Addresses, find_pair, opened, pair_key, pair_logp, token_logps, word_logp
from textrepair.model.vocabulary import NEARLY_ALWAYS, SPECIALS, UNSEEN
from textrepair.tokens import TokenKind, few_tokens

#: Share of words that a stray space cuts: as of lost spaces.
_CUT_LOGP = math.log(LOST)
#: Natural log of the share of full stops that lack the space behind them: 30 in 2,500 sound articles of some 24 (2026-11-22).
_LOST_BEHIND_STOP = math.log(5e-4)
_LOW, _CAP, _OPAQUE = (SPECIALS.index(name) for name in ("<low>", "<Cap>", "<opaque>"))
#: Any word may be written with a capital inside a sentence, or a name without.
_ANY_CASE = 0.02
#: No word is its whole class.
_MOST_OF_CLASS = -1.0
#: Odds that are told as 0.5; the language model's tails are rougher than its odds near one.
_EVEN = 0.5
_MOST_SURE = 0.97

#: Words of three letters that may be part of a glued one by their frequency alone (zipf 4.3: ``yet``, ``lot``, ``odd``).
_SHORT_FREQUENCY = 2e-5

_LONG = 10
#: A listed word of fewer letters with an "s" may be two words (``anews``).
_LONG_SINGULAR = 6
#: Below this confidence nothing is told.
_WORTH = 0.3

_BEFORE, _BEHIND = 60, 40  # characters
_WORDS_BEFORE, _WORDS_BEHIND = 3, 2
_SENTENCE_END = re.compile(r"[.!?][\"”)’]*\s|\n")
_SENTENCE_REST = re.compile(r"(?<=[.!?])[\"”)’]*\s|\n")


class _Reading(NamedTuple):
    """What may stand at a place: its identifiers, and the natural log of what the language model doesn't say of it."""

    identifiers: list[int]
    spelled: float


def _is_known(identifiers: Sequence[int]) -> bool:
    """Does the model hold all of these tokens themselves?"""
    return min(identifiers, default=0) >= len(SPECIALS)


@dataclass(frozen=True)
class LostSpaces:
    """Odds by one model; may be shared between threads."""

    model: Model

    def glued(
        self, text: str, start: int, end: int, lost: float = LOST
    ) -> tuple[tuple[str, str], float] | None:
        """The two words that ``text[start:end]``, small letters, was most likely made of, and the confidence, if such a share of
        spaces is lost; None where it can't be two."""
        word = text[start:end]
        pairs = [pair for pair in _pairs(word) if not any(map(self.is_name, pair))]
        if not pairs:
            return None
        around = self._around(text, start, end)
        whole, *parted = self._logps(around, [self._words(word), *(self._words(*pair) for pair in pairs)])
        odds, best, logp = max(
            (math.log(lost) + logp - max(whole, whole + _coined(word, pair)), pair, logp)
            for pair, logp in zip(pairs, parted, strict=True)
        )
        if (
            _confidence(odds) >= _WORTH
        ):  # a slip is looked for where two words are likely: it takes most of the time
            slip = max(self._logps(around, [self._words(meant) for meant in _meant(word)]), default=-math.inf)
            odds = min(odds, math.log(lost) + logp - math.log(SLIP_SHARE) - slip)
        return best, _confidence(odds)

    def parted(self, text: str, seams: Sequence[Seam], lost: float = LOST) -> tuple[tuple[str, str], float]:
        """The likeliest of the ways to part a string with a capital, a digit or a clitic inside, and the confidence that it is
        two words, if such a share of spaces is lost."""
        start, end = seams[0].start, seams[0].end
        seams = [seam for seam in seams if self._may_meet(*seam.pieces)]
        if not seams:
            return (text[start:end], ""), 0.0
        around = self._around(text, start, end)
        string, _ = self._tokens(text[start:end])
        names = [_Reading(string, 0.0 if _is_known(string) else seam.rival) for seam in seams]
        words = [self._pieces(seam.pieces, begins=not around[0]) for seam in seams]
        logps = self._logps(around, [*names, *words])
        odds, pieces = max(
            (math.log(lost) + logp - name, seam.pieces)
            for seam, name, logp in zip(seams, logps[: len(seams)], logps[len(seams) :], strict=True)
        )
        return pieces, _confidence(odds)

    def _may_meet(self, first: str, last: str) -> bool:
        """Has the model seen these words side by side, if the string is so short that names are like it?  Asked first, since the
        words around take most of the time: of 52 names in 512 sound articles 12 are left."""
        if not last.islower() or len(first + last) > _LONG:
            return True
        return bool(_is_pair(self.model.lm, self._identifier(first.lower()), self._identifier(last)))

    def cut(self, text: str, start: int, end: int) -> float:
        """How sure is it that ``text[start:end]``, two words and a space, of which the first may have a capital, is one word that
        was cut?"""
        first, last = text[start:end].split()
        around = self._around(text, start, end)
        begins = not around[0]
        joined, parted = self._logps(
            around, [self._pieces([first + last], begins), self._pieces([first, last], begins)]
        )
        whole = _CUT_LOGP - math.log(len(first + last) - 1) + joined
        return _confidence(whole - parted)

    def stopped(self, text: str, start: int, end: int) -> float:
        """How sure is it that ``text[start:end]``, two listed words around a full stop, are the end of one sentence and the
        beginning of the next, and not a name in code (``strings.Join``)?"""
        first, last = text[start:end].lower().split(".")
        left, right = self._around(text, start, end)
        stop = self.model.vocabulary.index.get(".")
        if stop is None:
            return 0.0
        ended, begun = [*left, self._identifier(first), stop], [self._identifier(last), *right]
        sequence = np.array([*ended, *begun], dtype=np.int32)
        logps = token_logps(self.model.lm, sequence, np.array([0, len(ended), len(sequence)], dtype=np.int64))
        spelled = sum(self._of_class(word) for word in (first, last) if self._identifier(word) == _LOW)
        stopped = _LOST_BEHIND_STOP + float(logps[len(left) : -1].sum()) + spelled
        sequence = np.array([*left, _OPAQUE, *right], dtype=np.int32)
        logps = token_logps(self.model.lm, sequence, np.array([0, len(sequence)], dtype=np.int64))
        name = float(logps[len(left) : -1].sum()) + math.log(frequency(first)) + math.log(frequency(last))
        return _confidence(stopped - name)

    def lists(self, word: str) -> bool:
        """Is it a word of the model's dictionary, or the plural of one or of a listed word (``bypaths``, ``respectabilities``)?

        Of the words of the model's own text some lost a space too, so these don't count.
        """
        vocabulary = self.model.vocabulary
        singulars = list(_singulars(word))
        return any(vocabulary.index.get(one, 0) >= vocabulary.lm_size for one in (word, *singulars)) or any(
            len(one) >= _LONG_SINGULAR and frequency(one) for one in singulars
        )

    @cached_property
    def old_prose(self) -> OldProse:
        """Recognises prose of which the model doesn't know the words."""
        return OldProse(self.model.vocabulary)

    def are_names(self, *words: str) -> bool:
        """Are all of these written with a capital nearly always, and nothing else that the model knows together?"""
        return "".join(words).lower() not in self.model.vocabulary.index and all(map(self.is_name, words))

    def is_name(self, word: str) -> bool:
        """Is it written with a capital nearly always?  In small letters it is likelier a part of another word, as ``owen`` in the
        name ``wantowen``: it would have lost its capital besides the space."""
        known = self.model.vocabulary.index.get(word.lower())
        return known is not None and bool(self.model.vocabulary.capital[known] >= NEARLY_ALWAYS)

    def _logps(self, around: tuple[list[int], list[int]], readings: Sequence[_Reading]) -> list[float]:
        """Natural-log probability of each reading and what follows it, given what goes before."""
        left, right = around
        lines = [[*left, *reading.identifiers, *right] for reading in readings]
        begins = np.cumsum([0, *map(len, lines)])
        sequence = np.array([*chain.from_iterable(lines)], dtype=np.int32)
        logps = token_logps(self.model.lm, sequence, begins)
        out = []
        for number, (reading, line) in enumerate(zip(readings, lines, strict=True)):
            first = int(begins[number]) + number  # behind each line stands its end
            out.append(float(logps[first + len(left) : first + len(line)].sum()) + reading.spelled)
        return out

    def _words(self, *words: str) -> _Reading:
        """Words in small letters."""
        identifiers = [self._identifier(word) for word in words]
        spelled = sum(self._of_class(word) for word, i in zip(words, identifiers, strict=True) if i == _LOW)
        return _Reading(identifiers, spelled)

    def _pieces(self, pieces: Sequence[str], begins: bool) -> _Reading:
        """Words as they are written, of which the first may begin a sentence."""
        identifiers: list[int] = []
        logp = 0.0
        for piece in pieces:
            found, spelled = self._tokens(piece)
            logp += spelled
            if not (begins and not identifiers and piece[0].isupper()):
                logp += self._capital_logp(piece)
            identifiers += found
        return _Reading(identifiers, logp)

    def _tokens(self, string: str) -> tuple[list[int], float]:
        """The identifiers of a string's tokens, and what those that the model doesn't hold cost by their letters."""
        vocabulary = self.model.vocabulary
        identifiers, logp = [], 0.0
        for token, kind in few_tokens(string):
            if (identifier := vocabulary.identifier(token, kind)) == UNSEEN:
                continue
            identifiers.append(identifier := vocabulary.lm_identifier(identifier))
            if identifier in (_LOW, _CAP):
                logp += self._of_class(token.lower(), identifier)
        return identifiers, logp

    def _capital_logp(self, word: str) -> float:
        """Natural-log probability that a word inside a sentence is written with a capital, or without, as it is."""
        vocabulary = self.model.vocabulary
        found = vocabulary.index.get(word.lower())
        share = 0.5 if found is None else float(vocabulary.capital[found]) / 255.0
        share = min(1.0 - _ANY_CASE, max(_ANY_CASE, share))
        return math.log(share if word[0].isupper() else 1.0 - share)

    def _identifier(self, word: str) -> int:
        found = self.model.vocabulary.index.get(word)
        return _LOW if found is None else self.model.vocabulary.lm_identifier(found)

    def _of_class(self, word: str, of: int = _LOW) -> float:
        """Natural-log probability of a word that the model doesn't hold, given that it is a word of this class."""
        share, letters = frequency(word), LETTER_LOGP * len(word)
        listed = math.log(share) - float(self.model.ngrams.uni_logp[of]) if share else letters
        return min(_MOST_OF_CLASS, max(letters, listed))

    def _around(self, text: str, start: int, end: int) -> tuple[list[int], list[int]]:
        """The identifiers of what stands before and behind in the same sentence."""
        left = text[max(0, start - _BEFORE) : start]
        if start > _BEFORE:
            left = left[left.find(" ") + 1 :]
        right = text[end : end + _BEHIND]
        if len(right) == _BEHIND and " " in right:
            right = right[: right.rfind(" ")]
        left, right = _SENTENCE_END.split(left)[-1], _SENTENCE_REST.split(right)[0]
        clitic = CLITIC.match(right)  # which by itself would be a quote and a word
        # No token holds a space: those of the last words are the last.
        before, *near = left.rsplit(None, _WORDS_BEFORE) or [""]
        seen = list(self._seen(left[len(before) :])) if len(near) == _WORDS_BEFORE else []
        if len(seen) < _WORDS_BEFORE:
            seen = list(self._seen(left))
        behind = self._seen(right[clitic.end() :] if clitic else right)
        if clitic:
            behind = chain([self.model.vocabulary.identifier(clitic.group(), TokenKind.CLITIC)], behind)
        return seen[-_WORDS_BEFORE:], list(islice(behind, _WORDS_BEHIND))

    def _seen(self, text: str) -> Iterator[int]:
        vocabulary = self.model.vocabulary
        for token, kind in few_tokens(text):
            identifier = vocabulary.identifier(token, kind)
            if identifier != UNSEEN:
                yield vocabulary.lm_identifier(identifier)


def _coined(word: str, pair: tuple[str, str]) -> float:
    """How much likelier (nats) an unlisted word is as a compound than by its letters."""
    if frequency(word):
        return -math.inf
    return UNLISTED_COMPOUND + part_logp(*pair) - LETTER_LOGP * len(word)


def _confidence(odds: float) -> float:
    """Natural-log odds as they are told."""
    return round(min(_MOST_SURE, 1.0 / (1.0 + math.exp(min(30.0, _EVEN - odds)))), 3)


def _pairs(word: str) -> Iterator[tuple[str, str]]:
    table = frequencies()
    for at in range(1, len(word)):
        first, last = word[:at], word[at:]
        if table.get(first, 0.0) >= _least(first) and table.get(last, 0.0) >= _least(last):
            yield first, last


def _meant(word: str) -> list[str]:
    """The three most frequent common words that are one letter off."""
    table = frequencies()
    shares = {meant: table.get(meant, 0.0) for meant in one_letter_off(word)}
    likely = [meant for meant, share in shares.items() if share >= COMMON_FREQUENCY and meant != word]
    return sorted(likely, key=lambda meant: (-shares[meant], meant))[:3]


def _singulars(word: str) -> Iterator[str]:
    """What it may be the plural of, by its letters."""
    if word.endswith("s"):
        yield word[:-1]
    if word.endswith("es"):
        yield word[:-2]
    if word.endswith("ies"):
        yield f"{word[:-3]}y"


def _least(part: str) -> float:
    """How frequent a part has to be: short strings on the list are mostly abbreviations, names and other languages' words."""
    if may_stand_alone(part):
        return COMMON_FREQUENCY
    return _SHORT_FREQUENCY if len(part) == 3 else math.inf


# --- the list's own glued pairs ------------------------------------------------------------------------------------------

#: A listed string may be glued if losing one space in ten thousand explains at least a three-hundredth of its frequency (some
#: of what the list was counted on loses more); the words around decide.
EXPLAINED = 300
#: What lawyers' adverbs are made of, ``hereto`` and ``whereupon``.
_PLACES = frozenset("here there where".split())
_PREPOSITIONS = frozenset(
    "to of in on at by for from with under upon after about against into unto out through before over".split()
)


def explained_pairs(model: Model, table: npt.NDArray[np.uint64]) -> frozenset[str]:
    """Listed strings of two words, one of them a function word, that lost spaces explain: by the words' frequencies beside each
    other in the model's text.  Of two content words (``talkshow``) writers make compounds, and what the model's own text has
    is a word.

    ``table`` knows the words (:mod:`textrepair.detector.scanning.word_table`).  A tenth of a second.
    """
    words = list(frequencies())
    logps = np.log(np.fromiter(frequencies().values(), dtype=np.float64, count=len(words)))
    data = one_a_line(words)
    vocabulary, lm = model.vocabulary, model.lm
    cuts = np.zeros(len(words), dtype=np.int32)
    least = math.log(EXPLAINED * LOST)
    _explain(data, logps, table, vocabulary.seen_as, lm, least, cuts)
    found = ((words[i], words[i][: cuts[i]], words[i][cuts[i] :]) for i in np.flatnonzero(cuts).tolist())
    return frozenset(
        word
        for word, *parts in found
        if (parts[0] == "i" or FUNCTION_WORDS.intersection(parts))
        and word not in vocabulary.index
        and not (parts[0] in _PLACES and parts[1] in _PREPOSITIONS)
        and (parts[0] == "i" or frequency(parts[0]) >= _least(parts[0]))
        and frequency(parts[1]) >= _least(parts[1])
    )


@njit(nogil=True)
def _is_pair(lm: Addresses, one: int, two: int) -> bool:
    """Did the model see one word behind another?"""
    return bool(find_pair(opened(lm), pair_key(np.int64(one), np.int64(two))) >= 0)


@njit(nogil=True)
def _explain(
    data: npt.NDArray[np.uint8],
    logps: npt.NDArray[np.float64],
    table: npt.NDArray[np.uint64],
    seen_as: npt.NDArray[np.int32],
    lm: Addresses,
    least: float,
    cuts: npt.NDArray[np.int32],
) -> None:
    """For each word, one a line, of 5 to 30 small letters: where two common words meet in it that explain it; else 0."""
    model = opened(lm)
    begin = 0
    for number in range(len(logps)):
        end = begin
        plain = True
        while end < len(data) and data[end] != 10:
            plain = plain and 97 <= data[end] <= 122
            end += 1
        if plain and 5 <= end - begin <= 30:
            for cut in range(begin + 1, end - 1):
                first = look_up(table, word_hash(data, begin, cut))
                if not first & COMMON or first & NO_IDENTIFIER == NO_IDENTIFIER:
                    continue
                last = look_up(table, word_hash(data, cut, end))
                if not last & COMMON or last & NO_IDENTIFIER == NO_IDENTIFIER:
                    continue
                one, two = np.int64(seen_as[first & NO_IDENTIFIER]), np.int64(seen_as[last & NO_IDENTIFIER])
                found = find_pair(model, (np.uint64(one) << np.uint64(16)) | np.uint64(two))
                if found < 0:
                    continue
                if logps[number] <= least + word_logp(model, one) + pair_logp(model, found):
                    cuts[number] = cut - begin
        begin = end + 1
