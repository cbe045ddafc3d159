"""Measure mechanical repairs on damage put into held-out text: ``python scripts/measure_mechanical.py --data ../shared/data``.

Into sound newswire, article by article with a seed of its own, each kind of damage is put apart from the others: words
glued, words cut, spaces in front of and behind marks, spaces doubled, words doubled, text decoded wrongly, lines repeated,
lines of furniture.  An edit is right if it undoes the damage; edits that the same detector makes on the undamaged article
are slips of the newswire itself and are left out.  ``--plot FILE.svg`` draws how often edits and findings of a stated
confidence are right.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # the tree is what is measured

from textrepair.patch import Edit, Patch
from textrepair.repair import Repairer, Settings, load

SHARE = 0.01


@dataclass
class Damaged:
    """A text and the edits that undo what was done to it."""

    text: str = ""
    gold: list[Edit] = field(default_factory=list)

    def keep(self, text: str) -> None:
        self.text += text

    def replace(self, sound: str, damaged: str) -> None:
        """Write ``damaged`` where ``sound`` stood."""
        self.gold.append(Edit(len(self.text), len(self.text) + len(damaged), damaged, sound))
        self.text += damaged


Change = Callable[[re.Match[str], random.Random], str | None]


def _damage(text: str, pattern: str, change: Change, share: float, rng: random.Random) -> Damaged:
    """Change a share of the places where a pattern matches."""
    out, at = Damaged(), 0
    for match in re.finditer(pattern, text):
        changed = change(match, rng) if rng.random() < share else None
        if changed is None or match.start() < at:
            continue
        out.keep(text[at : match.start()])
        out.replace(match.group(), changed)
        at = match.end()
    out.keep(text[at:])
    return out


def _cut(match: re.Match[str], rng: random.Random) -> str:
    word = match.group()
    at = rng.randrange(2, len(word) - 1)
    return f"{word[:at]} {word[at:]}"


def _without_space(match: re.Match[str], _: random.Random) -> str:
    return match.group().replace(" ", "")


def _misread(match: re.Match[str], _: random.Random) -> str | None:
    try:
        return match.group().encode().decode("windows-1252")
    except UnicodeDecodeError:
        return None


def _in_code_page(right: str, wrong: str) -> Change:
    return lambda match, _: match.group().encode(right).decode(wrong)


_SIGN = "[‘’“”–—…]"
_ANY_WORD = r"(?:[A-Za-z][\w'’-]*|\d[\d.,]*\d|\d)"
#: Two words or numbers with capitals, clitics and hyphens as they come, and a space between.
_ANY_PAIR = rf"(?<![^\s“\"(]){_ANY_WORD} {_ANY_WORD}(?=[\s.,;:?!)”\"])"

#: kind → pattern of places, what is put there, and how many of the places.
DAMAGE: dict[str, tuple[str, Change, float]] = {
    "glued, in small letters": (r"(?<=[ ])[a-z]{2,} [a-z]{2,}(?=[ ])", _without_space, SHARE),
    "glued, whatever they are": (_ANY_PAIR, _without_space, SHARE),
    "cut, in small letters": (r"(?<=[ ])[a-z]{7,}(?=[ ])", _cut, 3 * SHARE),
    "cut, with a capital": (r"(?<=[ ])[A-Z][a-z]{4,}(?=[\s.,;])", _cut, 5 * SHARE),
    "space before a mark": (r"(?<=[a-z])[.,;?!](?=\s)", lambda m, _: " " + m.group(), 0.1),
    "space in front of a clitic": (
        r"(?<=[a-z])['’]s\b|(?<=[a-z])n['’]t\b",
        lambda m, _: " " + m.group(),
        0.1,
    ),
    "no space behind a stop or comma": (r"(?<=[a-z]{3})[.,] (?=[A-Za-z][a-z])", _without_space, 0.1),
    "no space beside other marks": (
        r"(?<=[a-z])[:;?!] (?=[A-Z][a-z])|(?<=[.,?!])[”\"] (?=\w)|(?<=[.,:]) “|\) (?=[a-z])|(?<=[a-z]) \(",
        _without_space,
        0.2,
    ),
    "doubled space": (r"(?<=[a-z]) (?=[a-z])", lambda m, _: "  ", SHARE),
    "doubled word": (r"(?<=[ ])[a-z]{2,}(?=[ ])", lambda m, _: f"{m.group()} {m.group()}", SHARE),
    "wrongly decoded": (r"[“”’‘é—–]", _misread, 1.0),
    "Windows-1252 read as Mac Roman": (_SIGN, _in_code_page("cp1252", "mac_roman"), 1.0),
    "Windows-1252 read as a DOS page": (_SIGN, _in_code_page("cp1252", "cp850"), 1.0),
    "Mac Roman read as Windows-1252": (_SIGN, _in_code_page("mac_roman", "cp1252"), 1.0),
}


@dataclass
class Counts:
    """What was put in, found and edited; ``judged`` has a confidence and a verdict for every edit."""

    gold: int = 0
    found: int = 0
    edits: int = 0
    right: int = 0
    judged: list[tuple[float, bool]] = field(default_factory=list)


def measure(repairer: Repairer, texts: list[str], least: float) -> Iterator[tuple[str, Counts]]:
    """Counts for each kind of damage; edits count from the confidence ``least`` on."""
    everything = Settings(min_confidence=0.0)
    own = [
        {
            (e.before, e.after, text[e.start - 12 : e.start])
            for e in repairer.repair(text, everything).patch.edits
        }
        for text in texts
    ]
    for kind, (pattern, change, share) in DAMAGE.items():
        counts = Counts()
        for number, text in enumerate(texts):
            damaged = _damage(text, pattern, change, share, random.Random(f"{kind} {number}"))
            sound = Patch(tuple(damaged.gold)).apply(damaged.text)
            assert sound == text
            edits = [e for e in repairer.repair(damaged.text, everything).patch.edits if e.kind != "spin"]
            _count(counts, damaged, edits, own[number], least)
        yield kind, counts


def _count(
    counts: Counts, damaged: Damaged, edits: list[Edit], own: set[tuple[str, str, str]], least: float
) -> None:
    counts.gold += len(damaged.gold)
    for gold in damaged.gold:
        inside = [e for e in edits if gold.start <= e.start and e.end <= gold.end]
        sure = tuple(e for e in inside if e.confidence >= least)
        mended = Patch(tuple(e.shifted(-gold.start) for e in sure)).apply(gold.before) == gold.after
        counts.found += mended
        for edit in inside:
            right = (
                mended
                if edit in sure
                else Patch((edit.shifted(-gold.start),)).apply(gold.before) == gold.after
            )
            counts.judged.append((edit.confidence, right))
            counts.edits += edit in sure
            counts.right += edit in sure and right
    spans = [(g.start, g.end) for g in damaged.gold]
    for edit in edits:
        if any(start <= edit.start and edit.end <= end for start, end in spans):
            continue
        if (edit.before, edit.after, damaged.text[edit.start - 12 : edit.start]) in own:
            continue
        counts.judged.append((edit.confidence, False))
        counts.edits += edit.confidence >= least


def plot(path: Path, judged: dict[str, list[tuple[float, bool]]]) -> None:
    """Reliability: for each stated confidence, the share of edits that are right, sized by their number."""
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "textrepair"
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(6, 6))
    axes.plot([0, 1], [0, 1], color="0.8")
    for kind, pairs in judged.items():
        bins: dict[float, list[bool]] = {}
        for confidence, right in pairs:
            bins.setdefault(round(confidence, 1), []).append(right)
        xs = sorted(bins)
        sizes = [10 + 3 * len(bins[x]) ** 0.5 for x in xs]
        axes.scatter(
            xs, [sum(bins[x]) / len(bins[x]) for x in xs], s=sizes, label=f"{kind} ({len(pairs)})", alpha=0.7
        )
    axes.set(
        xlabel="stated confidence", ylabel="share of edits that are right", xlim=(0, 1.02), ylim=(0, 1.02)
    )
    axes.legend(fontsize=8)
    figure.savefig(path, metadata={"Date": None})


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--articles", type=int, default=512, help="of sound newswire (default: %(default)s)")
    parser.add_argument("--model", type=Path)
    parser.add_argument("--min-confidence", type=float, default=Settings().min_confidence)
    parser.add_argument("--plot", type=Path, help="draw the reliability of the confidences")
    options = parser.parse_args()
    with (options.data / "sound" / "newswire.jsonl").open(encoding="utf-8") as file:
        texts = [json.loads(line)["text"] for line, _ in zip(file, range(options.articles), strict=False)]
    print("| damage | put in | undone (recall) | edits | right (precision) |\n|---|---|---|---|---|")
    judged = {}
    for kind, counts in measure(load(options.model), texts, options.min_confidence):
        recall, precision = counts.found / max(1, counts.gold), counts.right / max(1, counts.edits)
        print(
            f"| {kind} | {counts.gold} | {counts.found} ({recall:.3f}) | {counts.edits} | {counts.right} ({precision:.3f}) |",
            flush=True,
        )
        judged[kind] = counts.judged
    if options.plot:
        plot(options.plot, judged)


if __name__ == "__main__":
    main()
