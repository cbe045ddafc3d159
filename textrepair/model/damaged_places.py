"""Where do the words and phrases of a damaged corpus stand, as their neighbours are read?"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice, pairwise

import numpy as np

from textrepair.model.alignment import Words
from textrepair.model.lattice import end_positions
from textrepair.model.model import Model
from textrepair.model.reading import Reading
from textrepair.model.slots import Place, place_of, slot_logps, varied
from textrepair.model.vocabulary import UNSEEN
from textrepair.tokens import TokenKind, Tokens

#: The fewest uses, and articles with any, of what is looked at: fewer tell nothing of a whole corpus.
_FEWEST_PLACES, _FEWEST_ARTICLES = 6, 3
#: Of one article so many places of a word are gathered: a topic's word stands often, but in few articles.
_PLACES_AN_ARTICLE = 3
#: So many different places of a word are gathered, and so many told; more sharpen little.
_GATHERED, _TOLD = 200, 100
#: So many different words have to stand before what is looked at, and behind it: a sentence that re-spins repeat with other words
#: swapped in it, or one half of a fixed phrase, has always the same on one side.  F0.5 on eight `issues` articles 0.806; 0.799
#: where borders and signs count as different, or where two will do if there are eight on both sides.
_FEWEST_NEIGHBOURS = 4
#: So many places stand for all.
_POOL = 1500
#: The longest phrase, and how many times as often as the language model has it a phrase is used which may be a substitute.
_LONGEST, _OVERUSED = 3, 4.0

#: Words of the language model that are read at a place, instead of the observed ones or as them.
Read = tuple[int, ...]


@dataclass
class DamagedPlaces:
    """The places of all words, and of some phrases, of articles added one by one."""

    phrases: frozenset[Words] = frozenset()
    _places: dict[Words, dict[Place, Read]] = field(default_factory=lambda: defaultdict(dict))
    _spread: Counter[Words] = field(default_factory=Counter)
    seen: Counter[Words] = field(default_factory=Counter)

    def add(self, model: Model, reading: Reading) -> None:
        """Add the places of an article: of lower-case words and what is read in their neighbourhood."""
        names = model.vocabulary.words
        sentences = reading.sentences
        observed, joined = sentences.words, sentences.joined
        takes_part = (sentences.readiness >= 1.0).tolist()
        here: Counter[Words] = Counter()
        for units in _read_sentences(model, reading):
            line = [word for _, _, read in units for word in read]
            at = 0
            for number, (start, _, read) in enumerate(units):
                words: Words = ()
                whole: Read = ()
                for size, (_, end, part) in enumerate(units[number : number + _LONGEST], 1):
                    if end - start != size or not takes_part[end - 1] or (size > 1 and not joined[end - 1]):
                        break
                    words += (names[observed[end - 1]],)
                    whole += part
                    if not words[-1][0].isalpha():
                        break
                    if size == 1:
                        whole = (int(sentences.lm[start]),)
                    elif words not in self.phrases:
                        continue
                    here[words] += 1
                    self.seen[words] += 1
                    if here[words] <= _PLACES_AN_ARTICLE and len(self._places[words]) < _GATHERED:
                        behind = at + sum(len(units[number + k][2]) for k in range(size))
                        before = line[max(0, at - 2) : at]
                        place = place_of([*before, 0, *line[behind : behind + 2]], len(before))
                        self._places[words].setdefault(place, whole)
                    if size == 1:
                        whole = read
                at += len(read)
        self._spread.update(here.keys())

    def told(self) -> Iterator[tuple[Words, list[Place], list[Read]]]:
        """What stands in places enough, the shorter first, with those places and what is read there."""
        for words in sorted(self._places, key=lambda w: (len(w), w)):
            if self._spread[words] < _FEWEST_ARTICLES:
                continue
            places = list(islice(varied(self._places[words], _TOLD), _TOLD))
            sides = ({place.left[1] for place in places}, {place.right[0] for place in places})
            if len(places) >= _FEWEST_PLACES and min(map(len, sides)) >= _FEWEST_NEIGHBOURS:
                yield words, places, [self._places[words][place] for place in places]

    def pool(self) -> list[Place]:
        """Places of all words together."""
        everything = [
            place for words in sorted(self._places) if len(words) == 1 for place in self._places[words]
        ]
        return everything[:: max(1, len(everything) // _POOL)]


def _read_sentences(model: Model, reading: Reading) -> Iterator[list[tuple[int, int, Read]]]:
    """The units of each sentence: observed tokens from, to, and the words that are read there."""
    edges, begins = reading.edges, reading.sentences.begins
    sure = np.flatnonzero((edges.entry >= 0) & (reading.posterior > 0.5))
    ends = end_positions(edges)[sure] + 1
    at = {
        end - int(edges.length[e]): (end, tuple(model.target_words(int(edges.target[e]))))
        for e, end in zip(sure.tolist(), ends.tolist(), strict=True)
    }
    lm = reading.sentences.lm.tolist()
    for first, last in pairwise(begins.tolist()):
        units: list[tuple[int, int, Read]] = []
        k = first
        while k < last:
            end, read = at.get(k, (k + 1, (lm[k],)))
            units.append((k, end, read))
            k = end
        yield units


def overused_phrases(model: Model, articles: Sequence[Tokens]) -> frozenset[Words]:
    """The phrases of lower-case words that are used far more often than the language model has them."""
    vocabulary = model.vocabulary
    seen: Counter[tuple[int, ...]] = Counter()
    spread: Counter[tuple[int, ...]] = Counter()
    total = 0
    for tokens in articles:
        numbers = vocabulary.identifiers(tokens).tolist()
        total += tokens.words
        here: set[tuple[int, ...]] = set()
        usable = [
            number != UNSEEN and kind == TokenKind.WORD and text.islower()
            for number, kind, text in zip(numbers, tokens.kinds, tokens.texts, strict=True)
        ]
        for start, end in tokens.sentences:
            for k in range(start, end):
                for size in range(2, _LONGEST + 1):
                    if k + size > end or not all(usable[k : k + size]):
                        break
                    phrase = tuple(numbers[k : k + size])
                    seen[phrase] += 1
                    here.add(phrase)
        spread.update(here)
    return frozenset(
        tuple(vocabulary.words[number] for number in phrase)
        for phrase, count in seen.items()
        if count >= _FEWEST_PLACES
        and spread[phrase] >= _FEWEST_ARTICLES
        and count >= _OVERUSED * total * np.exp(_phrase_logp(model, phrase))
    )


def _phrase_logp(model: Model, phrase: Sequence[int]) -> float:
    vocabulary = model.vocabulary
    words = np.array([vocabulary.lm_identifier(number) for number in phrase], dtype=np.int64)
    logp = float(model.ngrams.uni_logp[words[0]]) + float(vocabulary.unknown_logp[list(phrase)].sum())
    for k in range(1, len(words)):
        logp += float(slot_logps(model.lm, words[:k], words[:0], words[k : k + 1])[0])
    return logp
