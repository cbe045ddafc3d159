"""``textrepair learn``: take in how a text was damaged."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click

from textrepair.cli import options as shared
from textrepair.cli.console import Console, Failure
from textrepair.cli.references import take_references
from textrepair.cli.suggest import Number
from textrepair.corpus.articles import OnError, ReadOptions, read_articles
from textrepair.whole_file import try_place

T = TypeVar("T")


@click.command("learn", short_help="Learn how texts were damaged; write a model.")
@click.option(
    "--pairs",
    "pair_files",
    metavar="FILE.tsv",
    multiple=True,
    type=click.Path(allow_dash=True),
    help="Aligned passages, one a line: damaged text, tab, reference text (repeatable).",
)
@click.option(
    "--damaged",
    "damaged_paths",
    metavar="PATH",
    multiple=True,
    type=click.Path(allow_dash=True),
    help="Damaged articles: files, folders, JSONL (repeatable). Without --reference they are deciphered by themselves.",
)
@click.option(
    "--reference",
    "reference_paths",
    metavar="PATH",
    multiple=True,
    type=click.Path(allow_dash=True),
    help="Texts among which the originals of the damaged articles are looked for (repeatable).",
)
@click.option(
    "--decisions",
    "decision_files",
    metavar="FILE.jsonl",
    multiple=True,
    type=click.Path(allow_dash=True),
    help="What reviewers decided, as review --export decisions writes it (repeatable).",
)
@click.option(
    "--thesaurus",
    "thesaurus_files",
    metavar="FILE",
    multiple=True,
    type=click.Path(allow_dash=True),
    help="A spinner's thesaurus, an entry a line: word, tab, a|b|c; or {a|b|c}, each for any other; or word,a,b,c (repeatable).",
)
@click.option(
    "-o",
    "--output",
    metavar="MODEL",
    required=True,
    type=click.Path(dir_okay=False),
    help="Write the model here.",
)
@click.option(
    "--family",
    metavar="NAME",
    default="learned",
    show_default=True,
    help="What to call the spinner; learning under a name that the model has replaces that family.",
)
@click.option(
    "--sound",
    "sound_paths",
    metavar="PATH",
    multiple=True,
    type=click.Path(),
    help="Sound articles on which harm is measured before the model is written; default: a few that come along.",
)
@click.option(
    "--max-harm",
    metavar="N",
    type=Number(0),
    default=0.5,
    show_default=True,
    help="Refuse to write a model that changes more words of wording than this in 10,000 sound ones.",
)
@shared.model
@shared.reading
@shared.talking
def command(
    pair_files: tuple[str, ...],
    damaged_paths: tuple[str, ...],
    reference_paths: tuple[str, ...],
    decision_files: tuple[str, ...],
    thesaurus_files: tuple[str, ...],
    output: str,
    family: str,
    sound_paths: tuple[str, ...],
    max_harm: float,
    **options: Any,
) -> None:
    """Learn how a spinner damages text: from aligned passages, from damaged articles and references, from damaged articles
    alone, from its thesaurus, or from what reviewers decided.

    The model starts from the packaged one, or from --model; repair with it by --model.
    """
    if not pair_files and not damaged_paths and not decision_files and not thesaurus_files:
        raise click.UsageError(
            "Nothing to learn from: give --pairs FILE.tsv, --damaged PATH, --thesaurus FILE or --decisions FILE.jsonl."
        )
    shared.once_from_stdin(
        (*pair_files, *damaged_paths, *reference_paths, *decision_files, *thesaurus_files, *sound_paths)
    )
    if reference_paths and not damaged_paths:
        raise click.UsageError("--reference goes with --damaged.")
    from textrepair.learning import (
        LearningError,
        Teaching,
        learn,
        measure_harm,
        read_decisions,
        read_pairs,
        read_thesaurus,
    )
    from textrepair.model.model import save_model

    console = shared.take_console(options)
    reading = shared.take_reading(options)
    with _writing(output):
        try_place(output)  # before minutes of work, not after them
    model = shared.load_model(options["model_path"])
    try:
        damaged = _texts(damaged_paths, reading, console) if damaged_paths else None
        references = {"reference_paths": reference_paths, "reference_index": None}
        teaching = Teaching(
            _read_all(read_thesaurus, thesaurus_files, console),
            damaged,
            take_references(references, reading, console),
            _read_all(read_pairs, pair_files, console),
            _read_all(read_decisions, decision_files, console),
        )
        model = learn(model, teaching, family, console.note)
        harm = measure_harm(model, _texts(sound_paths, reading, console) if sound_paths else None)
        if not harm.sound_words:
            raise LearningError("nothing written: --sound holds no text to measure harm on")
    except (LearningError, ValueError) as error:
        raise Failure(str(error)) from error
    console.note(f"harm: {harm.changed_words} of {harm.sound_words} sound words would be changed")
    if (harm.per_10000 or 0.0) > max_harm:
        raise Failure(
            f"the learned model would change {harm.per_10000:.1f} of 10,000 sound words, more than --max-harm {max_harm:g}; "
            f"nothing written: is what it learned from really spun text?"
        )
    with _writing(output):
        saved = save_model(model, Path(output))
    console.note(f"{output}: {saved.name}, families {', '.join(saved.channel.families)}")
    console.finish(1)


@contextmanager
def _writing(output: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise Failure(
            f"-o {output}: can't be written ({reason}); give another place for the model"
        ) from error


def _read_all(
    read: Callable[[str, OnError], Iterable[T]], files: tuple[str, ...], console: Console
) -> list[T] | None:
    """What stands in the files, if there are any."""
    return [one for file in files for one in read(file, console.error)] if files else None


def _texts(paths: tuple[str, ...], reading: ReadOptions, console: Console) -> list[tuple[str, str]]:
    return [(article.id, article.text) for article in read_articles(paths, reading, console.error)]
