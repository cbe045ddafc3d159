"""Measure repair with reference texts: ``python scripts/bench_reference.py [--model MODEL-WITHOUT-ISSUES]``.

original   spun articles, the original of each among 1,000 other references with some of its paragraphs removed and others added:
           F0.5 on the words that the references cover and on the others, with and without references; how often the original
           is found, and how fast
unrelated  spun articles against references about other things: output must be byte for byte what it is without
event      the annotated article with four reports of the same event
index      (not unless asked for) an index of as many references as ``--references`` says, made of the clean text: what it costs
           and what is found in it

The model must not know the spinner's pairs (``scripts/build_model.py --without issues``).

Two counts are given.  *By text*: an edit is right if all words that it puts are words of the true original where they stand, by
an alignment (Levenshtein) of the repaired passage with the original passage; recall is the share of the original's words missing
from the damaged passage that are back.  *By links*: gold edits are the links of a learned alignment of the damaged passage with
the original, as everywhere else; where that alignment leaves a word out ("tree" of "Apple tree" ← "Apple") a right edit counts as
wrong.
"""

from __future__ import annotations

import argparse
import json
import lzma
import random
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from build.passages import Passage, read_passages, side
from measure import _gold_edit, gold_articles
from rapidfuzz.distance import Levenshtein

from textrepair.evaluation import Gold, GoldEdit, Score, evaluate
from textrepair.model.alignment import learn_costs
from textrepair.patch import Edit, Patch
from textrepair.reference.index import ReferenceIndex
from textrepair.repair import Repairer, load

_OTHERS, _SEED = 1_000, 3
#: Of the original's paragraphs: one in five is missing; one of another article is put before one in five.
_REMOVED, _ADDED = 0.2, 0.2
#: Characters of a piece of clean text.
_PIECE = 2_000
Spans = list[tuple[int, int]]


@dataclass(frozen=True)
class Case:
    """A spun article with its gold, its passages as spans with their originals, those that the reference holds, and that
    reference."""

    name: str
    gold: Gold
    originals: dict[tuple[int, int], str]
    covered: Spans
    reference: str


def other_references(data: Path) -> list[tuple[str, str]]:
    """Sound articles from newswire and web posts, alternately as far as they go."""
    wire, web = (_records(data / "sound" / f"{name}.jsonl", _OTHERS) for name in ("newswire", "web"))
    return [*wire, *islice(web, _OTHERS - len(wire))]


def _records(path: Path, most: int) -> list[tuple[str, str]]:
    with open(path, encoding="utf-8") as file:
        return [(r["id"], r["text"]) for r in map(json.loads, islice(file, most))]


def cases(data: Path, others: Sequence[tuple[str, str]]) -> Iterator[Case]:
    """Every article of the pairs, its original revised at random."""
    draw = random.Random(_SEED)
    listed = list(read_passages(data, "issues"))
    costs = learn_costs([(p.damaged.forms, p.reference.forms) for p in listed])
    for name in sorted({p.article for p in listed}):
        own = [p for p in listed if p.article == name]
        gold, _ = next(gold_articles(own, costs))
        originals: dict[tuple[int, int], str] = {}
        at = 0
        for passage in own:
            end = at + len(passage.damaged.tokens.source)
            originals[at, end] = passage.reference.tokens.source
            at = end + 2
        yield Case(name, gold, originals, *_revised(own, others, draw))


def _revised(
    own: Sequence[Passage], others: Sequence[tuple[str, str]], draw: random.Random
) -> tuple[Spans, str]:
    """Spans of the passages that the reference holds, and the reference; each paragraph stands in it once, however often it was
    spun."""
    covered: Spans = []
    paragraphs: list[str] = []
    kept: dict[str, bool] = {}
    at = 0
    for passage in own:
        length = len(passage.damaged.tokens.source)
        sound = passage.reference.tokens.source
        if sound not in kept:
            if draw.random() < _ADDED:
                paragraphs.append(draw.choice(draw.choice(others)[1].split("\n\n")))
            kept[sound] = draw.random() >= _REMOVED
            if kept[sound]:
                paragraphs.append(sound)
        if kept[sound]:
            covered.append((at, at + length))
        at += length + 2
    return covered, "\n\n".join(paragraphs)


def _inside(start: int, end: int, spans: Spans) -> bool:
    return any(a <= start and end <= b for a, b in spans)


def _score(gold: Gold, edits: Iterable[Edit], spans: Spans, inside: bool) -> Score:
    marks: list[GoldEdit] = [e for e in gold.edits if _inside(e.start, e.end, spans) is inside]
    made = [e for e in edits if _inside(e.start, e.end, spans) is inside]
    return evaluate([(Gold(gold.text, tuple(marks)), Patch(tuple(made)))], frozenset({"spin"})).repair


class TextScore:
    """Counts of edits that are right by the text of the original, and of its words: missing before, missing after."""

    def __init__(self) -> None:
        self.edits = self.right = self.words = self.missing_before = self.missing_after = 0
        self.errors_before = self.errors_after = 0

    def add(self, damaged: str, original: str, edits: Sequence[Edit]) -> None:
        """Count one passage; offsets of edits are into ``damaged``."""
        wanted = side(original).forms
        patch = Patch(tuple(edits))
        before, after = side(damaged), side(patch.apply(damaged))
        found = _matched(after.forms, wanted)
        shift = 0
        for edit in edits:
            start, end = edit.start + shift, edit.start + shift + len(edit.after)
            shift += len(edit.after) - len(edit.before)
            inside = [
                n
                for n in range(len(after.forms))
                if after.span(n, n + 1)[0] < end and start < after.span(n, n + 1)[1]
            ]
            self.edits += 1
            self.right += found.issuperset(inside)
        self.words += len(wanted)
        self.missing_before += len(wanted) - len(_matched(before.forms, wanted))
        self.missing_after += len(wanted) - len(found)
        self.errors_before += Levenshtein.distance(before.forms, wanted)
        self.errors_after += Levenshtein.distance(after.forms, wanted)

    def row(self, name: str) -> str:
        precision = self.right / max(1, self.edits)
        recall = 1.0 - self.missing_after / max(1, self.missing_before)
        f05 = 1.25 * precision * recall / max(1e-9, 0.25 * precision + recall)
        return (
            f"| {name}, by text | {f05:.3f} | {precision:.3f} ({self.right}/{self.edits}) "
            f"| {recall:.3f} ({self.missing_before - self.missing_after}/{self.missing_before}) "
            f"| {self.errors_before / self.words:.3f} → {self.errors_after / self.words:.3f} |"
        )


def _matched(forms: Sequence[str], wanted: Sequence[str]) -> set[int]:
    blocks = Levenshtein.opcodes(forms, wanted)
    return {n for block in blocks if block.tag == "equal" for n in range(block.src_start, block.src_end)}


def _add(total: Score, one: Score) -> None:
    for name in ("system", "system_right", "gold", "gold_found"):
        setattr(total, name, getattr(total, name) + getattr(one, name))


def _row(name: str, score: Score) -> str:
    return (
        f"| {name} | {score.f05 or 0:.3f} | {score.precision or 0:.3f} ({score.system_right}/{score.system}) "
        f"| {score.recall or 0:.3f} ({score.gold_found}/{score.gold}) | |"
    )


_HEAD = "| words | F0.5 | precision | recall | word error rate |\n|---|---|---|---|---|"


def original(data: Path, repairer: Repairer, leave_out: Sequence[str], misses: bool) -> Iterator[str]:
    """Rows for articles whose revised original is among the references."""
    others = other_references(data)
    listed = [case for case in cases(data, others) if case.name not in leave_out]
    index = ReferenceIndex()
    start = time.perf_counter()
    index.add("bench", "", [*others, *((case.name, case.reference) for case in listed)])
    built = time.perf_counter() - start
    ways = [(where, how) for where in (True, False) for how in (False, True)]
    scores = {way: Score() for way in ways}
    texts = {way: TextScore() for way in ways}
    first = found = 0
    spent = [0.0, 0.0]
    for case in listed:
        hits = [hit.id for hit in index.find(case.gold.text)]
        first += hits[:1] == [case.name]
        found += case.name in hits
        for how in (False, True):
            start = time.perf_counter()
            repair = repairer.repair(case.gold.text, references=index if how else None)
            spent[how] += time.perf_counter() - start
            for where in (True, False):
                _add(scores[where, how], _score(case.gold, repair.patch.edits, case.covered, where))
            for (a, b), sound in case.originals.items():
                edits = [e.shifted(-a) for e in repair.patch.edits if a <= e.start and e.end <= b]
                texts[(a, b) in case.covered, how].add(case.gold.text[a:b], sound, edits)
        if misses:
            _tell_misses(case, repair.patch)
    yield _HEAD
    for (where, how), score in scores.items():
        words = "covered" if where else "not covered"
        name = f"{words}, {'with' if how else 'without'} references"
        yield texts[where, how].row(name)
        yield _row(f"{name}, by links", score)
    yield (
        f"\nOriginal found: {found} of {len(listed)}, as the best hit {first}. Index of {len(index)} references built in "
        f"{built:.1f} s. Repair {spent[0]:.1f} s without, {spent[1]:.1f} s with references."
    )


def _tell_misses(case: Case, patch: Patch) -> None:
    text = case.gold.text
    made = {(e.start, e.end): e for e in patch.edits}
    wanted = {(e.start, e.end): e for e in case.gold.edits}
    for place in sorted(set(made) | set(wanted)):
        edit, gold = made.get(place), wanted.get(place)
        if not _inside(*place, case.covered) or (edit and gold and edit.after in gold.accepted):
            continue
        around = text[max(0, place[0] - 40) : place[1] + 30].replace("\n", " ")
        print(
            f"{case.name} {text[slice(*place)]!r}: made {edit and (edit.after, round(edit.confidence, 2), edit.reference)} "
            f"gold {gold and gold.accepted} | {around}",
            file=sys.stderr,
        )


def unrelated(data: Path, repairer: Repairer, count: int) -> Iterator[str]:
    """How many spun articles come out otherwise with references about other things?"""
    wire = ReferenceIndex()
    wire.add("newswire", "", _records(data / "sound" / "newswire.jsonl", _OTHERS))
    articles = _records(data / "spun" / "issues_articles.jsonl", count)
    changed = []
    for name, text in articles:
        alone, beside = repairer.repair(text), repairer.repair(text, references=wire)
        if (alone.text, alone.patch, alone.proposals) != (beside.text, beside.patch, beside.proposals):
            changed.append(name)
    yield f"{len(changed)} of {len(articles)} spun articles differ with {len(wire)} unrelated references {' '.join(changed)}"


def event(seeds: Path, gold_file: Path, repairer: Repairer) -> Iterator[str]:
    """Rows for the annotated article, without and with the other reports."""
    texts = {path.stem[:3]: path.read_text(encoding="utf-8") for path in sorted(seeds.glob("*.txt"))}
    stored = json.loads(gold_file.read_text(encoding="utf-8"))
    text = texts.pop("001")
    edits = [_gold_edit(e, text, False) for e in stored["edits"]]
    edits += [_gold_edit(e, text, True) for e in stored["optional"]]
    gold = Gold(text, tuple(sorted(edits, key=lambda e: e.start)))
    index = ReferenceIndex()
    index.add("seeds", "", texts.items())
    yield _HEAD
    for how in (False, True):
        repair = repairer.repair(text, references=index if how else None)
        report = evaluate([(gold, repair.patch)], frozenset({"spin"}))
        yield _row(f"{'with' if how else 'without'} references", report.repair)
    yield f"\nReferences cover {repair.covered:.3f} of the words: {', '.join(repair.references) or 'none'}"
    for edit in (*repair.patch.edits, *repair.proposals):
        if edit.reference:
            yield f"* {edit.reason} ({edit.reference}, {edit.confidence:.2f})"


def clean_references(data: Path, count: int) -> Iterator[tuple[str, str]]:
    """Pieces of 2,000 characters of the clean text, evenly from all files; beyond some 236,000 they overlap."""
    files = sorted((data / "clean").glob("*.txt.xz"))
    texts = {}
    for path in files:
        with lzma.open(path, "rt", encoding="utf-8", newline="\n") as file:
            texts[path.name] = file.read()
    step = sum(map(len, texts.values())) / count
    for name, text in texts.items():
        for number in range(int(len(text) / step)):
            at = int(number * step)
            yield f"{name}:{at}", text[at : at + _PIECE]


def index_growth(data: Path, counts: Sequence[int]) -> Iterator[str]:
    """Cost of an index, and whether articles and single damaged paragraphs find their originals among the first eight."""
    listed = list(cases(data, other_references(data)))
    yield (
        "| references | processor seconds to build | MB | opened in s | an article asks, ms | best hit | a paragraph asks, ms "
        "| among eight |\n|---|---|---|---|---|---|---|---|"
    )
    for count in counts:
        with tempfile.TemporaryDirectory(prefix="textrepair-bench-") as folder:
            file = Path(folder) / "bench.refs"
            start = time.process_time()
            with ReferenceIndex(file) as index:
                index.add("clean", "", clean_references(data, count))
                index.add("bench", "", [(case.name, case.reference) for case in listed])
            built = time.process_time() - start
            start = time.perf_counter()
            with ReferenceIndex(file) as index:
                opened = time.perf_counter() - start
                wholes = [(case.gold.text, case.name) for case in listed]
                parts = [(case.gold.text[a:b], case.name) for case in listed for a, b in case.covered]
                first, whole_ms = _asked(index, wholes, 1)
                among, part_ms = _asked(index, parts, 8)
                yield (
                    f"| {len(index):,} | {built:.0f} | {file.stat().st_size / 1e6:.0f} | {opened:.3f} | {whole_ms:.0f} "
                    f"| {first} of {len(wholes)} | {part_ms:.0f} | {among} of {len(parts)} |"
                )


def _asked(index: ReferenceIndex, questions: Sequence[tuple[str, str]], count: int) -> tuple[int, float]:
    """How many of the texts have their original among the first hits, and processor milliseconds a question."""
    start = time.process_time()
    found = sum(name in [hit.id for hit in index.find(text, count)] for text, name in questions)
    return found, 1000 * (time.process_time() - start) / len(questions)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", nargs="*", default=["original", "unrelated", "event"])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--seeds", type=Path, default=Path("../shared/seeds"))
    parser.add_argument("--model", type=Path, default=Path("build/model/without-issues.model"))
    parser.add_argument("--articles", type=int, default=408, help="how many articles for 'unrelated'")
    parser.add_argument(
        "--references", type=int, nargs="+", default=[10_000, 100_000, 1_000_000], help="sizes of the index"
    )
    parser.add_argument("--leave-out", action="append", default=[], help="an article of the pairs")
    parser.add_argument("--misses", action="store_true", help="tell on stderr what is wrong in covered words")
    options = parser.parse_args()
    gold = Path(__file__).parents[1] / "tests" / "gold" / "article_001.json"
    for what in options.what:
        print(f"\n### {what}\n")
        if what == "original":
            rows = original(options.data, load(options.model), options.leave_out, options.misses)
        elif what == "unrelated":
            rows = unrelated(options.data, load(options.model), options.articles)
        elif what == "index":
            rows = index_growth(options.data, options.references)
        else:
            rows = event(options.seeds, gold, load())
        for row in rows:
            print(row, flush=True)


if __name__ == "__main__":
    main()
