"""``textrepair batch``: repair whole corpora, and go on where an earlier run stopped."""

from __future__ import annotations

import os
import re
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from textrepair.cli import options as shared
from textrepair.cli.console import Console, Failure
from textrepair.cli.suggest import Choice, Number

if TYPE_CHECKING:
    from textrepair.batch.engine import Engine
    from textrepair.batch.job import Job
    from textrepair.batch.summary import JobOutcome

_UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}


def _size(ctx: click.Context, param: click.Parameter, value: str | None) -> int | None:
    """Bytes, as ``500M``."""
    if value is None:
        return None
    match = re.fullmatch(r"(\d+)\s*([KMGT]?)B?", value.strip(), re.IGNORECASE)
    if not match or not int(match[1]):
        raise click.BadParameter(f"{value!r} is no size; give bytes, or for example 500M or 2G.")
    return int(match[1]) * _UNITS[match[2].upper()]


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@click.command("batch", short_help="Repair whole corpora; resume where it stopped.")
@click.argument("inputs", metavar="INPUT...", nargs=-1, required=True)
@click.option(
    "-o", "--output", "out", metavar="OUTDIR", required=True,
    help="Folder for the outputs, the summary and the journal; with --journal also a URL.",
)  # fmt: skip
@click.option(
    "--workers", metavar="N", type=click.IntRange(1), default=None,
    help="Processes (with ray: actors); default: one for each processor.",
)  # fmt: skip
@click.option(
    "--engine", type=Choice(["local", "ray"]), default="local", show_default=True,
    help="Who does the work: processes here, or Ray (textrepair[ray]); the outputs are the same.",
)  # fmt: skip
@click.option(
    "--input-format", type=Choice(["auto", "text", "jsonl", "csv", "tsv", "parquet", "warc", "wet"]), default="auto",
    show_default=True, help="What the files hold; auto goes by their endings.",
)  # fmt: skip
@click.option(
    "--output-format", type=Choice(["same", "jsonl", "csv", "tsv", "parquet"]), default="same", show_default=True,
    help="What to write; same: as each input, WARC and WET as JSONL.",
)  # fmt: skip
@click.option(
    "--compress", type=Choice(["same", "none", "gz", "zst"]), default="same", show_default=True,
    help="How to compress the outputs; Parquet is compressed in itself.",
)  # fmt: skip
@click.option(
    "--shard-size", metavar="SIZE", callback=_size,
    help="Begin a new output file when one has this many bytes before compression, e.g. 500M.",
)  # fmt: skip
@click.option(
    "--text-field", default="text", show_default=True, metavar="NAME", help="Field that holds the text."
)
@click.option("--id-field", default="id", show_default=True, metavar="NAME", help="Field that holds the id.")
@click.option(
    "--results-field",
    default="textrepair",
    show_default=True,
    metavar="NAME",
    help="Field for what was found and done.",
)
@click.option(
    "--clean-field",
    metavar="NAME",
    help="Put the cleaned text into this field, and leave the text's own as it is.",
)
@shared.adapting
@click.option(
    "--record-seconds", metavar="S", type=Number(0, min_open=True), default=60.0, show_default=True,
    help="Set a record aside that takes more processor time than this.",
)  # fmt: skip
@click.option(
    "--batch-records", metavar="N", type=click.IntRange(1), default=256, show_default=True,
    help="Records that are done, and noted as done, together (1 MB at most).",
)  # fmt: skip
@click.option(
    "--journal", metavar="DIR", type=click.Path(file_okay=False), help="Keep the journal in this folder."
)
@click.option("--restart", is_flag=True, help="Forget what an earlier run has done, and replace its outputs.")
@click.option(
    "--update", is_flag=True, help="Do inputs that have changed or are new; remove outputs of those gone."
)
@click.option("--dry-run", is_flag=True, help="List inputs and outputs, try a few records; write nothing.")
@shared.model
@shared.neural
@shared.closeness
@shared.deciding
@shared.talking
def command(inputs: tuple[str, ...], dry_run: bool, restart: bool, update: bool, **options: Any) -> None:
    """Repair corpora: JSONL, CSV, TSV, Parquet, WARC, WET and text files, also .gz and .zst; files, folders, globs, URLs.

    Every field of a record is kept, and what was found and done is added under one. Killed at any moment, the same command
    goes on where it was. Records that can't be read or done are set aside in NAME.quarantine.jsonl.
    """
    from textrepair.batch.job import JobError
    from textrepair.batch.run import run
    from textrepair.cli.progress import Progress
    from textrepair.extras import MissingExtra

    if restart and update:
        raise click.UsageError(
            "--restart does everything anew, --update only what has changed: give one of them."
        )
    console = shared.take_console(options)
    workers = options.pop("workers") or _processors()
    engine_name, folder = options.pop("engine"), options.pop("journal")
    job = _take_job(options)
    try:
        if dry_run:
            from textrepair.cli.batch_preview import preview

            preview(inputs, job, workers)
            return
        engine: Engine = _engine(engine_name, workers)
        with Progress(console) as watch:
            outcome = run(
                job, inputs, engine, watch, folder=Path(folder) if folder else None,
                restart=restart, update=update, workers=workers,
            )  # fmt: skip
    except (JobError, MissingExtra) as error:
        raise Failure(str(error)) from error
    except (OSError, sqlite3.Error) as error:
        raise Failure(_interrupted(error)) from error
    except KeyboardInterrupt:
        click.echo("nothing is lost: the same command goes on where this one was", err=True)
        raise
    _tell(outcome, job, console)


def _interrupted(error: Exception) -> str:
    what = str(error)
    if isinstance(error, OSError):
        what = f"{error.filename}: {error.strerror}" if error.filename else error.strerror or str(error)
    return f"INCOMPLETE: stopped ({what}); what is done is kept: mend that, and run the same command again"


def _take_job(options: dict[str, Any]) -> Job:
    from textrepair.batch.job import Job, Work
    from textrepair.corpus.formats import Limits
    from textrepair.writer.schema import Schema

    settings = shared.take_settings(options)
    try:
        schema = Schema(options["text_field"], options["results_field"], options["clean_field"])
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    model = options["model_path"]
    work = Work(
        schema, options["id_field"], settings, str(Path(model).resolve()) if model else None,
        shared.load_model(model, options["neural"]).name, seconds=options["record_seconds"], depth=options["depth"],
        neural=options["neural"],
    )  # fmt: skip
    return Job(
        work,
        options["out"],
        Limits(options["batch_records"]),
        options["input_format"],
        None if options["output_format"] == "same" else options["output_format"],
        None if options["compress"] == "same" else options["compress"],
        options["shard_size"],
        options["adapt_articles"] if options["adapt"] else 0,
    )


def _engine(name: str, workers: int) -> Engine:
    if name == "ray":
        from textrepair.integrations.ray import RayEngine

        return RayEngine(workers)
    from textrepair.batch.crew import Crew

    return Crew(workers)


def _tell(outcome: JobOutcome, job: Job, console: Console) -> None:
    from textrepair.batch.summary import table

    if not console.quiet:
        for line in table(outcome):
            click.echo(line)
        click.echo(f"{job.out}: outputs, summary.json, report.html", err=True)
    if not outcome.complete:
        console.error(f"INCOMPLETE: {'; '.join(outcome.shortcomings())}")
        click.get_current_context().exit(1)
