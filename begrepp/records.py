"""What a loader says: plain, frozen records of schemes, releases, concepts, mappings, datasets and variables.

Loaders yield these; `begrepp.graph` alone turns them into RDF. A reference to a concept in the same
scheme is its notation; a reference that `is_iri` is one of the publisher's own; `scheme:notation`
(a `ConceptRef`) points into another scheme.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple, Protocol

from begrepp.errors import Origin


class Text(NamedTuple):
    """Words in a language (BCP 47)."""

    value: str
    lang: str


class Status(StrEnum):
    """Whether a concept may be used (domain of `begrepp:status`)."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    DRAFT = "draft"


class TermStatus(StrEnum):
    """Term status as Swedish term banks state it (ISO 10241: preferred, admitted, deprecated)."""

    RECOMMENDED = "rekommenderad"
    ADMITTED = "tillaten"
    DEPRECATED = "avradd"


class Marker(StrEnum):
    """ICD's dual classification: dagger † for the aetiology, asterisk * for the manifestation."""

    DAGGER = "dagger"
    ASTERISK = "asterisk"


class NoteKind(StrEnum):
    """Which kind of note a text is; the value is the property it becomes."""

    NOTE = "skos:note"
    SCOPE = "skos:scopeNote"
    EXAMPLE = "skos:example"
    CHANGE = "skos:changeNote"
    INCLUSION = "xkos:inclusionNote"
    EXCLUSION = "xkos:exclusionNote"
    CORE_CONTENT = "xkos:coreContentNote"
    CODING = "begrepp:codingNote"


class Redistribution(StrEnum):
    """Whether the publisher lets the texts of a release be passed on."""

    ALLOWED = "allowed"
    NOT_ALLOWED = "notAllowed"


class Coverage(StrEnum):
    """Whether a release lists the whole scheme; what a partial list leaves out is not a change."""

    COMPLETE = "complete"
    PARTIAL = "partial"


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """An organisation that publishes, keeps or decides."""

    id: str
    names: tuple[Text, ...]
    homepage: str = ""
    type: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """A concept scheme through time: ICD-10-SE, whatever the edition.

    `identifiers` are every known OID (as `urn:oid:…`) and URI; `iri_template` holds `{notation}` where
    the publisher has concept IRIs of its own; `part_of` names the scheme that this one is a part of.
    """

    id: str
    titles: tuple[Text, ...]
    descriptions: tuple[Text, ...] = ()
    identifiers: tuple[str, ...] = ()
    preferred_system_uri: str = ""
    notation_pattern: str = ""
    hierarchical: bool = True
    iri: str = ""
    iri_template: str = ""
    part_of: str = ""
    ehds_coding_system: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One citable state of a scheme, of a mapping set or of dataset descriptions: a named graph."""

    scheme: str
    version: str
    valid_from: date
    publisher: Agent
    licence: str
    redistribution: Redistribution
    valid_to: date | None = None
    coverage: Coverage = Coverage.COMPLETE
    titles: tuple[Text, ...] = ()
    modified: date | None = None
    version_notes: tuple[Text, ...] = ()
    """What the publisher corrected inside the release, and when it last did so: an update, no new release."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """All concepts at one depth of a classification (`xkos:ClassificationLevel`)."""

    scheme: str
    depth: int
    id: str
    titles: tuple[Text, ...]


class Note(NamedTuple):
    """A text about a concept, of a kind."""

    kind: NoteKind
    text: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One word for a concept with its standing (`skosxl:Label`)."""

    text: Text
    status: TermStatus
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Concept:
    """A unit of thought as one release of a scheme states it."""

    scheme: str
    notation: str
    origin: Origin
    pref_labels: tuple[Text, ...]
    alt_labels: tuple[Text, ...] = ()
    hidden_labels: tuple[Text, ...] = ()
    definitions: tuple[Text, ...] = ()
    notes: tuple[Note, ...] = ()
    broader: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    level: str = ""
    status: Status = Status.ACTIVE
    valid_from: date | None = None
    valid_to: date | None = None
    accepted: date | None = None
    modified: date | None = None
    replaced_by: tuple[str, ...] = ()
    marker: Marker | None = None
    paired_with: tuple[str, ...] = ()
    terms: tuple[Term, ...] = ()
    is_term_post: bool = False
    domain: tuple[Text, ...] = ()
    sources: tuple[str, ...] = ()
    checked: date | None = None
    iri: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingSet:
    """Mappings from one author and one purpose (`sssom:MappingSet`)."""

    id: str
    version: str
    titles: tuple[Text, ...]
    licence: str
    publisher: Agent
    valid_from: date
    redistribution: Redistribution
    iri: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """One asserted (or denied) match between two concepts, with why and how sure.

    `subject` and `object` are IRIs or `scheme:notation`; `predicate` and `justification` are IRIs.
    `map_group`, `map_priority`, `map_rule` and `map_advice` are those of Snomed CT's map reference sets
    (https://confluence.ihtsdotools.org/display/DOCRELFMT, "Complex and Extended Map Reference Sets").
    """

    mapping_set: str
    origin: Origin
    subject: str
    predicate: str
    object: str
    justification: str
    negated: bool = False
    confidence: float | None = None
    authors: tuple[str, ...] = ()
    author_iris: tuple[str, ...] = ()
    tool: str = ""
    mapped_on: date | None = None
    comment: str = ""
    see_also: tuple[str, ...] = ()
    subject_version: str = ""
    object_version: str = ""
    map_group: int | None = None
    map_priority: int | None = None
    map_rule: str = ""
    map_advice: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueSet:
    """Concepts chosen for a purpose, from one scheme or several (`begrepp:ValueSet`); it is kept with a release.

    `members` are IRIs or `scheme:notation`; `intension` is the rule that chooses them, where one is given.
    `scheme` names the release that it is kept with.
    """

    scheme: str
    id: str
    version: str
    origin: Origin
    titles: tuple[Text, ...]
    descriptions: tuple[Text, ...] = ()
    identifiers: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    intension: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Which source says a fact, and when somebody last looked."""

    about: str
    source: str
    checked: date
    certainty: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Legislation:
    """A law that a dataset rests on."""

    titles: tuple[Text, ...]
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table of a dataset (`csvw:Table`)."""

    id: str
    titles: tuple[Text, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """A collection of data that somebody holds, described: who, what, since when, how to get access."""

    id: str
    version: str
    origin: Origin
    titles: tuple[Text, ...]
    descriptions: tuple[Text, ...]
    publisher: Agent
    custodian: Agent
    catalogue_publisher: Agent
    licence: str
    tables: tuple[Table, ...]
    valid_from: date
    redistribution: Redistribution = Redistribution.ALLOWED
    keywords: tuple[Text, ...] = ()
    contact_names: tuple[Text, ...] = ()
    contact_url: str = ""
    contact_email: str = ""
    landing_page: str = ""
    access_rights: str = ""
    access_procedure: tuple[Text, ...] = ()
    access_url: str = ""
    legislation: tuple[Legislation, ...] = ()
    temporal_from: str = ""
    temporal_to: str = ""
    spatial: str = ""
    health_categories: tuple[str, ...] = ()
    population: tuple[Text, ...] = ()
    coverage_excludes: tuple[Text, ...] = ()
    specimen_types: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    file_formats: tuple[str, ...] = ()
    min_age: int | None = None
    max_age: int | None = None
    individuals: int | None = None
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """A column of a dataset: what it measures, coded in what, for which years."""

    dataset: str
    table: str
    name: str
    origin: Origin
    titles: tuple[Text, ...]
    descriptions: tuple[Text, ...]
    datatype: str
    unit: str = ""
    measures: tuple[str, ...] = ()
    code_systems: tuple[str, ...] = ()
    value_list: str = ""
    valid_from: str = ""
    valid_to: str = ""
    at_event: str = ""
    linkage_key: str = ""
    part: str = ""
    source: str = ""
    checked: date | None = None
    certainty: str = ""


class RdfTerm(NamedTuple):
    """An IRI, or a literal with its language or datatype, exactly as the publisher's RDF has it."""

    value: str
    kind: str
    lang: str = ""
    datatype: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A triple of the publisher's that no other record says; kept so that nothing is lost."""

    scheme: str
    origin: Origin
    subject: str
    predicate: str
    object: RdfTerm


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A row that carries nothing to load, and why."""

    origin: Origin
    reason: str


Record = Scheme | Release | Level | Concept | ValueSet | MappingSet | Mapping | Dataset | Variable | Statement | Skipped


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """The files of one edition of one source, as they lie in `<root>/<source>/<edition>/`."""

    source: str
    version: str
    folder: Path
    files: tuple[Path, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What a loader reads, for `begrepp sources`: who publishes it, under what licence, where to get it."""

    id: str
    title: str
    publisher: Agent
    licence: str
    redistribution: Redistribution
    homepage: str
    reads: str
    schemes: tuple[Scheme, ...] = field(default=())


class Loader(Protocol):
    """A loader module: a `SOURCE` and a pure `load`."""

    SOURCE: Source

    @staticmethod
    def load(edition: Edition) -> Iterator[Record]:
        """Yield the records of one edition. No network, no RDF, no clock."""


Load = Callable[[Edition], Iterator[Record]]


def is_iri(reference: str) -> bool:
    """Whether a reference is an IRI, not a notation or `scheme:notation`."""
    return "://" in reference or reference.startswith("urn:")


def texts(sv: str = "", en: str = "") -> tuple[Text, ...]:
    """The Swedish and English of something, leaving out what is empty."""
    return tuple(Text(value, lang) for value, lang in ((sv, "sv"), (en, "en")) if value)
