"""Records become RDF here, once: SKOS, XKOS, SKOS-XL, SSSOM, DCAT, CSVW and PROV are decided in this module.

Streaming: a record goes in, triples come out as N-Triples terms, nothing is held. No blank nodes and
no clock, so that the same input gives the same triples.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache, singledispatchmethod

from begrepp.iris import Iris
from begrepp.namespaces import expand
from begrepp.records import (
    Agent,
    Concept,
    Dataset,
    Level,
    Mapping,
    MappingSet,
    RdfTerm,
    Release,
    Scheme,
    Statement,
    Status,
    TermStatus,
    Text,
    Variable,
)

Triple = tuple[str, str, str]
"""Subject, predicate and object as N-Triples terms."""

_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r"})


@cache
def name(prefixed: str) -> str:
    """`skos:prefLabel` as an N-Triples IRI."""
    return f"<{expand(prefixed)}>"


def iri(value: str) -> str:
    """An IRI as an N-Triples term; characters that an IRI may not hold are percent-encoded."""
    return "<" + "".join(f"%{ord(c):02X}" if c <= " " or c in '<>"{}|^`\\' else c for c in value) + ">"


def text(value: Text) -> str:
    """A language-tagged literal."""
    return f'"{value.value.translate(_ESCAPES)}"@{value.lang}'


def plain(value: str) -> str:
    """A string literal."""
    return f'"{value.translate(_ESCAPES)}"'


def typed(value: object, datatype: str) -> str:
    """A literal with an XML Schema datatype."""
    return f'"{value}"^^{name(datatype)}'


def day(value: date) -> str:
    """An xsd:date."""
    return typed(value.isoformat(), "xsd:date")


def when(value: str) -> str:
    """A year, a year and month, or a date, with the datatype that its length tells."""
    return typed(value, {4: "xsd:gYear", 7: "xsd:gYearMonth"}.get(len(value), "xsd:date"))


def ntriples(triple: Triple) -> str:
    """The triple as a line of N-Triples, with its line feed."""
    return "%s %s %s .\n" % triple


@dataclass(slots=True)
class Mint:
    """Turns the records of one load into triples; it learns schemes, releases and datasets as they pass."""

    iris: Iris
    load_iri: str = ""
    file_iris: tuple[str, ...] = ()
    schemes: dict[str, Scheme] = field(default_factory=dict)
    releases: dict[str, Release] = field(default_factory=dict)
    datasets: dict[str, Dataset] = field(default_factory=dict)

    def concept_iri(self, scheme: str, reference: str) -> str:
        """The IRI behind a reference: an IRI, `other-scheme:notation` after `|`-free prefix, or a notation."""
        if "://" in reference:
            return reference
        known = self.schemes.get(scheme)
        return self.iris.concept(scheme, reference, known.iri_template if known else "")

    def scheme_iri(self, scheme: str) -> str:
        """The scheme's IRI, the publisher's own where the loader knows one."""
        known = self.schemes.get(scheme)
        return known.iri if known and known.iri else self.iris.scheme(scheme)

    def foreign(self, reference: str) -> str:
        """The IRI of a concept in another scheme, written `scheme:notation`."""
        if "://" in reference:
            return reference
        scheme, _, notation = reference.partition(":")
        return self.iris.concept(scheme, notation)

    @singledispatchmethod
    def triples(self, record: object) -> Iterator[Triple]:
        """The triples that a record stands for."""
        raise TypeError(f"no RDF is decided for {type(record).__name__}")

    @triples.register
    def _(self, scheme: Scheme) -> Iterator[Triple]:
        self.schemes[scheme.id] = scheme
        subject = iri(self.scheme_iri(scheme.id))
        yield subject, name("rdf:type"), name("skos:ConceptScheme")
        yield subject, name("rdf:type"), name("begrepp:CodeSystem")
        yield subject, name("begrepp:schemeId"), plain(scheme.id)
        yield from _texts(subject, "skos:prefLabel", scheme.titles)
        yield from _texts(subject, "dct:description", scheme.descriptions)
        for identifier in scheme.identifiers:
            yield subject, name("dct:identifier"), plain(identifier)
        if scheme.preferred_system_uri:
            yield subject, name("begrepp:preferredSystemUri"), plain(scheme.preferred_system_uri)
        if scheme.notation_pattern:
            yield subject, name("begrepp:notationPattern"), plain(scheme.notation_pattern)
        yield subject, name("begrepp:hierarchical"), typed(str(scheme.hierarchical).lower(), "xsd:boolean")
        if scheme.part_of:
            yield subject, name("dct:isPartOf"), iri(self.scheme_iri(scheme.part_of))
        if scheme.ehds_coding_system:
            yield subject, name("begrepp:ehdsCodingSystem"), iri(scheme.ehds_coding_system)

    @triples.register
    def _(self, release: Release) -> Iterator[Triple]:
        self.releases[release.scheme] = release
        subject = iri(self.iris.release(release.scheme, release.version))
        yield subject, name("rdf:type"), name("begrepp:CodeSystemRelease")
        yield subject, name("begrepp:releaseOf"), iri(self.scheme_iri(release.scheme))
        yield subject, name("dcat:version"), plain(release.version)
        yield from _texts(subject, "dct:title", release.titles)
        yield subject, name("begrepp:validFrom"), day(release.valid_from)
        if release.valid_to:
            yield subject, name("begrepp:validTo"), day(release.valid_to)
        yield subject, name("begrepp:coverage"), plain(release.coverage)
        yield subject, name("begrepp:inGraph"), subject
        yield from self._rights(subject, release.licence, release.redistribution, release.publisher)
        yield from self._provenance(subject)

    @triples.register
    def _(self, level: Level) -> Iterator[Triple]:
        subject = iri(self.iris.level(level.scheme, level.id))
        yield subject, name("rdf:type"), name("xkos:ClassificationLevel")
        yield subject, name("xkos:depth"), typed(level.depth, "xsd:integer")
        yield from _texts(subject, "skos:prefLabel", level.titles)
        yield subject, name("dct:isPartOf"), iri(self.scheme_iri(level.scheme))

    @triples.register
    def _(self, concept: Concept) -> Iterator[Triple]:
        scheme = self.schemes[concept.scheme]
        scheme_iri = iri(self.scheme_iri(concept.scheme))
        subject = iri(concept.iri or self.concept_iri(concept.scheme, concept.notation))
        yield subject, name("rdf:type"), name("skos:Concept")
        yield subject, name("skos:inScheme"), scheme_iri
        yield subject, name("skos:notation"), plain(concept.notation)
        yield from _texts(subject, "skos:prefLabel", concept.pref_labels)
        yield from _texts(subject, "skos:altLabel", concept.alt_labels)
        yield from _texts(subject, "skos:hiddenLabel", concept.hidden_labels)
        yield from _texts(subject, "skos:definition", concept.definitions)
        for note in concept.notes:
            yield subject, name(note.kind), text(note.text)
        for broader in concept.broader:
            yield subject, name("skos:broader"), iri(self.concept_iri(concept.scheme, broader))
        if not concept.broader and scheme.hierarchical:
            yield subject, name("skos:topConceptOf"), scheme_iri
        for related in concept.related:
            yield subject, name("skos:related"), iri(self.concept_iri(concept.scheme, related))
        if concept.level:
            yield iri(self.iris.level(concept.scheme, concept.level)), name("skos:member"), subject
        release = self.releases[concept.scheme]
        yield subject, name("begrepp:inRelease"), iri(self.iris.release(concept.scheme, release.version))
        yield subject, name("begrepp:status"), name(f"begrepp:{concept.status}")
        if concept.status is Status.INACTIVE:
            yield subject, name("owl:deprecated"), typed("true", "xsd:boolean")
        yield from _days(subject, concept.valid_from, concept.valid_to)
        if concept.accepted:
            yield subject, name("dct:dateAccepted"), day(concept.accepted)
        for successor in concept.replaced_by:
            target = iri(self.concept_iri(concept.scheme, successor))
            yield subject, name("dct:isReplacedBy"), target
        if concept.marker:
            yield subject, name("begrepp:daggerAsterisk"), name(f"begrepp:{concept.marker}")
            link = "begrepp:etiologyOf" if concept.marker == "dagger" else "begrepp:manifestationOf"
            for other in concept.paired_with:
                yield subject, name(link), iri(self.concept_iri(concept.scheme, other))
        yield from _texts(subject, "begrepp:domain", concept.domain)
        for source in concept.sources:
            yield subject, name("dct:source"), _source(source)
        if concept.checked:
            yield subject, name("begrepp:checked"), day(concept.checked)
        if concept.is_term_post:
            yield subject, name("rdf:type"), name("begrepp:TermConcept")
        yield from self._terms(subject, concept)

    def _terms(self, subject: str, concept: Concept) -> Iterator[Triple]:
        relation = {
            TermStatus.RECOMMENDED: "skosxl:prefLabel",
            TermStatus.ADMITTED: "skosxl:altLabel",
            TermStatus.DEPRECATED: "skosxl:hiddenLabel",
        }
        for term in concept.terms:
            node = iri(self.iris.term(concept.scheme, concept.notation, term.text.value, term.text.lang))
            yield subject, name(relation[term.status]), node
            yield node, name("rdf:type"), name("skosxl:Label")
            yield node, name("skosxl:literalForm"), text(term.text)
            yield node, name("begrepp:termStatus"), name(f"begrepp:{term.status}")
            if term.source:
                yield node, name("dct:source"), _source(term.source)

    @triples.register
    def _(self, statement: Statement) -> Iterator[Triple]:
        yield iri(statement.subject), iri(statement.predicate), _rdf_term(statement.object)

    @triples.register
    def _(self, mapping_set: MappingSet) -> Iterator[Triple]:
        subject = iri(self.iris.mapping_set(mapping_set.id))
        yield subject, name("rdf:type"), name("sssom:MappingSet")
        yield from _texts(subject, "dct:title", mapping_set.titles)
        yield subject, name("dcat:version"), plain(mapping_set.version)
        yield subject, name("begrepp:validFrom"), day(mapping_set.valid_from)
        yield from self._rights(subject, mapping_set.licence, mapping_set.redistribution, mapping_set.publisher)
        yield from self._provenance(subject)

    @triples.register
    def _(self, mapping: Mapping) -> Iterator[Triple]:
        parts = (mapping.subject, mapping.predicate, mapping.object, str(mapping.negated))
        subject = iri(self.iris.mapping(mapping.mapping_set, *parts))
        yield iri(self.iris.mapping_set(mapping.mapping_set)), name("sssom:mappings"), subject
        yield subject, name("rdf:type"), name("owl:Axiom")
        yield subject, name("rdf:type"), name("sssom:Mapping")
        yield subject, name("owl:annotatedSource"), iri(mapping.subject)
        yield subject, name("owl:annotatedProperty"), iri(mapping.predicate)
        yield subject, name("owl:annotatedTarget"), iri(mapping.object)
        yield subject, name("sssom:mapping_justification"), iri(mapping.justification)
        if mapping.negated:
            yield subject, name("sssom:predicate_modifier"), name("sssom:NegatedPredicate")
        else:
            yield iri(mapping.subject), iri(mapping.predicate), iri(mapping.object)
        if mapping.confidence is not None:
            yield subject, name("sssom:confidence"), typed(mapping.confidence, "xsd:double")
        if mapping.author_iri:
            yield subject, name("dct:creator"), iri(mapping.author_iri)
        for prefixed, value in (
            ("sssom:author_label", mapping.author),
            ("sssom:mapping_tool", mapping.tool),
            ("rdfs:comment", mapping.comment),
            ("sssom:subject_source_version", mapping.subject_version),
            ("sssom:object_source_version", mapping.object_version),
        ):
            if value:
                yield subject, name(prefixed), plain(value)
        if mapping.see_also:
            yield subject, name("rdfs:seeAlso"), _source(mapping.see_also)
        if mapping.mapped_on:
            yield subject, name("pav:authoredOn"), day(mapping.mapped_on)

    @triples.register
    def _(self, dataset: Dataset) -> Iterator[Triple]:
        self.datasets[dataset.id] = dataset
        own = self.iris.dataset(dataset.id)
        subject = iri(own)
        part = lambda *path: iri(self.iris.part(own, *path))  # noqa: E731
        yield subject, name("rdf:type"), name("dcat:Dataset")
        yield subject, name("dct:identifier"), plain(own)
        yield subject, name("dcat:version"), plain(dataset.version)
        yield from _texts(subject, "dct:title", dataset.titles)
        yield from _texts(subject, "dct:description", dataset.descriptions)
        yield from _texts(subject, "dcat:keyword", dataset.keywords)
        yield from self._agent(subject, "dct:publisher", dataset.publisher)
        yield from self._agent(subject, "geodcatap:custodian", dataset.custodian)
        yield subject, name("begrepp:redistribution"), name(f"begrepp:{dataset.redistribution}")
        yield subject, name("begrepp:descriptionLicence"), iri(dataset.licence)
        yield from self._agent(subject, "begrepp:describedBy", dataset.catalogue_publisher)
        yield from self._provenance(subject)
        yield from _texts(subject, "begrepp:accessProcedure", dataset.access_procedure)
        yield from _texts(subject, "begrepp:coverageExcludes", dataset.coverage_excludes)
        yield from _texts(subject, "health:populationCoverage", dataset.population)
        if dataset.landing_page:
            yield subject, name("dcat:landingPage"), iri(dataset.landing_page)
        if dataset.access_rights:
            yield subject, name("dct:accessRights"), iri(dataset.access_rights)
        if dataset.spatial:
            yield subject, name("dct:spatial"), iri(dataset.spatial)
        for code in dataset.health_categories:
            yield subject, name("health:healthCategory"), iri(_HEALTH_CATEGORY + code)
        for reference in dataset.subjects:
            yield subject, name("dct:subject"), iri(self.foreign(reference))
        for reference in dataset.specimen_types:
            yield subject, name("begrepp:specimenType"), iri(self.foreign(reference))
        for prefixed, number in (
            ("health:minTypicalAge", dataset.min_age),
            ("health:maxTypicalAge", dataset.max_age),
            ("health:numberOfUniqueIndividuals", dataset.individuals),
        ):
            if number is not None:
                yield subject, name(prefixed), typed(number, "xsd:nonNegativeInteger")
        if dataset.contact_names:
            yield subject, name("dcat:contactPoint"), part("contact")
            yield part("contact"), name("rdf:type"), name("vcard:Organization")
            yield from _texts(part("contact"), "vcard:fn", dataset.contact_names)
            if dataset.contact_url:
                yield part("contact"), name("vcard:hasURL"), iri(dataset.contact_url)
            if dataset.contact_email:
                yield part("contact"), name("vcard:hasEmail"), iri(f"mailto:{dataset.contact_email}")
        if dataset.temporal_from or dataset.temporal_to:
            yield subject, name("dct:temporal"), part("temporal")
            yield part("temporal"), name("rdf:type"), name("dct:PeriodOfTime")
            if dataset.temporal_from:
                yield part("temporal"), name("dcat:startDate"), when(dataset.temporal_from)
            if dataset.temporal_to:
                yield part("temporal"), name("dcat:endDate"), when(dataset.temporal_to)
        if dataset.access_url or dataset.file_formats:
            node = part("distribution")
            yield subject, name("dcat:distribution"), node
            yield node, name("rdf:type"), name("dcat:Distribution")
            if dataset.access_url:
                yield node, name("dcat:accessURL"), iri(dataset.access_url)
            for file_format in dataset.file_formats:
                yield node, name("begrepp:fileFormat"), plain(file_format)
        for number_, law in enumerate(dataset.legislation, start=1):
            node = iri(law.url) if law.url else part("legislation", str(number_))
            yield subject, name("dcatap:applicableLegislation"), node
            yield node, name("rdf:type"), name("eli:LegalResource")
            yield from _texts(node, "dct:title", law.titles)
        for fact in dataset.evidence:
            node = part("evidence", fact.about)
            yield subject, name("begrepp:evidence"), node
            yield node, name("rdf:type"), name("begrepp:Evidence")
            yield node, name("begrepp:about"), plain(fact.about)
            yield node, name("dct:source"), _source(fact.source)
            yield node, name("begrepp:checked"), day(fact.checked)
            yield node, name("begrepp:certainty"), plain(fact.certainty)
        yield from self._tables(subject, own, dataset)

    def _tables(self, subject: str, own: str, dataset: Dataset) -> Iterator[Triple]:
        group = iri(self.iris.part(own, "tables"))
        yield subject, name("health:hasVariables"), group
        yield group, name("rdf:type"), name("csvw:TableGroup")
        yield from _texts(group, "dct:title", dataset.titles)
        for table in dataset.tables:
            node = iri(self.iris.part(own, "table", table.id))
            yield group, name("csvw:table"), node
            yield node, name("rdf:type"), name("csvw:Table")
            yield from _texts(node, "dct:title", table.titles)

    @triples.register
    def _(self, variable: Variable) -> Iterator[Triple]:
        own = self.iris.dataset(variable.dataset)
        subject = iri(self.variable_iri(variable))
        yield iri(self.iris.part(own, "table", variable.table)), name("csvw:column"), subject
        yield subject, name("rdf:type"), name("csvw:Column")
        yield subject, name("rdf:type"), name("cdi:InstanceVariable")
        yield subject, name("csvw:name"), plain(variable.name)
        yield from _texts(subject, "csvw:title", variable.titles)
        yield from _texts(subject, "dct:description", variable.descriptions)
        yield subject, name("csvw:datatype"), plain(variable.datatype)
        for reference in variable.measures:
            yield subject, name("begrepp:measures"), iri(self.foreign(reference))
        for scheme in variable.code_systems:
            yield subject, name("begrepp:codingSystem"), iri(self.iris.scheme(scheme))
        if variable.value_list:
            yield subject, name("begrepp:codeList"), iri(self.iris.scheme(variable.value_list))
        if variable.linkage_key:
            yield subject, name("begrepp:linkageKeyFor"), iri(self.foreign(variable.linkage_key))
        for prefixed, value in (
            ("begrepp:unit", variable.unit),
            ("begrepp:atEvent", variable.at_event),
            ("begrepp:certainty", variable.certainty),
        ):
            if value:
                yield subject, name(prefixed), plain(value)
        if variable.valid_from:
            yield subject, name("begrepp:validFrom"), when(variable.valid_from)
        if variable.valid_to:
            yield subject, name("begrepp:validTo"), when(variable.valid_to)
        if variable.source:
            yield subject, name("dct:source"), _source(variable.source)
        if variable.checked:
            yield subject, name("begrepp:checked"), day(variable.checked)

    def variable_iri(self, variable: Variable) -> str:
        """`…/dataset/nkbc/var/er`, with the table before it where the dataset has several."""
        own = self.iris.dataset(variable.dataset)
        several = len(self.datasets[variable.dataset].tables) > 1
        path = (variable.table,) if several else ()
        since = (variable.part,) if variable.part else ()
        return self.iris.part(own, *path, "var", variable.name, *since)

    def _rights(self, subject: str, licence: str, redistribution: str, publisher: Agent) -> Iterator[Triple]:
        yield subject, name("dct:license"), iri(licence)
        yield subject, name("begrepp:redistribution"), name(f"begrepp:{redistribution}")
        yield from self._agent(subject, "dct:publisher", publisher)

    def _provenance(self, subject: str) -> Iterator[Triple]:
        yield subject, name("prov:wasGeneratedBy"), iri(self.load_iri)
        for file in self.file_iris:
            yield subject, name("prov:wasDerivedFrom"), iri(file)

    def _agent(self, subject: str, relation: str, agent: Agent) -> Iterator[Triple]:
        node = iri(self.iris.agent(agent.id))
        yield subject, name(relation), node
        yield node, name("rdf:type"), name("foaf:Agent")
        yield from _texts(node, "foaf:name", agent.names)
        if agent.homepage:
            yield node, name("foaf:homepage"), iri(agent.homepage)
        if agent.type:
            yield node, name("dct:type"), iri(agent.type)


_HEALTH_CATEGORY = "https://hdeu-dcat.data.health.europa.eu/resource/authority/healthcategories/"


def _texts(subject: str, prefixed: str, values: tuple[Text, ...]) -> Iterator[Triple]:
    predicate = name(prefixed)
    for value in values:
        yield subject, predicate, text(value)


def _days(subject: str, valid_from: date | None, valid_to: date | None) -> Iterator[Triple]:
    if valid_from:
        yield subject, name("begrepp:validFrom"), day(valid_from)
    if valid_to:
        yield subject, name("begrepp:validTo"), day(valid_to)


def _source(value: str) -> str:
    """A source is a link where it is one, otherwise words."""
    is_link = value.startswith(("http://", "https://")) and not any(c.isspace() for c in value)
    return iri(value) if is_link else plain(value)


_KINDS: dict[str, Callable[[RdfTerm], str]] = {
    "iri": lambda term: iri(term.value),
    "literal": lambda term: (
        text(Text(term.value, term.lang))
        if term.lang
        else plain(term.value) + (f"^^<{term.datatype}>" if term.datatype else "")
    ),
}


def _rdf_term(term: RdfTerm) -> str:
    return _KINDS[term.kind](term)
