"""Pin the accuracy that the tests hold the packaged model to: ``python scripts/pin_floors.py [--check]``.

Measures the packaged model on ``corpora/gold.jsonl`` and writes ``tests/gold/floors.json``: floors for precision and recall of
each kind of repair, ceilings for harm, and the hash of the corpus.  A floor is never lowered and a ceiling never raised from
here: where a change of the corpus or a trade makes a figure worse, edit the file by hand and tell why in the commit.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TypedDict

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from textrepair.evaluation import Gold, evaluate, kinds_marked  # noqa: E402
from textrepair.repair import Repairer, load  # noqa: E402

GOLD = ROOT / "corpora" / "gold.jsonl"
FLOORS = ROOT / "tests" / "gold" / "floors.json"
#: Floors are rounded down to a multiple of the one, ceilings up to a multiple of the other: up to 6 of the 687 swaps and four of
#: the 8,400 words, which leaves room for another processor's floating point.  Perfect figures stay perfect.
FLOOR_STEP, CEILING_STEP = 0.01, 5.0


class Pinned(TypedDict):
    """The file: the corpus by its hash, the least of each good figure, the most of each bad one."""

    corpus: str
    sha256: str
    floors: dict[str, float]
    ceilings: dict[str, float]


class Lowered(ValueError):
    """A figure is worse than what is pinned."""


def corpus_hash() -> str:
    """SHA-256 of the gold corpus."""
    return hashlib.sha256(GOLD.read_bytes()).hexdigest()


def measure(repairer: Repairer) -> Pinned:
    """The figures of a repairer, unrounded."""
    golds = [
        Gold.from_record(json.loads(line)) for line in GOLD.read_text(encoding="utf-8").splitlines() if line
    ]
    pairs = [(gold, repairer.repair(gold.text).patch) for gold in golds]
    report = evaluate(pairs, kinds_marked(golds))
    sound = evaluate([(gold, patch) for gold, patch in pairs if not gold.edits])
    floors = {}
    for kind, score in sorted(report.by_kind.items()):
        floors[f"{kind} precision"] = score.precision or 0.0
        floors[f"{kind} recall"] = score.recall or 0.0
    ceilings = {
        "edits in articles without damage": float(sound.repair.system),
        "sound words changed in them, of 10,000": sound.harm.per_10000 or 0.0,
        "sound words changed in all, of 10,000": report.harm.per_10000 or 0.0,
    }
    return Pinned(corpus=str(GOLD.relative_to(ROOT)), sha256=corpus_hash(), floors=floors, ceilings=ceilings)


def worse(measured: Pinned, pinned: Pinned) -> list[str]:
    """What is worse than pinned, or missing, in words."""
    return [
        *_beyond(measured["floors"], pinned["floors"], "below the floor", 1),
        *_beyond(measured["ceilings"], pinned["ceilings"], "above the ceiling", -1),
    ]


def _beyond(measured: Mapping[str, float], pinned: Mapping[str, float], told: str, sign: int) -> list[str]:
    return [
        f"{name}: {measured[name]:.4f} is {told} of {limit:g}"
        if name in measured
        else f"{name}: not measured"
        for name, limit in pinned.items()
        if name not in measured or sign * measured[name] < sign * limit
    ]


def repin(measured: Pinned, pinned: Pinned | None) -> Pinned:
    """What to pin now: the measured figures, rounded to the safe side, never behind what is pinned.

    Raises :class:`Lowered` where a figure is worse than its limit.
    """
    if pinned and (found := worse(measured, pinned)):
        raise Lowered("; ".join(found))
    old_floors = pinned["floors"] if pinned else {}
    old_ceilings = pinned["ceilings"] if pinned else {}
    return Pinned(
        corpus=measured["corpus"],
        sha256=measured["sha256"],
        floors={
            name: max(round(math.floor(value / FLOOR_STEP) * FLOOR_STEP, 2), old_floors.get(name, 0.0))
            for name, value in measured["floors"].items()
        },
        ceilings={
            name: min(math.ceil(value / CEILING_STEP) * CEILING_STEP, old_ceilings.get(name, math.inf))
            for name, value in measured["ceilings"].items()
        },
    )


def read_pinned() -> Pinned:
    """What is pinned."""
    pinned: Pinned = json.loads(FLOORS.read_text(encoding="utf-8"))
    return pinned


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="only compare; exit 1 where a figure is worse")
    options = parser.parse_args()
    pinned = read_pinned() if FLOORS.exists() else None
    measured = measure(load())
    print(json.dumps(measured, indent=1))
    try:
        new = repin(measured, pinned)
    except Lowered as error:
        raise SystemExit(f"error: {error}; nothing written: see the top of this script") from error
    if not options.check:
        FLOORS.write_text(json.dumps(new, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
