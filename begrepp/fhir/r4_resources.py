"""Resources and parameters between FHIR R5, which the operations use, and R4.

What R4 has no element for becomes the cross-version extension `http://hl7.org/fhir/5.0/StructureDefinition/extension-…`.
"""

from __future__ import annotations

from typing import Any

from begrepp.fhir.concept_map_forms import map_from_r4, map_to_r4, match_to_r4

Json = dict[str, Any]
_R5 = "http://hl7.org/fhir/5.0/StructureDefinition/extension-"
_EXPANSION_PROPERTY = f"{_R5}ValueSet.expansion.property"
_CONTAINS_PROPERTY = f"{_R5}ValueSet.expansion.contains.property"
_FILTER_OPERATOR = f"{_R5}ValueSet.compose.include.filter.op"
_NOT_IN_R4_NAMING_SYSTEM = frozenset(("url", "version", "title", "experimental"))
_NOT_IN_R4 = {
    "versionAlgorithmString": ("versionAlgorithm", "valueString"),
    "versionAlgorithmCoding": ("versionAlgorithm", "valueCoding"),
    "copyrightLabel": ("copyrightLabel", "valueString"),
    "approvalDate": ("approvalDate", "valueDate"),
    "lastReviewDate": ("lastReviewDate", "valueDate"),
    "effectivePeriod": ("effectivePeriod", "valuePeriod"),
    "topic": ("topic", "valueCodeableConcept"),
    **{role: (role, "valueContactDetail") for role in ("author", "editor", "reviewer", "endorser")},
    "relatedArtifact": ("relatedArtifact", "valueRelatedArtifact"),
}
"""Elements of terminology resources in R5 alone: the name and the value of the extension that R4 has for them."""


def from_r4(resource: Any) -> Any:
    """Return a resource of an R4 client in the form of R5; a list or value inside it likewise."""
    if isinstance(resource, list):
        return [from_r4(each) for each in resource]
    if not isinstance(resource, dict):
        return resource
    done = {name: from_r4(value) for name, value in resource.items()}
    kind = done.get("resourceType")
    if kind == "ConceptMap":
        map_from_r4(done)
    elif kind == "ValueSet":
        for item in _filters(done):
            for each in (item.get("_op") or {}).get("extension", ()):
                if each.get("url") == _FILTER_OPERATOR:
                    item["op"] = each.get("valueCode", item.get("op"))
    return done


def to_r4(resource: Json) -> Json:
    """Return an answer in the form of R4."""
    kind = resource.get("resourceType")
    if kind == "ValueSet":
        return _value_set_to_r4(resource)
    if kind == "ConceptMap":
        return map_to_r4(_without_new_elements(resource))
    if kind == "CodeSystem":
        return _without_new_elements(resource)
    if kind == "NamingSystem":
        return {name: value for name, value in resource.items() if name not in _NOT_IN_R4_NAMING_SYSTEM}
    if kind == "Parameters":
        return resource | {"parameter": [_parameter_to_r4(each) for each in resource.get("parameter", ())]}
    if kind == "Bundle":
        return resource | ({"entry": [_entry_to_r4(each) for each in resource["entry"]]} if "entry" in resource else {})
    return resource


def _entry_to_r4(entry: Json) -> Json:
    return entry | {"resource": to_r4(entry["resource"])} if "resource" in entry else entry


def _parameter_to_r4(parameter: Json) -> Json:
    if "resource" in parameter:
        return parameter | {"resource": to_r4(parameter["resource"])}
    return match_to_r4(parameter) if parameter.get("name") == "match" else parameter


def _value_set_to_r4(resource: Json) -> Json:
    done = _without_new_elements(resource)
    expansion = done.get("expansion")
    if isinstance(expansion, dict):
        moved = [_as_extension(_EXPANSION_PROPERTY, each) for each in expansion.get("property", ())]
        done["expansion"] = expansion = {key: value for key, value in expansion.items() if key != "property"}
        if moved:
            expansion["extension"] = [*expansion.get("extension", ()), *moved]
        if "contains" in expansion:
            expansion["contains"] = [_element_to_r4(each) for each in expansion["contains"]]
    return done


def _element_to_r4(element: Json) -> Json:
    if "property" not in element and "contains" not in element:
        return element
    moved = [_as_extension(_CONTAINS_PROPERTY, each) for each in element.get("property", ())]
    done = {key: value for key, value in element.items() if key != "property"}
    if moved:
        done = {
            "extension": [*element.get("extension", ()), *moved],
            **{k: v for k, v in done.items() if k != "extension"},
        }
    if "contains" in done:
        done["contains"] = [_element_to_r4(each) for each in done["contains"]]
    return done


def _as_extension(url: str, item: Json) -> Json:
    kinds = {"code": "valueCode", "uri": "valueUri"}
    parts: list[Json] = []
    for name, value in item.items():
        if name == "subProperty":
            parts += [_as_extension(name, each) for each in value]
        else:
            parts.append({"url": name, kinds[name]: value} if name in kinds else {"url": "value", name: value})
    return {"extension": parts, "url": url}


def _without_new_elements(resource: Json) -> Json:
    """Return the resource with the elements that only R5 has as extensions."""
    found = [name for name in _NOT_IN_R4 if name in resource]
    done = {key: value for key, value in resource.items() if key not in found}
    extensions = [
        {"url": f"{_R5}{resource['resourceType']}.{_NOT_IN_R4[name][0]}", _NOT_IN_R4[name][1]: each}
        for name in found
        for each in (resource[name] if isinstance(resource[name], list) else [resource[name]])
    ]
    if extensions:
        done["extension"] = [*done.get("extension", ()), *extensions]
    return done


def _filters(resource: Json) -> list[Json]:
    compose = resource.get("compose")
    if not isinstance(compose, dict):
        return []
    sets = [one for name in ("include", "exclude") for one in compose.get(name, ()) if isinstance(one, dict)]
    return [one for each in sets for one in each.get("filter", ()) if isinstance(one, dict)]
