"""Which number belongs to a key?  Open addressing in arrays whose length is a power of two; a slot with key 0 is free."""

from __future__ import annotations

from typing import Any

import numpy.typing as npt
from numpy import uint32

from textrepair.compiled import compiled


@compiled
def first_slot(keys, key):  # type: ignore[no-untyped-def]
    """Where a key is looked for first: it is in the table only if this slot is taken."""
    return ((uint32(key) * uint32(0x9E3779B1)) >> uint32(15)) & uint32(len(keys) - 1)


@compiled
def slot(keys, key):  # type: ignore[no-untyped-def]
    """Where a key stands in the table, or would."""
    mask = uint32(len(keys) - 1)
    at = first_slot(keys, key)
    while keys[at] and keys[at] != key:
        at = (at + uint32(1)) & mask
    return at


@compiled
def fill(
    keys: npt.NDArray[Any], numbers: npt.NDArray[Any], wanted: npt.NDArray[Any], theirs: npt.NDArray[Any]
) -> None:
    """Enter keys (other than 0) with their numbers into an empty table with room for more."""
    for i in range(len(wanted)):
        at = slot(keys, wanted[i])
        keys[at], numbers[at] = wanted[i], theirs[i]
