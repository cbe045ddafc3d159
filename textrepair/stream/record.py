"""What becomes of one line of JSONL: does it pass, and what is written?

Runs in the workers: they parse, read the article and make the new line, so that the program itself only moves bytes.  A line
that is changed in nothing but its results gets these in front of its closing brace; the rest of it is not written anew, so
numbers, escapes and spaces stay as they were.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import textrepair
from textrepair.corpus.articles import Article, ReadOptions, Unreadable, parse_line
from textrepair.fields import FieldError
from textrepair.repair import Repairer
from textrepair.stream.lines import Line
from textrepair.stream.screen import Screen
from textrepair.writer.jsonl import dumps
from textrepair.writer.schema import Schema, scan_results

SOURCE = "stdin"
_BOM = b"\xef\xbb\xbf"


class Fate(StrEnum):
    """What becomes of a record."""

    PASSED = "passed"
    UNTOLD = "untold"  # it passes as well
    FLAGGED = "flagged"  # dropped, unless all are only tagged
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class RecordOutcome:
    """``kinds`` are those for which it was flagged, ``data`` the line with its results (None: as it came), ``problem`` what makes
    it a bad record, ``words`` about how many it has."""

    fate: Fate
    kinds: tuple[str, ...] = ()
    data: bytes | None = None
    problem: Unreadable | None = None
    words: int = 0


@dataclass(frozen=True, slots=True)
class Sieve:
    """Settings of one run, called by workers with a repairer and a line.

    ``tag``: passing records get their results; ``tag_flagged``: flagged ones do.
    """

    screen: Screen
    reading: ReadOptions = ReadOptions()
    results_field: str = "textrepair"
    tag: bool = False
    tag_flagged: bool = False

    def __call__(self, repairer: Repairer, line: Line) -> RecordOutcome:
        article = self._article(line)
        if isinstance(article, Unreadable):
            return RecordOutcome(Fate.BAD, problem=article)
        diagnosis = repairer.diagnose(article.text)
        kinds = self.screen.failed(diagnosis)
        fate = Fate.FLAGGED if kinds else Fate.PASSED if self.screen.told(diagnosis) else Fate.UNTOLD
        data = None
        if self.tag_flagged if kinds else self.tag:
            results = scan_results(diagnosis, repairer.model_name, textrepair.__version__)
            try:
                data = self._with_results(line.data, article, results)
            except (FieldError, ValueError) as error:
                return RecordOutcome(Fate.BAD, problem=Unreadable(SOURCE, line.number, str(error)))
        return RecordOutcome(fate, kinds, data, words=article.text.count(" ") + 1)

    def _article(self, line: Line) -> Article | Unreadable:
        if line.cut:
            return Unreadable(
                SOURCE, line.number, f"a line of {line.size:,} bytes", "is it JSONL? its beginning was kept"
            )
        data = line.data.removeprefix(_BOM) if line.number == 1 else line.data
        return parse_line(data, SOURCE, SOURCE, line.number, self.reading)

    def _with_results(self, line: bytes, article: Article, results: dict[str, Any]) -> bytes:
        record = article.record or {}
        if self.results_field in record:
            schema = Schema(self.reading.text_field, self.results_field)
            return dumps(schema.filled(record, results)).encode("utf-8")
        head = line.rstrip().removesuffix(b"}").rstrip()
        return head + f",{json.dumps(self.results_field)}:{dumps(results)}}}".encode()
