"""Read and search of the CodeSystem, ValueSet, ConceptMap and NamingSystem resources that the server has."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

from begrepp.errors import NotFound
from begrepp.fhir.requests.faults import FhirFault, invalid_request
from begrepp.fhir.resource_library import ResourceSource
from begrepp.fhir.value_sets.implicit_value_sets import implicit_system, implicit_value_set
from server.fhir.parameter_names import ignored_outcome, refuse_misspelt, refuse_unknown
from server.fhir.search_parameters import SEARCH_PARAMETERS, TYPE_PARAMETERS, parameter_test
from server.http.query_parameters import find_unknown

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
_MANDATORY = {
    "CodeSystem": ("status", "content"),
    "ValueSet": ("status",),
    "ConceptMap": ("status",),
    "NamingSystem": ("name", "status", "kind", "date", "uniqueId"),
}
RESOURCE_TYPES = tuple(_TYPE_SUMMARY)
_SUBSETTED: Json = {"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "code": "SUBSETTED"}
_RESULT_PARAMETERS = ("_count", "_offset", "_summary", "_elements", "_format")
_SINGLE = ("_count", "_offset", "_summary", "_format")
"""Those of them that have one value."""
_SUMMARIES = ("data", "false", "text", "true")
"""Values of `_summary`; no resource has a narrative, so `data` leaves nothing out. A search has `count` too."""
_CHOOSING = frozenset(
    {"_content", "_filter", "_has", "_in", "_language", "_lastUpdated", "_list", "_profile", "_query", "_security"}
    | {"_source", "_tag", "_text", "_type"}
)
"""Parameters of FHIR that begin with an underscore and choose resources; others give order and form, and are not used.

Clients add some of their own, as fhirpy does with `_totalMethod`; the link `self` has those that were used.
"""


def _check_form(wanted: Mapping[str, Sequence[str]], summaries: Collection[str]) -> None:
    """Raise `FhirFault` for another value of `_summary`, and for a parameter of form with several values."""
    for name in _SINGLE:
        if len({*wanted.get(name, ())}) > 1:
            raise invalid_request(f"The parameter {name} has several values.")
    summary = _summary(wanted)
    if summary and summary not in summaries:
        listed = ", ".join(sorted(summaries))
        raise invalid_request(f"The parameter _summary is {summary[:20]!r}. Its values are: {listed}.")


def _summary(wanted: Mapping[str, Sequence[str]]) -> str:
    return next(iter(wanted.get("_summary", ())), "")


def shorten(resource: Json, wanted: Mapping[str, Sequence[str]]) -> Json:
    """Return a resource with the elements that `_summary` and `_elements` choose, and those that are mandatory."""
    kind, summary = resource["resourceType"], _summary(wanted)
    elements = [each.strip() for text in wanted.get("_elements", ()) for each in text.split(",")]
    if summary == "true":
        kept = {*_SUMMARY, *_TYPE_SUMMARY[kind]}
    elif summary == "text" or any(elements):
        kept = {"text", *elements}
    else:
        return resource
    names = {"resourceType", "id", "meta", *_MANDATORY[kind], *kept}
    meta = resource.get("meta", {})
    own = {"resourceType": kind, "meta": meta | {"tag": [*meta.get("tag", ()), _SUBSETTED]}}
    return own | {key: value for key, value in resource.items() if key in names and key != "meta"}


def read_in_form(source: ResourceSource, kind: str, name: str, wanted: Mapping[str, Sequence[str]]) -> Json:
    """Return the resource of an id, shortened by `_summary` and `_elements`. Raises `NotFound` and `FhirFault`."""
    _check_form(wanted, _SUMMARIES)
    return shorten(read_resource(source, kind, name, with_content=True), wanted)


def read_resource(source: ResourceSource, kind: str, name: str, *, with_content: bool = False) -> Json:
    """Return the resource of an id. Raises `NotFound`."""
    found = source.resource(kind, name, with_content=with_content) if kind in RESOURCE_TYPES else None
    if found is None:
        raise NotFound(f"There is no {kind} with the id {name[:64]!r}.")
    return found


def search_resources(
    source: ResourceSource, kind: str, pairs: Iterable[tuple[str, str]], address: str, *, is_lenient: bool = False
) -> Json:
    """Return a Bundle of the resources that fit all parameters; `address`: of the resource type.

    The link `self` has the parameters that were used, `previous` and `next` lead to the other pages. Raises `FhirFault`
    for a modifier that is not known, and for such a parameter; with `is_lenient` an OperationOutcome in the Bundle
    tells which parameters were ignored.
    """
    if kind not in RESOURCE_TYPES:
        raise NotFound(f"There is no resource type {kind[:50]!r}.", f"The types are {', '.join(RESOURCE_TYPES)}.")
    known = {*SEARCH_PARAMETERS, *TYPE_PARAMETERS[kind], *_RESULT_PARAMETERS}
    pairs = list(pairs)
    names = [name for name in dict.fromkeys(name for name, _ in pairs) if name.partition(":")[0] not in known]
    unknown = [name for name in names if not name.startswith("_") or name.partition(":")[0] in _CHOOSING]
    if not is_lenient:
        refuse_misspelt(names, known)
    if not is_lenient:
        refuse_unknown(unknown, known)
    wanted: dict[str, list[str]] = {}
    for name, value in pairs:
        if value and name not in names:
            wanted.setdefault(name, []).append(value)
    _check_form(wanted, {*_SUMMARIES, "count"})
    tests = [parameter_test(kind, *one) for one in wanted.items() if one[0] not in _RESULT_PARAMETERS]
    present = [*source.resources(kind), *_at_other_addresses(source, kind, wanted.get("url", ()))]
    found = [each for each in present if all(test(each) for test in tests)]
    count, offset = min(_number(wanted, "_count", _COUNT), _MAX_COUNT), _number(wanted, "_offset", 0)
    if "_count" in wanted:
        wanted["_count"] = [str(count)]
    bundle: Json = {"resourceType": "Bundle", "type": "searchset", "total": len(found)}
    bundle["link"] = [_link("self", address, wanted)]
    if _summary(wanted) == "count" or count == 0:
        return bundle
    pages = {"previous": max(offset - count, 0)} if offset else {}
    if offset + count < len(found):
        pages["next"] = offset + count
    for relation, start in pages.items():
        page = wanted | {"_count": [str(count)], "_offset": [str(start)]}
        bundle["link"].append(_link(relation, address, page))
    if shown := found[offset : offset + count]:
        bundle["entry"] = [_entry(source, kind, each, wanted, address) for each in shown]
    if unknown := find_unknown(unknown, known):
        outcome = {"resource": ignored_outcome(unknown), "search": {"mode": "outcome"}}
        bundle["entry"] = [*bundle.get("entry", ()), outcome]
    return bundle


def _at_other_addresses(source: ResourceSource, kind: str, addresses: Iterable[str]) -> list[Json]:
    """Return code systems that are asked for by another of their addresses, which they get, and implicit value sets.

    Operations accept those addresses; a client that looks for the resource first must find it.
    """
    found: list[Json] = []
    for address in addresses:
        if kind == "CodeSystem" and (identity := source.identity(address)) not in ("", address):
            found += [each | {"url": address} for each in source.resources(kind) if each["url"] == identity]
        system = implicit_system(address) if kind == "ValueSet" else ""
        if system and source.code_system_versions(system):
            with suppress(FhirFault):  # a form that does not exist
                found.append(implicit_value_set(address, "").resource)
    return found


def _link(relation: str, address: str, wanted: dict[str, list[str]]) -> Json:
    query = urlencode(wanted, doseq=True, safe=":/,|")
    return {"relation": relation, "url": f"{address}?{query}" if query else address}


def _entry(source: ResourceSource, kind: str, resource: Json, wanted: dict[str, list[str]], address: str) -> Json:
    url = f"{address}/{resource['id']}" if "id" in resource else resource["url"]
    if "id" in resource and kind != "CodeSystem" and _summary(wanted) not in ("true", "text"):
        resource = source.resource(kind, resource["id"], with_content=True) or resource
    return {"fullUrl": url, "resource": shorten(resource, wanted), "search": {"mode": "match"}}


def _number(wanted: dict[str, list[str]], name: str, default: int) -> int:
    text = wanted.get(name, [""])[0]
    if text and (not text.isdecimal() or len(text) > 9):
        raise invalid_request(f"The parameter {name} is not a number: {text[:20]!r}.")
    return int(text) if text else default
