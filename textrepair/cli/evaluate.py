"""``textrepair evaluate``: how good are the repairs, measured against marked articles?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from textrepair.cli import options as shared
from textrepair.cli.console import Console, Failure
from textrepair.cli.suggest import Choice
from textrepair.corpus.articles import Reading, Unreadable, read_articles
from textrepair.detector.base import KINDS

if TYPE_CHECKING:
    from textrepair.evaluation import Gold, Report, Score
    from textrepair.patch import Patch
    from textrepair.repair import Repairer, Settings


@click.command("evaluate", short_help="Measure repairs against marked articles.")
@click.argument("gold_paths", metavar="GOLD...", nargs=-1, required=True, type=click.Path(allow_dash=True))
@click.option(
    "--format",
    "form",
    type=Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="How to print the figures.",
)
@click.option(
    "--kind", "kinds", metavar="KIND", multiple=True, type=Choice(KINDS),
    help="Judge marks and edits of this kind only (repeatable); default: the kinds that are marked, if all marks tell theirs.",
)  # fmt: skip
@click.option(
    "--text-field", default="text", show_default=True, metavar="NAME", help="Field that holds the text."
)
@shared.model
@shared.deciding
@shared.talking
def command(gold_paths: tuple[str, ...], form: str, kinds: tuple[str, ...], **options: Any) -> None:
    """Repair marked articles, and print precision, recall and F0.5 of repair and of detection, the word error rate before and
    after, and the harm: sound words changed per 10,000.

    GOLD is JSONL with the fields "text" and "edits": a list of objects with "start", "end", "after" (a string, or a list of
    accepted strings) and, if known, "kind".
    """
    from textrepair.evaluation import evaluate, kinds_marked

    console = shared.take_console(options)
    settings = shared.take_settings(options)
    repairer = shared.load_repairer(options["model_path"])
    golds = list(_read_gold(gold_paths, options["text_field"], console))
    if not golds:
        raise Failure("no marked articles to judge by")
    judged = frozenset(kinds) if kinds else kinds_marked(golds)
    console.show_progress()
    report = evaluate(_repaired(golds, repairer, settings, console), judged)
    if form == "json":
        click.echo(json.dumps({"model": repairer.model_name, **report.as_dict()}))
    else:
        click.echo(_table(report, repairer.model_name))
    console.finish(len(golds))


def _read_gold(paths: tuple[str, ...], text_field: str, console: Console) -> Iterator[Gold]:
    from textrepair.evaluation import Gold, GoldError

    for article in read_articles(paths, Reading(text_field, input_format="jsonl"), console.error):
        try:
            yield Gold.from_record(article.record or {}, text_field)
        except GoldError as error:
            console.error(Unreadable(article.source_path, article.line, str(error)))


def _repaired(
    golds: list[Gold], repairer: Repairer, settings: Settings, console: Console
) -> Iterator[tuple[Gold, Patch]]:
    for gold in golds:
        yield gold, repairer.repair(gold.text, settings).patch
        console.advance(gold.text)


def _table(report: Report, model: str) -> str:
    harm, errors = report.harm, report.word_errors
    judged = "all kinds" if report.kinds is None else ", ".join(sorted(report.kinds))
    lines = [
        f"{report.articles} articles, {judged}; model {model}",
        "",
        f"{'':14}{'precision':>10}{'recall':>10}{'F0.5':>10}{'edits':>10}{'right':>10}{'marked':>10}{'found':>10}",
        _row("repair", report.repair),
        _row("detection", report.detection),
        *(_row(f"  {kind}", report.by_kind[kind]) for kind in KINDS if kind in report.by_kind),
        "",
        f"word error rate  {_figure(errors.rate_before)} before, {_figure(errors.rate_after)} after  ({errors.words:,} tokens)",
        f"harm             {_figure(harm.per_10000, 2)} words changed per 10,000 sound words"
        f"  ({harm.changed_words:,} of {harm.sound_words:,})",
        f"sound articles   {harm.changed_articles} of {harm.sound_articles} changed in wording",
    ]
    if report.left_out:
        others = ", ".join(f"{kind} {count}" for kind, count in sorted(report.left_out.items()))
        lines.append(f"not judged       edits of kinds that are not marked: {others}")
    return "\n".join(lines)


def _row(name: str, score: Score) -> str:
    shares = "".join(f"{_figure(value):>10}" for value in (score.precision, score.recall, score.f05))
    counts = (score.system, score.system_right, score.gold, score.gold_found)
    return f"{name:14}{shares}" + "".join(f"{count:>10,}" for count in counts)


def _figure(value: float | None, digits: int = 3) -> str:
    return "–" if value is None else f"{value:.{digits}f}"
