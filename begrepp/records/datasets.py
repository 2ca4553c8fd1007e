"""Datasets as their holders describe them, and their tables: who holds what, since when, and how to get access.

The fields follow HealthDCAT-AP Release 8 and the 27 elements of Commission Implementing Regulation (EU) 2026/2098.
Where a field takes an address, it is one of the authority list that the profile names for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from begrepp.errors import Origin
from begrepp.records.common import Agent, Redistribution, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Which source says a fact, and when somebody last looked."""

    about: str
    source: str
    checked: date
    certainty: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Legislation:
    """A law that a dataset, or the processing of it, rests on."""

    titles: tuple[Text, ...]
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityMeasurement:
    """A measured quality of a dataset (`dqv:QualityMeasurement`): what was measured, the value, when, and who says so.

    `metric` is one word (completeness, timeliness, agreement, underreporting); `year` may be a span, 2010/2014.
    """

    metric: str
    value: str
    source: str
    checked: date
    year: str = ""
    notes: tuple[Text, ...] = ()


class DistributionRole(StrEnum):
    """What a distribution is of a dataset; the value is the property it becomes."""

    DISTRIBUTION = "dcat:distribution"
    SAMPLE = "adms:sample"
    ANALYTICS = "health:analytics"


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """A way in which data can be had (`dcat:Distribution`): `format` and `media_type` are words or addresses."""

    id: str
    titles: tuple[Text, ...] = ()
    descriptions: tuple[Text, ...] = ()
    role: DistributionRole = DistributionRole.DISTRIBUTION
    access_url: str = ""
    download_url: str = ""
    format: str = ""
    media_type: str = ""
    licence: str = ""
    rights: tuple[Text, ...] = ()
    legislation: tuple[Legislation, ...] = ()
    conforms_to: tuple[str, ...] = ()
    byte_size: int | None = None
    service_titles: tuple[Text, ...] = ()
    service_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """What generated the data (`prov:wasGeneratedBy`); `type` is an address of the list of health activities."""

    titles: tuple[Text, ...]
    type: str = ""


class ForeignKey(NamedTuple):
    """Columns of a table that refer to columns of another (or the same) table."""

    columns: tuple[str, ...]
    table: str
    references: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table of a dataset (`csvw:Table`); `primary_key` and `foreign_keys` hold names of columns."""

    id: str
    titles: tuple[Text, ...]
    descriptions: tuple[Text, ...] = ()
    url: str = ""
    keywords: tuple[Text, ...] = ()
    primary_key: tuple[str, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """Descriptions of datasets that somebody else publishes as RDF, taken in together as one named graph.

    `iri` is the publisher's own address of the catalogue. What its datasets say of themselves is kept as it stands.
    """

    id: str
    version: str
    origin: Origin
    titles: tuple[Text, ...]
    publisher: Agent
    licence: str
    valid_from: date
    redistribution: Redistribution
    iri: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetSeries:
    """Datasets that belong together, such as the yearly editions of a register (`dcat:DatasetSeries`)."""

    id: str
    titles: tuple[Text, ...]
    descriptions: tuple[Text, ...]
    publisher: Agent
    legislation: tuple[Legislation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """A collection of data that somebody holds, described: who, what, since when, how to get access.

    `identifiers` are the holder's own names for it, beside the IRI that begrepp mints. `coding_systems` are addresses
    of the European list of coding systems; the code systems that begrepp knows are said by the variables.
    A dataset of somebody else's `catalogue` (by its id) has an address of its own, `iri`: what is said of that is
    said of the dataset. It has a publisher and a custodian here only where no statement says them.
    """

    id: str
    version: str
    origin: Origin
    titles: tuple[Text, ...]
    descriptions: tuple[Text, ...]
    publisher: Agent | None
    custodian: Agent | None
    catalogue_publisher: Agent
    licence: str
    tables: tuple[Table, ...]
    valid_from: date
    redistribution: Redistribution = Redistribution.ALLOWED
    specification: bool = False
    """Whether it is a common data set or a data model that others fill in, and nobody holds data of its own for."""
    catalogue: str = ""
    iri: str = ""
    identifiers: tuple[str, ...] = ()
    alternatives: tuple[Text, ...] = ()
    series: DatasetSeries | None = None
    issued: str = ""
    modified: str = ""
    keywords: tuple[Text, ...] = ()
    themes: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    frequency: str = ""
    contact_names: tuple[Text, ...] = ()
    contact_url: str = ""
    contact_email: str = ""
    landing_page: str = ""
    documentation: tuple[str, ...] = ()
    referenced_by: tuple[str, ...] = ()
    access_rights: str = ""
    access_procedure: tuple[Text, ...] = ()
    access_url: str = ""
    hdab: Agent | None = None
    hdab_coordinator: Agent | None = None
    legislation: tuple[Legislation, ...] = ()
    legal_bases: tuple[Legislation, ...] = ()
    purposes: tuple[Text, ...] = ()
    personal_data: tuple[str, ...] = ()
    temporal_from: str = ""
    temporal_to: str = ""
    retention_from: str = ""
    retention_to: str = ""
    spatial: str = ""
    health_categories: tuple[str, ...] = ()
    health_themes: tuple[str, ...] = ()
    population: tuple[Text, ...] = ()
    coverage_excludes: tuple[Text, ...] = ()
    specimen_types: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    file_formats: tuple[str, ...] = ()
    distributions: tuple[Distribution, ...] = ()
    min_age: int | None = None
    max_age: int | None = None
    individuals: int | None = None
    records: int | None = None
    structured: bool | None = None
    """Whether the data are structured; if it is not said, a dataset with tables is."""
    conforms_to: tuple[str, ...] = ()
    coding_systems: tuple[str, ...] = ()
    code_values: tuple[str, ...] = ()
    provenance: tuple[Text, ...] = ()
    generated_by: tuple[Activity, ...] = ()
    quality_labels: tuple[str, ...] = ()
    quality: tuple[QualityMeasurement, ...] = ()
    evidence: tuple[Evidence, ...] = ()
