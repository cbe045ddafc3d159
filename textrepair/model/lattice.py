"""Which readings can a damaged sentence have, and how likely is each?

The lattice of a sentence has an *edge* for every observed word left as it is and for every entry of the channel that could
explain an observed word or phrase.  Paths are scored by channel × language model; forward–backward over a beam gives the
posterior of every edge (Rabiner 1989; states are language-model contexts, merged when the model predicts alike after them).

Two compiled functions: :func:`build_edges` and :func:`posteriors`.  Both work on all sentences of an article at once.
"""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np
import numpy.typing as npt

from textrepair.model.channel import FACTOR_UNITS, LIKELIHOOD, LONGEST, Entries, phrase_hash, phrase_row
from textrepair.model.ngrams import (
    Addresses,
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
    ``joined`` (n,) whether nothing that the model doesn't see, such as a quote, stands before it; ``begins`` (sentences + 1,).
    """

    words: npt.NDArray[np.int32]
    lm: npt.NDArray[np.int32]
    unknown_logp: npt.NDArray[np.float32]
    readiness: npt.NDArray[np.float32]
    joined: npt.NDArray[np.bool_]
    begins: npt.NDArray[np.int64]


class Edges(NamedTuple):
    """Edges in order of their end.  ``first[i]:first[i + 1]`` are those that end behind token ``i``; the first of them leaves
    token ``i`` as it is (``entry`` -1)."""

    first: npt.NDArray[np.int64]
    length: npt.NDArray[np.int8]
    target: npt.NDArray[np.int32]
    entry: npt.NDArray[np.int32]


def end_positions(edges: Edges) -> npt.NDArray[np.int64]:
    """The token behind which each edge ends: shape (E,)."""
    return np.repeat(np.arange(len(edges.first) - 1), np.diff(edges.first))


@numba.njit(cache=True, nogil=True)
def _is_phrase(sentences: Sentences, begin: int, last: int) -> bool:
    """May these tokens be replaced together: all of them replaceable, nothing unseen between them?"""
    if sentences.readiness[begin] <= 0:
        return False
    for k in range(begin + 1, last + 1):  # noqa: SIM110 - numba compiles the plain loop better
        if sentences.readiness[k] <= 0 or not sentences.joined[k]:
            return False
    return True


@numba.njit(cache=True, nogil=True)
def build_edges(sentences: Sentences, entries: Entries, phrases: bool) -> Edges:
    """All edges of an article's lattice."""
    n, longest = len(sentences.words), LONGEST if phrases else 1
    # The channel's entries for what ends behind a token, by its length: counted first, so that the edges' arrays needn't grow.
    lows, highs = np.zeros((n, longest), dtype=np.int64), np.zeros((n, longest), dtype=np.int64)
    first = np.empty(n + 1, dtype=np.int64)
    at = 0
    for s in range(len(sentences.begins) - 1):
        for i in range(sentences.begins[s], sentences.begins[s + 1]):
            first[i] = at
            at += 1
            if sentences.readiness[i] > 0:
                word = sentences.words[i]
                lows[i, 0], highs[i, 0] = entries.start[word], entries.start[word + 1]
                at += highs[i, 0] - lows[i, 0]
            for size in range(2, min(longest, i - sentences.begins[s] + 1) + 1):
                begin = i - size + 1
                if entries.phrase_first[sentences.words[begin]] and _is_phrase(sentences, begin, i):
                    hashed = np.uint64(0)
                    for k in range(begin, i + 1):
                        hashed = phrase_hash(hashed, np.int64(sentences.words[k]))
                    row = phrase_row(entries.phrase_key, hashed)
                    if row >= 0:
                        lows[i, size - 1] = entries.phrase_start[row]
                        highs[i, size - 1] = entries.phrase_start[row + 1]
                        at += highs[i, size - 1] - lows[i, size - 1]
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


@numba.njit(cache=True, nogil=True)
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


@numba.njit(cache=True, nogil=True)
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


@numba.njit(cache=True, nogil=True)
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
    model = opened(lm)
    out = np.zeros(len(edges.length), dtype=np.float32)
    likelihood = np.zeros(len(begins) - 1)
    vocabulary = model.words
    edge_first, edge_length, edge_target = edges.first, edges.length, edges.target
    longest = 0
    for s in range(len(likelihood)):
        longest = max(longest, begins[s + 1] - begins[s])
    # Kept states, by position and rank.
    state_key = np.empty((longest + 1, beam), dtype=np.uint64)
    state_len = np.empty((longest + 1, beam), dtype=np.int64)
    state_bow = np.empty((longest + 1, beam, 3), dtype=np.float32)
    alpha = np.empty((longest + 1, beam))
    gamma = np.zeros((longest + 1, beam))  # posterior of a state
    count = np.zeros(longest + 1, dtype=np.int64)
    # States with the same last word, which ask for the same pairs of words.
    group_of = np.empty((longest + 1, beam), dtype=np.uint32)
    group_word = np.empty((longest + 1, beam), dtype=np.int64)
    group_best = np.empty((longest + 1, beam), dtype=np.uint32)
    groups = np.zeros(longest + 1, dtype=np.int64)
    widest = 1
    for i in range(len(edge_first) - 1):
        widest = max(widest, edge_first[i + 1] - edge_first[i])
    pairs = np.empty((widest, beam), dtype=np.int64)
    # States reached at the position in hand, before the beam is cut; found again by their context.
    new_key = np.empty(_STATES, dtype=np.uint64)
    new_alpha = np.empty(_STATES)
    new_mass = np.empty(_STATES)  # a state's mass in units of its best path's
    new_rank = np.empty(_STATES, dtype=np.int64)
    new_len = np.empty(_STATES, dtype=np.int64)
    new_bow = np.empty((_STATES, 3), dtype=np.float32)
    near_state = np.empty(_STATES, dtype=np.uint32)
    near_alpha = np.empty(_STATES)
    new_slot = np.empty(_STATES, dtype=np.uint32)
    slots = np.full(2 * _STATES, -1, dtype=np.int16)
    flat_alpha, flat_gamma = alpha.reshape(alpha.size), gamma.reshape(gamma.size)
    # Arcs between states, told by position · beam + rank; of a sentence, grown as needed.
    arc_from = np.empty(4096, dtype=np.uint32)
    arc_to = np.empty(4096, dtype=np.uint32)
    arc_edge = np.empty(4096, dtype=np.uint32)
    arc_logp = np.empty(4096)

    for s in range(len(likelihood)):
        origin = begins[s]
        n = begins[s + 1] - origin
        start = np.uint64(0xFFFFFFFF0000)
        state_key[0, 0] = start
        state_len[0, 0], state_bow[0, 0, 0], state_bow[0, 0, 1], state_bow[0, 0, 2] = prepare(model, start)
        alpha[0, 0] = 0.0
        count[0] = 1
        _group(state_key, 1, group_of, group_word, group_best, groups, 0)
        arcs = 0
        for j in range(1, n + 1):
            reached = 0
            best = -np.inf
            arcs_before = arcs
            i = origin + j - 1
            # Room for all arcs here at once: numba counts the references of an array that a loop might exchange, in each turn.
            most = arcs + (edge_first[i + 1] - edge_first[i]) * beam
            if most > len(arc_from):
                arc_from, arc_to, arc_edge = (
                    _grown(arc_from, most),
                    _grown(arc_to, most),
                    _grown(arc_edge, most),
                )
                arc_logp = _grown_float(arc_logp, most)
            # First the word as it stands, whose score then bounds the others'.
            low = edge_first[i]
            high = low + 1
            while low < edge_first[i + 1]:
                # What the language model is going to be asked: all pairs of words are looked up at once, so that no look-up
                # waits for the one before, and of those found the words before them.
                for e in range(low, high):
                    begin = j - edge_length[e]
                    target, channel = np.int64(edge_target[e]), np.float64(channel_logp[e])
                    if target < vocabulary and alpha[begin, 0] + channel >= best - window:
                        for g in range(groups[begin]):
                            if alpha[begin, group_best[begin, g]] + channel < best - window:
                                break
                            touch_pair(model, pair_key(group_word[begin, g], target))
                for e in range(low, high):
                    begin = j - edge_length[e]
                    target, channel = np.int64(edge_target[e]), np.float64(channel_logp[e])
                    if target < vocabulary and alpha[begin, 0] + channel >= best - window:
                        row = e - low
                        for g in range(groups[begin]):
                            if alpha[begin, group_best[begin, g]] + channel < best - window:
                                break
                            pairs[row, g] = find_pair(model, pair_key(group_word[begin, g], target))
                        for k in range(count[begin]):
                            if alpha[begin, k] + channel < best - window:
                                break
                            if state_len[begin, k] > 1 and pairs[row, group_of[begin, k]] >= 0:
                                touch_three(model, extend(state_key[begin, k], target))
                for e in range(low, high):
                    begin = j - edge_length[e]
                    target, channel = np.int64(edge_target[e]), np.float64(channel_logp[e])
                    expected = 0.0
                    for k in range(count[begin]):
                        logp = channel
                        if alpha[begin, k] + logp + expected < best - window:
                            break  # states are sorted, and the language model can only make it worse
                        context = state_key[begin, k]
                        if target < vocabulary:
                            pair = pairs[e - low, group_of[begin, k]]
                            logp_lm, length, three, two, one = follow_inlined(
                                model,
                                context,
                                state_len[begin, k],
                                state_bow[begin, k, 0],
                                state_bow[begin, k, 1],
                                state_bow[begin, k, 2],
                                target,
                                pair,
                            )
                            logp += lm_weight * logp_lm
                            context = extend(context, target)
                        else:
                            length = state_len[begin, k]
                            three, two = state_bow[begin, k, 0], state_bow[begin, k, 1]
                            one = state_bow[begin, k, 2]
                            for part in range(3):
                                word = np.int64(compounds[target - vocabulary, part])
                                if word == 0xFFFF:
                                    break
                                last = np.int64(context & np.uint64(0xFFFF))
                                pair = find_pair(model, pair_key(last, word))
                                logp_lm, length, three, two, one = follow(
                                    model, context, length, three, two, one, word, pair
                                )
                                logp += lm_weight * logp_lm
                                context = extend(context, word)
                        if k == 0:
                            expected = min(0.0, logp - channel + _SLACK)
                        total = alpha[begin, k] + logp
                        if total < best - window:
                            continue
                        # Find the context among those reached, or add it.
                        slot = np.int64((context * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(52))
                        found = np.int64(-1)
                        while slots[slot] >= 0:
                            if new_key[slots[slot]] == context:
                                found = slots[slot]
                                break
                            slot = (slot + 1) & (2 * _STATES - 1)
                        if found < 0:
                            if reached == _STATES:
                                continue
                            found = reached
                            slots[slot] = found
                            new_slot[found] = slot
                            new_key[found] = context
                            new_alpha[found] = total
                            new_mass[found] = 1.0
                            new_len[found] = length
                            new_bow[found, 0], new_bow[found, 1], new_bow[found, 2] = three, two, one
                            reached += 1
                        elif total <= new_alpha[found]:
                            new_mass[found] += np.exp(total - new_alpha[found])
                        else:
                            new_mass[found] = 1.0 + new_mass[found] * np.exp(new_alpha[found] - total)
                            new_alpha[found] = total
                        best = max(best, total)
                        arc_from[arcs] = begin * beam + k
                        arc_to[arcs] = found
                        arc_edge[arcs] = e
                        arc_logp[arcs] = logp
                        arcs += 1
                low, high = high, edge_first[i + 1]
            # Keep the best states within the window, best first.
            near = 0
            for t in range(reached):
                new_rank[t] = -1
                if new_mass[t] != 1.0:
                    new_alpha[t] += np.log(new_mass[t])
                if new_alpha[t] >= best - window:
                    near_state[near], near_alpha[near] = t, new_alpha[t]
                    near += 1
            kept = min(beam, near)
            for rank in range(kept):
                at, highest = rank, near_alpha[rank]
                for place in range(rank + 1, near):
                    if near_alpha[place] > highest:
                        at, highest = place, near_alpha[place]
                top = near_state[at]
                near_state[at], near_alpha[at] = near_state[rank], near_alpha[rank]
                new_rank[top] = rank
                state_key[j, rank] = new_key[top]
                alpha[j, rank] = highest
                state_len[j, rank] = new_len[top]
                state_bow[j, rank, 0] = new_bow[top, 0]
                state_bow[j, rank, 1] = new_bow[top, 1]
                state_bow[j, rank, 2] = new_bow[top, 2]
            count[j] = kept
            _group(state_key, kept, group_of, group_word, group_best, groups, j)
            live = arcs_before
            for a in range(arcs_before, arcs):
                rank = new_rank[arc_to[a]]
                if rank >= 0:
                    arc_from[live], arc_edge[live], arc_logp[live] = arc_from[a], arc_edge[a], arc_logp[a]
                    arc_to[live] = j * beam + rank
                    live += 1
            arcs = live
            for t in range(reached):
                slots[new_slot[t]] = -1
        # The sentence's end, then back: a state's posterior is shared among the arcs into it as they made up its alpha.
        whole = -np.inf
        for k in range(count[n]):
            gamma[n, k] = alpha[n, k] + lm_weight * score(
                model,
                state_key[n, k],
                state_len[n, k],
                state_bow[n, k, 0],
                state_bow[n, k, 1],
                state_bow[n, k, 2],
                np.int64(1),
            )
            high = max(whole, gamma[n, k])
            whole = high + np.log(np.exp(whole - high) + np.exp(gamma[n, k] - high))
        likelihood[s] = whole
        for k in range(count[n]):
            gamma[n, k] = np.exp(gamma[n, k] - whole)
        for j in range(n):
            for k in range(count[j]):
                gamma[j, k] = 0.0
        for back in range(arcs):
            a = arcs - 1 - back
            tail, head = arc_from[a], arc_to[a]
            if flat_gamma[head] == 0.0:  # a state from which nothing led on
                continue
            share = flat_gamma[head]
            behind = flat_alpha[tail] + arc_logp[a] - flat_alpha[head]
            if behind != 0.0:  # as it is wherever one arc alone leads to a state, which is nearly always
                share *= np.exp(behind)
            out[arc_edge[a]] += share
            flat_gamma[tail] += share
    return out, likelihood


@numba.njit(cache=True, nogil=True, inline="always")
def _group(
    keys: npt.NDArray[np.uint64],
    states: int,
    group_of: npt.NDArray[np.uint32],
    words: npt.NDArray[np.int64],
    best: npt.NDArray[np.uint32],
    groups: npt.NDArray[np.int64],
    at: int,
) -> None:
    """Number the different last words of a position's states, tell each state's and, of each, the best state."""
    total = 0
    for k in range(states):
        last = np.int64(keys[at, k] & np.uint64(0xFFFF))
        g = 0
        while g < total and words[at, g] != last:
            g += 1
        if g == total:
            words[at, g], best[at, g] = last, k
            total += 1
        group_of[at, k] = g
    groups[at] = total


@numba.njit(cache=True, nogil=True)
def _grown(array: npt.NDArray[np.uint32], least: int) -> npt.NDArray[np.uint32]:
    out = np.empty(2 * least, dtype=np.uint32)
    out[: len(array)] = array
    return out


@numba.njit(cache=True, nogil=True)
def _grown_float(array: npt.NDArray[np.float64], least: int) -> npt.NDArray[np.float64]:
    out = np.empty(2 * least, dtype=np.float64)
    out[: len(array)] = array
    return out
