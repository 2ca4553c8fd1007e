"""One line of JSON per request, for operators: which route, what came of it, how long it took. Never who, nor what.

Neither address nor browser nor query is written, and no path either: what is pasted into one could be about a person.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import msgspec

from server.http.page_cache import CACHED

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ROUTE = "begrepp.route"
"""In the environment of a request: the rule that it came by, as the application wrote it."""


class AccessLog:
    """The application, and a line for each of its answers."""

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app
        self._encode = msgspec.json.Encoder().encode

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer, and write the line once the answer has begun."""
        began, now = time.perf_counter(), time.time()

        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            length = next((value for name, value in headers if name == "Content-Length"), None)
            line = {
                "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now)),
                "event": "request",
                "method": environ["REQUEST_METHOD"],
                "route": environ.get(ROUTE, "kept" if environ.get(CACHED) else "none"),
                "status": int(status[:3]),
                "bytes": int(length) if length else None,
                "ms": round((time.perf_counter() - began) * 1000, 2),
                "kept": CACHED in environ,
            }
            sys.stderr.write(self._encode(line).decode() + "\n")
            return start_response(status, headers, *more)

        return self._app(environ, start)
