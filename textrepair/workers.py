"""How do threads or processes do one thing to many, in order, with little memory, and without taking each other down?

:class:`Workers` calls ``function(context, item)``, where the context (a :class:`~textrepair.repair.Repairer`, usually) is in
every worker once.  At most a few items for each worker are under way, so what feeds it is held back when the workers are slower.

Processes are loky's (https://loky.readthedocs.io): each is a new interpreter that imports nothing of the main program.  So it
doesn't matter which threads or locks the program has, and scripts need no ``if __name__ == "__main__"``.  A process that
dies (killed for memory, mostly) takes what was under way with it; all of that is done again, one item at a time in a
process apart, and only the item that kills that one too fails, with :class:`WorkerDied`.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, ThreadPoolExecutor
from contextlib import suppress
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

C = TypeVar("C")
T = TypeVar("T")
R = TypeVar("R")

#: Items under way for each worker: one in work and the next at hand, so that no worker waits for what feeds it.
_AHEAD = 3
_LOOK_FOR_PARENT = 1.0  # seconds


class WorkerDied(RuntimeError):
    """A worker process ended while it worked on this item, twice."""


class Workers(Generic[C]):
    """Calls ``function(context, item)`` in ``processes`` or ``threads``; with neither, in the calling thread.

    The context and, for processes, functions, items and results have to be picklable; lambdas and functions of a notebook are.
    In worker processes standard input is empty and what is printed goes to stderr, since the program's own pipes are not theirs.
    May be used by several threads at once.  Use it in a ``with`` block, or call :meth:`close`.
    """

    def __init__(self, context: C, *, processes: int = 0, threads: int = 0) -> None:
        if processes < 0 or threads < 0:
            raise ValueError("processes and threads can't be negative")
        if processes and threads:
            raise ValueError("processes or threads: choose one of them")
        self.context = context
        self.count = processes or threads
        self.ahead = _AHEAD * self.count
        self._executor: _Processes[C] | ThreadPoolExecutor | None = None
        if processes:
            self._executor = _Processes(context, processes)
        elif threads:
            self._executor = ThreadPoolExecutor(threads, thread_name_prefix="textrepair")

    def submit(self, function: Callable[[C, T], R], item: T) -> Future[R]:
        """The result to come.  Without workers it is there when this returns."""
        if isinstance(self._executor, _Processes):
            return self._executor.submit(function, item)
        if self._executor is not None:
            return self._executor.submit(function, self.context, item)
        future: Future[R] = Future()
        _settle(future, lambda: function(self.context, item))
        return future

    def map(self, function: Callable[[C, T], R], items: Iterable[T]) -> Iterator[R]:
        """Results in the order of the items, which are taken as there is room for them.

        An error of the function is raised in the place of its result; what was under way behind it is given up.
        """
        waiting: deque[Future[R]] = deque()
        try:
            for item in items:
                waiting.append(self.submit(function, item))
                if len(waiting) > self.ahead:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()

    async def call(self, function: Callable[[C, T], R], item: T) -> R:
        """For coroutines: the event loop goes on meanwhile.  Without workers asyncio's own threads do it."""
        if self._executor is None:
            return await in_thread(function, self.context, item)
        import asyncio

        return await asyncio.wrap_future(self.submit(function, item))

    def start(self) -> list[Future[None]]:
        """Start the workers now instead of with the first items; the futures are done when they are ready."""
        return [self.submit(_nothing, None) for _ in range(self.count)]

    def close(self, kill: bool = False) -> None:
        """End the workers when they have finished what is under way, or with ``kill`` at once."""
        if isinstance(self._executor, _Processes):
            self._executor.close(kill)
        elif self._executor is not None:
            self._executor.shutdown(wait=not kill, cancel_futures=kill)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close(kill=error is not None)


def beside(
    items: Iterable[T], part: Callable[[T], C], of_many: Callable[[Iterable[C]], Iterable[R]]
) -> Iterator[tuple[T, R]]:
    """Each item with the result of a part of it.  ``of_many`` gives the parts' results in their order and may take several parts
    ahead.

    >>> list(beside(["one", "three"], len, lambda sizes: (size % 2 for size in sizes)))
    [('one', 1), ('three', 1)]
    """
    under_way: deque[T] = deque()

    def parts() -> Iterator[C]:
        for item in items:
            under_way.append(item)
            yield part(item)

    for result in of_many(parts()):
        yield under_way.popleft(), result


async def in_thread(function: Callable[..., R], *arguments: object) -> R:
    """For coroutines: the function's result, from a thread of asyncio's own."""
    import asyncio  # a twentieth of a second, which other programs needn't pay

    return await asyncio.to_thread(function, *arguments)


def _nothing(context: object, item: object) -> None:
    """The work of a worker that is only started."""


def _settle(future: Future[R], work: Callable[[], R]) -> None:
    """Do the work and leave its result, or its error, with the future."""
    try:
        result = work()
    except (Exception, CancelledError) as error:
        future.set_exception(error)
    else:
        future.set_result(result)


# --- processes


class _Processes(Generic[C]):
    """Worker processes that are replaced when one dies."""

    def __init__(self, context: C, count: int) -> None:
        self._context = context
        self._count = count
        self._lock = threading.Lock()
        self._pool: Executor | None = None
        self._apart: Executor | None = None
        self._nurse = ThreadPoolExecutor(1, thread_name_prefix="textrepair-nurse")
        self._closed = False

    def submit(self, function: Callable[[C, T], R], item: T) -> Future[R]:
        outer: Future[R] = Future()
        outer.set_running_or_notify_cancel()
        pool, inner = self._enqueue(function, item)

        def done(inner: Future[R]) -> None:
            broken = not inner.cancelled() and isinstance(inner.exception(), BrokenExecutor)
            if broken and not self._closed:
                self._discard(pool)
                with suppress(RuntimeError):  # closed in this moment
                    self._nurse.submit(_settle, outer, lambda: self._alone(function, item))
                    return
            _settle(outer, inner.result)

        inner.add_done_callback(done)
        return outer

    def _enqueue(self, function: Callable[[C, T], R], item: T) -> tuple[Executor, Future[R]]:
        while True:
            with self._lock:
                if self._closed:
                    raise RuntimeError("these workers are closed")
                if self._pool is None:
                    self._pool = self._new(self._count)
                pool = self._pool
            try:
                return pool, pool.submit(_work, function, item)
            except BrokenExecutor:  # and nobody has noticed yet
                self._discard(pool)

    def _discard(self, pool: Executor) -> None:
        with self._lock:
            if self._pool is not pool:
                return
            self._pool = None
        pool.shutdown(wait=False)

    def _alone(self, function: Callable[[C, T], R], item: T) -> R:
        """Do an item that was under way when a process died."""
        if self._apart is None:
            self._apart = self._new(1)
            try:
                self._apart.submit(_work, _nothing, None).result()
            except BrokenExecutor as error:
                self._apart = None
                raise RuntimeError(f"worker processes can't start: {error.__cause__ or error}") from error
        try:
            return self._apart.submit(_work, function, item).result()
        except BrokenExecutor as error:
            self._apart = None
            raise WorkerDied(
                "the worker process died of it; it may need more memory than there is"
            ) from error

    def _new(self, count: int) -> Executor:
        from loky import ProcessPoolExecutor
        from loky.backend import get_context

        pool: Executor = ProcessPoolExecutor(
            count, context=get_context("loky"), initializer=_begin, initargs=(self._context, os.getpid())
        )
        return pool

    def close(self, kill: bool) -> None:
        with self._lock:
            pool, self._pool = self._pool, None
            if kill:
                self._closed = True
        if pool is not None:
            _shut(pool, kill)
        self._nurse.shutdown(wait=not kill, cancel_futures=kill)
        self._closed = True
        if self._apart is not None:
            _shut(self._apart, kill)


def _shut(pool: Any, kill: bool) -> None:
    pool.shutdown(wait=True, kill_workers=kill)


_context: Any = None


def _begin(context: object, parent: int) -> None:
    """What a worker process does first."""
    global _context
    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # Ctrl-C goes to all of a terminal's programs; the parent decides
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    sys.stdout.flush()
    os.dup2(2, 1)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    _context = context


def _end_with(parent: int) -> None:
    """A worker whose parent was killed has nobody to work for, and would wait for ever."""
    while os.name != "posix" or os.getppid() == parent:
        time.sleep(_LOOK_FOR_PARENT)
    os._exit(1)


def _work(function: Callable[[Any, T], R], item: T) -> R:
    return function(_context, item)
