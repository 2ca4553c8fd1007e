"""Whole answers kept in memory, in front of everything else: asked again of the same build, a page costs nothing.

An answer that any cache may keep (`Cache-Control: public`) is kept under the build, the address, the headers that it
may depend on, and for a query that is posted, the query. A new build is a new world; the least used goes first. The
processes of a server share what they made.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http.cookies import CookieError, SimpleCookie
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from cachetools import LRUCache

from server.http.shared_cache import SharedCache

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_LARGEST = 1 << 20
_KEPT_STATUS = ("200 ", "301 ", "303 ")
_HEADERS = (
    *("HTTP_ACCEPT", "HTTP_ACCEPT_ENCODING", "HTTP_ACCEPT_LANGUAGE", "HTTP_ACCEPT_DATETIME", "HTTP_HOST"),
    *("wsgi.url_scheme", "SCRIPT_NAME", "QUERY_STRING"),
)
_ASIDE = ("HTTP_RANGE", "HTTP_AUTHORIZATION")
_POSTED = "/sparql"
"""Where a POST asks, and changes nothing."""
_LONGEST = 1 << 14
"""Bytes of a query that is looked for."""
CACHED = "begrepp.kept"
"""In the environment of a request: whether it was answered from memory."""
CACHED_ONLY = "begrepp.kept-only"
"""In the environment of a request: what is not in memory is `NotCached`, and not made."""


class NotCached(Exception):
    """The answer would have to be made."""


@dataclass(frozen=True, slots=True)
class CachedResponse:
    """A whole answer; `weight` in bytes."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes
    etag: str
    last_modified: str

    @property
    def size(self) -> int:
        """About how many bytes of memory it takes."""
        return len(self.body) + 2048


class PageCache:
    """The application behind a memory of so many megabytes; `current` is the link to the build that is served.

    What is not in the memory of this process may be among what it `shares` with others. `told` is called with the path
    of each answer that is given from memory.
    """

    def __init__(
        self,
        app: WSGIApplication,
        current: Path,
        megabytes: int,
        shared: SharedCache | None = None,
        told: Callable[[str], None] = lambda path: None,
    ) -> None:
        self._shared = shared
        self._app = app
        self._current = current
        self._told = told
        self._kept: LRUCache[Any, CachedResponse] = LRUCache(megabytes << 20, lambda kept: kept.size)
        self._lock = threading.Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer from memory, or ask the application and remember."""
        method = environ["REQUEST_METHOD"]
        asks = method in ("GET", "HEAD") or (method == "POST" and _is_short_query(environ))
        if not asks or any(name in environ for name in _ASIDE):
            return self._ask(environ, start_response)
        key = self._key(environ)
        with self._lock:
            kept = self._kept.get(key)
        if kept is None and (kept := self._made_by_another(key)) is None:
            return self._asked(key, environ, start_response)
        environ[CACHED] = True
        self._told(environ["PATH_INFO"])
        if _has_it(environ, kept):
            headers = [(name, value) for name, value in kept.headers if name not in ("Content-Length", "Content-Type")]
            start_response("304 NOT MODIFIED", headers)
            return []
        start_response(kept.status, [*kept.headers])
        return [] if method == "HEAD" else [kept.body]

    def _ask(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if CACHED_ONLY in environ:
            raise NotCached
        return self._app(environ, start_response)

    def _key(self, environ: WSGIEnvironment) -> tuple[str, ...]:
        try:
            build = str(self._current.readlink())
        except OSError:
            build = ""
        path = environ.get("RAW_URI") or environ.get("REQUEST_URI") or environ["PATH_INFO"]
        cookie = environ.get("HTTP_COOKIE", "")
        said = (str(environ.get(name, "")) for name in _HEADERS)
        query = _posted(environ) if environ["REQUEST_METHOD"] == "POST" else ""
        return (build, str(path), _language(cookie) if "lang" in cookie else "", query, *said)

    def _made_by_another(self, key: tuple[str, ...]) -> CachedResponse | None:
        made = self._shared.get(repr(key)) if self._shared else None
        if made is None:
            return None
        kept = msgspec.msgpack.decode(made, type=CachedResponse)
        with self._lock:
            self._kept[key] = kept
        return kept

    def _asked(self, key: tuple[str, ...], environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """The application's answer, remembered where it may be; what is streamed or large goes by untouched."""
        begun: list[tuple[str, list[tuple[str, str]]]] = []

        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Callable[[bytes], object]:
            begun.append((status, headers))
            return start_response(status, headers, *more)

        answer = self._ask(environ, start)
        if environ["REQUEST_METHOD"] == "HEAD" or not begun or not isinstance(answer, Iterable):
            return answer
        status, headers = begun[-1]
        said = {name.lower(): value for name, value in headers}
        length = said.get("content-length", "")
        small = length.isdecimal() and int(length) <= _LARGEST
        public = said.get("cache-control", "").startswith("public")
        if not (small and public and status.startswith(_KEPT_STATUS)) or "set-cookie" in said:
            return answer
        try:
            body = b"".join(answer)
        finally:
            if close := getattr(answer, "close", None):
                close()
        if len(body) == int(length):
            headers = [(name, value) for name, value in headers if name != "Date"]
            kept = CachedResponse(
                status, headers, body, said.get("etag", "").removeprefix("W/"), said.get("last-modified", "")
            )
            with self._lock:
                self._kept[key] = kept
            if self._shared:
                self._shared.put(repr(key), msgspec.msgpack.encode(kept))
        return [body]


def _is_short_query(environ: WSGIEnvironment) -> bool:
    length = str(environ.get("CONTENT_LENGTH", ""))
    return bool(environ["PATH_INFO"] == _POSTED and length.isdecimal() and int(length) <= _LONGEST)


def _posted(environ: WSGIEnvironment) -> str:
    """What is posted, which the application can read again."""
    body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    environ["wsgi.input"] = BytesIO(body)
    return f"{environ.get('CONTENT_TYPE', '')}\n{body.decode('latin-1')}"


def _language(cookie: str) -> str:
    try:
        named = SimpleCookie(cookie).get("lang")
    except CookieError:
        return ""
    return named.value if named else ""


def _has_it(environ: WSGIEnvironment, kept: CachedResponse) -> bool:
    """Whether the reader has the answer already, by its tag, else by its date (RFC 9110, 13.2.2)."""
    if not kept.status.startswith("200"):
        return False
    if tags := environ.get("HTTP_IF_NONE_MATCH"):
        return bool(kept.etag) and any(tag.strip().removeprefix("W/") in (kept.etag, "*") for tag in tags.split(","))
    since = environ.get("HTTP_IF_MODIFIED_SINCE")
    if not since or not kept.last_modified:
        return False
    try:
        return parsedate_to_datetime(since) >= parsedate_to_datetime(kept.last_modified)
    except (TypeError, ValueError):
        return False
