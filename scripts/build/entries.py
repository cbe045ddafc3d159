"""How do likely originals, word by word, lie in the arrays of a channel?"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from textrepair.model.channel import Entries, encode, hash_phrase


def build_entries(
    observed: Mapping[tuple[int, ...], list[tuple[int, list[float], int]]],
    words: int,
    compounds: list[tuple[int, ...]],
    swap_factor: npt.NDArray[np.uint8],
) -> Entries:
    """Pack ``observed phrase → [(target, probability by family, origin)]`` into arrays."""
    families = len(swap_factor)
    single = sorted((key[0], rows) for key, rows in observed.items() if len(key) == 1)
    phrases = sorted(
        (int(hash_phrase(np.array(key, dtype=np.int64))), key, rows)
        for key, rows in observed.items()
        if len(key) > 1
    )
    lengths = np.zeros(words + 1, dtype=np.int64)
    flat: list[tuple[int, list[float], int]] = []
    for word, rows in single:
        lengths[word + 1] = len(rows)
        flat += rows
    phrase_start = [len(flat)]
    first = np.zeros(words, dtype=np.uint8)
    for _, key, rows in phrases:
        flat += rows
        phrase_start.append(len(flat))
        first[key[0]] = 1
    table = np.full((max(1, len(compounds)), 3), 0xFFFF, dtype=np.uint16)
    for row, compound in enumerate(compounds):
        table[row, : len(compound)] = compound
    probabilities = np.array([row[1] for row in flat], dtype=np.float64).reshape(len(flat), families)
    return Entries(
        start=np.cumsum(lengths).astype(np.int32),
        target=np.array([row[0] for row in flat], dtype=np.uint16),
        code=np.ascontiguousarray(encode(probabilities).T),
        origin=np.array([row[2] for row in flat], dtype=np.uint8),
        compounds=table,
        phrase_key=np.array([hashed for hashed, _, _ in phrases], dtype=np.uint64),
        phrase_start=np.array(phrase_start, dtype=np.int32),
        phrase_first=first,
        swap_factor=swap_factor,
    )
