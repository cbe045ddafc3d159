"""Swaps that no family holds but a general thesaurus lists.

The channel's first family has what WordNet relates.  Real programs have other thesauri as well, far larger ones, sense-blind;
were all their pairs in the channel, every odd word of a sound text would have an explanation.  So they join the lattice of an
article behind the evidence of the other families, where a word was read as left alone, as one family more; the article shows how
much of its damage is that family's, and how much better than its writer it explains the text is evidence of its own, which counts
with the company of words (:mod:`textrepair.detector.spin.company`).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from textrepair.compiled import njit
from textrepair.model.adaptation import numbered
from textrepair.model.channel import LONGEST, SwapTable, Thesaurus, read_only
from textrepair.model.lattice import Edges, Sentences, swaps_behind
from textrepair.model.model import Model

#: The origin of swaps that only the thesaurus lists.
FROM_THESAURUS = 0xFF
#: Its phrases may begin with any word.
_ANY_WORD = np.zeros(0, dtype=np.uint8)
_ANY_WORD.setflags(write=False)
#: A word is looked up where it was read as left alone with at least this posterior.
_LEFT_ALONE = 0.1
#: A phrase is put so much less often than a word that is listed beside it (steps of a code; a factor of 0.3): two sound words
#: that happen to stand side by side are commoner than a spinner that put them.  Of newswire spun by two thesauri precision is
#: 0.745 and 0.733 instead of 0.723 and 0.710, for 0.007 and 0.017 of recall.
_RARER = 20


def with_listed(
    model: Model, sentences: Sentences, edges: Edges, posterior: npt.NDArray[np.float32]
) -> tuple[SwapTable, Edges, npt.NDArray[np.float32]]:
    """The lattice with edges for the swaps that the thesaurus lists, if the model has one, and a table of the swaps that its
    edges then refer to: the channel's entries that they use, and these.  The thesaurus is the table's last family."""
    entries, thesaurus = model.channel.entries, model.channel.thesaurus
    if thesaurus is not None:
        behind = swaps_behind(sentences, thesaurus, _ANY_WORD, LONGEST)
        edges, posterior, listed = _listed(edges, posterior, thesaurus, *behind, len(entries.target))
    swaps = edges.entry >= 0
    local = numbered(edges.entry[swaps])
    used = np.empty(local.max(initial=-1) + 1, dtype=np.int64)
    used[local] = edges.entry[swaps]
    entry = edges.entry.copy()
    entry[swaps] = local
    held = used < len(entries.target)
    code = np.zeros((len(model.swap_factors), len(used)), dtype=np.uint8)
    origin = np.full(len(used), FROM_THESAURUS, dtype=np.uint8)
    code[: len(entries.code), held], origin[held] = entries.code[:, used[held]], entries.origin[used[held]]
    if thesaurus is not None:
        code[-1, local] = listed[swaps]
    return read_only(SwapTable(code, origin, model.swap_factors)), edges._replace(entry=entry), posterior


@njit(nogil=True)
def _listed(
    edges: Edges,
    posterior: npt.NDArray[np.float32],
    thesaurus: Thesaurus,
    lows: npt.NDArray[np.int64],
    highs: npt.NDArray[np.int64],
    first_entry: int,
) -> tuple[Edges, npt.NDArray[np.float32], npt.NDArray[np.uint8]]:
    """The lattice with the thesaurus's swaps (``lows`` and ``highs`` as :func:`~textrepair.model.lattice.swaps_behind` gives
    them), numbered from ``first_entry`` on and with posterior 0; and the code that the thesaurus gives to each edge, 0 where
    it doesn't list it."""
    n, room = len(lows), len(posterior) + (highs - lows).sum()
    first = np.empty(n + 1, dtype=np.int64)
    length, target = np.empty(room, dtype=np.int8), np.empty(room, dtype=np.int32)
    entry, found = np.empty(room, dtype=np.int32), np.zeros(room, dtype=np.float32)
    listed = np.zeros(room, dtype=np.uint8)
    at = 0
    for i in range(n):
        first[i] = at
        for e in range(edges.first[i], edges.first[i + 1]):
            length[at], target[at], entry[at] = edges.length[e], edges.target[e], edges.entry[e]
            found[at] = posterior[e]
            at += 1
        held = at
        for size in range(1, lows.shape[1] + 1):
            rarer = _RARER if size > 1 else 0
            left = np.float32(1.0)
            for k in range(max(0, i - size + 1), i + 1):
                left = min(left, posterior[edges.first[k]])
            for swap in range(lows[i, size - 1], highs[i, size - 1]):
                original = np.int32(thesaurus.target[swap])
                code = np.uint8(max(1, int(thesaurus.code[original]) - rarer))
                place = first[i] + 1
                while place < held and (length[place] != size or target[place] != original):
                    place += 1
                if place < held:
                    listed[place] = code
                elif left >= _LEFT_ALONE:
                    length[at], target[at], entry[at] = size, original, np.int32(first_entry + swap)
                    listed[at] = code
                    at += 1
    first[n] = at
    kept = slice(0, at)
    return Edges(first, length[kept], target[kept], entry[kept]), found[kept], listed[kept]
