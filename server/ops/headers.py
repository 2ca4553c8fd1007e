"""The headers of every answer: who may read it, how long it keeps, whether the reader has it already.

What is said follows from the build alone, so an answer is public, may be kept by any cache for a moment, and may be
shown stale while a newer one is fetched. Its tag is made of its bytes: the same in every server process, and the
same after a new build that did not change it.
"""

from __future__ import annotations

import time
from datetime import datetime

from flask import Response, g, request

from begrepp.errors import NoBuild
from server.http.caching import PUBLIC_CACHE_CONTROL
from server.state import served_build
from server.telemetry import metrics
from server.telemetry.access_log import ROUTE

_CONTENT_SECURITY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_EXPOSED = (
    "Begrepp-Nodes, Content-Language, ETag, Last-Modified, Link, Memento-Datetime, Repr-Digest, Retry-After, Vary"
)
CACHEABLE_BLUEPRINTS = frozenset(
    {"api", "browse", "catalog", "description", "differences", "downloads", "links", "resource", "wellknown"}
)
"""Blueprints whose answers follow from the build and the request alone."""
_UNSTEADY = frozenset({"browse.health", "browse.ready", "browse.switch", "downloads.listing"})


def start_request() -> None:
    """Note when the request came, and by which route."""
    g.started = time.monotonic()
    request.environ[ROUTE] = request.url_rule.rule if request.url_rule else "none"


def is_cacheable() -> bool:
    """Whether the same build answers this request the same way each time."""
    return (
        request.blueprint in CACHEABLE_BLUEPRINTS
        and request.endpoint not in _UNSTEADY
        and request.method in ("GET", "HEAD")
    )


def finish_response(response: Response) -> Response:
    """Headers that every answer carries, and 304 where the reader already has it."""
    headers = response.headers
    headers["Content-Security-Policy"] = _CONTENT_SECURITY
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "strict-origin-when-cross-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
    # Everything here is for all to read, and nothing depends on who asks.
    headers["Access-Control-Allow-Origin"] = "*"
    headers["Access-Control-Expose-Headers"] = _EXPOSED
    headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    if request.method == "OPTIONS":
        headers["Access-Control-Allow-Methods"] = headers.get("Allow", "GET, HEAD, OPTIONS")
        headers["Access-Control-Allow-Headers"] = (
            "Accept, Accept-Datetime, Accept-Language, Content-Type, If-Modified-Since, If-None-Match, Range"
        )
        headers["Access-Control-Max-Age"] = "86400"
    if request.endpoint != "static":
        response.vary.update(("Accept", "Accept-Language"))
        if g.get("read_cookie"):
            response.vary.add("Cookie")  # the language that a reader chose
        _freshness(response)
    if request.endpoint != "sparql.endpoint" and "started" in g:
        metrics.PAGE_SECONDS.observe(time.monotonic() - g.started)
    if "federation" in g:
        headers["Begrepp-Nodes"] = g.federation.encode("latin-1", "replace").decode("latin-1")
    if "language" in g and response.mimetype == "text/html":
        headers["Content-Language"] = g.language
    return response


def _freshness(response: Response) -> None:
    """How long the answer keeps, its tag and its age."""
    kept = is_cacheable() and response.status_code in (200, 206, 300, 301, 302, 303, 304, 410)
    response.headers.setdefault("Cache-Control", PUBLIC_CACHE_CONTROL if kept else "no-cache")
    if response.cache_control.no_store:
        return
    if request.method in ("GET", "HEAD") and response.status_code == 200 and not response.is_streamed:
        response.add_etag()
        if kept and "Last-Modified" not in response.headers and (built := _built_at()):
            response.last_modified = built
        response.make_conditional(request.environ)


def _built_at() -> datetime | None:
    try:
        return datetime.fromisoformat(served_build().manifest.built_at)
    except (NoBuild, ValueError):
        return None
