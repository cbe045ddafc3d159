"""Which characters were decoded with the wrong encoding, and what were they?

They are found and undone by ftfy's ``fix_encoding`` (Speer 2019, doi:10.5281/zenodo.2591652), which finds sequences that
real text hardly has and accepts only a decoding that makes them vanish.  Curly quotes, ligatures and entities are no damage,
so ``fix_text`` is not used.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from ftfy import fix_encoding
from ftfy.badness import MOJIBAKE_CATEGORIES, badness, is_bad
from rapidfuzz.distance import Levenshtein

from textrepair.detector.base import Finding
from textrepair.patch import Edit

_KIND = "encoding"

# A line longer than this is mended piece by piece, cut at spaces: the alignment of a piece is quadratic in its length.
_PIECE = 2000

# A place that looks bad but that no decoding explains counts less than one that a decoding does.  All 6 places mended in 512
# newswire and 2,000 web articles were mojibake (2026-11-21); the scores are set by hand below what so few can show.
_SCORE_MENDED = 0.97
_SCORE_UNMENDED = 0.3

# ``”`` is E2 80 9D in UTF-8, and Windows-1252 has no character for 9D: what decodes or copies it drops it, and of all signs of
# E2 80 that are common in English it is the only such.  ftfy takes the space behind it for its third byte: ``†``.  A ? can be
# what is left of any byte.
_CLOSING_QUOTE, _DROPPED = "”", "\x9d"
#: More often nothing is decoded wrongly.
_MOST_ROUNDS = 3
_BEHIND_LOST_BYTE = r"(?=[ \n,.;:!)\]A-Za-z0-9]|$)"


@cache
def _lost_quotes() -> tuple[re.Pattern[str], dict[str, str]]:
    """Closing quotes decoded wrongly once or several times that lost a byte on the way, and what they were with it."""
    whole: dict[str, str] = {}
    for rounds in range(1, _MOST_ROUNDS + 1):
        for lost_in in range(1, rounds + 1):
            first = _misread(_CLOSING_QUOTE, lost_in).replace(_DROPPED, "")
            whole[_misread(first, rounds - lost_in)] = _misread(_CLOSING_QUOTE, rounds)
    forms = "|".join(sorted(whole, key=len, reverse=True))
    return re.compile(f"(?:{forms}){_BEHIND_LOST_BYTE}"), whole


def _misread(text: str, rounds: int) -> str:
    """UTF-8 taken for Windows-1252 so many times.

    >>> _misread("é", 1), _misread("é", 2)
    ('Ã©', 'ÃƒÂ©')
    """
    for _ in range(rounds):
        text = text.encode().decode("sloppy-windows-1252")  # which ftfy brings along
    return text


@cache
def _suspicious() -> re.Pattern[str]:
    """Any one character without which ftfy's heuristic cannot fire.

    Its patterns join two or more of its categories; punctuation alone, which is what sound English has, never matches.
    Guarded by ``test_screen_lets_no_mojibake_pass``.
    """
    harmless = {"common", "start_punctuation", "end_punctuation"}
    characters = "".join(members for name, members in MOJIBAKE_CATEGORIES.items() if name not in harmless)
    return re.compile(f"[{characters}ŒœŠšŸžвЂ]")


def mojibake(text: str) -> Iterator[tuple[Finding, Edit | None]]:
    """What looks wrongly decoded, with the edits that undo it."""
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
    """As ftfy has it; with the lost bytes put back if that explains as much."""
    fixed = fix_encoding(piece)
    lost, whole = _lost_quotes()
    restored = lost.sub(lambda match: whole[match.group()], piece)
    if restored == piece:
        return fixed
    with_quotes = fix_encoding(restored)
    return with_quotes if badness(with_quotes) <= badness(fixed) else fixed


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
