"""Is something said twice that was meant to be said once?

Words doubled side by side (``the the``), and the end of a sentence that stands behind its stop again (``other countries. other
countries.``), have an edit that deletes the second.  Repeated lines, a title printed twice on one line and repeated passages are
findings only: which copy to keep, and whether a refrain is meant, is for a person to say.  A passage that stands right behind
itself, or one of a hundred words, is a slip; a line that comes back later is a refrain, a label or a quotation, so all of these
together raise one doubt, not one each.

Left alone: ``had had``, ``that that``, ``very very`` and other words that English doubles, sounds (``drip drip``), names (Duran
Duran, Walla Walla), numbers, what is followed by ``[sic]``, anything in code, rules and addresses, and single words doubled
across a sentence's end otherwise.  Proposals only are made in transcripts with their hesitations, and for writers who double
words as a matter of grammar.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import regex

from textrepair.detector.base import NOTHING, UNTOLD, Damage, Detection, Document, Finding, findings_of
from textrepair.detector.evidence import at_least_one, replacement, share_of_words
from textrepair.detector.near import matches
from textrepair.detector.scanning.byte_scan import (
    DOUBLED_STOP,
    DOUBLED_WORD,
    REPEATED_LINE,
    REPEATED_PASSAGE,
    TAIL,
    TITLE_TWICE,
)
from textrepair.detector.scanning.screen import Scan
from textrepair.detector.verbatim import Verbatim
from textrepair.detector.word_lists import MAY_DOUBLE
from textrepair.detector.words import english_around, frequency
from textrepair.overlap import Spans, place, without_overlap
from textrepair.patch import Edit

_KIND = "repetition"
_SIGNS = DOUBLED_WORD | DOUBLED_STOP | REPEATED_LINE | REPEATED_PASSAGE | TITLE_TWICE

# The possessive quantifier keeps a word of 10^6 letters linear.
_DOUBLED = re.compile(r"(?<![\w'’@#$/.&-])([A-Za-z]++)(\s{1,3})\1(?![\w@/=_&-]|['’]\w|\.\w)", re.IGNORECASE)
#: The end of a sentence, up to four words of it, that stands behind its stop again.  Whole sentences and clauses are said
#: twice on purpose.  33 M words of press text hold five such places, three of them rows ("hate, hate. hate."), 10 M of speech
#: seven.
END_AGAIN = regex.compile(
    r"(?:(?<=\w )(?P<said>(?!(?:I|we|you|he|she|it|they|this|that|there)\b)(?:\p{L}++ ){1,3}\p{L}{3,}+)"
    r"|(?<=[\w,] )(?P<said>\p{L}{3,}+))\.(?P<again> (?P=said)\.)(?!\w)"
)
#: Characters, of both.
LONGEST_END_AGAIN = 2 * (TAIL + 1)
_LETTERS = re.compile(r"[A-Za-z]++")
#: A pronoun or a verb with its clitic; a noun's possessive may be followed by itself ("my mother's mother's house").
_DOUBLED_CLITIC = re.compile(
    r"(?<![\w'’-])((?:I|you|he|she|it|we|they|that|there|here|what|who|let)['’](?:s|ll|re|ve|d|m)"
    r"|(?:do|does|did|is|are|was|were|has|have|had|ca|could|wo|would|should)n['’]t)( \1)(?![\w'’-])",
    re.IGNORECASE,
)
_LONGEST_CLITIC = 10  # "shouldn’t" and a space
_DOUBLED_PAIR = re.compile(r"(?<![\w'’-])([a-z]++) ([a-z]++)( \1 \2)(?![\w'’-])")

# Function words whose doubling is a slip wherever it stands.
_NEVER_TWICE = frozenset(
    "the a an of to and or but for with from at by into as than if his their our your its my these those this be been "
    "was were are has have could would should might must may who which when where while because after before between through "
    "against during about not what how they we he she i also just other some any each every most such only can did does "
    "will".split()
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
# Some 400 other words doubled in the 78 M words, read: of those of six letters or more about 150 of 158 were slips, of shorter
# ones above one word in 10,000 about 9 in 10, above one in 100,000 19 of 30; of rarer short ones 2 of 25 (cough, ding, agar).
_RATHER = 0.65
_LONG_WORD, _VERY_LONG_WORD = 6, 8

# How likely lines and passages that come back are slips, by where and how much; set by what 1,000 of the web posts hold, which
# the tables of docs/detection-mechanical.md leave out.
_SCORE_TITLE = 0.9
_SCORE_ADJACENT = 0.9  # stands right behind itself
_SCORE_HEADING = 0.7  # the same, but hardly a sentence
_SCORE_LONG = 0.9
_SCORE_PARAGRAPH = 0.4
_SCORE_SENTENCE = 0.3
_SCORE_REFRAIN = 0.15  # comes back more than once, or is a line of verse, or later an item of a list
_LONG_PASSAGE = 100  # words
_PARAGRAPH = 40
_SENTENCE_WORDS = 8
_MIN_WORDS = 4
_VERSE = 60  # characters: the longest line of verse, or nearly
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
        again = scan.doubled
        doubled = (
            [*_doubled_words(text, again, verbatim), *_doubled_clitics(text, again, verbatim)]
            if again
            else []
        )
        doubled += _ends_again(text, scan.places(DOUBLED_STOP), verbatim)
        edits = without_overlap(doubled)
        findings = findings_of(edits, _KIND)
        doubts = [edit.confidence for edit in edits if edit.confidence > _UNSURE]
        if len(doubts) < len(edits):  # who doubles one word on purpose doubles others too: one doubt together
            doubts.append(_UNSURE)
        if scan.may_have(TITLE_TWICE):
            titles = list(_titles_twice(text))
            findings += titles
            doubts += [title.score for title in titles]
        again_said = list(_passages(text, scan, verbatim, findings))
        findings += again_said
        # Whoever repeats one line on purpose repeats others too: they raise one doubt together.
        doubts.append(max((finding.score for finding in again_said), default=0.0))
        if not findings:
            return NOTHING
        findings.sort(key=lambda finding: (finding.start, finding.end))
        probability = at_least_one(doubts)
        severity = share_of_words(scan.words, _words_twice(text, findings))
        return Detection(Damage(probability, severity), tuple(findings), edits)


def _words_twice(text: str, findings: Iterable[Finding]) -> float:
    """How many words are said twice, each place counted by its score."""
    return sum(finding.score * len(text[finding.start : finding.end].split()) for finding in findings)


# --- words ----------------------------------------------------------------------------------------------------------------


def _doubled_words(text: str, again: Sequence[int], verbatim: Verbatim) -> Iterator[Edit]:
    """``again`` are the starts of the words that stand there a second time, alone or as the last of two."""
    singles = list(_apart(_DOUBLED.match(text, at) for at in _firsts(text, again)))
    judged = [(match, sure) for match in singles if (sure := _judge_double(text, match))]
    slips = [(match, sure) for match, sure in judged if not verbatim.contains(match.start())]
    if slips:
        meant_by = _who_doubles(text, singles)
        for match, sure in slips:
            word = match.group(1)
            line = _line_start(text, match.start()), _line_end(text, match.end())
            meant = meant_by(word.lower()) or _is_verse(text, *line)
            confidence = _UNSURE if meant else sure
            yield _deletion(text, match.end(1), match.end(), confidence, f"doubled: {word}")
    for match in _apart(_DOUBLED_PAIR.match(text, at) for at in _first_pairs(text, again)):
        pair = (match.group(1), match.group(2))
        slip = pair[0] in _PAIR_FIRST and pair[1] in _PAIR_SECOND and pair not in _PAIR_MEANT
        if slip and not verbatim.contains(match.start()):
            confidence = _UNSURE if _is_stranded(text, match.start()) else _LIKELY  # "what will be will be"
            yield _deletion(text, match.start(3), match.end(3), confidence, f"doubled: {' '.join(pair)}")


def _doubled_clitics(text: str, again: Sequence[int], verbatim: Verbatim) -> Iterator[Edit]:
    """``I'll I'll``; ``again`` as above, of which the clitics matter.  10 in the 78 M words, of which one is said three times and
    the others are slips."""
    found = (
        _DOUBLED_CLITIC.search(text, max(0, at - 2 * _LONGEST_CLITIC), at + 2)
        for at in again
        if text[at - 1 : at] in ("'", "’")
    )
    for match in _apart(found):
        start, end = match.span()
        said = match.group(1)
        quoted = text[max(0, start - 1) : start] in _QUOTES and text[end : end + 1] in _QUOTES
        if quoted or _SIC.match(text, end) or _is_third(text, start, end, said.lower()):
            continue
        if not verbatim.contains(start) and english_around(text, start, end):
            line = _line_start(text, start), _line_end(text, end)
            meant = _is_stranded(text, start) or _is_verse(text, *line) or _is_spoken(text)
            yield _deletion(text, *match.span(2), _UNSURE if meant else _LIKELY, f"doubled: {said}")


def _ends_again(text: str, places: Iterable[tuple[int, int]], verbatim: Verbatim) -> Iterator[Edit]:
    """``places`` are the spans that hold the stop behind what may be the end of a sentence said again."""
    spoken: bool | None = None
    for start, end in places:
        for match in matches(END_AGAIN, text, start - LONGEST_END_AGAIN, end):
            said = match["said"]
            meant = said in MAY_DOUBLE or _is_third(text, *match.span(), said.lower())
            if match.end() > start and not meant and not verbatim.contains(match.start()):
                if spoken is None:
                    spoken = _is_spoken(text)  # reads the whole text
                confidence = _UNSURE if spoken else _SURE if said.islower() else _LIKELY
                yield _deletion(text, *match.span("again"), confidence, f"doubled: {said}.")


# Spoken, or what a transcript says of speech: "(inaudible)", "[CROSSTALK]".
_HESITATION = re.compile(
    r"(?<![\w'’-])(?:u[hm]+|er+m?)(?![\w'’-])|[(\[](?:inaudible|unintelligible|crosstalk|laughter)[)\]]",
    re.IGNORECASE,
)
_ENOUGH_HESITATION = 2
#: Slips double a content word once in 100,000, and function words more often.
_ENOUGH_KINDS = 3
#: They stand where a clause begins or ends.  Of 1,972 words doubled at random in newswire 65 were taken for meant without this.
_ENOUGH_AT_EDGES = 2


def _who_doubles(text: str, doubled: Sequence[re.Match[str]]) -> Callable[[str], bool]:
    """Which words does this writer double on purpose?

    All, where hesitations were written down word for word ("um, I I went uh to the the doctor"); content words, where several are
    doubled and no function word is, as several Englishes do ("small small I gathered money, so next time I go early early").
    """
    if _is_spoken(text):
        return lambda word: True
    again = [m for m in doubled if text[m.end(2) : m.end()].islower()]  # no names
    words = {m.group(1).lower() for m in again}
    content = words - _NEVER_TWICE - MAY_DOUBLE
    at_edges = content & {m.group(1).lower() for m in again if _is_at_edge(text, m.start(), m.end())}
    enough = len(content) >= _ENOUGH_KINDS and len(at_edges) >= _ENOUGH_AT_EDGES
    meant = enough and words.isdisjoint(_NEVER_TWICE)
    return lambda word: meant and word in content


def _is_spoken(text: str) -> bool:
    """Were hesitations written down word for word?"""
    return sum(1 for _ in _HESITATION.finditer(text)) >= _ENOUGH_HESITATION


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
    if lowered == "is" and not _is_plain_subject(text, match):
        return 0.0
    both_begin = second == word and _GOES_ON.match(text, match.end()) is not None  # "He He said"
    if lowered in MAY_DOUBLE or not (second.islower() or word == "I" or both_begin):
        return 0.0
    if not word.islower() and not (word.istitle() and lowered in _NEVER_TWICE | {"it"}):
        return 0.0
    if (
        word[0].isupper()
        and word != "I"
        and not _SENTENCE_BEGINS.search(text, max(0, match.start() - 5), match.start())
    ):
        return 0.0  # "the Who who played", "vitamin A a day"
    following = text[match.end() : match.end() + 1]
    if _SIC.match(text, match.end()) or _is_exclaimed(text, match.start(), following):
        return 0.0
    if lowered in _NOUN_TOO and (
        not word.islower() or _DETERMINED.search(text, max(0, match.start() - 30), match.start())
    ):
        return 0.0
    quoted = text[max(0, match.start() - 1) : match.start()] in _QUOTES and following in _QUOTES
    if quoted or following in ("-", "‐", "’") or _is_third(text, match.start(), match.end(), lowered):
        return 0.0
    english = english_around(text, match.start(), match.end())
    if lowered in _NEVER_TWICE:
        if english is False:
            return 0.0
        return _UNSURE if _may_be_two(text, match, lowered) else _SURE
    if lowered in _PARTICLES or lowered in ("is", "it"):
        return _judge_particle(text, match, lowered) if english else 0.0
    if english and not _beside_double(text, match):
        return _judge_content(text, match, lowered)
    return 0.0


def _judge_particle(text: str, match: re.Match[str], word: str) -> float:
    """Of ``in``, ``on``, ``is`` and ``it``, of which one may belong to the clause before."""
    start = match.start()
    if word == "it":
        one = _NO_OBJECT.search(text, max(0, start - 20), start) or _NO_SUBJECT.match(text, match.end())
        return _UNSURE if one else 0.0
    if word == "is" or _is_behind_noun(text, start):
        return _LIKELY
    verb = _PRONOUN_AND_VERB.search(text, max(0, start - 40), start)
    return 0.0 if verb or _takes_particle(text, start) else _UNSURE


# "They came in in June", "18 in in diameter".
_PRONOUN_AND_VERB = re.compile(r"\b(?:I|you|he|she|it|we|they|who) \w+ \Z|\d \Z", re.IGNORECASE)
# "Whoever broke it it was not me", but the first of the two is the object of no conjunction, and the second no subject of a
# preposition: 13 of the 28 in the 78 M words, all slips, which are too few to edit.
_NO_OBJECT = re.compile(
    r"(?:\A|[.!?,;:(“\"—–]\s?|\b(?:that|and|but|or|if|as|than|because|when|while|whether|so|though|although|since) )\Z",
    re.IGNORECASE,
)
_NO_SUBJECT = re.compile(r" (?:from|to|in|on|at|for|with|by|of|into|about)\b")


def _may_be_two(text: str, match: re.Match[str], word: str) -> bool:
    """Of a function word: may the one belong to what is before, the other to what follows?"""
    start, end = match.start(), match.end()
    if word in _MAY_STRAND and (_is_stranded(text, start) or _RELATIVE.match(text, end)):
        return True
    verbs = _PREPOSITIONAL.get(word)
    if verbs is not None and verbs.search(text, max(0, start - 20), start):
        return True
    meant = _MEANT_BEFORE.get(word)
    return meant is not None and meant.match(text, end) is not None


# "In in" and "on on" are mostly a verb's particle and a preposition ("it kicks in in May", "what goes on on the boats"), but
# not behind a noun: of 390 in the 78 M words 29 stand behind what is told for one here, and all 29 are slips.
_PARTICLES = frozenset(("in", "on"))
_NOUN_BEFORE = re.compile(
    r"(?:\b(?:the|an?|this|these|those|his|her|its|their|our|my|your|no|any|some|every|each|last|next|of|\d+|['’]s)"
    r"(?: [a-z]+(?:al|ic|ous|ful|ive|able|an|er|ed|ing|y|ish|est))? [a-z]+"
    r"|\b[a-z]*(?:tion|sion|ment|ness|ity|ship|ism|ance|ence|cess)s?|(?<=[a-z,] )[A-Z][a-z]+) \Z"
)
# Nouns made of verbs with such a particle ("the first step in"), of which one is in or on, and what is no noun.
_PARTICLE_BEFORE = re.compile(
    r"\b(?:step|knock|check|log|sit|move|break|build|lock|plug|sign|drop|buy|trade|walk|stand|fill|kick|turn|head|carry|hold|roll"
    r"|add|hand|try|run|clock|phone|call|dial|drive|opt|fly|pass|catch|way|world|place|position|situation|area|room|house|home"
    r"|car|country|town|city|state|time|all|so|more|later|back|go|come|put|got|let|us|it|him|her|them|you|me|\w+ed|\w+ing)s? \Z"
)
_RELATIVE_BEFORE = re.compile(
    r"\b(?:what|which|who|whom|whose|where|how|why|when|all|that|everything|anything)\b[^.!?\n]*\Z",
    re.IGNORECASE,
)


def _is_behind_noun(text: str, start: int) -> bool:
    """Does a noun end right before, with no relative clause around it?"""
    return _NOUN_BEFORE.search(text, max(0, start - 60), start) is not None and not _takes_particle(
        text, start
    )


def _takes_particle(text: str, start: int) -> bool:
    """May what stands right before, or a relative clause around it, have taken the first of the two?"""
    low = max(0, start - 60)
    return (
        _PARTICLE_BEFORE.search(text, low, start) is not None
        or _RELATIVE_BEFORE.search(text, low, start) is not None
    )


# "What it is is that", "the thing is is that", "as it is is": 16 of 101 in the 78 M words have none of these around, and all
# 16 are slips.
_CLAUSE_OF_IS = re.compile(
    r"\b(?:what|which|who|whom|whose|where|how|why|when|all|everything|anything|long|there|though|that|says?|said|anyone)\b"
    r"[^.!?\n]*\Z|[\w,] \w+ (?:\w+ly |somehow )?(?:it|he|she|this|that|one) \Z",
    re.IGNORECASE,
)
_SPOKEN_IS = re.compile(r" (?:that|because|is|to|for|—|–|-|quite|in|you|\w+ing)\b|[^\w ]| [^\w ]")


def _is_plain_subject(text: str, match: re.Match[str]) -> bool:
    """Is what stands before ``is is`` a subject and no clause that ends in ``is``?"""
    start = match.start()
    return (
        _CLAUSE_OF_IS.search(text, max(0, start - 80), start) is None
        and _SPOKEN_IS.match(text, match.end()) is None
    )


def _is_at_edge(text: str, start: int, end: int) -> bool:
    """Does a mark, or the text's edge, stand right before or behind the two?"""
    before, following = text[max(0, start - 2) : start].rstrip(" ")[-1:], text[end : end + 1]
    return not before or before in _MARKS or not following or following in _MARKS


def _is_exclaimed(text: str, start: int, following: str) -> bool:
    """Do the two stand between marks, by themselves: ``they laughed, he he, and``?"""
    before = text[max(0, start - 2) : start].rstrip(" ")
    return (not before or before[-1] in _MARKS) and (not following or following in _MARKS)


_GOES_ON = re.compile(r" [a-z]")
_SENTENCE_BEGINS = re.compile(r"(?:\A|[\n.!?:…“”\"‘’'*_#>(\])–—-])\s*\Z")
_MARKS = frozenset(',.;:!?…()—–-“”"\n')
# "Theresa May may", "his will will be read", "the can can be opened".
_NOUN_TOO = frozenset("may will can might".split())
_DETERMINED = re.compile(
    r"(?:\b(?:the|an?|this|that|my|your|his|her|its|our|their|no|any|every|each)|['’]s) \Z",
    re.IGNORECASE,
)
# Of doubled function words in press text (a sample of 330 of 1,738, read 2026-11-22) these were the ones that were meant: "the
# boats we deal with with islanders", "they have hoped for for ages", "he rang about this this evening", "we're not not asking".
_PREPOSITIONAL = {
    preposition: re.compile(rf"\b(?:{verbs})(?:e|es|s|ed|d|ing)? \Z")
    for preposition, verbs in {
        "to": "go|went|com|came|look|point|refer|referr|respond|listen|object|resort|belong|allud|turn|speak|spok|talk",
        "for": "ask|hop|wait|push|fight|fought|call|look|stand|stood|hir|driv|work|pay|paid|advocat|car|search|provid|press"
        "|prepar|account|argu|long|cheer|aim",
        "with": "deal|dealt|work|liv|talk|speak|spok",
        "at": "look|aim",
        "about": "talk|speak|spok|car",
        "from": "com|came",
        "of": "speak|spok|think|thought",
    }.items()
}
_TIME = (
    "(?:time|years?|decades?|months?|weeks?|weekends?|days?|centur(?:y|ies)|generations?|li(?:fe|ves)|while|ages|hours?"
    "|minutes?)"
)
_PART_OF_TIME = (
    "(?:morning|afternoon|evening|night|spring|summer|autumn|fall|winter|season|quarter|term|(?:Mon|Tues|Wednes|Thurs|Fri"
    "|Satur|Sun)day|January|February|March|April|May|June|July|August|September|October|November|December|Christmas|Easter)"
)
_MEANT_BEFORE = {
    "for": re.compile(rf" (?:[\w’'.,-]+ ){{0,3}}{_TIME}\b"),
    "this": re.compile(rf" (?:past |last |coming )?(?:{_TIME}|{_PART_OF_TIME})\b"),
    "not": re.compile(""),
    "the": re.compile(r" (?:of|and|or|in|is|was)\b"),  # spoken of; none of the 708 in the 78 M words
}
_RELATIVE = re.compile(r" (?:who|whom|what|which|where|when|whatever|whoever)\b")


def _judge_content(text: str, match: re.Match[str], word: str) -> float:
    """Of a word that is no function word: short rare ones are sounds and names, verbs may end one clause and begin the next."""
    start = match.start()
    share = frequency(word)
    if len(word) < 3 or share < _least_frequent(len(word)):
        return 0.0
    if _CLAUSE_BEFORE.search(text, max(0, start - 30), start) or _CONTRAST.match(text, match.end()):
        return _UNSURE
    if len(word) == 3:
        return _LIKELY if share >= _VERY_FREQUENT else 0.0
    return _LIKELY if len(word) >= _LONG_WORD or share >= _FREQUENT else _RATHER


def _least_frequent(letters: int) -> float:
    """How frequent a word of so many letters has to be, so that it is none that is only ever said twice."""
    if letters >= _VERY_LONG_WORD:
        return _SEEN
    return _COMMON if letters >= _LONG_WORD else _WELL_KNOWN


_SEEN = 1e-7
_COMMON = 1e-6
_WELL_KNOWN = 1e-5
_FREQUENT = 1e-4
_VERY_FREQUENT = 3e-4  # "get", "see", "say"; not "lol" or "wow"
_QUOTES = tuple("“”‘’\"'«»")
_SIC = re.compile(r" ?[(\[]sic\b", re.IGNORECASE)
# "Those who can't sing sing", "the people he knew knew nothing": a clause that begins a word or three before may end with
# the first; not one behind a conjunction or a verb of saying.
_CLAUSE_BEFORE = re.compile(
    r"\b(?:what|who|which|how|where|when)(?:ever)? (?:[\w'’]+ ){0,2}\Z|(?<![\w'’])(?!(?:and|but|or|so|that|as|if|when|while"
    r"|because|since|until|after|before|where|then|than|said|says|say|think|thought|know|knew|hope|believe)\b)[a-z]+"
    r" (?:I|you|he|she|it|we|they) \Z",
    re.IGNORECASE,
)
# "A salad salad, not a tuna salad".
_CONTRAST = re.compile(r",? (?:not|rather than|as opposed to)\b")


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


_AROUND = ' ,.;:!?()[]“”‘’"…' + "'"


def _is_third(text: str, start: int, end: int, lowered: str) -> bool:
    """Is it a row of three or more, said so for its own sake?"""
    size = len(lowered) + 2
    before = text[max(0, start - size) : start].lower()
    after = text[end : end + size].lower()
    return before.strip(_AROUND) == lowered or after.strip(_AROUND) == lowered


def _beside_double(text: str, match: re.Match[str]) -> bool:
    """Is the next word doubled too, as where someone quotes a doubling?"""
    following = _NEXT_DOUBLE.match(text, match.end())
    before = _DOUBLE_BEFORE.search(text, max(0, match.start() - 60), match.start())
    return following is not None or before is not None


_NEXT_DOUBLE = re.compile(r"\s([A-Za-z]++)\s\1\b")
_DOUBLE_BEFORE = re.compile(r"\b([A-Za-z]++)\s\1\s\Z")


# --- lines and passages -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Again:
    """A stretch that an earlier one says word for word: where, where the earlier one ends, and how often it stands in all."""

    start: int
    end: int
    earlier_end: int
    times: int
    reason: str


def _titles_twice(text: str) -> Iterator[Finding]:
    """A title that its line says twice."""
    first = len(text) - len(text.lstrip())
    for start, line in _lines(text):
        half = _half(line)
        if half:
            titled = start == first or sum(word[0].isupper() for word in line[half:].split()) > 1
            # A chant stands among the text and has no capitals inside.
            score = _SCORE_TITLE if titled else _UNSURE
            yield Finding(start + half, start + len(line), _KIND, score, "the same twice on one line")


def _passages(text: str, scan: Scan, verbatim: Verbatim, known: list[Finding]) -> Iterator[Finding]:
    """Lines and sentences that come back, those that follow one another as one, less what is known already."""
    lines = list(_joined(text, _come_back(text, _LINE_AGAIN))) if scan.may_have(REPEATED_LINE) else []
    covered = Spans([*map(place, known), *map(place, lines)])
    sentences = _come_back(text, _SENTENCE_AGAIN) if scan.may_have(REPEATED_PASSAGE) else ()
    uncovered = (s for s in sentences if not covered.cover(s.start, s.end))
    for again in (*lines, *_joined(text, uncovered)):
        if not verbatim.contains(again.start):
            yield Finding(again.start, again.end, _KIND, _score(text, again), again.reason)


def _come_back(text: str, reason: str) -> Iterator[_Again]:
    """Lines, or sentences, that an earlier one says word for word, if they hold words enough to be said."""
    units = list(_lines(text) if reason == _LINE_AGAIN else _sentences(text))
    times = Counter(unit for _, unit in units)
    last: dict[str, int] = {}
    for start, unit in units:
        if times[unit] == 1:
            continue
        end = start + len(unit)
        if unit in last and len(_WORD.findall(_ADDRESS.sub("", unit))) >= _MIN_WORDS:
            yield _Again(start, end, last[unit], times[unit], reason)
        last[unit] = end


_LINE_AGAIN, _SENTENCE_AGAIN = "a repeated line", "a repeated passage"
_WORD = re.compile(r"[^\W\d_]{2,}")
_ADDRESS = re.compile(r"(?:https?:|www\.)\S+|\S+[./]\S+[./]\S+")


def _score(text: str, again: _Again) -> float:
    """How likely is it no refrain, label, quotation or caption, but a slip?"""
    words = len(text[again.start : again.end].split())
    if words >= _LONG_PASSAGE:
        return _SCORE_LONG
    if again.times > 2 or _is_verse(text, again.start, again.end):
        return _SCORE_REFRAIN
    if _is_adjacent(text, again):
        return _SCORE_ADJACENT if words >= _SENTENCE_WORDS else _SCORE_HEADING
    if _is_item(text, again):
        return _SCORE_REFRAIN
    return _SCORE_PARAGRAPH if words >= _PARAGRAPH else _SCORE_SENTENCE


def _is_adjacent(text: str, again: _Again) -> bool:
    """Does nothing stand between the two, or of a paragraph no more than labels and headings?"""
    if again.start - again.earlier_end > _MOST_BETWEEN:
        return False
    between = text[again.earlier_end : again.start]
    if not any(map(str.isalnum, between)):
        return True
    return (
        again.reason == _LINE_AGAIN
        and not _is_item(text, again)
        and text[again.end - 1] in _STOPS
        and len(text[again.start : again.end].split()) >= _SENTENCE_WORDS
        and all(len(line.split()) < _SENTENCE_WORDS for line in between.splitlines())
    )


_STOPS = frozenset('.!?”"')


def _is_item(text: str, again: _Again) -> bool:
    """Does its line begin as one of a list?"""
    return _ITEM.match(text, _line_start(text, again.start)) is not None


def _is_verse(text: str, start: int, end: int) -> bool:
    """Is it a short line right above or below another short one that says something else?"""
    if end - start > _VERSE or text[_line_start(text, start) : start].strip():
        return False
    said = text[start:end].strip()
    line_start, line_end = _line_start(text, start), _line_end(text, end)
    above = text[_line_start(text, max(0, line_start - 1)) : max(0, line_start - 1)].strip()
    below = text[line_end + 1 : _line_end(text, line_end + 1)].strip()
    return any(0 < len(line) <= _VERSE and line != said for line in (above, below))


def _line_start(text: str, at: int) -> int:
    """Where the line begins, or as far before as matters, so that one line of fifty megabytes stays linear."""
    low = max(0, at - _MOST_BETWEEN)
    return max(low, text.rfind("\n", low, at) + 1)


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at, at + _MOST_BETWEEN)
    return end if end >= 0 else min(len(text), at + _MOST_BETWEEN)


_ITEM = re.compile(
    r"[ \t]*(?:>[ \t]*)?(?:[*•·+-]|\(?(?:\d{1,3}|[a-zA-Z]|[ivx]{1,5})[.)]|\d{1,3}\\\.|[QA]\.|↑)[ \t]"
)


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Where lines long enough to say something begin, and what they say."""
    for match in _LINE.finditer(text):
        line = match.group().rstrip()
        if len(line) >= _MIN_LINE:
            yield match.start(), line


def _half(line: str) -> int:
    """Where a line's second half begins if it says the first again behind a space or a separator; else 0."""
    for separator in (" ", " | ", " - ", " – ", " — ", ": ", ""):
        size, odd = divmod(len(line) - len(separator), 2)
        first, rest = line[:size], line[size:]
        if not odd and size >= _MIN_TITLE and " " in first and rest == separator + first:
            return size + len(separator)
    return 0


def _sentences(text: str) -> Iterator[tuple[int, str]]:
    """Stretches between stops, without quotes around them; rougher and ten times faster than the tokens' sentences, and equal
    texts are cut equally."""
    start = 0
    for end, following in (*((m.start(), m.end()) for m in _SENTENCE_END.finditer(text)), (len(text), 0)):
        if end - start >= _MIN_SENTENCE:
            sentence = text[start:end].lstrip(_AROUND_SENTENCE)
            yield end - len(sentence), sentence.rstrip(_AROUND_SENTENCE)
        start = following


_AROUND_SENTENCE = ' “"”'


def _joined(text: str, found: Iterable[_Again]) -> Iterator[_Again]:
    """Those between which no more stands than between the earlier ones, and the same but for stops and spaces, are one."""
    last: _Again | None = None
    for again in found:
        joined = again
        if last is not None:
            between = text[last.end : again.start]
            earlier_start = again.earlier_end - (again.end - again.start)
            follows = last.earlier_end <= earlier_start <= last.earlier_end + len(between) + _MIN_LINE
            if (
                len(between) < _MOST_BETWEEN
                and follows
                and _words_of(between) == _words_of(text[last.earlier_end : earlier_start])
            ):
                joined = replace(
                    last, end=again.end, earlier_end=again.earlier_end, times=min(last.times, again.times)
                )
            else:
                yield last
        last = joined
    if last is not None:
        yield last


_MOST_BETWEEN = 200  # characters: lines too short to be looked at


def _words_of(text: str) -> list[str]:
    return re.findall(r"\w+", text)
