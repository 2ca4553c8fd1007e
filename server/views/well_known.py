"""Blueprint for well-known files: sitemaps, robots.txt, OpenSearch and the JSON-LD context."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from urllib.parse import quote
from xml.sax.saxutils import escape

from flask import Blueprint, Response, request
from pyoxigraph import NamedNode

from begrepp.errors import NotFound
from begrepp.queries.page_queries import select, value
from begrepp.records import preferred_notation
from begrepp.settings import ROOT
from server.http.urls import document_path
from server.pages.templating import address
from server.served.build import ServedBuild
from server.state import served_build

blueprint = Blueprint("wellknown", __name__)

_PAGES = ("/", "/cs", "/dataset", "/mapping", "/queries", "/sparql", "/validation", "/downloads", "/api", "/def")
_LARGEST = 50_000
"""Maximum number of URLs in a sitemap (sitemaps.org)."""
_XML = "application/xml; charset=utf-8"
_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"


@blueprint.get("/context.jsonld")
def context() -> Response:
    """Return the JSON-LD context."""
    return Response((ROOT / "ontology" / "context.jsonld").read_bytes(), content_type="application/ld+json")


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Return robots.txt: pages are open to crawlers, queries are not."""
    closed = "".join(
        f"Disallow: {address(path)}\n" for path in ("/sparql?", "/search?", "/report?", "/language/", "/downloads/")
    )
    text = f"User-agent: *\n{closed}Sitemap: {_host()}{address('/sitemap.xml')}\n"
    return Response(text, content_type="text/plain; charset=utf-8")


@blueprint.get("/sitemap.xml")
def sitemap() -> Response:
    """Return the sitemap index: lists, registers, and the concepts of each code system."""
    found = served_build()
    places = ["pages", "datasets"]
    for scheme in sorted(found.schemes.by_id):
        graph = found.manifest.find_graph("scheme", scheme)
        concepts = graph.concepts if graph else 0
        places += [f"{scheme}-{part}" for part in range(1, 1 + -(-concepts // _LARGEST))]
    listed = (f"<sitemap><loc>{_whole(f'/sitemap/{quote(place)}.xml')}</loc></sitemap>" for place in places)
    return _xml("sitemapindex", listed)


@blueprint.get("/sitemap/<name>.xml")
def part(name: str) -> Response:
    """Return one sitemap."""
    found = served_build()
    scheme, _, number = name.rpartition("-")
    if name == "pages":
        paths = [*_PAGES, *(f"/cs/{id_}" for id_ in sorted(found.schemes.by_id))]
    elif name == "datasets":
        paths = sorted(document_path(found.iris, iri) for iri in _dataset_things(found))
    elif scheme in found.schemes.by_id and number.isdecimal() and 0 < int(number) < 1000:
        rows = select(found.scheme_store(scheme), "scheme-codes", scheme=NamedNode(found.schemes.by_id[scheme].iri))
        codes: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for row in rows:
            code = row["notation"]
            codes[value(row, "concept")].append((value(row, "notation"), getattr(code, "datatype", code).value))
        all_paths = sorted(
            document_path(found.iris, iri, scheme, preferred_notation(own)) for iri, own in codes.items()
        )
        paths = all_paths[_LARGEST * (int(number) - 1) : _LARGEST * int(number)]
    else:
        raise NotFound(f"There is no sitemap {name}.", "See /sitemap.xml.")
    changed = found.manifest.built_at[:10]
    listed = (f"<url><loc>{_whole(path)}</loc><lastmod>{changed}</lastmod></url>" for path in paths)
    return _xml("urlset", listed)


def _dataset_things(found: ServedBuild) -> Iterator[str]:
    for graph in found.manifest.current_graphs("dataset"):
        dataset = found.iris.dataset(graph.id)
        yield dataset
        for row in select(found.store, "dataset-variables", dataset=NamedNode(dataset)):
            yield value(row, "variable")
    for graph in found.manifest.current_graphs("mapping"):
        yield found.iris.mapping_set(graph.id)


def _xml(root: str, rows: Iterator[str]) -> Response:
    body = "\n".join(rows)
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="{_SITEMAP}">\n{body}\n</{root}>\n'
    return Response(text, content_type=_XML)


def _whole(path: str) -> str:
    return escape(f"{_host()}{address(path)}")


def _host() -> str:
    return request.host_url.rstrip("/")


@blueprint.get("/opensearch.xml")
def opensearch() -> Response:
    """Return the OpenSearch description."""
    root = f"{_host()}{address('')}"
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<OpenSearchDescription xmlns="http://a9.com/-/spec/opensearch/1.1/">\n'
        "<ShortName>begrepp</ShortName><Description>begrepp</Description><InputEncoding>UTF-8</InputEncoding>\n"
        f'<Url type="text/html" template="{root}/search?q={{searchTerms}}"/>\n'
        f'<Image width="32" height="32" type="image/svg+xml">{root}/static/favicon.svg</Image>\n'
        "</OpenSearchDescription>\n"
    )
    return Response(text, content_type="application/opensearchdescription+xml; charset=utf-8")
