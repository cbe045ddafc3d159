"""An article and its repair as the writer of a format takes them: under which name, and with its byte-order mark or without."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import textrepair
from textrepair.corpus.articles import Article
from textrepair.patch import Patch
from textrepair.writer import RepairedArticle

if TYPE_CHECKING:
    from textrepair.repair import Repair

# The formats that show the file itself, with its byte-order mark; in the others the mark would be one character of the article.
_WITH_MARK = ("text", "criticmarkup", "diff")


def for_writer(article: Article, repair: Repair, form: str, model: str) -> RepairedArticle:
    """An article and its repair as a format's writer takes them."""
    if article.bom and form in _WITH_MARK:
        repair = _with_mark(repair)
    return RepairedArticle(article.id, repair, model, textrepair.__version__, _file(article))


def _with_mark(repair: Repair) -> Repair:
    """The repair of the file's text with its byte-order mark in front, which is no part of the article's text."""
    edits = tuple(edit.shifted(1) for edit in repair.patch.edits)
    return replace(repair, source="\ufeff" + repair.source, patch=Patch(edits))


def _file(article: Article) -> str:
    """What a diff calls the article: its file's path from here, or a name made of the record's id.

    Programs refuse to patch a link, or what lies behind one: the file itself is named.
    """
    if article.record is not None or article.source_path == "stdin":
        return article.id
    path = Path(os.path.realpath(article.source_path))
    try:
        relative = os.path.relpath(path)
    except ValueError:  # another drive on Windows
        return path.name
    return path.name if relative.startswith("..") else Path(relative).as_posix()
