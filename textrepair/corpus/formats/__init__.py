"""File formats of corpora: how each is cut into batches of records, and how records become files again.

``FORMATS`` are what can be read, ``OUTPUTS`` (in :mod:`textrepair.corpus.formats.outputs`) what can be written.
"""

from __future__ import annotations

from textrepair.corpus.formats.base import Batch, Format, Limits, Piece
from textrepair.corpus.formats.columns import Parquet
from textrepair.corpus.formats.files import Texts
from textrepair.corpus.formats.lines import Jsonl
from textrepair.corpus.formats.tables import Csv, Tsv
from textrepair.corpus.formats.web import Warc, Wet

FORMATS: dict[str, Format] = {
    form.name: form for form in (Texts(), Jsonl(), Csv(), Tsv(), Parquet(), Warc(), Wet())
}

__all__ = ["FORMATS", "Batch", "Format", "Limits", "Piece"]
