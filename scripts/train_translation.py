"""Fit and measure the detector of machine translation.

    python scripts/train_translation.py measure      # what is found of engines left out of the fit, as Markdown tables
    python scripts/train_translation.py fit          # writes textrepair/detector/packaged/translation.json

Translated articles are made as :mod:`build.translated_text` says (needs Apertium with its pairs spa, cat, gl, eo: Debian's
``apertium apertium-eng-spa apertium-eng-cat apertium-en-gl apertium-eo-en``); they are kept in ``--work``.  Sound ones are the
ends of the clean files and *every other* post of ``sound/web.jsonl``, since no other text of that kind is at hand.  The other
half of the posts and all of ``sound/newswire.jsonl`` are for measuring alone.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from build.records import records
from build.splits import area, interval, recall_at
from build.translated_text import Sample, kept_samples

from textrepair.detector import skeleton, traces
from textrepair.detector.base import Document
from textrepair.detector.translation import SHORTEST, calibration_terms

OUT = Path(__file__).parents[1] / "textrepair" / "detector" / "packaged" / "translation.json"
#: One article in fifty is taken for translated.  Nobody has counted news pages; of the web at large it is more, of newswire less.
PRIOR = 0.02
#: Runs that fewer of the articles have are left out.
LEAST_SHARE = 0.05
#: Strength of the ridge.  30 and 150 give areas that differ by 0.01 or less on every family left out.
RIDGE = 150.0
FAMILIES = ("mlqe", "wmt", "apertium")
Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass
class Articles:
    """Articles with the counts of their runs, the evidence of their traces, and their length in words."""

    samples: list[Sample]
    runs: list[dict[int, int]]
    evidence: Array
    words: npt.NDArray[np.int64]

    def where(self, keep: Mask) -> Articles:
        """Those kept."""
        at = np.flatnonzero(keep).tolist()
        return Articles(
            [self.samples[i] for i in at], [self.runs[i] for i in at], self.evidence[keep], self.words[keep]
        )

    def column(self, name: str) -> npt.NDArray[Any]:
        """A field of all samples."""
        return np.array([getattr(sample, name) for sample in self.samples])

    def __len__(self) -> int:
        return len(self.samples)


def read(texts: Sequence[Sample]) -> Articles:
    """Look at articles as the detector does; those that it would call too short are left out."""
    kept, found, evidence, words = [], [], [], []
    for sample in texts:
        scan = Document(sample.text).scan
        if scan.words >= SHORTEST:
            keys, counts = skeleton.runs(scan.skeleton.codes)
            kept.append(sample)
            found.append(dict(zip(keys.tolist(), counts.tolist(), strict=True)))
            evidence.append(traces.evidence(frozenset(traces.found(sample.text))))
            words.append(scan.words)
    return Articles(kept, found, np.array(evidence), np.array(words))


def joined(one: Articles, two: Articles) -> Articles:
    """Both together."""
    return Articles(
        one.samples + two.samples,
        one.runs + two.runs,
        np.concatenate([one.evidence, two.evidence]),
        np.concatenate([one.words, two.words]),
    )


def sound_set(data: Path, name: str) -> list[Sample]:
    """The articles of ``sound/NAME.jsonl``."""
    path = data / "sound" / f"{name}.jsonl"
    return [Sample(text, False, "sound", "none", name, group) for group, text in records(path)]


def material(options: argparse.Namespace) -> tuple[Articles, dict[str, Articles]]:
    """Articles to fit on, and those for measuring alone."""
    made = kept_samples(options.data, options.work)
    web = read(sound_set(options.data, "web"))
    first = np.array([int(s.group.rpartition("-")[2]) % 2 == 0 for s in web.samples])
    tests = {"newswire": read(sound_set(options.data, "newswire")), "web": web.where(~first)}
    return joined(read(made), web.where(first)), tests


# --- fitting -----------------------------------------------------------------------------------------------------------------


@dataclass
class Fit:
    """Runs, and the weight of each."""

    keys: list[int]
    weights: Array
    intercept: float

    def score(self, articles: Articles) -> Array:
        """Scores, not calibrated yet."""
        return vectors(articles, self.keys) @ self.weights + self.intercept


def vectors(articles: Articles, keys: Sequence[int]) -> Array:
    """As :meth:`textrepair.detector.skeleton.Profile.vector`, shape ``(articles, runs)``."""
    column = {key: j for j, key in enumerate(keys)}
    out = np.zeros((len(articles), len(keys)))
    for row, found in zip(out, articles.runs, strict=True):
        for key, count in found.items():
            at = column.get(key)
            if at is not None:
                row[at] = count
        row /= max(1.0, row.sum())
    return np.sqrt(out)


def sample_weights(articles: Articles) -> Array:
    """Sound and translated weigh the same; so does every family in these, and every engine or kind of text in a family.

    The systems of WMT translated the same documents and count as one engine."""
    translated, families = articles.column("translated"), articles.column("family")
    parts = np.array(
        [s.domain if s.family == "sound" else "" if s.family == "wmt" else s.engine for s in articles.samples]
    )
    out = np.zeros(len(articles))
    for side in (translated, ~translated):
        for family in set(families[side]):
            own = side & (families == family)
            for part in set(parts[own]):
                out[own & (parts == part)] = 1.0 / len(set(parts[own])) / (own & (parts == part)).sum()
        out[side] *= len(articles) / 2 / out[side].sum()
    return out


def fit(articles: Articles) -> Fit:
    """Ridge regression on ±1, each run in units of its spread in sound text."""
    from sklearn.linear_model import Ridge

    seen = Counter(key for found in articles.runs for key in found)
    keys = sorted(key for key, count in seen.items() if count >= LEAST_SHARE * len(articles))
    x, translated = vectors(articles, keys), articles.column("translated")
    scale = (x[~translated].std(axis=0) + 0.01) * np.sqrt(len(keys))
    model = Ridge(alpha=RIDGE, solver="cholesky").fit(
        x / scale, np.where(translated, 1.0, -1.0), sample_weight=sample_weights(articles)
    )
    return Fit(keys, model.coef_ / scale, float(model.intercept_))


def without(articles: Articles, left_out: Mask) -> Fit:
    """A fit without some articles, and without translations of the same documents."""
    groups, translated = articles.column("group"), articles.column("translated")
    return fit(articles.where(~left_out & ~(translated & np.isin(groups, groups[left_out]))))


@dataclass
class Rows:
    """What was found of one part of the translated articles by a fit without it."""

    name: str
    score: Array
    articles: Articles
    sound: dict[str, Array]


def left_out(articles: Articles, tests: dict[str, Articles], engines: bool = True) -> list[Rows]:
    """Every engine, if asked for, and every family in its turn."""
    names, families = articles.column("engine"), articles.column("family")
    masks = {
        f"{family}: {name}": names == name
        for family in FAMILIES
        for name in (sorted(set(names[families == family])) if engines else ())
    }
    masks |= {f"all of {family}": families == family for family in FAMILIES if (families == family).any()}
    out = []
    for name, mask in masks.items():
        fitted = without(articles, mask)
        sound = {n: fitted.score(part) for n, part in tests.items()}
        out.append(Rows(name, fitted.score(articles.where(mask)), articles.where(mask), sound))
        print(f"left out: {name}", file=sys.stderr)
    return out


def calibration_matrix(score: Array, words: npt.NDArray[np.int64]) -> Array:
    """:func:`calibration_terms` of many, shape ``(articles, 4)``."""
    return np.array([calibration_terms(s, n) for s, n in zip(score.tolist(), words.tolist(), strict=True)])


def calibrated(articles: Articles, rows: Sequence[Rows]) -> Array:
    """Logistic regression of "translated" on :func:`calibration_terms` at :data:`PRIOR`.

    From families left out as a whole, as an engine of the wild is; sound articles by fits without a fifth of them."""
    from sklearn.linear_model import LogisticRegression

    families = [row for row in rows if row.name.startswith("all of ")]
    translated = articles.column("translated")
    sound_score = np.zeros(len(articles))
    place = np.arange(len(articles)) % 5
    for fold in range(5):
        test = ~translated & (place == fold)
        sound_score[test] = fit(articles.where(~test)).score(articles.where(test))
    score = np.concatenate([*(row.score for row in families), sound_score[~translated]])
    words = np.concatenate([*(row.articles.words for row in families), articles.words[~translated]])
    weight = np.concatenate(
        [*(np.full(len(row.score), PRIOR / len(families) / len(row.score)) for row in families),
         (1 - PRIOR) * sample_weights(articles)[~translated] / sample_weights(articles)[~translated].sum()]
    )  # fmt: skip
    y = np.arange(len(score)) < sum(len(row.score) for row in families)
    model = LogisticRegression(C=1e3, fit_intercept=False, max_iter=1000)
    model.fit(calibration_matrix(score, words), y, sample_weight=weight * len(y))
    return np.asarray(model.coef_[0])


def probability(calibration: Array, score: Array, articles: Articles) -> Array:
    """Probabilities of articles, traces included."""
    logit = calibration_matrix(score, articles.words) @ calibration + articles.evidence
    return 1.0 / (1.0 + np.exp(-np.clip(logit, -30, 30)))


def measure(options: argparse.Namespace) -> None:
    """Print what is found of engines, languages and families left out, against sound articles used for nothing else."""
    articles, tests = material(options)
    rows = left_out(articles, tests)
    calibration, whole = calibrated(articles, rows), fit(articles)
    families = articles.column("family")
    rows += [
        Rows(
            f"nothing (seen): {f}",
            whole.score(part := articles.where(families == f)),
            part,
            {n: whole.score(t) for n, t in tests.items()},
        )
        for f in FAMILIES
        if (families == f).any()
    ]
    told: dict[str, list[float]] = {"sound": [], "damaged": []}
    print(
        "| left out of the fit | articles | "
        + " | ".join(f"ROC AUC, {n} | found at 1 in 500, {n}" for n in tests)
        + " | found at 0.5 |"
    )
    print("|---|---|" + "---|" * (2 * len(tests) + 1))
    for row in rows:
        p = probability(calibration, row.score, row.articles)
        cells = []
        for name, part in tests.items():
            negative = probability(calibration, row.sound[name], part)
            cells += [f"{area(p, negative):.3f}", interval(recall_at(p, negative, 1 / 500)[0], len(p))]
        if row.name.startswith("all of "):
            told["damaged"] += p.tolist()
        print(
            f"| {row.name} | {len(p)} | {' | '.join(cells)} | {interval(int((p >= 0.5).sum()), len(p))} |",
            flush=True,
        )
    print("\n| sound text | articles | at or above 0.5 |\n|---|---|---|")
    for name, part in tests.items():
        p = probability(calibration, whole.score(part), part)
        told["sound"] += p.tolist()
        print(f"| {name} | {len(p)} | {interval(int((p >= 0.5).sum()), len(p))} |")
    seeds = [
        Sample(path.read_text(encoding="utf-8"), False, "seed", path.name[:3], "seed", path.name)
        for path in sorted(options.seeds.glob("0*.txt"))
    ]
    if seeds:
        part = read(seeds)
        print("\n| starting article | by wording alone | with traces |\n|---|---|---|")
        both = probability(calibration, whole.score(part), part)
        part.evidence[:] = 0.0
        for seed, one, two in zip(
            seeds, probability(calibration, whole.score(part), part), both, strict=True
        ):
            print(f"| {seed.engine} | {one:.4f} | {two:.4f} |")
    if options.scores:
        options.scores.write_text(json.dumps({"translation": {**told, "prior": PRIOR}}), encoding="utf-8")


def write(options: argparse.Namespace) -> None:
    """Fit on everything, calibrate, write the packaged weights; print how often sound text has each trace."""
    articles, _ = material(options)
    whole, calibration = fit(articles), calibrated(articles, left_out(articles, {}, engines=False))
    counts = Counter(f"{s.family}/{s.domain if s.family == 'sound' else s.engine}" for s in articles.samples)
    stored = {
        "format": "textrepair wording weights",
        "version": 1,
        "built_from": dict(sorted(counts.items())),
        "built_by": "scripts/train_translation.py fit",
        "prior": PRIOR,
        "calibration": [round(float(x), 4) for x in calibration],
        "intercept": round(whole.intercept, 5),
        "weights": {
            skeleton.written(key): round(float(w), 4)
            for key, w in zip(whole.keys, whole.weights, strict=True)
        },
    }
    options.out.parent.mkdir(exist_ok=True)
    options.out.write_text(json.dumps(stored, indent=0, ensure_ascii=False) + "\n", encoding="utf-8")
    texts = [s.text for s in articles.samples if not s.translated]
    seen = [set(traces.found(text)) for text in texts]
    print(f"traces, share of {len(texts)} sound articles that have each:")
    for name in traces.PATTERNS:
        print(f"  {sum(name in s for s in seen) / len(texts):.4f}  {name}")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=("measure", "fit"))
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--seeds", type=Path, default=Path("../shared/seeds"))
    parser.add_argument("--work", type=Path, default=Path("build/model"))
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--scores", type=Path, help="write the probabilities here, for draw_detection.py")
    options = parser.parse_args()
    {"measure": measure, "fit": write}[options.what](options)


if __name__ == "__main__":
    main()
