"""The HTTP side: a server on 127.0.0.1 that answers only those who come through its gate.

What a page may load is fixed here by name, and a policy (CSP, with trusted types) forbids it to run, load or frame anything
else; article text reaches it only as JSON, and is only ever put into text nodes.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socketserver
import sys
import threading
import webbrowser
from collections.abc import Callable
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from textrepair.review.forms import EXPORTS
from textrepair.review.session import Session
from textrepair.review.web.desk import BadRequest, Desk
from textrepair.review.web.exports import Exports
from textrepair.review.web.gate import HEADER, Gate, is_here, is_own
from textrepair.writer.base import printable

HOST = "127.0.0.1"
#: Bytes of a request's body; what a person types is far less.
LARGEST = 64 * 1024
#: Bytes of a refused body that are read and thrown away, so that the refusal arrives.
_DRAINED = 1 << 20
#: Seconds after which a silent connection is closed.
_SILENCE = 120

_STATIC = Path(__file__).parent / "static"
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}
#: Requests name one of these or nothing: no path is ever made from a request.
_PAGES = {"/": "index.html"} | {
    f"/static/{path.name}": path.name for path in sorted(_STATIC.glob("*")) if path.suffix in _TYPES
}
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)
_HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
}


class WebError(RuntimeError):
    """The server can't be started."""


class WebReview(ThreadingHTTPServer):
    """The server.  `address` gives a new address that lets in one browser."""

    daemon_threads = True
    # Elsewhere than on POSIX this would let another program listen on the same port.
    allow_reuse_address = os.name == "posix"

    def __init__(
        self, session: Session, port: int | None = None, note: Callable[[str], None] = lambda _: None
    ) -> None:
        self.gate = Gate()
        self.note = note
        #: Connections outlive the listening; from now on they get no answer.
        self.stopped = False
        try:
            super().__init__((HOST, port or 0), _Handler)
        except OSError as error:
            raise WebError(
                f"port {port} can't be had ({(error.strerror or str(error)).lower()});"
                " name another one with --port, or none: any free one will do"
            ) from error
        self.desk = Desk(session, self.stop)
        self.exports = Exports(session)

    def server_bind(self) -> None:
        # Not http.server's: it asks for the machine's full name, which can hang where there is no network.
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = HOST, self.server_address[1]

    @property
    def cookie(self) -> str:
        """The cookie's name; cookies are the same for all ports, so that it tells its own."""
        return f"textrepair-{self.server_port}"

    def address(self) -> str:
        """An address that lets in one browser, once.  The token stands behind ``#``: no browser sends that part anywhere."""
        return f"http://{HOST}:{self.server_port}/#token={self.gate.token()}"

    def run(self) -> None:
        """Serve until `stop` is called or Ctrl-C is pressed."""
        self.desk.loader.start()
        try:
            self.serve_forever(poll_interval=0.1)
        finally:
            self.stopped = True
            self.server_close()
            self.desk.close()
            self.exports.close()

    def stop(self) -> None:
        """Make `run` return; may be called in any thread."""
        # In one of its own: a request that waits for the end of serving would wait for itself.
        threading.Thread(target=self.shutdown, daemon=True).start()

    def handle_error(self, request: Any, client_address: Any) -> None:
        error = sys.exception()
        if not isinstance(error, ConnectionError | TimeoutError):
            self.note(f"a request failed: {error!r}")


def serve(
    session: Session,
    port: int | None = None,
    open_browser: bool = True,
    note: Callable[[str], None] = lambda message: print(message, file=sys.stderr),
) -> None:
    """Review a session in the browser, until that page or Ctrl-C ends it.

    ``port`` None or 0 takes any free one.  The address goes to stdout, all else to ``note``.  Raises :class:`WebError` where the
    port can't be had.
    """
    server = WebReview(session, port, note)
    address = server.address()
    print(address, flush=True)
    if open_browser and not _open(address):
        note("no browser could be opened: open the address above in one, on this machine")
    if "SSH_CONNECTION" in os.environ:
        here = server.server_port
        note(
            f"from another machine: ssh -L {here}:{HOST}:{here} there, then open the address in your browser"
        )
    note(
        f"decisions are kept in {session.store.path}; the page's quit key or Ctrl-C stops, and nothing is lost"
    )
    if sys.stdin is not None and sys.stdin.isatty():
        note("the address works once; press Enter for another one")
        threading.Thread(target=_more_addresses, args=(server,), daemon=True).start()
    before = signal.signal(signal.SIGTERM, lambda *_: server.stop())
    try:
        server.run()
    except KeyboardInterrupt:
        note("")
    finally:
        signal.signal(signal.SIGTERM, before)
    note("stopped; everything that was decided is stored, and the same command goes on from there")


def _more_addresses(server: WebReview) -> None:
    for _ in sys.stdin:
        print(server.address(), flush=True)


def _open(address: str) -> bool:
    """Open a browser, if there is one with a window: one in this terminal would take it over."""
    if sys.platform == "linux" and not any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME", "BROWSER")
    ):
        return False
    try:
        return webbrowser.open(address)
    except (webbrowser.Error, OSError):
        return False


class _Refused(Exception):
    """A request that is not answered, and why."""

    def __init__(self, status: HTTPStatus, why: str) -> None:
        super().__init__(why)
        self.status = status


class _Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: WebReview
    protocol_version = "HTTP/1.1"
    server_version = "textrepair"
    sys_version = ""
    timeout = _SILENCE
    # Head and body in one piece, at once: they are small and waited for.
    wbufsize = -1
    disable_nagle_algorithm = True

    def version_string(self) -> str:
        return self.server_version

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: the terminal is for the reviewer."""

    def do_GET(self) -> None:
        self._answer(self._get)

    def do_HEAD(self) -> None:
        self._answer(self._get)

    def do_POST(self) -> None:
        self._answer(self._post)

    def _answer(self, work: Callable[[], None]) -> None:
        if self.server.stopped:
            self.close_connection = True
            return
        self._left = self._length()
        try:
            if not is_here(self.headers.get("Host")) or len(self.headers.get_all("Host", [])) != 1:
                raise _Refused(HTTPStatus.FORBIDDEN, "this server is for this machine alone")
            writes = self.command == "POST"
            headers = self.headers
            if not is_own(headers["Host"], headers.get("Origin"), headers.get("Sec-Fetch-Site"), writes):
                raise _Refused(HTTPStatus.FORBIDDEN, "only the review's own page may ask")
            work()
        except _Refused as refused:
            self._refuse(refused.status, str(refused))
        except (ConnectionError, TimeoutError):
            self.close_connection = True
        except Exception as error:  # the reviewer goes on, and is told
            self.server.note(f"a request failed: {printable(repr(error))}")
            self._refuse(HTTPStatus.INTERNAL_SERVER_ERROR, "this failed; the terminal tells more")

    # --- GET

    def _get(self) -> None:
        path = self.path.partition("?")[0]
        if path in _PAGES:
            name = _PAGES[path]
            self._send(HTTPStatus.OK, (_STATIC / name).read_bytes(), _TYPES[Path(name).suffix])
        elif path.startswith("/export/"):
            self._download(path.removeprefix("/export/"))
        else:
            raise _Refused(HTTPStatus.NOT_FOUND, "there is no such page")

    def _download(self, ticket: str) -> None:
        if not self.server.gate.knows_cookie(self._cookie()):
            raise _Refused(HTTPStatus.UNAUTHORIZED, "this browser was not let in")
        made = self.server.exports.take(ticket) if self.command == "GET" else None
        if made is None:
            raise _Refused(HTTPStatus.NOT_FOUND, "this file is no longer there; export it again")
        try:
            with made.path.open("rb") as file:
                self._head(
                    HTTPStatus.OK,
                    "application/octet-stream",
                    os.fstat(file.fileno()).st_size,
                    {"Content-Disposition": f'attachment; filename="{made.name}"'},
                )
                self.end_headers()
                shutil.copyfileobj(file, self.wfile, 1 << 18)
        finally:
            made.path.unlink(missing_ok=True)

    # --- POST

    def _post(self) -> None:
        parts = self.path.split("/")
        if len(parts) != 3 or parts[:2] != ["", "api"]:
            raise _Refused(HTTPStatus.NOT_FOUND, "there is no such page")
        action = parts[2]
        if action != "enter" and not self.server.gate.admits(self._cookie(), self.headers.get(HEADER, "")):
            raise _Refused(HTTPStatus.UNAUTHORIZED, "this browser was not let in")
        body = self._body()
        if action == "enter":
            self._enter(body)
        elif action == "export":
            self._export(body)
        else:
            if action not in self.server.desk.actions:
                raise _Refused(HTTPStatus.NOT_FOUND, "there is no such action")
            try:
                answer = self.server.desk.do(action, body)
            except BadRequest as error:
                raise _Refused(HTTPStatus.BAD_REQUEST, str(error)) from error
            if action == "start":
                answer["exports"] = [{"name": name, "told": told} for name, told in EXPORTS.items()]
            self._json(HTTPStatus.OK, answer)

    def _enter(self, body: dict[str, Any]) -> None:
        token = body.get("token")
        key = self.server.gate.enter(token) if isinstance(token, str) else None
        if key is None:
            raise _Refused(HTTPStatus.UNAUTHORIZED, "this address was used already, or a newer one was made")
        cookie = f"{self.server.cookie}={key.cookie}; Path=/; HttpOnly; SameSite=Strict"
        self._json(HTTPStatus.OK, {"secret": key.secret}, {"Set-Cookie": cookie})

    def _export(self, body: dict[str, Any]) -> None:
        form = body.get("format")
        if not isinstance(form, str) or form not in EXPORTS:
            raise _Refused(HTTPStatus.BAD_REQUEST, f"no such format; there are {', '.join(EXPORTS)}")
        self._json(HTTPStatus.OK, self.server.exports.make(form).as_json())

    # --- what came

    def _length(self) -> int:
        try:
            return max(0, int(self.headers.get("Content-Length", "0")))
        except ValueError:
            return 0

    def _cookie(self) -> str:
        try:
            morsel = SimpleCookie(self.headers.get("Cookie", "")).get(self.server.cookie)
        except CookieError:
            return ""
        return "" if morsel is None else morsel.value

    def _body(self) -> dict[str, Any]:
        headers = self.headers
        if "Transfer-Encoding" in headers or not headers.get("Content-Length", "").isascii():
            raise _Refused(HTTPStatus.LENGTH_REQUIRED, "how long is it?")
        if not headers.get("Content-Length", "").isdigit() or len(headers.get_all("Content-Length", [])) != 1:
            raise _Refused(HTTPStatus.LENGTH_REQUIRED, "how long is it?")
        if headers.get_content_type() != "application/json":
            raise _Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "JSON is wanted")
        if self._left > LARGEST:
            raise _Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"more than {LARGEST:,} bytes")
        data = self.rfile.read(self._left)
        self._left = 0
        try:
            body = json.loads(data.decode("utf-8"))
        except (ValueError, RecursionError):
            raise _Refused(HTTPStatus.BAD_REQUEST, "this is no JSON") from None
        if not isinstance(body, dict):
            raise _Refused(HTTPStatus.BAD_REQUEST, "a JSON object is wanted")
        return body

    # --- what goes

    def _json(self, status: HTTPStatus, answer: dict[str, Any], more: dict[str, str] | None = None) -> None:
        data = json.dumps(answer, separators=(",", ":")).encode("ascii")
        self._send(status, data, "application/json; charset=utf-8", more)

    def _refuse(self, status: HTTPStatus, why: str) -> None:
        self.close_connection = True
        try:
            while self._left > 0 and self._left <= _DRAINED:
                got = self.rfile.read(min(self._left, 1 << 16))
                self._left = self._left - len(got) if got else 0
            self._json(status, {"error": why}, {"Connection": "close"})
        except OSError:
            pass

    def _send(
        self, status: HTTPStatus, data: bytes, content_type: str, more: dict[str, str] | None = None
    ) -> None:
        self._head(status, content_type, len(data), more or {})
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def _head(self, status: HTTPStatus, content_type: str, length: int, more: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**_HEADERS, **more}.items():
            self.send_header(name, value)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(length))
