"""Error handler: renders every error as a page or as a problem document (RFC 9457)."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping, Sequence
from urllib.parse import quote, urlencode

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from begrepp.errors import BegreppError, InputError, NoBuild
from server.http.negotiation import (
    GRAPH_FORMATS,
    HTML,
    PROBLEM,
    RESULT_FORMATS,
    Format,
    NotAcceptable,
    named_format,
    quality,
    split_suffix,
)
from server.http.urls import document_path
from server.pages.hit_rows import results
from server.pages.schemes.editions import EditionRow, edition_row
from server.pages.templating import address, render, translator
from server.served.resolver import Gone, Missing
from server.state import served_build

_DATA_PATHS = ("/api/", "/reconcile")
"""Beginnings of the paths that only programs request."""
_OWN_PATH = re.compile(r"((?<!\S)/[a-z][^\s…]*[\w/](?=[.,;:)]*(?:\s|$)))")
"""A path of this server within a text."""
_log = logging.getLogger("begrepp.server")


def register(app: Flask) -> None:
    """Register the error handler for all errors."""
    app.register_error_handler(BegreppError, error_response)
    app.register_error_handler(HTTPException, error_response)
    app.register_error_handler(Exception, _unexpected)


def _unexpected(error: Exception) -> Response:
    _log.exception("%s %s", request.method, request.path)
    return error_response(BegreppError("An unexpected error occurred.", "The error has been logged."))


def error_response(error: BegreppError | HTTPException) -> Response:
    """Return the error as a page or a problem document."""
    if isinstance(error, HTTPException):
        if error.response is not None:
            return Response(status=error.code or 500, headers=dict(error.get_headers()))
        status, reason, next_step = error.code or 500, error.description or error.name, ""
    else:
        status, reason, next_step = error.status, error.reason, error.next_step
    offers = error.offers if isinstance(error, NotAcceptable) else ()
    if wants_page():
        response = _page(error, status, reason, next_step)
    else:
        response = _problem(status, reason, next_step, _available(offers))
    if offers:
        response.headers["Link"] = ", ".join(
            f'<{offer["href"]}>; rel="alternate"; type="{offer["type"]}"' for offer in _available(offers)
        )
    if status in (429, 503):
        response.headers["Retry-After"] = str(getattr(error, "retry_after", 5))
    if isinstance(error, HTTPException):
        for name, value in error.get_headers(request.environ):
            if name in ("Allow", "Content-Range"):
                response.headers[name] = value
    return response


def wants_page() -> bool:
    """Return whether HTML is preferred, by suffix, `?format=`, then `Accept`; never for a request that sends JSON."""
    _, suffixed = split_suffix(request.path)
    named = named_format(request) if request.method in ("GET", "HEAD") else ""
    is_data = request.path.endswith(".json") or request.path.startswith(_DATA_PATHS) or request.is_json
    if is_data or (suffixed and suffixed != HTML) or named not in ("", "html"):
        return False
    data = max(quality(request, format_) for format_ in (PROBLEM, *GRAPH_FORMATS, *RESULT_FORMATS))
    page = quality(request, HTML)
    return page > data or (page == data > 0 and request.path != "/sparql")


def _available(offers: Sequence[Format]) -> list[dict[str, str]]:
    """Return the available formats with their URLs."""
    kept = [(key, value) for key, value in request.args.items(multi=True) if key != "format"]
    stem, _ = split_suffix(request.path)
    return [
        {"type": offer.media_type, "href": f"{address(quote(stem))}?{urlencode([*kept, ('format', offer.suffix)])}"}
        for offer in offers
    ]


def problem(error: BegreppError) -> Response:
    """Return the error as a problem document; an input error names its file."""
    origin = f"{error.origin}: " if isinstance(error, InputError) else ""
    return _problem(error.status, f"{origin}{error.reason}", error.next_step)


def _problem(status: int, reason: str, next_step: str, available: Sequence[Mapping[str, str]] = ()) -> Response:
    said = {
        "type": "about:blank",
        "title": reason,
        "status": status,
        "detail": next_step,
        "instance": address(quote(request.path)),
        "available": [*available],
    }
    body = json.dumps({key: value for key, value in said.items() if value}, ensure_ascii=False)
    return Response(body + "\n", status, content_type=PROBLEM.media_type)


def _page(error: Exception, status: int, reason: str, next_step: str) -> Response:
    translate = translator()
    heading = (
        translate.maybe(f"problem.{type(error).__name__}")
        or translate.maybe(f"problem.{status}")
        or translate.maybe(f"problem.{status // 100}xx")
    )
    said = translate.message(reason)
    near = results(served_build(), error.near, translate.language) if isinstance(error, Missing) and error.near else []
    page = render(
        "problem.html",
        status=status,
        heading=heading,
        reason=translate.maybe(f"reason.{type(error).__name__}"),
        said=said,
        said_in=translate.language if said != reason else "en",
        next_step=_OWN_PATH.split(translate.message(next_step)),
        near=near,
        graphs=_last_seen(error.graphs) if isinstance(error, Gone) else [],
        bare=isinstance(error, NoBuild),
    )
    return Response(page, status, content_type="text/html; charset=utf-8")


def _last_seen(graphs: tuple[str, ...]) -> list[tuple[str, EditionRow | None]]:
    found = served_build()
    rows = {g.graph: edition_row(found, g) for g in found.manifest.graphs}
    return [(document_path(found.iris, graph), rows.get(graph)) for graph in graphs]
