"""ValueSet resources of the value sets of a build."""

from __future__ import annotations

from typing import Any

from begrepp.fhir.systems.code_system_resources import WEB_SOURCE, resource_id
from begrepp.fhir.systems.scheme_code_systems import system_url
from begrepp.settings import LANGUAGES
from begrepp.terminology.terminology import StoredValueSet

Json = dict[str, Any]


def value_set_id(value_set: StoredValueSet) -> str:
    """Return the id of the resource: the last parts of the IRI."""
    return resource_id(*value_set.iri.rstrip("/").split("/")[-2:])


def value_set_resource(value_set: StoredValueSet, url: str, *, with_content: bool = True) -> Json:
    """Return the ValueSet of R5 that lists all members, under the address that the client uses."""
    about = value_set.description
    texts = sorted(about.titles, key=lambda each: LANGUAGES.index(each.lang) if each.lang in LANGUAGES else 9)
    title = texts[0].value if texts else ""
    described = next((each.value for each in about.descriptions), "")
    resource: Json = {
        "resourceType": "ValueSet",
        "id": value_set_id(value_set),
        "extension": [{"url": WEB_SOURCE, "valueUrl": about.iri}],
        "url": url,
        "identifier": [{"system": "urn:ietf:rfc:3986", "value": each} for each in about.identifiers],
        "version": about.version,
        "name": f"ValueSet{resource_id(*about.iri.split('/')[-2:]).replace('-', '').replace('.', '')}",
        "title": title,
        "status": "active",
        "experimental": False,
        "description": described,
        "purpose": "; ".join(about.intension),
    }
    done = {key: value for key, value in resource.items() if value not in ("", [])}
    if with_content:
        includes = []
        for system in value_set.systems():
            codes = [{"code": system.code(each)} for each in value_set.members(system)]
            about_system = system.description
            include: Json = {"system": system_url(about_system), "concept": codes}
            includes.append(include | ({"version": about_system.version} if about_system.version else {}))
        done["compose"] = {"include": includes}
    return done
