"""Concepts that have the parent or ancestor of a query's conditions, whatever the search finds by name."""

from __future__ import annotations

from collections.abc import Sequence

from pyroaring import BitMap

from begrepp.terminology.interface import CodeSystem
from begrepp.text.swedish import fold
from server.reconciliation.concept_search import FoundConcept, find_identified, search_concepts
from server.reconciliation.match_query import PropertyCondition
from server.reconciliation.service_address import ReconciliationService

MOST = 2000
"""Maximum number of concepts; their names are compared one by one. More come from the search alone."""

_LEAST = 1e-9
"""Score of a concept that the search has not found; 0 stands for one with the identifier of a query."""


def concepts_below(
    service: ReconciliationService, conditions: Sequence[PropertyCondition], language: str
) -> list[FoundConcept]:
    """Return the concepts of the service that meet all conditions on `parent` and `ancestor`, else any of them.

    They meet all that are required. Returns nothing without such a condition, and for more than `MOST`.
    """
    asked = [each for each in conditions if each.property_id in ("parent", "ancestor") and each.quantifier != "none"]
    if not asked:
        return []
    places = {each: _places(service, each, language) for each in asked}
    found = set.intersection(*places.values()) or set.union(*places.values())
    for condition, own in places.items():
        if condition.required:
            found = found & own
    if len(found) > MOST:
        return []
    return sorted((listed_concept(*each) for each in found), key=lambda each: (each.scheme, each.notation))


def listed_concept(system: CodeSystem, number: int) -> FoundConcept:
    """Return a concept of a code system that no search has found."""
    name = system.name(number)
    return FoundConcept(
        iri=name.iri,
        scheme=system.description.iri,
        notation=name.notation,
        labels=name.texts,
        active=name.active,
        score=_LEAST,
    )


def _places(service: ReconciliationService, condition: PropertyCondition, language: str) -> set[tuple[CodeSystem, int]]:
    """Return the code system and number of the concepts below those that the values of a condition name."""
    served = {scheme.iri for scheme in service.schemes}
    per_value = []
    for value in condition.values:
        below: set[tuple[CodeSystem, int]] = set()
        for concept in concepts_named(service, value, language):
            place = service.build.terminology.locate_in_edition(concept.iri, service.day)
            if place and (not served or place[0].description.iri in served):
                system, number = place
                below |= {(system, each) for each in _below(system, number, condition.property_id)}
        per_value.append(below)
    if not per_value:
        return set()
    return set.intersection(*per_value) if condition.quantifier == "all" else set.union(*per_value)


def concepts_named(
    service: ReconciliationService, value: str, language: str, *, is_text: bool = False
) -> list[FoundConcept]:
    """Return the concepts that a value names by identifier, code or label; with `is_text` all that the search finds."""
    key = fold(value.strip())
    identified = [] if is_text else find_identified(service, value)
    hits = identified or search_concepts(service, value, language)
    named = {
        each.iri: each
        for each in hits
        if is_text or not each.score or key in {fold(each.notation), *(fold(label.value) for label in each.labels)}
    }
    return [*named.values()]


def _below(system: CodeSystem, number: int, property_id: str) -> BitMap:
    hierarchy = system.hierarchy
    return BitMap(hierarchy.children(number)) if property_id == "parent" else hierarchy.descendants(number)
