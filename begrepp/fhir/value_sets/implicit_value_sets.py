"""Value sets that an address defines: `[system]?vs`, `?fhir_vs`, and with `isa/[code]`, `refset`,
`refset/[code]` or `ecl/[expression]` after `?fhir_vs=`.

The forms with `fhir_vs` are those of Snomed CT in FHIR; `vs` is the form of `CodeSystem.valueSet` here.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from begrepp.fhir.requests.faults import invalid_request
from begrepp.fhir.value_sets.value_set_views import ValueSetView, read_value_set

Json = dict[str, Any]
_KEYS = ("vs", "fhir_vs")
_REFERENCE_SETS = "^R (* OR (* {{ C active = 0 }}))"
"""All reference sets in ECL; the members of association reference sets are retired concepts."""


def implicit_system(url: str) -> str:
    """Return the address of the code system of an implicit value set, empty for another address."""
    system, mark, query = url.partition("?")
    return system if mark and query.partition("=")[0] in _KEYS else ""


def implicit_ancestor(url: str) -> str:
    """Return the code of the form `isa/[code]`, empty for another form."""
    kind, argument = _form(url)
    return argument if kind == "isa" else ""


def _form(url: str) -> tuple[str, str]:
    kind, _, argument = unquote(url.partition("?")[2].partition("=")[2]).partition("/")
    return kind, argument


def implicit_value_set(url: str, version: str) -> ValueSetView:
    """Return the value set of an address; `version` of the code system. Raises `FhirFault` for an unknown form."""
    system = url.partition("?")[0]
    kind, argument = _form(url)
    include: Json = {"system": system} | ({"version": version} if version else {})
    if kind == "isa" and argument:
        include["filter"] = [{"property": "concept", "op": "is-a", "value": argument}]
    elif kind == "ecl" and argument:
        include["filter"] = [{"property": "constraint", "op": "=", "value": argument}]
    elif kind == "refset":
        value = f"^ {argument}" if argument else _REFERENCE_SETS
        include["filter"] = [{"property": "constraint", "op": "=", "value": value}]
    elif kind:
        text = f"The implicit value set {url[:200]!r} has no form that is known: isa/…, refset/… or ecl/…."
        raise invalid_request(text)
    resource: Json = {"resourceType": "ValueSet", "url": url, "status": "active", "compose": {"include": [include]}}
    return read_value_set(resource | ({"version": version} if version else {}))
