"""ValueSet resources of the value sets of a build."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from begrepp.fhir.published_headers import WEB_SOURCE, read_header, with_header
from begrepp.fhir.r4_resources import from_r4
from begrepp.fhir.systems.code_system_resources import resource_id
from begrepp.fhir.systems.scheme_code_systems import system_url, version_of
from begrepp.fhir.value_elements import object_items
from begrepp.fhir.value_sets.expanded_sets import expanded_sets
from begrepp.settings import LANGUAGES
from begrepp.terminology.terminology import StoredValueSet

Json = dict[str, Any]


def value_set_id(value_set: StoredValueSet, *, with_version: bool = True) -> str:
    """Return the id of the resource: the last parts of the IRI."""
    name, version = value_set.iri.rstrip("/").split("/")[-2:]
    return resource_id(name, version if with_version else "")


def value_set_resource(value_set: StoredValueSet, url: str = "", has_all: Callable[[Json], bool] | None = None) -> Json:
    """Return the ValueSet of R5, under the address that the client uses for it, else under the publisher's.

    `has_all`: whether the build has all that an include refers to; without it the resource has no content. The rules
    of the publisher are the content, unless they cannot be evaluated and the publisher gives the members as well.
    """
    about = value_set.description
    header = from_r4({"resourceType": "ValueSet"} | read_header(about.resource_header))
    compose, expansion = header.pop("compose", None), header.pop("expansion", None)
    texts = sorted(about.titles, key=lambda each: LANGUAGES.index(each.lang) if each.lang in LANGUAGES else 9)
    address = url or str(header.get("url") or about.iri)
    own: Json = {
        "resourceType": "ValueSet",
        "id": value_set_id(value_set),
        "extension": [{"url": WEB_SOURCE, "valueUrl": about.iri}],
        "url": address,
        "identifier": [
            {"system": "urn:ietf:rfc:3986", "value": each}
            for each in dict.fromkeys((*about.identifiers, about.iri))
            if each != address
        ],
        "version": about.version,
        "name": f"ValueSet{resource_id(*about.iri.split('/')[-2:]).replace('-', '').replace('.', '')}",
        "title": texts[0].value if texts else "",
        "status": "active",
        "experimental": False,
        "description": next((each.value for each in about.descriptions), ""),
        "purpose": "" if compose else "; ".join(about.intension),
    }
    done = with_header(own, header) | {"url": address}
    if has_all:
        parts = [*object_items(compose, "include"), *object_items(compose, "exclude")] if compose else []
        is_evaluable = bool(parts) and (expansion is None or all(map(has_all, parts)))
        if is_evaluable:
            done["compose"] = compose
        else:
            listed = ({**each, "concept": _codes(each["concept"])} for each in expanded_sets(expansion or {}))
            done["compose"] = {"include": [*_listed_members(value_set), *listed]}
            # Members of code systems that the build does not have are known by the publisher's expansion only.
            done |= {"expansion": expansion} if expansion else {}
    return done


def _codes(concepts: list[Json]) -> list[Json]:
    return [{"code": each["code"]} for each in concepts]


def _listed_members(value_set: StoredValueSet) -> list[Json]:
    """Return an include with the members for each code system."""
    includes = []
    for system in value_set.systems():
        codes = [{"code": system.code(each)} for each in value_set.members(system)]
        version = version_of(system.description)
        include: Json = {"system": system_url(system.description), "concept": codes}
        includes.append(include | ({"version": version} if version else {}))
    return includes
