"""The `[dataset]` section of a declaration: description of a dataset in the terms of DCAT-AP-SE and HealthDCAT-AP.

Used by every loader whose files list variables but contain little or no description of the dataset.
"""

from __future__ import annotations

import re
from datetime import date

from begrepp.records import (
    Activity,
    Agent,
    Dataset,
    DatasetSeries,
    EditionFiles,
    Evidence,
    Legislation,
    QualityMeasurement,
    Table,
    is_iri,
)
from loaders.declaration.agents import read_agent, read_agents
from loaders.declaration.declared_dates import read_partial_date, read_period
from loaders.declaration.source_toml import read_edition_dates, read_rights
from loaders.declaration.toml_table import TomlTable

DEFAULT_SCHEME = "onkologi"
_EU_AUTHORITY = "http://publications.europa.eu/resource/authority/"


def read_dataset(toml: TomlTable, edition: EditionFiles, tables: tuple[Table, ...] = ()) -> Dataset:
    """Read `[source]`, `[release]`, `[agents.*]`, `[dataset]`, `[[quality]]` and `[[evidence]]`."""
    rights = read_rights(toml)
    dates = read_edition_dates(toml, edition)
    agents_by_id = read_agents(toml)
    section = toml.table("dataset", required=True)
    contact, age, retention = section.table("contact"), section.table("typical_age"), section.table("retention")
    publisher = read_agent(
        section, "publisher", default=rights.publisher.id, agents=_with_agent(agents_by_id, rights.publisher)
    )
    holders = _with_agent(agents_by_id, publisher)
    temporal, kept = read_period(section, "temporal_from", "temporal_to"), read_period(retention, "from", "to")
    dataset = Dataset(
        id=section.slug("id", default=edition.source),
        version=dates.version,
        origin=toml.origin,
        specification=section.flag("specification", default=False),
        titles=section.texts("title", required=True),
        descriptions=section.texts("description", required=True),
        alternatives=section.texts("alternative"),
        identifiers=section.strings("identifiers"),
        publisher=publisher,
        custodian=read_agent(section, "custodian", default=publisher.id, agents=holders),
        catalogue_publisher=rights.publisher,
        licence=rights.licence,
        tables=tables,
        valid_from=dates.valid_from,
        redistribution=rights.redistribution,
        series=_read_series(section.table("series"), publisher) if "series" in section else None,
        issued=read_partial_date(section, "issued"),
        modified=read_partial_date(section, "modified"),
        keywords=section.texts("keyword"),
        themes=_read_authority_codes(section, "theme", "data-theme/"),
        types=_read_authority_codes(section, "type", "dataset-type/"),
        languages=_read_authority_codes(section, "language", "language/"),
        frequency=next(iter(_read_authority_codes(section, "frequency", "frequency/")), ""),
        contact_names=contact.texts("name"),
        contact_url=contact.iri("url"),
        contact_email=contact.text("email"),
        landing_page=section.iri("landing_page"),
        documentation=section.strings("documentation"),
        access_rights=next(iter(_read_authority_codes(section, "access_rights", "access-right/")), ""),
        access_procedure=section.texts("access_procedure"),
        access_url=section.iri("access_url"),
        hdab=read_agent(section, "hdab", agents=holders) if "hdab" in section else None,
        legislation=_read_laws(section, "applicable_legislation"),
        legal_bases=_read_laws(section, "legal_basis"),
        purposes=section.texts("purpose"),
        personal_data=section.strings("personal_data"),
        temporal_from=temporal[0],
        temporal_to=temporal[1],
        retention_from=kept[0],
        retention_to=kept[1],
        spatial=section.iri("spatial"),
        health_categories=section.strings("health_category"),
        health_themes=section.strings("health_theme"),
        population=section.texts("population"),
        coverage_excludes=section.texts("coverage_excludes"),
        specimen_types=concept_references(section.strings("specimen_types")),
        subjects=concept_references(section.strings("subjects")),
        file_formats=section.strings("file_formats"),
        min_age=age.number("min"),
        max_age=age.number("max"),
        individuals=section.number("individuals"),
        records=section.number("records"),
        structured=section.flag("structured", default=True) if "structured" in section else None,
        conforms_to=section.strings("conforms_to"),
        coding_systems=section.strings("coding_systems"),
        code_values=section.strings("code_values"),
        provenance=section.texts("provenance"),
        generated_by=tuple(_read_activity(each) for each in section.tables("generated_by")),
        quality_labels=section.strings("quality_labels"),
        quality=tuple(_read_measured(each) for each in toml.tables("quality")),
        evidence=tuple(_read_evidence(each) for each in toml.tables("evidence")),
    )
    for part in (contact, age, retention, section):
        part.done()
    return dataset


def _read_measured(toml: TomlTable) -> QualityMeasurement:
    measured = QualityMeasurement(
        metric=toml.text("metric", required=True),
        value=toml.text("value", required=True),
        source=toml.text("source", required=True),
        checked=toml.day("checked", required=True) or date.min,
        year=toml.text("year"),
        notes=toml.texts("note"),
    )
    if measured.year and not re.fullmatch(r"\d{4}(/\d{4})?", measured.year):
        toml.add_problem("year", f"is '{measured.year}'.", 'Write "2013", or "2010/2014" for a span of years.')
    toml.done()
    return measured


def _with_agent(agents_by_id: dict[str, Agent], agent: Agent) -> dict[str, Agent]:
    return {**agents_by_id, agent.id: agent}


def _read_authority_codes(toml: TomlTable, key: str, part: str) -> tuple[str, ...]:
    """Read codes of an EU authority list (`SWE`, `HEAL`) or IRIs; return IRIs."""
    return tuple(each if is_iri(each) else f"{_EU_AUTHORITY}{part}{each}" for each in toml.strings(key))


def _read_series(toml: TomlTable, publisher: Agent) -> DatasetSeries:
    series = DatasetSeries(
        id=toml.slug("id", required=True),
        titles=toml.texts("title", required=True),
        descriptions=toml.texts("description", required=True),
        publisher=publisher,
        legislation=_read_laws(toml, "applicable_legislation"),
    )
    toml.done()
    return series


def _read_laws(toml: TomlTable, key: str) -> tuple[Legislation, ...]:
    laws = []
    for law in toml.tables(key):
        laws.append(Legislation(titles=law.texts("title", required=True), url=law.iri("url")))
        law.done()
    return tuple(laws)


def _read_activity(toml: TomlTable) -> Activity:
    activity = Activity(titles=toml.texts("title", required=True), type=toml.iri("type"))
    toml.done()
    return activity


def _read_evidence(toml: TomlTable) -> Evidence:
    evidence = Evidence(
        about=toml.text("about", required=True),
        source=toml.text("source", required=True),
        checked=toml.day("checked", required=True) or date.min,
        certainty=toml.text("certainty", required=True),
    )
    toml.done()
    return evidence


def concept_references(references: tuple[str, ...]) -> tuple[str, ...]:
    """Add `DEFAULT_SCHEME` to bare keys; `scheme:key` and IRIs are returned unchanged."""
    return tuple(each if is_iri(each) or ":" in each else f"{DEFAULT_SCHEME}:{each}" for each in references)
