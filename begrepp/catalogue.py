"""Datasets and their variables as DCAT, CSVW, HealthDCAT-AP and DDI-CDI: who holds what, and how to get access.

A column is both a `csvw:Column`, which HealthDCAT-AP asks for, and a `cdi:InstanceVariable`.
"""

from __future__ import annotations

from collections.abc import Iterator

from begrepp.names import Names
from begrepp.records import Dataset, Variable
from begrepp.terms import Triple, day, iri, name, plain, source, texts, typed, when

HEALTH_CATEGORY = "https://hdeu-dcat.data.health.europa.eu/resource/authority/healthcategories/"


def dataset_triples(names: Names, dataset: Dataset) -> Iterator[Triple]:
    """The dataset, its contact, period, distribution, laws, evidence and tables."""
    own = names.iris.dataset(dataset.id)
    subject = iri(own)
    yield subject, name("rdf:type"), name("dcat:Dataset")
    yield subject, name("dct:identifier"), plain(own)
    yield subject, name("dcat:version"), plain(dataset.version)
    for prefixed, values in (
        ("dct:title", dataset.titles),
        ("dct:description", dataset.descriptions),
        ("dcat:keyword", dataset.keywords),
        ("begrepp:accessProcedure", dataset.access_procedure),
        ("begrepp:coverageExcludes", dataset.coverage_excludes),
        ("health:populationCoverage", dataset.population),
    ):
        yield from texts(subject, prefixed, values)
    for prefixed, value in (
        ("dcat:landingPage", dataset.landing_page),
        ("dct:accessRights", dataset.access_rights),
        ("dct:spatial", dataset.spatial),
    ):
        if value:
            yield subject, name(prefixed), iri(value)
    for code in dataset.health_categories:
        yield subject, name("health:healthCategory"), iri(HEALTH_CATEGORY + code)
    for reference in dataset.subjects:
        yield subject, name("dct:subject"), iri(names.foreign(reference))
    for reference in dataset.specimen_types:
        yield subject, name("begrepp:specimenType"), iri(names.foreign(reference))
    for prefixed, number in (
        ("health:minTypicalAge", dataset.min_age),
        ("health:maxTypicalAge", dataset.max_age),
        ("health:numberOfUniqueIndividuals", dataset.individuals),
    ):
        if number is not None:
            yield subject, name(prefixed), typed(number, "xsd:nonNegativeInteger")
    yield from names.agent(subject, "dct:publisher", dataset.publisher)
    yield from names.agent(subject, "geodcatap:custodian", dataset.custodian)
    yield from names.agent(subject, "begrepp:describedBy", dataset.catalogue_publisher)
    yield subject, name("begrepp:descriptionLicence"), iri(dataset.licence)
    yield subject, name("begrepp:redistribution"), name(f"begrepp:{dataset.redistribution}")
    yield from names.provenance(subject)
    yield from _contact(names, subject, own, dataset)
    yield from _period(names, subject, own, dataset)
    yield from _distribution(names, subject, own, dataset)
    yield from _legislation(names, subject, own, dataset)
    yield from _evidence(names, subject, own, dataset)
    yield from _tables(names, subject, own, dataset)


def _contact(names: Names, subject: str, own: str, dataset: Dataset) -> Iterator[Triple]:
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


def _period(names: Names, subject: str, own: str, dataset: Dataset) -> Iterator[Triple]:
    if not (dataset.temporal_from or dataset.temporal_to):
        return
    node = iri(names.iris.part(own, "temporal"))
    yield subject, name("dct:temporal"), node
    yield node, name("rdf:type"), name("dct:PeriodOfTime")
    if dataset.temporal_from:
        yield node, name("dcat:startDate"), when(dataset.temporal_from)
    if dataset.temporal_to:
        yield node, name("dcat:endDate"), when(dataset.temporal_to)


def _distribution(names: Names, subject: str, own: str, dataset: Dataset) -> Iterator[Triple]:
    if not (dataset.access_url or dataset.file_formats):
        return
    node = iri(names.iris.part(own, "distribution"))
    yield subject, name("dcat:distribution"), node
    yield node, name("rdf:type"), name("dcat:Distribution")
    if dataset.access_url:
        yield node, name("dcat:accessURL"), iri(dataset.access_url)
    for file_format in dataset.file_formats:
        yield node, name("begrepp:fileFormat"), plain(file_format)


def _legislation(names: Names, subject: str, own: str, dataset: Dataset) -> Iterator[Triple]:
    for number, law in enumerate(dataset.legislation, start=1):
        node = iri(law.url or names.iris.part(own, "legislation", str(number)))
        yield subject, name("dcatap:applicableLegislation"), node
        yield node, name("rdf:type"), name("eli:LegalResource")
        yield from texts(node, "dct:title", law.titles)


def _evidence(names: Names, subject: str, own: str, dataset: Dataset) -> Iterator[Triple]:
    for fact in dataset.evidence:
        node = iri(names.iris.part(own, "evidence", fact.about))
        yield subject, name("begrepp:evidence"), node
        yield node, name("rdf:type"), name("begrepp:Evidence")
        yield node, name("begrepp:about"), plain(fact.about)
        yield node, name("dct:source"), source(fact.source)
        yield node, name("begrepp:checked"), day(fact.checked)
        yield node, name("begrepp:certainty"), plain(fact.certainty)


def _tables(names: Names, subject: str, own: str, dataset: Dataset) -> Iterator[Triple]:
    group = iri(names.iris.part(own, "tables"))
    yield subject, name("health:hasVariables"), group
    yield group, name("rdf:type"), name("csvw:TableGroup")
    yield from texts(group, "dct:title", dataset.titles)
    for table in dataset.tables:
        node = iri(names.iris.part(own, "table", table.id))
        yield group, name("csvw:table"), node
        yield node, name("rdf:type"), name("csvw:Table")
        yield from texts(node, "dct:title", table.titles)


def variable_triples(names: Names, variable: Variable) -> Iterator[Triple]:
    """A column: its name, what it measures, its codes, unit, period and source."""
    own = names.iris.dataset(variable.dataset)
    subject = iri(names.variable_iri(variable))
    yield iri(names.iris.part(own, "table", variable.table)), name("csvw:column"), subject
    yield subject, name("rdf:type"), name("csvw:Column")
    yield subject, name("rdf:type"), name("cdi:InstanceVariable")
    yield subject, name("csvw:name"), plain(variable.name)
    yield from texts(subject, "csvw:title", variable.titles)
    yield from texts(subject, "dct:description", variable.descriptions)
    yield subject, name("csvw:datatype"), plain(variable.datatype)
    for reference in variable.measures:
        yield subject, name("begrepp:measures"), iri(names.foreign(reference))
    for scheme in variable.code_systems:
        yield subject, name("begrepp:codingSystem"), iri(names.iris.scheme(scheme))
    if variable.value_list:
        yield subject, name("begrepp:codeList"), iri(names.iris.scheme(variable.value_list))
    if variable.linkage_key:
        yield subject, name("begrepp:linkageKeyFor"), iri(names.foreign(variable.linkage_key))
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
        yield subject, name("dct:source"), source(variable.source)
    if variable.checked:
        yield subject, name("begrepp:checked"), day(variable.checked)
