"""``textrepair apply`` and ``textrepair revert``: from annotated articles to the text after, or before."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import click

from textrepair.cli import options as shared
from textrepair.cli import results
from textrepair.cli.console import Console
from textrepair.cli.suggest import Choice
from textrepair.corpus.articles import Article, InputFormat, ReadOptions, Unreadable, read_articles
from textrepair.patch import Patch, PatchError
from textrepair.writer.jsonl import Contradiction, read_record

#: As what the files of each --input-format are read.
_HELD: dict[str, InputFormat] = {"auto": "auto", "criticmarkup": "text", "jsonl": "jsonl"}
_CRITIC = ".critic"  # how `repair --format criticmarkup -o DIR/` names its files, before .txt

_MARK = "{~~astir~>about~~}"
# "text" holds the result, so an edit can't be taken out of a record by itself.
_TO_EDIT = (
    "the text in a record is the one after the edits: to change edits by hand, edit --format criticmarkup, or decide them with "
    "textrepair review"
)

_input_format = click.option(
    "--input-format", type=Choice(["auto", "criticmarkup", "jsonl"]), default="auto", show_default=True,
    help="What the files and - hold; auto goes by the file's ending, and takes anything but .jsonl for CriticMarkup.",
)  # fmt: skip


@click.command("apply", short_help="Give the text after, from an annotated article.")
@shared.paths
@results.out
@_input_format
@shared.talking
def apply_command(paths: tuple[str, ...], output: str | None, input_format: str, **options: Any) -> None:
    """Give the text with all edits made, from what repair wrote as --format jsonl or criticmarkup."""
    _run(paths, output, input_format, lambda source, patch: patch.apply(source), shared.take_console(options))


@click.command("revert", short_help="Give the text before, from an annotated article.")
@shared.paths
@results.out
@_input_format
@shared.talking
def revert_command(paths: tuple[str, ...], output: str | None, input_format: str, **options: Any) -> None:
    """Give the text as it was before any edit, from what repair wrote as --format jsonl or criticmarkup."""
    _run(paths, output, input_format, lambda source, _: source, shared.take_console(options))


def _run(
    paths: tuple[str, ...],
    output: str | None,
    input_format: str,
    choose: Callable[[str, Patch], str],
    console: Console,
) -> None:
    articles = read_articles(paths, ReadOptions(input_format=_HELD[input_format]), console.error)
    console.show_progress(data_on_stdout=output is None)
    several, texts = results.peek(_texts(articles, choose, console))
    done = 0
    with results.open_results(output, results.Form(titled=several)) as sink:
        for article, text in texts:
            sink.add(article, text)
            console.advance(text)
            done += 1
    console.finish(done)


def _texts(
    articles: Iterator[Article], choose: Callable[[str, Patch], str], console: Console
) -> Iterator[tuple[Article, str]]:
    for article in articles:
        try:
            source, patch = _read(article)
        except PatchError as error:
            hint = _TO_EDIT if isinstance(error, Contradiction) else ""
            console.error(Unreadable(article.source_path, article.line, str(error), hint))
            continue
        if article.record is None and source == article.text != "" and not patch.edits:
            console.note(
                f"{article.source_path}: no CriticMarkup in it, such as {_MARK}: it comes out as it is"
            )
        console.detail(f"{article.id}: {len(patch.edits)} edits")
        yield (
            replace(article, id=article.id.removesuffix(_CRITIC)),
            "\ufeff" * article.bom + choose(source, patch),
        )


def _read(article: Article) -> tuple[str, Patch]:
    """Source and patch of an annotated article."""
    if article.record is None:
        from textrepair.writer.criticmarkup import parse

        return parse(article.text)
    record = read_record(article.record)
    return record.source, record.patch
