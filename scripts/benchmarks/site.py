"""A small news site on 127.0.0.1, of the articles of ``corpora/``, for crawls that are timed or tested.

``/`` links to every page; ``/7`` is the page of that number, with a sound article or, every so often, a spun one.
"""

from __future__ import annotations

import html
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

CORPORA = Path(__file__).resolve().parents[2] / "corpora"


@dataclass(frozen=True, slots=True)
class Page:
    """``name`` is ``sound/01-council``, as the article's file."""

    name: str
    text: str


def pages(count: int, damaged_every: int = 2) -> list[Page]:
    """So many pages; each ``damaged_every``-th is a spun article."""
    sound, spun = (_articles(folder) for folder in ("sound", "spun"))
    return [
        (spun if number % damaged_every == damaged_every - 1 else sound)[number // 2 % len(sound)]
        for number in range(count)
    ]


def _articles(folder: str) -> list[Page]:
    return [
        Page(f"{folder}/{path.stem}", path.read_text(encoding="utf-8"))
        for path in sorted((CORPORA / folder).glob("*.txt"))
    ]


@contextmanager
def served(content: Sequence[Page], latency: float = 0.0) -> Iterator[str]:
    """The site's address while the block runs.  Every answer takes ``latency`` seconds longer, as one from far away would."""
    bodies = [_html(page) for page in content]
    links = "".join(
        f'<a href="/{number}">{html.escape(page.name)}</a>\n' for number, page in enumerate(content)
    )
    index = f"<!DOCTYPE html><title>News</title>{links}".encode()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            name = self.path.strip("/")
            known = not name or (name.isdecimal() and int(name) < len(bodies))
            body = (bodies[int(name)] if name else index) if known else b"no such page"
            if name and latency:
                time.sleep(latency)
            self.send_response(200 if known else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()


def _html(page: Page) -> bytes:
    paragraphs = "".join(f"<p>{html.escape(p)}</p>\n" for p in page.text.strip().split("\n\n"))
    return f"<!DOCTYPE html><title>{html.escape(page.name)}</title><article>{paragraphs}</article>".encode()
