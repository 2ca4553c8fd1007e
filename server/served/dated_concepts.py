"""Concepts as of a day: the hierarchy and the codes of the editions in force, and statements of their graphs.

The terminology has a file for each edition. What the graphs of mapping sets and datasets of that day state of a concept
is in no file, so its record is composed from the graphs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from msgspec.structs import replace
from pyoxigraph import Literal, NamedNode, QuerySolution

from begrepp.queries.page_queries import named_nodes, select, value
from begrepp.rdf.namespaces import compact, expand
from begrepp.store import Store
from begrepp.terminology.concept_record import (
    ConceptMapping,
    ConceptRecord,
    ListedEdition,
    RecordedChange,
    ThingName,
)
from begrepp.terminology.name_composition import DESCRIBING, compose_mapping, compose_name
from begrepp.terminology.record_composition import ROLE_GROUP, Surroundings, compose_record, node_iris
from begrepp.terminology.statements import PlainTerm, Statements, is_a, texts, values
from begrepp.terminology.stored_system import StoredSystem
from server.served.concept_source import NarrowerConcept, StoredConcepts

_WIDE = ("/level/", "/id/mapping/", "/id/load/")
"""Parts of the IRIs of things with many statements; their names are those of the current view."""


class DatedConcepts:
    """Concepts of the graphs in force on a day (`ConceptSource`); `full` are those of the whole build."""

    def __init__(self, store: Store, full: StoredConcepts, graphs: Iterable[str]) -> None:
        self._store, self._full, self._graphs = store, full, graphs

    def record(self, iri: str) -> ConceptRecord | None:
        """Return the record of a concept, or None for another thing."""
        statements = self._statements([iri])[iri]
        if not is_a(statements, "skos:Concept"):
            return None
        current = self._full.record(iri)
        record = compose_record(
            iri,
            statements,
            Surroundings(
                incoming=self._incoming(iri),
                nodes=self._statements(node_iris(statements)),
                role_groups=self._statements(values(statements, ROLE_GROUP)),
                mappings=self._mappings(iri),
                measurements=current.measurements if current else (),
                subject_of=self._subjects(iri),
                changes=self._changes(iri),
                editions=current.editions if current else self._editions(iri),
            ),
        )
        stated = [
            each for each in record.mappings if self._was_in_force(each.target if each.source == iri else each.source)
        ]
        return replace(record, mappings=tuple(stated))

    def _was_in_force(self, iri: str) -> bool:
        """Return whether an edition in force lists a concept; True for what no code system of the build has."""
        return self._full.terminology.locate(iri) is None or any(self._listings(iri))

    def names(self, iris: Iterable[str]) -> dict[str, ThingName]:
        """Return the names of things; a thing that no graph in force describes has its name in the whole build."""
        describing = {expand(name) for name in DESCRIBING}
        each = {*iris}
        listings = ((iri, next(self._listings(iri), None)) for iri in each)
        found = {iri: listing[0].name(listing[1]) for iri, listing in listings if listing}
        # A level, a mapping set or a load has thousands of statements, which the query would read.
        wide = {iri for iri in each if any(kind in iri for kind in _WIDE)}
        found.update(self._full.names(wide - found.keys()))
        for iri, statements in self._statements(sorted(each - wide - found.keys()), "names").items():
            if not describing.isdisjoint(statements):
                found[iri] = compose_name(iri, statements)
        found.update(self._full.names(each - found.keys()))
        return found

    def children(self, iri: str) -> list[NarrowerConcept]:
        """Return the directly narrower concepts, each with the number of its own."""
        found: dict[str, int] = {}
        for system, concept in self._listings(iri):
            for child in _listed(system, system.hierarchy.children(concept)):
                number = len(_listed(system, system.hierarchy.children(child)))
                found[system.iri(child)] = max(number, found.get(system.iri(child), 0))
        names = self.names(found)
        return [NarrowerConcept(names[child], number) for child, number in found.items()]

    def below(self, iris: Sequence[str]) -> dict[str, int]:
        """Return the number of directly narrower concepts of each concept."""
        return {iri: len(self.children(iri)) for iri in iris}

    def parents_above(self, iri: str) -> dict[str, Sequence[str]]:
        """Return the directly broader concepts of the concept and of each concept above it."""
        above: dict[str, list[str]] = {}
        for system, concept in self._listings(iri):
            for number in (concept, *system.hierarchy.ancestors(concept)):
                own = above.setdefault(system.iri(number), [])
                parents = (system.iri(parent) for parent in system.hierarchy.parents(number))
                own += [parent for parent in parents if parent not in own]
        return dict(above)

    def meanings(self, scheme: str, code: str) -> list[str]:
        """Return the concepts of a scheme (IRI) that a notation has denoted, active ones last."""
        names = (system.name(n) for system in self._systems_of(scheme) for n in _listed(system, system.indices(code)))
        is_active = {name.iri: name.active for name in names}
        return sorted(is_active, key=lambda iri: (is_active[iri], iri))

    def top_concepts(self, scheme: str) -> list[str]:
        """Return the top concepts of a scheme (IRI) by code, active ones first; none of a flat list."""
        systems = self._systems_of(scheme)
        return [*dict.fromkeys(system.iri(n) for system in systems for n in _listed(system, system.top_concepts))]

    def listing(self, scheme: str, offset: int, most: int) -> tuple[int, list[ThingName]]:
        """Return the number of concepts of a scheme (IRI), and the names of some of them by code, active ones first."""
        system = next(iter(self._systems_of(scheme)), None)
        numbers = _listed(system, range(len(system))) if system else []
        return len(numbers), [system.name(n) for n in numbers[offset : offset + most]] if system else []

    @cached_property
    def _systems(self) -> list[StoredSystem]:
        """The editions of code systems that are in force."""
        return self._full.terminology.systems_of(self._graphs)

    def _systems_of(self, scheme: str) -> list[StoredSystem]:
        return [system for system in self._systems if system.description.iri == scheme]

    def _listings(self, iri: str) -> Iterator[tuple[StoredSystem, int]]:
        """Yield the editions in force that list a concept, with its number in each."""
        located = self._full.terminology.locate(iri)
        for system in self._systems_of(located[0].description.iri) if located else self._systems:
            number = system.index_of_iri(iri)
            if number is not None and _listed(system, [number]):
                yield system, number

    def _statements(self, iris: Sequence[str], query: str = "thing") -> dict[str, Statements]:
        statements: dict[str, Statements] = {iri: defaultdict(list) for iri in iris}
        for row in select(self._store, query, thing=named_nodes(iris)) if iris else ():
            if term := _plain(row, "value"):
                statements[value(row, "thing")][value(row, "property")].append(term)
        return statements

    def _incoming(self, iri: str) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for row in select(self._store, "concept-incoming", concept=NamedNode(iri)):
            found[compact(value(row, "property"))].append(value(row, "subject"))
        return found

    def _mappings(self, iri: str) -> list[ConceptMapping]:
        records: dict[str, Statements] = defaultdict(lambda: defaultdict(list))
        for row in select(self._store, "concept-mappings", concept=NamedNode(iri)):
            if term := _plain(row, "value"):
                records[value(row, "mapping")][value(row, "property")].append(term)
        return [
            # The IRI of a mapping is below that of its set (`Iris.mapping`).
            compose_mapping(mapping, mapping.rpartition("/")[0], statements)
            for mapping, statements in records.items()
        ]

    def _subjects(self, iri: str) -> list[str]:
        return [value(row, "dataset") for row in select(self._store, "subjects", concept=NamedNode(iri))]

    def _changes(self, iri: str) -> list[RecordedChange]:
        names = ("difference", "type", "rule", "source", "target")
        rows = select(self._store, "concept-changes", concept=NamedNode(iri))
        return [RecordedChange(*(value(row, name) for name in names)) for row in rows]

    def _editions(self, iri: str) -> list[ListedEdition]:
        listed: dict[str, Statements] = defaultdict(lambda: defaultdict(list))
        for row in select(self._store, "concept-releases", concept=NamedNode(iri)):
            if term := _plain(row, "value"):
                listed[value(row, "release")][value(row, "property")].append(term)
        return [ListedEdition(graph, texts(statements, "skos:prefLabel")) for graph, statements in listed.items()]


def _plain(row: QuerySolution, name: str) -> PlainTerm | None:
    """Return a term of a solution as plain values; None for a blank node."""
    term = row[name]
    if isinstance(term, NamedNode):
        return PlainTerm(term.value, True)
    if not isinstance(term, Literal):
        return None
    datatype = "" if term.language or term.datatype.value.endswith("#string") else term.datatype.value
    return PlainTerm(term.value, False, term.language or "", datatype)


def _listed(system: StoredSystem, concepts: Iterable[int]) -> list[int]:
    """Return the concepts that the edition lists; the current view also keeps those that earlier editions listed."""
    edition, is_current, active = system.description.edition, system.description.current, system.active
    return [
        concept
        for concept in concepts
        if not is_current or concept in active or any(each.graph == edition for each in system.record(concept).editions)
    ]
