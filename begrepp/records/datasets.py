"""Records of datasets: catalogues, series, datasets, distributions and tables.

The fields follow HealthDCAT-AP Release 8 and the 27 elements of Commission Implementing Regulation (EU) 2026/2098.
A field that holds an IRI takes it from the authority list that the profile names for the property.
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
    """The source of a fact about a dataset, and the date on which it was last checked."""

    about: str
    source: str
    checked: date
    certainty: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Legislation:
    """A law that applies to a dataset or to the processing of it."""

    titles: tuple[Text, ...]
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityMeasurement:
    """A quality measurement of a dataset (`dqv:QualityMeasurement`).

    `metric` is one word (completeness, timeliness, agreement, underreporting); `year` may be an interval, 2010/2014.
    """

    metric: str
    value: str
    source: str
    checked: date
    year: str = ""
    notes: tuple[Text, ...] = ()


class DistributionRole(StrEnum):
    """Role of a distribution; the value is the RDF property that relates the dataset to it."""

    DISTRIBUTION = "dcat:distribution"
    SAMPLE = "adms:sample"
    ANALYTICS = "health:analytics"


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """A form in which the data are available (`dcat:Distribution`); `format` and `media_type` are texts or IRIs."""

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
    """An activity that generated data (`prov:wasGeneratedBy`); `type` is an IRI of the list of health activities."""

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
    """A catalogue of datasets that another organisation publishes as RDF; it becomes one named graph.

    `iri` is the publisher's IRI of the catalogue. The statements of its datasets are kept unchanged.
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
    """A series of datasets, such as the yearly editions of a register (`dcat:DatasetSeries`)."""

    id: str
    titles: tuple[Text, ...]
    descriptions: tuple[Text, ...]
    publisher: Agent
    legislation: tuple[Legislation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """Description of a dataset: content, holder, period, legislation and access.

    `identifiers` are the holder's own identifiers; begrepp mints the IRI. `coding_systems` are IRIs of the European
    list of coding systems; code systems in begrepp are fields of `Variable`. A dataset of a harvested `catalogue`
    (by its id) has an IRI of its own, `iri`: statements about that IRI are about the dataset. Its `publisher` and
    `custodian` are None if the statements contain them.
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
    """True for a common data set or a data model, which has no data of its own."""
    is_study: bool = False
    """True for a study, which may be described as a whole without its variables."""
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
    """Whether the data are structured; if None, a dataset with tables is."""
    conforms_to: tuple[str, ...] = ()
    coding_systems: tuple[str, ...] = ()
    code_values: tuple[str, ...] = ()
    provenance: tuple[Text, ...] = ()
    generated_by: tuple[Activity, ...] = ()
    quality_labels: tuple[str, ...] = ()
    quality: tuple[QualityMeasurement, ...] = ()
    evidence: tuple[Evidence, ...] = ()
