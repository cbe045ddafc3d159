"""Fit and measure what the company of words tells: ``python scripts/train_company.py fit|measure``.

Words: those of sound text (every second newswire article, every fourth web post that is not spun, three textbooks, imitated
registers), and those that a program without any thesaurus put into the same texts at random (:mod:`build.random_spinner`).
Trees: boosted, of eight leaves (scikit-learn).

Texts: what a text's ratio says of it is fitted to texts of which no word was fitted to, whole ones and stretches of them: sound
ones, and the same spun with a thesaurus that has nothing to do with WordNet (:mod:`build.foreign_thesaurus`; Debian's
``aiksaurus``).  Every kind and length of sound text has the same weight, and so has every kind, rate and length of the spun ones,
which together have that of one text in twenty; what is told is for one in 125.

``fit`` writes the trees, ``textrepair/detector/packaged/company.json.gz``.  Both print the weights for
``textrepair/detector/spin/detector.py``, fitted on everything, and recall and false alarms, where each text is judged by weights
that were fitted without it, and nothing was fitted on real spinners and imitated texts.
"""

from __future__ import annotations

import argparse
import difflib
import gzip
import json
import random
import re
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt
from build.foreign_thesaurus import ForeignSpinner, foreign_thesaurus
from build.light_spinner import LightSpinner
from build.random_spinner import RandomSpinner, words_by_inflection
from build.records import records
from build.registers import OTHER_TEXTBOOKS, TEXTBOOKS, articles, samples
from build.splits import interval
from build.spun_posts import PARTLY_SPUN, SPUN
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from textrepair.detector.base import Document
from textrepair.detector.scanners import model_scanner
from textrepair.detector.scanning.byte_scan import SCORED
from textrepair.detector.spin.company import FEATURES, FILE, FORMAT, VERSION, Company, packaged_company
from textrepair.detector.spin.detector import (
    FEWEST_ASKED,
    PACKAGED_COMPANY,
    SpinDetector,
    company_terms,
    spin_probability,
)
from textrepair.detector.spin.screen import SpinScreen
from textrepair.detector.spin.word_evidence import word_evidence
from textrepair.model import Model, load_model

ROOT = Path(__file__).resolve().parent.parent
_PACKAGED = ROOT / "textrepair" / "detector" / "packaged" / FILE
_TREES, _LEAVES, _LEARNING, _FEWEST = 70, 8, 0.22, 200
#: Shares of words to be replaced, of which a program holds perhaps a half.
_FITTED_RATES, _RATES = (0.1, 0.25, 0.5), (0.2, 0.35, 0.5, 0.8)
#: The share of spun texts that the weights are fitted at, and that they are told for.
_PRIOR, _TOLD = 0.05, 0.008
#: Words of the stretches, sentences as they follow one another, of which up to so many of a text are taken; a whole text.
_LENGTHS, _STRETCHES = (0, 350, 200, 120), 3
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")
#: Lengths that recall is told of.
_TOLD_OF = (0, 200)
_WORD = re.compile(r"[A-Za-z]+")
_IMITATED = ROOT / "corpora" / "imitated"
Array = npt.NDArray[np.float64]
Spin = Callable[[str, float], str]
#: Programs of a sort.
_PROGRAMS = 6
_FITTED_SORT = "another thesaurus"
#: The sound texts by which recall is told.
_COMPARED = [(name, length) for length in _TOLD_OF for name in ("newswire", "web")]
#: Texts of fewer words that the model knows are left out.
_SHORTEST = 100


class Asked:
    """Words and texts as the company sees them."""

    def __init__(self, model: Model) -> None:
        self.model, self.scanner = model, model_scanner(model)
        bare = {"format": FORMAT, "version": VERSION, "features": list(FEATURES), "intercept": 0.0}
        self.evidence = word_evidence(model)
        self.company = Company.of(model, bare | {"feature": []}, self.evidence)

    def words(self, text: str, sound: str | None = None) -> Array:
        """The features of the words of a text; with the sound one, of those only that are not in it."""
        ids = self.scanner.scan(text).ids
        features, places = self.company.measured(ids)
        if sound is None:
            return features.astype(np.float64)
        theirs, ours = ([m.group().lower() for m in _WORD.finditer(t)] for t in (sound, text))
        new = np.ones(len(ours), dtype=bool)
        for block in difflib.SequenceMatcher(None, theirs, ours, autojunk=False).get_matching_blocks():
            new[block.b : block.b + block.size] = False
        put = []
        at = 0
        for i in places.tolist():
            word = self.model.vocabulary.words[ids[i]]
            found = next((k for k in range(at, len(ours)) if ours[k] == word), None)
            put.append(found is not None and bool(new[found]))
            at = at if found is None else found + 1
        return features[np.array(put, dtype=bool)].astype(np.float64)


def fitted(own: Sequence[Array], put: Sequence[Array]) -> dict[str, object]:
    """Trees that tell words that were put from writers' own, as they are stored."""
    rows, label = np.concatenate([*own, *put]), np.repeat([0, 1], [sum(map(len, own)), sum(map(len, put))])
    weights = np.where(label == 1, 0.5 / label.mean(), 0.5 / (1.0 - label.mean()))
    trees = HistGradientBoostingClassifier(
        max_iter=_TREES,
        max_leaf_nodes=_LEAVES,
        learning_rate=_LEARNING,
        min_samples_leaf=_FEWEST,
        random_state=1,
    ).fit(rows, label, sample_weight=weights)
    nodes = [predictors[0].nodes for predictors in trees._predictors]
    size = max(map(len, nodes))

    def column(name: str, digits: int | None = None) -> list[list[float]]:
        out = []
        for each in nodes:
            values = each[name].astype(float)
            if name == "feature_idx":
                values = np.where(each["is_leaf"] == 1, -1, values)
            out.append([*np.round(values, digits or 0).tolist(), *[0.0] * (size - len(each))])
        return out

    whole = {
        name: [[int(v) for v in row] for row in column(source)]
        for name, source in (("feature", "feature_idx"), ("left", "left"), ("right", "right"))
    }
    return {
        "format": FORMAT, "version": VERSION, "built_by": "scripts/train_company.py", "features": list(FEATURES),
        "intercept": round(float(trees._baseline_prediction.ravel()[0]), 4), **whole,
        "threshold": column("num_threshold", 4), "value": column("value", 4),
    }  # fmt: skip


def sound_texts(options: argparse.Namespace, rng: random.Random) -> tuple[list[str], dict[str, list[str]]]:
    """Texts whose words are fitted to, and the others by their sort."""
    newswire = _texts(options.data / "sound" / "newswire.jsonl")
    spun = {*SPUN, *PARTLY_SPUN}
    web = [text for name, text in records(options.data / "sound" / "web.jsonl") if name not in spun]
    imitated = {name: _texts(_IMITATED / f"{name}.jsonl") for name in ("sound", "formal", "registers")}
    books = {book: samples(options.textbooks, book, 400, 60, rng) for book in (*TEXTBOOKS, *OTHER_TEXTBOOKS)}
    fit = [*newswire[1::2], *web[1::4], *imitated["sound"], *imitated["formal"][1::2]]
    fit += [text for book in TEXTBOOKS for text in books[book]]
    other = {"newswire": newswire[::2], "web": [*web[::4], *web[2::4]]}
    other |= {book.removesuffix("-book"): books[book] for book in OTHER_TEXTBOOKS}
    other |= {"imitated, formal": imitated["formal"][::2], "imitated, registers": imitated["registers"]}
    return fit, other


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("what", choices=("fit", "measure"))
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument(
        "--textbooks", type=Path, required=True, help="folder with the textbooks' repositories"
    )
    parser.add_argument("--work", type=Path, required=True, help="folder for what takes long to make")
    options = parser.parse_args()
    model = load_model()
    asked = Asked(model)
    fit, other = sound_texts(options, random.Random(3))
    if options.what == "fit":
        words = words_by_inflection(model)
        programs = [RandomSpinner(words, n) for n in range(_PROGRAMS)]
        own = [asked.words(text) for text in fit]
        put = [
            asked.words(programs[i % _PROGRAMS].spin(text, _FITTED_RATES[i % len(_FITTED_RATES)]), text)
            for i, text in enumerate(fit)
        ]
        trees = fitted(own, put)
        _PACKAGED.write_bytes(gzip.compress(json.dumps(trees, separators=(",", ":")).encode(), mtime=0))
    synonyms = foreign_thesaurus(options.work / "foreign_thesaurus.json")
    foreign = [ForeignSpinner(synonyms, n, common=n % 2 == 0) for n in range(_PROGRAMS)]
    light = [LightSpinner(model, n) for n in range(_PROGRAMS)]
    sorts: dict[str, list[Spin]] = {
        _FITTED_SORT: [one.spin for one in foreign],
        "the prior": [_alone(one) for one in light],
    }
    made = {
        (base, sort, rate): [
            each[i % _PROGRAMS](text, rate)
            for i, text in enumerate(other[base][:: 12 if base == "web" else 3])
        ]
        for sort, each in sorts.items()
        for rate in _RATES
        for base in ("newswire", "web", "biology", "us-history")
    }
    _measure(asked, other, made, _real(options.data))


def _alone(spinner: LightSpinner) -> Spin:
    return lambda text, rate: spinner.spin(text, rate)[0]


def _texts(path: Path) -> list[str]:
    return [text for _, text in records(path)]


def _real(data: Path) -> dict[str, list[str]]:
    web = dict(records(data / "sound" / "web.jsonl"))
    return {
        "issues": _texts(data / "spun" / "issues_articles.jsonl"),
        "tutorial": _texts(data / "spun" / "tutorial_articles.jsonl"),
        "web, spun": [web[name] for name in SPUN],
        "web, in parts": [web[name] for name in PARTLY_SPUN],
    } | {
        f"imitated, {name}": _texts(_IMITATED / f"{name}.jsonl")
        for name in ("posts", "spun", "rewritten", "translated")
    }


class Seen:
    """Texts of a sort, or stretches of them: the natural-log odds that the other signs give, the terms of company, a row each,
    and which half of the sort a text is of."""

    def __init__(
        self, asked: Asked, detector: SpinDetector, company: Company, texts: Sequence[str], length: int
    ) -> None:
        others, rows, halves = [], [], []
        for number, text in enumerate(texts):
            stretches = articles(_SENTENCE_END.split(text), length, " ") if length else [text]
            for stretch in islice(stretches, _STRETCHES):
                document = Document(stretch, asked.scanner)
                if document.scan.stats[SCORED] < _SHORTEST:
                    continue
                found = company.asked(document.scan.ids)
                if len(found.places) < FEWEST_ASKED:
                    continue
                signs = detector.signs(document)
                probability = spin_probability(*signs)
                others.append(float(np.log(probability / (1.0 - probability))))
                rows.append(company_terms(found, others[-1], signs[0].listed))
                halves.append(number % 2)
        self.others, self.rows = np.array(others), np.array(rows).reshape(-1, len(PACKAGED_COMPANY))
        self.halves = np.array(halves, dtype=int)

    def odds(self, *weights: Array) -> Array:
        """Of the text being spun, by natural log; by weights for each half."""
        by_half = np.stack([np.logaddexp(self.others, self.rows @ some) for some in weights])
        out: Array = by_half[self.halves % len(weights), np.arange(len(self.others))]
        return out


def _fit(sound: Sequence[Seen], spun: Sequence[Seen], without: int | None) -> Array:
    """The weights, fitted to all texts or to all but one half of each sort's."""
    rows, labels, weights = [], [], []
    for some, label, share in ((sound, 0, 1.0 - _PRIOR), (spun, 1, _PRIOR)):
        for one in some:
            used = one.rows if without is None else one.rows[one.halves != without]
            rows.append(used)
            labels += [label] * len(used)
            weights += [share / len(some) / max(1, len(used))] * len(used)
    regression = LogisticRegression(C=1e6, max_iter=5000, fit_intercept=False)
    regression.fit(np.concatenate(rows), labels, sample_weight=np.array(weights) * len(labels))
    out: Array = regression.coef_[0]
    out[0] += np.log(_TOLD / (1.0 - _TOLD)) - np.log(_PRIOR / (1.0 - _PRIOR))
    return out


def _measure(
    asked: Asked,
    sound: dict[str, list[str]],
    made: dict[tuple[str, str, float], list[str]],
    real: dict[str, list[str]],
) -> None:
    detector = SpinDetector(asked.model, SpinScreen(asked.model))
    company = packaged_company(asked.model, asked.evidence)

    def look(texts: Sequence[str], length: int) -> Seen:
        return Seen(asked, detector, company, texts, length)

    plain = {(name, length): look(texts, length) for name, texts in sound.items() for length in _LENGTHS}
    spun = {
        (name, length): look(texts, length)
        for name, texts in made.items()
        for length in (_LENGTHS if name[1] == _FITTED_SORT else _TOLD_OF)
    }
    fitted_to = [one for ((_, sort, _), _), one in spun.items() if sort == _FITTED_SORT and len(one.rows)]
    clean = [one for one in plain.values() if len(one.rows)]
    weights = _fit(clean, fitted_to, None)
    halves = [_fit(clean, fitted_to, half) for half in (0, 1)]
    print("weights:", np.round(weights, 4).tolist())
    print(
        "\n| sound texts | all | ratio: half, 2 % above, most | flagged | without company |\n|---|---|---|---|---|"
    )
    for (name, length), one in plain.items():
        if not len(one.rows):
            continue
        ratios = one.rows[:, 1]
        flagged, was = int((one.odds(*halves) >= 0).sum()), int((one.others >= 0).sum())
        print(
            f"| {_named(name, length)} | {len(ratios)} "
            f"| {np.median(ratios):.1f}, {np.quantile(ratios, 0.98):.1f}, {ratios.max():.1f} "
            f"| {interval(flagged, len(ratios))} | {was} |"
        )
    print(
        "\n| spun texts | all | ratio | flagged | without company | at 1 in 500, newswire | web |\n|---|---|---|---|---|---|---|"
    )
    rows = {
        (f"{base}, {sort}, {rate:.0%}", length): (one, one.odds(*halves))
        for ((base, sort, rate), length), one in spun.items()
    }
    rows |= {
        (name, length): (one := look(texts, length), one.odds(weights))
        for name, texts in real.items()
        for length in _TOLD_OF
    }
    least = {key: np.quantile(plain[key].odds(*halves), 1 - 1 / 500) for key in _COMPARED}
    before = {key: np.quantile(plain[key].others, 1 - 1 / 500) for key in _COMPARED}
    for (name, length), (one, told) in rows.items():
        if length not in _TOLD_OF or not len(told):
            continue
        cells = [
            f"{np.median(one.rows[:, 1]):.1f}",
            f"{(told >= 0).mean():.2f}",
            f"{(one.others >= 0).mean():.2f}",
        ]
        cells += [
            f"{(told > least[key]).mean():.2f} ({(one.others > before[key]).mean():.2f})"
            for key in _COMPARED
            if key[1] == length
        ]
        print(f"| {_named(name, length)} | {len(told)} | {' | '.join(cells)} |", flush=True)


def _named(name: str, length: int) -> str:
    return f"{name}, {length} words" if length else name


if __name__ == "__main__":
    main()
