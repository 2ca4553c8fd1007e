"""Protocols of a code system, its hierarchy and a value set; concepts are integers from 0 in the order of the codes.

`begrepp.terminology.stored_system` reads them from the files of a build. Another implementation, such as a code system
that a request carries, has the same methods.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from pyroaring import BitMap

from begrepp.terminology.concept_record import (
    ConceptRecord,
    Designation,
    SetDescription,
    SystemDescription,
    ThingName,
)


class Hierarchy(Protocol):
    """The hierarchy and the attribute relations of one edition, on the integers of its code system.

    A bitmap that a method or property returns must not be changed.
    """

    @property
    def all(self) -> BitMap:
        """All concepts."""

    @property
    def tops(self) -> BitMap:
        """Concepts without a parent, retired ones included."""

    @property
    def leaves(self) -> BitMap:
        """Concepts without children."""

    def parents(self, concept: int) -> Sequence[int]:
        """Return the directly broader concepts, ascending."""

    def children(self, concept: int) -> Sequence[int]:
        """Return the directly narrower concepts, ascending."""

    def ancestors(self, concept: int) -> BitMap:
        """Return all broader concepts, without the concept itself."""

    def descendants(self, concept: int) -> BitMap:
        """Return all narrower concepts, without the concept itself."""

    def subsumes(self, ancestor: int, descendant: int) -> bool:
        """Return whether the first concept is broader than the second, at any height; False for the same concept."""

    def relation_types(self) -> Sequence[str]:
        """Return the IRIs of the attribute relations between concepts of the system, sorted."""

    def targets(self, relation: str, concept: int) -> Sequence[int]:
        """Return the concepts that the concept has a relation to, ascending; empty for an unknown relation."""

    def sources(self, relation: str, concept: int) -> Sequence[int]:
        """Return the concepts that have a relation to the concept, ascending; empty for an unknown relation."""


class CodeSystem(Protocol):
    """One edition of a code system."""

    @property
    def description(self) -> SystemDescription:
        """Identifiers, edition, rights and languages."""

    @property
    def hierarchy(self) -> Hierarchy:
        """The hierarchy and the attribute relations."""

    @property
    def active(self) -> BitMap:
        """Concepts that are not retired; it must not be changed."""

    @property
    def abstract(self) -> BitMap:
        """Concepts that only group others (`notSelectable` in FHIR); it must not be changed."""

    def __len__(self) -> int: ...

    def index(self, code: str) -> int | None:
        """Return the concept with exactly this notation: an active one, else the last of several; None without one."""

    def indices(self, code: str) -> Sequence[int]:
        """Return all concepts that the notation has denoted, active ones last, else by IRI."""

    def find(self, code: str) -> Sequence[int]:
        """Return the concepts whose notation equals the code apart from case, spaces and punctuation."""

    def index_of_iri(self, iri: str) -> int | None:
        """Return the concept with an IRI."""

    def code(self, concept: int) -> str:
        """Return the notation of a concept. Raises `IndexError` for a number outside the system."""

    def iri(self, concept: int) -> str:
        """Return the IRI of a concept. Raises `IndexError` for a number outside the system."""

    def name(self, concept: int) -> ThingName:
        """Return code, status and preferred labels of a concept, without decoding its record."""

    def record(self, concept: int) -> ConceptRecord:
        """Return the record of a concept. Raises `IndexError` for a number outside the system."""

    def lookup(self, code: str) -> ConceptRecord | None:
        """Return the record of the concept with exactly this notation, or None."""

    def designation(self, concept: int, languages: Sequence[str]) -> Designation | None:
        """Return the preferred label in the first of the languages that has one, else any; None without a label."""

    def codes(self) -> Iterator[str]:
        """Yield the notations of all concepts in order."""


class ValueSetExpansion(Protocol):
    """A value set in one version: its members by edition of a code system, in the order of their codes."""

    @property
    def iri(self) -> str:
        """IRI of the value set in this version."""

    @property
    def version(self) -> str:
        """The version."""

    @property
    def description(self) -> SetDescription:
        """Names, identifiers and rules."""

    def systems(self) -> Sequence[CodeSystem]:
        """Return the editions of code systems that have members."""

    def members(self, system: CodeSystem) -> BitMap:
        """Return the members in one of these editions; the bitmap must not be changed."""

    def former_members(self) -> Iterable[tuple[CodeSystem, BitMap]]:
        """Yield the concepts that are members no longer, by edition of a code system."""
