"""Conversion of records to triples in SKOS, XKOS, SKOS-XL and SSSOM; datasets and variables have modules of their own.

Records are converted one at a time and triples are yielded as N-Triples terms. There are no blank nodes and no
timestamps, so the same input gives the same triples.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import singledispatchmethod

from begrepp.graph import concepts, datasets, structures, variables
from begrepp.graph.context import LoadContext
from begrepp.rdf.namespaces import expand
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
)
from begrepp.records import (
    Catalogue,
    CodeList,
    Concept,
    ConceptualVariable,
    Dataset,
    Edition,
    Element,
    Level,
    Mapping,
    MappingSet,
    RdfTerm,
    RepresentedVariable,
    Scheme,
    Statement,
    Structure,
    ValueSet,
    Variable,
)

_JSON = expand("rdf:JSON")


class TripleWriter(LoadContext):
    """Converts the records of one load to triples.

    A scheme, an edition, a dataset and a structure must come before the records that belong to them.
    """

    @singledispatchmethod
    def triples(self, record: object) -> Iterator[Triple]:
        """Yield the triples of a record. Raises `TypeError` for a kind of record that has no conversion."""
        raise TypeError(f"no conversion to RDF for {type(record).__name__}")

    @triples.register
    def _(self, scheme: Scheme) -> Iterator[Triple]:
        self.schemes[scheme.id] = scheme
        subject = iri(self.scheme_iri(scheme.id))
        yield subject, name("rdf:type"), name("skos:ConceptScheme")
        yield subject, name("rdf:type"), name("begrepp:CodeSystem")
        yield subject, name("begrepp:schemeId"), plain(scheme.id)
        yield from texts(subject, "skos:prefLabel", scheme.titles)
        yield from texts(subject, "dct:description", scheme.descriptions)
        for identifier in scheme.identifiers:
            yield subject, name("dct:identifier"), plain(identifier)
        if scheme.preferred_system_uri:
            yield subject, name("begrepp:preferredSystemUri"), plain(scheme.preferred_system_uri)
        if scheme.notation_pattern:
            yield subject, name("begrepp:notationPattern"), plain(scheme.notation_pattern)
        yield subject, name("begrepp:hierarchical"), typed_literal(str(scheme.hierarchical).lower(), "xsd:boolean")
        if scheme.part_of:
            yield subject, name("dct:isPartOf"), iri(self.scheme_iri(scheme.part_of))
        if scheme.ehds_coding_system:
            yield subject, name("begrepp:ehdsCodingSystem"), iri(scheme.ehds_coding_system)

    @triples.register
    def _(self, edition: Edition) -> Iterator[Triple]:
        self.editions[edition.scheme] = edition
        subject = iri(self.iris.edition(edition.scheme, edition.version))
        yield subject, name("rdf:type"), name("begrepp:CodeSystemRelease")
        yield subject, name("begrepp:releaseOf"), iri(self.scheme_iri(edition.scheme))
        yield subject, name("dcat:version"), plain(edition.version)
        yield from texts(subject, "dct:title", edition.titles)
        yield subject, name("begrepp:validFrom"), date_literal(edition.valid_from)
        if edition.valid_to:
            yield subject, name("begrepp:validTo"), date_literal(edition.valid_to)
        yield subject, name("begrepp:coverage"), plain(edition.coverage)
        if edition.modified:
            yield subject, name("dct:modified"), date_literal(edition.modified)
        yield from texts(subject, "adms:versionNotes", edition.version_notes)
        if edition.hierarchy_meaning:
            yield subject, name("begrepp:hierarchyMeaning"), plain(edition.hierarchy_meaning)
        yield from _resource_triples(subject, edition)
        for header in edition.supplement_headers:
            yield subject, name("begrepp:supplementHeader"), rdf_term(RdfTerm(header, "literal", datatype=_JSON))
        yield subject, name("begrepp:inGraph"), subject
        yield from self.rights_triples(subject, edition.licence, edition.redistribution, edition.publisher)
        yield from self.provenance_triples(subject)

    @triples.register
    def _(self, level: Level) -> Iterator[Triple]:
        subject = iri(self.iris.level(level.scheme, level.id))
        yield subject, name("rdf:type"), name("xkos:ClassificationLevel")
        yield subject, name("xkos:depth"), typed_literal(level.depth, "xsd:integer")
        yield from texts(subject, "skos:prefLabel", level.titles)
        yield subject, name("dct:isPartOf"), iri(self.scheme_iri(level.scheme))

    @triples.register
    def _(self, concept: Concept) -> Iterator[Triple]:
        return concepts.concept_triples(self, concept)

    @triples.register
    def _(self, statement: Statement) -> Iterator[Triple]:
        subject = self.aliases.get(statement.subject, statement.subject)
        yield iri(subject), property_iri(statement.predicate), rdf_term(self.resolve_alias(statement.object))

    @triples.register
    def _(self, mapping_set: MappingSet) -> Iterator[Triple]:
        subject = iri(self.iris.mapping_set(mapping_set.id))
        yield subject, name("rdf:type"), name("sssom:MappingSet")
        if mapping_set.iri:
            yield subject, name("dct:identifier"), plain(mapping_set.iri)
        yield from texts(subject, "dct:title", mapping_set.titles)
        yield subject, name("dcat:version"), plain(mapping_set.version)
        yield subject, name("begrepp:validFrom"), date_literal(mapping_set.valid_from)
        yield from _creator_triples(subject, mapping_set)
        yield from _resource_triples(subject, mapping_set)
        yield from self.rights_triples(subject, mapping_set.licence, mapping_set.redistribution, mapping_set.publisher)
        yield from self.provenance_triples(subject)

    @triples.register
    def _(self, mapping: Mapping) -> Iterator[Triple]:
        left, right = self.external_iri(mapping.subject), self.external_iri(mapping.object)
        subject = iri(self.mapping_iri(mapping))
        yield iri(self.iris.mapping_set(mapping.mapping_set)), name("sssom:mappings"), subject
        yield subject, name("rdf:type"), name("owl:Axiom")
        yield subject, name("rdf:type"), name("sssom:Mapping")
        yield subject, name("owl:annotatedSource"), iri(left)
        yield subject, name("owl:annotatedProperty"), iri(mapping.predicate)
        yield subject, name("owl:annotatedTarget"), iri(right)
        yield subject, name("sssom:mapping_justification"), iri(mapping.justification)
        if mapping.negated:
            yield subject, name("sssom:predicate_modifier"), name("sssom:NegatedPredicate")
        else:
            yield iri(left), iri(mapping.predicate), iri(right)
            if mapping.predicate == expand("begrepp:measures"):
                yield iri(left), name("begrepp:qualifiedMeasures"), subject
                yield subject, name("begrepp:linksTo"), iri(right)
        if mapping.confidence is not None:
            yield subject, name("sssom:confidence"), typed_literal(mapping.confidence, "xsd:double")
        for author in mapping.author_iris:
            yield subject, name("pav:authoredBy"), iri(author)
        for author in mapping.authors:
            yield subject, name("sssom:author_label"), plain(author)
        yield from _creator_triples(subject, mapping)
        if mapping.provider:
            yield subject, name("sssom:mapping_provider"), source_term(mapping.provider)
        for property_name, value in (
            ("sssom:mapping_tool", mapping.tool),
            ("sssom:subject_source_version", mapping.subject_version),
            ("sssom:object_source_version", mapping.object_version),
        ):
            if value:
                yield subject, name(property_name), plain(value)
        if comment := mapping.comment:
            yield subject, name("rdfs:comment"), text(comment) if comment.lang else plain(comment.value)
        for link in mapping.see_also:
            yield subject, name("rdfs:seeAlso"), source_term(link)
        for property_name, number in (
            ("begrepp:mapGroup", mapping.map_group),
            ("begrepp:mapPriority", mapping.map_priority),
        ):
            if number is not None:
                yield subject, name(property_name), typed_literal(number, "xsd:integer")
        for property_name, value in (
            ("begrepp:mapRule", mapping.map_rule),
            ("begrepp:mapAdvice", mapping.map_advice),
            ("begrepp:mapRelationship", mapping.relationship),
        ):
            if value:
                yield subject, name(property_name), plain(value)
        if mapping.resource_element:
            element = RdfTerm(mapping.resource_element, "literal", datatype=_JSON)
            yield subject, name("begrepp:resourceElement"), rdf_term(element)
        if mapping.mapped_on:
            yield subject, name("pav:authoredOn"), date_literal(mapping.mapped_on)

    @triples.register
    def _(self, value_set: ValueSet) -> Iterator[Triple]:
        subject = iri(self.iris.value_set(value_set.id, value_set.version))
        yield subject, name("rdf:type"), name("skos:Collection")
        yield subject, name("rdf:type"), name("begrepp:ValueSet")
        yield from texts(subject, "skos:prefLabel", value_set.titles)
        yield from texts(subject, "dct:description", value_set.descriptions)
        yield subject, name("dcat:version"), plain(value_set.version)
        for identifier in value_set.identifiers:
            yield subject, name("dct:identifier"), plain(identifier)
        for member in value_set.members:
            yield subject, name("skos:member"), iri(self.resolve_iri(member))
        for member in value_set.former_members:
            yield subject, name("begrepp:formerMember"), iri(self.resolve_iri(member))
        for rule in value_set.intension:
            yield subject, name("begrepp:intension"), plain(rule)
        yield from _header_triples(subject, value_set.resource_header)

    @triples.register
    def _(self, catalogue: Catalogue) -> Iterator[Triple]:
        if catalogue.iri:
            self.aliases[catalogue.iri] = self.iris.catalogue(catalogue.id)
        yield from datasets.catalogue_triples(self, catalogue)

    @triples.register
    def _(self, dataset: Dataset) -> Iterator[Triple]:
        if dataset.iri:
            self.aliases[dataset.iri] = self.iris.dataset(dataset.id)
        self.datasets[dataset.id] = dataset
        yield from datasets.dataset_triples(self, dataset)

    @triples.register
    def _(self, code_list: CodeList) -> Iterator[Triple]:
        yield from variables.code_list_triples(self, code_list)

    @triples.register
    def _(self, variable: Variable) -> Iterator[Triple]:
        if variable.iri:
            self.aliases[variable.iri] = self.variable_iri(variable)
        yield from variables.variable_triples(self, variable)

    @triples.register
    def _(self, variable: ConceptualVariable) -> Iterator[Triple]:
        yield from variables.conceptual_triples(self, variable)

    @triples.register
    def _(self, variable: RepresentedVariable) -> Iterator[Triple]:
        yield from variables.represented_triples(self, variable)

    @triples.register
    def _(self, structure: Structure) -> Iterator[Triple]:
        self.structures[structure.id] = structure
        yield from structures.structure_triples(self, structure)

    @triples.register
    def _(self, element: Element) -> Iterator[Triple]:
        yield from structures.element_triples(self, element)


def _creator_triples(subject: str, created: MappingSet | Mapping) -> Iterator[Triple]:
    """Yield the creators of a mapping or a set: a link to those with an IRI, the names of the others."""
    for creator in created.creator_iris:
        yield subject, name("dct:creator"), iri(creator)
    for creator in created.creators:
        yield subject, name("sssom:creator_label"), plain(creator)


def _resource_triples(subject: str, record: Edition | MappingSet) -> Iterator[Triple]:
    """Yield version and metadata of the FHIR resource that a record was loaded from."""
    if record.resource_version:
        yield subject, name("pav:version"), plain(record.resource_version)
    yield from _header_triples(subject, record.resource_header)


def _header_triples(subject: str, header: str) -> Iterator[Triple]:
    if header:
        yield subject, name("begrepp:resourceHeader"), rdf_term(RdfTerm(header, "literal", datatype=_JSON))
