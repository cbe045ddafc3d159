"""Who may come in?  Whoever has an address printed in the terminal, once, and from no page but ours.

An address holds a token that lets in one browser: the page hands it over, gets a cookie that scripts can't read and other
sites can't send (``HttpOnly``, ``SameSite=Strict``), and a second secret that it sends with every request in a header of its own.
The second one is there since a browser sends cookies to every port of a host: another server on this machine may see the
cookie, but never the header; and no other site can send such a header without being asked first, which is refused.

A page of elsewhere whose name was made to point at this machine (DNS rebinding) gives itself away by ``Host``, any other one by
``Origin`` or ``Sec-Fetch-Site`` (Fetch Metadata, W3C).
"""

from __future__ import annotations

import re
import secrets
import threading
from dataclasses import dataclass, field
from hmac import compare_digest

#: The header of the second secret.
HEADER = "X-Textrepair-Token"
_HERE = re.compile(r"(?:127\.0\.0\.1|localhost)(?::\d{1,5})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Key:
    """What a browser that was let in has to show: a cookie, and a secret of the page's."""

    cookie: str
    secret: str


@dataclass
class Gate:
    """The tokens not used yet, and the keys given out."""

    _tokens: set[str] = field(default_factory=set)
    _keys: list[Key] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def token(self) -> str:
        """A new token for one browser; those not used yet no longer let anybody in."""
        token = secrets.token_urlsafe(32)
        with self._lock:
            self._tokens = {token}
        return token

    def enter(self, token: str) -> Key | None:
        """The key for a token, which is worth nothing from now on; None where it never was or no longer is."""
        with self._lock:
            if not any(_same(token, known) for known in self._tokens):
                return None
            self._tokens = set()
            key = Key(secrets.token_urlsafe(32), secrets.token_urlsafe(32))
            self._keys.append(key)
            return key

    def knows_cookie(self, cookie: str) -> bool:
        with self._lock:
            return any(_same(cookie, key.cookie) for key in self._keys)

    def admits(self, cookie: str, secret: str) -> bool:
        """Do cookie and secret belong together, to somebody who was let in?"""
        with self._lock:
            return any(_same(cookie, key.cookie) and _same(secret, key.secret) for key in self._keys)


def _same(one: str, other: str) -> bool:
    """Are they equal?  In the same time whatever they are."""
    return compare_digest(one.encode("utf-8", "replace"), other.encode("utf-8", "replace"))


def is_here(host: str | None) -> bool:
    """Is a request meant for this machine by a name that nobody else can take?

    The port may be another one, since a tunnel can end at any.

    >>> is_here("127.0.0.1:8000"), is_here("localhost"), is_here("evil.example:8000"), is_here("127.0.0.1.evil.example")
    (True, True, False, False)
    """
    return host is not None and _HERE.fullmatch(host) is not None


def is_own(host: str, origin: str | None, site: str | None, writes: bool) -> bool:
    """Does a request come from our own page, or, if it changes nothing, from the address bar?

    >>> is_own("localhost:1", "http://localhost:1", "same-origin", True), is_own("localhost:1", "http://localhost:2", None, True)
    (True, False)
    >>> is_own("localhost:1", None, "none", False), is_own("localhost:1", None, "none", True)
    (True, False)
    """
    if origin is not None:
        return origin == f"http://{host}" and site in (None, "same-origin")
    return not writes and site in (None, "same-origin", "none")
