"""Ctrl-C, asked about before it takes effect."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def asked_interrupts(passes: Callable[[], bool]) -> Iterator[None]:
    """Inside the block each Ctrl-C has its effect only if ``passes``, asked at once, says so.

    Outside the main thread, and where Ctrl-C is ignored (``nohup``), nothing is asked.
    """
    before = signal.getsignal(signal.SIGINT)
    if not callable(before) or threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(number: int, frame: FrameType | None) -> None:
        if passes():
            before(number, frame)

    signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
