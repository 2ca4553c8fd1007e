"""Read and search of the CodeSystem, ValueSet, ConceptMap and NamingSystem resources that the server has."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from begrepp.errors import NotFound
from begrepp.fhir.requests.faults import invalid_request
from begrepp.fhir.resource_library import ResourceSource

Json = dict[str, Any]
_COUNT = 50
_MAX_COUNT = 1000
_SUMMARY = ("id", "url", "version", "name", "title", "status", "experimental", "date", "publisher", "description")
_TYPE_SUMMARY = {
    "CodeSystem": ("caseSensitive", "valueSet", "hierarchyMeaning", "content", "count", "supplements", "identifier"),
    "ValueSet": ("immutable", "identifier"),
    "ConceptMap": ("sourceScopeUri", "targetScopeUri", "identifier"),
    "NamingSystem": ("kind", "uniqueId"),
}
RESOURCE_TYPES = tuple(_TYPE_SUMMARY)
SEARCH_PARAMETERS = {"url": "uri", "version": "token", "name": "string", "title": "string", "status": "token"}
"""Search parameters of every type with their types."""
TYPE_PARAMETERS: dict[str, dict[str, str]] = {
    "CodeSystem": {"identifier": "token"},
    "ValueSet": {"identifier": "token"},
    "ConceptMap": {"identifier": "token"},
    "NamingSystem": {"value": "string", "id-type": "token", "kind": "token"},
}
"""Further search parameters of a type."""
_UNIQUE_ID = {"value": "value", "id-type": "type"}


def read_resource(source: ResourceSource, kind: str, name: str, *, with_content: bool = False) -> Json:
    """Return the resource of an id. Raises `NotFound`."""
    found = source.resource(kind, name, with_content=with_content) if kind in RESOURCE_TYPES else None
    if found is None:
        raise NotFound(f"There is no {kind} with the id {name[:64]!r}.")
    return found


def search_resources(source: ResourceSource, kind: str, pairs: Iterable[tuple[str, str]], address: str) -> Json:
    """Return a Bundle of the resources that fit all parameters. Raises `FhirFault` for one that is not known."""
    if kind not in RESOURCE_TYPES:
        raise NotFound(f"There is no resource type {kind[:50]!r}.", f"The types are {', '.join(RESOURCE_TYPES)}.")
    wanted: dict[str, list[str]] = {}
    for name, value in pairs:
        wanted.setdefault(name, []).append(value)
    found = [each for each in source.resources(kind) if all(_fits(each, *one) for one in wanted.items())]
    count, offset = _number(wanted, "_count", _COUNT), _number(wanted, "_offset", 0)
    summary = wanted.get("_summary", [""])[0]
    bundle: Json = {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": len(found),
        "link": [{"relation": "self", "url": address}],
    }
    if summary == "count":
        return bundle
    shown = found[offset : offset + min(count, _MAX_COUNT)]
    bundle["entry"] = [_entry(source, kind, each, summary, address) for each in shown]
    if not shown:
        del bundle["entry"]
    return bundle


def _entry(source: ResourceSource, kind: str, resource: Json, summary: str, address: str) -> Json:
    if summary in ("false", "data", "") and kind != "CodeSystem":
        resource = source.resource(kind, resource["id"], with_content=True) or resource
    if summary == "true":
        kept = ("resourceType", *_SUMMARY, *_TYPE_SUMMARY[kind])
        resource = {key: value for key, value in resource.items() if key in kept}
    url = f"{address.rstrip('/')}/{resource['id']}"
    return {"fullUrl": url, "resource": resource, "search": {"mode": "match"}}


def _fits(resource: Json, name: str, values: list[str]) -> bool:
    """Return whether a resource has all values of a search parameter; commas separate alternatives."""
    key, _, modifier = name.partition(":")
    if key.startswith("_") and key != "_id":
        return True
    for value in values:
        choices = value.split(",")
        if key in ("url", "version", "status", "_id"):
            own = str(resource.get("id" if key == "_id" else key, ""))
            fits = any(own.startswith(one) if modifier == "below" else own == one for one in choices)
        elif key in ("name", "title"):
            own = str(resource.get(key, "")).casefold()
            fits = any(own == one.casefold() if modifier == "exact" else one.casefold() in own for one in choices)
        elif resource["resourceType"] == "NamingSystem" and key in TYPE_PARAMETERS["NamingSystem"]:
            own_values = (
                {resource["kind"]} if key == "kind" else {each[_UNIQUE_ID[key]] for each in resource["uniqueId"]}
            )
            fits = any(one.removeprefix("urn:oid:") in own_values for one in choices)
        elif key == "identifier":
            own_ids = {str(each.get("value")) for each in resource.get("identifier", ())}
            fits = any(one.rpartition("|")[2] in own_ids for one in choices)
        else:
            raise invalid_request(f"The search parameter {name[:50]!r} is not supported.", code="not-supported")
        if not fits:
            return False
    return True


def _number(wanted: dict[str, list[str]], name: str, default: int) -> int:
    text = wanted.get(name, [""])[0]
    if text and (not text.isdecimal() or len(text) > 9):
        raise invalid_request(f"The parameter {name} is not a number: {text[:20]!r}.")
    return int(text) if text else default
