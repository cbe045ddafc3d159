"""What does the model see of a token?

The language model knows lower-case *normal forms*: words, clitics (``'s``), abbreviations, stops, frequent numbers.  What is
out of its vocabulary falls into a class by shape (a capitalised unknown behaves like a name, ``100,000`` like any other number
of that shape).  Quotes carry no wording and are left out of its contexts.

Identifiers: 0 and 1 are the sentence borders, then the shape classes, then the words of the language model by falling
frequency; behind :attr:`Vocabulary.lm_size` come words that only the channel knows ("astatine"): the language model sees
those as their class.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
import numpy.typing as npt
import regex

from textrepair.lazy import cached_property
from textrepair.tokens import TokenKind, Tokens

BEGIN, END = 0, 1
#: Shape classes, by identifier - 2.
CLASSES = (
    "<low>",
    "<Cap>",
    "<ALL>",
    "<hyphen>",
    "<clitic>",
    "<number>",
    "<ordinal>",
    "<money>",
    "<opaque>",
    "<symbol>",
)
SPECIALS = ("<s>", "</s>", *CLASSES)
#: Identifier of tokens that the language model doesn't see (quotes).
UNSEEN = -1

_LOW, _CAP, _ALL, _HYPHEN, _CLITIC, _NUMBER, _ORDINAL, _MONEY, _OPAQUE, _SYMBOL = range(2, 2 + len(CLASSES))
#: From which share of capitals inside a sentence on (:attr:`Vocabulary.capital`, in 1/255) is a word a name?  It depends on
#: what is asked.  Often one: it is new company wherever it stands, which tells nothing of a spinner.
OFTEN = 60
#: Mostly one: what overuses it is the subject, and not a spinner; and it is written with its capital.
MOSTLY = 127
#: Two such side by side are a name that lost its space.
NEARLY_ALWAYS = 240
#: It has its capital wherever it stands, also in place of a word in lower case.  Below, capitals come from names that the word
#: is part of ("Prime Minister", 0.60; "House", 0.90), and spinners that put something in lower case found the word so: of 15
#: places with such a word in the pairs of `issues` and in article 001 the original was in lower case in all.
ALWAYS = 243
#: The word table of a scan (:mod:`textrepair.detector.scanning.word_table`) keeps identifiers in so many bits, of which it
#: needs one value for "none".  The packaged model has 129,395 words; each bit more makes a word on no list pass for another one
#: twice as often.
IDENTIFIER_BITS = 19
MOST_WORDS = (1 << IDENTIFIER_BITS) - 1
#: Surface forms whose identifiers are kept: some 50 MB.
_MOST_FORMS = 400_000
_APOSTROPHES = str.maketrans("’ʼ‐‑", "''--")
_DIGITS = regex.compile(r"\p{N}")


def normal_form(text: str, kind: int) -> str:
    """The form under which a token is counted and looked up; empty for what the language model doesn't see.

    >>> normal_form("Don", TokenKind.WORD), normal_form("’T", TokenKind.CLITIC), normal_form("“", TokenKind.QUOTE)
    ('don', "'t", '')
    """
    if kind == TokenKind.QUOTE:
        return ""
    if kind == TokenKind.OPAQUE:
        return "<opaque>"
    if kind == TokenKind.PUNCTUATION:
        return "—" if text[0] in "–—" or text[:2] == "--" else text
    if kind == TokenKind.STOP:
        return "…" if text[:2] == ".." else text
    return text.lower().translate(_APOSTROPHES)


def shape_class(text: str, kind: int) -> int:
    """The class identifier of a token whose normal form is out of vocabulary."""
    if kind in (TokenKind.WORD, TokenKind.ABBREVIATION):
        if "-" in text:
            return _HYPHEN
        if text.isupper() and len(text) > 1:
            return _ALL
        return _CAP if text[0].isupper() else _LOW
    if kind == TokenKind.NUMBER:
        return _ORDINAL if text[-1].isalpha() else _NUMBER
    if kind == TokenKind.CLITIC:
        return _CLITIC
    if kind == TokenKind.OPAQUE:
        return _OPAQUE
    return _SYMBOL


def number_shape(form: str) -> str:
    """Numbers out of vocabulary share a form by shape: ``17,345`` is seen as ``00,000``.

    >>> number_shape("17,345"), number_shape("1994")
    ('00,000', '0000')
    """
    return _DIGITS.sub("0", form)


@dataclass(frozen=True)
class Vocabulary:
    """Words and their identifiers.

    ``words[i]`` is the normal form of identifier ``i``; ``capital[i]`` the share of its uses inside a sentence that begin
    with a capital, in 1/255; ``unknown_logp[i]`` the natural-log probability of the word given its class, 0 for words of the
    language model; ``usual[i]`` how it is mostly written inside a sentence ("NATO", "Thursday"), empty where that is the
    normal form.

    Raises ValueError for more than :data:`MOST_WORDS`.
    """

    words: list[str]
    lm_size: int
    capital: npt.NDArray[np.uint8]
    unknown_logp: npt.NDArray[np.float32]
    usual: list[str]
    _surface: dict[str, int] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        if len(self.words) > MOST_WORDS:
            raise ValueError(f"{len(self.words):,} words, of which a model holds {MOST_WORDS:,}")
        object.__setattr__(self, "_index", {word: i for i, word in enumerate(self.words)})

    @property
    def index(self) -> dict[str, int]:
        """Normal form → identifier."""
        return self._index  # type: ignore[attr-defined,no-any-return]

    def identifier(self, text: str, kind: int) -> int:
        """The identifier of one token (a class identifier if the word is unknown, :data:`UNSEEN` for quotes)."""
        form = normal_form(text, kind)
        if not form:
            return UNSEEN
        found = self.index.get(form)
        if found is None and kind == TokenKind.NUMBER:
            found = self.index.get(number_shape(form))
        return shape_class(text, kind) if found is None else found

    def identifiers(self, tokens: Tokens) -> npt.NDArray[np.int32]:
        """Identifiers of all tokens, shape ``(len(tokens),)``; surface forms, whose kind is the same wherever they stand, are
        looked up once per vocabulary."""
        known = self._surface
        if len(known) > _MOST_FORMS:  # bounds the memory of a long batch run without costing a hit rate
            known.clear()
        found = list(map(known.get, tokens.texts))
        if None in found:
            for i in [i for i, identifier in enumerate(found) if identifier is None]:
                text = tokens.texts[i]
                found[i] = known[text] = self.identifier(text, tokens.kinds[i])
        return np.array(found, dtype=np.int32)

    def usual_form(self, identifier: int) -> str:
        """How a word is mostly written inside a sentence."""
        return self.usual[identifier] or self.words[identifier]

    def lm_identifier(self, identifier: int) -> int:
        """What the language model sees of an identifier: itself, or the class of a word that only the channel knows."""
        if identifier < self.lm_size:
            return identifier
        return _HYPHEN if "-" in self.words[identifier] else _LOW

    @cached_property
    def in_compounds(self) -> dict[tuple[str, str], dict[str, int]]:
        """What stands in the hyphenated words of the language model: (what goes before, what goes behind) → part or parts → the
        whole's identifier."""
        found: dict[tuple[str, str], dict[str, int]] = {}
        for identifier, word in enumerate(self.words[: self.lm_size]):
            breaks = [at for at, sign in enumerate(word) if sign == "-"]
            for start, end in combinations([-1, *breaks, len(word)], 2):
                frame = word[: start + 1], word[end:]
                found.setdefault(frame, {})[word[start + 1 : end]] = identifier
        found.pop(("", ""), None)  # whole words
        return found

    @cached_property
    def seen_as(self) -> npt.NDArray[np.int32]:
        """:meth:`lm_identifier` of all identifiers."""
        count = len(self.words)
        return np.fromiter(map(self.lm_identifier, range(count)), dtype=np.int32, count=count)
