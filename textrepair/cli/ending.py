"""How does a run end?  With the exit code that a shell expects and at most one line that says why, whatever ended it."""

from __future__ import annotations

import _thread
import errno
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Timer

import click

from textrepair.extras import Unusable
from textrepair.interrupts import asked_interrupts

#: Seconds until an interrupt that got lost comes again: long for a callback, short for a person.
_AGAIN = 0.05
#: What a full or closed file says.
_UNWRITABLE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF}


class _Stopped(BaseException):
    """Carries what ended a run past click, which would end it in a way of its own."""

    def __init__(self, error: BaseException) -> None:
        super().__init__(error)
        self.error = error


@contextmanager
def past_click() -> Iterator[None]:
    """Ctrl-C and a reader that has gone end the run as :func:`exit_code` has it, and not as click does."""
    try:
        yield
    except (KeyboardInterrupt, BrokenPipeError) as error:
        raise _Stopped(error) from error


def exit_code(run: Callable[[], object]) -> int:
    """Run the program: 0 done or what ``run`` returns, 1 failed, 2 wrong use, 130 after Ctrl-C, 141 when the reader has gone.

    An error that nobody expected is raised.
    """
    error: BaseException
    with _noted_interrupts() as interrupts:
        try:
            code = run()
            sys.stdout.flush()
            return code if isinstance(code, int) else 0
        except _Stopped as stopped:
            error = stopped.error
        except (KeyboardInterrupt, Exception) as caught:
            error = caught
    return _told(error, interrupted=bool(interrupts))


def unwritable(place: object, error: OSError) -> str:
    """What is told of an output that can't be written."""
    closed = error.errno == errno.EBADF
    return (
        f"{place}: can't be written ({'it is closed' if closed else (error.strerror or str(error)).lower()})"
    )


def _told(error: BaseException, interrupted: bool) -> int:
    """Say what ended the run; the exit code."""
    if isinstance(error, BrokenPipeError):
        _forget_stdout()
        return 141
    unflushed = _flush_failure()
    if isinstance(error, click.ClickException):
        error.show()
        return error.exit_code
    if interrupted or _is_interrupt(error):
        click.echo("interrupted", err=True)
        return 130
    if isinstance(error, OSError) and error.filename is None and error.errno in _UNWRITABLE:
        # What couldn't be written is still in the buffer, unless it was too long for that.
        click.echo(f"error: {unwritable('standard output', unflushed or error)}", err=True)
        return 1
    if isinstance(error, Unusable):
        click.echo(f"error: {error}", err=True)
        return 1
    if isinstance(error, MemoryError):
        click.echo(
            "error: out of memory; give the articles a file or a line each, or the program more", err=True
        )
        return 1
    if isinstance(error, click.Abort | EOFError):
        click.echo("Aborted!", err=True)
        return 1
    raise error


def _is_interrupt(error: BaseException | None) -> bool:
    """Ctrl-C in the middle of a function that numba compiled comes as a SystemError caused by it, at some removes."""
    while isinstance(error, SystemError):
        error = error.__cause__
    return isinstance(error, KeyboardInterrupt)


@contextmanager
def _noted_interrupts() -> Iterator[list[bool]]:
    """One entry for each Ctrl-C that came.

    Python can raise nothing from a callback, and Ctrl-C that falls into one is lost: in those by which an import lets go of its
    lock, and for most of the minute that numba compiles the first time, in LLVM's.  There it comes again a moment later, unless
    the run has ended by it: the compiler fails for what its callback didn't do.
    """
    noted: list[bool] = []
    over = False

    def note() -> bool:
        noted.append(True)
        return not over

    def again() -> None:
        if not over:
            _thread.interrupt_main()

    def tell(lost: sys.UnraisableHookArgs) -> None:
        if not (noted and isinstance(lost.exc_value, KeyboardInterrupt)):
            telling(lost)
            return
        timer = Timer(_AGAIN, again)
        timer.daemon = True
        timer.start()

    telling, sys.unraisablehook = sys.unraisablehook, tell
    try:
        with asked_interrupts(note, or_default=True):
            try:
                yield noted
            finally:
                over = True
    finally:
        sys.unraisablehook = telling


def _flush_failure() -> OSError | None:
    """Why what was written to stdout so far can't get out, if it can't; then it is given up."""
    try:
        sys.stdout.flush()
    except OSError as error:
        _forget_stdout()
        return error
    return None


def _forget_stdout() -> None:
    """Send what is still buffered nowhere, so that Python's own flush at exit doesn't complain."""
    with suppress(OSError):  # a test's stdout is no file
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
