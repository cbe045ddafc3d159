"""Where are the words and the sentences of an article?

One regular expression says what a token is, with code-point offsets (what it says of plain words is known without asking it:
:mod:`textrepair.plain_words`); what lies between two tokens is white space and belongs to nobody.  The conventions are those
of the Penn treebank where the two differ from "split at spaces": a clitic is a token of its own (``Biden|'s``, ``don|'t``: the
split falls on the apostrophe so that offsets stay exact), an abbreviation keeps its full stop (``Mr.``, ``U.S.``), a hyphenated
compound is one word (``cease-fire``), and a web address, a handle or a file name is one opaque token that no later stage looks
into.

Sentences are ranges of tokens.  A line break ends a sentence unless the next line plainly continues it, so that headlines
and captions, which have no full stop, are not glued to the text below them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
import numpy.typing as npt
import regex

from textrepair.lazy import cached_property
from textrepair.plain_words import UNSPLIT, Columns, hashed, letters_of, plain_tokens


class TokenKind(IntEnum):
    """What a token is; the values are the numbers of the pattern's groups."""

    WORD = 1
    OPAQUE = 2  # address, handle, hashtag, file name: never looked into
    ABBREVIATION = 3  # ends in a full stop that is its own
    NUMBER = 4
    CLITIC = 5  # apostrophe and letters right behind a word
    STOP = 6  # . ! ? …
    QUOTE = 7  # any double quote, or a single one that is no apostrophe
    PUNCTUATION = 8
    SYMBOL = 9  # any other character that is not white space


# Titles, months, ranks and Latin shorthands whose full stop is no sentence end.  Closed classes of English newswire style
# (Associated Press stylebook's lists of abbreviated titles, months and states), not gathered from any sample.
_TITLES = "Mr|Mrs|Ms|Mx|Dr|Prof|Gen|Lt|Col|Capt|Maj|Sgt|Adm|Cmdr|Gov|Sen|Rep|Rev|Hon|Pres|Sec|St|Sr|Jr|Messrs"
_MONTHS = "Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec"
_OTHER = "vs|etc|No|Nos|Fig|Inc|Corp|Ltd|Co|Bros|Ave|Blvd|Rd|Mt|Ft|approx|Calif|Conn|Del|Fla|Mass|Md|Mich|Pa|Tenn|Va|Wash"
#: All of them, without their full stops.
ABBREVIATIONS = tuple(f"{_TITLES}|{_MONTHS}|{_OTHER}".split("|"))

# Most tokens are plain words before a space or a comma; trying that first nearly doubles the speed of the whole pass.
_PLAIN_WORD = r"\p{L}+(?=[\s,;])"
_WORD = r"\p{L}[\p{L}\p{M}\p{N}]*(?:[-‐‑][\p{L}\p{N}][\p{L}\p{M}\p{N}]*)*"

_PATTERN = regex.compile(
    rf"""
      (?P<WORD>{_PLAIN_WORD})
     |((?:https?://|www\.)[^\s<>"”]+[^\s<>"”.,;:!?)\]'’]                   # address
        |[\w.+-]+@[\w-]+(?:\.[\w-]+)+                                       # mail
        |(?<![\w&])[@\#]\w+                                                 # handle, hashtag
        |\w[\w-]*(?:\.[\w-]+)*\.(?:com|org|net|gov|edu|io|co\.uk|html?|php|py|js|json|txt|exe|pdf)\b(?:/[^\s<>"”]*[\w/])?
      )
     |((?:\p{{L}}\.){{2,}}|\p{{Lu}}\.(?=\s+\p{{Lu}})|(?:{_TITLES}|{_MONTHS}|{_OTHER})\.(?=\s+[\p{{L}}\d]))
     |(\p{{N}}+(?:[.,:/]\p{{N}}+)*(?:\p{{L}}+(?=\P{{L}}|$))?)
     |(?P<WORD>{_WORD})
     |((?<=[\p{{L}}\p{{M}}\p{{N}}])['’ʼ]\p{{L}}+)
     |(\.{{3,}}|[.!?…])
     |(["“”„«»‘’‚']|``|'')
     |(--+|[,;:()\[\]–—-])
     |(\S)
    """,
    regex.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Token:
    """One token; ``text == source[start:end]``."""

    text: str
    start: int
    end: int
    kind: TokenKind


@dataclass(frozen=True)
class Tokens:
    """The tokens of one text as parallel lists, since millions of small objects would cost more than the work on them.

    ``texts[i] == source[starts[i]:ends[i]]``; ``kinds[i]`` is a :class:`TokenKind` value.  ``columns`` has the same, and what
    letters the tokens are of, as arrays.
    """

    source: str
    texts: list[str]
    starts: list[int]
    ends: list[int]
    kinds: list[int]
    columns: Columns = field(repr=False, compare=False)

    def __len__(self) -> int:
        return len(self.texts)

    def __iter__(self) -> Iterator[Token]:
        for text, start, end, kind in zip(self.texts, self.starts, self.ends, self.kinds, strict=True):
            yield Token(text, start, end, TokenKind(kind))

    @cached_property
    def sentences(self) -> list[tuple[int, int]]:
        """Half-open ranges of token indices that together cover all tokens."""
        return _split_sentences(self)

    @property
    def kind_array(self) -> npt.NDArray[np.uint8]:
        """``kinds`` as an array: shape ``(len(self),)``."""
        return self.columns.kinds

    def are(self, letters: int) -> npt.NDArray[np.bool_]:
        """Which tokens are of such letters (:data:`~textrepair.plain_words.ALL_SMALL` and so on): shape ``(len(self),)``."""
        found: npt.NDArray[np.bool_] = (self.columns.letters & letters) != 0
        return found

    @cached_property
    def words(self) -> int:
        """How many tokens are words: the unit in which severity and harm are told."""
        return sum(map(self.kinds.count, _WORDLIKE))


#: Kinds of token that count as a word.
WORDLIKE = frozenset({TokenKind.WORD, TokenKind.NUMBER, TokenKind.ABBREVIATION})
# Members of an IntEnum compare more slowly.
_STOP, _QUOTE = int(TokenKind.STOP), int(TokenKind.QUOTE)
_WORDLIKE = tuple(map(int, WORDLIKE))
#: By kind: may such a token be the last of a sentence that ends at a space?  Brackets are punctuation.
_MAY_CLOSE = np.isin(np.arange(max(TokenKind) + 1), (TokenKind.STOP, TokenKind.QUOTE, TokenKind.PUNCTUATION))
#: Words whose full stop may be their own: abbreviations, and what addresses begin with.
_OWN_STOP = np.array([hashed(word) for word in (*ABBREVIATIONS, "www")])
_LINE_BREAK = regex.compile(r"[\r\n]")


def tokenize(text: str) -> Tokens:
    """Split a text into tokens.

    >>> tokenize("Mr. Biden’s aide didn't go.").texts
    ['Mr.', 'Biden', '’s', 'aide', 'didn', "'t", 'go', '.']
    >>> tokenize("a 50-minute call at 3:35 p.m., www.example.org/x").texts
    ['a', '50', '-', 'minute', 'call', 'at', '3:35', 'p.m.', ',', 'www.example.org/x']
    """
    signs = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    columns = plain_tokens(signs, _OWN_STOP)
    if UNSPLIT in columns.kinds:
        columns = _split(text, columns)
    starts, ends, kinds = columns.starts.tolist(), columns.ends.tolist(), columns.kinds.tolist()
    texts = [text[start:end] for start, end in zip(starts, ends, strict=True)]
    return Tokens(text, texts, starts, ends, kinds, columns)


def few_tokens(text: str) -> Iterator[tuple[str, int]]:
    """Texts and kinds of tokens one by one, quicker than :func:`tokenize` where few words are asked about.

    >>> next(few_tokens("Mr. Biden"))
    ('Mr.', 3)
    """
    for match in _PATTERN.finditer(text):
        yield match.group(), match.lastindex or 0


def _split(text: str, plain: Columns) -> Columns:
    """The tokens with those of the pattern in the place of what is not split."""
    count = np.ones(len(plain.kinds), dtype=np.int64)
    found: list[tuple[int, int, int, int]] = []
    for row in np.flatnonzero(plain.kinds == UNSPLIT).tolist():
        before, stop = len(found), int(plain.ends[row])
        for match in _PATTERN.finditer(text, int(plain.starts[row])):
            span = match.span()
            if span[0] >= stop:
                break
            found.append((*span, match.lastindex or 0, letters_of(match.group())))
        count[row] = len(found) - before
    columns = Columns(
        np.repeat(plain.starts, count),
        np.repeat(plain.ends, count),
        np.repeat(plain.kinds, count),
        np.repeat(plain.letters, count),
    )
    rows = np.flatnonzero(columns.kinds == UNSPLIT)
    values = np.array(found, dtype=np.int64).reshape(-1, len(columns)).T
    columns.starts[rows], columns.ends[rows], columns.kinds[rows], columns.letters[rows] = values
    return columns


def _split_sentences(tokens: Tokens) -> list[tuple[int, int]]:
    """A sentence ends behind a stop (and the quotes that close it) or at a line break that isn't plain wrapping."""
    count = len(tokens)
    if not count:
        return []
    source, texts, starts, ends, kinds = tokens.source, tokens.texts, tokens.starts, tokens.ends, tokens.kinds
    ranges = []
    begin = 0
    for i in _gaps_to_judge(tokens):
        gap = source[ends[i] : starts[i + 1]]
        if "\n" in gap or "\r" in gap:
            if _is_wrapped(gap, texts[i], kinds[i], texts[i + 1]):
                continue
        elif not _ends_sentence(texts, kinds, i):
            continue
        ranges.append((begin, i + 1))
        begin = i + 1
    ranges.append((begin, count))
    return ranges


def _gaps_to_judge(tokens: Tokens) -> list[int]:
    """The tokens with white space behind them at which a sentence may end: it breaks the line, or they may close a sentence."""
    starts = tokens.columns.starts
    gap = starts[1:] > tokens.columns.ends[:-1]
    judged = _MAY_CLOSE[tokens.kind_array[:-1]]
    breaks = [match.start() for match in _LINE_BREAK.finditer(tokens.source)]
    before = np.searchsorted(starts, breaks) - 1  # the token before each; none before the first
    judged[before[(before >= 0) & (before < len(judged))]] = True
    found: list[int] = np.flatnonzero(gap & judged).tolist()
    return found


def _is_wrapped(gap: str, last: str, last_kind: int, following: str) -> bool:
    """A single line break inside a sentence: text wrapped at a column."""
    return (
        gap.count("\n") <= 1 and last_kind not in (_STOP, _QUOTE) and (following[0].islower() or last == ",")
    )


def _ends_sentence(texts: list[str], kinds: list[int], i: int) -> bool:
    """Is there white space behind token ``i`` at which a sentence ends?  (The caller knows of the white space.)"""
    j = i
    while j > 0 and (kinds[j] == _QUOTE or texts[j] in ")]"):
        j -= 1
    # An abbreviation's own full stop ends none: "U.S. President" goes on, "p.m. The" does not, but a wrong join costs the
    # language model no more than a wrong cut, one context.
    return kinds[j] == _STOP and not texts[i + 1][0].islower()
