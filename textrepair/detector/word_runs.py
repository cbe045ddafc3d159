"""Which of two kinds of text is it, by its runs of one to three words?

Each run has a weight, by logistic regression (``scripts/train_wording.py``, ``scripts/train_age.py``); of a text count the square
roots of its runs' counts, at length 1.
"""

from __future__ import annotations

import gzip
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from textrepair.compiled import compiled, compiled_making_arrays
from textrepair.detector.scanning.key_table import fill, first_slot, slot
from textrepair.lazy import cached_property
from textrepair.model.vocabulary import END, OFTEN, SPECIALS, UNSEEN, Vocabulary
from textrepair.overlap import without_overlap

#: How the end of a sentence is written in a run.
STOP = SPECIALS[END]
#: Nodes of the tree of runs: nothing, and the end of a sentence; then words.
_NONE, _END = 0, 1
_CODE_BITS = 15
#: A table of runs has so many slots for each.
_ROOM = 4
#: How much the root of a count grows by one more, for the first counts.
_GROWTH = np.diff(np.sqrt(np.arange(257))).astype(np.float32)


class Told(NamedTuple):
    """A run that speaks for the kind: words and signs ``[start, end)``; ``confidence`` is its share, the probability that it
    stands there for being of the kind, in a text that is."""

    start: int
    end: int
    confidence: float


class _Tree(NamedTuple):
    """Runs by their words.  ``codes`` (identifiers,): each word's node, 0 without one; ``keys``, ``nodes`` (slots,): the node
    that a word leads to from another (:mod:`~textrepair.detector.scanning.key_table`), ``taken`` a bit for each slot, which most
    pairs of words need not look beyond; ``weights`` and ``shares`` (nodes,), 0.0 for what is only the beginning of a run.  Nodes
    below ``words`` are those of words."""

    codes: npt.NDArray[np.int16]
    taken: npt.NDArray[np.uint8]
    keys: npt.NDArray[np.uint32]
    nodes: npt.NDArray[np.int32]
    weights: npt.NDArray[np.float32]
    shares: npt.NDArray[np.float32]
    words: int


@dataclass(frozen=True)
class WordRuns:
    """Runs, their words' normal forms between spaces (:data:`STOP` for the end of a sentence), for texts as one vocabulary sees
    them; names and words that it does not have are in no run.  Each has its weight, and the share of its uses in texts of the
    kind that are more than there are in others."""

    vocabulary: Vocabulary
    runs: Mapping[str, tuple[float, float]]
    intercept: float

    def score(self, ids: npt.NDArray[np.int32]) -> float:
        """Natural-log odds that a text is of the kind, for the identifiers of its words and signs."""
        codes, taken, keys, nodes, weights, *_ = self._tree
        return self.intercept + float(_weighed(ids, codes, taken, keys, nodes, weights, _GROWTH))

    def score_of_words(self, ids: npt.NDArray[np.int32]) -> float:
        """The same, as if there were no runs but single words: in a fifth of the time."""
        tree = self._tree
        return self.intercept + float(_weighed_words(ids, tree.codes, tree.weights[: tree.words], _GROWTH))

    def told(self, ids: npt.NDArray[np.int32], least: float) -> tuple[Told, ...]:
        """The runs with at least this share, in their order; of two that overlap the likelier."""
        codes, taken, keys, nodes, _, shares, _ = self._tree
        return without_overlap(
            sorted(Told(*run) for run in _likely(ids, codes, taken, keys, nodes, shares, least))
        )

    @cached_property
    def _tree(self) -> _Tree:
        return _tree(self.vocabulary, self.runs)


def can_be_told(vocabulary: Vocabulary) -> npt.NDArray[np.bool_]:
    """Which identifiers can be in a run: words, signs and ends of sentences, but no names, whose company is the subject's."""
    able: npt.NDArray[np.bool_] = np.asarray(vocabulary.capital) < OFTEN
    able[: len(SPECIALS)] = False
    able[END] = True
    return able


def _tree(vocabulary: Vocabulary, runs: Mapping[str, tuple[float, float]]) -> _Tree:
    able = can_be_told(vocabulary)
    index = vocabulary.index
    codes = np.zeros(len(vocabulary.words), dtype=np.int16)
    codes[END] = _END
    size = 2
    listed: list[tuple[list[int], tuple[float, float]]] = []
    for run, told in runs.items():
        words = [END if word == STOP else index.get(word, UNSEEN) for word in run.split(" ")]
        if any(word == UNSEEN or not able[word] for word in words):
            continue
        for word in words:
            if not codes[word]:
                codes[word] = size
                size += 1
        listed.append((codes[words].tolist(), told))
    if size > 1 << _CODE_BITS:
        raise ValueError(f"{size:,} words in runs, of which there can be {1 << _CODE_BITS:,}")
    edges: dict[int, int] = {}
    ends = []
    for run_codes, _ in listed:
        node = run_codes[0]
        for code in run_codes[1:]:
            node = edges.setdefault(node << _CODE_BITS | code, size + len(edges))
        ends.append(node)
    if size + len(edges) > 1 << 32 - _CODE_BITS:
        raise ValueError(f"{len(edges):,} runs of several words, which are too many")
    slots = 1 << (_ROOM * max(1, len(edges))).bit_length()
    keys, nodes = np.zeros(slots, dtype=np.uint32), np.zeros(slots, dtype=np.int32)
    fill(keys, nodes, np.array([*edges], dtype=np.uint32), np.array([*edges.values()], dtype=np.int32))
    values = np.zeros((2, size + len(edges)), dtype=np.float32)
    values[:, ends] = np.array([told for _, told in listed]).reshape(-1, 2).T
    taken = np.packbits(keys != 0, bitorder="little")
    return _Tree(codes, taken, keys, nodes, weights=values[0], shares=values[1], words=size)


@compiled_making_arrays
def _longer(  # type: ignore[no-untyped-def]
    own, taken, keys, nodes, before, ends
):
    """Which runs go on with the next word?  They have nodes ``before`` and end before the words ``ends``, whose nodes are ``own``
    (and one more, of nothing); of those that do go on the nodes and ends.

    In two passes, since a processor would often guess wrongly, and then wait, which pairs of words are listed.
    """
    may = np.empty(len(before), dtype=np.int32)
    count = 0
    for i in range(len(before)):
        code = own[ends[i]]
        at = first_slot(keys, np.uint32(before[i]) << np.uint32(_CODE_BITS) | np.uint32(code))
        bit = np.uint32(taken[at >> np.uint32(3)]) >> (at & np.uint32(7)) & np.uint32(1)
        may[count] = i
        count += (bit != 0) & (before[i] != _NONE) & (code != _NONE)
    found, behind = np.empty(count, dtype=np.int32), np.empty(count, dtype=np.int32)
    n = 0
    for i in may[:count]:
        key = np.uint32(before[i]) << np.uint32(_CODE_BITS) | np.uint32(own[ends[i]])
        found[n], behind[n] = nodes[slot(keys, key)], ends[i] + 1
        n += found[n] != _NONE
    return found[:n], behind[:n]


@compiled_making_arrays
def _runs(  # type: ignore[no-untyped-def]
    ids, codes, taken, keys, nodes
):
    """The nodes of all runs, those of one word first, then of two and of three, with the words before which they end."""
    own = np.empty(len(ids) + 1, dtype=np.int32)
    for i in range(len(ids)):
        own[i] = codes[ids[i]]
    own[-1] = _NONE
    one, ends = own[:-1], np.arange(1, len(ids) + 1, dtype=np.int32)
    two, ends_of_two = _longer(own, taken, keys, nodes, one, ends)
    three, ends_of_three = _longer(own, taken, keys, nodes, two, ends_of_two)
    return (one, ends), (two, ends_of_two), (three, ends_of_three)


@compiled
def _add(found, weights, growth, counts):  # type: ignore[no-untyped-def]
    """What these nodes add to the sum of weights times roots of counts, and how many of them have a weight."""
    score, total = 0.0, 0
    for node in found:
        weight, count = weights[node], counts[node]
        counts[node] = count + 1
        score += weight * (growth[count] if count < len(growth) else np.float32(0.5 / math.sqrt(count + 0.5)))
        total += weight != 0.0
    return score, total


@compiled_making_arrays
def _weighed(
    ids: npt.NDArray[np.int32],
    codes: npt.NDArray[np.int16],
    taken: npt.NDArray[np.uint8],
    keys: npt.NDArray[np.uint32],
    nodes: npt.NDArray[np.int32],
    weights: npt.NDArray[np.float32],
    growth: npt.NDArray[np.float32],
) -> float:
    counts = np.zeros(len(weights), dtype=np.int32)
    score, total = 0.0, 0
    for found, _ in _runs(ids, codes, taken, keys, nodes):
        more, weighed = _add(found, weights, growth, counts)
        score += more
        total += weighed
    return score / math.sqrt(max(1.0, total))


@compiled_making_arrays
def _weighed_words(
    ids: npt.NDArray[np.int32],
    codes: npt.NDArray[np.int16],
    weights: npt.NDArray[np.float32],
    growth: npt.NDArray[np.float32],
) -> float:
    score: float
    score, total = _add(codes[ids], weights, growth, np.zeros(len(weights), dtype=np.int32))
    return score / math.sqrt(max(1.0, total))


@compiled_making_arrays
def _likely(
    ids: npt.NDArray[np.int32],
    codes: npt.NDArray[np.int16],
    taken: npt.NDArray[np.uint8],
    keys: npt.NDArray[np.uint32],
    nodes: npt.NDArray[np.int32],
    shares: npt.NDArray[np.float32],
    least: float,
) -> list[tuple[Any, Any, Any]]:
    """Where the runs of a share are, and these shares."""
    out = []
    size = 1
    for found, ends in _runs(ids, codes, taken, keys, nodes):
        for i in range(len(found)):
            share = shares[found[i]]
            if share >= least:
                out.append((ends[i] - size, np.int64(ends[i]), np.float64(share)))
        size += 1
    return out


@dataclass(frozen=True)
class Form:
    """A sort of file of runs, by the name of its format; ``script`` writes it."""

    name: str
    script: str

    def runs(self, stored: Mapping[str, Any], vocabulary: Vocabulary) -> WordRuns:
        """The runs of a file as ``script`` writes it; any other is refused."""
        if stored.get("format") != self.name or stored.get("version") != 1:
            raise ValueError(f"not {self.name}, version 1; run {self.script} fit to make them anew")
        return WordRuns(vocabulary, stored["runs"], stored["intercept"])

    def stored(self, runs: WordRuns, built_from: Sequence[str]) -> dict[str, object]:
        """What :meth:`runs` takes."""
        return {
            "format": self.name, "version": 1, "built_by": self.script, "built_from": list(built_from),
            "intercept": runs.intercept, "runs": dict(runs.runs),
        }  # fmt: skip

    def write(self, path: Path, runs: WordRuns, built_from: Sequence[str]) -> None:
        """Write a file, the same bytes for the same runs."""
        text = json.dumps(self.stored(runs, built_from), ensure_ascii=False, separators=(",", ":"))
        path.write_bytes(gzip.compress(text.encode(), mtime=0))

    def packaged(self, file: str, vocabulary: Vocabulary) -> WordRuns:
        """The runs of a file that comes with the package, for texts as this vocabulary sees them."""
        return self.runs(packaged_json(file), vocabulary)


@cache
def packaged_json(file: str) -> Mapping[str, Any]:
    """What a compressed file that comes with the package holds."""
    path = resources.files("textrepair.detector") / "packaged" / file
    stored: Mapping[str, Any] = json.loads(gzip.decompress(path.read_bytes()))
    return stored
