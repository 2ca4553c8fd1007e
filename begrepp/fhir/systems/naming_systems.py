"""NamingSystem resources: the addresses and OIDs by which a code system is known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from begrepp.fhir.published_headers import WEB_SOURCE
from begrepp.fhir.systems.code_system_resources import OID, code_system_id, identifiers
from begrepp.fhir.systems.scheme_code_systems import SchemeCodeSystem

Json = dict[str, Any]


def naming_system_resource(view: SchemeCodeSystem, released: str) -> Json:
    """Return the NamingSystem of R5 of a code system; `released`: the day of an edition that has none.

    Its id is the same for all editions.
    """
    about = view.system.description
    resource: Json = {
        "resourceType": "NamingSystem",
        "id": code_system_id(about, with_version=False),
        "extension": [{"url": WEB_SOURCE, "valueUrl": about.iri}],
        "url": f"{about.iri}#naming-system",
        "version": view.version,
        "name": view.name,
        "title": view.title,
        "status": "active",
        "kind": "codesystem",
        "experimental": False,
        "date": about.valid_from or released,
        "publisher": view.header.get("publisher") or about.publisher,
        "description": view.description,
        "uniqueId": _unique_ids([view.url, *identifiers(about)]),
    }
    return {key: value for key, value in resource.items() if value not in ("", None, [])}


def _unique_ids(texts: Sequence[str]) -> list[Json]:
    """Return the identifiers, of which the first of each type is preferred."""
    found: list[Json] = []
    for text in dict.fromkeys(texts):
        oid = OID.fullmatch(text)
        kind = "oid" if oid else "uri" if ":" in text else "other"
        preferred = all(each["type"] != kind for each in found)
        found.append({"type": kind, "value": oid[1] if oid else text, "preferred": preferred})
    return found
