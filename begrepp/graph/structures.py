"""Structures and information models as RDF: where in a standard a concept is recorded, and in which values."""

from __future__ import annotations

from collections.abc import Iterator

from begrepp.graph.context import LoadContext
from begrepp.graph.variables import unit_triples
from begrepp.rdf.ntriples import Triple, day, iri, name, plain, source, texts
from begrepp.records import Element, Structure


def structure_triples(names: LoadContext, structure: Structure) -> Iterator[Triple]:
    """The structure itself: what it is called, which specification it is, who publishes it."""
    subject = iri(names.structure_iri(structure.id))
    yield subject, name("rdf:type"), name("begrepp:InformationModel" if structure.is_model else "begrepp:Structure")
    yield subject, name("dct:type"), plain(structure.kind)
    for identifier in (structure.specification, *structure.identifiers):
        yield subject, name("dct:identifier"), plain(identifier)
    yield from texts(subject, "dct:title", structure.titles)
    yield from texts(subject, "dct:description", structure.descriptions)
    yield subject, name("dcat:version"), plain(structure.version)
    yield subject, name("begrepp:validFrom"), day(structure.valid_from)
    yield from names.rights_triples(subject, structure.licence, structure.redistribution, structure.publisher)
    yield from names.provenance_triples(subject)


def element_triples(names: LoadContext, element: Element) -> Iterator[Triple]:
    """One place in the structure; in an information model a class, or an attribute of a class."""
    structure = names.structures[element.structure]
    home = names.structure_iri(structure.id)
    own = names.element_iri(element)
    subject = iri(own)
    if not structure.is_model:
        yield subject, name("rdf:type"), name("begrepp:Element")
        if element.parent:
            yield subject, name("begrepp:parentPath"), plain(element.parent)
    elif "." in element.path:
        yield subject, name("rdf:type"), name("begrepp:InformationAttribute")
        yield iri(names.iris.part(home, element.path.partition(".")[0])), name("begrepp:attribute"), subject
    else:
        yield subject, name("rdf:type"), name("begrepp:InformationClass")
        yield iri(home), name("begrepp:informationClass"), subject
    yield subject, name("begrepp:elementPath"), plain(element.path)
    yield subject, name("dct:conformsTo"), iri(home)
    yield from texts(subject, "rdfs:label", element.titles)
    yield from texts(subject, "dct:description", element.descriptions)
    yield from texts(subject, "skos:note", element.notes)
    for prefixed, value in (
        ("begrepp:dataType", element.datatype),
        ("begrepp:minCard", element.min_card),
        ("begrepp:maxCard", element.max_card),
        ("begrepp:bindingStrength", element.strength),
    ):
        if value:
            yield subject, name(prefixed), plain(value)
    yield from names.link_triples(own, element.measures)
    yield from unit_triples(names, subject, element.unit)
    bound = "begrepp:terminologyBinding" if structure.is_model else "begrepp:codingSystem"
    for system in element.code_systems:
        yield subject, name(bound), iri(names.system_iri(system))
    if element.value_list:
        yield subject, name("begrepp:codeList"), iri(names.system_iri(element.value_list.partition("@")[0]))
    if element.code_list:
        yield subject, name("begrepp:codeList"), iri(names.iris.code_list(home, element.code_list))
    if element.value_set:
        yield subject, name("begrepp:valueSet"), iri(names.value_set_iri(element.value_set))
    for address in element.bindings:
        yield subject, name("begrepp:terminologyBinding"), iri(address)
    if element.source:
        yield subject, name("dct:source"), source(element.source)
    if element.checked:
        yield subject, name("begrepp:checked"), day(element.checked)
