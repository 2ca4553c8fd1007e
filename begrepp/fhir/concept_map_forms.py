"""ConceptMap resources and matches of `$translate` between FHIR R5 and R4.

An equivalence of R4 that no relationship of R5 stands for alone is kept in the extension that HL7's converters use.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from begrepp.fhir.requests.resource_versions import join_canonical, split_canonical
from begrepp.fhir.value_elements import object_items, value_element

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
_INVERSE_EQUIVALENCES = {"subsumes": "specializes", "specializes": "subsumes"}
_OLD_EQUIVALENCE = "http://hl7.org/fhir/1.0/StructureDefinition/extension-ConceptMap.element.target.equivalence"
_UNMAPPED_MODES = {"provided": "use-source-code"}


def relationship_of(item: Json) -> str:
    """Return the relationship of a target or of `unmapped`; `related-to` if none is stated."""
    return str(item.get("relationship") or RELATIONSHIPS.get(str(item.get("equivalence")), "related-to"))


def inverse_relationship(item: Json) -> Json:
    """Return the elements of the relationship as read from the target."""
    relationship, old = relationship_of(item), _old_equivalence(item.get("_relationship"))
    done: Json = {"relationship": INVERSE_RELATIONSHIPS.get(relationship, relationship)}
    return done | ({"_relationship": _extended(_INVERSE_EQUIVALENCES.get(old, old))} if old else {})


def map_from_r4(resource: Json) -> None:
    """Change a ConceptMap of R4, in place, to the form of R5."""
    _rename_scopes(resource, to_r5=True)
    for group in object_items(resource, "group"):
        for side in ("source", "target"):
            if version := group.pop(f"{side}Version", None):
                group[side] = join_canonical(str(group.get(side, "")), str(version))
        for element in object_items(group, "element"):
            for target in object_items(element, "target"):
                target_from_r4(target)
            _state_no_map(element)
        unmapped = group.get("unmapped")
        if isinstance(unmapped, dict):
            group["unmapped"] = _renamed(unmapped, "url", "otherMap", _UNMAPPED_MODES)


def _state_no_map(element: Json) -> None:
    """Replace targets without a code by `noMap`, unless the element has others, or their relation is a match."""
    targets = [*object_items(element, "target")]
    coded = [each for each in targets if each.get("code")]
    if len(coded) == len(targets):
        return
    if not coded:
        del element["target"]
        if all(each.get("relationship") == "not-related-to" for each in targets):
            element["noMap"] = True
    else:
        element["target"] = coded


def target_from_r4(target: Json) -> None:
    """Change a target of R4, in place, to the form of R5."""
    if "equivalence" in target:
        old = str(target.pop("equivalence"))
        target["relationship"] = RELATIONSHIPS.get(old, "related-to")
        if old in RELATIONSHIPS and EQUIVALENCES[RELATIONSHIPS[old]] != old:
            target["_relationship"] = _extended(old)
    attributes_from_r4(target)


def attributes_from_r4(target: Json) -> None:
    """Change `dependsOn` and `product` of a target of R4, in place, to the form of R5."""
    for name in ("dependsOn", "product"):
        if name in target:
            target[name] = [_attribute_from_r4(each) for each in object_items(target, name)]


def _attribute_from_r4(item: Json) -> Json:
    """Return an element of `dependsOn` or `product`: a Coding where R4 has a system or a display, else a text."""
    if "attribute" in item:
        return item
    done: Json = {"attribute": item["property"]} if "property" in item else {}
    if "system" in item or "display" in item:
        coding = {"system": item.get("system"), "code": item.get("value"), "display": item.get("display")}
        return done | {"valueCoding": {name: value for name, value in coding.items() if value is not None}}
    return done | ({"valueString": item["value"]} if "value" in item else {})


def map_to_r4(resource: Json) -> Json:
    """Return a ConceptMap of R5 in the form of R4."""
    done = dict(resource)
    _rename_scopes(done, to_r5=False)
    if isinstance(done.get("identifier"), list):
        done["identifier"] = done["identifier"][0]
    uris = attribute_uris(done, "additionalAttribute")
    for name in ("additionalAttribute", "property"):
        done.pop(name, None)
    if groups := [_group_to_r4(each, uris) for each in done.pop("group", ())]:
        done["group"] = groups
    return done


def attribute_uris(resource: Json, declarations: str) -> dict[object, str]:
    """Return the addresses that a concept map declares for the codes of its properties or attributes."""
    return {each.get("code"): each["uri"] for each in object_items(resource, declarations) if each.get("uri")}


def _group_to_r4(group: Json, uris: Mapping[object, str]) -> Json:
    elements = []
    for each in group.get("element", ()):
        targets = [_target_to_r4(one, uris) for one in each.get("target", ())]
        if each.get("noMap"):
            targets = [{"equivalence": "unmatched"}]
        kept = {key: value for key, value in each.items() if key not in ("noMap", "target")}
        elements.append(kept | ({"target": targets} if targets else {}))
    done = group | {"element": elements}
    for side in ("source", "target"):
        url, version = split_canonical(str(group.get(side, "")))
        if version:
            done |= {side: url, f"{side}Version": version}
    if isinstance(group.get("unmapped"), dict):
        modes = {new: old for old, new in _UNMAPPED_MODES.items()}
        done["unmapped"] = _renamed(group["unmapped"], "otherMap", "url", modes)
        done["unmapped"].pop("relationship", None)
    return done


def _target_to_r4(target: Json, uris: Mapping[object, str]) -> Json:
    done = {key: value for key, value in target.items() if key not in ("relationship", "_relationship", "property")}
    for name in ("dependsOn", "product"):
        if name in done:
            done[name] = [_attribute_to_r4(each, uris) for each in object_items(target, name)]
    return done | {"equivalence": _equivalence(target.get("relationship"), target.get("_relationship"))}


def _attribute_to_r4(item: Json, uris: Mapping[object, str]) -> Json:
    attribute = item.get("attribute")
    return {"property": uris.get(attribute, attribute)} | _value_to_r4(value_element(item, "")[1])


def _value_to_r4(value: object) -> Json:
    """Return the value of an attribute as R4 has it: code with its system and display, or a text."""
    if isinstance(value, dict) and "value" in value:
        words = (value.get("comparator"), value["value"], value.get("unit") or value.get("code"))
        return {"value": " ".join(str(each) for each in words if each is not None)}
    if isinstance(value, dict):
        named = {"system": value.get("system"), "value": value.get("code"), "display": value.get("display")}
        return {name: each for name, each in named.items() if each}
    return {"value": str(value).lower() if isinstance(value, bool) else str(value)}


def match_to_r4(match: Json) -> Json:
    """Return the parameter `match` of an answer of R5 in the form of R4."""
    return match | {"part": [_part_to_r4(each) for each in match["part"]]}


def _part_to_r4(part: Json) -> Json:
    if part["name"] == "relationship":
        return {"name": "equivalence", "valueCode": _equivalence(part["valueCode"], part.get("_valueCode"))}
    if part["name"] == "product":
        return part | {"part": [_product_to_r4(each) for each in part["part"]]}
    if part["name"] == "dependsOn":
        return part | {"part": [one for each in part["part"] for one in _dependency_to_r4(each)]}
    return part


def _dependency_to_r4(part: Json) -> list[Json]:
    if part["name"] == "attribute":
        return [part | {"name": "property"}]
    kinds = {"system": "valueUri", "value": "valueString", "display": "valueString"}
    return [{"name": name, kinds[name]: value} for name, value in _value_to_r4(value_element(part)[1]).items()]


def _product_to_r4(part: Json) -> Json:
    if part["name"] == "attribute":
        return part | {"name": "element"}
    if part["name"] == "value":
        coding = next((value for name, value in part.items() if name != "name"), None)
        return {"name": "concept", "valueCoding": coding if isinstance(coding, dict) else {"code": str(coding)}}
    return part


def _equivalence(relationship: object, element: object) -> str:
    return _old_equivalence(element) or EQUIVALENCES.get(str(relationship), "relatedto")


def _extended(equivalence: str) -> Json:
    return {"extension": [{"url": _OLD_EQUIVALENCE, "valueCode": equivalence}]}


def _old_equivalence(element: object) -> str:
    """Return the equivalence of R4 that an extension of a relationship keeps, empty if there is none."""
    extensions = object_items(element, "extension") if isinstance(element, dict) else ()
    found = next((str(each.get("valueCode")) for each in extensions if each.get("url") == _OLD_EQUIVALENCE), "")
    return found if found in RELATIONSHIPS else ""


def _renamed(unmapped: Json, old: str, new: str, modes: Mapping[str, str]) -> Json:
    done = {new if name == old else name: value for name, value in unmapped.items()}
    return done | {"mode": modes.get(str(done.get("mode")), done.get("mode"))}


def _rename_scopes(resource: Json, *, to_r5: bool) -> None:
    for side in ("source", "target"):
        for kind in ("Uri", "Canonical"):
            old, new = (f"{side}{kind}", f"{side}Scope{kind}") if to_r5 else (f"{side}Scope{kind}", f"{side}{kind}")
            if old in resource:
                resource[new] = resource.pop(old)
