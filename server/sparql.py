"""The SPARQL 1.1 endpoint: read-only, over the current view, each query in a process that can be stopped."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flask import Blueprint, Response, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from begrepp.errors import QueryError, QueryRefused
from begrepp.namespaces import sparql_prologue
from server.negotiate import GRAPH_FORMATS, HTML, RESULT_FORMATS, Format, choose_format
from server.state import build, serving
from server.workers import Question, Reply

blueprint = Blueprint("sparql", __name__)

_UPDATE = re.compile(
    r"^\s*(?:(?:PREFIX\s+\S*\s*<[^>]*>|BASE\s*<[^>]*>|#[^\n]*)\s*)*"
    r"(INSERT|DELETE|LOAD|CLEAR|CREATE|DROP|COPY|MOVE|ADD|WITH)\b",
    re.IGNORECASE,
)
_SERVICE = re.compile(r"\bSERVICE\s+(SILENT\s+)?[<?$\w]", re.IGNORECASE)
_NOT_CODE = re.compile(r"#[^\n]*|\"\"\".*?\"\"\"|'''.*?'''|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'|<[^<>\"{}|^`\\\s]*>", re.DOTALL)
_CHUNK = 1 << 16


@blueprint.route("/sparql", methods=["GET", "POST"])
def endpoint() -> BaseResponse | str:
    """Answer a query by GET, by POST of a form, or by POST of the query itself; without one, show the form."""
    query = _query_text()
    if not query:
        return render_template("sparql.html", prologue=sparql_prologue(), query="")
    refuse_unsafe(query)
    results = choose_format_or_first(RESULT_FORMATS)
    graphs = choose_format_or_first(GRAPH_FORMATS)
    question = Question(
        store=build().folder / "store",
        query=query,
        results_format=results.media_type,
        graph_format=graphs.media_type,
        default_graphs=tuple(request.values.getlist("default-graph-uri")),
        named_graphs=tuple(request.values.getlist("named-graph-uri")),
    )
    if _wants_page():
        return _page(question)
    return _respond(serving().pool.ask(question), results, graphs)


def _query_text() -> str:
    if request.method == "POST" and request.mimetype == "application/sparql-query":
        return request.get_data(as_text=True)
    if request.mimetype == "application/sparql-update" or "update" in request.form:
        raise QueryRefused("This endpoint is read-only.", "Updates are not taken; change the source files and build anew.")
    given = request.values.getlist("query")
    if len(given) > 1:
        raise QueryError("There are several `query` parameters.", "Send one.")
    return given[0] if given else ""


def refuse_unsafe(query: str) -> None:
    """Raise `QueryRefused` for updates and for SERVICE, which would make the server ask others."""
    if _UPDATE.match(query):
        raise QueryRefused("This endpoint is read-only.", "Updates are not taken; change the source files and build anew.")
    if _SERVICE.search(_NOT_CODE.sub(" <> ", query)):
        raise QueryRefused("SERVICE is not allowed here.", "Ask the other endpoint yourself, or federate on your side.")


def _wants_page() -> bool:
    if request.values.get("format"):
        return False
    accept = request.accept_mimetypes
    return bool(accept) and accept.best_match(
        [f.media_type for f in (*RESULT_FORMATS, *GRAPH_FORMATS)] + ["application/json", HTML.media_type]
    ) == HTML.media_type


def choose_format_or_first(offers: tuple[Format, ...]) -> Format:
    """The format asked for among the offers; which form the answer has is not known before it is there."""
    named = request.values.get("format", "")
    for offer in offers:
        if named in (offer.suffix, offer.media_type):
            return offer
    if named in {f.suffix for f in (*RESULT_FORMATS, *GRAPH_FORMATS)} or not request.accept_mimetypes:
        return offers[0]
    mine = [o.media_type for o in offers]
    others = {f.media_type for f in (*RESULT_FORMATS, *GRAPH_FORMATS)} - set(mine)
    if request.accept_mimetypes.best_match([*mine, "application/json", "application/xml", "text/html"]) is None:
        if any(request.accept_mimetypes[o] for o in others):
            return offers[0]
        choose_format(request, offers)
    best = request.accept_mimetypes.best_match(mine)
    return next((o for o in offers if o.media_type == best), offers[0])


def _respond(reply: Reply, results: Format, graphs: Format) -> BaseResponse:
    media_type = (graphs if reply.form == "graph" else results).media_type
    if reply.form == "boolean" and media_type in ("text/csv", "text/tab-separated-values"):
        media_type = "text/plain"

    def chunks() -> Iterator[bytes]:
        with reply.body as body:
            while chunk := body.read(_CHUNK):
                yield chunk

    response = Response(chunks(), mimetype=media_type)
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Vary"] = "Accept"
    return response


def _page(question: Question) -> str:
    from server.pages import result_page

    return result_page(question, serving().pool)
