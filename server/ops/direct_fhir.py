"""Direct answers of FHIR: operations on one code, which take a fraction of a millisecond, without thread and Flask.

Requests that carry resources, every fault, and all that is not plain take the usual way. The response is the same.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import msgspec
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import generate_etag, http_date, parse_accept_header

from begrepp.fhir.requests.operation_calls import read_parameters_resource, read_query
from server.fhir.fhir_operations import OPERATIONS, FhirOperation
from server.fhir.fhir_requests import FHIR_VERSIONS, FhirRequest
from server.fhir.fhir_sources import opened_source
from server.fhir.fhir_views import ACCEPTED_TYPES, BODY_TYPES, MEDIA_TYPE
from server.http.caching import PUBLIC_CACHE_CONTROL
from server.ops.headers import COMMON_HEADERS, VARY
from server.served.build import ServedBuild
from server.telemetry import metrics

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

ROUTE_NAME = "/fhir/<base>/<kind>/$<name>"
_DIRECT = ("lookup", "validate-code", "subsumes", "translate")
_MAX_BYTES = 1 << 13
"""Longest query string or body that is read on the event loop."""
_HEADERS = [*COMMON_HEADERS.items(), ("Vary", ", ".join((*VARY, "Accept-Encoding")))]
_CALLS: dict[str, tuple[str, FhirOperation]] = {
    f"/fhir/{base}/{kind}/${name}": (base, operation)
    for base in FHIR_VERSIONS
    for (kind, name), operation in OPERATIONS.items()
    if kind != "ValueSet" and name in _DIRECT
}


@dataclass(frozen=True, slots=True)
class FhirAnswer:
    """The body of a response, with its headers."""

    body: bytes
    headers: list[tuple[str, str]]

    def respond(self, start_response: StartResponse) -> None:
        """Pass status and headers to `start_response`."""
        start_response("200 OK", self.headers)


def fhir_answer(environ: WSGIEnvironment, build: ServedBuild) -> FhirAnswer | None:
    """Return the answer of a plain request to an operation on one code, None for any other request."""
    started = time.monotonic()
    base, operation = _CALLS.get(environ["PATH_INFO"], ("", None))
    source = opened_source(build, FHIR_VERSIONS[base]) if base else None
    if operation is None or source is None or not _accepts_json(environ.get("HTTP_ACCEPT", "")[:2000]):
        return None
    try:
        items = _read_items(environ)
        if items is None:
            return None
        resource = FhirRequest(base, source, environ.get("HTTP_ACCEPT_LANGUAGE", "")).run(operation, items)
        body = msgspec.json.encode(resource)
        built = http_date(datetime.fromisoformat(build.manifest.built_at))
    except Exception:  # the usual way answers and logs it
        return None
    metrics.PAGE_SECONDS.observe(time.monotonic() - started)
    own = [("Content-Type", MEDIA_TYPE), ("Content-Length", str(len(body)))]
    if environ["REQUEST_METHOD"] == "POST":
        return FhirAnswer(body, [*own, ("Cache-Control", "no-store"), *_HEADERS])
    validators = [("ETag", f'"{generate_etag(body)}"'), ("Last-Modified", built)]
    return FhirAnswer(body, [*own, ("Cache-Control", PUBLIC_CACHE_CONTROL), *validators, *_HEADERS])


def _read_items(environ: WSGIEnvironment) -> list[dict[str, Any]] | None:
    query, method = environ.get("QUERY_STRING", ""), environ["REQUEST_METHOD"]
    length = str(environ.get("CONTENT_LENGTH", "") or "0")
    if len(query) > _MAX_BYTES or not length.isdecimal() or int(length) > _MAX_BYTES:
        return None
    if method == "GET" and length == "0" and query.isascii():
        pairs = parse_qsl(query, keep_blank_values=True, errors="strict")
        return None if any(name.startswith("_") for name, _ in pairs) else read_query(pairs)
    if method != "POST" or query or environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower() not in BODY_TYPES:
        return None
    body = environ["wsgi.input"].read(int(length))
    environ["wsgi.input"].seek(0)
    return None if b'"resource"' in body or b"\\" in body else read_parameters_resource(msgspec.json.decode(body))


@lru_cache(1024)
def _accepts_json(accept: str) -> bool:
    accepted = parse_accept_header(accept, MIMEAccept)
    return not accepted or any(accepted[each] for each in ACCEPTED_TYPES)
