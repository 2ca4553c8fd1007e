"""The SPARQL 1.1 endpoint: read-only, over the current view, each query in a process that can be stopped."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from begrepp.errors import BegreppError, QueryError, QueryTimeout, QueryTooLarge
from begrepp.queries.doctor import QueryAdvice
from begrepp.queries.files import read_queries
from begrepp.rdf.namespaces import sparql_prologue
from server.http.caching import PUBLIC
from server.http.negotiation import GRAPH_FORMATS, HTML, RESULT_FORMATS, Format, NotAcceptable, choose_format
from server.pages.queries.results import ResultPage
from server.pages.templating import address, render
from server.sparql import answers
from server.sparql.explain import explain, for_machines, for_people
from server.sparql.request import SparqlRequest, parse_request, query_text
from server.sparql.service_description import describe_endpoint
from server.workers.stream import ResultStream

EDITOR = Path(__file__).parents[1] / "static" / "editor" / "editor.js"
"""The editor as `make editor` builds it; without it the page has a text field."""

blueprint = Blueprint("sparql", __name__)


@blueprint.route("/sparql", methods=["GET", "POST"])
def endpoint() -> Response:
    """Answer a query by GET, by POST of a form, or by POST of the query itself; without one, show the form."""
    query = query_text()
    if not query:
        return _without_query()
    if "explain" in request.values:
        return _explained(parse_request(query))
    # For people a page; for machines whatever they ask for, and JSON or Turtle where they do not say.
    if choose_format(request, (*RESULT_FORMATS, *GRAPH_FORMATS, HTML)) != HTML:
        return _data(parse_request(query))
    try:
        question = parse_request(query)
        result = answers.shown(question)
        return _page(query, result, findings=explain(question) if result.empty else None)
    except BegreppError as error:
        return _page(query, error=error, findings=_why(query, error))


def _why(query: str, error: BegreppError) -> list[QueryAdvice] | None:
    """What the doctor says of a query that was stopped, or could not be read."""
    if not isinstance(error, QueryTimeout | QueryTooLarge | QueryError):
        return None
    try:
        return explain(parse_request(query))
    except BegreppError:
        return None


def _explained(question: SparqlRequest) -> Response:
    """What the doctor says, without asking the query itself."""
    findings = explain(question)
    if choose_format(request, (HTML, Format("json", "application/json"))) == HTML:
        return _page(question.query, findings=findings)
    return Response(for_machines(findings), content_type="application/json; charset=utf-8")


def _data(question: SparqlRequest) -> Response:
    """The answer in the format that suits its form, which is known only when it is there."""
    results, graphs = _one_of(RESULT_FORMATS), _one_of(GRAPH_FORMATS)
    formats = (results or RESULT_FORMATS[0], graphs or GRAPH_FORMATS[0])
    if answers.unchanged(question, formats):
        response = Response(status=304)
    else:
        found = answers.answer(question, formats)
        format_ = graphs if found.form == "graph" else results
        if format_ is None:
            if isinstance(found, ResultStream):
                found.close()
            choose_format(request, GRAPH_FORMATS if found.form == "graph" else RESULT_FORMATS)
            raise AssertionError("unreachable: choose_format raises")
        response = answers.response(found, format_)
    if question.steady:
        response.set_etag(answers.tag_of(question, formats), weak=True)
        response.headers["Cache-Control"] = PUBLIC
    else:
        response.cache_control.no_store = True
    return response


def _downloads(query: str, result: ResultPage) -> list[tuple[str, str]]:
    """The answer as a file: suffix and address."""
    formats = GRAPH_FORMATS if result.graph else RESULT_FORMATS
    return [(f.suffix, address(f"/sparql?{urlencode({'query': query, 'format': f.suffix})}")) for f in formats]


def _one_of(offers: tuple[Format, ...]) -> Format | None:
    """The format wanted among the offers, or None; which form the answer has is known only when it is there."""
    try:
        return choose_format(request, offers)
    except NotAcceptable:
        return None


def _without_query() -> Response:
    """The form for people, the service description for machines."""
    format_ = choose_format(request, (HTML, *GRAPH_FORMATS))
    return _page("") if format_ == HTML else describe_endpoint(format_)


def _page(
    query: str,
    result: ResultPage | None = None,
    error: BegreppError | None = None,
    findings: list[QueryAdvice] | None = None,
) -> Response:
    page = render(
        "sparql.html",
        prologue=sparql_prologue(),
        query=query,
        error=error,
        page=result,
        findings=None if findings is None else for_people(findings),
        examples=read_queries("examples"),
        editor=EDITOR.exists(),
        downloads=_downloads(query, result) if result and not result.empty else [],
    )
    response = Response(page, error.status if error else 200, content_type="text/html; charset=utf-8")
    if retry := getattr(error, "retry_after", 0):
        response.headers["Retry-After"] = str(retry)
    return response
