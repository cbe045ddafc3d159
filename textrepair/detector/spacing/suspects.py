"""What became of the strings that a scan suspects: words glued together, words cut in two, or words that nobody listed?

Strings in small letters are judged by the kinds of their words (:mod:`.glue`) and, where that doesn't tell, by the language model
among the words around (:mod:`.lost_spaces`), if there is one; those with a capital, a digit or a clitic inside (:mod:`.seams`)
always by the model, since names are made in the same way.

What loses one space loses others: the share of lost spaces is the article's own, once some are sure.  (Of words cut in two the
same gains nothing: what is missed has two frequent words for parts.)
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textrepair.detector.spacing.compounds import LOST
from textrepair.detector.spacing.glue import FUNCTION_WORDS, listed_pairs, segment
from textrepair.detector.spacing.seams import BEFORE, BEHIND, seams_at
from textrepair.detector.words import frequencies, frequency

if TYPE_CHECKING:
    from textrepair.detector.spacing.lost_spaces import LostSpaces

# Lower case and on its own: no part of a name, an address, a handle, a path, a number or a compound.
_CANDIDATE = re.compile(rf"{BEFORE}[a-z]{{4,40}}{BEHIND}")

_SMALL = re.compile(r"[a-z]++(?![A-Z0-9])")  # nothing else

# A glue is an accident: what an article has three times is a term of its own (``yourusername`` in a manual), and a name with a
# capital is if it comes back once.
_TERM_COUNT, _NAME_COUNT = 3, 2
_UNSURE = 0.3
#: From this confidence on a lost space tells that there are others: that of the edits made by default.
_SURE = 0.6
#: The share of lost spaces varies so much (most articles have none, one like the third seed five in a thousand) that the first
#: 200 words of an article say as much of it as all others do: a gamma prior of this rate and the mean :data:`LOST`.
_PRIOR_WORDS = 200

_AMONG_LETTERS = re.compile(r"[a-z] [a-z]")
_WORD_BEFORE = re.compile(rf"{BEFORE}[A-Z]?[a-z]+\Z")
_WORD_AFTER = re.compile(r"[a-z]+(?![\w@/=_\-(\\]|\.\w|['’]\w)")
_FRAGMENTS_LISTED = frozenset("ment ments tion tions sion sions ing ness ity ance ence ous ical ture".split())
_FRAGMENT_MAX = 3e-9  # on no list: wordfreq's rarest are 1e-8
_CUT_MIN = 1e-6  # zipf 3.0
_OPEN_MIN = 3e-7  # zipf 2.5; the list's rests of cut words are rarer
# No cut word was wrong on 512 newswire and 2,000 web articles (2026-11-21), but hardly any is there either.
_CUT_SURE = 0.9
#: Words of this frequency, one in 10^5, stand beside one another often enough to make a third by chance: with both so frequent 23
#: pairs in 2,000 sound web posts would be joined (``in to``, ``trade mark``), with one of them rarer two, ``nega tive`` and
#: ``sea gull`` (2026-11-22).
FREQUENT_FROM = 1e-5


@dataclass(frozen=True, slots=True)
class Glued:
    """``text[start:end]`` read as ``pieces``; the confidence is the model's, or how the kind of seam did on sound and glued
    text."""

    start: int
    end: int
    pieces: tuple[str, ...]
    confidence: float


def find_glued(
    text: str,
    suspects: Sequence[int],
    model: LostSpaces | None = None,
    listed: Set[str] = frozenset(),
    words: int | None = None,
) -> list[Glued]:
    """All places, of those that a scan suspects, where a string that nobody knows is two words or more that everybody does.

    ``listed``: further words that are two although a list has them; ``words``: how many the text has.
    """
    found = {glued.start: glued for glued in _glued(text, suspects, model, listed, LOST)}
    lost = lost_share([glued.confidence for glued in found.values()], text, words)
    if model and lost > LOST:
        others = [start for start in suspects if start not in found or found[start].confidence < _SURE]
        found |= {glued.start: glued for glued in _glued(text, others, model, listed, lost)}
    return sorted(found.values(), key=lambda glued: glued.start)


def lost_share(confidences: Iterable[float], text: str, words: int | None = None) -> float:
    """The share of spaces that an article has lost, by how sure the lost ones are: the posterior mean.

    >>> lost_share([], "", 500) == LOST
    True
    >>> round(lost_share([0.97] * 4, "", 800), 4)
    0.004
    """
    sure = sum(confidence >= _SURE for confidence in confidences)
    if not sure:
        return LOST
    return max(LOST, (LOST * _PRIOR_WORDS + sure) / (_PRIOR_WORDS + (words or len(text.split()))))


_Span = tuple[int, int]


def _glued(
    text: str, suspects: Iterable[int], model: LostSpaces | None, listed: Set[str], lost: float
) -> Iterator[Glued]:
    suspects = list(suspects)
    small = [match.span() for match in _unlisted(text, suspects, model, listed)]
    yield from _sure_enough(
        text,
        [(span, _parts(text, span, model, lost)) for span in small],
        _TERM_COUNT,
    )
    if model is None:
        return
    mixed = (at for at in suspects if not _SMALL.match(text, at) or text[at - 1 : at] in ("'", "’"))
    seams = {(found[0].start, found[0].end): found for at in mixed if (found := seams_at(text, at))}
    parted = [(span, model.parted(text, found, lost)) for span, found in seams.items()]
    yield from _sure_enough(text, parted, _NAME_COUNT)


def _parts(
    text: str, span: _Span, model: LostSpaces | None, lost: float
) -> tuple[tuple[str, ...], float] | None:
    """The words that a string in small letters was made of, by their kinds or else by the words around, and the confidence."""
    told = segment(text[slice(*span)])
    if model is None:
        return told
    return model.glued(text, *span, lost) if told is None or any(map(model.is_name, told[0])) else told


def _sure_enough(
    text: str, answers: Sequence[tuple[_Span, tuple[tuple[str, ...], float] | None]], term_count: int
) -> Iterator[Glued]:
    """The answers that are worth telling; of a string that comes back so often a text can't be sure."""
    told = [(span, answer) for span, answer in answers if answer and answer[1] >= _UNSURE]
    counts = Counter(text[start:end] for (start, end), _ in answers) if told else Counter()
    for (start, end), (pieces, confidence) in told:
        most = _UNSURE if counts[text[start:end]] >= term_count else 1.0
        yield Glued(start, end, pieces, min(most, confidence))


def _unlisted(
    text: str, suspects: Iterable[int], model: LostSpaces | None, listed: Set[str]
) -> Iterator[re.Match[str]]:
    """The words of a text, of those that begin at the suspects, that no list has, or has although they are two."""
    table, pairs = frequencies(), listed_pairs()
    for start in suspects:
        match = _CANDIDATE.match(text, start)
        if match is None:
            continue
        word = match.group()
        if word in listed or word in pairs or not (word in table or (model and model.lists(word))):
            yield match


def find_cut(
    text: str, suspects: Iterable[int], model: LostSpaces | None = None, listed: Set[str] = frozenset()
) -> list[tuple[int, float]]:
    """Single spaces beside a suspect that cut a word in two (``govern ment``), and the confidences.

    One part must be no word at all or, if the model reads the whole better, a rare one, and the whole a common one, so that ``any
    one`` and ``web site`` are left alone.
    """
    suspects = list(suspects)
    spaces = {start - 1 for start in suspects}
    spaces.update(match.end() for match in _unlisted(text, suspects, model, listed))
    between = sorted(at for at in spaces if at > 0 and _AMONG_LETTERS.match(text, at - 1))
    judged = ((at, _judge_cut(text, at, model)) for at in between)
    return [(at, confidence) for at, confidence in judged if confidence >= _UNSURE]


def _judge_cut(text: str, at: int, model: LostSpaces | None) -> float:
    """How sure is it that the space at this place cuts a word?"""
    before, after = _WORD_BEFORE.search(text, max(0, at - 40), at), _WORD_AFTER.match(text, at + 1)
    if not before or not after:
        return 0.0
    first, last = before.group(), after.group()
    if len(first) < 2 or len(last) < 2 or frequency(first + last) < _CUT_MIN:
        return 0.0
    rarer = min(frequency(first), frequency(last))
    if rarer < _FRAGMENT_MAX or last in _FRAGMENTS_LISTED:
        return _CUT_SURE
    if model is None or rarer >= FREQUENT_FROM or _is_open_compound(first, last):
        return 0.0
    return model.cut(text, before.start(), after.end())


def _is_open_compound(first: str, last: str) -> bool:
    """Two content words may be a compound that its writer spells as two (``sea gull``)."""
    pair = (first, last)
    words = all(frequency(word) >= _OPEN_MIN and len(word) >= 3 for word in pair)
    return words and FUNCTION_WORDS.isdisjoint(pair)
