"""Properties that a publisher's CodeSystem defines for its concepts, read from the notes that hold their values.

The loader of FHIR writes a property that is no standard one as a scope note, `floor: 2`. The definition of the property
in the metadata of the code system says of which type the value is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

Json = dict[str, Any]
_CODED = re.compile(r"(?:(?P<system>[^|\s]+)\|)?(?P<code>.+?)(?: \((?P<display>.*)\))?(?:, version (?P<version>\S+))?")
"""A Coding as `loaders.fhir.property_values.coded_text` writes it."""


def published_property(note: str, defined: Mapping[str, Json]) -> Json | None:
    """Return the property whose value a note holds; None for another note. `defined`: definitions by code."""
    code, colon, text = note.partition(": ")
    kind = str(defined[code].get("type", "")) if colon and code in defined else ""
    value = _typed(kind, text)
    return None if value is None else {"code": code, f"value{kind[:1].upper()}{kind[1:]}": value}


def own_codes(published: Iterable[Json], general: Iterable[Json]) -> dict[str, str]:
    """Return the publisher's codes of general properties, with the same `uri`, by their standard codes.

    `subsumedBy` is the code that HL7's own code systems have for parents.
    """
    own = list(published)
    standard = {each["uri"]: each["code"] for each in general}
    codes = {standard[each["uri"]]: each["code"] for each in own if each.get("uri") in standard}
    for code, name in (("subsumedBy", "parent"), ("inactive", "inactive")):
        if any(each["code"] == code for each in own):
            codes.setdefault(name, code)
    return codes


def _typed(kind: str, text: str) -> object | None:
    """Return a value of a type of CodeSystem.property, None for a text that is none."""
    try:
        match kind:
            case "string" | "code" | "dateTime":
                return text
            case "boolean":
                return {"true": True, "false": False}.get(text)
            case "integer":
                return int(text)
            case "decimal":
                return Decimal(text)
            case "Coding":
                found = _CODED.fullmatch(text)
                return {name: value for name, value in found.groupdict().items() if value} if found else None
    except (ValueError, InvalidOperation):
        return None
    return None
