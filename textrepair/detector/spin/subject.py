"""How many words does a text have that only its subject explains?

A spinner puts what a dictionary lists: a word that stands for nothing else in the channel, or in no dictionary at all, is the
writer's.  Newswire has one such kind of word in 2,000 words, a textbook of anatomy 30.  Who writes so of joints and nerves puts
"thorax" and "ulna" beside them in earnest, of which the language model, made of press text, thinks that "chest" and "forearm"
were meant.
"""

from __future__ import annotations

import numpy as np

from textrepair.model.model import Model
from textrepair.model.vocabulary import SPECIALS
from textrepair.plain_words import ALL_SMALL
from textrepair.tokens import Tokens

_LOW = SPECIALS.index("<low>")


def words_of_subject(model: Model, tokens: Tokens) -> int:
    """Different words in small letters that the model doesn't hold, or that its dictionary alone holds and nothing explains."""
    vocabulary, start = model.vocabulary, model.channel.entries.start
    identifiers = vocabulary.identifiers(tokens)
    small = tokens.are(ALL_SMALL)
    unknown = {tokens.texts[i] for i in np.flatnonzero(small & (identifiers == _LOW)).tolist()}
    rare = np.unique(identifiers[small & (identifiers >= vocabulary.lm_size)])
    return len(unknown) + int((start[rare] == start[rare + 1]).sum())
