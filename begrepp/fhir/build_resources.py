"""The terminology of a build as a source of FHIR resources: code systems with their names, value sets, concept maps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from functools import cached_property
from typing import Any

from cachetools import LRUCache

from begrepp.artefact.manifest import GraphEntry, Manifest
from begrepp.fhir.concept_map_forms import map_from_r4
from begrepp.fhir.mapping_queries import MappingQuery
from begrepp.fhir.mapping_resources import DatedMappings, MappingSource, PublishedSet
from begrepp.fhir.published_headers import read_header
from begrepp.fhir.requests.resource_versions import split_canonical
from begrepp.fhir.systems.code_system_resources import code_system_id, code_system_resource, supplement_resource
from begrepp.fhir.systems.code_system_view import CodeSystemView
from begrepp.fhir.systems.composite_code_systems import CompositeCodeSystem
from begrepp.fhir.systems.naming_systems import naming_system_resource
from begrepp.fhir.systems.scheme_code_systems import SchemeCodeSystem, system_url, version_of
from begrepp.fhir.systems.scheme_labels import first_text
from begrepp.fhir.systems.served_systems import ServedSystem
from begrepp.fhir.value_sets.value_set_resources import value_set_id, value_set_resource
from begrepp.fhir.value_sets.value_set_views import ValueSetView, read_value_set, whole_system_value_set
from begrepp.rdf.iris import Iris
from begrepp.records import is_iri
from begrepp.search import TextIndex
from begrepp.terminology.concept_record import SystemDescription
from begrepp.terminology.interface import CodeSystem
from begrepp.terminology.statements import parse_statements, texts, value
from begrepp.terminology.terminology import CompositeSystem, StoredValueSet, Terminology

Json = dict[str, Any]
_OPENED = 64
"""Editions whose codes and words are held in memory."""


def _published_set(iri: str, entry: GraphEntry) -> PublishedSet:
    """Return what the publisher states of a mapping set, from its description (N-Triples)."""
    stated = parse_statements(line for line in entry.header if line.startswith(f"<{iri}> "))
    header = read_header(value(stated, "begrepp:resourceHeader"))
    map_from_r4(header)
    return PublishedSet(
        version=value(stated, "pav:version") or entry.version,
        address=next((each.value for each in texts(stated, "dct:identifier") if is_iri(each.value)), ""),
        header=header,
    )


class BuildResources:
    """Resources of one build; `dated_mappings`: the mappings of a concept as of a day, which graphs alone have."""

    def __init__(
        self,
        terminology: Terminology,
        manifest: Manifest,
        index: TextIndex | None = None,
        dated_mappings: DatedMappings | None = None,
    ) -> None:
        self._terminology = terminology
        self._index = index
        self._released = manifest.built_at[:10]
        self._opened: LRUCache[tuple[str, str], SchemeCodeSystem] = LRUCache(_OPENED)
        self._composites: LRUCache[tuple[str, ...], CompositeCodeSystem] = LRUCache(_OPENED)
        self._views: dict[str, ValueSetView] = {}
        iris = Iris(manifest.base)
        sets = {iris.mapping_set(each.id): each for each in manifest.current_graphs("mapping")}
        published = {iri: _published_set(iri, each) for iri, each in sets.items()}
        self._mappings = MappingSource(terminology, published, dated_mappings)

    def identity(self, url: str) -> str:
        """Return the address that all addresses of a code system lead to, empty for an unknown one."""
        found = self._terminology.scheme(url)
        if found is not None:
            return system_url(found.description)
        whole = self._terminology.composite(url)
        return whole.uri if whole else ""

    def code_system_versions(self, url: str) -> Sequence[str]:
        """Return the versions of a code system."""
        if whole := self._terminology.composite(url):
            known = [self.code_system_versions(each) for each in whole.parts]
            return [each for each in known[0] if all(each in versions for versions in known)]
        return [version_of(each.description) for each in self._terminology.editions(url)]

    def code_system(self, url: str, version: str, as_of: date | None) -> CodeSystemView | None:
        """Return an edition; without a version the current one, or the one in force on a day."""
        found = self._terminology.scheme(url, version, None if version else as_of)
        if found is not None:
            return self.view(found, url)
        whole = self._terminology.composite(url)
        return self._composite(whole, url, version, as_of) if whole else None

    def _composite(
        self, whole: CompositeSystem, url: str, version: str, as_of: date | None
    ) -> CompositeCodeSystem | None:
        """Return the parts of a code system that have a version, or that are in force on a day."""
        days = None if version else as_of
        found = [own for each in whole.parts if (own := self._terminology.scheme(each, version, days)) is not None]
        key = (url, *(each.description.file for each in found))
        if found and key not in self._composites:
            name = self._terminology.name(whole.iri)
            title = first_text(name.texts) if name else whole.id
            self._composites[key] = CompositeCodeSystem(whole, url, title, [self.view(each, url) for each in found])
        return self._composites.get(key)

    def view(self, system: CodeSystem, url: str = "") -> SchemeCodeSystem:
        """Return the view of an edition under an address."""
        about = system.description
        address = url or system_url(about)
        key = (about.file, address)
        opened = self._opened.get(key)
        if opened is None:
            opened = self._opened[key] = SchemeCodeSystem(system, self._terminology, address, self._index)
        return opened

    def value_set(self, url: str, version: str, as_of: date | None) -> ValueSetView | None:
        """Return a value set of the build."""
        found = self._terminology.value_set(url, version)
        if not isinstance(found, StoredValueSet):
            system = self._systems_by_value_set.get(url)
            view = self.code_system(system, version, as_of) if system else None
            return whole_system_value_set(view.url, view.version, url) if view else None
        key = f"{url}|{found.version}|{found.iri}"
        if key not in self._views:
            self._views[key] = read_value_set(value_set_resource(found, url, self.has_all))
        return self._views[key]

    def concept_maps(self, query: MappingQuery) -> Iterator[Json]:
        """Yield the parts of the mapping sets that have the codes of a query."""
        return self._mappings.maps_of(query)

    def served_systems(self) -> Sequence[ServedSystem]:
        """Return the code systems with all editions."""
        systems = []
        for current in self._terminology.schemes():
            about = current.description
            editions = [each.description for each in self._terminology.editions(about.iri)]
            systems.append(
                ServedSystem(
                    url=system_url(about),
                    versions=tuple(dict.fromkeys(filter(None, map(version_of, reversed(editions))))),
                    default=version_of(about),
                    content="complete" if about.is_complete else "fragment",
                    languages=tuple(about.languages),
                    is_authoritative=True,
                )
            )
        for whole in self._wholes.values():
            versions = self.code_system_versions(whole.url)[::-1]
            systems.append(
                ServedSystem(
                    url=whole.url,
                    versions=tuple(versions),
                    default=whole.version,
                    content=whole.content,
                    languages=(whole.language,),
                    is_authoritative=True,
                )
            )
        return systems

    @cached_property
    def _wholes(self) -> dict[str, CompositeCodeSystem]:
        """The code systems that are published in parts, by id."""
        found = ((each.id, self._composite(each, each.uri, "", None)) for each in self._terminology.composites())
        return {id_: view for id_, view in found if view}

    @cached_property
    def _systems_by_id(self) -> dict[str, CodeSystem]:
        found: dict[str, CodeSystem] = {}
        for current in self._terminology.schemes():
            for each in self._terminology.editions(current.description.iri):
                found[code_system_id(each.description)] = each
            found[code_system_id(current.description, with_version=False)] = current
        return found

    @cached_property
    def _naming_systems(self) -> dict[str, Json]:
        found = (naming_system_resource(self.view(each), self._released) for each in self._terminology.schemes())
        return {each["id"]: each for each in found}

    @cached_property
    def _systems_by_value_set(self) -> dict[str, str]:
        """The address of each code system by the one that its publisher gives the value set of all its concepts."""
        systems = (each.description for each in self._terminology.schemes())
        stated = {system_url(each): read_header(each.resource_header).get("valueSet") for each in systems}
        return {str(address): url for url, address in stated.items() if address}

    def has_all(self, item: Json) -> bool:
        """Return whether the build has the code system and the value sets of an include or exclude."""
        if "system" in item and not self.identity(str(item["system"])):
            return False
        return all(self.value_set(*split_canonical(str(each)), as_of=None) for each in item.get("valueSet") or ())

    @cached_property
    def _sets_by_id(self) -> dict[str, StoredValueSet]:
        return {value_set_id(each): each for each in self._terminology.value_sets() if isinstance(each, StoredValueSet)}

    def resources(self, kind: str) -> Sequence[Json]:
        """Return the resources of a type without their concepts."""
        return self._listed[kind]

    def supplements(self, about: SystemDescription) -> list[Json]:
        """Return the resources of the supplements that an edition was loaded with."""
        return [supplement_resource(about, read_header(each)) for each in about.supplement_headers]

    @cached_property
    def _supplements(self) -> dict[str, Json]:
        """The supplements of all editions, by id."""
        editions = (each.description for each in self._systems_by_id.values())
        return {each["id"]: each for about in editions for each in self.supplements(about)}

    @cached_property
    def _listed(self) -> dict[str, list[Json]]:
        systems = {each.description.file: each for each in self._systems_by_id.values()}
        return {
            "CodeSystem": [
                *(code_system_resource(self.view(each), with_content=False) for each in systems.values()),
                *(each.resource() for each in self._wholes.values()),
                *self._supplements.values(),
            ],
            "ValueSet": [value_set_resource(each) for each in self._sets_by_id.values()],
            "ConceptMap": self._mappings.listed(),
            "NamingSystem": [*self._naming_systems.values()],
        }

    def resource(self, kind: str, name: str, *, with_content: bool) -> Json | None:
        """Return a resource by its id."""
        if kind == "CodeSystem":
            found = self._systems_by_id.get(name)
            if found is None and name in self._wholes:
                return self._wholes[name].resource()
            if found is None:
                return self._supplements.get(name)
            return code_system_resource(self.view(found), with_content=with_content)
        if kind == "ValueSet":
            chosen = self._sets_by_id.get(name)
            return value_set_resource(chosen, "", self.has_all if with_content else None) if chosen else None
        if kind == "NamingSystem":
            return self._naming_systems.get(name)
        return self._mappings.resource(name, with_content=with_content)
