"""What was a word that the spinner took apart: a clitic, or a hyphenated compound?

A spinner that splits at apostrophes and hyphens looks the parts up by themselves: ``it's`` becomes ``it'south``,
``noise-cancelling`` becomes ``racket-cancelling``.  No channel holds the result, but little else can have stood there:

* A clitic that English doesn't have (``'south``, ``'rhenium``) was one that it has, and which of the seven, its neighbours say.
* A compound that clean text doesn't hold was one that it does, if the channel leads there from one of its parts.

Both are weighed with the language model among the words around them *as restored*, by the same noisy channel as all others.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from textrepair.model.channel import LIKELIHOOD
from textrepair.model.families import UNKNOWN_LOGP
from textrepair.model.model import Model
from textrepair.model.open_channel import best_reading
from textrepair.model.reading import LM_WEIGHT, Reading
from textrepair.model.slots import slot_logps
from textrepair.model.vocabulary import BEGIN, END, SPECIALS, normal_form
from textrepair.tokens import TokenKind, Tokens

#: The clitics of English in normal form (Quirk et al. 1985, §3.23); "n't" is split before its apostrophe.
_CLITICS = ("'s", "'t", "'re", "'ve", "'d", "'ll", "'m")
#: Natural-log probability that a spinner makes of a clitic just what stands there, when the first letter is the same or isn't:
#: substitutes are readings of the letters as a symbol ('s → siemens, 're → rhenium, 'm → metre), which begin alike.
_SAME_LETTER, _OTHER_LETTER = -1.0, -5.0
_AROUND = 2


@dataclass(frozen=True, slots=True)
class Mended:
    """The lattice's token that was broken, and the words that it may stand for with their posteriors, the likeliest first."""

    place: int
    readings: list[tuple[int, float]]


def broken_words(model: Model, tokens: Tokens, reading: Reading) -> Iterator[Mended]:
    """Broken clitics and compounds of an article that is known to be damaged, in order."""
    restored = best_reading(model, reading.sentences, reading.edges, reading.posterior)
    clitic = tokens.kind_array == TokenKind.CLITIC
    compound = tokens.kind_array == TokenKind.WORD
    compound &= np.fromiter(["-" in text for text in tokens.texts], np.bool_, len(tokens))
    words = reading.sentences.words
    known = (words >= len(SPECIALS)) & (words < model.vocabulary.lm_size)
    may_be = (clitic | compound)[reading.positions] & (reading.sentences.readiness > 0) & ~known
    for place in np.flatnonzero(may_be).tolist():
        token = int(reading.positions[place])
        text = tokens.texts[token]
        choices = _clitics(model, text) if clitic[token] else _compounds(model, text, reading)
        if choices:
            mended = _weigh(model, reading, restored, place, choices)
            if mended:
                yield mended


#: Natural-log probability of the channel by intended word; None stands for the token as it is.
_Choices = dict[int | None, float]


def _clitics(model: Model, text: str) -> _Choices:
    """What a clitic that clean text doesn't have may stand for: other clitics; none for that of a name."""
    index = model.vocabulary.index
    form = normal_form(text, TokenKind.CLITIC)
    if not text[1:].islower():
        return {}
    return {
        index[clitic]: _SAME_LETTER if form.startswith(clitic[:2]) else _OTHER_LETTER
        for clitic in _CLITICS
        if clitic in index
    }


def _compounds(model: Model, text: str, reading: Reading) -> _Choices:
    """The compounds of clean text that differ in one part from one that clean text doesn't have, which the channel explains; and
    the one that stands there."""
    vocabulary, channel = model.vocabulary, model.channel
    form = normal_form(text, TokenKind.WORD)
    found: _Choices = {}
    spelled, entries = model.hyphenated, channel.entries
    at = 0
    for part in form.split("-"):
        wholes = vocabulary.in_compounds.get((form[:at], form[at + len(part) :]))
        at += len(part) + 1
        observed = vocabulary.index.get(part)
        if wholes is None or observed is None:
            continue
        rows = channel.entry_range(observed)
        targets = entries.target[rows.start : rows.stop].tolist()
        for entry, target in enumerate(map(spelled.__getitem__, targets), rows.start):
            if target in wholes:
                word = wholes[target]
                shares = LIKELIHOOD[entries.code[:, entry]] * reading.families[: len(entries.code)]
                logp = float(np.log(max(1e-12, reading.rate * shares.sum())))
                found[word] = max(logp, found.get(word, -np.inf))
    return {None: float(np.log1p(-min(0.95, reading.rate))), **found} if found else {}


def _weigh(
    model: Model,
    reading: Reading,
    restored: npt.NDArray[np.int64],
    place: int,
    choices: _Choices,
) -> Mended | None:
    """The likeliest choice, where it isn't the token as it stands."""
    begins = reading.sentences.begins
    sentence = int(np.searchsorted(begins, place, side="right")) - 1
    first, end = int(begins[sentence]), int(begins[sentence + 1])
    left = [BEGIN, BEGIN, *restored[max(first, place - _AROUND) : place].tolist()][-_AROUND:]
    right = [*restored[place + 1 : min(end, place + 1 + _AROUND)].tolist(), END][:_AROUND]
    words = [int(restored[place]) if word is None else word for word in choices]
    fitting = slot_logps(
        model.lm, np.array(left, np.int64), np.array(right, np.int64), np.array(words, np.int64)
    )
    logps = [
        LM_WEIGHT * fits + (LM_WEIGHT * UNKNOWN_LOGP if word is None else 0.0) + logp
        for fits, (word, logp) in zip(fitting.tolist(), choices.items(), strict=True)
    ]
    best = max(logps)
    shares = [math.exp(logp - best) for logp in logps]
    whole = sum(shares)
    ranked = sorted(zip([share / whole for share in shares], choices, strict=True), key=lambda row: -row[0])
    if ranked[0][1] is None:
        return None
    return Mended(place, [(word, p) for p, word in ranked if word is not None])
