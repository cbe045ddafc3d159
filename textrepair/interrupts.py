"""Ctrl-C, asked about before it takes effect, or held back until something is done."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType


@contextmanager
def asked_interrupts(passes: Callable[[], bool], or_default: bool = False) -> Iterator[None]:
    """Inside the block each Ctrl-C has its effect only if ``passes``, asked at once, says so.

    Outside the main thread, and where Ctrl-C is ignored (``nohup``), nothing is asked; where it ends the process (``SIG_DFL``),
    neither, or with ``or_default`` its effect is a KeyboardInterrupt inside the block.
    """
    before = signal.getsignal(signal.SIGINT)
    effect = signal.default_int_handler if or_default and before is signal.SIG_DFL else before
    if not callable(effect) or threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(number: int, frame: FrameType | None) -> None:
        if passes():
            effect(number, frame)

    signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Hold Ctrl-C back until the block is done, so that it is done whole.  A second Ctrl-C doesn't wait."""
    with holding_interrupts() as hold, hold:
        yield


class Hold:
    """Ctrl-C waits until a block with this is done; it may be used for one block after another.

    Changing the signal's handler for every record took 4 % of the scan of a sound article.
    """

    def __init__(self) -> None:
        self.holds = False
        self.waiting = False

    def passes(self) -> bool:
        """Does a Ctrl-C that comes now take effect at once?  A second one does."""
        if not self.holds or self.waiting:
            return True
        self.waiting = True
        return False

    def __enter__(self) -> None:
        self.holds = True

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.holds = False
        if self.waiting:
            self.waiting = False
            if error is None:
                raise KeyboardInterrupt


@contextmanager
def holding_interrupts() -> Iterator[Hold]:
    """A :class:`Hold` that is heeded inside the block.  Outside the main thread, and where Ctrl-C is ignored, it does nothing."""
    hold = Hold()
    with asked_interrupts(hold.passes):
        yield hold
