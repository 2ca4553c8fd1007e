"""Datasets and their tables as DCAT-AP, HealthDCAT-AP and CSVW: who holds what, and how to get access."""

from __future__ import annotations

from collections.abc import Iterator

from begrepp.graph.context import LoadContext
from begrepp.graph.distributions import distribution_triples, legislation_triples
from begrepp.rdf.ntriples import Triple, day, iri, name, plain, source, texts, typed, when
from begrepp.records import Catalogue, Dataset, DatasetSeries, Table
from begrepp.sources.privacy import is_small_count

_COUNTS = ("health:numberOfUniqueIndividuals", "health:numberOfRecords")
HEALTH_CATEGORY = "https://hdeu-dcat.data.health.europa.eu/resource/authority/healthcategories/"


def dataset_triples(names: LoadContext, dataset: Dataset) -> Iterator[Triple]:
    """The dataset, its contact, periods, distributions, laws, evidence and tables."""
    own = names.iris.dataset(dataset.id)
    subject = iri(own)
    # Nobody can ask to have a specification's data, so it is never counted among the datasets.
    yield subject, name("rdf:type"), name("begrepp:Specification" if dataset.specification else "dcat:Dataset")
    for identifier in (own, *dataset.identifiers):
        yield subject, name("dct:identifier"), plain(identifier)
    if dataset.iri:
        yield subject, name("owl:sameAs"), iri(dataset.iri)
    if dataset.catalogue:
        yield iri(names.iris.catalogue(dataset.catalogue)), name("dcat:dataset"), subject
    yield subject, name("dcat:version"), plain(dataset.version)
    yield from _text_triples(subject, dataset)
    yield from _iri_triples(subject, dataset)
    yield from _number_triples(subject, dataset)
    for reference in dataset.subjects:
        yield subject, name("dct:subject"), iri(names.external_iri(reference))
    for reference in dataset.specimen_types:
        yield subject, name("begrepp:specimenType"), iri(names.external_iri(reference))
    for prefixed, agent in (("dct:publisher", dataset.publisher), ("geodcatap:custodian", dataset.custodian)):
        if agent:
            yield from names.agent_triples(subject, prefixed, agent)
    yield from names.agent_triples(subject, "begrepp:describedBy", dataset.catalogue_publisher)
    for prefixed, body in (("health:hdab", dataset.hdab), ("health:hdabCoordinator", dataset.hdab_coordinator)):
        if body:
            yield from names.agent_triples(subject, prefixed, body)
    yield subject, name("begrepp:descriptionLicence"), iri(dataset.licence)
    yield subject, name("begrepp:redistribution"), name(f"begrepp:{dataset.redistribution}")
    yield from names.provenance_triples(subject)
    yield from _contact_triples(names, subject, own, dataset)
    yield from _period_triples(names, own, "temporal", "dct:temporal", dataset.temporal_from, dataset.temporal_to)
    yield from _period_triples(
        names, own, "retention", "health:retentionPeriod", dataset.retention_from, dataset.retention_to
    )
    yield from distribution_triples(names, subject, own, dataset)
    yield from legislation_triples(names, own, dataset.legislation)
    yield from _processing_triples(names, subject, own, dataset)
    yield from _quality_triples(names, subject, own, dataset)
    yield from _evidence_triples(names, subject, own, dataset)
    if dataset.tables or not dataset.catalogue:
        yield from _table_group_triples(names, subject, own, dataset)
    if dataset.series:
        yield from _series_triples(names, subject, dataset.series)


def catalogue_triples(names: LoadContext, catalogue: Catalogue) -> Iterator[Triple]:
    """Somebody else's catalogue, as far as its own statements do not say it."""
    subject = iri(names.iris.catalogue(catalogue.id))
    yield subject, name("rdf:type"), name("dcat:Catalog")
    if catalogue.iri:
        yield subject, name("owl:sameAs"), iri(catalogue.iri)
    yield from texts(subject, "dct:title", catalogue.titles)
    yield subject, name("dcat:version"), plain(catalogue.version)
    yield subject, name("begrepp:validFrom"), day(catalogue.valid_from)
    yield from names.agent_triples(subject, "begrepp:describedBy", catalogue.publisher)
    yield subject, name("begrepp:descriptionLicence"), iri(catalogue.licence)
    yield subject, name("begrepp:redistribution"), name(f"begrepp:{catalogue.redistribution}")
    yield from names.provenance_triples(subject)


def _text_triples(subject: str, dataset: Dataset) -> Iterator[Triple]:
    for prefixed, values in (
        ("dct:title", dataset.titles),
        ("dct:description", dataset.descriptions),
        ("dct:alternative", dataset.alternatives),
        ("dcat:keyword", dataset.keywords),
        ("begrepp:accessProcedure", dataset.access_procedure),
        ("begrepp:coverageExcludes", dataset.coverage_excludes),
        ("health:populationCoverage", dataset.population),
    ):
        yield from texts(subject, prefixed, values)
    for code in dataset.code_values:
        yield subject, name("health:hasCodeValues"), plain(code)


def _iri_triples(subject: str, dataset: Dataset) -> Iterator[Triple]:
    for prefixed, values in (
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
                yield subject, name(prefixed), iri(value)


def _number_triples(subject: str, dataset: Dataset) -> Iterator[Triple]:
    for prefixed, number in (
        ("health:minTypicalAge", dataset.min_age),
        ("health:maxTypicalAge", dataset.max_age),
        ("health:numberOfUniqueIndividuals", dataset.individuals),
        ("health:numberOfRecords", dataset.records),
    ):
        if number is not None and not (prefixed in _COUNTS and is_small_count(number)):
            yield subject, name(prefixed), typed(number, "xsd:nonNegativeInteger")
    for prefixed, when_ in (("dct:issued", dataset.issued), ("dct:modified", dataset.modified)):
        if when_:
            yield subject, name(prefixed), when(when_)
    structured = bool(dataset.tables) if dataset.structured is None else dataset.structured
    if dataset.structured is not None or dataset.tables:
        yield subject, name("health:hasStructuredData"), typed(str(structured).lower(), "xsd:boolean")


def _contact_triples(names: LoadContext, subject: str, own: str, dataset: Dataset) -> Iterator[Triple]:
    if not dataset.contact_names:
        return
    node = iri(names.iris.part(own, "contact"))
    yield subject, name("dcat:contactPoint"), node
    yield node, name("rdf:type"), name("vcard:Organization")
    yield from texts(node, "vcard:fn", dataset.contact_names)
    if dataset.contact_url:
        yield node, name("vcard:hasURL"), iri(dataset.contact_url)
    if dataset.contact_email:
        yield node, name("vcard:hasEmail"), iri(f"mailto:{dataset.contact_email}")


def _period_triples(names: LoadContext, own: str, part: str, prefixed: str, start: str, end: str) -> Iterator[Triple]:
    if not (start or end):
        return
    node = iri(names.iris.part(own, part))
    yield iri(own), name(prefixed), node
    yield node, name("rdf:type"), name("dct:PeriodOfTime")
    if start:
        yield node, name("dcat:startDate"), when(start)
    if end:
        yield node, name("dcat:endDate"), when(end)


def _processing_triples(names: LoadContext, subject: str, own: str, dataset: Dataset) -> Iterator[Triple]:
    """Why and on what ground data are processed, where they come from, what made them, and how good they are."""
    for number, purpose in enumerate(dataset.purposes, start=1):
        node = iri(names.iris.part(own, "purpose", str(number)))
        yield subject, name("dpv:hasPurpose"), node
        yield node, name("rdf:type"), name("dpv:Purpose")
        yield from texts(node, "dct:description", (purpose,))
    for number, basis in enumerate(dataset.legal_bases, start=1):
        node = iri(names.iris.part(own, "legal-basis", str(number)))
        yield subject, name("dpv:hasLegalBasis"), node
        yield node, name("rdf:type"), name("dpv:LegalBasis")
        yield from texts(node, "dct:description", basis.titles)
        if basis.url:
            yield node, name("dct:source"), iri(basis.url)
    if dataset.provenance:
        node = iri(names.iris.part(own, "provenance"))
        yield subject, name("dct:provenance"), node
        yield node, name("rdf:type"), name("dct:ProvenanceStatement")
        yield from texts(node, "rdfs:label", dataset.provenance)
    for number, activity in enumerate(dataset.generated_by, start=1):
        node = iri(names.iris.part(own, "activity", str(number)))
        # The description was generated by a load, which `prov:wasGeneratedBy` says too; the data by an activity.
        yield subject, name("prov:wasGeneratedBy"), node
        yield node, name("rdf:type"), name("prov:Activity")
        yield from texts(node, "rdfs:label", activity.titles)
        if activity.type:
            yield node, name("dct:type"), iri(activity.type)
    for number, label in enumerate(dataset.quality_labels, start=1):
        node = iri(names.iris.part(own, "quality", str(number)))
        yield subject, name("dqv:hasQualityAnnotation"), node
        yield node, name("rdf:type"), name("dqv:QualityCertificate")
        yield node, name("oa:hasTarget"), subject
        yield node, name("oa:hasBody"), iri(label)


def _series_triples(names: LoadContext, subject: str, series: DatasetSeries) -> Iterator[Triple]:
    own = names.iris.series(series.id)
    yield subject, name("dcat:inSeries"), iri(own)
    yield iri(own), name("rdf:type"), name("dcat:DatasetSeries")
    yield from texts(iri(own), "dct:title", series.titles)
    yield from texts(iri(own), "dct:description", series.descriptions)
    yield from names.agent_triples(iri(own), "dct:publisher", series.publisher)
    yield from legislation_triples(names, own, series.legislation)


def _quality_triples(names: LoadContext, subject: str, own: str, dataset: Dataset) -> Iterator[Triple]:
    for number, measured in enumerate(dataset.quality, start=1):
        part = names.iris.part(own, "measurement", str(number))
        node = iri(part)
        yield subject, name("dqv:hasQualityMeasurement"), node
        yield node, name("rdf:type"), name("dqv:QualityMeasurement")
        yield node, name("dqv:isMeasurementOf"), plain(measured.metric)
        yield node, name("dqv:value"), plain(measured.value)
        yield from texts(node, "skos:note", measured.notes)
        yield node, name("dct:source"), source(measured.source)
        yield node, name("begrepp:checked"), day(measured.checked)
        start, _, end = measured.year.partition("/")
        yield from _period_triples(names, part, "temporal", "dct:temporal", start, end or start)


def _evidence_triples(names: LoadContext, subject: str, own: str, dataset: Dataset) -> Iterator[Triple]:
    for fact in dataset.evidence:
        node = iri(names.iris.part(own, "evidence", fact.about))
        yield subject, name("begrepp:evidence"), node
        yield node, name("rdf:type"), name("begrepp:Evidence")
        yield node, name("begrepp:about"), plain(fact.about)
        yield node, name("dct:source"), source(fact.source)
        yield node, name("begrepp:checked"), day(fact.checked)
        yield node, name("begrepp:certainty"), plain(fact.certainty)


def _table_group_triples(names: LoadContext, subject: str, own: str, dataset: Dataset) -> Iterator[Triple]:
    group = iri(names.iris.part(own, "tables"))
    yield subject, name("health:hasVariables"), group
    yield group, name("rdf:type"), name("csvw:TableGroup")
    yield from texts(group, "dct:title", dataset.titles)
    for table in dataset.tables:
        node = names.iris.part(own, "table", table.id)
        yield group, name("csvw:table"), iri(node)
        yield from _table_triples(names, own, node, table)


def _table_triples(names: LoadContext, own: str, node: str, table: Table) -> Iterator[Triple]:
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
        foreign = iri(names.iris.part(node, "key", str(number)))
        reference = iri(names.iris.part(node, "key", str(number), "reference"))
        yield subject, name("csvw:foreignKey"), foreign
        yield foreign, name("rdf:type"), name("csvw:ForeignKey")
        for column in key.columns:
            yield foreign, name("csvw:columnReference"), plain(column)
        yield foreign, name("csvw:reference"), reference
        yield reference, name("rdf:type"), name("csvw:TableReference")
        yield reference, name("csvw:resource"), iri(names.iris.part(own, "table", key.table))
        for column in key.references:
            yield reference, name("csvw:columnReference"), plain(column)
