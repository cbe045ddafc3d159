"""In which order do edits come, and which of them?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

#: What each order sorts by; the names are those of the tables in :mod:`textrepair.review.schema`.
ORDERS: dict[str, tuple[str, ...]] = {
    "article": ("e.article", "e.start", "e.key"),
    "confidence": ("e.doubt", "e.key"),
    "uncertain": ("e.unsure", "e.key"),
    "pair": ("p.rank", "p.key", "e.doubt", "e.key"),
    "random": ("e.draw", "e.key"),
}

#: What a person reads about them.
ORDER_HELP = {
    "article": "as the text goes",
    "confidence": "the surest first",
    "uncertain": "those nearest to a confidence of 0.5 first",
    "pair": "equal swaps together, the most frequent first",
    "random": "drawn at random, the same way every time",
}


@dataclass(frozen=True, slots=True)
class Filter:
    """Which edits are wanted.  ``text`` is looked for in the words before and after, the reason and the article's id,
    whatever their case; ``article`` is an article's key."""

    kinds: frozenset[str] = frozenset()
    min_confidence: float = 0.0
    max_confidence: float = 1.0
    text: str = ""
    article: int | None = None

    def condition(self) -> tuple[str, dict[str, Any]]:
        """SQL that begins with AND (or is empty), and its values."""
        parts: list[str] = []
        values: dict[str, Any] = {}
        if self.kinds:
            names = sorted(self.kinds)
            parts.append(f"e.kind IN ({', '.join(f':kind{i}' for i in range(len(names)))})")
            values |= {f"kind{i}": kind for i, kind in enumerate(names)}
        if self.min_confidence > 0.0:
            parts.append("e.confidence >= :low")
            values["low"] = self.min_confidence
        if self.max_confidence < 1.0:
            parts.append("e.confidence <= :high")
            values["high"] = self.max_confidence
        if self.article is not None:
            parts.append("e.article = :article")
            values["article"] = self.article
        if self.text:
            like = holds("text")
            parts.append(
                f"(e.before {like} OR e.after {like} OR e.reason {like}"
                f" OR EXISTS (SELECT 1 FROM article WHERE key = e.article AND id {like}))"
            )
            values["text"] = held(self.text)
        return "".join(f" AND {part}" for part in parts), values


def holds(name: str) -> str:
    """SQL, behind a column: the text of that name stands in it, whatever its case; the value is :func:`held`."""
    return f"LIKE :{name} ESCAPE '\\'"


def held(text: str) -> str:
    r"""A text to look for, in which no character stands for others.

    >>> held("100%")
    '%100\\%%'
    """
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def pair_of(before: str, after: str) -> tuple[str, str]:
    """What makes two edits the same swap: their words, whatever their case and spaces.

    >>> pair_of("Astir  the", "About")
    ('astir the', 'about')
    """
    return _plain(before), _plain(after)


def _plain(text: str) -> str:
    # White space alone is what a spacing edit is about and stays.
    return " ".join(text.casefold().split()) if text.strip() else text


def in_case_of(model: str, text: str) -> str:
    """The text with a capital where the word that it replaces has one, or all capitals.

    >>> in_case_of("Astir", "about"), in_case_of("ASTIR", "about"), in_case_of("astir", "About")
    ('About', 'ABOUT', 'About')
    """
    if len(model) > 1 and model.isupper():
        return text.upper()
    return text[:1].upper() + text[1:] if model[:1].isupper() else text
