"""Does the text prefer the words and phrases that rewriting programs put to those that people write?

A program that minds grammar leaves nothing that a language model finds odd: "in the event that" is English.  But it takes from a
thesaurus whatever it finds there, so that what few writers say is frequent in its texts and what most say is rare.  Runs of one
to three words are weighed by logistic regression, fitted to sound text and to what programs with thesauri written for this made
of it (``scripts/train_wording.py``); of a text count the square roots of its runs' counts, at length 1.
"""

from __future__ import annotations

import gzip
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from textrepair.compiled import compiled, compiled_making_arrays
from textrepair.detector.scanning.key_table import fill, slot
from textrepair.lazy import cached_property
from textrepair.model.vocabulary import END, OFTEN, SPECIALS, UNSEEN, Vocabulary

_FILE = "wording.json.gz"
_FORMAT = "textrepair rewriters' wording"
#: How the end of a sentence is written in a run.
STOP = SPECIALS[END]
#: Nodes of the tree of runs: nothing, and the end of a sentence; then words.
_NONE, _END = 0, 1
_CODE_BITS = 15
#: A table of runs has so many slots for each.
_ROOM = 4


class Told(NamedTuple):
    """A run that a rewriter likely put: words and signs ``[start, end)``, and the probability that one did if the text is
    rewritten."""

    start: int
    end: int
    probability: float


class _Tree(NamedTuple):
    """Runs by their words.  ``codes`` (identifiers,): each word's node, 0 without one; ``keys``, ``nodes`` (slots,): the node
    that a word leads to from another (:mod:`~textrepair.detector.scanning.key_table`); ``weights`` and ``shares`` (nodes,), 0.0
    for what is only the beginning of a run."""

    codes: npt.NDArray[np.int32]
    keys: npt.NDArray[np.uint32]
    nodes: npt.NDArray[np.int32]
    weights: npt.NDArray[np.float32]
    shares: npt.NDArray[np.float32]


@dataclass(frozen=True)
class Wording:
    """Runs, their words' normal forms between spaces (:data:`STOP` for the end of a sentence), for texts as one vocabulary sees
    them; names and words that it does not have are in no run.  Each has its weight, and the share of its uses in rewritten text
    that are more than there are in sound text: those the rewriters put."""

    vocabulary: Vocabulary
    runs: Mapping[str, tuple[float, float]]
    intercept: float

    def score(self, ids: npt.NDArray[np.int32]) -> float:
        """Natural-log odds of "rewritten", among as many sound texts, for the identifiers of a text's words and signs."""
        codes, keys, nodes, weights, _ = self._tree
        return self.intercept + float(_weighed(ids, codes, keys, nodes, weights))

    def told(self, ids: npt.NDArray[np.int32], least: float) -> list[Told]:
        """The runs that a rewriter put with at least this probability, in their order; of two that overlap the likelier."""
        codes, keys, nodes, _, shares = self._tree
        taken = np.zeros(len(ids), dtype=np.bool_)
        kept = []
        found = [Told(*run) for run in _likely(ids, codes, keys, nodes, shares, least)]
        for run in sorted(found, key=lambda run: (-run.probability, run.start)):
            if not taken[run.start : run.end].any():
                taken[run.start : run.end] = True
                kept.append(run)
        return sorted(kept)

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
    codes = np.zeros(len(vocabulary.words), dtype=np.int32)
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
    slots = 1 << (_ROOM * max(1, len(edges))).bit_length()
    keys, nodes = np.zeros(slots, dtype=np.uint32), np.zeros(slots, dtype=np.int32)
    fill(keys, nodes, np.array([*edges], dtype=np.uint32), np.array([*edges.values()], dtype=np.int32))
    values = np.zeros((2, size + len(edges)), dtype=np.float32)
    values[:, ends] = np.array([told for _, told in listed]).reshape(-1, 2).T
    return _Tree(codes, keys, nodes, *values)


@compiled
def _node(keys, nodes, before, code):  # type: ignore[no-untyped-def]
    """The node that a word leads to."""
    if before == _NONE:
        return np.int32(_NONE)
    return nodes[slot(keys, np.uint32(before) << np.uint32(_CODE_BITS) | np.uint32(code))]


@compiled_making_arrays
def _weighed(
    ids: npt.NDArray[np.int32],
    codes: npt.NDArray[np.int32],
    keys: npt.NDArray[np.uint32],
    nodes: npt.NDArray[np.int32],
    weights: npt.NDArray[np.float32],
) -> float:
    counts = np.zeros(len(weights), dtype=np.int32)
    found = np.empty(3 * len(ids), dtype=np.int32)
    n = total = 0
    one = two = np.int32(_NONE)
    for i in range(len(ids)):
        code = codes[ids[i]]
        pair = three = np.int32(_NONE)
        if code != _NONE:
            pair, three = _node(keys, nodes, one, code), _node(keys, nodes, two, code)
        for node in (code, pair, three):
            if weights[node] != 0.0:
                found[n] = node
                n += counts[node] == 0
                counts[node] += 1
                total += 1
        one, two = code, pair
    score = 0.0
    for k in range(n):
        score += weights[found[k]] * math.sqrt(counts[found[k]])
    return score / math.sqrt(max(1.0, total))


@compiled_making_arrays
def _likely(
    ids: npt.NDArray[np.int32],
    codes: npt.NDArray[np.int32],
    keys: npt.NDArray[np.uint32],
    nodes: npt.NDArray[np.int32],
    shares: npt.NDArray[np.float32],
    least: float,
) -> list[tuple[int, int, float]]:
    """Where the runs of a share are, and these shares."""
    out = []
    one = two = np.int32(_NONE)
    for i in range(len(ids)):
        code = codes[ids[i]]
        pair = three = np.int32(_NONE)
        if code != _NONE:
            pair, three = _node(keys, nodes, one, code), _node(keys, nodes, two, code)
        length = 1
        for node in (code, pair, three):
            if shares[node] >= least:
                out.append((i - length + 1, i + 1, np.float64(shares[node])))
            length += 1
        one, two = code, pair
    return out


def wording_from(stored: Mapping[str, Any], vocabulary: Vocabulary) -> Wording:
    """Runs as ``scripts/train_wording.py`` writes them; any other file is refused."""
    if stored.get("format") != _FORMAT or stored.get("version") != 1:
        raise ValueError(f"not {_FORMAT}, version 1; run scripts/train_wording.py fit to make them anew")
    return Wording(vocabulary, stored["runs"], stored["intercept"])


def as_stored(wording: Wording, built_from: Sequence[str]) -> dict[str, object]:
    """What :func:`wording_from` takes."""
    return {
        "format": _FORMAT, "version": 1, "built_by": "scripts/train_wording.py", "built_from": list(built_from),
        "intercept": wording.intercept, "runs": dict(wording.runs),
    }  # fmt: skip


@cache
def _packaged() -> Mapping[str, Any]:
    file = resources.files("textrepair.detector") / "packaged" / _FILE
    stored: Mapping[str, Any] = json.loads(gzip.decompress(file.read_bytes()))
    return stored


def packaged_wording(vocabulary: Vocabulary) -> Wording:
    """The runs that come with the package, for texts as this vocabulary sees them."""
    return wording_from(_packaged(), vocabulary)
