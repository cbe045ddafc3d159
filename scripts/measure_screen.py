"""Measure the quick screen: ``python scripts/measure_screen.py --data ../shared/data [--model FILE] [--thorough]``.

How many sound articles are left to the language model (false alarms of the screen), and how many spun ones are cleared
unread (misses)? Sound newswire and web posts; spun articles of two spinners; the annotated article; our own samples; and
pieces of 100, 200 and 400 words of the spun ones.  With ``--model`` a model built without a spinner
(``scripts/build_model.py --without``), with ``--thorough`` also what the language model says of the articles that were
cleared, which takes minutes.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # the tree is what is measured

from textrepair.detector.base import Document
from textrepair.detector.screen import CLEARED_BELOW, Scanner, model_scanner, spin_logit
from textrepair.detector.spin import FLAGGED, SpinDetector
from textrepair.model import Model, load_model

ROOT = Path(__file__).resolve().parent.parent
_PIECES = (100, 200, 400)


def texts(data: Path) -> Iterator[tuple[str, list[str]]]:
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


def _pieces(text: str, size: int) -> Iterator[str]:
    words = text.split(" ")
    for at in range(0, len(words) - size + 1, size):
        yield " ".join(words[at : at + size])


def measure(model: Model, scanner: Scanner, some: Sequence[str], thorough: bool) -> dict[str, object]:
    """Counts of a set: too short to screen, cleared, left to be read; of the cleared, flagged by the language model."""
    spin = SpinDetector(model)
    logits = [spin_logit(scanner.scan(text)) for text in some]
    told = sorted(logit for logit in logits if logit is not None)
    cleared = [
        text for text, logit in zip(some, logits, strict=True) if logit is not None and logit < CLEARED_BELOW
    ]
    flagged = (
        sum((spin.detect(Document(text)).damage.probability or 0.0) >= FLAGGED for text in cleared)
        if thorough
        else None
    )
    return {
        "texts": len(some),
        "short": len(some) - len(told),
        "cleared": len(cleared),
        "read": len(told) - len(cleared),
        "lowest": told[0] if told else float("nan"),
        "highest": told[-1] if told else float("nan"),
        "flagged": flagged,
    }


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--model", type=Path)
    parser.add_argument("--thorough", action="store_true")
    options = parser.parse_args()
    model = load_model(options.model)
    scanner = model_scanner(model)
    print(
        f"model {model.name}, without {model.header.get('without') or 'nothing'}; cleared below a logit of {CLEARED_BELOW}\n"
    )
    print(
        "| texts | all | too short | cleared | read | lowest logit | highest | cleared, yet flagged "
        "|\n|---|---|---|---|---|---|---|---|"
    )
    for name, some in texts(options.data):
        row = measure(model, scanner, some, options.thorough)
        flagged = "–" if row["flagged"] is None else row["flagged"]
        print(
            f"| {name} | {row['texts']} | {row['short']} | {row['cleared']} | {row['read']} | {row['lowest']:.1f} "
            f"| {row['highest']:.1f} | {flagged} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
