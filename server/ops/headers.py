"""Response headers: security, CORS, caching, conditional requests.

A response depends on the build alone, so it is public, any cache may store it for a short time, and a shared cache
may serve it stale while it fetches a newer one. Its ETag is a hash of the body: the same in every server process, and
the same after a new build that did not change it.
"""

from __future__ import annotations

import time
from datetime import datetime

from flask import Response, g, request

from begrepp.errors import NoBuild
from server.http.caching import PUBLIC_CACHE_CONTROL
from server.http.conditional import PreconditionFailed, add_validators
from server.pages.errors import error_response
from server.state import served_build
from server.telemetry import metrics
from server.telemetry.access_log import ROUTE

_CONTENT_SECURITY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_FRAMED = _CONTENT_SECURITY.replace("frame-ancestors 'none'", "frame-ancestors *")
_FRAMED_ENDPOINTS = frozenset({"reconciliation.preview"})
"""Pages without scripts and forms that other sites show in a frame."""
_EXPOSED = (
    "Begrepp-Nodes, Content-Language, ETag, Last-Modified, Link, Memento-Datetime, Repr-Digest, Retry-After, Vary"
)
COMMON_HEADERS = {
    "Content-Security-Policy": _CONTENT_SECURITY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    # All responses are public, and none depends on credentials.
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": _EXPOSED,
    "Cross-Origin-Resource-Policy": "cross-origin",
}
"""Headers of every response; a few pages may be framed, and have another content security policy."""
VARY = ("Accept", "Accept-Language")
"""Request headers that every response but a static file may depend on; compression adds `Accept-Encoding`."""
CACHEABLE_BLUEPRINTS = frozenset(
    {"api", "browse", "catalog", "description", "differences", "downloads", "fhir", "links", "model"}
    | {"reconciliation", "resource", "tables", "wellknown"}
)
"""Blueprints whose responses depend on the build and the request alone."""
_UNCACHEABLE_ENDPOINTS = frozenset({"browse.health", "browse.ready", "browse.switch", "downloads.listing"})
_CACHEABLE_STATUSES = (200, 206, 300, 301, 302, 303, 304, 410)


def start_request() -> None:
    """Record the start time of the request, and its route for the access log."""
    g.started = time.monotonic()
    request.environ[ROUTE] = request.url_rule.rule if request.url_rule else "none"


def is_cacheable() -> bool:
    """Return whether the response to this request is always the same for the same build."""
    return (
        request.blueprint in CACHEABLE_BLUEPRINTS
        and request.endpoint not in _UNCACHEABLE_ENDPOINTS
        and request.method in ("GET", "HEAD")
    )


def finish_response(response: Response) -> Response:
    """Add the headers of every response; set status 304 if the client has the response already."""
    headers = response.headers
    for name, value in COMMON_HEADERS.items():
        headers[name] = value
    if request.endpoint in _FRAMED_ENDPOINTS:
        headers["Content-Security-Policy"] = _FRAMED
    if request.method == "OPTIONS":
        headers["Access-Control-Allow-Methods"] = headers.get("Allow", "GET, HEAD, OPTIONS")
        headers["Access-Control-Allow-Headers"] = (
            "Accept, Accept-Datetime, Accept-Language, Content-Type, If-Match, If-Modified-Since, If-None-Match, "
            "If-Range, If-Unmodified-Since, Range"
        )
        headers["Access-Control-Max-Age"] = "86400"
    if request.endpoint != "static":
        response.vary.update(VARY)
        if g.get("read_cookie"):
            response.vary.add("Cookie")  # the `lang` cookie
        try:
            _set_caching(response)
        except PreconditionFailed as error:
            return finish_response(error_response(error))
    if request.endpoint != "sparql.endpoint" and "started" in g:
        metrics.PAGE_SECONDS.observe(time.monotonic() - g.started)
    if "federation" in g:
        headers["Begrepp-Nodes"] = g.federation.encode("latin-1", "replace").decode("latin-1")
    if "language" in g and response.mimetype == "text/html":
        headers["Content-Language"] = g.language
    return response


def _set_caching(response: Response) -> None:
    """Set Cache-Control, ETag and Last-Modified."""
    is_public = is_cacheable() and response.status_code in _CACHEABLE_STATUSES
    response.headers.setdefault("Cache-Control", PUBLIC_CACHE_CONTROL if is_public else "no-cache")
    if response.cache_control.no_store:
        return
    if request.method in ("GET", "HEAD") and response.status_code == 200 and not response.is_streamed:
        add_validators(response, request.environ, _built_at() if is_public else None)


def _built_at() -> datetime | None:
    try:
        return datetime.fromisoformat(served_build().manifest.built_at)
    except (NoBuild, ValueError):
        return None
