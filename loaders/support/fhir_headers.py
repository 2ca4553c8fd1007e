"""Metadata of FHIR resources beside their codes, members and matches, as JSON that the graph keeps as it was given.

Ids and narratives are left out: a server assigns ids, and a narrative only shows what the other elements hold.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from loaders.support.fhir_labels import Json, object_items
from loaders.support.fhir_packages import Resource

_LEFT_OUT = ("resourceType", "id", "text", "implicitRules", "concept", "expansion", "group", "count")
_OF_THE_SERVER = ("versionId", "lastUpdated", "source")
"""Elements of `meta` that describe the copy on one server."""
ELEMENT_ENCODER = msgspec.json.Encoder(decimal_format="number", order="sorted")
"""Encoder of elements with sorted names; decimals are written as they were read."""


def resource_header(resource: Resource, listed: Sequence[Json] = (), *, count: int | None = None) -> str:
    """Return the metadata of a code system, value set or concept map as JSON with sorted names.

    `compose` of a value set is part of it, and so is `listed`: elements of its expansion whose code system is unknown.
    Of a concept map it has what groups state beside their matches: versions, rules for unlisted codes, and the codes
    that have no target. `count`: number of concepts, of a supplement.
    """
    header = {name: value for name, value in resource.body.items() if name not in _LEFT_OUT}
    if isinstance(meta := header.pop("meta", None), dict):
        kept = {name: value for name, value in meta.items() if name not in _OF_THE_SERVER}
        header |= {"meta": kept} if kept else {}
    if resource.kind == "ValueSet" and object_items(_contains(resource.body)):
        about = {name: resource.body["expansion"].get(name) for name in ("identifier", "timestamp")}
        kept = {name: value for name, value in about.items() if value is not None}
        header["expansion"] = kept | {"contains": [*listed]} if listed else {}
    if resource.kind == "ConceptMap" and (groups := [*_groups_without_targets(resource.body)]):
        header["group"] = groups
    if count is not None:
        header["count"] = count
    return ELEMENT_ENCODER.encode(header).decode()


def _contains(body: Json) -> object:
    expansion = body.get("expansion")
    return expansion.get("contains") if isinstance(expansion, dict) else None


def _groups_without_targets(body: Json) -> Iterator[Json]:
    for group in object_items(body.get("group")):
        elements = [each for each in object_items(group.get("element")) if _states_no_match(each)]
        kept = {name: value for name, value in group.items() if name != "element"}
        if elements or kept.keys() - {"source", "target"}:
            yield kept | ({"element": elements} if elements else {})


def _states_no_match(element: Json) -> bool:
    return all(is_no_match(each) for each in object_items(element.get("target")))


def is_no_match(target: Json) -> bool:
    """Return whether a target of a concept map states that there is none: `unmatched`, or a denial of no code."""
    relation = target.get("equivalence") or target.get("relationship")
    return relation == "unmatched" or (not target.get("code") and relation in ("disjoint", "not-related-to"))
