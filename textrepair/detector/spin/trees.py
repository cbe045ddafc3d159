"""Boosted decision trees of up to eight leaves, asked without a step from node to node.

Of a tree all nodes are asked at once: one whose feature is above its threshold rules out the leaves to its left, and the first
leaf that nothing rules out is the tree's (QuickScorer: Lucchese et al., "QuickScorer: a fast algorithm to rank documents with
additive ensembles of regression trees", SIGIR 2015).  A processor that follows nodes guesses wrongly at every second one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from textrepair.compiled import compiled

_LEAVES = 8
_COLUMNS = ("feature", "threshold", "left", "right", "value")
#: Of eight bits, the lowest that is set.
_LOWEST = np.array([(bits & -bits).bit_length() - 1 for bits in range(1 << _LEAVES)], dtype=np.int8)


class Trees(NamedTuple):
    """``feature``, ``threshold`` and ``kept`` (trees, 7): what each node asks, and a bit for each leaf, numbered from the left,
    that remains where the feature is above the threshold; ``value`` (trees, 8) of the leaves."""

    feature: npt.NDArray[np.int8]
    threshold: npt.NDArray[np.float32]
    kept: npt.NDArray[np.uint8]
    value: npt.NDArray[np.float32]


def trees_of(stored: Mapping[str, Any]) -> Trees:
    """Trees as they are stored, a row of nodes each: ``feature``, -1 for a leaf, whose ``value`` counts; from other nodes one
    goes ``left`` where the feature is at most the ``threshold``, else ``right``.

    Raises ValueError for a tree with more than eight leaves.
    """
    count, nodes = len(stored["feature"]), _LEAVES - 1
    trees = Trees(
        np.zeros((count, nodes), dtype=np.int8),
        np.full((count, nodes), np.inf, dtype=np.float32),
        np.full((count, nodes), 0xFF, dtype=np.uint8),
        np.zeros((count, _LEAVES), dtype=np.float32),
    )
    for tree in range(count):
        row = {name: stored[name][tree] for name in _COLUMNS}
        asked, leaves = list[tuple[int, int, int]](), list[float]()
        _walk(row, 0, asked, leaves)
        if len(leaves) > _LEAVES:
            raise ValueError(f"a tree with {len(leaves)} leaves, of which there can be {_LEAVES}")
        trees.value[tree, : len(leaves)] = leaves
        for k, (node, first, behind) in enumerate(asked):
            trees.feature[tree, k], trees.threshold[tree, k] = row["feature"][node], row["threshold"][node]
            trees.kept[tree, k] = 0xFF ^ ((1 << behind) - (1 << first))
    return trees


def _walk(
    row: Mapping[str, Sequence[Any]], node: int, asked: list[tuple[int, int, int]], leaves: list[float]
) -> None:
    """Add what is below a node: the values of its leaves, from the left, and each node that asks, with the first leaf to its
    left and the one behind the last."""
    if row["feature"][node] < 0:
        leaves.append(row["value"][node])
        return
    first = len(leaves)
    _walk(row, row["left"][node], asked, leaves)
    asked.append((node, first, len(leaves)))
    _walk(row, row["right"][node], asked, leaves)


@compiled
def said(trees, features, row):  # type: ignore[no-untyped-def]
    """What the trees say together of one row of features (rows, features)."""
    total = 0.0
    for tree in range(len(trees.feature)):
        left = np.int64(0xFF)
        for node in range(trees.feature.shape[1]):
            above = features[row, trees.feature[tree, node]] > trees.threshold[tree, node]
            left &= np.int64(trees.kept[tree, node]) | (np.int64(above) - 1)
        total += trees.value[tree, _LOWEST[left]]
    return total
