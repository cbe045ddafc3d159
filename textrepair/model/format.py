"""How does a model lie in a file?

One file: a magic line, one line of JSON (the header), then raw little-endian arrays, each aligned to 64 bytes, so that
opening a model maps it into memory and copies nothing; worker processes share the pages.  Arrays that say little for their
size may lie there compressed (Zstandard) and are unpacked as the model is opened.  Never pickle: a model can come from anywhere.

The header tells ``format`` (this layout), ``name``, ``version``, ``language``, ``built_from`` (sources with their hashes),
``arrays`` (name → dtype, shape, offset; of a compressed one also ``zstd``, the bytes that it takes) and ``bytes`` (the length of
the whole file, by which a cut-off copy is noticed).
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Mapping
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import zstandard

from textrepair.whole_file import whole_file

MAGIC = b"textrepair model\n"
#: The layout's number: one more as soon as a program that reads the layout before can no longer read the file.
FORMAT = 2
_READ = (1, FORMAT)
_ALIGN = 64
_HEADER_LIMIT = 10_000_000
#: Of the packaged channel's codes 12 leaves 0.32, 19 leaves 0.29 and takes ten times as long.
_LEVEL = 12

Arrays = dict[str, npt.NDArray[Any]]


class ModelError(Exception):
    """A model file that can't be used; the message is one line: what, where, what to try."""


def packaged_file(name: str) -> Path:
    """Where a file lies that comes with the package's model."""
    return Path(str(resources.files("textrepair.model"))) / "packaged" / name


def write_model(
    path: Path,
    header: Mapping[str, object],
    arrays: Mapping[str, npt.NDArray[Any]],
    compressed: Collection[str] = (),
) -> None:
    """Write a model file; it is there whole or not at all.  Raises OSError.

    ``header`` may hold anything that JSON can; ``format``, ``arrays`` and ``bytes`` are filled in here.  The arrays named in
    ``compressed`` are.
    """
    layout: dict[str, dict[str, object]] = {}
    contents = []
    offset = 0
    for name, array in arrays.items():
        ordered = np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<"), copy=False)
        content = ordered.tobytes()
        layout[name] = {"dtype": ordered.dtype.str, "shape": list(array.shape), "offset": offset}
        if name in compressed:
            content = zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True).compress(content)
            layout[name]["zstd"] = len(content)
        contents.append(content)
        offset += -(-len(content) // _ALIGN) * _ALIGN
    full = {"format": FORMAT, **header, "arrays": layout, "bytes": 0}
    start = len(MAGIC) + len(json.dumps(full)) + 32  # room for the digits of ``bytes``
    start = -(-start // _ALIGN) * _ALIGN
    full["bytes"] = start + offset
    line = json.dumps(full).encode("ascii")
    with whole_file(path) as file:
        file.write(MAGIC)
        file.write(line.ljust(start - len(MAGIC) - 1) + b"\n")
        for content in contents:
            file.write(content)
            file.write(bytes(-len(content) % _ALIGN))


def read_model(path: Path) -> tuple[dict[str, Any], Arrays]:
    """The header of a model file and its arrays, read-only; but for compressed ones memory-mapped.

    Raises :class:`ModelError` where the file is missing, no model, of another format or cut short.
    """
    header, start = _read_header(path)
    try:
        mapped = np.asarray(
            np.memmap(path, dtype=np.uint8, mode="r")
        )  # as a plain array: a memmap is slow to index
    except (OSError, ValueError) as error:
        raise ModelError(f"{path}: can't be read ({error})") from error
    arrays: Arrays = {}
    try:
        for name, entry in header["arrays"].items():
            dtype = np.dtype(entry["dtype"])
            shape = tuple(entry["shape"])
            begin = start + entry["offset"]
            size = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
            content = mapped[begin : begin + entry.get("zstd", size)]
            if "zstd" in entry:
                content = np.frombuffer(_decompressed(content.data, size), dtype=np.uint8)
            arrays[name] = content.view(dtype).reshape(shape)
    except (KeyError, AttributeError, TypeError, ValueError, zstandard.ZstdError) as error:
        raise ModelError(
            f"{path}: the model's header is damaged ({error}); copy or build the file again"
        ) from error
    return header, arrays


def _decompressed(content: memoryview, size: int) -> bytes:
    if zstandard.frame_content_size(content) != size:  # a small file may say that it unpacks to terabytes
        raise ValueError(f"a compressed array has another size than {size} bytes")
    return zstandard.ZstdDecompressor().decompress(content)


def _read_header(path: Path) -> tuple[dict[str, Any], int]:
    try:
        with open(path, "rb") as file:
            if file.read(len(MAGIC)) != MAGIC:
                raise ModelError(
                    f"{path}: not a textrepair model; try the packaged one, or build one with `textrepair learn`"
                )
            line = file.readline(_HEADER_LIMIT)
            size = os.fstat(file.fileno()).st_size
    except OSError as error:
        raise ModelError(f"{path}: can't be read ({error.strerror}); check the path of the model") from error
    damaged = ModelError(f"{path}: the model's header is damaged; copy or build the file again")
    try:
        header = json.loads(line)
        found, length = header["format"], header["bytes"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise damaged from None
    if found not in _READ:
        raise ModelError(
            f"{path}: model format {found}, this version reads format {FORMAT}; upgrade textrepair or build it anew"
        )
    if length != size:
        what = "cut short" if isinstance(length, int) and size < length else "something was added to it"
        raise ModelError(f"{path}: the file has {size} bytes instead of {length}: {what}; copy it again")
    return header, len(MAGIC) + len(line)


def pack_strings(strings: list[str]) -> npt.NDArray[np.uint8]:
    """A list of strings without line breaks as one array of bytes."""
    return np.frombuffer("\n".join(strings).encode("utf-8"), dtype=np.uint8)


def unpack_strings(array: npt.NDArray[np.uint8]) -> list[str]:
    """The inverse of :func:`pack_strings` (an empty array is one empty string)."""
    return array.tobytes().decode("utf-8").split("\n")
