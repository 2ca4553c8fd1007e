"""Filters of `ValueSet.compose.include.filter`: property, operator and value to the set of concepts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal, InvalidOperation
from typing import Any

from pyroaring import BitMap

from begrepp import lazy_polars as polars
from begrepp.ecl.syntax_errors import EclError
from begrepp.fhir.requests.faults import FhirFault, issue
from begrepp.fhir.systems.code_system_view import CodeSystemView
from begrepp.fhir.value_elements import value_element

Json = dict[str, Any]
_MAX_PATTERN = 1000
_SNOMED = "http://snomed.info/sct"
"""Its filter `concept` `in` selects the members of a reference set (FHIR, "Using SNOMED CT with FHIR")."""
_HIERARCHY_PROPERTIES = ("concept", "code")
_STANDARD = {"notSelectable", "inactive", "status", "parent", "child", "display", "definition"}


class FilterNotUnderstood(Exception):
    """Raised for a filter that the code system does not have."""


def select_concepts(system: CodeSystemView, item: Json, *, value_set: str, at: str) -> BitMap:
    """Return the concepts that a filter selects. Raises `FhirFault` for a filter without value or meaning.

    `at`: FHIRPath of the filter; `value_set`: address for the message.
    """
    name, operator, value = (str(item.get(key, "")) for key in ("property", "op", "value"))
    if not value:
        fault = issue(
            "UNABLE_TO_HANDLE_SYSTEM_FILTER_WITH_NO_VALUE",
            *("error", "invalid", "vs-invalid"),
            *(system.url, name, operator),
            at=at,
        )
        raise FhirFault(fault, status=400)
    if system.url == _SNOMED and (name, operator) == ("concept", "in"):
        name, operator, value = "constraint", "=", f"^ {value}"
    try:
        found = system.select_natively(name, operator, value)
        return _select(system, name, operator, value) if found is None else found
    except FilterNotUnderstood:
        texts = (name, operator, value, value_set, system.url)
        fault = issue("FILTER_NOT_UNDERSTOOD", "error", "not-supported", "vs-invalid", *texts, at=at)
        raise FhirFault(fault, status=400) from None
    except EclError as error:
        reason = f"{error.reason} {error.next_step}".strip()
        fault = issue("INVALID_ECL", "error", "invalid", "vs-invalid", value, reason, value_set, at=at)
        raise FhirFault(fault, status=400) from None


def _select(system: CodeSystemView, name: str, operator: str, value: str) -> BitMap:
    if operator in _HIERARCHY and name in _HIERARCHY_PROPERTIES:
        concept = system.index(value)
        kinds = _HIERARCHY if system.is_subsumption else _NO_KINDS
        return BitMap() if concept is None else kinds[operator](system, concept)
    values = _property_values(system, name)
    if operator == "=":
        return _where(values, lambda each: _equals(each, value))
    if operator == "exists":
        there = BitMap(concept for concept, items in values if items)
        return there if value == "true" else system.everything - there
    if operator in ("in", "not-in"):
        wanted = [each.strip() for each in value.split(",")]
        inside = _where(values, lambda each: any(_equals(each, one) for one in wanted))
        return inside if operator == "in" else system.everything - inside
    if operator == "regex":
        return _matching(values, value)
    raise FilterNotUnderstood


def _equals(value: object, wanted: str) -> bool:
    if isinstance(value, bool):
        return wanted == ("true" if value else "false")
    if isinstance(value, Decimal):
        return _is_number(value, wanted)
    return str(value) == wanted


def _is_number(value: Decimal, wanted: str) -> bool:
    try:
        return value == Decimal(wanted)
    except InvalidOperation:
        return False


def _where(values: Iterable[tuple[int, list[object]]], test: Callable[[object], bool]) -> BitMap:
    return BitMap(concept for concept, items in values if any(map(test, items)))


def _property_values(system: CodeSystemView, name: str) -> list[tuple[int, list[object]]]:
    """Return the values of a property for each concept. Raises `FilterNotUnderstood` for an unknown property."""
    every = range(system.size)
    if name in _HIERARCHY_PROPERTIES:
        return [(each, [system.code(each)]) for each in every]
    if name == "display":
        return [(each, [system.texts(each).items[0].value] if system.texts(each).items else []) for each in every]
    if name == "designation":
        return [(each, [one.value for one in system.texts(each)]) for each in every]
    if name == "definition":
        return [(each, [found] if (found := system.definition(each)) else []) for each in every]
    if name in ("parent", system.own_code("parent")):
        return [(each, [system.code(one) for one in system.parents(each)]) for each in every]
    if name in ("child", system.own_code("child")):
        return [(each, [system.code(one) for one in system.children(each)]) for each in every]
    if name == "inactive":
        return [(each, [each in system.inactive]) for each in every]
    values = [(each, [_plain(one) for one in system.properties(each) if one.get("code") == name]) for each in every]
    declared = {each["code"] for each in system.property_definitions}
    if name not in declared and name not in _STANDARD and not any(items for _, items in values):
        raise FilterNotUnderstood
    return values


def _plain(item: Json) -> object:
    _, value = value_element(item, "")
    return value.get("code", "") if isinstance(value, dict) else value


def _matching(values: list[tuple[int, list[object]]], pattern: str) -> BitMap:
    """Return the concepts one of whose values matches the whole pattern."""
    pairs = [(concept, str(value)) for concept, items in values for value in items]
    found = select_by_pattern(polars.Series([text for _, text in pairs], dtype=polars.String), pattern)
    return BitMap(pairs[place][0] for place in found)


def select_by_pattern(texts: polars.Series, pattern: str) -> BitMap:
    """Return the places of the texts that match the whole pattern; the engine needs linear time. Raises `FhirFault`."""
    if len(pattern) > _MAX_PATTERN:
        raise _bad_pattern(pattern[:50] + "…", f"it is longer than {_MAX_PATTERN} characters")
    try:
        found = texts.str.contains(rf"\A(?:{pattern})\z", literal=False, strict=True)
    except polars.exceptions.PolarsError as error:
        raise _bad_pattern(pattern, " ".join(str(error).split())) from None
    return BitMap(found.arg_true().to_list())


def _bad_pattern(pattern: str, reason: str) -> FhirFault:
    return FhirFault(issue("FILTER_PATTERN_INVALID", "error", "invalid", "vs-invalid", pattern, reason), status=400)


def _leaves(system: CodeSystemView, concept: int) -> BitMap:
    return BitMap(each for each in system.descendants(concept) if not system.children(each))


_HIERARCHY: dict[str, Callable[[CodeSystemView, int], BitMap]] = {
    "is-a": lambda system, concept: system.descendants(concept) | BitMap([concept]),
    "descendent-of": lambda system, concept: system.descendants(concept),
    "is-not-a": lambda system, concept: system.everything - system.descendants(concept) - BitMap([concept]),
    "generalizes": lambda system, concept: system.ancestors(concept) | BitMap([concept]),
    "child-of": lambda system, concept: BitMap(system.children(concept)),
    "descendent-leaf": _leaves,
}
_NO_KINDS = dict.fromkeys(_HIERARCHY, lambda *_: BitMap()) | {
    "is-a": lambda _, concept: BitMap([concept]),
    "is-not-a": lambda system, concept: system.everything - BitMap([concept]),
    "generalizes": lambda _, concept: BitMap([concept]),
    "child-of": _HIERARCHY["child-of"],
}
"""The same for a hierarchy that does not say what is a kind of what; `child-of` asks for the hierarchy itself."""
