"""Score distribution and reliability of each detector, as SVG: ``python scripts/draw_detection.py SCORES.json -o docs``.

``SCORES.json`` is what ``train_translation.py measure``, ``train_order.py`` and ``measure_spin.py`` write with ``--scores``:
by kind, ``{"sound": [p, ...], "damaged": [p, ...], "prior": P}``.

Left: where the probabilities of sound and damaged articles lie.  Right: of articles told a probability, how many are damaged,
each side weighed so that damaged ones are as frequent as ``prior`` says; a point above the line is a detector too careful, one
below too bold.  Bars are 95 % intervals.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from build.splits import wilson

BANDS = np.array([0.0, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 0.5, 0.7, 0.9, 0.97, 1.0])
_LEAST, _MOST = 1e-5, 1 - 1e-5


def reliability(
    sound: Sequence[float], damaged: Sequence[float], prior: float
) -> list[tuple[float, float, float, float, int]]:
    """For each band that has articles: mean probability, share of damaged ones, its interval, and how many articles it has.

    >>> [(round(x, 2), round(y, 2)) for x, y, *_ in reliability([0.05, 0.06], [0.95, 0.96], 0.5)]
    [(0.06, 0.0), (0.96, 1.0)]
    """
    p = np.concatenate([np.asarray(sound, float), np.asarray(damaged, float)])
    y = np.repeat([0.0, 1.0], [len(sound), len(damaged)])
    weight = np.where(y == 1, prior / max(1, len(damaged)), (1 - prior) / max(1, len(sound)))
    rows = []
    for low, high in pairwise(BANDS):
        inside = (p >= low) & ((p < high) | (high == 1.0))
        count = int(inside.sum())
        if count:
            w = weight[inside]
            share = float((w * y[inside]).sum() / w.sum())
            effective = max(1, round(float(w.sum() ** 2 / (w**2).sum())))  # Kish's size of a weighed sample
            below, above = wilson(round(share * effective), effective)
            mean = float((w * p[inside]).sum() / w.sum())
            rows.append((mean, share, min(below, share), max(above, share), count))
    return rows


def draw(kind: str, scores: dict[str, Any], out: Path) -> None:
    """Write ``detection-KIND.svg``."""
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = kind  # the same file from the same scores
    from matplotlib import pyplot

    figure, (left, right) = pyplot.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
    bins = np.linspace(-11.5, 11.5, 47)
    for name, colour in (("sound", "#4477aa"), ("damaged", "#ee6677")):
        p = np.clip(np.asarray(scores[name], float), _LEAST, _MOST)
        left.hist(
            np.log(p / (1 - p)), bins, weights=np.full(len(p), 1 / max(1, len(p))), alpha=0.6, color=colour,
            label=f"{name} ({len(p)})",
        )  # fmt: skip
    ticks = [1e-5, 1e-3, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999]
    left.set_xticks([np.log(t / (1 - t)) for t in ticks], [f"{t:g}" for t in ticks], fontsize=7)
    left.axvline(0.0, color="grey", linewidth=0.8, linestyle="--")
    left.set(xlabel="probability", ylabel="share of articles", title=f"{kind}: scores")
    left.legend(fontsize=8)
    right.plot([0, 1], [0, 1], color="grey", linewidth=0.8)
    rows = reliability(scores["sound"], scores["damaged"], scores["prior"])
    for mean, share, low, high, count in rows:
        right.errorbar(
            mean, share, [[share - low], [high - share]], fmt="o", color="#228833", markersize=4, capsize=2
        )
        right.annotate(str(count), (mean, share), textcoords="offset points", xytext=(5, -9), fontsize=6)
    right.set(
        xlabel="told", ylabel="truly damaged", xlim=(-0.03, 1.03), ylim=(-0.03, 1.03),
        title=f"{kind}: reliability at {scores['prior']:g} damaged",
    )  # fmt: skip
    figure.savefig(out / f"detection-{kind}.svg", metadata={"Date": None})
    pyplot.close(figure)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("scores", nargs="+", type=Path)
    parser.add_argument("-o", "--out", type=Path, default=Path("docs"))
    options = parser.parse_args()
    for path in options.scores:
        for kind, scores in json.loads(path.read_text(encoding="utf-8")).items():
            draw(kind, scores, options.out)


if __name__ == "__main__":
    main()
