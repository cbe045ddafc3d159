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
from textrepair.corpus.storage import inner_ending

FORMATS: dict[str, Format] = {
    form.name: form for form in (Texts(), Jsonl(), Csv(), Tsv(), Parquet(), Warc(), Wet())
}
#: Every ending that a folder is searched for.
ENDINGS = tuple(ending for form in FORMATS.values() for ending in form.endings)

__all__ = ["ENDINGS", "FORMATS", "Batch", "Format", "Limits", "Piece", "format_of"]


def format_of(name: str) -> str:
    """The format that a file's name tells; text where its ending is none of ours.

    >>> format_of("a.jsonl.zst"), format_of("CC-MAIN.warc.wet.gz"), format_of("README")
    ('jsonl', 'wet', 'text')
    """
    ending = inner_ending(name)
    return next((form.name for form in FORMATS.values() if ending in form.endings), "text")
