"""The engine that works on a Ray cluster, by Ray Data (extra ``ray``).

Each input is a read task that streams its batches; actors repair them; this process stores what comes back, and keeps the
journal.  Batches are cut, repaired and joined by the same code as on one machine, so the outputs are the same bytes.  An actor
does its work in a process of its own, watched as local workers are (:mod:`textrepair.batch.crew`), so that a poison record costs
that process and not the actor; actors and nodes that are lost Ray replaces (its default for Ray Data).

Inputs have to be readable from every node: a shared folder, or a URL.
"""

from __future__ import annotations

import logging
import os
import pickle
from collections.abc import Generator, Iterable, Iterator
from pathlib import Path
from typing import Any

import textrepair
from textrepair.batch.crew import Shift
from textrepair.batch.engine import Ended, Event, Todo, tasks
from textrepair.batch.job import JobError, Work
from textrepair.batch.work import Task
from textrepair.corpus.formats import Limits
from textrepair.extras import needed

_EXTRA = "ray"
#: The one column of every block that travels: a pickled task, or pickled events.
_COLUMN = "item"
#: Processors for a read task: little, since an actor must have room beside the read tasks, or nothing moves on a small machine.
_READING = 0.1


class RayEngine:
    """An engine of ``size`` actors, each with one processor."""

    def __init__(self, size: int) -> None:
        self.size = size
        needed("pyarrow", _EXTRA, "--engine ray")
        self._ray = needed("ray", _EXTRA, "--engine ray")

    def run(self, todos: Iterable[Todo], work: Work, limits: Limits) -> Generator[Event, None, None]:
        """See :class:`~textrepair.batch.engine.Engine`."""
        todo = list(todos)
        if not todo:
            return
        data = needed("ray.data", _EXTRA, "--engine ray")
        ray = self._ray
        logging.getLogger("ray.data").setLevel(logging.ERROR)  # progress is told by whoever called
        if not ray.is_initialized():
            _start(ray, self.size)
        context = data.DataContext.get_current()
        context.enable_progress_bars = False
        context.execution_options.preserve_order = False
        tasks_read = data.read_datasource(
            _datasource(todo, limits), num_cpus=_READING, override_num_blocks=len(todo)
        )
        done = tasks_read.map_batches(
            _Actor, batch_size=1, batch_format="pyarrow", compute=data.ActorPoolStrategy(min_size=1, max_size=self.size),
            fn_constructor_args=(work,), num_cpus=1,
        )  # fmt: skip
        for row in done.iter_rows():
            yield from pickle.loads(row[_COLUMN])


def _start(ray: Any, size: int) -> None:
    """Join the cluster of ``RAY_ADDRESS``, or start one here, with a processor for reading beside those of the actors."""
    code = str(Path(textrepair.__file__).resolve().parents[1])  # the same program there as here
    paths = os.pathsep.join(filter(None, (code, os.environ.get("PYTHONPATH"))))
    options: dict[str, Any] = {"log_to_driver": False, "logging_level": "error"}
    if not os.environ.get("RAY_ADDRESS"):
        options |= {"num_cpus": size + 1, "include_dashboard": False}
        options["runtime_env"] = {"env_vars": {"PYTHONPATH": paths}}
    try:
        ray.init(**options)
    except Exception as error:  # Ray raises anything, plain Exception among it
        raise JobError(
            f"Ray can't be started or joined ({str(error).splitlines()[0]}); try --engine local"
        ) from error


def _datasource(todos: list[Todo], limits: Limits) -> Any:
    """A Ray Data source with a read task for each input."""
    data = needed("ray.data", _EXTRA, "--engine ray")
    block = needed("ray.data.block", _EXTRA, "--engine ray")
    base: Any = data.Datasource

    class Batches(base):  # type: ignore[misc]
        """Streams tasks, one a block: Ray holds the reading back while the actors are busy."""

        def estimate_inmemory_data_size(self) -> int | None:
            return sum(todo.source.size for todo in todos)

        def get_read_tasks(self, parallelism: int, *more: Any, **named: Any) -> list[Any]:
            return [data.ReadTask(_Reader(todo, limits), _about(todo)) for todo in todos]

    def _about(todo: Todo) -> Any:
        paths = tuple(todo.source.paths[:1])
        return block.BlockMetadata(
            num_rows=None, size_bytes=todo.source.size, input_files=paths, exec_stats=None
        )

    made: Any = Batches
    return made()


class _Reader:
    """Reads one input into blocks."""

    def __init__(self, todo: Todo, limits: Limits) -> None:
        self._todo = todo
        self._limits = limits

    def __call__(self) -> Iterator[Any]:
        for item in tasks([self._todo], self._limits):
            yield _block(item)


def _block(item: object) -> Any:
    pa = needed("pyarrow", _EXTRA, "--engine ray")
    return pa.table({_COLUMN: pa.array([pickle.dumps(item)], pa.large_binary())})


class _Actor:
    """Does tasks one by one, in a watched process that lives as long as the actor."""

    def __init__(self, work: Work) -> None:
        self._shift = Shift(1, work)

    def __call__(self, batch: Any) -> Any:
        pa = needed("pyarrow", _EXTRA, "--engine ray")
        done = [self._events(pickle.loads(item)) for item in batch.column(_COLUMN).to_pylist()]
        return pa.table({_COLUMN: pa.array(map(pickle.dumps, done), pa.large_binary())})

    def _events(self, item: Task | Ended) -> list[Event]:
        return list(self._shift.run(iter([item])))
