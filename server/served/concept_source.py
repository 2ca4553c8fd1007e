"""Concepts of a build as its pages need them, read from the terminology of the build.

`server.served.dated_concepts` reads the same from the graphs in force on a day.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

from begrepp.terminology.concept_record import ConceptRecord, ThingName
from begrepp.terminology.stored_system import StoredSystem
from begrepp.terminology.terminology import Terminology


class NarrowerConcept(NamedTuple):
    """A concept with the number of its own directly narrower concepts."""

    name: ThingName
    below: int


class ConceptSource(Protocol):
    """Records, names and hierarchy of the concepts of a build, by IRI."""

    def record(self, iri: str) -> ConceptRecord | None:
        """Return the record of a concept, or None for another thing."""

    def names(self, iris: Iterable[str]) -> dict[str, ThingName]:
        """Return the names of those things that the build describes."""

    def children(self, iri: str) -> list[NarrowerConcept]:
        """Return the directly narrower concepts, those of the current view active first, then by code and IRI."""

    def below(self, iris: Sequence[str]) -> dict[str, int]:
        """Return the number of directly narrower concepts of each concept."""

    def parents_above(self, iri: str) -> dict[str, Sequence[str]]:
        """Return the directly broader concepts of the concept and of each concept above it."""

    def meanings(self, scheme: str, code: str) -> list[str]:
        """Return the things of a scheme (IRI) that a notation has denoted: collections, then concepts, active last."""

    def top_concepts(self, scheme: str) -> list[str]:
        """Return the top concepts of a scheme (IRI) by code, active ones first; none of a flat list."""

    def listing(self, scheme: str, offset: int, most: int) -> tuple[int, list[ThingName]]:
        """Return the number of concepts of a scheme (IRI), and the names of at most `most` from number `offset` on.

        They are sorted by code, active ones first.
        """


class StoredConcepts:
    """Concepts of the current view (`ConceptSource`)."""

    def __init__(self, build: Path) -> None:
        self.terminology = Terminology(build)

    def record(self, iri: str) -> ConceptRecord | None:
        """Return the record of a concept, or None for another thing."""
        return self.terminology.record(iri)

    def names(self, iris: Iterable[str]) -> dict[str, ThingName]:
        """Return the names of those things that the build describes."""
        return {iri: name for iri in iris if (name := self.terminology.name(iri))}

    def children(self, iri: str) -> list[NarrowerConcept]:
        """Return the directly narrower concepts, active ones first, then by code and IRI."""
        found = self.terminology.locate(iri)
        if found is None:
            return []
        system, concept = found
        hierarchy = system.hierarchy
        return [
            NarrowerConcept(system.name(child), hierarchy.child_count(child)) for child in hierarchy.children(concept)
        ]

    def below(self, iris: Sequence[str]) -> dict[str, int]:
        """Return the number of directly narrower concepts of each concept."""
        located = ((iri, self.terminology.locate(iri)) for iri in iris)
        return {iri: found[0].hierarchy.child_count(found[1]) if found else 0 for iri, found in located}

    def parents_above(self, iri: str) -> dict[str, Sequence[str]]:
        """Return the directly broader concepts of the concept and of each concept above it."""
        found = self.terminology.locate(iri)
        if found is None:
            return {}
        system, concept = found
        parents: dict[int, Sequence[int]] = {}
        waiting = [concept]
        while waiting:
            if (number := waiting.pop()) not in parents:
                parents[number] = system.hierarchy.parents(number)
                waiting += parents[number]
        iris = {number: system.iri(number) for number in parents}
        return {iris[number]: [iris[parent] for parent in above] for number, above in parents.items()}

    def meanings(self, scheme: str, code: str) -> list[str]:
        """Return the things of a scheme (IRI) that a notation has denoted: collections, then concepts, active last."""
        return [name.iri for name in self.terminology.meanings(scheme, code)]

    def system(self, scheme: str) -> StoredSystem | None:
        """Return the current edition of a code system by its IRI."""
        return self.terminology.current_system(scheme)

    def top_concepts(self, scheme: str) -> list[str]:
        """Return the top concepts of a scheme (IRI) by code, active ones first; none of a flat list."""
        system = self.system(scheme)
        return [system.iri(concept) for concept in system.top_concepts] if system else []

    def listing(self, scheme: str, offset: int, most: int) -> tuple[int, list[ThingName]]:
        """Return the number of concepts of a scheme (IRI), and the names of some of them by code, active ones first."""
        system = self.system(scheme)
        numbers = range(len(system) if system else 0)
        return len(numbers), [system.name(n) for n in numbers[offset : offset + most]] if system else []
