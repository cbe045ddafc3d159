"""How fast is a scan of records on one core, against what a crawler would run otherwise?

The same sound texts in one run, the best round of each, as in :mod:`benchmarks.speed`:

floor        ``sum(map(known.__contains__, text.split()))``, texts in memory
ftfy         ``fix_text``, texts in memory
datatrove    the filters Gopher quality, Gopher repetition, C4 and FineWeb quality one after the other on documents in memory,
             all of them for every document, with their defaults (words by spaCy's rules for English, as datatrove has it)
scan         ``Repairer.diagnose_many``, texts in memory
one by one   ``Repairer.diagnose``, texts in memory
scan JSONL   everything that ``textrepair scan --format jsonl`` does from a file of records to a file of records
... --quick  both with ``--quick``

``memory`` runs the program over growing files and tells the peak of its resident set.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from operator import attrgetter
from pathlib import Path

import ftfy
import wordfreq

import textrepair
from benchmarks.long_files import run_program
from benchmarks.speed import compare
from textrepair.corpus.articles import read_articles
from textrepair.repair import QUICK, Repairer
from textrepair.workers import beside
from textrepair.writer.jsonl import dumps, scan_record

Work = Callable[[Sequence[str]], object]


def measure_scanning(repairer: Repairer, texts: Sequence[str]) -> dict[str, dict[str, float]]:
    """Words a second by contender, and its ratio to the floor, to ftfy and to datatrove (where it is installed)."""
    quick = replace(repairer, depth=QUICK)
    known = set(wordfreq.get_frequency_dict("en"))
    with tempfile.TemporaryDirectory() as folder:
        records, out = Path(folder, "in.jsonl"), Path(folder, "out.jsonl")
        write_records(records, texts, 1)
        contenders: dict[str, Work] = {
            "floor": lambda some: [sum(map(known.__contains__, text.split())) for text in some],
            "ftfy": lambda some: [ftfy.fix_text(text) for text in some],
            "scan": lambda some: list(repairer.diagnose_many(some)),
            "scan JSONL": lambda some: _scan_file(repairer, records, out),
            "scan --quick": lambda some: list(quick.diagnose_many(some)),
            "scan JSONL --quick": lambda some: _scan_file(quick, records, out),
            "one by one": lambda some: [repairer.diagnose(text) for text in some],
        }
        filters = _datatrove()
        if filters:
            contenders["datatrove"] = filters
        rates = compare(contenders, texts)
    base = {name: rates[name] for name in ("floor", "ftfy", "datatrove") if name in rates}
    return {
        name: {"words_per_s": rate} | {f"to_{other}": rate / base[other] for other in base}
        for name, rate in rates.items()
    }


def _scan_file(repairer: Repairer, records: Path, out: Path) -> None:
    with out.open("w", encoding="utf-8") as file:
        for article, diagnosis in beside(
            read_articles([records]), attrgetter("text"), repairer.diagnose_many
        ):
            file.write(
                dumps(scan_record(article.id, diagnosis, repairer.model_name, textrepair.__version__)) + "\n"
            )


def write_records(path: Path, texts: Sequence[str], size: int) -> int:
    """Write the texts as records, over and over until the file has at least this size; their words."""
    words = written = number = 0
    with path.open("w", encoding="utf-8") as file:
        while written < size or number < len(texts):
            text = texts[number % len(texts)]
            written += file.write(json.dumps({"id": f"{number}", "text": text}, ensure_ascii=False) + "\n")
            words += len(text.split())
            number += 1
    return words


def _datatrove() -> Work | None:
    """Each filter's verdict on every document, also on those that an earlier one rejects; None without datatrove."""
    try:
        from datatrove.data import Document
        from datatrove.pipeline.filters import (
            C4QualityFilter,
            FineWebQualityFilter,
            GopherQualityFilter,
            GopherRepetitionFilter,
        )
    except ImportError:
        return None
    filters = (GopherQualityFilter(), GopherRepetitionFilter(), C4QualityFilter(), FineWebQualityFilter())

    def run(texts: Sequence[str]) -> None:
        for number, text in enumerate(texts):
            document = Document(text=text, id=str(number))
            for one in filters:
                one.filter(document)
                document.text = text  # C4 takes lines out

    return run


def measure_memory(
    texts: Sequence[str], model: str | None, sizes: Sequence[int]
) -> dict[str, dict[str, float]]:
    """Seconds, words a second and peak memory in MB of ``scan --format jsonl`` over files of records of so many bytes."""
    results: dict[str, dict[str, float]] = {}
    if not hasattr(os, "wait4"):
        return results
    with tempfile.TemporaryDirectory() as folder:
        for size in sizes:
            records = Path(folder, "in.jsonl")
            words = write_records(records, texts, size)
            options = ["--model", model] if model else []
            seconds, peak = run_program(["scan", "--format", "jsonl", str(records), *options])
            results[f"scan, {size / 1e6:g} MB of records"] = {
                "seconds": seconds, "words_per_s": words / seconds, "peak_mb": peak / 1e6,
            }  # fmt: skip
    return results
