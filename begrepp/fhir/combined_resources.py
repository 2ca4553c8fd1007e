"""Several sources of resources as one: the first that has an address answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from begrepp.fhir.mapping_queries import MappingQuery
from begrepp.fhir.resource_library import ResourceSource
from begrepp.fhir.systems.code_system_view import CodeSystemView
from begrepp.fhir.systems.served_systems import ServedSystem
from begrepp.fhir.value_sets.value_set_views import ValueSetView

Json = dict[str, Any]


class CombinedResources:
    """The resources of several sources, in order."""

    def __init__(self, sources: Sequence[ResourceSource]) -> None:
        self._sources = sources

    def identity(self, url: str) -> str:
        """Return the address that all addresses of a code system lead to, empty for an unknown one."""
        return next((found for each in self._sources if (found := each.identity(url))), "")

    def code_system_versions(self, url: str) -> Sequence[str]:
        """Return the versions of a code system."""
        return next((found for each in self._sources if (found := each.code_system_versions(url))), [])

    def code_system(self, url: str, version: str, as_of: date | None) -> CodeSystemView | None:
        """Return a version of a code system."""
        return next((found for each in self._sources if (found := each.code_system(url, version, as_of))), None)

    def value_set(self, url: str, version: str, as_of: date | None) -> ValueSetView | None:
        """Return a value set."""
        return next((found for each in self._sources if (found := each.value_set(url, version, as_of))), None)

    def concept_maps(self, query: MappingQuery) -> Iterator[Json]:
        """Yield the concept maps of all sources."""
        for each in self._sources:
            yield from each.concept_maps(query)

    def served_systems(self) -> Sequence[ServedSystem]:
        """Return the code systems of all sources."""
        return [system for each in self._sources for system in each.served_systems()]

    def resources(self, kind: str) -> Sequence[Json]:
        """Return the resources of a type."""
        return [resource for each in self._sources for resource in each.resources(kind)]

    def resource(self, kind: str, name: str, *, with_content: bool) -> Json | None:
        """Return a resource by its id."""
        found = (each.resource(kind, name, with_content=with_content) for each in self._sources)
        return next((each for each in found if each), None)
