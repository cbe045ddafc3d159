"""``textrepair repair``: put the words back, and show what was changed."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import click

from textrepair.cli import options as shared
from textrepair.cli import references as shared_references
from textrepair.cli import results
from textrepair.cli.console import Console
from textrepair.cli.suggest import Choice
from textrepair.corpus.articles import STDIN, Article, Unreadable
from textrepair.patch import Edit
from textrepair.rendering import for_writer
from textrepair.workers import beside
from textrepair.writer import COLOURED, FORMATS, Writer
from textrepair.writer.base import printable

if TYPE_CHECKING:
    from textrepair.reference.index import ReferenceIndex
    from textrepair.repair import Repair, Repairer, Settings


@click.command("repair", short_help="Put the words back; show the changes.")
@shared.paths
@click.option(
    "--format", "form", type=Choice(list(FORMATS)), default="text", show_default=True,
    help="The cleaned text, or the text with its changes shown.",
)  # fmt: skip
@results.out
@click.option("--in-place", is_flag=True, help="Write the cleaned text over each text file that has changes.")
@click.option("--dry-run", is_flag=True, help="Tell how many changes there would be; write nothing.")
@shared_references.option
@shared.model
@shared.deciding
@shared.adapting
@shared.screening
@shared.reading
@shared.talking
def command(
    paths: tuple[str, ...], form: str, output: str | None, in_place: bool, dry_run: bool, **options: Any
) -> None:
    """Repair articles: print the cleaned text, or the text with its changes shown.

    Several articles as text are separated as head does it: ==> name <==.
    """
    _check(paths, form, output, in_place)
    console = shared.take_console(options)
    reading = shared.take_reading(options)
    settings = shared.take_settings(options)
    if STDIN in paths and STDIN in options["reference_paths"]:
        raise click.UsageError("- can be the article or the reference, not both.")
    repairer = shared.take_repairer(options, paths, reading)
    if options["adapt"]:
        articles = shared.first_reading("--adapt", paths, reading)
        repairer = _adapted(repairer, articles, options["adapt_articles"], console)
    references = shared_references.take_references(options, reading, console)
    articles = shared.articles_of(paths, reading, console)
    # What comes through a pipe goes on as soon as it can.
    repairs = _repair(articles, repairer, settings, references, console, one_by_one=STDIN in paths)
    console.show_progress(data_on_stdout=output is None and not in_place)
    if dry_run:
        done = _tell(repairs)
    elif in_place:
        done = _write_in_place(repairs, console)
    else:
        done = _write(repairs, form, output, repairer.model_name, console)
    console.finish(done)


def _check(paths: tuple[str, ...], form: str, output: str | None, in_place: bool) -> None:
    if in_place and (output is not None or form != "text"):
        raise click.UsageError(
            "--in-place writes cleaned text over the input; it goes with neither -o nor another --format."
        )
    if in_place and STDIN in paths:
        raise click.UsageError("--in-place needs files; standard input has no place.")
    if form == "jsonl" and output is not None and results.is_folder(output):
        raise click.UsageError("--format jsonl goes into one file: -o OUT.jsonl (also .gz, .zst).")


def _adapted(repairer: Repairer, articles: Iterable[Article], most: int, console: Console) -> Repairer:
    """The repairer with what the spun ones of the articles, at most so many, teach; as it was where they teach nothing."""
    from textrepair.detector.base import FLAGGED
    from textrepair.learning import LearningError, adapt, spread

    def spun() -> Iterator[tuple[str, str]]:
        for article in articles:
            if (repairer.diagnose(article.text).damage["spin"].probability or 0.0) >= FLAGGED:
                yield article.id, article.text
            console.advance(article.text)

    console.note("--adapt: looking for articles that look spun")
    console.show_progress(data_on_stdout=False)
    chosen = spread(spun(), most)
    console.hide_progress()
    console.note(f"--adapt: learning from {len(chosen)} articles that look spun")
    try:
        model = adapt(repairer.model, chosen, console.note)
    except LearningError as error:
        console.note(f"--adapt: {error}; going on with {repairer.model_name}")
        return repairer
    console.note(f"--adapt: repairing with {model.name}")
    return replace(repairer, model=model)


_Repaired = tuple[Article, "Repair"]


def _repair(
    articles: Iterable[Article],
    repairer: Repairer,
    settings: Settings,
    references: ReferenceIndex | None,
    console: Console,
    one_by_one: bool,
) -> Iterator[_Repaired]:
    """Each article with its repair, several at a time, which is quicker, or ``one_by_one``."""
    if references is None and not one_by_one:
        many = partial(repairer.repair_many, settings=settings)
        repaired: Iterator[_Repaired] = beside(articles, part=attrgetter("text"), of_many=many)
    else:
        repaired = ((each, repairer.repair(each.text, settings, references)) for each in articles)
    for article, repair in repaired:
        console.detail(f"{article.id}: {_summary(repair)}")
        yield article, repair
        console.advance(article.text)


def _write(repairs: Iterator[_Repaired], form: str, output: str | None, model: str, console: Console) -> int:
    writer = writer_of(form, console, to_file=output not in (None, "-"))
    if form == "diff":
        repairs = _each_file_once(repairs, console)
    several, repairs = results.peek(repairs)
    surroundings = results.Form(
        ending="" if form == "text" else writer.suffix,
        head=writer.head(),
        foot=writer.foot(),
        titled=several and writer.titled,
    )
    done = 0
    with results.open_results(output, surroundings) as sink:
        for article, repair in repairs:
            sink.add(article, writer.article(for_writer(article, repair, form, model)))
            done += 1
    return done


def _each_file_once(repairs: Iterable[_Repaired], console: Console) -> Iterator[_Repaired]:
    """Without the repairs of files that came before under another name, as of a link: the diff would change them twice."""
    names: dict[str, str] = {}
    for article, repair in repairs:
        if article.record is None and repair.patch.edits:
            file = os.path.realpath(article.source_path)
            if file in names:
                console.note(
                    f"{article.source_path}: the same file as {names[file]}, whose changes the diff has"
                )
                continue
            names[file] = article.source_path
        yield article, repair


def _write_in_place(repairs: Iterator[_Repaired], console: Console) -> int:
    done = 0
    for article, repair in repairs:
        if article.record is not None:
            what = "records are not repaired in place"
            console.error(
                Unreadable(article.source_path, article.line, what, "write them to a new file with -o")
            )
            continue
        if repair.patch.edits:
            others = os.stat(article.source_path).st_nlink - 1
            results.write_whole(article.source_path, "\ufeff" * article.bom + repair.text)
            if others > 0:  # writing through to them could leave half a file, for all of them
                names = (
                    "another name (hard link) of it keeps"
                    if others == 1
                    else f"{others} other names (hard links) of it keep"
                )
                console.note(f"{article.source_path}: repaired under this name only; {names} the old text")
        done += 1
    return done


def _tell(repairs: Iterator[_Repaired]) -> int:
    done = 0
    for article, repair in repairs:
        click.echo(f"{printable(article.id)}: {_summary(repair)}")
        done += 1
    return done


def _summary(repair: Repair) -> str:
    """``3 changes (spin 2, spacing 1), 4 more proposed``."""
    edits = repair.patch.edits
    text = "1 change" if len(edits) == 1 else f"{len(edits)} changes"
    if edits:
        text += f" ({_by_kind(edits)})"
    if repair.proposals:
        text += f", {len(repair.proposals)} more proposed"
    if repair.references:
        text += f"; {repair.covered:.0%} of its words are in {', '.join(repair.references)}"
    return text


def _by_kind(edits: tuple[Edit, ...]) -> str:
    return ", ".join(
        f"{kind or 'other'} {count}" for kind, count in Counter(edit.kind for edit in edits).most_common()
    )


def writer_of(form: str, console: Console, to_file: bool) -> Writer:
    """The format's writer.  Text in colour is no longer the cleaned text alone, so it has to be asked for."""
    if console.colored(to_file) and (form != "text" or console.always_colored):
        return COLOURED.get(form, FORMATS[form])
    return FORMATS[form]
