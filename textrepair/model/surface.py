"""How is a restored word written in its place?

The model works on lower-case forms.  A restored word takes the capital that its place asks for (the start of a sentence, a
headline in title case, a line in capitals) or that is its own ("Thursday", "NATO"), keeps the kind of apostrophe that the
article uses, and the indefinite article before it follows its sound as the language model knows it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from textrepair.model.model import Model
from textrepair.model.ngrams import token_logps
from textrepair.model.vocabulary import ALWAYS, MOSTLY
from textrepair.tokens import TokenKind, Tokens


def written(model: Model, tokens: Tokens, start: int, intended: list[int], begins_sentence: bool) -> str:
    """The text for ``intended`` words in the place of a token, or of several that begin with it.

    ``begins_sentence``: does the place ask for a capital?  A word in the place of a clitic takes a space in front ("it's" → "it
    is").  Ask :func:`begins_as_clitic` first.
    """
    observed = tokens.texts[start]
    if (
        len(intended) == 1 and observed[0].islower() and not begins_sentence
    ):  # nearly always; the rest is a matter of capitals and clitics
        return _in_lower_case(model, intended[0])
    clitic = tokens.kinds[start] == TokenKind.CLITIC
    capitals = (
        observed.isupper()
        and len(observed) > 1
        and (_in_capitals(tokens, start) or (not begins_sentence and _is_stressed(model, observed)))
    )
    parts: list[str] = []
    for number, word in enumerate(intended):
        form = model.vocabulary.words[word]
        if form.startswith("'"):
            parts.append((observed[0] if clitic else "'") + form[1:])
            continue
        low = observed[0].islower()
        usual = _in_lower_case(model, word) if low else model.vocabulary.usual_form(word)
        if capitals:
            usual = usual.upper()
        elif number == 0 and not clitic:
            usual = _capital(usual) if begins_sentence else _cased(model, observed, usual)
        parts.append((" " if parts or clitic else "") + usual)
    return "".join(parts)


def beside_lower_case(model: Model, targets: list[int]) -> list[str]:
    """How targets of the channel are written in places of words in lower case that begin no sentence: names and initialisms in
    capitals, others not.  Each target is asked for once a model."""
    known = model.beside_lower_case
    texts = list(map(known.get, targets))
    for row in [row for row, text in enumerate(texts) if text is None] if None in texts else ():
        words = model.target_words(targets[row])
        text = "".join([_behind(model, word) for word in words]).removeprefix(" ")
        texts[row] = known[targets[row]] = text
    return texts  # type: ignore[return-value]


def _behind(model: Model, word: int) -> str:
    """A word behind another in lower case, with the space between; a clitic hangs on it."""
    form = model.vocabulary.words[word]
    return form if form.startswith("'") else " " + _in_lower_case(model, word)


def _in_lower_case(model: Model, word: int) -> str:
    usual = model.vocabulary.usual_form(word)
    if usual[0].isupper() and not usual.isupper() and model.vocabulary.capital[word] < ALWAYS:
        return model.vocabulary.words[word]
    return usual


def begins_as_clitic(model: Model, targets: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Of targets of the channel, shape (k,): do they need the place of a clitic?  Behind a space one hangs on nothing."""
    return model.begins_as_clitic[targets]


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def _cased(model: Model, observed: str, usual: str) -> str:
    if not observed[0].isupper():
        return usual
    if not (_is_name(model, observed) or (observed.isupper() and len(observed) > 1)):
        return _capital(usual)
    return usual  # "Oregon" for "or" brought its capital along


def _in_capitals(tokens: Tokens, at: int) -> bool:
    """Is a word in capitals one of several, as in a headline?"""
    beside = [
        tokens.texts[i]
        for i in (at - 1, at + 1)
        if 0 <= i < len(tokens) and tokens.kinds[i] == TokenKind.WORD
    ]
    return bool(beside) and all(text.isupper() and len(text) > 1 for text in beside)


#: Initialisms and signs of chemical elements, which spinners put for small words, are shorter.
_INITIALISM = 5


def _is_stressed(model: Model, observed: str) -> bool:
    """Is a word in capitals by itself an ordinary one, as in "I APPOINT my son"?"""
    return len(observed) > _INITIALISM and not _is_name(model, observed)


def _is_name(model: Model, observed: str) -> bool:
    """Is a word written with a capital wherever it stands?"""
    found = model.vocabulary.index.get(observed.lower())
    return found is not None and model.vocabulary.capital[found] > MOSTLY


#: The language model has to prefer the other article by a factor of e² before "a" gives way to "an".
_ARTICLE_MARGIN = 2.0


def indefinite_articles(model: Model, following: Sequence[int], present: Sequence[str]) -> list[str | None]:
    """The indefinite articles that restored words ask for, where those aren't the ones that are there.

    Each of ``present`` is "a" or "an" in any case; None where it fits, or where the language model has no clear opinion.
    """
    if not following:
        return []
    index = model.vocabulary.index
    pairs = np.empty((len(following), 2, 2), dtype=np.int32)
    is_a = np.array([len(text) == 1 for text in present], dtype=np.bool_)
    pairs[:, 0, 0] = np.where(is_a, index["a"], index["an"])
    pairs[:, 1, 0] = np.where(is_a, index["an"], index["a"])
    pairs[:, :, 1] = np.array(following, dtype=np.int32)[:, None]
    begins = np.arange(0, pairs.size + 1, 2, dtype=np.int64)
    logps = token_logps(model.lm, pairs.ravel(), begins).reshape(len(following), 2, 3)
    better = (logps[:, 1, 1] - logps[:, 0, 1] >= _ARTICLE_MARGIN).tolist()
    return [_other_article(text) if other else None for text, other in zip(present, better, strict=True)]


def _other_article(present: str) -> str:
    other = "an" if len(present) == 1 else "a"
    return other.capitalize() if present[0].isupper() else other
