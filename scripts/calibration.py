"""Is a confidence of 0.9 right in nine cases of ten?  ``python scripts/calibration.py [--fit]``

Edits of models on spinners and articles that they were not built from (:mod:`held_out`), judged as everywhere by
:mod:`textrepair.evaluation`.  Printed for each: the expected calibration error in ten bands, the Brier score, and precision and
recall from 0.9 on, for three confidences: the bare posterior, the map fitted on the *other* spinners, and the packaged map.

``--fit`` writes the packaged map (``textrepair/detector/spin/confidence.json``), fitted on all of them, every spinner with the
same weight; or the bare posterior, if maps fitted on the other spinners don't lower the mean calibration error: a map that
doesn't carry over to a spinner left out is worth nothing on the next one.  ``--chart`` draws the reliability diagram.

Collecting takes a minute or two, and is kept in ``--work`` until a model or the detector changes; fitting takes a second.  Needs
the models that ``measure.py`` builds, or builds them, and matplotlib for the chart.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from build_model import add_sources
from held_out import NAMES, NEVER, HeldOut, held_out
from measure import SPIN

import textrepair
from textrepair.detector.base import Document
from textrepair.detector.spin.confidence import FEATURES, packaged_weights, weights_file
from textrepair.detector.spin.detector import SpinDetector
from textrepair.evaluation import judge

BANDS = 10
#: The promise that is measured: precision and recall of what is at least so sure.
SURE = 0.9
#: Strength (in edits) of the wish to leave the posterior as it is: a spinner of 165 edits must not teach its accidents.
PRIOR_EDITS = 5.0
#: Which weights may not be negative: a likelier reading is never less sure.
_NOT_NEGATIVE = ("log_odds", "word_log_odds")
IDENTITY = np.array([float(name == "log_odds") for name in FEATURES])

Features = npt.NDArray[np.float64]  # (edits, features)
Right = npt.NDArray[np.float64]  # (edits,) 1 where an edit is right


@dataclass
class Sample:
    """Judged edits of one spinner: what their confidence rests on, whether they are right, and how many marks there were."""

    name: str
    spinner: str
    features: Features
    right: Right
    marks: int


def collect(sets: Iterator[HeldOut]) -> list[Sample]:
    """Run the detector over everything held out; parts of one name are put together."""
    samples: dict[str, Sample] = {}
    for part in sets:
        rows, right, marks = [], [], 0
        detector = SpinDetector(part.model)
        for _, gold in part.articles:
            edits, evidence = detector.weigh(Document(gold.text))
            weighed = dict(zip(edits, evidence.features(), strict=True)) if evidence else {}
            for verdict in judge(gold, weighed, SPIN):
                marks += len(verdict.marks)
                for edit in verdict.edits:
                    rows.append(weighed[edit])
                    right.append(float(verdict.right))
        sample = Sample(part.name, part.spinner, np.array(rows), np.array(right), marks)
        if part.name in samples:
            before = samples[part.name]
            sample.features = np.concatenate((before.features, sample.features))
            sample.right = np.concatenate((before.right, sample.right))
            sample.marks += before.marks
        samples[part.name] = sample
    return list(samples.values())


def collected(options: argparse.Namespace) -> list[Sample]:
    """As :func:`collect`, kept in the work folder for as long as models and detector stay what they are."""
    seen = hashlib.sha256()
    for path in sorted(options.work.glob("without-*.model")):
        seen.update(f"{path.name} {path.stat().st_size} {path.stat().st_mtime_ns}".encode())
    for module in sorted(Path(textrepair.__file__).parent.rglob("*.py")):
        seen.update(module.read_bytes())
    kept = options.work / f"calibration-{seen.hexdigest()[:12]}.json"
    if not kept.exists():
        samples = collect(held_out(options, NAMES))
        told = [asdict(s) | {"features": s.features.tolist(), "right": s.right.tolist()} for s in samples]
        kept.write_text(json.dumps(told))
    return [
        Sample(**stored | {"features": np.array(stored["features"]), "right": np.array(stored["right"])})
        for stored in json.loads(kept.read_text())
    ]


def fit(samples: Sequence[Sample]) -> Features:
    """Weights of the logistic map: maximum posterior by Newton's method, every spinner with the same weight in all.

    The prior is normal around the bare posterior.  A weight that would come out negative and may not is held at zero.
    """
    features = np.concatenate([s.features for s in samples])
    right = np.concatenate([s.right for s in samples])
    spinners = {s.spinner for s in samples}
    of_spinner = {name: sum(len(s.right) for s in samples if s.spinner == name) for name in spinners}
    share = np.concatenate([np.full(len(s.right), 1.0 / of_spinner[s.spinner]) for s in samples])
    share *= min(of_spinner.values()) * len(spinners) / share.sum()
    free = np.ones(len(FEATURES), bool)
    while True:
        weights = _newton(features, right, share, free)
        negative = [FEATURES.index(name) for name in _NOT_NEGATIVE if weights[FEATURES.index(name)] < 0]
        if not negative:
            return weights
        free[negative] = False


def _newton(features: Features, right: Right, share: Right, free: npt.NDArray[np.bool_]) -> Features:
    weights = np.where(free, IDENTITY, 0.0)
    scale = np.maximum(features.std(axis=0), 1e-9) ** 2
    precision = PRIOR_EDITS * np.where(np.array(FEATURES) == "intercept", 1e-3, scale)

    def lost(weights: Features) -> float:
        logit = features @ weights
        fits = share @ (right * logit - np.logaddexp(0.0, logit))
        return float(0.5 * precision @ (weights - IDENTITY) ** 2 - fits)

    for _ in range(100):
        predicted = logistic(features @ weights)
        gradient = features.T @ (share * (right - predicted)) - precision * (weights - IDENTITY)
        hessian = (features * (share * predicted * (1 - predicted))[:, None]).T @ features + np.diag(
            precision
        )
        step = np.zeros(len(weights))
        step[free] = np.linalg.solve(hessian[np.ix_(free, free)], gradient[free])
        while lost(weights + step) > lost(weights) and np.abs(step).max() > 1e-10:  # Newton alone overshoots
            step /= 2
        weights = weights + step
        if np.abs(step).max() < 1e-8:
            break
    return weights


def logistic(logit: Features) -> Features:
    return 1.0 / (1.0 + np.exp(-np.clip(logit, -30, 30)))


def bands(confidence: Features, right: Right) -> list[tuple[float, float, int]]:
    """Mean confidence, share that is right, and count, of each band that holds an edit."""
    band = np.minimum((confidence * BANDS).astype(int), BANDS - 1)
    return [
        (float(confidence[band == b].mean()), float(right[band == b].mean()), int((band == b).sum()))
        for b in range(BANDS)
        if (band == b).any()
    ]


def calibration_error(confidence: Features, right: Right) -> float:
    """Expected calibration error (Naeini et al. 2015): the bands' gaps, by how many edits they hold."""
    return sum(abs(mean - share) * count for mean, share, count in bands(confidence, right)) / len(right)


def row(sample: Sample, named: str, weights: Features) -> str:
    """A row of the table: one set, one map."""
    confidence = logistic(sample.features @ weights)
    sure = confidence >= SURE
    found, made = int(sample.right[sure].sum()), int(sure.sum())
    precision = f"{found / made:.3f} ({found}/{made})" if made else "–"
    brier = float(((confidence - sample.right) ** 2).mean())
    return (
        f"| `{sample.name}` | {named} | {len(sample.right)} | {calibration_error(confidence, sample.right):.3f} | {brier:.3f} "
        f"| {precision} | {found / sample.marks:.3f} ({found}/{sample.marks}) | {reach(sample, confidence):.3f} |"
    )


HEAD = (
    f"| set | confidence | edits | calibration error | Brier score | precision ≥ {SURE} | recall ≥ {SURE} "
    f"| recall at precision {SURE} |\n|---|---|---|---|---|---|---|---|"
)


def reach(sample: Sample, confidence: Features) -> float:
    """The recall that this order of edits could have at that precision, if the border were known."""
    order = np.argsort(-confidence, kind="stable")
    found = np.cumsum(sample.right[order])
    good = np.flatnonzero(found / np.arange(1, len(order) + 1) >= SURE)
    return float(found[good[-1]]) / sample.marks if len(good) else 0.0


def draw(samples: Sequence[Sample], maps: Mapping[str, Mapping[str, Features]], chart: Path) -> None:
    """The reliability diagram: share right over confidence, a panel for each set, a line for each map."""
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "textrepair"
    from matplotlib import pyplot

    figure, panels = pyplot.subplots(1, len(samples), figsize=(3.2 * len(samples), 3.4), sharey=True)
    for panel, sample in zip(np.atleast_1d(panels), samples, strict=True):
        panel.plot((0, 1), (0, 1), color="0.7", linewidth=1)
        for named, weights in maps[sample.name].items():
            confidence = logistic(sample.features @ weights)
            points = bands(confidence, sample.right)
            error = calibration_error(confidence, sample.right)
            panel.plot(
                [mean for mean, _, _ in points],
                [share for _, share, _ in points],
                marker="o",
                markersize=4,
                label=f"{named} ({error:.3f})",
            )
        panel.set_title(sample.name, fontsize=10)
        panel.set_xlabel("confidence")
        panel.legend(fontsize=7, loc="upper left")
        panel.set_xlim(0, 1.02)
        panel.set_ylim(0, 1.02)
    np.atleast_1d(panels)[0].set_ylabel("share right")
    figure.tight_layout()
    figure.savefig(chart, metadata={"Date": None})


def write(weights: Features, samples: Sequence[Sample]) -> None:
    """The packaged map, with what it was chosen on."""
    stored = {
        "format": "textrepair confidence",
        "version": 1,
        "measured_on": {s.name: {"edits": len(s.right), "right": int(s.right.sum())} for s in samples},
        "weights": {name: round(float(weight), 4) for name, weight in zip(FEATURES, weights, strict=True)},
    }
    weights_file().write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_sources(parser)
    parser.add_argument("--fit", action="store_true", help="write the packaged map")
    parser.add_argument("--chart", type=Path, help="draw the reliability diagram into this SVG file")
    options = parser.parse_args()
    samples = collected(options)
    learned = [s for s in samples if s.name.endswith(NEVER)]
    others = {s.name: fit([o for o in samples if o.spinner != s.spinner]) for s in samples}
    everywhere = fit(samples)
    if options.fit:
        errors = [
            np.mean([calibration_error(logistic(s.features @ weights[s.name]), s.right) for s in samples])
            for weights in (dict.fromkeys(others, IDENTITY), others)
        ]
        print(f"mean calibration error: posterior {errors[0]:.3f}, other spinners' map {errors[1]:.3f}\n")
        write(everywhere if errors[1] < errors[0] else IDENTITY, samples)
        packaged_weights.cache_clear()
    maps = {}
    print(HEAD)
    for sample in samples:
        maps[sample.name] = {
            "posterior": IDENTITY,
            "other spinners' map": others[sample.name],
            "packaged map": np.array(packaged_weights()),
        }
        for named, weights in maps[sample.name].items():
            print(row(sample, named, weights))
    print("\n| fitted without | " + " | ".join(FEATURES) + " |\n|---|" + "---|" * len(FEATURES))
    for sample in learned:
        print(_weights_row(sample.spinner, maps[sample.name]["other spinners' map"]))
    print(_weights_row("nothing", everywhere))
    if options.chart:
        shown = {n: {k: w for k, w in m.items() if k != "packaged map"} for n, m in maps.items()}
        draw(samples, shown, options.chart)


def _weights_row(name: str, weights: Features) -> str:
    return f"| {name} | " + " | ".join(f"{weight:.2f}" for weight in weights) + " |"


if __name__ == "__main__":
    main()
