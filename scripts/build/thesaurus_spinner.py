"""Programs that replace words and phrases by what stands beside them in a thesaurus, whatever the context.

The thesauri are written for this project (``corpora/thesauri``: what is usual, tab, substitutes between bars).  Every program
holds a share of the entries of some of them, one substitute for each, and replaces a share of what it could: so that a detector
fitted to what many such programs make learns what they have in common.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path

Thesaurus = Mapping[str, Sequence[str]]

THESAURI = Path(__file__).resolve().parents[2] / "corpora" / "thesauri"
#: The share of a thesaurus that a program has, and of its chances that it takes.
_KEPT, _RATES = (0.2, 0.9), (0.15, 1.0)
_WORD = re.compile(r"[A-Za-z]+(?:['’-][A-Za-z]+)*")
#: What may stand before the first word of a sentence.
_BEFORE = frozenset('.!?\n"”“')


def read_thesauri(folder: Path = THESAURI) -> dict[str, Thesaurus]:
    """All thesauri by their names."""
    return {
        path.stem: {
            usual: substitutes.split("|")
            for usual, substitutes in (
                line.split("\t") for line in path.read_text(encoding="utf-8").split("\n") if line
            )
        }
        for path in sorted(folder.glob("*.tsv"))
    }


class ThesaurusSpinner:
    """One program; its entries are drawn once, the places that it takes at each text."""

    def __init__(self, thesauri: Sequence[Thesaurus], rng: random.Random) -> None:
        self._rng = rng
        self._rate = rng.uniform(*_RATES)
        self._held: dict[tuple[str, ...], str] = {}
        for thesaurus in thesauri:
            share = rng.uniform(*_KEPT)
            for usual, substitutes in thesaurus.items():
                if rng.random() < share:
                    self._held[tuple(usual.split(" "))] = rng.choice(substitutes)
        self._longest: dict[str, int] = defaultdict(int)
        for words in self._held:
            self._longest[words[0]] = max(self._longest[words[0]], len(words))

    def spin(self, text: str) -> str:
        """The text with what the program replaces in it: of two entries that begin at a word the longer one."""
        found = list(_WORD.finditer(text))
        words = [match.group().lower().replace("’", "'") for match in found]
        # an entry of several words stands with single spaces between
        goes_on = [text[one.end() : two.start()] == " " for one, two in pairwise(found)]
        out: list[str] = []
        at = i = 0
        while i < len(found):
            size = self._size(words, goes_on, i)
            if size:
                start, end = found[i].start(), found[i + size - 1].end()
                substitute = self._substitute(text, start, end, tuple(words[i : i + size]))
                if substitute is not None:
                    out += [text[at:start], substitute]
                    at = end
            i += max(1, size)
        return "".join([*out, text[at:]])

    def _size(self, words: Sequence[str], goes_on: Sequence[bool], i: int) -> int:
        """Words of the longest entry that begins here, 0 without one."""
        for size in range(min(self._longest.get(words[i], 0), len(words) - i), 0, -1):
            if all(goes_on[i : i + size - 1]) and tuple(words[i : i + size]) in self._held:
                return size
        return 0

    def _substitute(self, text: str, start: int, end: int, words: tuple[str, ...]) -> str | None:
        """What takes a place; None where a capital makes a name of it, or the program lets it stand."""
        own = text[start:end]
        first_person = words[0] == "i"
        begins = start < 2 or text[start - 1] == "\n" or text[start - 2] in _BEFORE
        if not (own[0].islower() or begins or first_person) or (own.isupper() and not first_person):
            return None
        if self._rng.random() >= self._rate:
            return None
        substitute = self._held[words]
        return substitute[0].upper() + substitute[1:] if own[0].isupper() and not first_person else substitute
