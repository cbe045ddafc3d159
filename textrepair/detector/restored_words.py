"""Which words stood where a reading finds them replaced, and how are they written there?

The likely readings of an article's places, each with its neighbours: of two that exclude each other the surer stands
(:mod:`textrepair.detector.compatible`), a restored word takes the capital that its place asks for, and the indefinite article
before it follows its sound.
"""

from __future__ import annotations

from functools import partial
from itertools import compress
from operator import attrgetter, eq
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from textrepair.detector.broken_words import Mended, broken_words
from textrepair.detector.compatible import NOTHING, Readings, settled
from textrepair.detector.confidence import Evidence, confidences
from textrepair.lazy import cached_property
from textrepair.model.model import Model
from textrepair.model.ngrams import NONE
from textrepair.model.reading import Reading
from textrepair.model.support import is_learned
from textrepair.model.surface import begins_as_clitic, beside_lower_case, indefinite_articles, written
from textrepair.patch import Edit
from textrepair.tokens import TokenKind, Tokens

#: Readings less likely than this are not worth a proposal.
SMALLEST_PROPOSAL = 0.2
_ALTERNATIVES = 4


class Weighed(NamedTuple):
    """Edits in order, without overlaps, and what their confidences rest on; nothing without edits."""

    edits: tuple[Edit, ...]
    evidence: Evidence | None


NO_EDITS = Weighed((), None)


def weighed_edits(model: Model, tokens: Tokens, reading: Reading) -> Weighed:
    """The most likely replacement of every place that has a likely one."""
    article = _Article(model, tokens, reading)
    likely = _likely(model, tokens, reading)
    texts = list(map(article.written, likely.firsts.tolist(), likely.targets.tolist()))
    choices, taken = _settled(article, likely, texts)
    mended = [
        _mended(article, broken)
        for broken in broken_words(model, tokens, reading)
        if not taken[broken.place] and broken.readings[0][1] >= SMALLEST_PROPOSAL
    ]
    choices += [choice for choice in mended if choice.readings[0][0] != tokens.texts[choice.token]]
    if not choices:
        return NO_EDITS
    choices.sort(key=attrgetter("token"))
    posterior, rivals, target, entry, several = (
        np.array(column) for column in zip(*[(c.readings[0][1], *c[3:]) for c in choices], strict=True)
    )
    evidence = Evidence(
        posterior,
        rivals,
        several,
        reading.rate,
        partial(_learned, reading, entry, target),
        partial(_frequencies, model, target),
    )
    return Weighed(tuple(map(article.edit, choices, confidences(evidence).tolist())), evidence)


class _Choice(NamedTuple):
    """A place where words are restored: the article's first and last token there, and the readings with their posteriors, the
    likeliest first; what the posteriors of all but the first add up to; of the first the channel's target, its entry (-1 for what
    no channel holds), and whether words, observed or restored, are several."""

    token: int
    last_token: int
    readings: list[tuple[str, float]]
    rivals: float
    target: int
    entry: int
    several: bool


def _settled(
    article: _Article, likely: _Likely, texts: list[str]
) -> tuple[list[_Choice], npt.NDArray[np.bool_]]:
    """The places that the likely readings, written as ``texts``, restore; and which of the lattice's tokens are settled."""
    words, heads = [text.lower() for text in article.tokens.texts], [text.lower() for text in texts]
    tails = [text.rpartition(" ")[2] for text in heads]
    heads = [text.lstrip().partition(" ")[0] for text in heads]
    articles = article.following(likely)
    following = [text.lower() if text else "" for text in articles]
    numbers = {word: number for number, word in enumerate({*words, *heads, *tails, *following})}
    numbers.update(dict.fromkeys(("", *_MAY_DOUBLE), NOTHING))

    def numbered(words: list[str]) -> npt.NDArray[np.int64]:
        return np.array(list(map(numbers.__getitem__, words)), dtype=np.int64)

    found = settled(
        Readings(
            likely.spans,
            numbered(heads),
            numbered(tails),
            likely.posterior,
            np.array(list(map(eq, texts, article.sources(likely))), dtype=np.bool_),
            numbered(following),
        ),
        numbered(words),
        article.positions,
        SMALLEST_PROPOSAL,
    )
    rows = list(compress(zip(texts, likely.posterior.tolist(), strict=True), found.fits.tolist()))
    fitting = np.concatenate(([0], np.cumsum(found.fits)))  # rows before each that fit
    restored = np.flatnonzero(found.best >= 0)
    best = found.best[restored]
    firsts, lasts, begins, ends = likely.spans[restored].T
    several = (firsts != lasts) | (likely.targets[best] >= article.model.vocabulary.lm_size)
    choices = list(
        map(
            _Choice,
            article.positions[firsts].tolist(),
            article.positions[lasts].tolist(),
            [
                rows[begin:end]
                for begin, end in zip(fitting[begins].tolist(), fitting[ends].tolist(), strict=True)
            ],
            found.rivals[restored].tolist(),
            likely.targets[best].tolist(),
            likely.entries[best].tolist(),
            several.tolist(),
        )
    )
    for number in np.flatnonzero(found.article[restored]).tolist():
        choice, text = choices[number], articles[best[number]]
        if text:
            token, readings = choice.token - 1, [(text, choice.readings[0][1])]
            choices.append(choice._replace(token=token, last_token=token, readings=readings))
    return choices, found.taken


def _mended(article: _Article, broken: Mended) -> _Choice:
    """A clitic or compound that the channel doesn't hold, put in its place."""
    rows = broken.readings
    readings = [(article.written(broken.place, word), p) for word, p in rows[: 1 + _ALTERNATIVES]]
    token = int(article.positions[broken.place])
    return _Choice(token, token, readings, sum(p for _, p in rows[1:]), rows[0][0], -1, False)


class _Article:
    """An article's places: what stands there, and how a restored word is written there."""

    def __init__(self, model: Model, tokens: Tokens, reading: Reading) -> None:
        self.model, self.tokens, self.positions = model, tokens, reading.positions
        # Not those of the reading, in which long sentences are cut.
        starts = np.array([begin for begin, _ in tokens.sentences], dtype=np.int64)
        self._begins = set(np.searchsorted(reading.positions, starts).tolist())
        self._positions: list[int] = reading.positions.tolist()

    def written(self, first: int, target: int) -> str:
        """The text for a target of the channel that begins at a token of the lattice."""
        token = self._positions[first]
        low = self.tokens.texts[token][0].islower()
        if low and target < self.model.vocabulary.lm_size and first not in self._asks:  # as nearly all words
            return beside_lower_case(self.model, target)
        # Also behind a full stop with lower case behind it, where no sentence is seen to begin: of eight such places in the pairs
        # the spinner had put its word in lower case in eight.
        begins = first in (self._begins if self.tokens.texts[token][0].isupper() else self._asks)
        return written(self.model, self.tokens, token, self.model.target_words(target), begins)

    def sources(self, likely: _Likely) -> list[str]:
        """What stands in the place of each row."""
        source = self.tokens.source
        starts = np.array(self.tokens.starts)[self.positions[likely.firsts]].tolist()
        ends = np.array(self.tokens.ends)[self.positions[likely.lasts]].tolist()
        return [source[start:end] for start, end in zip(starts, ends, strict=True)]

    def following(self, likely: _Likely) -> list[str | None]:
        """The indefinite article that each row wants before it, where another one is there."""
        texts = self.tokens.texts
        behind = [token + 1 for token, text in enumerate(texts[:-1]) if text in _ARTICLES]
        asked = np.flatnonzero(np.isin(self.positions[likely.firsts], behind)).tolist()
        present = [texts[self._positions[int(likely.firsts[row])] - 1] for row in asked]
        intended = [self.model.target_words(int(likely.targets[row]))[0] for row in asked]
        out: list[str | None] = [None] * len(likely.firsts)
        for row, article in zip(asked, indefinite_articles(self.model, intended, present), strict=True):
            out[row] = article
        return out

    def edit(self, choice: _Choice, sure: float) -> Edit:
        """The edit that restores a place."""
        (after, posterior), *others = choice.readings
        alternatives: tuple[tuple[str, float], ...] = ()
        if others:
            # What calibration takes from the first reading, or gives to it, is the others' in proportion.
            scale, rest = (1.0 - sure) / max(1e-9, 1.0 - posterior), 1.0 - sure
            alternatives = tuple([(text, min(rest, p * scale)) for text, p in others[:_ALTERNATIVES]])
        start, end = self.tokens.starts[choice.token], self.tokens.ends[choice.last_token]
        before = self.tokens.source[start:end]
        return Edit(start, end, before, after, "spin", sure, alternatives, f"{before} ← {after}")

    @cached_property
    def _asks(self) -> set[int]:
        """The lattice's tokens that ask for a capital where they have none."""
        if not self._in_sentence_case:
            return set()
        texts = self.tokens.texts
        stops = np.flatnonzero(self.tokens.kind_array == TokenKind.STOP).tolist()
        behind = [stop + 1 for stop in stops if texts[stop] in (".", "?", "!")]
        return self._begins.union(np.flatnonzero(np.isin(self.positions, behind)).tolist())

    @cached_property
    def _in_sentence_case(self) -> bool:
        """Do nearly all sentences of the article begin with a capital, those that begin with a letter?"""
        tokens, positions = self.tokens, self._positions
        places = (positions[begin] for begin in self._begins if begin < len(positions))
        first = [tokens.texts[at][0] for at in places if tokens.kinds[at] == TokenKind.WORD]
        return bool(sum(letter.isupper() for letter in first) >= _SENTENCE_CASE * len(first))


#: From this share of sentences that begin with a capital on, sentences do.
_SENTENCE_CASE = 0.8
#: Words that English says twice in a row.
_MAY_DOUBLE = frozenset(("had", "that"))
_ARTICLES = frozenset(("a", "an", "A", "An", "AN"))


class _Likely(NamedTuple):
    """The likely readings of an article's places, in columns of shape (k,), those of a place together and the likeliest first.

    ``spans`` as in :class:`~textrepair.detector.compatible.Readings`; ``firsts`` and ``lasts`` the lattice's tokens of each row;
    ``targets`` and ``entries`` of the channel.
    """

    spans: npt.NDArray[np.int64]
    firsts: npt.NDArray[np.int64]
    lasts: npt.NDArray[np.int64]
    targets: npt.NDArray[np.int64]
    entries: npt.NDArray[np.int32]
    posterior: npt.NDArray[np.float64]


def _likely(model: Model, tokens: Tokens, reading: Reading) -> _Likely:
    edges = reading.edges
    rows = np.flatnonzero((edges.entry >= 0) & (reading.posterior >= SMALLEST_PROPOSAL / _ALTERNATIVES))
    lasts = np.searchsorted(edges.first, rows, side="right") - 1
    firsts = lasts - edges.length[rows] + 1
    clitics = (tokens.kind_array == TokenKind.CLITIC)[reading.positions[firsts]]
    fitting = np.flatnonzero(clitics | ~begins_as_clitic(model, edges.target[rows].astype(np.int64)))
    order = fitting[np.lexsort((-reading.posterior[rows[fitting]], lasts[fitting], firsts[fitting]))]
    rows, firsts, lasts = rows[order], firsts[order], lasts[order]
    new = np.ones(len(rows), dtype=np.bool_)
    new[1:] = (firsts[1:] != firsts[:-1]) | (lasts[1:] != lasts[:-1])
    # Places of which no reading is likely enough fall.
    worth = reading.posterior[rows[new]] >= SMALLEST_PROPOSAL
    kept = worth[np.cumsum(new) - 1]
    rows, firsts, lasts, begins = rows[kept], firsts[kept], lasts[kept], np.flatnonzero(new[kept])
    posterior = reading.posterior[rows].astype(np.float64)
    spans = np.column_stack((firsts[begins], lasts[begins], begins, np.append(begins[1:], len(rows))))
    spans = spans[np.argsort(-posterior[begins], kind="stable")]
    return _Likely(spans, firsts, lasts, edges.target[rows].astype(np.int64), edges.entry[rows], posterior)


def _learned(
    reading: Reading, entries: npt.NDArray[np.int64], targets: npt.NDArray[np.int64]
) -> npt.NDArray[np.bool_]:
    """Do pairs of some spinner show these swaps?"""
    return (entries >= 0) & is_learned(reading.entries, np.maximum(entries, 0), targets)


def _frequencies(model: Model, targets: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
    """Natural log of the share in clean text of the channel's targets, of a compound that of its rarest word; shape (k,)."""
    uni_logp, compounds = model.ngrams.uni_logp, model.channel.entries.compounds
    out = np.empty(len(targets), dtype=np.float32)
    single = targets < len(uni_logp)
    out[single] = uni_logp[targets[single]]
    words = compounds[targets[~single] - len(uni_logp)].astype(np.int64)
    nothing = words == NONE
    out[~single] = np.where(nothing, np.float32(0.0), uni_logp[np.where(nothing, 0, words)]).min(axis=1)
    return out
