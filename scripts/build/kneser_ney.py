"""Counts → a pruned, interpolated modified Kneser–Ney model of order 4.

Chen & Goodman, "An empirical study of smoothing techniques for language modeling" (1999), section 4.1.6 for the discounts;
Seymore & Rosenfeld, "Scalable backoff language models" (1996) for pruning by weighted difference,
``count · (log p(w|h) − log p_backoff(w|h))``.  Back-off weights are computed anew after pruning, so every context still sums
to one.

An n-gram is one ``uint64``: 16 bits a word, the last word lowest.  So arrays of n-grams sort by context, the context is
``key >> 16`` and the suffix ``key & mask``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from textrepair.model.vocabulary import BEGIN

ORDER = 4
Keys = npt.NDArray[np.uint64]
Floats = npt.NDArray[np.float64]

#: Bytes that one n-gram takes in the packed tables (see ``pack.py``), by order.
BYTES = {2: 4.2, 3: 4.2, 4: 3.15}


@dataclass(frozen=True)
class Order:
    """All n-grams of one order: sorted keys, natural-log probabilities, log back-off weights."""

    keys: Keys
    logp: npt.NDArray[np.float32]
    backoff: npt.NDArray[np.float32]


def _suffix_mask(order: int) -> np.uint64:
    return np.uint64((1 << (16 * order)) - 1)


def _windows(stream: npt.NDArray[np.uint16], order: int) -> Keys:
    """The keys of all n-grams that lie inside one sentence, in text order."""
    size = len(stream) - order + 1
    keys = np.zeros(size, dtype=np.uint64)
    inside = np.ones(size, dtype=bool)
    for k in range(order):
        column = stream[k : k + size]
        keys <<= np.uint64(16)
        keys |= column
        if k:
            inside &= column != BEGIN
    return keys[inside]


def _count(keys: Keys) -> tuple[Keys, npt.NDArray[np.int64]]:
    """Unique sorted keys and how often each occurs; sorts in place."""
    keys.sort()
    first = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1])))
    return keys[first], np.diff(np.append(first, len(keys)))


def raw_counts(stream: npt.NDArray[np.uint16]) -> dict[int, tuple[Keys, npt.NDArray[np.int64]]]:
    """Counts of all n-grams of orders 1 to 4."""
    return {order: _count(_windows(stream, order)) for order in range(1, ORDER + 1)}


def _continuation(higher: Keys, order: int, raw: tuple[Keys, npt.NDArray[np.int64]]) -> npt.NDArray[np.int64]:
    """In how many ways each n-gram is preceded; what begins a sentence is preceded by nothing and keeps its count."""
    keys, counts = raw
    suffixes, ways = _count(higher & _suffix_mask(order))
    adjusted = counts.copy()
    begins = (keys >> np.uint64(16 * (order - 1))) == BEGIN
    at = np.searchsorted(keys, suffixes)
    adjusted[at] = np.where(begins[at], counts[at], ways)
    return adjusted


def _discounts(counts: npt.NDArray[np.int64]) -> Floats:
    """Discounts for counts 0, 1, 2 and 3 or more."""
    n1, n2, n3, n4 = (float(np.count_nonzero(counts == k)) for k in (1, 2, 3, 4))
    y = n1 / (n1 + 2 * n2)
    return np.array([0.0, 1 - 2 * y * n2 / n1, 2 - 3 * y * n3 / n2, 3 - 4 * y * n4 / n3])


def _groups(keys: Keys) -> tuple[Keys, npt.NDArray[np.int64]]:
    """The contexts of sorted n-grams, and for each n-gram the position of its context among them."""
    contexts = keys >> np.uint64(16)
    starts = np.ones(len(contexts), dtype=bool)
    starts[1:] = contexts[1:] != contexts[:-1]
    return contexts[starts], np.cumsum(starts) - 1


def interpolate(raw: dict[int, tuple[Keys, npt.NDArray[np.int64]]]) -> dict[int, tuple[Keys, Floats, Floats]]:
    """The unpruned model: keys, probability, and the part of it that backing off gives, for every order."""
    out: dict[int, tuple[Keys, Floats, Floats]] = {}
    lower_keys: Keys | None = None
    lower: Floats | None = None
    for order in range(1, ORDER + 1):
        keys, counts = raw[order]
        if order < ORDER:
            counts = _continuation(raw[order + 1][0], order, raw[order])
        if order == 1:
            counts = np.where(keys == BEGIN, 0, counts)  # the border is a context, never a word
        discounts = _discounts(counts)
        _, group = _groups(keys)
        totals = np.bincount(group, weights=counts)
        kept = counts - discounts[np.minimum(counts, 3)]
        left = 1.0 - np.bincount(group, weights=kept) / totals
        if lower is None or lower_keys is None:
            below = np.full(len(keys), 1.0 / (len(keys) - 1))
        else:
            below = lower[np.searchsorted(lower_keys, keys & _suffix_mask(order - 1))]
        backed = left[group] * below
        probability = kept / totals[group] + backed
        out[order] = (keys, probability, backed)
        lower_keys, lower = keys, probability
    return out


def _select(
    model: dict[int, tuple[Keys, Floats, Floats]],
    raw: dict[int, tuple[Keys, npt.NDArray[np.int64]]],
    size: int,
    highest: int,
) -> dict[int, npt.NDArray[np.bool_]]:
    """Which n-grams up to an order stay so that the tables take about ``size`` bytes; so do the
    contexts and the suffixes of what stays: look-ups then end at the first shorter n-gram that is missing."""
    scores = {}
    for order in range(2, highest + 1):
        _, probability, backed = model[order]
        counts = raw[order][1]
        gain = counts * (np.log(probability) - np.log(backed))
        if order > 2:
            gain[counts < 2] = 0.0  # seen once: noise that costs a table entry
        scores[order] = gain.astype(np.float32)
    low, high = 0.0, 1000.0
    keep: dict[int, npt.NDArray[np.bool_]] = {}
    for _ in range(30):
        threshold = (low + high) / 2
        keep = {order: score > threshold for order, score in scores.items()}
        for order in range(highest, 2, -1):
            kept = model[order][0][keep[order]]
            for parts in (_groups(kept)[0], kept & _suffix_mask(order - 1)):
                keep[order - 1][np.searchsorted(model[order - 1][0], parts)] = True
        if sum(BYTES[order] * np.count_nonzero(mask) for order, mask in keep.items()) > size:
            low = threshold
        else:
            high = threshold
    return keep


def _lookup(orders: dict[int, Order], order: int, keys: Keys) -> Floats:
    """Natural-log probability of n-grams under the pruned model."""
    table = orders[order]
    if not len(table.keys):
        return _lookup(orders, order - 1, keys & _suffix_mask(order - 1))
    at = np.minimum(np.searchsorted(table.keys, keys), len(table.keys) - 1)
    hit = table.keys[at] == keys
    out = np.where(hit, table.logp[at], 0.0).astype(np.float64)
    if order > 1 and not hit.all():
        missing = keys[~hit]
        contexts = missing >> np.uint64(16)
        lower = orders[order - 1]
        where = np.minimum(np.searchsorted(lower.keys, contexts), len(lower.keys) - 1)
        weight = np.where(lower.keys[where] == contexts, lower.backoff[where], 0.0)
        out[~hit] = weight + _lookup(orders, order - 1, missing & _suffix_mask(order - 1))
    return out


def estimate(
    stream: npt.NDArray[np.uint16], size: int, highest: int = ORDER
) -> tuple[dict[int, Order], dict[str, object]]:
    """A model of about ``size`` bytes once packed, and a record of its n-gram numbers for the model's README.

    Orders above ``highest`` (2 at the least) are there, and empty.
    """
    raw = raw_counts(stream)
    model = interpolate(raw)
    keep = _select(model, raw, size, highest)
    report: dict[str, object] = {f"{n}-grams seen": len(keys) for n, (keys, _) in raw.items()}
    del raw
    keys, probability, _ = model[1]
    orders = {
        1: Order(
            keys, np.log(np.maximum(probability, 1e-12)).astype(np.float32), np.zeros(len(keys), np.float32)
        )
    }
    for order in range(2, ORDER + 1):
        keys, probability, _ = model.pop(order)
        if order > highest:
            orders[order] = Order(keys[:0], np.zeros(0, np.float32), np.zeros(0, np.float32))
            report[f"{order}-grams kept"] = 0
            continue
        keys, probability = keys[keep[order]], probability[keep[order]]
        orders[order] = Order(keys, np.log(probability).astype(np.float32), np.zeros(len(keys), np.float32))
        contexts, group = _groups(keys)
        lower = np.exp(_lookup(orders, order - 1, keys & _suffix_mask(order - 1)))
        left = 1.0 - np.bincount(group, weights=probability)
        below = 1.0 - np.bincount(group, weights=lower)
        # Quantised and pruned mass can leave a hair below zero where a context keeps all its words.
        weight = np.log(np.maximum(left, 1e-6) / np.maximum(below, 1e-6)).astype(np.float32)
        orders[order - 1].backoff[np.searchsorted(orders[order - 1].keys, contexts)] = weight
        report[f"{order}-grams kept"] = len(keys)
    return orders, report


def perplexity_logps(orders: dict[int, Order], stream: npt.NDArray[np.uint16]) -> Floats:
    """Natural-log probability of every token of a stream but the opening borders (unquantised; for checking the tables)."""
    padded = np.concatenate((np.zeros(ORDER - 1, np.uint16), stream))
    out = []
    begin = -1
    for i, token in enumerate(stream):
        if token == BEGIN:
            begin = i
            continue
        length = min(ORDER, i - begin + 1)
        key = np.uint64(0)
        for word in padded[i + ORDER - length : i + ORDER]:
            key = (key << np.uint64(16)) | np.uint64(word)
        out.append(_lookup(orders, length, np.array([key]))[0])
    return np.array(out)
