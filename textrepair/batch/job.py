"""What is to be done, and is it still the same job as the one that was begun?"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from typing import Any

import textrepair
from textrepair.corpus.formats import Limits
from textrepair.repair import QUICK, SCREENED, Depth, Repairer, Settings, load
from textrepair.writer.schema import Schema


class JobError(Exception):
    """The job can't be begun or gone on with: what is wrong and what to try, in one line."""


@dataclass(frozen=True, slots=True)
class Work:
    """All that a worker has to know; can be pickled.

    ``seconds``: processor time that one record may take.  ``depth``, ``neural``: as in :func:`~textrepair.repair.load`.
    ``scan``: find what is spun (the first pass of ``--adapt``) instead of repairing.
    """

    schema: Schema = field(default_factory=Schema)
    id_field: str = "id"
    settings: Settings = field(default_factory=Settings)
    model: str | None = None
    model_name: str = ""
    output: str = "jsonl"
    seconds: float = 60.0
    depth: Depth = SCREENED
    neural: bool = False
    scan: bool = False

    def repairer(self) -> Repairer:
        """What the work is done with.  To find what is spun a quick look is enough."""
        if self.scan:
            return load(self.model, depth=QUICK)
        return load(self.model, depth=self.depth, neural=self.neural)


@dataclass(frozen=True, slots=True)
class Job:
    """A job as it was asked for.  ``output`` None: as each input; ``compression`` None: as each input."""

    work: Work
    out: str
    limits: Limits = field(default_factory=Limits)
    input_format: str = "auto"
    output: str | None = None
    compression: str | None = None
    shard_size: int | None = None
    adapt: int = 0

    def identity(self) -> dict[str, Any]:
        """Everything that the output's bytes depend on, by the name that users know it by."""
        work, settings = self.work, self.work.settings
        return {
            "textrepair": textrepair.__version__,
            "--model": work.model_name,
            "--text-field": work.schema.text_field,
            "--id-field": work.id_field,
            "--results-field": work.schema.results_field,
            "--clean-field": work.schema.clean_field,
            "--apply and --skip": sorted(settings.apply),
            "--min-confidence": settings.min_confidence,
            "--quick or --thorough": None if work.depth == SCREENED else f"--{work.depth}",
            "--protect": _digest(sorted(settings.protect)) if settings.protect else None,
            "--input-format": self.input_format,
            "--output-format": self.output,
            "--compress": self.compression,
            "--shard-size": self.shard_size,
            "--adapt": self.adapt,
            "--batch-records": asdict(self.limits),
        }


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()[:12]


def changes(before: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """What differs, for a person to read."""
    return [
        f"{name} was {_shown(before.get(name))}, is {_shown(now.get(name))}"
        for name in dict.fromkeys([*before, *now])
        if before.get(name) != now.get(name)
    ]


def _shown(value: object) -> str:
    return "not given" if value is None else value if isinstance(value, str) else json.dumps(value)
