"""``textrepair filter``: let sound records of a stream through, as they come."""

from __future__ import annotations

import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from textrepair.cli import options as shared
from textrepair.cli.console import Console, Failure
from textrepair.cli.suggest import Number
from textrepair.corpus.articles import ReadOptions, Unreadable
from textrepair.writer.jsonl import dumps

if TYPE_CHECKING:
    from textrepair.stream.lines import Line, Lines
    from textrepair.stream.record import RecordOutcome, Sieve

_COMPRESSED = {b"\x1f\x8b": "gzip -dc", b"\x28\xb5\x2f\xfd": "zstd -dc"}


@click.command("filter", short_help="Let sound records of a stream through, as they come.")
@click.argument("stdin", metavar="[-]", required=False, default="-")
@click.option(
    "--max-score", metavar="S", type=Number(0, 1),
    help="Highest score that passes.  [default: 0.5]",
)  # fmt: skip
@click.option(
    "--kind", "kinds", metavar="KIND[=P]", multiple=True,
    help="Go by the probability of this kind of damage instead of the score; P is the highest that passes (repeatable).",
)  # fmt: skip
@click.option(
    "--tag", is_flag=True,
    help="Add the results to each record.  Drops nothing, unless --max-score or --kind is given too.",
)  # fmt: skip
@click.option(
    "--rejected", metavar="FILE", type=click.Path(dir_okay=False),
    help="Add the dropped records to this file, with their results.",
)  # fmt: skip
@click.option(
    "--quarantine", metavar="FILE", type=click.Path(dir_okay=False),
    help="Add the records that can't be read to this file, with the reason.",
)  # fmt: skip
@click.option(
    "--text-field", default="text", show_default=True, metavar="NAME", help="Field that holds the text."
)
@click.option(
    "--results-field", default="textrepair", show_default=True, metavar="NAME", help="Field for the results."
)
@click.option(
    "-j", "--workers", metavar="N", type=click.IntRange(1), default=1, show_default=True,
    help="Work in N processes; 1: in this one.",
)  # fmt: skip
@shared.model
@shared.closeness
@shared.talking
def command(stdin: str, rejected: str | None, quarantine: str | None, workers: int, **options: Any) -> None:
    """Let the sound records of a stream through: JSONL from stdin to stdout, line by line, in order.

    A record passes as it came if its score is not above --max-score, or if it can't be told, as where the text is too short.
    """
    if stdin != "-":
        raise click.UsageError(f"filter reads standard input: textrepair filter < {stdin}")
    console = shared.take_console(options)
    sieve, dropping = _sieve(options, rejected is not None)
    repairer = shared.load_repairer(options["model_path"], options["depth"])
    from textrepair.stream.flow import outcomes
    from textrepair.stream.lines import Lines
    from textrepair.workers import Workers

    with ExitStack() as stack:
        files = {name: stack.enter_context(_appended(name)) for name in (rejected, quarantine) if name}
        sink = _Sink(console, dropping, files.get(rejected or ""), files.get(quarantine or ""))
        lines = Lines(_stdin(), consumer=_stdout())
        pool = Workers(repairer, processes=workers) if workers > 1 else Workers(repairer, threads=1)
        console.show_progress(data_on_stdout=True)
        with _Interrupts(lines) as interrupts, pool:
            for line, future in outcomes(lines, pool, sieve):
                with interrupts.held():
                    sink.take(line, future)
                interrupts.check()
        sink.tell(interrupts.signal)
    ctx = click.get_current_context()
    if interrupts.signal is not None:
        ctx.exit(128 + interrupts.signal)
    ctx.exit(1 if console.failures else 0)


def _sieve(options: dict[str, Any], rejected: bool) -> tuple[Sieve, bool]:
    """What is done to each line, and whether flagged ones are dropped."""
    from textrepair.stream.record import Sieve
    from textrepair.stream.screen import Screen

    max_score, kinds, tag = options["max_score"], options["kinds"], options["tag"]
    if options["results_field"] == options["text_field"]:
        raise click.UsageError("--results-field and --text-field name the same field.")
    try:
        screen = Screen.parse(max_score, kinds)
    except ValueError as error:
        raise click.UsageError(f"--kind: {error}.") from error
    dropping = not tag or max_score is not None or bool(kinds)
    if rejected and not dropping:
        raise click.UsageError("--tag drops nothing, so --rejected stays empty; add --max-score or --kind.")
    reading = ReadOptions(options["text_field"])
    return Sieve(screen, reading, options["results_field"], tag, rejected if dropping else tag), dropping


def _stdin() -> int:
    """The descriptor of stdin, which is read past Python's own buffer."""
    try:
        return sys.stdin.fileno()
    except (AttributeError, OSError, ValueError) as error:
        raise Failure(
            "standard input: there is none; give it records: textrepair filter < in.jsonl"
        ) from error


def _stdout() -> int | None:
    try:
        return sys.stdout.fileno()
    except (AttributeError, OSError, ValueError):
        return None


@contextmanager
def _appended(path: str) -> Iterator[BinaryIO]:
    if path.endswith((".gz", ".zst")):
        raise click.UsageError(f"{path}: lines are added one by one, so the file can't be compressed.")
    try:
        file = open(path, "ab", buffering=0)  # noqa: SIM115
    except OSError as error:
        raise Failure(f"{path}: can't be written ({(error.strerror or str(error)).lower()})") from error
    with file:
        yield file


class _Interrupts:
    """The first Ctrl-C, or SIGTERM, stops the reading, and what was read is done and written; the second stops at once, though
    not within a line."""

    def __init__(self, lines: Lines) -> None:
        self.signal: int | None = None
        self._lines = lines
        self._again = self._holding = False
        self._before: dict[int, Any] = {}

    def __enter__(self) -> _Interrupts:
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before[number] = signal.signal(number, self._on)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._lines.stop()

    def _on(self, number: int, frame: FrameType | None) -> None:
        if self.signal is None:
            self.signal = number
            self._lines.stop()
            return
        self._again = True
        if not self._holding:
            raise KeyboardInterrupt

    @contextmanager
    def held(self) -> Iterator[None]:
        self._holding = True
        try:
            yield
        finally:
            self._holding = False

    def check(self) -> None:
        if self._again:
            raise KeyboardInterrupt


class _Sink:
    """Writes each record to where it belongs, flushed, and counts."""

    def __init__(
        self, console: Console, dropping: bool, rejected: BinaryIO | None, quarantine: BinaryIO | None
    ) -> None:
        self._console = console
        self._dropping = dropping
        self._rejected = rejected
        self._quarantine = quarantine
        self._out = sys.stdout.buffer
        self._fates: Counter[str] = Counter()
        self._kinds: Counter[str] = Counter()
        self._last = 0
        self._start = time.monotonic()

    def take(self, line: Line, future: Future[RecordOutcome]) -> None:
        from textrepair.stream.record import Fate

        outcome = _outcome(line, future)
        self._last = line.number
        self._fates[outcome.fate] += 1
        self._kinds.update(outcome.kinds)
        data = (line.data if outcome.data is None else outcome.data) + b"\n"
        if outcome.fate is Fate.BAD:
            self._set_aside(line, outcome)
        elif outcome.fate is Fate.FLAGGED and self._dropping:
            self._write(self._rejected, data)
        else:
            self._write(self._out, data)
        self._console.advance_words(outcome.words)

    def _set_aside(self, line: Line, outcome: RecordOutcome) -> None:
        problem = outcome.problem
        assert problem is not None
        if line.number == 1:
            problem = _compressed(line) or problem
        self._console.error(problem)
        record = {
            "source": problem.path,
            "line": line.number,
            "reason": f"{problem.what}; {problem.hint}" if problem.hint else problem.what,
            # what is no UTF-8 becomes lone surrogates, from which "surrogateescape" makes the bytes again
            "raw": line.data.decode("utf-8", "surrogateescape"),
        }
        self._write(self._quarantine, (dumps(record) + "\n").encode())

    def _write(self, file: BinaryIO | None, data: bytes) -> None:
        if file is None:
            return
        rest = memoryview(data)
        try:
            while rest:  # a file without a buffer may take a part, as on a disk that is nearly full
                rest = rest[file.write(rest) :]
            file.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            what = "standard output" if file is self._out else file.name
            reason = (error.strerror or str(error)).lower()
            raise Failure(f"{what}: can't be written ({reason}); stopped at line {self._last}") from error

    def tell(self, stopped: int | None) -> None:
        """The counts, on stderr."""
        fates, total = self._fates, self._fates.total()
        noun = "record" if total == 1 else "records"
        flagged = fates["flagged"]
        passed = total - fates["bad"] - (flagged if self._dropping else 0)
        parts = [f"{passed:,} passed"]
        if flagged:
            kinds = ", ".join(f"{kind} {count:,}" for kind, count in self._kinds.most_common())
            parts.append(f"{flagged:,} {'dropped' if self._dropping else 'of them flagged'} ({kinds})")
        if fates["untold"]:
            parts.append(f"{fates['untold']:,} of them can't be told")
        if fates["bad"]:
            parts.append(f"{fates['bad']:,} could not be read")
        rate = total / max(time.monotonic() - self._start, 1e-9)
        self._console.end_progress()
        self._console.note(f"{total:,} {noun}: {', '.join(parts)}; {rate:,.0f} records/s")
        if stopped is not None:
            self._console.note(
                f"interrupted; every record up to line {self._last:,} is done, none behind it was taken"
            )


def _outcome(line: Line, future: Future[RecordOutcome]) -> RecordOutcome:
    """What a worker made of a line.  An article on which it fails is set aside like one that can't be read."""
    from textrepair.stream.record import SOURCE, Fate, RecordOutcome

    try:
        return future.result()
    except Exception as error:
        what = f"{type(error).__name__}: {error}"
        return RecordOutcome(Fate.BAD, problem=Unreadable(SOURCE, line.number, what, "it was left out"))


def _compressed(line: Line) -> Unreadable | None:
    for magic, tool in _COMPRESSED.items():
        if line.data.startswith(magic):
            hint = f"unpack it on the way: {tool} FILE | textrepair filter"
            return Unreadable("stdin", None, "compressed data, not JSONL", hint)
    return None
