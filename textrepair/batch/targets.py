"""Which files does a job write?  One answer for who refuses to write over something, who writes, and who removes.

All are named below the output folder, with ``/`` between folders.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from textrepair.batch.job import Job
from textrepair.batch.plan import QUARANTINE, REPORT, SUMMARY, Source
from textrepair.corpus import storage

#: What the job itself writes.
OWN = (SUMMARY, REPORT)
_SHARD = re.compile(r"(?s)(.+)-\d{5,}(\..+)")


def is_sharded(source: Source, job: Job) -> bool:
    """Is the output cut into an unknown number of files?  What text files become is not."""
    return job.shard_size is not None and source.output != "text"


def output_name(source: Source, job: Job, number: int = 0) -> str:
    """The source's records or, of text files, their results; with shards the one of that number."""
    infix = f"-{number:05}" if is_sharded(source, job) else ""
    return f"{source.name}{infix}{source.ending}"


def text_names(source: Source) -> tuple[str, ...]:
    """Cleaned text files, in the order of their inputs."""
    return source.names if source.output == "text" else ()


def quarantine_name(source: Source) -> str:
    """What is set aside."""
    return source.name + QUARANTINE


def there(sources: Sequence[Source], job: Job) -> Iterator[str]:
    """Everything in the output folder that has the name of a target, whoever put it there; of shards those of any number."""
    for name in OWN:
        if storage.exists(storage.joined(job.out, name)):
            yield name
    sharded: dict[str, set[str]] = {}  # by the folder that they lie in
    for source in sources:
        names = [*text_names(source), quarantine_name(source)]
        if is_sharded(source, job):
            folder, _, name = source.name.rpartition("/")
            sharded.setdefault(folder, set()).add(name + source.ending)
        else:
            names.append(output_name(source, job))
        for name in names:
            if storage.exists(storage.joined(job.out, name)):
                yield name
    for folder, wanted in sharded.items():
        for name in storage.names_in(storage.joined(job.out, folder) if folder else job.out):
            match = _SHARD.fullmatch(name)
            if match and match[1] + match[2] in wanted:
                yield f"{folder}/{name}" if folder else name
