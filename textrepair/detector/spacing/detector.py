"""Are spaces missing, stray or doubled?

Four questions, each with a method of its own: words glued together or cut in two (:mod:`.glue`), spaces on the
wrong side of punctuation (:mod:`.punctuation`), names run together, and runs of spaces inside a line of prose.

Left alone on purpose: two spaces behind a full stop (a typist's convention), columns and indentation, `` .com`` and `` .NET``,
spaced ellipses, code, and whatever the word model would say of a text that is too short or not English.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain

from textrepair.detector.base import NOTHING, UNTOLD, Damage, Detection, Document, Finding
from textrepair.detector.encoding.detector import LOST_DASH_FORM
from textrepair.detector.evidence import at_least_one, replacement, share_of_words
from textrepair.detector.scanning.byte_scan import (
    CLITIC_APART,
    DOUBLE_SPACE,
    GLUED_NAMES,
    MISSING_SPACE,
    STRAY_SPACE,
    UNLISTED,
)
from textrepair.detector.scanning.screen import Scan
from textrepair.detector.spacing.glue import may_name_code
from textrepair.detector.spacing.lost_spaces import LostSpaces
from textrepair.detector.spacing.missing import missing_spaces
from textrepair.detector.spacing.punctuation import (
    BEHIND_A_LINK,
    INSIDE_BRACKETS,
    apart_clitics,
    padded_brackets,
    stray_spaces,
)
from textrepair.detector.spacing.rows import GAP, is_row, line_around
from textrepair.detector.spacing.seams import NAME_PREFIXES
from textrepair.detector.spacing.suspects import Glued, find_cut, find_glued
from textrepair.detector.verbatim import Verbatim
from textrepair.detector.word_lists import SMALL_WORDS
from textrepair.detector.words import english_around, frequency, known_words
from textrepair.overlap import without_overlap
from textrepair.patch import Edit

_KIND = "spacing"
_GLUED, _READ_AS = "glued: ", " ← "
_HABITS = (BEHIND_A_LINK, INSIDE_BRACKETS)
_QUOTES = tuple("“”‘’\"'«»`")
_SIGNS = GLUED_NAMES | STRAY_SPACE | MISSING_SPACE | DOUBLE_SPACE | CLITIC_APART

# No doubled space was wrong on 512 newswire and 2,000 web articles (2026-11-21), but hardly any is there either.
_LIKELY = 0.9
_UNSURE = 0.3
#: So many different words that are surely glued or cut are slips, also in a text about software.
_SLIPS = 3


@dataclass(frozen=True)
class SpacingDetector:
    """Glued and cut words, stray, missing and doubled spaces; with a language model, words are split and joined in context."""

    kind = _KIND
    model: LostSpaces | None = None

    def detect(self, document: Document) -> Detection:
        text = document.text
        if not text or text.isspace():
            return UNTOLD
        scan = document.scan
        edits = (
            without_overlap(_edits(document, self.model))
            if scan.stats[UNLISTED] or scan.may_have(_SIGNS)
            else ()
        )
        if not edits:
            return NOTHING
        return Detection(
            Damage(
                at_least_one(_doubts(edits)),
                share_of_words(scan.words, sum(edit.confidence for edit in edits)),
            ),
            tuple(Finding(e.start, max(e.end, e.start + 1), _KIND, e.confidence, e.reason) for e in edits),
            edits,
        )


def _doubts(edits: Iterable[Edit]) -> Iterator[float]:
    """How sure each slip is, those that are right or wrong together taken as one: a string that is glued, or a word, wherever
    it stands and however many words it would be cut into; spaces behind links, or inside brackets, which are habits."""
    together: dict[str, float] = {}
    for edit in edits:
        habit = next((habit for habit in _HABITS if edit.reason.endswith(habit)), "")
        if habit or edit.reason.startswith(_GLUED):
            doubt = habit or edit.reason
            together[doubt] = max(edit.confidence, together.get(doubt, 0.0))
        else:
            yield edit.confidence
    yield from together.values()


def _edits(document: Document, model: LostSpaces | None) -> Iterator[Edit]:
    text, scan, verbatim = document.text, document.scan, Verbatim(document.text)
    if scan.stats[UNLISTED]:
        yield from _as_sure(_cut_and_glued(document, model, verbatim), scan, verbatim, model)
    if scan.may_have(GLUED_NAMES):
        yield from _glued_names(text, verbatim, model, scan.places(GLUED_NAMES))
    if scan.may_have(MISSING_SPACE):
        yield from missing_spaces(text, verbatim, scan.places(MISSING_SPACE), model)
    if scan.may_have(STRAY_SPACE):
        yield from stray_spaces(text, verbatim, scan.places(STRAY_SPACE))
        yield from padded_brackets(text, verbatim)
    if scan.may_have(CLITIC_APART):
        yield from apart_clitics(text, verbatim, scan.places(CLITIC_APART))
    if scan.may_have(DOUBLE_SPACE):
        yield from _doubled_spaces(text, verbatim)


def _cut_and_glued(document: Document, model: LostSpaces | None, verbatim: Verbatim) -> Iterator[Edit]:
    text, scan = document.text, document.scan
    listed = document.scanner.glued if model and document.scanner else frozenset[str]()
    cut = find_cut(text, scan.unlisted, model, listed)
    beside = {place for at, _ in cut for place in (at, at + 1)}  # a part of a cut word is not glued
    glued = (
        g
        for g in find_glued(text, scan.unlisted, model, listed, scan.words)
        if beside.isdisjoint((g.start, g.end))
    )
    yield from _glued_words(text, glued, verbatim)
    yield from _cut_words(text, cut, verbatim)


def _as_sure(
    edits: Iterable[Edit], scan: Scan, verbatim: Verbatim, model: LostSpaces | None
) -> Iterable[Edit]:
    """No edit of a word is sure where many words are on no list: in prose of another age (``whereinto``, ``to morrow``), and
    about software (``waitfor``), unless so many are sure that the text has lost spaces; what may name something in code
    (``typeof``) is not even then."""
    found = list(edits)
    few = len({edit.reason for edit in found if edit.confidence >= _LIKELY}) < _SLIPS
    software = bool(found) and verbatim.is_about_software
    if found and ((few and software) or (model and model.old_prose.recognises(scan.ids))):
        return [_doubted(edit) for edit in found]
    return [_doubted(edit) if software and _may_name_code(edit) else edit for edit in found]


def _doubted(edit: Edit) -> Edit:
    return replace(edit, confidence=min(_UNSURE, edit.confidence))


def _may_name_code(edit: Edit) -> bool:
    return edit.reason.startswith(_GLUED) and may_name_code(edit.reason.rpartition(_READ_AS)[2].split())


def _edit(text: str, start: int, end: int, after: str, confidence: float, reason: str) -> Edit:
    return replacement(text, (start, end), after, _KIND, confidence, reason)


def _glued_words(text: str, found: Iterable[Glued], verbatim: Verbatim) -> Iterator[Edit]:
    for glued in found:
        if verbatim.contains(glued.start) or not english_around(text, glued.start, glued.end):
            continue
        if (
            text[max(0, glued.start - 1) : glued.start] in _QUOTES
            and text[glued.end : glued.end + 1] in _QUOTES
        ):
            continue  # mentioned, not used: a name, a handle, a slip that is quoted
        reason = f"{_GLUED}{text[glued.start : glued.end]}{_READ_AS}{' '.join(glued.pieces)}"
        at = glued.start
        for piece in glued.pieces[:-1]:
            at += len(piece)
            yield _edit(text, at, at, " ", glued.confidence, reason)


def _cut_words(text: str, found: list[tuple[int, float]], verbatim: Verbatim) -> Iterator[Edit]:
    for at, confidence in found:
        if not verbatim.contains(at) and english_around(text, at, at + 1):
            yield _edit(text, at, at + 1, "", confidence, "a space inside a word")


# Two capitalised words in one, beside an initial: an initial is what a person has and a product (YouTube, VideoCore) has not.
# Between two names both have to be names themselves, which the language model knows.
_NAME = r"([A-Z][a-z]{2,})([A-Z][a-z]{2,})"
_NAMES = re.compile(
    rf"(?<= [A-Z]\. ){_NAME}(?= [A-Z])|(?<=[a-z] ){_NAME}(?= [A-Z]\. [A-Z])|(?<=[a-z] ){_NAME}(?= [A-Z][a-z])"
)
_TWO_CAPITALS = re.compile(
    r"(?<= )[A-Z][a-z]{2,}[A-Z][a-z]{2}"
)  # asked first: the names' own pattern takes ten times as long
_NAME_BEFORE = re.compile(r"(?<![\w.@#/-])[A-Z][a-z]+ \Z")


def _glued_names(
    text: str, verbatim: Verbatim, model: LostSpaces | None, spans: Iterable[tuple[int, int]]
) -> Iterator[Edit]:
    """Two names run together inside a row of names (``David E. CollinsAndrew E. Palmer``): proposals.  ``spans`` are where a scan
    saw words with a second capital."""
    for place in chain.from_iterable(_TWO_CAPITALS.finditer(text, start, end) for start, end in spans):
        match = _NAMES.match(text, place.start())
        if match is None:
            continue
        first, last = (group for group in match.groups() if group)
        beside_initial = match[5] is None
        if not beside_initial and not (
            model
            and _NAME_BEFORE.search(text, max(0, match.start() - 30), match.start())
            and model.are_names(first, last)
            and text.count(first + last) == 1
        ):
            continue
        if (
            first.lower() in NAME_PREFIXES
            or (first + last).lower() in known_words()
            or verbatim.contains(match.start())
        ):
            continue
        if frequency(first) and frequency(last):
            at = match.end() - len(last)
            yield _edit(text, at, at, " ", _UNSURE, f"two names run together: {first} {last}")


# --- runs of spaces -----------------------------------------------------------------------------------------------------


def _doubled_spaces(text: str, verbatim: Verbatim) -> Iterator[Edit]:
    """More than one space inside a line of prose."""
    if "  " not in text:
        return
    lost = {match.span(1) for match in LOST_DASH_FORM.finditer(text)}
    judged: dict[tuple[int, int], bool] = {}
    for match in GAP.finditer(text):
        start, end = match.span()
        if match.span() in lost or text[start - 1] in _GAP_AFTER or text[end] in _GAP_BEFORE:
            continue
        line = line_around(text, start, end)
        if line not in judged:
            judged[line] = _is_prose(text[line[0] : line[1]]) and not is_row(text, *line)
        if judged[line] and not verbatim.contains(start):
            yield _edit(text, start + 1, end, "", _LIKELY, "more than one space")


# Signs beside which a gap is somebody's convention (sentence spacing, bullets, columns) or another question's answer.
_GAP_AFTER = frozenset('.!?:”"*#-•·>|…)]')
_GAP_BEFORE = frozenset("|-–—=<•*#[(,.;?!)”’")


_MIN_SMALL = 0.15
_MIN_LINE_WORDS = 8


def _is_prose(line: str) -> bool:
    """Are these running words?  A sentence has many, and small ones among them; a row has cells and little else."""
    if line[:1] in " \t" or "\t" in line or "|" in line:
        return False
    words = line.split()
    small = sum(word.lower() in SMALL_WORDS for word in words)
    return len(words) >= _MIN_LINE_WORDS and small >= _MIN_SMALL * len(words)
