"""WARC and WET, by fastwarc; the text of HTML pages is taken out by trafilatura.

A record has the page's ``id`` (WARC-Record-ID), ``url``, ``date``, its text, for HTML also what trafilatura knows of it
(``title``, ``author``, ``published``, ``site``), and all WARC headers under ``warc``.  A page in which no article is found has an
empty text.  Records that are no pages (requests, images, metadata) are counted and passed over.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from textrepair.corpus.formats.base import Limits, Piece, Position, Unfit, UntilBroken
from textrepair.corpus.storage import open_plain
from textrepair.extras import needed
from textrepair.fields import FieldError

#: Bytes of one page that are read; crawlers cut at 1 or 5 MB.
_LONGEST_PAGE = 1 << 26
_HTML = ("text/html", "application/xhtml+xml")
_EXTRA = "warc"


@dataclass(frozen=True, slots=True)
class Pages:
    """Archived pages: headers, content type, bytes."""

    pages: tuple[tuple[Mapping[str, str], str, bytes], ...]
    numbers: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.pages)

    def place(self, index: int) -> int:
        return self.numbers[index]

    def record(self, index: int, text_field: str) -> dict[str, Any]:
        headers, content_type, body = self.pages[index]
        if len(body) > _LONGEST_PAGE:
            raise FieldError(f"the page is longer than {_LONGEST_PAGE:,} bytes")
        record: dict[str, Any] = {
            "id": headers.get("WARC-Record-ID", ""),
            "url": headers.get("WARC-Target-URI", ""),
            "date": headers.get("WARC-Date", ""),
        }
        if content_type in _HTML:
            record |= _article(body, record["url"], text_field)
        else:
            record[text_field] = (
                body.decode("utf-8") if headers.get("WARC-Type") == "conversion" else _decoded(body)
            )
        record["warc"] = dict(headers)
        return record

    def raw(self, index: int) -> Mapping[str, Any]:
        headers, content_type, body = self.pages[index]
        return {
            "warc": dict(headers),
            "content_type": content_type,
            "raw_base64": base64.b64encode(body).decode("ascii"),
        }


def _decoded(body: bytes) -> str:
    decode = needed("trafilatura.utils", _EXTRA, "pages of a WARC").decode_file
    return str(decode(body))


def _article(body: bytes, url: str, text_field: str) -> dict[str, Any]:
    trafilatura = needed("trafilatura", _EXTRA, "HTML in a WARC")
    found = trafilatura.bare_extraction(body, url=url or None, with_metadata=True) if body.strip() else None
    if found is None:
        return {text_field: ""}
    about = found.as_dict()
    names = {"title": "title", "author": "author", "published": "date", "site": "sitename"}
    known = {name: about[key] for name, key in names.items() if about.get(key)}
    return {**known, text_field: about.get("text") or ""}


class Warc:
    """Web archives; positions are bytes of the plain archive."""

    name = "warc"

    def cut(self, paths: tuple[str, ...], start: Position, limits: Limits) -> Iterator[Piece]:
        with open_plain(paths[0], start.offset) as file:
            pages: list[tuple[Mapping[str, str], str, bytes]] = []
            numbers: list[int] = []
            number, passed, size = start.records, 0, 0
            counted = _Counted(file)
            stream = UntilBroken(_records(counted))
            for begin, page in stream:
                if pages and (len(pages) >= limits.records or size >= limits.size):
                    end = Position(start.offset + begin, number)
                    yield Piece(Pages(tuple(pages), tuple(numbers)), end, passed)
                    pages, numbers, passed, size = [], [], 0, 0
                number += 1
                if page is None:
                    passed += 1
                else:
                    pages.append(page)
                    numbers.append(number)
                    size += len(page[2])
            if pages or passed:
                yield Piece(
                    Pages(tuple(pages), tuple(numbers)),
                    Position(start.offset + counted.tell(), number),
                    passed,
                )
            stream.check()
            if number == 0:
                raise Unfit("no WARC record in it")


def _records(file: _Counted) -> Iterator[tuple[int, tuple[Mapping[str, str], str, bytes] | None]]:
    """Where records begin, and those that are pages: headers, type, bytes."""
    warc = needed("fastwarc.warc", _EXTRA, "WARC")
    for record in warc.ArchiveIterator(file, auto_decode="all", stream_detect=False):
        content_type = _content_type(record, warc.WarcRecordType)
        if content_type is None:
            yield record.stream_pos, None
            continue
        body = record.reader.read(_LONGEST_PAGE + 1)
        if _cut_short(record, body):
            raise Unfit("the last record is cut short")
        yield record.stream_pos, (dict(record.headers), content_type, body)


class _Counted:
    """A stream that knows its position and goes forward only; fastwarc 2.0 panics on one that can't be positioned at all."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._at = 0

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self._at += len(data)
        return data

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        ahead = offset - self._at if whence == io.SEEK_SET else offset
        if whence == io.SEEK_END or ahead < 0:
            raise OSError("this stream goes forward only")
        while ahead and (data := self.read(min(ahead, 1 << 20))):
            ahead -= len(data)
        return self._at


def _cut_short(record: Any, body: bytes) -> bool:
    """Does the archive end inside this record?  Told by its length, where the body is not packed in another coding."""
    headers = record.http_headers if record.is_http else None
    names = {name.lower() for name, _ in headers.items()} if headers is not None else set()
    coded = names & {"transfer-encoding", "content-encoding"}
    return not coded and len(body) < min(record.content_length, _LONGEST_PAGE)


def _content_type(record: Any, types: Any) -> str | None:
    """The type of a page; None where the record is none."""
    if record.record_type == types.conversion:
        return "text/plain"
    if record.record_type not in (types.response, types.resource):
        return None
    told = record.http_content_type if record.is_http else record.headers.get("Content-Type")
    kind = (told or "").partition(";")[0].strip().lower()
    if record.is_http and record.http_headers is not None and not _succeeded(record.http_headers.status_code):
        return None
    return kind if kind in _HTML or kind == "text/plain" else None


def _succeeded(status: int | None) -> bool:
    return status is None or 200 <= status < 300


class Wet(Warc):
    """Archives of plain text, as Common Crawl makes them."""

    name = "wet"
