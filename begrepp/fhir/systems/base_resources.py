"""Code systems and value sets of the FHIR specification that every terminology server has."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import cached_property
from typing import Any

from begrepp.fhir.mapping_queries import MappingQuery
from begrepp.fhir.systems.code_system_view import CodeSystemView
from begrepp.fhir.systems.language_tags import LANGUAGE_TAGS, LanguageTagSystem
from begrepp.fhir.systems.posted_code_systems import PostedCodeSystem
from begrepp.fhir.systems.served_systems import ServedSystem
from begrepp.fhir.value_sets.value_set_views import ValueSetView, read_value_set

Json = dict[str, Any]
_FHIR = "http://hl7.org/fhir"
_CODES = {
    "administrative-gender": (
        "AdministrativeGender",
        {"male": "Male", "female": "Female", "other": "Other", "unknown": "Unknown"},
    ),
    "publication-status": (
        "PublicationStatus",
        {"draft": "Draft", "active": "Active", "retired": "Retired", "unknown": "Unknown"},
    ),
}


class BaseResources:
    """The resources of one FHIR version; all of them have its version."""

    def __init__(self, fhir_version: str) -> None:
        self.fhir_version = fhir_version
        self._language_tags = LanguageTagSystem()

    @cached_property
    def code_systems(self) -> dict[str, PostedCodeSystem]:
        """Code systems by address."""
        made = (_code_system(name, self.fhir_version) for name in _CODES)
        return {each.url: each for each in made}

    @cached_property
    def value_sets(self) -> dict[str, ValueSetView]:
        """Value sets by address."""
        made = (_value_set(name, self.fhir_version) for name in _CODES)
        return {each.url: each for each in made}

    def identity(self, url: str) -> str:
        """Return the address itself if it is of a code system here."""
        return url if url in self.code_systems or url == LANGUAGE_TAGS else ""

    def code_system_versions(self, url: str) -> Sequence[str]:
        """Return the FHIR version for an address that is here."""
        return [self.fhir_version] if url in self.code_systems else []

    def code_system(self, url: str, version: str, as_of: date | None) -> CodeSystemView | None:
        """Return a code system."""
        del as_of
        if url == LANGUAGE_TAGS and not version:
            return self._language_tags
        return self.code_systems.get(url) if version in ("", self.fhir_version) else None

    def value_set(self, url: str, version: str, as_of: date | None) -> ValueSetView | None:
        """Return a value set."""
        del as_of
        if version not in ("", self.fhir_version):
            return None
        return self.value_sets.get(url)

    def concept_maps(self, query: MappingQuery) -> Iterable[Json]:
        """Return no concept map."""
        del query
        return ()

    def served_systems(self) -> Sequence[ServedSystem]:
        """Return the code systems."""
        version = self.fhir_version
        return [
            *(
                ServedSystem(url=url, versions=(version,), default=version, languages=("en",))
                for url in self.code_systems
            ),
            ServedSystem(url=LANGUAGE_TAGS),
        ]

    def resources(self, kind: str) -> Sequence[Json]:
        """Return the resources of a type."""
        if kind == "CodeSystem":
            return [each.resource for each in self.code_systems.values()]
        return [each.resource for each in self.value_sets.values()] if kind == "ValueSet" else []

    def resource(self, kind: str, name: str, *, with_content: bool) -> Json | None:
        """Return a resource by its id."""
        del with_content
        return next((each for each in self.resources(kind) if each["id"] == name), None)


def _code_system(name: str, version: str) -> PostedCodeSystem:
    title, codes = _CODES[name]
    return PostedCodeSystem(
        {
            "resourceType": "CodeSystem",
            "id": name,
            "language": "en",
            "url": f"{_FHIR}/{name}",
            "version": version,
            "name": title,
            "title": title,
            "status": "active",
            "experimental": False,
            "caseSensitive": True,
            "content": "complete",
            "valueSet": f"{_FHIR}/ValueSet/{name}",
            "concept": [{"code": code, "display": display} for code, display in codes.items()],
        }
    )


def _value_set(name: str, version: str) -> ValueSetView:
    title, _ = _CODES[name]
    return read_value_set(
        {
            "resourceType": "ValueSet",
            "id": name,
            "url": f"{_FHIR}/ValueSet/{name}",
            "version": version,
            "name": title,
            "title": title,
            "status": "active",
            "experimental": False,
            "compose": {"include": [{"system": f"{_FHIR}/{name}"}]},
        }
    )
