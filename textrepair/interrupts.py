"""Ctrl-C, asked about before it takes effect."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


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
