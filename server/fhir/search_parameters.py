"""Search parameters of the FHIR service: their types, their modifiers, and whether a resource fits them.

The rules are those of FHIR's search: URIs are compared whole, strings by their start without regard to case and
accents, tokens as `code`, `system|code`, `|code` or `system|`. Commas separate alternatives; `\\` escapes them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from begrepp.fhir.requests.faults import invalid_request

Json = dict[str, Any]
SEARCH_PARAMETERS = {
    "_id": "token",
    "url": "uri",
    "version": "token",
    "name": "string",
    "title": "string",
    "status": "token",
}
"""Search parameters of every type with their types."""
TYPE_PARAMETERS: Mapping[str, Mapping[str, str]] = {
    "CodeSystem": {"identifier": "token", "system": "uri"},
    "ValueSet": {"identifier": "token"},
    "ConceptMap": {"identifier": "token"},
    "NamingSystem": {"value": "string", "id-type": "token", "kind": "token"},
}
"""Further search parameters of a type."""
_ELEMENTS = {"_id": "id", "system": "url"}
_CODES = {
    "status": "http://hl7.org/fhir/publication-status",
    "kind": "http://hl7.org/fhir/namingsystem-type",
    "id-type": "http://hl7.org/fhir/namingsystem-identifier-type",
}
_DEFAULT_MODIFIERS = {"value": "exact"}
"""An identifier that begins with another one names another code system."""
_SEPARATOR = re.compile(r"(?<!\\),")
_BAR = re.compile(r"(?<!\\)\|")
_ESCAPED = re.compile(r"\\([,|$\\])")
Values = list[tuple[str, str]]
"""System (empty if the element has none) and text of each value of a resource."""


def parameter_test(kind: str, name: str, values: Sequence[str]) -> Callable[[Json], bool]:
    """Return the test of a resource of a type against the values of a parameter, which must all fit.

    Raises `FhirFault` for an unknown parameter or modifier.
    """
    key, _, modifier = name.partition(":")
    matchers = _MATCHERS.get({**SEARCH_PARAMETERS, **TYPE_PARAMETERS[kind]}.get(key, ""), {})
    fits = matchers.get(modifier or _DEFAULT_MODIFIERS.get(key, ""))
    if fits is None:
        raise invalid_request(f"The search parameter {name[:50]!r} is not supported.", code="not-supported")
    choices = [_SEPARATOR.split(each) for each in values]

    def test(resource: Json) -> bool:
        own = list(_values(resource, key))
        return all(fits(own, each) for each in choices)

    return test


def _values(resource: Json, key: str) -> Iterator[tuple[str, str]]:
    if key == "identifier":
        for each in resource.get("identifier", ()):
            yield str(each.get("system", "")), str(each.get("value", ""))
    elif key == "id-type":
        for each in resource["uniqueId"]:
            yield _CODES[key], str(each["type"])
    elif key == "value":
        for each in resource["uniqueId"]:
            yield "", str(each["value"])
            if each["type"] == "oid":
                yield "", f"urn:oid:{each['value']}"
    elif found := resource.get(_ELEMENTS.get(key, key)):
        yield _CODES.get(key, ""), str(found)


def _plain(text: str) -> str:
    return _ESCAPED.sub(r"\1", text)


def _folded(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(each for each in decomposed if not unicodedata.combining(each))


def _is_token(own: Values, wanted: str) -> bool:
    *systems, code = (_plain(each) for each in _BAR.split(wanted, maxsplit=1))
    known = set(_CODES.values())
    return any(
        code in ("", text) and (not systems or systems[0] == system or (not systems[0] and system in known))
        for system, text in own
    )


def _any(fits: Callable[[str, str], bool]) -> Callable[[Values, Sequence[str]], bool]:
    """Return a test of all values of a resource against alternatives from the test of one against another."""
    return lambda own, choices: any(fits(text, _plain(each)) for _, text in own for each in choices)


def _is_missing(own: Values, choices: Sequence[str]) -> bool:
    return (choices[0] == "true") is not bool(own)


_MATCHERS: Mapping[str, Mapping[str, Callable[[Values, Sequence[str]], bool]]] = {
    "uri": {
        "missing": _is_missing,
        "": _any(lambda own, wanted: own == wanted),
        "below": _any(lambda own, wanted: own.startswith(wanted)),
        "above": _any(lambda own, wanted: bool(own) and wanted.startswith(own)),
    },
    "string": {
        "missing": _is_missing,
        "": _any(lambda own, wanted: _folded(own).startswith(_folded(wanted))),
        "contains": _any(lambda own, wanted: _folded(wanted) in _folded(own)),
        "exact": _any(lambda own, wanted: own == wanted),
    },
    "token": {
        "missing": _is_missing,
        "": lambda own, choices: any(_is_token(own, each) for each in choices),
        "not": lambda own, choices: not any(_is_token(own, each) for each in choices),
    },
}
"""By type and modifier: whether the values of a resource fit one of the alternatives."""
