"""The endpoint described in RDF: what it speaks, and which graphs it holds (SPARQL 1.1 Service Description, VoID)."""

from __future__ import annotations

from pyoxigraph import Literal, NamedNode, Triple

from begrepp.namespaces import expand
from server.state import Build

_SD = "http://www.w3.org/ns/sparql-service-description#"
_FORMATS = "http://www.w3.org/ns/formats/"
_RESULTS = (
    "SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV",
    "Turtle", "N-Triples", "JSON-LD", "RDF_XML",
)  # fmt: skip


def service_description(build: Build, url: str) -> list[Triple]:
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
    for graph in build.manifest.graphs:
        named = NamedNode(f"{url}#{graph['kind']}-{graph['id']}-{graph['version']}".replace(" ", "_"))
        held = NamedNode(f"{named.value}-graph")
        triples += [
            Triple(dataset, sd("namedGraph"), named),
            Triple(named, a, sd("NamedGraph")),
            Triple(named, sd("name"), NamedNode(graph["graph"])),
            Triple(named, sd("graph"), held),
            Triple(held, a, sd("Graph")),
            Triple(held, NamedNode(expand("void:triples")), Literal(str(graph["triples"]), datatype=number)),
        ]
        for lang, words in graph["titles"].items():
            triples.append(Triple(held, NamedNode(expand("dct:title")), Literal(words, language=lang)))
    for difference in build.manifest.differences:
        named = NamedNode(
            f"{url}#difference-{difference['scheme']}-{difference['old']}-{difference['new']}".replace(" ", "_")
        )
        triples += [
            Triple(dataset, sd("namedGraph"), named),
            Triple(named, a, sd("NamedGraph")),
            Triple(named, sd("name"), NamedNode(difference["graph"])),
        ]
    return sorted(triples, key=str)
