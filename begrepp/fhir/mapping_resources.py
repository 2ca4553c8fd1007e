"""Concept maps of the build's mappings: parts for a query, and whole mapping sets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from pyroaring import BitMap

from begrepp.fhir import exact_json
from begrepp.fhir.concept_map_forms import RELATIONSHIPS, attributes_from_r4, inverse_relationship, target_from_r4
from begrepp.fhir.map_conditions import read_rule, with_attributes
from begrepp.fhir.mapping_queries import MappingQuery
from begrepp.fhir.published_headers import with_header
from begrepp.fhir.requests.resource_versions import join_canonical, split_canonical
from begrepp.fhir.systems.code_system_resources import resource_id
from begrepp.fhir.systems.scheme_code_systems import system_url
from begrepp.fhir.systems.scheme_labels import first_text, named_texts
from begrepp.fhir.value_elements import object_items
from begrepp.rdf.namespaces import expand
from begrepp.terminology.concept_record import ConceptMapping
from begrepp.terminology.interface import CodeSystem
from begrepp.terminology.terminology import Terminology

Json = dict[str, Any]
DatedMappings = Callable[[str, date], Sequence[ConceptMapping]]
"""Function that returns the mappings of a concept (IRI) as of a day."""
_NARROWER, _BROADER = "source-is-narrower-than-target", "source-is-broader-than-target"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedSet:
    """Version and IRI of a mapping set by its publisher, and the metadata of its ConceptMap in the form of R5."""

    version: str = ""
    address: str = ""
    header: Json = field(default_factory=dict)


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

    `sets`: what the publishers state of each mapping set, by its IRI; `dated`: the mappings of a concept as of a day,
    without which a query with a day has no answer.
    """

    def __init__(
        self, terminology: Terminology, sets: Mapping[str, PublishedSet], dated: DatedMappings | None = None
    ) -> None:
        self._terminology = terminology
        self._sets = sets
        self._dated = dated

    def maps_of(self, query: MappingQuery) -> Iterator[Json]:
        """Yield a map for each mapping set that has a code of the query, with the mappings of these codes only."""
        groups: dict[str, dict[tuple[str, str], list[Json]]] = defaultdict(lambda: defaultdict(list))
        wanted = query.source_system if query.is_reverse else query.target_system
        for coding in query.codings:
            url, code = str(coding.get("system", "")), str(coding.get("code", ""))
            version = str(coding.get("version") or "")
            system = self._terminology.scheme(url, version, None if version else query.as_of)
            concept = system.index(code) if system else None
            if system is None or concept is None:
                continue
            iri = system.iri(concept)
            for mapping in query.conditions.applicable(self._mappings(system, concept, query.as_of)):
                is_source = mapping.source == iri
                relation = _relation(mapping, is_inverse=is_source == query.is_reverse)
                if not relation:
                    continue
                other = self._coding(mapping.target if is_source else mapping.source, wanted, query.as_of)
                if other is None:
                    continue
                own = {"system": url, "code": code}
                source, target = (other, own) if query.is_reverse else (own, other)
                element = _element(source, target, relation, mapping)
                groups[mapping.set][source["system"], target["system"]].append(element)
        asked = [query.source_system, query.target_system, *(str(each.get("system", "")) for each in query.codings)]
        for set_iri in dict.fromkeys((*groups, *self._with_groups)):
            found = self._map(set_iri)
            others = [self._as_asked(each, asked) for each in object_items(found, "group")]
            yield with_attributes(found | {"group": _merged(_groups(groups.get(set_iri, {})), others)})

    def _mappings(self, system: CodeSystem, concept: int, day: date | None) -> Sequence[ConceptMapping]:
        """Return the mappings of a concept, those of the sets in force on a day if there is one."""
        if day is None:
            return system.record(concept).mappings
        return self._dated(system.iri(concept), day) if self._dated else ()

    @cached_property
    def _with_groups(self) -> list[str]:
        """Mapping sets with rules for unlisted codes, or codes that have no target."""
        return [iri for iri, each in self._sets.items() if each.header.get("group")]

    def _as_asked(self, group: Json, asked: Iterable[str]) -> Json:
        """Return a group under the addresses that a query has for its code systems."""
        known = {
            own.description.iri: url
            for url in filter(None, asked)
            if (own := self._terminology.scheme(url)) is not None
        }
        return group | {side: self._address(str(group.get(side, "")), known) for side in ("source", "target")}

    def _address(self, canonical: str, known: Mapping[str, str]) -> str:
        """Return the address of a code system with the version of a group; `known`: addresses to use, by IRI."""
        url, version = split_canonical(canonical)
        own = self._terminology.scheme(url)
        return join_canonical(
            known.get(own.description.iri, system_url(own.description)) if own is not None else url, version
        )

    def _coding(self, iri: str, wanted: str = "", day: date | None = None) -> Json | None:
        """Return the Coding of a concept, as of a day; `wanted`: address that the query uses for its code system."""
        found = self._terminology.locate_in_edition(iri, day) if day else self._terminology.locate(iri)
        if found is None:
            return None
        system, concept = found
        own = self._terminology.scheme(wanted) if wanted else None
        about = system.description
        url = wanted if own and own.description.iri == about.iri else system_url(about)
        display = first_text(named_texts(system.name(concept)))
        return {"system": url, "code": system.code(concept)} | ({"display": display} if display else {})

    def _map(self, set_iri: str) -> Json:
        """Return a mapping set with the groups of its header: rules for unlisted codes, and codes without a target."""
        stated = self._sets.get(set_iri, PublishedSet())
        own: Json = {
            "resourceType": "ConceptMap",
            "id": resource_id(set_iri.rstrip("/").rpartition("/")[2]),
            "url": stated.address or set_iri,
            "identifier": [{"system": "urn:ietf:rfc:3986", "value": set_iri}] if stated.address else [],
            "version": stated.version,
            "title": first_text(name.texts) if (name := self._terminology.name(set_iri)) else "",
            "status": "active",
            "experimental": False,
        }
        return with_header(own, stated.header)

    def listed(self) -> list[Json]:
        """Return all mapping sets without their mappings."""
        return [{key: value for key, value in self._map(each).items() if key != "group"} for each in self._sets]

    def resource(self, name: str, *, with_content: bool) -> Json | None:
        """Return a mapping set by its id, with all its mappings if wished."""
        for set_iri in self._sets:
            found = self._map(set_iri)
            if found["id"] == name:
                others = [self._as_asked(each, ()) for each in object_items(found, "group")]
                groups = _merged(_groups(self._whole(set_iri)), others) if with_content else []
                whole = with_attributes(found | {"group": groups})
                return {key: value for key, value in whole.items() if value != []}
        return None

    def _whole(self, set_iri: str) -> Mapping[tuple[str, str], list[Json]]:
        pairs: dict[tuple[str, str], list[Json]] = defaultdict(list)
        for system, concepts in self._mapped.get(set_iri, ()):
            for concept in concepts:
                record = system.record(concept)
                for mapping in record.mappings:
                    relation = _relation(mapping, is_inverse=False)
                    if relation and mapping.set == set_iri and mapping.source == record.iri:
                        other = self._coding(mapping.target)
                        if other:
                            own = {"system": system_url(system.description), "code": record.code}
                            element = _element(own, other, relation, mapping)
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


def _relation(mapping: ConceptMapping, *, is_inverse: bool) -> Json:
    """Return the elements of the relationship; none for a denial that leaves open what the concepts are to each other.

    Only a denial of `skos:relatedMatch` says that they are not related. The word of a concept map goes first.
    """
    if mapping.relationship:
        name = "equivalence" if mapping.relationship in RELATIONSHIPS else "relationship"
        item = {name: mapping.relationship}
        target_from_r4(item)
    elif mapping.negated:
        return {"relationship": "not-related-to"} if mapping.predicate == expand("skos:relatedMatch") else {}
    else:
        item = {"relationship": _RELATIONSHIPS.get(mapping.predicate, "related-to")}
    return inverse_relationship(item) if is_inverse else item


def _element(source: Json, target: Json, relation: Json, mapping: ConceptMapping) -> Json:
    item: Json = {"code": target["code"], **relation}
    if target.get("display"):
        item["display"] = target["display"]
    comments = [each.value for each in mapping.comments if each.value]
    if mapping.resource_element:
        # The publisher's own comment; that of the graph also has the condition in words.
        stated: Json = exact_json.decode(mapping.resource_element)
        comments = [stated.pop("comment")] if "comment" in stated else []
        attributes_from_r4(stated)
        item |= stated
    elif clauses := read_rule(mapping.rule):
        item["dependsOn"] = clauses
    if not comments and mapping.rule not in ("", "TRUE") and not mapping.resource_element:
        # The rows of a Snomed CT map that hold under a condition have no other comment.
        comments = [mapping.advice or ("" if "dependsOn" in item else mapping.rule)]
    comments = [each for each in comments if each]
    if comments:
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


def _merged(groups: list[Json], others: Iterable[Json]) -> list[Json]:
    """Return the groups of matches, and what other groups of the same code systems state beside them."""
    known = {(each["source"], each["target"]): each for each in groups}
    done = [*groups]
    for other in others:
        source, target = (split_canonical(str(other.get(side, "")))[0] for side in ("source", "target"))
        if own := known.get((source, target)):
            elements = [*own.get("element", ()), *other.get("element", ())]
            own |= other | ({"element": elements} if elements else {})
        else:
            done.append(other)
    return done
