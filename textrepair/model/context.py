"""What lies beyond the reach of the n-grams: the place for a scorer of wider context.

The lattice sees three words to either side and nothing of what the article is about.  A *context scorer* looks at an
article as it was read so far and gives every edge a score in nats, which the reading adds to the channel's log-probabilities
before the last round (:mod:`textrepair.model.reading`).  The packaged one is a small network, and optional
(:mod:`textrepair.model.neural`).
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt

from textrepair.model.lattice import Edges, Sentences

#: One number an edge, shape (E,): how likely it is, how well it fits (nats).
Posterior = npt.NDArray[np.float32]
Scores = npt.NDArray[np.float32]


class ContextScorer(Protocol):
    """Scores edges by what lies around them.

    It is asked once an article, about sound ones too unless the first round finds nothing in them.  It has no say in how likely
    an article is damaged, which is settled in the rounds before, so an article told to be sound stays as it is whatever it says.
    Like the rest of the model it must be safe to share between threads and forked workers, and has to be picklable.
    """

    @property
    def name(self) -> str:
        """What stands beside the model's name in results."""

    def scores(self, sentences: Sentences, edges: Edges, posterior: Posterior) -> Scores:
        """A score in nats for every edge: shape (E,).

        ``posterior`` (E,) is that of the reading so far.  The scores count as they are: the scorer weighs itself.  0 means
        "nothing to add"; scores compare with that of the edge that leaves the token as it is.
        """
