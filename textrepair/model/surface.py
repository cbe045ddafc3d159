"""How is a restored word written in its place?

The model works on lower-case forms.  A restored word takes the capital that its place asks for (the start of a sentence, a
headline in title case, a line in capitals) or that is its own ("Thursday", "NATO"), keeps the kind of apostrophe that the
article uses, and the indefinite article before it follows its sound as the language model knows it.
"""

from __future__ import annotations

from textrepair.model.model import Model
from textrepair.tokens import TokenKind, Tokens


def written(
    model: Model, tokens: Tokens, start: int, end: int, intended: list[int], begins_sentence: bool
) -> str:
    """The text for ``intended`` words in the place of ``tokens[start:end]``."""
    observed = tokens.texts[start]
    parts: list[str] = []
    for number, word in enumerate(intended):
        form = model.vocabulary.words[word]
        if form.startswith("'"):
            apostrophe = observed[0] if tokens.kinds[start] == TokenKind.CLITIC else "'"
            parts.append(apostrophe + form[1:])
            continue
        usual = model.vocabulary.usual_form(word)
        if number == 0:
            usual = _cased(model, tokens, start, observed, usual, begins_sentence)
        parts.append((" " if parts else "") + usual)
    return "".join(parts)


def _cased(model: Model, tokens: Tokens, at: int, observed: str, usual: str, begins_sentence: bool) -> str:
    if not observed[0].isupper():
        return usual
    if observed.isupper() and len(observed) > 1:
        return usual.upper() if _in_capitals(tokens, at) else usual
    if begins_sentence or not _is_name(model, observed):
        return usual[0].upper() + usual[1:]
    return usual  # "Oregon" for "or" brought its capital along


def _in_capitals(tokens: Tokens, at: int) -> bool:
    """Is a word in capitals one of several, as in a headline?"""
    beside = [
        tokens.texts[i]
        for i in (at - 1, at + 1)
        if 0 <= i < len(tokens) and tokens.kinds[i] == TokenKind.WORD
    ]
    return bool(beside) and all(text.isupper() and len(text) > 1 for text in beside)


def _is_name(model: Model, observed: str) -> bool:
    """Is a word written with a capital wherever it stands?"""
    found = model.vocabulary.index.get(observed.lower())
    return found is not None and model.vocabulary.capital[found] > 127
