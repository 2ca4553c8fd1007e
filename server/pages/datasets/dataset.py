"""Data of a dataset page: holder, period, access procedure, tables and variables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from msgspec import Struct
from pyoxigraph import Literal, NamedNode

from begrepp.queries.page_queries import select, value
from begrepp.rdf.namespaces import expand
from begrepp.records import Text
from begrepp.text.swedish import fold, sort_key
from server.http.i18n import Translator
from server.pages.concepts.resource import Property, properties
from server.pages.datasets.completeness import Completeness, completeness_of
from server.pages.datasets.timeline import Timeline, Years, timeline
from server.pages.datasets.variable_row import VariableRow, linked, variable_row
from server.pages.schemes.editions import LoadRow, loads_of
from server.served.build import ServedBuild
from server.served.labels import (
    Statements,
    choose_text,
    find_all_statements,
    find_refs,
    find_statements,
    property_iris,
    property_texts,
    property_value,
    sort_texts,
    texts_in_language,
)
from server.served.refs import Ref
from server.served.resolver import Resolved

SHOWN = 200
OPENED = 16
"""Variables up to which all tables are opened."""


class EvidenceRow(Struct, frozen=True, kw_only=True):
    """The source of a fact, the date it was checked, and its certainty."""

    about: str
    source: str
    checked: str
    certainty: str


class QualityRow(Struct, frozen=True, kw_only=True):
    """A measured quality."""

    metric: str
    value: str
    years: str
    note: Text | None
    source: str


class DatasetTable(Struct, frozen=True, kw_only=True):
    """A table of the dataset with its variables, and whether they are shown at once."""

    ref: Ref
    variables: Sequence[VariableRow]
    opened: bool = True


class DatasetPage(Struct, frozen=True, kw_only=True):
    """Data of a dataset page."""

    ref: Ref
    other_titles: Sequence[Text]
    descriptions: Sequence[Text]
    publisher: Ref | None
    custodian: Ref | None
    described_by: Ref | None
    is_draft: bool
    is_specification: bool
    years: tuple[str, str]
    population: Text | None
    excludes: Text | None
    access: Text | None
    access_rights: str
    access_url: str
    landing_page: str
    contacts: Sequence[Text]
    contact_url: str
    laws: Sequence[tuple[Text, str]]
    subjects: Sequence[Ref]
    specimens: Sequence[Ref]
    keywords: Sequence[Text]
    ages: tuple[str, str]
    individuals: str
    tables: Sequence[DatasetTable]
    total: int
    matching: int
    """Variables that match the filter."""
    hidden: int
    evidence: Sequence[EvidenceRow]
    load: LoadRow | None
    licence: str
    completeness: Completeness
    qualities: Sequence[QualityRow]
    timeline: Timeline | None
    others: Sequence[Property]

    @property
    def steps(self) -> list[Text]:
        """The steps of applying for data: the lines of the access procedure."""
        if self.access is None:
            return []
        return [Text(line.strip(), self.access.lang) for line in self.access.value.splitlines() if line.strip()]


_SHOWN_OTHERWISE = [
    "rdf:type",
    "dct:identifier",
    "dct:title",
    "dct:description",
    "dct:publisher",
    "geodcatap:custodian",
    "begrepp:describedBy",
    "dct:temporal",
    "health:populationCoverage",
    "begrepp:coverageExcludes",
    "begrepp:accessProcedure",
    "dct:accessRights",
    "dcat:distribution",
    "dcat:landingPage",
    "dcat:contactPoint",
    "dcatap:applicableLegislation",
    "dct:subject",
    "dcat:keyword",
    "begrepp:specimenType",
    "health:minTypicalAge",
    "health:maxTypicalAge",
    "health:numberOfUniqueIndividuals",
    "begrepp:evidence",
    "health:hasVariables",
    "prov:wasGeneratedBy",
    "prov:wasDerivedFrom",
    "begrepp:descriptionLicence",
    "dqv:hasQualityMeasurement",
]


def dataset_page(
    build: ServedBuild, found: Resolved, translate: Translator, *, everything: bool = False, find: str = ""
) -> DatasetPage:
    """Return the data of a dataset page with the variables that have the words of `find`; empty for all."""
    language = translate.language
    statements = find_statements(build, found.iri)
    linked = (
        "dct:temporal",
        "dcat:contactPoint",
        "dcat:distribution",
        "dcatap:applicableLegislation",
        "begrepp:evidence",
        "dqv:hasQualityMeasurement",
    )
    parts = find_all_statements(build, {iri for name in linked for iri in property_iris(statements, name)})

    def part(name: str) -> list[Statements]:
        return [parts[iri] for iri in property_iris(statements, name)]

    shown = ("dct:publisher", "geodcatap:custodian", "begrepp:describedBy", "dct:subject", "begrepp:specimenType")
    known = find_refs(build, [found.iri, *(iri for name in shown for iri in property_iris(statements, name))], language)

    def named(name: str) -> list[Ref]:
        return sorted((known[iri] for iri in property_iris(statements, name)), key=lambda r: sort_key(r.label.value))

    every_table = _tables(build, found.iri, language)
    total = sum(len(table.variables) for table in every_table)
    matching = [table for each in every_table if (table := _matching(each, find)).variables]
    tables = matching if everything else _first(matching, opened=bool(find) or total <= OPENED)
    found_count = sum(len(table.variables) for table in matching)
    period = next(iter(part("dct:temporal")), {})
    contact = next(iter(part("dcat:contactPoint")), {})
    distribution = next(iter(part("dcat:distribution")), {})
    here = known[found.iri]
    return DatasetPage(
        ref=here,
        other_titles=[
            text for text in sort_texts(property_texts(statements, "dct:title"), language) if text != here.label
        ],
        descriptions=sort_texts(property_texts(statements, "dct:description"), language),
        publisher=next(iter(named("dct:publisher")), None),
        custodian=next(iter(named("geodcatap:custodian")), None),
        described_by=next(iter(named("begrepp:describedBy")), None),
        is_specification=expand("begrepp:Specification") in property_iris(statements, "rdf:type"),
        # A harvested description (owl:sameAs) is the publisher's, also in a catalogue of another organisation.
        is_draft=not property_iris(statements, "owl:sameAs")
        and not set(property_iris(statements, "begrepp:describedBy"))
        <= {*property_iris(statements, "dct:publisher"), *property_iris(statements, "geodcatap:custodian")},
        years=(property_value(period, "dcat:startDate"), property_value(period, "dcat:endDate")),
        population=choose_text(property_texts(statements, "health:populationCoverage"), language),
        excludes=choose_text(property_texts(statements, "begrepp:coverageExcludes"), language),
        access=choose_text(property_texts(statements, "begrepp:accessProcedure"), language),
        access_rights=property_value(statements, "dct:accessRights").rpartition("/")[2],
        access_url=property_value(distribution, "dcat:accessURL"),
        landing_page=property_value(statements, "dcat:landingPage"),
        contacts=sort_texts(property_texts(contact, "vcard:fn"), language),
        contact_url=property_value(contact, "vcard:hasURL"),
        laws=[
            (
                choose_text(property_texts(law, "dct:title"), language) or Text(iri, ""),
                iri if iri.startswith("http") else "",
            )
            for iri in property_iris(statements, "dcatap:applicableLegislation")
            for law in [parts[iri]]
        ],
        subjects=named("dct:subject"),
        specimens=named("begrepp:specimenType"),
        keywords=texts_in_language(sort_texts(property_texts(statements, "dcat:keyword"), language), language),
        ages=(property_value(statements, "health:minTypicalAge"), property_value(statements, "health:maxTypicalAge")),
        individuals=property_value(statements, "health:numberOfUniqueIndividuals"),
        tables=tables,
        total=total,
        matching=found_count,
        hidden=found_count - sum(len(table.variables) for table in tables),
        evidence=sorted((_evidence(fact) for fact in part("begrepp:evidence")), key=lambda e: e.about),
        load=loads_of(build, statements),
        licence=property_value(statements, "begrepp:descriptionLicence"),
        completeness=completeness_of(build, statements, language),
        qualities=[_quality(build, measured, language) for measured in part("dqv:hasQualityMeasurement")],
        timeline=timeline(_years(every_table), date.today().year),
        others=properties(build, statements, translate, _SHOWN_OTHERWISE),
    )


def _quality(build: ServedBuild, measured: Statements, language: str) -> QualityRow:
    periods = find_all_statements(build, set(property_iris(measured, "dct:temporal")))
    period = next(iter(periods.values()), {})
    start, end = property_value(period, "dcat:startDate"), property_value(period, "dcat:endDate")
    return QualityRow(
        metric=property_value(measured, "dqv:isMeasurementOf"),
        value=property_value(measured, "dqv:value"),
        years=start if end in ("", start) else f"{start}–{end}",
        note=choose_text(property_texts(measured, "skos:note"), language),
        source=property_value(measured, "dct:source"),
    )


def _years(tables: Sequence[DatasetTable]) -> list[Years]:
    rows = [row for table in tables for row in table.variables if row.valid_from]
    return [
        Years(href=r.ref.href, code=r.name, label=r.ref.label, since=r.valid_from, until=r.valid_to)
        for r in sorted(rows, key=lambda r: (r.valid_from, sort_key(r.name)))
    ]


def _evidence(fact: Statements) -> EvidenceRow:
    return EvidenceRow(
        about=property_value(fact, "begrepp:about"),
        source=property_value(fact, "dct:source"),
        checked=property_value(fact, "begrepp:checked"),
        certainty=property_value(fact, "begrepp:certainty"),
    )


def _tables(build: ServedBuild, dataset: str, language: str) -> list[DatasetTable]:
    """Return the tables of a dataset by title, with their variables by name."""
    found: dict[str, dict[str, Statements]] = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
    for row in select(build.store, "dataset-variables", dataset=NamedNode(dataset)):
        if isinstance(term := row["value"], NamedNode | Literal):
            found[value(row, "table")][value(row, "variable")][value(row, "property")].append(term)
    iris = {iri for variables in found.values() for statements in variables.values() for iri in linked(statements)}
    known = find_refs(build, iris | set(found) | {iri for variables in found.values() for iri in variables}, language)
    tables = []
    for table in sorted(found, key=lambda iri: sort_key(known[iri].label.value)):
        rows = [variable_row(statements, known[iri], known, language) for iri, statements in found[table].items()]
        rows.sort(key=lambda row: sort_key(row.name))
        tables.append(DatasetTable(ref=known[table], variables=rows))
    return tables


def _matching(table: DatasetTable, find: str) -> DatasetTable:
    """Return a table with the variables that have all words of `find`."""
    words = fold(find).split()
    rows = [row for row in table.variables if all(word in row.words for word in words)] if words else table.variables
    return DatasetTable(ref=table.ref, variables=rows)


def _first(tables: Sequence[DatasetTable], *, opened: bool) -> list[DatasetTable]:
    """Return the tables with the first `SHOWN` variables; all opened, or only the first."""
    left, shown = SHOWN, []
    for number, table in enumerate(tables):
        if rows := table.variables[:left]:
            shown.append(DatasetTable(ref=table.ref, variables=rows, opened=opened or number == 0))
        left -= len(rows)
    return shown
