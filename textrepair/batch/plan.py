"""Which files does a job read, and what are its outputs called?

An output has its input's name below the folder or glob that was given, with the ending of its own format.  Text files are read
as one list; they become text files of the same names, or records of ``texts.jsonl`` (or another format).
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from textrepair.batch.job import Job, JobError
from textrepair.corpus import storage
from textrepair.corpus.compression import ENDINGS as COMPRESSED
from textrepair.corpus.compression import compression_of
from textrepair.corpus.endings import ENDINGS, ENDINGS_OF, format_of
from textrepair.corpus.formats.outputs import OUTPUTS

#: What an input becomes unless told otherwise, where it can't be written as it was.
_INSTEAD = {"warc": "jsonl", "wet": "jsonl"}
TEXTS = "texts"
RESULTS = "results"
SUMMARY = "summary.json"
REPORT = "report.html"
QUARANTINE = ".quarantine.jsonl"  # behind the output's name


@dataclass(frozen=True)
class Source:
    """One input and its output: ``name`` is the output's without ending, ``ending`` that of the format and its compression."""

    id: int
    key: str
    paths: tuple[str, ...] = field(repr=False)
    form: str
    output: str
    name: str
    ending: str
    state: str
    size: int
    names: tuple[str, ...] = field(default=(), repr=False)

    @property
    def compression(self) -> str:
        return compression_of(self.ending)


def make_plan(inputs: Sequence[str], job: Job) -> list[Source]:
    """The sources of a job, in order.  Raises :class:`~textrepair.batch.job.JobError`."""
    found: list[storage.Found] = []
    for one in inputs:
        if one == "-":
            raise JobError(
                "batch needs files, which it can go on with after an interruption; "
                "for standard input there is `textrepair repair --input-format jsonl -`"
            )
        try:
            here = storage.find(one, ENDINGS)
        except OSError as error:
            raise JobError(f"{one}: {(error.strerror or str(error)).lower()}; check the name") from error
        if not here:
            raise JobError(
                f"{one}: no articles in this folder; it is searched for {' '.join(ENDINGS)} (.gz, .zst)"
            )
        found += here
    found = list({one.path: one for one in found}.values())
    return _Planner(job).plan(found)


class _Planner:
    def __init__(self, job: Job) -> None:
        self._job = job
        self._taken = {name.casefold() for name in (SUMMARY, REPORT)}

    def plan(self, found: Iterable[storage.Found]) -> list[Source]:
        texts: list[storage.Found] = []
        sources: list[Source] = []
        for one in found:
            form = format_of(one.name) if self._job.input_format == "auto" else self._job.input_format
            if form == "text":
                texts.append(one)
            else:
                sources.append(self._source(len(sources), one, form))
        if texts:
            sources.append(self._texts(len(sources), texts))
        return sources

    def _source(self, number: int, one: storage.Found, form: str) -> Source:
        output = self._job.output or _INSTEAD.get(form, form)
        if output == "text":
            raise JobError(f"{one.path}: records can't become text files; choose another --output-format")
        base = self._unique(_without_ending(one.name, form))
        ending = self._ending(output, compression_of(one.path))
        state, size = _state(one.path), storage.size_of(one.path)
        return Source(number, one.path, (one.path,), form, output, base, ending, state, size)

    def _texts(self, number: int, texts: Sequence[storage.Found]) -> Source:
        output = self._job.output or "text"
        digest = hashlib.sha256()
        names = []
        for one in texts:
            plain = one.name.removesuffix(compression_of(one.name)) if output == "text" else one.name
            root, ending = os.path.splitext(plain)
            names.append(self._unique(root, ending) + ending)
            told = f"{one.path}\0{_state(one.path)}\0{names[-1]}\0"
            digest.update(told.encode("utf-8", "surrogateescape"))
        size = sum(storage.size_of(one.path) for one in texts)
        state = f"{len(texts)}:{digest.hexdigest()[:16]}"
        base, ending = (
            (self._results(), ".jsonl")
            if output == "text"
            else (self._unique(TEXTS), self._ending(output, ""))
        )
        paths = tuple(one.path for one in texts)
        return Source(number, "text files", paths, "text", output, base, ending, state, size, tuple(names))

    def _results(self) -> str:
        name = self._unique(RESULTS)
        while f"{name}.jsonl".casefold() in self._taken:  # by a text
            name = self._unique(RESULTS)
        return name

    def _ending(self, output: str, as_input: str) -> str:
        writer = OUTPUTS[output]
        compression = self._job.compression
        packed = as_input if compression is None else {"none": "", "gz": ".gz", "zst": ".zst"}[compression]
        return writer.ending + (packed if writer.compressible else "")

    def _unique(self, base: str, ending: str = "") -> str:
        if base.endswith(".quarantine"):
            base += "-input"  # x.quarantine.jsonl is what is set aside of x
        name, number = base, 1
        while (name + ending).casefold() in self._taken:
            number += 1
            name = f"{base}-{number}"
        self._taken.add((name + ending).casefold())
        return name


def _without_ending(name: str, form: str) -> str:
    root, ending = os.path.splitext(name)
    if ending.lower() in COMPRESSED:
        root, ending = os.path.splitext(root)
    return root if ending.lower() in ENDINGS_OF[form] else root + ending


def _state(path: str) -> str:
    try:
        return storage.state_of(path)
    except OSError as error:
        raise JobError(f"{path}: {(error.strerror or str(error)).lower()}") from error
