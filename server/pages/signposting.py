"""Typed links of documents (FAIR Signposting, level 2).

https://signposting.org/FAIR/ and RFC 8288; `server.views.linkset` serves them as a linkset (RFC 9264).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from msgspec import Struct

from begrepp.exports.downloads import FORMATS, file_name
from server.http.negotiation import HTML, Format
from server.http.urls import document_path
from server.http.web_request import current_request
from server.pages.graph_responses import offered_formats
from server.pages.templating import address, alternate_formats
from server.served.as_of import find_scheme_id
from server.served.build import ServedBuild
from server.served.labels import find_statements, property_iris, property_value
from server.served.resolver import Resolved

LINKSET = "application/linkset+json"
SIGNPOSTING = "https://signposting.org/FAIR/"
_SKOS = "http://www.w3.org/2004/02/skos/core"
_DCAT_AP = "http://data.europa.eu/r5r/"
_PAGE_OF = {"cs": "DefinedTerm", "dataset": "Dataset", "mapping": "Dataset"}


class TypedLink(NamedTuple):
    """A typed link of a document; `rel` may contain several relations."""

    href: str
    rel: str
    type: str = ""
    profile: str = ""

    @property
    def header(self) -> str:
        """The link in the syntax of a `Link` header (RFC 8288)."""
        more = f'; type="{self.type}"' if self.type else ""
        more += f'; profile="{self.profile}"' if self.profile else ""
        return f'<{self.href}>; rel="{self.rel}"{more}'


class GraphRights(Struct, frozen=True):
    """Publisher and licence of a graph; empty if not stated."""

    licence: str = ""
    publisher: str = ""


def rights_of(found_build: ServedBuild, graph: str) -> GraphRights:
    """Return the licence and publisher of a named graph, cached."""
    rights = found_build.rights_cache.get(graph)
    if rights is None:
        said = find_statements(found_build, graph)
        rights = (property_value(said, "dct:license"), next(iter(property_iris(said, "dct:publisher")), ""))
        found_build.rights_cache.put(graph, rights)
    return GraphRights(*rights)


def links_of(found_build: ServedBuild, found: Resolved, format_: Format) -> list[TypedLink]:
    """Return the typed links of a document in one of its formats."""
    kind, _, rest = found.path.strip("/").partition("/")
    id_, _, code = rest.partition("/")
    root = address("")
    links = [
        TypedLink(href=found.iri, rel="describes"),
        TypedLink(href=found_build.iris.base + found.path[1:], rel="canonical"),
    ]
    if format_ == HTML:
        links.append(TypedLink(href=found.iri, rel="cite-as"))
        scheme_page = kind == "cs" and not code
        links += [
            TypedLink(href="https://schema.org/AboutPage", rel="type"),
            TypedLink(
                href=f"https://schema.org/{'DefinedTermSet' if scheme_page else _PAGE_OF.get(kind, 'Thing')}",
                rel="type",
            ),
        ]
    profile = _SKOS if kind == "cs" else _DCAT_AP if kind in ("dataset", "catalogue") else ""
    if not found.path.startswith("/resource?"):
        for twin in alternate_formats(found.path, offered_formats(found_build, found.iri)):
            if twin.media_type != format_.media_type:
                href = root + twin.href
                links.append(TypedLink(href=href, rel="alternate", type=twin.media_type))
                if format_ == HTML:
                    links.append(TypedLink(href=href, rel="describedby", type=twin.media_type, profile=profile))
        links.append(TypedLink(href=f"{root}/linkset{found.path}", rel="linkset", type=LINKSET))
    if format_ != HTML:
        links.append(TypedLink(href=root + found.path, rel="alternate", type=HTML.media_type))
        if profile:
            links.append(TypedLink(href=profile, rel="profile"))
    if graph := _graph_of(found_build, kind, id_):
        rights = rights_of(found_build, graph)
        links += [TypedLink(href=rights.licence, rel="license")] if rights.licence else []
        links += [TypedLink(href=rights.publisher, rel="author")] if rights.publisher else []
    if up := _above(found_build, found, kind, id_, code):
        links.append(TypedLink(href=root + up, rel="up"))
        if kind == "cs" and code:
            links.append(TypedLink(href=f"{root}/cs/{id_}", rel="collection"))
    if kind == "cs" and not code and format_ == HTML and found_build.manifest.find_graph("scheme", id_):
        links += [
            TypedLink(href=f"{root}/downloads/{file_name(id_, form)}", rel="item", type="application/gzip")
            for form in FORMATS
        ]
    return links


def _graph_of(found_build: ServedBuild, kind: str, id_: str) -> str:
    """Return the graph of the edition that a document comes from."""
    word = {"cs": "scheme", "dataset": "dataset", "mapping": "mapping"}.get(kind)
    graph = found_build.manifest.find_graph(word, id_) if word else None
    return str(graph.graph) if graph else ""


def _above(found_build: ServedBuild, found: Resolved, kind: str, id_: str, code: str) -> str:
    """Return the path of the containing document: broader concept, scheme, dataset or list."""
    if kind == "cs" and code:
        record = None if found.is_graph else found_build.concepts.record(found.iri)
        own = [iri for iri in (record.parents if record else ()) if iri.startswith(found_build.iris.root)]
        return document_path(found_build.iris, own[0]) if own else f"/cs/{id_}"
    if kind in ("cs", "dataset", "mapping") and id_:
        return f"/{kind}/{id_}" if code else f"/{kind}"
    return ""


def link_header(links: Iterable[TypedLink]) -> str:
    """Return links as one `Link` header."""
    return ", ".join(link.header for link in links)


def licence_of(found_build: ServedBuild, id_: str, kind: str = "cs") -> str:
    """Return the licence of the current edition of a scheme, dataset or mapping set; `kind`: start of its path."""
    graph = _graph_of(found_build, kind, id_)
    return rights_of(found_build, graph).licence if graph else ""


def document_links(found_build: ServedBuild, found: Resolved, format_: Format) -> str:
    """Return the `Link` header of a document in one of its formats."""
    links = link_header(links_of(found_build, found, format_))
    return f"{links}, {memento_links(found)}" if find_scheme_id(found_build, found) else links


def memento_links(found: Resolved) -> str:
    """Return the links of RFC 7089, absolute: Memento clients do not resolve relative ones."""
    root = absolute("")
    return (
        f'<{root}{found.path}>; rel="original timegate", '
        f'<{root}/timemap/link{found.path}>; rel="timemap"; type="application/link-format"'
    )


def absolute(path: str) -> str:
    """Return a path as an absolute URL with the host of the request."""
    here = current_request()
    return here.host_url.rstrip("/") + here.script_root + path
