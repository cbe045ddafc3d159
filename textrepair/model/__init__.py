"""The substitution model: a noisy channel, ``argmax P(observed | intended) · P(intended in context)``.

``vocabulary`` (what the model sees of a token) · ``ngrams`` (the language model) · ``channel`` (what spinners put for what) ·
``lattice`` (readings of a sentence and their posteriors) · ``reading`` (an article: its rate of damage, its spinner) ·
``adaptation`` and ``open_channel`` (what the article shows of its spinner) · ``thesaurus`` (swaps that no family holds) ·
``capitals``, ``recurrence`` and ``context`` with ``neural`` (what else speaks for a candidate) · ``surface`` (how a restored word
is written) · ``support`` (what a swap is known from) · ``model`` and ``format`` (the file).

How the channel is learned: ``alignment`` with ``link_costs`` and ``pair_hmm`` (which words stand for which) · ``families``
(counts become a family of spinners) · ``decipherment`` with ``slots``, ``damaged_places`` and
``place_mixture`` (from damaged text alone).
"""

from textrepair.model.format import ModelError
from textrepair.model.model import Model, load_model

__all__ = ["Model", "ModelError", "load_model"]
