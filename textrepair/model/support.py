"""What is a swap known from: seen in pairs of some spinner, from the prior alone, or not at all?"""

from __future__ import annotations

from enum import StrEnum

import numpy as np
import numpy.typing as npt

from textrepair.model.channel import COMPOUND_FACTOR, FACTOR_UNITS, SwapTable, log_probability
from textrepair.model.families import FROM_PAIRS

#: A family's share of a swap among those of its intended word has to be above the prior's by this factor (natural log) to count
#: as seen: codes and factors are rounded, by 0.03 and mostly less than 0.2 nats.
_SEEN = 0.3


class Support(StrEnum):
    """What a model knows of a pair of observed and intended words."""

    LEARNED = "learned"
    PRIOR = "prior only"
    NONE = "not held"


def is_learned(
    swaps: SwapTable,
    number: npt.NDArray[np.int64],
    target: npt.NDArray[np.int64],
) -> npt.NDArray[np.bool_]:
    """Of some swaps, by their numbers and targets, shapes (k,): does a family give more to the swap than the prior does?

    A family falls back on the prior for what its pairs don't hold, so only what lies above was counted.  A swap that pairs show
    more rarely than the prior expects is not told from one that they don't.
    """
    known = target < swaps.swap_factor.shape[1]
    factor = np.full((len(swaps.code), len(number)), COMPOUND_FACTOR)
    factor[:, known] = np.maximum(swaps.swap_factor[:, target[known]], 1) / FACTOR_UNITS
    share = log_probability(swaps.code[:, number]) - np.log(factor)
    with np.errstate(invalid="ignore"):
        above: npt.NDArray[np.bool_] = (share[1:] - share[0] > _SEEN).any(axis=0)
    above |= swaps.origin[number] == FROM_PAIRS
    return above
