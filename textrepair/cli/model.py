"""``textrepair model``: what is in the model?"""

from __future__ import annotations

import json
from typing import Any

import click

from textrepair.cli import options as shared
from textrepair.cli.suggest import Choice


@click.group("model", short_help="Look into the model.")
def command() -> None:
    """Look into the model: what it was built from, and which words it takes for which."""


@command.command("info")
@shared.model
@click.option(
    "--format",
    "form",
    type=Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="How to print it.",
)
def info(model_path: str | None, form: str) -> None:
    """Print the model's name, version, language, size and sources."""
    facts = shared.load_model(model_path).info()
    if form == "json":
        click.echo(json.dumps(facts, ensure_ascii=False))
        return
    for line in _lines(facts):
        click.echo(line)


@command.command("show")
@click.argument("words", metavar="WORD...", nargs=-1, required=True)
@shared.model
@click.option(
    "--format",
    "form",
    type=Choice(["table", "jsonl"]),
    default="table",
    show_default=True,
    help="How to print it.",
)
@click.option(
    "-n",
    "--top",
    metavar="N",
    type=click.IntRange(1),
    default=20,
    show_default=True,
    help="How many originals.",
)
def show(words: tuple[str, ...], model_path: str | None, form: str, top: int) -> None:
    """Print the likely originals of a word, or of a phrase in quotes, that is found in damaged text, with their probabilities."""
    if not all(word.strip() for word in words):
        raise click.UsageError("An empty word stands for nothing: name a word, or a phrase in quotes.")
    model = shared.load_model(model_path)
    for number, word in enumerate(words):
        originals = model.likely_originals(word)[:top]
        if form == "jsonl":
            click.echo(json.dumps({"word": word, "originals": originals}, ensure_ascii=False))
            continue
        if len(words) > 1:
            click.echo(f"{chr(10) * bool(number)}==> {word} <==")
        for original, probability in originals:
            click.echo(f"{probability:8.4f}  {original}")
        if not originals:
            click.echo(f"{word}: not in the model: it would be left as it is", err=True)


def _lines(facts: dict[str, Any], indent: str = "") -> list[str]:
    """Nested facts as ``name: value`` lines."""
    width = max((len(name) for name in facts), default=0) + 2
    lines = []
    for name, value in facts.items():
        if isinstance(value, dict):
            lines += [f"{indent}{name}:", *_lines(value, indent + "  ")]
        elif isinstance(value, (list, tuple)):
            lines.append(f"{indent}{name}:")
            for item in value:
                text = "  ".join(str(part) for part in item.values()) if isinstance(item, dict) else str(item)
                lines.append(f"{indent}  {text}")
        else:
            lines.append(f"{indent}{name + ':':{width}}{value}")
    return lines
