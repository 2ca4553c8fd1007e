"""Conversion of terminology resources between FHIR R5 and R4, as HL7's test runner does for an R4 server."""

from __future__ import annotations

from typing import Any

_R5 = "http://hl7.org/fhir/5.0/StructureDefinition/extension-"
_EXPANSION_PROPERTY = f"{_R5}ValueSet.expansion.property"
_CONTAINS_PROPERTY = f"{_R5}ValueSet.expansion.contains.property"
_TO_R4 = {
    "equivalent": "equivalent",
    "source-is-narrower-than-target": "wider",
    "source-is-broader-than-target": "narrower",
    "related-to": "relatedto",
    "not-related-to": "disjoint",
}


def to_r4(resource: Any) -> Any:
    """Return a resource of a request in R4 form."""
    if isinstance(resource, list):
        return [to_r4(each) for each in resource]
    if not isinstance(resource, dict):
        return resource
    done = {name: to_r4(value) for name, value in resource.items()}
    kind = done.get("resourceType")
    if kind in ("CodeSystem", "ValueSet", "ConceptMap"):
        for name in ("versionAlgorithmCoding", "versionAlgorithmString"):
            if name in done:
                value = {f"value{name.removeprefix('versionAlgorithm')}": done.pop(name)}
                extension = {"url": f"{_R5}{kind}.versionAlgorithm", **value}
                done["extension"] = [*done.get("extension", []), extension]
    if kind == "ValueSet" and (expansion := done.get("expansion")):
        if "property" in expansion:
            expansion["extension"] = [
                *expansion.get("extension", []),
                *(_parts(_EXPANSION_PROPERTY, each) for each in expansion.pop("property")),
            ]
        _move_properties(expansion)
    if kind == "ConceptMap":
        for old, new in (("sourceScopeUri", "sourceUri"), ("targetScopeUri", "targetUri")):
            if old in done:
                done[new] = done.pop(old)
        for old, new in (("sourceScopeCanonical", "sourceCanonical"), ("targetScopeCanonical", "targetCanonical")):
            if old in done:
                done[new] = done.pop(old)
        for group in done.get("group", []):
            for element in group.get("element", []):
                if element.pop("noMap", False):
                    element["target"] = [{"equivalence": "unmatched"}]
                for target in element.get("target", []):
                    if "relationship" in target:
                        target["equivalence"] = _TO_R4[target.pop("relationship")]
    return done


def _parts(url: str, item: dict[str, Any]) -> dict[str, Any]:
    names = {"code": "valueCode", "uri": "valueUri"}
    parts = []
    for name, value in item.items():
        if name in names:
            parts.append({"url": name, names[name]: value})
        elif name.startswith("value"):
            parts.append({"url": "value", name: value})
    return {"url": url, "extension": parts}


def _move_properties(parent: dict[str, Any]) -> None:
    for each in parent.get("contains", []):
        if "property" in each:
            moved = [_parts(_CONTAINS_PROPERTY, one) for one in each.pop("property")]
            each["extension"] = [*each.get("extension", []), *moved]
        _move_properties(each)


def to_r5(resource: Any) -> Any:
    """Return a resource of an R4 answer in R5 form."""
    if isinstance(resource, list):
        return [to_r5(each) for each in resource]
    if not isinstance(resource, dict):
        return resource
    done = {name: to_r5(value) for name, value in resource.items()}
    for url in (_EXPANSION_PROPERTY, _CONTAINS_PROPERTY):
        moved = [each for each in done.get("extension", []) if each.get("url") == url]
        if moved:
            done["property"] = [*done.get("property", []), *map(_joined, moved)]
            done["extension"] = [each for each in done["extension"] if each.get("url") != url]
            if not done["extension"]:
                del done["extension"]
    return done


def _joined(extension: dict[str, Any]) -> dict[str, Any]:
    done: dict[str, Any] = {}
    for part in extension["extension"]:
        name = next(key for key in part if key.startswith("value"))
        done[name if part["url"] == "value" else part["url"]] = part[name]
    return done
