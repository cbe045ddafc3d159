"""The cleaned text, and nothing else."""

from __future__ import annotations

from textrepair.writer.base import RepairedArticle, Writer, printable


class TextWriter(Writer):
    """The article after its edits, byte for byte."""

    name = "text"
    suffix = ".txt"
    titled = True

    def article(self, article: RepairedArticle) -> str:
        return article.repair.text


def header(name: str, first: bool = False) -> str:
    """The line between several texts on one stream, as head(1) has it.

    >>> header("001", first=True) + "text\\n" + header("002")
    '==> 001 <==\\ntext\\n\\n==> 002 <==\\n'
    """
    return ("" if first else "\n") + f"==> {printable(name)} <==\n"
