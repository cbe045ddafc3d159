"""Parts become files: written in the job's folder, and put in their places when all of a source is there."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from textrepair.batch import targets
from textrepair.batch.job import Job
from textrepair.batch.journal import Journal
from textrepair.batch.plan import Source
from textrepair.corpus import storage
from textrepair.corpus.compression import compression_of
from textrepair.corpus.formats.outputs import OUTPUTS, as_json
from textrepair.corpus.output import encode, whole_file


@dataclass(frozen=True, slots=True)
class Placed:
    """What was put in its place: ``outputs`` with sizes and hashes; ``names`` below the output folder, cleaned texts too."""

    outputs: list[dict[str, Any]]
    names: list[str]


def join(journal: Journal, source: Source, numbers: list[int], job: Job, error: str | None) -> Placed:
    """Make and place a source's outputs and its quarantine, if it has one.

    Done again after an interruption, it makes the same files under the same names.  Raises JobError where another's file has
    come to such a place.
    """
    folder = journal.folder / "joined"
    folder.mkdir(exist_ok=True)
    for left in folder.iterdir():
        left.unlink()
    parts = [journal.part("repair", source.id, number) for number in numbers]
    placer = _Placer(journal, source, job.out)
    if source.output == "text":
        _join_texts(parts, source, job, placer)
    else:
        shards = _Shards(folder, source.ending)
        OUTPUTS[source.output].join(parts, shards.next, job.shard_size)
        paths = shards.finish()
        placer.place({targets.output_name(source, job, number): path for number, path in enumerate(paths)})
    _join_quarantine(journal, source, numbers, error, placer)
    return placer.placed


class _Placer:
    """Puts finished files in their places, and remembers them."""

    def __init__(self, journal: Journal, source: Source, out: str) -> None:
        self.folder = journal.folder / "joined"
        self.placed = Placed([], [])
        self._journal = journal
        self._source = source.id
        self._out = out

    def claim(self, names: Sequence[str]) -> None:
        """These names are the source's from now on."""
        self._journal.claim(self._out, self._source, names)

    def place(self, files: Mapping[str, Path]) -> None:
        """Outputs by their names."""
        self.claim(list(files))
        for name, path in files.items():
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            target = storage.joined(self._out, name)
            size = path.stat().st_size
            storage.publish(path, target)
            self.placed.outputs.append({"path": target, "bytes": size, "sha256": digest})
            self.placed.names.append(name)

    def place_text(self, data: bytes, name: str) -> None:
        """A cleaned text whose name is claimed already."""
        path = self.folder / f"text{compression_of(name)}"
        with whole_file(path) as file:
            file.write(data)
        storage.publish(path, storage.joined(self._out, name))
        self.placed.names.append(name)


class _Shards:
    """Files one after the other, compressed as their ending says."""

    def __init__(self, folder: Path, ending: str) -> None:
        self._folder = folder
        self._compression = compression_of(ending)
        self._paths: list[Path] = []
        self._open = ExitStack()

    def next(self) -> BinaryIO:
        self._open.close()
        path = self._folder / f"{len(self._paths)}{self._compression}"
        self._paths.append(path)
        return self._open.enter_context(whole_file(path))

    def finish(self) -> list[Path]:
        self._open.close()
        return self._paths


def _join_texts(parts: list[Path], source: Source, job: Job, placer: _Placer) -> None:
    """Each text in its own file; the results, which no text file can hold, in ``results.jsonl``."""
    placer.claim(
        targets.text_names(source)
    )  # all at once: a transaction for each would take longer than the text
    shards = _Shards(placer.folder, source.ending)
    results = shards.next()
    for part in parts:
        with part.open("rb") as file:
            for line in file:
                record = json.loads(line)
                placer.place_text(encode(record["text"]), source.names[record["index"]])
                results.write(as_json(record["results"]).encode("utf-8") + b"\n")
    (path,) = shards.finish()
    placer.place({targets.output_name(source, job): path})


def _join_quarantine(
    journal: Journal, source: Source, numbers: list[int], error: str | None, placer: _Placer
) -> None:
    bad = [path for number in numbers if (path := journal.bad_part("repair", source.id, number)).exists()]
    if not bad and error is None:
        return
    shards = _Shards(placer.folder, ".jsonl")
    stream = shards.next()
    for path in bad:
        stream.write(path.read_bytes())
    if error is not None:
        told = {"source": source.key, "place": None, "reason": f"{error}; what came before was read"}
        stream.write(as_json(told).encode("utf-8") + b"\n")
    (path,) = shards.finish()
    placer.place({targets.quarantine_name(source): path})
