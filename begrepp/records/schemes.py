"""Concept schemes, their releases and their concepts, as a publisher states them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from begrepp.errors import Origin
from begrepp.records.common import Agent, Redistribution, Text


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


class Coverage(StrEnum):
    """Whether a release lists the whole scheme; what a partial list leaves out is not a change."""

    COMPLETE = "complete"
    PARTIAL = "partial"


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


class RdfTerm(NamedTuple):
    """An IRI, or a literal with its language or datatype, exactly as the publisher's RDF has it."""

    value: str
    kind: str
    lang: str = ""
    datatype: str = ""


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
    statements: tuple[tuple[str, RdfTerm], ...] = ()
    """What else the publisher says of it: properties by their IRIs, and values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A triple of the publisher's that no other record says; kept so that nothing is lost.

    It is kept with a release (`scheme`) or with a `catalogue`, one of the two.
    """

    origin: Origin
    subject: str
    predicate: str
    object: RdfTerm
    scheme: str = ""
    catalogue: str = ""
