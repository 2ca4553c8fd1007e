"""SPARQL 1.1 endpoint: read-only, over the current view, each query in a worker process with limits."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlencode

from flask import Blueprint, Response, request
from werkzeug.http import quote_etag

from begrepp.errors import BegreppError, QueryError, QueryTimeout, QueryTooLarge, UnsuitableFormat
from begrepp.queries.diagnostics import QueryAdvice
from begrepp.queries.example_queries import queries_by_area
from begrepp.rdf.namespaces import sparql_prologue
from begrepp.sparql.query_syntax import QuerySyntaxError
from server.http.caching import PUBLIC_CACHE_CONTROL
from server.http.conditional import is_not_modified
from server.http.negotiation import (
    EXCEL_CSV,
    GRAPH_FORMATS,
    HTML,
    JSON,
    PARQUET,
    RESULT_FORMATS,
    SPARQL_PARAMETERS,
    XLSX,
    Format,
    accepts_explicitly,
    choose_format,
    find_format,
    find_next_format,
    named_format,
)
from server.pages.queries.results import ResultPage
from server.pages.templating import address, render, translator
from server.sparql import answers
from server.sparql.editor_terms import editor_words
from server.sparql.graph_requests import names_graph, read_graph_request
from server.sparql.query_advice import advice_json, advice_sentences, explain
from server.sparql.request import SparqlRequest, parse_request, read_query_text
from server.sparql.result_files import FILE_FORMATS, result_file_response
from server.sparql.service_description import describe_endpoint
from server.workers.stream import ResultStream

EDITOR = Path(__file__).parents[1] / "static" / "editor" / "editor.js"
"""The query editor, built by `make editor`; without this file the page has a text field."""

_SELECTED_FORMATS = (*RESULT_FORMATS[2:], *FILE_FORMATS, *RESULT_FORMATS[:2], *GRAPH_FORMATS[:2])
"""Formats that the form offers."""

_EXCERPT = 80
"""Characters shown on each side of a syntax error."""

blueprint = Blueprint("sparql", __name__)


@blueprint.route("/sparql", methods=["GET", "POST"])
def endpoint() -> Response:
    """Run a query sent by GET, by POST of a form, or as the body of a POST; without a query, show the form."""
    if names_graph():
        return _data_response(read_graph_request())
    text = read_query_text()
    if not text:
        return _no_query_response()
    if "explain" in request.values:
        return _advice_response(parse_request(text))
    if file_format := _file_format():
        return result_file_response(parse_request(text), file_format, "result", "SPARQL", [("query", text)])
    # Browsers get a page; programs get the format they accept, by default JSON or Turtle.
    if choose_format(request, (*RESULT_FORMATS, *GRAPH_FORMATS, HTML), SPARQL_PARAMETERS) != HTML:
        return _data_response(parse_request(text))
    try:
        result = answers.answer_page(parse_request(text))
    except BegreppError as error:
        is_explained = isinstance(error, QueryTimeout | QueryTooLarge | QueryError)
        return _page(text, error=error, advice=(_try_to_explain(text) or None) if is_explained else None)
    return _page(text, result, advice=_try_to_explain(text) if result.empty else None)


def _file_format() -> Format | None:
    """Return the format of a file of another program, if the parameters name one or `Accept` prefers it."""
    name = named_format(request, SPARQL_PARAMETERS)
    if not name:
        found = find_format(request, (*RESULT_FORMATS, *GRAPH_FORMATS, HTML, XLSX, PARQUET), SPARQL_PARAMETERS)
        return found if found in (XLSX, PARQUET) else None
    return next((format_ for format_ in FILE_FORMATS if name in format_.names), None)


def _try_to_explain(text: str) -> list[QueryAdvice] | None:
    """Return advice on a query, or None if it cannot be read or the server is busy."""
    try:
        return explain(parse_request(text))
    except BegreppError:
        return None


def _advice_response(query: SparqlRequest) -> Response:
    """Return advice on a query, which is not run itself."""
    advice = explain(query)
    if choose_format(request, (HTML, JSON)) == HTML:
        return _page(query.query, advice=advice)
    return Response(advice_json(advice), content_type="application/json; charset=utf-8")


def _data_response(query: SparqlRequest) -> Response:
    """Return the result in a format for its form, which is known only after the query has run.

    The result is in the next format that the client accepts if XML cannot hold it. Raises `NotAcceptable`.
    """
    results = find_format(request, RESULT_FORMATS, SPARQL_PARAMETERS)
    graphs = find_format(request, GRAPH_FORMATS, SPARQL_PARAMETERS)
    try:
        return _result_response(query, results, graphs)
    except UnsuitableFormat as error:
        other = find_next_format(request, error, (*RESULT_FORMATS, *GRAPH_FORMATS), SPARQL_PARAMETERS)
        return _result_response(query, *((results, other) if other in GRAPH_FORMATS else (other, graphs)))


def _result_response(query: SparqlRequest, results: Format | None, graphs: Format | None) -> Response:
    formats = (results or RESULT_FORMATS[0], graphs or GRAPH_FORMATS[0])
    fingerprint = answers.answer_fingerprint(query, formats)
    if query.deterministic and is_not_modified(request.environ, quote_etag(fingerprint)):
        response = Response(status=304)
    else:
        result = answers.answer_query(query, formats, fingerprint=fingerprint)
        format_ = graphs or _graph_format_of_results_client() if result.form == "graph" else results
        if format_ is None:
            if isinstance(result, ResultStream):
                result.close()
            choose_format(request, GRAPH_FORMATS if result.form == "graph" else RESULT_FORMATS, SPARQL_PARAMETERS)
            raise AssertionError("unreachable: choose_format raises")
        response = answers.answer_response(result, format_)
    if query.deterministic:
        response.set_etag(fingerprint, weak=True)
        response.headers["Cache-Control"] = PUBLIC_CACHE_CONTROL
    else:
        response.cache_control.no_store = True
    return response


def _graph_format_of_results_client() -> Format | None:
    """Return Turtle for a client that accepts SPARQL results by name, and no graph format, for any form of query.

    rdflib's SPARQLStore with `returnFormat="json"` is one; it reads the format of a graph from the response.
    """
    has_name = bool(named_format(request, SPARQL_PARAMETERS))
    accepts_results = any(accepts_explicitly(request, format_) for format_ in RESULT_FORMATS[:2])
    return GRAPH_FORMATS[0] if accepts_results and not has_name else None


def _downloads(text: str, result: ResultPage) -> list[tuple[str, str, str]]:
    """Return suffix, name and address of the result in each format."""
    if result.graph:
        formats: tuple[Format, ...] = GRAPH_FORMATS
    else:
        formats = (*RESULT_FORMATS, *(FILE_FORMATS if result.boolean is None else (XLSX,)))
    query = urlencode({"query": text})
    return [
        (
            format_.suffix,
            _name_of(format_),
            address(
                f"/sparql.{format_.suffix}?{query}"
                if format_ in FILE_FORMATS
                else f"/sparql?{query}&format={format_.suffix}"
            ),
        )
        for format_ in formats
    ]


def _name_of(format_: Format) -> str:
    """Return the name of a format, in the language of the page for CSV as Excel reads it."""
    return translator()("format.excel.csv") if format_ == EXCEL_CSV else format_.suffix.upper()


def _no_query_response() -> Response:
    """Return the form for browsers, and the service description for programs."""
    if "query" in request.args and find_format(request, (HTML, *GRAPH_FORMATS)) != HTML:
        raise QueryError("The query is empty.", "Send the query in `query`, or as the body of the request.")
    format_ = choose_format(request, (HTML, *GRAPH_FORMATS))
    if format_ == HTML:
        return _page("")
    return describe_endpoint(format_)


def _fault_excerpt(text: str, error: BegreppError | None) -> tuple[str, str, str] | None:
    """Return the line of a syntax error: the text before the piece at fault, the piece, and the text after it."""
    if not isinstance(error, QuerySyntaxError):
        return None
    lines = [*re.split("\r\n|\r|\n", text.removeprefix("\ufeff")), ""]
    line, at = lines[min(error.line, len(lines)) - 1], error.column - 1
    return line[:at][-_EXCERPT:], line[at : at + error.length] or " ", line[at + error.length :][:_EXCERPT]


def _problem(error: BegreppError | None) -> str:
    """Return the message of a syntax error without its place, which is marked in the text."""
    if not isinstance(error, QuerySyntaxError):
        return ""
    said = translator().message(error.reason)
    return said.partition(": ")[2] or said


def _page(
    text: str,
    result: ResultPage | None = None,
    error: BegreppError | None = None,
    advice: list[QueryAdvice] | None = None,
) -> Response:
    page = render(
        "sparql.html",
        prologue=sparql_prologue(),
        query=text,
        error=error,
        fault=_fault_excerpt(text, error),
        page=result,
        findings=None if advice is None else advice_sentences(advice),
        areas=queries_by_area(),
        editor=EDITOR.exists(),
        words=editor_words(translator()),
        downloads=_downloads(text, result) if result and not result.empty else [],
        formats=[(format_.suffix, _name_of(format_)) for format_ in _SELECTED_FORMATS],
        problem=_problem(error),
    )
    response = Response(page, error.status if error else 200, content_type="text/html; charset=utf-8")
    if retry := getattr(error, "retry_after", 0):
        response.headers["Retry-After"] = str(retry)
    return response
