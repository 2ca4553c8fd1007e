"""The resources that the FHIR service has: those of the FHIR specification, and those of the served build."""

from __future__ import annotations

from begrepp.fhir.systems.base_resources import BaseResources
from server.served.build import ServedBuild

_BASE_RESOURCES: dict[str, BaseResources] = {}


def fhir_source(build: ServedBuild, fhir_version: str) -> BaseResources:
    """Return the resources for a FHIR version."""
    del build
    return _BASE_RESOURCES.setdefault(fhir_version, BaseResources(fhir_version))
