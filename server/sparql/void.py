"""The data set described for harvesters in VoID: what is in it, its licences, where it can be had whole."""

from __future__ import annotations

from collections.abc import Iterator

from pyoxigraph import Literal, NamedNode, Triple

from begrepp.exports.downloads import ALL, FORMATS, file_name
from begrepp.rdf.namespaces import expand, prefixes
from server.pages.signposting import rights_of
from server.served.build import ServedBuild


def data_set(found: ServedBuild, root: str) -> Iterator[Triple]:
    """The triples about the whole and about each code system; `root` is the address of the first page."""
    own, a = NamedNode(f"{root}/.well-known/void#dataset"), NamedNode(expand("rdf:type"))
    number = NamedNode(expand("xsd:integer"))

    def said(subject: NamedNode, prop: str, *values: NamedNode | Literal) -> Iterator[Triple]:
        for each in values:
            yield Triple(subject, NamedNode(expand(prop)), each)

    def count(many: int) -> Literal:
        return Literal(str(many), datatype=number)

    def dumps(name: str) -> list[NamedNode]:
        return [
            NamedNode(f"{root}/downloads/{file_name(name, form)}") for form in FORMATS if form not in ("csv", "sqlite")
        ]

    described = NamedNode(f"{root}/.well-known/void")
    yield Triple(described, a, NamedNode(expand("void:DatasetDescription")))
    yield from said(described, "foaf:primaryTopic", own)
    yield Triple(own, a, NamedNode(expand("void:Dataset")))
    yield from said(own, "dct:title", Literal("begrepp", language="sv"), Literal("begrepp", language="en"))
    yield from said(own, "void:sparqlEndpoint", NamedNode(f"{root}/sparql"))
    yield from said(own, "void:uriSpace", Literal(found.iris.root))
    yield from said(own, "void:triples", count(found.manifest.triples))
    yield from said(own, "void:entities", count(found.manifest.things))
    yield from said(own, "void:uriLookupEndpoint", NamedNode(f"{root}/resource?uri="))
    yield from said(own, "void:openSearchDescription", NamedNode(f"{root}/opensearch.xml"))
    yield from said(own, "void:dataDump", *dumps(ALL))
    yield from said(own, "foaf:homepage", NamedNode(f"{root}/"))
    yield from said(
        own,
        "void:vocabulary",
        *(NamedNode(prefixes()[prefix]) for prefix in ("begrepp", "skos", "xkos", "dcat", "csvw", "sssom", "prov")),
    )
    yield from said(
        own, "void:feature", *(NamedNode(f"http://www.w3.org/ns/formats/{n}") for n in ("Turtle", "RDF_XML", "JSON-LD"))
    )
    for graph in found.manifest.current_graphs("scheme"):
        subset, rights = NamedNode(graph.graph), rights_of(found, graph.graph)
        scheme = found.schemes.by_id.get(graph.id)
        yield from said(own, "void:subset", subset)
        yield Triple(subset, a, NamedNode(expand("void:Dataset")))
        yield from said(subset, "dct:title", *(Literal(w, language=lang) for lang, w in graph.titles.items()))
        yield from said(subset, "void:triples", count(graph.triples))
        yield from said(subset, "void:dataDump", *dumps(graph.id))
        yield from said(subset, "dct:license", *([NamedNode(rights.licence)] if rights.licence else []))
        yield from said(subset, "void:rootResource", *([NamedNode(scheme.iri)] if scheme else []))
