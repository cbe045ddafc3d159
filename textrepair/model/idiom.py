"""How idiomatic is a text: do its function words stand where the language model would put them?

Translated text is made of sound words in sound grammar; what gives it away are choices: an article too many or too few, ``in``
where English says ``on``, words that are common but don't go together.  How probable words are says little by itself, since it
depends on the subject far more than on the writer.  So each choice is held against its alternatives at the same place: the
*surprise* of the word that stands there among the words that could, less the surprise to be expected (the entropy), is
0 on average for text that the model was made for, whatever its subject.

All numbers are means over an article (:data:`FEATURES`); everything is compiled by numba and reads a token in about a microsecond.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numba
import numpy as np
import numpy.typing as npt

from textrepair.model.model import Model
from textrepair.model.ngrams import Ngrams, extend, prepare, score, token_logps
from textrepair.model.reading import lattice_input
from textrepair.model.vocabulary import SPECIALS
from textrepair.tokens import Tokens

#: Words that stand in one another's place.  Closed classes of English, not chosen by any count.
SLOTS = {
    "determiner": "the a an this that these those its his her their our some any no",
    "preposition": "of in to for on with at by from about into over after before through between against during under within "
    "among without towards since until",
    "auxiliary": "is was are were has had have be been will would can could may might should must do does did",
    "conjunction": "and but or that which who when where while if because as than so whether although though",
    "pronoun": "he she it they we i you him her them us me who",
    "adverb": "also not only still already now then even more most very much too just again however well",
}
_NAMES = tuple(SLOTS)
#: Words that the ``the`` may be put before or taken from; the ones counted for insertion stand behind no determiner.
_COMMON_IDS = 1000

# Classes of a word.
_FUNCTION, _CONTENT, _NAME, _OTHER = range(4)

FEATURES = (
    *(f"{name}: surprise beyond the expected" for name in _NAMES),
    *(f"{name}: share of great surprises" for name in _NAMES),
    "an article could go",
    "an article is missing",
    "of, to, that could go",
    "function words: fit beyond frequency",
    "content words: fit beyond frequency",
    "function words: fit",
    "content words: fit",
    "common words: pair never seen",
    "common words: triple never seen",
    "common word behind a rare one: pair never seen",
    "rare words: pair never seen",
    "clauses: unevenness of fit",
    "clauses: worst tenth against the middle",
)
_SETS = len(_NAMES)


@dataclass(frozen=True)
class Tables:
    """By identifier: ``slot`` the set it is of or -1, ``kind`` its class; ``words`` (sets, longest) the sets' identifiers, -1 filled."""

    slot: npt.NDArray[np.int8]
    kind: npt.NDArray[np.int8]
    words: npt.NDArray[np.int32]
    articles: npt.NDArray[np.int32]
    droppable: npt.NDArray[np.int32]


@dataclass(frozen=True)
class Idiom:
    """Measures articles with one model."""

    model: Model

    @cached_property
    def tables(self) -> Tables:
        """What the compiled code needs to know of the vocabulary."""
        vocabulary = self.model.vocabulary
        index, size = vocabulary.index, vocabulary.lm_size
        sets = [[index[w] for w in words.split() if index.get(w, size) < size] for words in SLOTS.values()]
        slot = np.full(size, -1, dtype=np.int8)
        kind = np.full(size, _OTHER, dtype=np.int8)
        for i in range(len(SPECIALS), size):
            word = vocabulary.words[i]
            if word[0].isalpha():
                kind[i] = _NAME if vocabulary.capital[i] > 127 else _CONTENT
        words = np.full((len(sets), max(map(len, sets))), -1, dtype=np.int32)
        for s in reversed(range(len(sets))):
            words[s, : len(sets[s])] = sets[s]
            slot[sets[s]] = s
            kind[sets[s]] = _FUNCTION
        return Tables(
            slot,
            kind,
            words,
            np.array([index["the"], index["a"], index["an"]], dtype=np.int32),
            np.array([index["of"], index["to"], index["that"]], dtype=np.int32),
        )

    def measure(self, tokens: Tokens) -> npt.NDArray[np.float64]:
        """The features of an article, shape ``(len(FEATURES),)``."""
        _, sentences = lattice_input(self.model, tokens)
        return self.measure_words(sentences.lm, sentences.begins)

    def measure_words(
        self, words: npt.NDArray[np.int32], begins: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.float64]:
        """The same of identifiers in sentences, as :func:`~textrepair.model.ngrams.token_logps` takes them."""
        t = self.tables
        lm = self.model.ngrams
        logps = token_logps(lm, words, begins)
        comma = self.model.vocabulary.index[","]
        return np.asarray(
            _measure(
                lm, words, begins, logps, t.slot, t.kind, t.words, t.articles, t.droppable, np.int64(comma)
            )
        )


_jit = numba.njit(cache=True, nogil=True, boundscheck=False, error_model="numpy")


@_jit
def _step(lm: Ngrams, context: np.uint64, word: int) -> float:
    """Log-probability of one word behind a context."""
    length, three, two, one = prepare(lm, context)
    return float(score(lm, context, length, three, two, one, np.int64(word)))


@_jit
def _known(lm: Ngrams, context: np.uint64) -> int:
    """How many of the last words of a context the model has seen together."""
    return int(prepare(lm, context)[0])


@_jit
def _run(lm: Ngrams, context: np.uint64, words: npt.NDArray[np.int32], start: int, stop: int, end: int) -> float:
    """Log-probability of ``words[start:stop]`` behind a context; the sentence ends at ``end``, and its end counts."""
    total = 0.0
    for i in range(start, min(stop, end + 1)):
        word = np.int64(words[i]) if i < end else np.int64(1)
        total += _step(lm, context, word)
        context = extend(context, word)
    return total


@_jit
def _run_after(
    lm: Ngrams, context: np.uint64, words: npt.NDArray[np.int32], at: int, end: int, word: int
) -> float:
    """Log-probability of ``word`` at place ``at`` and of the three that follow there."""
    total = _step(lm, context, np.int64(word))
    return total + _run(lm, extend(context, np.int64(word)), words, at + 1, at + 4, end)


@_jit
def _softplus(x: float) -> float:
    return x if x > 30.0 else np.log1p(np.exp(x))


@_jit
def _measure(
    lm: Ngrams,
    words: npt.NDArray[np.int32],
    begins: npt.NDArray[np.int64],
    logps: npt.NDArray[np.float32],
    slot: npt.NDArray[np.int8],
    kind: npt.NDArray[np.int8],
    sets: npt.NDArray[np.int32],
    articles: npt.NDArray[np.int32],
    droppable: npt.NDArray[np.int32],
    comma: int,
) -> npt.NDArray[np.float64]:
    n_sets, longest = sets.shape
    beyond = np.zeros(n_sets)
    great = np.zeros(n_sets)
    places = np.zeros(n_sets)
    sums = np.zeros(16)
    counts = np.zeros(16)
    scores = np.empty(longest)
    clause_fit = np.empty(len(words) + 1)
    clauses = 0
    for s in range(len(begins) - 1):
        begin, end = begins[s], begins[s + 1]
        context = np.uint64(0xFFFFFFFF0000)
        run, size = 0.0, 0
        for i in range(begin, end):
            word = np.int64(words[i])
            logp = logps[i + s]
            what = kind[word]
            unigram = lm.uni_logp[word]
            if what == 0:
                sums[3] += logp - unigram
                counts[3] += 1
                sums[5] += logp
                counts[5] += 1
            elif what == 1:
                sums[4] += logp - unigram
                counts[4] += 1
                sums[6] += logp
                counts[6] += 1
            # Clauses end at any sign.
            if what == 3 and word >= 12:
                if size >= 4:
                    clause_fit[clauses] = run / size
                    clauses += 1
                run, size = 0.0, 0
            elif word >= 12:
                run += logp - unigram
                size += 1
            # Pairs and triples.
            if i > begin and what <= 1:
                before = np.int64(words[i - 1])
                common = 12 <= word < 1012
                common_before = 12 <= before < 1012
                if kind[before] <= 1:
                    known = _known(lm, extend(context, word))
                    seen = known >= 2
                    if common and common_before:
                        counts[7] += 1
                        sums[7] += not seen
                        if seen and i > begin + 1 and kind[np.int64(words[i - 2])] <= 1 and 12 <= words[i - 2] < 1012:
                            counts[8] += 1
                            sums[8] += known < 3
                    elif common:
                        counts[9] += 1
                        sums[9] += not seen
                    elif not common_before:
                        counts[10] += 1
                        sums[10] += not seen
            which = slot[word]
            if which >= 0:
                # Surprise among the alternatives.
                best = -1e9
                mine = 0.0
                k = 0
                after = _run_after(lm, context, words, i, end, word)
                while k < longest and sets[which, k] >= 0:
                    other = np.int64(sets[which, k])
                    scores[k] = after if other == word else _run_after(lm, context, words, i, end, other)
                    if other == word:
                        mine = scores[k]
                    if scores[k] > best:
                        best = scores[k]
                    k += 1
                mass = 0.0
                for j in range(k):
                    mass += np.exp(scores[j] - best)
                norm = best + np.log(mass)
                entropy = 0.0
                for j in range(k):
                    p = np.exp(scores[j] - norm)
                    if p > 1e-9:
                        entropy -= p * np.log(p)
                surprise = norm - mine
                beyond[which] += min(surprise, 8.0) - entropy
                great[which] += surprise > 3.0
                places[which] += 1
                # Could it go?
                is_article = word == articles[0] or word == articles[1] or word == articles[2]
                is_droppable = word == droppable[0] or word == droppable[1] or word == droppable[2]
                if (is_article or is_droppable) and i + 1 < end:
                    gone = _run(lm, context, words, i + 1, i + 4, end)
                    here = _run(lm, context, words, i, i + 4, end)
                    f = 0 if is_article else 2
                    sums[f] += _softplus(gone - here)
                    counts[f] += 1
            elif what == 1 and (i == begin or (slot[words[i - 1]] != 0 and kind[words[i - 1]] != 1)):
                # Would an article fit before it?
                here = _run(lm, context, words, i, i + 3, end)
                best = -1e9
                for k in range(3):
                    put = _step(lm, context, np.int64(articles[k]))
                    put += _run(lm, extend(context, np.int64(articles[k])), words, i, i + 3, end)
                    if put > best:
                        best = put
                sums[1] += _softplus(best - here)
                counts[1] += 1
            context = extend(context, word)
        if size >= 4:
            clause_fit[clauses] = run / size
            clauses += 1
    out = np.zeros(2 * n_sets + 13)
    for k in range(n_sets):
        out[k] = beyond[k] / (places[k] + 5.0)
        out[n_sets + k] = great[k] / (places[k] + 5.0)
    for k in range(11):
        out[2 * n_sets + k] = sums[k] / max(1.0, counts[k])
    if clauses >= 4:
        fits = np.sort(clause_fit[:clauses])
        out[2 * n_sets + 11] = np.std(fits)
        out[2 * n_sets + 12] = fits[clauses // 2] - np.mean(fits[: max(1, clauses // 10)])
    return out
