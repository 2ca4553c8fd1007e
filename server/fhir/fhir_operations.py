"""Table of the FHIR operations: type, name, function, and the parameter that an instance of the type fills in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from begrepp.fhir.code_checks.code_validation import validate_in_value_set
from begrepp.fhir.code_system_operations import lookup, subsumes, validate_in_code_system
from begrepp.fhir.concept_translation import translate
from begrepp.fhir.requests.operation_calls import OperationCall
from begrepp.fhir.resource_library import ResourceLibrary
from begrepp.fhir.value_sets.expansion import expand

Json = dict[str, Any]


class FhirOperation(Struct, frozen=True, kw_only=True):
    """An operation of a resource type; `instance`: parameters that name the resource of `[type]/[id]/$name`."""

    kind: str
    name: str
    handler: Callable[[ResourceLibrary, OperationCall], Json]
    instance: tuple[str, str]
    definition: str = ""

    @property
    def definition_url(self) -> str:
        """Address of the OperationDefinition."""
        return self.definition or f"http://hl7.org/fhir/OperationDefinition/{self.kind}-{self.name}"


OPERATIONS: Mapping[tuple[str, str], FhirOperation] = {
    (each.kind, each.name): each
    for each in (
        FhirOperation(kind="CodeSystem", name="lookup", handler=lookup, instance=("system", "version")),
        FhirOperation(
            kind="CodeSystem", name="validate-code", handler=validate_in_code_system, instance=("url", "version")
        ),
        FhirOperation(kind="CodeSystem", name="subsumes", handler=subsumes, instance=("system", "version")),
        FhirOperation(kind="ValueSet", name="expand", handler=expand, instance=("url", "valueSetVersion")),
        FhirOperation(
            kind="ValueSet", name="validate-code", handler=validate_in_value_set, instance=("url", "valueSetVersion")
        ),
        FhirOperation(kind="ConceptMap", name="translate", handler=translate, instance=("url", "conceptMapVersion")),
    )
}
"""The operations by type and name; `$batch-validate-code` runs `ValueSet/$validate-code` for each of its parts."""
BATCH_VALIDATION = "http://hl7.org/fhir/uv/tx-ecosystem/OperationDefinition/ValueSet-batch-validate-code"
