"""Direct answers of FHIR: operations on one code, which take a fraction of a millisecond, without thread and Flask.

Requests that carry resources, every fault, and all that is not plain take the usual way. The response is the same.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from begrepp.fhir import exact_json
from begrepp.fhir.requests.operation_calls import read_parameters_resource, read_query
from server.fhir.fhir_formats import JSON_FORMAT, accepted_format
from server.fhir.fhir_operations import OPERATIONS, FhirOperation
from server.fhir.fhir_requests import FHIR_VERSIONS, FhirRequest
from server.fhir.fhir_sources import opened_source
from server.ops.direct_requests import (
    DIRECT_HEADERS,
    DirectResponse,
    body_length,
    cacheable_response,
    is_conditional,
    media_type,
    parse_fields,
    peek_body,
)
from server.served.build import ServedBuild
from server.telemetry import metrics

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_ROUTE = "/fhir/<base>/<kind>/$<name>"
_DIRECT = ("lookup", "validate-code", "subsumes", "translate")
_MAX_BYTES = 1 << 13
"""Longest query string or body that is read on the event loop."""
_CALLS: dict[str, tuple[str, FhirOperation]] = {
    f"/fhir/{base}/{kind}/${name}": (base, operation)
    for base in FHIR_VERSIONS
    for (kind, name), operation in OPERATIONS.items()
    if kind != "ValueSet" and name in _DIRECT
}


def fhir_answer(environ: WSGIEnvironment, build: ServedBuild) -> DirectResponse | None:
    """Return the answer of a plain request to an operation on one code, None for any other request."""
    started = time.monotonic()
    base, operation = _CALLS.get(environ["PATH_INFO"], ("", None))
    source = opened_source(build, FHIR_VERSIONS[base]) if base else None
    if operation is None or source is None or is_conditional(environ) or "HTTP_PREFER" in environ:
        return None
    if accepted_format(base, environ.get("HTTP_ACCEPT", "")) is not JSON_FORMAT:
        return None
    try:
        items = _read_items(environ)
        if items is None:
            return None
        if operation.kind == "ConceptMap" and any(each.get("name") == "date" for each in items):
            return None  # mappings of a day are read from the graphs
        handling = "strict" if environ["REQUEST_METHOD"] == "GET" else ""
        own = FhirRequest(base, source, environ.get("HTTP_ACCEPT_LANGUAGE", ""), handling)
        resource = own.run(operation, items)
        body = exact_json.encode(resource)
        response = _response(environ["REQUEST_METHOD"], body, build.manifest.built_at)
    except Exception:  # the usual way answers and logs it
        return None
    metrics.PAGE_SECONDS.observe(time.monotonic() - started)
    return response


def _response(method: str, body: bytes, built_at: str) -> DirectResponse:
    headers = [*DIRECT_HEADERS, ("Content-Type", JSON_FORMAT.content_type)]
    if method == "GET":
        return cacheable_response(_ROUTE, body, "", built_at, headers)
    length = ("Content-Length", str(len(body)))
    return DirectResponse(_ROUTE, body, [*headers, length, ("Cache-Control", "no-store")])


def _read_items(environ: WSGIEnvironment) -> list[dict[str, Any]] | None:
    query, method = environ.get("QUERY_STRING", ""), environ["REQUEST_METHOD"]
    length = body_length(environ)
    if length is None or max(len(query), length) > _MAX_BYTES:
        return None
    if method == "GET" and length == 0:
        pairs = parse_fields(query)
        return None if pairs is None or any(name.startswith("_") for name, _ in pairs) else read_query(pairs)
    if method != "POST" or query or not JSON_FORMAT.is_named(media_type(environ)):
        return None
    body = peek_body(environ, length)
    return None if b'"resource"' in body or b"\\" in body else read_parameters_resource(exact_json.decode(body))
