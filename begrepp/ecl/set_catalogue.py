"""The sets around an expression as a code system without hierarchy, so that `^R` can return them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pyroaring import BitMap

from begrepp.ecl.substrate import MemberSet
from begrepp.terminology.concept_record import (
    Code,
    ConceptRecord,
    Designation,
    SystemDescription,
    ThingName,
)

SETS = "sets"
"""The id of the catalogue."""


class _NoHierarchy:
    """The hierarchy of concepts without relations."""

    def __init__(self, size: int) -> None:
        self.all = self.tops = self.leaves = BitMap(range(size))

    def parents(self, concept: int) -> Sequence[int]:
        return ()

    children = parents

    def ancestors(self, concept: int) -> BitMap:
        return BitMap()

    descendants = ancestors

    def subsumes(self, ancestor: int, descendant: int) -> bool:
        return False

    def relation_types(self) -> Sequence[str]:
        return ()

    def targets(self, relation: str, concept: int) -> Sequence[int]:
        return ()

    sources = targets


class SetCatalogue:
    """Sets by name (`begrepp.terminology.interface.CodeSystem`); the code of a set is its name."""

    def __init__(self, sets: Sequence[MemberSet]) -> None:
        self.sets = sorted(sets, key=lambda each: (each.name, each.iri))
        self.description = SystemDescription(id=SETS, iri="", hierarchical=False, size=len(self.sets))
        self.hierarchy = _NoHierarchy(len(self.sets))
        self.active, self.abstract = self.hierarchy.all, BitMap()

    def __len__(self) -> int:
        return len(self.sets)

    def indices(self, code: str) -> Sequence[int]:
        """Return the sets with a name."""
        return [number for number, each in enumerate(self.sets) if each.name == code]

    def index(self, code: str) -> int | None:
        """Return the last set with a name."""
        return next(reversed(self.indices(code)), None)

    def find(self, code: str) -> Sequence[int]:
        """Return the sets with a name in any case."""
        return [number for number, each in enumerate(self.sets) if each.name.lower() == code.lower()]

    def index_of_iri(self, iri: str) -> int | None:
        """Return the set with an IRI."""
        return next((number for number, each in enumerate(self.sets) if each.iri == iri), None)

    def code(self, concept: int) -> str:
        """Return the name of a set."""
        return self.sets[concept].name

    def iri(self, concept: int) -> str:
        """Return the IRI of a set."""
        return self.sets[concept].iri

    def name(self, concept: int) -> ThingName:
        """Return name and IRI of a set."""
        return ThingName(iri=self.iri(concept), notation=self.code(concept))

    def record(self, concept: int) -> ConceptRecord:
        """Return a record with name and IRI of a set."""
        return ConceptRecord(iri=self.iri(concept), code=self.code(concept), codes=(Code(self.code(concept)),))

    def lookup(self, code: str) -> ConceptRecord | None:
        """Return the record of the set with a name."""
        found = self.index(code)
        return None if found is None else self.record(found)

    def designation(self, concept: int, languages: Sequence[str]) -> Designation | None:
        """Return None: a set has only its name."""

    def codes(self) -> Iterator[str]:
        """Yield the names."""
        return (each.name for each in self.sets)
