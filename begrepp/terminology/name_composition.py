"""Composition of codes, names and mappings from statements."""

from __future__ import annotations

from collections.abc import Iterable

from begrepp.rdf.namespaces import expand
from begrepp.records import Text, preferred_notation
from begrepp.terminology.concept_record import Code, ConceptMapping, ThingName
from begrepp.terminology.statements import PlainTerm, Statements, texts, value, values

NAMING = (
    "skos:prefLabel",
    "dct:title",
    "csvw:title",
    "skosxl:literalForm",
    "foaf:name",
    "vcard:fn",
    "rdfs:label",
)
"""Properties of names; the first that a thing has names it."""
DESCRIBING = (*NAMING, "skos:notation", "csvw:name", "begrepp:status", "skos:inScheme", "begrepp:schemeId")
"""Properties of which a thing has one if the build describes it."""


def compose_codes(statements: Statements) -> tuple[Code, ...]:
    """Return the notations of a concept with their datatypes, sorted."""
    found = {
        Code(
            term.value,
            "" if term.datatype.endswith("#string") else term.datatype or (term.lang and expand("rdf:langString")),
        )
        for term in statements.get(expand("skos:notation"), ())
        if not term.is_iri
    }
    return tuple(sorted(found))


def compose_name(iri: str, statements: Statements) -> ThingName:
    """Return the code, status and names of a thing."""
    names = next((found for name in NAMING if (found := _any_texts(statements, name))), ())
    codes = compose_codes(statements)
    notation = preferred_notation((code.value, code.datatype) for code in codes) if codes else ""
    return ThingName(
        iri=iri,
        notation=notation or value(statements, "csvw:name"),
        scheme=value(statements, "skos:inScheme"),
        active=value(statements, "begrepp:status") != expand("begrepp:inactive"),
        texts=names,
    )


def compose_mapping(iri: str, set_: str, statements: Statements) -> ConceptMapping:
    """Return a mapping from the statements of its record."""
    return ConceptMapping(
        iri=iri,
        set=set_,
        source=value(statements, "owl:annotatedSource"),
        predicate=value(statements, "owl:annotatedProperty"),
        target=value(statements, "owl:annotatedTarget"),
        negated=expand("sssom:predicate_modifier") in statements,
        justification=value(statements, "sssom:mapping_justification"),
        confidence=value(statements, "sssom:confidence"),
        authors=values(statements, "pav:authoredBy"),
        author_labels=tuple(text.value for text in texts(statements, "sssom:author_label")),
        tool=value(statements, "sssom:mapping_tool"),
        date=value(statements, "pav:authoredOn"),
        comments=texts(statements, "rdfs:comment"),
        see_also=tuple(sorted(term.value for term in statements.get(expand("rdfs:seeAlso"), ()))),
        source_version=value(statements, "sssom:subject_source_version"),
        target_version=value(statements, "sssom:object_source_version"),
        group=value(statements, "begrepp:mapGroup"),
        priority=value(statements, "begrepp:mapPriority"),
        rule=value(statements, "begrepp:mapRule"),
        advice=value(statements, "begrepp:mapAdvice"),
        relationship=value(statements, "begrepp:mapRelationship"),
        resource_element=value(statements, "begrepp:resourceElement"),
        creators=values(statements, "dct:creator"),
        creator_labels=tuple(text.value for text in texts(statements, "sssom:creator_label")),
    )


def _any_texts(statements: Statements, name: str) -> tuple[Text, ...]:
    """Return the values of a naming property, IRIs included: a title of a dataset may be one."""
    found: Iterable[PlainTerm] = statements.get(expand(name), ())
    return tuple(sorted(Text(term.value, term.lang) for term in found))
