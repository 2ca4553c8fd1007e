"""Surroundings in which an expression is evaluated: other code systems, sets of members, and where an IRI belongs.

The specification calls what an expression is evaluated on its substrate.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from msgspec import Struct, field

from begrepp.ecl.concept_sets import SystemSets
from begrepp.terminology.interface import CodeSystem


class MemberRow(Struct, frozen=True, kw_only=True):
    """A row of a set: the member by IRI, and further fields such as `mapTarget` or `mapGroup` by name.

    `links` holds the IRIs of the fields that are concepts, such as `mapTarget`. `time` is the day from which the row
    holds, in the form YYYYMMDD, empty if it is not stated.
    """

    iri: str
    fields: Mapping[str, str] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    active: bool = True
    time: str = ""
    module: str = ""


class MemberSet(Protocol):
    """A value set, a set of mappings or another set of concepts, which `^` refers to."""

    @property
    def name(self) -> str:
        """The shortest name of the set."""

    @property
    def iri(self) -> str:
        """The IRI of the set."""

    @property
    def identifiers(self) -> Sequence[str]:
        """Further IRIs of the set, such as that of the concept that a reference set of Snomed CT is."""

    def members(self, system: CodeSystem) -> SystemSets:
        """Return the active members; those of `system` in its edition."""

    def rows(self) -> Iterable[MemberRow]:
        """Yield the rows of the set."""


class Substrate(Protocol):
    """The surroundings of an expression, beside its code system."""

    def system(self, alias: str) -> CodeSystem | None:
        """Return the code system that an alias such as `ICD-10-SE` names."""

    def set_named(self, name: str) -> MemberSet | None:
        """Return the set with a name or an IRI."""

    def sets(self) -> Sequence[MemberSet]:
        """Return all sets."""

    def locate(self, iri: str) -> tuple[CodeSystem, int] | None:
        """Return code system and number of the concept with an IRI."""
