"""Words of open classes and their inflection, for spinners (lemminflect)."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

import lemminflect
import wordfreq

from textrepair.detector.scanning.skeleton import FUNCTION_WORDS

CLOSED = frozenset(FUNCTION_WORDS)
_WORD = re.compile(r"[A-Za-z]+")
_BEGINS = re.compile(r"(?:\A|[.!?\n])[\"”’)]*\s*[\"“‘(]*\Z")


@cache
def frequency(word: str) -> float:
    """A word's share of English, by wordfreq."""
    return float(wordfreq.word_frequency(word, "en"))


@cache
def readings(word: str) -> tuple[tuple[str, str], ...]:
    """The lemmas of a form of an open class, and the inflections that it is of them."""
    return tuple(
        (lemma, tag)
        for pos, lemmas in lemminflect.getAllLemmas(word).items()
        if pos in ("NOUN", "VERB", "ADJ", "ADV")
        for lemma in lemmas
        for tag, forms in lemminflect.getAllInflections(lemma, pos).items()
        if word in forms
    )


def open_words(text: str, substitute: Callable[[str], str | None]) -> str:
    """The text with its words of open classes, other than names and parts of compounds, replaced where there is a substitute for
    their small form."""
    out: list[str] = []
    at = 0
    for match in _WORD.finditer(text):
        start, end = match.span()
        word = match.group()
        inside = text[start - 1 : start] in ("'", "’", "-") or text[end : end + 1] == "-"
        named = word[0].isupper() and not _BEGINS.search(text, max(0, start - 6), start)
        if inside or named or word.lower() in CLOSED:
            continue
        found = substitute(word.lower())
        if found:
            out += [text[at:start], found[0].upper() + found[1:] if word[0].isupper() else found]
            at = end
    return "".join([*out, text[at:]])
