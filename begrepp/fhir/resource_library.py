"""The resources of one request: those posted with it, and those that the server has."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import replace
from datetime import date
from typing import Any, Protocol

from cachetools import LRUCache

from begrepp.fhir import exact_json
from begrepp.fhir.mapping_queries import MappingQuery
from begrepp.fhir.requests.faults import FhirIssue, invalid_request
from begrepp.fhir.requests.resource_versions import has_wildcard, latest_first, split_canonical, version_matches
from begrepp.fhir.systems.code_system_view import CodeSystemView
from begrepp.fhir.systems.posted_code_systems import PostedCodeSystem
from begrepp.fhir.systems.served_systems import ServedSystem
from begrepp.fhir.systems.supplemented_code_systems import SupplementedCodeSystem
from begrepp.fhir.value_elements import object_items
from begrepp.fhir.value_sets.implicit_value_sets import implicit_ancestor, implicit_system, implicit_value_set
from begrepp.fhir.value_sets.value_set_views import ValueSetView, read_value_set

Json = dict[str, Any]
MAX_POSTED = 500
"""Maximum number of resources in one request."""
_CACHED_CONCEPTS = 300_000
_USABLE = ("complete", "fragment")


class ResourceSource(Protocol):
    """Resources of the server; `as_of` selects what was valid on that day."""

    def identity(self, url: str) -> str:
        """Return the address that all addresses of a code system lead to, empty for an unknown one."""

    def code_system_versions(self, url: str) -> Sequence[str]:
        """Return the versions of a code system, none if it is unknown."""

    def code_system(self, url: str, version: str, as_of: date | None) -> CodeSystemView | None:
        """Return a version of a code system; without a version the one in force."""

    def value_set(self, url: str, version: str, as_of: date | None) -> ValueSetView | None:
        """Return a value set; without a version the one in force."""

    def concept_maps(self, query: MappingQuery) -> Iterable[Json]:
        """Yield the concept maps of R5, or the parts of them, that have the codes of a query."""

    def served_systems(self) -> Sequence[ServedSystem]:
        """Return the code systems with all versions."""

    def resources(self, kind: str) -> Sequence[Json]:
        """Return the resources of a type (CodeSystem, ValueSet, ConceptMap, NamingSystem), without their concepts."""

    def resource(self, kind: str, name: str, *, with_content: bool) -> Json | None:
        """Return a resource by its id, with its concepts if wished."""


class _ParsedCodeSystems:
    """Posted code systems by the checksum of their JSON, at most `_CACHED_CONCEPTS` concepts in all."""

    def __init__(self) -> None:
        self._cache: LRUCache[bytes, PostedCodeSystem] = LRUCache(_CACHED_CONCEPTS, lambda each: each.size + 10)
        self._lock = threading.Lock()

    def parse(self, resource: Json) -> PostedCodeSystem:
        """Return the parsed code system."""
        key = hashlib.sha256(exact_json.encode(resource)).digest()
        with self._lock:
            found = self._cache.get(key)
        if found is None:
            found = PostedCodeSystem(resource)
            if found.size < _CACHED_CONCEPTS // 4:
                with self._lock:
                    self._cache[key] = found
        return found


_PARSED = _ParsedCodeSystems()


class ResourceLibrary:
    """Finds code systems, value sets and concept maps. What the server has comes before what is posted."""

    def __init__(self, source: ResourceSource, posted: Iterable[Json] = (), as_of: date | None = None) -> None:
        self.source = source
        self.as_of = as_of
        self.code_systems: list[PostedCodeSystem] = []
        self.value_sets: list[ValueSetView] = []
        self.posted_maps: list[Json] = []
        self.supplements: set[str] = set()
        """Supplements that the request or the value set asks for."""
        self._missing: set[str] = set()
        self._listed: dict[tuple[str, str], dict[str, Json]] = {}
        for number, resource in enumerate(posted):
            if number >= MAX_POSTED:
                raise invalid_request(f"A request holds at most {MAX_POSTED} resources.", code="too-costly", status=422)
            self.add(resource)

    def add(self, resource: Json) -> None:
        """Add a posted resource; other types than code systems, value sets and concept maps have no effect."""
        kind = resource.get("resourceType")
        if kind == "CodeSystem":
            self.code_systems.append(_PARSED.parse(resource))
        elif kind == "ValueSet":
            self.value_sets.append(read_value_set(resource))
        elif kind == "ConceptMap":
            self.posted_maps.append(resource)

    def versions(self, url: str) -> list[str]:
        """Return the known versions of a code system, in order."""
        own = self.source.code_system_versions(url)
        posted = [each.version for each in self._usable(url) if each.version]
        return latest_first({*own, *posted})[::-1]

    def identity(self, url: str) -> str:
        """Return the address that all addresses of a code system lead to."""
        return self.source.identity(url) or url

    def code_system(self, url: str, version: str = "") -> CodeSystemView | None:
        """Return a code system with its supplements; the latest version that fits, None if there is none."""
        if not url:
            return None
        found = self._served(url, version) or self._posted(url, version)
        if found is None:
            self._missing.add(url)
        if found and (loaded := tuple(filter(self._is_asked_for, found.loaded_supplements))):
            found = copy(found)
            found.supplements = loaded
        added = self._supplements_of(found) if found else []
        return SupplementedCodeSystem(found, added) if found and added else found

    def _served(self, url: str, version: str) -> CodeSystemView | None:
        if version and has_wildcard(version):
            fitting = [each for each in self.source.code_system_versions(url) if version_matches(version, each)]
            version = latest_first(fitting)[0] if fitting else ""
            if not version:
                return None
        return self.source.code_system(url, version, self.as_of)

    def issues_of_the_day(self) -> list[FhirIssue]:
        """Return an issue for each missing code system with editions of which none was in force on the day."""
        found = []
        for url in sorted(self._missing):
            if versions := self.source.code_system_versions(url) if self.as_of else ():
                text = f"No edition of {url} was in force on {self.as_of}; the service has: {', '.join(versions)}."
                found.append(FhirIssue(severity="information", code="not-found", text=text))
        return found

    def _usable(self, url: str) -> list[PostedCodeSystem]:
        """Return the posted code systems of an address; without one, what expansions of value sets list of it."""
        posted = [each for each in self.code_systems if each.url == url and each.content in _USABLE]
        about: Json = {"resourceType": "CodeSystem", "url": url, "status": "active", "content": "fragment"}
        return posted or [
            _PARSED.parse(about | {"version": version, "concept": [*concepts.values()]})
            for (system, version), concepts in self._listed.items()
            if system == url
        ]

    def _posted(self, url: str, version: str) -> PostedCodeSystem | None:
        fitting = {
            each.version: each for each in self._usable(url) if not version or version_matches(version, each.version)
        }
        return fitting[latest_first(fitting)[0]] if fitting else None

    def unusable_code_system(self, url: str, version: str = "") -> PostedCodeSystem | None:
        """Return a posted code system without content of its own: a supplement, `not-present` or `example`.

        Of those that the server has, it may be a supplement.
        """
        posted = (each for each in self.code_systems if each.url == url and each.content not in _USABLE)
        served = (
            _PARSED.parse(each)
            for each in self.source.resources("CodeSystem")
            if each.get("url") == url and each.get("content") == "supplement"
        )
        return next((each for each in (*posted, *served) if version in ("", each.version)), None)

    def _supplements_of(self, system: CodeSystemView) -> list[PostedCodeSystem]:
        found = []
        for each in self.code_systems:
            if each.content == "supplement":
                url, version = split_canonical(str(each.resource.get("supplements", "")))
                fits = url == system.url and (not version or version_matches(version, system.version))
                if fits and (each.is_language_pack or self._is_asked_for(each.canonical)):
                    found.append(each)
        return found

    def _is_asked_for(self, supplement: str) -> bool:
        return not self.supplements.isdisjoint((split_canonical(supplement)[0], supplement))

    def value_set(self, address: str, version: str = "", source: ValueSetView | None = None) -> ValueSetView | None:
        """Return a value set by `address|version` or, within `source`, by `#id`; the latest version that fits."""
        if address.startswith("#"):
            return _contained(source, address[1:]) if source else None
        url, of_address = split_canonical(address)
        version = version or of_address
        fitting = {
            each.version: each
            for each in self.value_sets
            if each.url == url and (not version or version_matches(version, each.version))
        }
        if fitting:
            return fitting[latest_first(fitting)[0]]
        if (found := self.source.value_set(url, version, self.as_of)) is not None:
            self._add_listed(found)
            return found
        view, ancestor = self.code_system(implicit_system(url), version), implicit_ancestor(url)
        if view is None or (ancestor and view.index(ancestor) is None):
            return None
        return implicit_value_set(url, version)

    def _add_listed(self, view: ValueSetView) -> None:
        """Add the code systems that only the expansion of a value set has members of, as fragments with these."""
        expansion = view.resource.get("expansion")
        for each in object_items(expansion, "contains") if isinstance(expansion, dict) else ():
            system, version, code = (str(each.get(name, "")) for name in ("system", "version", "code"))
            if system and code and not self.source.identity(system):
                concept: Json = {name: each[name] for name in ("code", "display", "designation") if name in each}
                if each.get("inactive") is True:
                    concept["property"] = [{"code": "inactive", "valueBoolean": True}]
                self._listed.setdefault((system, version), {})[code] = concept


def _contained(source: ValueSetView, name: str) -> ValueSetView | None:
    outer = source.parent or source.resource
    for each in outer.get("contained", ()):
        if each.get("resourceType") == "ValueSet" and each.get("id") == name:
            return replace(read_value_set(each), parent=outer)
    return None
