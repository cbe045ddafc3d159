"""Measure how well mechanical damage is told from sound text: ``python scripts/measure_kinds.py --data ../shared/data``.

Into each sound article a little damage of one kind is put, with a seed of its own, and the kind's probability is compared with
that of the articles as they were: ``encoding`` (the marks of one stretch of 600 characters decoded wrongly), ``spacing`` (three
places: words glued, words cut, spaces before marks), ``repetition`` (two words doubled; and, apart, a paragraph or a sentence
said again right behind itself, or the last third of the article again at its end), ``furniture`` (one line at the head and one
at the tail).  The sound articles have slips of their own, which count as false alarms; a column more leaves out those that
were read and are slips (``judged_slips.json``).  ``--scores FILE`` is for draw_detection.py.

``--recurring`` measures the furniture that only its coming back gives away: lines that have no form of furniture are put into
2, 3, 5, 10 and 40 of the articles; ``--show`` prints what is found in the articles as they are, to be read.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # the tree is what is measured

from build.records import records
from build.splits import area, interval, recall_at
from measure_mechanical import DAMAGE
from measure_spin import f1

from textrepair.detector.base import Document
from textrepair.detector.furniture.detector import FurnitureDetector
from textrepair.detector.furniture.recurring import RecurringLines
from textrepair.repair import Repairer, load

JUDGED = Path(__file__).with_name("judged_slips.json")
#: Share of articles with this damage, for the reliability diagram.
PRIOR = 0.05
_STRETCH = 600
#: Lines of a page as any site may print them, and lines that say by nothing but their coming back what they are.
PAGE_LINES = (
    "Share this story", "3 hours ago", "Read the full article", "Sign up for our newsletter", "Advertisement",
    "Photo by Ann Example", "© 2024 Example Media. All rights reserved.", "Related: What the vote means for the harbour",
    "Follow us on Twitter", "Image credit: Example Photos", "We use cookies to make this site better.", "Page 1 of 3",
)  # fmt: skip
QUIET_LINES = (
    "The Harbour Herald comes out on Tuesdays and Fridays", "Our reporters keep the town awake",
    "Words that the hills hear first", "From the desk behind the lighthouse", "Good stories travel slowly",
    "The valley and its people, every day", "Written by hand, read by many", "A paper for those who stay",
    "News since the great flood", "The bells of the north", "Where the two rivers meet", "Letters reach us at the old mill",
)  # fmt: skip
TIMES = (2, 3, 5, 10, 40)


def _some(text: str, kinds: tuple[str, ...], places: int, rng: random.Random) -> str:
    """Damage of these kinds at so many places."""
    for number in range(places):
        pattern, change, _ = DAMAGE[kinds[number % len(kinds)]]
        matches = list(re.finditer(pattern, text))
        if matches:
            match = rng.choice(matches)
            changed = change(match, rng)
            text = (
                text[: match.start()] + (match.group() if changed is None else changed) + text[match.end() :]
            )
    return text


def _encoding(text: str, rng: random.Random) -> str:
    pattern, change, _ = DAMAGE["wrongly decoded"]
    marks = [match.start() for match in re.finditer(pattern, text)]
    if not marks:
        return text
    start = rng.choice(marks)
    stretch = re.sub(pattern, lambda m: change(m, rng) or m.group(), text[start : start + _STRETCH])
    return text[:start] + stretch + text[start + _STRETCH :]


def _furniture(text: str, rng: random.Random) -> str:
    head, tail = rng.sample(PAGE_LINES, 2)
    return f"{head}\n{text}\n{tail}"


def _passage(text: str, rng: random.Random) -> str:
    """A paragraph or a sentence said twice in a row, or the last third of the lines said again."""
    lines = text.splitlines(keepends=True)
    way = rng.choice(("paragraph", "sentence", "end"))
    if way == "end":
        third = len(lines) - len(lines) // 3
        return text.rstrip("\n") + "\n" + "".join(lines[third:])
    long = [number for number, line in enumerate(lines) if len(line.split()) >= 12]
    if not long:
        return text
    at = rng.choice(long)
    line = lines[at].rstrip("\n")
    if way == "paragraph":
        lines[at] = f"{line}\n\n{lines[at]}"
        return "".join(lines)
    sentences = [s for s in re.findall(r"[A-Z][^.!?]{60,}[.!?](?= |$)", line) if len(s.split()) >= 10]
    if not sentences:
        return text
    sentence = rng.choice(sentences)
    lines[at] = lines[at].replace(sentence, f"{sentence} {sentence}", 1)
    return "".join(lines)


CHANGES: dict[str, Callable[[str, random.Random], str]] = {
    "encoding": _encoding,
    "spacing": lambda text, rng: _some(
        text, ("glued, in small letters", "cut, in small letters", "space before a mark"), 3, rng
    ),
    "repetition": lambda text, rng: _some(text, ("doubled word",), 2, rng),
    "repetition of passages": _passage,
    "furniture": _furniture,
}


def measure(repairer: Repairer, texts: list[str], kind: str) -> tuple[list[float], list[float]]:
    """Probabilities of the sound articles and of the same articles damaged (less those that could not be)."""
    change = CHANGES[kind]
    damaged = [change(text, random.Random(f"{kind} {number}")) for number, text in enumerate(texts)]
    told = kind.split()[0]
    sound = [_probability(repairer, text, told) for text in texts]
    return sound, [_probability(repairer, d, told) for d, t in zip(damaged, texts, strict=True) if d != t]


def _probability(repairer: Repairer, text: str, kind: str) -> float:
    return repairer.diagnose(text).damage[kind].probability or 0.0


def row(kind: str, source: str, sound: list[float], damaged: list[float], read: list[bool]) -> str:
    """A line of the table; ``read`` says of each sound article whether a slip was found in it by reading."""
    s, d = np.array(sound), np.array(damaged)
    found, alarms = int((d >= 0.5).sum()), int((s >= 0.5).sum())
    rare, _ = recall_at(d, s, 1 / 500)
    others = s[~np.array(read)]
    apart, _ = recall_at(d, others, 1 / 500)
    left = int((others >= 0.5).sum())
    return (
        f"| {kind} | {source} | {len(d)} | {area(d, s):.4f} | {interval(rare, len(d))} | {interval(found, len(d))} "
        f"| {interval(alarms, len(s))} | {f1(found, len(d), alarms):.3f} "
        + (f"| {apart / len(d):.3f} | {left}/{len(others)} |" if any(read) else "| – | – |")
    )


def read_slips() -> dict[str, dict[str, set[str]]]:
    """By kind and source, the ids of the sound articles that were read and have slips."""
    judged = json.loads(JUDGED.read_text(encoding="utf-8"))
    if (judged["format"], judged["version"]) != ("textrepair judged slips", 1):
        raise ValueError(f"{JUDGED}: not a list of judged slips of version 1")
    return {
        kind: {source: _ids(judged["prefixes"][source], numbers) for source, numbers in sources.items()}
        for kind, sources in judged["slips"].items()
    }


def _ids(prefix: str, numbers: str) -> set[str]:
    """The ids of ``1,4-6``."""
    spans = (span.split("-") for span in numbers.split(",") if span)
    return {f"{prefix}{number}" for span in spans for number in range(int(span[0]), int(span[-1]) + 1)}


def recurring(texts: list[str], show: bool) -> None:
    """Print a table of what is found of lines that come back so many times."""
    rng = random.Random("recurring")
    articles = list(texts)
    put: dict[str, int] = {}
    for number, line in enumerate(QUIET_LINES):
        put[line] = TIMES[number % len(TIMES)]
        for at in rng.sample(range(len(articles)), put[line]):
            articles[at] = f"{articles[at]}\n{line}" if rng.random() < 0.5 else f"{line}\n{articles[at]}"
    detector = FurnitureDetector(RecurringLines.of(articles))
    found: dict[str, list[float]] = {}
    for text in articles:
        for finding in detector.detect(Document(text)).findings:
            if " articles" in finding.reason:
                found.setdefault(text[finding.start : finding.end], []).append(finding.score)
    print("| in articles | put in | found | score |\n|---|---|---|---|")
    for times in TIMES:
        lines = [line for line, n in put.items() if n == times]
        scores = [score for line in lines for score in found.get(line, [])]
        print(f"| {times} | {times * len(lines)} | {len(scores)} | {max(scores, default=0.0):.3f} |")
    others = {line: scores for line, scores in found.items() if line not in put}
    print(f"\n{len(others)} other lines come back, {sum(map(len, others.values()))} times in all")
    if show:
        for line, scores in sorted(others.items(), key=lambda item: -len(item[1])):
            print(f"{len(scores):6} {line}")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--articles", type=int, default=1000, help="of each source (default: %(default)s)")
    parser.add_argument("--scores", type=Path, help="write the probabilities here, for draw_detection.py")
    parser.add_argument("--recurring", action="store_true", help="measure lines that come back")
    parser.add_argument(
        "--show", action="store_true", help="print the lines that come back in the articles as they are"
    )
    options = parser.parse_args()
    sources, ids = {}, {}
    for source in ("newswire", "web"):
        articles = list(records(options.data / "sound" / f"{source}.jsonl"))
        articles = articles if options.recurring else articles[-options.articles :]
        ids[source], sources[source] = [name for name, _ in articles], [text for _, text in articles]
    if options.recurring:
        for source, texts in sources.items():
            print(f"\n{source}, {len(texts)} articles\n")
            recurring(texts, options.show)
        return
    repairer = load(depth="quick")
    print(
        "| kind | sound text | damaged | ROC AUC | found at 1 in 500 | found at 0.5 | false alarms at 0.5 | F1 at 0.5 "
        "| slips read left out: found at 1 in 500 | false alarms |\n|---|---|---|---|---|---|---|---|---|---|"
    )
    slips = read_slips()
    scores: dict[str, dict[str, object]] = {}
    for kind in CHANGES:
        all_sound: list[float] = []
        all_damaged: list[float] = []
        for source, texts in sources.items():
            sound, damaged = measure(repairer, texts, kind)
            known = slips.get(kind.split()[0], {}).get(source, set())
            print(row(kind, source, sound, damaged, [i in known for i in ids[source]]), flush=True)
            all_sound += sound
            all_damaged += damaged
        if " " not in kind:
            scores[kind] = {"sound": all_sound, "damaged": all_damaged, "prior": PRIOR}
    if options.scores:
        options.scores.write_text(json.dumps(scores), encoding="utf-8")


if __name__ == "__main__":
    main()
