"""Blueprint for browsing: home, code systems, registers, mapping sets, search and tree branches."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from flask import Blueprint, Response, jsonify, make_response, redirect, request
from pyoxigraph import NamedNode
from werkzeug.wrappers import Response as BaseResponse

from begrepp.artefact.inventory import refuse_damaged_build
from begrepp.errors import UsageError
from begrepp.exports.spreadsheet import DataTable
from begrepp.queries.page_queries import ask, construct, named_nodes
from begrepp.records import Text
from begrepp.search.query_operators import MAX_QUERY_LENGTH
from server.http.i18n import LANGUAGES, Translator
from server.http.negotiation import (
    DOCUMENT_FORMATS,
    GRAPH_FORMATS,
    HTML,
    JSON_LD_AS_JSON,
    TABLE_FORMATS,
    choose_format,
    refuse_format,
    split_suffix,
)
from server.http.query_parameters import read_offset
from server.pages.concepts.tree import Branch, children, first_nodes, top_concepts
from server.pages.graph_responses import graph_response
from server.pages.hit_rows import results
from server.pages.home import dataset_rows, home_page, mapping_set_rows
from server.pages.schemes.alphabet import alphabet_page
from server.pages.schemes.scheme import scheme_rows, vocabulary
from server.pages.search import search_page
from server.pages.table_responses import table_response
from server.pages.tables import datasets_table, mapping_sets_table, schemes_table
from server.pages.templating import address, alternate_formats, brief, link_on_day, render, translator
from server.served.as_of import find_dated_state, get_dated_build, parse_day
from server.served.build import ServedBuild
from server.served.documents import read_ontology_file
from server.served.labels import choose_text, find_refs
from server.served.resolver import Missing, Resolved, iri_exists
from server.state import served_build

blueprint = Blueprint("browse", __name__)
Row = TypeVar("Row")
_YEAR = 365 * 24 * 3600
SUGGESTIONS = 8


@blueprint.get("/")
def home() -> bytes:
    """Return the first page."""
    return render("home.html", page=home_page(served_build(), translator()))


@blueprint.get("/cs")
@blueprint.get("/cs.<suffix>")
def schemes(suffix: str = "") -> Response:
    """Return the list of code systems."""
    found = served_build()
    iris = [scheme.iri for scheme in found.schemes.by_iri.values()]
    rows = scheme_rows(found, translator().language)
    return _listed(found, "/cs", suffix, schemes_table, rows, iris, "schemes.html")


@blueprint.get("/dataset")
@blueprint.get("/dataset.<suffix>")
def datasets(suffix: str = "") -> Response:
    """Return the list of registers and other datasets."""
    rows = dataset_rows(served_build(), translator().language)
    iris = [row.ref.iri for row in rows]
    return _listed(served_build(), "/dataset", suffix, datasets_table, rows, iris, "datasets.html")


@blueprint.get("/mapping")
@blueprint.get("/mapping.<suffix>")
def mapping_sets(suffix: str = "") -> Response:
    """Return the list of mapping sets."""
    found = served_build()
    iris = [found.iris.mapping_set(g.id) for g in found.manifest.current_graphs("mapping")]
    rows = mapping_set_rows(found, translator().language)
    return _listed(found, "/mapping", suffix, mapping_sets_table, rows, iris, "mappings.html")


def _listed(
    found: ServedBuild,
    path: str,
    suffix: str,
    table: Callable[[ServedBuild, list[Row], Translator], DataTable],
    rows: list[Row],
    iris: list[str],
    template: str,
) -> Response:
    """Return a list as a page, RDF or a table by suffix, `?format=` and `Accept`."""
    if suffix:
        offers = (*DOCUMENT_FORMATS, JSON_LD_AS_JSON)
        format_ = split_suffix(f"{path}.{suffix}", offers)[1] or refuse_format(suffix, DOCUMENT_FORMATS)
    else:
        format_ = choose_format(request, DOCUMENT_FORMATS)
    if format_ in TABLE_FORMATS:
        return table_response(table(found, rows, translator()), format_)
    if format_ != HTML:
        nodes = named_nodes(iris)
        triples = sorted(set(construct(found.store, "thing-graph", thing=nodes)), key=str) if nodes else []
        return graph_response(triples, format_)
    links = alternate_formats(path, (*GRAPH_FORMATS, *TABLE_FORMATS))
    response = make_response(render(template, alternate_formats=links, rows=rows))
    response.headers["Link"] = ", ".join(
        f'<{address(each.href)}>; rel="alternate"; type="{each.media_type}"' for each in links
    )
    return response


@blueprint.get("/search")
def search() -> bytes:
    """Return the search page."""
    args = {name: value[:200] for name, value in request.args.items()}
    page = search_page(served_build(), request.args.get("q", ""), args, translator().language)
    return render("search.html", page=page)


@blueprint.get("/search.json")
def suggestions() -> Response:
    """Return suggestions for the search box."""
    language = translator().language
    query = request.args.get("q", "").strip()[:MAX_QUERY_LENGTH]
    scheme = served_build().schemes.by_id.get(request.args.get("scheme", ""))
    kind = request.args.get("kind", "")
    within = {"scheme": scheme.iri if scheme else "", "kind": kind}
    translate = translator()
    return jsonify(
        results=[
            {
                "label": hit.label.value,
                "lang": hit.label.lang,
                "notation": hit.notation,
                "code": hit.code,
                "within": brief(hit.within).value if hit.within else "",
                "kind": hit.kind,
                "kindWord": translate(f"kind.{hit.kind}"),
                "scheme": hit.scheme,
                "active": hit.active,
                "matched": hit.matched.value if hit.matched else "",
                "iri": hit.iri,
                "href": address(hit.href),
            }
            for hit in results(
                served_build(),
                served_build().index.suggest(query, limit=SUGGESTIONS, user_language=language, **within),
                language,
            )
        ],
    )


@blueprint.get("/cs/<scheme>/index")
def alphabet(scheme: str) -> bytes:
    """Return the alphabetical index of a code system."""
    found, language = served_build(), translator().language
    facts = found.schemes.by_id.get(scheme)
    if facts is None:
        raise Missing(f"There is no code system {scheme}.", "See the list of code systems.")
    offset = read_offset(request.args.get("offset", ""))
    try:
        page = alphabet_page(found, facts, language, letter=request.args.get("letter", "")[:1].upper(), offset=offset)
    except FileNotFoundError:
        raise Missing("This build has no alphabetical index.", "Run `begrepp build` again.") from None
    title = choose_text(facts.titles, language) or Text(facts.id, "")
    return render("alphabet.html", page=page, scheme_title=title)


@blueprint.get("/cs/<scheme>/children")
def tree_branch(scheme: str) -> bytes:
    """Return the children of a concept, or the top concepts, as an HTML fragment."""
    found = served_build()
    facts = found.schemes.by_id.get(scheme)
    if facts is None:
        raise Missing(f"There is no code system {scheme}.", "See the list of code systems.")
    language = translator().language
    day = parse_day(request.args.get("asOf", ""))
    if day:
        found = get_dated_build(found, find_dated_state(found, Resolved(facts.iri, f"/cs/{scheme}"), day))
    of = request.args.get("of", "")
    if of and not iri_exists(found, of):
        raise UsageError(f"There is no concept with the IRI {of}.", "Give the IRI of a concept in `of`.")
    everything = "all" in request.args
    if of:
        shown = first_nodes(children(found, of, language), everything=everything)
    else:
        shown = top_concepts(found, facts, language, everything=everything) or Branch(nodes=(), total=0)
    parent = find_refs(found, [of], language)[of] if of else None
    return render("branch.html", link_on_day(day) if day else address, branch=shown, parent=parent, scheme=facts)


@blueprint.get("/def")
def definitions() -> Response:
    """Return the page of the vocabulary, which `begrepp:` IRIs dereference to."""
    format_ = choose_format(request, (HTML, GRAPH_FORMATS[0]))
    if format_ != HTML:
        return Response(read_ontology_file("vocabulary"), content_type="text/turtle; charset=utf-8")
    terms = vocabulary(served_build(), translator().language)
    return make_response(render("vocabulary.html", terms=terms, alternate_formats=alternate_formats("/def")[:1]))


@blueprint.get("/def.ttl")
def definitions_turtle() -> Response:
    """Return the vocabulary as Turtle."""
    return Response(read_ontology_file("vocabulary"), content_type="text/turtle; charset=utf-8")


@blueprint.get("/language/<language>")
def switch(language: str) -> BaseResponse:
    """Store the language in a cookie and redirect back."""
    if language not in LANGUAGES:
        raise UsageError(f"There are no pages in the language '{language}'.", f"Choose one of {', '.join(LANGUAGES)}.")
    back = request.args.get("back", "/")
    local = back.startswith("/") and not back.startswith(("//", "/\\")) and back.isprintable()
    response = redirect(address(back if local else "/"), 303)
    path, secure = request.script_root or "/", request.is_secure
    response.set_cookie("lang", language, max_age=_YEAR, samesite="Lax", httponly=True, path=path, secure=secure)
    return response


@blueprint.get("/health")
def health() -> Response:
    """Liveness probe."""
    return Response("ok\n", content_type="text/plain; charset=utf-8")


@blueprint.get("/ready")
def ready() -> Response:
    """Readiness probe: the build is complete and open, and answers a query."""
    found = served_build()
    refuse_damaged_build(found.folder)
    ask(found.store, "thing-exists", thing=NamedNode(found.iris.graph("catalog")))
    return jsonify(build=found.manifest.id, hash=found.manifest.hash, triples=found.manifest.triples)
