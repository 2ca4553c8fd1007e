"""Request filter: WSGI middleware that lets through only headers which the rest of the server may rely on.

`X-Forwarded-…` counts only from as many proxies as the operator declares, and only with expected values: `http` or
`https`, a host of the operator's list, and the path of the base IRI. `Forwarded` is never used. A date that is not an
HTTP date is ignored (RFC 9110, 13.1.3), and overlong `Accept…` headers are shortened.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

from server.http.client_address import outermost_value
from server.http.dates import parse_http_date

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

IS_FORWARDED = "begrepp.forwarded"
"""WSGI environment variable, set if a proxy has passed the request on, whether its headers are believed or not."""
_IS_FILTERED = "begrepp.filtered"
"""WSGI environment variable of a request that has passed the filter."""
_FORWARDED = ("FOR", "PROTO", "HOST", "PREFIX")
_IGNORED = ("HTTP_FORWARDED", "HTTP_X_FORWARDED_PORT", "HTTP_X_FORWARDED_SERVER", "HTTP_X_FORWARDED_SSL")
_OF_PROXIES = frozenset((*(f"HTTP_X_FORWARDED_{name}" for name in _FORWARDED), *_IGNORED, "HTTP_VIA"))
"""WSGI variables of the headers that proxies send."""
_DATES = ("HTTP_IF_MODIFIED_SINCE", "HTTP_IF_UNMODIFIED_SINCE")
_ACCEPTS = ("HTTP_ACCEPT", "HTTP_ACCEPT_ENCODING", "HTTP_ACCEPT_LANGUAGE")
_MAX_ACCEPT = 2000
"""Characters of an `Accept…` header that are read."""
_HOST = re.compile(
    r"(?P<name>[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?\.?|\[[0-9a-f:.]+\])(:(?P<port>[0-9]{1,5}))?", re.ASCII | re.IGNORECASE
)
_MAX_HOST = 255
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})


class RequestFilter:
    """WSGI middleware; `hosts` are the names that the server answers to (none: any), `prefix` its path below a site."""

    def __init__(
        self, app: WSGIApplication, *, proxies: int = 0, hosts: tuple[str, ...] = (), prefix: str = ""
    ) -> None:
        self._app = app
        self._proxies = proxies
        self._hosts = frozenset(host.lower() for host in hosts)
        self._prefix = prefix.rstrip("/")

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Pass the filtered request on; answer 421 for a host that is not served, 400 for text that is no host."""
        if _IS_FILTERED in environ:  # not found in the cache, and sent again
            return self._app(environ, start_response)
        if _OF_PROXIES.isdisjoint(environ):
            environ[IS_FORWARDED] = False
        else:
            forwarded = {name: environ.pop(f"HTTP_X_FORWARDED_{name}", "") for name in _FORWARDED}
            ignored = [environ.pop(name, "") for name in _IGNORED]
            environ[IS_FORWARDED] = any((*forwarded.values(), *ignored, environ.get("HTTP_VIA")))
            self._apply_forwarded(forwarded, environ)
        if host := str(environ.get("HTTP_HOST", "")):
            known = _host_name(host)
            if known is None:
                return _refuse(start_response, "400 BAD REQUEST", "The Host header is not a host.")
            if self._hosts and known not in self._hosts and known not in _LOOPBACK:
                return _refuse(start_response, "421 MISDIRECTED REQUEST", "This server does not answer for this host.")
        elif environ.get("SERVER_PROTOCOL") == "HTTP/1.1":
            return _refuse(start_response, "400 BAD REQUEST", "The request has no Host header.")
        if not (method := str(environ["REQUEST_METHOD"])).isupper():  # Werkzeug would read `get` as GET
            return _refuse(start_response, "501 NOT IMPLEMENTED", f"The server has no method {method}.")
        for name in _DATES:
            if name in environ and parse_http_date(environ[name]) is None:
                del environ[name]
        condition = environ.get("HTTP_IF_RANGE", '"')
        if '"' not in condition and parse_http_date(condition) is None:
            environ.pop("HTTP_RANGE", None)  # a condition that cannot hold: the whole document (RFC 9110, 13.1.5)
            del environ["HTTP_IF_RANGE"]
        for name in _ACCEPTS:
            if len(environ.get(name, "")) > _MAX_ACCEPT:
                environ[name] = environ[name][:_MAX_ACCEPT].rpartition(",")[0]
        environ[_IS_FILTERED] = True
        return self._app(environ, start_response)

    def _apply_forwarded(self, headers: dict[str, str], environ: WSGIEnvironment) -> None:
        """Set client, scheme, host and prefix to what the outermost declared proxy states."""
        if not self._proxies:
            return
        stated = {name: outermost_value(value, self._proxies) for name, value in headers.items()}
        if stated["FOR"]:
            environ["REMOTE_ADDR"] = stated["FOR"]
        if stated["PROTO"] in ("http", "https"):
            environ["wsgi.url_scheme"] = stated["PROTO"]
        if stated["HOST"]:
            environ["HTTP_HOST"] = stated["HOST"]
        if stated["PREFIX"] and stated["PREFIX"].rstrip("/") == self._prefix:
            environ["SCRIPT_NAME"] = self._prefix


@lru_cache(256)
def _host_name(host: str) -> str | None:
    """Return the name in a Host header, in lower case and without port; None if it is not a host."""
    match = _HOST.fullmatch(host) if len(host) <= _MAX_HOST else None
    if match is None or int(match["port"] or 0) > 0xFFFF:
        return None
    try:
        match["name"].encode("ascii").decode("idna")
    except UnicodeError:
        return None
    return match["name"].lower()


def _refuse(start_response: StartResponse, status: str, reason: str) -> Iterable[bytes]:
    title = {"title": reason, "status": int(status[:3]), "detail": "Use the address that the operator publishes."}
    body = json.dumps(title).encode() + b"\n"
    headers = [
        ("Content-Type", "application/problem+json"),
        ("Content-Length", str(len(body))),
        ("Cache-Control", "no-store"),
    ]
    start_response(status, headers)
    return [body]
