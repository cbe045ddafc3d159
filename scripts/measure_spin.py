"""Measure how well spun articles are told from sound ones: ``python scripts/measure_spin.py [--scores FILE]``.

Whole articles of two real spinners, by the packaged model, which holds pairs of both (none of these articles), and by models
built without each (kept in ``--work`` by ``measure.py``).  Sound articles: ``sound/newswire.jsonl`` and ``sound/web.jsonl``.
Posts that are spun in truth (:mod:`build.spun_posts`) are left out.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
from build.records import records
from build.splits import area, interval, recall_at
from build.spun_posts import PARTLY_SPUN, SPUN
from build_model import add_sources
from measure import without
from train_spin import PRIORS

from textrepair.detector.base import Document
from textrepair.detector.spin.detector import SpinDetector
from textrepair.model import Model, load_model
from textrepair.pieces import LONGEST

SPINNERS = ("issues", "tutorial")


def probabilities(model: Model, path: Path) -> np.ndarray:
    """Of every article of a file that is long enough to be judged."""
    detector = SpinDetector(model)
    found = (
        detector.detect(Document(text[:LONGEST])).damage.probability
        for name, text in records(path)
        if name not in SPUN | PARTLY_SPUN
    )
    return np.array([p for p in found if p is not None])


def f1(hits: int, damaged: int, alarms: int) -> float:
    """F1 of a decision.

    >>> f1(5, 10, 5)
    0.5
    """
    return 2 * hits / max(1, damaged + hits + alarms)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_sources(parser)
    parser.add_argument("--scores", type=Path, help="write the probabilities here, for draw_detection.py")
    options = parser.parse_args()
    head = (
        "spinner",
        "model",
        "sound text",
        "articles",
        "ROC AUC",
        "found at 1 false alarm in 500",
        "found at 0.5",
    )
    print(f"| {' | '.join((*head, 'false alarms at 0.5', 'F1 at 0.5'))} |\n{'|---' * (len(head) + 2)}|")
    told: dict[str, list[float]] = {"sound": [], "damaged": []}
    models = {"packaged": load_model(None)}
    for spinner in SPINNERS:
        models[f"without `{spinner}`"] = without(
            options.data, options.seeds, options.wordnet, options.work, spinner
        )
    for name, model in models.items():
        sound = {n: probabilities(model, options.data / "sound" / f"{n}.jsonl") for n in ("newswire", "web")}
        for spinner in SPINNERS:
            if name != "packaged" and spinner not in name:
                continue
            spun = probabilities(model, options.data / "spun" / f"{spinner}_articles.jsonl")
            if name != "packaged":
                told["damaged"] += spun.tolist()
            for text, negative in sound.items():
                hits, alarms = int((spun >= 0.5).sum()), int((negative >= 0.5).sum())
                row = (
                    f"`{spinner}`",
                    name,
                    text,
                    str(len(spun)),
                    f"{area(spun, negative):.4f}",
                    interval(recall_at(spun, negative, 1 / 500)[0], len(spun)),
                    interval(hits, len(spun)),
                    interval(alarms, len(negative)),
                    f"{f1(hits, len(spun), alarms):.3f}",
                )
                print(f"| {' | '.join(row)} |", flush=True)
        if name != "packaged":
            told["sound"] += [p for part in sound.values() for p in part.tolist()]
    if options.scores:
        options.scores.write_text(json.dumps({"spin": {**told, "prior": sum(PRIORS)}}), encoding="utf-8")


if __name__ == "__main__":
    main()
