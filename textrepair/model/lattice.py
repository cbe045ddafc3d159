"""Which readings can a damaged sentence have, and how likely is each?

The lattice of a sentence has an *edge* for every observed word left as it is and for every entry of the channel that could
explain an observed word or phrase.  Paths are scored by channel × language model; forward–backward over a beam gives the
posterior of every edge (Rabiner 1989; states are language-model contexts, merged when the model predicts alike after them).

Two compiled functions: :func:`build_edges` and :func:`posteriors`.  Both work on all sentences of an article at once.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from textrepair.compiled import compiled, compiled_inline, njit
from textrepair.model.channel import (
    FACTOR_UNITS,
    LIKELIHOOD,
    LONGEST,
    Entries,
    Thesaurus,
    phrase_hash,
    phrase_row,
)
from textrepair.model.ngrams import (
    NO_CONTEXT,
    NONE,
    Addresses,
    Opened,
    extend,
    find_pair,
    follow,
    follow_inlined,
    opened,
    pair_key,
    prepare,
    score,
    touch_pair,
    touch_three,
)

#: How much better (nats, weighed) a word may fit another state than the best one. Without this bound the search takes half
#: as long again; F0.5 changes by at most 0.002.
_SLACK = 3.0
_STATES = 2048


class Sentences(NamedTuple):
    """An article as the lattice sees it: the tokens that the language model sees, sentences end to end.

    ``words`` (n,) identifiers; ``lm`` (n,) the same as the language model sees them; ``unknown_logp`` (n,) what a word
    costs beyond its class; ``readiness`` (n,) factor on the rate at which a spinner replaces such a token (0: never);
    ``joined`` (n,) whether it may be part of one phrase with the token before it: nothing that the model doesn't see, such as a
    quote, stands between them, and they are no name; ``begins`` (sentences + 1,).
    """

    words: npt.NDArray[np.int32]
    lm: npt.NDArray[np.int32]
    unknown_logp: npt.NDArray[np.float32]
    readiness: npt.NDArray[np.float32]
    joined: npt.NDArray[np.bool_]
    begins: npt.NDArray[np.int64]


class Edges(NamedTuple):
    """Edges in order of their end.  ``first[i]:first[i + 1]`` are those that end behind token ``i``; the first of them leaves
    token ``i`` as it is (``entry`` -1).  ``entry`` is a swap's number in a :class:`~textrepair.model.channel.SwapTable`."""

    first: npt.NDArray[np.int64]
    length: npt.NDArray[np.int8]
    target: npt.NDArray[np.int32]
    entry: npt.NDArray[np.int32]


def end_positions(edges: Edges) -> npt.NDArray[np.int64]:
    """The token behind which each edge ends: shape (E,)."""
    return np.repeat(np.arange(len(edges.first) - 1), np.diff(edges.first))


@njit(nogil=True)
def _is_phrase(sentences: Sentences, begin: int, last: int) -> bool:
    """May these tokens be replaced together: all of them replaceable, nothing unseen between them?"""
    if sentences.readiness[begin] <= 0:
        return False
    for k in range(begin + 1, last + 1):  # noqa: SIM110 - numba compiles the plain loop better
        if sentences.readiness[k] <= 0 or not sentences.joined[k]:
            return False
    return True


@njit(nogil=True)
def swaps_behind(
    sentences: Sentences, table: Entries | Thesaurus, phrase_first: npt.NDArray[np.uint8], longest: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Where the swaps of a table begin and end for what ends behind each token, by its length: both of shape (n, longest).

    ``phrase_first`` (words,) tells which words begin a phrase; empty, any may.
    """
    n, words = len(sentences.words), len(table.start) - 1
    lows, highs = np.zeros((n, longest), dtype=np.int64), np.zeros((n, longest), dtype=np.int64)
    for s in range(len(sentences.begins) - 1):
        for i in range(sentences.begins[s], sentences.begins[s + 1]):
            word = sentences.words[i]
            if sentences.readiness[i] > 0 and word < words:
                lows[i, 0], highs[i, 0] = table.start[word], table.start[word + 1]
            for size in range(2, min(longest, i - sentences.begins[s] + 1) + 1):
                begin = i - size + 1
                may_begin = len(phrase_first) == 0 or phrase_first[sentences.words[begin]]
                if may_begin and _is_phrase(sentences, begin, i):
                    hashed = np.uint64(0)
                    for k in range(begin, i + 1):
                        hashed = phrase_hash(hashed, np.int64(sentences.words[k]))
                    row = phrase_row(table.phrase_key, hashed)
                    if row >= 0:
                        lows[i, size - 1] = table.phrase_start[row]
                        highs[i, size - 1] = table.phrase_start[row + 1]
    return lows, highs


@njit(nogil=True)
def build_edges(sentences: Sentences, entries: Entries, phrases: bool) -> Edges:
    """All edges of an article's lattice."""
    n, longest = len(sentences.words), LONGEST if phrases else 1
    lows, highs = swaps_behind(sentences, entries, entries.phrase_first, longest)
    # Counted first, so that the edges' arrays needn't grow.
    first = np.empty(n + 1, dtype=np.int64)
    at = 0
    for i in range(n):
        first[i] = at
        at += 1
        for size in range(longest):
            at += highs[i, size] - lows[i, size]
    first[n] = at
    length = np.empty(at, dtype=np.int8)
    target = np.empty(at, dtype=np.int32)
    entry = np.empty(at, dtype=np.int32)
    for i in range(n):
        at = first[i]
        length[at], target[at], entry[at] = 1, sentences.lm[i], -1
        for size in range(longest):
            for e in range(lows[i, size], highs[i, size]):
                at += 1
                length[at], target[at], entry[at] = size + 1, np.int32(entries.target[e]), e
    return Edges(first, length, target, entry)


@njit(nogil=True)
def likely_edges(
    edges: Edges, posterior: npt.NDArray[np.float32], least: float
) -> tuple[Edges, npt.NDArray[np.float32]]:
    """The lattice without the edges that replace something and are at most so likely; and the posterior of the others."""
    first = np.empty_like(edges.first)
    keep = np.empty(len(posterior), dtype=np.int64)
    total = 0
    for i in range(len(first) - 1):
        first[i] = total
        for e in range(edges.first[i], edges.first[i + 1]):
            if edges.entry[e] < 0 or posterior[e] > least:
                keep[total] = e
                total += 1
    first[-1] = total
    kept = keep[:total]
    return Edges(first, edges.length[kept], edges.target[kept], edges.entry[kept]), posterior[kept]


@njit(nogil=True)
def channel_logps(
    sentences: Sentences,
    edges: Edges,
    code: npt.NDArray[np.uint8],
    swap_factor: npt.NDArray[np.uint8],
    rate: float,
    families: npt.NDArray[np.float64],
) -> npt.NDArray[np.float32]:
    """Natural-log probability that the channel gives every edge, at a rate of damage and a mixture of families.

    Unchanged: ``1 − rate · readiness · Σ_f π_f factor_f(word)``; replaced: ``rate · readiness · Σ_f π_f P_f(observed | target)``
    (the stored probabilities hold the target's factor).  ``code`` and ``swap_factor`` as in
    :class:`~textrepair.model.channel.Entries`.
    """
    out = np.empty(len(edges.length), dtype=np.float32)
    vocabulary = swap_factor.shape[1]
    for i in range(len(sentences.words)):
        for e in range(edges.first[i], edges.first[i + 1]):
            entry = edges.entry[e]
            if entry < 0:
                word = sentences.words[i]
                factor = 0.0
                if word < vocabulary:
                    for f in range(len(families)):
                        factor += families[f] * swap_factor[f, word] / FACTOR_UNITS
                out[e] = (
                    np.log1p(-min(0.95, rate * sentences.readiness[i] * factor)) + sentences.unknown_logp[i]
                )
            else:
                total = 0.0
                for f in range(len(families)):
                    total += families[f] * LIKELIHOOD[code[f, entry]]
                begin = i - edges.length[e] + 1
                out[e] = np.log(rate * sentences.readiness[begin] * total + 1e-30)
    return out


@njit(nogil=True)
def posteriors(
    lm: Addresses,
    begins: npt.NDArray[np.int64],
    edges: Edges,
    compounds: npt.NDArray[np.uint16],
    channel_logp: npt.NDArray[np.float32],
    lm_weight: float,
    beam: int,
    window: float,
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float64]]:
    """Posterior of every edge, and the natural-log likelihood of every sentence.

    ``begins`` as in :class:`Sentences`.  A path's score is its channel's log-probability plus ``lm_weight`` times that of the
    language model.  ``beam`` is how many states are kept a position; what is ``window`` nats worse than the best at its position
    is cut.
    """
    out = np.zeros(len(edges.length), dtype=np.float32)
    likelihood = np.zeros(len(begins) - 1)
    positions = _largest_step(begins) + 1
    search = _Search(
        opened(lm),
        edges,
        compounds,
        channel_logp,
        lm_weight,
        window,
        beam,
        np.empty(positions, dtype=_POSITION),
        np.empty(positions * beam, dtype=_STATE),
        np.empty(positions * beam, dtype=_GROUP),
        np.empty((_largest_step(edges.first), beam), dtype=np.int64),
        np.empty(_STATES, dtype=_REACHED),
        np.full(2 * _STATES, -1, dtype=np.int16),
        np.empty(_STATES, dtype=_NEAR),
    )
    arcs = np.empty(4096, dtype=_ARC)
    for s in range(len(likelihood)):
        n = begins[s + 1] - begins[s]
        _start(search)
        made = np.int64(0)  # typed as the literal 0, it would have _step compiled for that as well
        for j in range(1, n + 1):
            i = begins[s] + j - 1
            most = made + (edges.first[i + 1] - edges.first[i]) * beam
            if most > len(arcs):
                arcs = _grown(arcs, made, most)
            made = _step(search, arcs, i, j, made)
        likelihood[s] = _finish(search, n)
        _share_back(search.states, arcs, made, out)
    return out, likelihood


#: A position of a sentence, 0 before the first word: how many states it has, and of how many groups.
_POSITION = np.dtype([("states", np.int64), ("groups", np.int64)], align=True)
#: A context of the language model and what :func:`~textrepair.model.ngrams.prepare` says of it.
_CONTEXT = [
    ("context", np.uint64),
    ("length", np.int64),
    ("three", np.float32),
    ("two", np.float32),
    ("one", np.float32),
]
#: A state: its context; ``alpha`` natural-log probability of all paths to it, ``gamma`` its posterior.  Those of a position stand
#: best first, at position · beam.
_STATE = np.dtype(
    [
        *_CONTEXT,
        ("group", np.uint32),
        ("alpha", np.float64),
        ("gamma", np.float64),
    ],
    align=True,
)
#: States of a position with the same last word, which ask for the same pairs of words: this word, and the best of them.
_GROUP = np.dtype([("word", np.int64), ("best", np.int64)], align=True)
#: A state reached at the position in hand, before the beam is cut: ``alpha`` that of the best path, ``mass`` that of all paths in
#: units of it; ``rank`` its place in the beam, or -1; ``slot`` its place in the hash table by which contexts are found again.
_REACHED = np.dtype(
    [
        *_CONTEXT,
        ("slot", np.uint32),
        ("alpha", np.float64),
        ("mass", np.float64),
        ("rank", np.int64),
    ],
    align=True,
)
#: The number and the score of a state within the window.
_NEAR = np.dtype([("state", np.int64), ("alpha", np.float64)], align=True)
#: An arc from a state to another, by an edge.
_ARC = np.dtype(
    [("tail", np.uint32), ("head", np.uint32), ("edge", np.int64), ("logp", np.float64)], align=True
)
_Records = npt.NDArray[np.void]


class _Search(NamedTuple):
    """By what paths are scored, the arguments of :func:`posteriors`; and room for what is found.

    ``pairs`` by edge and group; ``slots``, the hash table, has numbers of ``reached``, or -1.
    """

    model: Opened
    edges: Edges
    compounds: npt.NDArray[np.uint16]
    channel_logp: npt.NDArray[np.float32]
    lm_weight: float
    window: float
    beam: int
    positions: _Records
    states: _Records
    groups: _Records
    pairs: npt.NDArray[np.int64]
    reached: _Records
    slots: npt.NDArray[np.int16]
    near: _Records


@njit(nogil=True)
def _largest_step(bounds: npt.NDArray[np.int64]) -> int:
    """How many items the largest stretch has, at least 1."""
    most = 1
    for i in range(len(bounds) - 1):
        most = max(most, bounds[i + 1] - bounds[i])
    return most


@njit(nogil=True)
def _grown(arcs: _Records, made: int, least: int) -> _Records:
    """The arcs made, with room for more."""
    out = np.empty(2 * least, dtype=_ARC)
    for a in range(made):
        out[a] = arcs[a]
    return out


@compiled
def _start(search: _Search) -> None:
    """A sentence's only state before its first word."""
    state = search.states[0]
    state.context = NO_CONTEXT
    state.length, state.three, state.two, state.one = prepare(search.model, state.context)
    state.alpha = 0.0
    search.positions[0].states = 1
    _group(search, 0)


@compiled
def _step(search: _Search, arcs: _Records, i: int, j: int, made: int) -> int:
    """Follow all edges to position ``j``, behind token ``i``, and keep the best states: how many arcs there are now."""
    first = search.edges.first
    count, best, last = 0, -np.inf, made
    # First the word as it stands, whose score then bounds the others'.
    low = first[i]
    high = low + 1
    while low < first[i + 1]:
        _touch_pairs(search, low, high, j, best - search.window)
        _find_pairs(search, low, high, j, best - search.window)
        for e in range(low, high):
            count, best, last = _follow_edge(search, arcs, e, e - low, j, count, best, last)
        low, high = high, first[i + 1]
    _keep_best(search, count, j, best - search.window)
    return _keep_arcs(search, arcs, made, last, j * search.beam)


# What the language model is going to be asked: all pairs of words are looked up at once, so that no look-up waits for the one
# before, and of those found the words before them.


@compiled_inline
def _touch_pairs(search: _Search, low: int, high: int, j: int, bound: float) -> None:
    """Ask for the memory of all pairs of words that the edges ``low:high`` to position ``j`` need."""
    model, states, groups = search.model, search.states, search.groups
    for e in range(low, high):
        begin = j - search.edges.length[e]
        origin = begin * search.beam
        target, channel = np.int64(search.edges.target[e]), np.float64(search.channel_logp[e])
        if target < model.words and states[origin].alpha + channel >= bound:
            for g in range(origin, origin + search.positions[begin].groups):
                if states[groups[g].best].alpha + channel < bound:
                    break
                touch_pair(model, pair_key(groups[g].word, target))


@compiled_inline
def _find_pairs(search: _Search, low: int, high: int, j: int, bound: float) -> None:
    """Look those pairs up, and ask for the memory of the three words of which they are the last."""
    model, states, groups = search.model, search.states, search.groups
    for e in range(low, high):
        begin = j - search.edges.length[e]
        origin = begin * search.beam
        target, channel = np.int64(search.edges.target[e]), np.float64(search.channel_logp[e])
        if target < model.words and states[origin].alpha + channel >= bound:
            row = e - low
            for g in range(search.positions[begin].groups):
                group = groups[origin + g]
                if states[group.best].alpha + channel < bound:
                    break
                search.pairs[row, g] = find_pair(model, pair_key(group.word, target))
            for k in range(origin, origin + search.positions[begin].states):
                state = states[k]
                if state.alpha + channel < bound:
                    break
                if state.length > 1 and search.pairs[row, state.group] >= 0:
                    touch_three(model, extend(state.context, target))


@compiled_inline
def _follow_edge(
    search: _Search, arcs: _Records, e: int, row: int, j: int, count: int, best: float, made: int
) -> tuple[int, float, int]:
    """Follow an edge from all states where it begins: how many states are reached now, the best path's score, how many arcs."""
    model, vocabulary = search.model, search.model.words
    begin = j - search.edges.length[e]
    origin = begin * search.beam
    target, channel = np.int64(search.edges.target[e]), np.float64(search.channel_logp[e])
    expected = 0.0
    for k in range(origin, origin + search.positions[begin].states):
        state = search.states[k]
        alpha = state.alpha
        if alpha + channel + expected < best - search.window:
            break  # states are sorted, and the language model can only make it worse
        context, length, three, two, one = state.context, state.length, state.three, state.two, state.one
        if target < vocabulary:
            pair = search.pairs[row, state.group]
            logp_lm, length, three, two, one = follow_inlined(
                model, context, length, three, two, one, target, pair
            )
            logp = channel + search.lm_weight * logp_lm
            context = extend(context, target)
        else:
            logp, context, length, three, two, one = _follow_compound(
                search, target - vocabulary, channel, context, length, three, two, one
            )
        if k == origin:
            expected = min(0.0, logp - channel + _SLACK)
        total = alpha + logp
        if total < best - search.window:
            continue
        found = _add_path(search, count, total, context, length, three, two, one)
        if found < 0:
            continue
        count = max(count, found + 1)
        best = max(best, total)
        arc = arcs[made]
        arc.tail, arc.head, arc.edge, arc.logp = k, found, e, logp
        made += 1
    return count, best, made


@compiled_inline
def _follow_compound(
    search: _Search,
    row: int,
    logp: float,
    context: np.uint64,
    length: np.int64,
    three: np.float32,
    two: np.float32,
    one: np.float32,
) -> tuple[float, np.uint64, np.int64, np.float32, np.float32, np.float32]:
    """Follow a compound's words: ``logp`` with theirs, and the context behind them, prepared."""
    for part in range(3):
        word = np.int64(search.compounds[row, part])
        if word == NONE:
            break
        pair = find_pair(search.model, pair_key(np.int64(context & np.uint64(0xFFFF)), word))
        logp_lm, length, three, two, one = follow(search.model, context, length, three, two, one, word, pair)
        logp += search.lm_weight * logp_lm
        context = extend(context, word)
    return logp, context, length, three, two, one


@compiled_inline
def _add_path(
    search: _Search,
    count: int,
    total: float,
    context: np.uint64,
    length: np.int64,
    three: np.float32,
    two: np.float32,
    one: np.float32,
) -> np.int64:
    """Add a path to the state of its context, a new one if need be: the state's number, -1 if there is no room."""
    slots, reached = search.slots, search.reached
    slot = np.int64((context * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(52))
    found = np.int64(-1)
    while slots[slot] >= 0:
        if reached[slots[slot]].context == context:
            found = np.int64(slots[slot])
            break
        slot = (slot + 1) & (2 * _STATES - 1)
    if found < 0:
        if count < _STATES:
            found = np.int64(count)
            slots[slot] = found
            state = reached[found]
            state.slot, state.context, state.length = slot, context, length
            state.three, state.two, state.one = three, two, one
            state.alpha, state.mass = total, 1.0
    else:
        state = reached[found]
        if total <= state.alpha:
            state.mass += np.exp(total - state.alpha)
        else:
            state.mass = 1.0 + state.mass * np.exp(state.alpha - total)
            state.alpha = total
    return found


@compiled_inline
def _keep_best(search: _Search, count: int, j: int, bound: float) -> None:
    """Put the best states reached, of those not below the bound, in position ``j``, best first; and empty the hash table."""
    near, within = search.near, 0
    for number in range(count):
        state = search.reached[number]
        search.slots[state.slot] = -1
        state.rank = -1
        if state.mass != 1.0:
            state.alpha += np.log(state.mass)
        if state.alpha >= bound:
            near[within].state, near[within].alpha = number, state.alpha
            within += 1
    kept = min(search.beam, within)
    for rank in range(kept):
        at, highest = rank, near[rank].alpha
        for place in range(rank + 1, within):
            if near[place].alpha > highest:
                at, highest = place, near[place].alpha
        state = search.reached[near[at].state]
        near[at].state, near[at].alpha = near[rank].state, near[rank].alpha
        state.rank = rank
        into = search.states[j * search.beam + rank]
        into.context, into.length, into.alpha = state.context, state.length, highest
        into.three, into.two, into.one = state.three, state.two, state.one
    search.positions[j].states = kept
    _group(search, j)


@compiled_inline
def _keep_arcs(search: _Search, arcs: _Records, first: int, last: int, origin: int) -> int:
    """Of the arcs ``first:last`` keep those to states in the beam, which begin at ``origin``: how many arcs there are now."""
    live = first
    for a in range(first, last):
        arc = arcs[a]
        rank = search.reached[arc.head].rank
        if rank >= 0:
            into = arcs[live]
            into.tail, into.head, into.edge, into.logp = arc.tail, origin + rank, arc.edge, arc.logp
            live += 1
    return live


@compiled
def _finish(search: _Search, n: int) -> float:
    """A sentence's likelihood, that of its end included; sets ``gamma`` there, and to 0 before."""
    whole = -np.inf
    end = n * search.beam
    for k in range(end, end + search.positions[n].states):
        state = search.states[k]
        logp = score(
            search.model, state.context, state.length, state.three, state.two, state.one, np.int64(1)
        )
        state.gamma = state.alpha + search.lm_weight * logp
        high = max(whole, state.gamma)
        whole = high + np.log(np.exp(whole - high) + np.exp(state.gamma - high))
    for k in range(end, end + search.positions[n].states):
        search.states[k].gamma = np.exp(search.states[k].gamma - whole)
    for j in range(n):
        for k in range(j * search.beam, j * search.beam + search.positions[j].states):
            search.states[k].gamma = 0.0
    return whole


@compiled
def _share_back(states: _Records, arcs: _Records, made: int, out: npt.NDArray[np.float32]) -> None:
    """From a sentence's end back: a state's posterior is shared among the arcs into it as they made up its alpha."""
    for back in range(made):
        arc = arcs[made - 1 - back]
        tail, head = states[arc.tail], states[arc.head]
        if head.gamma == 0.0:  # a state from which nothing led on
            continue
        share = head.gamma
        behind = tail.alpha + arc.logp - head.alpha
        if behind != 0.0:  # as it is wherever one arc alone leads to a state, which is nearly always
            share *= np.exp(behind)
        out[arc.edge] += share
        tail.gamma += share


@compiled_inline
def _group(search: _Search, j: int) -> None:
    """Number the different last words of a position's states, tell each state's and, of each, the best state."""
    origin, total = j * search.beam, 0
    for k in range(origin, origin + search.positions[j].states):
        last = np.int64(search.states[k].context & np.uint64(0xFFFF))
        g = 0
        while g < total and search.groups[origin + g].word != last:
            g += 1
        if g == total:
            search.groups[origin + g].word, search.groups[origin + g].best = last, k
            total += 1
        search.states[k].group = g
    search.positions[j].groups = total
