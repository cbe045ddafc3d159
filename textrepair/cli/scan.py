"""``textrepair scan``: which articles are damaged, how, and where?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import click

import textrepair
from textrepair.cli import options as shared
from textrepair.cli import results
from textrepair.cli.suggest import Choice
from textrepair.corpus.articles import Article
from textrepair.detector.base import KINDS
from textrepair.workers import beside

if TYPE_CHECKING:
    from textrepair.detector.base import Diagnosis

# Articles, and characters of them, that are read before the table's first row: their ids decide how wide its first column is.
# Longer ids that follow are shortened.
_READ_AHEAD = 100
_READ_AHEAD_CHARACTERS = 4_000_000


@click.command("scan", short_help="Tell which articles are damaged, and by what.")
@shared.paths
@click.option(
    "--format", "form", type=Choice(["table", "jsonl", "dolma", "redpajama"]), default="table", show_default=True,
    help="A table of probabilities; everything that was found, one JSON object for each article; or the same as attributes "
    "for Dolma or quality signals as RedPajama has them.",
)  # fmt: skip
@results.out
@shared.model
@shared.screening
@shared.reading
@shared.talking
def command(paths: tuple[str, ...], form: str, output: str | None, **options: Any) -> None:
    """Tell for each article how likely it is damaged, and by what.

    The score is the probability that the article is damaged enough to matter; from 0.5 on it is flagged. A dash says that it
    can't be told, as for a text that is too short.
    """
    if output is not None and results.is_folder(output):
        raise click.UsageError("scan writes one file: name it with -o.")
    console = shared.take_console(options)
    reading = shared.take_reading(options)
    repairer = shared.take_repairer(options, paths, reading)
    console.show_progress(data_on_stdout=output is None)
    articles = shared.articles_of(paths, reading, console)
    diagnosed = partial(beside, part=attrgetter("text"), of_many=repairer.diagnose_many)
    done = 0
    with results.open_results(output, results.Form()) as sink:
        if form == "table":
            rows = _table(articles, diagnosed, console.colored(to_file=output not in (None, "-")))
        else:
            rows = _records(form, diagnosed(articles), repairer.model_name)
        for article, row in rows:
            sink.add(article, row)
            console.advance(article.text)
            done += 1
    console.finish(done)


_Diagnosed = Iterator[tuple[Article, "Diagnosis"]]
_Rows = Iterator[tuple[Article, str]]


def _records(form: str, diagnosed: _Diagnosed, model: str) -> _Rows:
    from textrepair.writer.attributes import dolma_record, redpajama_record
    from textrepair.writer.jsonl import dumps, scan_record

    version = textrepair.__version__
    for article, diagnosis in diagnosed:
        if form == "dolma":
            record = dolma_record(article.id, len(article.text), diagnosis)
        elif form == "redpajama":
            record = redpajama_record(article.id, len(article.text), diagnosis, model, version)
        else:
            record = scan_record(article.id, diagnosis, model, version)
        yield article, dumps(record) + "\n"


def _table(
    articles: Iterator[Article], diagnosed: Callable[[Iterable[Article]], _Diagnosed], colored: bool
) -> _Rows:
    from textrepair.writer.table import Table

    ahead = _read_ahead(articles)
    table = Table((article.id for article in ahead), KINDS)
    head = table.head()
    for article, diagnosis in diagnosed(chain(ahead, articles)):
        yield article, head + _coloured(table.row(article.id, diagnosis), diagnosis, colored)
        head = ""


def _read_ahead(articles: Iterator[Article]) -> list[Article]:
    ahead: list[Article] = []
    characters = 0
    for article in articles:
        ahead.append(article)
        characters += len(article.text)
        if len(ahead) == _READ_AHEAD or characters > _READ_AHEAD_CHARACTERS:
            break
    return ahead


def _coloured(row: str, diagnosis: Diagnosis, colored: bool) -> str:
    from textrepair.detector.base import FLAGGED

    flagged = diagnosis.score is not None and diagnosis.score >= FLAGGED
    return click.style(row.removesuffix("\n"), fg="red") + "\n" if colored and flagged else row
