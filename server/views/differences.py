"""Blueprint for differences between editions: page, CSV, RDF and Atom feeds."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, make_response, request
from pyoxigraph import NamedNode

from begrepp.artefact.manifest import DifferenceEntry
from begrepp.errors import UsageError
from begrepp.history.change_feeds import FEED_EXAMPLES, Feed, FeedEntry, changes_atom, changes_json
from begrepp.history.change_lists import changes_csv
from begrepp.history.changes import RULES, TYPES
from begrepp.queries.page_queries import construct
from server.http.negotiation import GRAPH_FORMATS, HTML, PAGE_FORMATS, TABLE_FORMATS, choose_format, split_suffix
from server.http.query_parameters import read_offset
from server.http.urls import document_path, raw_path, resource_iri
from server.pages.graph_responses import graph_response
from server.pages.schemes.difference import ChangeFilter, changes_of, difference_page, filtered_changes, title_of
from server.pages.table_responses import table_response
from server.pages.tables import table_from_csv
from server.pages.templating import address, alternate_formats, render, translator
from server.served.build import ServedBuild
from server.served.labels import choose_text
from server.served.resolver import Missing
from server.state import served_build

blueprint = Blueprint("differences", __name__)
FORMATS = (*PAGE_FORMATS, *TABLE_FORMATS)
ATOM = "application/atom+xml"
JSON_FEED = "application/feed+json"
NEWEST = 50


@blueprint.get("/cs/<scheme>/difference/<pair>")
def difference(scheme: str, pair: str) -> Response:
    """Return a difference as a page, CSV or RDF; `type`, `rule`, `chapter` and `q` filter its changes."""
    found = served_build()
    raw, suffixed = split_suffix(raw_path(request.environ), FORMATS)
    said = _said(found, scheme, resource_iri(found.iris, raw))
    format_ = suffixed or choose_format(request, FORMATS)
    kind, rule, query, chapter = (request.args.get(name, "").strip()[:200] for name in ("type", "rule", "q", "chapter"))
    chosen = ChangeFilter(kind=kind, rule=rule, query=query, chapter=chapter)
    if (kind and kind not in TYPES) or (rule and rule not in RULES):
        raise UsageError(f"There is no change type '{kind or rule}'.", f"Choose one of {', '.join(TYPES)}.")
    if format_ in TABLE_FORMATS:
        text = changes_csv(filtered_changes(found, said, chosen))
        given = (("type", kind), ("rule", rule), ("chapter", chapter), ("q", query))
        filters = [(name, value) for name, value in given if value]
        title = title_of(found, said, translator()).value
        table = table_from_csv(found, f"{scheme}-{said.old}-{said.new}", title, text, filters)
        response = table_response(table, format_)
    elif format_ != HTML:
        triples = sorted(construct(found.store, "difference-graph", difference=NamedNode(said.graph)), key=str)
        response = graph_response(triples, format_)
    else:
        offset = read_offset(request.args.get("offset", ""))
        page = difference_page(found, said, translator(), chosen, offset)
        response = make_response(
            render(
                "difference.html",
                page=page,
                alternate_formats=alternate_formats(raw),
                iri=said.graph,
                canonical=found.iris.base + raw[1:],
                feed=f"/cs/{scheme}/changes",
            )
        )
    links = [f'<{said.graph}>; rel="describes"']
    links += [
        f'<{address(f"{raw}.{f.suffix}")}>; rel="alternate"; type="{f.media_type}"'
        for f in (*GRAPH_FORMATS, *TABLE_FORMATS)
    ]
    for suffix, media_type in ((".atom", ATOM), (".json", JSON_FEED)):
        links.append(f'<{address(f"/cs/{scheme}/changes{suffix}")}>; rel="alternate"; type="{media_type}"')
    response.headers["Link"] = ", ".join(links)
    return response


def _said(found: ServedBuild, scheme: str, graph: str) -> DifferenceEntry:
    said = found.manifest.find_difference(graph)
    if said:
        return said
    there = ", ".join(f"{d.old}..{d.new}" for d in found.manifest.differences_of(scheme))
    raise Missing(
        f"The editions have not been compared: {graph.rpartition('/')[2]}.",
        f"There are: {there}." if there else "There is only one edition of this code system.",
    )


@blueprint.get("/changes.atom")
@blueprint.get("/changes.json")
def all_changes() -> Response:
    """Return the feed of changes of all code systems, as Atom or JSON Feed."""
    return _feed(served_build(), "")


@blueprint.get("/cs/<scheme>/changes.atom")
@blueprint.get("/cs/<scheme>/changes.json")
def scheme_changes(scheme: str) -> Response:
    """Return the feed of changes of a code system, as Atom or JSON Feed."""
    if scheme not in served_build().schemes.by_id:
        raise Missing(f"There is no code system {scheme}.", "See the list of code systems.")
    return _feed(served_build(), scheme)


def _feed(found: ServedBuild, scheme: str) -> Response:
    translate = translator()
    differences = found.manifest.differences_of(scheme) if scheme else found.manifest.differences
    newest = sorted(differences, key=lambda d: (d.new_valid_from, d.graph), reverse=True)[:NEWEST]
    suffix = request.path.rpartition(".")[2]
    page = f"cs/{scheme}" if scheme else "cs"
    titles = found.schemes.by_id[scheme].titles if scheme else ()
    name = choose_text(titles, translate.language)
    entries = [
        FeedEntry(
            graph=d.graph,
            href=found.iris.base + document_path(found.iris, d.graph)[1:],
            title=title_of(found, d, translate).value,
            valid_from=d.new_valid_from,
            counts=d.counts,
            changes=changes_of(found, d.graph).first(FEED_EXAMPLES),
        )
        for d in newest
    ]
    feed = Feed(
        url=f"{found.iris.base}{f'{page}/' if scheme else ''}changes.{suffix}",
        page=found.iris.base + page,
        title=translate("difference.feedof", scheme=name.value if name else scheme)
        if scheme
        else translate("difference.feed"),
        entries=entries,
        words={**{kind: translate(f"change.{kind}") for kind in TYPES}, "none": translate("difference.nothing")},
    )
    if suffix == "json":
        response = jsonify(changes_json(feed, translate.language))
        response.content_type = JSON_FEED
        return response
    return Response(changes_atom(feed), content_type=f"{ATOM}; charset=utf-8")
