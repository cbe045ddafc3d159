"""Articles to learn translation from: machine-translated ones from four kinds of engine, and sound ones beside them.

Positive material is never an article that somebody found on the web, since none is at hand: it is made up of

* sentences of one language pair of MLQE-PE (``et ne ro ru si``, neural, mostly encyclopedia), shuffled, since they are from
  all over; detokenised first, or a detector learns the tokeniser;
* one news document as one of ten systems of WMT 2023 translated it (Chinese; neural, online, language models), the marks removed;
* sound text that Apertium took to another language and back (rule-based; spa cat glg epo).

:func:`more_samples` are for fitting alone: other draws of the first and third, and three more ways through Apertium.

Each has an ``engine`` (what is left out as a whole in testing), a ``family`` (mlqe, wmt, apertium) and a ``domain`` (what kind
of text).
"""

from __future__ import annotations

import pickle
import random
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from build.clean_ends import clean_ends

MLQE = ("et", "ne", "ro", "ru", "si")
#: Pairs of Apertium: there and back.
APERTIUM = {
    "spa": ("eng-spa", "spa-eng"),
    "cat": ("eng-cat", "cat-eng"),
    "glg": ("en-gl", "gl-en"),
    "epo": ("en-eo", "eo-en"),
}
#: Other ways there and back, two of them by way of a third language; their names hold all languages on the way.
MORE_APERTIUM = {
    "hbs": ("eng-hbs", "hbs-eng"),
    "cat-fra": ("eng-cat", "cat-fra", "fra-cat", "cat-eng"),
    "cat-spa": ("eng-cat", "cat-spa", "spa-eng"),
}
#: Words an article has, drawn evenly on a logarithmic scale.
SHORTEST, LONGEST = 100, 900


@dataclass(frozen=True, slots=True)
class Sample:
    """One article for training or testing; ``group`` is what must not be on both sides of a split."""

    text: str
    translated: bool
    family: str
    engine: str
    domain: str
    group: str


def detokenised(text: str) -> str:
    r"""A sentence of the MLQE files as it would be printed.

    >>> detokenised("He said , \" I don 't ( really ) know . \"")
    'He said, "I don\\'t (really) know."'
    """
    text = re.sub(r"\s*@-@\s*", "-", text)
    text = text.replace("&quot;", '"').replace("&apos;", "'").replace("&amp;", "&").replace("&#39;", "'")
    text = re.sub(r"(\w) '(s|t|re|ve|ll|d|m)\b", r"\1'\2", text)
    text = re.sub(r"(\w) n't\b", r"\1n't", text)
    text = re.sub(r" ([,.;:?!%)\]}]|\.\.\.)", r"\1", text)
    text = re.sub(r"([(\[{$£€]) ", r"\1", text)
    text = re.sub(r"(\d) (st|nd|rd|th)\b", r"\1\2", text)
    for mark in ('"', "'"):
        text = re.sub(rf"(?<!\S){mark} ([^{mark}]*?) {mark}(?=[\s.,;:?!)]|$)", rf"{mark}\1{mark}", text)
    return text


def mlqe_sentences(data: Path, language: str) -> Iterator[tuple[str, str, float]]:
    """Machine translation, human post-edit and HTER of each sentence."""
    with open(data / "translation" / f"{language}_en.tsv", encoding="utf-8", newline="\n") as file:
        for line in file:
            machine, human, rate = line.rstrip("\n").split("\t")
            yield detokenised(machine), detokenised(human), float(rate)


def wmt_documents(data: Path) -> dict[tuple[str, str], list[str]]:
    """The sentences of each document by each system, in order; those that the raters marked nothing in are not in the file."""
    found: dict[tuple[str, str], dict[int, str]] = defaultdict(dict)
    with open(data / "translation" / "mqm_zh_en_spans.tsv", encoding="utf-8", newline="\n") as file:
        for line in file:
            text, _, _, system, segment = line.rstrip("\n").split("\t")
            document, _, number = segment.partition(":zh-en:")
            found[system, document][int(number)] = re.sub(r"</?v>", "", text)
    return {key: [sentences[n] for n in sorted(sentences)] for key, sentences in found.items()}


def round_trip(lines: Sequence[str], pair: str) -> list[str]:
    """Lines to another language and back through Apertium; lines on which it fails stay as they are."""
    out = []
    for at in range(0, len(lines), _BATCH):
        batch = list(lines[at : at + _BATCH])
        for mode in (APERTIUM | MORE_APERTIUM)[pair]:
            batch = _through(batch, mode)
        out += batch
    return [re.sub(r"[*@#](?=\w)", "", line) for line in out]


#: Lines in one call of Apertium, since starting it takes as long as some thousand words.
_BATCH = 100


def _through(lines: list[str], mode: str) -> list[str]:
    """Lines through one translator.  A translator crashes on some lines: they are found by halving."""
    done = subprocess.run(
        ["apertium", "-u", mode], input="\n\n".join(lines), capture_output=True, text=True, check=False
    )
    out = done.stdout.rstrip("\n").split("\n\n")
    if done.returncode == 0 and len(out) == len(lines):
        return [line.strip() for line in out]
    if len(lines) == 1:
        return lines
    half = len(lines) // 2
    return _through(lines[:half], mode) + _through(lines[half:], mode)


def _lengths(rng: random.Random) -> Iterator[int]:
    while True:
        yield round(SHORTEST * (LONGEST / SHORTEST) ** rng.random())


def cut(lines: Sequence[str], rng: random.Random) -> list[list[str]]:
    """Neighbouring lines as articles of many lengths."""
    out: list[list[str]] = []
    lengths = _lengths(rng)
    wanted, has, now = next(lengths), 0, []
    for line in lines:
        now.append(line)
        has += len(line.split())
        if has >= wanted:
            out.append(now)
            wanted, has, now = next(lengths), 0, []
    return out


def sound_samples(lines: dict[str, list[str]], seed: int = 1) -> list[list[str]]:
    """Articles of withheld text: ``[domain, line, line ...]``."""
    rng = random.Random(seed)
    out = []
    for domain in sorted(lines):
        own = list(lines[domain])
        if domain in ("wiki_2014", "news_rss_2020_2023"):
            rng.shuffle(own)  # as shuffled as the sentences of MLQE
        out += [[domain, *article] for article in cut(own, rng)]
    return out


#: Articles of each kind of sound text, each language, and each pair of Apertium; of WMT all.
PER_DOMAIN, PER_LANGUAGE, PER_PAIR = 260, 110, 60
#: Of each way through Apertium in :func:`more_samples`.
MORE_PER_PAIR = 170


def samples(data: Path, lines: dict[str, list[str]], seed: int = 1) -> list[Sample]:
    """All articles, at most so many of each kind."""
    rng = random.Random(seed)
    sound = sound_samples(lines, seed)
    out = []
    for domain in sorted(lines):
        own = [n for n, article in enumerate(sound) if article[0] == domain]
        out += [
            Sample("\n\n".join(sound[n][1:]), False, "sound", "none", domain, f"sound-{n}")
            for n in rng.sample(own, min(PER_DOMAIN, len(own)))
        ]
    for language in MLQE:
        out += _mlqe(data, language, rng, language, PER_LANGUAGE)
    for (system, document), article in wmt_documents(data).items():
        out.append(Sample("\n\n".join(article), True, "wmt", system, "news", f"wmt-{document}"))
    with ThreadPoolExecutor(2) as pool:
        for some in pool.map(lambda pair: _apertium(sound, pair, seed), APERTIUM):
            out += some
    return out


def more_samples(data: Path, lines: dict[str, list[str]], seed: int = 1) -> list[Sample]:
    """Translated articles beside :func:`samples`, to fit on and not to measure on: all sentences of MLQE in another order, other
    articles through Apertium's pairs, and others by more ways."""
    rng = random.Random(f"{seed}more")
    sound = sound_samples(lines, seed)
    out = []
    for language in MLQE:
        out += _mlqe(data, language, rng, f"{language}-more")
    with ThreadPoolExecutor(2) as pool:
        ways = (*APERTIUM, *MORE_APERTIUM)
        for some in pool.map(lambda pair: _apertium(sound, pair, f"{seed}more", MORE_PER_PAIR), ways):
            out += some
    return out


def kept_samples(data: Path, work: Path) -> list[Sample]:
    """:func:`samples`, made once and then kept in a work folder."""
    return _kept(samples, data, work / "translated.pickle")


def kept_more_samples(data: Path, work: Path) -> list[Sample]:
    """The same of :func:`more_samples`."""
    return _kept(more_samples, data, work / "translated_more.pickle")


def _kept(
    make: Callable[[Path, dict[str, list[str]]], list[Sample]], data: Path, stored: Path
) -> list[Sample]:
    """What is stored (scratch between two calls, never packaged), or else made and stored."""
    if stored.exists():
        found: list[Sample] = pickle.loads(stored.read_bytes())
        return found
    print("making translated articles", file=sys.stderr)
    made = make(data, clean_ends(data))
    stored.parent.mkdir(parents=True, exist_ok=True)
    stored.write_bytes(pickle.dumps(made))
    return made


def _mlqe(
    data: Path, language: str, rng: random.Random, group: str, count: int | None = None
) -> list[Sample]:
    """The sentences of a language as articles, at most so many."""
    sentences = [machine for machine, _, _ in mlqe_sentences(data, language)]
    rng.shuffle(sentences)
    articles = enumerate(cut(sentences, rng)[:count])
    return [
        Sample(_paragraphs(article, rng), True, "mlqe", language, "wiki_2014", f"{group}-{n}")
        for n, article in articles
    ]


def _paragraphs(sentences: Sequence[str], rng: random.Random) -> str:
    """Sentences in paragraphs of one to four."""
    out, at = [], 0
    while at < len(sentences):
        size = rng.randint(1, 4)
        out.append(" ".join(sentences[at : at + size]))
        at += size
    return "\n\n".join(out)


def _apertium(sound: list[list[str]], pair: str, seed: int | str, count: int = PER_PAIR) -> list[Sample]:
    """Sound articles through one pair.  Up to two thirds of the lines stay sound, or these would be far too easy to tell."""
    rng = random.Random(f"{seed}{pair}")
    chosen = rng.sample(range(len(sound)), count)
    back = iter(round_trip([line for n in chosen for line in sound[n][1:]], pair))
    out = []
    for n in chosen:
        domain, *lines = sound[n]
        mixed = [next(back) for _ in lines]
        for at in rng.sample(range(len(lines)), int(rng.uniform(0.0, 2.0 / 3.0) * len(lines))):
            mixed[at] = lines[at]
        out.append(Sample("\n\n".join(mixed), True, "apertium", pair, domain, f"sound-{n}"))
    return out
