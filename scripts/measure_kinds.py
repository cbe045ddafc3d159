"""Measure how well mechanical damage is told from sound text: ``python scripts/measure_kinds.py --data ../shared/data``.

Into each sound article a little damage of one kind is put, with a seed of its own, and the kind's probability is compared with
that of the articles as they were: ``encoding`` (the marks of one stretch of 600 characters decoded wrongly), ``spacing`` (three
places: words glued, words cut, spaces before marks), ``repetition`` (two words doubled), ``furniture`` (one line at the head and
one at the tail).  The sound articles have slips of their own, which count as false alarms here.  ``--scores FILE`` is for
draw_detection.py.

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
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # the tree is what is measured

from build.splits import area, interval, recall_at
from measure_mechanical import DAMAGE
from measure_spin import f1

from textrepair.detector.base import Document
from textrepair.detector.furniture import FurnitureDetector
from textrepair.detector.recurring import RecurringLines
from textrepair.repair import Repairer, load

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


CHANGES: dict[str, Callable[[str, random.Random], str]] = {
    "encoding": _encoding,
    "spacing": lambda text, rng: _some(text, ("glued", "cut", "space before a mark"), 3, rng),
    "repetition": lambda text, rng: _some(text, ("doubled word",), 2, rng),
    "furniture": _furniture,
}


def measure(repairer: Repairer, texts: list[str], kind: str) -> tuple[list[float], list[float]]:
    """Probabilities of the sound articles and of the same articles damaged (less those that could not be)."""
    change = CHANGES[kind]
    damaged = [change(text, random.Random(f"{kind} {number}")) for number, text in enumerate(texts)]
    sound = [_probability(repairer, text, kind) for text in texts]
    return sound, [_probability(repairer, d, kind) for d, t in zip(damaged, texts, strict=True) if d != t]


def _probability(repairer: Repairer, text: str, kind: str) -> float:
    return repairer.diagnose(text).damage[kind].probability or 0.0


def row(kind: str, source: str, sound: list[float], damaged: list[float]) -> str:
    """A line of the table."""
    s, d = np.array(sound), np.array(damaged)
    found, alarms = int((d >= 0.5).sum()), int((s >= 0.5).sum())
    rare, _ = recall_at(d, s, 1 / 500)
    return (
        f"| {kind} | {source} | {len(d)} | {area(d, s):.4f} | {interval(rare, len(d))} | {interval(found, len(d))} "
        f"| {interval(alarms, len(s))} | {f1(found, len(d), alarms):.3f} |"
    )


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
    sources = {}
    for source in ("newswire", "web"):
        with (options.data / "sound" / f"{source}.jsonl").open(encoding="utf-8") as file:
            texts = [json.loads(line)["text"] for line in file]
        sources[source] = texts if options.recurring else texts[-options.articles :]
    if options.recurring:
        for source, texts in sources.items():
            print(f"\n{source}, {len(texts)} articles\n")
            recurring(texts, options.show)
        return
    repairer = replace(load(), quick=True)
    print(
        "| kind | sound text | damaged | ROC AUC | found at 1 in 500 | found at 0.5 | false alarms at 0.5 | F1 at 0.5 |\n"
        "|---|---|---|---|---|---|---|---|"
    )
    scores: dict[str, dict[str, object]] = {}
    for kind in CHANGES:
        all_sound: list[float] = []
        all_damaged: list[float] = []
        for source, texts in sources.items():
            sound, damaged = measure(repairer, texts, kind)
            print(row(kind, source, sound, damaged), flush=True)
            all_sound += sound
            all_damaged += damaged
        scores[kind] = {"sound": all_sound, "damaged": all_damaged, "prior": PRIOR}
    if options.scores:
        options.scores.write_text(json.dumps(scores), encoding="utf-8")


if __name__ == "__main__":
    main()
