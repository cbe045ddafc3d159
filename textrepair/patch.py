"""What changed, as data: edits on an untouched source, and the one path from them to text.

A `Patch` is the result of every repair; cleaned text, diffs and reports derive from it. Offsets are Unicode code points,
half-open, into the source; `before` is stored although redundant, so that applying to another text is an error.

Order: edits are sorted by (start, end) and never overlap. Two edits may touch, `[2, 4)` then `[4, 6)`; an insertion
`[4, 4)` may stand before or after an edit that it touches. Two insertions at one point are refused, since their order
would be unsaid.

`diff` aligns tokens (Levenshtein, bit-parallel: Hyyrö 2003, as in rapidfuzz) window by window, so that its time grows
with the length of the text and not with its square.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import accumulate, groupby

from rapidfuzz.distance import Levenshtein


class PatchError(ValueError):
    """Edits that contradict each other or the text that they are applied to."""


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace `source[start:end]`, which is `before`, with `after`.

    `reference` names the place that the wording was taken from, `ID:START-END` in a reference text, if it was.

    >>> Edit(4, 9, "astir", "about", kind="spin", confidence=0.97)
    Edit(start=4, end=9, before='astir', after='about', kind='spin', confidence=0.97, alternatives=(), reason='', reference='')
    """

    start: int
    end: int
    before: str
    after: str
    kind: str = ""
    confidence: float = 1.0
    alternatives: tuple[tuple[str, float], ...] = ()
    reason: str = ""
    reference: str = ""

    def __post_init__(self) -> None:
        if self.start < 0 or self.end - self.start != len(self.before):
            raise PatchError(
                f"edit {self.start}–{self.end}: the span does not fit its text {shortened(self.before)}"
            )
        if self.before == self.after:
            raise PatchError(f"edit {self.start}–{self.end}: changes nothing")
        if not 0.0 <= self.confidence <= 1.0:
            raise PatchError(f"edit {self.start}–{self.end}: confidence {self.confidence} is outside 0–1")

    def shifted(self, by: int) -> Edit:
        """The same edit `by` code points further on."""
        return replace(self, start=self.start + by, end=self.end + by) if by else self


@dataclass(frozen=True, slots=True)
class Patch:
    """Sorted edits on one source; see the module's docstring for their order."""

    edits: tuple[Edit, ...] = ()
    _result_starts: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "edits", tuple(self.edits))  # a generator would be used up here
        starts: list[int] = []
        shift = 0
        end, inserts = 0, False  # of the edit before
        for edit in self.edits:
            start, empty = edit.start, edit.start == edit.end
            if start < end or (empty and inserts and start == end):
                one = self.edits[len(starts) - 1]
                spans = f"{one.start}–{one.end} and {start}–{edit.end}"
                raise PatchError(f"edits {spans}: they overlap, are unsorted, or both insert there")
            starts.append(start + shift)
            end, inserts = edit.end, empty
            shift += len(edit.after) - (end - start)
        object.__setattr__(self, "_result_starts", tuple(starts))

    def apply(self, source: str) -> str:
        """The text after all edits; PatchError where the source differs from an edit's `before`."""
        pieces: list[str] = []
        position = 0
        for edit in self.edits:
            if edit.end > len(source) or not source.startswith(edit.before, edit.start):
                found = source[edit.start : edit.end]
                raise PatchError(
                    f"edit {edit.start}–{edit.end}: the text has {shortened(found)}, the edit expects {shortened(edit.before)}"
                )
            pieces += (source[position : edit.start], edit.after)
            position = edit.end
        pieces.append(source[position:])
        return "".join(pieces)

    def invert(self) -> Patch:
        """Edits on the result that give the source back. Alternatives are dropped: they were readings of `after`.

        Deletions that touch become one insertion.
        """
        inverted: list[Edit] = []
        for start, edit in zip(self._result_starts, self.edits, strict=True):
            back = replace(
                edit,
                start=start,
                end=start + len(edit.after),
                before=edit.after,
                after=edit.before,
                alternatives=(),
            )
            last = inverted[-1] if inverted else None
            if last and last.start == last.end == back.start == back.end:
                inverted[-1] = _merged(start, "", last.after + back.after, (last, back))
            else:
                inverted.append(back)
        return Patch(tuple(inverted))

    def compose(self, later: Patch) -> Patch:
        """`later`, made on this patch's result, and this patch as one: `compose(p).apply(s) == p.apply(self.apply(s))`.

        An edit that the other patch leaves alone keeps all it has. Edits that meet become one: the lowest confidence,
        the kind of the earliest that has one, the reasons and references joined, no alternatives; it vanishes where the
        source comes back. Edits that only touch don't meet, unless both would insert at one point of the source.
        """
        if not self.edits or not later.edits:
            return self if self.edits else later
        composed: list[Edit] = []
        shift = 0  # result offset minus source offset, after the edits of self so far
        for group in _groups(self._on_result(), later.edits):
            composed += group.edits(shift)
            shift += sum(len(edit.after) - len(edit.before) for _, edit in group.first)
        return Patch(tuple(composed))

    def map_to_source(self, start: int, end: int) -> tuple[int, int]:
        """The smallest span of the source that covers `result[start:end]`; inside an edit, that edit's whole span.

        An empty span maps to a point, behind whatever was deleted there, unless it lies inside an edit.
        """
        if not 0 <= start <= end:
            raise PatchError(f"span {start}–{end}: not a span")
        edit, first = self._locate(start)
        if start == end:
            return (first, first) if edit is None or first == edit.start else (edit.start, edit.end)
        source_start = first if edit is None else edit.start
        edit, last = self._locate(end - 1)
        return source_start, last + 1 if edit is None else edit.end

    def _locate(self, position: int) -> tuple[Edit | None, int]:
        """(edit, offset) where an edit's `after` holds that character of the result, else (None, its offset in the source).

        Inside an edit the offset counts on from the edit's start.
        """
        index = bisect_right(self._result_starts, position) - 1
        if index < 0:
            return None, position
        edit, into = self.edits[index], position - self._result_starts[index]
        if into < len(edit.after):
            return edit, edit.start + into
        return None, into - len(edit.after) + edit.end

    def _on_result(self) -> list[tuple[int, Edit]]:
        return list(zip(self._result_starts, self.edits, strict=True))


def apply(source: str, patch: Patch) -> str:
    """`patch.apply(source)`, for those who think of it as a function."""
    return patch.apply(source)


def shortened(text: str, limit: int = 40) -> str:
    """A text as messages show it."""
    return repr(text if len(text) <= limit else text[:limit] + "…")


def _merged(start: int, before: str, after: str, edits: Iterable[Edit]) -> Edit:
    """One edit for several, in the order in which they were made."""
    edits = list(edits)
    return Edit(
        start,
        start + len(before),
        before,
        after,
        kind=next((edit.kind for edit in edits if edit.kind), ""),
        confidence=min(edit.confidence for edit in edits),
        reason="; ".join(dict.fromkeys(edit.reason for edit in edits if edit.reason)),
        reference="; ".join(dict.fromkeys(edit.reference for edit in edits if edit.reference)),
    )


# --- composing ---------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Group:
    """Edits of two patches that meet, in offsets of the text between the two: `first` made it, `second` changes it."""

    start: int
    end: int
    first: list[tuple[int, Edit]] = field(default_factory=list)
    second: list[Edit] = field(default_factory=list)

    def absorb(self, earlier: _Group) -> None:
        self.start, self.end = min(self.start, earlier.start), max(self.end, earlier.end)
        self.first = earlier.first + self.first
        self.second = earlier.second + self.second

    def meets(self, later: _Group) -> bool:
        """Whether one edit of this group and one of the next have to become one edit of the source."""
        return bool(
            (self.first and later.second and _meet(self.first[-1], later.second[0]))
            or (self.second and later.first and _meet(later.first[0], self.second[-1]))
        )

    def edits(self, shift: int) -> list[Edit]:
        """The group as edits of the source (none or one; the untouched ones as they were)."""
        if not self.second:
            return [edit for _, edit in self.first]
        if not self.first:
            return [edit.shifted(-shift) for edit in self.second]
        middle = self._middle()
        before = _replaced(middle, self.start, ((at, at + len(e.after), e.before) for at, e in self.first))
        after = _replaced(middle, self.start, ((e.start, e.end, e.after) for e in self.second))
        if before == after:
            return []
        return [_merged(self.start - shift, before, after, [edit for _, edit in self.first] + self.second)]

    def _middle(self) -> str:
        """The text between the two patches, from start to end: all of it is some edit's `after` or `before`."""
        made: list[str | None] = [None] * (self.end - self.start)
        for at, edit in self.first:
            made[at - self.start : at - self.start + len(edit.after)] = edit.after
        for edit in self.second:
            for index, expected in enumerate(edit.before, edit.start - self.start):
                if made[index] not in (None, expected):
                    raise PatchError(
                        f"edit {edit.start}–{edit.end}: not made on the result of the patch before it"
                    )
                made[index] = expected
        return "".join(character or "" for character in made)


def _meet(first: tuple[int, Edit], second: Edit) -> bool:
    start, end = first[0], first[0] + len(first[1].after)
    if start < end and second.start < second.end:
        return max(start, second.start) < min(end, second.end)
    if start == end:
        return second.start < start < second.end or second.start == second.end == start
    inserts_too = first[1].start == first[1].end  # then both would insert at one point of the source
    return start < second.start < end or (inserts_too and second.start in (start, end))


def _groups(first: Iterable[tuple[int, Edit]], second: Iterable[Edit]) -> list[_Group]:
    """Edits of both patches in the order of the text between them, gathered where they meet."""
    single = [_Group(edit.start, edit.end, second=[edit]) for edit in second]
    single += [_Group(at, at + len(edit.after), first=[(at, edit)]) for at, edit in first]
    groups: list[_Group] = []
    for group in sorted(single, key=lambda group: (group.start, group.end)):  # stable: second before first
        while groups and groups[-1].meets(group):
            group.absorb(groups.pop())
        groups.append(group)
    return groups


def _replaced(text: str, offset: int, changes: Iterable[tuple[int, int, str]]) -> str:
    pieces: list[str] = []
    position = offset
    for start, end, new in changes:
        pieces += (text[position - offset : start - offset], new)
        position = end
    pieces.append(text[position - offset :])
    return "".join(pieces)


# --- comparing ---------------------------------------------------------------------------------------------------------

# Letters, digits, a line's end, other white space, and any other character by itself.
_TOKEN = re.compile(r"[^\W\d_]+|\d+|\n|[^\S\n]+|[\W_]", re.DOTALL)

# Code points of either text aligned at once: about 6,000 tokens, 5 ms; a megabyte with every second word replaced takes
# 0.7 s so. Twice as many cost twice the time per character. tests/test_patch.py bounds the time on a megabyte.
_WINDOW = 1 << 14

# A window is cut inside an equal run of so many tokens (six words with their spaces), unlikely to be equal by chance;
# with every other word replaced, 1000 words still hold about 15 such runs.
_SAFE_RUN = 12

# Where neither a safe run nor a common passage is left, two words with their space have to do.
_LAST_RESORT_RUN = 3

# Where windows share no such run (a passage was moved, added or dropped) the next common passage is looked for with
# probes of so many code points, from so far into the text.
_PROBE = 64
_PROBE_AT = (0, 256, 1024, 4096, 16384, 65536, 262144, 1048576)

# A token longer than this may be cut where a common beginning or end stops: less pretty, as correct.
_LONGEST_BACK_OFF = 1000


def diff(before: str, after: str) -> Patch:
    """The edits from `before` to `after`, by whole words, numbers, runs of spaces, and single other characters.

    >>> [(e.before, e.after) for e in diff("talks astir talks .", "talks about talks.").edits]
    [('astir', 'about'), (' ', '')]
    """
    a = b = _common_prefix(before, 0, len(before), after, 0, len(after))
    tail = _common_suffix(before, after, most=min(len(before), len(after)) - a)
    a_end, b_end = len(before) - tail, len(after) - tail
    edits: list[Edit] = []
    while True:
        common = _common_prefix(before, a, a_end, after, b, b_end)
        a, b = a + common, b + common
        if a == a_end or b == b_end:
            break
        if max(a_end - a, b_end - b) <= _WINDOW:
            return Patch((*edits, *_Alignment(before[a:a_end], after[b:b_end]).edits(a)))
        window = _Alignment(before[a : min(a + _WINDOW, a_end)], after[b : min(b + _WINDOW, b_end)])
        cut = window.cut(_SAFE_RUN)
        if not cut and (found := _next_common(before, a, a_end, after, b, b_end)):
            edits += _region(before[a : found[0]], after[b : found[1]], a)
            a, b = found
        elif cut := cut or window.cut(_LAST_RESORT_RUN):
            edits += window.edits(a, until=cut[0])
            a, b = a + cut[0], b + cut[1]
        else:
            break
    edits += _region(before[a:a_end], after[b:b_end], a)
    return Patch(tuple(edits))


class _Alignment:
    """Two short texts aligned by tokens with the fewest insertions, deletions and replacements."""

    def __init__(self, before: str, after: str) -> None:
        self.before, self.after = before, after
        tokens, other = _TOKEN.findall(before), _TOKEN.findall(after)
        ids: dict[str, int] = {}
        self.operations = Levenshtein.opcodes(
            [ids.setdefault(token, len(ids)) for token in tokens],
            [ids.setdefault(token, len(ids)) for token in other],
        )
        self.a_offsets = [0, *accumulate(map(len, tokens))]
        self.b_offsets = [0, *accumulate(map(len, other))]

    def edits(self, offset: int, until: int | None = None) -> Iterator[Edit]:
        """An edit for each stretch without an equal token, up to `until` in `before`, moved by `offset`."""
        for equal, group in groupby(self.operations, key=lambda operation: operation.tag == "equal"):
            stretch = list(group)
            start, end = self.a_offsets[stretch[0].src_start], self.a_offsets[stretch[-1].src_end]
            if equal:
                continue
            if until is not None and start >= until:
                return
            old = self.before[start:end]
            new = self.after[self.b_offsets[stretch[0].dest_start] : self.b_offsets[stretch[-1].dest_end]]
            if old != new:
                yield Edit(offset + start, offset + end, old, new)

    def cut(self, least: int) -> tuple[int, int] | None:
        """The middle of the longest equal run in the later half, in code points of each; None where it has fewer tokens."""
        half = (len(self.a_offsets) - 1) // 2
        runs = [o for o in self.operations if o.tag == "equal" and o.src_start + o.src_end >= 2 * half]
        best = max(runs, key=lambda o: o.src_end - o.src_start, default=None)
        if best is None or best.src_end - best.src_start < least:
            return None
        middle = (best.src_end - best.src_start) // 2
        return self.a_offsets[best.src_start + middle], self.b_offsets[best.dest_start + middle]


def _region(before: str, after: str, offset: int) -> list[Edit]:
    """Edits for two stretches without a safe run inside: aligned when short, one edit when long."""
    if before == after:
        return []
    if before and after and max(len(before), len(after)) <= 4 * _WINDOW:
        return list(_Alignment(before, after).edits(offset))
    return [Edit(offset, offset + len(before), before, after)]


def _next_common(before: str, a: int, a_end: int, after: str, b: int, b_end: int) -> tuple[int, int] | None:
    """Where the texts agree again soonest, by exact search for probes of each in the other."""
    found = []
    for ahead in _PROBE_AT:
        if a + ahead + _PROBE <= a_end:
            at = after.find(before[a + ahead : a + ahead + _PROBE], b, b_end)
            if at >= 0:
                found.append((a + ahead, at))
        if b + ahead + _PROBE <= b_end:
            at = before.find(after[b + ahead : b + ahead + _PROBE], a, a_end)
            if at >= 0:
                found.append((at, b + ahead))
    return min(found, key=sum, default=None)


def _common_prefix(before: str, a: int, a_end: int, after: str, b: int, b_end: int) -> int:
    """Code points equal from a and b on, less those that would cut a token."""
    count = _equal_run(
        min(a_end - a, b_end - b), lambda at, to: before[a + at : a + to] == after[b + at : b + to]
    )
    for back in range(min(count, _LONGEST_BACK_OFF)):
        if not (_inside_token(before, a + count - back) or _inside_token(after, b + count - back)):
            return count - back
    return count if count > _LONGEST_BACK_OFF else 0


def _common_suffix(before: str, after: str, most: int) -> int:
    """Code points equal at the ends, at most so many, less those that would cut a token."""
    a_end, b_end = len(before), len(after)
    count = _equal_run(most, lambda at, to: before[a_end - to : a_end - at] == after[b_end - to : b_end - at])
    for back in range(min(count, _LONGEST_BACK_OFF)):
        if not (_inside_token(before, a_end - count + back) or _inside_token(after, b_end - count + back)):
            return count - back
    return count if count > _LONGEST_BACK_OFF else 0


def _equal_run(limit: int, equal: Callable[[int, int], bool]) -> int:
    """The largest n ≤ limit with all of [0, n) equal, found with slices that double and then halve."""
    count, step = 0, 64
    while count + step <= limit and equal(count, count + step):
        count += step
        step = min(2 * step, 1 << 20)
    while step:
        if count + step <= limit and equal(count, count + step):
            count += step
        else:
            step //= 2
    return count


def _inside_token(text: str, at: int) -> bool:
    """Whether a boundary at that offset would fall inside a token."""
    return 0 < at < len(text) and _TOKEN.fullmatch(text, at - 1, at + 1) is not None
