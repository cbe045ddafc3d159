"""The ends of the files of clean text, as sound articles to learn from."""

from __future__ import annotations

import lzma
from pathlib import Path

#: Words taken of each file, from its end: enough for some hundred articles of every kind of text.
WORDS = {
    "news_allsides_2012_2020": 700_000,
    "news_bbc_2004_2005": 60_000,
    "news_cnn_star_2020": 100_000,
    "news_dailymail_2020": 250_000,
    "news_felix_2010_2019": 250_000,
    "news_rss_2020_2023": 150_000,
    "gov_whitehouse_2021_2025": 150_000,
    "wiki_2014": 500_000,
}


def clean_ends(data: Path) -> dict[str, list[str]]:
    """The last lines of every file of clean text, by its name."""
    out = {}
    for name, words in WORDS.items():
        with lzma.open(data / "clean" / f"{name}.txt.xz", "rt", encoding="utf-8", newline="\n") as file:
            lines = file.read().rstrip("\n").split("\n")
        first, left = len(lines), words
        while left > 0 and first > 0:
            first -= 1
            left -= len(lines[first].split())
        out[name] = lines[first:]
    return out
