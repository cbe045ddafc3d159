"""Does the time grow in step with the text?  ``python scripts/bench_growth.py [--megabytes 50]``

Each detector on 20,000 and 160,000 characters of hostile text (eight is linear, sixty-four quadratic; texts that take less
than a blink say nothing); then the whole diagnosis on an eighth and all of: a million quotes, deep repetition, lines that
all recur, nested brackets, words on no list, and sound words on one line of ``--megabytes``.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # the tree is what is measured

from textrepair.detector.base import Detector, Document
from textrepair.detector.encoding.detector import EncodingDetector
from textrepair.detector.furniture.detector import FurnitureDetector
from textrepair.detector.repetition import RepetitionDetector
from textrepair.detector.spacing.detector import SpacingDetector
from textrepair.repair import Repairer, load

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
LARGE = 1_000_000
#: Units of a million characters that are hostile to a whole diagnosis.
HOSTILE = {
    "quotes": '"',
    "curly quotes": "“”",
    "deep repetition": "the council said that ",
    "ends said again": "in other countries. other countries. the war. begins. ",
    "one line again and again": "The council met again on the bridge.\n",
    "brackets": "((",
    "unlisted words": "xqzv wkrrt ",
    "no spaces": "a",
}
_CORPORA = Path(__file__).resolve().parent.parent / "corpora" / "sound"


def seconds(work: Callable[[str], object], text: str) -> float:
    """The processor time of one call."""
    started = time.process_time()
    work(text)
    return time.process_time() - started


def growth(name: str, unit: str, work: Callable[[str], object], texts: tuple[str, str]) -> str:
    """A line of the table."""
    small, large = (seconds(work, text) for text in texts)
    shown = unit.strip() or repr(unit)
    return f"{name:<12}{shown:<28}{len(texts[1]):>12,}{small:9.3f} s{large:9.3f} s{large / max(small, 1e-9):7.1f} ×"


def repeated(unit: str, size: int) -> str:
    return "x" + unit * (size // len(unit)) + "x"


def sound_line(size: int) -> str:
    """Sound words on one line, over and over."""
    once = (
        " ".join(
            " ".join(path.read_text(encoding="utf-8").split()) for path in sorted(_CORPORA.glob("*.txt"))
        )
        + " "
    )
    return (once * (size // len(once) + 1))[:size]


def whole(repairer: Repairer, megabytes: float) -> None:
    """The whole diagnosis on large texts."""
    repairer.diagnose("Warm up , it said.The word remainsunclear â€™. " * 30)
    for name, unit in HOSTILE.items():
        texts = repeated(unit, LARGE // 8), repeated(unit, LARGE)
        print(growth("diagnosis", name, repairer.diagnose, texts), flush=True)
    size = int(megabytes * 1e6)
    print(
        growth("diagnosis", "one line", repairer.diagnose, (sound_line(size // 8), sound_line(size))),
        flush=True,
    )


def main() -> None:
    """Print the ratio for each detector and text."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument(
        "--megabytes", type=float, default=50.0, help="of the one line (default: %(default)g)"
    )
    options = parser.parse_args()
    detectors: tuple[Detector, ...] = (
        EncodingDetector(), SpacingDetector(), RepetitionDetector(), FurnitureDetector(),
    )  # fmt: skip
    for detector in detectors:
        detector.detect(Document("Warm up , it said.The word remainsunclear â€™."))
        for unit in UNITS:
            texts = repeated(unit, SIZES[0]), repeated(unit, SIZES[1])
            print(
                growth(detector.kind, unit, lambda text, d=detector: d.detect(Document(text)), texts),
                flush=True,
            )  # type: ignore[misc]
    whole(load(), options.megabytes)


if __name__ == "__main__":
    main()
