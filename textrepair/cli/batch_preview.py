"""``textrepair batch --dry-run``: what would be read and written, and how long it would take, from a few records."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

import click

from textrepair.batch.engine import Ended, Todo, tasks
from textrepair.batch.job import Job
from textrepair.batch.plan import Source, make_plan
from textrepair.batch.tally import Tally
from textrepair.batch.work import Task, perform
from textrepair.corpus.formats import Limits
from textrepair.writer.base import printable

_SAMPLED = 10  # inputs, spread over all of them
_RECORDS = 10  # of each


def preview(inputs: Sequence[str], job: Job, workers: int) -> None:
    """Print the plan and an estimate."""
    sources = make_plan(inputs, job)
    for source in sources[:50]:
        click.echo(
            f"{printable(source.key)} ({source.form}, {source.size:,} bytes) → {printable(source.name)}{source.ending}"
        )
    if len(sources) > 50:
        click.echo(f"… and {len(sources) - 50:,} more")
    every = max(1, len(sources) // _SAMPLED)
    tally, seconds = _try([sources[i] for i in range(0, len(sources), every)][:_SAMPLED], job)
    counts = tally.counts
    total = sum(source.size for source in sources)
    click.echo(f"{len(sources):,} inputs, {total:,} bytes; nothing is written")
    if counts["records"]:
        click.echo(
            f"of the first {counts['records']} records {counts['flagged']} are flagged, {counts['changed']} would change, "
            f"{counts['quarantined']} would be set aside; "
            f"{counts['words'] / max(seconds, 1e-9):,.0f} words/s with each of {workers} workers"
        )


def _try(sources: Sequence[Source], job: Job) -> tuple[Tally, float]:
    tally = Tally()
    work = replace(job.work, scan=True)
    repairer = job.work.repairer()
    repairer.repair("A first repair compiles, which is not to be timed.")
    begun = time.perf_counter()
    for source in sources:
        for item in tasks([Todo(source)], Limits(_RECORDS)):
            if isinstance(item, Task):
                tally.merge(Tally.from_dict(perform(item, work, repairer).tally))
            elif isinstance(item, Ended) and item.error:
                click.echo(f"{printable(source.key)}: {item.error}", err=True)
            break
    return tally, time.perf_counter() - begun
