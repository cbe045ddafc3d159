"""Was this text decoded with the wrong encoding, or did it lose characters on the way?

Mojibake is found and undone by ftfy's ``fix_encoding`` (Speer 2019, doi:10.5281/zenodo.2591652), which finds sequences that
real text hardly has and accepts only a decoding that makes them vanish.  Curly quotes, ligatures and entities are no damage,
so ``fix_text`` is not used.  Characters lost without a trace (``Kremlins Making``, ``WASHINGTON  President``) can only be
guessed, so they are low-confidence proposals.

ftfy is slow, so the scan of the text (:mod:`textrepair.detector.scanning.byte_scan`) looks first for neighbours that mojibake
cannot do without; most text has none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from ftfy import fix_encoding
from ftfy.badness import MOJIBAKE_CATEGORIES, is_bad
from rapidfuzz.distance import Levenshtein

from textrepair.detector.base import NOTHING, UNTOLD, Damage, Detection, Document, Finding
from textrepair.detector.evidence import at_least_one, replacement, share_of_words
from textrepair.detector.scanning.byte_scan import LOST_APOSTROPHE, LOST_DASH, MOJIBAKE
from textrepair.detector.scanning.screen import Scan
from textrepair.detector.words import frequency
from textrepair.overlap import without_overlap
from textrepair.patch import Edit

_KIND = "encoding"

_SIGNS = MOJIBAKE | LOST_DASH | LOST_APOSTROPHE

# A line longer than this is mended piece by piece, cut at spaces: the alignment of a piece is quadratic in its length.
_PIECE = 2000

# A place that looks bad but that no decoding explains counts less than one that a decoding does.  All 6 places mended in 512
# newswire and 2,000 web articles were mojibake (2026-11-21); the scores are set by hand below what so few can show.
_SCORE_MENDED = 0.97
_SCORE_UNMENDED = 0.3
_SCORE_REPLACEMENT = 0.8
_SCORE_LOST = 0.3

# A dateline's dash lost between its city in capitals and its sentence; the double space is what shows it.
LOST_DASH_FORM = re.compile(
    r"^[A-Z]{4,}(?: [A-Z]{3,})?(?:, [A-Z][a-z]+\.?)?(?: \([A-Z][A-Za-z ]+\))?(  )(?=[“\"]?[A-Z][a-z])",
    re.MULTILINE,
)
_LOST_APOSTROPHE = re.compile(r"\b([A-Z][a-z]{2,})s (\w{4,})")
_POSSESSIVE = re.compile(r"\b([A-Z][a-z]{2,})['’]s (\w{4,})")
_REPLACEMENT = re.compile("�+")
# ``”`` is E2 80 9D in UTF-8, and Windows-1252 has no character for 9D: what decodes or copies it drops it, and of all signs of
# E2 80 that are common in English it is the only such.  ftfy takes the space behind it for its third byte: ``†``.  A ? can be
# what is left of any byte.
_LOST_BYTE = re.compile(r"â€(?=[ \n,.;:!)\]A-Za-z0-9]|$)")
_LOST_CLITIC = re.compile(r"(?<=[a-z])�(?=(?:s|t|re|ve|ll|d|m)\b)")
# A name whose plural is this common beside it (Republicans, Germans) may well mean the plural.
_PLURAL_SHARE = 0.02


class EncodingDetector:
    """Mojibake (mended) and lost characters (proposed)."""

    kind = _KIND

    def detect(self, document: Document) -> Detection:
        text = document.text
        if not text or text.isspace():
            return UNTOLD
        found = [*_found(text, document.scan)] if document.scan.may_have(_SIGNS) else []
        if not found:
            return NOTHING
        found.sort(key=lambda pair: (pair[0].start, pair[0].end))
        findings = tuple(finding for finding, _ in found)
        return Detection(
            Damage(
                at_least_one(finding.score for finding in findings),
                share_of_words(document.scan.words, len(findings)),
            ),
            findings,
            without_overlap(edit for _, edit in found if edit is not None),
        )


def _found(text: str, scan: Scan) -> Iterator[tuple[Finding, Edit | None]]:
    if scan.may_have(MOJIBAKE):
        yield from _mojibake(text)
        yield from _replacement_characters(text)
    if scan.may_have(LOST_DASH):
        for match in LOST_DASH_FORM.finditer(text):
            yield _proposal(text, match.start(1), match.end(1), " — ", "a dash lost behind the dateline")
    if scan.may_have(LOST_APOSTROPHE):
        yield from _lost_apostrophes(text)


# --- mojibake -----------------------------------------------------------------------------------------------------------


@cache
def _suspicious() -> re.Pattern[str]:
    """Any one character without which ftfy's heuristic cannot fire.

    Its patterns join two or more of its categories; punctuation alone, which is what sound English has, never matches.
    Guarded by ``test_screen_lets_no_mojibake_pass``.
    """
    harmless = {"common", "start_punctuation", "end_punctuation"}
    characters = "".join(members for name, members in MOJIBAKE_CATEGORIES.items() if name not in harmless)
    return re.compile(f"[{characters}ŒœŠšŸžвЂ]")


def _mojibake(text: str) -> Iterator[tuple[Finding, Edit | None]]:
    if text.isascii():
        return
    screen = _suspicious()
    position = 0
    while match := screen.search(text, position):
        start, end = _piece(text, match.start())
        start = max(start, position)
        piece = text[start:end]
        if is_bad(piece):
            yield from _mend(piece, start)
        position = end


def _piece(text: str, position: int) -> tuple[int, int]:
    """The line around a position, or as much of it, cut at spaces, as is mended at once."""
    start = text.rfind("\n", max(0, position - _PIECE), position) + 1
    if start == 0 and position > _PIECE:
        start = text.rfind(" ", position - _PIECE, position) + 1 or position - _PIECE
    end = text.find("\n", position, position + _PIECE)
    if end < 0:
        end = min(len(text), position + _PIECE)
        if end < len(text):
            end = max(text.rfind(" ", position + 1, end), 0) or end
    return start, end


def _mend(piece: str, offset: int) -> Iterator[tuple[Finding, Edit | None]]:
    fixed = _fixed(piece)
    if fixed == piece and "�" in piece:  # which is bad by itself, and reported on its own
        return
    if fixed == piece:
        yield (
            Finding(offset, offset + len(piece), _KIND, _SCORE_UNMENDED, "unlikely characters side by side"),
            None,
        )
        return
    for start, end, after in _changes(piece, fixed):
        before = piece[start:end]
        reason = f"wrongly decoded: {before} ← {after}"
        yield (
            Finding(offset + start, offset + max(end, start + 1), _KIND, _SCORE_MENDED, reason),
            Edit(offset + start, offset + end, before, after, _KIND, _SCORE_MENDED, reason=reason),
        )


def _fixed(piece: str) -> str:
    """As ftfy has it; with the lost bytes put back if that explains everything."""
    whole, lost = _LOST_BYTE.subn("â€\x9d", piece)
    if lost and not is_bad(fixed := fix_encoding(whole)):
        return fixed
    return fix_encoding(piece)


def _changes(before: str, after: str) -> list[tuple[int, int, str]]:
    """Changed spans and what replaces them; changes with only non-ASCII text between them are one.

    Mojibake comes in runs, and a letter that a run happens to share with its original is no anchor.
    """
    spans: list[tuple[int, int, int, int]] = []
    for op in Levenshtein.opcodes(before, after):
        if op.tag == "equal":
            continue
        start, end, low, high = op.src_start, op.src_end, op.dest_start, op.dest_end
        if spans and _is_run(before[spans[-1][1] : start]):
            start, _, low, _ = spans.pop()
        spans.append((start, end, low, high))
    return [(start, end, after[low:high]) for start, end, low, high in spans]


def _is_run(gap: str) -> bool:
    return all(character > "\x7f" for character in gap)


# --- lost characters ------------------------------------------------------------------------------------------------------


def _replacement_characters(text: str) -> Iterator[tuple[Finding, Edit | None]]:
    if "�" not in text:
        return
    for match in _REPLACEMENT.finditer(text):
        start, end = match.span()
        if end - start == 1 and _LOST_CLITIC.match(text, start):
            yield _proposal(text, start, end, "’", "a lost apostrophe", _SCORE_REPLACEMENT)
        else:
            yield Finding(start, end, _KIND, _SCORE_REPLACEMENT, "characters were lost"), None


def _lost_apostrophes(text: str) -> Iterator[tuple[Finding, Edit | None]]:
    """A name's possessive without its apostrophe, where the same article has it: ``Kremlins Making``, ``Kremlin's making``."""
    possessives = {(name.lower(), thing.lower()) for name, thing in _POSSESSIVE.findall(text)}
    if not possessives:
        return
    for match in _LOST_APOSTROPHE.finditer(text):
        name, thing = match.groups()
        if (name.lower(), thing.lower()) in possessives and frequency(name + "s") < frequency(
            name
        ) * _PLURAL_SHARE:
            end = match.start() + len(name)
            yield _proposal(text, end, end, "’", f"{name}’s elsewhere")


def _proposal(
    text: str, start: int, end: int, after: str, reason: str, score: float = _SCORE_LOST
) -> tuple[Finding, Edit]:
    """A guess at a lost character, for a person to decide."""
    finding = Finding(start, max(end, start + 1), _KIND, score, reason)
    return finding, replacement(text, (start, end), after, _KIND, _SCORE_LOST, reason)
