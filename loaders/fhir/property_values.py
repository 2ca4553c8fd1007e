"""Values of properties (`value[x]`) of concepts and of the conditions of matches, as text.

https://hl7.org/fhir/datatypes.html
"""

from __future__ import annotations

from dataclasses import dataclass

from loaders.support.fhir_labels import Json

_LANGUAGE = "http://hl7.org/fhir/StructureDefinition/language"


@dataclass(frozen=True, slots=True)
class FhirProperty:
    """A property of a concept: its standard name or its code, and its value as text."""

    name: str
    code: str
    value: str
    """The value as text; of a Coding its code."""
    text: str
    """The value as text; of a Coding its code system, code and display."""
    language: str = ""
    """The language of the value, if the extension `language` gives it."""


def value_language(prop: Json) -> str:
    """Return the language of a property's text, which an extension of the value gives."""
    extensions = (prop.get("_valueString") or {}).get("extension", ())
    return next((str(each.get("valueCode") or "") for each in extensions if each.get("url") == _LANGUAGE), "")


def code_or_text(value: object) -> str:
    """Return a value as text; of a Coding its code alone, or its display if it has no code."""
    if isinstance(value, dict):
        return str(value.get("code") or value.get("display") or "").strip()
    return str(value).lower() if isinstance(value, bool) else str(value).strip()


def full_text(value: object) -> str:
    """Return a value as text with all that identifies it.

    A Coding is `http://loinc.org|1-8 (Acyclovir), version 2.77`, a Quantity `< 5 mg`.
    """
    if not isinstance(value, dict):
        return code_or_text(value)
    if "value" in value:
        parts = (value.get("comparator"), value["value"], value.get("unit") or value.get("code"))
        return " ".join(str(part).strip() for part in parts if part is not None)
    return coded_text(*(str(value.get(key) or "").strip() for key in ("system", "code", "display", "version")))


def coded_text(system: str, code: str, display: str = "", version: str = "") -> str:
    """Return a code with its code system, display and version; the display alone if there is no code."""
    if not code:
        return display
    named = f"{system}|{code}" if system else code
    return named + (f" ({display})" if display else "") + (f", version {version}" if version else "")
