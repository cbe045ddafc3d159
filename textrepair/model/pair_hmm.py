"""Which monotone links explain a damaged stretch best, and how likely is each?

A pair hidden Markov model (Durbin et al. 1998, chapter 4) over two token sequences.  In the *aligned* state a move links runs of
one of :data:`SHAPES` or skips one token; a *foreign stretch* (some damaged tokens, then some reference tokens) is dear to open
and cheap to extend.  Viterbi gives the links, forward–backward their posteriors for EM.  All scores are natural logs.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from textrepair.compiled import njit
from textrepair.model.link_costs import (
    CONTAINS,
    LONGEST,
    SHAPES,
    Tables,
    extend_key,
    likeness_class,
    pair_key,
    slot,
)

Ids = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float32]

_M = np.array([m for m, _ in SHAPES])
_N = np.array([n for _, n in SHAPES])
_BEADS = len(SHAPES)
_REF_LONGEST = max(n for _, n in SHAPES)
_SKIP, _REF_SKIP, _FROM_FIRST, _FROM_SECOND = _BEADS, _BEADS + 1, _BEADS + 2, _BEADS + 3
_NEVER = np.float32(-1e9)


@njit(nogil=True)
def _runs(ids: Ids, tables: Tables) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int8]]:
    """Keys of the runs of 1, 2 … tokens that begin at each token, and what each is: 0 none, 1 possible, 2 in the tables."""
    n = len(ids)
    keys = np.zeros((n, LONGEST), dtype=np.uint64)
    state = np.zeros((n, LONGEST), dtype=np.int8)
    for i in range(n):
        key = np.uint64(0)
        for k in range(min(LONGEST, n - i)):
            token = ids[i + k]
            key = extend_key(key, token)
            keys[i, k] = key
            kind = tables.features.kind[token]
            if k == 0:
                state[i, 0] = 2
            if kind != 0 and kind != 2:
                break
            if k > 0:
                state[i, k] = 2 if tables.runs[slot(tables.runs, key | np.uint64(1))] != 0 else 1
    return keys, state


@njit(nogil=True)
def link_scores(d: Ids, r: Ids, t: Tables) -> Floats:
    """Score of every link by where it begins, shape ``(len(d), len(r), shapes)``."""
    rows, columns = len(d), len(r)
    out = np.full((rows, columns, _BEADS), _NEVER, dtype=np.float32)
    d_keys, d_state = _runs(d, t)
    r_keys, r_state = _runs(r, t)
    for i in range(rows):
        for j in range(columns):
            if d[i] == r[j]:
                out[i, j, 0] = t.identical[r[j]] + t.ref_longer[0]
            else:
                at = slot(t.keys, pair_key(d_keys[i, 0], r_keys[j, 0]))
                if t.keys[at] != 0:
                    out[i, j, 0] = t.values[at] + t.ref_longer[0]
                else:
                    out[i, j, 0] = (
                        t.base[r[j]]
                        + t.longer[0]
                        + t.likeness[likeness_class(t.features, d[i], r[j])]
                        + t.ref_longer[0]
                    )
            kind = t.features.kind[r[j]]
            if kind == 0 or kind == 2:
                contains = d[i] == r[j]
                for m in range(1, LONGEST):
                    if d_state[i, m] == 0:
                        break
                    contains = contains or d[i + m] == r[j]
                    score = t.base[r[j]] + t.longer[m]
                    if contains:
                        score = t.identical[r[j]] + m * (t.moves[0] + CONTAINS)
                    if d_state[i, m] == 2:
                        at = slot(t.keys, pair_key(d_keys[i, m], r_keys[j, 0]))
                        if t.keys[at] != 0:
                            score = t.values[at]
                    out[i, j, m] = score + t.ref_longer[0]
            kind = t.features.kind[d[i]]
            if kind == 0 or kind == 2:
                for n in range(1, _REF_LONGEST):
                    if r_state[j, n] == 0:
                        break
                    score = np.float32(0.0)
                    if r_state[j, n] == 2:
                        at = slot(t.keys, pair_key(d_keys[i, 0], r_keys[j, n]))
                        if t.keys[at] != 0:
                            score = t.values[at]
                    out[i, j, LONGEST - 1 + n] = score + t.ref_longer[n]
    return out


@njit(nogil=True)
def best_links(scores: Floats, moves: Floats) -> npt.NDArray[np.int32]:
    """The likeliest links in order, rows of (start, end, reference start, reference end)."""
    rows, columns = scores.shape[0], scores.shape[1]
    aligned = np.full((rows + 1, columns + 1), _NEVER, dtype=np.float32)
    first = np.full((rows + 1, columns + 1), _NEVER, dtype=np.float32)
    second = np.full((rows + 1, columns + 1), _NEVER, dtype=np.float32)
    back = np.zeros((rows + 1, columns + 1), dtype=np.int8)
    # Bit 0: the first half was open already; bits 1–2: what was before the second half.
    gap = np.zeros((rows + 1, columns + 1), dtype=np.int8)
    skip, ref_skip, opening, extend, close = moves[0], moves[1], moves[2], moves[3], moves[4]
    for i in range(rows + 1):
        for j in range(columns + 1):
            best, how = _NEVER, 0
            if i == 0 and j == 0:
                best = np.float32(0.0)
            for k in range(_BEADS):
                m, n = _M[k], _N[k]
                if m <= i and n <= j:
                    total = aligned[i - m, j - n] + scores[i - m, j - n, k]
                    if total > best:
                        best, how = total, k
            if i:
                if aligned[i - 1, j] + skip > best:
                    best, how = aligned[i - 1, j] + skip, _SKIP
                if first[i - 1, j] > aligned[i - 1, j] + opening:
                    first[i, j] = first[i - 1, j] + extend
                    gap[i, j] |= 1
                else:
                    first[i, j] = aligned[i - 1, j] + opening + extend
                if first[i, j] + close > best:
                    best, how = first[i, j] + close, _FROM_FIRST
            if j:
                if aligned[i, j - 1] + ref_skip > best:
                    best, how = aligned[i, j - 1] + ref_skip, _REF_SKIP
                before, origin = aligned[i, j - 1] + opening, 0
                if first[i, j - 1] > before:
                    before, origin = first[i, j - 1], 2
                if second[i, j - 1] > before:
                    before, origin = second[i, j - 1], 4
                second[i, j] = before + extend
                gap[i, j] |= origin
                if second[i, j] + close > best:
                    best, how = second[i, j] + close, _FROM_SECOND
            aligned[i, j], back[i, j] = best, how
    return _trace(back, gap)


@njit(nogil=True)
def _trace(back: npt.NDArray[np.int8], gap: npt.NDArray[np.int8]) -> npt.NDArray[np.int32]:
    i, j = back.shape[0] - 1, back.shape[1] - 1
    links = np.empty((min(i, j), 4), dtype=np.int32)
    count = 0
    while i or j:
        how = back[i, j]
        if how < _BEADS:
            links[count, 0], links[count, 1] = i - _M[how], i
            links[count, 2], links[count, 3] = j - _N[how], j
            count += 1
            i, j = i - _M[how], j - _N[how]
        elif how == _SKIP:
            i -= 1
        elif how == _REF_SKIP:
            j -= 1
        else:
            state = 2 if how == _FROM_SECOND else 1
            while state:
                if state == 2:
                    origin = gap[i, j] & 6
                    j -= 1
                    state = 2 if origin == 4 else (1 if origin == 2 else 0)
                else:
                    state = gap[i, j] & 1
                    i -= 1
    return links[:count][::-1]


@njit(nogil=True, inline="always")
def _add(a: float, b: float) -> float:
    """``log(exp(a) + exp(b))``."""
    if a < b:
        a, b = b, a
    return a if a - b > 14.0 else a + np.log1p(np.exp(b - a))


@njit(nogil=True)
def posteriors(
    scores: Floats, moves: Floats, least: float
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float64], float, float]:
    """Links with a posterior of at least ``least``: rows of (start, reference start, shape), and the posteriors; then the
    expected numbers of lone skips of damaged and of reference tokens."""
    rows, columns = scores.shape[0], scores.shape[1]
    skip, ref_skip, opening, extend, close = moves[0], moves[1], moves[2], moves[3], moves[4]
    never = -1e9
    a = np.full((rows + 1, columns + 1), never)
    g = np.full((rows + 1, columns + 1), never)
    h = np.full((rows + 1, columns + 1), never)
    for i in range(rows + 1):
        for j in range(columns + 1):
            total = 0.0 if i == 0 and j == 0 else never
            for k in range(_BEADS):
                m, n = _M[k], _N[k]
                if m <= i and n <= j and scores[i - m, j - n, k] > _NEVER:
                    total = _add(total, a[i - m, j - n] + scores[i - m, j - n, k])
            if i:
                g[i, j] = _add(g[i - 1, j], a[i - 1, j] + opening) + extend
                total = _add(_add(total, a[i - 1, j] + skip), g[i, j] + close)
            if j:
                h[i, j] = _add(_add(h[i, j - 1], g[i, j - 1]), a[i, j - 1] + opening) + extend
                total = _add(_add(total, a[i, j - 1] + ref_skip), h[i, j] + close)
            a[i, j] = total
    whole = a[rows, columns]
    # Backward; ba, bg, bh: what may follow each state at a cell.
    ba = np.full((rows + 2, columns + 2), never)
    bg = np.full((rows + 2, columns + 2), never)
    bh = np.full((rows + 2, columns + 2), never)
    links = np.empty((rows * columns * 2 + 8, 3), dtype=np.int32)
    weights = np.empty(len(links))
    count = 0
    skips, ref_skips = 0.0, 0.0
    for i in range(rows, -1, -1):
        for j in range(columns, -1, -1):
            total = 0.0 if i == rows and j == columns else never
            for k in range(_BEADS):
                m, n = _M[k], _N[k]
                if i + m <= rows and j + n <= columns and scores[i, j, k] > _NEVER:
                    value = scores[i, j, k] + ba[i + m, j + n]
                    total = _add(total, value)
                    weight = a[i, j] + value - whole
                    if weight > -12.0:
                        weight = np.exp(weight)
                        if weight >= least and count < len(links):
                            links[count, 0], links[count, 1], links[count, 2] = i, j, k
                            weights[count] = weight
                            count += 1
            if i < rows:
                value = skip + ba[i + 1, j]
                skips += np.exp(min(0.0, a[i, j] + value - whole))
                total = _add(_add(total, value), opening + extend + bg[i + 1, j])
            if j < columns:
                value = ref_skip + ba[i, j + 1]
                ref_skips += np.exp(min(0.0, a[i, j] + value - whole))
                total = _add(_add(total, value), opening + extend + bh[i, j + 1])
            ba[i, j] = total
            bh[i, j] = _add(close + total, extend + bh[i, j + 1] if j < columns else never)
            bg[i, j] = _add(close + total, extend + bh[i, j + 1] if j < columns else never)
            if i < rows:
                bg[i, j] = _add(bg[i, j], extend + bg[i + 1, j])
    return links[:count], weights[:count], skips, ref_skips
