"""From lines to outcomes, in order, as they come, with bounded memory.

A thread reads and hands lines to the workers; the caller takes outcomes as soon as the oldest one is there, also while no further
line comes in.  The reader waits while too many records, or too many bytes of them, are under way: so a slow consumer slows
the producer down, and nothing piles up in between.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from queue import SimpleQueue
from typing import TypeVar

from textrepair.stream.lines import LONGEST, Line
from textrepair.workers import Workers

C = TypeVar("C")
R = TypeVar("R")


class Window:
    """How much is under way.  One line always fits, however long."""

    def __init__(self, most: int, most_bytes: int = LONGEST) -> None:
        self._most = most
        self._most_bytes = most_bytes
        self._count = self._bytes = 0
        self._closed = False
        self._changed = threading.Condition()

    def enter(self, size: int) -> bool:
        """Wait until there is room: is there, or was the window closed?"""
        with self._changed:
            while (
                not self._closed
                and self._count
                and (self._count >= self._most or self._bytes + size > self._most_bytes)
            ):
                self._changed.wait()
            self._count += 1
            self._bytes += size
            return not self._closed

    def close(self) -> None:
        """Nobody waits for room any more."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def leave(self, size: int) -> None:
        with self._changed:
            self._count -= 1
            self._bytes -= size
            self._changed.notify()


def outcomes(
    lines: Iterable[Line], workers: Workers[C], function: Callable[[C, Line], R]
) -> Iterator[tuple[Line, Future[R]]]:
    """Lines with what the function makes of them, done, in order; blank lines are left out.

    An error of the function stays in its future.  What goes wrong in reading is raised after all lines before it.
    """
    window = Window(workers.ahead)
    queue: SimpleQueue[tuple[Line, Future[R]] | BaseException | None] = SimpleQueue()

    def read() -> None:
        try:
            for line in lines:
                if line.data.strip():
                    if not window.enter(len(line.data)):
                        return
                    queue.put((line, workers.submit(function, line)))
        except BaseException as error:
            queue.put(error)
        else:
            queue.put(None)

    threading.Thread(target=read, name="textrepair-reader", daemon=True).start()
    try:
        while (next_ := queue.get()) is not None:
            if isinstance(next_, BaseException):
                raise next_
            line, future = next_
            future.exception()
            yield line, future
            window.leave(len(line.data))
    finally:  # whoever takes no more leaves nobody waiting
        window.close()
