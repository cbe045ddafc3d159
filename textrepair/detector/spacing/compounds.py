"""Is a word on no list two words that lost their space, or a compound that nobody listed yet?

Both look the same, so two models compete for it.  *Glued*: two words of running text, each as frequent as it is, and the
space between them lost.  *Compound*: a new one, made as the listed ones are made (``sailboat``, ``boatman``), its first part
drawn from what begins listed compounds and its second from what ends them.  "big" and "market" seldom make compounds,
"video" and "game" often. (Bigrams decide nothing here: "video game" is a frequent pair *because* it is a compound.)
"""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left
from functools import cache, lru_cache

from textrepair.detector.words import UNLISTED_SHARE, frequencies

#: A part of a compound has at least so many letters and this frequency; rarer strings are parts by chance.
_SHORTEST = 2
_RAREST = 1e-6
#: Listed compounds and their parts are taken from words with at least this frequency.
_LISTED = 3e-8
#: Share of spaces of running text that are lost: an article like the third seed loses five in a thousand, most none.
LOST = 1e-4
#: Natural log of the share of unlisted words that are compounds (about one in three of those read).
UNLISTED_COMPOUND = math.log(1 / 3)
#: What a part that no listed compound has is worth: half a sighting.
_UNSEEN = 0.5


def glued_odds(first: str, last: str) -> float:
    """Log odds that ``first + last`` are two words glued together and no compound.

    >>> glued_odds("large", "company") > 2 > glued_odds("video", "game")
    True
    """
    table = frequencies()
    glued = math.log(LOST) + math.log(table[first]) + math.log(table[last])
    return glued - math.log(UNLISTED_SHARE) - UNLISTED_COMPOUND - part_logp(first, last)


def part_logp(first: str, last: str) -> float:
    """Natural-log probability that a new compound has these parts."""
    total = _compounds()
    return math.log((_begins(first) + _UNSEEN) / total) + math.log((_ends(last) + _UNSEEN) / total)


@cache
def _forwards() -> list[str]:
    return sorted(
        word
        for word, share in frequencies().items()
        if share >= _LISTED and word.isascii() and word.isalpha()
    )


@cache
def _backwards() -> array[int]:
    """The places of :func:`_forwards`, sorted by the words read backwards: a tenth of the memory of a second list of strings."""
    words = _forwards()
    return array("i", sorted(range(len(words)), key=lambda at: words[at][::-1]))


def _is_part(piece: str) -> bool:
    return len(piece) >= _SHORTEST and frequencies().get(piece, 0.0) >= _RAREST


@lru_cache(maxsize=10_000)
def _begins(piece: str) -> int:
    """How many listed words are this piece and another."""
    words = _forwards()
    low, high = bisect_left(words, piece), bisect_left(words, piece + "\x7f")
    return sum(_is_part(word[len(piece) :]) for word in words[low:high])


@lru_cache(maxsize=10_000)
def _ends(piece: str) -> int:
    words, places, turned = _forwards(), _backwards(), piece[::-1]

    def backwards(at: int) -> str:
        return words[at][::-1]

    low = bisect_left(places, turned, key=backwards)
    high = bisect_left(places, turned + "\x7f", lo=low, key=backwards)
    return sum(_is_part(words[at][: -len(piece)]) for at in places[low:high])


@cache
def _compounds() -> int:
    """How many listed words are two pieces, counted on every fiftieth."""
    some = _forwards()[::50]
    cuts = sum(any(_is_part(w[:i]) and _is_part(w[i:]) for i in range(3, len(w) - 2)) for w in some)
    return max(1, 50 * cuts)
