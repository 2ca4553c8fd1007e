"""Values of FHIR data types as text, and constraints of an element as notes."""

from __future__ import annotations

import json
from collections.abc import Iterator

from begrepp.records import Text
from loaders.support.fhir_labels import Json, object_items, value_of

# Extensions about layout alone, and those that are read elsewhere
# (https://hl7.org/fhir/extensions/extension-registry.html).
_NOT_NOTED = {
    f"http://hl7.org/fhir/StructureDefinition/{name}"
    for name in (
        "entryFormat",
        "itemWeight",
        "ordinalValue",
        "questionnaire-choiceOrientation",
        "questionnaire-displayCategory",
        "questionnaire-itemControl",
        "questionnaire-unit",
        "questionnaire-unitOption",
        "rendering-markdown",
        "rendering-style",
        "rendering-styleSensitive",
        "rendering-xhtml",
        "translation",
    )
}


def value_text(value: object) -> str:
    """Return a value as text: `5 kg` for a Quantity, `system#code` for a coding, JSON where there is no short form."""
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, dict):
        return str(value)
    if "coding" in value or set(value) == {"text"}:
        codings = [value_text(each) for each in object_items(value.get("coding"))]
        return ", ".join(codings or [str(value.get("text", ""))])
    if "value" in value and not isinstance(value["value"], dict):
        unit = str(value.get("code") or value.get("unit") or "")
        return f"{value.get('comparator', '')}{value['value']} {unit}".strip()
    if "code" in value:
        system = str(value.get("system") or "")
        return f"{system}#{value['code']}" if system else str(value["code"])
    if "expression" in value:
        return str(value["expression"])
    if "reference" in value:
        return str(value["reference"])
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def extension_notes(element: Json) -> Iterator[Text]:
    """Yield a note for each extension that is not about layout: `regex: [A-Z]+`."""
    for each in (*object_items(element.get("extension")), *object_items(element.get("modifierExtension"))):
        url = str(each.get("url") or "")
        if url in _NOT_NOTED:
            continue
        nested = {str(one.get("url")): one for one in object_items(each.get("extension"))}
        text = (
            value_text(value)
            if (value := value_of(each, None)) is not None
            else ", ".join(f"{name} {value_text(value_of(one))}" for name, one in nested.items())
        )
        yield Text(f"{url.rpartition('/')[2]}: {text}".strip(), "und")
