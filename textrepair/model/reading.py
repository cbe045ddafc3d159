"""What did an article say before it was damaged?

How strongly an article is damaged, and by what kind of spinner, are properties of the article, inferred from it by EM: at a
first guess of the rate the lattice gives every swap a posterior; these give the rate and the mixture of families; and so on.
Then the article may show swaps that no table holds (:mod:`textrepair.model.open_channel`), which join the lattice.
A last round uses what spinners do: they draw a substitute for a word once per article and keep it, so a swap seen elsewhere
in the article becomes likely here (each place is judged by the *other* places, so none confirms itself); it asks the model's
context scorer too, if there is one.

The likelihood ratio of "damaged at the inferred rate" against "sound" is the detector's evidence; it comes from the rounds
before these last ones, whose adapted channel would flatter it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numba
import numpy as np
import numpy.typing as npt

from textrepair.model.capitals import (
    CAPITALISED,
    capital_logps,
    capitalised_words,
    learned_readiness,
)
from textrepair.model.channel import COMPOUND_FACTOR, FACTOR_UNITS, Entries, log_probability
from textrepair.model.lattice import (
    Edges,
    Sentences,
    build_edges,
    channel_logps,
    end_positions,
    kept_edges,
    posteriors,
)
from textrepair.model.model import Model
from textrepair.model.ngrams import token_logps
from textrepair.model.open_channel import with_open_swaps
from textrepair.model.vocabulary import UNSEEN
from textrepair.tokens import TokenKind, Tokens

#: Weight of the language model against the channel, as in any log-linear decoder.  Below 1 since its factors are not independent:
#: on the `issues` pairs of articles kept out, F0.5 at 0.5 / 0.65 / 0.8 / 1.0 is 0.802 / 0.807 / 0.793 / 0.768.
LM_WEIGHT = 0.65
#: The rate that the first round assumes: between a lightly and a heavily spun article.
FIRST_RATE = 0.1
#: Rounds of EM over rate and families before the adapted one.
ROUNDS = 2
#: States kept a position and the window of scores (nats), by round.  A first round with fewer states or a narrower window loses
#: readings for good (F0.5 on article 001: 16 states and 6 nats 0.83, 8 and 9 0.82, 4 and 7 0.79); the later ones are quicker.
SEARCH = ((16, 6.0), (10, 5.0), (12, 5.0))
#: Below this rate after the first round an article is sound: no spinner known replaces fewer words than one in twenty.
SOUND_RATE = 0.01
#: Swaps less likely than this don't count for the article's rate and family.
_COUNTED = 1e-3
#: Edges less likely than this after the first round are dropped from later ones.
_KEEP = 1e-3
#: Sentences longer than this are cut: text without stops (a list, one endless line) must not cost more than its length.
_LONGEST_SENTENCE = 150
#: The families' evidence (hundreds of nats an article) is divided by this, since the words of an article are no independent
#: draws, and this share of the mixture stays with all alike.  F0.5 on one fold of `issues` rose from 0.853 to 0.858.
_SOFTENING, _ANY_FAMILY = 10.0, 0.1
#: Natural-log probability of a swap that a family doesn't know.
_IMPOSSIBLE = -16.0
#: Sightings that the family's channel is worth against the article's own swaps.
_OWN_STRENGTH = 1.0
#: Uses that the article's rate is worth against how often a word of its own is replaced.
_OWN_RATE_STRENGTH = 3.0

#: Readiness of a token to be replaced, by what it looks like: on the aligned pairs words in capitals are replaced 0.1 times as
#: often as others.  Words with a capital: :mod:`textrepair.model.capitals`.
CAPITALS, NUMBER = 0.1, 0.3
_WORD = int(TokenKind.WORD)
_OTHER_READINESS = np.zeros(max(TokenKind) + 1)
_OTHER_READINESS[TokenKind.CLITIC], _OTHER_READINESS[TokenKind.NUMBER] = 1.0, NUMBER


@dataclass(frozen=True)
class Reading:
    """The posterior of every reading of an article.

    ``positions`` (n,) maps the lattice's tokens to the article's; ``edges`` and ``posterior`` (E,) as in
    :mod:`textrepair.model.lattice`, ``entries`` those of the channel that the edges refer to; ``log_ratio`` natural log of
    P(text | damaged) / P(text | sound).
    """

    positions: npt.NDArray[np.int64]
    sentences: Sentences
    edges: Edges
    entries: Entries
    posterior: npt.NDArray[np.float32]
    rate: float
    families: npt.NDArray[np.float64]
    log_ratio: float
    words: int


def lattice_input(
    model: Model, tokens: Tokens, protected: frozenset[int] = frozenset()
) -> tuple[npt.NDArray[np.int64], Sentences]:
    """What the lattice needs of a text; ``protected`` token indices are never replaced."""
    identifiers = model.vocabulary.identifiers(tokens)
    positions = np.flatnonzero(identifiers != UNSEEN)
    words = identifiers[positions]
    lm = model.vocabulary.seen_as[words]
    borders: list[int] = [0]
    for _, end in tokens.sentences:
        stop = int(np.searchsorted(positions, end))
        while stop - borders[-1] > _LONGEST_SENTENCE:
            borders.append(borders[-1] + _LONGEST_SENTENCE)
        if stop > borders[-1]:
            borders.append(stop)
    begins = np.array(borders, dtype=np.int64)
    readiness = _readiness(tokens, positions, begins[:-1])
    if protected:
        readiness[np.isin(positions, list(protected))] = 0.0
    unknown = (LM_WEIGHT * model.vocabulary.unknown_logp[words]).astype(np.float32)
    joined = np.diff(positions, prepend=-1) == 1
    return positions, Sentences(words, lm, unknown, readiness, joined, begins)


def _readiness(
    tokens: Tokens, positions: npt.NDArray[np.int64], sentence_starts: npt.NDArray[np.int64]
) -> npt.NDArray[np.float32]:
    is_lower = np.fromiter(map(str.islower, tokens.texts), np.bool_, len(tokens))[positions]
    in_capitals = tokens.in_capitals[positions]
    is_lower[sentence_starts] |= ~in_capitals[sentence_starts]
    kinds = tokens.kind_array[positions]
    of_word = np.where(is_lower, 1.0, np.where(in_capitals, CAPITALS, CAPITALISED))
    out: npt.NDArray[np.float32] = np.where(kinds == _WORD, of_word, _OTHER_READINESS[kinds]).astype(
        np.float32
    )
    return out


def sound_likelihood(model: Model, sentences: Sentences) -> float:
    """Natural-log likelihood of the text as it stands."""
    return float(
        LM_WEIGHT * token_logps(model.ngrams, sentences.lm, sentences.begins).sum()
        + sentences.unknown_logp.sum()
    )


def read(
    model: Model,
    tokens: Tokens,
    protected: frozenset[int] = frozenset(),
    goes_on: Callable[[float, int], bool] = lambda log_ratio, words: True,
) -> Reading:
    """Infer an article's rate of damage, its family of spinner, and the posterior of every reading of every word.

    ``goes_on`` is asked, with the log-likelihood ratio and the number of words, whether an article is worth the rounds that only
    make its readings better; without them its posterior is that of the evidence.
    """
    entries = model.channel.entries
    positions, sentences = lattice_input(model, tokens, protected)
    families = np.full(len(model.channel.families), 1.0 / len(model.channel.families))
    rate = FIRST_RATE
    edges = build_edges(sentences, entries, True)
    sound = sound_likelihood(model, sentences)
    capitalised = capitalised_words(tokens, positions, sentences)
    of_capitals = _of_capitals(model, entries, sentences, edges, capitalised)
    posterior, likelihood, rate, families = _round(
        model, entries, sentences, edges, rate, families, SEARCH[0], of_capitals
    )
    damaged = rate >= SOUND_RATE
    if damaged:
        with_names = _with_names(model, sentences, edges, posterior, rate, families, capitalised)
        edges, posterior = _thinned(edges, posterior)
        for search in SEARCH[1:ROUNDS]:
            # The evidence is of wording alone: sound lists of odd names would pass for damaged ones.
            posterior, likelihood, rate, families = _round(
                model, entries, sentences, edges, rate, families, search
            )
    if damaged and goes_on(likelihood - sound, tokens.words):
        # Not before the evidence is in: edges made to fit this article would flatter "damaged".
        sentences = with_names
        entries, opened, posterior = with_open_swaps(model, sentences, edges, posterior, LM_WEIGHT)
        of_capitals = _of_capitals(model, entries, sentences, opened, capitalised)
        if len(opened.entry) > len(edges.entry):
            posterior, _, rate, families = _round(
                model, entries, sentences, opened, rate, families, SEARCH[ROUNDS - 1], of_capitals
            )
            sentences = _with_names(model, sentences, opened, posterior, rate, families, capitalised)
        edges = opened
        logps = _adapted(model, entries, sentences, edges, posterior, rate, families) + of_capitals
        if model.context is not None:
            logps += model.context.scores(sentences, edges, posterior)
        posterior, _ = posteriors(
            model.ngrams, sentences, edges, entries.compounds, logps, LM_WEIGHT, *SEARCH[-1]
        )
    return Reading(
        positions, sentences, edges, entries, posterior, rate, families, likelihood - sound, tokens.words
    )


def _round(
    model: Model,
    entries: Entries,
    sentences: Sentences,
    edges: Edges,
    rate: float,
    families: npt.NDArray[np.float64],
    search: tuple[int, float],
    of_capitals: npt.NDArray[np.float32] | float = 0.0,
) -> tuple[npt.NDArray[np.float32], float, float, npt.NDArray[np.float64]]:
    """One round of EM: posterior of the edges, natural-log likelihood of the article, the new rate and mixture of families."""
    logps = channel_logps(sentences, edges, entries, rate, families)
    logps += of_capitals
    posterior, by_sentence = posteriors(
        model.ngrams, sentences, edges, entries.compounds, logps, LM_WEIGHT, *search
    )
    rate, families = _update(model, entries, sentences, edges, posterior, rate, families)
    return posterior, float(by_sentence.sum()), rate, families


def _of_capitals(
    model: Model,
    entries: Entries,
    sentences: Sentences,
    edges: Edges,
    capitalised: npt.NDArray[np.bool_],
) -> npt.NDArray[np.float32]:
    """:func:`~textrepair.model.capitals.capital_logps` of a model."""
    vocabulary = model.vocabulary
    return capital_logps(
        sentences, edges, vocabulary.capital, entries.compounds, capitalised, vocabulary.lm_size
    )


def _thinned(edges: Edges, posterior: npt.NDArray[np.float32]) -> tuple[Edges, npt.NDArray[np.float32]]:
    keep = (posterior > _KEEP) | (edges.entry < 0)
    return kept_edges(edges, keep), posterior[keep]


def _mixed(
    entries: Entries, edges: Edges, families: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """The edges that replace something, and each family's share in them: shape (families, edges)."""
    swaps = np.flatnonzero(edges.entry >= 0)
    codes = entries.code[:, edges.entry[swaps]]
    return swaps, np.exp(log_probability(codes)) * families[:, None]


def _factors(
    model: Model, words: npt.NDArray[np.int32], families: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Each family's readiness to replace words, times its share; shape (families, words); 0 beyond the language model."""
    return _gathered(model.channel.entries.swap_factor, words, families)


@numba.njit(cache=True, nogil=True)
def _gathered(
    table: npt.NDArray[np.uint8], words: npt.NDArray[np.int32], families: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    out = np.zeros((len(families), len(words)))
    for i in range(len(words)):
        if words[i] < table.shape[1]:
            for f in range(len(families)):
                out[f, i] = table[f, words[i]] / FACTOR_UNITS * families[f]
    return out


def _update(
    model: Model,
    entries: Entries,
    sentences: Sentences,
    edges: Edges,
    posterior: npt.NDArray[np.float32],
    rate: float,
    families: npt.NDArray[np.float64],
) -> tuple[float, npt.NDArray[np.float64]]:
    """The M-step: the rate is replaced words over chances to replace."""
    replaced, chances = _chances(model, edges, posterior, families, sentences, sentences.readiness)
    new_rate = float(np.clip((replaced + 0.01) / (chances + 1.0), 1e-4, 0.9))
    return new_rate, _family_posterior(model, entries, sentences, edges, posterior, new_rate)


def _chances(
    model: Model,
    edges: Edges,
    posterior: npt.NDArray[np.float32],
    families: npt.NDArray[np.float64],
    sentences: Sentences,
    ready: npt.NDArray[np.float32],
    begins: npt.NDArray[np.bool_] | None = None,
) -> tuple[float, float]:
    """Words replaced, and chances to replace one: those left alone count ``ready`` (n,), those replaced one each, by how readily
    the families replace them.  ``begins`` (n,): only replacements that begin at these tokens."""
    swaps = np.flatnonzero((edges.entry >= 0) & (posterior > _COUNTED))
    if begins is not None:
        swaps = swaps[begins[end_positions(edges)[swaps] - edges.length[swaps] + 1]]
    weight = posterior[swaps].astype(np.float64)
    stay = posterior[edges.entry < 0].astype(np.float64)
    factors = _factors(model, sentences.words, families)
    chances = float((stay * ready * factors.sum(axis=0)).sum())
    targets = edges.target[swaps]
    target_factor = _factors(model, targets.astype(np.int32), families).sum(axis=0)
    target_factor = np.where(targets < model.vocabulary.lm_size, target_factor, COMPOUND_FACTOR)
    return float(weight.sum()), chances + float((weight * target_factor).sum())


def _with_names(
    model: Model,
    sentences: Sentences,
    edges: Edges,
    posterior: npt.NDArray[np.float32],
    rate: float,
    families: npt.NDArray[np.float64],
    capitalised: npt.NDArray[np.bool_],
) -> Sentences:
    """The article with capitalised words as ready to be replaced as it shows that its spinner replaces them."""
    replaced, chances = _chances(
        model, edges, posterior, families, sentences, capitalised.astype(np.float32), capitalised
    )
    readiness = np.where(capitalised, learned_readiness(replaced, chances, rate), sentences.readiness)
    return sentences._replace(readiness=readiness.astype(np.float32))


def _family_posterior(
    model: Model,
    entries: Entries,
    sentences: Sentences,
    edges: Edges,
    posterior: npt.NDArray[np.float32],
    rate: float,
) -> npt.NDArray[np.float64]:
    """Which spinner was it?  The expected log-likelihood of the article's swaps and of its words left alone under each family,
    softened, and mixed with all families alike, since a spinner never seen may share some swaps with each."""
    swaps = np.flatnonzero((edges.entry >= 0) & (posterior > _COUNTED))
    weight = posterior[swaps].astype(np.float64)
    logps = np.maximum(log_probability(entries.code[:, edges.entry[swaps]]), _IMPOSSIBLE)
    stay = posterior[edges.entry < 0].astype(np.float64)
    count = len(model.channel.families)
    factors = _factors(model, sentences.words, np.ones(count))
    left = np.log(np.maximum(1.0 - rate * sentences.readiness * factors, 0.05))
    evidence = ((weight * logps).sum(axis=1) + (stay * left).sum(axis=1)) / _SOFTENING
    share = np.exp(evidence - evidence.max())
    mixture: npt.NDArray[np.float64] = (1.0 - _ANY_FAMILY) * share / share.sum() + _ANY_FAMILY / count
    return mixture


def _adapted(
    model: Model,
    entries: Entries,
    sentences: Sentences,
    edges: Edges,
    posterior: npt.NDArray[np.float32],
    rate: float,
    families: npt.NDArray[np.float64],
) -> npt.NDArray[np.float32]:
    """Channel probabilities of all edges given what the rest of the article shows about the same words."""
    logps = channel_logps(sentences, edges, entries, rate, families)
    swaps, shares = _mixed(entries, edges, families)
    target, word = edges.target[swaps], sentences.lm
    own = posterior[swaps].astype(np.float64)
    unchanged = np.flatnonzero(edges.entry < 0)
    stay = posterior[unchanged].astype(np.float64)
    # Counts by intended word, over the words that the article could have intended.
    intended, place = np.unique(np.concatenate((target, word)), return_inverse=True)
    of_swap, of_word = place[: len(target)], place[len(target) :]
    swapped = np.bincount(of_swap, weights=own, minlength=len(intended))
    kept = np.bincount(of_word, weights=stay, minlength=len(intended))
    _, pair = np.unique(edges.entry[swaps], return_inverse=True)
    together = np.bincount(pair, weights=own)[pair]

    factor = _factors(model, intended.astype(np.int32), families).sum(axis=0)
    factor[intended >= model.vocabulary.lm_size] = COMPOUND_FACTOR
    base_rate = np.minimum(rate * factor, 0.95)
    # Replaced here: how often elsewhere, and with this word?
    others = swapped[of_swap] - own
    mixed = shares.sum(axis=0) / np.maximum(factor[of_swap], 1e-6)
    which = (together - own + _OWN_STRENGTH * np.minimum(mixed, 1.0)) / (others + _OWN_STRENGTH)
    often = (others + _OWN_RATE_STRENGTH * base_rate[of_swap]) / (others + kept[of_swap] + _OWN_RATE_STRENGTH)
    begins = end_positions(edges)[swaps] - edges.length[swaps] + 1
    logps[swaps] = np.log(np.maximum(which * often * sentences.readiness[begins], 1e-30))
    # Left alone here.
    often_here = (swapped[of_word] + _OWN_RATE_STRENGTH * base_rate[of_word]) / (
        swapped[of_word] + kept[of_word] - stay + _OWN_RATE_STRENGTH
    )
    leave = np.log1p(-np.minimum(0.95, often_here * sentences.readiness))
    known = sentences.words < model.vocabulary.lm_size
    logps[unchanged] = np.where(known, leave, 0.0) + sentences.unknown_logp
    return logps
