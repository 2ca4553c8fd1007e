"""RDF documents: the triples of a thing, serialised in a negotiated format."""

from __future__ import annotations

from typing import Any

import msgspec
from pyoxigraph import NamedNode, RdfFormat, Triple, serialize

from begrepp.queries.page_queries import construct
from begrepp.rdf.namespaces import compact, expand, prefixes
from begrepp.rdf.serialiser import graph_bytes
from begrepp.settings import ROOT
from server.http.negotiation import Format
from server.served.build import ServedBuild
from server.served.labels import may_be_large
from server.served.resolver import Resolved


def read_triples(build: ServedBuild, thing: Resolved) -> list[Triple]:
    """Return the triples of the document about a thing, sorted."""
    node = NamedNode(thing.iri)
    if build.manifest.find_difference(thing.iri):
        triples = set(construct(build.store, "difference-graph", difference=node))
    elif thing.is_graph:
        triples = set(construct(build.store, "named-graph", graph=node))
    elif may_be_large(build, thing.iri):
        triples = set(construct(build.store, "thing-alone", thing=node))
    elif scheme := build.schemes.by_iri.get(thing.iri):
        edition = build.manifest.find_graph("scheme", scheme.id)
        release = NamedNode(edition.graph) if edition else node
        triples = set(construct(build.store, "scheme-graph", scheme=node, release=release))
    else:
        triples = set(construct(build.store, "thing-graph", thing=node))
        if Triple(node, NamedNode(expand("rdf:type")), NamedNode(expand("skos:Concept"))) in triples:
            triples = set(construct(build.store, "concept-graph", concept=node))
        else:
            triples |= set(construct(build.store, "thing-parts", thing=node))
    return sorted(triples, key=str)


def serialise(triples: list[Triple], format_: Format) -> bytes:
    """Serialise triples, with the project's prefixes if the format has prefixes."""
    rdf_format = RdfFormat.from_media_type(format_.media_type)
    assert rdf_format is not None
    if rdf_format != RdfFormat.JSON_LD:
        return graph_bytes(triples, rdf_format)
    return _json_ld(msgspec.json.decode(serialize(triples, format=rdf_format) or b"[]"))


def _json_ld(nodes: list[dict[str, Any]]) -> bytes:
    """Return JSON-LD with prefixed keys and types, and the context inside the document."""
    used: set[str] = set()

    def short(iri: str) -> str:
        prefix, colon, local = compact(iri).partition(":")
        if not colon or prefix not in prefixes() or local.startswith("//"):
            return iri
        used.add(prefix)
        return f"{prefix}:{local}"

    def value(literal: dict[str, str]) -> dict[str, str]:
        return {key: short(words) if key == "@type" else words for key, words in literal.items()}

    graph = []
    for node in nodes:
        written: dict[str, Any] = {"@id": node["@id"]}
        for key, values in node.items():
            if key == "@type":
                written[key] = [short(iri) for iri in values]
            elif key != "@id":
                written[short(key)] = [value(literal) for literal in values]
        graph.append(written)
    context = {prefix: namespace for prefix, namespace in prefixes().items() if prefix in used}
    return msgspec.json.format(msgspec.json.encode({"@context": context, "@graph": graph}), indent=1) + b"\n"


def read_ontology_file(name: str) -> bytes:
    """Return a Turtle file of `ontology/` unchanged, by its name without suffix."""
    return (ROOT / "ontology" / f"{name}.ttl").read_bytes()
