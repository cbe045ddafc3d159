"""How many words does a text have that only its subject explains?

A spinner puts what a dictionary lists: a word that stands for nothing else in the channel, or in no dictionary at all, is the
writer's.  Newswire has one such kind of word in 2,000 words, a textbook of anatomy 30.  Who writes so of joints and nerves puts
"thorax" and "ulna" beside them in earnest, of which the language model, made of press text, thinks that "chest" and "forearm"
were meant.
"""

from __future__ import annotations

from itertools import compress

from textrepair.model.model import Model
from textrepair.plain_words import ALL_SMALL
from textrepair.tokens import Tokens


def words_of_subject(model: Model, tokens: Tokens) -> int:
    """Different words in small letters that the model doesn't hold, or that its dictionary alone holds and nothing explains."""
    index, beyond = model.vocabulary.index, model.vocabulary.lm_size
    start = model.channel.entries.start
    count = 0
    for word in set(compress(tokens.texts, tokens.are(ALL_SMALL).tolist())):
        found = index.get(word)
        if found is None:
            count += word.isalpha()  # a compound is made of other words
        elif found >= beyond:
            count += bool(start[found] == start[found + 1])
    return count
