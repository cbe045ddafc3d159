"""How are compressed files read and written?

By their ending: ``.gz`` and ``.zst``.  Both are read by one loop over decompressor objects, which knows what the usual stream
readers don't tell alike: a file that ends in the middle of a frame (python-zstandard's ``stream_reader`` takes that for the end
of the data) and files of several frames, as ``cat a.gz b.gz`` or ``zstd --append`` make them.
"""

from __future__ import annotations

import gzip
import io
import zlib
from pathlib import Path
from typing import BinaryIO, Protocol, cast

ENDINGS = (".gz", ".zst")
# Bytes read from the file at once.  Larger chunks were no faster on a 400 MB JSONL file; of Python's usual 8 kB reading its lines
# takes more than twice as long.
_CHUNK = 1 << 16
_LONGEST_ZSTD_WINDOW = (
    1 << 31
)  # what `zstd --long=31` needs, the format's largest; the library's default refuses it


class DamagedArchive(ValueError):
    """A compressed file that is cut short or whose bytes make no sense."""


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, /) -> bytes: ...


def compression_of(path: str | Path) -> str:
    """The compression that a file's name tells: ``".gz"``, ``".zst"`` or ``""``."""
    ending = Path(path).suffix.lower()
    return ending if ending in ENDINGS else ""


def open_file(path: str | Path) -> BinaryIO:
    """Open a file's bytes as they are stored.  Raises OSError; it tells a link that leads nowhere from a missing name."""
    try:
        return Path(path).open("rb", buffering=_CHUNK)
    except FileNotFoundError as error:
        if Path(path).is_symlink():
            error.strerror = "A link that leads nowhere"
        raise


def open_for_reading(path: str | Path) -> BinaryIO:
    """Open a file's plain bytes.  Reading raises :class:`DamagedArchive` where the archive ends too early or is none."""
    return decompressed(open_file(path), compression_of(path))


def decompressed(file: BinaryIO, ending: str) -> BinaryIO:
    """The plain bytes of an open file that is compressed as ``ending`` says; closing closes the file."""
    if not ending:
        return file
    return cast(BinaryIO, io.BufferedReader(_Decompressed(file, ending), _CHUNK))


def compressed(file: BinaryIO, ending: str) -> BinaryIO:
    """A stream that compresses into ``file``; closing it finishes the frame and leaves ``file`` open."""
    if ending == ".gz":
        # No name and no time in the header: the same articles give the same bytes.
        return cast(BinaryIO, gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0))
    if ending == ".zst":
        import zstandard

        return cast(BinaryIO, zstandard.ZstdCompressor().stream_writer(file, closefd=False))
    return file


def _decompressor(ending: str) -> _Decompressor:
    if ending == ".gz":
        return cast(_Decompressor, zlib.decompressobj(wbits=31))
    import zstandard

    return zstandard.ZstdDecompressor(max_window_size=_LONGEST_ZSTD_WINDOW).decompressobj()


def _errors() -> tuple[type[Exception], ...]:
    import zstandard

    return (zlib.error, zstandard.ZstdError)


class _Decompressed(io.RawIOBase):
    """The plain bytes of a compressed file, frame after frame."""

    def __init__(self, file: BinaryIO, ending: str) -> None:
        self._file = file
        self._ending = ending
        self._frame: _Decompressor | None = None
        self._waiting = b""  # compressed bytes behind the end of a frame
        self._plain = memoryview(b"")

    def readable(self) -> bool:
        return True

    def close(self) -> None:
        self._file.close()
        super().close()

    def readinto(self, buffer: object) -> int:
        while not self._plain:
            data = self._waiting or self._file.read(_CHUNK)
            self._waiting = b""
            if not data:
                if self._frame is not None:
                    raise DamagedArchive("the compressed data ends too early")
                return 0
            self._plain = memoryview(self._decompress(data))
        target = memoryview(buffer)  # type: ignore[arg-type]
        count = min(len(target), len(self._plain))
        target[:count] = self._plain[:count]
        self._plain = self._plain[count:]
        return count

    def _decompress(self, data: bytes) -> bytes:
        if self._frame is None:
            data = data.lstrip(b"\0") if self._ending == ".gz" else data  # tapes pad gzip with zeros
            if not data:
                return b""
            self._frame = _decompressor(self._ending)
        try:
            plain = self._frame.decompress(data)
        except _errors() as error:
            raise DamagedArchive(f"not {self._ending[1:]} data ({error})") from error
        if self._frame.eof:
            self._waiting = self._frame.unused_data
            self._frame = None
        return plain
