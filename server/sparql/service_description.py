"""The endpoint described in RDF: what it speaks, and what it holds (SPARQL 1.1 Service Description, VoID)."""

from __future__ import annotations

from flask import Blueprint, Response, request
from pyoxigraph import Literal, NamedNode, Triple

from begrepp.artefact.statistics import Statistics, read_statistics
from begrepp.rdf.namespaces import expand, prefixes
from server.http.negotiation import GRAPH_FORMATS, Format, choose_format
from server.pages.templating import address
from server.served.build import ServedBuild
from server.served.documents import serialise
from server.sparql.void import void_triples
from server.state import served_build

blueprint = Blueprint("description", __name__)

_SD = "http://www.w3.org/ns/sparql-service-description#"
_FORMATS = "http://www.w3.org/ns/formats/"
_RESULTS = (
    "SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV",
    "Turtle", "N-Triples", "JSON-LD", "RDF_XML",
)  # fmt: skip


@blueprint.get("/.well-known/void")
def well_known() -> Response:
    """Where VoID says that a description of the data lies: the same description as at the endpoint."""
    format_ = choose_format(request, GRAPH_FORMATS)
    return describe_endpoint(format_)


def describe_endpoint(format_: Format) -> Response:
    """The description of this endpoint."""
    root = request.host_url.rstrip("/") + address("")
    triples = {*service_description_triples(served_build(), f"{root}/sparql"), *void_triples(served_build(), root)}
    return Response(serialise(sorted(triples, key=str), format_), content_type=f"{format_.media_type}; charset=utf-8")


def service_description_triples(build: ServedBuild, url: str) -> list[Triple]:
    """The triples that describe the endpoint at `url`."""
    service, dataset, default = NamedNode(url), NamedNode(f"{url}#dataset"), NamedNode(f"{url}#default")
    a = NamedNode(expand("rdf:type"))
    number = NamedNode(expand("xsd:integer"))

    def sd(name: str) -> NamedNode:
        return NamedNode(_SD + name)

    triples = [
        Triple(service, a, sd("Service")),
        Triple(service, sd("endpoint"), service),
        Triple(service, sd("supportedLanguage"), sd("SPARQL11Query")),
        Triple(service, sd("supportedLanguage"), sd("SPARQL10Query")),
        Triple(service, sd("feature"), sd("BasicFederatedQuery")),
        Triple(service, sd("defaultDataset"), dataset),
        Triple(dataset, a, sd("Dataset")),
        Triple(dataset, sd("defaultGraph"), default),
        Triple(default, a, sd("Graph")),
        Triple(default, NamedNode(expand("void:triples")), Literal(str(build.manifest.triples), datatype=number)),
    ]
    triples += [Triple(service, sd("resultFormat"), NamedNode(_FORMATS + name)) for name in _RESULTS]
    triples += _partitions(default, read_statistics(build.folder))
    for graph in build.manifest.graphs:
        named = NamedNode(f"{url}#{graph.kind}-{graph.id}-{graph.version}".replace(" ", "_"))
        held = NamedNode(f"{named.value}-graph")
        triples += [
            Triple(dataset, sd("namedGraph"), named),
            Triple(named, a, sd("NamedGraph")),
            Triple(named, sd("name"), NamedNode(graph.graph)),
            Triple(named, sd("graph"), held),
            Triple(held, a, sd("Graph")),
            Triple(held, NamedNode(expand("void:triples")), Literal(str(graph.triples), datatype=number)),
        ]
        for lang, words in graph.titles.items():
            triples.append(Triple(held, NamedNode(expand("dct:title")), Literal(words, language=lang)))
    for difference in build.manifest.differences:
        named = NamedNode(f"{url}#difference-{difference.scheme}-{difference.old}-{difference.new}".replace(" ", "_"))
        triples += [
            Triple(dataset, sd("namedGraph"), named),
            Triple(named, a, sd("NamedGraph")),
            Triple(named, sd("name"), NamedNode(difference.graph)),
        ]
    return sorted(triples, key=str)


def _partitions(graph: NamedNode, counted: Statistics) -> list[Triple]:
    """VoID's class and property partitions, as they were counted when the build was made."""

    def void(name: str) -> NamedNode:
        return NamedNode(expand(f"void:{name}"))

    def number(count: int) -> Literal:
        return Literal(str(count), datatype=NamedNode(expand("xsd:integer")))

    triples = [
        Triple(graph, NamedNode(expand("rdf:type")), void("Dataset")),
        Triple(graph, void("distinctSubjects"), number(counted.subjects)),
        Triple(graph, void("classes"), number(len(counted.classes))),
        Triple(graph, void("properties"), number(len(counted.properties))),
        *(Triple(graph, void("vocabulary"), NamedNode(space)) for space in _vocabularies(counted)),
    ]
    for n, (class_, things) in enumerate(counted.classes.items()):
        part = NamedNode(f"{graph.value}-class-{n}")
        triples += [
            Triple(graph, void("classPartition"), part),
            Triple(part, void("class"), NamedNode(class_)),
            Triple(part, void("entities"), number(things)),
        ]
        for m, (property_, count) in enumerate(counted.class_properties.get(class_, {}).items()):
            inner = NamedNode(f"{part.value}-property-{m}")
            triples += [
                Triple(part, void("propertyPartition"), inner),
                Triple(inner, void("property"), NamedNode(property_)),
                Triple(inner, void("triples"), number(count)),
            ]
    for n, (property_, (count, subjects)) in enumerate(counted.properties.items()):
        part = NamedNode(f"{graph.value}-property-{n}")
        triples += [
            Triple(graph, void("propertyPartition"), part),
            Triple(part, void("property"), NamedNode(property_)),
            Triple(part, void("triples"), number(count)),
            Triple(part, void("distinctSubjects"), number(subjects)),
        ]
    return triples


def _vocabularies(counted: Statistics) -> list[str]:
    used = (*counted.properties, *counted.classes)
    return [space for space in prefixes().values() if any(name.startswith(space) for name in used)]
