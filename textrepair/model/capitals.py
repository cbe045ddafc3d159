"""Which words may have stood where a capital stands inside a sentence?

A spinner that replaces a word of a name keeps its capital: "Secretary of Country".  So the capital tells of the original:
``P(capital | word)`` of every candidate against that of the word that stands there, from the language model's text
("State" has its capital inside a sentence half the time, "country" hardly ever).  And spinners differ in whether they
touch names at all, which the article shows: how readily capitalised words are replaced is learned from it, as its rate of
damage is.

F0.5 with and without: `issues` never seen 0.746 / 0.740, by article 0.828 / 0.825, article 001 (whose spinner shies away from
names) 0.832 / 0.835, one edit more.  None of it counts as evidence that an article is damaged: with it a sound page on a program,
full of odd names, was flagged.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from textrepair.compiled import njit
from textrepair.model.lattice import Edges, Sentences
from textrepair.plain_words import ALL_CAPITALS, BEGINS_CAPITAL
from textrepair.tokens import TokenKind, Tokens

#: Spinners look words up in lower case and shy away from names: on the aligned pairs capitalised words inside a sentence are
#: replaced 0.3 times as often as others.
CAPITALISED = 0.3
#: Chances to replace a capitalised word that this is worth against those of the article; F0.5 on `issues` never seen / by
#: article at 5, 20 and 60: 0.745 / 0.827, 0.745 / 0.827, 0.746 / 0.828.
_STRENGTH = 60.0
#: Bounds of what an article can teach.  Names are never as ready as other words, of which alone the open channel's suspects are.
_LEAST, _MOST = 0.02, 0.95
#: Any word may have a capital inside a sentence (headlines, titles).  At 0.02, 0.05 and 0.1 F0.5 is the same within 0.002.
_ANY_WORD = 0.05


def with_capital(tokens: Tokens, positions: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Which of the lattice's tokens are words with a capital, but not in capitals, which tell nothing of the word: shape (n,)."""
    words = tokens.kind_array == TokenKind.WORD
    out: npt.NDArray[np.bool_] = (words & tokens.are(BEGINS_CAPITAL) & ~tokens.are(ALL_CAPITALS))[positions]
    return out


def capitalised_words(
    tokens: Tokens, positions: npt.NDArray[np.int64], sentences: Sentences
) -> npt.NDArray[np.bool_]:
    """Which of the lattice's tokens are replaceable words with a capital inside a sentence: shape (n,)."""
    out = with_capital(tokens, positions) & (sentences.readiness > 0)
    out[sentences.begins[:-1]] = False
    return out


@njit(nogil=True)
def capital_logps(
    words: npt.NDArray[np.int32],
    edges: Edges,
    capital: npt.NDArray[np.uint8],
    compounds: npt.NDArray[np.uint16],
    capitalised: npt.NDArray[np.bool_],
    lm_size: int,
) -> npt.NDArray[np.float32]:
    """Natural log of how much likelier each edge's first word has a capital than the one that stands there: shape (E,).

    0 where nothing is replaced and where no capital stands; ``capital`` is the vocabulary's, ``capitalised`` (n,) from
    :func:`capitalised_words`.
    """
    out = np.zeros(len(edges.length), dtype=np.float32)
    for i in range(len(words)):
        for e in range(edges.first[i], edges.first[i + 1]):
            begin = i - edges.length[e] + 1
            if edges.entry[e] < 0 or not capitalised[begin]:
                continue
            target = np.int64(edges.target[e])
            if target >= lm_size:
                target = np.int64(compounds[target - lm_size, 0])
            intended = capital[target] / 255.0 + _ANY_WORD
            out[e] = np.log(intended / (capital[words[begin]] / 255.0 + _ANY_WORD))
    return out


def learned_readiness(replaced: float, chances: float, rate: float) -> float:
    """How readily capitalised words are replaced, of ``chances`` at which other words are replaced at ``rate``.

    >>> round(learned_readiness(0.0, 0.0, 0.2), 2), learned_readiness(0.0, 200.0, 0.2) < 0.1
    (0.3, True)
    """
    expected = (replaced / max(rate, 1e-6) + _STRENGTH * CAPITALISED) / (chances + _STRENGTH)
    return float(min(_MOST, max(_LEAST, expected)))
