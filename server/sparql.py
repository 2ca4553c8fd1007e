"""The SPARQL 1.1 endpoint: read-only, over the current view, each query in a process that can be stopped."""

from __future__ import annotations

from flask import Blueprint, Response, request

from begrepp.answering import Question
from begrepp.errors import BegreppError, QueryRefused
from begrepp.namespaces import sparql_prologue
from begrepp.queries import queries
from server.asked import Asked, asked, client
from server.description import service_description
from server.kept import Answer
from server.negotiate import (
    GRAPH_FORMATS,
    HTML,
    RESULT_FORMATS,
    Format,
    NotAcceptable,
    choose_format,
)
from server.pages.results import ROWS_SHOWN, result_page
from server.presenting import address, render
from server.querylog import noted
from server.rdf import serialise
from server.replies import Reply
from server.state import build, serving

blueprint = Blueprint("sparql", __name__)


@blueprint.route("/sparql", methods=["GET", "POST"])
def endpoint() -> Response:
    """Answer a query by GET, by POST of a form, or by POST of the query itself; without one, show the form."""
    question = asked()
    if question is None:
        return _without_query()
    # For people a page; for machines whatever they ask for, and JSON or Turtle where they do not say.
    wanted = choose_format(request, (*RESULT_FORMATS, *GRAPH_FORMATS, HTML))
    try:
        refuse_unsafe(question)
        if wanted == HTML:
            return _page(question)
    except BegreppError as error:
        if wanted == HTML:
            return _form(question.query, error)
        raise
    return _data(question)


def refuse_unsafe(question: Asked) -> None:
    """Raise `QueryRefused` for SERVICE, which would make the server ask others."""
    if any(token.is_word("SERVICE") for token in question.words):
        raise QueryRefused("SERVICE is not allowed here.", "Ask the other endpoint yourself, or federate on your side.")


def _data(question: Asked) -> Response:
    """The answer in the format that suits its form, which is known only when it is there."""
    results, graphs = _one_of(RESULT_FORMATS), _one_of(GRAPH_FORMATS)
    offered = (results or RESULT_FORMATS[0], graphs or GRAPH_FORMATS[0])
    tag = question.tag(build().manifest.id, *(format_.media_type for format_ in offered))
    if question.steady and request.if_none_match.contains_weak(tag):
        response = Response(status=304)
    else:
        found = _ask(question, tag, offered)
        format_ = graphs if found.form == "graph" else results
        if format_ is None:
            if isinstance(found, Reply):
                found.close()
            choose_format(request, GRAPH_FORMATS if found.form == "graph" else RESULT_FORMATS)
            raise AssertionError("unreachable: choose_format raises")
        response = _response(found, format_)
    if question.steady:
        response.set_etag(tag, weak=True)
    else:
        response.cache_control.no_store = True
    return response


def _ask(question: Asked, tag: str, offered: tuple[Format, Format], *, rows: int = 0) -> Answer | Reply:
    """A whole answer, kept from before or new and small enough to keep; a large one as it comes."""
    with noted(question.query, build().manifest.hash[:12]) as line:
        if question.steady and (kept := serving().kept.get(tag)):
            line |= {"outcome": "kept", "form": kept.form, "bytes": len(kept.body)}
            return kept
        results, graphs = offered
        reply = serving().pool.ask(
            Question(
                store=build().folder / "store",
                query=question.query,
                results_format=results.media_type,
                graph_format=graphs.media_type,
                default_graphs=question.default_graphs,
                named_graphs=question.named_graphs,
                base=build().manifest.base,
                rows=rows,
            ),
            client(),
        )
        line["form"] = reply.form
        if not reply.finished:
            line["outcome"] = "streamed"
            return reply
        answer = Answer(reply.form, reply.read())
        line["bytes"] = len(answer.body)
        if question.steady:
            serving().kept.keep(tag, answer)
        return answer


def _one_of(offers: tuple[Format, ...]) -> Format | None:
    """The format wanted among the offers, or None; which form the answer has is known only when it is there."""
    try:
        return choose_format(request, offers)
    except NotAcceptable:
        return None


def _response(found: Answer | Reply, format_: Format) -> Response:
    media_type = format_.media_type
    if found.form == "boolean" and format_.suffix in ("csv", "tsv"):
        media_type = "text/plain"
    content_type = f"{media_type}; charset=utf-8"
    if isinstance(found, Answer):
        return Response(found.body, content_type=content_type)
    response = Response(found.chunks(), content_type=content_type)
    response.call_on_close(found.close)
    return response


def _without_query() -> Response:
    """The form for people, the service description for machines."""
    format_ = choose_format(request, (HTML, *GRAPH_FORMATS))
    return _form("") if format_ == HTML else _describe(format_)


def _form(query: str, error: BegreppError | None = None) -> Response:
    page = render(
        "sparql.html", prologue=sparql_prologue(), query=query, error=error, page=None, examples=queries("examples")
    )
    response = Response(page, error.status if error else 200, content_type="text/html; charset=utf-8")
    if retry := getattr(error, "retry_after", 0):
        response.headers["Retry-After"] = str(retry)
    return response


def _page(question: Asked) -> Response:
    offered = (RESULT_FORMATS[0], GRAPH_FORMATS[0])
    found = _ask(question, question.tag(build().manifest.id, "page"), offered, rows=ROWS_SHOWN)
    page = render(
        "sparql.html",
        prologue=sparql_prologue(),
        query=question.query,
        error=None,
        page=result_page(build(), found.form, _beginning(found)),
        examples=queries("examples"),
    )
    return Response(page, content_type="text/html; charset=utf-8")


def _beginning(found: Answer | Reply) -> bytes:
    """An answer to show: solutions are few by then; of a large graph the beginning is enough."""
    if isinstance(found, Answer):
        return found.body
    if found.form == "graph":
        chunk = b"".join(part for part, _ in zip(found.chunks(), range(8), strict=False))
        found.close()
        return chunk
    return found.read()


def _describe(format_: Format) -> Response:
    url = request.host_url.rstrip("/") + address("/sparql")
    triples = service_description(build(), url)
    return Response(serialise(triples, format_), content_type=f"{format_.media_type}; charset=utf-8")
