"""Candidates of a query that has conditions on properties and no name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from pyroaring import BitMap

from begrepp.terminology.interface import CodeSystem
from begrepp.text.swedish import fold
from server.reconciliation.concept_search import FoundConcept
from server.reconciliation.condition_candidates import concepts_named, listed_concept
from server.reconciliation.entity_properties import PROPERTIES, EntityRecords
from server.reconciliation.match_query import PropertyCondition
from server.reconciliation.property_index import property_index_of
from server.reconciliation.service_address import ReconciliationService
from server.served.labels import find_refs
from server.served.schemes import SchemeFacts

_INDEXED = 100_000
"""Largest code system whose records are read to find concepts by level, status, day or language."""


class PropertyCandidates:
    """Finds concepts by conditions in the code systems of a service."""

    def __init__(self, service: ReconciliationService, language: str) -> None:
        self._service = service
        self._everywhere = replace(service, scheme=None)
        self._language = language
        self._named: dict[tuple[str, str], Sequence[str]] = {}

    def find(
        self, conditions: Sequence[PropertyCondition], schemes: Sequence[SchemeFacts], most: int
    ) -> list[FoundConcept]:
        """Return the first concepts, in the order of code systems and codes, that meet all conditions, else any.

        They meet all that are required. A condition that no value may be met finds nothing by itself. `schemes` narrows
        the service.
        """
        asked = [each for each in conditions if each.quantifier != "none"]
        systems = [*self._systems(schemes)] if asked else []
        found = {system: [self._meeting(system, each) for each in asked] for system in systems}
        for combine in (BitMap.intersection, BitMap.union):
            places = {system: combine(*each) for system, each in found.items()}
            for system, each in found.items():
                for condition, own in zip(asked, each, strict=True):
                    if condition.required:
                        places[system] &= own
            if any(places.values()):
                pairs = ((system, number) for system, numbers in places.items() for number in numbers[:most])
                return sorted((listed_concept(*each) for each in pairs), key=lambda each: each.scheme)[:most]
        return []

    def _systems(self, schemes: Sequence[SchemeFacts]) -> Iterator[CodeSystem]:
        for scheme in schemes or self._service.schemes or self._service.build.schemes.by_iri.values():
            system = self._service.edition(scheme.id)
            if system is not None and len(system):
                yield system

    def _meeting(self, system: CodeSystem, condition: PropertyCondition) -> BitMap:
        """Return the concepts of a code system for which any or all of the values of a condition are named."""
        found = [self._having(system, condition.property_id, value) for value in condition.values]
        if not found:
            return BitMap()
        return BitMap.intersection(*found) if condition.quantifier == "all" else BitMap.union(*found)

    def _having(self, system: CodeSystem, name: str, value: str) -> BitMap:
        """Return the concepts that have a value as a property."""
        everything, key = BitMap(range(len(system))), fold(value.strip())
        match name:
            case "system":
                return everything  # the code systems are those that the conditions name
            case "edition":
                return everything if key in (fold(system.description.version), system.description.edition) else BitMap()
            case "leaf":
                leaves = system.hierarchy.leaves
                return {"true": leaves, "false": everything - leaves}.get(key, BitMap())
            case "code":
                return BitMap([*system.indices(value.strip()), *system.find(value)])
            case "level" | "status" | "validFrom" | "validTo" | "language":
                return self._indexed(system, name, key)
        return BitMap(number for iri in self._iris(name, value) if (number := system.index_of_iri(iri)) is not None)

    def _indexed(self, system: CodeSystem, name: str, key: str) -> BitMap:
        if len(system) > _INDEXED:
            return BitMap()
        index = property_index_of(system).get(name, {})
        if name != "level":
            return BitMap.union(BitMap(), *(own for value, own in index.items() if fold(value) == key))
        refs = find_refs(self._service.view, index, self._language)
        named = [iri for iri, ref in refs.items() if key in map(fold, (ref.label.value, iri.rpartition("/")[2], iri))]
        return BitMap.union(BitMap(), *(index[iri] for iri in named))

    def _iris(self, name: str, value: str) -> Sequence[str]:
        """Return the IRIs of the concepts, in any code system, that have a thing with a name as a property."""
        if (name, value) not in self._named:
            if name in ("register", "variable"):
                found = self._measuring(1 if name == "register" else 0, value)
            elif name == "iri":
                found = [value.strip()]
            else:
                found = self._related(name, value)
            self._named[name, value] = list(dict.fromkeys(found))
        return self._named[name, value]

    def _related(self, name: str, value: str) -> Iterable[str]:
        is_text = name in ("prefLabel", "altLabel", "definition", "scopeNote")
        concepts = concepts_named(self._everywhere, value, self._language, is_text=is_text)
        if is_text:  # the search finds by other names too
            iris = [each.iri for each in concepts]
            records = EntityRecords(self._everywhere, iris, self._language)
            return [iri for iri in iris if any(text.is_named(value) for text in PROPERTIES[name](records, iri))]
        of_related = _RELATED.get(name, _no_concepts)
        return [iri for concept in concepts for iri in of_related(self._service, concept.iri)]

    def _measuring(self, place: int, value: str) -> Iterable[str]:
        """Return the concepts that a variable (place 0) or those of a register (1) measure, broader ones too."""
        measuring = self._service.build.schemes.measuring_variables
        things = {entry[place] for entries in measuring.values() for entry in entries}
        prefix, key = self._service.build.iris.dataset(""), fold(value.strip())
        refs = find_refs(self._service.view, things, self._language)
        named = {iri for iri, ref in refs.items() if key in map(fold, (ref.label.value, iri.removeprefix(prefix), iri))}
        return (iri for iri, entries in measuring.items() if not named.isdisjoint(entry[place] for entry in entries))


def _below(service: ReconciliationService, iri: str, *, all_levels: bool) -> Iterator[str]:
    if place := service.build.terminology.locate_in_edition(iri, service.day):
        system, number = place
        hierarchy = system.hierarchy
        yield from map(system.iri, hierarchy.descendants(number) if all_levels else hierarchy.children(number))


def _predecessors(service: ReconciliationService, iri: str) -> Iterable[str]:
    record = service.record(iri) or service.build.concepts.record(iri)
    return record.predecessors if record else ()


def _mapped(service: ReconciliationService, iri: str) -> Iterator[str]:
    """Yield the concepts that have a mapping to or from a concept; the conditions say which mapping it must be."""
    record = service.build.concepts.record(iri)
    for each in record.mappings if record else ():
        if not each.negated:
            yield each.target if each.source == iri else each.source


def _no_concepts(*_: object) -> Iterable[str]:
    return ()


_RELATED: Mapping[str, Callable[[ReconciliationService, str], Iterable[str]]] = {
    "parent": lambda service, iri: _below(service, iri, all_levels=False),
    "ancestor": lambda service, iri: _below(service, iri, all_levels=True),
    "successor": _predecessors,
    **dict.fromkeys(("exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch"), _mapped),
}
"""Functions that yield the concepts that have a concept as a property."""
