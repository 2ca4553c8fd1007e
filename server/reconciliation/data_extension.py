"""Data extension: values of properties of entities, in version 0.2 or 1.0-draft."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from begrepp.errors import UsageError
from server.http.i18n import LANGUAGES
from server.reconciliation.concept_search import find_identified
from server.reconciliation.entity_properties import (
    PROPERTIES,
    EntityRecords,
    PropertyValue,
    find_property,
    property_name,
    values_in_language,
)
from server.reconciliation.service_address import ROOT, ReconciliationService

MAX_IDS = 1000
_MAPPINGS = ("exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch")
_CONCEPTS = ("parent", "ancestor", "successor")


class ExtensionQuery(Struct, frozen=True, kw_only=True):
    """Entities, and the properties to fetch with their settings."""

    ids: tuple[str, ...]
    properties: tuple[tuple[str, str, int], ...]
    """Identifier of a property, language of its values (empty: any), and most values (0: all)."""


def parse_extension(body: object) -> ExtensionQuery:
    """Return a query for values of properties. Raises `UsageError`."""
    ids = body.get("ids") if isinstance(body, dict) else None
    properties = body.get("properties") if isinstance(body, dict) else None
    if not isinstance(ids, list) or not isinstance(properties, list) or not all(isinstance(id_, str) for id_ in ids):
        example = '{"ids": ["C34"], "properties": [{"id": "parent"}]}'
        raise UsageError("The query has no list of ids, or no list of properties.", f"Send {example}.")
    if len(ids) > MAX_IDS:
        raise UsageError(f"{len(ids):,} ids exceed the limit of {MAX_IDS:,}.", "Send them in several requests.")
    return ExtensionQuery(ids=tuple(dict.fromkeys(ids)), properties=tuple(map(_parse_property, properties)))


def _parse_property(each: object) -> tuple[str, str, int]:
    given = each.get("id") if isinstance(each, dict) else None
    found = find_property(given) if isinstance(given, str) else None
    if not isinstance(each, dict) or found is None:
        raise UsageError(f"There is no property '{given}'.", f"Known: {', '.join(PROPERTIES)}.")
    settings = each.get("settings") or {}
    lang, limit = (settings.get("lang", ""), settings.get("limit", 0)) if isinstance(settings, dict) else (None, 0)
    if lang not in ("", *LANGUAGES):
        raise UsageError(f"{found} has the setting lang '{lang}'.", f"Use one of: {', '.join(LANGUAGES)}.")
    try:  # OpenRefine sends a number as text
        number = max(0, min(int(limit or 0), MAX_IDS))
    except (TypeError, ValueError, OverflowError):
        raise UsageError(f"{found} has the setting limit '{limit}'.", "Give a whole number.") from None
    return found, str(lang), number


def extend_entities(service: ReconciliationService, query: ExtensionQuery, language: str) -> dict[str, Any]:
    """Return the answer of version 0.2: a row for every identifier, with a list of values for every property."""
    rows = _find_values(service, query, language)
    return {
        "meta": _describe_properties(service, query, language),
        "rows": {
            id_: {name: [_value_body(each, with_language=False) for each in values] for name, values in row.items()}
            for id_, row in rows.items()
        },
    }


def extend_entities_of_1(service: ReconciliationService, query: ExtensionQuery, language: str) -> dict[str, Any]:
    """Return the answer of version 1.0-draft."""
    rows = _find_values(service, query, language)
    return {
        "meta": [{**each, "lang": language} for each in _describe_properties(service, query, language)],
        "rows": [
            {
                "id": id_,
                "properties": [
                    {"id": name, "values": [_value_body(each, with_language=True) for each in values]}
                    for name, values in row.items()
                ],
            }
            for id_, row in rows.items()
        ],
    }


def _find_values(
    service: ReconciliationService, query: ExtensionQuery, language: str
) -> dict[str, dict[str, Sequence[PropertyValue]]]:
    """Return the values by identifier and property; an unknown identifier has none."""
    iris = {id_: found[0].iri for id_ in query.ids if len(found := find_identified(service, id_)) == 1}
    records = EntityRecords(service, iris.values(), language)
    rows: dict[str, dict[str, Sequence[PropertyValue]]] = {}
    for id_ in query.ids:
        rows[id_] = {}
        for name, lang, limit in query.properties:
            values = values_in_language(PROPERTIES[name](records, iris[id_]), lang) if id_ in iris else []
            rows[id_][name] = values[:limit] if limit else values
    return rows


def _describe_properties(service: ReconciliationService, query: ExtensionQuery, language: str) -> list[dict[str, Any]]:
    described = []
    for name, _, _ in query.properties:
        body: dict[str, Any] = {"id": name, "name": property_name(name, language)}
        if name in _CONCEPTS and service.scheme:
            body["type"] = {"id": service.scheme.id, "name": service.scheme.id}
        if name in _MAPPINGS:  # entities of other code systems have IRIs as identifiers
            body["service"] = f"{service.host}{ROOT}"
        described.append(body)
    return described


def _value_body(value: PropertyValue, *, with_language: bool) -> Mapping[str, Any]:
    language = {"lang": value.lang} if with_language and value.lang else {}
    if value.kind == "entity":
        return {"id": value.id, "name": value.text, **language}
    if value.kind == "date":
        return {"date": f"{value.text}T00:00:00Z"}
    return {"str": value.text, **language}
