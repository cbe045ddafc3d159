"""How many words a second, on one core?

The floor is the least that anything reading words can do, ``sum(map(known.__contains__, text.split()))`` with the words of
wordfreq's English list; a word, in every rate, is what ``str.split`` gives.  The contenders take turns on the same texts and the
best round of each counts, in seconds of processor time, since on a shared machine the others measure the neighbours.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import ftfy
import wordfreq

from textrepair.repair import Repairer

Work = Callable[[str], object]
_ROUNDS = 5


def measure_speed(
    repairer: Repairer, texts: dict[str, Sequence[str]]
) -> dict[str, dict[str, dict[str, float]]]:
    """For each sort of text and each contender its words a second and the ratio to the floor's and to ftfy's."""
    thorough = replace(repairer, depth="thorough")
    known = set(wordfreq.get_frequency_dict("en"))
    contenders: dict[str, Work] = {
        "floor": lambda text: sum(map(known.__contains__, text.split())),
        "ftfy": ftfy.fix_text,
        "scan": repairer.diagnose,
        "repair": lambda text: repairer.repair(text).text,
        "repair --thorough": lambda text: thorough.repair(text).text,
    }
    return {sort: _compare(contenders, some) for sort, some in texts.items()}


def _compare(contenders: dict[str, Work], texts: Sequence[str]) -> dict[str, dict[str, float]]:
    def through(work: Work) -> Callable[[Sequence[str]], object]:
        return lambda some: [work(text) for text in some]

    rates = compare({name: through(work) for name, work in contenders.items()}, texts)
    return {
        name: {"words_per_s": rate, "to_floor": rate / rates["floor"], "to_ftfy": rate / rates["ftfy"]}
        for name, rate in rates.items()
    }


def compare(
    contenders: dict[str, Callable[[Sequence[str]], object]], texts: Sequence[str]
) -> dict[str, float]:
    """Words a second of each contender on all texts, in its best round."""
    words = sum(len(text.split()) for text in texts)
    seconds = dict.fromkeys(contenders, float("inf"))
    for work in contenders.values():
        work(texts[:1])  # what happens on the first call only is measured apart
    for _ in range(_ROUNDS):
        for name, work in contenders.items():
            seconds[name] = min(seconds[name], _seconds(work, texts))
    return {name: words / taken for name, taken in seconds.items()}


def _seconds(work: Callable[[Sequence[str]], object], texts: Sequence[str], at_least: float = 0.2) -> float:
    """Seconds of processor time for all texts once; they are gone through often enough to be measurable."""
    passes = 0
    start = time.process_time()
    while True:
        work(texts)
        passes += 1
        taken = time.process_time() - start
        if taken >= at_least:
            return taken / passes


def profile(repairer: Repairer, texts: Sequence[str]) -> dict[str, float]:
    """Shares of a repair's time by part of the program, from cProfile (whose own cost weighs on what makes many calls)."""
    import cProfile
    import pstats

    profiler = cProfile.Profile()
    profiler.enable()
    for text in texts:
        _ = repairer.repair(text).text
    profiler.disable()
    stats: dict[Any, Any] = pstats.Stats(profiler).stats  # type: ignore[attr-defined]
    total = sum(own for _, _, own, _, _ in stats.values())
    shares: dict[str, float] = {}
    for (file, _, _), (_, _, own, _, _) in stats.items():
        part = _part(file)
        shares[part] = shares.get(part, 0.0) + own / total
    return dict(sorted(shares.items(), key=lambda item: -item[1]))


def _part(file: str) -> str:
    inside = file.replace("\\", "/").partition("textrepair/")[2]
    return inside.removesuffix(".py") if inside.endswith(".py") else "built-in functions and libraries"
