"""Where may a very long text be cut, so that memory doesn't grow with it?

What is read at once costs about 5 kB a word (the lattice of all readings): one line of 50 MB would take 40 GB.  A text longer
than any article is therefore repaired in pieces, each with its own rate of damage.  A cut falls behind a paragraph, failing that
behind a sentence, failing that behind a space; only what holds none of these is cut anywhere.
"""

from __future__ import annotations

import regex

#: Characters read at once.  The longest of 2,920 articles of newswire and web posts has 24,251; a piece of this size takes
#: about 80 MB.
LONGEST = 100_000

# The best kind of place first.
_PLACES = tuple(
    regex.compile(pattern, regex.REVERSE)
    for pattern in (r"\n[ \t\r]*\n", r"\n", r"[.!?][\"'”’)]*\s+(?=[\p{Lu}\"“‘])", r"\s+(?=\S)")
)


def pieces(text: str, longest: int = LONGEST) -> list[tuple[int, int]]:
    """Half-open spans that together cover the text, none longer than ``longest`` or, but for the only one, shorter than a
    quarter of it.

    >>> pieces("One. Two. Three.", longest=6)
    [(0, 5), (5, 10), (10, 16)]
    >>> pieces("")
    [(0, 0)]
    """
    spans = []
    start = 0
    while (left := len(text) - start) > longest:
        end = _cut(text, start, start + left // -(-left // longest))
        spans.append((start, end))
        start = end
    return [*spans, (start, len(text))]


def _cut(text: str, start: int, latest: int) -> int:
    """The best place to cut in the second half of what lies between."""
    middle = start + (latest - start) // 2
    for place in _PLACES:
        match = place.search(text, middle, latest)
        if match and match.end() > start:
            return int(match.end())
    return latest
