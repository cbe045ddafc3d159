"""How do results reach their files: compressed, and under names that every system takes?"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from textrepair.corpus.compression import compressed, compression_of
from textrepair.whole_file import whole_file as plain_file

_SURROGATE = re.compile("[\ud800-\udfff]")
_UNSAFE = re.compile(r"[^\w.,()+@=-]+")
_RESERVED = re.compile(
    r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE
)  # names that Windows keeps for devices
_LONGEST_NAME = (
    200  # bytes; file systems take 255, and a number, an ending and the temporary name's have to fit
)


def encode(text: str) -> bytes:
    r"""UTF-8 bytes of any string.

    JSON can name a lone surrogate, half of an astral character, which has no form in UTF-8.  It becomes U+FFFD, the
    replacement character, which is what decoders make of such bytes.

    >>> encode("\ud83d")
    b'\xef\xbf\xbd'
    """
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        return _SURROGATE.sub("\ufffd", text).encode("utf-8")


@contextmanager
def whole_file(path: str | Path) -> Iterator[BinaryIO]:
    """As :func:`textrepair.whole_file.whole_file`; the name's ending ``.gz`` or ``.zst`` compresses."""
    with plain_file(path) as file:
        stream = compressed(file, compression_of(Path(path).resolve()))
        yield stream
        if stream is not file:
            stream.close()


class FileNames:
    """Names for the articles of one run in one folder: safe on every system, no two alike, the same in every run."""

    def __init__(self, folder: str | Path) -> None:
        self._folder = Path(folder)
        self._taken: set[str] = set()

    def place(self, article_id: str, ending: str) -> Path:
        """A path for an article.  Of articles with the same name the second gets ``-2`` behind it, and so on."""
        name = file_name(article_id)
        unique, number = name, 1
        while (unique + ending).casefold() in self._taken:
            number += 1
            unique = f"{name}-{number}"
        self._taken.add((unique + ending).casefold())
        return self._folder / (unique + ending)


def file_name(article_id: str) -> str:
    """An article's id as a file name, the same characters where they are safe.

    >>> file_name("news:12"), file_name("../etc/passwd"), file_name("con"), file_name("")
    ('news_12', '_etc_passwd', '_con', '_')
    """
    name = _UNSAFE.sub("_", article_id).lstrip(".").rstrip(".")
    name = name.encode("utf-8", "replace")[:_LONGEST_NAME].decode("utf-8", "ignore")
    return f"_{name}" if not name or _RESERVED.match(name) else name


def is_same_file(first: str | Path, second: str | Path) -> bool:
    """Are both names of one existing file?"""
    try:
        return os.path.samefile(first, second)
    except OSError:
        return False
