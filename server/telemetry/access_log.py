"""Access log: one line of JSON per request with route, status and duration, but no personal data.

No client address, user agent, query or path is written, because users may paste personal data into an address.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec

from server.http.page_cache import CACHED

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ROUTE = "begrepp.route"
"""WSGI environment variable with the URL rule of the request, for example `/cs/<id>`."""
STARTED = "begrepp.started"
"""WSGI environment variable with the time at which the server began to read the request (`time.perf_counter`)."""


@lru_cache(8)
def _timestamp(second: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(second))


class AccessLog:
    """WSGI middleware that writes one line per response."""

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app
        self._encode = msgspec.json.Encoder().encode

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Call the application, and write the line when the response starts."""
        started, second = environ.get(STARTED) or time.perf_counter(), int(time.time())

        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            length = next((value for name, value in headers if name == "Content-Length"), None)
            line = {
                "time": _timestamp(second),
                "event": "request",
                "method": environ["REQUEST_METHOD"],
                "route": environ.get(ROUTE, "kept" if environ.get(CACHED) else "none"),
                "status": int(status[:3]),
                "bytes": int(length) if length else None,
                "ms": round((time.perf_counter() - started) * 1000, 2),
                "kept": CACHED in environ,
            }
            sys.stderr.write(self._encode(line).decode() + "\n")
            return start_response(status, headers, *more)

        return self._app(environ, start)
