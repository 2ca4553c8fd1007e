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
from begrepp.fhir.value_elements import object_items

Json = dict[str, Any]
SEARCH_PARAMETERS = {
    "_id": "token",
    "url": "uri",
    "version": "token",
    "name": "string",
    "title": "string",
    "status": "token",
    "date": "date",
    "publisher": "string",
    "description": "string",
    "jurisdiction": "token",
}
"""Search parameters of every type with their types."""
TYPE_PARAMETERS: Mapping[str, Mapping[str, str]] = {
    "CodeSystem": {"identifier": "token", "system": "uri", "content-mode": "token", "language": "token"},
    "ValueSet": {"identifier": "token"},
    "ConceptMap": {"identifier": "token"},
    "NamingSystem": {"value": "string", "id-type": "token", "kind": "token"},
}
"""Further search parameters of a type."""
_ELEMENTS = {"_id": "id", "system": "url", "content-mode": "content"}
_CODES = {
    "status": "http://hl7.org/fhir/publication-status",
    "kind": "http://hl7.org/fhir/namingsystem-type",
    "id-type": "http://hl7.org/fhir/namingsystem-identifier-type",
    "content-mode": "http://hl7.org/fhir/codesystem-content-mode",
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
    type_ = {**SEARCH_PARAMETERS, **TYPE_PARAMETERS[kind]}.get(key, "")
    matchers = _MATCHERS.get(type_, {})
    fits = matchers.get(modifier or _DEFAULT_MODIFIERS.get(key, ""))
    if fits is None:
        raise invalid_request(f"The search parameter {name[:50]!r} is not supported.", code="not-supported")
    choices = [_SEPARATOR.split(each) for each in values]
    if type_ == "date" and not modifier:
        for each in (one for some in choices for one in some):
            if not _DATE.fullmatch(each):
                text = f"The date {each[:30]!r} is not understood; write 2020, ge2020-05 or lt2021-01-31."
                raise invalid_request(text)

    def test(resource: Json) -> bool:
        own = list(_values(resource, key))
        return all(fits(own, each) for each in choices)

    return test


def _values(resource: Json, key: str) -> Iterator[tuple[str, str]]:
    if key == "identifier":
        for each in resource.get("identifier", ()):
            yield str(each.get("system", "")), str(each.get("value", ""))
    elif key == "jurisdiction":
        for each in (coding for one in object_items(resource, key) for coding in object_items(one, "coding")):
            yield str(each.get("system", "")), str(each.get("code", ""))
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


def _is_on(own: str, wanted: str) -> bool:
    """Return whether a day, month or year is in the time that a value of a search names, such as `ge2020-05`.

    https://hl7.org/fhir/search.html#date
    """
    prefix, text = wanted[:2] if wanted[:2].isalpha() else "", wanted.lstrip("abcdefghijklmnopqrstuvwxyz")
    (start, end), (first, last) = _days(own), _days(text)
    is_within = first <= start and end <= last
    results = {
        "ne": not is_within,
        "gt": end > last,
        "lt": start < first,
        "ge": end > last or is_within,
        "le": start < first or is_within,
        "sa": start > last,
        "eb": end < first,
    }
    return results.get(prefix, is_within)


def _days(text: str) -> tuple[str, str]:
    """Return texts that are in order before the first and after the last day of a year, month or day."""
    day = text[:10]
    return f"{day}-00-00"[:10], f"{day}-99-99"[:10]


def _is_missing(own: Values, choices: Sequence[str]) -> bool:
    return (choices[0] == "true") is not bool(own)


_DATE = re.compile(r"(eq|ne|gt|lt|ge|le|sa|eb|)(\d{4}(?:-\d\d(?:-\d\d(?:T\S*)?)?)?)")
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
    "date": {"missing": _is_missing, "": _any(_is_on)},
    "token": {
        "missing": _is_missing,
        "": lambda own, choices: any(_is_token(own, each) for each in choices),
        "not": lambda own, choices: not any(_is_token(own, each) for each in choices),
    },
}
"""By type and modifier: whether the values of a resource fit one of the alternatives."""
