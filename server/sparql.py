"""The SPARQL 1.1 endpoint: read-only, over the current view, each query in a process that can be stopped."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flask import Blueprint, Response, request
from werkzeug.exceptions import UnsupportedMediaType

from begrepp.errors import BegreppError, QueryError, QueryRefused
from begrepp.namespaces import sparql_prologue
from begrepp.queries import queries
from server.description import service_description
from server.negotiate import (
    GRAPH_FORMATS,
    HTML,
    RESULT_FORMATS,
    Format,
    NotAcceptable,
    choose_format,
)
from server.pages.results import result_page
from server.presenting import address, render
from server.rdf import serialise
from server.state import build, serving
from server.workers import Question, Reply

blueprint = Blueprint("sparql", __name__)

_NOT_CODE = re.compile(
    r"#[^\n]*|\"\"\".*?\"\"\"|'''.*?'''|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'|<[^<>\"{}|^`\\\s]*>", re.DOTALL
)
_UPDATE = re.compile(
    r"\s*(?:(?:PREFIX\s+\S*\s*<>|BASE\s*<>)\s*)*(INSERT|DELETE|LOAD|CLEAR|CREATE|DROP|COPY|MOVE|ADD|WITH)\b",
    re.IGNORECASE,
)
_SERVICE = re.compile(r"(?<![?$:\w-])SERVICE\s*(?:SILENT\b\s*)?[<?$\w:]", re.IGNORECASE)
_READ_ONLY = ("This endpoint is read-only.", "Updates are not taken; change the source files and build anew.")
_CHUNK = 1 << 16


@blueprint.route("/sparql", methods=["GET", "POST"])
def endpoint() -> Response:
    """Answer a query by GET, by POST of a form, or by POST of the query itself; without one, show the form."""
    query = _query_text()
    if not query:
        return _without_query()
    # For people a page; for machines whatever they ask for, and JSON or Turtle where they do not say.
    wanted = choose_format(request, (*RESULT_FORMATS, *GRAPH_FORMATS, HTML))
    try:
        refuse_unsafe(query)
        if wanted == HTML:
            return _page(query, serving().pool.ask(_question(query, RESULT_FORMATS[0], GRAPH_FORMATS[0])))
    except BegreppError as error:
        if wanted == HTML:
            return _form(query, error)
        raise
    results, graphs = _one_of(RESULT_FORMATS), _one_of(GRAPH_FORMATS)
    reply = serving().pool.ask(_question(query, results or RESULT_FORMATS[0], graphs or GRAPH_FORMATS[0]))
    return _respond(reply, results, graphs)


def _query_text() -> str:
    if "update" in request.values or request.mimetype == "application/sparql-update":
        raise QueryRefused(*_READ_ONLY)
    if request.method == "POST" and request.mimetype == "application/sparql-query":
        try:
            return request.get_data().decode()
        except UnicodeDecodeError:
            raise QueryError("The query is not UTF-8.", "Send it as UTF-8.") from None
    if request.method == "POST" and request.mimetype not in (
        "application/x-www-form-urlencoded",
        "multipart/form-data",
    ):
        raise UnsupportedMediaType("Send a form with `query`, or the query as application/sparql-query.")
    given = request.values.getlist("query")
    if len(given) > 1:
        raise QueryError("There are several `query` parameters.", "Send one.")
    if request.method == "POST" and not given:
        raise QueryError("There is no query.", "Send it in `query`.")
    return given[0].strip() if given else ""


def refuse_unsafe(query: str) -> None:
    """Raise `QueryRefused` for updates and for SERVICE, which would make the server ask others."""
    code = _NOT_CODE.sub(lambda found: " <> " if found[0].startswith("<") else " ", query)
    if _UPDATE.match(code):
        raise QueryRefused(*_READ_ONLY)
    if _SERVICE.search(code):
        raise QueryRefused("SERVICE is not allowed here.", "Ask the other endpoint yourself, or federate on your side.")


def _question(query: str, results: Format, graphs: Format) -> Question:
    return Question(
        store=build().folder / "store",
        query=query,
        results_format=results.media_type,
        graph_format=graphs.media_type,
        default_graphs=tuple(request.values.getlist("default-graph-uri")),
        named_graphs=tuple(request.values.getlist("named-graph-uri")),
    )


def _one_of(offers: tuple[Format, ...]) -> Format | None:
    """The format wanted among the offers, or None; which form the answer has is known only when it is there."""
    try:
        return choose_format(request, offers)
    except NotAcceptable:
        return None


def _respond(reply: Reply, results: Format | None, graphs: Format | None) -> Response:
    format_ = graphs if reply.form == "graph" else results
    if format_ is None:
        reply.body.close()
        offers = GRAPH_FORMATS if reply.form == "graph" else RESULT_FORMATS
        choose_format(request, offers)
        raise AssertionError("unreachable: choose_format raises")
    media_type = format_.media_type
    if reply.form == "boolean" and format_.suffix in ("csv", "tsv"):
        media_type = "text/plain"

    def chunks() -> Iterator[bytes]:
        with reply.body as body:
            while chunk := body.read(_CHUNK):
                yield chunk

    return Response(chunks(), content_type=f"{media_type}; charset=utf-8")


def _without_query() -> Response:
    """The form for people, the service description for machines."""
    format_ = choose_format(request, (HTML, *GRAPH_FORMATS))
    return _form("") if format_ == HTML else _describe(format_)


def _form(query: str, error: BegreppError | None = None) -> Response:
    page = render(
        "sparql.html", prologue=sparql_prologue(), query=query, error=error, page=None, examples=queries("examples")
    )
    return Response(page, error.status if error else 200, content_type="text/html; charset=utf-8")


def _page(query: str, reply: Reply) -> Response:
    page = render(
        "sparql.html",
        prologue=sparql_prologue(),
        query=query,
        error=None,
        page=result_page(build(), reply),
        examples=queries("examples"),
    )
    return Response(page, content_type="text/html; charset=utf-8")


def _describe(format_: Format) -> Response:
    url = request.host_url.rstrip("/") + address("/sparql")
    triples = service_description(build(), url)
    return Response(serialise(triples, format_), content_type=f"{format_.media_type}; charset=utf-8")
