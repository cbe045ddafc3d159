"""``textrepair review``: decide proposed edits one by one."""

from __future__ import annotations

import getpass
import json
import os
import sys
import threading
from dataclasses import dataclass, fields
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from textrepair.cli import options as shared
from textrepair.cli import results
from textrepair.cli.console import Console, Failure
from textrepair.cli.suggest import Choice, Number
from textrepair.corpus.articles import STDIN, Article, ReadOptions
from textrepair.detector.base import KINDS
from textrepair.review.forms import EXPORTS
from textrepair.review.queue import ORDER_HELP, ORDERS, Filter

if TYPE_CHECKING:
    from textrepair.review.export import Count
    from textrepair.review.imports import Rest
    from textrepair.review.proposals import Proposer
    from textrepair.review.session import Session
    from textrepair.writer import Writer

#: How the store is called that belongs to a corpus.
STORE_ENDING = ".review"


@dataclass(frozen=True, slots=True)
class Asked:
    """The command's own options, as they were given."""

    plain: bool
    web: bool
    port: int | None
    no_browser: bool
    order: str
    kinds: tuple[str, ...]
    low: float
    high: float
    sample: int | None
    seed: int
    who: str | None
    second_opinion: bool
    store: str | None
    rules: str | None
    no_rules: bool
    learn_as_you_go: bool
    export: str | None
    by: str | None
    keep_open: bool
    output: str | None
    stats: bool
    form: Literal["table", "json"]
    imports: tuple[str, ...]
    rest: Rest

    @classmethod
    def take(cls, options: dict[str, Any]) -> Asked:
        """Taken out of the command's options."""
        return cls(**{field.name: options.pop(field.name) for field in fields(cls)})


@click.command("review", short_help="Decide proposed edits one by one.")
@shared.paths
@click.option(
    "--plain", is_flag=True, help="Plain prompts, as git add -p has them; needs no extra, reads aloud well."
)
@click.option("--web", is_flag=True, help="In the browser, on this machine only.")
@click.option(
    "--port", metavar="N", type=click.IntRange(0, 65535), help="Port for --web; default: any free one."
)
@click.option("--no-browser", is_flag=True, help="With --web: only print the address.")
@click.option(
    "--order",
    type=Choice(list(ORDERS)),
    default="article",
    show_default=True,
    help="; ".join(f"{name}: {text}" for name, text in ORDER_HELP.items()) + ".",
)
@click.option(
    "--kind",
    "kinds",
    metavar="KIND",
    multiple=True,
    type=Choice(KINDS),
    help="Only edits of this kind (repeatable).",
)
@click.option(
    "--from",
    "low",
    metavar="P",
    type=Number(0, 1),
    default=0.0,
    help="Only edits from this confidence on.",
)
@click.option(
    "--to",
    "high",
    metavar="P",
    type=Number(0, 1),
    default=1.0,
    help="Only edits up to this confidence.",
)
@click.option(
    "--sample", metavar="N", type=click.IntRange(0), help="Only N articles, drawn at random; 0: all again."
)
@click.option("--seed", metavar="N", type=int, default=0, help="Another N draws another sample.")
@click.option("--who", metavar="NAME", help="Who decides; default: the name you are logged in by.")
@click.option("--second-opinion", is_flag=True, help="Go over what others have decided.")
@click.option(
    "--session",
    "store",
    metavar="FILE",
    type=click.Path(dir_okay=False),
    help=f"Where decisions are kept; default: PATH{STORE_ENDING}.",
)
@click.option(
    "--rules",
    "rules",
    metavar="FILE",
    type=click.Path(dir_okay=False),
    help="Where decisions that hold from now on are kept; default: in your settings.",
)
@click.option("--no-rules", is_flag=True, help="Leave decisions of other corpora out.")
@click.option("--learn-as-you-go", is_flag=True, help="Rank what is still open by what was decided so far.")
@click.option(
    "--export",
    "export",
    type=Choice(list(EXPORTS)),
    help="Write what comes out, with only the accepted edits; opens nothing.",
)
@click.option("--by", metavar="NAME", help="With --export: the decisions of this reviewer alone.")
@click.option(
    "--keep-open",
    is_flag=True,
    help="With --export: edits still open come out as if accepted, to go on in an editor; reads what nobody has looked at.",
)
@results.out
@click.option(
    "--stats",
    is_flag=True,
    help="Print how often proposals were taken, by confidence, and how far reviewers agree.",
)
@click.option(
    "--format", "form", type=Choice(["table", "json"]), default="table", help="How to print --stats."
)
@click.option(
    "--import",
    "imports",
    metavar="FILE",
    multiple=True,
    type=click.Path(),
    help="Take decisions from edited CriticMarkup, a diff, or decisions as JSONL (repeatable).",
)
@click.option(
    "--rest",
    type=Choice(["reject", "leave"]),
    default="reject",
    show_default=True,
    help="What becomes of edits that --import's file doesn't make.",
)
@shared.model
@shared.neural
@shared.deciding
@shared.reading
@shared.talking
def command(paths: tuple[str, ...], **options: Any) -> None:
    """Decide proposed edits one by one, in the terminal or in the browser; every decision is stored at once, and the next start
    goes on where you were.

    PATH holds articles, or the result of repair --format jsonl or of batch.  Type ? for the keys.
    """
    console = shared.take_console(options)
    asked = Asked.take(options)
    _check(asked)
    reading = shared.take_reading(options)
    settings = shared.take_settings(options)
    model_path, neural = options.pop("model_path"), options.pop("neural")

    def propose(text: str) -> Any:
        """The model is loaded when the first article without edits of its own is reached."""
        from textrepair.review.proposals import of_repair

        with loading:  # several threads may get there at once
            if "repairer" not in loaded:
                loaded["repairer"] = shared.load_repairer(model_path, neural=neural)
        return of_repair(loaded["repairer"].repair(text, settings))

    loaded: dict[str, Any] = {}
    loading = threading.Lock()
    session = _open(paths, asked, reading, propose, console)
    try:
        if asked.imports:
            _import(session, asked, console)
        if asked.export:
            _export(session, asked.export, asked, console)
        elif asked.stats:
            _stats(session, asked.form)
        elif not asked.imports:
            _face(session, paths, asked, console)
    finally:
        session.close()
    console.finish(1)


def _check(asked: Asked) -> None:
    if asked.plain and asked.web:
        raise click.UsageError("--plain and --web are two faces; choose one.")
    if (asked.port is not None or asked.no_browser) and not asked.web:
        raise click.UsageError("--port and --no-browser go with --web.")
    if asked.output is not None and not asked.export:
        raise click.UsageError("-o goes with --export: what to write?")
    if (asked.by or asked.keep_open) and not asked.export:
        raise click.UsageError("--by and --keep-open go with --export.")
    if asked.export in ("records", "decisions") and asked.output and results.is_folder(asked.output):
        raise click.UsageError(f"--export {asked.export} goes into one file: -o OUT.jsonl (also .gz, .zst).")
    if asked.low > asked.high:
        raise click.UsageError("--from is above --to: no edit can be meant.")


def _open(
    paths: tuple[str, ...], asked: Asked, reading: ReadOptions, propose: Proposer, console: Console
) -> Session:
    from textrepair.extras import MissingExtra
    from textrepair.review.ranking import Reranking
    from textrepair.review.rules import RulesFile, default_path
    from textrepair.review.session import open_session
    from textrepair.review.store import StoreError

    store = asked.store or _store_of(paths)
    rules = None if asked.no_rules else RulesFile(asked.rules or default_path())
    for path in paths:
        if path != STDIN and not Path(path).exists() and not Path(store).exists():
            raise Failure(f"{path}: no such file or directory; check the name")
    try:
        session = open_session(
            paths, store, asked.who or _who(), reading=reading, propose=propose,
            order=asked.order, second=asked.second_opinion, sample=asked.sample, seed=asked.seed,
            rules=rules, on_error=console.error,
        )  # fmt: skip
    except (StoreError, MissingExtra) as error:
        raise Failure(str(error)) from error
    session.filter = Filter(frozenset(asked.kinds), asked.low, asked.high)
    if asked.learn_as_you_go:
        session.ranking = Reranking(session.store)
    return session


def _store_of(paths: tuple[str, ...]) -> str:
    if paths[0] == STDIN:
        raise click.UsageError("Standard input has no place for decisions: name a file with --session.")
    return str(Path(paths[0])).rstrip("/\\") + STORE_ENDING


def _who() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container without a user's name
        return "reviewer"


# --- faces


def _face(session: Session, paths: tuple[str, ...], asked: Asked, console: Console) -> None:
    if asked.web:
        web = import_module("textrepair.review.web")
        try:
            web.serve(session, asked.port, not asked.no_browser, console.note)
        except web.WebError as error:
            raise Failure(str(error)) from error
        return
    if STDIN in paths:
        _terminal_for_stdin()
    plain = asked.plain or os.environ.get("TERM") == "dumb" or not _on_terminal()
    if not plain:
        try:
            from textrepair.review.terminal import review
        except ImportError:
            console.note(
                "the full screen needs an extra: pip install 'textrepair[review]'; going on with --plain"
            )
            plain = True
        else:
            review(session, colored=not os.environ.get("NO_COLOR"))
    if plain:
        _plain(session, console)


def _on_terminal() -> bool:
    """Can the full screen be shown?  Textual draws it on stderr."""
    streams = sys.stdin, sys.stdout, sys.stderr
    return all(stream is not None and stream.isatty() for stream in streams)


def _terminal_for_stdin() -> None:
    """Standard input was the articles; the keys come from the terminal."""
    try:
        terminal = os.open("/dev/tty", os.O_RDWR)
    except OSError:
        raise Failure("there is no terminal to answer from: standard input was the articles") from None
    os.dup2(terminal, 0)
    os.close(terminal)


def _plain(session: Session, console: Console) -> None:
    from textrepair.review.plain import PlainReview

    console.note(f"{len(ORDERS)} orders, ? for help; decisions are kept in {session.store.path}")
    loader = session.loader()
    loader.start()

    def ask(prompt: str) -> str:
        click.echo(prompt, nl=False)
        line = sys.stdin.readline() if sys.stdin is not None else ""
        if not line:
            raise EOFError
        return line.rstrip("\r\n")

    try:
        if session.order != "article":  # all of it is wanted before the first is shown, but nobody waits long
            loader.join(2.0)
        PlainReview(session, ask, click.echo, console.colored(), loader).run()
    finally:
        loader.stop()


# --- what comes out


def _export(session: Session, form: str, asked: Asked, console: Console) -> None:
    from textrepair.review.export import Count

    count = Count()
    console.show_progress(data_on_stdout=asked.output is None)
    if form == "decisions":
        _export_decisions(session, asked.output)
        return
    if form == "records":
        _export_records(session, asked, console, count)
    else:
        _export_articles(session, form, asked, console, count)
    parts = [f"{count.accepted} accepted", f"{count.rejected} rejected", f"{count.open} open"]
    if count.disagreed:
        parts.append(f"{count.disagreed} left out where reviewers disagree")
    if count.overlapping:
        parts.append(f"{count.overlapping} left out where accepted edits overlap")
    console.note(f"edits: {', '.join(parts)}")


def _export_decisions(session: Session, output: str | None) -> None:
    from textrepair.review.export import decisions
    from textrepair.writer.jsonl import dumps

    with results.open_results(output, results.Form()) as sink:
        for record in decisions(session):
            sink.add(Article(record["id"], "", record["path"]), dumps(record) + "\n")


def _export_records(session: Session, asked: Asked, console: Console, count: Count) -> None:
    """The records as they were read, with the cleaned text."""
    from textrepair.review.export import record_of, reviewed
    from textrepair.writer.jsonl import dumps

    with results.open_results(asked.output, results.Form()) as sink:
        for one in reviewed(session, console.error, asked.by, asked.keep_open, count):
            data = dumps(record_of(session, one)) + "\n"
            sink.add(one.article, data)
            console.advance(data)


def _export_articles(session: Session, form: str, asked: Asked, console: Console, count: Count) -> None:
    from textrepair.cli.repair import writer_of
    from textrepair.review.export import shown

    writer: Writer = writer_of(form, console, to_file=asked.output not in (None, "-"))
    found = shown(session, form, writer, console.error, asked.by, asked.keep_open, count)
    several, articles = results.peek(found)
    surroundings = results.Form(
        "" if form == "text" else writer.suffix, writer.head(), writer.foot(), several and writer.titled
    )
    with results.open_results(asked.output, surroundings) as sink:
        for article, data in articles:
            sink.add(article, data)
            console.advance(data)


def _stats(session: Session, form: str) -> None:
    from textrepair.review.agreement import statistics, table

    figures = statistics(session)
    click.echo(json.dumps(figures.as_dict()) if form == "json" else table(figures))


def _import(session: Session, asked: Asked, console: Console) -> None:
    from textrepair.review.imports import import_file

    for path in asked.imports:
        done = import_file(session, path, console.error, asked.rest)
        told = f"{done.accepted} accepted, {done.rejected} rejected, {done.other} changed, {done.own} of your own"
        if done.refused:
            told += f"; {done.refused} left to whoever decided or looks at them"
        if done.unknown:
            told += f"; {done.unknown} are in no article of this review, or it has changed"
        console.note(f"{path}: {done.articles} articles: {told}")
