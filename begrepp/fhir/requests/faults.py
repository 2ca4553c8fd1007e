"""Issues of an OperationOutcome, and the exception that carries them to the client.

Codes of `details.coding` are from HL7's code system tx-issue-type; the message id stands in an extension.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from begrepp.errors import BegreppError
from begrepp.fhir.requests.fault_texts import fault_text

Json = dict[str, Any]
_MESSAGE_ID = "http://hl7.org/fhir/StructureDefinition/operationoutcome-message-id"
_ISSUE_TYPE = "http://hl7.org/fhir/tools/CodeSystem/tx-issue-type"


@dataclass(frozen=True, slots=True, kw_only=True)
class FhirIssue:
    """One issue: severity and code of FHIR, `kind` of tx-issue-type, the message id, its text, and the element."""

    severity: str
    code: str
    kind: str = ""
    message_id: str = ""
    text: str = ""
    expression: str = ""

    def to_json(self) -> Json:
        """Return the issue as an element of OperationOutcome."""
        done: Json = {}
        if self.message_id:
            done["extension"] = [{"url": _MESSAGE_ID, "valueString": self.message_id}]
        done |= {"severity": self.severity, "code": self.code}
        details: Json = {"coding": [{"system": _ISSUE_TYPE, "code": self.kind}]} if self.kind else {}
        done["details"] = details | {"text": self.text}
        if self.expression:
            done["expression"] = [self.expression]
        return done


def issue(message_id: str, severity: str, code: str, kind: str, *values: object, at: str = "") -> FhirIssue:
    """Return an issue with the text of a message id, the values filled in; `at`: FHIRPath of the element."""
    text = fault_text(message_id, *values)
    return FhirIssue(
        severity=severity, code=code, kind=kind, message_id=_public_id(message_id), text=text, expression=at
    )


def _public_id(message_id: str) -> str:
    """Return the id without the mark of a variant of its text."""
    return message_id.partition("#")[0]


def operation_outcome(issues: Iterable[FhirIssue]) -> Json:
    """Return an OperationOutcome."""
    return {"resourceType": "OperationOutcome", "issue": [each.to_json() for each in issues]}


class FhirFault(BegreppError):
    """Raised for a request that has no answer; `issues` say why, `status` is the HTTP status."""

    def __init__(self, *issues: FhirIssue, status: int = 422) -> None:
        super().__init__("; ".join(each.text for each in issues))
        self.issues = issues
        self.status = status


class UnknownValueSet(FhirFault):
    """Raised where an imported value set is unknown; validation answers `result` false instead of an error."""


def invalid_request(text: str, *, code: str = "invalid", at: str = "", status: int = 400) -> FhirFault:
    """Return the fault of a request that cannot be understood."""
    return FhirFault(FhirIssue(severity="error", code=code, text=text, expression=at), status=status)
