"""Answers to queries, for the endpoint and the cookbook alike: kept from before, whole, or streamed as they come."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from flask import Response, g, request

from begrepp.store.worker import QueryRequest
from server.http.negotiation import GRAPH_FORMATS, RESULT_FORMATS, Format, choose_language
from server.pages.queries.results import ROWS_SHOWN, ResultPage, result_page
from server.sparql.federation import replace_services
from server.sparql.request import SparqlRequest, client
from server.state import app_state, served_build
from server.telemetry.query_log import note_cut, noted
from server.workers.stream import ResultStream, StoredResult

Formats = tuple[Format, Format]
"""The format for solutions or a yes or no, and the format for a graph."""
_SHOWN = (RESULT_FORMATS[0], GRAPH_FORMATS[0])


def answer(question: SparqlRequest, formats: Formats, *, rows: int = 0) -> StoredResult | ResultStream:
    """A whole answer, kept from before or new and small enough to keep; a large one as it comes.

    With `rows`, solutions are the first so many as SPARQL JSON, with how many there are.
    """
    tag, steady = tag_of(question, formats, rows), question.steady
    of = served_build().manifest.hash[:12]
    with noted(question.query, of) as line:
        if steady and (kept := app_state().answers.get(tag)):
            line |= {"outcome": "kept", "form": kept.form, "bytes": len(kept.body)}
            return kept
        results, graphs = formats
        question, report = replace_services(question)
        if report.nodes:
            g.federation = line["nodes"] = report.header()
        found = app_state().pool.run(
            QueryRequest(
                store=served_build().location,
                query=question.query,
                results_format=results.media_type,
                graph_format=graphs.media_type,
                default_graphs=question.default_graphs,
                named_graphs=question.named_graphs,
                base=served_build().manifest.base,
                rows=rows,
            ),
            client(),
        )
        line["form"] = found.form
        if isinstance(found, ResultStream):
            if not found.finished:
                line["outcome"] = "streamed"
                found.cut_off = partial(note_cut, question.query, of)
                return found
            found = StoredResult(found.form, found.read())
        line["bytes"] = len(found.body)
        if steady:
            app_state().answers.put(tag, found)
        return found


def tag_of(question: SparqlRequest, formats: Formats, rows: int = 0) -> str:
    """The same for the same answer: query, dataset, formats and build."""
    return question.tag(served_build().manifest.id, str(rows), *(format_.media_type for format_ in formats))


def unchanged(question: SparqlRequest, formats: Formats) -> bool:
    """Whether the client has the answer already."""
    return question.steady and request.if_none_match.contains_weak(tag_of(question, formats))


def response(found: StoredResult | ResultStream, format_: Format) -> Response:
    """The answer over HTTP."""
    media_type = format_.media_type
    if found.form == "boolean" and format_.suffix in ("csv", "tsv"):
        media_type = "text/plain"
    content_type = f"{media_type}; charset=utf-8"
    if isinstance(found, StoredResult):
        return Response(found.body, content_type=content_type)
    streamed = Response(found.chunks(), content_type=content_type)
    streamed.call_on_close(found.close)
    return streamed


def shown(question: SparqlRequest, links: Mapping[str, str] | None = None) -> ResultPage:
    """The beginning of the answer, for a page; `links` says which column links the words of another."""
    found = answer(question, _SHOWN, rows=ROWS_SHOWN)
    return result_page(served_build(), found.form, _beginning(found), choose_language(request), links)


def _beginning(found: StoredResult | ResultStream) -> bytes:
    """Solutions are few by then; of a large graph the first half megabyte is enough."""
    if isinstance(found, StoredResult):
        return found.body
    if found.form == "graph":
        beginning = b"".join(chunk for chunk, _ in zip(found.chunks(), range(8), strict=False))
        found.close()
        return beginning
    return found.read()
