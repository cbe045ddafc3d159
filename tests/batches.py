"""For tests of batch jobs: an engine without processes, and a repairer that mends one word."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterable, Sequence
from pathlib import Path
from typing import Any

import regex
from strategies import FakeRepair, diagnosis

from textrepair.batch.engine import Ended, Event, Todo, tasks
from textrepair.batch.job import Job, Work
from textrepair.batch.work import Done, perform
from textrepair.corpus.formats import Limits
from textrepair.patch import Edit, Patch
from textrepair.repair import Settings


class FakeRepairer:
    """Finds ``teh`` spun, mends it, and fails on ``boom``."""

    model_name = "fake (1)"

    def repair(self, text: str, settings: Settings | None = None) -> Any:
        if "boom" in text:
            raise RuntimeError("boom")
        edits = tuple(
            Edit(m.start(), m.end(), m[0], "the", "spin", 0.9) for m in regex.finditer(r"\bteh\b", text)
        )
        return FakeRepair(text, Patch(edits), (), diagnosis(spin=0.99 if edits else 0.01))


class Inline:
    """Does the work here.  ``order`` may rearrange events; ``before`` is called with each event's number."""

    def __init__(
        self,
        before: Callable[[int], None] = lambda n: None,
        order: Callable[[list[Event]], list[Event]] | None = None,
    ) -> None:
        self._before = before
        self._order = order
        self.done: list[tuple[int, int]] = []

    def run(self, todos: Iterable[Todo], work: Work, limits: Limits) -> Generator[Event, None, None]:
        items = tasks(todos, limits)
        events = (item if isinstance(item, Ended) else perform(item, work, FakeRepairer()) for item in items)  # type: ignore[arg-type]
        for number, event in enumerate(self._order(list(events)) if self._order else events):
            self._before(number)
            if isinstance(event, Done):
                self.done.append((event.source, event.number))
            yield event


class Killed(BaseException):
    """What stands for SIGKILL: nothing catches it."""


class Quiet:
    """A watch that remembers what it was told."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def begin(self, title: str, sources: Sequence[Any], records_before: int) -> None: ...
    def done(self, source: Any, done: Any) -> None: ...
    def struck(self, source: Any, struck: Any) -> None: ...
    def finished(self, source: Any) -> None: ...
    def say(self, message: str) -> None:
        self.said.append(message)


def job(out: Path | str, **options: Any) -> Job:
    work = options.pop("work", Work(model_name="fake (1)"))
    return Job(work, str(out), options.pop("limits", Limits(3)), **options)


def put_out(out: Path) -> dict[str, bytes]:
    """Every file in a job's folder, but for the journal and its like."""
    files = [path for path in sorted(out.rglob("*")) if path.is_file()]
    names = {path.relative_to(out).as_posix(): path for path in files}
    return {n: path.read_bytes() for n, path in names.items() if not n.startswith(".textrepair/")}


def contents(out: Path) -> dict[str, bytes]:
    """What a job has put out, but for times."""
    found = put_out(out)
    found.pop("report.html", None)
    summary = json.loads(found["summary.json"])
    del summary["timing"]
    found["summary.json"] = json.dumps(summary).replace(str(out), "OUT").encode()
    return found
