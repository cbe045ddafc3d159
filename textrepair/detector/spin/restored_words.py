"""Which words stood where a reading finds them replaced, and how are they written there?

The likely readings of an article's places, each with its neighbours: of two that exclude each other the surer stands
(:mod:`.compatible`), a restored word takes the capital that its place asks for, and the indefinite article
before it follows its sound.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import chain
from operator import eq
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from textrepair.columns import objects
from textrepair.detector.spin.broken_words import Mended, broken_words
from textrepair.detector.spin.compatible import NOTHING, Readings, settled
from textrepair.detector.spin.confidence import Evidence, confidences
from textrepair.lazy import cached_property
from textrepair.model.model import Model
from textrepair.model.ngrams import NONE
from textrepair.model.reading import Reading
from textrepair.model.support import is_learned
from textrepair.model.surface import begins_as_clitic, beside_lower_case, indefinite_articles, written
from textrepair.patch import Edit
from textrepair.plain_words import BEGINS_CAPITAL, BEGINS_SMALL
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
    *settled_places, taken = _settled(article, _likely(model, tokens, reading))
    broken = [b for b in broken_words(model, tokens, reading) if not taken[b.place]]
    choices = _in_order(*settled_places, _mended(article, broken))
    if not choices.texts:
        return NO_EDITS
    evidence = Evidence(
        choices.posterior,
        choices.rivals,
        choices.several,
        reading.rate,
        partial(_learned, reading, choices.entries, choices.targets),
        partial(_frequencies, model, choices.targets),
    )
    sure = confidences(evidence).tolist()
    starts, ends, befores = article.spans(choices.tokens, choices.last_tokens)
    edits = objects(
        Edit,
        starts,
        ends,
        befores,
        choices.texts,
        ["spin"] * len(sure),
        sure,
        list(map(_alternatives, choices.others, choices.posterior.tolist(), sure)),
        [f"{before} ← {after}" for before, after in zip(befores, choices.texts, strict=True)],
        [""] * len(sure),
    )
    return Weighed(tuple(edits), evidence)


class _Choices(NamedTuple):
    """Places where words are restored, in columns of shape (m,): the article's first and last token there; the likeliest reading
    and its posterior, the others with theirs, the likeliest first, and what the posteriors of all the others add up to; of the
    likeliest the channel's target, its entry (-1 for what no channel holds), and whether words, observed or restored, are
    several.
    """

    tokens: npt.NDArray[np.int64]
    last_tokens: npt.NDArray[np.int64]
    texts: list[str]
    posterior: npt.NDArray[np.float64]
    others: list[Sequence[tuple[str, float]]]
    rivals: npt.NDArray[np.float64]
    targets: npt.NDArray[np.int64]
    entries: npt.NDArray[np.int64]
    several: npt.NDArray[np.bool_]

    def take(self, rows: npt.NDArray[np.int64]) -> _Choices:
        """Some of the places, in this order."""
        return _Choices(*[_taken(column, rows) for column in self])


def _taken(column: Any, rows: npt.NDArray[np.int64]) -> Any:
    """Some of a column, a list or an array, in this order."""
    return list(map(column.__getitem__, rows.tolist())) if isinstance(column, list) else column[rows]


def _end_to_end(columns: Sequence[Any]) -> Any:
    return list(chain(*columns)) if isinstance(columns[0], list) else np.concatenate(columns)


def _in_order(*parts: _Choices) -> _Choices:
    """All places in the order of the text."""
    together = _Choices(*map(_end_to_end, zip(*parts, strict=True)))
    return together.take(np.argsort(together.tokens, kind="stable"))


def _alternatives(
    others: Sequence[tuple[str, float]], posterior: float, sure: float
) -> tuple[tuple[str, float], ...]:
    """The other readings of a place: what calibration takes from the first, or gives to it, is theirs in proportion."""
    if not others:
        return ()
    scale, rest = (1.0 - sure) / max(1e-9, 1.0 - posterior), 1.0 - sure
    return tuple([(text, min(rest, p * scale)) for text, p in others[:_ALTERNATIVES]])


def _settled(article: _Article, likely: _Likely) -> tuple[_Choices, _Choices, npt.NDArray[np.bool_]]:
    """The places that the likely readings restore, the articles before them, and which of the lattice's tokens are settled."""
    wanted = article.following(likely)
    before = np.full(len(likely.firsts), NOTHING, dtype=np.int64)
    before[list(wanted)] = [article.model.vocabulary.index[text.lower()] for text in wanted.values()]
    found = settled(
        Readings(
            likely.spans,
            *article.outer_words(likely.targets),
            likely.posterior,
            article.unchanged(likely),
            before,
        ),
        article.words,
        article.positions,
        SMALLEST_PROPOSAL,
    )
    fitting = np.flatnonzero(found.fits)
    texts = article.written(likely.firsts[fitting], likely.targets[fitting])
    readings = list(zip(texts, likely.posterior[fitting].tolist(), strict=True))
    restored = np.flatnonzero(found.best >= 0)
    best = found.best[restored]
    firsts, lasts, _, ends = likely.spans[restored].T
    place = np.searchsorted(fitting, best)  # of the best among those that fit: the first of its span
    behind = zip((place + 1).tolist(), np.searchsorted(fitting, ends).tolist(), strict=True)
    choices = _Choices(
        article.positions[firsts],
        article.positions[lasts],
        _taken(texts, place),
        likely.posterior[best],
        [readings[begin:end] if begin < end else () for begin, end in behind],
        found.rivals[restored],
        likely.targets[best],
        likely.entries[best].astype(np.int64),
        (firsts != lasts) | (likely.targets[best] >= article.model.vocabulary.lm_size),
    )
    rows = np.flatnonzero(found.article[restored])
    beside = choices.take(rows)
    before = beside.tokens - 1
    articles = beside._replace(
        tokens=before,
        last_tokens=before,
        texts=[wanted[row] for row in best[rows].tolist()],
        others=[()] * len(rows),
    )
    return choices, articles, found.taken


def _mended(article: _Article, broken: Sequence[Mended]) -> _Choices:
    """Clitics and compounds that the channel doesn't hold, put in their places; not those that are unlikely or change nothing."""
    firsts = np.array([b.place for b in broken for _ in b.readings], dtype=np.int64)
    words = np.array([word for b in broken for word, _ in b.readings], dtype=np.int64)
    posteriors = [posterior for b in broken for _, posterior in b.readings]
    texts = article.written(firsts, words)
    rows: list[int] = []
    others: list[Sequence[tuple[str, float]]] = []
    rivals: list[float] = []
    end = 0
    for b in broken:
        row, end = end, end + len(b.readings)
        present = article.tokens.texts[int(article.positions[b.place])]
        if posteriors[row] >= SMALLEST_PROPOSAL and texts[row] != present:
            rows.append(row)
            others.append(list(zip(texts[row + 1 : end], posteriors[row + 1 : end], strict=True)))
            rivals.append(sum(posteriors[row + 1 : end], 0.0))
    tokens = article.positions[firsts[rows]]
    return _Choices(
        tokens,
        tokens,
        [texts[row] for row in rows],
        np.array([posteriors[row] for row in rows], dtype=np.float64),
        others,
        np.array(rivals, dtype=np.float64),
        words[rows],
        np.full(len(rows), NOTHING),
        np.zeros(len(rows), dtype=np.bool_),
    )


class _Article:
    """An article's places: what stands there, and how a restored word is written there."""

    def __init__(self, model: Model, tokens: Tokens, reading: Reading) -> None:
        self.model, self.tokens, self.positions = model, tokens, reading.positions
        #: The identifiers of all tokens, nothing for those that the lattice doesn't see: shape (tokens,).
        self.words = np.full(len(tokens), NOTHING, dtype=np.int64)
        self.words[reading.positions] = reading.sentences.words
        # Not those of the reading, in which long sentences are cut.
        starts = np.array([begin for begin, _ in tokens.sentences], dtype=np.int64)
        self._begins = np.zeros(len(tokens), dtype=np.bool_)
        begins = np.searchsorted(reading.positions, starts)
        self._begins[reading.positions[begins[begins < len(reading.positions)]]] = True

    def written(self, firsts: npt.NDArray[np.int64], targets: npt.NDArray[np.int64]) -> list[str]:
        """The texts for targets of the channel that begin at tokens of the lattice: shapes (k,)."""
        at = self.positions[firsts]
        texts = beside_lower_case(self.model, targets.tolist())
        cased = np.flatnonzero(~self._is_low[at] | self._asks[at])
        for row, token, target in zip(
            cased.tolist(), at[cased].tolist(), targets[cased].tolist(), strict=True
        ):
            texts[row] = self._cased(token, target)
        return texts

    def _cased(self, token: int, target: int) -> str:
        # Also behind a full stop with lower case behind it, where no sentence is seen to begin: of eight such places in the pairs
        # the spinner had put its word in lower case in eight.
        begins = self._begins if self.tokens.texts[token][0].isupper() else self._asks
        return written(self.model, self.tokens, token, self.model.target_words(target), bool(begins[token]))

    def spans(
        self, first: npt.NDArray[np.int64], last: npt.NDArray[np.int64]
    ) -> tuple[list[int], list[int], list[str]]:
        """Where some tokens begin, where others end, and what stands from the former to the latter."""
        starts, ends = self.tokens.columns.starts[first].tolist(), self.tokens.columns.ends[last].tolist()
        source = self.tokens.source
        return starts, ends, [source[start:end] for start, end in zip(starts, ends, strict=True)]

    def unchanged(self, likely: _Likely) -> npt.NDArray[np.bool_]:
        """Which rows write what stands there?"""
        out: npt.NDArray[np.bool_] = self.words[self.positions[likely.firsts]] == likely.targets
        out |= likely.firsts != likely.lasts
        rows = np.flatnonzero(out)  # all others are other words
        firsts, lasts = likely.firsts[rows], likely.lasts[rows]
        *_, present = self.spans(self.positions[firsts], self.positions[lasts])
        out[rows] = list(map(eq, present, self.written(firsts, likely.targets[rows])))
        return out

    def outer_words(
        self, targets: npt.NDArray[np.int64]
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """The first and the last words of targets of the channel, nothing for those that English says twice: shapes (k,)."""
        words = self.model.outer_words[targets]
        for twice in map(self.model.vocabulary.index.get, _MAY_DOUBLE):
            words[words == twice] = NOTHING
        return words[:, 0], words[:, 1]

    def following(self, likely: _Likely) -> dict[int, str]:
        """By row, the indefinite article that it wants before it where another one is there."""
        index, at = self.model.vocabulary.index, self.positions[likely.firsts]
        before = np.where(at > 0, self.words[at - 1], NOTHING)
        rows = np.flatnonzero((before == index.get("a", NONE)) | (before == index.get("an", NONE)))
        present = [self.tokens.texts[token - 1] for token in at[rows].tolist()]
        intended = [self.model.target_words(target)[0] for target in likely.targets[rows].tolist()]
        wanted = zip(rows.tolist(), indefinite_articles(self.model, intended, present), strict=True)
        return {row: article for row, article in wanted if article}

    @cached_property
    def _is_low(self) -> npt.NDArray[np.bool_]:
        """Which of the tokens begin in lower case?"""
        return self.tokens.are(BEGINS_SMALL)

    @cached_property
    def _asks(self) -> npt.NDArray[np.bool_]:
        """The tokens that ask for a capital where they have none."""
        if not self._in_sentence_case:
            return np.zeros(len(self.tokens), dtype=np.bool_)
        texts = self.tokens.texts
        asks = self._begins.copy()
        stops = np.flatnonzero(self.tokens.kind_array[:-1] == TokenKind.STOP).tolist()
        asks[[stop + 1 for stop in stops if texts[stop] in (".", "?", "!")]] = True
        return asks

    @cached_property
    def _in_sentence_case(self) -> bool:
        """Do nearly all sentences of the article begin with a capital, those that begin with a letter?"""
        words = self._begins & (self.tokens.kind_array == TokenKind.WORD)
        capitals = np.count_nonzero(words & self.tokens.are(BEGINS_CAPITAL))
        return bool(capitals >= _SENTENCE_CASE * np.count_nonzero(words))


#: From this share of sentences that begin with a capital on, sentences do.
_SENTENCE_CASE = 0.8
#: Words that English says twice in a row.
_MAY_DOUBLE = ("had", "that")


class _Likely(NamedTuple):
    """The likely readings of an article's places, in columns of shape (k,), those of a place together and the likeliest first.

    ``spans`` as in :class:`~.compatible.Readings`; ``firsts`` and ``lasts`` the lattice's tokens of each row;
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
    spans = np.column_stack((firsts[begins], lasts[begins], begins, np.append(begins, len(rows))[1:]))
    spans = spans[np.argsort(-posterior[begins], kind="stable")]
    return _Likely(spans, firsts, lasts, edges.target[rows].astype(np.int64), edges.entry[rows], posterior)


def _learned(
    reading: Reading, entries: npt.NDArray[np.int64], targets: npt.NDArray[np.int64]
) -> npt.NDArray[np.bool_]:
    """Do pairs of some spinner show these swaps?"""
    return (entries >= 0) & is_learned(reading.swaps, np.maximum(entries, 0), targets)


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
