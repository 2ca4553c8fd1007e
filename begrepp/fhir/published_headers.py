"""Metadata of the FHIR resources that a build was loaded from, as parts of the resources that the service has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from begrepp.fhir import exact_json
from begrepp.fhir.requests.resource_versions import join_canonical

Json = dict[str, Any]
WEB_SOURCE = "http://hl7.org/fhir/StructureDefinition/web-source"
"""Extension with the address of the page for humans."""
_TEXTS = frozenset({"title", "_title", "description", "_description", "purpose", "_purpose", "property", "filter"})


def read_header(text: str) -> Json:
    """Return the metadata of a resource; empty for a thing that was not loaded from FHIR."""
    header: Json = exact_json.decode(text) if text else {}
    return header


def canonical_of(header: Json) -> str:
    """Return address and version of the resource of a header."""
    return join_canonical(str(header.get("url") or ""), str(header.get("version") or ""))


def with_header(own: Json, header: Json) -> Json:
    """Return a resource with the publisher's metadata in place of its own, without empty elements.

    Extensions and identifiers of both are kept.
    """
    done = own | header
    for name in ("extension", "identifier"):
        done[name] = _united(_listed(header.get(name)), _listed(own.get(name)))
    return {name: value for name, value in done.items() if value not in ("", None, [])}


def without_texts(resource: Json) -> Json:
    """Return a resource without the descriptions that may not be passed on."""
    return {name: value for name, value in resource.items() if name not in _TEXTS}


def _listed(value: object) -> list[Json]:
    """Return the objects of an element; the identifier of a concept map in R4 is one object."""
    items = value if isinstance(value, list) else [value]
    return [each for each in items if isinstance(each, dict)]


def _united(first: Sequence[Json], others: Sequence[Json]) -> list[Json]:
    values = {each.get("value") for each in first} - {None}
    return [*first, *(each for each in others if each not in first and each.get("value") not in values)]
