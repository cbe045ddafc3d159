"""Parts become files: written in the job's folder, and put in their places when all of a source is there."""

from __future__ import annotations

import hashlib
import json
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO

from textrepair.batch.job import Job
from textrepair.batch.journal import Journal
from textrepair.batch.plan import QUARANTINE, Source
from textrepair.corpus import storage
from textrepair.corpus.compression import compression_of
from textrepair.corpus.formats.outputs import OUTPUTS, as_json
from textrepair.corpus.output import encode, whole_file


def join(
    journal: Journal, source: Source, numbers: list[int], job: Job, error: str | None
) -> list[dict[str, Any]]:
    """Make and place a source's outputs and its quarantine, if it has one.  Gives their names, sizes and hashes.

    Done again after an interruption, it makes the same files under the same names.
    """
    folder = journal.folder / "joined"
    folder.mkdir(exist_ok=True)
    for left in folder.iterdir():
        left.unlink()
    parts = [journal.part("repair", source.id, number) for number in numbers]
    placer = _Placer(folder, job.out)
    if source.output == "text":
        _join_texts(parts, source, placer)
    else:
        shards = _Shards(folder, source.ending)
        OUTPUTS[source.output].join(parts, shards.next, job.shard_size)
        for number, path in enumerate(shards.finish()):
            infix = "" if job.shard_size is None else f"-{number:05}"
            placer.place(path, f"{source.name}{infix}{source.ending}")
    _join_quarantine(journal, source, numbers, error, placer)
    return placer.placed


class _Placer:
    """Puts finished files in their places, and remembers them."""

    def __init__(self, folder: Path, out: str) -> None:
        self.folder = folder
        self.placed: list[dict[str, Any]] = []
        self._out = out

    def place(self, path: Path, name: str) -> None:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        target = storage.joined(self._out, name)
        size = path.stat().st_size
        storage.publish(path, target)
        self.placed.append({"path": target, "bytes": size, "sha256": digest})

    def place_text(self, data: bytes, name: str) -> None:
        path = self.folder / f"text{compression_of(name)}"
        with whole_file(path) as file:
            file.write(data)
        storage.publish(path, storage.joined(self._out, name))


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


def _join_texts(parts: list[Path], source: Source, placer: _Placer) -> None:
    """Each text in its own file; the results, which no text file can hold, in ``results.jsonl``."""
    shards = _Shards(placer.folder, source.ending)
    results = shards.next()
    for part in parts:
        with part.open("rb") as file:
            for line in file:
                record = json.loads(line)
                placer.place_text(encode(record["text"]), source.names[record["index"]])
                results.write(as_json(record["results"]).encode("utf-8") + b"\n")
    for path in shards.finish():
        placer.place(path, f"{source.name}{source.ending}")


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
    for path in shards.finish():
        placer.place(path, source.name + QUARANTINE)
