"""Concept maps of the build's mappings: parts for a query, and whole mapping sets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from pyroaring import BitMap

from begrepp.fhir.concept_map_forms import INVERSE_RELATIONSHIPS
from begrepp.fhir.mapping_queries import MappingQuery
from begrepp.fhir.systems.code_system_resources import resource_id
from begrepp.fhir.systems.scheme_code_systems import system_url
from begrepp.rdf.namespaces import expand
from begrepp.settings import LANGUAGES
from begrepp.terminology.concept_record import ConceptMapping, ThingName
from begrepp.terminology.interface import CodeSystem
from begrepp.terminology.terminology import Terminology

Json = dict[str, Any]
_NARROWER, _BROADER = "source-is-narrower-than-target", "source-is-broader-than-target"
_RELATIONSHIPS = {
    expand("skos:exactMatch"): "equivalent",
    expand("owl:equivalentClass"): "equivalent",
    expand("owl:sameAs"): "equivalent",
    expand("skos:broadMatch"): _NARROWER,
    expand("skos:narrowMatch"): _BROADER,
}
"""Relationships of R5 by predicate; all others are `related-to`. The object of `skos:broadMatch` is the broader one."""


class MappingSource:
    """Mappings of a build as ConceptMap resources.

    `versions`: version of each mapping set by its IRI; `addresses`: the publisher's IRI of a set, if it has one.
    """

    def __init__(
        self, terminology: Terminology, versions: Mapping[str, str], addresses: Mapping[str, str] | None = None
    ) -> None:
        self._terminology = terminology
        self._versions = versions
        self._addresses = addresses or {}

    def maps_of(self, query: MappingQuery) -> Iterator[Json]:
        """Yield a map for each mapping set that has a code of the query, with the mappings of these codes only."""
        groups: dict[str, dict[tuple[str, str], list[Json]]] = defaultdict(lambda: defaultdict(list))
        wanted = query.source_system if query.is_reverse else query.target_system
        for coding in query.codings:
            url, code = str(coding.get("system", "")), str(coding.get("code", ""))
            system = self._terminology.scheme(url, str(coding.get("version") or ""))
            concept = system.index(code) if system else None
            if system is None or concept is None:
                continue
            iri = system.iri(concept)
            for mapping in system.record(concept).mappings:
                is_source = mapping.source == iri
                relationship = _relationship(mapping, is_inverse=is_source == query.is_reverse)
                if not relationship:
                    continue
                other = self._coding(mapping.target if is_source else mapping.source, wanted)
                if other is None:
                    continue
                own = {"system": url, "code": code}
                source, target = (other, own) if query.is_reverse else (own, other)
                element = _element(source, target, relationship, mapping)
                groups[mapping.set][source["system"], target["system"]].append(element)
        for set_iri, pairs in groups.items():
            yield self._map(set_iri) | {"group": _groups(pairs)}

    def _coding(self, iri: str, wanted: str = "") -> Json | None:
        """Return the Coding of a concept; `wanted`: address that the query uses for its code system."""
        found = self._terminology.locate(iri)
        if found is None:
            return None
        system, concept = found
        own = self._terminology.scheme(wanted) if wanted else None
        about = system.description
        url = wanted if own and own.description.iri == about.iri else system_url(about)
        display = _title(system.name(concept))
        return {"system": url, "code": system.code(concept)} | ({"display": display} if display else {})

    def _map(self, set_iri: str) -> Json:
        address = self._addresses.get(set_iri, "")
        resource: Json = {
            "resourceType": "ConceptMap",
            "id": resource_id(set_iri.rstrip("/").rpartition("/")[2]),
            "url": address or set_iri,
            "identifier": [{"system": "urn:ietf:rfc:3986", "value": set_iri}] if address else [],
            "version": self._versions.get(set_iri, ""),
            "title": _title(self._terminology.name(set_iri) if set_iri else None),
            "status": "active",
            "experimental": False,
        }
        return {key: value for key, value in resource.items() if value not in ("", None, [])}

    def listed(self) -> list[Json]:
        """Return all mapping sets without their mappings."""
        return [self._map(each) for each in self._versions]

    def resource(self, name: str, *, with_content: bool) -> Json | None:
        """Return a mapping set by its id, with all its mappings if wished."""
        for set_iri in self._versions:
            found = self._map(set_iri)
            if found["id"] == name:
                groups = _groups(self._whole(set_iri)) if with_content else []
                return found | ({"group": groups} if groups else {})
        return None

    def _whole(self, set_iri: str) -> Mapping[tuple[str, str], list[Json]]:
        pairs: dict[tuple[str, str], list[Json]] = defaultdict(list)
        for system, concepts in self._mapped.get(set_iri, ()):
            for concept in concepts:
                record = system.record(concept)
                for mapping in record.mappings:
                    relationship = _relationship(mapping, is_inverse=False)
                    if relationship and mapping.set == set_iri and mapping.source == record.iri:
                        other = self._coding(mapping.target)
                        if other:
                            own = {"system": system_url(system.description), "code": record.code}
                            element = _element(own, other, relationship, mapping)
                            pairs[own["system"], other["system"]].append(element)
        return pairs

    @cached_property
    def _mapped(self) -> Mapping[str, Sequence[tuple[CodeSystem, BitMap]]]:
        """The concepts that are the source of a mapping, by the IRI of its set; all records are read once for it."""
        found: dict[str, list[tuple[CodeSystem, BitMap]]] = defaultdict(list)
        for system in self._terminology.all_current():
            concepts: dict[str, BitMap] = defaultdict(BitMap)
            for concept in range(len(system)):
                record = system.record(concept)
                for mapping in record.mappings:
                    if mapping.source == record.iri:
                        concepts[mapping.set].add(concept)
            for set_iri, mapped in concepts.items():
                found[set_iri].append((system, mapped))
        return found


def _title(name: ThingName | None) -> str:
    texts = sorted(name.texts, key=lambda each: each.lang != LANGUAGES[0]) if name else []
    return texts[0].value if texts else ""


def _relationship(mapping: ConceptMapping, *, is_inverse: bool) -> str:
    """Return the relationship; empty for a denial, which leaves open what else the concepts are to each other.

    Only a denial of `skos:relatedMatch` says that they are not related.
    """
    found = _RELATIONSHIPS.get(mapping.predicate, "related-to")
    if mapping.negated:
        return "not-related-to" if mapping.predicate == expand("skos:relatedMatch") else ""
    return INVERSE_RELATIONSHIPS.get(found, found) if is_inverse else found


def _element(source: Json, target: Json, relationship: str, mapping: ConceptMapping) -> Json:
    item: Json = {"code": target["code"], "relationship": relationship}
    if target.get("display"):
        item["display"] = target["display"]
    if comments := [each.value for each in mapping.comments if each.value]:
        item["comment"] = "; ".join(comments)
    element: Json = {"code": source["code"], "target": [item]}
    return element | ({"display": source["display"]} if source.get("display") else {})


def _groups(pairs: Mapping[tuple[str, str], list[Json]]) -> list[Json]:
    """Return the groups; targets of one code stand in one element."""
    groups = []
    for (source, target), elements in pairs.items():
        merged: dict[str, Json] = {}
        for each in elements:
            known = merged.setdefault(each["code"], each)
            if known is not each:
                known["target"] = [*known["target"], *each["target"]]
        groups.append({"source": source, "target": target, "element": list(merged.values())})
    return groups
