"""`ConceptMap/$translate`: concept maps of R5 to matches, in both directions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from begrepp.fhir.mapping_queries import MappingQuery
from begrepp.fhir.requests.faults import FhirFault, FhirIssue, invalid_request
from begrepp.fhir.requests.operation_calls import OperationCall
from begrepp.fhir.requests.resource_versions import join_canonical, split_canonical, version_matches
from begrepp.fhir.resource_library import ResourceLibrary

Json = dict[str, Any]
EQUIVALENCES = {
    "equivalent": "equivalent",
    "source-is-narrower-than-target": "wider",
    "source-is-broader-than-target": "narrower",
    "related-to": "relatedto",
    "not-related-to": "disjoint",
}
"""Relationships of R5 to equivalences of R4."""
RELATIONSHIPS = {
    **{old: new for new, old in EQUIVALENCES.items()},
    "equal": "equivalent",
    "subsumes": "source-is-narrower-than-target",
    "specializes": "source-is-broader-than-target",
    "inexact": "related-to",
    "unmatched": "not-related-to",
}
"""Equivalences of R4 to relationships of R5."""
INVERSE_RELATIONSHIPS = {
    "source-is-narrower-than-target": "source-is-broader-than-target",
    "source-is-broader-than-target": "source-is-narrower-than-target",
}
"""Relationships that change when source and target change places."""


def translate(library: ResourceLibrary, call: OperationCall) -> Json:
    """Return the answer of ConceptMap/$translate. Raises `FhirFault` for an unknown map or a request without code."""
    query = _read_query(call)
    posted = call.resource("conceptMap", "ConceptMap")
    maps = [posted] if posted else [*library.posted_maps, *library.source.concept_maps(query)]
    if query.map_address and not posted:
        maps = [each for each in maps if _has_address(each, query.map_address)]
        if not maps:
            text = f"A definition for the concept map '{query.map_address}' could not be found"
            fault = FhirIssue(severity="error", code="not-found", kind="not-found", text=text, expression="url")
            raise FhirFault(fault, status=404)
    matches: list[Json] = []
    for each in maps:
        for match in _matches(each, query):
            if match not in matches:
                matches.append(match)
    result = any(_relationship(each) != "not-related-to" for each in matches)
    found: list[Json] = [{"name": "result", "valueBoolean": result}, *matches]
    if not matches:
        found.append({"name": "message", "valueString": "No mapping was found for the code."})
    return {"resourceType": "Parameters", "parameter": found}


def _read_query(call: OperationCall) -> MappingQuery:
    turned = bool(call.flag("reverse"))
    target = _codings(call, ("targetCoding",), ("targetCodeableConcept",), ("targetCode",), "targetSystem")
    source_names = (("sourceCoding", "coding"), ("sourceCodeableConcept", "codeableConcept"), ("sourceCode", "code"))
    source = _codings(call, *source_names, "sourceSystem", "system")
    if source and target:
        raise invalid_request("The request holds a code to translate and a target code; give one of them.")
    if not source and not target:
        raise invalid_request("No code: give sourceCode with sourceSystem, sourceCoding or sourceCodeableConcept.")
    address = call.text("url", "conceptMapUrl")
    sought = call.text("sourceSystem", "system") if target else call.text("targetSystem", "targetsystem")
    is_reverse = turned or bool(target)
    return MappingQuery(
        codings=target or source,
        is_reverse=is_reverse,
        returns_sources=turned and not target,
        source_system=sought if is_reverse else "",
        target_system="" if is_reverse else sought,
        source_scope=call.text("sourceScope", "source"),
        target_scope=call.text("targetScope", "target"),
        map_address=address and join_canonical(address, call.text("conceptMapVersion")),
    )


def _codings(
    call: OperationCall, coding: tuple[str, ...], concept: tuple[str, ...], code: tuple[str, ...], *systems: str
) -> list[Json]:
    if (found := call.coding(*coding)) is not None:
        return [found]
    if (found := call.codeable_concept(*concept)) is not None:
        return [each for each in found.get("coding", ()) if isinstance(each, dict)]
    if text := call.text(*code):
        system = call.text(*systems)
        if not system:
            raise invalid_request(f"The code {text[:50]!r} has no system: give {systems[0]}.")
        return [{"system": system, "code": text}]
    return []


def _has_address(resource: Json, address: str) -> bool:
    url, version = split_canonical(address)
    return resource.get("url") == url and (not version or version_matches(version, str(resource.get("version", ""))))


def _matches(resource: Json, query: MappingQuery) -> Iterator[Json]:
    canonical = join_canonical(str(resource.get("url", "")), resource.get("version"))
    scopes = (("source", query.source_scope), ("target", query.target_scope))
    for name, wanted in scopes:
        found = resource.get(f"{name}ScopeUri") or resource.get(f"{name}ScopeCanonical") or ""
        if wanted and found and split_canonical(found)[0] != split_canonical(wanted)[0]:
            return
    for group in resource.get("group", ()):
        source, target = (split_canonical(str(group.get(name, "")))[0] for name in ("source", "target"))
        if query.source_system in ("", source) and query.target_system in ("", target):
            for coding in query.codings:
                yield from _of_group(group, source, target, coding, query, canonical)


def _of_group(
    group: Json, source: str, target: str, coding: Json, query: MappingQuery, canonical: str
) -> Iterator[Json]:
    code, system = coding.get("code"), coding.get("system")
    if system not in (None, "", target if query.is_reverse else source):
        return
    is_mapped = False
    for element in group.get("element", ()):
        if query.is_reverse or element.get("code") == code:
            is_mapped = True
            for each in element.get("target", ()):
                if each.get("code") and (not query.is_reverse or each["code"] == code):
                    origin = _origin(element, source) if query.is_reverse else None
                    yield (
                        _turned(each, origin, canonical)
                        if query.returns_sources and origin
                        else _match(each, target, canonical, origin)
                    )
    unmapped = group.get("unmapped", {})
    if not is_mapped and not query.is_reverse and unmapped.get("mode") == "fixed" and unmapped.get("code"):
        yield _match(unmapped, target, canonical, None)
    if not is_mapped and not query.is_reverse and unmapped.get("mode") == "use-source-code":
        yield _match(
            {"code": code, "relationship": unmapped.get("relationship", "equivalent")}, target, canonical, None
        )


def _origin(element: Json, system: str) -> Json:
    found = {"system": system, "code": element.get("code")}
    return found | ({"display": element["display"]} if element.get("display") else {})


def _turned(item: Json, origin: Json, canonical: str) -> Json:
    """Return the match whose concept is the source, with the relationship read from the target."""
    relationship = _relationship_of(item)
    relationship = INVERSE_RELATIONSHIPS.get(relationship, relationship)
    return _match(origin | {"relationship": relationship}, str(origin["system"]), canonical, None)


def _match(item: Json, system: str, canonical: str, source: Json | None) -> Json:
    relationship = _relationship_of(item)
    concept = {"system": system, "code": item["code"]}
    if item.get("display"):
        concept["display"] = item["display"]
    parts: list[Json] = [
        {"name": "relationship", "valueCode": relationship},
        {"name": "concept", "valueCoding": concept},
    ]
    if source:
        parts.append({"name": "source", "valueCoding": source})
    for name in ("property", "dependsOn", "product"):
        for each in item.get(name, ()):
            parts.append({"name": name, "part": _sub_parts(each)})
    if canonical:
        parts.append({"name": "originMap", "valueCanonical": canonical})
    return {"name": "match", "part": parts}


def _relationship_of(item: Json) -> str:
    return str(item.get("relationship") or RELATIONSHIPS.get(str(item.get("equivalence")), "related-to"))


def _sub_parts(item: Json) -> list[Json]:
    parts: list[Json] = []
    for name, value in item.items():
        if name in ("code", "attribute", "property", "uri"):
            parts.append({"name": name, "valueUri": value})
        elif name.startswith("value") and name != "valueSet":
            parts.append({"name": "value", name: value})
    return parts


def _relationship(match: Json) -> str:
    return next(str(each["valueCode"]) for each in match["part"] if each["name"] == "relationship")
