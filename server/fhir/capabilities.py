"""Statements of what the FHIR service can do: CapabilityStatement, TerminologyCapabilities, `$versions`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from begrepp.fhir.systems.served_systems import ServedSystem
from server.fhir.fhir_formats import offered_types
from server.fhir.fhir_operations import BATCH_VALIDATION, OPERATIONS
from server.fhir.fhir_requests import FHIR_VERSIONS
from server.fhir.resource_search import RESOURCE_TYPES
from server.fhir.search_parameters import SEARCH_PARAMETERS, TYPE_PARAMETERS

Json = dict[str, Any]
SUITE_VERSION = "1.9.3"
"""Version of HL7's terminology tests that the service is tested with."""
_FEATURE = "http://hl7.org/fhir/uv/application-feature/StructureDefinition/feature"
_FEATURES = (
    ("http://hl7.org/fhir/uv/tx-tests/FeatureDefinition/test-version", {"valueCode": SUITE_VERSION}),
    ("http://hl7.org/fhir/uv/tx-ecosystem/FeatureDefinition/CodeSystemAsParameter", {"valueBoolean": True}),
)
_VERSIONS_OPERATION = "http://hl7.org/fhir/OperationDefinition/CapabilityStatement-versions"
EXPANSION_PARAMETERS = (
    *("activeOnly", "check-system-version", "count", "date", "default-valueset-version", "designation"),
    *("displayLanguage", "exclude-system", "excludeNested", "filter", "force-system-version", "includeDefinition"),
    *("includeDesignations", "offset", "property", "system-version", "tx-resource", "useSupplement", "versionsMatch"),
)


def capability_statement(base: str, address: str, software: Json, released: str) -> Json:
    """Return the CapabilityStatement of `[base]/metadata`; `address`: of the base; `software`: name and version."""
    resources = []
    for kind in RESOURCE_TYPES:
        operations: list[Json] = [
            {"name": each.name, "definition": each.definition_url} for each in OPERATIONS.values() if each.kind == kind
        ]
        if kind == "ValueSet":
            operations.append({"name": "batch-validate-code", "definition": BATCH_VALIDATION})
        parameters = {**SEARCH_PARAMETERS, **TYPE_PARAMETERS[kind]}
        resource: Json = {
            "type": kind,
            "interaction": [{"code": "read"}, {"code": "search-type"}],
            "searchParam": [{"name": name, "type": type_} for name, type_ in parameters.items()],
        }
        resources.append(resource | ({"operation": operations} if operations else {}))
    return {
        "resourceType": "CapabilityStatement",
        "extension": [
            {
                "url": _FEATURE,
                "extension": [{"url": "definition", "valueCanonical": url}, {"url": "value"} | value],
            }
            for url, value in _FEATURES
        ],
        "url": f"{address}/metadata",
        "version": software["version"],
        "name": "BegreppTerminologyServer",
        "title": "begrepp FHIR terminology service",
        "status": "active",
        "date": released,
        "kind": "instance",
        "instantiates": ["http://hl7.org/fhir/CapabilityStatement/terminology-server"],
        "software": software | {"releaseDate": released},
        "implementation": {"description": "begrepp", "url": address},
        "fhirVersion": FHIR_VERSIONS[base],
        "format": offered_types(),
        "rest": [
            {
                "mode": "server",
                "security": {
                    "cors": True,
                    "service": [{"text": "The service is open; it needs no login and stores nothing."}],
                },
                "resource": resources,
                "interaction": [{"code": "batch"}],
                "operation": [{"name": "versions", "definition": _VERSIONS_OPERATION}],
            }
        ],
    }


def terminology_capabilities(
    base: str, address: str, software: Json, released: str, systems: Sequence[ServedSystem]
) -> Json:
    """Return the TerminologyCapabilities of `[base]/metadata?mode=terminology`: all systems and versions."""
    listed = []
    for each in systems:
        versions = [
            {"code": version}
            | ({"isDefault": True} if version == each.default else {"isDefault": False})
            | ({"language": list(each.languages)} if each.languages else {})
            for version in each.versions
        ]
        entry: Json = {"uri": each.url} | ({"version": versions} if versions else {})
        listed.append(entry | ({"content": each.content} if base == "r5" else {}) | {"subsumption": True})
    return {
        "resourceType": "TerminologyCapabilities",
        "url": f"{address}/metadata?mode=terminology",
        "version": software["version"],
        "name": "BegreppTerminologyCapabilities",
        "title": "begrepp terminology capabilities",
        "status": "active",
        "date": released,
        "kind": "instance",
        "software": {"name": software["name"], "version": software["version"]},
        "implementation": {"description": "begrepp", "url": address},
        "lockedDate": False,
        "codeSystem": listed,
        "expansion": {
            "hierarchical": True,
            "paging": True,
            "incomplete": False,
            "parameter": [{"name": each} for each in EXPANSION_PARAMETERS],
            "textFilter": "The start of each word in a code or designation",
        },
        "codeSearch": "in-compose",
        "validateCode": {"translations": True},
        "translation": {"needsMap": False},
    }


def fhir_versions(base: str) -> Json:
    """Return the answer of `[base]/$versions`."""
    own = FHIR_VERSIONS[base].rpartition(".")[0]
    return {
        "resourceType": "Parameters",
        "parameter": [{"name": "version", "valueString": own}, {"name": "default", "valueString": own}],
    }
