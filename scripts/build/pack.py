"""A back-off model → the hash tables of :mod:`textrepair.model.ngrams`."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
import numpy.typing as npt
from build.kneser_ney import Order

from textrepair.model.ngrams import SLOTS, fingerprint, first_bucket, mix, second_bucket

#: Share of slots in use: two buckets of four slots fill to 0.98 (Dietzfelbinger & Weidling 2007); 0.95 builds at once.
LOAD = 0.95
_KICKS = 5_000


@numba.njit(cache=True)
def _place(keys: npt.NDArray[np.uint64], buckets: int, owner: npt.NDArray[np.int64], kicks: int) -> int:
    """Give every key a slot by random walk; ``owner[slot]`` is the key's index.  Returns how many found none."""
    state = np.uint64(88172645463325252)
    size = np.uint64(buckets)
    lost = 0
    for start in range(len(keys)):
        item = start
        placed = False
        for _ in range(kicks):
            hashed = mix(keys[item])
            one, two = first_bucket(hashed, size), second_bucket(hashed, size)
            for bucket in (one, two):
                for k in range(SLOTS):
                    if owner[bucket * SLOTS + k] < 0:
                        owner[bucket * SLOTS + k] = item
                        placed = True
                        break
                if placed:
                    break
            if placed:
                break
            state ^= state << np.uint64(13)
            state ^= state >> np.uint64(7)
            state ^= state << np.uint64(17)
            bucket = one if state & np.uint64(1) else two
            slot = bucket * SLOTS + np.int64((state >> np.uint64(8)) & np.uint64(3))
            item, owner[slot] = owner[slot], item
        if not placed:
            lost += 1
    return lost


@numba.njit(cache=True)
def _fingerprints(keys: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint32]:
    out = np.empty(len(keys), dtype=np.uint32)
    for i in range(len(keys)):
        out[i] = fingerprint(mix(keys[i]))
    return out


def codebook(values: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.uint8]]:
    """256 values and each input's nearest code, evenly spaced (steps of 0.06 nats or less, far below what ranking feels)."""
    if not len(values):
        return np.zeros(256, np.float32), np.zeros(0, np.uint8)
    low, high = float(values.min()), float(values.max())
    if high == low:
        high = low + 1e-6
    step = (high - low) / 255
    codes = np.round((values - low) / step).astype(np.uint8)
    return (low + step * np.arange(256)).astype(np.float32), codes


def hash_table(keys: npt.NDArray[np.uint64]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint32]]:
    """The key index of every slot (-1: empty), and the keys' fingerprints."""
    buckets = int(len(keys) / LOAD / SLOTS) + 1
    while True:
        owner = np.full(buckets * SLOTS, -1, dtype=np.int64)
        if not _place(keys, buckets, owner, _KICKS):
            break
        buckets += buckets // 50 + 1  # small tables can be unlucky
    return owner, _fingerprints(keys)


def pack_ngrams(orders: dict[int, Order], size: int) -> dict[str, npt.NDArray[np.generic]]:
    """All arrays of :class:`textrepair.model.ngrams.Ngrams` for a vocabulary of ``size`` words."""
    uni = orders[1]
    logp = np.full(size, float(uni.logp.min()), dtype=np.float32)
    backoff = np.zeros(size, dtype=np.float32)
    logp[uni.keys.astype(np.int64)] = uni.logp
    backoff[uni.keys.astype(np.int64)] = uni.backoff
    out: dict[str, npt.NDArray[np.generic]] = {"uni_logp": logp, "uni_backoff": backoff}
    for order, name in ((2, "bi"), (3, "tri")):
        table = orders[order]
        owner, prints = hash_table(table.keys)
        logps, code = codebook(table.logp)
        backoffs, weight = codebook(table.backoff)
        slots = prints << np.uint32(16) | code.astype(np.uint32) << np.uint32(8) | weight.astype(np.uint32)
        out[name] = _filled(owner, slots).astype(np.uint32)
        out[f"{name}_logp"], out[f"{name}_backoff"] = logps, backoffs
    table = orders[4]
    owner, prints = hash_table(table.keys)
    logps, code = codebook(table.logp)
    out["four_print"] = _filled(owner, prints).astype(np.uint16)
    out["four_code"] = _filled(owner, code).astype(np.uint8)
    out["four_logp"] = logps
    return out


def _filled(owner: npt.NDArray[np.int64], values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The value of every slot's key, 0 in empty slots."""
    return np.append(values, values.dtype.type(0))[owner]  # an owner of -1 is the last
