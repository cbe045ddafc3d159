"""Is this prose of another age, which a language model of today's press does not know?

Of a novel of 1850 the model finds as many words odd as of an article that is lightly spun, and so may call it spun: of 11,014
pieces of 64 books of 1600 to 1920 6 % (docs/detection.md).  Nobody spins these; but what is wrong with their words
can't be told.  The runs (:mod:`.word_runs`) are fitted to such books against text of today, sound and spun, so that a spinner's
odd words are no sign of age.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from textrepair.detector.word_runs import Form, WordRuns
from textrepair.lazy import cached_property
from textrepair.model.vocabulary import Vocabulary

FILE = "age.json.gz"
FORM = Form("textrepair words of another age", "scripts/train_age.py")
#: Natural-log odds from which a text of so many words and signs is of another age; it needs so many fewer each time that it is
#: twice as long, up to the longest.  Of pieces of spun articles at most 0.4 % have as much at 50, 100, 200, 400 and 750 words and
#: signs (12,486 to 509 pieces; by fits that know half of the books 0 of 463 whole ones), of 512 newswire articles none.
_LEAST, _WORDS, _LESS, _LONGEST = 6.0, 50, 2.0, 400


def is_enough(score: float, words: int) -> bool:
    """Do such log-odds, of so many words and signs, say that a text is of another age?"""
    return score >= _LEAST - _LESS * math.log2(min(max(1, words), _LONGEST) / _WORDS)


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
