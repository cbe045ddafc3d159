"""Fit and measure what tells prose of another age, of which spinning can't be told.

    python scripts/train_age.py fit --books FOLDER        # writes textrepair/detector/packaged/age.json.gz
    python scripts/train_age.py measure --books FOLDER    # by fits that know none of a book's writer, as Markdown tables

Fitted to stretches of books (:mod:`build.registers`, which tells where they are from) against text of today: clean text, web
posts and texts in stiff registers, sound and spun by programs of thesauri (:func:`train_wording.material`) and by the model's
own prior (:mod:`build.light_spinner`), so that what a spinner puts is no sign of age.  No real spinner is in the fit.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from build import run_weights
from build.light_spinner import LightSpinner
from build.registers import OLD_BOOKS, samples
from build.run_weights import Ids
from build.splits import interval
from train_wording import ROOT, material, stretches, unseen

from textrepair.detector import age
from textrepair.detector.base import FLAGGED, Document
from textrepair.detector.scanners import model_scanner
from textrepair.detector.scanning.screen import Scanner
from textrepair.detector.spin.detector import SpinDetector
from textrepair.detector.word_runs import WordRuns
from textrepair.model import Model, load_model
from textrepair.model.vocabulary import Vocabulary

OUT = ROOT / "textrepair" / "detector" / "packaged" / age.FILE
#: Runs that are kept.
RUNS = 2000
#: Of each book so many stretches, of so many words at least and at most.
EACH, WORDS = 150, (60, 700)
#: One in so many of the stretches of today's text that rewriters' wording is fitted to, and the shares of words that the prior
#: replaces in as many more.
ONE_IN, SPUN = 4, (0.1, 0.2, 0.4, 0.6)
#: Articles to measure on: of a book at most so many, of so many words.
MEASURED, ARTICLE = 200, 400


def of_today(data: Path, model: Model, scanner: Scanner) -> list[Ids]:
    """What is not of another age."""
    rng = random.Random(3)
    spinner = LightSpinner(model)
    spun = (spinner.spin(text, rng.choice(SPUN))[0] for text in stretches(data, rng, 3 * ONE_IN))
    return [text.ids for text in material(data, scanner, ONE_IN)] + [ids_of(scanner, text) for text in spun]


def of_books(folder: Path, scanner: Scanner) -> dict[str, list[Ids]]:
    """Stretches of each book."""
    rng = random.Random(3)
    out = {}
    for book in OLD_BOOKS:
        drawn = []
        for text in samples(folder, book, WORDS[1], EACH, rng):
            words, wanted = text.split(" "), rng.randint(*WORDS)
            at = rng.randrange(max(1, len(words) - wanted))
            drawn.append(ids_of(scanner, " ".join(words[at : at + wanted])))
        out[book] = drawn
    return out


def ids_of(scanner: Scanner, text: str) -> Ids:
    """The identifiers of a text's words, kept when its scan is gone."""
    return scanner.scan(text).ids.astype(np.int32)


def told(runs: WordRuns, ids: Ids) -> bool:
    """Do these runs say that a text is of another age?"""
    return age.is_enough(runs.score(ids), len(ids))


def fitted(books: Mapping[str, list[Ids]], today: list[Ids], vocabulary: Vocabulary) -> WordRuns:
    """The runs that tell these books from today's text."""
    old = [ids for some in books.values() for ids in some]
    of_kind = np.arange(len(old) + len(today)) < len(old)
    return run_weights.fitted([*old, *today], of_kind, np.ones(len(of_kind)), vocabulary, RUNS)


class Measured:
    """A table, row by row as it is measured: of how many articles what is told, without the rule and with it."""

    def __init__(self, model: Model, scanner: Scanner) -> None:
        self.detector, self.scanner = SpinDetector(model), scanner
        self.total = np.zeros(4, dtype=int)
        print(
            "| book | articles | of another age | told as spun without that | and with it |\n|---|---|---|---|---|"
        )

    def add(self, name: str, texts: list[str], runs: WordRuns) -> None:
        """Print the row of some old texts."""
        old = np.array([told(runs, ids_of(self.scanner, text)) for text in texts])
        spun = np.array([self._is_spun(text) for text in texts])
        counts = [len(texts), old.sum(), spun.sum(), (spun & ~old).sum()]
        self.total += counts
        self._print(name, counts)

    def end(self) -> None:
        """Print the sums."""
        self._print("all", self.total.tolist())

    def _is_spun(self, text: str) -> bool:
        document = Document(text, self.scanner)
        return self.detector.can_tell(document) and self.detector.probability(document) >= FLAGGED

    def _print(self, name: str, counts: list[int]) -> None:
        print(f"| {name} | {' | '.join(map(str, counts))} |", flush=True)


def measure(options: argparse.Namespace, model: Model, scanner: Scanner) -> None:
    """Print what share of old and of new texts is told as of another age, and what that is worth."""
    today, books = of_today(options.data, model, scanner), of_books(options.books, scanner)
    fits = [
        fitted({name: books[name] for name in OLD_BOOKS[fold::2]}, today, model.vocabulary) for fold in (0, 1)
    ]
    rng = random.Random(9)
    table = Measured(model, scanner)
    for number, book in enumerate(OLD_BOOKS):
        table.add(book, samples(options.books, book, ARTICLE, MEASURED, rng), fits[1 - number % 2])
    table.end()
    if options.others:
        table = Measured(model, scanner)
        for book in sorted(path.name for path in options.others.iterdir()):
            texts = samples(options.others, book, ARTICLE, MEASURED, rng)
            table.add(book, texts, age.FORM.packaged(age.FILE, model.vocabulary))
        table.end()
    for half, runs in enumerate(fits, 1):
        print(
            f"\n| by the fit to half {half} of the books | texts | highest | of another age |\n|---|---|---|---|"
        )
        for some in unseen(options.data):
            for name, texts in some.items():
                ids = [ids_of(scanner, text) for text in texts]
                highest = max(map(runs.score, ids))
                share = interval(sum(told(runs, each) for each in ids), len(ids))
                print(f"| {name} | {len(ids)} | {highest:.1f} | {share} |")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=["fit", "measure"])
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument(
        "--books", type=Path, required=True, help="a folder with the repositories of the books"
    )
    parser.add_argument(
        "--others", type=Path, help="a folder of other old books to measure on, a folder each"
    )
    options = parser.parse_args()
    model = load_model(None)
    scanner = model_scanner(model)
    if options.what == "measure":
        measure(options, model, scanner)
        return
    runs = fitted(of_books(options.books, scanner), of_today(options.data, model, scanner), model.vocabulary)
    age.FORM.write(OUT, runs, ["books", "clean", "sound/web", "corpora/thesauri", "corpora/rewritten"])
    print(f"{len(runs.runs):,} runs, {OUT.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
