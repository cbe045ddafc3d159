"""Options that several commands share, and what they are turned into."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import textrepair
from textrepair.cli.console import Console, Failure
from textrepair.cli.suggest import Choice, Number
from textrepair.corpus.articles import STDIN, Article, ReadOptions, Unreadable, ignored_id, read_articles
from textrepair.detector.base import KINDS

if TYPE_CHECKING:
    from textrepair.model import Model
    from textrepair.repair import Depth, Repairer, Settings

Command = Callable[..., Any]
_Decorator = Callable[[Command], Command]


def once_from_stdin(paths: tuple[str, ...]) -> tuple[str, ...]:
    """The paths; standard input among them has an end but no second beginning."""
    if paths.count(STDIN) > 1:
        raise click.UsageError("- is given twice, but standard input can be read only once.")
    return paths


paths = click.argument(
    "paths",
    metavar="PATH...",
    nargs=-1,
    required=True,
    type=click.Path(allow_dash=True),
    callback=lambda _, __, paths: once_from_stdin(paths),
)

model = click.option(
    "--model",
    "model_path",
    metavar="FILE",
    type=click.Path(),
    help="Use this model instead of the packaged one.",
)


def reading(command: Command) -> Command:
    """Which fields of records to read, and what files hold."""
    return _all(
        click.option(
            "--text-field",
            default="text",
            show_default=True,
            metavar="NAME",
            help="Field that holds the text.",
        ),
        click.option(
            "--id-field", default="id", show_default=True, metavar="NAME", help="Field that holds the id."
        ),
        click.option(
            "--input-format",
            type=Choice(["auto", "text", "jsonl"]),
            default="auto",
            show_default=True,
            help="What files and - hold; auto goes by the file's ending, and takes - for text.",
        ),
    )(command)


def deciding(command: Command) -> Command:
    """Which edits to make."""
    return _all(
        click.option(
            "--apply", "apply_kinds", metavar="KIND", multiple=True, type=Choice(KINDS),
            help=f"Also mend this kind of damage (repeatable): {', '.join(KINDS)}.",
        ),
        click.option(
            "--skip", "skip_kinds", metavar="KIND", multiple=True, type=Choice(KINDS),
            help="Leave this kind of damage alone (repeatable).",
        ),
        click.option(
            "--protect", "protect_files", metavar="FILE", multiple=True, type=click.Path(dir_okay=False),
            help="Never change the terms in this file, one a line; a line that begins with # is a comment (repeatable).",
        ),
        click.option(
            "--min-confidence", metavar="P", type=Number(0, 1),
            help="Make edits from this probability on and only propose the others; default: 0.6.",
        ),
    )(command)  # fmt: skip


neural = click.option(
    "--neural", is_flag=True,
    help="Also ask a small network which words fit: finds more, at half of the speed on damaged text; needs textrepair[neural].",
)  # fmt: skip


def closeness(command: Command) -> Command:
    """How closely to look; the last one counts."""
    return _all(
        click.option(
            "--quick", "depth", flag_value="quick", default="screened",
            help="Leave translation and the order of sentences untold: faster.",
        ),
        click.option(
            "--thorough", "depth", flag_value="thorough",
            help="Read everything closely, also what a quick screen clears of spinning: many times slower.",
        ),
    )(command)  # fmt: skip


def screening(command: Command) -> Command:
    """How closely to look, and with what."""
    recurring = click.option(
        "--recurring", is_flag=True,
        help="Read all articles twice, and take lines that come back in several of them for furniture.",
    )  # fmt: skip
    return closeness(_all(neural, recurring)(command))


def adapting(command: Command) -> Command:
    """Whether to learn from the input before it is repaired."""
    return _all(
        click.option(
            "--adapt", is_flag=True,
            help="Two passes: learn this corpus's spinner from what the first finds spun, then repair with it.",
        ),
        # As many as decipherment was measured with (docs/learning.md).
        click.option(
            "--adapt-articles", metavar="N", type=click.IntRange(1), default=400, show_default=True,
            help="Learn from so many of them.",
        ),
    )(command)  # fmt: skip


def talking(command: Command) -> Command:
    """How much to say, and in which colours."""
    return _all(
        click.option("-q", "--quiet", is_flag=True, help="Say nothing but errors."),
        click.option("-v", "--verbose", is_flag=True, help="Say what is done for each article."),
        click.option(
            "--color", type=Choice(["auto", "always", "never"]), default="auto", show_default=True,
            help="Colour the output; auto: tables and diffs on a terminal, unless NO_COLOR is set.",
        ),
    )(command)  # fmt: skip


def _all(*decorators: _Decorator) -> _Decorator:
    def decorate(command: Command) -> Command:
        for decorator in reversed(decorators):
            command = decorator(command)
        return command

    return decorate


def take_reading(options: dict[str, Any]) -> ReadOptions:
    """The options of :func:`reading`, taken out of a command's options."""
    return ReadOptions(options.pop("text_field"), options.pop("id_field"), options.pop("input_format"))


def articles_of(paths: Iterable[str], reading: ReadOptions, console: Console) -> Iterator[Article]:
    """The articles.  What can't be read is told, and once that records are called otherwise than their ids say."""
    told = False
    for article in read_articles(paths, reading, console.error):
        if not told and (found := ignored_id(article, reading)):
            what = f"field {reading.id_field!r} is {found}, which can't be an id"
            hint = f"such records are called by their file and line, this one {article.id} (told once)"
            console.note(str(Unreadable(article.source_path, article.line, what, hint)))
            told = True
        yield article


def take_console(options: dict[str, Any]) -> Console:
    """The options of :func:`talking`, taken out of a command's options."""
    console = Console(options.pop("quiet"), options.pop("verbose"), options.pop("color"))
    console.show_log()
    return console


def take_settings(options: dict[str, Any]) -> Settings:
    """The options of :func:`deciding`, taken out of a command's options."""
    from textrepair.repair import Settings

    add, skip = frozenset(options.pop("apply_kinds")), frozenset(options.pop("skip_kinds"))
    if add & skip:
        raise click.UsageError(f"--apply and --skip both name {', '.join(sorted(add & skip))}.")
    settings = Settings()
    settings = replace(
        settings,
        apply=(settings.apply | add) - skip,
        protect=settings.protect | _read_terms(options.pop("protect_files")),
    )
    confidence = options.pop("min_confidence")
    return settings if confidence is None else replace(settings, min_confidence=confidence)


def _read_terms(files: Iterable[str]) -> frozenset[str]:
    terms = set()
    for file in files:
        try:
            lines = Path(file).read_text(encoding="utf-8-sig").splitlines()
        except OSError as error:
            raise Failure(f"{file}: {(error.strerror or str(error)).lower()}; check the name") from error
        except UnicodeDecodeError as error:
            raise Failure(f"{file}: no list of terms in UTF-8 ({error})") from error
        terms |= {line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")}
    return frozenset(terms)


def load_repairer(path: str | None, depth: Depth = "screened", neural: bool = False) -> Repairer:
    """The repairer; a model that can't be used ends the run here, before any output."""
    with _unusable_told():
        return textrepair.load(path, depth=depth, neural=neural)


def take_repairer(options: dict[str, Any], paths: Iterable[str], reading: ReadOptions) -> Repairer:
    """The repairer that the options of :data:`model` and :func:`screening`, taken out, ask for."""
    repairer = load_repairer(options.pop("model_path"), options.pop("depth"), options.pop("neural"))
    recurring = options.pop("recurring")
    if recurring:
        from textrepair.detector.furniture.recurring import RecurringLines

        texts = (article.text for article in first_reading("--recurring", paths, reading))
        repairer = replace(repairer, recurring=RecurringLines.of(texts))
    return repairer


def first_reading(option: str, paths: Iterable[str], reading: ReadOptions) -> Iterator[Article]:
    """The articles for an option that reads them twice; what can't be read is told by the second reading."""
    if STDIN in paths:
        raise click.UsageError(f"{option} reads its input twice, which - can't: name files.")
    return read_articles(paths, reading)


def load_model(path: str | None, neural: bool = False) -> Model:
    """The model alone; as :func:`load_repairer`."""
    from textrepair.model import load_model as load

    with _unusable_told():
        return load(path, neural=neural)


@contextmanager
def _unusable_told() -> Iterator[None]:
    """A model that can't be used ends the run, in one line."""
    from textrepair.extras import MissingExtra
    from textrepair.model.format import ModelError

    try:
        yield
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise Failure(f"{error.filename}: {reason}; name a model file with --model") from error
    except (ModelError, MissingExtra) as error:
        raise Failure(str(error)) from error
