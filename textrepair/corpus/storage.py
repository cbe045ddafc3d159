"""Where do the files of a corpus lie, and have they changed?

Names are paths on this machine or, with ``://`` in them, what fsspec understands (``s3://``, ``gs://``, ``hf://`` …;
extra ``remote``).  A name may be a file, a folder, or a glob.
"""

from __future__ import annotations

import errno
import glob
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, cast

from textrepair.corpus.compression import compression_of, decompressed, open_file
from textrepair.corpus.endings import inner_ending
from textrepair.extras import needed
from textrepair.whole_file import is_no_file, sync_folder, whole_file

_SKIP_BLOCK = 1 << 20  # bytes read at once where a stream can't be positioned


@dataclass(frozen=True, slots=True)
class Found:
    """A file: how to open it, and its name below what was asked for, with ``/`` between folders."""

    path: str
    name: str


def is_remote(path: str) -> bool:
    """Is this a name for fsspec?

    >>> is_remote("s3://bucket/x.jsonl"), is_remote("C:/x.jsonl")
    (True, False)
    """
    return "://" in path


def find(path: str, endings: Sequence[str]) -> list[Found]:
    """The files that a name means, sorted.  In folders those with a known ending, hidden ones left out.

    Raises FileNotFoundError where nothing has this name, and other OSErrors.
    """
    if is_remote(path):
        return _find_remote(path, endings)
    if os.path.isdir(path):
        return _in_folder(Path(path), endings)
    if os.path.exists(path) or not glob.has_magic(path):
        if not os.path.exists(path):
            raise FileNotFoundError(2, "No such file or directory", path)
        return [Found(path, Path(path).name)]
    root = _before_magic(path)
    names = sorted(name for name in glob.glob(path, recursive=True) if not is_no_file(name))
    if not names:
        raise FileNotFoundError(2, "No file matches", path)
    return [Found(name, Path(os.path.relpath(name, root)).as_posix()) for name in names]


def walk(folder: str | Path, endings: Sequence[str], on_error: Callable[[OSError], None]) -> Iterator[Path]:
    """What has one of these endings in a folder and those below it, sorted, hidden ones left out."""
    for parent, folders, names in os.walk(folder, onerror=on_error):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith(".") and inner_ending(name) in endings:
                yield Path(parent, name)


def _in_folder(folder: Path, endings: Sequence[str]) -> list[Found]:
    def fail(error: OSError) -> None:
        raise error

    return [
        Found(str(place), place.relative_to(folder).as_posix())
        for place in walk(folder, endings, fail)
        if not is_no_file(place)  # a named pipe would be waited for for ever
    ]


def _before_magic(path: str) -> str:
    """The folder in front of a glob's first part with a wildcard."""
    parts = []
    for part in Path(path).parts:
        if glob.has_magic(part):
            break
        parts.append(part)
    return str(Path(*parts)) if parts else "."


def _find_remote(path: str, endings: Sequence[str]) -> list[Found]:
    fs, inside = _remote(path)
    if glob.has_magic(inside):
        root, names = _before_magic(inside), sorted(n for n in fs.glob(inside) if fs.isfile(n))
    elif fs.isdir(inside):
        root, names = (
            inside,
            sorted(n for n in fs.find(inside) if _is_shown(n, inside) and inner_ending(n) in endings),
        )
    else:
        root, names = str(PurePosixPath(inside).parent), [inside] if fs.exists(inside) else []
    if not names:
        raise FileNotFoundError(2, "No such file", path)
    return [Found(fs.unstrip_protocol(name), _below(name, root)) for name in names]


def _below(name: str, root: str) -> str:
    return name.removeprefix(root.rstrip("/")).lstrip("/") if root not in (".", "/") else name.lstrip("/")


def _is_shown(name: str, root: str) -> bool:
    return not any(part.startswith(".") for part in _below(name, root).split("/"))


def _remote(path: str) -> tuple[Any, str]:
    fsspec = needed("fsspec", "remote", f"{path.partition('://')[0]}://")
    fs, inside = fsspec.core.url_to_fs(path)
    return fs, inside


def open_plain(path: str, start: int = 0) -> BinaryIO:
    """A file's bytes as they are after decompression, from position ``start`` on."""
    file = open_stored(path)
    ending = compression_of(path)
    if not ending:
        file.seek(start)
        return file
    plain = decompressed(file, ending)
    while start:
        block = plain.read(min(start, _SKIP_BLOCK))
        if not block:
            break
        start -= len(block)
    return plain


def open_stored(path: str) -> BinaryIO:
    """A file's bytes as they are stored, positionable."""
    if is_remote(path):
        fs, inside = _remote(path)
        return cast(BinaryIO, fs.open(inside, "rb"))
    return open_file(path)


def size_of(path: str) -> int:
    """Bytes as stored; 0 of a link that leads nowhere."""
    if is_remote(path):
        fs, inside = _remote(path)
        return int(fs.size(inside) or 0)
    return os.path.getsize(path) if os.path.exists(path) else 0


def state_of(path: str) -> str:
    """What changes when a file does: its size and time, or what its store tells (version, hash).

    Of a link that leads nowhere, or a file that is gone, it is ``missing``: whoever reads it tells.  Raises OSError where a store
    doesn't answer.
    """
    if is_remote(path):
        fs, inside = _remote(path)
        return f"{fs.size(inside)}:{fs.ukey(inside)}"
    if not os.path.exists(path):
        return "missing"
    about = os.stat(path)
    return f"{about.st_size}:{about.st_mtime_ns}"


def exists(path: str) -> bool:
    """Is there anything with this name?"""
    if is_remote(path):
        fs, inside = _remote(path)
        return bool(fs.exists(inside))
    return os.path.lexists(path)


def names_in(folder: str) -> list[str]:
    """The names of all that lies in a folder, sorted; none where there is no such folder."""
    if is_remote(folder):
        fs, inside = _remote(folder)
        found = fs.ls(inside, detail=False) if fs.isdir(inside) else []
        return sorted(name.rstrip("/").rpartition("/")[2] for name in found)
    return sorted(os.listdir(folder)) if os.path.isdir(folder) else []


def identity_of(path: str) -> object:
    """The same for all names of one existing file, and None where there is none; elsewhere than here the name itself."""
    if is_remote(path):
        return path
    try:
        about = os.stat(path)
    except OSError:
        return None
    return about.st_dev, about.st_ino


def joined(folder: str, name: str) -> str:
    """A name in a folder.

    >>> joined("s3://b/out/", "a/x.jsonl")
    's3://b/out/a/x.jsonl'
    """
    return f"{folder.rstrip('/')}/{name}" if is_remote(folder) else str(Path(folder, *name.split("/")))


def publish(local: Path, target: str) -> None:
    """Put a finished file in its place in one step: renamed here; elsewhere, also on another file system, copied under another
    name, then moved."""
    if not is_remote(target):
        place = Path(target)
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.replace(local, place)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            with whole_file(place) as file, local.open("rb") as made:
                shutil.copyfileobj(made, file)
            local.unlink()
        sync_folder(place.parent)
        return
    fs, inside = _remote(target)
    parent, name = inside.rsplit("/", 1) if "/" in inside else ("", inside)
    fs.makedirs(parent, exist_ok=True)
    beside = f"{parent}/.textrepair-{name}"
    fs.put_file(str(local), beside)
    fs.mv(beside, inside)
    local.unlink()


def remove(path: str) -> None:
    """Remove a file if it is there."""
    if is_remote(path):
        fs, inside = _remote(path)
        if fs.exists(inside):
            fs.rm_file(inside)
    else:
        Path(path).unlink(missing_ok=True)
