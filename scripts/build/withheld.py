"""Text that the language model has not seen, and the model that has not seen it.

A detector that looks at the fit of the language model must be trained on text that the model wasn't built from: on its own
text the fit is flattered, and sound articles would later look worse than those of the training.  So the ends of all files of
clean text are withheld, and a second language model is estimated from the rest.
"""

from __future__ import annotations

import json
import lzma
from dataclasses import replace
from pathlib import Path

import numpy as np

from build.corpus_ids import Lexicon
from build.kneser_ney import estimate
from build.pack import pack_ngrams
from textrepair.model import Model
from textrepair.model.ngrams import Ngrams
from textrepair.tokens import TokenKind, tokenize

#: Words withheld of each file, from its end.
WITHHELD = {
    "news_allsides_2012_2020": 700_000,
    "news_bbc_2004_2005": 60_000,
    "news_cnn_star_2020": 100_000,
    "news_dailymail_2020": 250_000,
    "news_felix_2010_2019": 250_000,
    "news_rss_2020_2023": 150_000,
    "gov_whitehouse_2021_2025": 150_000,
    "wiki_2014": 500_000,
}


def withheld_lines(data: Path) -> dict[str, list[str]]:
    """The last lines of every file of clean text, by its name."""
    out = {}
    for name, words in WITHHELD.items():
        with lzma.open(data / "clean" / f"{name}.txt.xz", "rt", encoding="utf-8", newline="\n") as file:
            lines = file.read().rstrip("\n").split("\n")
        first, left = len(lines), words
        while left > 0:
            first -= 1
            left -= len(lines[first].split())
        out[name] = lines[first:]
    return out


def _stream_length(lines: list[str]) -> int:
    """How many identifiers these lines have in the stream: no quotes, and two borders a sentence."""
    tokens = tokenize("\n\n".join(lines))
    return sum(kind != TokenKind.QUOTE for kind in tokens.kinds) + 2 * len(tokens.sentences)


def model_without(model: Model, data: Path, work: Path, size: int, lines: dict[str, list[str]]) -> Model:
    """``model`` with n-grams from all clean text but the withheld lines; the vocabulary stays.

    ``work`` holds the stream that building the packaged model left there; what is estimated is kept there too.
    """
    (stream_file,) = work.glob("stream-*.npy")
    (lexicon_file,) = work.glob("lexicon-*.json")
    arrays_file = work / f"lm-withheld-{sum(WITHHELD.values())}-{size}.npz"
    if not arrays_file.exists():
        words = Lexicon(**json.loads(lexicon_file.read_text())).words
        stream = np.load(stream_file, mmap_mode="r")
        files = sorted((data / "clean").glob("*.txt.xz"))
        begin, parts = 0, []
        for path in sorted(files, key=lambda path: -path.stat().st_size):  # the order of the stream
            name = path.name.split(".")[0]
            end = begin + len(np.load(work / f"{name}.npy", mmap_mode="r"))
            parts.append(stream[begin : end - _stream_length(lines[name])])
            begin = end
        orders, _ = estimate(np.concatenate(parts), size)
        np.savez(arrays_file, **pack_ngrams(orders, len(words)))  # type: ignore[arg-type]
    with np.load(arrays_file) as packed:
        return replace(model, ngrams=Ngrams(**packed))
