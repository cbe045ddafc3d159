"""Where do repairs succeed and fail: at which words, which kinds of swap, at what confidence?

The verdicts of :mod:`textrepair.evaluation`, told apart by what is known of each place:

``kind``        the kind of damage of the mark or edit
``frequency``   how frequent the word is that should stand there (Zipf scale: 3 is once in a million words, 6 once in a thousand)
``pos``         its part of speech, roughly (:mod:`textrepair.word_class`)
``pair``        whether the model knows the pair (observed, intended) from pairs of a spinner, from its prior only, or not at all;
                asked of wording alone
``confidence``  how sure the edit was; edits that were only proposed are judged here too

An edit counts where the mark does that it belongs to, so that precision and recall of a row speak of the same places.  An edit
of sound text counts under the word that it changes, and as harm.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import accumulate

from textrepair.detector.words import frequency
from textrepair.evaluation import WORDING, Gold, GoldEdit, Score, Verdict, judge
from textrepair.model.alignment import Words
from textrepair.model.support import Support
from textrepair.patch import Edit
from textrepair.reference.passages import side
from textrepair.reference.swaps import Swaps
from textrepair.repair import Repair
from textrepair.tokens import TokenKind, Tokens, tokenize
from textrepair.word_class import NOTHING, PHRASE, word_class

TABLES = ("kind", "frequency", "pos", "pair", "confidence")
#: Lower ends of the bands of frequency, in uses among 10⁹ words, and what they are called (Zipf scale).
_FREQUENCIES = (0.0, 1e3, 1e4, 1e5, 1e6)
_ZIPF = ("below 3", "3–4", "4–5", "5–6", "from 6")
#: Lower ends of the bands of confidence.
_CONFIDENCES = (0.0, 0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
#: What is left where a mark stands for deletion, or an edit for insertion.
_NO_WORD = "no word"


@dataclass(slots=True)
class Row:
    """The figures of one band: repair, and the edits in it that changed sound words."""

    score: Score = field(default_factory=Score)
    harmful: int = 0

    def as_dict(self) -> dict[str, float | int | None]:
        return {**self.score.as_dict(), "harmful": self.harmful}


@dataclass(slots=True)
class Sureness:
    """Edits of one band of confidence: how many, how many are right, and the confidences' sum."""

    edits: int = 0
    right: int = 0
    harmful: int = 0
    confidence: float = 0.0

    @property
    def share_right(self) -> float | None:
        return self.right / self.edits if self.edits else None

    @property
    def mean(self) -> float | None:
        return self.confidence / self.edits if self.edits else None

    def as_dict(self) -> dict[str, float | int | None]:
        return {
            "precision": self.share_right, "mean_confidence": self.mean,
            "edits": self.edits, "edits_right": self.right, "harmful": self.harmful,
        }  # fmt: skip


@dataclass(slots=True)
class Breakdown:
    """The tables, each with its rows in their natural order; ``confidence`` has rows of its own kind."""

    tables: dict[str, dict[str, Row]] = field(default_factory=dict)
    confidence: dict[str, Sureness] = field(default_factory=dict)

    @property
    def calibration_error(self) -> float | None:
        """The expected calibration error (Naeini et al. 2015) over the bands: how far confidence is from the share that is
        right, on average over edits and proposals; None without any."""
        count = sum(row.edits for row in self.confidence.values())
        return (
            sum(abs(row.right - row.confidence) for row in self.confidence.values()) / count
            if count
            else None
        )

    def only(self, tables: Collection[str]) -> Breakdown:
        """Without the tables that aren't named."""
        kept = {by: rows for by, rows in self.tables.items() if by in tables}
        return Breakdown(kept, self.confidence if "confidence" in tables else {})

    def as_dict(self) -> dict[str, object]:
        """The tables as JSON has them."""
        return {
            **{by: {name: row.as_dict() for name, row in rows.items()} for by, rows in self.tables.items()},
            "confidence": {name: row.as_dict() for name, row in self.confidence.items()},
            "calibration_error": self.calibration_error,
        }

    def records(self) -> Iterator[dict[str, object]]:
        """One flat record a row, for tables that other programs read."""
        for by, rows in self.tables.items():
            for name, row in rows.items():
                yield {"by": by, "value": name, **row.as_dict()}
        for name, sureness in self.confidence.items():
            yield {"by": "confidence", "value": name, **sureness.as_dict()}


@dataclass(frozen=True, slots=True)
class Place:
    """What is known of one place: the word that stands there and the one that should."""

    observed: str
    intended: str
    part: str

    @property
    def band(self) -> str:
        """The band of frequency of the rarest word that should stand there."""
        words = [t for t, k in _words(self.intended)]
        if not words:
            return _NO_WORD
        return _ZIPF[bisect_right(_FREQUENCIES, 1e9 * min(map(frequency, words))) - 1]


def _words(text: str) -> list[tuple[str, int]]:
    tokens = tokenize(text)
    return [
        (t, k)
        for t, k in zip(tokens.texts, tokens.kinds, strict=True)
        if k in (TokenKind.WORD, TokenKind.NUMBER, TokenKind.ABBREVIATION, TokenKind.CLITIC)
    ]


class Places:
    """Tells of marks and edits of one article what stands there and what should, in the text as it should be."""

    def __init__(self, gold: Gold) -> None:
        self._gold = gold
        parts, at = [], 0
        for mark in gold.edits:
            parts += [gold.text[at : mark.start], mark.accepted[0]]
            at = mark.end
        self._restored: Tokens = tokenize("".join([*parts, gold.text[at:]]))
        self._starts = [mark.start for mark in gold.edits]
        grown = (len(mark.accepted[0]) - (mark.end - mark.start) for mark in gold.edits)
        self._shifts = list(accumulate(grown, initial=0))
        self._sentences = [first for first, _ in self._restored.sentences]

    def of_mark(self, mark: GoldEdit) -> Place:
        """A gold edit: its own two sides."""
        return self._place(mark.start, self._gold.text[mark.start : mark.end], mark.accepted[0])

    def of_edit(self, edit: Edit) -> Place:
        """An edit of sound text: what stands there should, and the pair that was assumed is (observed, restored)."""
        found = self._place(edit.start, edit.before, edit.before)
        return Place(edit.before, edit.after, found.part)

    def _place(self, start: int, observed: str, intended: str) -> Place:
        count = len(_words(intended))
        part = NOTHING if not count else PHRASE if count > 1 else self._class(start, intended)
        return Place(observed, intended, part)

    def _class(self, start: int, intended: str) -> str:
        lead = len(intended) - len(intended.lstrip())
        tokens = self._restored
        at = bisect_right(tokens.starts, start + lead + self._shifts[self._before(start)]) - 1
        first = self._sentences[bisect_right(self._sentences, at) - 1]
        return word_class(tokens.texts[first : at + 8], at - first)

    def _before(self, start: int) -> int:
        """How many marks lie before a place."""
        at = bisect_right(self._starts, start)
        return at - 1 if at and self._starts[at - 1] == start else at


def break_down(
    pairs: Iterable[tuple[Gold, Repair]], kinds: frozenset[str] | None = None, swaps: Swaps | None = None
) -> Breakdown:
    """All tables over the repairs of marked articles; without ``swaps`` none by ``pair``."""
    tables: dict[str, defaultdict[str, Row]] = {by: defaultdict(Row) for by in TABLES[:-1]}
    sureness: defaultdict[str, Sureness] = defaultdict(Sureness)
    for gold, repair in pairs:
        places = Places(gold)
        for verdict in judge(gold, repair.patch.edits, kinds):
            for of_mark, of_edit, keys in _counted(verdict, places, swaps):
                for by, key in keys.items():
                    row = tables[by][key]
                    row.score.add(of_mark, of_edit, verdict.right)
                    row.harmful += bool(of_edit and is_harmful(verdict))
        proposed = sorted((*repair.patch.edits, *repair.proposals), key=lambda edit: (edit.start, edit.end))
        for verdict in judge(gold, proposed, kinds):
            for edit in verdict.edits:
                band = sureness[_band(edit.confidence)]
                band.edits += 1
                band.right += verdict.right
                band.harmful += is_harmful(verdict)
                band.confidence += edit.confidence
    if swaps is None:
        del tables["pair"]
    return Breakdown(
        {by: {key: rows[key] for key in sorted(rows, key=_order(by))} for by, rows in tables.items()},
        {key: sureness[key] for key in sorted(sureness)},
    )


def is_harmful(verdict: Verdict) -> bool:
    """Did an edit choose other words for sound ones?"""
    return not verdict.marks and any(edit.kind in WORDING for edit in verdict.edits)


def _counted(
    verdict: Verdict, places: Places, swaps: Swaps | None
) -> Iterator[tuple[int, int, dict[str, str]]]:
    """(marks, edits, key by table) for everything to be counted in a cluster."""
    of_marks = [_keys(places.of_mark(mark), swaps) for mark in verdict.marks]
    for mark, keys in zip(verdict.marks, of_marks, strict=True):
        yield 1, 0, _of_kind(keys, mark.kind)
    for edit in verdict.edits:
        if not of_marks:
            place = places.of_edit(edit)
            keys = {**_keys(place, swaps), "frequency": Place("", place.observed, "").band}
        else:
            keys = of_marks[_nearest(verdict.marks, edit)]
        yield 0, 1, _of_kind(keys, edit.kind)


def _of_kind(keys: dict[str, str], kind: str) -> dict[str, str]:
    """With the kind; what the channel knows is asked of wording only, since no spinner glues words."""
    kept = {by: key for by, key in keys.items() if by != "pair" or kind in WORDING}
    return {**kept, "kind": kind}


def _keys(place: Place, swaps: Swaps | None) -> dict[str, str]:
    keys = {"frequency": place.band, "pos": place.part}
    if swaps is not None:
        keys["pair"] = swaps.support(_forms(place.observed), _forms(place.intended))
    return keys


def _forms(text: str) -> Words:
    return tuple(side(text).forms)


def _nearest(marks: tuple[GoldEdit, ...], edit: Edit) -> int:
    """The mark of a cluster that shares most with an edit."""
    shared = [min(mark.end, edit.end) - max(mark.start, edit.start) for mark in marks]
    return shared.index(max(shared))


def _band(confidence: float) -> str:
    at = bisect_right(_CONFIDENCES, confidence) - 1
    return f"{_CONFIDENCES[at]:.2f}–{(*_CONFIDENCES, 1.0)[at + 1]:.2f}"


def _order(by: str) -> Callable[[str], tuple[int, str]]:
    orders: dict[str, tuple[str, ...]] = {
        "frequency": (*_ZIPF[::-1], _NO_WORD),
        "pair": tuple(Support),
    }
    listed = orders.get(by, ())
    return lambda key: (listed.index(key) if key in listed else len(listed), key)
