"""Reconciliation queries of version 0.2 and 1.0-draft, parsed strictly into one form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

from begrepp.errors import UsageError
from server.reconciliation.entity_properties import PROPERTIES, find_property

BATCH_SIZE = 50
"""Queries of a batch that the manifest asks for."""
MAX_QUERIES = 500
MAX_LENGTH = 300
"""Characters of a text to match; the longest label of a classification has fewer."""
MAX_CANDIDATES = 100
_DEFAULT_LIMIT = 10
_STRICTNESS = ("any", "all", "should")
_QUANTIFIERS = ("any", "all", "none")
_QUALIFIERS = ("", "ExactMatch")


class PropertyCondition(Struct, frozen=True, kw_only=True):
    """A condition on the values of a property of a candidate."""

    property_id: str
    values: tuple[str, ...]
    required: bool = False
    quantifier: str = "any"


class MatchQuery(Struct, frozen=True, kw_only=True):
    """One query: texts to match with names and codes, identifiers, types, and conditions on properties."""

    texts: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    strictness: str = "any"
    limit: int = _DEFAULT_LIMIT
    conditions: tuple[PropertyCondition, ...] = ()
    language: str = ""


def parse_json(text: str | bytes, name: str) -> Any:
    """Return the value of JSON text in a field of a request. Raises `UsageError`."""
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError) as error:
        raise UsageError(f"{name} is not JSON: {error}.", "See the documentation of the service.") from None
    except RecursionError:
        raise UsageError(f"{name} is nested too deeply.", "See the documentation of the service.") from None


def parse_batch(body: object) -> dict[str, MatchQuery]:
    """Return the queries of a batch of version 0.2 by their keys. Raises `UsageError` that names the query."""
    if not isinstance(body, dict):
        raise UsageError("queries is not a JSON object.", 'Send {"q0": {"query": "lungcancer"}}.')
    _refuse_too_many(len(body))
    return {str(key): _parse_query(_fields(query, str(key), _FIELDS), str(key)) for key, query in body.items()}


def parse_batch_of_1(body: object) -> list[MatchQuery]:
    """Return the queries of a batch of version 1.0-draft, in order. Raises `UsageError` that names the query."""
    queries = body.get("queries") if isinstance(body, dict) else None
    if not isinstance(queries, list):
        example = '{"queries": [{"conditions": [{"matchType": "name", "propertyValue": "lungcancer"}]}]}'
        raise UsageError("The request has no list of queries.", f"Send {example}.")
    _refuse_too_many(len(queries))
    return [_parse_query_of_1(_fields(query, str(n), _FIELDS_OF_1), str(n)) for n, query in enumerate(queries, start=1)]


_FIELDS = {"query": str, "type": (str, list), "limit": (int, float), "properties": list, "type_strict": str}
_FIELDS_OF_1 = {"type": str, "limit": (int, float), "lang": str, "dir": str, "conditions": list}
_PROPERTY_FIELDS = {"pid": str, "v": object}
_CONDITION_FIELDS = {
    "matchType": str,
    "propertyId": str,
    "propertyValue": object,
    "required": bool,
    "matchQuantifier": str,
    "matchQualifier": str,
    "lang": str,
}


def _refuse_too_many(number: int) -> None:
    if number > MAX_QUERIES:
        raise UsageError(f"{number:,} queries exceed the limit of {MAX_QUERIES}.", "Send them in several requests.")


def _fields(value: object, key: str, known: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a JSON object. Raises `UsageError` for an unknown field or a value of another type."""
    if not isinstance(value, dict):
        raise UsageError(f"Query {key} is not a JSON object.", f"Known fields: {', '.join(known)}.")
    for name, field in value.items():
        if name not in known:
            raise UsageError(f"Query {key} has an unknown field {name}.", f"Known fields: {', '.join(known)}.")
        if not isinstance(field, known[name]) or (isinstance(field, bool) and known[name] == (int, float)):
            raise UsageError(f"Query {key} has a value of the wrong type in {name}.", "Correct the query.")
    return value


def _parse_query(query: Mapping[str, Any], key: str) -> MatchQuery:
    properties = query.get("properties", [])
    if "query" not in query and not properties:
        raise UsageError(f"Query {key} has neither query nor properties.", "Send at least one of them.")
    types = query.get("type", [])
    conditions = [_parse_property(_fields(each, key, _PROPERTY_FIELDS), key) for each in properties]
    return MatchQuery(
        texts=(_text(query["query"], key),) if query.get("query", "").strip() else (),
        types=tuple(map(str, types)) if isinstance(types, list) else tuple(filter(None, (types,))),
        strictness=_choice(query.get("type_strict", "any"), _STRICTNESS, "type_strict", key),
        limit=_limit(query),
        conditions=tuple(conditions),
    )


def _parse_property(field: Mapping[str, Any], key: str) -> PropertyCondition:
    if "pid" not in field or "v" not in field:
        raise UsageError(f"Query {key} has a property without pid or v.", 'Send {"pid": "system", "v": "icd-10-se"}.')
    return PropertyCondition(property_id=_property_id(field["pid"], key), values=_values(field["v"], key))


def _parse_query_of_1(query: Mapping[str, Any], key: str) -> MatchQuery:
    conditions = query.get("conditions")
    if not conditions:
        raise UsageError(f"Query {key} has no conditions.", "Send at least one condition.")
    by_type: dict[str, list[str]] = {"name": [], "id": []}
    on_properties = []
    for each in conditions:
        condition = _fields(each, key, _CONDITION_FIELDS)
        kind = _choice(condition.get("matchType", ""), ("name", "id", "property"), "matchType", key)
        if "propertyValue" not in condition:
            raise UsageError(f"Query {key} has a condition without propertyValue.", "Send the value to match.")
        values = _values(condition["propertyValue"], key)
        if kind == "property":
            _choice(condition.get("matchQualifier", ""), _QUALIFIERS, "matchQualifier", key)
            on_properties.append(
                PropertyCondition(
                    property_id=_property_id(condition.get("propertyId", ""), key),
                    values=values,
                    required=condition.get("required", False),
                    quantifier=_choice(condition.get("matchQuantifier", "any"), _QUANTIFIERS, "matchQuantifier", key),
                )
            )
        else:
            by_type[kind] += [value for value in values if value.strip()]
    return MatchQuery(
        texts=tuple(by_type["name"]),
        ids=tuple(by_type["id"]),
        types=tuple(filter(None, (query.get("type", ""),))),
        limit=_limit(query),
        conditions=tuple(on_properties),
        language=query.get("lang", ""),
    )


def _values(value: object, key: str) -> tuple[str, ...]:
    """Return property values as texts; an entity counts as its identifier."""
    texts = []
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, dict) and isinstance(each.get("id"), str):
            texts.append(each["id"])
        elif isinstance(each, bool):
            texts.append(str(each).lower())
        elif isinstance(each, str | int | float):
            texts.append(_text(str(each), key))
        else:
            raise UsageError(f"Query {key} has a value that is no text, number or entity.", "Correct the value.")
    return tuple(texts)


def _text(value: str, key: str) -> str:
    if len(value) > MAX_LENGTH:
        raise UsageError(f"Query {key} has a text of more than {MAX_LENGTH} characters.", "Shorten the text.")
    return value.strip()


def _choice(value: str, choices: tuple[str, ...], name: str, key: str) -> str:
    if value not in choices:
        known = ", ".join(filter(None, choices))
        raise UsageError(f"Query {key} has {name} '{value}'.", f"Use one of: {known}.")
    return value


def _property_id(value: str, key: str) -> str:
    found = find_property(value)
    if found is None:
        raise UsageError(f"Query {key} names an unknown property '{value}'.", f"Known: {', '.join(PROPERTIES)}.")
    return found


def _limit(query: Mapping[str, Any]) -> int:
    """Return the number of candidates; 0, as some clients send for no limit, and less are the default."""
    limit = query.get("limit", _DEFAULT_LIMIT)
    return int(min(limit, MAX_CANDIDATES)) if limit >= 1 else _DEFAULT_LIMIT
