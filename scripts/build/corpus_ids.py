"""Clean text → one array of token identifiers a file, and the counts from which the vocabulary is chosen.

Every surface form (with its kind) gets a provisional number; the arrays are mapped to the vocabulary's identifiers once that
is known, so that text is tokenised only once.
"""

from __future__ import annotations

import lzma
import pickle
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from textrepair.model.vocabulary import (
    BEGIN,
    END,
    SPECIALS,
    normal_form,
    number_shape,
    shape_class,
)
from textrepair.tokens import TokenKind, tokenize

_LINES_A_BLOCK = 20_000
#: Provisional numbers 0 and 1 are the sentence borders.
_FIRST = 2

Surface = tuple[str, int]


def _blocks(path: Path) -> Iterator[str]:
    lines: list[str] = []
    with lzma.open(path, "rt", encoding="utf-8", newline="\n") as file:
        for line in file:
            lines.append(line.rstrip("\r\n"))
            if len(lines) == _LINES_A_BLOCK:
                yield "\n\n".join(lines)
                lines = []
    yield "\n\n".join(lines)


def _index_file(path: Path, work: Path) -> str:
    """Tokenise one file; leaves ``NAME.npy`` (provisional numbers) and ``NAME.forms`` (the forms by number) in ``work``."""
    numbers: dict[Surface, int] = {}
    initial: Counter[int] = Counter()
    chunks = []
    for block in _blocks(path):
        tokens = tokenize(block)
        flat = np.empty(len(tokens) + 2 * len(tokens.sentences), dtype=np.int32)
        at = 0
        texts, kinds = tokens.texts, tokens.kinds
        for begin, end in tokens.sentences:
            flat[at] = BEGIN
            at += 1
            first = True
            for i in range(begin, end):
                if kinds[i] == TokenKind.QUOTE:
                    continue
                number = numbers.setdefault((texts[i], kinds[i]), len(numbers) + _FIRST)
                flat[at] = number
                at += 1
                if first:
                    initial[number] += 1
                    first = False
            flat[at] = END
            at += 1
        chunks.append(flat[:at])
    name = path.name.split(".")[0]
    np.save(work / f"{name}.npy", np.concatenate(chunks))
    with open(work / f"{name}.forms", "wb") as file:  # scratch between two steps of one build, never packaged
        pickle.dump((list(numbers), initial), file)
    return name


def index_files(paths: list[Path], work: Path, workers: int = 2) -> list[str]:
    """Tokenise all files, largest first, and return their names."""
    paths = sorted(paths, key=lambda path: -path.stat().st_size)
    with ProcessPoolExecutor(workers) as pool:
        return list(pool.map(_index_file, paths, [work] * len(paths)))


def _load(work: Path, name: str) -> tuple[np.ndarray, list[Surface], Counter[int]]:
    with open(work / f"{name}.forms", "rb") as file:
        forms, initial = pickle.load(file)
    return np.load(work / f"{name}.npy", mmap_mode="r"), forms, initial


@dataclass
class Lexicon:
    """The language model's words by identifier, counts of all normal forms, the share of each form's uses inside a sentence
    that begin with a capital, and how a form is mostly written there where that isn't the form itself."""

    words: list[str]
    counts: Counter[str]
    capital: dict[str, float]
    usual: dict[str, str]


def choose_vocabulary(work: Path, names: list[str], size: int) -> Lexicon:
    """The ``size`` most frequent normal forms and what is known of the writing of all."""
    counts: Counter[str] = Counter()
    inside: Counter[str] = Counter()
    capitals: Counter[str] = Counter()
    shapes: Counter[str] = Counter()
    written: dict[str, Counter[str]] = defaultdict(Counter)
    for name in names:
        numbers, forms, initial = _load(work, name)
        occurrences = np.bincount(numbers, minlength=len(forms) + _FIRST)
        for number, (text, kind) in enumerate(forms, _FIRST):
            form = normal_form(text, kind)
            count = int(occurrences[number])
            counts[form] += count
            if kind == TokenKind.NUMBER:
                shapes[number_shape(form)] += count
            if kind in (TokenKind.WORD, TokenKind.ABBREVIATION):
                count -= initial[number]
                inside[form] += count
                if text != form:
                    written[form][text.replace("’", "'")] += count
                if text[0].isupper():
                    capitals[form] += count
    usual = {}
    for form, writings in written.items():
        text, count = max(writings.items(), key=lambda item: (item[1], item[0]))
        if 2 * count > inside[form]:
            usual[form] = text
    share = {form: capitals[form] / inside[form] for form in capitals if inside[form]}
    frequent = counts.copy()
    frequent.update(dict.fromkeys(shapes, 0))
    for shape, count in shapes.items():
        frequent[shape] = max(frequent[shape], count)
    for special in SPECIALS:
        frequent.pop(special, None)
    ranked = sorted(frequent.items(), key=lambda item: (-item[1], item[0]))
    words = [*SPECIALS, *(form for form, _ in ranked[: size - len(SPECIALS)])]
    return Lexicon(words, counts, share, usual)


def token_stream(work: Path, names: list[str], words: list[str], kept: float = 1.0) -> np.ndarray:
    """All text, or so much of the beginning of each file, as one uint16 array of language-model identifiers, sentence borders
    included."""
    index = {word: i for i, word in enumerate(words)}
    parts = []
    for name in names:
        numbers, forms, _ = _load(work, name)
        mapping = np.empty(len(forms) + _FIRST, dtype=np.uint16)
        mapping[BEGIN], mapping[END] = BEGIN, END
        for number, (text, kind) in enumerate(forms, _FIRST):
            form = normal_form(text, kind)
            found = index.get(form)
            if found is None and kind == TokenKind.NUMBER:
                found = index.get(number_shape(form))
            mapping[number] = shape_class(text, kind) if found is None else found
        part = mapping[numbers]
        parts.append(
            part if kept == 1.0 else part[: np.flatnonzero(part[: int(kept * len(part))] == END)[-1] + 1]
        )
    return np.concatenate(parts)
