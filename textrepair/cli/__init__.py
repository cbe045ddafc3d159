"""The command line: one module per command, each imported when it is asked for.

Data goes to stdout, messages and progress to stderr.  Exit codes: 0 done, 1 work failed or was partial, 2 wrong use, 130 after
Ctrl-C, 141 when the reader of the output has gone (what a shell tells of a program that SIGPIPE ended).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import cast

import click

import textrepair
from textrepair.interrupts import asked_interrupts

# In the order in which a newcomer needs them, which is the order of the help.
_COMMANDS = {
    "scan": ("textrepair.cli.scan", "command"),
    "repair": ("textrepair.cli.repair", "command"),
    "filter": ("textrepair.cli.filter", "command"),
    "apply": ("textrepair.cli.apply", "apply_command"),
    "revert": ("textrepair.cli.apply", "revert_command"),
    "review": ("textrepair.cli.review", "command"),
    "batch": ("textrepair.cli.batch", "command"),
    "learn": ("textrepair.cli.learn", "command"),
    "evaluate": ("textrepair.cli.evaluate", "command"),
    "model": ("textrepair.cli.model", "command"),
}


class _Commands(click.Group):
    """Commands found by name; what ends a run early ends it with the exit code that a shell expects."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module, name = _COMMANDS[cmd_name]
        return cast(click.Command, getattr(import_module(module), name))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and not args[0].startswith("-") and args[0] not in _COMMANDS:
            from textrepair.cli.suggest import did_you_mean

            ctx.fail(f"No such command {args[0]!r}.{did_you_mean(args[0], _COMMANDS)}")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        with _noted_interrupts() as interrupts:
            try:
                result = super().invoke(ctx)
                sys.stdout.flush()
                return result
            except BrokenPipeError:
                _forget_stdout()
                sys.exit(141)
            except (click.ClickException, click.exceptions.Exit, click.Abort):
                raise
            except (KeyboardInterrupt, Exception) as error:
                if not interrupts and not _is_interrupt(error):
                    raise
                with suppress(BrokenPipeError):
                    sys.stdout.flush()
                click.echo("interrupted", err=True)
                sys.exit(130)


def _is_interrupt(error: BaseException | None) -> bool:
    """Ctrl-C in the middle of a function that numba compiled comes as a SystemError caused by it, at some removes."""
    while isinstance(error, SystemError):
        error = error.__cause__
    return isinstance(error, KeyboardInterrupt)


@contextmanager
def _noted_interrupts() -> Iterator[list[bool]]:
    """One entry for each Ctrl-C that came.

    While numba compiles, which takes a minute the first time, Ctrl-C is mostly lost in a callback of LLVM's, where Python can
    only print it, and the compiler fails for what the callback didn't do.
    """
    noted: list[bool] = []

    def note() -> bool:
        noted.append(True)
        return True

    def tell(lost: sys.UnraisableHookArgs) -> None:
        if not (noted and isinstance(lost.exc_value, KeyboardInterrupt)):
            telling(lost)

    telling, sys.unraisablehook = sys.unraisablehook, tell
    try:
        with asked_interrupts(note):
            yield noted
    finally:
        sys.unraisablehook = telling


def _forget_stdout() -> None:
    """Send what is still buffered nowhere, so that Python's own flush at exit doesn't complain."""
    with suppress(OSError):  # a test's stdout is no file
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="For example: textrepair scan articles/, textrepair repair --format diff article.txt",
)
@click.version_option(textrepair.__version__, prog_name="textrepair", message="%(prog)s %(version)s")
def commands() -> None:
    """Find articles that a spinner, a translator or a scraper has damaged, and put the words back.

    PATH is a text file, a folder, a .jsonl file (also .gz, .zst), or - for standard input.
    """


def main() -> None:
    """The entry point of the program."""
    commands(prog_name="textrepair")
