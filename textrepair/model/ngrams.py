"""How likely is a word after the three before it?

The packed back-off model: one bucketised cuckoo hash table an order (two buckets of four slots a key; Dietzfelbinger &
Weidling, 2007), so any look-up touches two cache lines at the most and needs no pointers.  A slot holds a 16-bit
fingerprint (a wrong hit has probability 8/65535) and, in 8 bits each, the quantised natural-log probability and back-off
weight.  The table of the highest order has no back-off weights and keeps fingerprints and probabilities apart.

Everything below is compiled by numba; arrays come memory-mapped from the model file and are never copied.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numba
import numpy as np
import numpy.typing as npt
from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic
from numba.np.arrayobj import make_array

SLOTS = 4


class Ngrams(NamedTuple):
    """The arrays of a model; ``*_logp`` and ``*_backoff`` are the 256 values that the 8-bit codes stand for.

    ``uni_*`` have shape (V,); ``bi`` and ``tri`` (buckets · 4,) uint32 = fingerprint << 16 | probability << 8 | back-off;
    ``four_print`` uint16 and ``four_code`` uint8 (buckets · 4,).
    """

    uni_logp: npt.NDArray[np.float32]
    uni_backoff: npt.NDArray[np.float32]
    bi: npt.NDArray[np.uint32]
    bi_logp: npt.NDArray[np.float32]
    bi_backoff: npt.NDArray[np.float32]
    tri: npt.NDArray[np.uint32]
    tri_logp: npt.NDArray[np.float32]
    tri_backoff: npt.NDArray[np.float32]
    four_print: npt.NDArray[np.uint16]
    four_code: npt.NDArray[np.uint8]
    four_logp: npt.NDArray[np.float32]


_jit = numba.njit(cache=True, nogil=True, boundscheck=False, error_model="numpy")
_inline = numba.njit(cache=True, nogil=True, inline="always", error_model="numpy")


@_inline
def mix(key: np.uint64) -> np.uint64:
    """The finaliser of splitmix64 (Steele, Lea & Flood, 2014)."""
    key = key ^ (key >> np.uint64(30))
    key = key * np.uint64(0xBF58476D1CE4E5B9)
    key = key ^ (key >> np.uint64(27))
    key = key * np.uint64(0x94D049BB133111EB)
    return key ^ (key >> np.uint64(31))


@_inline
def fingerprint(hashed: np.uint64) -> np.uint32:
    """16 bits, never 0, which marks an empty slot."""
    low = np.uint32(hashed & np.uint64(0xFFFF))
    return np.uint32(1) if low == 0 else low


@_inline
def first_bucket(hashed: np.uint64, buckets: np.uint64) -> np.int64:
    return np.int64(((hashed >> np.uint64(40)) * buckets) >> np.uint64(24))


@_inline
def second_bucket(hashed: np.uint64, buckets: np.uint64) -> np.int64:
    return np.int64((((hashed >> np.uint64(16)) & np.uint64(0xFFFFFF)) * buckets) >> np.uint64(24))


@intrinsic
def _touch(typing: Any, array: Any, index: Any) -> Any:
    """Ask for the cache line of an array's item, without waiting for it (llvm.prefetch)."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        data = make_array(signature.args[0])(context, builder, arguments[0]).data
        byte, number = ir.IntType(8).as_pointer(), ir.IntType(32)
        place = builder.bitcast(builder.gep(data, [arguments[1]]), byte)
        function = builder.module.declare_intrinsic(
            "llvm.prefetch", [byte], ir.FunctionType(ir.VoidType(), [byte, number, number, number])
        )
        builder.call(function, [place, number(0), number(3), number(1)])  # read, keep in all caches, data
        return context.get_dummy_value()

    return types.void(array, index), generate


@_inline
def touch(table: npt.NDArray[Any], key: np.uint64) -> None:
    """Have the two buckets of a key brought near, since looks-up of many keys are much quicker if they needn't wait in turn."""
    hashed = mix(key)
    buckets = np.uint64(len(table) // 4)
    _touch(table, first_bucket(hashed, buckets) * 4)
    _touch(table, second_bucket(hashed, buckets) * 4)


@_inline
def find_pair(table: npt.NDArray[np.uint32], key: np.uint64) -> np.int64:
    """The 16 value bits of a key in a two-value table, or -1."""
    hashed = mix(key)
    buckets = np.uint64(len(table) // 4)
    wanted = fingerprint(hashed)
    at = first_bucket(hashed, buckets) * 4
    for k in range(4):
        if table[at + k] >> np.uint32(16) == wanted:
            return np.int64(table[at + k] & np.uint32(0xFFFF))
    at = second_bucket(hashed, buckets) * 4
    for k in range(4):
        if table[at + k] >> np.uint32(16) == wanted:
            return np.int64(table[at + k] & np.uint32(0xFFFF))
    return np.int64(-1)


@_inline
def find_four(prints: npt.NDArray[np.uint16], codes: npt.NDArray[np.uint8], key: np.uint64) -> np.int64:
    hashed = mix(key)
    buckets = np.uint64(len(prints) // 4)
    wanted = np.uint16(fingerprint(hashed))
    at = first_bucket(hashed, buckets) * 4
    for k in range(4):
        if prints[at + k] == wanted:
            return np.int64(codes[at + k])
    at = second_bucket(hashed, buckets) * 4
    for k in range(4):
        if prints[at + k] == wanted:
            return np.int64(codes[at + k])
    return np.int64(-1)


#: A context is its last three words in one integer, 16 bits each, the nearest lowest; NONE fills what is not there.
NONE = 0xFFFF


@_inline
def extend(context: np.uint64, word: np.int64) -> np.uint64:
    return ((context << np.uint64(16)) | np.uint64(word)) & np.uint64(0xFFFFFFFFFFFF)


@_inline
def prepare(lm: Ngrams, context: np.uint64) -> tuple[np.int64, np.float32, np.float32, np.float32]:
    """Length and back-off weights (of the three, two and one last words) of a context; weights not there are 0."""
    one = lm.uni_backoff[np.int64(context & np.uint64(0xFFFF))]
    two = np.float32(0.0)
    three = np.float32(0.0)
    length = np.int64(1)
    pair = context & np.uint64(0xFFFFFFFF)
    if pair >> np.uint64(16) != np.uint64(NONE):
        found = find_pair(lm.bi, pair)
        if found >= 0:
            length = np.int64(2)
            two = lm.bi_backoff[found & 0xFF]
            if context >> np.uint64(32) != np.uint64(NONE):
                found = find_pair(lm.tri, context)
                if found >= 0:
                    length = np.int64(3)
                    three = lm.tri_backoff[found & 0xFF]
    return length, three, two, one


@_inline
def score(
    lm: Ngrams,
    context: np.uint64,
    length: np.int64,
    three: np.float32,
    two: np.float32,
    one: np.float32,
    word: np.int64,
) -> np.float32:
    """Natural-log probability of ``word`` after a prepared context.

    From the shortest n-gram up: the tables hold the suffixes of all that they hold, so the first miss ends the search, which
    saves most look-ups, and a wrong fingerprint hit on a long n-gram needs one on every shorter.
    """
    key = (context << np.uint64(16)) | np.uint64(word)
    two_words = find_pair(lm.bi, key & np.uint64(0xFFFFFFFF))
    if two_words < 0:
        return three + two + one + lm.uni_logp[word]
    if length < 2:
        return lm.bi_logp[two_words >> 8]
    three_words = find_pair(lm.tri, key & np.uint64(0xFFFFFFFFFFFF))
    if three_words < 0:
        return three + two + lm.bi_logp[two_words >> 8]
    if length < 3:
        return lm.tri_logp[three_words >> 8]
    four_words = find_four(lm.four_print, lm.four_code, key)
    if four_words < 0:
        return three + lm.tri_logp[three_words >> 8]
    return lm.four_logp[four_words]


@_jit
def token_logps(
    lm: Ngrams, words: npt.NDArray[np.int32], begins: npt.NDArray[np.int64]
) -> npt.NDArray[np.float32]:
    """Natural-log probability of each word and each sentence end.

    ``words`` are the identifiers of all sentences end to end, without borders; sentence ``s`` is
    ``words[begins[s]:begins[s + 1]]``.  The result has one more value a sentence than words: that of its end.
    """
    sentences = len(begins) - 1
    out = np.empty(len(words) + sentences, dtype=np.float32)
    at = 0
    for s in range(sentences):
        context = np.uint64(0xFFFFFFFF0000)
        for i in range(begins[s], begins[s + 1] + 1):
            word = np.int64(words[i]) if i < begins[s + 1] else np.int64(1)
            length, three, two, one = prepare(lm, context)
            out[at] = score(lm, context, length, three, two, one, word)
            at += 1
            context = extend(context, word)
    return out
