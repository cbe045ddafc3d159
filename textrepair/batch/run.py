"""A whole job, from its inputs to its summary; run again after anything that ended it, it goes on."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from textrepair.batch.adapt import SCAN, adapt
from textrepair.batch.engine import Ended, Engine, Struck
from textrepair.batch.job import Job, JobError, Work
from textrepair.batch.join import join
from textrepair.batch.journal import Journal
from textrepair.batch.plan import REPORT, SUMMARY, Source, make_plan
from textrepair.batch.report import page
from textrepair.batch.summary import Outcome, SourceResult
from textrepair.batch.work import Done
from textrepair.corpus import storage
from textrepair.corpus.output import is_same_file, whole_file

#: The folder beside the outputs that holds the journal and what isn't finished.
FOLDER = ".textrepair"
REPAIR = "repair"


class Watch(Protocol):
    """Is told what happens, to show it."""

    def begin(self, title: str, sources: Sequence[Source], records_before: int) -> None: ...
    def done(self, source: Source, done: Done) -> None: ...
    def struck(self, source: Source, struck: Struck) -> None: ...
    def finished(self, source: Source) -> None: ...
    def say(self, message: str) -> None: ...


def run(
    job: Job,
    inputs: Sequence[str],
    engine: Engine,
    watch: Watch,
    *,
    folder: Path | None = None,
    restart: bool = False,
    update: bool = False,
    workers: int = 1,
) -> Outcome:
    """Do what is left of a job.

    ``folder`` holds the journal (default: in the output folder, which then has to be on this machine).  Raises
    :class:`~textrepair.batch.job.JobError`, OSError (a full disk) and sqlite3.Error; then, as after SIGKILL, running it again
    goes on with what is left.
    """
    begun = time.monotonic()
    place = folder if folder is not None else _folder(job)
    sources = make_plan(inputs, job)
    _refuse_inputs(job, sources)
    place.mkdir(parents=True, exist_ok=True)
    with _alone(place):
        if restart:
            _clear(place)
        else:
            _refuse_others(job, place, sources)
        with closing(Journal(place)) as journal:
            sources = journal.begin(job.identity(), sources, update)
            if update and job.adapt and journal.get("adapted") is not None:
                raise JobError(
                    "--update can't be used with --adapt, since new input would change the model; use --restart"
                )
            work = job.work
            if job.adapt:
                if journal.get("adapted") is None:
                    _run_pass(SCAN, journal, sources, engine, replace(work, scan=True), job, watch)
                work = adapt(journal, sources, work, job.adapt, watch.say)
            records = _run_pass(REPAIR, journal, sources, engine, work, job, watch)
            outcome = Outcome(
                job.identity(),
                [_result(journal, source) for source in sources],
                work.model_name,
                time.monotonic() - begun,
                records,
                workers,
            )
            _write_summary(place, job, outcome)
            return outcome


def _folder(job: Job) -> Path:
    if storage.is_remote(job.out):
        raise JobError(f"{job.out} is not on this machine: name a folder here for the journal with --journal")
    return Path(job.out, FOLDER)


def _refuse_inputs(job: Job, sources: Sequence[Source]) -> None:
    """Never write over what is being read."""
    for source in sources:
        targets = [source.name + source.ending] if source.output != "text" else source.names
        for path, name in zip(source.paths, targets, strict=False):
            target = storage.joined(job.out, name)
            if target == path or is_same_file(path, target):
                raise JobError(f"{target}: is an input file; choose another folder with -o")


def _refuse_others(job: Job, place: Path, sources: Sequence[Source]) -> None:
    """Never write over what another job, or a person, has put there."""
    if (place / "journal.sqlite").exists():
        return
    for source in sources:
        names = [source.name + source.ending, *(source.names if source.output == "text" else ())]
        there = (storage.joined(job.out, name) for name in names)
        if (target := next(filter(storage.exists, there), None)) is not None:
            raise JobError(
                f"{target} is there already, and not from this job; choose another folder with -o, or use --restart"
            )


@contextmanager
def _alone(place: Path) -> Iterator[None]:
    """One run at a time in a folder.  The lock ends with the process, however that ends."""
    if os.name == "nt":
        yield
        return
    import fcntl

    with (place / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise JobError(f"another run is at work in {place.parent}; wait for it, or end it") from None
        yield


def _clear(place: Path) -> None:
    """Forget a job and what it has put out, so that no shard of it stays beside the new ones."""
    if (place / "journal.sqlite").exists():
        with closing(Journal(place)) as journal:
            for path in journal.all_outputs():
                storage.remove(path)
    for name in ("parts", "joined"):
        shutil.rmtree(place / name, ignore_errors=True)
    for name in ("journal.sqlite", "journal.sqlite-journal", "adapted.model"):
        (place / name).unlink(missing_ok=True)


def _run_pass(
    kind: str, journal: Journal, sources: Sequence[Source], engine: Engine, work: Work, job: Job, watch: Watch
) -> int:
    """Do what is left of one pass over all sources; gives the number of records that this took."""
    by_id = {source.id: source for source in sources}
    waiting = {s.id for s in sources if kind == SCAN or journal.outputs(s.id) is None}
    before = sum(journal.tally(kind, source.id).counts["records"] for source in sources)
    watch.begin("looking for spun articles" if kind == SCAN else "repairing", sources, before)
    records = 0

    def settle(number: int) -> None:
        """Join a source if all of it is there."""
        numbers = journal.batches(kind, number)
        if numbers is not None and number in waiting:
            waiting.discard(number)
            if kind == REPAIR:
                _finish(journal, by_id[number], numbers, job)
            watch.finished(by_id[number])

    for source in sources:
        settle(source.id)
    todos = [journal.todo(kind, s) for s in sources if s.id in waiting]
    for output in sorted({todo.source.output for todo in todos}):
        chosen = [todo for todo in todos if todo.source.output == output]
        with closing(engine.run(chosen, replace(work, output=output), job.limits)) as events:
            for event in events:
                source = by_id[event.source]
                if isinstance(event, Done):
                    journal.store(kind, event)
                    records += event.tally["counts"].get("records", 0)
                    watch.done(source, event)
                elif isinstance(event, Struck):
                    journal.strike(kind, event)
                    watch.struck(source, event)
                elif isinstance(event, Ended):
                    journal.end(kind, event)
                settle(event.source)
    return records


def _finish(journal: Journal, source: Source, numbers: list[int], job: Job) -> None:
    if source.form != "text" and storage.state_of(source.paths[0]) != source.state:
        raise JobError(f"{source.key} was changed while it was read; run the command again with --update")
    outputs = join(journal, source, numbers, job, journal.error(REPAIR, source.id))
    for path in set(journal.stale(source.id)) - {one["path"] for one in outputs}:
        storage.remove(path)  # a shard that the input, as it is now, doesn't fill any more
    journal.finish(source.id, outputs)


def _result(journal: Journal, source: Source) -> SourceResult:
    return SourceResult(
        source, journal.tally(REPAIR, source.id), journal.outputs(source.id), journal.error(REPAIR, source.id)
    )


def _write_summary(place: Path, job: Job, outcome: Outcome) -> None:
    for name, text in (
        (SUMMARY, json.dumps(outcome.as_dict(), indent=1, ensure_ascii=False)),
        (REPORT, page(outcome)),
    ):
        beside = place / name
        with whole_file(beside) as file:
            file.write(text.encode("utf-8", "replace") + b"\n")
        storage.publish(beside, storage.joined(job.out, name))
