"""Direct answers: results of short queries that are sent without a thread and without Flask.

`DirectAnswers.prepare` runs on the event loop before the application. It starts the query of a request on an idle
worker and waits for the result, so that the loop serves other requests in the meantime. What is not a plain query with
a small result takes the usual way, which continues with the query if it has been started. The response is the same.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from flask import Flask
from werkzeug.http import quote_etag

from begrepp.sparql.lookup_answers import answer_lookup_query
from begrepp.sparql.tokens import may_contain_service
from begrepp.store.disk import DiskStore
from server.http.caching import PUBLIC_CACHE_CONTROL
from server.http.compression import MIN_BYTES, choose_coding
from server.http.negotiation import (
    GRAPH_FORMATS,
    HTML,
    RESULT_FORMATS,
    SPARQL_PARAMETERS,
    Format,
    best_format,
    format_name,
)
from server.http.page_cache import CACHED_ONLY, NOT_SHARED, NotCached
from server.ops.direct_fhir import fhir_answer
from server.ops.direct_lookups import answer_lookup
from server.ops.direct_pages import answer_page
from server.ops.direct_requests import (
    DIRECT_HEADERS,
    DirectResponse,
    body_length,
    is_conditional,
    media_type,
    parse_fields,
    peek_body,
)
from server.served.build import ServedBuild
from server.sparql import answers
from server.sparql.request import SparqlRequest, graph_names
from server.sparql.started_query import STARTED_QUERY, StartedQuery
from server.state import AppState
from server.telemetry.access_log import ROUTE
from server.telemetry.query_log import record_query
from server.workers.stream import StoredResult

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

PATH = "/sparql"
ANSWER = "begrepp.direct-answer"
"""WSGI environment variable with the `DirectResponse` that `prepare` has found."""
_RECORD = "begrepp.record-query"
"""WSGI environment variable with the function that logs the query of the response."""
_MAX_BYTES = 1 << 14
"""Longest query string or body that is read on the event loop."""
_SECONDS = 0.1
"""Longest wait of the event loop for a result; the query then continues for a thread."""
_GRAPH_PARAMETERS = ("default-graph-uri", "named-graph-uri")
_PARAMETERS = frozenset(("query", *_GRAPH_PARAMETERS, *SPARQL_PARAMETERS))


class DirectAnswers:
    """WSGI middleware around the Flask application that sends the answers which `prepare` has found."""

    def __init__(self, app: Flask, state: AppState) -> None:
        self._flask, self._app, self._state = app, app.wsgi_app, state

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Log and return the direct answer of the request, or call the application."""
        if CACHED_ONLY in environ:
            raise NotCached(None)
        answer = environ.get(ANSWER)
        if not isinstance(answer, DirectResponse):
            return self._app(environ, start_response)
        environ[ROUTE] = answer.route
        if record := environ.get(_RECORD):
            environ[NOT_SHARED] = True
            record()
        answer.respond(start_response)
        return [answer.body]

    async def prepare(self, environ: WSGIEnvironment, client: str) -> DirectResponse | None:
        """Return the direct answer to the request of a client, or None; `finish` is called in any case."""
        started = time.monotonic()
        if (build := self._state.opened_build()) is None:
            return None
        if response := (
            answer_lookup(environ, build) or answer_page(self._flask, environ, build) or fhir_answer(environ, build)
        ):
            environ[ANSWER] = response
            return response
        parsed = _read_query(environ)
        if parsed is None or not parsed[0].deterministic:
            return None
        query, results, graphs = parsed
        formats = (results or RESULT_FORMATS[0], graphs or GRAPH_FORMATS[0])
        fingerprint = answers.fingerprint_in(build, query, formats)
        outcome, result = "answered", self._look_up(build, query, results)
        if result is None:
            outcome, result = "kept", self._state.answers.get(fingerprint)
        if result is None:
            outcome, result = "answered", await self._run(environ, build, query, formats, client)
            if result:
                self._state.answers.put(fingerprint, result)
        format_ = graphs if result and result.form == "graph" else results
        if result is None or format_ is None or _is_compressed(environ, result):
            return None
        about = {"build": build.manifest.hash[:12], "form": result.form, "bytes": len(result.body)}
        environ[_RECORD] = partial(record_query, query.query, outcome, time.monotonic() - started, **about)
        response = environ[ANSWER] = _query_response(result, format_, fingerprint)
        return response

    def _look_up(self, build: ServedBuild, query: SparqlRequest, results: Format | None) -> StoredResult | None:
        """Return the result of a look-up in the current view, which takes fewer steps than to cache it."""
        is_enabled = self._state.settings.query_rewrites and results == RESULT_FORMATS[0]
        if not is_enabled or query.default_graphs or query.named_graphs or not isinstance(build.store, DiskStore):
            return None
        body = answer_lookup_query(query.query, build.store)
        return StoredResult("solutions", body) if body else None

    async def _run(
        self,
        environ: WSGIEnvironment,
        build: ServedBuild,
        query: SparqlRequest,
        formats: answers.FormatPair,
        client: str,
    ) -> StoredResult | None:
        request = answers.query_request(build, query, formats, rewrite=self._state.settings.query_rewrites)
        if (query_ := StartedQuery.start(self._state.pool, request, client)) is None:
            return None
        environ[STARTED_QUERY] = query_
        return await query_.wait(_SECONDS)

    @staticmethod
    def finish(environ: WSGIEnvironment) -> None:
        """Stop a query that was started and whose result nobody has taken."""
        if isinstance(query := environ.get(STARTED_QUERY), StartedQuery):
            query.close()


def _query_response(result: StoredResult, format_: Format, fingerprint: str) -> DirectResponse:
    body = answers.stored_body(result, format_)
    headers = [
        *DIRECT_HEADERS,
        ("Content-Type", answers.content_type_of(format_)),
        ("Content-Length", str(len(body))),
        ("ETag", quote_etag(fingerprint, weak=True)),
        ("Cache-Control", PUBLIC_CACHE_CONTROL),
    ]
    return DirectResponse(PATH, body, headers)


def _is_compressed(environ: WSGIEnvironment, result: StoredResult) -> bool:
    """Return whether the response is compressed."""
    return len(result.body) >= MIN_BYTES and choose_coding(environ.get("HTTP_ACCEPT_ENCODING", "")) != ""


def _read_query(environ: WSGIEnvironment) -> tuple[SparqlRequest, Format | None, Format | None] | None:
    """Return the query of a request with the formats for solutions and for graphs; None if it is no plain query."""
    accept = environ.get("HTTP_ACCEPT", "")
    if environ["PATH_INFO"] != PATH or is_conditional(environ) or (fields := _read_fields(environ)) is None:
        return None
    values: dict[str, list[str]] = {}
    for name, value in fields:
        values.setdefault(name, []).append(value)
    if "query" not in values or not values.keys() <= _PARAMETERS or may_contain_service(values["query"][0]):
        return None
    if any(len(each) > 1 for name, each in values.items() if name not in _GRAPH_PARAMETERS):
        return None
    formats = _choose_formats(format_name({name: each[0] for name, each in values.items()}, SPARQL_PARAMETERS), accept)
    text = values["query"][0].strip().removeprefix("\ufeff")
    if formats is None or not text:
        return None
    default_graphs, named_graphs = (graph_names(values.get(name, ())) for name in _GRAPH_PARAMETERS)
    return SparqlRequest(query=text, default_graphs=default_graphs, named_graphs=named_graphs), *formats


def _read_fields(environ: WSGIEnvironment) -> list[tuple[str, str]] | None:
    """Return the names and values of the query string or the form, a posted query as `query`; None if not plain."""
    query_string, method, length = environ.get("QUERY_STRING", ""), environ["REQUEST_METHOD"], body_length(environ)
    if length is None or max(len(query_string), length) > _MAX_BYTES:
        return None
    if method == "GET" and length == 0:
        return parse_fields(query_string)
    if method != "POST" or query_string:
        return None
    try:
        body = peek_body(environ, length).decode()
    except UnicodeDecodeError:
        return None
    if media_type(environ) == "application/sparql-query":
        return [("query", body)]
    return parse_fields(body) if media_type(environ) == "application/x-www-form-urlencoded" else None


@lru_cache(1024)
def _choose_formats(named: str, accept: str) -> tuple[Format | None, Format | None] | None:
    """Return the formats for solutions and for graphs; None for a page, and if no format is acceptable."""
    if best_format((*RESULT_FORMATS, *GRAPH_FORMATS, HTML), named, accept) in (None, HTML):
        return None
    return best_format(RESULT_FORMATS, named, accept), best_format(GRAPH_FORMATS, named, accept)
