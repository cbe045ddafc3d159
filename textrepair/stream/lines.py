"""Lines of a pipe as they come in, until they end or one is told to stop.

Read with ``os.read``, so that a line is handed on as soon as it is there.  After :meth:`Lines.stop` everything that was taken
from the pipe is still handed on, the line begun is read to its end byte by byte, and the pipe is left standing at the start of
the next line: whoever reads on from there misses nothing.
"""

from __future__ import annotations

import os
import select
from collections.abc import Iterator
from dataclasses import dataclass

_BLOCK = 1 << 16  # what a pipe holds on Linux
_SHOWN = 1000  # bytes kept of a line that is too long
#: Longest line that is read: books fit, and what is no JSONL at all and has no line ends doesn't fill the memory.
LONGEST = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Line:
    """One line without its end, numbered from 1.  ``size`` is its true length; ``data`` is shorter where that was too long."""

    number: int
    data: bytes
    size: int

    @property
    def cut(self) -> bool:
        return len(self.data) < self.size


class Lines:
    """The lines of a file descriptor.  May be iterated over once, in one thread; :meth:`stop` may be called from any other."""

    def __init__(self, descriptor: int, *, consumer: int | None = None, longest: int = LONGEST) -> None:
        """``consumer`` is where results go: BrokenPipeError is raised as soon as its reader has gone, not with the next write."""
        self._descriptor = descriptor
        self._longest = longest
        self._stopped = False
        self._poll = None
        if hasattr(select, "poll"):
            self._bell, self._rope = os.pipe()
            self._poll = select.poll()
            self._poll.register(descriptor, select.POLLIN)
            self._poll.register(self._bell, select.POLLIN)
            if consumer is not None:
                self._poll.register(consumer, 0)  # errors are always told
        self._consumer = consumer

    def stop(self) -> None:
        """Take no more lines than the one begun.  May be called by a signal handler."""
        if not self._stopped:
            self._stopped = True
            if self._poll is not None:
                os.write(self._rope, b".")

    def close(self) -> None:
        """Release what was needed to wait; the descriptor itself stays open."""
        if self._poll is not None:
            self._poll = None
            os.close(self._bell)
            os.close(self._rope)

    def __iter__(self) -> Iterator[Line]:
        number = size = 0
        parts: list[bytes] = []
        while data := self._read(begun=size > 0):
            *ends, rest = data.split(b"\n")
            for end in ends:
                number += 1
                yield self._line(number, parts, end, size)
                parts, size = [], 0
            if rest:
                self._add(parts, rest, size)
                size += len(rest)
        if size:
            yield self._line(number + 1, parts, b"", size)

    def _add(self, parts: list[bytes], data: bytes, size: int) -> None:
        """One more part of a line; once it is too long only its beginning is kept."""
        if size + len(data) <= self._longest:
            parts.append(data)
        elif size <= self._longest:
            parts[:] = [b"".join([*parts, data])[:_SHOWN]]

    def _line(self, number: int, parts: list[bytes], end: bytes, size: int) -> Line:
        self._add(parts, end, size)
        return Line(number, b"".join(parts), size + len(end))

    def _read(self, begun: bool) -> bytes:
        """The next bytes; none at the end, or where it was told to stop and no line is begun."""
        while True:
            if self._stopped:
                return os.read(self._descriptor, 1) if begun else b""
            if self._wait():
                return os.read(self._descriptor, _BLOCK)

    def _wait(self) -> bool:
        """Wait until there is something to read; False where only :meth:`stop` was called."""
        if self._poll is None:
            return True
        told = dict(self._poll.poll())
        if self._consumer is not None and told.get(self._consumer, 0) & (select.POLLERR | select.POLLHUP):
            raise BrokenPipeError
        return self._descriptor in told and self._bell not in told
