"""What did an article say before it was damaged?

How strongly an article is damaged, and by what kind of spinner, are properties of the article, inferred from it by EM: at a
first guess of the rate the lattice gives every swap a posterior; these give the rate and the mixture of families; and so on.
Then swaps join the lattice that only a thesaurus lists (:mod:`textrepair.model.thesaurus`), and the rate and the mixture are
inferred anew; then those that the article shows and no table holds (:mod:`textrepair.model.open_channel`).
A last round uses what spinners do: they draw a substitute for a word once per article and keep it, so a swap seen elsewhere
in the article becomes likely here (each place is judged by the *other* places, so none confirms itself), and so does a word
that the article has elsewhere (:mod:`textrepair.model.recurrence`); it asks the model's context scorer too, if there is one.

The likelihood ratio of "damaged at the inferred rate" against "sound" is the detector's evidence, without the thesaurus and with
it; both come from the rounds before these last ones, whose adapted channel would flatter them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from textrepair.model.adaptation import adapted_logps, chances, family_evidence, numbered, replaced_at
from textrepair.model.capitals import (
    CAPITALISED,
    capital_logps,
    capitalised_words,
    learned_readiness,
    with_capital,
)
from textrepair.model.channel import SwapTable
from textrepair.model.lattice import (
    Edges,
    Sentences,
    build_edges,
    channel_logps,
    likely_edges,
    posteriors,
)
from textrepair.model.model import Model
from textrepair.model.ngrams import token_logps
from textrepair.model.open_channel import open_swaps, with_open_swaps
from textrepair.model.thesaurus import with_listed
from textrepair.model.vocabulary import UNSEEN
from textrepair.plain_words import ALL_CAPITALS, ALL_SMALL
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
#: The search of a glance.  Of 337 articles that are read as more likely spun than not, most of them lightly spun, the least
#: probability that it gives (:func:`textrepair.detector.spin.detector.spin_probability`) is 0.088; with 3 states and 2 nats it
#: is 0.007.  Of 600 others one is below 0.02 (docs/screen.md).
GLANCE = ((4, 3.0), (4, 3.0))
#: Below this rate after the first round an article is sound: no spinner known replaces fewer words than one in twenty.
SOUND_RATE = 0.01
#: Edges less likely than this after the first round are dropped from later ones.
_KEEP = 1e-3
#: Sentences longer than this are cut: text without stops (a list, one endless line) must not cost more than its length.
_LONGEST_SENTENCE = 150
#: The families' evidence (hundreds of nats an article) is divided by this, since the words of an article are no independent
#: draws, and this share of the mixture stays with all alike.  F0.5 on one fold of `issues` rose from 0.853 to 0.858.
_SOFTENING, _ANY_FAMILY = 10.0, 0.1

#: Rounds of EM with the thesaurus where its evidence is asked for (or else one), and its share of the mixture before them; from
#: FIRST_RATE on at least, since of a spinner that only the thesaurus knows the rounds before saw next to nothing.  From a share
#: of 0.1 on, the thesaurus is not found to be the spinner's where it is; 0.7 costs `issues` 0.001 of F0.5.
_ROUNDS_ASKED, _LISTED = 2, 0.5

#: Letters that are words.  Any other is the sign of something, in tables and formulas, and no program put it for a word.
_LETTER_WORDS = ("a", "A", "i", "I", "o", "O")
#: Readiness of a token to be replaced, by what it looks like: on the aligned pairs words in capitals are replaced 0.1 times as
#: often as others.  Words with a capital: :mod:`textrepair.model.capitals`.
CAPITALS, NUMBER = 0.1, 0.3
_WORD = int(TokenKind.WORD)
_OTHER_READINESS = np.zeros(max(TokenKind) + 1)
_OTHER_READINESS[TokenKind.CLITIC], _OTHER_READINESS[TokenKind.NUMBER] = 1.0, NUMBER


class Signs(NamedTuple):
    """What of an article speaks for damage or against it, at the rate inferred from it.

    ``log_ratio``: natural log of P(text | damaged) / P(text | sound); ``replaced`` words are expected, of which ``kinds`` are
    different ones; ``words`` the article has.  ``listed`` is the log ratio with what a general thesaurus lists, as much of it as
    different words say (:func:`said_by_kinds`), 0 where it was not asked, as of an article that is told or is sound whatever
    it says.
    """

    log_ratio: float
    replaced: float
    kinds: float
    words: int
    listed: float = 0.0


def expected_kinds(
    words: npt.NDArray[np.int32], replaced: npt.NDArray[np.floating[Any]]
) -> tuple[float, float]:
    """How many words, and how many different ones, are expected to stand for others, each with this probability."""
    by_kind = np.bincount(numbered(words), replaced)
    return float(replaced.sum()), float(np.minimum(by_kind, 1.0).sum())


def said_by_kinds(log_ratio: float, replaced: float, kinds: float) -> float:
    """Of a log ratio that speaks for damage as much as is said by different words: of a list that has one strange word forty
    times, one word's part."""
    return log_ratio * min(1.0, kinds / max(replaced, 1e-6)) if log_ratio > 0.0 else log_ratio


@dataclass(frozen=True)
class Reading:
    """The posterior of every reading of an article.

    ``positions`` (n,) maps the lattice's tokens to the article's; ``edges`` and ``posterior`` (E,) as in
    :mod:`textrepair.model.lattice`, ``swaps`` what the edges refer to.
    """

    positions: npt.NDArray[np.int64]
    sentences: Sentences
    edges: Edges
    swaps: SwapTable
    posterior: npt.NDArray[np.float32]
    rate: float
    families: npt.NDArray[np.float64]
    signs: Signs


def lattice_input(
    model: Model, tokens: Tokens, protected: frozenset[int] = frozenset()
) -> tuple[npt.NDArray[np.int64], Sentences]:
    """What the lattice needs of a text; ``protected`` token indices are never replaced."""
    identifiers = model.vocabulary.identifiers(tokens)
    positions = np.flatnonzero(identifiers != UNSEEN)
    words = identifiers[positions]
    lm = model.vocabulary.seen_as[words]
    borders: list[int] = [0]
    stops: list[int] = np.searchsorted(positions, [end for _, end in tokens.sentences]).tolist()
    for stop in stops:
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
    # Writers name people in full, in more words than the language model has seen together: that a spinner put "Richard Milhous
    # Nixon" for "Nixon" is no likelier for that.
    names = with_capital(tokens, positions)
    joined[1:] &= ~(names[1:] & names[:-1])
    return positions, Sentences(words, lm, unknown, readiness, joined, begins)


def _readiness(
    tokens: Tokens, positions: npt.NDArray[np.int64], sentence_starts: npt.NDArray[np.int64]
) -> npt.NDArray[np.float32]:
    is_lower, in_capitals = tokens.are(ALL_SMALL)[positions], tokens.are(ALL_CAPITALS)[positions]
    is_lower[sentence_starts] |= ~in_capitals[sentence_starts]
    kinds = tokens.kind_array[positions]
    of_word = np.where(is_lower, 1.0, np.where(in_capitals, CAPITALS, CAPITALISED))
    out: npt.NDArray[np.float32] = np.where(kinds == _WORD, of_word, _OTHER_READINESS[kinds]).astype(
        np.float32
    )
    lengths = (tokens.columns.ends - tokens.columns.starts)[positions]
    letters = np.flatnonzero((kinds == _WORD) & (lengths == 1)).tolist()
    out[[i for i in letters if tokens.texts[positions[i]] not in _LETTER_WORDS]] = 0.0
    return out


def sound_likelihood(model: Model, sentences: Sentences) -> float:
    """Natural-log likelihood of the text as it stands."""
    return float(
        LM_WEIGHT * token_logps(model.lm, sentences.lm, sentences.begins).sum() + sentences.unknown_logp.sum()
    )


class _Evidence(NamedTuple):
    """What the rounds of EM came to, and the edges, posterior, rate and families after the first of them."""

    edges: Edges
    posterior: npt.NDArray[np.float32]
    log_likelihood: float
    rate: float
    families: npt.NDArray[np.float64]
    first: tuple[Edges, npt.NDArray[np.float32], float, npt.NDArray[np.float64]]

    @property
    def is_damaged(self) -> bool:
        return self.first[2] >= SOUND_RATE


class LatticeInput(NamedTuple):
    """What is read: ``positions`` (n,) and ``sentences`` as :func:`lattice_input` gives them, ``capitalised`` (n,) as
    :func:`~textrepair.model.capitals.capitalised_words`; ``words`` the text has."""

    positions: npt.NDArray[np.int64]
    sentences: Sentences
    capitalised: npt.NDArray[np.bool_]
    words: int


def read(
    model: Model,
    tokens: Tokens,
    protected: frozenset[int] = frozenset(),
    goes_on: Callable[[Signs], bool] | None = None,
    is_worth_it: Callable[[Signs], bool] | None = None,
    asks: Callable[[Signs], bool] | None = None,
) -> Reading:
    """Infer an article's rate of damage, its family of spinner, and the posterior of every reading of every word.

    ``is_worth_it`` is asked first, with the signs that a glance gives, in half of the time: whether to read the article at all.
    ``asks`` is asked whether what a thesaurus says may change what is told, so that the signs should have it.
    ``goes_on`` is asked whether an article with these signs is worth the rounds that only make its readings better; where there
    is nobody to ask, it is if its rate is a spinner's.  Without them its posterior is that of the evidence.
    """
    positions, sentences = lattice_input(model, tokens, protected)
    capitalised = capitalised_words(tokens, positions, sentences)
    return read_article(
        model, LatticeInput(positions, sentences, capitalised, tokens.words), goes_on, is_worth_it, asks
    )


def read_article(
    model: Model,
    article: LatticeInput,
    goes_on: Callable[[Signs], bool] | None = None,
    is_worth_it: Callable[[Signs], bool] | None = None,
    asks: Callable[[Signs], bool] | None = None,
) -> Reading:
    """As :func:`read`, of a text that stands as the lattice sees it already."""
    swaps = model.channel.swaps
    positions, sentences, capitalised, words = article
    edges = build_edges(sentences, model.channel.entries, True)
    sound = sound_likelihood(model, sentences)
    of_capitals = _of_capitals(model, sentences, edges, capitalised)

    def looked_at(search: Sequence[tuple[int, float]]) -> tuple[_Evidence, Signs]:
        evidence = _evidence(model, sentences, edges, of_capitals, search)
        replaced = _replaced(sentences, evidence.edges, evidence.posterior)
        return evidence, Signs(evidence.log_likelihood - sound, *replaced, words)

    ends = False
    if is_worth_it is not None:
        evidence, signs = looked_at(GLANCE)
        ends = not is_worth_it(signs)
    if not ends:
        evidence, signs = looked_at(SEARCH[:ROUNDS])
        asked = asks is not None and asks(signs) and model.channel.thesaurus is not None
        ends = not asked and not (evidence.is_damaged if goes_on is None else goes_on(signs))
    edges, posterior, _, rate, families, _ = evidence
    if not ends:
        sentences = _with_names(swaps, sentences, *evidence.first, capitalised)
        searches = SEARCH[: _ROUNDS_ASKED if asked else 1]
        joined = _with_thesaurus(model, sentences, evidence, capitalised, searches)
        swaps, edges, posterior, _, rate, families = joined
        if asked:
            said = said_by_kinds(joined.log_likelihood - sound, *_replaced(sentences, edges, posterior))
            signs = signs._replace(listed=said)
            ends = goes_on is not None and not goes_on(signs)
    if not ends:
        # Not before the evidence is in: edges made to fit this article would flatter "damaged".
        # The thesaurus has a poor explanation for any word, so that the article is searched as it was read before.
        found = open_swaps(model, sentences, evidence.edges, evidence.posterior, LM_WEIGHT)
        swaps, edges, posterior = with_open_swaps(found, swaps, sentences, edges, posterior)
        of_capitals = _of_capitals(model, sentences, edges, capitalised)
        if found:
            posterior, _, rate, families = _round(
                model, swaps, sentences, edges, rate, families, SEARCH[ROUNDS - 1], of_capitals
            )
        sentences = _with_names(swaps, sentences, edges, posterior, rate, families, capitalised)
        logps = of_capitals + adapted_logps(
            sentences,
            edges,
            posterior,
            swaps.code,
            swaps.swap_factor,
            rate,
            families,
            model.recurring,
            LM_WEIGHT,
        )
        if model.context is not None:
            logps += model.context.scores(sentences, edges, posterior)
        posterior, _ = posteriors(
            model.lm, sentences.begins, edges, model.channel.entries.compounds, logps, LM_WEIGHT, *SEARCH[-1]
        )
    return Reading(positions, sentences, edges, swaps, posterior, rate, families, signs)


def _evidence(
    model: Model,
    sentences: Sentences,
    edges: Edges,
    of_capitals: npt.NDArray[np.float32],
    searches: Sequence[tuple[int, float]],
) -> _Evidence:
    """Rounds of EM over the rate and the families; of a sound article one."""
    swaps, count = model.channel.swaps, len(model.channel.families)
    posterior, likelihood, rate, families = _round(
        model, swaps, sentences, edges, FIRST_RATE, np.full(count, 1.0 / count), searches[0], of_capitals
    )
    first = edges, posterior, rate, families
    if rate >= SOUND_RATE:
        edges, posterior = likely_edges(edges, posterior, _KEEP)
        for search in searches[1:]:
            # The evidence is of wording alone: sound lists of odd names would pass for damaged ones.
            posterior, likelihood, rate, families = _round(
                model, swaps, sentences, edges, rate, families, search
            )
    return _Evidence(edges, posterior, likelihood, rate, families, first)


class _Joined(NamedTuple):
    """A lattice that the thesaurus has joined, and what rounds of EM with it came to."""

    swaps: SwapTable
    edges: Edges
    posterior: npt.NDArray[np.float32]
    log_likelihood: float
    rate: float
    families: npt.NDArray[np.float64]


def _with_thesaurus(
    model: Model,
    sentences: Sentences,
    evidence: _Evidence,
    capitalised: npt.NDArray[np.bool_],
    searches: Sequence[tuple[int, float]],
) -> _Joined:
    """The lattice of the evidence after a round of EM for each search with what the thesaurus lists; as it is without one."""
    edges, posterior, likelihood, rate, families, _ = evidence
    swaps, edges, posterior = with_listed(model, sentences, edges, posterior)
    if model.channel.thesaurus is not None:
        rate, families = max(rate, FIRST_RATE), np.append((1.0 - _LISTED) * families, _LISTED)
        for search in searches:
            of_capitals = _of_capitals(model, sentences, edges, capitalised)
            posterior, likelihood, rate, families = _round(
                model, swaps, sentences, edges, rate, families, search, of_capitals
            )
            edges, posterior = likely_edges(edges, posterior, _KEEP)
    return _Joined(swaps, edges, posterior, likelihood, rate, families)


def _replaced(sentences: Sentences, edges: Edges, posterior: npt.NDArray[np.float32]) -> tuple[float, float]:
    """:func:`expected_kinds` of an article; a phrase counts as its last word."""
    return expected_kinds(sentences.words, replaced_at(edges, posterior))


def _round(
    model: Model,
    swaps: SwapTable,
    sentences: Sentences,
    edges: Edges,
    rate: float,
    families: npt.NDArray[np.float64],
    search: tuple[int, float],
    of_capitals: npt.NDArray[np.float32] | float = 0.0,
) -> tuple[npt.NDArray[np.float32], float, float, npt.NDArray[np.float64]]:
    """One round of EM: posterior of the edges, natural-log likelihood of the article, the new rate and mixture of families."""
    entries = model.channel.entries
    logps = channel_logps(sentences, edges, swaps.code, swaps.swap_factor, rate, families)
    logps += of_capitals
    posterior, by_sentence = posteriors(
        model.lm, sentences.begins, edges, entries.compounds, logps, LM_WEIGHT, *search
    )
    rate, families = _update(model, swaps, sentences, edges, posterior, rate, families)
    return posterior, float(by_sentence.sum()), rate, families


def _of_capitals(
    model: Model,
    sentences: Sentences,
    edges: Edges,
    capitalised: npt.NDArray[np.bool_],
) -> npt.NDArray[np.float32]:
    """:func:`~textrepair.model.capitals.capital_logps` of a model."""
    vocabulary, compounds = model.vocabulary, model.channel.entries.compounds
    return capital_logps(
        sentences.words, edges, vocabulary.capital, compounds, capitalised, vocabulary.lm_size
    )


def _update(
    model: Model,
    swaps: SwapTable,
    sentences: Sentences,
    edges: Edges,
    posterior: npt.NDArray[np.float32],
    rate: float,
    families: npt.NDArray[np.float64],
) -> tuple[float, npt.NDArray[np.float64]]:
    """The M-step: the rate is replaced words over chances to replace."""
    everywhere = np.ones(len(sentences.words), dtype=np.bool_)
    replaced, count = chances(
        sentences.words, edges, posterior, swaps.swap_factor, families, sentences.readiness, everywhere
    )
    new_rate = min(0.9, max(1e-4, (replaced + 0.01) / (count + 1.0)))
    return new_rate, _family_posterior(model, swaps, sentences, edges, posterior, new_rate)


def _with_names(
    swaps: SwapTable,
    sentences: Sentences,
    edges: Edges,
    posterior: npt.NDArray[np.float32],
    rate: float,
    families: npt.NDArray[np.float64],
    capitalised: npt.NDArray[np.bool_],
) -> Sentences:
    """The article with capitalised words as ready to be replaced as it shows that its spinner replaces them."""
    ready = capitalised.astype(np.float32)
    replaced, count = chances(
        sentences.words, edges, posterior, swaps.swap_factor, families, ready, capitalised
    )
    readiness = np.where(capitalised, learned_readiness(replaced, count, rate), sentences.readiness)
    return sentences._replace(readiness=readiness.astype(np.float32))


def _family_posterior(
    model: Model,
    swaps: SwapTable,
    sentences: Sentences,
    edges: Edges,
    posterior: npt.NDArray[np.float32],
    rate: float,
) -> npt.NDArray[np.float64]:
    """Which spinner was it?  The expected log-likelihood of the article's swaps and of its words left alone under each family,
    softened, and mixed with all families alike, since a spinner never seen may share some swaps with each."""
    count = len(swaps.code)
    evidence = family_evidence(sentences, edges, posterior, swaps.code, swaps.swap_factor, rate) / _SOFTENING
    share = np.exp(evidence - evidence.max())
    mixture: npt.NDArray[np.float64] = (1.0 - _ANY_FAMILY) * share / share.sum() + _ANY_FAMILY / count
    return mixture
