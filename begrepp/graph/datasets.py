"""Datasets, catalogues and tables as DCAT-AP, HealthDCAT-AP and CSVW."""

from __future__ import annotations

from collections.abc import Iterator

from begrepp.graph.context import LoadContext
from begrepp.graph.distributions import distribution_triples, legislation_triples
from begrepp.rdf.ntriples import (
    Triple,
    date_literal,
    iri,
    name,
    partial_date_literal,
    plain,
    source_term,
    texts,
    typed_literal,
)
from begrepp.records import Catalogue, Dataset, DatasetSeries, Table
from begrepp.sources.privacy import is_small_count

_COUNTS = ("health:numberOfUniqueIndividuals", "health:numberOfRecords")
HEALTH_CATEGORY = "https://hdeu-dcat.data.health.europa.eu/resource/authority/healthcategories/"


def dataset_triples(context: LoadContext, dataset: Dataset) -> Iterator[Triple]:
    """Yield a dataset with its contact, periods, distributions, legislation, evidence and tables."""
    own_iri = context.iris.dataset(dataset.id)
    subject = iri(own_iri)
    # A specification has no data to request, so it is not a dcat:Dataset.
    yield subject, name("rdf:type"), name("begrepp:Specification" if dataset.specification else "dcat:Dataset")
    for identifier in (own_iri, *dataset.identifiers):
        yield subject, name("dct:identifier"), plain(identifier)
    if dataset.iri:
        yield subject, name("owl:sameAs"), iri(dataset.iri)
    if dataset.catalogue:
        yield iri(context.iris.catalogue(dataset.catalogue)), name("dcat:dataset"), subject
    if dataset.version:
        yield subject, name("dcat:version"), plain(dataset.version)
    yield from _text_triples(subject, dataset)
    yield from _iri_triples(subject, dataset)
    yield from _number_triples(subject, dataset)
    for reference in dataset.subjects:
        yield subject, name("dct:subject"), iri(context.external_iri(reference))
    for reference in dataset.specimen_types:
        yield subject, name("begrepp:specimenType"), iri(context.external_iri(reference))
    for property_name, agent in (("dct:publisher", dataset.publisher), ("geodcatap:custodian", dataset.custodian)):
        if agent:
            yield from context.agent_triples(subject, property_name, agent)
    yield from context.agent_triples(subject, "begrepp:describedBy", dataset.catalogue_publisher)
    for property_name, body in (("health:hdab", dataset.hdab), ("health:hdabCoordinator", dataset.hdab_coordinator)):
        if body:
            yield from context.agent_triples(subject, property_name, body)
    yield subject, name("begrepp:descriptionLicence"), iri(dataset.licence)
    yield subject, name("begrepp:redistribution"), name(f"begrepp:{dataset.redistribution}")
    yield from context.provenance_triples(subject)
    yield from _contact_triples(context, subject, own_iri, dataset)
    yield from _period_triples(context, own_iri, "temporal", "dct:temporal", dataset.temporal_from, dataset.temporal_to)
    yield from _period_triples(
        context, own_iri, "retention", "health:retentionPeriod", dataset.retention_from, dataset.retention_to
    )
    yield from distribution_triples(context, subject, own_iri, dataset)
    yield from legislation_triples(context, own_iri, dataset.legislation)
    yield from _processing_triples(context, subject, own_iri, dataset)
    yield from _quality_triples(context, subject, own_iri, dataset)
    yield from _evidence_triples(context, subject, own_iri, dataset)
    if dataset.tables or not dataset.catalogue:
        yield from _table_group_triples(context, subject, own_iri, dataset)
    if dataset.series:
        yield from _series_triples(context, subject, dataset.series)


def catalogue_triples(context: LoadContext, catalogue: Catalogue) -> Iterator[Triple]:
    """Yield a harvested catalogue, except for what its own statements contain."""
    subject = iri(context.iris.catalogue(catalogue.id))
    yield subject, name("rdf:type"), name("dcat:Catalog")
    if catalogue.iri:
        yield subject, name("owl:sameAs"), iri(catalogue.iri)
    yield from texts(subject, "dct:title", catalogue.titles)
    yield subject, name("dcat:version"), plain(catalogue.version)
    yield subject, name("begrepp:validFrom"), date_literal(catalogue.valid_from)
    yield from context.agent_triples(subject, "begrepp:describedBy", catalogue.publisher)
    yield subject, name("begrepp:descriptionLicence"), iri(catalogue.licence)
    yield subject, name("begrepp:redistribution"), name(f"begrepp:{catalogue.redistribution}")
    yield from context.provenance_triples(subject)


def _text_triples(subject: str, dataset: Dataset) -> Iterator[Triple]:
    for property_name, values in (
        ("dct:title", dataset.titles),
        ("dct:description", dataset.descriptions),
        ("dct:alternative", dataset.alternatives),
        ("dcat:keyword", dataset.keywords),
        ("begrepp:accessProcedure", dataset.access_procedure),
        ("begrepp:coverageExcludes", dataset.coverage_excludes),
        ("health:populationCoverage", dataset.population),
    ):
        yield from texts(subject, property_name, values)
    for code in dataset.code_values:
        yield subject, name("health:hasCodeValues"), plain(code)


def _iri_triples(subject: str, dataset: Dataset) -> Iterator[Triple]:
    for property_name, values in (
        ("dcat:landingPage", (dataset.landing_page,)),
        ("foaf:page", dataset.documentation),
        ("dct:isReferencedBy", dataset.referenced_by),
        ("dct:accessRights", (dataset.access_rights,)),
        ("dct:spatial", (dataset.spatial,)),
        ("dct:accrualPeriodicity", (dataset.frequency,)),
        ("dct:language", dataset.languages),
        ("dct:type", dataset.types),
        ("dct:conformsTo", dataset.conforms_to),
        ("dcat:theme", dataset.themes),
        ("health:healthCategory", tuple(HEALTH_CATEGORY + code for code in dataset.health_categories)),
        ("health:healthTheme", dataset.health_themes),
        ("health:hasCodingSystem", dataset.coding_systems),
        ("dpv:hasPersonalData", dataset.personal_data),
    ):
        for value in values:
            if value:
                yield subject, name(property_name), iri(value)


def _number_triples(subject: str, dataset: Dataset) -> Iterator[Triple]:
    for property_name, number in (
        ("health:minTypicalAge", dataset.min_age),
        ("health:maxTypicalAge", dataset.max_age),
        ("health:numberOfUniqueIndividuals", dataset.individuals),
        ("health:numberOfRecords", dataset.records),
    ):
        if number is not None and not (property_name in _COUNTS and is_small_count(number)):
            yield subject, name(property_name), typed_literal(number, "xsd:nonNegativeInteger")
    for property_name, moment in (("dct:issued", dataset.issued), ("dct:modified", dataset.modified)):
        if moment:
            yield subject, name(property_name), partial_date_literal(moment)
    structured = bool(dataset.tables) if dataset.structured is None else dataset.structured
    if dataset.structured is not None or dataset.tables:
        yield subject, name("health:hasStructuredData"), typed_literal(str(structured).lower(), "xsd:boolean")


def _contact_triples(context: LoadContext, subject: str, own_iri: str, dataset: Dataset) -> Iterator[Triple]:
    if not dataset.contact_names:
        return
    node = iri(context.iris.part(own_iri, "contact"))
    yield subject, name("dcat:contactPoint"), node
    yield node, name("rdf:type"), name("vcard:Organization")
    yield from texts(node, "vcard:fn", dataset.contact_names)
    if dataset.contact_url:
        yield node, name("vcard:hasURL"), iri(dataset.contact_url)
    if dataset.contact_email:
        yield node, name("vcard:hasEmail"), iri(f"mailto:{dataset.contact_email}")


def _period_triples(
    context: LoadContext, own_iri: str, part: str, property_name: str, start: str, end: str
) -> Iterator[Triple]:
    if not (start or end):
        return
    node = iri(context.iris.part(own_iri, part))
    yield iri(own_iri), name(property_name), node
    yield node, name("rdf:type"), name("dct:PeriodOfTime")
    if start:
        yield node, name("dcat:startDate"), partial_date_literal(start)
    if end:
        yield node, name("dcat:endDate"), partial_date_literal(end)


def _processing_triples(context: LoadContext, subject: str, own_iri: str, dataset: Dataset) -> Iterator[Triple]:
    """Yield purposes, legal bases, provenance, generating activities and quality labels."""
    for number, purpose in enumerate(dataset.purposes, start=1):
        node = iri(context.iris.part(own_iri, "purpose", str(number)))
        yield subject, name("dpv:hasPurpose"), node
        yield node, name("rdf:type"), name("dpv:Purpose")
        yield from texts(node, "dct:description", (purpose,))
    for number, basis in enumerate(dataset.legal_bases, start=1):
        node = iri(context.iris.part(own_iri, "legal-basis", str(number)))
        yield subject, name("dpv:hasLegalBasis"), node
        yield node, name("rdf:type"), name("dpv:LegalBasis")
        yield from texts(node, "dct:description", basis.titles)
        if basis.url:
            yield node, name("dct:source"), iri(basis.url)
    if dataset.provenance:
        node = iri(context.iris.part(own_iri, "provenance"))
        yield subject, name("dct:provenance"), node
        yield node, name("rdf:type"), name("dct:ProvenanceStatement")
        yield from texts(node, "rdfs:label", dataset.provenance)
    for number, activity in enumerate(dataset.generated_by, start=1):
        node = iri(context.iris.part(own_iri, "activity", str(number)))
        # `prov:wasGeneratedBy` also names the load that generated the description; this is the activity of the data.
        yield subject, name("prov:wasGeneratedBy"), node
        yield node, name("rdf:type"), name("prov:Activity")
        yield from texts(node, "rdfs:label", activity.titles)
        if activity.type:
            yield node, name("dct:type"), iri(activity.type)
    for number, label in enumerate(dataset.quality_labels, start=1):
        node = iri(context.iris.part(own_iri, "quality", str(number)))
        yield subject, name("dqv:hasQualityAnnotation"), node
        yield node, name("rdf:type"), name("dqv:QualityCertificate")
        yield node, name("oa:hasTarget"), subject
        yield node, name("oa:hasBody"), iri(label)


def _series_triples(context: LoadContext, subject: str, series: DatasetSeries) -> Iterator[Triple]:
    own_iri = context.iris.series(series.id)
    yield subject, name("dcat:inSeries"), iri(own_iri)
    yield iri(own_iri), name("rdf:type"), name("dcat:DatasetSeries")
    yield from texts(iri(own_iri), "dct:title", series.titles)
    yield from texts(iri(own_iri), "dct:description", series.descriptions)
    yield from context.agent_triples(iri(own_iri), "dct:publisher", series.publisher)
    yield from legislation_triples(context, own_iri, series.legislation)


def _quality_triples(context: LoadContext, subject: str, own_iri: str, dataset: Dataset) -> Iterator[Triple]:
    for number, measured in enumerate(dataset.quality, start=1):
        part = context.iris.part(own_iri, "measurement", str(number))
        node = iri(part)
        yield subject, name("dqv:hasQualityMeasurement"), node
        yield node, name("rdf:type"), name("dqv:QualityMeasurement")
        yield node, name("dqv:isMeasurementOf"), plain(measured.metric)
        yield node, name("dqv:value"), plain(measured.value)
        yield from texts(node, "skos:note", measured.notes)
        yield node, name("dct:source"), source_term(measured.source)
        yield node, name("begrepp:checked"), date_literal(measured.checked)
        start, _, end = measured.year.partition("/")
        yield from _period_triples(context, part, "temporal", "dct:temporal", start, end or start)


def _evidence_triples(context: LoadContext, subject: str, own_iri: str, dataset: Dataset) -> Iterator[Triple]:
    for fact in dataset.evidence:
        node = iri(context.iris.part(own_iri, "evidence", fact.about))
        yield subject, name("begrepp:evidence"), node
        yield node, name("rdf:type"), name("begrepp:Evidence")
        yield node, name("begrepp:about"), plain(fact.about)
        yield node, name("dct:source"), source_term(fact.source)
        yield node, name("begrepp:checked"), date_literal(fact.checked)
        yield node, name("begrepp:certainty"), plain(fact.certainty)


def _table_group_triples(context: LoadContext, subject: str, own_iri: str, dataset: Dataset) -> Iterator[Triple]:
    group = iri(context.iris.part(own_iri, "tables"))
    yield subject, name("health:hasVariables"), group
    yield group, name("rdf:type"), name("csvw:TableGroup")
    yield from texts(group, "dct:title", dataset.titles)
    for table in dataset.tables:
        node = context.iris.part(own_iri, "table", table.id)
        yield group, name("csvw:table"), iri(node)
        yield from _table_triples(context, own_iri, node, table)


def _table_triples(context: LoadContext, own_iri: str, node: str, table: Table) -> Iterator[Triple]:
    subject = iri(node)
    yield subject, name("rdf:type"), name("csvw:Table")
    yield from texts(subject, "dct:title", table.titles)
    yield from texts(subject, "dct:description", table.descriptions)
    yield from texts(subject, "dcat:keyword", table.keywords)
    if table.url:
        yield subject, name("csvw:url"), iri(table.url)
    for column in table.primary_key:
        yield subject, name("csvw:primaryKey"), plain(column)
    for number, key in enumerate(table.foreign_keys, start=1):
        foreign = iri(context.iris.part(node, "key", str(number)))
        reference = iri(context.iris.part(node, "key", str(number), "reference"))
        yield subject, name("csvw:foreignKey"), foreign
        yield foreign, name("rdf:type"), name("csvw:ForeignKey")
        for column in key.columns:
            yield foreign, name("csvw:columnReference"), plain(column)
        yield foreign, name("csvw:reference"), reference
        yield reference, name("rdf:type"), name("csvw:TableReference")
        yield reference, name("csvw:resource"), iri(context.iris.part(own_iri, "table", key.table))
        for column in key.references:
            yield reference, name("csvw:columnReference"), plain(column)
