"""Was this text decoded with the wrong encoding or not at all, or did it lose characters on the way?

Mojibake is undone with ftfy (:mod:`.mojibake`), quotes of another 8-bit code page by the words around (:mod:`.code_pages`), where
the scan of the text (:mod:`textrepair.detector.scanning.byte_scan`) saw what they cannot do without; most text has none.
To decode what HTML was left undecoded (:mod:`.entities`) is proposed.
Characters lost without a trace (``Kremlins Making``, ``WASHINGTON  President``) can only be guessed, so they are low-confidence
proposals.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from textrepair.detector.base import NOTHING, UNTOLD, Damage, Detection, Document, Finding
from textrepair.detector.encoding.code_pages import SCORE, misread_signs
from textrepair.detector.encoding.entities import entities
from textrepair.detector.evidence import at_least_one, replacement, share_of_words
from textrepair.detector.scanning.byte_scan import ENTITY, LOST_APOSTROPHE, LOST_DASH, MOJIBAKE
from textrepair.detector.scanning.screen import Scan
from textrepair.detector.word_lists import CLITICS
from textrepair.detector.words import frequency
from textrepair.overlap import without_overlap
from textrepair.patch import Edit

_KIND = "encoding"

_SIGNS = MOJIBAKE | ENTITY | LOST_DASH | LOST_APOSTROPHE

# Set by hand.
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
_LOST_CLITIC = re.compile(rf"(?<=[a-z])�(?=(?:{CLITICS})\b)")
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
        # imported here, since it imports ftfy, which takes a fifteenth of a second
        from textrepair.detector.encoding.mojibake import mojibake

        yield from mojibake(text)
        yield from _misread_signs(text)
        yield from _replacement_characters(text)
    if scan.may_have(ENTITY):
        yield from entities(text)
    if scan.may_have(LOST_DASH):
        for match in LOST_DASH_FORM.finditer(text):
            yield _proposal(text, match.start(1), match.end(1), " — ", "a dash lost behind the dateline")
    if scan.may_have(LOST_APOSTROPHE):
        yield from _lost_apostrophes(text)


def _misread_signs(text: str) -> Iterator[tuple[Finding, Edit | None]]:
    for at, sign in misread_signs(text):
        reason = f"wrongly decoded: {text[at]} ← {sign}"
        finding = Finding(at, at + 1, _KIND, SCORE, reason)
        yield finding, replacement(text, (at, at + 1), sign, _KIND, SCORE, reason)


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
