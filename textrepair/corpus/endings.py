"""What does a file hold, as its name tells?  One table for every command."""

from __future__ import annotations

from pathlib import PurePath

from textrepair.corpus.compression import ENDINGS as COMPRESSED

#: The endings of each format; ``.gz`` or ``.zst`` may follow.
ENDINGS_OF: dict[str, tuple[str, ...]] = {
    "text": (".txt", ".md", ".html"),
    "jsonl": (".jsonl", ".ndjson"),
    "csv": (".csv",),
    "tsv": (".tsv",),
    "parquet": (".parquet", ".pq"),
    "warc": (".warc",),
    "wet": (".wet",),
}
#: Every ending that ``textrepair batch`` searches a folder for.
ENDINGS = tuple(ending for endings in ENDINGS_OF.values() for ending in endings)
_FORMAT_OF = {ending: form for form, endings in ENDINGS_OF.items() for ending in endings}


def inner_ending(name: str) -> str:
    """The ending that tells what a file holds, seen through its compression.

    >>> inner_ending("a/b.JSONL.gz"), inner_ending("b")
    ('.jsonl', '')
    """
    place = PurePath(name)
    return (PurePath(place.stem) if place.suffix.lower() in COMPRESSED else place).suffix.lower()


def format_of(name: str) -> str:
    """The format that a file's name tells; text where its ending is none of ours.

    >>> format_of("a.jsonl.zst"), format_of("CC-MAIN.warc.wet.gz"), format_of("README")
    ('jsonl', 'wet', 'text')
    """
    return _FORMAT_OF.get(inner_ending(name), "text")
