"""Build the damaged sample articles of ``corpora/`` and their gold edits from the sound ones.

Every article in ``corpora/sound`` was written for this project.  Each damage is done the way it happens in the wild:
a spinner swaps about every fourth word without looking at its sense and keeps to the substitute it once chose, UTF-8
is read as Windows-1252, spaces get lost, a page wraps its furniture round the text, and Apertium translates there and
back.  All draws are seeded with the article's name, so the same files come out each time; what depends on outside
data, the swaps, is drawn once by ``draw_swaps.py`` and kept in ``corpora/swaps.tsv``.

    python scripts/make_corpora.py            # rebuild everything
    python scripts/make_corpora.py --check    # exit 1 if a file is not what this script makes (not for translations)
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CORPORA = ROOT / "corpora"
#: The sound articles once more, where the installed program finds them: `textrepair learn` measures harm on them.
SOUND = ROOT / "textrepair" / "model" / "packaged" / "sound.jsonl"

# Share of words swapped.  The project's first spun sample has 0.24; the other spinner swaps more than half, but
# these samples should stay readable, so both are near the first.
SPUN_SHARE = {"thesaurus": 0.24, "issues": 0.28}
GLUED_CHANCE = 0.1  # of two plain words side by side: about seven an article, so that each is worth measuring
GARBLED_PARAGRAPHS = 0.7  # some stay sound, as when a page is pasted together from two

GLUED = ("02-football", "07-startup", "09-rail-strike")
MOJIBAKE = ("01-council", "06-museum", "11-food-market")
TRANSLATED = {"03-astronomy": "spa", "05-wildfire": "cat", "08-health-study": "spa", "12-election": "cat"}

# Page furniture by article: each block goes before that line of the sound article, counted from 0 (-1: at the end);
# "{title}" is the article's first line.
FURNITURE: Mapping[str, tuple[tuple[int, str], ...]] = {
    "04-bank-rates": (
        (0, "Home / Money / Economy\n\n{title} {title}\n\nShare this article\n\n"),
        (6, "Image\n\nCredit...A. Example/Osterland Press Agency\n\n"),
        (8, "Read more: What the bank’s decision means for your mortgage\n\n"),
        (-1, "\nWe use cookies to make this site work. Accept all | Manage choices\n"),
    ),
    "09-rail-strike": (
        (0, "3 hours ago 118\n\n"),
        (4, "Share Tweet Email Print\n\n"),
        (8, "Understand the Rail Strike\n\nCard 1 of 5\n\n"),
        (-1, "\nRead Entire Article\n"),
    ),
    "12-election": (
        (0, "Skip to content\nSubscribe | Sign in\n\n"),
        (4, "Supporters wait outside the old post office (Example News Pool)\n\n"),
        (8, "Sign up for our morning newsletter\n\n"),
        (-1, "\nRelated articles\nComments (24)\n© Example News. All rights reserved.\n"),
    ),
}

WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*|(?<=[^\W\d_])[’'][^\W\d_]+")
_SENTENCE_START = re.compile(r"(?:^|[.!?]|—)[“”\s]*$|“$")


@dataclass(frozen=True, slots=True)
class GoldEdit:
    """What has to become of ``text[start:end]`` of the damaged article."""

    start: int
    end: int
    after: str
    kind: str


@dataclass(frozen=True, slots=True)
class Sample:
    """A damaged article, the edits that mend it, and the spans that are page furniture."""

    id: str
    text: str
    edits: tuple[GoldEdit, ...] = ()
    furniture: tuple[tuple[int, int], ...] = ()
    made: str = ""

    def to_json(self) -> str:
        """One line of ``gold.jsonl``."""
        record: dict[str, object] = {"id": self.id, "text": self.text}
        record["edits"] = [asdict(edit) for edit in self.edits]
        if self.furniture:
            record["furniture"] = [list(span) for span in self.furniture]
        if self.made:
            record["made"] = self.made
        return json.dumps(record, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Swap:
    """One row of ``swaps.tsv``: in ``article``, ``intended`` became ``observed``, a pair that comes from ``source``."""

    observed: str
    intended: str
    source: str
    article: str


def style_of(article: str) -> str:
    """Which spinner treats an article: odd numbers the thesaurus one, even numbers that of ``issues``.

    >>> style_of("01-council"), style_of("02-football")
    ('thesaurus', 'issues')
    """
    return "thesaurus" if int(article[:2]) % 2 else "issues"


def is_name(text: str, match: re.Match[str]) -> bool:
    """Capitalised inside a sentence, or an initial: spinners leave such words alone."""
    word = match.group()
    if word[0] in "’'" or word.islower():
        return False
    return not _SENTENCE_START.search(text[max(0, match.start() - 3) : match.start()]) or word.isupper()


def normal(word: str) -> str:
    """The form under which a word is looked up: lower case, straight apostrophe."""
    return word.lower().replace("’", "'")


def carry_case(model: str, word: str) -> str:
    """``word`` capitalised where ``model`` is, as spinners do ("At first" → "Astatine first"), with its apostrophe."""
    if model[0] == "’":
        return word.replace("'", "’")
    return word[0].upper() + word[1:] if model[0].isupper() else word


def damage(
    sound: str, changes: Iterable[tuple[int, int, str]], kind: str
) -> tuple[str, tuple[GoldEdit, ...]]:
    """``sound`` with each change (start, end, damaged) made, and the edits that undo them."""
    out: list[str] = []
    edits: list[GoldEdit] = []
    done = length = 0
    for start, end, damaged in changes:
        out += (sound[done:start], damaged)
        length += start - done
        edits.append(GoldEdit(length, length + len(damaged), sound[start:end], kind))
        length += len(damaged)
        done = end
    return "".join((*out, sound[done:])), tuple(edits)


def spin(article: str, sound: str, swaps: Mapping[str, str]) -> Sample:
    """Swap words for what ``swaps`` has for them, at random places, up to the style's share of all words."""
    style = style_of(article)
    rng = random.Random(f"spin {article}")
    words = list(WORD.finditer(sound))
    chances = [(rng.random(), m) for m in words if normal(m.group()) in swaps and not is_name(sound, m)]
    chosen = sorted(chances, key=lambda chance: chance[0])[: round(SPUN_SHARE[style] * len(words))]
    changes = sorted((m.start(), m.end(), carry_case(m.group(), swaps[normal(m.group())])) for _, m in chosen)
    text, edits = damage(sound, changes, "spin")
    return Sample(f"spun/{article}", text, edits, made=style)


def glue(article: str, sound: str) -> Sample:
    """Lose the space between some pairs of words, never twice in a row."""
    rng = random.Random(f"glue {article}")
    pairs = re.finditer(r"(?<!\S)([a-z]+) ([a-z]+)(?![\w’'-])", sound)
    chosen = [m for m in pairs if rng.random() < GLUED_CHANCE]
    text, edits = damage(sound, ((m.start(), m.end(), m.group(1) + m.group(2)) for m in chosen), "spacing")
    return Sample(f"glued/{article}", text, edits)


def misread(text: str) -> str:
    """UTF-8 read as Windows-1252; bytes which that leaves open pass as control characters, as in browsers.

    >>> misread("café")
    'cafÃ©'
    """
    return "".join(
        bytes([byte]).decode("cp1252", errors="ignore") or chr(byte) for byte in text.encode("utf-8")
    )


def garble(article: str, sound: str) -> Sample:
    """Read some paragraphs of an article in the wrong encoding."""
    rng = random.Random(f"garble {article}")
    changes: list[tuple[int, int, str]] = []
    for line in re.finditer(r"[^\n]+", sound):
        if rng.random() < GARBLED_PARAGRAPHS:
            runs = re.compile(r"[^\x00-\x7f]+").finditer(sound, line.start(), line.end())
            changes += ((run.start(), run.end(), misread(run.group())) for run in runs)
    text, edits = damage(sound, changes, "encoding")
    return Sample(f"mojibake/{article}", text, edits)


def furnish(article: str, sound: str) -> Sample:
    """Wrap an article in the furniture of a page; its wording stays as it is."""
    lines = sound.splitlines(keepends=True)
    blocks = {at % (len(lines) + 1): block.format(title=lines[0].strip()) for at, block in FURNITURE[article]}
    text = ""
    spans: list[tuple[int, int]] = []
    for number, line in enumerate([*lines, ""]):
        if block := blocks.get(number):
            spans += ((len(text) + m.start(), len(text) + m.end()) for m in re.finditer(r"[^\n]+", block))
            text += block
        text += line
    return Sample(f"furniture/{article}", text, furniture=tuple(spans))


def round_trip(sound: str, language: str) -> str:
    """Translate to ``language`` and back with Apertium, without its marks for words that it does not know."""
    text = sound
    for direction in (f"eng-{language}", f"{language}-eng"):
        done = subprocess.run(["apertium", direction], input=text, capture_output=True, text=True, check=True)
        text = re.sub(r"[*@#](?=\w)", "", done.stdout)
    return text


def mended(sample: Sample) -> str:
    """The sample's text with its gold edits applied."""
    text = sample.text
    for edit in reversed(sample.edits):
        text = text[: edit.start] + edit.after + text[edit.end :]
    return text


def without_furniture(sample: Sample) -> str:
    """The lines of a furnished article that are the article's own."""
    kept = sample.text
    for start, end in reversed(sample.furniture):
        kept = kept[:start] + kept[end:]
    return kept


def paragraphs(text: str) -> str:
    """The text with single line breaks, none at its ends."""
    return re.sub(r"\n+", "\n", text).strip()


def read_swaps(path: Path) -> list[Swap]:
    """The rows of ``swaps.tsv``."""
    with path.open(encoding="utf-8", newline="") as file:
        return [Swap(**row) for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)]


def read_sound() -> dict[str, str]:
    """The sound articles by name."""
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted((CORPORA / "sound").glob("*.txt"))}


def samples(sound: Mapping[str, str], swaps: Iterable[Swap]) -> Iterator[Sample]:
    """Every sample of ``gold.jsonl``, checked against its sound article."""
    tables: dict[str, dict[str, str]] = {article: {} for article in sound}
    for swap in swaps:
        tables[swap.article][swap.intended] = swap.observed
    made = [Sample(f"sound/{article}", text) for article, text in sound.items()]
    made += [spin(article, text, tables[article]) for article, text in sound.items()]
    made += [glue(article, sound[article]) for article in GLUED]
    made += [garble(article, sound[article]) for article in MOJIBAKE]
    made += [furnish(article, sound[article]) for article in FURNITURE]
    for sample in made:
        original = sound[sample.id.split("/")[1]]
        restored = mended(sample)
        if sample.furniture:
            restored, original = paragraphs(without_furniture(sample)), paragraphs(original)
        if restored != original:
            raise AssertionError(f"{sample.id}: the gold edits do not give the sound article")
        yield sample


def outputs(made: Iterable[Sample]) -> dict[Path, str]:
    """What each file should hold, but for the translations."""
    made = list(made)
    damaged = (sample for sample in made if not sample.id.startswith("sound/"))
    files = {CORPORA / f"{sample.id}.txt": sample.text for sample in damaged}
    sound = (sample for sample in made if sample.id.startswith("sound/"))
    files[SOUND] = "".join(json.dumps({"id": s.id, "text": s.text}, ensure_ascii=False) + "\n" for s in sound)
    files[CORPORA / "gold.jsonl"] = "".join(sample.to_json() + "\n" for sample in made)
    return files


def write(path: Path, text: str) -> None:
    """Write a file with the line ends of ``text``, making its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="")


def translate_all(sound: Mapping[str, str]) -> None:
    """Write the translated articles, or say why the present ones stay."""
    if shutil.which("apertium") is None:
        print("apertium is not installed: corpora/translated stays as it is", file=sys.stderr)
        return
    for article, language in TRANSLATED.items():
        write(CORPORA / "translated" / f"{article}.txt", round_trip(sound[article], language))


def main() -> int:
    """Rebuild or check the files; 1 if the check found a difference."""
    parser = argparse.ArgumentParser(description="Build the damaged sample articles of corpora/.")
    parser.add_argument("--check", action="store_true", help="write nothing, exit 1 if a file would change")
    check: bool = parser.parse_args().check
    sound = read_sound()
    files = outputs(samples(sound, read_swaps(CORPORA / "swaps.tsv")))
    if check:
        present = {path: path.read_bytes() if path.exists() else b"" for path in files}
        stale = [path for path, text in files.items() if present[path] != text.encode()]
        for path in stale:
            print(f"{path.relative_to(ROOT)}: differs; run scripts/make_corpora.py", file=sys.stderr)
        return int(bool(stale))
    for path, text in files.items():
        write(path, text)
    translate_all(sound)
    print(f"{len(files) - 2} articles, gold.jsonl and {SOUND.name} written", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
