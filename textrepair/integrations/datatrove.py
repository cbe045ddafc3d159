"""Blocks for datatrove pipelines (extra ``datatrove``): a filter by the score, a formatter that repairs, and counts.

    from datatrove.executor import LocalPipelineExecutor
    from datatrove.pipeline.readers import JsonlReader
    from datatrove.pipeline.writers import JsonlWriter
    from textrepair.integrations.datatrove import DamageFilter, RepairFormatter, RepairStats

    LocalPipelineExecutor([
        JsonlReader("crawl/"),
        DamageFilter(max_score=0.99),       # drops what is damaged beyond this; what can't be told passes
        RepairFormatter(),                  # doc.text is the cleaned text, doc.metadata["textrepair"] the results
        RepairStats(),                      # counts, in datatrove's own statistics
        JsonlWriter("cleaned/", adapter=as_record),
    ], tasks=8).run()

Readers, writers and executors are datatrove's.  With :func:`as_record` a written record is that of ``textrepair batch``.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import textrepair
from textrepair.detector.base import FLAGGED
from textrepair.extras import needed
from textrepair.repair import SCREENED, Depth, Repairer, Settings, load
from textrepair.stream.screen import MAX_SCORE, SEVERAL, Screen
from textrepair.writer.schema import RESULTS_FIELD, Schema, repair_results, scan_results

_NAME = "textrepair.integrations.datatrove"
#: A document's text is no field of its metadata, in which any name may stand.
_NO_FIELD = "\0text"
_Step: Any = needed("datatrove.pipeline.base", "datatrove", _NAME).PipelineStep
_Filter: Any = needed("datatrove.pipeline.filters.base_filter", "datatrove", _NAME).BaseFilter
_Formatter: Any = needed("datatrove.pipeline.formatters.base", "datatrove", _NAME).BaseFormatter


@cache
def _repairer(model: str | None, depth: Depth) -> Repairer:
    """One in each process, opened when its first document comes: blocks travel to workers without it."""
    return load(model, depth=depth)


class DamageFilter(_Filter):  # type: ignore[misc]
    """Drops documents that don't pass a :class:`~textrepair.stream.screen.Screen`: the same that ``textrepair filter`` drops.

    Their score is over ``max_score``; or with ``kinds`` (``"spin"``, or ``"encoding=0.9"`` with a limit of its own) the
    probability of one of these.  What can't be told (null) passes.  With ``tag`` nothing is dropped, and the scan's results stand
    in the metadata.  ``depth`` as in :class:`~textrepair.repair.Repairer`.
    """

    name = "🩹 textrepair damage"

    def __init__(
        self,
        max_score: float = MAX_SCORE,
        kinds: tuple[str, ...] = (),
        tag: bool = False,
        model: str | None = None,
        results_field: str = RESULTS_FIELD,
        exclusion_writer: Any = None,
        depth: Depth = SCREENED,
    ) -> None:
        super().__init__(exclusion_writer)
        self.screen = Screen.parse(max_score, kinds)
        self.tag, self.model, self.results_field, self.depth = tag, model, results_field, depth

    def filter(self, doc: Any) -> bool | tuple[bool, str]:
        """Is the document kept?  If not, for which damage: the most probable of those that it fails for."""
        repairer = _repairer(self.model, self.depth)
        diagnosis = repairer.diagnose(doc.text)
        if self.tag:
            doc.metadata[self.results_field] = scan_results(
                diagnosis, repairer.model_name, textrepair.__version__
            )
            return True
        failed = self.screen.failed(diagnosis)
        if not failed:
            return True
        return False, failed[0] if failed == (SEVERAL,) else max(
            failed, key=lambda kind: diagnosis.damage[kind].probability or 0.0
        )


class RepairFormatter(_Formatter):  # type: ignore[misc]
    """Puts the cleaned text into ``doc.text`` and the results into the metadata, in the schema of ``textrepair batch``."""

    name = "🩹 textrepair repair"

    def __init__(
        self,
        settings: Settings | None = None,
        model: str | None = None,
        results_field: str = RESULTS_FIELD,
        depth: Depth = SCREENED,
    ) -> None:
        super().__init__()
        self.settings = settings or Settings()
        self.model, self.results_field, self.depth = model, results_field, depth

    def format(self, text: str) -> str:
        """The cleaned text alone."""
        return _repairer(self.model, self.depth).repair(text, self.settings).text

    def run(self, data: Any, rank: int = 0, world_size: int = 1) -> Iterator[Any]:
        """Documents with their results."""
        repairer = _repairer(self.model, self.depth)
        schema = Schema(text_field=_NO_FIELD, results_field=self.results_field)
        for doc in data:
            self.stat_update("total")
            with self.track_time():
                repair = repairer.repair(doc.text, self.settings)
                results = repair_results(repair, repairer.model_name, textrepair.__version__)
                doc.metadata = schema.filled(doc.metadata, results)
                doc.text = repair.text
            yield doc


class RepairStats(_Step):  # type: ignore[misc]
    """Counts what a :class:`RepairFormatter` or a tagging :class:`DamageFilter` before it has found.

    Flagged and changed documents, and edits and articles by kind, among datatrove's statistics.
    """

    type = "📊 - STATS"
    name = "🩹 textrepair counts"

    def __init__(self, results_field: str = RESULTS_FIELD) -> None:
        super().__init__()
        self.results_field = results_field

    def run(self, data: Any, rank: int = 0, world_size: int = 1) -> Iterator[Any]:
        """The documents as they come."""
        for doc in data:
            self.stat_update("total")
            results = doc.metadata.get(self.results_field)
            if results is not None:
                self._count(results)
            yield doc

    def _count(self, results: dict[str, Any]) -> None:
        score = results["score"]
        self.stat_update(
            "flagged" if score is not None and score >= FLAGGED else "untold" if score is None else "sound"
        )
        if results.get("edits"):
            self.stat_update("changed")
        for kind, damage in results["damage"].items():
            if (damage["probability"] or 0.0) >= FLAGGED:
                self.stat_update(f"articles_{kind}")
        for edit in results.get("edits", ()):
            self.stat_update(f"edits_{edit['kind']}", unit="edit")


def as_record(self: Any, document: Any) -> dict[str, Any]:
    """An adapter for datatrove's writers: the document as the flat record that ``textrepair batch`` writes."""
    del self
    record = {"id": document.id, "text": document.text, **document.metadata}
    record.pop("file_path", None)  # datatrove's own
    return record
