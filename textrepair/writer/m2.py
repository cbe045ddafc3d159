r"""M2, the format of grammatical error correction (Dahlmeier & Ng 2012), annotated in the manner of ERRANT.

    S Talks astir it
    A 1 2|||R:SPIN|||about|||REQUIRED|||-NONE-|||0

There is an `S` line for each line of the article that holds anything but white space. Its tokens are words and
numbers, with what joins them inside, and single other characters; what white space stands between them is not said, so that only
together with the source does M2 give the text. Tokens are found in the source again one after the other.

* `A i j` with text: the source from the first character of token i to the last of token j-1 becomes that text, whatever
  white space there was inside. An edit in the middle of a token takes the whole of it.
* `A i j` with empty text: the tokens go, and the white space behind them too if there is some on both sides (a line's
  ends count as such; at its end, the white space before them goes).
* `A i i`, an insertion: before token i with a space behind it, after the last token with a space before it; closing
  punctuation goes right behind token i-1.
* Edits of white space that none of this can say make a token of that white space, written `\s`, `\t`, `\n` … It may hold
  line ends; then one `S` line runs over several lines of the source, as it does where an edit joins lines.
* A backslash starts such an escape, also in replacements: `\\`, `\p` for `|`, `\z` for nothing at all (tokens go, white
  space stays), `\uXXXX` for characters that some programs take for a line's end.

The types are `M`, `R` and `U` (missing, replaced, unnecessary) with the kind of damage; a line without edits has ERRANT's
`noop`. Edits that meet in a token are written as one.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from textrepair.patch import Edit, Patch, PatchError
from textrepair.writer.base import RepairedArticle, Writer

# Words and what joins them, numbers with their separators, abbreviations such as U.S., and any other character.
_TOKEN = re.compile(r"(?:[A-Z]\.){2,}|\w+(?:(?:['’\-]|(?<=\d)[.,:](?=\d))\w+)*|[^\w\s]")
_SPACE = re.compile(r"\s+")
Span = tuple[int, int]

_CLOSING = re.compile(r"[.,;:!?)\]}”’…%]+")
_NOOP = "A -1 -1|||noop|||-NONE-|||REQUIRED|||-NONE-|||0\n"


class M2Writer(Writer):
    """The source's lines as tokens, each followed by its edits."""

    name = "m2"
    suffix = ".m2"

    def article(self, article: RepairedArticle) -> str:
        return render(article.repair.source, article.repair.patch)


@dataclass(frozen=True, slots=True)
class _Annotation:
    """Tokens [first, last) of the article become `text`, None being nothing at all; an insertion may end its line."""

    first: int
    last: int
    text: str | None
    kind: str
    at_end: bool = False

    def line(self, offset: int) -> str:
        operation = "M" if self.first == self.last else "R" if self.text else "U"
        kind = f"{operation}:{self.kind.upper() or 'OTHER'}"
        span = f"{self.first - offset} {self.last - offset}"
        return f"A {span}|||{kind}|||{_escaped(self.text)}|||REQUIRED|||-NONE-|||0\n"


def render(source: str, patch: Patch) -> str:
    """M2 of the source and the patch on it.

    >>> print(render("Talks astir it", Patch((Edit(6, 11, "astir", "about", kind="spin"),))), end="")
    S Talks astir it
    A 1 2|||R:SPIN|||about|||REQUIRED|||-NONE-|||0
    <BLANKLINE>
    """
    tokens, annotations = _annotated(source, patch)
    lines: list[str] = []
    rest = deque(annotations)
    for first, last in _blocks(source, tokens, annotations):
        lines.append(
            " ".join(["S", *(_escaped_token(source[start:end]) for start, end in tokens[first:last])]) + "\n"
        )
        here = len(lines)
        while rest and (rest[0].first < last or (rest[0].first == last and rest[0].at_end)):
            lines.append(rest.popleft().line(first))
        lines.append("\n" if len(lines) > here else _NOOP + "\n")
    return "".join(lines)


def parse(text: str, source: str) -> Patch:
    """The patch that M2 holds for this source; PatchError where its tokens or annotations don't fit.

    Of several annotators the first counts.
    """
    edits: list[Edit] = []
    position = 0
    block: list[Span] = []
    for number, line in enumerate(text.split("\n"), 1):
        if line == "S" or line.startswith("S "):
            block = list(_found(line[2:].split(" ") if line[2:] else [], source, position, number))
            position = block[-1][1] if block else position
        elif line.startswith("A ") and not line.startswith("A -1 -1|||"):
            edits += _read_annotation(line, _Block(block), source, number)
    return Patch(tuple(edits))


# --- tokens


def _tokens(source: str) -> list[Span]:
    return [match.span() for match in _TOKEN.finditer(source)]


def _found(words: Iterable[str], source: str, position: int, number: int) -> Iterator[Span]:
    """Spans of an `S` line's tokens in the source, from that position on."""
    for word in words:
        token = _unescaped(word)
        if not token.isspace():
            position = _skip_space(source, position)
        if not token or not source.startswith(token, position):
            raise PatchError(f"line {number}: token {word!r} does not stand in the source at {position}")
        yield position, position + len(token)
        position += len(token)


def _skip_space(source: str, position: int) -> int:
    space = _SPACE.match(source, position)
    return space.end() if space else position


@dataclass(frozen=True, slots=True)
class _Block:
    """The tokens of one `S` line."""

    tokens: list[Span]

    def resolve(self, first: int, last: int, text: str | None) -> tuple[int, int, str]:
        """(start, end, after) in the source of what an annotation says; see the module's docstring."""
        if first == last:
            return self._insertion(first, text or "")
        start, end = self.tokens[first][0], self.tokens[last - 1][1]
        if text != "":
            return start, end, text or ""
        begins, ends = first == 0, last == len(self.tokens)
        if (begins or self._spaced(first)) and (ends or self._spaced(last)):
            if not ends:
                end = self.tokens[last][0]
            elif not begins:
                start = self.tokens[first - 1][1]
        return start, end, ""

    def _spaced(self, at: int) -> bool:
        return self.tokens[at - 1][1] < self.tokens[at][0]

    def _insertion(self, at: int, text: str) -> tuple[int, int, str]:
        if not self.tokens:
            return 0, 0, text
        if at and _CLOSING.fullmatch(text):
            return self.tokens[at - 1][1], self.tokens[at - 1][1], text
        if at == len(self.tokens):
            return self.tokens[at - 1][1], self.tokens[at - 1][1], " " + text
        return self.tokens[at][0], self.tokens[at][0], text + " "


# --- writing


def _annotated(source: str, patch: Patch) -> tuple[list[Span], list[_Annotation]]:
    """The tokens that are needed to say all edits, and the annotations that say them."""
    words = _Words(source)
    edits = [_trimmed(edit) for edit in patch.edits]
    edits = _gathered(source, edits, [words.widened(edit) for edit in edits], touching=True)
    natural = [words.natural(edits, at) for at in range(len(edits))]
    others = [edit for edit, short in zip(edits, natural, strict=True) if not short]
    others = _gathered(source, others, [words.covered(edit) for edit in others])
    spaces = {
        span for edit in others for span in (words.space_at(edit.start), words.space_at(edit.end - 1)) if span
    }
    tokens = sorted([*words.spans, *spaces])
    index = {start: at for at, (start, _) in enumerate(tokens)} | {len(source): len(tokens)}
    ends = {end: at + 1 for at, (_, end) in enumerate(tokens)} | {0: 0}
    annotations = [
        _Annotation(index[e.start], ends[e.end], e.after or None, e.kind, at_end=not source) for e in others
    ]
    for short in natural:
        if short:
            first = (
                ends[words.spans[short.first - 1][1]] if short.at_end else index[words.spans[short.first][0]]
            )
            annotations.append(replace(short, first=first, last=first + short.last - short.first))
    return tokens, sorted(annotations, key=lambda annotation: (annotation.first, annotation.last))


def _gathered(source: str, edits: Sequence[Edit], spans: list[Span], touching: bool = False) -> list[Edit]:
    """Edits widened to the given spans, as one where these overlap; also, if asked, where an insertion touches another."""
    groups: list[tuple[int, int, list[Edit]]] = []
    for edit, (start, end) in zip(edits, spans, strict=True):
        first, last, group = groups[-1] if groups else (-1, -1, [])
        if start < last or (touching and start == last and (start == end or first == last)):
            groups[-1] = (first, max(last, end), [*group, edit])
        else:
            groups.append((start, end, [edit]))
    widened = (_widened(source, start, end, group) for start, end, group in groups)
    return [edit for edit in widened if edit]


def _widened(source: str, start: int, end: int, edits: list[Edit]) -> Edit | None:
    """One edit for all, None where together they change nothing."""
    before = source[start:end]
    pieces: list[str] = []
    position = start
    for edit in edits:  # not as a patch: trimmed, two insertions may share a point
        pieces += (source[position : edit.start], edit.after)
        position = edit.end
    after = "".join((*pieces, source[position:end]))
    if before == after:
        return None
    return Edit(start, end, before, after, kind=next((edit.kind for edit in edits if edit.kind), ""))


def _trimmed(edit: Edit) -> Edit:
    """Without the white space that stays at either end."""
    before, after = edit.before, edit.after
    head = tail = 0
    while head < min(len(before), len(after)) and before[head] == after[head] and before[head].isspace():
        head += 1
    before, after = before[head:], after[head:]
    while (
        tail < min(len(before), len(after))
        and before[-1 - tail] == after[-1 - tail]
        and before[-1 - tail].isspace()
    ):
        tail += 1
    before, after = before[: len(before) - tail], after[: len(after) - tail]
    return replace(edit, start=edit.start + head, end=edit.end - tail, before=before, after=after)


class _Words:
    """A source's tokens other than white space, and how an edit lies among them."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.spans = [match.span() for match in _TOKEN.finditer(source)]
        self.starts = [start for start, _ in self.spans]
        self.ends = [end for _, end in self.spans]

    def widened(self, edit: Edit) -> Span:
        """The edit's span, with the whole of a token that it begins or ends inside of."""
        first, last = self._around(edit.start), self._around(edit.end)
        return first[0] if first else edit.start, last[1] if last else edit.end

    def _around(self, at: int) -> Span | None:
        """The token that has that offset inside."""
        index = bisect_left(self.starts, at) - 1
        return self.spans[index] if index >= 0 and at < self.ends[index] else None

    def covered(self, edit: Edit) -> Span:
        """The span of whole tokens, of white space too, that takes in the edit; of the one next to an insertion."""
        if edit.start < edit.end:
            first, last = self.space_at(edit.start), self.space_at(edit.end - 1)
            return first[0] if first else edit.start, last[1] if last else edit.end
        for edges in (self.ends, self.starts):
            at = bisect_left(edges, edit.start)
            if at < len(edges) and edges[at] == edit.start:
                return self.spans[at]
        return self.space_at(edit.start) or self.space_at(edit.start - 1) or (edit.start, edit.end)

    def space_at(self, at: int) -> Span | None:
        """The run of white space that holds that character."""
        if not 0 <= at < len(self.source) or not self.source[at].isspace():
            return None
        right = bisect_right(self.starts, at)
        return self.ends[right - 1] if right else 0, self.starts[right] if right < len(self.spans) else len(
            self.source
        )

    def natural(self, edits: list[Edit], at: int) -> _Annotation | None:
        """The edit as words inserted or deleted by the rules that mind white space by themselves, where they do it right.

        None also where a neighbour is so near that it may claim the same white space.
        """
        edit = edits[at]
        if "\n" in edit.before:
            return None
        low, high = self._line(edit)
        first, last = (
            bisect_left(self.starts, edit.start, low, high),
            bisect_right(self.ends, edit.end, low, high),
        )
        last = max(first, last)
        text = edit.after.strip()
        if low == high or (first == last) == (not text) or not self._is_free(edits, at, first, last):
            return None
        block = _Block(self.spans[low:high])
        if not self._same(edit, block.resolve(first - low, last - low, text)):
            return None
        return _Annotation(first, last, text, edit.kind, at_end=first == last == high)

    def _line(self, edit: Edit) -> Span:
        """The tokens of the line that the edit is in."""
        begin = self.source.rfind("\n", 0, edit.start) + 1
        end = self.source.find("\n", edit.end)
        high = len(self.spans) if end < 0 else bisect_left(self.starts, end)
        return bisect_left(self.starts, begin), high

    def _is_free(self, edits: list[Edit], at: int, first: int, last: int) -> bool:
        """Whether a whole token lies between the edit's tokens and each neighbouring edit, unless that is simple."""
        if at:
            near = edits[at - 1]
            limit = self.ends[first - 1] if self._is_plain(near) else self.starts[first - 1]
            if not first or near.end > limit:
                return False
        if at + 1 < len(edits):
            near = edits[at + 1]
            if last >= len(self.spans) or near.start < (
                self.starts[last] if self._is_plain(near) else self.ends[last]
            ):
                return False
        return True

    def _is_plain(self, edit: Edit) -> bool:
        """Whether it replaces whole tokens by text."""
        first, last = bisect_left(self.starts, edit.start), bisect_left(self.ends, edit.end)
        return (
            bool(edit.after)
            and first <= last < len(self.spans)
            and ((self.starts[first], self.ends[last]) == (edit.start, edit.end))
        )

    def _same(self, edit: Edit, other: tuple[int, int, str]) -> bool:
        """Whether both make the same text of the source."""
        start, end, after = other
        low, high = min(edit.start, start), max(edit.end, end)
        source = self.source
        return (
            source[low : edit.start] + edit.after + source[edit.end : high]
            == source[low:start] + after + source[end:high]
        )


def _blocks(source: str, tokens: list[Span], annotations: list[_Annotation]) -> Iterator[Span]:
    """Ranges of tokens, cut at line ends, unless one is a token or an edit goes across."""
    joined = {at for annotation in annotations for at in range(annotation.first + 1, annotation.last)}
    first = 0
    for at in range(1, len(tokens)):
        if at not in joined and "\n" in source[tokens[at - 1][1] : tokens[at][0]]:
            yield first, at
            first = at
    if tokens or annotations:
        yield first, len(tokens)


# --- reading


def _read_annotation(line: str, block: _Block, source: str, number: int) -> list[Edit]:
    fields = line[2:].split("|||")
    try:
        first, last = map(int, fields[0].split(" "))
        kind, annotator = fields[1], fields[5]
        text = None if fields[2] == r"\z" else _unescaped(fields[2])
    except (ValueError, IndexError):
        raise PatchError(f"line {number}: not an annotation: {line[:80]}") from None
    if not 0 <= first <= last <= len(block.tokens):
        raise PatchError(f"line {number}: tokens {first}–{last} of {len(block.tokens)}")
    if annotator != "0":
        return []
    start, end, after = block.resolve(first, last, text)
    if after == source[start:end]:
        return []
    kind = kind.partition(":")[2].lower()
    return [Edit(start, end, source[start:end], after, "" if kind == "other" else kind)]


# --- escapes

# Where str.splitlines ends a line, as may readers of M2; and what else would be misread.
_UNSAFE = re.compile(r"[\\|\n\r\t\v\f\x1c-\x1e\x85\u2028\u2029]|^ | $|^-(?=NONE-$)")
_NAMES = {" ": "s", "\n": "n", "\r": "r", "\t": "t", "|": "p", "\\": "\\", "-": "-"}
_CHARACTERS = {name: character for character, name in _NAMES.items()}
_ESCAPE = re.compile(r"\\(?:u([0-9a-f]{4})|(.))", re.DOTALL)


def _escape(character: str) -> str:
    return "\\" + (_NAMES.get(character) or f"u{ord(character):04x}")


def _escaped(text: str | None) -> str:
    return r"\z" if text is None else _UNSAFE.sub(lambda match: _escape(match[0]), text)


def _escaped_token(token: str) -> str:
    return "".join(map(_escape, token)) if token.isspace() else token.replace("\\", r"\\")


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(
        lambda match: chr(int(match[1], 16)) if match[1] else _CHARACTERS.get(match[2], match[2]), text
    )
