"""The substitution model: a noisy channel, ``argmax P(observed | intended) · P(intended in context)``.

``vocabulary`` (what the model sees of a token) · ``ngrams`` (the language model) · ``channel`` (what spinners put for what) ·
``alignment`` (how the channel is learned) · ``lattice`` (readings of a sentence and their posteriors) · ``reading`` (an article:
its rate of damage, its spinner, its edits) · ``format`` (the file).
"""

from textrepair.model.format import ModelError
from textrepair.model.model import Model, load_model

__all__ = ["Model", "ModelError", "load_model"]
