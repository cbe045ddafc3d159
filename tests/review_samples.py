"""A corpus to review and a repairer that knows three words, for the tests of the session and of its faces."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from textrepair.patch import Edit
from textrepair.review.proposals import Proposed
from textrepair.review.session import Session, open_session

_SWAPS = {"astir": ("about", 0.97), "inwards": ("in", 0.6), "past": ("by", 0.45)}
TEXT = "Astir noon they went inwards the hall. It was astir time, said one past the door.\n"


def edits(text: str) -> list[Edit]:
    """The edits that mend a text."""
    found = []
    for match in re.finditer("(?i)astir|inwards|past", text):
        after, confidence = _SWAPS[match[0].lower()]
        after = after.capitalize() if match[0][0].isupper() else after
        others = (("around", 0.02), ("at", 0.01))
        found.append(Edit(match.start(), match.end(), match[0], after, "spin", confidence, others))
    return found


def propose(text: str) -> Proposed:
    """A repairer that makes the edits from 0.6 on and proposes the others."""
    found = edits(text)
    applied = tuple(e for e in found if e.confidence >= 0.6)
    return Proposed(text, applied, tuple(e for e in found if e.confidence < 0.6), score=0.9)


@dataclass
class Corpus:
    """A file of records and the store beside it."""

    path: Path
    store: Path

    @classmethod
    def made(cls, folder: Path, articles: int = 4) -> Corpus:
        corpus = cls(folder / "news.jsonl", folder / "news.jsonl.review")
        corpus.write({f"n{number}": TEXT for number in range(articles)})
        return corpus

    def write(self, texts: dict[str, str]) -> None:
        """Records as a crawl has them: without edits."""
        records = ({"id": id_, "text": text, "url": f"x/{id_}"} for id_, text in texts.items())
        self.path.write_text("".join(json.dumps(record) + "\n" for record in records))

    def write_repaired(self, texts: dict[str, str]) -> None:
        """Records as ``repair --format jsonl`` writes them: no model is needed to review them."""
        lines = []
        for id_, text in texts.items():
            made = [
                {"start": e.start, "end": e.end, "before": e.before, "after": e.after, "kind": e.kind}
                | {"confidence": e.confidence, "alternatives": list(e.alternatives)}
                for e in edits(text)
            ]
            record = {"id": id_, "text": text, "textrepair": {"score": 0.9, "edits": [], "proposals": made}}
            lines.append(json.dumps(record) + "\n")
        self.path.write_text("".join(lines))

    def open(self, who: str = "kim", **options: Any) -> Session:
        """A session on it, with the repairer above."""
        return open_session([str(self.path)], self.store, who, propose=propose, **options)
