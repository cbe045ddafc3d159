"""Which lines of a plain text belong to the page and not to the article?  (Others call them boilerplate.)

A line is judged by what it says (a modest set of forms: share buttons, credits, cookie banners, prompts, footers, stamps; where
no form tells, its words), by its own form (short, no sentence's end, an order to the reader), by its place (head, tail or among
the prose) and by whether it comes back.  Each kind of evidence has a weight, and weights combine as independent doubts do:
score = 1 - Π(1 - weight).  After the features of boilerplate removal in Kohlschütter et al. 2010 ("Boilerplate detection using
shallow text features"), without the markup that they had.

Prose is what must not be lost, so only whole lines are found, and a line that ends as a sentence does needs a banner's words.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from textrepair.detector.base import NOTHING, UNTOLD, Damage, Detection, Document, Finding
from textrepair.detector.evidence import at_least_one, replacement, share_of_words
from textrepair.detector.furniture.forms import BARE_ADDRESS, Form, form_of
from textrepair.detector.furniture.recurring import LONGEST, RecurringLines, counted_lines
from textrepair.detector.furniture.wording import packaged_wording
from textrepair.detector.scanning.byte_scan import CANDIDATE_LINES, LINES
from textrepair.detector.scanning.screen import Scan
from textrepair.detector.verbatim import Verbatim
from textrepair.patch import Edit

_KIND = "furniture"

# Longer lines are paragraphs; the longest line of furniture in 512 newswire and 2,000 web articles has 162 characters.
_MAX_LINE = 400
_MAX_SHORT = 120
_HEAD_LINES = 6
_TAIL_LINES = 6
_MAX_PROMPT = 210
_SIGNS_OF_LONG = (
    "cookies",
    "rights",
    "copyright",
    "credit",
    "courtesy",
    "http",
    "©",
    "(c)",
    "/",
    "via ",
    "[",
)
_MIN_SCORE = 0.4
#: The words alone are not as sure as forms are ("Download: …" in a list of programs): such a line by itself flags no article, and
#: no edit deletes it.  (Titles, which are the first line, are left.)
_OF_WORDS = 0.49
# A line of fewer articles may be a quotation; an article more of whose lines come back is a copy of others.
_RECURS = 3
_COPY_SHARE = 0.5
_EDIT_SCORE = 0.5

_UNDERLINE = re.compile(r"\s*(?:={3,}|-{3,})\s*")
_PLACE_WEIGHT = 0.3
_REPEAT_WEIGHT = 0.4


@dataclass(frozen=True)
class FurnitureDetector:
    """Lines of the page among the lines of the article; the edits delete them, for those who ask for it.

    With ``recurring`` also lines that come back in article after article of the corpus."""

    kind = _KIND
    recurring: RecurringLines | None = None

    def detect(self, document: Document) -> Detection:
        text = document.text
        if not text or text.isspace():
            return UNTOLD
        findings = tuple(_furniture(text, document.scan)) if document.scan.stats[CANDIDATE_LINES] else ()
        if self.recurring is not None:
            findings = _combined(findings, _recurring(text, self.recurring))
        if not findings:
            return NOTHING
        edits = tuple(_deletion(text, finding) for finding in findings if finding.score >= _EDIT_SCORE)
        words = sum(finding.score * len(text[finding.start : finding.end].split()) for finding in findings)
        # Who puts one address on a line of its own as a part of the article does so with others.
        bare = max((finding.score for finding in findings if finding.reason == BARE_ADDRESS), default=0.0)
        others = (finding.score for finding in findings if finding.reason != BARE_ADDRESS)
        probability = at_least_one((bare, *others))
        return Detection(Damage(probability, share_of_words(document.scan.words, words)), findings, edits)


def _deletion(text: str, finding: Finding) -> Edit:
    """The whole line with its line end."""
    start = text.rfind("\n", 0, finding.start) + 1
    end = text.find("\n", finding.end)
    end = end + 1 if end >= 0 else len(text)
    return replacement(text, (start, end), "", _KIND, finding.score, finding.reason)


def _furniture(text: str, scan: Scan) -> Iterator[Finding]:
    count = scan.stats[LINES]
    if count == 1 and len(text.strip()) <= _MAX_SHORT:
        return
    lines = [(number, start, text[start:end]) for number, start, end in scan.lines]
    counts: Counter[str] | None = None
    verbatim = Verbatim(text)
    for number, at, raw in lines:
        line = raw.strip()
        if not line or len(line) > _MAX_LINE or (len(line) > _MAX_PROMPT and not _may_be_long(line)):
            continue
        form = form_of(line)
        start = at + raw.index(line[0])
        if form is None:
            if number and packaged_wording().tells(line) and not verbatim.contains(start):
                score = _OF_WORDS * packaged_wording().probability(line)
                yield Finding(start, start + len(line), _KIND, round(score, 3), "the words of a page")
            continue
        if counts is None:
            counts = Counter(stripped for _, _, raw in lines if len(stripped := raw.strip()) <= _MAX_SHORT)
        at_edge = number < _HEAD_LINES or number >= count - _TAIL_LINES
        score = _score(form, at_edge, counts[line] > 1)
        if score < _MIN_SCORE or (form.may_head and _PROSE_BELOW.match(text, at + len(raw))):
            continue
        if not verbatim.marked(start):
            yield Finding(start, start + len(line), _KIND, round(score, 3), form.name)


# The next line that is no rule, if it is long.
_PROSE_BELOW = re.compile(rf"\s*(?:[-=]{{3,}}\s+)?[^\n]{{{_MAX_SHORT},}}")


def _may_be_long(line: str) -> bool:
    """Does it hold what every form longer than a prompt has?  Ten searches for a literal cost less than one for all forms."""
    lowered = line.lower()
    return line[-1] in ")*_>\\#-\xa0" or any(sign in lowered for sign in _SIGNS_OF_LONG)


def _recurring(text: str, recurring: RecurringLines) -> Iterator[Finding]:
    """Lines that stand in several articles, unless most of the article does: then it is a copy.  Headings (``Conclusion``) come
    back too; those that are marked as such are left alone."""
    counts = {line: recurring.articles(line) for line in counted_lines(text)}
    back = {line: count for line, count in counts.items() if count >= _RECURS}
    if sum(map(len, back)) > _COPY_SHARE * sum(map(len, counts)):
        return
    at = 0
    lines = text.split("\n")
    for raw, next_raw in zip(lines, [*lines[1:], ""], strict=True):
        line = raw.strip()
        if line in back and len(line) <= LONGEST and not _is_heading(line, next_raw):
            start = at + raw.index(line[0])
            score = 1.0 - _RECURS / (2.0 * back[line])
            reason = f"a line of {back[line]} articles"
            yield Finding(start, start + len(line), _KIND, round(score, 3), reason)
        at += len(raw) + 1


def _is_heading(line: str, next_line: str) -> bool:
    """Is it marked as a heading, as Markdown has it?"""
    return line.startswith("#") or _UNDERLINE.fullmatch(next_line) is not None


def _combined(findings: Iterable[Finding], more: Iterable[Finding]) -> tuple[Finding, ...]:
    """Two doubts of one line are independent."""
    by_place = {(f.start, f.end): f for f in findings}
    for one in more:
        other = by_place.get((one.start, one.end))
        if other is not None:
            score = round(at_least_one((one.score, other.score)), 3)
            one = replace(other, score=score, reason=f"{other.reason}, {one.reason}")
        by_place[one.start, one.end] = one
    return tuple(by_place[place] for place in sorted(by_place))


def _score(form: Form, at_edge: bool, repeated: bool) -> float:
    """The score of a line of this form."""
    if form.edge_only and not at_edge:
        return 0.0
    doubt = 1.0 - form.weight
    if at_edge:
        doubt *= 1.0 - _PLACE_WEIGHT
    if repeated:
        doubt *= 1.0 - _REPEAT_WEIGHT
    return 1.0 - doubt
