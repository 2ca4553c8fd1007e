"""Designations of a concept: choice of a display by language, and the check of a display that a client sends."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from msgspec import Struct

from begrepp.fhir.requests.language_choice import LanguageChoice, TagMatch, join_with_or

Json = dict[str, Any]
PREFERRED_USE: Json = {
    "system": "http://terminology.hl7.org/CodeSystem/hl7TermMaintInfra",
    "code": "preferredForLanguage",
    "display": "Preferred For Language",
}
_SNOMED = "http://snomed.info/sct"
_PREFERRED_USES = {
    (PREFERRED_USE["system"], PREFERRED_USE["code"]),
    ("http://terminology.hl7.org/CodeSystem/designation-usage", "display"),
    (_SNOMED, "900000000000548007"),
}
STANDARDS_STATUS = "http://hl7.org/fhir/StructureDefinition/structuredefinition-standards-status"
_SHOWN_EXTENSIONS = frozenset(
    f"http://hl7.org/fhir/StructureDefinition/{name}"
    for name in (
        *("coding-sctdescid", "rendering-style", "rendering-xhtml", "structuredefinition-standards-status"),
        "codesystem-alternate",
    )
)


class FhirDesignation(Struct, frozen=True, kw_only=True):
    """A text of a concept; `is_display`: the code system's own display; `source`: the supplement that it is from."""

    value: str
    language: str = ""
    use: Json | None = None
    is_display: bool = False
    extensions: Sequence[Json] = ()
    source: str = ""

    @property
    def status(self) -> str:
        """The status of the standards-status extension; empty for a current designation."""
        if not self.extensions:
            return ""
        return next((str(each.get("valueCode", "")) for each in self.extensions if each["url"] == STANDARDS_STATUS), "")

    @property
    def is_inactive(self) -> bool:
        """Whether the designation is withdrawn or deprecated."""
        return self.status in ("withdrawn", "deprecated", "inactive")

    @property
    def is_preferred(self) -> bool:
        """Whether the designation can be the display of its language."""
        return self.use is None or (self.use.get("system"), self.use.get("code")) in _PREFERRED_USES

    def to_json(self) -> Json:
        """Return the designation of `ValueSet.expansion.contains`."""
        done: Json = {"language": self.language} if self.language else {}
        if self.extensions and (shown := [e for e in self.extensions if e.get("url") in _SHOWN_EXTENSIONS]):
            done["extension"] = shown
        if use := self.use or (PREFERRED_USE if self.is_display else None):
            done["use"] = use
        done["value"] = self.value
        return done


def _read_designation(item: Json) -> FhirDesignation:
    """Return the designation of CodeSystem.concept or ValueSet.compose.include.concept."""
    return FhirDesignation(
        value=str(item.get("value", "")).strip(),
        language=str(item.get("language", "")),
        use=item.get("use"),
        extensions=tuple(item.get("extension", ())),
    )


class ConceptTexts(Struct):
    """All designations of one concept, in order of importance; `language`: that of the code system."""

    items: list[FhirDesignation] = []
    language: str = ""

    def __iter__(self) -> Iterator[FhirDesignation]:
        return iter(self.items)

    def preferred(self, languages: LanguageChoice | None) -> FhirDesignation | None:
        """Return the designation to show, None if the client refuses all languages that there are."""
        if languages is None:
            return self._first(self.items)
        displays = [each for each in self.items if each.is_preferred]
        for wanted in languages.ranges:
            for current_only in (True, False):
                for closeness in (TagMatch.FULL, TagMatch.REGION, TagMatch.LANGUAGE):
                    fitting = [
                        each
                        for each in displays
                        if wanted.match(each.language or self.language) >= closeness
                        and not (current_only and each.is_inactive)
                    ]
                    if fitting:
                        return self._first(fitting)
        return next(
            (each for each in self.items if not each.language and not self.language and each.is_preferred), None
        )

    @staticmethod
    def _first(items: Sequence[FhirDesignation]) -> FhirDesignation | None:
        if len(items) < 2:
            return items[0] if items else None
        return min(items, key=lambda each: (each.is_inactive, not each.is_preferred))

    def has(self, text: str, languages: LanguageChoice | None, *, also: str = "", current: bool = False) -> bool:
        """Return whether the text, in any case, is a designation in the languages; `also`: one more language."""
        return self._has(text.casefold(), languages, also, current, str.casefold)

    def has_with_other_spaces(self, text: str, languages: LanguageChoice | None) -> bool:
        """Return whether the text is a designation but for its white space."""
        return self._has(_normal(text), languages, "", False, _normal)

    def _has(self, text: str, languages: LanguageChoice | None, also: str, current: bool, fold: Any) -> bool:
        return any(
            fold(each.value) == text and (not current or not each.is_inactive) and self._fits(each, languages, also)
            for each in self.items
        )

    @staticmethod
    def _fits(item: FhirDesignation, languages: LanguageChoice | None, also: str = "") -> bool:
        if languages is None or not item.language:
            return True
        return languages.accepts(item.language) or (bool(also) and also.partition("-")[0] == item.language)

    def displays(self, languages: LanguageChoice | None) -> list[FhirDesignation]:
        """Return the designations that are a display in the languages."""
        return [each for each in self.items if each.is_preferred and self._fits(each, languages)]

    def present(self, languages: LanguageChoice | None) -> str:
        """Return the displays in the languages as listed in messages, all displays if there are none."""
        return join_with_or(map(_quoted, self.displays(languages) or self.displays(None)))


def _quoted(item: FhirDesignation) -> str:
    return f"'{item.value}' ({item.language})" if item.language else f"'{item.value}'"


def _normal(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip().casefold()


def read_designations(items: Iterable[Json]) -> list[FhirDesignation]:
    """Return the designations of a list of JSON elements that have a text."""
    return [_read_designation(each) for each in items if isinstance(each, dict) and each.get("value")]
