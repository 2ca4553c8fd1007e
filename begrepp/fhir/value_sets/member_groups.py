"""Members of a value set by code system, in the order of an expansion, with the resources that they are from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from pyroaring import BitMap

from begrepp.fhir.systems.code_system_view import CodeSystemView, SearchRank

Json = dict[str, Any]


@dataclass(slots=True)
class MemberGroup:
    """Members from one include: concepts of a code system, in the order of `listed` or of the code system.

    `elements`: the elements of the include that list a concept, with their own display and extensions. `ranks`: the
    places of those concepts that a text filter finds best, which stand before the others.
    """

    system: CodeSystemView
    concepts: BitMap
    listed: Sequence[int] = ()
    elements: dict[int, Json] = field(default_factory=dict)
    ranks: dict[int, SearchRank] = field(default_factory=dict)

    @property
    def unranked(self) -> BitMap:
        """The concepts without a rank."""
        return self.concepts - BitMap(self.ranks) if self.ranks else self.concepts

    def ordered(self) -> list[int]:
        """Return the concepts in order."""
        return [each for each in self.listed if each in self.concepts] if self.listed else list(self.concepts)


@dataclass(slots=True)
class ValueSetMembers:
    """The evaluated value set and the resources that it depends on."""

    groups: list[MemberGroup] = field(default_factory=list)
    used: list[tuple[str, str]] = field(default_factory=list)
    """Name and canonical address of parameters such as `used-codesystem`."""
    shows_versions: bool = False
    versions_match: bool | None = None
    can_nest: bool = True
    fragments: list[str] = field(default_factory=list)
    supplements: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        """Number of members."""
        return sum(len(each.concepts) for each in self.groups)

    def best(self) -> list[tuple[MemberGroup, int]]:
        """Return the members that a text filter finds best, of all code systems in one order."""
        ranked = [(rank, group, each) for group in self.groups for each, rank in group.ranks.items()]
        ranked.sort(key=lambda each: each[0])
        return [(group, concept) for _, group, concept in ranked if concept in group.concepts]

    def note(self, name: str, canonical: str) -> None:
        """Record a dependency once."""
        if canonical and (name, canonical) not in self.used:
            self.used.append((name, canonical))
