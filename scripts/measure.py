"""Measure the model on text that it was not built from: ``python scripts/measure.py [spinners] [tortured] [article] …``.

spinners   repair of aligned passages of real spinners, by spinners kept out (a model is built without each) and by articles
           kept out (three folds)
tortured   repair of tortured phrases, split by expected phrase: the model holds those of one half, the other is repaired
article    repair of the annotated article, with a model that holds none of its pairs
perplexity of the language model on sound newswire
sound      harm and false alarms on sound newswire and web text; with ``--others`` instead on a folder of sound text in other
           registers, each folder of it a row (:mod:`build.registers`)
registers  the same on the last 2 % of every clean text, by a language model of the first 97 %
shapes     repair with smaller language models: size, order, vocabulary

Everything is counted by :mod:`textrepair.evaluation` on the output of the whole repairer at its defaults; results go to stdout as
a Markdown table and, with ``--json``, to a file.
"""

from __future__ import annotations

import argparse
import copy
import hashlib
import json
import lzma
import math
import random
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

from build.passages import (
    ARTICLE,
    FAMILIES,
    OTHER_REVISIONS,
    TORTURED,
    Passage,
    annotated_article,
    read_passages,
    side,
    tortured_sides,
)
from build.registers import samples
from build_model import LM_BYTES, LanguageModelShape, add_sources, build, build_language_model
from rapidfuzz.distance import Levenshtein

from textrepair.detector.base import FLAGGED
from textrepair.detector.spin import detector as spin_detector
from textrepair.evaluation import Gold, GoldEdit, Report, evaluate
from textrepair.model import Model, load_model
from textrepair.model.alignment import LinkCosts, align, learn_costs
from textrepair.model.decipherment import decipher
from textrepair.model.families import count_swaps, with_family
from textrepair.model.ngrams import Ngrams, token_logps
from textrepair.model.reading import lattice_input
from textrepair.model.vocabulary import SPECIALS
from textrepair.patch import Patch
from textrepair.repair import Repairer, Settings, load
from textrepair.tokens import tokenize

GOLD = Path(__file__).parents[1] / "tests" / "gold" / "article_001.json"
SPIN = frozenset({"spin"})
FOLDS = 3
CONFIDENCES = (0.5, 0.6, 0.7, 0.8, 0.9)


def gold_articles(passages: Sequence[Passage], costs: LinkCosts) -> Iterator[tuple[Gold, str]]:
    """Each article's passages as one text with gold edits from the alignment, and its reference text."""
    for article in sorted({passage.article for passage in passages}):
        text, reference, edits = "", "", []
        for passage in passages:
            if passage.article != article:
                continue
            damaged, sound = passage.damaged, passage.reference
            for link in align(damaged.forms, sound.forms, costs):
                if damaged.forms[link.start : link.end] == sound.forms[link.ref_start : link.ref_end]:
                    continue
                start, end = damaged.span(link.start, link.end)
                after = sound.tokens.source[slice(*sound.span(link.ref_start, link.ref_end))]
                if after != damaged.tokens.source[start:end]:
                    edits.append(GoldEdit(len(text) + start, len(text) + end, (after,), "spin"))
            text += damaged.tokens.source + "\n\n"
            reference += sound.tokens.source + "\n\n"
        yield Gold(text, tuple(edits)), reference


def _forms(text: str) -> list[str]:
    return side(text).forms


class Row:
    """One row of the table: repair at a confidence, and word error rate before and after.

    Edits that overlap a span of ``ignored`` are not counted.
    """

    def __init__(
        self,
        name: str,
        articles: Iterable[tuple[Gold, str | None]],
        repairer: Repairer,
        confidence: float,
        ignored: Sequence[tuple[int, int]] = (),
    ) -> None:
        self.name = name
        settings = replace(Settings(), min_confidence=confidence)
        pairs = []
        self.errors = [0, 0, 0]
        for gold, reference in articles:
            repair = repairer.repair(gold.text, settings)
            kept = (e for e in repair.patch.edits if not any(a < e.end and e.start < b for a, b in ignored))
            pairs.append((gold, Patch(tuple(kept))))
            if reference is not None:
                wanted = _forms(reference)
                self.errors[0] += Levenshtein.distance(_forms(gold.text), wanted)
                self.errors[1] += Levenshtein.distance(_forms(repair.text), wanted)
                self.errors[2] += len(wanted)
        self.report: Report = evaluate(pairs, SPIN)

    def add(self, other: Row) -> None:
        """Add the counts of another fold."""
        for mine, theirs in (
            (self.report.repair, other.report.repair),
            (self.report.detection, other.report.detection),
        ):
            for name in ("system", "system_right", "gold", "gold_found"):
                setattr(mine, name, getattr(mine, name) + getattr(theirs, name))
        self.errors = [a + b for a, b in zip(self.errors, other.errors, strict=True)]

    def figures(self) -> str:
        """F0.5 with precision and recall as counts."""
        score = self.report.repair
        return f"{score.f05 or 0:.3f} ({score.system_right}/{score.system}, {score.gold_found}/{score.gold})"

    def markdown(self) -> str:
        score, errors = self.report.repair, self.errors
        rate = f"{errors[0] / errors[2]:.3f} → {errors[1] / errors[2]:.3f}" if errors[2] else "–"
        return (
            f"| {self.name} | {score.f05 or 0:.3f} | {score.precision or 0:.3f} ({score.system_right}/{score.system}) "
            f"| {score.recall or 0:.3f} ({score.gold_found}/{score.gold}) | {rate} |"
        )


WHAT = ["article", "perplexity", "registers", "shapes", "sound", "spinners", "tortured"]
HEAD = "| what | F0.5 | precision | recall | word error rate |\n|---|---|---|---|---|"


def spinners(data: Path, seeds: Path, wordnet: Path, work: Path, adapt: bool = False) -> Iterator[str]:
    """Rows for every family: kept out whole, and split by article (the model is then that of the first rows plus the pairs
    of the other articles, and with ``adapt`` what its damaged articles teach too)."""
    yield HEAD
    for family in FAMILIES:
        passages = list(read_passages(data, family))
        costs = learn_costs([(p.damaged.forms, p.reference.forms) for p in passages])
        unseen = without(data, seeds, wordnet, work, family)
        names = sorted({p.article for p in passages})
        yield from _rows(
            f"`{family}`, spinner never seen",
            ((Repairer(unseen), name, _passages_gold(passages, costs, name)) for name in names),
        )
        if len(names) < FOLDS:
            continue
        parts = []
        for fold in range(FOLDS):
            kept_out = names[fold::FOLDS]
            pairs = [(p.damaged.forms, p.reference.forms) for p in passages if p.article not in kept_out]
            model = with_family(unseen, count_swaps(family, pairs))
            repairer = Repairer(decipher(model, damaged_articles(data, family), "corpus") if adapt else model)
            parts += [(repairer, name, _passages_gold(passages, costs, name)) for name in kept_out]
        yield from _rows(f"`{family}`, articles never seen", parts)


def damaged_articles(data: Path, family: str) -> list[str]:
    """The texts of a spinner's articles."""
    with open(data / "spun" / f"{family}_articles.jsonl", encoding="utf-8") as file:
        return [json.loads(line)["text"] for line in file]


_Article = tuple[Gold, str]


def _passages_gold(passages: Sequence[Passage], costs: LinkCosts, name: str) -> _Article:
    return next(gold_articles([p for p in passages if p.article == name], costs))


def _rows(what: str, parts: Iterable[tuple[Repairer, str, _Article]]) -> Iterator[str]:
    """A row for each confidence over all articles, and over those whose references are of the same revision."""
    parts = list(parts)
    for confidence in CONFIDENCES:
        found = [(name, Row("", [gold], repairer, confidence)) for repairer, name, gold in parts]
        yield total(f"{what}, ≥ {confidence}", [row for _, row in found]).markdown()
        same = [row for name, row in found if name not in OTHER_REVISIONS]
        if len(same) < len(found):
            yield total(f"{what}, without {', '.join(OTHER_REVISIONS)}, ≥ {confidence}", same).markdown()


def total(name: str, rows: Sequence[Row]) -> Row:
    """The counts of all rows in one."""
    out = copy.deepcopy(rows[0])
    out.name = name
    for row in rows[1:]:
        out.add(row)
    return out


def tortured(data: Path, seeds: Path, wordnet: Path, work: Path) -> Iterator[str]:
    """Rows for tortured phrases, a line each, thirty an article: no phrase known, and those of the other half known.

    Such lines are a list, of which the detector tells nothing; here that rule is lifted.
    """
    yield HEAD
    unseen = without(data, seeds, wordnet, work, TORTURED)
    sides = tortured_sides(data)
    costs = learn_costs([(observed.forms, expected.forms) for observed, expected in sides])
    wanted = sorted({" ".join(expected.forms) for _, expected in sides})
    half = {phrase: number % 2 for number, phrase in enumerate(wanted)}
    unknown, known = [], []
    for which in range(2):
        mine = [pair for pair in sides if half[" ".join(pair[1].forms)] == which]
        others = [(o.forms, e.forms) for o, e in sides if half[" ".join(e.forms)] != which]
        articles = list(
            gold_articles([Passage(o, e, f"{n // 30:03}") for n, (o, e) in enumerate(mine)], costs)
        )
        learned = with_family(unseen, count_swaps(TORTURED, others))
        for rows, model in ((unknown, unseen), (known, learned)):
            with patch.object(spin_detector, "_LIST", math.inf):
                rows.append(Row("", articles, Repairer(model), Settings().min_confidence))
    yield total("no tortured phrase known", unknown).markdown()
    yield total("those of other expected phrases known", known).markdown()


def without(data: Path, seeds: Path, wordnet: Path, work: Path, family: str) -> Model:
    """The model built without one spinner; kept in ``work``."""
    out = work / f"without-{family}.model"
    return load_model(out) if out.exists() else build(data, seeds, wordnet, work, out, [family])


def article(gold_file: Path, text_file: Path, model: Model) -> Iterator[str]:
    """Rows for the annotated article: all swaps, those that the pairs of other spinners share or don't, and its halves with the
    pairs of the other one."""
    stored, text = _annotated(gold_file, text_file)
    repairer = Repairer(model)
    yield HEAD
    for name, wanted in (
        ("all swaps", (True, False)),
        ("swaps that `issues` shares", (True,)),
        ("swaps of its own", (False,)),
    ):
        listed = [*stored["edits"], *stored["optional"]]
        gold = _gold(stored, text, wanted)
        others = [(e["start"], e["end"]) for e in listed if e["shared"] not in wanted]
        for confidence in CONFIDENCES if len(wanted) > 1 else (Settings().min_confidence,):
            yield Row(f"{name}, ≥ {confidence}", [(gold, None)], repairer, confidence, others).markdown()
    halves = _halves(_gold(stored, text))
    paragraphs = annotated_article(text_file, gold_file)
    first = sum(1 for line in halves[0].text.split("\n") if line.strip())
    known = (paragraphs[first:], paragraphs[:first])  # of each half, the other one
    repairers = [Repairer(with_family(model, count_swaps(ARTICLE, pairs))) for pairs in known]
    for what, two in (("none of its pairs", (repairer, repairer)), ("pairs of the other half", repairers)):
        confidence = Settings().min_confidence
        rows = [Row("", [(half, None)], one, confidence) for half, one in zip(halves, two, strict=True)]
        yield total(f"its halves apart, {what} known, ≥ {confidence}", rows).markdown()


def _halves(gold: Gold) -> tuple[Gold, Gold]:
    """An article cut in two between paragraphs."""
    cut = gold.text.rfind("\n", 0, len(gold.text) // 2) + 1
    before = tuple(e for e in gold.edits if e.end <= cut)
    behind = tuple(replace(e, start=e.start - cut, end=e.end - cut) for e in gold.edits if e.start >= cut)
    return Gold(gold.text[:cut], before), Gold(gold.text[cut:], behind)


def annotated_gold(gold_file: Path, text_file: Path) -> Gold:
    """The annotated article with all its marks."""
    return _gold(*_annotated(gold_file, text_file))


def _annotated(gold_file: Path, text_file: Path) -> tuple[dict[str, Any], str]:
    """What is stored of the annotated article, and its text; ends where the two don't belong together."""
    stored = json.loads(gold_file.read_text(encoding="utf-8"))
    raw = text_file.read_bytes()
    if hashlib.sha256(raw).hexdigest() != stored["sha256"]:
        raise SystemExit(f"error: {text_file} isn't the text that {gold_file} annotates")
    return stored, raw.decode("utf-8")


def _gold(stored: dict[str, Any], text: str, shared: Sequence[bool] = (True, False)) -> Gold:
    """The marks, those that pairs of other spinners share or those that they don't, or all."""
    listed = [(e, False) for e in stored["edits"]] + [(e, True) for e in stored["optional"]]
    edits = (_gold_edit(e, text, optional) for e, optional in listed if e["shared"] in shared)
    return Gold(text, tuple(sorted(edits, key=lambda e: e.start)))


def _gold_edit(record: dict[str, Any], text: str, optional: bool) -> GoldEdit:
    """An optional edit accepts the text as it stands too."""
    accepted = [*record["after"], text[record["start"] : record["end"]]] if optional else record["after"]
    return GoldEdit(record["start"], record["end"], tuple(accepted), "spin")


def sound(data: Path, model: Path | None, others: Path | None) -> Iterator[str]:
    """Harm and false alarms on the sound sets, or on others."""
    repairer = load(model)
    yield SOUND_HEAD
    if others:
        rng = random.Random(9)
        for name in sorted(path.name for path in others.iterdir() if path.is_dir()):
            texts = samples(others, name, _REGISTER_ARTICLE, _OF_OTHERS, rng)
            yield _harm(name, ((str(number), text) for number, text in enumerate(texts)), repairer)
        return
    for name in ("newswire", "web"):
        with open(data / "sound" / f"{name}.jsonl", encoding="utf-8") as file:
            records = (json.loads(line) for line in file)
            yield _harm(name, ((record["id"], record["text"]) for record in records), repairer)


SOUND_HEAD = (
    "| text | articles | words | flagged as spun | as translated | as out of order | words of wording changed per 10,000 "
    "| articles with any change | mechanical edits |\n|---|---|---|---|---|---|---|---|---|"
)


def _harm(name: str, articles: Iterable[tuple[str, str]], repairer: Repairer) -> str:
    """A row of harm and false alarms on sound articles (id, text)."""
    changed = mechanical = 0
    pairs = []
    alarms: dict[str, list[str]] = {"spin": [], "translation": [], "order": []}
    for identifier, text in articles:
        repair = repairer.repair(text)
        for kind, ids in alarms.items():
            if (repair.diagnosis.damage[kind].probability or 0.0) >= FLAGGED:
                ids.append(identifier)
        changed += bool(repair.patch.edits)
        mechanical += sum(edit.kind not in ("spin", "translation") for edit in repair.patch.edits)
        pairs.append((Gold(text, ()), repair.patch))
    harm = evaluate(pairs, None).harm
    flagged = " | ".join(str(len(ids)) for ids in alarms.values())
    for kind, ids in alarms.items():
        print(f"{name} flagged as {kind}: {' '.join(ids)}", file=sys.stderr)
    return (
        f"| {name} | {len(pairs)} | {harm.sound_words} | {flagged} | {harm.per_10000 or 0.0:.2f} ({harm.changed_words}) "
        f"| {changed} | {mechanical} |"
    )


#: Of every clean text the language model for ``registers`` is estimated from this share, and measured on the last part; what lies
#: between keeps an article from standing on both sides.
_ESTIMATED_FROM, _MEASURED_ON = 0.97, 0.02
#: Words that an article of a register has, and most words measured of one.
_REGISTER_ARTICLE, _REGISTER_WORDS = 400, 150_000
#: Articles of a folder with other text at most.
_OF_OTHERS = 300
#: What the clean texts are.
REGISTERS = {
    "gov_whitehouse_2021_2025": "speech and statements, American",
    "wiki_2014": "encyclopedia",
    "news_dailymail_2020": "tabloid, British",
    "news_felix_2010_2019": "student paper, British",
    "news_bbc_2004_2005": "newswire, British",
    "news_cnn_star_2020": "newswire, American and Malaysian",
    "news_allsides_2012_2020": "newswire and comment, American",
    "news_rss_2020_2023": "teasers, British and American",
}


def registers(data: Path, seeds: Path, wordnet: Path, work: Path) -> Iterator[str]:
    """Harm and false alarms on the end of every clean text, by a model whose n-grams are of the beginnings."""
    out = work / "beginnings.model"
    if not out.exists():
        build(data, seeds, wordnet, work, out, shape=LanguageModelShape(kept=_ESTIMATED_FROM))
    repairer = load(out)
    yield SOUND_HEAD
    for name, register in REGISTERS.items():
        yield _harm(f"{register} (`{name}`)", _last_articles(data / "clean" / f"{name}.txt.xz"), repairer)


def _last_articles(path: Path) -> Iterator[tuple[str, str]]:
    """The last part of a text of one paragraph a line, in articles of some 400 words, with the lines at which they begin."""
    with lzma.open(path, "rt", encoding="utf-8", newline="\n") as file:
        lines = file.read().split("\n")
    first, size = len(lines), sum(map(len, lines))
    rest = 0
    while first and rest < _MEASURED_ON * size:
        first -= 1
        rest += len(lines[first])
    article: list[str] = []
    words = total = 0
    for number in range(first, len(lines)):
        article.append(lines[number])
        words += len(lines[number].split())
        if words >= _REGISTER_ARTICLE:
            yield str(number - len(article) + 2), "\n\n".join(article)
            total += words
            article, words = [], 0
        if total >= _REGISTER_WORDS:
            return


#: Language models to compare: the packaged one, and less of each.
SHAPES = (
    LanguageModelShape(),
    LanguageModelShape(size=LM_BYTES // 2),
    LanguageModelShape(size=LM_BYTES // 4),
    LanguageModelShape(order=3),
    LanguageModelShape(order=2),
    LanguageModelShape(words=30_000),
)


def shapes(data: Path, seeds: Path, wordnet: Path, work: Path) -> Iterator[str]:
    """Rows of repair with other language models, of the annotated article and of `issues`, none of their pairs known."""
    family = FAMILIES[0]
    passages = list(read_passages(data, family))
    costs = learn_costs([(p.damaged.forms, p.reference.forms) for p in passages])
    marks: dict[str, list[tuple[Gold, str | None]]] = {
        ARTICLE: [(annotated_gold(GOLD, next(seeds.glob("001_*.txt"))), None)],
        family: list(gold_articles(passages, costs)),
    }
    yield f"| n-grams, MB | order | words | 001, none of its pairs | `{family}`, never seen |\n|---|---|---|---|---|"
    for shape in SHAPES:
        figures = []
        for left_out, golds in marks.items():
            model = _shaped(data, seeds, wordnet, work, left_out, shape)
            figures.append(Row("", golds, Repairer(model), Settings().min_confidence).figures())
        tables = sum(array.nbytes for array in model.ngrams) / 1e6
        yield f"| {tables:.1f} | {shape.order} | {shape.words} | {' | '.join(figures)} |"


def _shaped(
    data: Path, seeds: Path, wordnet: Path, work: Path, family: str, shape: LanguageModelShape
) -> Model:
    """The model built without one spinner, with another language model; the channel depends on the vocabulary only."""
    if shape.words == LanguageModelShape().words:
        ngrams = Ngrams(**build_language_model(data, work, shape).arrays)
        for array in ngrams:
            array.setflags(
                write=False
            )  # as those of a file are: numba would compile everything anew for others
        return replace(without(data, seeds, wordnet, work, family), ngrams=ngrams)
    out = work / f"without-{family}-{shape.key}.model"
    return load_model(out) if out.exists() else build(data, seeds, wordnet, work, out, [family], shape)


def perplexity(data: Path, model: Path | None) -> Iterator[str]:
    """Perplexity a token, sentence ends included, words out of vocabulary as their shape class."""
    loaded = load_model(model)
    total, tokens, unknown = 0.0, 0, 0
    with open(data / "sound" / "newswire.jsonl", encoding="utf-8") as file:
        for line in file:
            _, sentences = lattice_input(loaded, tokenize(json.loads(line)["text"]))
            logps = token_logps(loaded.lm, sentences.lm, sentences.begins)
            total += float(logps.sum())
            tokens += len(logps)
            unknown += int((sentences.lm < len(SPECIALS)).sum())
    yield f"{math.exp(-total / tokens):.1f} over {tokens} tokens, {unknown} of them out of vocabulary"


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", nargs="*", choices=WHAT, default=WHAT)
    add_sources(parser)
    parser.add_argument(
        "--model", type=Path, help="for perplexity and sound: this model, not the packaged one"
    )
    parser.add_argument("--others", type=Path, help="for sound: a folder of other sound text")
    parser.add_argument(
        "--adapt", action="store_true", help="for spinners: beside the pairs learn from damaged articles"
    )
    options = parser.parse_args()
    for what in options.what:
        print(f"\n### {what}\n")
        if what == "article":
            unseen = without(options.data, options.seeds, options.wordnet, options.work, ARTICLE)
            rows = article(GOLD, next(options.seeds.glob("001_*.txt")), unseen)
        elif what == "perplexity":
            rows = perplexity(options.data, options.model)
        elif what == "registers":
            rows = registers(options.data, options.seeds, options.wordnet, options.work)
        elif what == "shapes":
            rows = shapes(options.data, options.seeds, options.wordnet, options.work)
        elif what == "sound":
            rows = sound(options.data, options.model, options.others)
        elif what == "tortured":
            rows = tortured(options.data, options.seeds, options.wordnet, options.work)
        else:
            rows = spinners(options.data, options.seeds, options.wordnet, options.work, options.adapt)
        for row in rows:
            print(row, flush=True)


if __name__ == "__main__":
    main()
