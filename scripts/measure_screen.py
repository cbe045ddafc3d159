"""Measure the quick screen: ``python scripts/measure_screen.py --data ../shared/data [--model FILE] [--thorough]``.

How many sound articles are left to the language model (false alarms of the screen), and how many spun ones are cleared
unread (misses)? Sound newswire and web posts; spun articles of two spinners; the annotated article; our own samples;
pieces of 100, 200 and 400 words of the spun ones; and newswire in which a spinner made of the model's own prior
(:mod:`build.light_spinner`) has replaced few words.  With ``--model`` a model built without a spinner
(``scripts/build_model.py --without``), with ``--thorough`` also what the language model says of the articles that were
cleared, and of what is settled at a glance, which takes minutes.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # the tree is what is measured

from build.light_spinner import LightSpinner

from textrepair.detector.base import FLAGGED, Document
from textrepair.detector.scanners import model_scanner
from textrepair.detector.scanning.byte_scan import SCORED
from textrepair.detector.scanning.screen import Scanner
from textrepair.detector.spin.detector import SpinDetector
from textrepair.detector.spin.screen import QUICK_BOUNDS, SHORTEST, SpinScreen
from textrepair.model import Model, load_model

ROOT = Path(__file__).resolve().parent.parent
_PIECES = (100, 200, 400)
_LIGHTLY_EACH, _LIGHT_RATES = 2, (0.05, 0.1, 0.2)


def texts(data: Path, model: Model) -> Iterator[tuple[str, list[str]]]:
    """The sets by name."""
    for name in ("sound/newswire", "sound/web", "spun/issues_articles", "spun/tutorial_articles"):
        with (data / f"{name}.jsonl").open(encoding="utf-8") as file:
            articles = [json.loads(line)["text"] for line in file]
        yield name, articles
        if name.startswith("spun"):
            for size in _PIECES:
                yield f"{name}, pieces of {size} words", [p for text in articles for p in _pieces(text, size)]
    seed = sorted((data.parent / "seeds").glob("001_*.txt"))
    yield "article 001", [path.read_text(encoding="utf-8") for path in seed]
    for folder in ("spun", "sound"):
        yield (
            f"corpora/{folder}",
            [p.read_text(encoding="utf-8") for p in sorted((ROOT / "corpora" / folder).glob("*.txt"))],
        )

    with (data / "sound" / "newswire.jsonl").open(encoding="utf-8") as file:
        sound = [json.loads(line)["text"] for line in file][::_LIGHTLY_EACH]
    for rate in _LIGHT_RATES:
        spinner = LightSpinner(model)
        made = [spinner.spin(text, rate) for text in sound]
        share = sum(replaced for _, replaced in made) / sum(len(text.split()) for text in sound)
        yield f"newswire, lightly spun: {share:.1%} of the words", [text for text, _ in made]


def _pieces(text: str, size: int) -> Iterator[str]:
    words = text.split(" ")
    for at in range(0, len(words) - size + 1, size):
        yield " ".join(words[at : at + size])


def measure(
    scanner: Scanner,
    screens: Sequence[SpinScreen],
    some: Sequence[str],
    detectors: tuple[SpinDetector, SpinDetector] | None,
) -> dict[str, float]:
    """Counts of a set: too short to screen; the smallest suspicion of those long enough, and the smallest explanation; what the
    language model flags; by each screen left to be read, and cleared of what is flagged; and of what the first leaves, settled
    at a glance, and so of what is flagged.  ``detectors`` are one that reads everything and one that glances first."""
    scans = [scanner.scan(text) for text in some]
    told = [scan for scan in scans if scan.stats[SCORED] >= SHORTEST]
    row: dict[str, float] = {
        "texts": len(some),
        "short": len(some) - len(told),
        "suspicion": min(map(screens[0].suspicion, told), default=float("nan")),
        "explanation": min(map(screens[0].explanation, told), default=float("nan")),
    }
    if detectors is not None:
        patient, hasty = ([d.detect(Document(t)).damage.probability or 0.0 for t in some] for d in detectors)
        flagged = [probability >= FLAGGED for probability in patient]
        row["flagged"] = sum(flagged)
    cleared_by = [[screen.cleared(scan) is not None for scan in scans] for screen in screens]
    for number, cleared in enumerate(cleared_by):
        row[f"read {number}"] = len(told) - sum(cleared)
        if detectors is not None:
            row[f"missed {number}"] = sum(f and c for f, c in zip(flagged, cleared, strict=True))
    if detectors is not None:
        settled = [i for i, clear in enumerate(cleared_by[0]) if not clear and hasty[i] != patient[i]]
        row["settled"] = len(settled)
        row["missed at a glance"] = sum(flagged[i] and hasty[i] < FLAGGED for i in settled)
    return row


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--model", type=Path)
    parser.add_argument("--thorough", action="store_true")
    options = parser.parse_args()
    model = load_model(options.model)
    scanner, screens = model_scanner(model), (SpinScreen(model), SpinScreen(model, QUICK_BOUNDS))
    detectors = (SpinDetector(model), SpinDetector(model, glances=True)) if options.thorough else None
    print(f"model {model.name}, without {model.header.get('without') or 'nothing'}\n")
    head = [
        "texts",
        "all",
        "too short",
        "least suspicion",
        "least explanation",
        *(["flagged"] if detectors else []),
    ]
    for look in ("", ", quick"):
        head += [f"read{look}", *([f"missed{look}"] if detectors else [])]
    head += ["settled at a glance", "missed by it"] if detectors else []
    print(f"| {' | '.join(head)} |\n|{'---|' * len(head)}")
    for name, some in texts(options.data, model):
        row = measure(scanner, screens, some, detectors)
        cells = [f"{value:.4f}" if isinstance(value, float) else str(value) for value in row.values()]
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
