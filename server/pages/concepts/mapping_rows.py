"""Rows for the mappings of a concept, asserted or denied, with justification and confidence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from begrepp.queries.page_queries import select, value
from begrepp.rdf.namespaces import compact, expand
from begrepp.records import Text
from server.http.urls import document_path
from server.served.build import ServedBuild
from server.served.labels import Statements, find_refs, property_iris, property_texts, property_value
from server.served.refs import Ref

MATCHES = ("skos:exactMatch", "skos:closeMatch", "skos:broadMatch", "skos:narrowMatch", "skos:relatedMatch")
_INVERSE = {"skos:broadMatch": "skos:narrowMatch", "skos:narrowMatch": "skos:broadMatch"}


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingRow:
    """A mapping seen from the current concept: `predicate` points from it to `other`."""

    other: Ref
    predicate: str
    negated: bool = False
    justification: str = ""
    confidence: float | None = None
    author: str = ""
    date: str = ""
    comment: Text | None = None
    see_also: Sequence[str] = ()
    versions: str = ""
    href: str = ""


def mapping_rows(
    build: ServedBuild, iri: str, statements: Statements, incoming: dict[str, list[str]], language: str
) -> list[MappingRow]:
    """Return mappings in both directions, with and without a mapping record, by descending confidence."""
    records: dict[str, Statements] = defaultdict(lambda: defaultdict(list))
    for row in select(build.store, "concept-mappings", concept=NamedNode(iri)):
        if isinstance(term := row["value"], NamedNode | Literal):
            records[value(row, "mapping")][value(row, "property")].append(term)
    ends = {property_value(r, f"owl:annotated{end}") for r in records.values() for end in ("Source", "Target")}
    direct = {(name, other) for name in MATCHES for other in property_iris(statements, name)}
    direct |= {(_INVERSE.get(name, name), other) for name in MATCHES for other in incoming.get(name, [])}
    creators = {creator for r in records.values() for creator in property_iris(r, "dct:creator")}
    known = find_refs(build, {*ends, *creators, *(other for _, other in direct)}, language)
    rows = [_row(build, iri, mapping, record, known) for mapping, record in records.items()]
    recorded = {(row.predicate, row.other.iri) for row in rows}
    rows += [MappingRow(other=known[other], predicate=name) for name, other in direct if (name, other) not in recorded]
    return sorted(
        rows,
        key=lambda r: (r.negated, MATCHES.index(r.predicate), -(r.confidence or 0), r.other.scheme, r.other.sort_key),
    )


def _row(build: ServedBuild, iri: str, mapping: str, record: Statements, known: dict[str, Ref]) -> MappingRow:
    source, target = property_value(record, "owl:annotatedSource"), property_value(record, "owl:annotatedTarget")
    predicate = compact(property_value(record, "owl:annotatedProperty"))
    if predicate not in MATCHES:
        predicate = "skos:relatedMatch"
    forward = source == iri
    authors = [known[creator].label.value for creator in property_iris(record, "dct:creator")]
    authors += sorted(text.value for text in property_texts(record, "sssom:author_label"))
    confidence = property_value(record, "sssom:confidence")
    versions = (
        property_value(record, "sssom:subject_source_version"),
        property_value(record, "sssom:object_source_version"),
    )
    return MappingRow(
        other=known[target if forward else source],
        predicate=predicate if forward else _INVERSE.get(predicate, predicate),
        negated=bool(record.get(expand("sssom:predicate_modifier"))),
        justification=compact(property_value(record, "sssom:mapping_justification")),
        confidence=float(confidence) if confidence else None,
        author=", ".join(dict.fromkeys(authors)) or property_value(record, "sssom:mapping_tool"),
        date=property_value(record, "pav:authoredOn"),
        comment=next(iter(property_texts(record, "rdfs:comment")), None),
        see_also=sorted(term.value for term in record.get(expand("rdfs:seeAlso"), [])),
        versions=" → ".join(filter(None, versions)),
        href=document_path(build.iris, mapping),
    )
