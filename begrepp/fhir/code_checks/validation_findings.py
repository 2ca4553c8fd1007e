"""Findings of a validation: issues, messages, unknown systems, and the status of the concept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from begrepp.fhir.requests.faults import FhirIssue, issue
from begrepp.fhir.requests.language_choice import LanguageChoice
from begrepp.fhir.systems.code_system_view import CodeSystemView
from begrepp.fhir.systems.designations import ConceptTexts

Json = dict[str, Any]


@dataclass
class ValidationFindings:
    """Issues and messages about the codings of one request, and the status of the concept."""

    issues: list[FhirIssue] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    unknown_systems: list[str] = field(default_factory=list)
    inactive_path: str | None = None
    inactive_code: str = ""
    status: str = ""
    status_code: str = ""
    """The code that has the status."""
    normal_code: str = ""
    reported_codes: set[str] = field(default_factory=set)

    def add(self, found: FhirIssue, *, in_message: bool = False) -> None:
        """Add an issue once; its text is part of the message if it is an error or `in_message`."""
        if found not in self.issues:
            self.issues.append(found)
        if in_message or found.severity == "error":
            self.say(found.text)

    def say(self, text: str) -> None:
        """Add a text to the message once."""
        if text not in self.messages:
            self.messages.append(text)

    def add_unknown_system(self, canonical: str) -> bool:
        """Record an unknown system; return whether it is new."""
        is_new = canonical not in self.unknown_systems
        if is_new:
            self.unknown_systems.append(canonical)
        return is_new

    def note_status(self, system: CodeSystemView, concept: int, path: str, *, only_if_inactive: bool = False) -> None:
        """Record the status of a concept; one that is inactive is not replaced by a later one."""
        is_inactive = concept in system.inactive
        if self.inactive_path is not None or (only_if_inactive and not is_inactive):
            return
        self.status, self.status_code = system.concept_status(concept), system.code(concept)
        if is_inactive:
            self.inactive_path, self.inactive_code = path, system.code(concept)

    @property
    def has_errors(self) -> bool:
        """Whether an issue is an error."""
        return any(each.severity == "error" for each in self.issues)

    def status_parameters(self, path: str, *, is_returned: bool) -> list[Json]:
        """Return `inactive` and `status` and add the warning.

        `path`: FHIRPath of the value; `is_returned`: the answer names the inactive code.
        """
        found: list[Json] = []
        if self.inactive_path is not None:
            if is_returned:
                found.append({"name": "inactive", "valueBoolean": True})
                if self.status and self.status != "inactive":
                    found.append({"name": "status", "valueCode": self.status})
            shown = self.status if self.status in ("inactive", "DISCOURAGED") else f"{self.status} and inactive"
            at = self.inactive_path or "code"
            texts = (self.inactive_code, shown)
            warning = issue("INACTIVE_CONCEPT_FOUND", "warning", "business-rule", "code-comment", *texts, at=at)
            self.add(warning, in_message=True)
        elif self.status.lower() == "deprecated":
            found.append({"name": "status", "valueCode": "deprecated"})
            kind = ("warning", "business-rule", "code-comment")
            self.add(issue("DEPRECATED_CONCEPT_FOUND", *kind, self.status_code, at=path or "code"), in_message=True)
        return found


def join_path(path: str, name: str) -> str:
    """Return the FHIRPath of an element."""
    return f"{path}.{name}" if path else name


def check_display(
    texts: ConceptTexts, coding: Json, languages: LanguageChoice | None, at: str, *, is_lenient: bool
) -> tuple[FhirIssue, bool] | None:
    """Return the issue of a display that is not the concept's, and whether its text is part of the message."""
    display, system, code = str(coding["display"]), coding.get("system", ""), coding.get("code", "")
    severity = "warning" if is_lenient else "error"
    tags = languages.tags if languages else "--"
    kind = ("invalid", "invalid-display")
    if texts.has(display, languages):
        if texts.has(display, languages, current=True):
            return None
        return _inactive_display(texts, display, str(code), at), False
    fitting = texts.displays(languages)
    if not fitting and not texts.items:
        found = issue("NO_VALID_DISPLAY_AT_ALL", "warning", *kind, display, system, code, at=at)
    elif not fitting:
        default = texts.preferred(None)
        shown = (display, system, code, tags, default.value if default else "")
        if texts.has(display, languages, also=texts.language or "en"):
            found = issue("NO_VALID_DISPLAY_FOUND_NONE_FOR_LANG_OK", "information", *kind, *shown, at=at)
        else:
            found = issue("NO_VALID_DISPLAY_FOUND_NONE_FOR_LANG_ERR", severity, *kind, *shown, at=at)
    else:
        found = wrong_display(texts, display, (system, code), languages, severity, at)
    return found, True


def wrong_display(
    texts: ConceptTexts, display: str, code: tuple[Any, Any], languages: LanguageChoice | None, severity: str, at: str
) -> FhirIssue:
    """Return the issue that names the displays that would be right."""
    has_spaces = texts.has_with_other_spaces(display, languages)
    message_id = f"Display_Name_{'WS_' if has_spaces else ''}for__should_be_one_of__instead_of"
    count = len(texts.displays(languages) or texts.displays(None))
    tags = languages.tags if languages else "--"
    shown: Sequence[object] = (display, *code, texts.present(languages), tags, count)
    variant = message_id if count == 1 else f"{message_id}#many"
    return issue(variant, severity, "invalid", "invalid-display", *shown, at=at)


def _inactive_display(texts: ConceptTexts, display: str, code: str, at: str) -> FhirIssue:
    status = next((each.status for each in texts if each.value.casefold() == display.casefold()), "")
    right = ",".join(f'"{each.value}"' for each in texts if each.is_preferred and not each.is_inactive)
    shown = (display, code, status, right)
    return issue("INACTIVE_DISPLAY_FOUND", "warning", "invalid", "display-comment", *shown, at=at)
