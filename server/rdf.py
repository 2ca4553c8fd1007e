"""The RDF twin of a page: the triples of a thing, in the format asked for."""

from __future__ import annotations

from pyoxigraph import NamedNode, RdfFormat, Triple, serialize

from begrepp.namespaces import expand, prefixes
from begrepp.settings import ROOT
from server.negotiate import Format
from server.questions import construct
from server.resolve import Found
from server.state import Build


def triples_of(build: Build, found: Found) -> list[Triple]:
    """What a client needs of a thing, sorted."""
    node = NamedNode(found.iri)
    names = ["concept-graph"] if _is_concept(build, found) else ["thing-graph", "thing-parts"]
    if found.is_graph:
        names = ["named-graph"]
    key = "concept" if names == ["concept-graph"] else "graph" if found.is_graph else "thing"
    triples = {triple for name in names for triple in construct(build.store, name, **{key: node})}
    return sorted(triples, key=str)


def _is_concept(build: Build, found: Found) -> bool:
    concept = Triple(NamedNode(found.iri), NamedNode(expand("rdf:type")), NamedNode(expand("skos:Concept")))
    return concept in set(construct(build.store, "thing-graph", thing=NamedNode(found.iri)))


def serialise(triples: list[Triple], format_: Format) -> bytes:
    """Triples as bytes; the project's prefixes where the format has prefixes."""
    rdf_format = RdfFormat.from_media_type(format_.media_type)
    assert rdf_format is not None
    written = serialize(triples, format=rdf_format, prefixes=prefixes())
    return written or b""


def vocabulary_file(name: str) -> bytes:
    """A Turtle file of ours as it stands: `ontology/vocabulary.ttl`."""
    return (ROOT / "ontology" / f"{name}.ttl").read_bytes()
