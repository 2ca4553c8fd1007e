"""CodeSystem resources of the build's editions, with or without their concepts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from begrepp.fhir.published_headers import WEB_SOURCE, with_header
from begrepp.fhir.systems.scheme_code_systems import SchemeCodeSystem
from begrepp.fhir.value_elements import object_items
from begrepp.terminology.concept_record import SystemDescription

Json = dict[str, Any]
MAX_LISTED = 20_000
"""Concepts of a CodeSystem that is read; larger ones are answered without concepts (`not-present`)."""
OID = re.compile(r"(?:urn:oid:)?(\d+(?:\.\d+)+)")
_ECL_FILTER: Json = {
    "code": "constraint",
    "description": "Concepts of an expression in the Expression Constraint Language (ECL)",
    "operator": ["="],
    "value": "An ECL expression",
}


def resource_id(*parts: str) -> str:
    """Return an id of FHIR: letters, digits, `-` and `.`, at most 64 characters."""
    return re.sub(r"[^A-Za-z0-9.]+", "-", "-".join(part for part in parts if part)).strip("-")[:64]


def code_system_id(about: SystemDescription, *, with_version: bool = True) -> str:
    """Return the id of the resource of an edition."""
    return resource_id(about.id, about.version if with_version else "")


def code_system_resource(view: SchemeCodeSystem, *, with_content: bool, limit: int | None = MAX_LISTED) -> Json:
    """Return the CodeSystem of R5; `limit`: number of concepts up to which they are listed, None for any."""
    about = view.system.description
    listed = with_content and (limit is None or view.size <= limit)
    is_tree = about.hierarchical
    own: Json = {
        "resourceType": "CodeSystem",
        "id": code_system_id(about),
        "extension": [{"url": WEB_SOURCE, "valueUrl": about.iri}],
        "url": view.url,
        "identifier": [{"system": "urn:ietf:rfc:3986", "value": each} for each in identifiers(about)],
        "version": view.version,
        "name": view.name,
        "title": view.title,
        "status": "active",
        "experimental": False,
        "date": about.valid_from,
        "publisher": about.publisher,
        "description": view.description,
        "copyright": about.licence,
        "caseSensitive": view.is_case_sensitive,
        "valueSet": view.value_set_url,
        "hierarchyMeaning": about.hierarchy_meaning or ("is-a" if is_tree else ""),
        "compositional": False,
        "versionNeeded": False,
        "content": view.content,
        "count": len(view.everything) if listed else view.size,
        "language": view.language,
        "filter": [_ECL_FILTER],
        "property": list(view.property_definitions),
    }
    done = with_header(own, view.header) | {"url": view.url, "property": own["property"]}
    if all(each.get("code") != _ECL_FILTER["code"] for each in object_items(done, "filter")):
        done["filter"] = [*object_items(done, "filter"), _ECL_FILTER]
    if not listed:
        return done | {"content": "not-present"}
    done["concept"] = list(_concepts(view))
    used = {each["code"] for concept in _all(done["concept"]) for each in concept.get("property", ())}
    used |= view.published_properties.keys()
    done["property"] = [each for each in own["property"] if each["code"] in used]
    return {name: value for name, value in done.items() if value != []}


def supplement_resource(about: SystemDescription, header: Json) -> Json:
    """Return the CodeSystem of a supplement that an edition was loaded with; its concepts are in the edition."""
    name = str(header.get("url") or "").rpartition("/")[2].rpartition(":")[2]
    own: Json = {
        "resourceType": "CodeSystem",
        "id": resource_id(about.id, "supplement", name, str(header.get("version") or "")),
        "status": "active",
    }
    return with_header(own, header) | {"content": "supplement"}


def _all(concepts: Iterable[Json]) -> Iterator[Json]:
    for each in concepts:
        yield each
        yield from _all(each.get("concept", ()))


def identifiers(about: SystemDescription) -> list[str]:
    """Return the identifiers of a code system, OIDs as `urn:oid:…`; a URI that is its address is not among them."""
    known = dict.fromkeys(
        each for each in (*about.identifiers, about.iri) if each and (each != about.uri or OID.fullmatch(each))
    )
    return [f"urn:oid:{oid[1]}" if (oid := OID.fullmatch(each)) else each for each in known]


def _concepts(view: SchemeCodeSystem) -> Iterator[Json]:
    """Yield the concepts: children inside their parent where each has one parent, else flat with parent properties."""
    single = all(len(view.parents(each)) <= 1 for each in view.everything)
    if not single:
        for concept in view.everything:
            yield _concept(view, concept, with_parents=True)
        return
    written = {each: _concept(view, each, with_parents=False) for each in view.everything}
    for each in view.everything:
        parents = [one for one in view.parents(each) if one in written]
        if parents:
            written[parents[0]].setdefault("concept", []).append(written[each])
        else:
            yield written[each]


def _concept(view: SchemeCodeSystem, concept: int, *, with_parents: bool) -> Json:
    done: Json = {"code": view.code(concept)}
    if extensions := view.extensions(concept):
        done = {"extension": [*extensions], **done}
    texts = view.texts(concept)
    if shown := texts.preferred(None):
        done["display"] = shown.value
    if definition := view.definition(concept):
        done["definition"] = definition
    others = [*(each for each in texts if each is not shown), *view.definitions(concept)[1:]]
    if others:
        done["designation"] = [each.to_json() for each in others]
    properties = view.properties(concept)
    if with_parents:
        parent = view.own_code("parent")
        properties += [{"code": parent, "valueCode": view.code(each)} for each in view.parents(concept)]
    if properties:
        done["property"] = properties
    return done
