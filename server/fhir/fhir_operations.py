"""Table of the FHIR operations: type, name, function, and the parameter that an instance of the type fills in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
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
    """An operation of a resource type; `instance`: parameters that name the resource of `[type]/[id]/$name`.

    `parameters`: names of its own in R5 and R4, used or not; those of every operation are known beside them.
    """

    kind: str
    name: str
    handler: Callable[[ResourceLibrary, OperationCall], Json]
    instance: tuple[str, str]
    parameters: str
    definition: str = ""

    @property
    def definition_url(self) -> str:
        """Address of the OperationDefinition."""
        return self.definition or f"http://hl7.org/fhir/OperationDefinition/{self.kind}-{self.name}"

    @property
    def known_names(self) -> frozenset[str]:
        """Names of all parameters."""
        return _names(self.parameters)


@cache
def _names(own: str) -> frozenset[str]:
    return frozenset((*own.split(), *_COMMON.split()))


_COMMON = (
    # The terminology ecosystem, and what HL7's validator and HAPI send with every operation.
    "activeOnly abstract cache-id check-system-version check-valueset-version date default-to-latest-version "
    "default-valueset-version defaultDisplayLanguage diagnostics displayLanguage excludeNested excludePostCoordinated "
    "exclude-system force-system-version force-valueset-version implementation includeAlternateCodes "
    "includeDefinition includeDesignations incomplete-ok inferSystem lenient-display-validation limitedExpansion mode "
    "no-cache profile profile-url property system-version tx-resource useSupplement valueset-membership-only "
    "versionsMatch x-system-cache-id"
)
"""Names of the parameters of every operation, separated by spaces."""
_CODE = "code coding codeableConcept display"

OPERATIONS: Mapping[tuple[str, str], FhirOperation] = {
    (each.kind, each.name): each
    for each in (
        FhirOperation(
            kind="CodeSystem",
            name="lookup",
            handler=lookup,
            instance=("system", "version"),
            parameters="code system version coding",
        ),
        FhirOperation(
            kind="CodeSystem",
            name="validate-code",
            handler=validate_in_code_system,
            instance=("url", "version"),
            parameters=f"{_CODE} url codeSystem version system systemVersion",
        ),
        FhirOperation(
            kind="CodeSystem",
            name="subsumes",
            handler=subsumes,
            instance=("system", "version"),
            parameters="codeA codeB codingA codingB system version",
        ),
        FhirOperation(
            kind="ValueSet",
            name="expand",
            handler=expand,
            instance=("url", "valueSetVersion"),
            parameters="url valueSet valueSetVersion context contextDirection filter offset count designation "
            "excludeNotForUI",
        ),
        FhirOperation(
            kind="ValueSet",
            name="validate-code",
            handler=validate_in_value_set,
            instance=("url", "valueSetVersion"),
            parameters=f"{_CODE} url valueSet valueSetVersion context system systemVersion version",
        ),
        FhirOperation(
            kind="ConceptMap",
            name="translate",
            handler=translate,
            instance=("url", "conceptMapVersion"),
            parameters="url conceptMap conceptMapUrl conceptMapVersion system version dependency sourceCode "
            "sourceCoding sourceCodeableConcept sourceScope sourceSystem targetCode targetCoding targetCodeableConcept "
            "targetScope targetSystem code coding codeableConcept source target targetsystem reverse",
        ),
    )
}
"""The operations by type and name; `$batch-validate-code` runs `ValueSet/$validate-code` for each of its parts."""
BATCH_VALIDATION = "http://hl7.org/fhir/uv/tx-ecosystem/OperationDefinition/ValueSet-batch-validate-code"
