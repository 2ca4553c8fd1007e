"""NamingSystem resources: the addresses and OIDs by which a code system is known."""

from __future__ import annotations

import re
from typing import Any

from begrepp.fhir.systems.code_system_resources import WEB_SOURCE, code_system_id
from begrepp.fhir.systems.scheme_code_systems import SchemeCodeSystem
from begrepp.terminology.concept_record import SystemDescription

Json = dict[str, Any]
_OID = re.compile(r"(?:urn:oid:)?(\d+(?:\.\d+)+)")


def naming_system_id(about: SystemDescription) -> str:
    """Return the id of the resource; it is the same for all editions."""
    return code_system_id(about, with_version=False)


def naming_system_resource(view: SchemeCodeSystem, released: str) -> Json:
    """Return the NamingSystem of R5 of a code system; `released`: the day of an edition that has none."""
    about = view.system.description
    resource: Json = {
        "resourceType": "NamingSystem",
        "id": naming_system_id(about),
        "extension": [{"url": WEB_SOURCE, "valueUrl": about.iri}],
        "url": f"{about.iri}#naming-system",
        "version": about.version,
        "name": view.name,
        "title": view.title,
        "status": "active",
        "kind": "codesystem",
        "experimental": False,
        "date": about.valid_from or released,
        "publisher": about.publisher,
        "description": next((each.value for each in about.descriptions if each.lang == view.language), ""),
        "uniqueId": _unique_ids(view.url, about),
    }
    return {key: value for key, value in resource.items() if value not in ("", None, [])}


def _unique_ids(url: str, about: SystemDescription) -> list[Json]:
    """Return the identifiers, that of `Coding.system` first; one is preferred for each type."""
    found: list[Json] = []
    for text in dict.fromkeys(each for each in (url, about.uri, *about.identifiers, about.iri) if each):
        oid = _OID.fullmatch(text)
        kind = "oid" if oid else "uri" if ":" in text else "other"
        preferred = all(each["type"] != kind for each in found)
        found.append({"type": kind, "value": oid[1] if oid else text, "preferred": preferred})
    return found
