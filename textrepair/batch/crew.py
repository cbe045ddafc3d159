"""The local engine: processes on this machine, each with one batch at a time, watched.

``multiprocessing.Pool`` waits for ever for a worker that was killed, and ``ProcessPoolExecutor`` gives all work up.  Here a
worker that ends (killed for memory, crashed in compiled code, out of processor time) is replaced, and its batch is done again.
Which record it was at stands in shared memory.

A record's processor time is limited by a timer of the system (``ITIMER_PROF``), whose signal ends the process also inside
compiled code.  A record that hangs without working is noticed by its process getting no processor time at all for ten times
as long: on a busy machine every record is slow by the clock on the wall, and none of them is to blame.
"""

from __future__ import annotations

import multiprocessing as mp
import os
import signal
import time
from collections import Counter, deque
from collections.abc import Generator, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from multiprocessing.connection import Connection, wait
from typing import Any

from textrepair.batch.engine import Ended, Event, Struck, Todo, tasks
from textrepair.batch.job import JobError, Work
from textrepair.batch.work import Done, Task, perform
from textrepair.corpus.formats import Limits
from textrepair.extras import MissingExtra

#: Workers that a record may cost before it is set aside, where it isn't plain that the record is at fault: a worker can be
#: killed for the memory that another one uses.
STRIKES = 3
_STILLBORN = 3  # workers that may end before they are ready, or between records, in a row
_PATIENCE = 10.0  # how much longer the watcher's clock waits than the limit of processor time
#: Repaired before the first record, so that its time isn't spent on compiling: spun, so that all of the search is run.
_WARM_UP = (
    "The mayor aforementioned connected Tuesday that the council had approved the plan astatine last, and that the work along "
    "the old harbour would start successful the spring. “We person waited recollective enough,” she said to reporters."
)
_POLL = 1.0  # seconds between two looks at the clocks
_BETWEEN = -1
_NO_MEMORY = 12  # exit code of a worker that could get no more


class Crew:
    """An engine of ``size`` processes."""

    def __init__(self, size: int) -> None:
        self.size = size

    def run(self, todos: Iterable[Todo], work: Work, limits: Limits) -> Generator[Event, None, None]:
        """See :class:`~textrepair.batch.engine.Engine`.  Reads no further ahead than one batch."""
        shift = Shift(self.size, work)
        try:
            yield from shift.run(tasks(todos, limits))
        finally:
            shift.close()


class Shift:
    """Workers, and what they are at; ``close`` sends them home."""

    def __init__(self, size: int, work: Work) -> None:
        self._work = work
        self._context = _context()
        self._again: deque[Task] = deque()
        self._strikes: Counter[tuple[int, int, int]] = Counter()
        self._unborn = 0
        self._workers = [_Worker(self._context, work) for _ in range(size)]

    def run(self, stream: Iterator[Task | Ended]) -> Iterator[Event]:
        """Do all tasks of a stream; can be called again with another one."""
        ahead: Task | None = None
        more = True
        while True:
            for worker in self._workers:
                if not worker.free:
                    continue
                if self._again:
                    worker.give(self._again.popleft())
                    continue
                while ahead is None and more:
                    item = next(stream, None)
                    if isinstance(item, Ended):
                        yield item
                    elif item is None:
                        more = False
                    else:
                        ahead = item
                if ahead is not None:
                    worker.give(ahead)
                    ahead = None
            if not more and not self._again and ahead is None and not any(w.task for w in self._workers):
                return
            yield from self._events()

    def _events(self) -> Iterator[Event]:
        """Wait for what happens next; a look at the clocks when nothing does."""
        handles = {
            handle: worker for worker in self._workers for handle in (worker.pipe, worker.process.sentinel)
        }
        for worker in {id(w): w for h in wait(list(handles), _POLL) if (w := handles[h])}.values():
            answer = worker.answer()
            if isinstance(answer, Done):
                self._unborn = 0
                yield answer
            elif isinstance(answer, MissingExtra):
                raise answer
            elif answer is _GONE:
                yield from self._replaced(worker, None)
        for worker in self._workers:
            if worker.overdue(self._work.seconds * _PATIENCE):
                worker.kill()
                yield from self._replaced(
                    worker, f"it hung for more than {self._work.seconds * _PATIENCE:g} s"
                )

    def _replaced(self, worker: _Worker, reason: str | None) -> Iterator[Event]:
        task, index, code = worker.task, worker.index, worker.bury()
        if hasattr(signal, "SIGPROF") and code == -signal.SIGPROF:
            reason = f"it took more than {self._work.seconds:g} s of processor time"
        if task is None or index == _BETWEEN:
            self._unborn += 1
            if self._unborn > _STILLBORN * len(self._workers):
                raise JobError(f"workers end before they do anything ({_cause(code)}); try fewer --workers")
        else:
            yield self._struck(task, index, code, reason)
            task = self._again.pop()
        if task is not None:
            self._again.append(task)
        self._workers[self._workers.index(worker)] = _Worker(self._context, self._work)

    def _struck(self, task: Task, index: int, code: int | None, reason: str | None) -> Struck:
        """Count a strike and put the task back, without the record if it is the last."""
        key = task.source, task.number, index
        self._strikes[key] += 1
        if reason is None and self._strikes[key] >= STRIKES:
            reason = f"it ended {STRIKES} workers ({_cause(code)})"
        if reason is not None:
            task = replace(task, poison={**task.poison, index: reason})
        self._again.append(task)
        return Struck(task.source, task.number, index, reason)

    def close(self) -> None:
        for worker in self._workers:
            worker.kill()
        for worker in self._workers:
            worker.bury()


_GONE = object()


class _Worker:
    """One process, seen from outside."""

    def __init__(self, context: Any, work: Work) -> None:
        self.pipe, theirs = context.Pipe()
        self._at = context.RawValue("q", _BETWEEN)
        self.process = context.Process(target=_serve, args=(theirs, work, self._at), daemon=True)
        self.process.start()
        theirs.close()
        self.task: Task | None = None
        self.ready = False
        self._seen: tuple[int, int | None] = _BETWEEN, None
        self._since = time.monotonic()

    @property
    def free(self) -> bool:
        return self.ready and self.task is None

    @property
    def index(self) -> int:
        """The record it is at."""
        return int(self._at.value)

    def give(self, task: Task) -> None:
        self.task = task
        self._seen, self._since = (_BETWEEN, None), time.monotonic()
        with suppress(BrokenPipeError, ConnectionResetError):  # it has ended: its sentinel tells
            self.pipe.send(task)

    def answer(self) -> object:
        """What it sent; ``_GONE`` where it has ended and sent nothing more."""
        try:
            if not self.pipe.poll():
                return _GONE if not self.process.is_alive() and not self.pipe.poll() else None
            answer = self.pipe.recv()
        except (EOFError, ConnectionResetError):
            self.process.join()
            return _GONE
        if answer is None:
            self.ready = True
        elif isinstance(answer, Done):
            self.task = None
        return answer

    def overdue(self, limit: float) -> bool:
        """Has it been at one record for longer than this, without working (where that can be told)?"""
        now = time.monotonic()
        if self.task is None or self.index == _BETWEEN:
            self._since = now
        elif now - self._since > _POLL:
            seen = self.index, _processor_time(self.process.pid)
            if seen != self._seen:
                self._seen, self._since = seen, now
        return now - self._since > limit

    def kill(self) -> None:
        self.process.kill()

    def bury(self) -> int | None:
        self.process.join()
        self.pipe.close()
        code: int | None = self.process.exitcode
        return code


def _processor_time(pid: int) -> int | None:
    """Clock ticks that a process has used; None where the system doesn't tell (other than Linux)."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            fields = file.read().rpartition(b")")[2].split()
    except OSError:
        return None
    return int(fields[11]) + int(fields[12])


def _context() -> Any:
    """Fresh processes, forked from one that has loaded the libraries where the system can: quick, and their pages are shared.

    Never forked from here, where threads may run (progress, Arrow, Ray).
    """
    if "forkserver" not in mp.get_all_start_methods():
        return mp.get_context("spawn")
    context = mp.get_context("forkserver")
    context.set_forkserver_preload(["textrepair.batch.preload"])
    return context


def _serve(pipe: Connection, work: Work, at: Any) -> None:
    """The life of a worker: tasks in, results out, until nobody is there any more."""
    with suppress(AttributeError, ValueError):
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to all; whoever gave the work decides
    _offer_to_the_killer()
    repairer = work.repairer()
    repairer.repair(_WARM_UP)
    mind = _Minder(at, work.seconds)
    pipe.send(None)
    while True:
        try:
            task = pipe.recv()
        except (EOFError, OSError):
            return
        try:
            answer: object = perform(task, work, repairer, mind)
        except MissingExtra as error:
            answer = error
        except MemoryError:
            os._exit(_NO_MEMORY)
        with suppress(BrokenPipeError):
            pipe.send(answer)


class _Minder:
    """Notes which record is begun, and sets the timer for it."""

    def __init__(self, at: Any, seconds: float) -> None:
        self._at = at
        self._seconds = seconds
        self._parent = os.getppid()

    def __call__(self, index: int) -> None:
        if os.getppid() != self._parent:
            os._exit(1)  # whoever gave the work is gone, and someone else may be doing it again
        self._at.value = index
        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_PROF, self._seconds if index != _BETWEEN else 0)


def _offer_to_the_killer() -> None:
    """When memory runs out, let Linux end a worker, which is replaced, and not the process that keeps the journal."""
    with suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:
        file.write("500")


def _cause(code: int | None) -> str:
    if code == _NO_MEMORY:
        return "out of memory"
    if code is None or code >= 0:
        return f"exit code {code}"
    name = signal.Signals(-code).name
    return f"{name}: out of memory?" if name == "SIGKILL" else name
