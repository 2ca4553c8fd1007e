"""Reader of FHIR StructureDefinition: elements from the snapshot, else from the differential."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from begrepp.errors import InputError, Origin
from begrepp.records import Element, Link, Record, Text
from begrepp.sources.row_faults import RowScope
from loaders.support.fhir_labels import Json, coding_links, object_items, read_texts, value_of
from loaders.support.fhir_packages import Resource
from loaders.support.fhir_values import extension_notes, value_text

_CODE_PATHS = (("code", "coding", "code"), ("code", "coding"), ("code",))
_VALUES = ("pattern", "fixed", "minValue", "maxValue")
"""Beginnings of the keys with a value of any type."""
_CONSTRAINTS = ("maxLength", "mustSupport", "mustHaveValue", "isModifier")


def read_profile(resource: Resource, structure: str, systems: Mapping[str, str]) -> Iterator[Record]:
    """Yield every element. Raises `InputError` if there is neither snapshot nor differential."""
    body, origin = resource.body, resource.origin
    language = resource.language
    changed = {_id(each): each for each in object_items(_element_list(body, "differential"))}
    snapshot = object_items(_element_list(body, "snapshot"))
    elements = snapshot or object_items(_element_list(body, "differential"))
    if not elements:
        raise InputError(
            origin, f"'{body.get('url')}' has neither a snapshot nor a differential.", "Export it again from its tool."
        )
    seen: set[str] = set()
    codes = _fixed_code_links(elements, systems)
    scope = RowScope()
    for each in elements:
        with scope:
            id_ = _id(each)
            if not id_:
                raise InputError(origin, f"an element of '{body.get('url')}' has neither id nor path.", "Fix the file.")
            if id_ in seen:
                raise InputError(origin, f"the element '{id_}' of '{body.get('url')}' occurs twice.", "Fix the file.")
            seen.add(id_)
            value = each.get("binding")
            binding: Json = value if isinstance(value, dict) else {}
            yield Element(
                structure=structure,
                path=id_,
                origin=Origin(origin.file, origin.row),
                titles=read_texts(each, "short", language)
                or read_texts(each, "label", language)
                or (Text(id_, "und"),),
                descriptions=read_texts(each, "definition", language),
                parent=id_.rpartition(".")[0],
                datatype=_types(each),
                min_card=str(each.get("min", "")),
                max_card=str(each.get("max", "")),
                measures=tuple(
                    {link.concept: link for link in (*_own_links(each, systems), *codes.get(id_, ()))}.values()
                ),
                unit=_fixed_unit(each),
                bindings=tuple(_binding_addresses(binding)),
                strength=str(binding.get("strength") or ""),
                notes=tuple(_notes(each, changed.get(id_, {}) if changed else each, language, partial=not snapshot)),
            )


def _element_list(body: Json, view: str) -> object:
    section = body.get(view)
    return section.get("element") if isinstance(section, dict) else None


def _id(element: Json) -> str:
    """Return the element's id, which distinguishes slices of one path: `Observation.component:systolic`."""
    path, slice_ = str(element.get("path") or ""), element.get("sliceName")
    return str(element.get("id") or (f"{path}:{slice_}" if slice_ else path))


def _types(element: Json) -> str:
    """Return the types (`Quantity | CodeableConcept`, `Reference(Patient | Group)`) or the content reference."""
    types = []
    for each in object_items(element.get("type")):
        code = str(each.get("code") or "").rpartition("/")[2]
        profiles = each.get("targetProfile") or (each.get("profile") if code != "Reference" else None) or []
        targets = [str(one).rpartition("/")[2] for one in ([profiles] if isinstance(profiles, str) else profiles)]
        types.append(f"{code}({' | '.join(targets)})" if targets else code)
    return " | ".join(types) or str(element.get("contentReference") or "")


def _own_links(element: Json, systems: Mapping[str, str]) -> Iterator[Link]:
    """Yield the links of `ElementDefinition.code`."""
    for coding in object_items(element.get("code")):
        yield from coding_links(coding, systems, "ElementDefinition.code")


def _fixed_code_links(elements: list[Json], systems: Mapping[str, str]) -> dict[str, tuple[Link, ...]]:
    """Return links by the element that a fixed code describes: the parent of `code`, such as `Observation`.

    The fixed value may be a concept (`code`), a coding (`code.coding:loinc`) or a code (`code.coding.code`, with its
    system in a sibling element).
    """
    by_id = {_id(each): each for each in elements}
    links_by_holder: dict[str, tuple[Link, ...]] = {}
    for id_, each in by_id.items():
        path = id_.split(".")
        names = [part.partition(":")[0] for part in path]
        # The longest match first: `code.coding.code` ends in `code` too.
        depth = next((len(end) for end in _CODE_PATHS if tuple(names[-len(end) :]) == end), 0)
        holder = ".".join(path[:-depth]) if depth else ""
        if not holder:
            continue
        for key, coding in _fixed_values(each):
            coding_object = (
                coding if isinstance(coding, dict) else {"code": coding, "system": _fixed_system(by_id, path)}
            )
            codings = object_items(coding_object.get("coding")) or [coding_object]
            links = [one for one_ in codings for one in coding_links(one_, systems, f"{key} {id_}")]
            links_by_holder[holder] = (*links_by_holder.get(holder, ()), *links)
    return links_by_holder


def _fixed_values(element: Json) -> Iterator[tuple[str, Any]]:
    return ((key, value) for key, value in element.items() if key.startswith(("pattern", "fixed")))


def _fixed_system(by_id: Mapping[str, Json], path: list[str]) -> str:
    """Return the fixed `…coding.system` for a fixed `…coding.code`."""
    sibling = by_id.get(".".join((*path[:-1], "system")), {})
    return next((str(value) for _, value in _fixed_values(sibling) if isinstance(value, str)), "")


def _binding_addresses(binding: Json) -> Iterator[str]:
    """Yield the canonical URLs of a binding with their versions (`…|5.0.0`), in the forms of R4 and R5."""
    for key in ("valueSet", "valueSetUri"):
        if isinstance(binding.get(key), str) and binding[key]:
            yield binding[key]
    reference: Any = binding.get("valueSetReference")
    if isinstance(reference, dict) and reference.get("reference"):
        yield str(reference["reference"])
    for each in object_items(binding.get("additional")):
        if each.get("valueSet"):
            yield str(each["valueSet"])


def _fixed_unit(element: Json) -> str:
    """Return the unit of a fixed or pattern Quantity."""
    quantities = (
        value for key, value in _fixed_values(element) if key.endswith("Quantity") and isinstance(value, dict)
    )
    return next((str(each.get("code") or each.get("unit") or "") for each in quantities), "")


def _slicing_notes(element: Json) -> Iterator[Text]:
    slicing = element.get("slicing")
    if isinstance(slicing, dict):
        found = [f"{each.get('type')} {each.get('path')}" for each in object_items(slicing.get("discriminator"))]
        yield Text(f"slicing by {', '.join(found) or 'nothing stated'}: {slicing.get('rules', 'open')}", "und")


def _notes(element: Json, changed: Json, language: str, *, partial: bool) -> Iterator[Text]:
    yield from read_texts(element, "comment", language)
    if partial and element.get("path", "") and "." not in str(element["path"]):
        yield Text("differential only: what the base profile says is not in the file", "en")
    for key in sorted(element):
        value = element[key]
        if key.startswith(_VALUES) or (key in _CONSTRAINTS and value):
            yield Text(f"{key}: {value_text(value)}", "und")
    yield from _slicing_notes(element)
    for key in sorted(changed):
        if key.startswith("defaultValue"):
            yield Text(f"{key}: {value_text(changed[key])}", "und")
    for key in ("meaningWhenMissing", "orderMeaning", "requirements"):
        yield from (Text(f"{key}: {text.value}", text.lang) for text in read_texts(changed, key, language))
    if isinstance(changed.get("alias"), list) and changed["alias"]:
        yield Text(f"alias: {', '.join(map(str, changed['alias']))}", "und")
    for each in object_items(changed.get("example")):
        yield Text(f"example {each.get('label', '')}: {value_text(value_of(each))}", "und")
    yield from extension_notes(changed)
    for each in object_items(changed.get("mapping")):
        if each.get("map"):
            yield Text(f"mapping {each.get('identity')}: {each['map']}", "und")
    for each in object_items(changed.get("constraint")):
        if each.get("human"):
            yield Text(f"constraint {each.get('key')}: {each['human']}", "und")
