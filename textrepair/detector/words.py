"""Is this an English word, and how frequent is it?

The lookup is wordfreq's list of English (``large``: every word seen at least about once in 10^8, from Wikipedia, subtitles,
news, books, web text, Twitter and Reddit; Speer 2022, doi:10.5281/zenodo.7199437).  It is loaded once, on first use, as one
dictionary: ``wordfreq.zipf_frequency`` normalises and tokenises at every call and is ten times slower.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Set
from functools import cache
from itertools import chain

# Below this length a text says too little about its language (a headline has 5 to 12 words).
_MIN_WORDS_FOR_LANGUAGE = 8

# Share of running words that are among the commoner English ones (1 in 10^6 and up, some 28,900).  Measured 2026-11-21: 512
# sound newswire articles 0.87 to 1.00, median 0.975; a German, French, Spanish, Italian and Dutch sentence 0.25 to 0.54, since
# short words of theirs are in the list too.  Guarded by test_detector_words.
ENGLISH_SHARE = 0.7
COMMON_FREQUENCY = 1e-6

#: The share of running words that are on no list: of sound newswire 1 in 5,700 is in small letters and unlisted (2026-11-21).
UNLISTED_SHARE = 1 / 5700
#: Natural-log probability of one letter more in a word that no list has: each makes one particular such word eight times rarer
#: (an assumption: 3 bits a letter).
LETTER_LOGP = -math.log(8)

# How far around a place, in characters, the words are looked at to tell its language.
_CONTEXT = 200
_WORD = re.compile(r"[^\W\d_]+")


@cache
def frequencies() -> Mapping[str, float]:
    """Relative frequency of every known English word, in lower case."""
    from wordfreq import get_frequency_dict  # costs 0.2 s, so only when first needed

    return get_frequency_dict("en", "large")


@cache
def known_words() -> Set[str]:
    """All known English words, in lower case."""
    return frequencies().keys()


def frequency(word: str) -> float:
    """Relative frequency of a word in any case; 0.0 when unknown.

    >>> frequency("Government") > 1e-4, frequency("remainsunclear")
    (True, 0.0)
    """
    return frequencies().get(word.lower(), 0.0)


@cache
def common_words() -> Set[str]:
    """The words that make up nearly all of ordinary English, in lower case."""
    return frozenset(word for word, share in frequencies().items() if share >= COMMON_FREQUENCY)


def is_common(word: str) -> bool:
    """Is it among :func:`common_words`?

    >>> is_common("minister"), is_common("ministre")
    (True, False)
    """
    return word.lower() in common_words()


def looks_english(words: Iterable[str]) -> bool | None:
    """Are enough of these running words common English ones?  None for too few words, of which it can't be told.

    >>> looks_english("The minister said that the talks would go on for a week".split())
    True
    >>> looks_english("Der Minister sagte gestern, dass die Verhandlungen noch lange dauern werden".split())
    False
    >>> looks_english(["remainsunclear"])
    """
    common = common_words()
    counts = [word.lower() in common for word in words]
    if len(counts) < _MIN_WORDS_FOR_LANGUAGE:
        return None
    return sum(counts) >= ENGLISH_SHARE * len(counts)


def english_around(text: str, start: int, end: int) -> bool | None:
    """Is the text around ``text[start:end]`` English?  What stands in between, and words cut by the window, don't count."""
    low, high = max(0, start - _CONTEXT), min(len(text), end + _CONTEXT)
    before = _WORD.findall(text, low, start)[1 if low else 0 :]
    after = _WORD.findall(text, end, high)[: -1 if high < len(text) else None]
    return looks_english(chain(before, after))
