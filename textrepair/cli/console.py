"""What the user is told beside the data: errors, notes and progress, all on stderr."""

from __future__ import annotations

import os
import sys
import time

import click

from textrepair.writer.base import printable

_REDRAW = 0.1  # seconds between two pictures of the progress line


class Failure(click.ClickException):
    """The work can't go on: one line, exit code 1."""

    exit_code = 1

    def show(self, file: object = None) -> None:
        click.echo(f"error: {printable(self.message)}", err=True)


class Console:
    """Messages of one run.  ``failures`` counts what could not be done; with any, the run's exit code is 1, as it is with any
    reference that could not be read."""

    def __init__(self, quiet: bool = False, verbose: bool = False, color: str = "auto") -> None:
        self.quiet = quiet
        self.verbose = verbose
        self.failures = 0
        self._unread_references = 0
        self.always_colored = color == "always"
        self._color = color
        self._progress: _Progress | None = None

    def show_log(self) -> None:
        """Tell a person at a terminal what the library logs: that it compiles, on the first run."""
        if self.quiet or not sys.stderr.isatty():
            return
        import logging

        class Notes(logging.Handler):
            def emit(handler, record: logging.LogRecord) -> None:  # noqa: N805
                self.note(record.getMessage())

        log = logging.getLogger("textrepair")
        log.setLevel(logging.INFO)
        log.handlers = [Notes()]

    def colored(self, to_file: bool = False) -> bool:
        """Whether the data on stdout is to be coloured (https://no-color.org)."""
        if self._color != "auto":
            return self.always_colored
        return not to_file and self._on_terminal() and not os.environ.get("NO_COLOR")

    def _on_terminal(self) -> bool:
        return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"

    def error(self, message: object) -> None:
        """Something failed and is left out; the run goes on."""
        self.failures += 1
        self._say(f"error: {message}")

    def reference_error(self, message: object) -> None:
        """A reference can't be read: no article is missing from the results."""
        self._unread_references += 1
        self._say(f"error: {message}")

    def note(self, message: str) -> None:
        if not self.quiet:
            self._say(message)

    def detail(self, message: str) -> None:
        if self.verbose:
            self._say(message)

    def show_progress(self, data_on_stdout: bool = True) -> None:
        """Show progress from here on, where it is seen and disturbs nothing."""
        seen = sys.stderr.isatty() and not (data_on_stdout and sys.stdout.isatty())
        if seen and not self.quiet:
            self._progress = _Progress()

    def advance(self, text: str) -> None:
        """One more article is done."""
        if self._progress:
            self.advance_words(text.count(" ") + 1)  # nearly enough for a rate

    def advance_words(self, words: int) -> None:
        """One more article of so many words is done."""
        if self._progress:
            self._progress.advance(words)

    def hide_progress(self) -> None:
        """Show no progress from here on."""
        self.end_progress()
        self._progress = None

    def end_progress(self) -> None:
        """Clear the progress line."""
        if self._progress:
            self._progress.clear()

    def finish(self, done: int) -> None:
        """Clear the progress line; say how many could not be read, and end with exit code 1 if any."""
        self.end_progress()
        if self._unread_references:
            one = self._unread_references == 1
            noun, them = ("reference", "it") if one else ("references", "them")
            self.note(f"{self._unread_references} {noun} could not be read: the work was done without {them}")
        if self.failures:
            noun = "article" if self.failures + done == 1 else "articles"
            if done or self.failures > 1:
                self.note(f"{self.failures} of {self.failures + done} {noun} could not be read or written")
        if self.failures or self._unread_references:
            click.get_current_context().exit(1)

    def _say(self, message: str) -> None:
        self.end_progress()
        click.echo(printable(message), err=True)  # one line, whatever a file's name holds


class _Progress:
    """One line on a terminal: articles done and words a second."""

    def __init__(self) -> None:
        self._start = time.monotonic()
        self._drawn = 0.0
        self._articles = 0
        self._words = 0

    def advance(self, words: int) -> None:
        self._articles += 1
        self._words += words
        now = time.monotonic()
        if now - self._drawn >= _REDRAW:
            self._drawn = now
            rate = self._words / max(now - self._start, 1e-9)
            click.echo(f"\r{self._articles:,} articles, {rate:,.0f} words/s\x1b[K", err=True, nl=False)

    def clear(self) -> None:
        if self._drawn:
            click.echo("\r\x1b[K", err=True, nl=False)
            self._drawn = 0.0
