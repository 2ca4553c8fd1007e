"""The resources that the FHIR service has: those of the served build, and those of the FHIR specification."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from pathlib import Path

from cachetools import LRUCache

from begrepp.errors import NoBuild
from begrepp.fhir.build_resources import BuildResources
from begrepp.fhir.combined_resources import CombinedResources
from begrepp.fhir.resource_library import ResourceSource
from begrepp.fhir.systems.base_resources import BaseResources
from server.served.as_of import mappings_on
from server.served.build import ServedBuild

_SOURCES: LRUCache[tuple[Path, str], CombinedResources] = LRUCache(4)


def fhir_source(build: ServedBuild, fhir_version: str) -> CombinedResources:
    """Return the resources of a build for a FHIR version; opened once per build."""
    key = (build.folder, fhir_version)
    found = _SOURCES.get(key)
    if found is None:
        sources: list[ResourceSource] = [BaseResources(fhir_version)]
        with suppress(NoBuild):  # a build of an earlier version has no terminology
            sources.insert(
                0, BuildResources(build.terminology, build.manifest, build.index, partial(mappings_on, build))
            )
        found = _SOURCES[key] = CombinedResources(sources)
    return found


def opened_source(build: ServedBuild, fhir_version: str) -> CombinedResources | None:
    """Return the resources of a build for a FHIR version if they are open already."""
    return _SOURCES.get((build.folder, fhir_version))
