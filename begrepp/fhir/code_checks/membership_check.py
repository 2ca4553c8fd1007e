"""Check whether a code is in a value set, include by include, with the issues that explain why not.

The answer is True, False, or None if the code system is not known and nothing can be said.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from begrepp.fhir.code_checks.validation_findings import ValidationFindings, join_path
from begrepp.fhir.requests.faults import FhirFault, UnknownValueSet, issue
from begrepp.fhir.requests.operation_calls import OperationCall
from begrepp.fhir.requests.resource_versions import latest_first, version_matches
from begrepp.fhir.requests.version_rules import VersionChoice
from begrepp.fhir.resource_library import ResourceLibrary
from begrepp.fhir.systems.code_system_view import CodeSystemView
from begrepp.fhir.systems.designations import STANDARDS_STATUS, ConceptTexts, FhirDesignation, read_designations
from begrepp.fhir.value_sets.value_set_members import (
    concept_group,
    latest_version_first,
    pinned_address,
    status_warning,
    unknown_system_issue,
)
from begrepp.fhir.value_sets.value_set_views import ConceptSet, ValueSetView

Json = dict[str, Any]
_DEPRECATED_HERE = "http://hl7.org/fhir/StructureDefinition/valueset-deprecated"
_MAX_DEPTH = 200


@dataclass
class MembershipCheck:
    """Checks codings against the value sets of one request."""

    library: ResourceLibrary
    call: OperationCall
    versions: VersionChoice
    findings: ValidationFindings
    texts: ConceptTexts = field(default_factory=ConceptTexts)
    """Designations of the concept of the last coding."""
    version: str = ""
    """Version of the code system that the last coding was found in."""
    _imported: dict[str, ValueSetView] = field(default_factory=dict)
    _path: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.allows_abstract = self.call.flag("abstract") is not False
        self.active_only = bool(self.call.flag("activeOnly"))
        self.membership_only = bool(self.call.flag("valueset-membership-only"))

    def prepare(self, view: ValueSetView) -> None:
        """Check that the filters and imports of a value set can be evaluated. Raises `FhirFault`."""
        name = view.canonical or f"#{id(view.resource)}"
        if name in self._path or len(self._path) > _MAX_DEPTH:
            texts = (name, ", ".join([*self._path[1:], name]))
            raise FhirFault(issue("VALUESET_CIRCULAR_REFERENCE", "error", "processing", "vs-invalid", *texts))
        self._path.append(name)
        for each in (*view.includes, *view.excludes):
            for address in each.value_sets:
                self.prepare(self._import(address, view))
            if each.filters and (system := self._system(each.system, each.version)):
                concept_group(each, system, view.url)
        self._path.pop()

    def _import(self, address: str, view: ValueSetView) -> ValueSetView:
        pinned = pinned_address(self.versions, address)
        key = f"{view.canonical}{pinned}" if pinned.startswith("#") else pinned
        if key not in self._imported:
            found = self.library.value_set(pinned, "", view)
            if found is None:
                raise UnknownValueSet(issue("Unable_to_resolve_value_Set_", "error", "not-found", "not-found", pinned))
            self._imported[key] = found
        return self._imported[key]

    def _system(self, url: str, version: str) -> CodeSystemView | None:
        return self.library.code_system(url, self.versions.choose(url, version))

    def check(self, view: ValueSetView, path: str, coding: Json) -> bool | None:
        """Return whether the coding is in the value set; adds what is wrong to the findings."""
        system, version, code = (str(coding.get(name) or "") for name in ("system", "version", "code"))
        result: bool | None = False
        only_version = self._applicable_version(view, coding) if not version else None
        if version and any(each.version == version for each in view.includes):
            only_version = version
        for each in latest_version_first(view.includes):
            if not each.system:
                result = True
            elif not self._is_system(each, system) or (only_version and each.version != only_version):
                result = False
            else:
                result = self._check_include(each, view, path, code, version)
                if result is None:
                    return None
            for address in each.value_sets:
                imported = self._import(address, view)
                note_resource_status(self.findings, "ValueSet", imported, view)
                if result is True:
                    result = self.check(imported, path, coding)
            if result is True:
                break
        if result is True and any(self._is_excluded(each, view, path, coding) for each in view.excludes):
            return False
        return result

    def _is_system(self, item: ConceptSet, url: str) -> bool:
        return item.system == url or self.library.identity(item.system) == self.library.identity(url)

    def _check_include(self, item: ConceptSet, view: ValueSetView, path: str, code: str, version: str) -> bool | None:
        chosen = self._determine_version(item, path, version)
        system = self.library.code_system(item.system, self.versions.choose(item.system, chosen))
        if system is None:
            if self.membership_only:
                return False
            self.report_unknown_system(item.system, chosen, path)
            return None
        if fault := self.versions.broken_check(system.url, system.version, join_path(path, "version")):
            self.findings.add(fault)
        note_resource_status(self.findings, "CodeSystem", system, view)
        found = self._check_concepts(item, system, view, path, code)
        if found:
            self.version = system.version
        return found

    def report_unknown_system(self, url: str, version: str, path: str) -> None:
        """Add the issue of a code system that is not known, once for each system and version."""
        found = unknown_system_issue(self.library, url, version, at=join_path(path, "system"))
        self.findings.say(found.text)
        known = version and self.library.versions(url)
        if self.findings.add_unknown_system(f"{url}|{version}" if known else url):
            self.findings.add(found)

    def _determine_version(self, item: ConceptSet, path: str, of_coding: str) -> str:
        """Return the version to check against; adds issues if it is not that of the coding."""
        url = item.system
        chosen = self.versions.choose(url, item.version)
        if not of_coding:
            return chosen
        if chosen:
            chosen = of_coding if version_matches(chosen, of_coding) else chosen
        elif any(version_matches(of_coding, each) for each in self.library.versions(url)):
            chosen = of_coding
        system = self.library.code_system(url, self.versions.choose(url, chosen))
        at = join_path(path, "version")
        kind = ("invalid", "vs-invalid")
        if system is None:
            if chosen != of_coding:
                self.findings.add(issue("VALUESET_VALUE_MISMATCH", "error", *kind, url, chosen, of_coding, at=at))
        elif not version_matches(of_coding, system.version):
            if not chosen:
                severity = "error" if system.needs_version else "warning"
                texts: tuple[str, ...] = (url, system.version, of_coding)
                self.findings.add(issue("VALUESET_VALUE_MISMATCH_DEFAULT", severity, *kind, *texts, at=at))
            elif chosen != item.version:
                texts = (url, chosen, item.version, of_coding)
                self.findings.add(issue("VALUESET_VALUE_MISMATCH_CHANGED", "error", *kind, *texts, at=at))
            else:
                self.findings.add(issue("VALUESET_VALUE_MISMATCH", "error", *kind, url, chosen, of_coding, at=at))
            if self.library.code_system(url, of_coding) is None:
                self.findings.add_unknown_system(f"{url}|{of_coding}")
                self.findings.add(unknown_system_issue(self.library, url, of_coding, at=join_path(path, "system")))
        return chosen

    def _check_concepts(
        self, item: ConceptSet, system: CodeSystemView, view: ValueSetView, path: str, code: str
    ) -> bool:
        """Return whether the include selects the code; keeps its designations."""
        at = join_path(path, "code")
        concept = system.index(code)
        if concept is None:
            return item.is_whole_system and not self.membership_only and self.report_unknown_code(system, code, path)
        if item.is_whole_system and system.code(concept) != code:
            self.report_case(system, concept, code, path)
        element = next((each for each in item.concepts if system.index(each["code"]) == concept), None)
        if item.concepts and (element is None or (system.is_case_sensitive and element["code"] != code)):
            return False
        if item.filters and concept not in concept_group(item, system, view.url).concepts:
            return False
        self.texts = _with_element(system.texts(concept), element)
        if not self.allows_abstract and concept in system.abstract:
            if not self.membership_only:
                texts = (system.url, code)
                self.findings.add(
                    issue("ABSTRACT_CODE_NOT_ALLOWED", "error", "business-rule", "code-rule", *texts, at=at)
                )
            return False
        if concept in system.inactive and (view.excludes_inactive or self.active_only):
            if item.is_whole_system or self.active_only:
                self.findings.add(issue("STATUS_CODE_WARNING_CODE", "error", "business-rule", "code-rule", code, at=at))
            if not self.membership_only:
                self.findings.note_status(system, concept, path)
            return False
        if element is not None:
            self._note_deprecated_element(element, system, code, view, at)
        self.findings.note_status(system, concept, path)
        return True

    def report_unknown_code(self, system: CodeSystemView, code: str, path: str) -> bool:
        """Add the issue of an unknown code; return True if the code system is a fragment and the code may be right."""
        at = join_path(path, "code")
        texts = (code, system.url, system.version)
        self.findings.reported_codes.add(f"{system.canonical}#{code}")
        if system.content != "complete":
            found = issue("UNKNOWN_CODE_IN_FRAGMENT", "warning", "code-invalid", "invalid-code", *texts, at=at)
            self.findings.add(found)
            return True
        message_id = "Unknown_Code_in_Version" if system.version else "Unknown_Code_in"
        self.findings.add(issue(message_id, "error", "code-invalid", "invalid-code", *texts, at=at))
        return False

    def report_case(self, system: CodeSystemView, concept: int, code: str, path: str) -> None:
        """Add the note that the code differs from the right one by case."""
        right = system.code(concept)
        self.findings.normal_code = right
        texts = (code, right, system.canonical)
        at = join_path(path, "code")
        self.findings.add(issue("CODE_CASE_DIFFERENCE", "information", "business-rule", "code-rule", *texts, at=at))

    def _note_deprecated_element(
        self, element: Json, system: CodeSystemView, code: str, view: ValueSetView, at: str
    ) -> None:
        extensions = {each.get("url"): each for each in element.get("extension", ()) if isinstance(each, dict)}
        status = str(extensions.get(STANDARDS_STATUS, {}).get("valueCode", ""))
        if status not in ("withdrawn", "deprecated"):
            status = "deprecated" if _DEPRECATED_HERE in extensions else ""
        if status:
            texts = (system.url, code, status, view.canonical)
            kind = ("warning", "business-rule", "code-comment")
            self.findings.add(issue("CONCEPT_DEPRECATED_IN_VALUESET", *kind, *texts, at=at))

    def _is_excluded(self, item: ConceptSet, view: ValueSetView, path: str, coding: Json) -> bool:
        """Return whether an exclude selects the code."""
        url, code = str(coding.get("system", "")), str(coding.get("code", ""))
        if item.system:
            system = self._system(item.system, item.version) if self._is_system(item, url) else None
            if system is None:
                return False
            note_resource_status(self.findings, "CodeSystem", system, view)
            concept = system.index(code)
            if concept is None or concept not in concept_group(item, system, view.url).concepts:
                return False
        quiet = MembershipCheck(self.library, self.call, self.versions, ValidationFindings())
        quiet._imported = self._imported
        return all(quiet.check(self._import(each, view), path, coding) is True for each in item.value_sets)

    def _applicable_version(self, view: ValueSetView, coding: Json) -> str | None:
        """Return the version of the includes that has the code (with the display), None if all or one have it."""
        asked = {each.version for each in view.includes if each.system == coding.get("system") and each.version}
        if len(asked) < 2:
            return None
        fitting = [each for each in asked if self._has_code(each, coding)]
        return None if len(fitting) == len(asked) else latest_first(fitting or asked)[0]

    def _has_code(self, version: str, coding: Json) -> bool:
        system = self._system(str(coding["system"]), version)
        concept = system.index(str(coding.get("code", ""))) if system else None
        if system is None or concept is None:
            return False
        display = coding.get("display")
        return not display or any(each.value == display for each in system.texts(concept))


def note_resource_status(findings: ValidationFindings, kind: str, resource: Any, source: ValueSetView) -> None:
    """Add the note that a resource is deprecated, withdrawn, retired, experimental or a draft."""
    if status := status_warning(resource, source):
        texts = (kind, resource.canonical)
        findings.add(issue(f"MSG_{status.upper()}", "information", "business-rule", "status-check", *texts))


def _with_element(texts: ConceptTexts, element: Json | None) -> ConceptTexts:
    """Return the designations with those of the include's element."""
    if element is None:
        return texts
    added = read_designations(element.get("designation", ()))
    if element.get("display"):
        added.append(FhirDesignation(value=str(element["display"]).strip(), is_display=True))
    return ConceptTexts([*texts.items, *added], texts.language)
