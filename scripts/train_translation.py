"""Fit and measure the detector of machine translation.

    python scripts/train_translation.py material     # makes articles and measures their features, once (needs Apertium)
    python scripts/train_translation.py measure      # what is found of engines left out of the fit, as Markdown tables
    python scripts/train_translation.py fit          # writes textrepair/detector/packaged/translation.json

Fitting uses :mod:`build.translated_text` and, as sound text, the ends of the clean files, read by a language model that was
estimated without them (:mod:`build.withheld`).  The scores of engines *left out* of the fit and of every other article of
``sound/*.jsonl`` then calibrate the probability; the other half of these is for measuring alone.
"""

from __future__ import annotations

import argparse
import json
import pickle
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from build.splits import area, interval, recall_at
from build.translated_text import Sample, samples
from build.withheld import model_without, withheld_lines
from build_model import LM_BYTES, add_sources

from textrepair.detector import traces
from textrepair.detector.base import Document
from textrepair.detector.translation import SHORTEST
from textrepair.model import Model, load_model
from textrepair.model.idiom import FEATURES, Idiom

OUT = Path(__file__).parents[1] / "textrepair" / "detector" / "packaged" / "translation.json"
#: One article in fifty is taken for translated: of news pages on the web nobody has counted, of parallel web text much more.
PRIOR = 0.02
#: Features count at most this many standard deviations of sound text, so that a list or a poem can't shout.
CUT = 3.0
#: Inverse strength of the ridge; of 0.003, 0.01, 0.03, 0.1 chosen by the engines left out (differences under 0.01 of AUC).
RIDGE = 0.01
Array = npt.NDArray[np.float64]


@dataclass
class Measured:
    """Articles and their features ``(articles, len(FEATURES))``, and the evidence of their traces."""

    samples: list[Sample]
    features: Array
    evidence: Array
    words: npt.NDArray[np.int64]

    def where(self, keep: npt.NDArray[np.bool_]) -> Measured:
        """Those kept."""
        return Measured(
            [s for s, k in zip(self.samples, keep, strict=True) if k],
            self.features[keep],
            self.evidence[keep],
            self.words[keep],
        )

    def column(self, name: str) -> npt.NDArray[Any]:
        """A field of all samples."""
        return np.array([getattr(sample, name) for sample in self.samples])


def features_of(model: Model, texts: Sequence[Sample]) -> Measured:
    """Features of articles; those that the detector would call too short are left out."""
    idiom = Idiom(model)
    kept, rows, evidence, words = [], [], [], []
    for sample in texts:
        tokens = Document(sample.text).tokens
        if tokens.words >= SHORTEST:
            kept.append(sample)
            rows.append(idiom.measure(tokens))
            evidence.append(traces.evidence(frozenset(traces.found(sample.text))))
            words.append(tokens.words)
    return Measured(kept, np.array(rows), np.array(evidence), np.array(words))


def sound_set(data: Path, name: str) -> list[Sample]:
    """The sound articles kept for testing."""
    with open(data / "sound" / f"{name}.jsonl", encoding="utf-8") as file:
        records = [json.loads(line) for line in file]
    return [Sample(r["text"], False, "sound", "none", name, r["id"]) for r in records]


def material(options: argparse.Namespace) -> dict[str, Measured]:
    """Everything measured, from ``work`` where it was before."""
    stored = options.work / "translation-features.pickle"  # scratch between steps, never packaged
    if stored.exists():
        with open(stored, "rb") as file:
            return pickle.load(file)  # type: ignore[no-any-return]
    packaged = load_model(None)
    lines = withheld_lines(options.data)
    reader = model_without(packaged, options.data, options.work, LM_BYTES, lines)
    made = samples(options.data, lines)
    out = {"made": features_of(reader, made)}
    for name in ("newswire", "web"):
        out[name] = features_of(packaged, sound_set(options.data, name))
        print(f"{name}: {len(out[name].samples)}", file=sys.stderr)
    with open(stored, "wb") as file:
        pickle.dump(out, file)
    return out


# --- fitting -----------------------------------------------------------------------------------------------------------------


@dataclass
class Fit:
    """Standardisation and weights of one logistic regression, before calibration."""

    mean: Array
    scale: Array
    weight: Array
    intercept: float

    def score(self, features: Array) -> Array:
        """Uncalibrated logits."""
        z = np.clip((features - self.mean) / self.scale, -CUT, CUT)
        return z @ self.weight + self.intercept


def fit(data: Measured) -> Fit:
    """Ridge logistic regression; sound and translated weigh the same, and so does every family and every domain within."""
    from sklearn.linear_model import LogisticRegression

    translated = data.column("translated")
    sound = data.features[~translated]
    mean, scale = sound.mean(axis=0), sound.std(axis=0) + 1e-6
    z = np.clip((data.features - mean) / scale, -CUT, CUT)
    keys = np.array(
        [f"{s.family}/{s.domain if s.family == 'sound' else s.engine}" for s in data.samples]
    )
    families = data.column("family")
    weight = np.zeros(len(z))
    for family in set(families):
        own = set(keys[families == family])
        for key in own:
            weight[keys == key] = 1.0 / len(own) / (keys == key).sum()
    for side in (translated, ~translated):
        weight[side] *= len(z) / 2 / weight[side].sum()
    model = LogisticRegression(C=RIDGE, max_iter=2000).fit(z, translated, sample_weight=weight)
    return Fit(mean, scale, model.coef_[0], float(model.intercept_[0]))


@dataclass
class Calibration:
    """``slope`` · score + ``offset`` + evidence of traces is the logit of the probability."""

    slope: float
    offset: float

    def probability(self, score: Array, evidence: Array) -> Array:
        """Probabilities of articles."""
        return 1.0 / (1.0 + np.exp(-np.clip(self.slope * score + self.offset + evidence, -30, 30)))


def calibrated(positive: Array, negative: Array) -> Calibration:
    """Platt scaling at :data:`PRIOR`."""
    from sklearn.linear_model import LogisticRegression

    x = np.concatenate([positive, negative])[:, None]
    y = np.repeat([1, 0], [len(positive), len(negative)])
    weight = np.where(y == 1, PRIOR / len(positive), (1 - PRIOR) / len(negative)) * len(y)
    model = LogisticRegression(C=1e4).fit(x, y, sample_weight=weight)
    return Calibration(float(model.coef_[0, 0]), float(model.intercept_[0]))


def left_out_scores(made: Measured) -> tuple[Array, npt.NDArray[np.bool_]]:
    """For every translated article its score by a fit without its engine; of WMT and Apertium without its document too."""
    score = np.zeros(len(made.samples))
    engines, groups, translated = made.column("engine"), made.column("group"), made.column("translated")
    for engine in sorted(set(engines[translated])):
        test = engines == engine
        train = ~test & ~np.isin(groups, groups[test])
        score[test] = fit(made.where(train)).score(made.features[test])
    return score, translated


def calibration_of(made: Measured, sound: dict[str, Measured]) -> Calibration:
    """From engines left out, and the sound articles that are for calibration."""
    score, translated = left_out_scores(made)
    whole = fit(made)
    negative = np.concatenate([whole.score(s.features[::2]) for s in sound.values()])
    return calibrated(score[translated], negative)


def measure(options: argparse.Namespace) -> None:
    """Print what is found of engines, languages and families left out, against sound articles used for nothing else."""
    found = material(options)
    made = found.pop("made")
    tests = {name: part.where(np.arange(len(part.samples)) % 2 == 1) for name, part in found.items()}
    calibration = calibration_of(made, found)
    engines, groups, families = made.column("engine"), made.column("group"), made.column("family")
    print("| left out of the fit | articles | " + " | ".join(f"ROC AUC, {n} | found at 1 in 500, {n}" for n in tests) + " | found at 0.5 |")
    print("|---|---|" + "---|" * (2 * len(tests) + 1))
    rows = [(f"{f}: {e}", engines == e) for f in ("mlqe", "wmt", "apertium") for e in sorted(set(engines[families == f]))]
    rows += [(f"all of {f}", families == f) for f in ("mlqe", "wmt", "apertium") if (families == f).any()]
    for name, test in rows:
        fitted = fit(made.where(~test & ~np.isin(groups, groups[test])))
        _row(name, fitted, calibration, made.where(test), tests)
    whole = fit(made)
    for family in ("mlqe", "wmt", "apertium"):
        if (families == family).any():
            _row(f"nothing (seen): {family}", whole, calibration, made.where(families == family), tests)
    print("\n| sound text | articles | at or above 0.5 |\n|---|---|---|")
    for name, part in tests.items():
        p = calibration.probability(whole.score(part.features), part.evidence)
        print(f"| {name} | {len(p)} | {interval(int((p >= 0.5).sum()), len(p))} |")
    seeds = [Sample(path.read_text(encoding="utf-8"), False, "seed", path.name[:3], "seed", path.name) for path in sorted(options.seeds.glob("0*.txt"))]
    if seeds:
        part = features_of(load_model(None), seeds)
        wording = calibration.probability(whole.score(part.features), np.zeros(len(seeds)))
        both = calibration.probability(whole.score(part.features), part.evidence)
        print("\n| starting article | by wording alone | with traces |\n|---|---|---|")
        for seed, one, two in zip(seeds, wording, both, strict=True):
            print(f"| {seed.engine} | {one:.4f} | {two:.4f} |")


def _row(name: str, fitted: Fit, calibration: Calibration, positive: Measured, tests: dict[str, Measured]) -> None:
    cells = []
    score = fitted.score(positive.features) * calibration.slope + positive.evidence
    for part in tests.values():
        negative = fitted.score(part.features) * calibration.slope + part.evidence
        hits, _ = recall_at(score, negative, 1 / 500)
        cells += [f"{area(score, negative):.3f}", interval(hits, len(score))]
    p = calibration.probability(fitted.score(positive.features), positive.evidence)
    print(f"| {name} | {len(score)} | {' | '.join(cells)} | {interval(int((p >= 0.5).sum()), len(p))} |", flush=True)


def write(options: argparse.Namespace) -> None:
    """Fit on everything, calibrate, write the packaged weights."""
    found = material(options)
    made = found.pop("made")
    whole, calibration = fit(made), calibration_of(made, found)
    counts: dict[str, int] = {}
    for sample in made.samples:
        key = f"{sample.family}/{sample.domain if sample.family == 'sound' else sample.engine}"
        counts[key] = counts.get(key, 0) + 1
    columns = zip(FEATURES, whole.mean, whole.scale, whole.weight * calibration.slope, strict=True)
    stored = {
        "format": "textrepair wording weights",
        "version": 1,
        "built_from": dict(sorted(counts.items())),
        "model": load_model(None).name,
        "prior": PRIOR,
        "cut": CUT,
        "intercept": round(whole.intercept * calibration.slope + calibration.offset, 4),
        "features": {name: [round(float(x), 5) for x in (m, s, w)] for name, m, s, w in columns},
    }
    options.out.parent.mkdir(exist_ok=True)
    options.out.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")
    sound = made.where(~made.column("translated"))
    texts = [s.text for s in sound.samples] + [s.text for p in found.values() for s in p.samples[::2]]
    print(f"traces, share of {len(texts)} sound articles that have each:")
    seen = [set(traces.found(text)) for text in texts]
    for name in traces.PATTERNS:
        print(f"  {sum(name in s for s in seen) / len(texts):.4f}  {name}")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("material", "measure", "fit"))
    add_sources(parser)
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args()
    {"material": material, "measure": measure, "fit": write}[options.what](options)


if __name__ == "__main__":
    main()
