"""Words come back: what an article has said it is likely to say again.

The language model counts sentences and doesn't know the article.  A cache does (Kuhn & De Mori 1990, "A cache-based natural
language model for speech recognition"): a word that the article has elsewhere, as it is best read there, has the probability
``(1 − μ) P(w) + μ n(w) / N``.  Spinners leave some uses of a word alone, and restored ones count too, so the right word is often
among them.
"""

from __future__ import annotations

import numpy as np

from textrepair.compiled import njit

#: The cache's share μ, chosen on `issues` without `issues09`: F0.5 at ≥ 0.6 with 0 / 0.02 / 0.03 / 0.05 / 0.1 is 0.777 / 0.779 /
#: 0.779 / 0.778 / 0.776 for the spinner never seen and 0.877 / 0.878 / 0.879 / 0.879 / 0.880 with pairs of other articles.
SHARE = 0.03


@njit(nogil=True, error_model="numpy")
def recurrence_logp(elsewhere: float, total: float, often: float) -> float:
    """How much likelier (nats) a word is in an article of ``total`` words that has it so many times elsewhere.

    ``often`` is its probability in all text; 0 stands for what has no business with the article's subject, such as signs.
    """
    if often <= 0.0:
        return 0.0
    return float(np.log1p(SHARE * (max(elsewhere, 0.0) / (total * often) - 1.0)))
