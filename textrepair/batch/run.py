"""A whole job, from its inputs to its summary; run again after anything that ended it, it goes on."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from textrepair.batch import targets
from textrepair.batch.adapt import SCAN, adapt
from textrepair.batch.engine import Ended, Engine, Struck
from textrepair.batch.job import Job, JobError, Work
from textrepair.batch.join import join
from textrepair.batch.journal import OWN_ID, Journal
from textrepair.batch.plan import REPORT, SUMMARY, Source, make_plan
from textrepair.batch.report import page
from textrepair.batch.summary import JobOutcome, SourceResult
from textrepair.batch.work import Done
from textrepair.corpus import storage
from textrepair.corpus.output import whole_file

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
) -> JobOutcome:
    """Do what is left of a job.

    ``folder`` holds the journal (default: in the output folder, which then has to be on this machine).  What the job has not
    put there itself it neither writes over nor removes, whatever the mode.  Raises
    :class:`~textrepair.batch.job.JobError`, OSError (a full disk) and sqlite3.Error; then, as after SIGKILL, running it again
    goes on with what is left.
    """
    begun = time.monotonic()
    place = folder if folder is not None else _folder(job)
    sources = make_plan(inputs, job)
    there = list(targets.there(sources, job))
    _refuse_inputs(job, sources, there)
    place.mkdir(parents=True, exist_ok=True)
    with _alone(place), closing(Journal(place)) as journal:
        journal.refuse_others(job.out, there, _out_elsewhere(job, place))
        _refuse_inputs(job, sources, journal.owned())
        if update and job.adapt and journal.get("adapted") is not None:
            raise JobError(
                "--update can't be used with --adapt, since new input would change the model; use --restart"
            )
        if restart:
            _clear(place, journal)
        sources = journal.begin(job.identity(), sources, update)
        _remove_orphans(job, journal)
        work = job.work
        if job.adapt:
            if journal.get("adapted") is None:
                _run_pass(SCAN, journal, sources, engine, replace(work, scan=True), job, watch)
            work = adapt(journal, sources, work, job.adapt, watch.say)
        records = _run_pass(REPAIR, journal, sources, engine, work, job, watch)
        outcome = JobOutcome(
            job.identity(),
            [_result(journal, source) for source in sources],
            work.model_name,
            time.monotonic() - begun,
            records,
            workers,
        )
        _write_summary(journal, job, outcome)
        return outcome


def _folder(job: Job) -> Path:
    if storage.is_remote(job.out):
        raise JobError(f"{job.out} is not on this machine: name a folder here for the journal with --journal")
    if Path(job.out).exists() and not Path(job.out).is_dir():
        raise JobError(f"{job.out}: is a file; name a folder with -o")
    return Path(job.out, FOLDER)


def _refuse_inputs(job: Job, sources: Sequence[Source], names: Iterable[str]) -> None:
    """Never write over what is being read, nor remove it."""
    read = {storage.identity_of(path) for source in sources for path in source.paths}
    for name in names:
        target = storage.joined(job.out, name)
        identity = storage.identity_of(target)
        if identity is not None and identity in read:
            raise JobError(f"{target}: is an input file; choose another folder with -o")


def _out_elsewhere(job: Job, place: Path) -> str | None:
    """Where the outputs are, if not around the journal."""
    if storage.is_remote(job.out):
        return job.out
    out = Path(job.out).resolve()
    return None if place.resolve().parent == out else str(out)


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


def _clear(place: Path, journal: Journal) -> None:
    """Forget a job, so that all it has put out can be removed and no shard of it stays beside the new ones."""
    journal.reset()
    shutil.rmtree(place / "joined", ignore_errors=True)
    (place / "adapted.model").unlink(missing_ok=True)


def _remove_orphans(job: Job, journal: Journal) -> None:
    """Outputs of inputs that are gone, before anything new is put in their places."""
    orphans = journal.orphans()
    for name in orphans:
        storage.remove(storage.joined(job.out, name))
    journal.disown(orphans)


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
    placed = join(journal, source, numbers, job, journal.error(REPAIR, source.id))
    for name in journal.owned(source.id).difference(placed.names):
        storage.remove(storage.joined(job.out, name))  # what the input, as it is now, doesn't fill any more
    journal.finish(source.id, placed.outputs, placed.names)


def _result(journal: Journal, source: Source) -> SourceResult:
    return SourceResult(
        source, journal.tally(REPAIR, source.id), journal.outputs(source.id), journal.error(REPAIR, source.id)
    )


def _write_summary(journal: Journal, job: Job, outcome: JobOutcome) -> None:
    journal.claim(job.out, OWN_ID, targets.OWN)
    for name, text in (
        (SUMMARY, json.dumps(outcome.as_dict(), indent=1, ensure_ascii=False)),
        (REPORT, page(outcome)),
    ):
        beside = journal.folder / name
        with whole_file(beside) as file:
            file.write(text.encode("utf-8", "replace") + b"\n")
        storage.publish(beside, storage.joined(job.out, name))
