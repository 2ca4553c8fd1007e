"""Conversion of concepts to triples in SKOS, XKOS and SKOS-XL."""

from __future__ import annotations

from collections.abc import Iterator

from begrepp.graph.context import LoadContext
from begrepp.rdf.ntriples import (
    Triple,
    date_literal,
    iri,
    name,
    plain,
    property_iri,
    rdf_term,
    source_term,
    text,
    texts,
    typed_literal,
    validity_triples,
)
from begrepp.records import Concept, Status, TermStatus


def concept_triples(context: LoadContext, concept: Concept) -> Iterator[Triple]:
    """Yield the triples of a concept, its terms and its role groups."""
    scheme = context.schemes[concept.scheme]
    scheme_iri = iri(context.scheme_iri(concept.scheme))
    subject = iri(concept.iri or context.concept_iri(concept.scheme, concept.notation))
    yield subject, name("rdf:type"), name("skos:Concept")
    yield subject, name("skos:inScheme"), scheme_iri
    yield subject, name("skos:notation"), plain(concept.notation)
    yield from texts(subject, "skos:prefLabel", concept.pref_labels)
    yield from texts(subject, "skos:altLabel", concept.alt_labels)
    yield from texts(subject, "skos:hiddenLabel", concept.hidden_labels)
    yield from texts(subject, "skos:definition", concept.definitions)
    for note in concept.notes:
        yield subject, name(note.kind), text(note.text)
    for broader in concept.broader:
        yield subject, name("skos:broader"), iri(context.concept_iri(concept.scheme, broader))
    # Inactive concepts without a broader one are no top concepts: SNOMED CT has a hundred thousand of them.
    if not concept.broader and scheme.hierarchical and concept.status is not Status.INACTIVE:
        yield subject, name("skos:topConceptOf"), scheme_iri
    for related in concept.related:
        yield subject, name("skos:related"), iri(context.concept_iri(concept.scheme, related))
    if concept.level:
        yield iri(context.iris.level(concept.scheme, concept.level)), name("skos:member"), subject
    edition = context.editions[concept.scheme]
    yield subject, name("begrepp:inRelease"), iri(context.iris.edition(concept.scheme, edition.version))
    yield subject, name("begrepp:status"), name(f"begrepp:{concept.status}")
    if concept.status is Status.INACTIVE:
        yield subject, name("owl:deprecated"), typed_literal("true", "xsd:boolean")
    yield from validity_triples(subject, concept.valid_from, concept.valid_to)
    if concept.accepted:
        yield subject, name("dct:dateAccepted"), date_literal(concept.accepted)
    if concept.modified:
        yield subject, name("dct:modified"), date_literal(concept.modified)
    for successor in concept.replaced_by:
        target = iri(context.concept_iri(concept.scheme, successor))
        yield subject, name("dct:isReplacedBy"), target
    if concept.marker:
        yield subject, name("begrepp:daggerAsterisk"), name(f"begrepp:{concept.marker}")
        link = "begrepp:etiologyOf" if concept.marker == "dagger" else "begrepp:manifestationOf"
        for other in concept.paired_with:
            yield subject, name(link), iri(context.concept_iri(concept.scheme, other))
    yield from texts(subject, "begrepp:domain", concept.domain)
    for cited in concept.sources:
        yield subject, name("dct:source"), source_term(cited)
    if concept.checked:
        yield subject, name("begrepp:checked"), date_literal(concept.checked)
    if concept.is_term_entry:
        yield subject, name("rdf:type"), name("begrepp:TermConcept")
    yield from _term_triples(context, subject, concept)
    for predicate, value in concept.statements:
        yield subject, property_iri(predicate), rdf_term(context.resolve_alias(value))
    for group in concept.role_groups:
        node = iri(context.iris.role_group(subject[1:-1], group.number))
        yield subject, name("begrepp:roleGroup"), node
        for predicate, value in group.statements:
            yield node, property_iri(predicate), rdf_term(context.resolve_alias(value))


def _term_triples(context: LoadContext, subject: str, concept: Concept) -> Iterator[Triple]:
    relation = {
        TermStatus.RECOMMENDED: "skosxl:prefLabel",
        TermStatus.ADMITTED: "skosxl:altLabel",
        TermStatus.DEPRECATED: "skosxl:hiddenLabel",
    }
    for term in concept.terms:
        node = iri(context.iris.term(concept.scheme, concept.notation, term.text.value, term.text.lang))
        yield subject, name(relation[term.status]), node
        yield node, name("rdf:type"), name("skosxl:Label")
        yield node, name("skosxl:literalForm"), text(term.text)
        yield node, name("begrepp:termStatus"), name(f"begrepp:{term.status}")
        if term.source:
            yield node, name("dct:source"), source_term(term.source)
