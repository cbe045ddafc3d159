"""Fit and measure the detector of machine translation.

    python scripts/train_translation.py measure      # what is found of engines left out of the fit, as Markdown tables
    python scripts/train_translation.py fit          # writes textrepair/detector/packaged/translation.json

Translated articles are made as :mod:`build.translated_text` says (needs Apertium with its pairs: Debian's ``apertium
apertium-eng-spa apertium-eng-cat apertium-en-gl apertium-eo-en apertium-hbs-eng apertium-spa-cat apertium-fra-cat``); they are
kept in ``--work``.  Those of ``more_samples`` are fitted to and never measured.  Sound ones are the
ends of the clean files and *every other* post of ``sound/web.jsonl``, since no other text of that kind is at hand.  The other
half of the posts and all of ``sound/newswire.jsonl`` are for measuring alone.
"""

from __future__ import annotations

import argparse
import json
import re
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
from build.translated_text import Sample, kept_more_samples, kept_samples

from textrepair.detector.base import Document
from textrepair.detector.scanning import skeleton
from textrepair.detector.translation import traces
from textrepair.detector.translation.detector import PRIOR, SHORTEST, allowing_for_fluent, calibration_terms

OUT = Path(__file__).parents[1] / "textrepair" / "detector" / "packaged" / "translation.json"
#: Runs that fewer of the sound articles have are left out.
LEAST_SHARE = 0.05
#: Strength of the ridge, for articles that weigh 1 together.  From 0.01 to 0.1 areas of families left out change by at most 0.01.
RIDGE = 0.035
FAMILIES = ("mlqe", "wmt", "apertium")
Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass
class Articles:
    """Articles with the counts of their runs, the evidence of their traces, and their length in words; and whether to measure on
    them."""

    samples: list[Sample]
    runs: list[dict[int, int]]
    evidence: Array
    words: npt.NDArray[np.int64]
    measured: Mask

    def where(self, keep: Mask) -> Articles:
        """Those kept."""
        at = np.flatnonzero(keep).tolist()
        return Articles(
            [self.samples[i] for i in at],
            [self.runs[i] for i in at],
            self.evidence[keep],
            self.words[keep],
            self.measured[keep],
        )

    def column(self, name: str) -> npt.NDArray[Any]:
        """A field of all samples."""
        return np.array([getattr(sample, name) for sample in self.samples])

    def __len__(self) -> int:
        return len(self.samples)


def read(texts: Sequence[Sample], measured: bool = True) -> Articles:
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
    return Articles(kept, found, np.array(evidence), np.array(words), np.full(len(kept), measured))


def joined(one: Articles, two: Articles) -> Articles:
    """Both together."""
    return Articles(
        one.samples + two.samples,
        one.runs + two.runs,
        np.concatenate([one.evidence, two.evidence]),
        np.concatenate([one.words, two.words]),
        np.concatenate([one.measured, two.measured]),
    )


def sound_set(data: Path, name: str) -> list[Sample]:
    """The articles of ``sound/NAME.jsonl``."""
    path = data / "sound" / f"{name}.jsonl"
    return [Sample(text, False, "sound", "none", name, group) for group, text in records(path)]


def material(options: argparse.Namespace) -> tuple[Articles, dict[str, Articles]]:
    """Articles to fit on, and those for measuring alone."""
    made = joined(
        read(kept_samples(options.data, options.work)),
        read(kept_more_samples(options.data, options.work), measured=False),
    )
    web = read(sound_set(options.data, "web"))
    first = np.array([int(s.group.rpartition("-")[2]) % 2 == 0 for s in web.samples])
    tests = {"newswire": read(sound_set(options.data, "newswire")), "web": web.where(~first)}
    return joined(made, web.where(first)), tests


# --- fitting -----------------------------------------------------------------------------------------------------------------


@dataclass
class Fit:
    """Runs, and their weights in the classifier of each family; shapes ``(runs, families)``, ``(families,)``."""

    keys: list[int]
    weights: Array
    intercepts: Array

    def score(self, articles: Articles) -> Array:
        """Scores, not calibrated yet, as :meth:`textrepair.detector.translation.detector.Wording.score`."""
        each = vectors(articles, self.keys) @ self.weights + self.intercepts
        return np.log(np.exp(each).mean(axis=1))


def vectors(articles: Articles, keys: Sequence[int]) -> Array:
    """As :meth:`textrepair.detector.scanning.skeleton.Profile.vector`, shape ``(articles, runs)``."""
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
    """Sound and translated weigh the same; so does every engine or kind of text in these.  All together weigh 1.

    The systems of WMT translated the same documents and count as one engine."""
    translated = articles.column("translated")
    parts = np.array(
        [s.domain if s.family == "sound" else "" if s.family == "wmt" else s.engine for s in articles.samples]
    )
    out = np.zeros(len(articles))
    for side in (translated, ~translated):
        for part in set(parts[side]):
            own = side & (parts == part)
            out[own] = 1.0 / own.sum()
        out[side] /= 2.0 * out[side].sum()
    return out


def usual_runs(articles: Articles) -> list[int]:
    """The runs that enough of the sound articles have; what the translated ones have is not asked, so that the fit for one
    family does not hang on another."""
    sound = articles.where(~articles.column("translated"))
    seen = Counter(key for found in sound.runs for key in found)
    return sorted(key for key, count in seen.items() if count >= LEAST_SHARE * len(sound))


def classifier(articles: Articles, keys: Sequence[int]) -> tuple[Array, float]:
    """Ridge regression on ±1, each run in units of its spread in sound text; of the score, sound text has the mean 0 and the
    spread 1."""
    from sklearn.linear_model import Ridge

    x, translated, share = vectors(articles, keys), articles.column("translated"), sample_weights(articles)
    scale = (x[~translated].std(axis=0) + 0.01) * np.sqrt(len(keys))
    target = np.where(translated, 1.0, -1.0)
    weights = Ridge(alpha=RIDGE, solver="cholesky").fit(x / scale, target, sample_weight=share).coef_ / scale
    sound, share = x[~translated] @ weights, 2.0 * share[~translated]
    mean = share @ sound
    spread = np.sqrt(share @ (sound - mean) ** 2)
    return weights / spread, float(-mean / spread)


def fit(articles: Articles) -> Fit:
    """A classifier for each family that there are articles of, against all that is sound."""
    keys, families = usual_runs(articles), articles.column("family")
    present = [family for family in FAMILIES if (families == family).any()]
    each = [classifier(articles.where(np.isin(families, ("sound", family))), keys) for family in present]
    return Fit(keys, np.array([weights for weights, _ in each]).T, np.array([start for _, start in each]))


def without(articles: Articles, whole: Fit, family: str, engine: str) -> Fit:
    """A fit without an engine of a family and all that it had a part in, or translations of the same documents; or without
    the family, if no engine is named.  The classifiers of other families stay, since nothing left out is in them.
    All of WMT translated the same documents."""
    at = FAMILIES.index(family)
    if not engine or family == "wmt":
        return Fit(whole.keys, np.delete(whole.weights, at, axis=1), np.delete(whole.intercepts, at))
    groups, own = articles.column("group"), articles.column("family") == family
    part = own & np.array([engine in s.engine.split("-") for s in articles.samples])
    measured = groups[part & articles.measured]
    keep = (own & ~part & ~np.isin(groups, measured)) | ~articles.column("translated")
    weights, start = classifier(articles.where(keep), whole.keys)
    left = Fit(whole.keys, whole.weights.copy(), whole.intercepts.copy())
    left.weights[:, at], left.intercepts[at] = weights, start
    return left


@dataclass
class Rows:
    """What was found of one part of the translated articles by a fit without it."""

    name: str
    score: Array
    articles: Articles
    sound: dict[str, Array]


def left_out(articles: Articles, whole: Fit, tests: dict[str, Articles], engines: bool = True) -> list[Rows]:
    """Every engine, if asked for, and every family in its turn."""
    names, families = articles.column("engine"), articles.column("family")
    cases = [
        (family, name)
        for family in FAMILIES
        for name in (sorted(set(names[(families == family) & articles.measured])) if engines else ())
    ] + [(family, "") for family in FAMILIES if (families == family).any()]
    out = []
    for family, engine in cases:
        fitted = without(articles, whole, family, engine)
        own = (families == family) & articles.measured & ((names == engine) | (engine == ""))
        part, sound = articles.where(own), {n: fitted.score(test) for n, test in tests.items()}
        name = f"{family}: {engine}" if engine else f"all of {family}"
        out.append(Rows(name, fitted.score(part), part, sound))
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
         (1 - PRIOR) * 2.0 * sample_weights(articles)[~translated]]
    )  # fmt: skip
    y = np.arange(len(score)) < sum(len(row.score) for row in families)
    model = LogisticRegression(C=1e3, fit_intercept=False, max_iter=1000)
    model.fit(calibration_matrix(score, words), y, sample_weight=weight * len(y))
    return np.asarray(model.coef_[0])


def probability(calibration: Array, score: Array, articles: Articles) -> Array:
    """Probabilities of articles, traces included."""
    told = calibration_matrix(score, articles.words) @ calibration
    logit = np.array([allowing_for_fluent(each) for each in told.tolist()]) + articles.evidence
    return 1.0 / (1.0 + np.exp(-np.clip(logit, -30, 30)))


def measure(options: argparse.Namespace) -> None:
    """Print what is found of engines, languages and families left out, against sound articles used for nothing else."""
    articles, tests = material(options)
    whole = fit(articles)
    rows = left_out(articles, whole, tests)
    calibration = calibrated(articles, rows)
    families = np.where(articles.measured, articles.column("family"), "")
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
    whole = fit(articles)
    calibration = calibrated(articles, left_out(articles, whole, {}, engines=False))
    counts = Counter(f"{s.family}/{s.domain if s.family == 'sound' else s.engine}" for s in articles.samples)
    stored = {
        "format": "textrepair wording weights",
        "version": 2,
        "built_from": dict(sorted(counts.items())),
        "built_by": "scripts/train_translation.py fit",
        "prior": PRIOR,
        "calibration": [round(float(x), 4) for x in calibration],
        "classifiers": FAMILIES,
        "intercepts": [round(float(x), 4) for x in whole.intercepts],
        "weights": {
            skeleton.written(key): [round(float(x), 3) for x in row]
            for key, row in zip(whole.keys, whole.weights, strict=True)
        },
    }
    options.out.parent.mkdir(exist_ok=True)
    written = json.dumps(stored, indent=0, ensure_ascii=False)
    options.out.write_text(re.sub(r"\n(?=[-\d\]])", "", written) + "\n", encoding="utf-8")
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
