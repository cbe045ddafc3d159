"""The language model: estimated on tiny streams, where every context can be summed, and as it is packed and packaged."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_models import TINY, kneser_ney, pack, packaged, tiny_ngrams, tiny_orders, tiny_stream

from textrepair.model.ngrams import SLOTS, Ngrams, addresses, first_bucket, mix, second_bucket, token_logps
from textrepair.model.slots import slot_logps
from textrepair.model.vocabulary import BEGIN, END

#: Streams and sizes in bytes: everything kept that was seen twice, and pruned.
MODELS = [(seed, size) for seed in (0, 10, 18) for size in (10**9, 1500)]
BITS = np.uint64(16)


def vocabulary(seed: int) -> npt.NDArray[np.uint64]:
    """All words that can follow: those of the stream but for the opening border."""
    found = np.unique(tiny_stream(seed)).astype(np.uint64)
    words: npt.NDArray[np.uint64] = found[found != BEGIN]
    return words


def contexts(seed: int, order: int) -> npt.NDArray[np.uint64]:
    keys = kneser_ney.raw_counts(tiny_stream(seed))[order][0]
    return np.unique(keys >> BITS) if order > 1 else np.zeros(1, dtype=np.uint64)


def sentences(seed: int) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int64]]:
    """A stream as :func:`token_logps` takes it."""
    stream = tiny_stream(seed)
    inner = stream[(stream != BEGIN) & (stream != END)]
    lengths = [
        int(np.count_nonzero(stream[a:b] > END))
        for a, b in pairwise([*np.flatnonzero(stream == BEGIN).tolist(), len(stream)])
    ]
    return inner.astype(np.int32), np.concatenate(([0], np.cumsum(lengths))).astype(np.int64)


# --- estimated


@pytest.mark.parametrize(("seed", "size"), MODELS)
@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_every_context_sums_to_one(seed: int, size: int, order: int) -> None:
    words, orders = vocabulary(seed), tiny_orders(seed, size)
    keys = (contexts(seed, order)[:, None] << BITS) | words
    sums = np.exp(kneser_ney._lookup(orders, order, keys.ravel())).reshape(keys.shape).sum(axis=1)
    np.testing.assert_allclose(sums, 1.0, atol=1e-5)


def test_interpolated_contexts_sum_to_one_over_seen_and_unseen() -> None:
    """Before pruning: what is kept of the counts and what is left for backing off make one."""
    raw = kneser_ney.raw_counts(tiny_stream(0))
    model = kneser_ney.interpolate(raw)
    words = model[1][0] != BEGIN
    assert model[1][1][words].sum() == pytest.approx(1.0)
    for order in (2, 3, 4):
        keys, probability, backed = model[order]
        assert np.all((backed > 0) & (backed < probability))
        sums = np.bincount(kneser_ney._groups(keys)[1], weights=probability)
        assert np.all(sums < 1.0)


def test_pruning_keeps_contexts_and_the_size() -> None:
    for seed, size in MODELS:
        orders = tiny_orders(seed, size)
        for order in (3, 4):
            assert np.isin(orders[order].keys >> BITS, orders[order - 1].keys).all()
    pruned, whole = (
        {n: len(order.keys) for n, order in tiny_orders(0, size).items() if n > 1} for size in (1500, 10**9)
    )
    # The search for the threshold may end on either side.
    assert sum(kneser_ney.BYTES[n] * count for n, count in pruned.items()) <= 1.02 * 1500
    assert sum(pruned.values()) < sum(whole.values())


def test_nothing_spans_a_sentence_border() -> None:
    for order, (keys, _) in kneser_ney.raw_counts(tiny_stream(0)).items():
        for place in range(order - 1):  # all but the first word
            assert not np.any((keys >> np.uint64(16 * place)) & np.uint64(0xFFFF) == BEGIN)


@pytest.mark.parametrize("seed", [0, 10, 18])
def test_unknown_contexts_back_off(seed: int) -> None:
    orders = tiny_orders(seed, 10**9)
    unseen = np.uint64(TINY + 5)
    for word in vocabulary(seed)[:20]:
        bigram = (np.uint64(7) << BITS) | word
        shorter = kneser_ney._lookup(orders, 2, np.array([bigram]))
        longer = kneser_ney._lookup(orders, 3, np.array([(unseen << np.uint64(32)) | bigram]))
        assert longer == pytest.approx(shorter)
        longest = kneser_ney._lookup(
            orders, 4, np.array([(unseen << np.uint64(48)) | (unseen << np.uint64(32)) | bigram])
        )
        assert longest == pytest.approx(shorter)


def test_suffixes_of_trigrams_stay() -> None:
    """Of 123,464 trigram contexts found in 300 newswire articles, 337 lack the bigram by which the packed tables find them."""
    orders = tiny_orders(13, 1500)
    assert np.isin(orders[3].keys & np.uint64(0xFFFFFFFF), orders[2].keys).all()


def test_nothing_worth_keeping() -> None:
    orders, report = kneser_ney.estimate(tiny_stream(0), 0)
    assert (
        [len(orders[n].keys) for n in (2, 3, 4)]
        == [0, 0, 0]
        == [report[f"{n}-grams kept"] for n in (2, 3, 4)]
    )
    assert len(orders[1].keys)


# --- packed


@pytest.mark.parametrize(("seed", "size"), MODELS)
def test_packed_tables_say_what_the_orders_say(seed: int, size: int) -> None:
    """Within quantisation, but for one look-up in a thousand: a wrong fingerprint fits with probability 8/65535 a table."""
    orders = tiny_orders(seed, size)
    expected = kneser_ney.perplexity_logps(orders, tiny_stream(seed))
    found = token_logps(tiny_ngrams(seed, size), *sentences(seed))
    assert found.shape == expected.shape
    steps = [float(np.ptp(orders[n].logp)) / 255 for n in (2, 3, 4)]
    weights = [float(np.ptp(orders[n].backoff)) / 255 for n in (2, 3)]
    off = np.abs(found - expected) > (max(steps) + sum(weights)) / 2 + 1e-4
    assert off.sum() <= len(found) // 1000


@pytest.mark.parametrize("highest", [2, 3])
def test_a_model_of_shorter_ngrams_packs_too(highest: int) -> None:
    orders, report = kneser_ney.estimate(tiny_stream(13), 10**9, highest)
    assert [len(orders[n].keys) > 0 for n in (2, 3, 4)] == [n <= highest for n in (2, 3, 4)]
    assert report["4-grams kept"] == 0
    lm = Ngrams(**{name: np.ascontiguousarray(a) for name, a in pack.pack_ngrams(orders, TINY).items()})
    for array in lm:
        array.setflags(write=False)
    sentence = np.array([5, 9, 3, 2, 7], dtype=np.int32)
    got = token_logps(addresses(lm), sentence, np.array([0, len(sentence)], dtype=np.int64))
    stream = np.array([0, *sentence, 1], dtype=np.uint16)
    assert np.allclose(got, kneser_ney.perplexity_logps(orders, stream), atol=0.1)  # 8 bits a value


def test_packed_tables_after_a_missing_suffix() -> None:
    """What fails for want of a suffix is few and small: the tables answer with a shorter context."""
    found = token_logps(tiny_ngrams(13, 1500), *sentences(13))
    expected = kneser_ney.perplexity_logps(tiny_orders(13, 1500), tiny_stream(13))
    assert np.count_nonzero(np.abs(found - expected) > 0.1) <= 8


def test_unknown_words_back_off_to_their_own_frequency() -> None:
    lm = tiny_ngrams(0, 1500)
    rare = np.array([TINY - 1, TINY - 1], dtype=np.int64)  # hardly a context
    words = np.arange(2, TINY, dtype=np.int64)
    logps = slot_logps(lm, rare, np.zeros(0, dtype=np.int64), words)
    assert np.all(np.isfinite(logps))
    assert np.all(logps <= 0.0)


def test_sentences_without_words() -> None:
    lm = tiny_ngrams(0, 1500)
    none = np.zeros(0, dtype=np.int32)
    assert len(token_logps(lm, none, np.zeros(1, dtype=np.int64))) == 0
    ends = token_logps(lm, none, np.zeros(3, dtype=np.int64))
    assert len(ends) == 2
    assert ends[0] == ends[1] < 0.0


def test_sentences_do_not_see_each_other() -> None:
    words, begins = sentences(0)
    together = token_logps(tiny_ngrams(0, 1500), words, begins)
    at = 0
    for low, high in pairwise(begins[:40].tolist()):
        alone = token_logps(tiny_ngrams(0, 1500), words[low:high], np.array([0, high - low], dtype=np.int64))
        np.testing.assert_array_equal(together[at : at + high - low + 1], alone)
        at += high - low + 1


@pytest.mark.parametrize("count", [1, 2, 300, 5000])
def test_every_key_gets_a_slot_of_its_own(count: int) -> None:
    keys = np.unique(np.random.default_rng(count).integers(1, 2**64 - 1, size=count, dtype=np.uint64))
    owner, prints = pack.hash_table(keys)
    assert sorted(owner[owner >= 0].tolist()) == list(range(len(keys)))
    assert len(owner) % SLOTS == 0
    assert prints.min() > 0
    buckets = np.uint64(len(owner) // SLOTS)
    for slot in np.flatnonzero(owner >= 0)[:300].tolist():
        with np.errstate(over="ignore"):
            hashed = np.uint64(mix.py_func(keys[owner[slot]]))
        assert slot // SLOTS in (
            first_bucket.py_func(hashed, buckets),
            second_bucket.py_func(hashed, buckets),
        )


@settings(deadline=None)
@given(st.lists(st.integers(-40_000, 5_000).map(lambda n: n / 1000), min_size=1, max_size=50))
def test_codes_are_the_nearest(values: list[float]) -> None:
    wanted = np.array(values, dtype=np.float32)
    book, codes = pack.codebook(wanted)
    assert book.shape == (256,)
    half_step = float(np.ptp(wanted)) / 255 / 2
    assert np.abs(book[codes] - wanted).max() <= half_step + 1e-5


# --- packaged


def packaged_probabilities(context: str, count: int) -> npt.NDArray[np.float64]:
    """Of the ``count`` most frequent words, the sentence's end among them."""
    model = packaged()
    left = np.array([model.vocabulary.index[word] for word in context.split()][-3:], dtype=np.int64)
    words = np.arange(END, count, dtype=np.int64)
    return np.exp(slot_logps(model.lm, left, np.zeros(0, dtype=np.int64), words).astype(np.float64))


@pytest.mark.parametrize(
    "context", ["<s>", "of the", "at the end of", "he said", "colourless green", "the <Cap>"]
)
def test_packaged_contexts_hold_no_more_than_one(context: str) -> None:
    assert 0.2 < packaged_probabilities(context, 1000).sum() < 1.06  # quantisation shifts the sum by 1 or 2 %


@pytest.mark.xfail(
    strict=True, reason="8 of 65,535 look-ups hit a wrong fingerprint and return some probability"
)
def test_packaged_contexts_sum_to_one() -> None:
    """Over 60,000 words that is some twenty wrong hits a context: "of the" sums to 2.7."""
    for context in ("of the", "he said", "colourless green"):
        assert packaged_probabilities(context, packaged().vocabulary.lm_size).sum() == pytest.approx(
            1.0, abs=0.06
        )


@pytest.mark.parametrize(
    ("likely", "unlikely"),
    [
        ("the end of the year", "the end of the jumps"),
        ("he said on monday", "he said connected monday"),
        ("in the united states", "in the united issues"),
        ("it was the first time", "it was the initiative clip"),
    ],
)
def test_english_is_likelier(likely: str, unlikely: str) -> None:
    model = packaged()

    def logp(text: str) -> float:
        words = np.array([model.vocabulary.index[w] for w in text.split()], dtype=np.int32)
        return float(token_logps(model.lm, words, np.array([0, len(words)], dtype=np.int64)).sum())

    assert logp(likely) > logp(unlikely) + 2.0
