"""Does the text prefer the words and phrases that rewriting programs put to those that people write?

A program that minds grammar leaves nothing that a language model finds odd: "in the event that" is English.  But it takes from a
thesaurus whatever it finds there, so that what few writers say is frequent in its texts and what most say is rare.  The runs
(:mod:`textrepair.detector.word_runs`) are fitted to sound text and to what programs with thesauri written for this made of it;
their shares are what the programs put.
"""

from __future__ import annotations

from textrepair.detector.word_runs import Form, WordRuns
from textrepair.model.vocabulary import Vocabulary

FILE = "wording.json.gz"
FORM = Form("textrepair rewriters' wording", "scripts/train_wording.py")


def packaged_wording(vocabulary: Vocabulary) -> WordRuns:
    """The runs that come with the package: of "rewritten", among as many sound texts."""
    return FORM.packaged(FILE, vocabulary)
