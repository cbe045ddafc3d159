"""Does the time grow in step with the text?  ``python scripts/bench_growth.py``: each detector on 20,000 and 160,000 characters
of hostile text.

Eight is linear, sixty-four quadratic; texts that take less than a blink say nothing.
"""

from __future__ import annotations

import time

from textrepair.detector.base import Detector, Document
from textrepair.detector.encoding import EncodingDetector
from textrepair.detector.furniture import FurnitureDetector
from textrepair.detector.repetition import RepetitionDetector
from textrepair.detector.spacing import SpacingDetector

UNITS = (
    '"',
    "“",
    " ”",
    " .",
    "word , ",
    "word  ",
    "a",
    "the ",
    "ofthe remainsunclear ",
    "<pre>`",
    "( a )",
    "Read more\n",
    "â€™ ",
)
SIZES = (20_000, 160_000)


def seconds(detector: Detector, text: str) -> float:
    """The time of one detection."""
    started = time.perf_counter()
    detector.detect(Document(text))
    return time.perf_counter() - started


def main() -> None:
    """Print the ratio for each detector and text."""
    for detector in (EncodingDetector(), SpacingDetector(), RepetitionDetector(), FurnitureDetector()):
        detector.detect(Document("Warm up , it said.The word remainsunclear â€™."))
        for unit in UNITS:
            small, large = (seconds(detector, "x" + unit * (size // len(unit)) + "x") for size in SIZES)
            print(
                f"{detector.kind:<12}{unit.strip() or unit!r:<24}{small:8.3f} s{large:8.3f} s{large / small:7.1f} ×"
            )


if __name__ == "__main__":
    main()
