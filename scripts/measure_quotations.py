"""How many quotations, verses and jokes are told as spun? ``python scripts/measure_quotations.py DIR``.

``DIR`` holds the files of Debian's ``fortunes`` and ``fortunes-min`` (``/usr/share/games/fortunes``): sound English of many
hands and ages, far from the press text that the model is of.  Looked at are quotations of 60 words and more, and shorter ones
joined to 300.  Without ``platitudes``, which are proverbs in swapped words.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

from build.splits import interval

from textrepair.repair import load

LONG, JOINED, MOST = 60, 300, 150
LEFT_OUT = ("platitudes",)


def texts(path: Path) -> Iterator[tuple[str, str]]:
    """(alone or joined, text), at most so many of each."""
    raw = path.read_text(encoding="utf-8", errors="replace")
    quotations = [re.sub(r"\n(?=\S)", " ", each.strip()) for each in raw.split("\n%\n")]
    yield from (("alone", each) for each in [q for q in quotations if len(q.split()) >= LONG][:MOST])
    joined, made = "", 0
    for each in quotations:
        joined += each + "\n\n"
        if len(joined.split()) >= JOINED and made < MOST:
            yield "joined", joined
            joined, made = "", made + 1


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    repairer = load()
    told: dict[str, list[bool]] = {"alone": [], "joined": []}
    for path in sorted(parser.parse_args().folder.iterdir()):
        if path.suffix or path.is_symlink() or path.name in LEFT_OUT:
            continue
        for kind, text in texts(path):
            probability = repairer.diagnose(text).damage["spin"].probability
            if probability is not None:
                told[kind].append(probability >= 0.5)
    for kind, flagged in told.items():
        print(f"{kind}: {interval(sum(flagged), len(flagged))} told as spun")


if __name__ == "__main__":
    main()
