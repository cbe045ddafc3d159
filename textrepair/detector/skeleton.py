"""What is left of a text when its content is taken out: function words, endings, signs, and how they follow one another.

Translators, human and machine, prefer some constructions whatever the subject and the source: more "the … of the …", "in …,",
"according to" and nouns in -ion, fewer "'s", "-ing", "up", "back" and contractions (Baroni & Bernardini 2006,
"A new approach to the study of translationese"; Volansky, Ordan & Wintner 2015).  So words keep their form only if they are of a
closed class; others become their ending, capitalised ones N, numbers 9.  An article is the square roots of its counts of runs of
one to three of these, at length 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt

from textrepair.tokens import TokenKind, Tokens

#: Closed classes of English, with the few adverbs and reporting verbs that are as frequent.
FUNCTION_WORDS = (
    "the a an this that these those its his her their our some any no of in to for on with at by from about into over after "
    "before through between against during under within among without towards since until is was are were has had have be "
    "been will would can could may might should must do does did and but or which who when where while if because as than "
    "so whether although though he she it they we i you him them us me also not only still already now then even more most "
    "very much too just again however well there here all each every both such other another own same few many several one "
    "two first last new according said says say up out off down back away what why how my your yours mine never always "
    "often yet"
).split()
ENDINGS = ("ing", "ed", "ly", "ion", "ity", "ment", "ness", "al", "ive", "er", "s")
_CLITICS = ("'s", "'t", "'re", "'ve", "'ll", "'d", "'m")
_SIGNS = tuple(",;:().!?…")

BEGIN, NAME, OTHER, NUMBER, OPAQUE, CLITIC, SIGN = "<s>", "N", "w", "9", "O", "'", "-"
#: All that a token can become; its place in here is its code.
ALPHABET = (
    BEGIN, NAME, OTHER, NUMBER, OPAQUE, CLITIC, SIGN, *_CLITICS, *_SIGNS, *(f"-{e}" for e in ENDINGS), *FUNCTION_WORDS,
)  # fmt: skip
_CODE = {name: code for code, name in enumerate(ALPHABET)}
_BASE = 256
_NOTHING = -1


def _code(text: str, kind: int) -> int:
    """The code of a token inside a sentence; -1 for quotes, which are a matter of typography."""
    if kind == TokenKind.WORD or kind == TokenKind.ABBREVIATION:
        lowered = text.lower()
        if lowered in _FUNCTION_SET:
            return _CODE[lowered]
        if text[0].isupper():
            return _CODE[NAME]
        ending = next((e for e in ENDINGS if lowered.endswith(e) and len(lowered) > len(e) + 2), None)
        return _CODE[f"-{ending}" if ending else OTHER]
    if kind == TokenKind.CLITIC:
        return _CODE.get(text.lower().replace("’", "'"), _CODE[CLITIC])
    if kind == TokenKind.STOP:
        return _CODE.get(text[0], _CODE["."])
    if kind == TokenKind.PUNCTUATION:
        return _CODE.get(text, _CODE[SIGN])
    fixed = {TokenKind.NUMBER: NUMBER, TokenKind.OPAQUE: OPAQUE, TokenKind.SYMBOL: SIGN}
    return _CODE[fixed[TokenKind(kind)]] if kind in fixed else _NOTHING


_FUNCTION_SET = frozenset(FUNCTION_WORDS)
#: Codes of tokens seen so far: a pure function's results, kept between articles within bounds (some 6 MB).
_known: dict[tuple[str, int], int] = {}
_MOST_KNOWN = 50_000


def codes(tokens: Tokens) -> npt.NDArray[np.int64]:
    """The skeleton of a text, a code for each token and each beginning of a sentence.

    >>> from textrepair.tokens import tokenize
    >>> [ALPHABET[c] for c in codes(tokenize("The Dutch asked for peace, didn't they?"))]
    ['<s>', 'the', 'N', '-ed', 'for', 'w', ',', 'w', "'t", 'they', '?']
    """
    known = _known
    if len(known) > _MOST_KNOWN:
        known.clear()
    texts, kinds = tokens.texts, tokens.kinds
    out = []
    for begin, end in tokens.sentences:
        out.append(_CODE[BEGIN])
        for i in range(begin, end):
            text = texts[i]
            if i == begin and text[0].isupper():
                text = text.lower()  # the capital says nothing here
            key = text, kinds[i]
            code = known.get(key)
            if code is None:
                code = known[key] = _code(*key)
            if code >= 0:
                out.append(code)
    return np.array(out, dtype=np.int64)


def runs(skeleton: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Keys of all runs of one to three codes, sorted, and how often each occurs."""
    shifted = skeleton + 1  # 0 is "nothing there"
    keys = [shifted, shifted[:-1] * _BASE + shifted[1:]]
    keys.append((shifted[:-2] * _BASE + shifted[1:-1]) * _BASE + shifted[2:])
    return np.unique(np.concatenate(keys), return_counts=True)


def key_of(run: str) -> int:
    """The key of a run as it is written: ``"the -ion of"``."""
    key = 0
    for name in run.split(" "):
        key = key * _BASE + _CODE[name] + 1
    return key


def written(key: int) -> str:
    """The run of a key.

    >>> written(key_of("the -ion of"))
    'the -ion of'
    """
    names: list[str] = []
    while key:
        names.insert(0, ALPHABET[key % _BASE - 1])
        key //= _BASE
    return " ".join(names)


class Profile:
    """Turns skeletons into vectors over a fixed list of runs."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)

    @cached_property
    def _sorted(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        keys = np.array([key_of(name) for name in self.names], dtype=np.int64)
        order = np.argsort(keys)
        return keys[order], order

    def vector(self, tokens: Tokens) -> npt.NDArray[np.float64]:
        """Square roots of the shares of the listed runs among all listed in the text, shape ``(len(names),)``."""
        keys, order = self._sorted
        out = np.zeros(len(keys))
        found, counts = runs(codes(tokens))
        at = np.minimum(np.searchsorted(keys, found), len(keys) - 1)
        known = keys[at] == found
        if known.any():
            out[order[at[known]]] = np.sqrt(counts[known] / counts[known].sum())
        return out


def weighed(weights: Mapping[str, float]) -> tuple[Profile, npt.NDArray[np.float64]]:
    """A profile over the runs that have a weight, and the weights in its order."""
    return Profile(tuple(weights)), np.array(list(weights.values()))
