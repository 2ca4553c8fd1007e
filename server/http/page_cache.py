"""Page cache: WSGI middleware that caches whole responses in memory, in front of the application.

A response that any cache may store (`Cache-Control: public`) is cached under a hash of the build, the address, the
request headers that it may depend on, and the body of a posted query. A new build therefore starts with an empty cache;
the least recently used responses are evicted first. The processes of a server share their responses through a file.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from http.cookies import CookieError, SimpleCookie
from io import BytesIO
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from cachetools import LRUCache

from server.http.conditional import is_not_modified
from server.http.i18n import LANGUAGES
from server.http.shared_cache import SharedCache

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_MAX_BODY_BYTES = 1 << 20
_OBJECT_BYTES = 64
"""Approximate memory of a Python string or another small object beside its characters."""
_KEY_BYTES = 16
_CACHED_STATUSES = ("200 ", "301 ", "303 ")
_KEY_HEADERS = ("HTTP_ACCEPT", "HTTP_ACCEPT_ENCODING", "HTTP_ACCEPT_LANGUAGE", "HTTP_HOST")
_KEY_VARIABLES = ("HTTP_ACCEPT_DATETIME", "wsgi.url_scheme", "SCRIPT_NAME", "QUERY_STRING")
_BYPASS_VARIABLES = ("HTTP_RANGE", "HTTP_AUTHORIZATION", "HTTP_PREFER", "HTTP_IF_MATCH", "HTTP_IF_UNMODIFIED_SINCE")
_QUERY_PATH = "/sparql"
"""The path where POST is a safe method: it runs a query and changes nothing."""
_MAX_QUERY_BYTES = 1 << 14
"""Largest body of a POST request that is looked up in the cache."""
CACHED = "begrepp.cached"
"""WSGI environment variable, set if the response came from the cache."""
CACHED_ONLY = "begrepp.cached-only"
"""WSGI environment variable of a request that raises `NotCached` instead of calling the application."""


NOT_SHARED = "begrepp.not-shared"
"""WSGI environment variable of a response that costs less than to share it: it is cached in this process only."""
CACHE_KEY = "begrepp.cache-key"
"""WSGI environment variable with the key of a response that is known not to be in the cache."""


class NotCached(Exception):
    """The response is not in the cache, where it would have this key; None if it is not cacheable."""

    def __init__(self, key: str | None) -> None:
        self.key = key


@dataclass(frozen=True, slots=True)
class CachedResponse:
    """A whole response with its validators as strings of the headers; a weak ETag is stored without `W/`."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes
    etag: str
    last_modified: str

    @property
    def size(self) -> int:
        """Approximate memory use in bytes, with the key and the entries of the cache."""
        texts = [self.status, self.etag, self.last_modified, *chain.from_iterable(self.headers)]
        return len(self.body) + len("".join(texts)) + _OBJECT_BYTES * (len(texts) + 4)


class PageCache:
    """WSGI middleware with a cache of this many megabytes; `current` is the symbolic link to the served build.

    A response that is missing in the memory of this process is looked up in the cache `shared` with other processes.
    `on_hit` is called with the path of each response that comes from the cache, `on_change` with the bytes in use.
    """

    def __init__(
        self,
        app: WSGIApplication,
        current: Path,
        megabytes: int,
        shared: SharedCache | None = None,
        on_hit: Callable[[str], None] = lambda path: None,
        on_change: Callable[[int], None] = lambda size: None,
    ) -> None:
        self._shared = shared
        self._app = app
        self._current = str(current)
        self._on_hit = on_hit
        self._on_change = on_change
        self._responses: LRUCache[Any, CachedResponse] = LRUCache(megabytes << 20, lambda response: response.size)
        self._lock = threading.Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Respond from the cache, or call the application and cache its response."""
        method = environ["REQUEST_METHOD"]
        is_safe = method in ("GET", "HEAD") or (method == "POST" and _is_short_query(environ))
        if not is_safe or any(name in environ for name in _BYPASS_VARIABLES):
            if CACHED_ONLY in environ:
                raise NotCached(None)
            return self._app(environ, start_response)
        if known := environ.get(CACHE_KEY):
            return self._call_and_store(known, environ, start_response)
        key = self._key(environ)
        with self._lock:
            cached = self._responses.get(key)
        if cached is None and (cached := self._get_shared(key)) is None:
            if CACHED_ONLY in environ:
                raise NotCached(key)
            return self._call_and_store(key, environ, start_response)
        environ[CACHED] = True
        self._on_hit(environ["PATH_INFO"])
        if cached.status.startswith("200") and is_not_modified(environ, cached.etag, cached.last_modified):
            headers = [
                (name, value) for name, value in cached.headers if name not in ("Content-Length", "Content-Type")
            ]
            start_response("304 NOT MODIFIED", headers)
            return []
        start_response(cached.status, [*cached.headers])
        return [] if method == "HEAD" else [cached.body]

    @property
    def used_bytes(self) -> int:
        """Approximate memory use of all cached responses in bytes."""
        return int(self._responses.currsize)

    def _key(self, environ: WSGIEnvironment) -> str:
        """Return the hash of all that the response may depend on; headers count apart from case and blanks."""
        try:
            build = os.readlink(self._current)  # noqa: PTH115 - `Path` takes ten times as long
        except OSError:
            build = ""
        path = environ.get("RAW_URI") or environ.get("REQUEST_URI") or environ["PATH_INFO"]
        cookie = environ.get("HTTP_COOKIE", "")
        headers = [_normalise_header(environ[name]) if name in environ else "" for name in _KEY_HEADERS]
        variables = [str(environ.get(name, "")) for name in _KEY_VARIABLES]
        query = _read_body(environ) if environ["REQUEST_METHOD"] == "POST" else ""
        language = _cookie_language(cookie) if "lang" in cookie else ""
        parts = (build, str(path), language, query, *headers, *variables)
        # With the length of each part, so that no part can pass for the next ones.
        text = "".join([f"{len(part)}:{part}" for part in parts])
        return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_KEY_BYTES).hexdigest()

    def _get_shared(self, key: str) -> CachedResponse | None:
        encoded = self._shared.get(key) if self._shared else None
        if encoded is None:
            return None
        cached = msgspec.msgpack.decode(encoded, type=CachedResponse)
        self._store(key, cached)
        return cached

    def _store(self, key: str, response: CachedResponse) -> None:
        with self._lock, suppress(ValueError):  # larger than the whole cache
            self._responses[key] = response
        self._on_change(self.used_bytes)

    def _call_and_store(self, key: str, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Return the response of the application, and cache it if it is public, small and not streamed."""
        started: list[tuple[str, list[tuple[str, str]]]] = []

        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Callable[[bytes], object]:
            started.append((status, headers))
            return start_response(status, headers, *more)

        chunks = self._app(environ, start)
        if environ["REQUEST_METHOD"] == "HEAD" or not started or not isinstance(chunks, Iterable):
            return chunks
        status, headers = started[-1]
        by_name = {name.lower(): value for name, value in headers}
        length = by_name.get("content-length", "")
        is_small = length.isdecimal() and int(length) <= _MAX_BODY_BYTES
        is_public = by_name.get("cache-control", "").startswith("public")
        if not (is_small and is_public and status.startswith(_CACHED_STATUSES)) or "set-cookie" in by_name:
            return chunks
        try:
            body = b"".join(chunks)
        finally:
            if close := getattr(chunks, "close", None):
                close()
        if len(body) == int(length):
            response = CachedResponse(
                status,
                [(name, value) for name, value in headers if name != "Date"],
                body,
                by_name.get("etag", "").removeprefix("W/"),
                by_name.get("last-modified", ""),
            )
            self._store(key, response)
            if self._shared and NOT_SHARED not in environ:
                self._shared.put(key, msgspec.msgpack.encode(response))
        return [body]


@lru_cache(256)
def _normalise_header(value: object) -> str:
    return "".join(str(value).split()).lower()


def _is_short_query(environ: WSGIEnvironment) -> bool:
    length = str(environ.get("CONTENT_LENGTH", ""))
    return bool(environ["PATH_INFO"] == _QUERY_PATH and length.isdecimal() and int(length) <= _MAX_QUERY_BYTES)


def _read_body(environ: WSGIEnvironment) -> str:
    """Return the media type and body of a POST request, and leave the body readable for the application."""
    body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    environ["wsgi.input"] = BytesIO(body)
    return f"{environ.get('CONTENT_TYPE', '')}\n{body.decode('latin-1')}"


def _cookie_language(cookie: str) -> str:
    try:
        language = SimpleCookie(cookie).get("lang")
    except CookieError:
        return ""
    return language.value if language and language.value in LANGUAGES else ""
