"""Records of mapping sets, mappings and value sets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from begrepp.errors import Origin
from begrepp.records.common import Agent, Redistribution, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingSet:
    """A set of mappings for one purpose (`sssom:MappingSet`); its creators made the set, not each mapping in it."""

    id: str
    version: str
    titles: tuple[Text, ...]
    licence: str
    publisher: Agent
    valid_from: date
    redistribution: Redistribution
    iri: str = ""
    creators: tuple[str, ...] = ()
    creator_iris: tuple[str, ...] = ()
    identity: str = ""
    """Identifier of the set within its source, if it has no IRI: the name of its file."""
    resource_version: str = ""
    """The version of the FHIR resource, if the set was loaded from one."""
    resource_header: str = ""
    """The metadata of that resource as JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """One asserted or negated match between two concepts, with justification and confidence.

    `subject` and `object` are IRIs or `scheme:notation`; `predicate` and `justification` are IRIs.
    `map_group`, `map_priority`, `map_rule` and `map_advice` are fields of SNOMED CT's map reference sets
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
    """Names of those who asserted the match; `author_iris` are those with an IRI."""
    author_iris: tuple[str, ...] = ()
    creators: tuple[str, ...] = ()
    """Names of those who put the mapping in its published form; `creator_iris` are those with an IRI."""
    creator_iris: tuple[str, ...] = ()
    provider: str = ""
    """IRI of the source that provided the mapping."""
    tool: str = ""
    mapped_on: date | None = None
    comment: Text | None = None
    """The language is empty if the source does not state it."""
    see_also: tuple[str, ...] = ()
    subject_version: str = ""
    object_version: str = ""
    map_group: int | None = None
    map_priority: int | None = None
    map_rule: str = ""
    map_advice: str = ""
    relationship: str = ""
    """The relationship in the publisher's FHIR concept map, where `predicate` says less."""
    resource_element: str = ""
    """Elements of the match in that concept map that no other field holds, as JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueSet:
    """A selection of concepts from one or several schemes (`begrepp:ValueSet`).

    `members` are IRIs or `scheme:notation`; `intension` holds the rules that select them, if given. `scheme` is the
    scheme in whose edition the value set is stored.
    """

    scheme: str
    id: str
    version: str
    origin: Origin
    titles: tuple[Text, ...]
    descriptions: tuple[Text, ...] = ()
    identifiers: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    former_members: tuple[str, ...] = ()
    """Concepts that the publisher states to be members no longer."""
    intension: tuple[str, ...] = ()
    resource_header: str = ""
    """The metadata and rules of the FHIR resource that it was loaded from, as JSON."""


UNREVIEWED = "suggested by begrepp, not reviewed"
"""Value of `other` in the header of an SSSOM file of suggestions."""
