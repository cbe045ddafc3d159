"""Build the packaged model: ``python scripts/build_model.py`` (eight minutes on two cores, 12 GB of memory).

Reads ``--data`` (the folders ``clean/`` and ``spun/``), ``--seeds`` (the annotated article), ``--wordnet`` (the database
files of WordNet 3.0, Debian's ``wordnet-base``) and ``--thesaurus`` (Moby's, ``words.txt`` of npm's package ``moby``; without it
that of the packaged model is taken), writes one model file.  Intermediate arrays go to ``--work`` and are reused by
the next build from the same text, so that ``--without`` variants for measuring cost only the channel.  Needs the extra
``textrepair[build]``.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import time
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from build.channel import ORIGINS, build_channel, unknown_logps
from build.corpus_ids import Lexicon, choose_vocabulary, index_files, token_stream
from build.kneser_ney import ORDER, estimate
from build.pack import pack_ngrams
from build.passages import (
    ARTICLE,
    FAMILIES,
    TORTURED,
    Forms,
    annotated_article,
    read_passages,
    tortured_phrases,
)
from build.prior import Prior
from build.thesaurus import listed_swaps, of_vocabulary
from build.wordnet import WordNet

from textrepair.model.channel import Channel
from textrepair.model.families import SwapCounts, count_swaps, with_family
from textrepair.model.model import Model, load_model, packaged_path, save_model
from textrepair.model.ngrams import Ngrams
from textrepair.model.vocabulary import Vocabulary

GOLD = Path(__file__).parents[1] / "tests" / "gold" / "article_001.json"
#: Words of the language model; with the compounds of the channel they have to fit 16 bits.
WORDS = 60_000
#: Bytes of the packed n-grams.
LM_BYTES = 38_000_000


@dataclass(frozen=True)
class LanguageModelShape:
    """How large a language model is: bytes of its packed n-grams, their highest order, words; and the share of every clean
    file that it is estimated from, from the beginning on (words are chosen from all)."""

    size: int = LM_BYTES
    order: int = ORDER
    words: int = WORDS
    kept: float = 1.0

    @property
    def key(self) -> str:
        """In file names."""
        parts = [
            ("", self.size, None),
            ("o", self.order, ORDER),
            ("w", self.words, WORDS),
            ("k", self.kept, 1.0),
        ]
        return "-".join(f"{letter}{value}" for letter, value, usual in parts if value != usual)


@dataclass
class LanguageModelBuild:
    """The lexicon, the packed arrays, and what the README tells of them."""

    lexicon: Lexicon
    arrays: dict[str, np.ndarray]
    report: dict[str, object]


def _hash(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def build_language_model(
    data: Path, work: Path, shape: LanguageModelShape = LanguageModelShape()
) -> LanguageModelBuild:
    """Count, estimate and pack; the second call with the same text and shape loads what the first left in ``work``."""
    files = sorted((data / "clean").glob("*.txt.xz"))
    if not files:
        raise SystemExit(f"error: no clean/*.txt.xz under {data}; name the data's folder with --data")
    key = hashlib.sha256("".join(f"{f.name}{f.stat().st_size}" for f in files).encode()).hexdigest()[:12]
    text = LanguageModelShape(words=shape.words, kept=shape.kept).key.removeprefix(str(LM_BYTES))
    lexicon_file, stream_file = work / f"lexicon-{key}{text}.json", work / f"stream-{key}{text}.npy"
    arrays_file, report_file = work / f"lm-{key}-{shape.key}.npz", work / f"lm-{key}-{shape.key}.json"
    work.mkdir(parents=True, exist_ok=True)
    if not stream_file.exists():
        names = _indexed(files, work, key)
        chosen = choose_vocabulary(work, names, shape.words)
        lexicon_file.write_text(json.dumps(vars(chosen)))
        np.save(stream_file, token_stream(work, names, chosen.words, shape.kept))
    stored = json.loads(lexicon_file.read_text())
    lexicon = Lexicon(**stored | {"counts": Counter(stored["counts"])})
    if not report_file.exists():
        stream = np.load(stream_file)
        _say(f"estimating from {len(stream):,} tokens")
        orders, report = estimate(stream, shape.size, shape.order)
        np.savez(arrays_file, **pack_ngrams(orders, len(lexicon.words)))  # type: ignore[arg-type]
        report_file.write_text(json.dumps(report | {"tokens": len(stream)}))
    with np.load(arrays_file) as packed:
        return LanguageModelBuild(lexicon, dict(packed), json.loads(report_file.read_text()))


def _indexed(files: list[Path], work: Path, key: str) -> list[str]:
    """The names of the tokenised files in ``work``, which are written unless those of the same text are there."""
    marker = work / "indexed.json"
    if marker.exists():
        indexed, names = json.loads(marker.read_text())
        if indexed == key:
            return list(names)
    _say("tokenising clean text")
    marker.unlink(missing_ok=True)
    names = index_files(files, work)
    marker.write_text(json.dumps([key, names]))
    return names


def build(
    data: Path,
    seeds: Path,
    wordnet: Path,
    work: Path,
    out: Path,
    without: Collection[str] = (),
    shape: LanguageModelShape = LanguageModelShape(),
    thesaurus: Path | None = None,
) -> Model:
    """Build a model without some sources: a family (``issues``) or one article of it (``issues03``).

    The thesaurus is Moby's, in that file, or that of the packaged model: it depends on no other source.
    """
    lm = build_language_model(data, work, shape)
    words = lm.lexicon.words
    families = known_spinners(data, seeds, without)
    _say("channel")
    prior = fitted_prior(wordnet, families)
    channel = build_channel(prior, words, lm.lexicon.capital, lm.lexicon.counts)
    unknown = unknown_logps(channel.words, lm.lexicon.counts, set(words))
    every = [*words, *channel.words]
    vocabulary = Vocabulary(
        words=every,
        lm_size=len(words),
        capital=np.array([round(255 * lm.lexicon.capital.get(word, 0.0)) for word in every], dtype=np.uint8),
        unknown_logp=np.array([0.0] * len(words) + unknown, dtype=np.float32),
        usual=[lm.lexicon.usual.get(word, "") for word in words],
    )
    if thesaurus:
        frequency = np.exp(lm.arrays["uni_logp"].astype(np.float64))
        listed = listed_swaps(thesaurus, vocabulary, frequency, lm.lexicon.capital)
        source = {"moby/words.txt": _hash(thesaurus)}
    else:
        packaged = load_model()
        listed = packaged.channel.thesaurus
        if listed is not None:
            listed = of_vocabulary(listed, packaged.vocabulary, vocabulary)
        source = {k: v for k, v in packaged.header["built_from"].items() if k.startswith("moby/")}
    header: dict[str, Any] = {
        "name": "en-1",
        "language": "en",
        "relation_weights": {k: round(v, 5) for k, v in prior.weights.items()},
        "ngrams": lm.report,
        "without": sorted(without),
        "built_from": _sources(data, wordnet, without) | source,
    }
    model = Model(
        out, header, vocabulary, Ngrams(**lm.arrays), Channel(channel.entries, ("prior",), ORIGINS, listed)
    )
    for family in families:
        model = with_family(model, family)
    model = save_model(model, out)
    _say(f"{out}: {out.stat().st_size / 1e6:.1f} MB")
    return model


def fitted_prior(wordnet: Path, families: Iterable[SwapCounts]) -> Prior:
    """WordNet's relations weighed by what these spinners do to single words."""
    prior = Prior(WordNet(wordnet))
    prior.fit(
        {("_".join(o), i[0]): n for (o, i), n in family.swaps.items() if len(i) == 1} for family in families
    )
    return prior


def known_spinners(data: Path, seeds: Path, without: Collection[str]) -> list[SwapCounts]:
    """What is known of each spinner, counted."""
    found: dict[str, list[Forms]] = {}
    for name in FAMILIES:
        passages = read_passages(data, name, lambda article: article not in without)
        found[name] = [(passage.damaged.forms, passage.reference.forms) for passage in passages]
    found[ARTICLE] = annotated_article(next(seeds.glob("001_*.txt")), GOLD)
    found[TORTURED] = tortured_phrases(data)
    counted = [count_swaps(name, pairs) for name, pairs in found.items() if pairs and name not in without]
    for counts in counted:
        if counts.name == TORTURED:
            whole = {(tuple(a), tuple(b)): 1.0 for a, b in found[TORTURED] if 1 < len(b) <= 3 and a != b}
            counts.swaps = {**whole, **counts.swaps}
    return counted


def _sources(data: Path, wordnet: Path, without: Collection[str]) -> dict[str, str]:
    files = [*sorted((data / "clean").glob("*.txt.xz"))]
    files += [data / "spun" / f"{name}_pairs.tsv" for name in FAMILIES if name not in without]
    files += [data / "spun" / "tortured_phrases.tsv"] * (TORTURED not in without) + [GOLD] * (
        ARTICLE not in without
    )
    hashes = {f"{f.parent.name}/{f.name}": _hash(f) for f in files}
    return hashes | {f"wordnet/{f.name}": _hash(f) for f in sorted(wordnet.glob("data.*"))}


def _say(message: str) -> None:
    print(time.strftime("%H:%M:%S"), message, file=sys.stderr, flush=True)


def add_sources(parser: argparse.ArgumentParser) -> None:
    """The options that say where texts lie and where intermediate files go."""
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--seeds", type=Path, default=Path("../shared/seeds"))
    parser.add_argument("--wordnet", type=Path, default=Path("/usr/share/wordnet"))
    parser.add_argument("--work", type=Path, default=Path("build/model"))


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_sources(parser)
    parser.add_argument("--out", type=Path, default=packaged_path())
    parser.add_argument(
        "--without", action="append", default=[], metavar="SOURCE", help="a family, or an article of one"
    )
    parser.add_argument(
        "--thesaurus", type=Path, metavar="FILE", help="Moby's; default: the packaged model's"
    )
    parser.add_argument("--lm-bytes", type=int, default=LM_BYTES, help="bytes of the packed n-grams")
    parser.add_argument("--order", type=int, choices=(2, 3, 4), default=ORDER, help="longest n-grams")
    parser.add_argument("--words", type=int, default=WORDS, help="words of the language model")
    options = parser.parse_args()
    model = build(
        options.data,
        options.seeds,
        options.wordnet,
        options.work,
        options.out,
        options.without,
        LanguageModelShape(options.lm_bytes, options.order, options.words),
        options.thesaurus,
    )
    told = ("name", "version", "ngrams", "relation_weights", "without")
    print(json.dumps({key: model.header[key] for key in told}, indent=1))


if __name__ == "__main__":
    main()
