"""Fit and measure what tells a page's lines by their words: ``python scripts/train_furniture.py fit`` and ``measure``.

Fitted to lines written for this project (``corpora/lines``: 649 of pages, 327 of articles that could be mistaken for such) and to
the sentences and headings of clean text, none longer than :data:`~textrepair.detector.furniture.wording.LONGEST` characters.
Measured on lines that others wrote, of which none is in the fit, and on all lines of sound articles.
"""

from __future__ import annotations

import argparse
import json
import lzma
import random
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # the tree is what is fitted

from textrepair.detector.furniture.forms import form_of
from textrepair.detector.furniture.wording import LONGEST, features, packaged_wording
from textrepair.detector.words import frequency

LINES = Path(__file__).resolve().parent.parent / "corpora" / "lines"
PACKAGED = Path(__file__).resolve().parent.parent / "textrepair" / "detector" / "packaged" / "furniture.json"
#: The share of short lines that are a page's.
_PRIOR = 0.02
#: Clean text: lines of each file, and at most so many sentences of each line.
_FROM_EACH = 6000
#: A word needs so many of the pages' lines to get a weight, and this weight to have a line looked at, if it is rarer than this in
#: running text: a line in ten is looked at then.
_FEWEST, _MARKING, _RARE = 3, 1.0, 3e-4


def lines_of(name: str) -> list[str]:
    """The lines of one file of ``corpora/lines``."""
    return [line for line in (LINES / f"{name}.txt").read_text(encoding="utf-8").split("\n") if line]


def clean_lines(data: Path) -> Iterator[str]:
    """Short lines and sentences of clean text."""
    for path in sorted((data / "clean").glob("*.xz")):
        rng = random.Random(path.name)
        found = []
        with lzma.open(path, "rt", encoding="utf-8") as file:
            for _, line in zip(range(20 * _FROM_EACH), file, strict=False):
                whole = line.strip()
                parts = (
                    [whole] if len(whole) <= LONGEST else re.split(r"(?<=[.!?][\"” ]) *(?=[A-Z“\"])", whole)
                )
                found += [part.strip() for part in parts if 0 < len(part.strip()) <= LONGEST]
        yield from (_as_written(line, rng) for line in rng.sample(found, min(_FROM_EACH, len(found))))


def _as_written(line: str, rng: random.Random) -> str:
    """A line as it is, or as a headline is: without its stop, its beginning alone, with capitals."""
    draw = rng.random()
    if draw < 0.4:
        return line
    bare = line.rstrip(".!?:;,\"”'’")
    if draw > 0.65:
        bare = " ".join(bare.split()[: rng.randint(2, 9)])
    return bare.title() if draw > 0.85 else bare


def fit(data: Path) -> None:
    """Write the packaged weights."""
    import numpy as np
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.linear_model import LogisticRegression

    pages, others = lines_of("furniture"), lines_of("article")
    clean = list(clean_lines(data))
    words = Counter(feature for line in pages for feature in features(line, {}) if feature[0].isalpha())
    known = {word: 0.0 for word, count in words.items() if count >= _FEWEST}

    def kept(line: str) -> dict[str, float]:
        return {
            name: value
            for name, value in features(line, known).items()
            if name in known or not name[0].isalpha()
        }

    vectorizer = DictVectorizer()
    x = vectorizer.fit_transform([kept(line) for line in (*pages, *others, *clean)])
    y = np.array([1] * len(pages) + [0] * (len(others) + len(clean)))
    weight = np.where(y == 1, _PRIOR / len(pages), 0.0)
    weight[len(pages) : len(pages) + len(others)] = (1.0 - _PRIOR) * 0.1 / len(others)
    weight[len(pages) + len(others) :] = (1.0 - _PRIOR) * 0.9 / len(clean)
    model = LogisticRegression(C=1.0, max_iter=5000).fit(x, y, sample_weight=weight * len(y))
    names = vectorizer.get_feature_names_out()
    weights = {
        name: round(float(w), 3) for name, w in zip(names, model.coef_[0], strict=True) if abs(w) > 0.02
    }
    weights["<bias>"] = round(float(model.intercept_[0]), 3)
    marks = sorted(
        name for name, w in weights.items() if name.isalpha() and w >= _MARKING and frequency(name) <= _RARE
    )
    stored = {
        "format": "textrepair furniture weights",
        "version": 1,
        "made_from": {
            "lines of pages": len(pages),
            "lines of articles": len(others),
            "clean lines": len(clean),
        },
        "marks": marks,
        "weights": dict(sorted(weights.items())),
    }
    PACKAGED.write_text(json.dumps(stored, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
    print(f"{len(weights)} weights, {len(marks)} words that have a line looked at")


def measure(data: Path) -> None:
    """Print what is found of lines that are in no fit."""
    wording = packaged_wording()
    print("| lines | all | by form | by words | by either |\n|---|---|---|---|---|")
    sound = {
        f"sound {name}": [
            line.strip()
            for record in (data / "sound" / f"{name}.jsonl").read_text(encoding="utf-8").split("\n")
            if record
            for line in json.loads(record)["text"].split("\n")
            if 0 < len(line.strip()) <= LONGEST
        ]
        for name in ("newswire", "web")
    }
    sets: dict[str, Sequence[str]] = {
        name: lines_of(name) for name in ("furniture_unseen", "article_unseen")
    } | sound
    for name, lines in sets.items():
        by_form = [form_of(line) is not None for line in lines]
        by_words = [wording.tells(line) for line in lines]
        either = [one or other for one, other in zip(by_form, by_words, strict=True)]
        counts = [f"{sum(found)} ({sum(found) / len(lines):.4f})" for found in (by_form, by_words, either)]
        print(f"| {name} | {len(lines)} | {' | '.join(counts)} |")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("what", choices=["fit", "measure"])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    options = parser.parse_args()
    (fit if options.what == "fit" else measure)(options.data)


if __name__ == "__main__":
    main()
