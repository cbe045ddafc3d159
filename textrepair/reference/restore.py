"""What do references say about each word of a damaged article?

The references that may share something are found (:mod:`.index`), aligned with the article (:mod:`.passages`) at costs that
know the channel's swaps, and aligned again with what this spinner did in this article counted; for each place of the article the
reference that corresponds best says what stood there (:mod:`.wording`).  References that share mere phrases report the same event
and only make readings more or less likely (:mod:`.event`).

Nothing here decides whether the article is damaged; the repairer asks only where it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from textrepair.model.alignment import Link, LinkCosts, Pair, learn_costs
from textrepair.model.channel import LONGEST
from textrepair.model.model import Model
from textrepair.patch import Edit
from textrepair.reference.event import Report, weighed
from textrepair.reference.index import Hit, ReferenceIndex
from textrepair.reference.passages import Passage, Side, passages, side, weights
from textrepair.reference.swaps import Swaps
from textrepair.reference.wording import Context, Match, Restoration, restoration
from textrepair.tokens import Tokens

#: Score from which on a passage is shared and no coincidence.  1,000 sound references against 150 spun articles of other
#: subjects: the highest chance runs ("Customs and Border Protection", "Kingdom of Saudi Arabia") have 12, a shared sentence
#: 20 to 60.
LEAST = 18.0
#: Score of a phrase that two reports of one event may share, and what different phrases must sum up to for a reference to be one.
#: The annotated article shares phrases of 115 to 176 with each of four reports (a phrase counted as often as it stands); 102
#: spun articles share at most 34 with any of 512 references about other things.
_PHRASE, _SAME_EVENT = 4.0, 80.0
#: References looked at for each article.
CANDIDATES = 8
#: What a swap known to the channel is worth to the aligner: so many sightings, spread over so many places, that is all of it.
_KNOWN_SIGHTINGS, _KNOWN_PLACES = 1.0, 100
#: Rounds of EM over the passages that an article and a reference share.
_ROUNDS = 3
#: How often the index is asked where it gives nothing but copies that are as damaged as the article: what these alone say is the
#: rarest in it, and hides the original.
_TIMES_ASKED = 3
#: Links left of a passage when a better one has taken the others.
_FEWEST_LINKS = 5


@dataclass(frozen=True)
class Restorer:
    """Restores wording with one model; holds no state of an article."""

    model: Model

    def restore(
        self,
        tokens: Tokens,
        references: ReferenceIndex,
        kind: str = "spin",
        believed: Sequence[Edit] = (),
        usable: Callable[[str], bool] = lambda text: True,
    ) -> Restoration:
        """What the references say about an article that is damaged by ``kind``, "spin" or "translation".

        ``believed`` are the edits that were found without references.  ``usable`` is asked about the text of each reference
        that shares something; a reference that is damaged itself would teach its own damage.
        """
        article = Side.of(tokens)
        if not article.forms:
            return Restoration()
        swaps = Swaps(self.model)
        matches, reports = self.matches(article, references, swaps, usable)
        changed = tuple(weighed(article, list(believed), reports)) if reports else ()
        known = {(e.start, e.end): e for e in (*believed, *changed)}
        found = restoration(Context(self.model, article, swaps, kind, known), matches)
        used = dict.fromkeys((*found.used, *(report.hit.id for report in reports)))
        return replace(found, weighed=changed, used=tuple(used))

    def matches(
        self, article: Side, references: ReferenceIndex, swaps: Swaps, usable: Callable[[str], bool]
    ) -> tuple[list[Match], list[Report]]:
        """The best passage for each place of the article, in order; and the references that report the same event."""
        weight = weights(self.model, article)
        found: list[Match] = []
        reports: list[Report] = []
        refused: list[Hit] = []
        for _ in range(_TIMES_ASKED):
            known = len(refused)
            for hit in references.find(article.tokens.source, CANDIDATES, refused):
                text = references.text(hit)
                reference = side(text)
                costs = _channel_costs(article, reference, swaps)
                shared = passages(article, reference, weight, costs, swaps.knows, _PHRASE)
                first = [passage for passage in shared if passage.score >= LEAST]
                phrases = {tuple(article.forms[p.start : p.end]): p.score for p in shared}
                same_event = sum(phrases.values()) >= _SAME_EVENT
                if not (first or same_event):
                    continue
                if not usable(text):
                    refused.append(hit)
                    continue
                if same_event:
                    reports.append(Report(hit, reference))
                if first:
                    costs = _recounted(costs, article, reference, first)
                    again = passages(article, reference, weight, costs, swaps.knows, LEAST)
                    found += [Match(hit, reference, passage) for passage in again]
            if found or reports or len(refused) == known:
                break
        return _side_by_side(found), reports


def _channel_costs(article: Side, reference: Side, swaps: Swaps) -> LinkCosts:
    """Costs at which swaps that the model knows are cheap."""
    there = set(reference.forms)
    known: dict[Pair, float] = {}
    for length in range(1, LONGEST + 1):
        runs = zip(*(article.forms[k:] for k in range(length)), strict=False)
        for run in set(runs):
            for original in swaps.originals(run):
                if there.issuperset(original) and original != run:
                    known[run, original] = _KNOWN_SIGHTINGS
    return LinkCosts(
        pairs=known,
        places=dict.fromkeys(known, _KNOWN_PLACES),
        damaged=Counter(article.forms),
        reference=Counter(reference.forms),
    )


def _recounted(costs: LinkCosts, article: Side, reference: Side, found: Iterable[Passage]) -> LinkCosts:
    """Costs with the article's own swaps counted: a spinner that put a word once puts it again."""
    stretches = [
        (
            article.forms[passage.start : passage.end],
            reference.forms[passage.links[0].ref_start : passage.links[-1].ref_end],
        )
        for passage in found
    ]
    learned = learn_costs(stretches, _ROUNDS)
    pairs, places = dict(costs.pairs), dict(costs.places)
    for pair, sightings in learned.pairs.items():
        pairs[pair] = pairs.get(pair, 0.0) + sightings
        places[pair] = places.get(pair, 0) + learned.places.get(pair, 1)
    return replace(costs, pairs=pairs, places=places)


def _side_by_side(matches: Sequence[Match]) -> list[Match]:
    """Matches in order without overlaps: where two meet, the weaker is cut back to what the stronger leaves."""
    kept: list[Match] = []
    taken: set[int] = set()
    for match in sorted(matches, key=lambda m: -m.passage.score):
        free: list[Link] = []
        for link in (*match.passage.links, None):
            if link is not None and taken.isdisjoint(range(link.start, link.end)):
                free.append(link)
                continue
            if len(free) >= _FEWEST_LINKS:
                kept.append(replace(match, passage=Passage(tuple(free), match.passage.score)))
            free = []
        taken.update(i for link in match.passage.links for i in range(link.start, link.end))
    return sorted(kept, key=lambda m: m.passage.start)
