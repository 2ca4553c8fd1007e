"""Answers to queries for the endpoint and the example queries: from the answer cache, stored, or streamed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from flask import Response, g, request

from begrepp.store.worker import QueryRequest
from server.http.negotiation import GRAPH_FORMATS, RESULT_FORMATS, Format
from server.pages.queries.results import ROWS_SHOWN, ResultPage, result_page
from server.pages.templating import translator
from server.served.build import ServedBuild
from server.sparql.federation import replace_services
from server.sparql.request import SparqlRequest, client_key
from server.sparql.started_query import STARTED_QUERY, StartedQuery
from server.state import app_state, served_build
from server.telemetry.query_log import log_query, log_truncated_answer
from server.workers.cancellation import CANCELLATION
from server.workers.stream import ResultStream, StoredResult

FormatPair = tuple[Format, Format]
"""The format for solutions and booleans, and the format for graphs."""
_PAGE_FORMAT_PAIR = (RESULT_FORMATS[0], GRAPH_FORMATS[0])
_BOOLEAN_HEADERS = {"csv": b"_askResult\r\n", "tsv": b"?_askResult\n"}
"""The standards for CSV and TSV have no booleans; the column has the name that Apache Jena gives it."""
_PAGE_CHUNKS = 8
"""Chunks of 64 KB read from a graph that is shown on a page."""


def answer_query(
    query: SparqlRequest, formats: FormatPair, *, rows: int = 0, fingerprint: str = ""
) -> StoredResult | ResultStream:
    """Return the result of a query: from the answer cache, stored in the cache if small, or a stream.

    With `rows`, solutions are the first so many as SPARQL JSON, with the total number of rows. `fingerprint` is the
    value of `answer_fingerprint`, if the caller has it. Raises the errors of the query worker.
    """
    fingerprint = fingerprint or answer_fingerprint(query, formats, rows)
    build_hash = served_build().manifest.hash[:12]
    with log_query(query.query, build_hash) as log_fields:
        if query.deterministic and (cached := app_state().answers.get(fingerprint)):
            log_fields |= {"outcome": "kept", "form": cached.form, "bytes": len(cached.body)}
            return cached
        without_services, report = replace_services(query)
        if report.nodes:
            g.federation = log_fields["nodes"] = report.header()
        result = _run(
            query_request(served_build(), without_services, formats, rows, rewrite=app_state().settings.query_rewrites)
        )
        log_fields["form"] = result.form
        if isinstance(result, ResultStream):
            if not result.finished:
                log_fields["outcome"] = "streamed"
                result.on_truncated = partial(log_truncated_answer, without_services.query, build_hash)
                return result
            result = StoredResult(result.form, result.read())
        log_fields["bytes"] = len(result.body)
        if query.deterministic:
            app_state().answers.put(fingerprint, result)
        return result


def query_request(
    build: ServedBuild, query: SparqlRequest, formats: FormatPair, rows: int = 0, *, rewrite: bool
) -> QueryRequest:
    """Return the request to a query worker for a query without SERVICE."""
    results, graphs = formats
    return QueryRequest(
        store=build.location,
        query=query.query,
        results_format=results.media_type,
        graph_format=graphs.media_type,
        default_graphs=query.default_graphs,
        named_graphs=query.named_graphs,
        base=build.manifest.base,
        rows=rows,
        rewrite=rewrite,
    )


def _run(query: QueryRequest) -> StoredResult | ResultStream:
    """Return the result of the query that was started before for this request, or else run the query."""
    started, cancellation = request.environ.get(STARTED_QUERY), request.environ.get(CANCELLATION)
    if isinstance(started, StartedQuery) and started.request == query:
        return started.result(cancellation)
    return app_state().pool.run(query, client_key(), cancellation)


def answer_fingerprint(query: SparqlRequest, formats: FormatPair, rows: int = 0) -> str:
    """Return a hash of query, dataset, formats and build: the cache key of an answer and the value of its ETag."""
    return fingerprint_in(served_build(), query, formats, rows)


def fingerprint_in(build: ServedBuild, query: SparqlRequest, formats: FormatPair, rows: int = 0) -> str:
    """Return the value of `answer_fingerprint` for a build."""
    return query.fingerprint(build.manifest.id, str(rows), *(format_.media_type for format_ in formats))


def content_type_of(format_: Format) -> str:
    """Return the value of the Content-Type header."""
    return f"{format_.media_type}; charset=utf-8"


def stored_body(result: StoredResult, format_: Format) -> bytes:
    """Return the body of a response with a result."""
    header = _BOOLEAN_HEADERS.get(format_.suffix, b"") if result.form == "boolean" else b""
    return header + result.body


def answer_response(result: StoredResult | ResultStream, format_: Format) -> Response:
    """Return the HTTP response with a result; a boolean as CSV or TSV is a table of one column and one row."""
    content_type = content_type_of(format_)
    if isinstance(result, StoredResult):
        return Response(stored_body(result, format_), content_type=content_type)
    response = Response(result.chunks(), content_type=content_type)
    response.call_on_close(result.close)
    return response


def answer_page(query: SparqlRequest, links: Mapping[str, str] | None = None) -> ResultPage:
    """Return the first rows of the result for a page; `links` maps a column to the column with its link targets."""
    result = answer_query(query, _PAGE_FORMAT_PAIR, rows=ROWS_SHOWN)
    return result_page(served_build(), result.form, _read_beginning(result), translator().language, links)


def _read_beginning(result: StoredResult | ResultStream) -> bytes:
    """Return the result; of a graph that is streamed, only the first half megabyte."""
    if isinstance(result, StoredResult):
        return result.body
    if result.form == "graph":
        beginning = b"".join(chunk for chunk, _ in zip(result.chunks(), range(_PAGE_CHUNKS), strict=False))
        result.close()
        return beginning
    return result.read()
