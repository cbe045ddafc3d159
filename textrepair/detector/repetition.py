"""Is something said twice that was meant to be said once?

Words doubled side by side (``the the``, ``countries. countries.``) have an edit that deletes the second.  Repeated lines, a title
printed twice on one line and repeated passages are findings only: which copy to keep, and whether a refrain is meant, is for
a person to say.

Left alone: ``had had``, ``that that``, ``very very`` and other words that English doubles, names (Duran Duran, Walla Walla),
numbers, anything in code, poems' short lines, and single words doubled across a sentence's end other than ``word. word.``.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from textrepair.detector.base import NOTHING, UNTOLD, Damage, Detection, Document, Finding, findings_of
from textrepair.detector.byte_scan import DOUBLED_WORD, REPEATED_LINE, REPEATED_PASSAGE
from textrepair.detector.evidence import at_least_one, replacement, share_of_words, without_overlap
from textrepair.detector.verbatim import Verbatim
from textrepair.detector.words import english_around, frequency
from textrepair.patch import Edit

_KIND = "repetition"
_SIGNS = DOUBLED_WORD | REPEATED_LINE | REPEATED_PASSAGE

# The possessive quantifier keeps a word of 10^6 letters linear.
_DOUBLED = re.compile(r"(?<![\w'’@#$/.&-])([A-Za-z]++)(\s{1,3})\1(?![\w@/=_&-]|['’]\w|\.\w)", re.IGNORECASE)
_DOUBLED_STOP = re.compile(r"(?<![\w'’-])([a-z]{3,}+)\.( \1\.)(?!\w)")
_LETTERS = re.compile(r"[A-Za-z]++")
_DOUBLED_PAIR = re.compile(r"(?<![\w'’-])([a-z]++) ([a-z]++)( \1 \2)(?![\w'’-])")

# Function words whose doubling is a slip wherever it stands.
_NEVER_TWICE = frozenset(
    "the a an of to and or but for with from at by into as than if his their our your its my these those this be been "
    "was were are has have could would should might must who which when where while because after before between through against "
    "during about not what how they we he she i also just other some any each every most such only can did does will".split()
)
# Words that sound English doubles, for sense or for stress, or that are names or sounds when doubled.  "Is is", "in in", "on on",
# "it it", "her her" stand here since one of the two can belong to the clause before.
MAY_DOUBLE = frozenset(
    "had that very no yes so really much many far long more is in on it her him you me us up out off over do there now then well "
    "again never too long old big little bad good right high low ha bye knock night hey oh ah blah boo yeah please go come "
    "look hear wait run stop win money choo tut pom yo dum la na da cha chop tick beep boom bang woof quack goody tsk aye "
    "etc fine super deep hush out one two what why whoa hi hello okay rah murder work home back down way always sorry thank "
    "thanks sing dance love help baby surprise hint meow yuck bling like new big free read real true all less whole ever".split()
)
_PAIR_FIRST = frozenset(
    "of in to for on at by from with and that as is was has have had will would to the a it he they".split()
)
_PAIR_SECOND = frozenset("the a an his her their its this that be been have not".split())
# "so it is it is", "what it has it has": pairs that two clauses may bring together.
_PAIR_MEANT = frozenset(
    {("and", "that"), ("to", "be"), ("in", "that"), ("that", "that"), ("is", "that"), ("it", "that")}
)

# Shares found right among edits read on press and web text (9.8 M words, 2026-11-21), rounded down: function words 113 of 115
# before the guard against stranded ones, others 44 of 45.
_SURE = 0.97
_LIKELY = 0.9
_UNSURE = 0.4

# A repeated line or sentence may be a refrain, a pull quote or a row of a table (2 of 512 newswire articles and 145 of 2,000 web
# posts have one, 2026-11), so one alone says less than even odds.
_SCORE_LINE = 0.4
_SCORE_TITLE = 0.9
_SCORE_PASSAGE = 0.5
_MIN_LINE = 20
_MIN_TITLE = 15
_MIN_SENTENCE = 50

_LINE = re.compile(r"(?<!\S)\S[^\n]*")
_SENTENCE_END = re.compile(r"[.!?][”\"’)]*\s+|\n+")


class RepetitionDetector:
    """Doubled words (edits); repeated lines, titles and passages (findings)."""

    kind = _KIND

    def detect(self, document: Document) -> Detection:
        text = document.text
        if not text or text.isspace():
            return UNTOLD
        scan = document.scan
        if not scan.may_have(_SIGNS):
            return NOTHING
        verbatim = Verbatim(text)
        again = scan.doubled.tolist()
        edits = without_overlap(_doubled_words(text, again, verbatim)) if again else ()
        findings = findings_of(edits, _KIND)
        if scan.may_have(REPEATED_LINE):
            findings += _joined(text, _repeated_lines(text, verbatim))
        if scan.may_have(REPEATED_PASSAGE):
            findings += _joined(text, _repeated_passages(text, verbatim, findings))
        if not findings:
            return NOTHING
        findings.sort(key=lambda finding: (finding.start, finding.end))
        probability = at_least_one(finding.score for finding in findings)
        severity = share_of_words(scan.words, _words_twice(text, findings))
        return Detection(Damage(probability, severity), tuple(findings), edits)


def _words_twice(text: str, findings: Iterable[Finding]) -> float:
    """How many words are said twice, each place counted by its score."""
    return sum(finding.score * len(text[finding.start : finding.end].split()) for finding in findings)


# --- words ----------------------------------------------------------------------------------------------------------------


def _doubled_words(text: str, again: Sequence[int], verbatim: Verbatim) -> Iterator[Edit]:
    """``again`` are the starts of the words that stand there a second time, alone or as the last of two."""
    for match in _apart(_DOUBLED.match(text, at) for at in _firsts(text, again)):
        confidence = _judge_double(text, match)
        if confidence and not verbatim.contains(match.start()):
            word = match.group(1)
            yield _deletion(text, match.end(1), match.end(), confidence, f"doubled: {word}")
    for match in _apart(_DOUBLED_STOP.match(text, at) for at in _firsts(text, again)):
        word = match.group(1)
        meant = word in MAY_DOUBLE or _is_third(text, match, word) or verbatim.contains(match.start())
        if not meant:
            yield _deletion(text, match.start(2), match.end(2), _SURE, f"doubled: {word}.")
    for match in _apart(_DOUBLED_PAIR.match(text, at) for at in _first_pairs(text, again)):
        pair = (match.group(1), match.group(2))
        slip = pair[0] in _PAIR_FIRST and pair[1] in _PAIR_SECOND and pair not in _PAIR_MEANT
        if slip and not verbatim.contains(match.start()):
            yield _deletion(text, match.start(3), match.end(3), _LIKELY, f"doubled: {' '.join(pair)}")


def _firsts(text: str, again: Iterable[int]) -> Iterator[int]:
    """Where the same word may stand one to three characters before these."""
    for at in again:
        first = at - _letters(text, at)
        yield from (place for place in range(first - 3, first) if place >= 0)


def _first_pairs(text: str, again: Iterable[int]) -> Iterator[int]:
    """Where the same pair of words may begin of which these are the last."""
    for at in again:
        one = at - 1 - (text.rfind(" ", 0, max(0, at - 1)) + 1)
        place = at - 2 * one - _letters(text, at) - 3
        if one > 0 and place >= 0:
            yield place


def _letters(text: str, at: int) -> int:
    """How many letters follow one another from here."""
    match = _LETTERS.match(text, at)
    return match.end() - at if match else 0


def _apart(matches: Iterable[re.Match[str] | None]) -> Iterator[re.Match[str]]:
    """Of these, in their order, those that don't overlap one before, as if all the text had been searched."""
    end = 0
    for match in matches:
        if match and match.start() >= end:
            end = match.end()
            yield match


def _deletion(text: str, start: int, end: int, confidence: float, reason: str) -> Edit:
    return replacement(text, (start, end), "", _KIND, confidence, reason)


def _judge_double(text: str, match: re.Match[str]) -> float:
    """How sure is it that the second of two equal words side by side is a slip?  0.0: it may be meant."""
    word, gap = match.group(1), match.group(2)
    second = text[match.end(2) : match.end()]
    lowered = word.lower()
    if "\n" in gap and (gap.count("\n") > 1 or not second.islower()):
        return 0.0
    if lowered in MAY_DOUBLE or (not second.islower() and word != "I"):
        return 0.0
    if not word.islower() and not (word.istitle() and lowered in _NEVER_TWICE):
        return 0.0
    following = text[match.end() : match.end() + 1]
    quoted = text[max(0, match.start() - 1) : match.start()] in _QUOTES and following in _QUOTES
    if quoted or following in ("-", "‐", "’") or _is_third(text, match, lowered):
        return 0.0
    english = english_around(text, match.start(), match.end())
    if lowered in _NEVER_TWICE:
        if english is False:
            return 0.0
        return _UNSURE if lowered in _MAY_STRAND and _is_stranded(text, match.start()) else _SURE
    if english and len(lowered) >= 4 and frequency(lowered) >= _COMMON and not _beside_double(text, match):
        return _LIKELY
    return 0.0


_COMMON = 1e-6
_QUOTES = tuple("“”‘’\"'«»")


# Prepositions and verbs that may end one clause and begin the next: "all I could point to to suggest it", "what it was was".
# 4 of 40 doubled prepositions read in press texts (2026-11-21) were meant; of articles and conjunctions none.
_MAY_STRAND = frozenset(
    "to for with from at by into about of between after before through against during be been was were are has have did does do "
    "can will could should would might must they we he she i who which when".split()
)
_STRANDING = re.compile(
    r"\b(?:what|which|who|whom|whose|where|how|why|when|all|(?:any|some|no|every)(?:thing|one|body)|dealt|resorted|referred|listened"
    r"|responded|pointed|objected)\b[^.!?\n]*\Z",
    re.IGNORECASE,
)


def _is_stranded(text: str, start: int) -> bool:
    """Is there a word shortly before that may have taken the first of the two with it?"""
    return _STRANDING.search(text, max(0, start - 30), start) is not None


_AROUND = ' ,.;:!?()[]“”"…'


def _is_third(text: str, match: re.Match[str], lowered: str) -> bool:
    """Is it a row of three or more, said so for its own sake?"""
    size = len(lowered) + 2
    before = text[max(0, match.start() - size) : match.start()].lower()
    after = text[match.end() : match.end() + size].lower()
    return before.strip(_AROUND) == lowered or after.strip(_AROUND) == lowered


def _beside_double(text: str, match: re.Match[str]) -> bool:
    """Is the next word doubled too, as where someone quotes a doubling?"""
    following = _NEXT_DOUBLE.match(text, match.end())
    before = _DOUBLE_BEFORE.search(text, max(0, match.start() - 60), match.start())
    return following is not None or before is not None


_NEXT_DOUBLE = re.compile(r"\s([A-Za-z]++)\s\1\b")
_DOUBLE_BEFORE = re.compile(r"\b([A-Za-z]++)\s\1\s\Z")


# --- lines and passages -----------------------------------------------------------------------------------------------------


def _repeated_lines(text: str, verbatim: Verbatim) -> Iterator[Finding]:
    """A title twice on one line, and a line that an earlier line says already."""
    seen: set[str] = set()
    for match in _LINE.finditer(text):
        line = match.group().rstrip()
        if len(line) < _MIN_LINE:
            continue
        start, end = match.start(), match.start() + len(line)
        half = _half(line)
        if half:
            yield Finding(start + half, end, _KIND, _SCORE_TITLE, "the same twice on one line")
        elif line in seen and any(map(str.isalpha, line)) and not verbatim.contains(start):
            yield Finding(start, end, _KIND, _SCORE_LINE, "a repeated line")
        seen.add(line)


def _half(line: str) -> int:
    """Where a line's second half begins if it says the first again behind a space or a separator; else 0."""
    for separator in (" ", " | ", " - ", " – ", " — ", ": ", ""):
        size, odd = divmod(len(line) - len(separator), 2)
        first, rest = line[:size], line[size:]
        if not odd and size >= _MIN_TITLE and " " in first and rest == separator + first:
            return size + len(separator)
    return 0


def _repeated_passages(text: str, verbatim: Verbatim, known: list[Finding]) -> Iterator[Finding]:
    """Sentences that an earlier sentence says word for word, less those inside what is known to be repeated already."""
    covered = sorted((finding.start, finding.end) for finding in known)
    seen: set[str] = set()
    for start, end in _sentences(text):
        if end - start < _MIN_SENTENCE:
            continue
        sentence = text[start:end].strip(' “"”')
        if sentence not in seen:
            seen.add(sentence)
        elif not _is_covered(covered, start, end) and not verbatim.contains(start):
            yield Finding(start, end, _KIND, _SCORE_PASSAGE, "a repeated passage")


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    """Spans between stops; rougher and ten times faster than the tokens' sentences, and equal texts are cut equally."""
    start = 0
    for match in _SENTENCE_END.finditer(text):
        yield start, match.start()
        start = match.end()
    yield start, len(text)


def _is_covered(spans: list[tuple[int, int]], start: int, end: int) -> bool:
    index = bisect_right(spans, (start, end))
    return any(low <= start and end <= high for low, high in spans[max(0, index - 1) : index + 1])


def _joined(text: str, findings: Iterable[Finding]) -> Iterator[Finding]:
    """Findings of one reason with nothing but stops and spaces between them are one."""
    last: Finding | None = None
    for finding in findings:
        joined = finding
        if last is not None:
            between = text[last.end : finding.start]
            if (
                last.reason == finding.reason
                and len(between) < _MIN_LINE
                and not any(map(str.isalnum, between))
            ):
                joined = replace(last, end=finding.end)
            else:
                yield last
        last = joined
    if last is not None:
        yield last
