"""Decisions that hold from now on, in every corpus: where they are kept.

One JSON object a line, so that a person can read, share and prune them.  A file is replaced in one step.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from textrepair.corpus.articles import OnError, Unreadable
from textrepair.corpus.output import whole_file
from textrepair.review.schema import DECISIONS


@dataclass(frozen=True, slots=True)
class Rule:
    """What was decided about a swap, by whom and when (seconds since 1970).  ``text`` is what "other" puts."""

    before: str
    after: str
    verdict: Literal["accept", "reject", "other"]
    text: str | None
    who: str
    at: float


class RulesFile:
    """The rules in a file, which need not be there yet."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)

    def read(self, on_error: OnError = lambda _: None) -> list[Rule]:
        """All rules; a line that is none is told and left out."""
        rules = []
        for number, line in enumerate(self._lines(), 1):
            try:
                rules.append(_rule(line))
            except (ValueError, KeyError, TypeError):
                on_error(Unreadable(str(self.path), number, "not a rule", "delete the line, or the file"))
        return rules

    def add(self, rule: Rule) -> None:
        """Keep a rule, in the place of one for the same swap."""
        data = json.dumps(asdict(rule), ensure_ascii=False).encode("utf-8", "surrogatepass")
        self._write([*self._others(rule), data])

    def remove(self, rule: Rule) -> None:
        """Forget the rule for a swap."""
        self._write(self._others(rule))

    def _others(self, rule: Rule) -> list[bytes]:
        """The lines without that of a rule for the same swap; those that are no rules stay, for a person to look at."""

        def is_other(line: bytes) -> bool:
            try:
                return _swap(_rule(line)) != _swap(rule)
            except (ValueError, KeyError, TypeError):
                return True

        return [line for line in self._lines() if is_other(line)]

    def _lines(self) -> list[bytes]:
        """Only a line feed ends a line: JSON may hold the other ends."""
        return list(filter(None, self.path.read_bytes().split(b"\n"))) if self.path.exists() else []

    def _write(self, lines: list[bytes]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(self.path) as file:
            file.writelines(line + b"\n" for line in lines)


def _rule(line: bytes) -> Rule:
    """Raises ValueError, KeyError or TypeError where the line is none."""
    record = json.loads(line.decode("utf-8", "surrogatepass"))
    rule = Rule(
        str(record["before"]), str(record["after"]), record["verdict"], record.get("text"),
        str(record.get("who", "")), float(record.get("at", 0.0)),
    )  # fmt: skip
    if rule.verdict not in DECISIONS or (rule.verdict == "other") != isinstance(rule.text, str):
        raise ValueError("no decision")
    return rule


def default_path() -> Path:
    """Where rules are kept unless told otherwise: the user's folder for settings."""
    if named := os.environ.get("TEXTREPAIR_RULES"):
        return Path(named)
    import click

    return Path(click.get_app_dir("textrepair")) / "review-rules.jsonl"


def _swap(rule: Rule) -> tuple[str, str]:
    return rule.before, rule.after
