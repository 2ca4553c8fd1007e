"""Anonymous classes of an ontology: intersections that define a class, and existential restrictions.

`C ≡ A ⊓ ∃r.B` and `C ⊑ A ⊓ ∃r.B` imply `C ⊑ A`. `C ⊑ ∃r.A` is what OBO writes as `relationship: r A` (OBO 1.4,
section 5), a statement of C.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from begrepp.rdf.namespaces import expand
from begrepp.records import RdfTerm

_EQUIVALENT, _SUBCLASS = expand("owl:equivalentClass"), expand("rdfs:subClassOf")
_INTERSECTION, _UNION = expand("owl:intersectionOf"), expand("owl:unionOf")
_FIRST, _REST = expand("rdf:first"), expand("rdf:rest")
_ON, _SOME = expand("owl:onProperty"), expand("owl:someValuesFrom")
_PARTS = (_INTERSECTION, _UNION, _FIRST, _REST, _ON, _SOME)


@dataclass(slots=True)
class ClassExpressions:
    """The anonymous classes and lists of an ontology, collected while its triples are read."""

    _defined: list[tuple[str, str, str]] = field(default_factory=list)
    """Class, relation and anonymous class."""
    _parts: dict[str, dict[str, str]] = field(default_factory=lambda: {part: {} for part in _PARTS})

    def add(self, subject: str, predicate: str, value: RdfTerm) -> bool:
        """Add a triple, and return whether it is part of a definition or of a list."""
        if value.kind != "iri":
            return False
        if predicate in (_EQUIVALENT, _SUBCLASS) and value.value.startswith("_:") and not subject.startswith("_:"):
            self._defined.append((subject, predicate, value.value))
        elif predicate in self._parts:
            self._parts[predicate][subject] = value.value
        else:
            return False
        return True

    def named_members(self) -> Iterator[tuple[str, str]]:
        """Yield each class with the classes of the intersections that define it, without anonymous ones."""
        for subject, member in self._members():
            if not member.startswith("_:"):
                yield subject, member

    def restrictions(self) -> Iterator[tuple[str, str, str]]:
        """Yield class, property and class of each superclass `∃ property.class` with a named property and class."""
        for subject, relation, node in self._defined:
            if relation == _SUBCLASS and (restriction := self._restriction(node)):
                yield subject, *restriction

    def unread(self) -> Counter[str]:
        """Return the numbers of expressions that are neither parents nor statements, by what they are."""
        counts: Counter[str] = Counter()
        for _, relation, node in self._defined:
            if node in self._parts[_UNION]:
                counts["unionOf"] += 1
            elif node not in self._parts[_INTERSECTION] and (relation == _EQUIVALENT or not self._restriction(node)):
                counts[f"{relation.rpartition('#')[2]} with an expression"] += 1
        counts["intersectionOf with a relation"] = sum(member.startswith("_:") for _, member in self._members())
        counts["unionOf"] += sum(not node.startswith("_:") for node in self._parts[_UNION])
        return +counts

    def _members(self) -> Iterator[tuple[str, str]]:
        """Yield each class with each member of the intersections that define it."""
        lists, first, rest = self._parts[_INTERSECTION], self._parts[_FIRST], self._parts[_REST]
        named = ((iri, iri) for iri in lists if not iri.startswith("_:"))
        for subject, node in [*((subject, node) for subject, _, node in self._defined), *named]:
            cell, seen = lists.get(node, ""), set[str]()
            while cell in first and cell not in seen:
                seen.add(cell)
                yield subject, first[cell]
                cell = rest.get(cell, "")

    def _restriction(self, node: str) -> tuple[str, str] | None:
        property_, class_ = (self._parts[part].get(node, "_:") for part in (_ON, _SOME))
        return None if property_.startswith("_:") or class_.startswith("_:") else (property_, class_)
