"""How much does the mere presence of a word say for a spinner?"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from textrepair.model.channel import FACTOR_UNITS, LIKELIHOOD
from textrepair.model.model import Model

#: The rate of damage at which words are weighed: between a lightly and a heavily spun article.
_RATE = 0.2
_EVIDENCE_LIMITS = (-0.5, 3.0)
#: Families that were learned count from this evidence on: they know few words, and these well.
_LOUD = 1.5


def word_evidence(model: Model) -> npt.NDArray[np.float64]:
    """For every word of the vocabulary, how much its mere presence says for "damaged", in nats:
    log(P(word | some damage) / P(word)), where P(word | damage) = Σ P(word | intended) P(intended), by the channel's prior,
    that of a spinner never seen; or by a family that was learned, if that says it loudly.
    """
    vocabulary, entries = model.vocabulary, model.channel.entries
    count, size = len(vocabulary.words), vocabulary.lm_size
    unigram = np.exp(model.ngrams.uni_logp.astype(np.float64))
    own = unigram[vocabulary.seen_as] * np.exp(vocabulary.unknown_logp.astype(np.float64))
    observed = np.repeat(np.arange(count), np.diff(entries.start[: count + 1]))
    target = entries.target[: len(observed)]
    single = np.flatnonzero(target < size)
    observed, intended = observed[single], unigram[target[single]]
    no_word = ~model.is_word[:size]

    def of_family(family: int) -> npt.NDArray[np.float64]:
        likely = LIKELIHOOD[entries.code[family][single]]
        brought = np.bincount(observed, weights=likely * intended, minlength=count)
        taken = np.zeros(count)
        taken[:size] = entries.swap_factor[family] / FACTOR_UNITS
        ratio = np.maximum(1.0 - _RATE * taken, 0.05) + _RATE * brought / np.maximum(own, 1e-12)
        evidence: npt.NDArray[np.float64] = np.clip(np.log(ratio), *_EVIDENCE_LIMITS)
        evidence[:size][no_word] = 0.0
        return evidence

    prior, *learned = map(of_family, range(len(model.channel.families)))
    loud = np.max(learned, axis=0, initial=-np.inf) if learned else np.full(count, -np.inf)
    evidence: npt.NDArray[np.float64] = np.where(loud >= _LOUD, np.maximum(prior, loud), prior)
    return evidence
