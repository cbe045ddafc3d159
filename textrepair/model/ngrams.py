"""How likely is a word after the three before it?

The packed back-off model: one bucketised cuckoo hash table an order (two buckets of four slots a key; Dietzfelbinger &
Weidling, 2007), so any look-up touches two cache lines at the most and needs no pointers.  A slot holds a 16-bit
fingerprint (a wrong hit has probability 8/65535) and, in 8 bits each, the quantised natural-log probability and back-off
weight.  The table of the highest order has no back-off weights and keeps fingerprints and probabilities apart.

Everything below is compiled by numba; arrays come memory-mapped from the model file and are never copied.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from textrepair.compiled import compiled_inline, compiled_making_arrays
from textrepair.intrinsics import address, comparer, fetch, float32_at, lowest_bit, uint8_at, uint32_at

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


@compiled_inline
def mix(key: np.uint64) -> np.uint64:
    """The finaliser of splitmix64 (Steele, Lea & Flood, 2014)."""
    key = key ^ (key >> np.uint64(30))
    key = key * np.uint64(0xBF58476D1CE4E5B9)
    key = key ^ (key >> np.uint64(27))
    key = key * np.uint64(0x94D049BB133111EB)
    return key ^ (key >> np.uint64(31))


@compiled_inline
def fingerprint(hashed: np.uint64) -> np.uint32:
    """16 bits, never 0, which marks an empty slot."""
    low = np.uint32(hashed & np.uint64(0xFFFF))
    return np.uint32(1) if low == 0 else low


@compiled_inline
def first_bucket(hashed: np.uint64, buckets: np.uint64) -> np.int64:
    return np.int64(((hashed >> np.uint64(40)) * buckets) >> np.uint64(24))


@compiled_inline
def second_bucket(hashed: np.uint64, buckets: np.uint64) -> np.int64:
    return np.int64((((hashed >> np.uint64(16)) & np.uint64(0xFFFFFF)) * buckets) >> np.uint64(24))


# Compiled code counts the references to every array that one function hands another, which costs more than a look-up in it;
# so the functions below get the addresses of the tables instead.

_equal_prints = comparer(32, SLOTS, above=16)
_equal_bare_prints = comparer(16, SLOTS)


class Opened(NamedTuple):
    """How many words :class:`Ngrams` has, the addresses of its arrays, and how many buckets the tables have."""

    words: int
    uni_logp: int
    uni_backoff: int
    bi: int
    bi_buckets: int
    bi_logp: int
    bi_backoff: int
    tri: int
    tri_buckets: int
    tri_logp: int
    tri_backoff: int
    four_print: int
    four_buckets: int
    four_code: int
    four_logp: int


@compiled_making_arrays
def _open(lm: Ngrams) -> Opened:
    return Opened(
        len(lm.uni_logp),
        address(lm.uni_logp),
        address(lm.uni_backoff),
        address(lm.bi),
        len(lm.bi) // SLOTS,
        address(lm.bi_logp),
        address(lm.bi_backoff),
        address(lm.tri),
        len(lm.tri) // SLOTS,
        address(lm.tri_logp),
        address(lm.tri_backoff),
        address(lm.four_print),
        len(lm.four_print) // SLOTS,
        address(lm.four_code),
        address(lm.four_logp),
    )


#: :class:`Opened` as an array, which compiled functions are handed from Python: eleven arrays take half a microsecond each.
Addresses = npt.NDArray[np.int64]


class _Kept(bytearray):
    """The memory of an array of addresses; keeps alive what they point to."""

    lm: Ngrams


def addresses(lm: Ngrams) -> Addresses:
    """A language model for compiled functions; keeps it alive."""
    memory = _Kept(np.array(_open(lm), dtype=np.int64).tobytes())
    memory.lm = lm
    return np.frombuffer(memory, dtype=np.int64)


@compiled_inline
def opened(lm: Addresses) -> Opened:
    """The model for the functions below, which don't keep it alive."""
    return Opened(
        lm[0],
        lm[1],
        lm[2],
        lm[3],
        lm[4],
        lm[5],
        lm[6],
        lm[7],
        lm[8],
        lm[9],
        lm[10],
        lm[11],
        lm[12],
        lm[13],
        lm[14],
    )


@compiled_making_arrays
def _touch(table: int, buckets: int, key: np.uint64) -> None:
    hashed = mix(key)
    fetch(table + 16 * first_bucket(hashed, np.uint64(buckets)))
    fetch(table + 16 * second_bucket(hashed, np.uint64(buckets)))


@compiled_inline
def touch_pair(lm: Opened, key: np.uint64) -> None:
    """Have the buckets of two words brought near: looking up many is much quicker if none waits for the one before."""
    _touch(lm.bi, lm.bi_buckets, key)


@compiled_inline
def touch_three(lm: Opened, key: np.uint64) -> None:
    """As :func:`touch_pair`, of three words."""
    _touch(lm.tri, lm.tri_buckets, key)


@compiled_making_arrays
def _find(table: int, buckets: int, key: np.uint64) -> np.int64:
    """The 16 value bits of a key in a two-value table, or -1."""
    hashed = mix(key)
    one = table + 16 * first_bucket(hashed, np.uint64(buckets))
    two = table + 16 * second_bucket(hashed, np.uint64(buckets))
    wanted = fingerprint(hashed)
    equal = _equal_prints(one, wanted) | (_equal_prints(two, wanted) << 4)
    if equal == 0:
        return np.int64(-1)
    slot = lowest_bit(equal)
    found = uint32_at(one, slot) if slot < SLOTS else uint32_at(two, slot - SLOTS)
    return np.int64(found & np.uint32(0xFFFF))


@compiled_inline
def find_pair(lm: Opened, key: np.uint64) -> np.int64:
    """Codes of the probability (high byte) and back-off weight of two words, or -1."""
    return _find(lm.bi, lm.bi_buckets, key)


@compiled_inline
def word_logp(lm: Opened, word: np.int64) -> np.float32:
    """Natural-log probability of a word whatever goes before."""
    return float32_at(lm.uni_logp, word)


@compiled_inline
def pair_logp(lm: Opened, found: np.int64) -> np.float32:
    """Natural-log probability of a word after another, of what :func:`find_pair` has of the two."""
    return float32_at(lm.bi_logp, found >> 8)


@compiled_making_arrays
def _find_four(prints: int, codes: int, buckets: int, key: np.uint64) -> np.int64:
    hashed = mix(key)
    one = SLOTS * first_bucket(hashed, np.uint64(buckets))
    two = SLOTS * second_bucket(hashed, np.uint64(buckets))
    wanted = np.uint16(fingerprint(hashed))
    equal = _equal_bare_prints(prints + 2 * one, wanted) | (_equal_bare_prints(prints + 2 * two, wanted) << 4)
    if equal == 0:
        return np.int64(-1)
    slot = lowest_bit(equal)
    return np.int64(uint8_at(codes, one + slot if slot < SLOTS else two + slot - SLOTS))


#: A context is its last three words in one integer, 16 bits each, the nearest lowest; NONE fills what is not there.
NONE = 0xFFFF
#: The context of a sentence's first word: its beginning, and nothing before that.
NO_CONTEXT = np.uint64(0xFFFFFFFF0000)


@compiled_inline
def extend(context: np.uint64, word: np.int64) -> np.uint64:
    return ((context << np.uint64(16)) | np.uint64(word)) & np.uint64(0xFFFFFFFFFFFF)


@compiled_making_arrays
def prepare(lm: Opened, context: np.uint64) -> tuple[np.int64, np.float32, np.float32, np.float32]:
    """Length and back-off weights (of the three, two and one last words) of a context; weights not there are 0."""
    one = float32_at(lm.uni_backoff, np.int64(context & np.uint64(0xFFFF)))
    two = np.float32(0.0)
    three = np.float32(0.0)
    length = np.int64(1)
    pair = context & np.uint64(0xFFFFFFFF)
    if pair >> np.uint64(16) != np.uint64(NONE):
        found = find_pair(lm, pair)
        if found >= 0:
            length = np.int64(2)
            two = float32_at(lm.bi_backoff, found & 0xFF)
            if context >> np.uint64(32) != np.uint64(NONE):
                found = _find(lm.tri, lm.tri_buckets, context)
                if found >= 0:
                    length = np.int64(3)
                    three = float32_at(lm.tri_backoff, found & 0xFF)
    return length, three, two, one


@compiled_inline
def pair_key(last: np.int64, word: np.int64) -> np.uint64:
    """The key of two words in the table of pairs."""
    return np.uint64((last << 16) | word)


@compiled_inline
def follow_inlined(
    lm: Opened,
    context: np.uint64,
    length: np.int64,
    three: np.float32,
    two: np.float32,
    one: np.float32,
    word: np.int64,
    pair: np.int64,
) -> tuple[np.float32, np.int64, np.float32, np.float32, np.float32]:
    """Natural-log probability of ``word`` after a prepared context, and what :func:`prepare` says of the context extended by it.

    ``pair`` is what :func:`find_pair` has of the context's last word and this one.  From the shortest n-gram up: the tables hold
    the suffixes and the prefixes of all that they hold, so the first miss ends the search, which saves most look-ups, and a
    wrong fingerprint hit on a long n-gram needs one on every shorter.  What is found is also the new context, whose back-off
    weights stand beside it.
    """
    new_one = float32_at(lm.uni_backoff, word)
    zero = np.float32(0.0)
    if pair < 0:
        return three + two + one + float32_at(lm.uni_logp, word), np.int64(1), zero, zero, new_one
    new_two = float32_at(lm.bi_backoff, pair & 0xFF)
    if length < 2:
        return float32_at(lm.bi_logp, pair >> 8), np.int64(2), zero, new_two, new_one
    key = (context << np.uint64(16)) | np.uint64(word)
    found = _find(lm.tri, lm.tri_buckets, key & np.uint64(0xFFFFFFFFFFFF))
    if found < 0:
        return three + two + float32_at(lm.bi_logp, pair >> 8), np.int64(2), zero, new_two, new_one
    new_three = float32_at(lm.tri_backoff, found & 0xFF)
    if length < 3:
        return float32_at(lm.tri_logp, found >> 8), np.int64(3), new_three, new_two, new_one
    four = _find_four(lm.four_print, lm.four_code, lm.four_buckets, key)
    if four < 0:
        return three + float32_at(lm.tri_logp, found >> 8), np.int64(3), new_three, new_two, new_one
    return float32_at(lm.four_logp, four), np.int64(3), new_three, new_two, new_one


@compiled_making_arrays
def follow(
    lm: Opened,
    context: np.uint64,
    length: np.int64,
    three: np.float32,
    two: np.float32,
    one: np.float32,
    word: np.int64,
    pair: np.int64,
) -> tuple[np.float32, np.int64, np.float32, np.float32, np.float32]:
    """:func:`follow_inlined` where a call's time matters less than that of compiling it at each place."""
    return follow_inlined(lm, context, length, three, two, one, word, pair)


@compiled_inline
def score(
    lm: Opened,
    context: np.uint64,
    length: np.int64,
    three: np.float32,
    two: np.float32,
    one: np.float32,
    word: np.int64,
) -> np.float32:
    """Natural-log probability of ``word`` after a prepared context."""
    pair = find_pair(lm, pair_key(np.int64(context & np.uint64(0xFFFF)), word))
    return follow(lm, context, length, three, two, one, word, pair)[0]


@compiled_making_arrays
def token_logps(
    lm: Addresses, words: npt.NDArray[np.int32], begins: npt.NDArray[np.int64]
) -> npt.NDArray[np.float32]:
    """Natural-log probability of each word and each sentence end.

    ``words`` are the identifiers of all sentences end to end, without borders; sentence ``s`` is
    ``words[begins[s]:begins[s + 1]]``.  The result has one more value a sentence than words: that of its end.
    """
    model = opened(lm)
    sentences = len(begins) - 1
    out = np.empty(len(words) + sentences, dtype=np.float32)
    at = 0
    for s in range(sentences):
        for i in range(begins[s] + 1, begins[s + 1]):
            touch_pair(model, pair_key(np.int64(words[i - 1]), np.int64(words[i])))
            if i > begins[s] + 1:
                touch_three(model, pair_key(np.int64(words[i - 2]) << 16 | words[i - 1], np.int64(words[i])))
        context = NO_CONTEXT
        length, three, two, one = prepare(model, context)
        for i in range(begins[s], begins[s + 1] + 1):
            word = np.int64(words[i]) if i < begins[s + 1] else np.int64(1)
            pair = find_pair(model, pair_key(np.int64(context & np.uint64(0xFFFF)), word))
            out[at], length, three, two, one = follow(model, context, length, three, two, one, word, pair)
            at += 1
            context = extend(context, word)
    return out
