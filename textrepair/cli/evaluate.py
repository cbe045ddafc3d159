"""``textrepair evaluate``: how good are the repairs, measured against marked articles?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from textrepair.cli import options as shared
from textrepair.cli.console import Console, Failure
from textrepair.cli.suggest import Choice
from textrepair.corpus.articles import ReadOptions, Unreadable, read_articles
from textrepair.detector.base import KINDS

if TYPE_CHECKING:
    from textrepair.breakdown import Breakdown
    from textrepair.evaluation import Gold, Report, Score
    from textrepair.repair import Repair, Repairer, Settings

#: The tables of :mod:`textrepair.breakdown`, named here too so that help needs no import of it, and their headings.
_TABLES = {
    "kind": "by kind of damage",
    "frequency": "by frequency of the word that should stand there (Zipf scale: 6 is once in 1,000 words, 3 once in 1,000,000)",
    "pos": "by its part of speech, roughly",
    "pair": "by what the model knows of the pair",
    "confidence": "by confidence, proposals too",
}


@click.command("evaluate", short_help="Measure repairs against marked articles.")
@click.argument(
    "gold_paths",
    metavar="GOLD...",
    nargs=-1,
    required=True,
    type=click.Path(allow_dash=True),
    callback=lambda _, __, paths: shared.once_from_stdin(paths),
)
@click.option(
    "--format",
    "form",
    type=Choice(["table", "json", "jsonl"]),
    default="table",
    show_default=True,
    help="How to print the figures: tables, one JSON object, or a JSON object for each row.",
)
@click.option(
    "--by", "tables", metavar="TABLE", multiple=True, type=Choice([*_TABLES, "none"]),
    help="Tell the figures apart by kind, frequency, pos, pair or confidence (repeatable), or none; default: all.",
)  # fmt: skip
@click.option(
    "--kind", "kinds", metavar="KIND", multiple=True, type=Choice(KINDS),
    help="Judge marks and edits of this kind only (repeatable); default: the kinds that are marked, if all marks tell theirs.",
)  # fmt: skip
@click.option(
    "--text-field", default="text", show_default=True, metavar="NAME", help="Field that holds the text."
)
@shared.model
@shared.neural
@shared.deciding
@shared.talking
def command(
    gold_paths: tuple[str, ...], form: str, tables: tuple[str, ...], kinds: tuple[str, ...], **options: Any
) -> None:
    """Repair marked articles, and print precision, recall and F0.5 of repair and of detection, the word error rate before and
    after, and the harm: sound words changed per 10,000.  Then the same by kind of damage, by frequency and part of speech of
    the words, by what the model knows of the pairs, and by confidence.

    GOLD is JSONL with the fields "text" and "edits": a list of objects with "start", "end", "after" (a string, or a list of
    accepted strings) and, if known, "kind".
    """
    from textrepair.breakdown import break_down
    from textrepair.evaluation import evaluate, kinds_marked
    from textrepair.reference.swaps import Swaps

    console = shared.take_console(options)
    settings = shared.take_settings(options)
    repairer = shared.load_repairer(options["model_path"], neural=options["neural"])
    golds = list(_read_gold(gold_paths, options["text_field"], console))
    if not golds:
        raise Failure("no marked articles to judge by")
    judged = frozenset(kinds) if kinds else kinds_marked(golds)
    console.show_progress()
    repairs = list(_repaired(golds, repairer, settings, console))
    report = evaluate(((gold, repair.patch) for gold, repair in repairs), judged)
    breakdown = break_down(repairs, judged, Swaps(repairer.model)).only(tables or tuple(_TABLES))
    if form == "json":
        told = {"model": repairer.model_name, **report.as_dict(), "by": breakdown.as_dict()}
        click.echo(json.dumps(told))
    elif form == "jsonl":
        whole = {"by": "all", "value": "", "model": repairer.model_name, **report.as_dict()}
        for record in (whole, *breakdown.records()):
            click.echo(json.dumps(record, ensure_ascii=False))
    else:
        click.echo("\n".join(["\n".join(_table(report, repairer.model_name)), *_tables(breakdown)]))
    console.finish(len(golds))


def _read_gold(paths: tuple[str, ...], text_field: str, console: Console) -> Iterator[Gold]:
    from textrepair.evaluation import Gold, GoldError

    for article in read_articles(paths, ReadOptions(text_field, input_format="jsonl"), console.error):
        try:
            yield Gold.from_record(article.record or {}, text_field)
        except GoldError as error:
            console.error(Unreadable(article.source_path, article.line, str(error)))


def _repaired(
    golds: list[Gold], repairer: Repairer, settings: Settings, console: Console
) -> Iterator[tuple[Gold, Repair]]:
    for gold in golds:
        yield gold, repairer.repair(gold.text, settings)
        console.advance(gold.text)


_HEAD = "".join(
    f"{name:>10}" for name in ("precision", "recall", "F0.5", "edits", "right", "marked", "found")
)


def _table(report: Report, model: str) -> list[str]:
    harm, errors = report.harm, report.word_errors
    judged = "all kinds" if report.kinds is None else ", ".join(sorted(report.kinds))
    lines = [
        f"{report.articles} articles, {judged}; model {model}",
        "",
        f"{'':14}{_HEAD}",
        _row("repair", report.repair),
        _row("detection", report.detection),
        "",
        f"word error rate  {_figure(errors.rate_before)} before, {_figure(errors.rate_after)} after  ({errors.words:,} tokens)",
        f"harm             {_figure(harm.per_10000, 2)} words changed per 10,000 sound words"
        f"  ({harm.changed_words:,} of {harm.sound_words:,})",
        f"sound articles   {harm.changed_articles} of {harm.sound_articles} changed in wording",
    ]
    if report.left_out:
        others = ", ".join(f"{kind} {count}" for kind, count in sorted(report.left_out.items()))
        lines.append(f"not judged       edits of kinds that are not marked: {others}")
    return lines


def _tables(breakdown: Breakdown) -> Iterator[str]:
    for by, rows in breakdown.tables.items():
        if not rows:
            continue
        yield f"\n{_TABLES[by]}\n{'':14}{_HEAD}{'harmful':>10}"
        for name, row in rows.items():
            yield f"{_row('  ' + (name or 'unnamed'), row.score)}{row.harmful:>10,}"
    if breakdown.confidence:
        names = ("edits", "right", "precision", "mean conf.", "harmful")
        yield f"\n{_TABLES['confidence']}\n{'':14}{''.join(f'{name:>11}' for name in names)}"
        for name, band in breakdown.confidence.items():
            figures = (_figure(band.share_right), _figure(band.mean), f"{band.harmful:,}")
            yield f"{'  ' + name:14}{band.edits:>11,}{band.right:>11,}{''.join(f'{figure:>11}' for figure in figures)}"
        yield f"  expected calibration error {_figure(breakdown.calibration_error)}"


def _row(name: str, score: Score) -> str:
    shares = "".join(f"{_figure(value):>10}" for value in (score.precision, score.recall, score.f05))
    counts = (score.system, score.system_right, score.gold, score.gold_found)
    return f"{name:14}{shares}" + "".join(f"{count:>10,}" for count in counts)


def _figure(value: float | None, digits: int = 3) -> str:
    return "–" if value is None else f"{value:.{digits}f}"
