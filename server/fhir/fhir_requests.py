"""One FHIR request: base, parameters, languages and the resources that it may use; runs its operation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from begrepp.errors import BegreppError
from begrepp.fhir.r4_resources import from_r4, to_r4
from begrepp.fhir.requests.faults import FhirFault, FhirIssue, invalid_request, operation_outcome
from begrepp.fhir.requests.operation_calls import OperationCall
from begrepp.fhir.resource_library import ResourceLibrary, ResourceSource
from server.fhir.fhir_operations import OPERATIONS, FhirOperation
from server.http.i18n import LANGUAGES, Translator

Json = dict[str, Any]
FHIR_VERSIONS = {"r5": "5.0.0", "r4": "4.0.1"}
MAX_BATCH = 500
"""Maximum number of parts of a batch."""


@dataclass(frozen=True)
class FhirRequest:
    """A request to one base; `source`: the resources of the server; `accept_language`: the header."""

    base: str
    source: ResourceSource
    accept_language: str = ""

    def run(self, operation: FhirOperation, items: Sequence[Json], instance: Json | None = None) -> Json:
        """Return the answer of an operation in the form of the base. Raises `FhirFault`."""
        if self.base == "r4":
            items = from_r4(list(items))
        if instance is not None:
            items = [*_without(items, operation.instance), *_named(operation, instance)]
        return self.in_base(operation.handler(*self._call(items)))

    def in_base(self, resource: Json) -> Json:
        """Return a resource of R5 in the form of the base."""
        return to_r4(resource) if self.base == "r4" else resource

    def _call(self, items: Sequence[Json]) -> tuple[ResourceLibrary, OperationCall]:
        call = OperationCall(list(items), accept_language=self.accept_language)
        posted = [each["resource"] for each in items if each.get("name") == "tx-resource" and _is_resource(each)]
        return ResourceLibrary(self.source, posted, call.day("date")), call

    def run_batch_validation(self, items: Sequence[Json]) -> Json:
        """Return the answer of ValueSet/$batch-validate-code: one Parameters or OperationOutcome for each part."""
        shared = [each for each in items if each.get("name") != "validation"]
        parts = [each for each in items if each.get("name") == "validation"]
        if not parts or len(parts) > MAX_BATCH:
            raise invalid_request(f"A batch has 1 to {MAX_BATCH} parameters validation.")
        answers = []
        for each in parts:
            resource = each.get("resource")
            own = resource.get("parameter", []) if isinstance(resource, dict) else []
            names = {one.get("name") for one in own if isinstance(one, dict)}
            merged = [*own, *(one for one in shared if one.get("name") not in names - {"tx-resource"})]
            answers.append({"name": "validation", "resource": self._validate_part(merged)})
        return {"resourceType": "Parameters", "parameter": answers}

    def _validate_part(self, items: Sequence[Json]) -> Json:
        kind = "ValueSet" if any(each.get("name") in ("url", "valueSet") for each in items) else "CodeSystem"
        try:
            return self.run(OPERATIONS[kind, "validate-code"], items)
        except BegreppError as error:
            return outcome_of(error, self.accept_language)


def outcome_of(error: BegreppError, accept_language: str = "") -> Json:
    """Return the OperationOutcome of an error; in Swedish if Accept-Language prefers it, else in HL7's English."""
    outcome = _english_outcome(error)
    if _prefers_swedish(accept_language):
        translate = Translator("sv").message
        for each in outcome["issue"]:
            each["details"] = each["details"] | {"text": translate(each["details"]["text"])}
    return outcome


@lru_cache(1024)
def _prefers_swedish(accept_language: str) -> bool:
    accepted = parse_accept_header(accept_language[:500], LanguageAccept)
    primary = (tag.partition("-")[0].lower() for tag in accepted.values())
    return next((each for each in primary if each in LANGUAGES), "") == "sv"


def _english_outcome(error: BegreppError) -> Json:
    if isinstance(error, FhirFault):
        return operation_outcome(error.issues)
    code = {404: "not-found", 403: "forbidden", 405: "not-supported", 413: "too-long", 429: "throttled"}
    kind = code.get(error.status, "exception" if error.status >= 500 else "invalid")
    return operation_outcome([FhirIssue(severity="error", code=kind, text=str(error))])


def _is_resource(item: Json) -> bool:
    return isinstance(item.get("resource"), dict)


def _without(items: Sequence[Json], names: tuple[str, ...]) -> list[Json]:
    return [each for each in items if each.get("name") not in names]


def _named(operation: FhirOperation, instance: Json) -> list[Json]:
    address, version = operation.instance
    found: list[Json] = [{"name": address, "valueUri": instance["url"]}]
    if instance.get("version"):
        found.append({"name": version, "valueString": instance["version"]})
    return found
