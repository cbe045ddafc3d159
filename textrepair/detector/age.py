"""Is this prose of another age, which a language model of today's press does not know?

Of a novel of 1850 the model finds as many words odd as of an article that is lightly spun, and so may call it spun: of 11,014
pieces of 64 books of 1600 to 1920 6 % (docs/detection.md).  Nobody spins these; but what is wrong with their words
can't be told.  The runs (:mod:`.word_runs`) are fitted to such books against text of today, sound and spun, so that a spinner's
odd words are no sign of age.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from textrepair.detector.word_runs import Form, WordRuns
from textrepair.lazy import cached_property
from textrepair.model.vocabulary import Vocabulary

FILE = "age.json.gz"
FORM = Form("textrepair words of another age", "scripts/train_age.py")
#: Natural-log odds from which on a long text is of another age, and what it needs more, times its words and signs, if it is short
#: (pieces of spun articles have up to 8 at 40 words, 2 at 160).  By fits to half of the books none of 463 spun articles and
#: posts and of 512 newswire articles has more than -0.7, of 987 sound web posts one more than 0.
_LEAST, _MORE_IF_SHORT = 1.0, 200.0


def is_enough(score: float, words: int) -> bool:
    """Do such log-odds, of so many words and signs, say that a text is of another age?"""
    return score >= _LEAST + _MORE_IF_SHORT / max(1, words)


@dataclass(frozen=True)
class OldProse:
    """Recognises it by the words of one vocabulary; may be shared between threads."""

    vocabulary: Vocabulary

    def recognises(self, ids: npt.NDArray[np.int32]) -> bool:
        """Is the text with these identifiers, as a scan gives them, prose of another age?"""
        return is_enough(self._runs.score(ids), len(ids))

    @cached_property
    def _runs(self) -> WordRuns:
        return FORM.packaged(FILE, self.vocabulary)
