"""Description of the endpoint in RDF: languages, formats and graphs (SPARQL 1.1 Service Description, VoID)."""

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
    """Return the description at the well-known address of VoID, the same as at the endpoint."""
    format_ = choose_format(request, GRAPH_FORMATS)
    return describe_endpoint(format_)


def describe_endpoint(format_: Format) -> Response:
    """Return the service description and the VoID description of this endpoint."""
    root = request.host_url.rstrip("/") + address("")
    triples = {*service_description_triples(served_build(), f"{root}/sparql"), *void_triples(served_build(), root)}
    return Response(serialise(sorted(triples, key=str), format_), content_type=f"{format_.media_type}; charset=utf-8")


def service_description_triples(build: ServedBuild, url: str) -> list[Triple]:
    """Return the triples that describe the endpoint at `url`."""
    service, dataset, default = NamedNode(url), NamedNode(f"{url}#dataset"), NamedNode(f"{url}#default")
    rdf_type = NamedNode(expand("rdf:type"))
    number = NamedNode(expand("xsd:integer"))

    def sd(name: str) -> NamedNode:
        return NamedNode(_SD + name)

    triples = [
        Triple(service, rdf_type, sd("Service")),
        Triple(service, sd("endpoint"), service),
        Triple(service, sd("supportedLanguage"), sd("SPARQL11Query")),
        Triple(service, sd("supportedLanguage"), sd("SPARQL10Query")),
        Triple(service, sd("feature"), sd("BasicFederatedQuery")),
        Triple(service, sd("defaultDataset"), dataset),
        Triple(dataset, rdf_type, sd("Dataset")),
        Triple(dataset, sd("defaultGraph"), default),
        Triple(default, rdf_type, sd("Graph")),
        Triple(default, NamedNode(expand("void:triples")), Literal(str(build.manifest.triples), datatype=number)),
    ]
    triples += [Triple(service, sd("resultFormat"), NamedNode(_FORMATS + name)) for name in _RESULTS]
    triples += _partitions(default, read_statistics(build.folder))
    for graph in build.manifest.graphs:
        named = NamedNode(f"{url}#{graph.kind}-{graph.id}-{graph.version}".replace(" ", "_"))
        named_graph = NamedNode(f"{named.value}-graph")
        triples += [
            Triple(dataset, sd("namedGraph"), named),
            Triple(named, rdf_type, sd("NamedGraph")),
            Triple(named, sd("name"), NamedNode(graph.graph)),
            Triple(named, sd("graph"), named_graph),
            Triple(named_graph, rdf_type, sd("Graph")),
            Triple(named_graph, NamedNode(expand("void:triples")), Literal(str(graph.triples), datatype=number)),
        ]
        for lang, title in graph.titles.items():
            triples.append(Triple(named_graph, NamedNode(expand("dct:title")), Literal(title, language=lang)))
    for difference in build.manifest.differences:
        named = NamedNode(f"{url}#difference-{difference.scheme}-{difference.old}-{difference.new}".replace(" ", "_"))
        triples += [
            Triple(dataset, sd("namedGraph"), named),
            Triple(named, rdf_type, sd("NamedGraph")),
            Triple(named, sd("name"), NamedNode(difference.graph)),
        ]
    return sorted(triples, key=str)


def _partitions(graph: NamedNode, statistics: Statistics) -> list[Triple]:
    """Return VoID class and property partitions from the statistics of the build."""

    def void(name: str) -> NamedNode:
        return NamedNode(expand(f"void:{name}"))

    def number(count: int) -> Literal:
        return Literal(str(count), datatype=NamedNode(expand("xsd:integer")))

    triples = [
        Triple(graph, NamedNode(expand("rdf:type")), void("Dataset")),
        Triple(graph, void("distinctSubjects"), number(statistics.subjects)),
        Triple(graph, void("classes"), number(len(statistics.classes))),
        Triple(graph, void("properties"), number(len(statistics.properties))),
        *(Triple(graph, void("vocabulary"), NamedNode(namespace)) for namespace in _vocabularies(statistics)),
    ]
    for n, (class_, instances) in enumerate(statistics.classes.items()):
        partition = NamedNode(f"{graph.value}-class-{n}")
        triples += [
            Triple(graph, void("classPartition"), partition),
            Triple(partition, void("class"), NamedNode(class_)),
            Triple(partition, void("entities"), number(instances)),
        ]
        for m, (property_, count) in enumerate(statistics.class_properties.get(class_, {}).items()):
            property_partition = NamedNode(f"{partition.value}-property-{m}")
            triples += [
                Triple(partition, void("propertyPartition"), property_partition),
                Triple(property_partition, void("property"), NamedNode(property_)),
                Triple(property_partition, void("triples"), number(count)),
            ]
    for n, (property_, (count, subjects)) in enumerate(statistics.properties.items()):
        partition = NamedNode(f"{graph.value}-property-{n}")
        triples += [
            Triple(graph, void("propertyPartition"), partition),
            Triple(partition, void("property"), NamedNode(property_)),
            Triple(partition, void("triples"), number(count)),
            Triple(partition, void("distinctSubjects"), number(subjects)),
        ]
    return triples


def _vocabularies(statistics: Statistics) -> list[str]:
    terms = (*statistics.properties, *statistics.classes)
    return [namespace for namespace in prefixes().values() if any(name.startswith(namespace) for name in terms)]
