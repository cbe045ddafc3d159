"""Writers turn a repair into output. One module a format; each derives from the repair's patch.

`FORMATS` are what `repair --format` offers; `COLOURED` replace two of them on a terminal.
"""

from __future__ import annotations

from textrepair.writer.ansi import AnsiDiffWriter, AnsiTextWriter
from textrepair.writer.base import RepairedArticle, Writer, encode
from textrepair.writer.criticmarkup import CriticMarkupWriter
from textrepair.writer.diff import DiffWriter
from textrepair.writer.html import HtmlWriter
from textrepair.writer.jsonl import JsonlWriter
from textrepair.writer.m2 import M2Writer
from textrepair.writer.text import TextWriter

FORMATS: dict[str, Writer] = {
    writer.name: writer
    for writer in (TextWriter(), CriticMarkupWriter(), DiffWriter(), HtmlWriter(), JsonlWriter(), M2Writer())
}

COLOURED: dict[str, Writer] = {writer.name: writer for writer in (AnsiTextWriter(), AnsiDiffWriter())}

__all__ = ["COLOURED", "FORMATS", "RepairedArticle", "Writer", "encode"]
