"""Blueprint for differences between editions: page, CSV, RDF and Atom feeds."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, request
from pyoxigraph import NamedNode

from begrepp.artefact.manifest import DifferenceEntry
from begrepp.errors import UsageError
from begrepp.history.change_lists import FEED_EXAMPLES, FeedEntry, changes_atom, changes_csv
from begrepp.history.changes import RULES, TYPES
from begrepp.queries.page_queries import construct
from server.http.negotiation import GRAPH_FORMATS, HTML, PAGE_FORMATS, TABLE_FORMATS, choose_format, split_suffix
from server.http.urls import document_path, raw_path, resource_iri
from server.pages.schemes.difference import changes_of, difference_page, filtered_changes, title_of
from server.pages.tables import table_from_csv
from server.pages.templating import address, alternate_formats, render, translator
from server.served.build import ServedBuild
from server.served.documents import serialise
from server.served.resolver import Missing
from server.state import served_build
from server.views.tables import table_response

blueprint = Blueprint("differences", __name__)
FORMATS = (*PAGE_FORMATS, *TABLE_FORMATS)
ATOM = "application/atom+xml"
NEWEST = 50


@blueprint.get("/cs/<scheme>/difference/<pair>")
def difference(scheme: str, pair: str) -> Response:
    """Return a difference as a page, CSV or RDF; `type`, `rule` and `q` filter its changes."""
    found = served_build()
    raw, suffixed = split_suffix(raw_path(request.environ), FORMATS)
    said = _said(found, scheme, resource_iri(found.iris, raw))
    format_ = suffixed or choose_format(request, FORMATS)
    kind, rule, query = (request.args.get(name, "").strip() for name in ("type", "rule", "q"))
    if (kind and kind not in TYPES) or (rule and rule not in RULES):
        raise UsageError(f"There is no change type '{kind or rule}'.", f"Choose one of {', '.join(TYPES)}.")
    if format_ in TABLE_FORMATS:
        text = changes_csv(filtered_changes(found, said.graph, kind, rule, query[:200]))
        filters = [(name, value) for name, value in (("type", kind), ("rule", rule), ("q", query)) if value]
        title = title_of(found, said, translator()).value
        table = table_from_csv(found, f"{scheme}-{said.old}-{said.new}", title, text, filters)
        response = table_response(table, format_)
    elif format_ != HTML:
        triples = sorted(construct(found.store, "difference-graph", difference=NamedNode(said.graph)), key=str)
        response = Response(serialise(triples, format_), content_type=f"{format_.media_type}; charset=utf-8")
    else:
        offset = min(max(0, request.args.get("offset", 0, type=int)), 1_000_000)
        page = difference_page(found, said, translator(), kind=kind, rule=rule, query=query[:200], offset=offset)
        response = make_response(
            render(
                "difference.html",
                page=page,
                alternate_formats=alternate_formats(raw),
                iri=said.graph,
                canonical=found.iris.base + raw[1:],
                feed=f"/cs/{scheme}/changes.atom",
                csv=f"{raw}.csv",
            )
        )
    links = [f'<{said.graph}>; rel="describes"']
    links += [
        f'<{address(f"{raw}.{f.suffix}")}>; rel="alternate"; type="{f.media_type}"'
        for f in (*GRAPH_FORMATS, *TABLE_FORMATS)
    ]
    links.append(f'<{address(f"/cs/{scheme}/changes.atom")}>; rel="alternate"; type="{ATOM}"')
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
def all_changes() -> Response:
    """Return the feed of changes of all code systems."""
    return _feed(served_build(), "")


@blueprint.get("/cs/<scheme>/changes.atom")
def scheme_changes(scheme: str) -> Response:
    """Return the feed of changes of a code system."""
    if scheme not in served_build().schemes.by_id:
        raise Missing(f"There is no code system {scheme}.", "See the list of code systems.")
    return _feed(served_build(), scheme)


def _feed(found: ServedBuild, scheme: str) -> Response:
    translate = translator()
    differences = found.manifest.differences_of(scheme) if scheme else found.manifest.differences
    newest = sorted(differences, key=lambda d: (d.new_valid_from, d.graph), reverse=True)[:NEWEST]
    path = f"/cs/{scheme}/changes.atom" if scheme else "/changes.atom"
    title = translate("difference.feedof", scheme=scheme) if scheme else translate("difference.feed")
    feed = changes_atom(
        found.iris.base + path[1:],
        title,
        [
            FeedEntry(
                graph=d.graph,
                href=found.iris.base + document_path(found.iris, d.graph)[1:],
                title=title_of(found, d, translate).value,
                valid_from=d.new_valid_from,
                counts=d.counts,
                changes=changes_of(found, d.graph).first(FEED_EXAMPLES),
            )
            for d in newest
        ],
        feed_url=found.iris.base + path[1:],
        words={**{kind: translate(f"change.{kind}") for kind in TYPES}, "none": translate("difference.nothing")},
    )
    return Response(feed, content_type=f"{ATOM}; charset=utf-8")
