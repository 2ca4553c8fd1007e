"""`$validate-code` of value sets and code systems: a code, Coding or CodeableConcept to a Parameters resource."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from begrepp.fhir.code_checks.membership_check import MembershipCheck, note_resource_status
from begrepp.fhir.code_checks.system_inference import infer_system
from begrepp.fhir.code_checks.validation_findings import ValidationFindings, check_display, join_path, wrong_display
from begrepp.fhir.requests.faults import (
    FhirFault,
    FhirIssue,
    UnknownValueSet,
    invalid_request,
    issue,
    operation_outcome,
)
from begrepp.fhir.requests.operation_calls import OperationCall
from begrepp.fhir.requests.resource_versions import latest_first
from begrepp.fhir.requests.version_rules import VersionChoice
from begrepp.fhir.resource_library import ResourceLibrary
from begrepp.fhir.value_sets.expansion import called_value_set, check_supplements
from begrepp.fhir.value_sets.value_set_views import ValueSetView

Json = dict[str, Any]
_NO_CODE = (
    "Unable to find code to validate "
    "(looked for coding | codeableConcept | code+system | code+inferSystem in parameters"  # the suite's wording
)


@dataclass(frozen=True, slots=True)
class GivenCodings:
    """The codings to validate; `path`: FHIRPath of the value, empty for the parameter `code`."""

    codings: list[Json]
    path: str
    concept: Json | None = None
    infers_system: bool = False

    @property
    def is_concept(self) -> bool:
        """Whether the value is a CodeableConcept."""
        return self.path == "CodeableConcept"

    def coding_path(self, number: int) -> str:
        """Return the FHIRPath of a coding."""
        return f"{self.path}.coding[{number}]" if self.is_concept else self.path


def read_coded_value(call: OperationCall, *, for_system: str = "") -> GivenCodings:
    """Return the value of codeableConcept, coding or code. Raises `FhirFault` if there is none or more than one.

    `for_system`: address of the code system of CodeSystem/$validate-code.
    """
    concept, coding, code = call.codeable_concept("codeableConcept"), call.coding("coding"), call.text("code")
    if sum((concept is not None, coding is not None, bool(code))) > 1:
        raise invalid_request("The request holds more than one of code, coding and codeableConcept.")
    if concept is not None:
        codings = concept.get("coding", [])
        if isinstance(codings, list) and all(isinstance(each, dict) for each in codings):
            return GivenCodings([dict(each) for each in codings], "CodeableConcept", concept)
    if coding is not None:
        return GivenCodings([dict(coding)], "Coding")
    system = for_system or call.text("system")
    infers = bool(call.flag("inferSystem")) and not system
    if code and (system or infers):
        found = {"system": system, "version": call.text("version" if for_system else "systemVersion"), "code": code}
        found["display"] = call.text("display")
        return GivenCodings([{name: value for name, value in found.items() if value}], "", infers_system=infers)
    raise invalid_request(_NO_CODE)


def validate_in_value_set(library: ResourceLibrary, call: OperationCall) -> Json:
    """Return the answer of ValueSet/$validate-code. Raises `FhirFault`."""
    view = called_value_set(library, call)
    return CodeValidation(library, call, view).answer(read_coded_value(call))


@dataclass
class CodeValidation:
    """One validation of a coded value against a value set."""

    library: ResourceLibrary
    call: OperationCall
    view: ValueSetView
    findings: ValidationFindings = field(default_factory=ValidationFindings)

    def __post_init__(self) -> None:
        self.call.is_validation = True
        self.call.read_value_set(self.view.resource)
        self.library.supplements |= {*self.call.texts("useSupplement"), *self.view.supplements}
        self.versions = VersionChoice(self.call.version_rules)
        self.languages = self.call.languages
        self.is_lenient = bool(self.call.flag("lenient-display-validation"))
        self.check = MembershipCheck(self.library, self.call, self.versions, self.findings)
        self.returned: Json = {}
        self.returned_path: str | None = None
        self.tried: Json = {}
        self.display = ""

    def answer(self, value: GivenCodings) -> Json:
        """Return the Parameters resource."""
        self._check_supplements()
        try:
            self.check.prepare(self.view)
        except UnknownValueSet as error:
            return self._unprepared(error, value)
        note_resource_status(self.findings, "ValueSet", self.view, self.view)
        self.languages = self.call.languages
        matched = self._check_codings(value)
        ok: bool | None = True in matched or (None if None in matched else False)
        if ok is False and not (self.view.is_internal and self.findings.has_errors):
            self._add_summary(value)
        return self._parameters(value, ok)

    def _check_supplements(self) -> None:
        systems = (
            self.library.code_system(each.system, self.versions.choose(each.system, each.version))
            for each in (*self.view.includes, *self.view.excludes)
            if each.system
        )
        check_supplements(self.library.supplements, [each for found in systems if found for each in found.supplements])

    def _unprepared(self, error: FhirFault, value: GivenCodings) -> Json:
        coding = value.codings[0] if value.codings and not value.is_concept else {}
        found: list[Json] = [
            {"name": "result", "valueBoolean": False},
            {"name": "message", "valueString": error.reason},
            {"name": "issues", "resource": operation_outcome(error.issues)},
        ]
        kinds = (("code", "valueCode"), ("system", "valueUri"), ("version", "valueString"))
        found += [{"name": name, kind: coding[name]} for name, kind in kinds if coding.get(name)]
        if value.is_concept:
            found.append({"name": "codeableConcept", "valueCodeableConcept": value.concept})
        return {"resourceType": "Parameters", "parameter": found}

    def _check_codings(self, value: GivenCodings) -> list[bool | None]:
        matched: list[bool | None] = []
        for number, coding in enumerate(value.codings):
            path = value.coding_path(number)
            self.check.texts.items, self.check.version = [], ""
            if value.infers_system:
                system, fault = infer_system(self.library, self.call, self.versions, self.view, str(coding["code"]))
                if fault:
                    self.findings.add(fault)
                    self.tried = self.tried or coding
                    matched.append(False)
                    continue
                coding["system"] = system
            found = self._check_coding(coding, path)
            matched.append(found)
            if not self.tried or found:
                self.tried = dict(coding)
            if not self.tried.get("version") and self.check.version:
                self.tried["version"] = self.check.version
            if found is False and value.is_concept and not self.view.is_internal:
                texts = (self.view.shown, f"'{_shown(coding)}'")
                at = join_path(path, "code")
                message_id = "None_of_the_provided_codes_are_in_the_value_set_one"
                kind = ("information", "code-invalid", "this-code-not-in-vs")
                self.findings.add(issue(message_id, *kind, *texts, at=at))
            if found is True:
                self._accept(coding, path)
            elif not self.check.membership_only and coding.get("system"):
                self._explain(coding, path, value)
        return matched

    def _check_coding(self, coding: Json, path: str) -> bool | None:
        if not coding.get("code"):
            text = "Coding has no code and cannot be validated"
            self.findings.add(
                FhirIssue(severity="error", code="invalid", kind="invalid-data", text=text, expression=path)
            )
            return False
        if not coding.get("system"):
            message_id = "Coding_has_no_system__cannot_validate"
            self.findings.add(issue(message_id, "warning", "invalid", "invalid-data", at=path), in_message=True)
            return False
        return self.check.check(self.view, path, coding)

    def _accept(self, coding: Json, path: str) -> None:
        """Check the display of a coding that is in the value set, and keep the first such coding for the answer."""
        if coding.get("display") and self.check.texts.items:
            at = join_path(path, "display")
            found = check_display(self.check.texts, coding, self.languages, at, is_lenient=self.is_lenient)
            if found:
                self.findings.add(found[0], in_message=found[1])
        if self.returned_path is None:
            self.returned = dict(coding) | ({"version": self.check.version} if self.check.version else {})
            if not self.check.version:
                self.returned.pop("version", None)
            self.returned_path = path
            self._keep_display()

    def _keep_display(self) -> None:
        texts = self.check.texts
        shown = texts.preferred(self.languages) or texts.preferred(None)
        self.display = shown.value if shown else self.display

    def _explain(self, coding: Json, path: str, value: GivenCodings) -> None:
        """Look up a code that is not in the value set in its code system, and report what is wrong with it there."""
        url, code = str(coding["system"]), str(coding.get("code", ""))
        if not _is_absolute(url):
            at = join_path(path, "system")
            self.findings.add(issue("Terminology_TX_System_Relative", "error", "invalid", "invalid-data", at=at))
        asked = [each.version for each in self.view.includes if each.system == url and each.version]
        version = str(coding.get("version") or "") or (latest_first(asked)[0] if asked else "")
        chosen = self.versions.choose(url, version)
        system = self.library.code_system(url, chosen)
        if system is None:
            self._explain_system(url, version, path)
            return
        if fault := self.versions.broken_check(url, system.version, join_path(path, "version")):
            self.findings.add(fault)
        note_resource_status(self.findings, "CodeSystem", system, self.view)
        concept = system.index(code)
        if concept is None:
            if f"{system.canonical}#{code}" not in self.findings.reported_codes:
                self.check.report_unknown_code(system, code, path)
            return
        self.check.texts = texts = system.texts(concept)
        if not self.check.membership_only:
            self.findings.note_status(system, concept, path, only_if_inactive=True)
        self._keep_display()
        if coding.get("display") and texts.items and not texts.has(str(coding["display"]), self.languages, also="en"):
            at = join_path(path, "display")
            severity = "warning" if self.is_lenient else "error"
            texts_of = (system.url, code)
            display = str(coding["display"])
            self.findings.add(wrong_display(texts, display, texts_of, self.languages, severity, at), in_message=True)
        if not value.is_concept and system.version and not self.tried.get("version"):
            self.tried["version"] = system.version

    def _explain_system(self, url: str, version: str, path: str) -> None:
        at = join_path(path, "system")
        if self.library.value_set(url) is not None:
            self.findings.add(issue("Terminology_TX_System_ValueSet2", "error", "invalid", "invalid-data", url, at=at))
        elif supplement := self.library.unusable_code_system(url, version):
            message_id, texts = "CODESYSTEM_CS_NO_SUPPLEMENT", supplement.canonical
            self.findings.add(issue(message_id, "error", "invalid", "invalid-data", texts, at=at))
        else:
            self.check.report_unknown_system(url, version, path)

    def _add_summary(self, value: GivenCodings) -> None:
        if value.is_concept:
            message_id, texts = "TX_GENERAL_CC_ERROR_MESSAGE", (self.view.shown,)
            self.findings.add(issue(message_id, "error", "code-invalid", "not-in-vs", *texts))
            return
        listed = ", ".join(f"'{_shown(each, value.infers_system)}'" for each in value.codings)
        message_id = "None_of_the_provided_codes_are_in_the_value_set_one"
        at = join_path(value.path, "code")
        self.findings.add(issue(message_id, "error", "code-invalid", "not-in-vs", self.view.shown, listed, at=at))

    def _parameters(self, value: GivenCodings, ok: bool | None) -> Json:
        findings = self.findings
        shown = self.returned or ({} if value.is_concept else self.tried)
        is_returned = not value.is_concept or self.returned_path == findings.inactive_path
        status = findings.status_parameters(value.path, is_returned=is_returned and bool(shown))
        valid = ok is True and not findings.has_errors
        found: list[Json] = [{"name": "result", "valueBoolean": valid}]
        kinds = (("system", "valueUri"), ("code", "valueCode"), ("version", "valueString"))
        found += [{"name": name, kind: shown[name]} for name, kind in kinds if shown.get(name)]
        if self.display and shown.get("code"):
            found.append({"name": "display", "valueString": self.display})
        name = "x-unknown-system" if ok is False else "x-caused-by-unknown-system"
        if not valid:
            found += [{"name": name, "valueCanonical": each} for each in findings.unknown_systems]
        if findings.normal_code:
            found.append({"name": "normalized-code", "valueCode": findings.normal_code})
        found += status
        if findings.messages:
            found.append({"name": "message", "valueString": "; ".join(sorted(findings.messages))})
        if value.is_concept:
            found.append({"name": "codeableConcept", "valueCodeableConcept": value.concept})
        if findings.issues:
            found.append({"name": "issues", "resource": operation_outcome(findings.issues)})
        return {"resourceType": "Parameters", "parameter": found}


def _shown(coding: Json, without_system: bool = False) -> str:
    """Return a coding as named in messages: `system|version#code ('display')`."""
    system = "" if without_system else coding.get("system", "")
    version = f"|{coding['version']}" if coding.get("version") else ""
    display = f" ('{coding['display']}')" if coding.get("display") else ""
    return f"{system}{version}#{coding.get('code', '')}{display}"


def _is_absolute(url: str) -> bool:
    return bool(urlsplit(url).scheme)
