"""VoID description of the data set for harvesters: contents, licences and dumps."""

from __future__ import annotations

from collections.abc import Iterator

from pyoxigraph import Literal, NamedNode, Triple

from begrepp.exports.downloads import ALL, RDF_FORMATS, file_name
from begrepp.rdf.namespaces import expand, prefixes
from server.pages.signposting import rights_of
from server.served.build import ServedBuild


def void_triples(build: ServedBuild, root: str) -> Iterator[Triple]:
    """Yield the triples about the data set and its code systems; `root` is the address of the home page."""
    dataset, rdf_type = NamedNode(f"{root}/.well-known/void#dataset"), NamedNode(expand("rdf:type"))
    number = NamedNode(expand("xsd:integer"))

    def triples(subject: NamedNode, prop: str, *values: NamedNode | Literal) -> Iterator[Triple]:
        for each in values:
            yield Triple(subject, NamedNode(expand(prop)), each)

    def count(n: int) -> Literal:
        return Literal(str(n), datatype=number)

    def dumps(name: str) -> list[NamedNode]:
        return [NamedNode(f"{root}/downloads/{file_name(name, form)}") for form in RDF_FORMATS]

    description = NamedNode(f"{root}/.well-known/void")
    yield Triple(description, rdf_type, NamedNode(expand("void:DatasetDescription")))
    yield from triples(description, "foaf:primaryTopic", dataset)
    yield Triple(dataset, rdf_type, NamedNode(expand("void:Dataset")))
    yield from triples(dataset, "dct:title", Literal("begrepp", language="sv"), Literal("begrepp", language="en"))
    yield from triples(dataset, "void:sparqlEndpoint", NamedNode(f"{root}/sparql"))
    yield from triples(dataset, "void:uriSpace", Literal(build.iris.root))
    yield from triples(dataset, "void:triples", count(build.manifest.triples))
    yield from triples(dataset, "void:entities", count(build.manifest.things))
    yield from triples(dataset, "void:uriLookupEndpoint", NamedNode(f"{root}/resource?uri="))
    yield from triples(dataset, "void:openSearchDescription", NamedNode(f"{root}/opensearch.xml"))
    yield from triples(dataset, "void:dataDump", *dumps(ALL))
    yield from triples(dataset, "foaf:homepage", NamedNode(f"{root}/"))
    yield from triples(
        dataset,
        "void:vocabulary",
        *(NamedNode(prefixes()[prefix]) for prefix in ("begrepp", "skos", "xkos", "dcat", "csvw", "sssom", "prov")),
    )
    yield from triples(
        dataset,
        "void:feature",
        *(NamedNode(f"http://www.w3.org/ns/formats/{n}") for n in ("Turtle", "RDF_XML", "JSON-LD")),
    )
    for graph in build.manifest.current_graphs("scheme"):
        subset, rights = NamedNode(graph.graph), rights_of(build, graph.graph)
        scheme = build.schemes.by_id.get(graph.id)
        yield from triples(dataset, "void:subset", subset)
        yield Triple(subset, rdf_type, NamedNode(expand("void:Dataset")))
        yield from triples(subset, "dct:title", *(Literal(w, language=lang) for lang, w in graph.titles.items()))
        yield from triples(subset, "void:triples", count(graph.triples))
        yield from triples(subset, "void:dataDump", *dumps(graph.id))
        yield from triples(subset, "dct:license", *([NamedNode(rights.licence)] if rights.licence else []))
        yield from triples(subset, "void:rootResource", *([NamedNode(scheme.iri)] if scheme else []))
