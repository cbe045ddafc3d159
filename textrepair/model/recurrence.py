"""Words come back: what an article has said it is likely to say again.

The language model counts sentences and doesn't know the article.  A cache does (Kuhn & De Mori 1990, "A cache-based natural
language model for speech recognition"): a word that the article has elsewhere, as it is best read there, has the probability
``(1 − μ) P(w) + μ n(w) / N``.  Spinners leave some uses of a word alone, and restored ones count too, so the right word is often
among them.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from textrepair.model.model import Model

#: The cache's share μ, chosen on `issues` without `issues09`: F0.5 at ≥ 0.6 with 0 / 0.02 / 0.03 / 0.05 / 0.1 is 0.777 / 0.779 / 0.779 /
#: 0.778 / 0.776 for the spinner never seen and 0.877 / 0.878 / 0.879 / 0.879 / 0.880 with pairs of other articles.
SHARE = 0.03


def recurrence_logps(
    model: Model, words: npt.NDArray[np.int64], elsewhere: npt.NDArray[np.float64], total: float
) -> npt.NDArray[np.float64]:
    """How much likelier (nats) each word is in an article that has it so often elsewhere, of ``total`` words: shape of ``words``.

    0 for signs and for what is no single word of the language model.
    """
    out = np.zeros(len(words))
    single = np.flatnonzero(words < model.vocabulary.lm_size)
    single = single[model.is_word[words[single]]]
    often = np.exp(model.ngrams.uni_logp[words[single]].astype(np.float64))
    out[single] = np.log1p(SHARE * (np.maximum(elsewhere[single], 0.0) / (total * often) - 1.0))
    return out
