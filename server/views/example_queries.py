"""Blueprint for example queries: a page with a form, a REST URL, and snippets for curl, Python and R."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from begrepp.errors import BegreppError, UnsuitableFormat
from begrepp.queries.example_queries import queries_by_area
from begrepp.queries.parameters import ParameterError, QueryContext, bind_parameters, rebase
from begrepp.queries.query_files import Query, get_example
from begrepp.rdf.namespaces import sparql_prologue
from server.http.negotiation import (
    GRAPH_FORMATS,
    HTML,
    RESULT_FORMATS,
    Format,
    choose_format,
    find_next_format,
    split_suffix,
)
from server.pages.queries.example_query import query_page
from server.pages.templating import address, render, translator
from server.served.documents import serialise
from server.sparql import answers
from server.sparql.request import SparqlRequest
from server.sparql.result_files import FILE_FORMATS, result_file_response
from server.sparql.result_set import result_set_triples
from server.state import served_build
from server.workers.stream import StoredResult

blueprint = Blueprint("cookbook", __name__)


@blueprint.get("/queries")
def questions() -> bytes:
    """Return the list of example queries by subject."""
    return render("queries.html", areas=queries_by_area())


@blueprint.get("/id/query/<name>")
@blueprint.get("/query/<name>")
def identifier(name: str) -> BaseResponse:
    """Redirect (303) to the page of an example query, with the parameters of the request."""
    query = f"?{request.query_string.decode('latin-1')}" if request.query_string else ""
    return redirect(address(f"/queries/{get_example(name).name}{query}"), 303)


@blueprint.get("/queries/<name>")
def question(name: str) -> Response:
    """Return the result of an example query with the given or default parameters."""
    stem, suffixed = split_suffix(name, (*RESULT_FORMATS, *GRAPH_FORMATS, HTML, *FILE_FORMATS))
    query = get_example(stem)
    makes_graph = query.form in ("construct", "describe")
    offers = (HTML, *(GRAPH_FORMATS if makes_graph else (*RESULT_FORMATS, *GRAPH_FORMATS, *FILE_FORMATS)))
    format_ = suffixed or choose_format(request, offers)
    given = {each.name: request.args[each.name] for each in query.parameters if each.name in request.args}
    if format_ == HTML:
        return _page(query, given)
    text = bind_parameters(query, {key: value for key, value in given.items() if value.strip()}, _known())
    if format_ in FILE_FORMATS:
        title = query.translated("title", translator().language).value
        return result_file_response(SparqlRequest(query=text), format_, query.name, title, sorted(given.items()))
    as_table_of_rdf = format_ in GRAPH_FORMATS and not makes_graph
    try:
        response = _response(SparqlRequest(query=text), format_, as_table_of_rdf=as_table_of_rdf)
    except UnsuitableFormat as error:
        format_ = find_next_format(request, error, offers)
        response = _response(SparqlRequest(query=text), format_, as_table_of_rdf=as_table_of_rdf)
    response.headers["Content-Disposition"] = f'inline; filename="{query.name}.{format_.suffix}"'
    return response


def _response(question: SparqlRequest, format_: Format, *, as_table_of_rdf: bool) -> Response:
    graph = format_ in GRAPH_FORMATS
    formats = (RESULT_FORMATS[0] if graph else format_, format_ if graph else GRAPH_FORMATS[0])
    found = answers.answer_query(question, formats)
    if not as_table_of_rdf:
        return answers.answer_response(found, format_)
    body = found.body if isinstance(found, StoredResult) else found.read()
    return Response(serialise(result_set_triples(body), format_), content_type=f"{format_.media_type}; charset=utf-8")


def _known() -> QueryContext:
    found = served_build()
    return QueryContext(found.store, found.index, found.iris)


def _page(query: Query, given: dict[str, str]) -> Response:
    """Return the form with the result, or with the error next to its field."""
    found, error, result = served_build(), None, None
    text = rebase(query, found.iris)
    try:
        text = bind_parameters(query, {key: value for key, value in given.items() if value.strip()}, _known())
        result = answers.answer_page(SparqlRequest(query=text), query.links)
    except BegreppError as problem:
        error = problem
    page = query_page(
        found, query, given, text, result, error if isinstance(error, ParameterError) else None, translator().language
    )
    status = error.status if error else 200
    html = render("query.html", page=page, error=error, prologue=sparql_prologue(), host=request.host_url.rstrip("/"))
    return make_response(html, status)
