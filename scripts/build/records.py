"""Files of records, one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path


def records(path: Path) -> Iterator[tuple[str, str]]:
    """Ids and texts; a record without an id has its number."""
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file):
            record = json.loads(line)
            yield record.get("id", f"{path.stem}-{number}"), record["text"]
