"""Fit and measure the detector of sentences out of order: ``python scripts/train_order.py [--fit]``.

Fitting uses neighbouring lines of clean text as sound articles (one in two has the seam of two articles inside, which only makes
the fit more careful) and three kinds of disorder made from them.  Measuring uses ``sound/newswire.jsonl`` and
``sound/web.jsonl``, of which nothing is used for fitting, and the same three kinds made from these:

shuffled   all sentences in random order
extract    half of the sentences in the order of their rank (TextRank, Mihalcea & Tarau 2004), as summarisers print them
blocks     the article cut in four and put together in another order
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from build.clean_ends import clean_ends
from build.splits import area, interval

from textrepair.detector.order import (
    FEATURES,
    MOST,
    SHORTEST,
    code_points,
    likeness_of,
    order_probability,
    sentences_of,
    standing,
    terms,
)
from textrepair.detector.scanners import default_scanner
from textrepair.detector.scanning.screen import Scan

#: The prior that the probability is told for: one article in a hundred is out of order.
PRIOR = 0.01
FITTED_ON = ("news_allsides_2012_2020", "news_bbc_2004_2005", "news_felix_2010_2019", "news_dailymail_2020")


def scanned(text: str) -> Scan:
    """What the detector looks at."""
    return default_scanner().scan(text)


def texts_of(text: str, most: int | None = MOST) -> list[str]:
    """The sentences that the detector sees, each by itself."""
    scan = scanned(text)
    return [text[start:end] for start, end in code_points(scan, sentences_of(scan, most))]


def shuffled(sentences: Sequence[str], rng: random.Random) -> list[str]:
    """All in random order."""
    return rng.sample(sentences, len(sentences))


def extract(sentences: Sequence[str], rng: random.Random) -> list[str]:
    """Half of them, by their rank in the graph of likeness; short articles keep more."""
    read = sentences_of(scanned("\n\n".join(sentences)))
    if len(read) != len(sentences):
        return shuffled(sentences, rng)
    links = likeness_of(read)
    step = links / np.maximum(links.sum(axis=1, keepdims=True), 1e-9)
    rank = np.full(len(read), 1.0 / len(read))
    for _ in range(30):
        rank = 0.15 / len(read) + 0.85 * rank @ step
    wanted = max(SHORTEST, len(read) // 2)
    return [sentences[i] for i in np.argsort(-rank, kind="stable")[:wanted]]


def blocks(sentences: Sequence[str], rng: random.Random) -> list[str]:
    """Four parts in an order other than their own."""
    edges = [len(sentences) * k // 4 for k in range(5)]
    order = [0, 1, 2, 3]
    while order == [0, 1, 2, 3]:
        rng.shuffle(order)
    return [s for k in order for s in sentences[edges[k] : edges[k + 1]]]


DISORDERS: dict[str, Callable[[Sequence[str], random.Random], list[str]]] = {
    "shuffled": shuffled,
    "extract": extract,
    "blocks": blocks,
}


def clean_articles(data: Path, rng: random.Random) -> list[list[str]]:
    """Stretches of neighbouring sentences of clean text."""
    lines = clean_ends(data)
    out = []
    for name in FITTED_ON:
        sentences = texts_of("\n\n".join(lines[name]), most=None)
        at = 0
        while at < len(sentences):
            size = round(SHORTEST * (80 / SHORTEST) ** rng.random())
            if len(sentences[at : at + size]) >= SHORTEST:
                out.append(sentences[at : at + size])
            at += size
    return out


def sound_articles(data: Path, name: str) -> list[list[str]]:
    """The sentences of each sound article that is long enough to be judged."""
    out = []
    with open(data / "sound" / f"{name}.jsonl", encoding="utf-8") as file:
        for line in file:
            sentences = texts_of(json.loads(line)["text"])
            if len(sentences) >= SHORTEST:
                out.append(sentences)
    return out


def measured(articles: Sequence[Sequence[str]]) -> tuple[np.ndarray, np.ndarray]:
    """Standings ``(articles, features)`` and numbers of sentences."""
    rows, counts = [], []
    for sentences in articles:
        read = sentences_of(scanned("\n\n".join(sentences)))
        rows.append(standing(read))
        counts.append(len(read))
    return np.array(rows), np.array(counts)


def fit(data: Path, limit: int) -> None:
    """Print the weights for ``textrepair/detector/order.py``."""
    from sklearn.linear_model import LogisticRegression

    rng = random.Random(1)
    articles = rng.sample(every := clean_articles(data, rng), min(limit, len(every)))
    parts = [articles, *([make(a, rng) for a in articles[n::3]] for n, make in enumerate(DISORDERS.values()))]
    x = np.array(
        [terms(z, n) for part in parts for z, n in zip(*measured(part), strict=True) if n >= SHORTEST]
    )
    sound = sum(n >= SHORTEST for n in measured(articles)[1].tolist())
    y = np.repeat([0, 1], [sound, len(x) - sound])
    weight = np.where(y == 1, PRIOR / (y == 1).sum(), (1 - PRIOR) / (y == 0).sum()) * len(y)
    model = LogisticRegression(C=1.0, max_iter=1000, fit_intercept=False).fit(x, y, sample_weight=weight)
    print(f"fitted to {sound} sound stretches and {len(x) - sound} out of order")
    for name, value in zip(("1", "length", *FEATURES), model.coef_[0], strict=True):
        print(f"{value:8.3f}  {name}")


def measure(data: Path, limit: int, scores: Path | None) -> None:
    """AUC, recall and false alarms on sound text that nothing was fitted to."""
    told: dict[str, list[float]] = {"sound": [], "damaged": []}
    print(
        "| text | articles | disorder | ROC AUC | found at 1 false alarm in 200 | found at 0.5 | false alarms at 0.5 |"
    )
    print("|---|---|---|---|---|---|---|")
    for name in ("newswire", "web"):
        rng = random.Random(2)
        articles = sound_articles(data, name)
        articles = rng.sample(articles, min(limit, len(articles)))
        sound = _probabilities(articles)
        alarms = int((sound >= 0.5).sum())
        threshold = np.quantile(sound, 1 - 1 / 200)
        told["sound"] += sound.tolist()
        for kind, make in DISORDERS.items():
            bad = _probabilities([make(a, rng) for a in articles])
            told["damaged"] += bad.tolist()
            shares = (
                interval(int((bad > threshold).sum()), len(bad)),
                interval(int((bad >= 0.5).sum()), len(bad)),
                interval(alarms, len(sound)),
            )
            row = (name, str(len(articles)), kind, f"{area(bad, sound):.3f}", *shares)
            print(f"| {' | '.join(row)} |", flush=True)
    if scores:
        scores.write_text(json.dumps({"order": {**told, "prior": PRIOR}}), encoding="utf-8")


def _probabilities(articles: Sequence[Sequence[str]]) -> np.ndarray:
    x, counts = measured(articles)
    return np.array([order_probability(z, n) for z, n in zip(x, counts, strict=True)])


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--fit", action="store_true", help="print weights instead of measuring")
    parser.add_argument("--limit", type=int, default=2000, help="articles of a kind")
    parser.add_argument("--scores", type=Path, help="write the probabilities here, for draw_detection.py")
    options = parser.parse_args()
    if options.fit:
        fit(options.data, options.limit)
    else:
        measure(options.data, options.limit, options.scores)


if __name__ == "__main__":
    main()
