"""Named classes in the intersections that define a class: `C ≡ A ⊓ ∃r.B` and `C ⊑ A ⊓ ∃r.B` imply `C ⊑ A`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from begrepp.rdf.namespaces import expand
from begrepp.records import RdfTerm

_DEFINING = (expand("owl:equivalentClass"), expand("rdfs:subClassOf"))
_INTERSECTION, _FIRST, _REST = expand("owl:intersectionOf"), expand("rdf:first"), expand("rdf:rest")


@dataclass(slots=True)
class Intersections:
    """The anonymous classes and lists of an ontology, collected while its triples are read."""

    _defined: list[tuple[str, str]] = field(default_factory=list)
    _lists: dict[str, str] = field(default_factory=dict)
    _first: dict[str, str] = field(default_factory=dict)
    _rest: dict[str, str] = field(default_factory=dict)

    def add(self, subject: str, predicate: str, value: RdfTerm) -> None:
        """Add a triple, if it is part of a definition or of a list."""
        if value.kind != "iri":
            return
        if predicate in _DEFINING and value.value.startswith("_:") and not subject.startswith("_:"):
            self._defined.append((subject, value.value))
        elif predicate == _INTERSECTION:
            self._lists[subject] = value.value
        elif predicate == _FIRST:
            self._first[subject] = value.value
        elif predicate == _REST:
            self._rest[subject] = value.value

    def named_members(self) -> Iterator[tuple[str, str]]:
        """Yield each class with the classes of the intersections that define it, without anonymous ones."""
        for subject, node in [*self._defined, *((iri, iri) for iri in self._lists if not iri.startswith("_:"))]:
            cell, seen = self._lists.get(node, ""), set[str]()
            while cell in self._first and cell not in seen:
                seen.add(cell)
                if not self._first[cell].startswith("_:"):
                    yield subject, self._first[cell]
                cell = self._rest.get(cell, "")
