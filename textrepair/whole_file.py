"""How does a file reach its place whole, or not at all?

It is written beside its place under a hidden name, forced to disk, and renamed over the place in one step, so that neither a
crash nor Ctrl-C leaves half a file, nor a reader sees one.  What is no regular file (``/dev/null``, a pipe) is written to
directly.
"""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from textrepair.interrupts import uninterrupted

_PREFIX = ".textrepair-"


def is_no_file(path: str | Path) -> bool:
    """Is there something else of this name, such as a pipe or a device?"""
    return os.path.exists(path) and not os.path.isfile(path)


@contextmanager
def whole_file(path: str | Path) -> Iterator[BinaryIO]:
    """A stream for a file that appears at ``path`` when the block ends well, with the mode of the file that it replaces.

    A symbolic link is followed, not replaced.  Raises OSError.
    """
    if is_no_file(path):
        with Path(path).open("wb") as file:  # by the name given: what `/dev/fd/63` leads to has none
            yield file
        return
    target = Path(path).resolve()
    temporary: Path | None = None
    try:
        with uninterrupted():  # else there would be a file for a moment that nobody knows of
            descriptor, name = tempfile.mkstemp(prefix=_PREFIX, dir=target.parent)
            temporary = Path(name)
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(_mode(target))
        temporary.replace(target)
    except BaseException:
        if temporary:
            with uninterrupted(), suppress(FileNotFoundError):
                temporary.unlink()
        raise
    sync_folder(target.parent)


def try_place(path: str | Path) -> None:
    """Raises the OSError that :func:`whole_file` would raise for this path before long work is done for it; writes nothing."""
    target = Path(path).resolve()
    if target.is_dir():
        raise IsADirectoryError(21, "Is a directory", str(target))
    if is_no_file(path):
        if not os.access(path, os.W_OK):
            raise PermissionError(13, "Permission denied", str(path))
        return
    with uninterrupted():
        descriptor, name = tempfile.mkstemp(prefix=_PREFIX, dir=target.parent)
        os.close(descriptor)
        os.unlink(name)


def sync_folder(folder: Path) -> None:
    """After a power failure the names of its files are there too."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _mode(target: Path) -> int:
    try:
        return stat.S_IMODE(target.stat().st_mode)
    except FileNotFoundError:
        umask = os.umask(0)
        os.umask(umask)
        return 0o666 & ~umask
