"""How good are repairs, measured against what a person marked?

*Repair* is judged by clusters.  Gold edits and the system's edits that overlap, or that touch where one of them is an insertion,
form a cluster; the cluster is right if the system's edits, applied to the text that it spans, give one of the accepted readings
of the gold edits applied to the same text.  So a swap of two words told as one edit is as good as one told as two.  Precision
is the share of the system's edits that stand in right clusters, recall the share of the gold edits.  F0.5 weighs precision over
recall, as in grammatical error correction (Ng et al., CoNLL-2014 shared task), whose MaxMatch scorer also compares results
rather than edits.

*Detection* asks only whether an edit stands where a gold edit stands.

*Harm* counts words that were sound and that wording edits changed, per 10,000 sound words.  *Word error rate* compares the whole
text with the gold text, by edit distance over tokens.

Figures that the data doesn't define, such as precision without edits, are None, never 0 or 1.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from rapidfuzz.distance import Levenshtein

from textrepair.detector import base
from textrepair.patch import Edit, Patch
from textrepair.tokens import WORDLIKE, tokenize

#: Kinds of edits that count as wording; one of no known kind does, so that harm is never told too small.
WORDING = frozenset({*base.WORDING, ""})
_PER = 10_000
_BETA = 0.5


class GoldError(ValueError):
    """A gold record that makes no sense: what is wrong with it."""


@dataclass(frozen=True, slots=True)
class GoldEdit:
    """What a person marked: ``text[start:end]`` may be read as any of ``accepted``, of which the first is preferred."""

    start: int
    end: int
    accepted: tuple[str, ...]
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Gold:
    """An article with all its marks, sorted, none overlapping.  No marks: the article is sound."""

    text: str
    edits: tuple[GoldEdit, ...]

    @classmethod
    def from_record(cls, record: Mapping[str, object], text_field: str = "text") -> Gold:
        """Read ``{"text": …, "edits": [{"start": 0, "end": 8, "after": "At" or [several], "kind": …}, …]}``.

        ``before``, where it is given, has to be what the text says.
        """
        text, edits = record.get(text_field), record.get("edits")
        if not isinstance(text, str):
            raise GoldError(f"no string in field {text_field!r}")
        if not isinstance(edits, list):
            raise GoldError("no list in field 'edits'")
        read = sorted((_gold_edit(edit, text, number) for number, edit in enumerate(edits)), key=_place)
        for first, second in pairwise(read):
            if second.start < first.end or _place(first) == _place(second):
                raise GoldError(f"edits at {first.start} and {second.start} overlap")
        return cls(text, tuple(read))


def _place(edit: GoldEdit) -> tuple[int, int]:
    return edit.start, edit.end


def _gold_edit(record: object, text: str, number: int) -> GoldEdit:
    if not isinstance(record, dict):
        raise GoldError(f"edit {number} is no object")
    start, end, after = record.get("start"), record.get("end"), record.get("after")
    if type(start) is not int or type(end) is not int or not 0 <= start <= end <= len(text):
        raise GoldError(f"edit {number} has no valid start and end ({start}, {end} in a text of {len(text)})")
    accepted = [after] if isinstance(after, str) else after
    if (
        not isinstance(accepted, list)
        or not accepted
        or not all(isinstance(reading, str) for reading in accepted)
    ):
        raise GoldError(f"edit {number} has no string or list of strings in 'after'")
    before = record.get("before", text[start:end])
    if before != text[start:end]:
        raise GoldError(f"edit {number} expects {before!r} at {start} where the text has {text[start:end]!r}")
    if accepted == [before]:
        raise GoldError(f"edit {number} changes nothing")
    return GoldEdit(start, end, tuple(accepted), str(record.get("kind") or ""))


def kinds_marked(golds: Iterable[Gold]) -> frozenset[str] | None:
    """The kinds of damage that a gold set marks, or None where some mark tells no kind (then every edit is judged)."""
    kinds = {edit.kind for gold in golds for edit in gold.edits}
    return None if not kinds or "" in kinds else frozenset(kinds)


@dataclass(slots=True)
class Score:
    """Counts of edits, and the shares that they give.  Scores add up."""

    system: int = 0
    system_right: int = 0
    gold: int = 0
    gold_found: int = 0

    @property
    def precision(self) -> float | None:
        return self.system_right / self.system if self.system else None

    @property
    def recall(self) -> float | None:
        return self.gold_found / self.gold if self.gold else None

    @property
    def f05(self) -> float | None:
        """F0.5; 0 where nothing is right, None where nothing was to do and nothing was done."""
        if not self.system and not self.gold:
            return None
        precision, recall = self.precision or 0.0, self.recall or 0.0
        weight = _BETA * _BETA
        below = weight * precision + recall
        return (1 + weight) * precision * recall / below if below else 0.0

    def add(self, marks: int, edits: int, right: bool) -> None:
        """Count marks and edits that are right together, or not."""
        self.gold += marks
        self.system += edits
        self.gold_found += marks * right
        self.system_right += edits * right

    def as_dict(self) -> dict[str, float | int | None]:
        return {
            "precision": self.precision, "recall": self.recall, "f0.5": self.f05,
            "edits": self.system, "edits_right": self.system_right, "gold": self.gold, "gold_found": self.gold_found,
        }  # fmt: skip


@dataclass(slots=True)
class Harm:
    """Sound words, those that wording edits changed, and the articles that hold them."""

    sound_words: int = 0
    changed_words: int = 0
    sound_articles: int = 0
    changed_articles: int = 0

    @property
    def per_10000(self) -> float | None:
        return _PER * self.changed_words / self.sound_words if self.sound_words else None

    def as_dict(self) -> dict[str, float | int | None]:
        return {
            "per_10000_words": self.per_10000, "sound_words": self.sound_words, "changed_words": self.changed_words,
            "sound_articles": self.sound_articles, "changed_articles": self.changed_articles,
        }  # fmt: skip


@dataclass(slots=True)
class WordErrors:
    """Words to insert, delete or replace to come to the gold text, before and after repair."""

    words: int = 0
    before: int = 0
    after: int = 0

    @property
    def rate_before(self) -> float | None:
        return self.before / self.words if self.words else None

    @property
    def rate_after(self) -> float | None:
        return self.after / self.words if self.words else None

    def as_dict(self) -> dict[str, float | int | None]:
        return {
            "before": self.rate_before, "after": self.rate_after,
            "words": self.words, "errors_before": self.before, "errors_after": self.after,
        }  # fmt: skip


@dataclass(slots=True)
class Report:
    """What an evaluation found, summed over articles."""

    articles: int = 0
    kinds: frozenset[str] | None = None
    repair: Score = field(default_factory=Score)
    detection: Score = field(default_factory=Score)
    by_kind: dict[str, Score] = field(default_factory=dict)
    harm: Harm = field(default_factory=Harm)
    word_errors: WordErrors = field(default_factory=WordErrors)
    left_out: Counter[str] = field(default_factory=Counter)

    def as_dict(self) -> dict[str, object]:
        """The report as JSON has it."""
        return {
            "articles": self.articles,
            "kinds": None if self.kinds is None else sorted(self.kinds),
            "repair": self.repair.as_dict(),
            "detection": self.detection.as_dict(),
            "by_kind": {kind: self.by_kind[kind].as_dict() for kind in sorted(self.by_kind)},
            "harm": self.harm.as_dict(),
            "word_error_rate": self.word_errors.as_dict(),
            "edits_of_other_kinds": dict(sorted(self.left_out.items())),
        }


def evaluate(pairs: Iterable[tuple[Gold, Patch]], kinds: frozenset[str] | None = None) -> Report:
    """Judge a patch for each gold article.

    With ``kinds``, only marks and edits of these kinds are judged (edits without a kind always are), and the others counted:
    a gold set of swapped words says nothing of mended spaces.  Harm is counted over all wording edits regardless.
    """
    report = Report(kinds=kinds)
    for gold, patch in pairs:
        report.articles += 1
        _add_harm(report.harm, gold, patch.edits)
        marks = [edit for edit in gold.edits if _is_judged(edit.kind, kinds)]
        edits = [edit for edit in patch.edits if _is_judged(edit.kind, kinds)]
        report.left_out.update(edit.kind for edit in patch.edits if not _is_judged(edit.kind, kinds))
        for verdict in judge(gold, patch.edits, kinds):
            _add_verdict(report, verdict)
        _add_word_errors(report.word_errors, gold.text, marks, edits)
    return report


def _is_judged(kind: str, kinds: frozenset[str] | None) -> bool:
    return kinds is None or kind in kinds or not kind


def word_distance(text: str, reference: str) -> tuple[int, int]:
    """Tokens to insert, delete or replace to turn a text into its reference, and the reference's tokens.

    >>> word_distance("Astatine first, he said", "At first he said")
    (2, 4)
    """
    wanted = tokenize(reference).texts
    return Levenshtein.distance(tokenize(text).texts, wanted), len(wanted)


@dataclass(frozen=True, slots=True)
class Verdict:
    """A cluster: marks and edits that hang together, and whether the edits give one of the marks' accepted readings.

    Without edits it is damage that was missed, without marks an edit of sound text.
    """

    marks: tuple[GoldEdit, ...]
    edits: tuple[Edit, ...]
    right: bool


def judge(gold: Gold, edits: Iterable[Edit], kinds: frozenset[str] | None = None) -> Iterator[Verdict]:
    """The verdict on every cluster of an article, from left to right; ``kinds`` as in :func:`evaluate`.

    Marks that accept the text as it stands, and were left alone, are no cluster: nothing was to do, nothing was done.
    """
    marks = [mark for mark in gold.edits if _is_judged(mark.kind, kinds)]
    for of_gold, of_system in _clusters(marks, [edit for edit in edits if _is_judged(edit.kind, kinds)]):
        right = _is_right(gold.text, of_gold, of_system)
        if of_system or not right:
            yield Verdict(tuple(of_gold), tuple(of_system), right)


_Cluster = tuple[list[GoldEdit], list[Edit]]


def _clusters(marks: Sequence[GoldEdit], edits: Sequence[Edit]) -> Iterator[_Cluster]:
    """Marks and edits that hang together, from left to right in one sweep."""
    both: list[GoldEdit | Edit] = sorted([*marks, *edits], key=lambda edit: (edit.start, edit.end))
    cluster: _Cluster = ([], [])
    reach, insertion = -1, -1  # how far the cluster goes, and the place of its last insertion
    for edit in both:
        inside = edit.start < reach
        touching = edit.start == reach and (edit.start == edit.end or insertion == reach)
        if not (inside or touching) and (cluster[0] or cluster[1]):
            yield cluster
            cluster = ([], [])
        if isinstance(edit, GoldEdit):
            cluster[0].append(edit)
        else:
            cluster[1].append(edit)
        reach = max(reach, edit.end)
        if edit.start == edit.end:
            insertion = edit.start
    if cluster[0] or cluster[1]:
        yield cluster


def _add_verdict(report: Report, verdict: Verdict) -> None:
    marks, edits, right = verdict.marks, verdict.edits, verdict.right
    report.repair.add(len(marks), len(edits), right)
    report.detection.add(len(marks), len(edits), bool(marks and edits))
    for mark in marks:
        report.by_kind.setdefault(mark.kind, Score()).add(1, 0, right)
    for edit in edits:
        report.by_kind.setdefault(edit.kind, Score()).add(0, 1, right)


def _is_right(text: str, marks: list[GoldEdit], edits: list[Edit]) -> bool:
    spans = [(mark.start, mark.end) for mark in marks] + [(edit.start, edit.end) for edit in edits]
    start, end = min(start for start, _ in spans), max(end for _, end in spans)
    done = "".join(
        after for after, *_ in _pieces(text, start, end, [(e.start, e.end, (e.after,)) for e in edits])
    )
    wanted = _pieces(text, start, end, [(mark.start, mark.end, mark.accepted) for mark in marks])
    reached = {0}
    for piece in wanted:
        reached = {at + len(reading) for at in reached for reading in piece if done.startswith(reading, at)}
    return len(done) in reached


def _pieces(
    text: str, start: int, end: int, edits: list[tuple[int, int, tuple[str, ...]]]
) -> list[tuple[str, ...]]:
    """``text[start:end]`` with edits applied, as a row of pieces each of which may read several ways."""
    pieces = []
    at = start
    for edit_start, edit_end, readings in edits:
        pieces += [(text[at:edit_start],), readings]
        at = edit_end
    return [*pieces, (text[at:end],)]


def _add_harm(harm: Harm, gold: Gold, edits: Sequence[Edit]) -> None:
    words = _words(gold.text)
    marked = _covered(words, gold.edits)
    wording = [edit for edit in edits if edit.kind in WORDING]
    changed = len(_covered(words, wording) - marked)
    # An insertion between sound words changes none of them; it counts as one all the same.
    changed += sum(
        edit.start == edit.end
        and not any(mark.start <= edit.start <= mark.end for mark in gold.edits)
        and not _covered(words, [edit])
        for edit in wording
    )
    harm.sound_words += len(words) - len(marked)
    harm.changed_words += changed
    if not gold.edits:
        harm.sound_articles += 1
        harm.changed_articles += bool(wording)


def _words(text: str) -> list[tuple[int, int]]:
    tokens = tokenize(text)
    spans = zip(tokens.starts, tokens.ends, tokens.kinds, strict=True)
    return [(start, end) for start, end, kind in spans if kind in WORDLIKE]


def _covered(words: list[tuple[int, int]], edits: Sequence[GoldEdit | Edit]) -> set[int]:
    """Indices of the words of which an edit touches at least a character; edits are sorted."""
    found: set[int] = set()
    at = 0
    for edit in edits:
        while at < len(words) and words[at][1] <= edit.start:
            at += 1
        index = at
        while index < len(words) and words[index][0] < edit.end:
            found.add(index)
            index += 1
    return found


def _add_word_errors(errors: WordErrors, text: str, marks: Sequence[GoldEdit], edits: Sequence[Edit]) -> None:
    length = len(text)
    wanted = "".join(
        p[0] for p in _pieces(text, 0, length, [(mark.start, mark.end, mark.accepted) for mark in marks])
    )
    done = "".join(
        p[0] for p in _pieces(text, 0, length, [(edit.start, edit.end, (edit.after,)) for edit in edits])
    )
    before, words = word_distance(text, wanted)
    errors.words += words
    errors.before += before
    errors.after += before if done == text else word_distance(done, wanted)[0]
