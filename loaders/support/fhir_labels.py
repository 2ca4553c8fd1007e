"""Readers of texts, codings and lists in FHIR resources, tolerant of malformed JSON structures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from begrepp.errors import InputError, Origin
from begrepp.records import CodedValue, Link, Text
from loaders.support.code_systems import concept_reference
from loaders.support.html_text import from_html

Json = dict[str, Any]
_TRANSLATION = "http://hl7.org/fhir/StructureDefinition/translation"
# The number of an answer in a score; the extension's name differs between versions of FHIR.
_NUMBERS = (
    "http://hl7.org/fhir/StructureDefinition/itemWeight",
    "http://hl7.org/fhir/StructureDefinition/ordinalValue",
)


_JSON_NAMES = {type(None): "null", dict: "an object", list: "a list with other values", str: "a text"}


def object_items(value: object) -> list[Json]:
    """Return the objects of a list; empty for another type."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def value_of(holder: Json, default: object = "") -> object:
    """Return the value[x] of a property, extension or example as in the JSON."""
    return next((value for key, value in holder.items() if key.startswith("value")), default)


def checked_items(body: Json, key: str, origin: Origin) -> list[Json]:
    """Return the objects of a list, empty if there is none. Raises `InputError` for a value of another type."""
    if key not in body:
        return []
    value = body[key]
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise InputError(
            origin,
            f"'{key}' is {_JSON_NAMES.get(type(value), 'a value')} where FHIR has a list of objects.",
            "Correct it, or ask the publisher for a valid resource.",
        )
    return value


def read_texts(body: Json, key: str, language: str) -> tuple[Text, ...]:
    """Return a text with its translations (`_text.extension`)."""
    found = {}
    if isinstance(body.get(key), str) and body[key].strip():
        found[language] = from_html(body[key]).strip()
    for text in read_translations(body, key):
        found.setdefault(text.lang, from_html(text.value).strip())
    return tuple(Text(text, lang) for lang, text in found.items() if text)


def read_translations(body: Json, key: str) -> Iterator[Text]:
    """Yield the translations of a text (`_text.extension`), as written."""
    companion = body.get(f"_{key}")
    for extension in object_items(companion.get("extension") if isinstance(companion, dict) else None):
        if extension.get("url") == _TRANSLATION:
            parts = {str(part.get("url")): part for part in object_items(extension.get("extension"))}
            lang = str(parts.get("lang", {}).get("valueCode") or "")
            content = parts.get("content", {})
            text = str(value_of(content))
            if lang and text.strip():
                yield Text(text.strip(), lang)


def coding_links(coding: Json, systems: Mapping[str, str], source: str) -> tuple[Link, ...]:
    """Return a coding as a link to its concept; empty if the code system is unknown."""
    concept = concept_reference(str(coding.get("system") or ""), str(coding.get("code") or ""), systems)
    return (Link(concept=concept, source=source),) if concept else ()


def coded_value(coding: Json, language: str, systems: Mapping[str, str]) -> CodedValue | None:
    """Return a coding as a value of a code list; None without a code."""
    if not (code := str(coding.get("code") or coding.get("display") or "")):
        return None
    labels = read_texts(coding, "display", language)
    languages = {text.lang for text in labels}
    labels += tuple(
        Text(str(each["value"]), str(each.get("language") or "und"))
        for each in object_items(coding.get("designation"))
        if each.get("value") and str(each.get("language") or "und") not in languages
    )
    weight = [each for each in object_items(coding.get("extension")) if each.get("url") in _NUMBERS]
    number = str(weight[0].get("valueDecimal", "")) if weight else ""
    return CodedValue(
        code=code,
        labels=tuple({text.lang: text for text in reversed(labels)}.values()) or (Text(code, "und"),),
        number=number,
        matches=coding_links(coding, systems, str(coding.get("system") or "")),
    )
