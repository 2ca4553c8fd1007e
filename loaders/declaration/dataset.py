"""`[dataset]` of a declaration: who holds the data, since when, under which law, and how to get access.

For every loader whose files list variables but say little of the dataset that they are in.
"""

from __future__ import annotations

import re

from begrepp.errors import InputError, Origin
from begrepp.records import (
    Activity,
    Agent,
    Dataset,
    DatasetSeries,
    EditionFiles,
    Evidence,
    Legislation,
    Measured,
    Table,
    is_iri,
)
from loaders.declaration.source_toml import read_agent, read_agents, read_edition_dates, read_rights
from loaders.declaration.toml_table import TomlTable

DEFAULT_SCHEME = "onkologi"
# A year, a month or a day: what a register can say of when a variable was introduced.
_WHEN = re.compile(r"\d{4}(-\d\d(-\d\d)?)?")
_EU = "http://publications.europa.eu/resource/authority/"


def read_dataset(keys: TomlTable, edition: EditionFiles, tables: tuple[Table, ...] = ()) -> Dataset:
    """`[source]`, `[release]`, `[agents.*]`, `[dataset]` and `[[evidence]]`, emptied of what they say."""
    known = read_rights(keys)
    dates = read_edition_dates(keys, edition)
    known_agents = read_agents(keys)
    said = keys.table("dataset", required=True)
    contact, age, retention = said.table("contact"), said.table("typical_age"), said.table("retention")
    publisher = read_agent(said, "publisher", default=known.publisher.id, known=_with(known_agents, known.publisher))
    holders = _with(known_agents, publisher)
    dataset = Dataset(
        id=said.slug("id", default=edition.source),
        version=dates.version,
        origin=keys.origin,
        specification=said.flag("specification", default=False),
        titles=said.words("title", required=True),
        descriptions=said.words("description", required=True),
        alternatives=said.words("alternative"),
        identifiers=said.strings("identifiers"),
        publisher=publisher,
        custodian=read_agent(said, "custodian", default=publisher.id, known=holders),
        catalogue_publisher=known.publisher,
        licence=known.licence,
        tables=tables,
        valid_from=dates.valid_from,
        redistribution=known.redistribution,
        series=_series(said.table("series"), publisher) if "series" in said else None,
        issued=read_partial_date(said, "issued"),
        modified=read_partial_date(said, "modified"),
        keywords=said.words("keyword"),
        themes=_authority(said, "theme", "data-theme/"),
        types=_authority(said, "type", "dataset-type/"),
        languages=_authority(said, "language", "language/"),
        frequency=next(iter(_authority(said, "frequency", "frequency/")), ""),
        contact_names=contact.words("name"),
        contact_url=contact.iri("url"),
        contact_email=contact.text("email"),
        landing_page=said.iri("landing_page"),
        documentation=said.strings("documentation"),
        access_rights=next(iter(_authority(said, "access_rights", "access-right/")), ""),
        access_procedure=said.words("access_procedure"),
        access_url=said.iri("access_url"),
        hdab=read_agent(said, "hdab", known=holders) if "hdab" in said else None,
        legislation=_laws(said, "applicable_legislation"),
        legal_bases=_laws(said, "legal_basis"),
        purposes=said.words("purpose"),
        personal_data=said.strings("personal_data"),
        temporal_from=read_partial_date(said, "temporal_from"),
        temporal_to=read_partial_date(said, "temporal_to"),
        retention_from=read_partial_date(retention, "from"),
        retention_to=read_partial_date(retention, "to"),
        spatial=said.iri("spatial"),
        health_categories=said.strings("health_category"),
        health_themes=said.strings("health_theme"),
        population=said.words("population"),
        coverage_excludes=said.words("coverage_excludes"),
        specimen_types=concept_references(said.strings("specimen_types")),
        subjects=concept_references(said.strings("subjects")),
        file_formats=said.strings("file_formats"),
        min_age=age.number("min"),
        max_age=age.number("max"),
        individuals=said.number("individuals"),
        records=said.number("records"),
        structured=said.flag("structured", default=True) if "structured" in said else None,
        conforms_to=said.strings("conforms_to"),
        coding_systems=said.strings("coding_systems"),
        code_values=said.strings("code_values"),
        provenance=said.words("provenance"),
        generated_by=tuple(_activity(each) for each in said.tables("generated_by")),
        quality_labels=said.strings("quality_labels"),
        quality=tuple(_measured(each) for each in keys.tables("quality")),
        evidence=tuple(_evidence(each) for each in keys.tables("evidence")),
    )
    for part in (contact, age, retention, said):
        part.done()
    return dataset


def _measured(keys: TomlTable) -> Measured:
    checked = keys.day("checked", required=True)
    assert checked is not None
    measured = Measured(
        metric=keys.text("metric", required=True),
        value=keys.text("value", required=True),
        source=keys.text("source", required=True),
        checked=checked,
        year=keys.text("year"),
        notes=keys.words("note"),
    )
    if measured.year and not re.fullmatch(r"\d{4}(/\d{4})?", measured.year):
        keys.fail("year", f"is '{measured.year}'.", 'Write "2013", or "2010/2014" for a span of years.')
    keys.done()
    return measured


def _with(known: dict[str, Agent], agent: Agent) -> dict[str, Agent]:
    return {**known, agent.id: agent}


def _authority(keys: TomlTable, key: str, part: str) -> tuple[str, ...]:
    """Codes of an authority list of the EU (`SWE`, `HEAL`), or whole addresses."""
    return tuple(each if is_iri(each) else f"{_EU}{part}{each}" for each in keys.strings(key))


def _series(keys: TomlTable, publisher: Agent) -> DatasetSeries:
    series = DatasetSeries(
        id=keys.slug("id", required=True),
        titles=keys.words("title", required=True),
        descriptions=keys.words("description", required=True),
        publisher=publisher,
        legislation=_laws(keys, "applicable_legislation"),
    )
    keys.done()
    return series


def _laws(keys: TomlTable, key: str) -> tuple[Legislation, ...]:
    found = []
    for said in keys.tables(key):
        found.append(Legislation(titles=said.words("title", required=True), url=said.iri("url")))
        said.done()
    return tuple(found)


def _activity(keys: TomlTable) -> Activity:
    activity = Activity(titles=keys.words("title", required=True), type=keys.iri("type"))
    keys.done()
    return activity


def _evidence(keys: TomlTable) -> Evidence:
    checked = keys.day("checked", required=True)
    assert checked is not None
    evidence = Evidence(
        about=keys.text("about", required=True),
        source=keys.text("source", required=True),
        checked=checked,
        certainty=keys.text("certainty", required=True),
    )
    keys.done()
    return evidence


def read_partial_date(keys: TomlTable, key: str) -> str:
    """A year, a month or a day in a declaration."""
    value = keys.text(key)
    if value and not _WHEN.fullmatch(value):
        keys.fail(key, f"is '{value}'.", 'Write a year, a month or a day: "1958", "2008-01", "2008-01-01".')
    return value


def check_partial_date(value: str, origin: Origin, field: str) -> str:
    """A year, a month or a day in a row."""
    if value and not _WHEN.fullmatch(value):
        raise InputError(
            origin, f"'{value}' for {field} is no year, month or day.", "Write 2004, 2004-01 or 2004-01-01."
        )
    return value


def concept_references(references: tuple[str, ...]) -> tuple[str, ...]:
    """A key alone is one of our own concepts; `scheme:key` and IRIs are as they are."""
    return tuple(each if is_iri(each) or ":" in each else f"{DEFAULT_SCHEME}:{each}" for each in references)
