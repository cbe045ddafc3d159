"""Fit and measure how the signs of spinning are weighed: ``python scripts/train_spin.py``.

Sound: newswire and web posts (without those that are spun in truth, :mod:`build.spun_posts`), each whole, a stretch of it, and
newswire articles joined by tens.

Spun with words that stand out: newswire in which a spinner made of the model's own prior has replaced few words
(:mod:`build.light_spinner`); passages of real spinners in which only a share of the swaps is left, the others undone; whole
articles of these spinners; stretches of all.  What is spun by a real spinner is read by a model that was built without it.

Rewritten with phrases that fit: what programs leave that the wording is not fitted to (:func:`train_wording.cross_fitted`), and
beside it sound texts in stiff registers; without the posts that it is fitted to, and without what fills masked words in again.
Machine translations are neither (:mod:`build.translated_text`; needs Apertium the first time).

Of a subject: textbooks of three sciences (``--textbooks``, :mod:`build.registers`), as they are and with few words replaced by
the prior.  What the words of a subject weigh is fitted to them and to the first two sorts, after all else and with that as it
is; six other textbooks are measured.

Each of the two has weights of its own, and an article is spun if it is one or the other.  Every kind of its texts has the same
weight, and all together that of one spun article in twenty; the translations together weigh as much, and so do the stiff
texts.  What is told is for one in eighty, and one in three hundred and twenty.

Printed: recall and false alarms, each text judged by weights that were fitted without its article and its stretches, and
beside them the posts that are spun in truth and the imitated texts, which are never fitted on; then the weights for
``textrepair/detector/spin/detector.py``, fitted on everything.
"""

from __future__ import annotations

import argparse
import math
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from build.light_spinner import LightSpinner
from build.passages import ARTICLE, FAMILIES, read_passages
from build.records import records
from build.registers import OTHER_TEXTBOOKS, TEXTBOOKS, articles, samples
from build.splits import interval, recall_at
from build.spun_posts import PARTLY_SPUN, SPUN
from build.translated_text import kept_samples
from build_model import add_sources
from held_out import text_file
from measure import GOLD, annotated_gold, gold_articles, without
from train_wording import cross_fitted, fitted_posts, unseen

from textrepair.detector.base import Document
from textrepair.detector.scanners import model_scanner
from textrepair.detector.spin.detector import PACKAGED_PHRASES, PACKAGED_WORDS, SHORTEST, SpinDetector, terms
from textrepair.detector.spin.screen import SpinScreen
from textrepair.detector.word_runs import WordRuns
from textrepair.evaluation import Gold
from textrepair.model import Model, load_model
from textrepair.model.alignment import learn_costs
from textrepair.pieces import LONGEST

#: The share of spun articles that the weights are fitted at, and those that are told, of words that stand out and of phrases that
#: fit: lower, so that of registers which no sound text here is of (``measure_quotations.py``) hardly more are flagged than by the
#: likelihood ratio alone.
FITTED_AT, PRIORS = 0.05, (0.0125, 0.003125)
LIGHT_RATES = (0.05, 0.1, 0.2)
LIGHT_EACH = 3
SHARES = (0.1, 0.2, 0.4)
#: Words of a piece of passages, and of a stretch at least and at most.
PIECE = 400
STRETCH = (20, 400)
JOINED = 10
FOLDS = 5

#: Of each textbook at most so many pieces.
OF_A_BOOK = 300

_NOT_SPUN = ("newswire", "web", "translated", "stiff", "subject")
#: What fills masked words in again leaves words that are likelier than those that were there: no sign tells it, so it is
#: measured but not fitted to, where it would only take from what the wording says of the others.
_FILLED = "rewritten, fill"
#: Posts that the wording is fitted to.
_KNOWN = "web, known"
#: Texts of a subject, to which only the weight of its words is fitted.
_OF_SUBJECT = "subject", "spun subject"
_SUBJECT_FITTED = tuple(f"{kind}, fitted" for kind in _OF_SUBJECT)
_NOT_FITTED = ("web, spun", "web, partly spun", "imitated", *_OF_SUBJECT)

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Text:
    """A text of one of the sets; ``article`` is what must not be on both sides of a split."""

    kind: str
    article: str
    text: str


def thinned(gold: Gold, share: float, rng: random.Random) -> str:
    """A damaged text with only this share of its swaps left."""
    out, at = [], 0
    for edit in sorted(gold.edits, key=lambda edit: edit.start):
        if edit.start >= at and rng.random() >= share:
            out += [gold.text[at : edit.start], edit.accepted[0]]
            at = edit.end
    return "".join([*out, gold.text[at:]])


def with_stretches(texts: Iterable[Text], rng: random.Random) -> Iterator[Text]:
    """Each text, and a stretch of it whose length is drawn evenly on a logarithmic scale."""
    low, high = STRETCH
    for text in texts:
        yield text
        words = text.text.split(" ")
        size = round(low * (high / low) ** rng.random())
        if len(words) > size:
            start = rng.randrange(len(words) - size)
            yield Text(f"{text.kind}, stretch", text.article, " ".join(words[start : start + size]))


def by_packaged(options: argparse.Namespace, model: Model, rng: random.Random) -> Iterator[Text]:
    """Sound texts, and those that a light spinner makes of them."""
    data = options.data
    newswire = list(records(data / "sound" / "newswire.jsonl"))
    yield from with_stretches((Text("newswire", name, text) for name, text in newswire), rng)
    for at in range(0, len(newswire), JOINED):
        some = newswire[at : at + JOINED]
        yield Text("newswire, joined", some[0][0], "\n\n".join(text for _, text in some))
    known = set(fitted_posts(data)[True])
    for name, text in records(data / "sound" / "web.jsonl"):
        kind = "web, spun" if name in SPUN else "web, partly spun" if name in PARTLY_SPUN else "web"
        yield from with_stretches([Text(_KNOWN if text in known else kind, name, text)], rng)
    for sample in kept_samples(options.data, options.work):
        if sample.translated:
            yield Text(f"translated, {sample.family}", sample.group, sample.text)
    spinner = LightSpinner(model)
    for rate in LIGHT_RATES:
        light = (
            Text(f"light {rate}", name, spinner.spin(text, rate)[0]) for name, text in newswire[::LIGHT_EACH]
        )
        yield from with_stretches(light, rng)


def of_subjects(folder: Path, model: Model, rng: random.Random) -> Iterator[Text]:
    """Textbooks, sound and lightly spun."""
    spinner = LightSpinner(model)
    for name, books in (("fitted", TEXTBOOKS), ("others", OTHER_TEXTBOOKS)):
        for book in books:
            for number, text in enumerate(samples(folder, book, PIECE, OF_A_BOOK, rng)):
                article = f"{book} {number}"
                yield Text(f"subject, {name}, {book}", article, text)
                if number % LIGHT_EACH == 0:
                    yield Text(f"spun subject, {name}", article, spinner.spin(text, LIGHT_RATES[1])[0])


def by_others(options: argparse.Namespace, rng: random.Random) -> Iterator[tuple[Model, Iterator[Text]]]:
    """Models without a spinner, and texts by that spinner."""
    sources = (options.data, options.seeds, options.wordnet, options.work)
    for family in FAMILIES:
        passages = list(read_passages(options.data, family))
        costs = learn_costs([(p.damaged.forms, p.reference.forms) for p in passages])
        golds = [gold for gold, _ in gold_articles(passages, costs)]
        whole = (
            Text(f"{family}, whole", name, text)
            for name, text in records(options.data / "spun" / f"{family}_articles.jsonl")
        )
        yield without(*sources, family), with_stretches((*whole, *_thinned(family, golds, rng)), rng)
    gold = annotated_gold(GOLD, text_file(options.seeds))
    yield without(*sources, ARTICLE), with_stretches(_thinned(ARTICLE, [gold], rng), rng)


def by_rewriters(data: Path, model: Model, rng: random.Random) -> Iterator[tuple[WordRuns, Iterator[Text]]]:
    """Wordings fitted without some programs, and what these make."""
    for wording, judged in cross_fitted(data, model.vocabulary, model_scanner(model)):
        yield wording, with_stretches((Text(*each) for each in judged), rng)


def imitated(data: Path, rng: random.Random) -> Iterator[Text]:
    """Texts in the manner of rewriters, and sound ones, none of which is in any fit."""
    for texts in unseen(data):
        for name, some in texts.items():
            if name.startswith("imitated"):
                yield from with_stretches(
                    (Text(name, f"{name} {at}", text) for at, text in enumerate(some)), rng
                )


def _thinned(name: str, golds: Iterable[Gold], rng: random.Random) -> Iterator[Text]:
    for number, gold in enumerate(golds):
        for share in SHARES:
            for piece in articles(thinned(gold, share, rng).split("\n"), PIECE, "\n"):
                yield Text(f"{name}, {share} left", f"{name} {number}", piece)


@dataclass
class Told:
    """Texts with their terms, shape (texts, terms)."""

    kinds: npt.NDArray[np.str_]
    articles: npt.NDArray[np.str_]
    terms: Array

    def fitted(self) -> npt.NDArray[np.bool_]:
        return np.array([not kind.startswith(_NOT_FITTED) for kind in self.kinds])

    def of(self, *names: str) -> npt.NDArray[np.bool_]:
        """The texts of these kinds, with their stretches."""
        return np.isin([kind.split(",")[0] for kind in self.kinds], names)

    def rewritten(self) -> npt.NDArray[np.bool_]:
        return self.of("rewritten")

    def translated(self) -> npt.NDArray[np.bool_]:
        return self.of("translated")

    def spun(self) -> npt.NDArray[np.bool_]:
        return ~self.of(*_NOT_SPUN)


def look(options: argparse.Namespace) -> Told:
    """Read all texts."""
    rng = random.Random(1)
    packaged = load_model(None)
    sets = [
        (SpinDetector(packaged), by_packaged(options, packaged, rng)),
        (SpinDetector(packaged), imitated(options.data, rng)),
        *(
            [(SpinDetector(packaged), of_subjects(options.textbooks, packaged, rng))]
            if options.textbooks
            else []
        ),
        *((SpinDetector(model), texts) for model, texts in by_others(options, rng)),
        *(
            (SpinDetector(packaged, SpinScreen(packaged, wording=wording)), texts)
            for wording, texts in by_rewriters(options.data, packaged, rng)
        ),
    ]
    kinds, articles, rows = [], [], []
    for detector, texts in sets:
        scanner = model_scanner(detector.model)
        for text in texts:
            document = Document(text.text[:LONGEST], scanner)
            # Lists too, of which nothing is told: they are the hardest of sound texts.
            if document.scan.looks_english and document.tokens.words >= SHORTEST:
                kinds.append(text.kind)
                articles.append(text.article)
                rows.append(terms(*detector.signs(document)))
    return Told(np.array(kinds), np.array(articles), np.array(rows))


def fit(told: Told, use: npt.NDArray[np.bool_]) -> Array:
    """Weights of the terms, by logistic regression, shape (2, terms): for words that stand out, to which the wording says
    nothing, and for phrases that fit."""
    rewritten, stiff = told.rewritten(), told.of("stiff")
    known = np.char.startswith(told.kinds, _KNOWN)
    words = _fit(told, use & ~rewritten & ~stiff, slice(1, -2), PRIORS[0])
    filled = np.char.startswith(told.kinds, _FILLED)
    of_phrases = use & ~known & ~filled & (rewritten | ~told.spun())
    phrases = _fit(told, of_phrases, slice(1, -1), PRIORS[1])
    weights = np.array([[*words, 0.0, 0.0], [*phrases, 0.0]])
    weights[0, -1] = fit_subject(told, use, weights)
    return weights


def fit_subject(told: Told, use: npt.NDArray[np.bool_], weights: Array) -> float:
    """What the words of a subject weigh, the other weights being what they are: the least sum of the mean logistic losses of the
    kinds of texts, of which each that is spun weighs :data:`FITTED_AT`; without textbooks what is packaged."""
    from scipy.optimize import minimize_scalar

    of_subject = np.array([kind.startswith(_SUBJECT_FITTED) for kind in told.kinds])
    if not of_subject.any():
        return PACKAGED_WORDS[-1]
    use = (use & ~told.rewritten() & ~told.of("stiff")) | of_subject
    kinds, terms, spun = told.kinds[use], told.terms[use], told.spun()[use]
    sign = np.where(spun, -1.0, 1.0)
    weight = np.zeros(len(kinds))
    for kind in np.unique(kinds):
        weight[kinds == kind] = (FITTED_AT if spun[kinds == kind][0] else 1.0) / (kinds == kind).sum()

    def loss(own: float) -> float:
        both = np.logaddexp(terms @ weights[0] + own * terms[:, -1], terms @ weights[1])
        return float((weight * np.logaddexp(0.0, sign * both)).sum())

    return float(minimize_scalar(loss, bounds=(-8.0, 0.0), method="bounded").x)


def _fit(told: Told, use: npt.NDArray[np.bool_], columns: slice, prior: float) -> Array:
    from sklearn.linear_model import LogisticRegression

    kinds, spun = told.kinds[use], told.spun()[use]
    apart = [told.translated()[use], told.of("stiff")[use]]
    weights = np.ones(len(kinds))
    groups = sorted(set(kinds[spun]))
    together = (~spun & ~apart[0] & ~apart[1]).sum() * FITTED_AT / (1.0 - FITTED_AT)
    for those in apart:
        weights[those] = together / max(1, those.sum())
    for kind in groups:
        weights[kinds == kind] = together / len(groups) / (kinds == kind).sum()
    x = told.terms[use, columns]
    middle, spread = x.mean(axis=0), x.std(axis=0)
    found = LogisticRegression(C=100.0, max_iter=5000).fit((x - middle) / spread, spun, sample_weight=weights)
    slopes = found.coef_[0] / spread
    shift = math.log(prior / (1.0 - prior)) - math.log(FITTED_AT / (1.0 - FITTED_AT))
    return np.array([found.intercept_[0] - slopes @ middle + shift, *slopes])


def logits_of(found: Told, weights: Array) -> Array:
    """Log-odds of "spun"."""
    both: Array = np.logaddexp(*(found.terms @ weights.T).T)
    return both


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_sources(parser)
    parser.add_argument("--textbooks", type=Path, help="a folder with the repositories of the textbooks")
    told = look(parser.parse_args())
    fitted, spun = told.fitted(), told.spun()
    fold = np.unique(told.articles, return_inverse=True)[1] % FOLDS
    logits = logits_of(told, fit(told, fitted))
    for number in range(FOLDS):
        own = fitted & (fold == number)
        logits[own] = logits_of(told, fit(told, fitted & (fold != number)))[own]
    sound = logits[np.isin(told.kinds, ("newswire", "web"))]
    print("| text | at or above 0.5 | above what 1 in 500 sound articles reach |\n|---|---|---|")
    for kind in sorted(set(told.kinds)):
        own = logits[told.kinds == kind]
        high = interval(recall_at(own, sound, 1 / 500)[0], len(own))
        print(f"| {kind} | {interval(int((own >= 0.0).sum()), len(own))} | {high} |")
    alarms = told.articles[fitted & ~spun & ~told.translated() & (logits >= 0.0)]
    print(f"\nfalse alarms: {', '.join(sorted(set(alarms)))}")
    for name, row in zip(("words", "phrases"), fit(told, fitted), strict=True):
        print(f"weights of {name}: {', '.join(f'{weight:.4f}' for weight in row)}")
    packaged = np.array([[*PACKAGED_WORDS[:-1], 0.0], PACKAGED_PHRASES])
    print(
        f"what a subject's words weigh beside the packaged weights: {fit_subject(told, fitted, packaged):.4f}"
    )


if __name__ == "__main__":
    main()
