"""Measure on text that programs which can be had have spun, each with its original; no model and no fit holds anything of them.

    python scripts/measure_programs.py make FOLDER [--node FOLDER] [--moby FILE]
    python scripts/measure_programs.py measure FOLDER [--thesaurus FILE]

``make`` spins sound newswire articles and web posts by

- TextHumanize 0.35 (``pip install texthumanize``; its licence allows tests): its ``spin``, paragraph by paragraph;
- thesaurize 1.0.11 (``npm install thesaurize`` in the folder given by ``--node``), which has OpenOffice's thesaurus;
- :class:`build.foreign_thesaurus.ForeignSpinner` with Moby's thesaurus (public domain; ``words.txt`` of npm's package ``moby``,
  given by ``--moby``), which TextHumanize has too and which is another one than the weights of company are fitted with.

``measure`` tells of each what is found, by the whole tool, and what is repaired: by the packaged model, by one that learned
``--thesaurus``, and by either where it has learned from all of the program's articles (``--adapt``).  The gold comes from
aligning each paragraph with its original.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from build.foreign_thesaurus import ForeignSpinner, Synonyms
from build.inflection import frequency
from build.passages import Passage
from build.records import records
from build.splits import interval, recall_at
from measure import Row, gold_articles
from train_wording import fitted_posts

from textrepair.detector.base import FLAGGED
from textrepair.learning import LearningError, adapt, learn_from_thesaurus, read_thesaurus
from textrepair.model import Model, load_model
from textrepair.model.alignment import learn_costs
from textrepair.reference.passages import side
from textrepair.repair import Repairer

#: Articles of each sort, and the words that a web post has at least.
ARTICLES, WORDS = 90, 150
#: Of so many of them repair is measured.
REPAIRED = 45
#: Chances of a word of an open class to be replaced by one of Moby's.
MOBY_RATES = (0.5, 0.8)
_RAREST = 1e-7
_THESAURIZE = """
const spin = require('thesaurize'), read = require('fs').readFileSync(0, 'utf8')
console.log(JSON.stringify(JSON.parse(read).map(text => spin(text))))
"""

Spin = Callable[[Sequence[str]], list[str]]


def sound_articles(data: Path) -> dict[str, list[str]]:
    """What is spun: newswire, and web posts that no wording was fitted to."""
    newswire = [text for _, text in records(data / "sound" / "newswire.jsonl")]
    web = [text for text in fitted_posts(data)[False] if len(text.split()) > WORDS]
    return {
        name: texts[:: max(1, len(texts) // ARTICLES)][:ARTICLES]
        for name, texts in (("newswire", newswire), ("web", web))
    }


def make(data: Path, folder: Path, node: Path | None, moby: Path | None) -> None:
    """What each program makes of the sound articles, a file each."""
    programs: dict[str, Spin] = {}
    try:
        import texthumanize
    except ImportError:
        print("no TextHumanize: pip install texthumanize", file=sys.stderr)
    else:
        programs["texthumanize"] = lambda texts: [
            "\n".join(_humanized(texthumanize.spin, line) for line in text.split("\n")) for text in texts
        ]
    if node:
        programs["thesaurize"] = lambda texts: json.loads(
            subprocess.run(
                ["node", "-e", _THESAURIZE],
                input=json.dumps(texts),
                capture_output=True,
                text=True,
                cwd=node,
                check=True,
            ).stdout
        )
    if moby:
        synonyms = moby_synonyms(moby)
        for rate in MOBY_RATES:
            programs[f"moby-{rate:.0%}"] = lambda texts, rate=rate: [  # type: ignore[misc]
                ForeignSpinner(synonyms, seed, common=seed % 2 == 0).spin(text, rate)
                for seed, text in enumerate(texts)
            ]
    folder.mkdir(parents=True, exist_ok=True)
    for sort, texts in sound_articles(data).items():
        for name, spin in programs.items():
            with open(folder / f"{name}-{sort}.jsonl", "w", encoding="utf-8") as file:
                for number, (sound, spun) in enumerate(zip(texts, spin(texts), strict=True)):
                    file.write(json.dumps({"id": str(number), "text": spun, "sound": sound}) + "\n")
            print(file.name, file=sys.stderr)


def _humanized(spin: Callable[..., object], line: str) -> str:
    spun = spin(line, lang="en", seed=len(line)) if len(line.split()) > 3 else line
    return str(getattr(spun, "spun", spun))


def moby_synonyms(file: Path) -> Synonyms:
    """Its entries, without words that are hardly English."""
    out: Synonyms = {}
    for entry in read_thesaurus(str(file), print):
        found = [
            s for s in entry.substitutes if all(w.isalpha() and frequency(w) > _RAREST for w in s.split())
        ]
        if found and entry.originals[0].isalpha():
            out[entry.originals[0].lower()] = found
    return out


def measure(data: Path, folder: Path, thesaurus: Path | None) -> Iterator[str]:
    """Rows of what is found, then of what is repaired."""
    model = load_model()
    told = _probabilities(Repairer(model))
    alarms = [
        told([text for _, text in records(data / "sound" / "newswire.jsonl")]),
        told([text for texts in fitted_posts(data).values() for text in texts]),
    ]
    files = sorted(folder.glob("*.jsonl"))
    yield "| text | at 0.5 | at 1 in 500, newswire | at 1 in 500, web |\n|---|---|---|---|"
    for file in files:
        found = told([text for _, text in records(file)])
        counts = [int((found >= FLAGGED).sum()), *(recall_at(found, sound, 1 / 500)[0] for sound in alarms)]
        yield f"| {file.stem} | {' | '.join(interval(count, len(found)) for count in counts)} |"
    models = {"packaged": model}
    if thesaurus:
        entries = read_thesaurus(str(thesaurus), print)
        models[f"`learn --thesaurus {thesaurus.name}`"] = learn_from_thesaurus(
            model, entries, "thesaurus", print
        )
    yield "\n| text | model | F0.5 | precision | recall | word error rate |\n|---|---|---|---|---|---|"
    for file in files:
        yield from repaired(file, models)


def _probabilities(
    repairer: Repairer,
) -> Callable[[Sequence[str]], np.ndarray[tuple[int], np.dtype[np.float64]]]:
    return lambda texts: np.array(
        [d.damage["spin"].probability or 0.0 for d in repairer.diagnose_many(texts)]
    )


def repaired(file: Path, models: dict[str, Model]) -> Iterator[str]:
    """Rows of repair of one program's articles, by each model and by what it learns of them."""
    with open(file, encoding="utf-8") as lines:
        articles = [json.loads(line) for line in lines]
    passages = [
        Passage(side(spun), side(sound), article["id"])
        for article in articles[:REPAIRED]
        for spun, sound in zip(article["text"].split("\n"), article["sound"].split("\n"), strict=True)
        if spun.strip() and sound.strip()
    ]
    gold = list(
        gold_articles(passages, learn_costs([(p.damaged.forms, p.reference.forms) for p in passages]))
    )
    for name, model in models.items():
        yield Row(f"{file.stem} | {name}", gold, Repairer(model), 0.6).markdown()
        try:
            adapted = adapt(
                model, [(article["id"], article["text"]) for article in articles], lambda message: None
            )
        except LearningError as error:
            yield f"| {file.stem} | {name}, `--adapt` | {error} | | | |"
        else:
            yield Row(f"{file.stem} | {name}, `--adapt`", gold, Repairer(adapted), 0.6).markdown()


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=["make", "measure"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--node", type=Path)
    parser.add_argument("--moby", type=Path)
    parser.add_argument("--thesaurus", type=Path)
    options = parser.parse_args()
    if options.what == "make":
        make(options.data, options.folder, options.node, options.moby)
        return
    for row in measure(options.data, options.folder, options.thesaurus):
        print(row, flush=True)


if __name__ == "__main__":
    main()
