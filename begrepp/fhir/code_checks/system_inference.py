"""Inference of the code system of a code from the value set, for the parameter `inferSystem`."""

from __future__ import annotations

from begrepp.fhir.requests.faults import FhirIssue, issue
from begrepp.fhir.requests.operation_calls import OperationCall
from begrepp.fhir.requests.version_rules import VersionChoice
from begrepp.fhir.resource_library import ResourceLibrary
from begrepp.fhir.value_sets.value_set_members import MemberEvaluation
from begrepp.fhir.value_sets.value_set_views import ValueSetView


def infer_system(
    library: ResourceLibrary, call: OperationCall, versions: VersionChoice, view: ValueSetView, code: str
) -> tuple[str, FhirIssue | None]:
    """Return the address of the only code system whose members have the code, else the issue that says why not."""
    members = MemberEvaluation(library, versions, call.flag("versionsMatch")).evaluate(view)
    systems = {
        each.system.url: None
        for each in members.groups
        if (concept := each.system.index(code)) is not None and concept in each.concepts
    }
    if len(systems) == 1:
        return next(iter(systems)), None
    if systems:
        message_id = "Unable_to_resolve_system__value_set_has_multiple_matches"
        texts: tuple[str, ...] = (code, view.shown, ", ".join(systems))
    else:
        message_id, texts = "UNABLE_TO_INFER_CODESYSTEM", (code, view.shown)
    return "", issue(message_id, "error", "not-found", "cannot-infer", *texts, at="code")
