"""Structures, information models and their elements as RDF."""

from __future__ import annotations

from collections.abc import Iterator

from begrepp.graph.context import LoadContext
from begrepp.graph.variables import unit_triples
from begrepp.rdf.ntriples import Triple, date_literal, iri, name, plain, source_term, texts
from begrepp.records import Element, Structure


def structure_triples(context: LoadContext, structure: Structure) -> Iterator[Triple]:
    """Yield a structure: type, identifiers, titles, version, rights and provenance."""
    subject = iri(context.structure_iri(structure.id))
    yield subject, name("rdf:type"), name("begrepp:InformationModel" if structure.is_model else "begrepp:Structure")
    yield subject, name("dct:type"), plain(structure.kind)
    for identifier in (structure.specification, *structure.identifiers):
        yield subject, name("dct:identifier"), plain(identifier)
    yield from texts(subject, "dct:title", structure.titles)
    yield from texts(subject, "dct:description", structure.descriptions)
    yield subject, name("dcat:version"), plain(structure.version)
    yield subject, name("begrepp:validFrom"), date_literal(structure.valid_from)
    yield from context.rights_triples(subject, structure.licence, structure.redistribution, structure.publisher)
    yield from context.provenance_triples(subject)


def element_triples(context: LoadContext, element: Element) -> Iterator[Triple]:
    """Yield an element of a structure; in an information model a class, or an attribute of a class."""
    structure = context.structures[element.structure]
    home = context.structure_iri(structure.id)
    own_iri = context.element_iri(element)
    subject = iri(own_iri)
    if not structure.is_model:
        yield subject, name("rdf:type"), name("begrepp:Element")
        if element.parent:
            yield subject, name("begrepp:parentPath"), plain(element.parent)
    elif "." in element.path:
        yield subject, name("rdf:type"), name("begrepp:InformationAttribute")
        yield iri(context.iris.part(home, element.path.partition(".")[0])), name("begrepp:attribute"), subject
    else:
        yield subject, name("rdf:type"), name("begrepp:InformationClass")
        yield iri(home), name("begrepp:informationClass"), subject
    yield subject, name("begrepp:elementPath"), plain(element.path)
    yield subject, name("dct:conformsTo"), iri(home)
    yield from texts(subject, "rdfs:label", element.titles)
    yield from texts(subject, "dct:description", element.descriptions)
    yield from texts(subject, "skos:note", element.notes)
    for property_name, value in (
        ("begrepp:dataType", element.datatype),
        ("begrepp:minCard", element.min_card),
        ("begrepp:maxCard", element.max_card),
        ("begrepp:bindingStrength", element.strength),
    ):
        if value:
            yield subject, name(property_name), plain(value)
    yield from context.link_triples(own_iri, element.measures)
    yield from unit_triples(context, subject, element.unit)
    bound = "begrepp:terminologyBinding" if structure.is_model else "begrepp:codingSystem"
    for system in element.code_systems:
        yield subject, name(bound), iri(context.system_iri(system))
    if element.value_list:
        yield subject, name("begrepp:codeList"), iri(context.system_iri(element.value_list.partition("@")[0]))
    if element.code_list:
        yield subject, name("begrepp:codeList"), iri(context.iris.code_list(home, element.code_list))
    if element.value_set:
        yield subject, name("begrepp:valueSet"), iri(context.value_set_iri(element.value_set))
    for address in element.bindings:
        yield subject, name("begrepp:terminologyBinding"), iri(address)
    if element.source:
        yield subject, name("dct:source"), source_term(element.source)
    if element.checked:
        yield subject, name("begrepp:checked"), date_literal(element.checked)
