"""The command line: one module per command, each imported when it is asked for.

Data goes to stdout, messages and progress to stderr.  Exit codes: 0 done, 1 work failed or was partial, 2 wrong use, 130 after
Ctrl-C, 141 when the reader of the output has gone (what a shell tells of a program that SIGPIPE ended).
"""

from __future__ import annotations

import sys
from functools import partial
from importlib import import_module
from typing import Any, cast

import click

import textrepair
from textrepair.cli.ending import exit_code, past_click
from textrepair.cli.streams import complete_streams

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

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        with past_click():
            return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> None:
        with past_click():
            super().invoke(ctx)

    def main(self, *args: Any, standalone_mode: bool = True, **extra: Any) -> Any:
        run = partial(super().main, *args, standalone_mode=False, **extra)
        if not standalone_mode:
            return run()
        sys.exit(exit_code(run))


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
    """The program."""
    complete_streams()
    commands(prog_name="textrepair")
