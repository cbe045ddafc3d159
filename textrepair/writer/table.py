"""`scan` as a table for people: an article a line, a column for each kind of damage."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import TYPE_CHECKING

from textrepair.detector.base import FLAGGED
from textrepair.writer.base import printable

if TYPE_CHECKING:
    from textrepair.detector.base import Diagnosis


_ID_WIDTH = (8, 48)  # columns at least and at most; longer ids are cut in the middle


class Table:
    """Rows can be had one by one, since the widths are known from the ids and kinds.

    >>> from textrepair.detector.base import Damage, Diagnosis
    >>> table = Table(["001", "002"], ["spin", "translation"])
    >>> damage = {"spin": Damage(0.999, 0.24), "translation": Damage(None, 0.0)}
    >>> print(table.head() + table.row("001", Diagnosis(0.99, damage, ())), end="")
    id        score  spin  translation  flagged
    001        0.99  1.00            -  yes
    """

    def __init__(self, ids: Iterable[str], kinds: Iterable[str]) -> None:
        self.kinds = tuple(kinds)
        low, high = _ID_WIDTH
        self.id_width = min(high, max((_width(printable(id_)) for id_ in ids), default=low))
        self.id_width = max(low, self.id_width)

    def head(self) -> str:
        kinds = [f"{kind:>{self._kind_width(kind)}}" for kind in self.kinds]
        return "  ".join([_padded("id", self.id_width), "score", *kinds, "flagged"]) + "\n"

    def row(self, id_: str, diagnosis: Diagnosis) -> str:
        """Probabilities of damage; `-` where they can't be told."""
        cells = [_padded(printable(id_), self.id_width), f"{_probability(diagnosis.score):>5}"]
        for kind in self.kinds:
            damage = diagnosis.damage.get(kind)
            cells.append(f"{_probability(damage.probability if damage else None):>{self._kind_width(kind)}}")
        score = diagnosis.score
        cells.append("-" if score is None else "yes" if score >= FLAGGED else "no")
        return "  ".join(cells) + "\n"

    @staticmethod
    def _kind_width(kind: str) -> int:
        return max(len(kind), 4)


def _probability(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _width(text: str) -> int:
    """Columns on a terminal: two for East Asian wide characters, none for combining ones."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text
    )


def _padded(text: str, width: int) -> str:
    if _width(text) > width:
        half = (width - 1) // 2
        while _width(text[:half]) + 1 + _width(text[-half:]) > width:
            half -= 1
        text = f"{text[:half]}…{text[-half:]}"
    return text + " " * (width - _width(text))
