"""Records of concept schemes, editions, levels, concepts and further statements."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from begrepp.errors import Origin
from begrepp.records.common import Agent, Redistribution, Text


class Status(StrEnum):
    """Status of a concept (values of `begrepp:status`)."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    DRAFT = "draft"


class TermStatus(StrEnum):
    """Status of a term in Swedish term banks (ISO 10241: preferred, admitted, deprecated)."""

    RECOMMENDED = "rekommenderad"
    ADMITTED = "tillaten"
    DEPRECATED = "avradd"


class Marker(StrEnum):
    """Marker of ICD's dual classification: dagger † for aetiology, asterisk * for manifestation."""

    DAGGER = "dagger"
    ASTERISK = "asterisk"


class NoteKind(StrEnum):
    """Kind of a note; the value is its RDF property."""

    NOTE = "skos:note"
    SCOPE = "skos:scopeNote"
    EXAMPLE = "skos:example"
    CHANGE = "skos:changeNote"
    INCLUSION = "xkos:inclusionNote"
    EXCLUSION = "xkos:exclusionNote"
    CORE_CONTENT = "xkos:coreContentNote"
    CODING = "begrepp:codingNote"


class Coverage(StrEnum):
    """Whether an edition lists the whole scheme; concepts missing from a partial list are not counted as removed."""

    COMPLETE = "complete"
    PARTIAL = "partial"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """A concept scheme independent of edition, such as ICD-10-SE.

    `identifiers` are all known OIDs (as `urn:oid:…`) and URIs; `iri_template` contains `{notation}` if
    the publisher has concept IRIs of its own; `part_of` is the id of the scheme that contains this one.
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
class Edition:
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
    """The publisher's corrections within the edition: an update, not a new edition. `modified` is the last date."""
    resource_version: str = ""
    """The version of the FHIR resource, if the edition was loaded from one."""
    resource_header: str = ""
    """The metadata of that resource as JSON."""
    supplement_headers: tuple[str, ...] = ()
    """The metadata of the FHIR supplements whose designations and properties are part of the edition, as JSON."""
    hierarchy_meaning: str = ""
    """Meaning of the hierarchy as a code of FHIR (`part-of`); empty if it is not stated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """All concepts at one depth of a classification (`xkos:ClassificationLevel`)."""

    scheme: str
    depth: int
    id: str
    titles: tuple[Text, ...]


class Note(NamedTuple):
    """A note about a concept."""

    kind: NoteKind
    text: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A term for a concept with its status (`skosxl:Label`)."""

    text: Text
    status: TermStatus
    source: str = ""


class RdfTerm(NamedTuple):
    """An IRI or a literal, with language or datatype, unchanged from the publisher's RDF."""

    value: str
    kind: str
    lang: str = ""
    datatype: str = ""


class RoleGroup(NamedTuple):
    """Statements of a concept that hold together (SNOMED CT); `number` is that of the publisher, from 1."""

    number: int
    statements: tuple[tuple[str, RdfTerm], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Concept:
    """A concept in one edition of a scheme."""

    scheme: str
    notation: str
    origin: Origin
    pref_labels: tuple[Text, ...]
    alt_labels: tuple[Text, ...] = ()
    hidden_labels: tuple[Text, ...] = ()
    definitions: tuple[Text, ...] = ()
    notes: tuple[Note, ...] = ()
    broader: tuple[str, ...] = ()
    hierarchy_file: str = ""
    """Name of the file that states `broader`, if it is not the one of `origin`."""
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
    is_term_entry: bool = False
    domain: tuple[Text, ...] = ()
    sources: tuple[str, ...] = ()
    checked: date | None = None
    iri: str = ""
    identity: str = ""
    """Identifier of the concept, if its notation is derived from texts and may change."""
    statements: tuple[tuple[str, RdfTerm], ...] = ()
    """Further statements of the publisher: pairs of property IRI and value."""
    role_groups: tuple[RoleGroup, ...] = ()
    """Groups of statements that are also among `statements`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A triple of the publisher that no other record contains.

    It is stored in the graph of an edition (`scheme`) or of a `catalogue`; exactly one of the two is set.
    """

    origin: Origin
    subject: str
    predicate: str
    object: RdfTerm
    scheme: str = ""
    catalogue: str = ""
