"""Elements of `ValueSet.expansion.contains`, with designations and properties as the client asks for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from begrepp.fhir.requests.operation_calls import OperationCall
from begrepp.fhir.systems.code_system_view import ROLE_GROUP, CodeSystemView
from begrepp.fhir.systems.designations import STANDARDS_STATUS, ConceptTexts, FhirDesignation, read_designations
from begrepp.fhir.value_elements import value_element

Json = dict[str, Any]
_BASE = "http://hl7.org/fhir/StructureDefinition/"
_PROPERTIES = "http://hl7.org/fhir/concept-properties#"
_AS_PROPERTY = (
    (f"{_BASE}codesystem-label", f"{_BASE}valueset-label", "label", "label", "valueString"),
    (f"{_BASE}codesystem-conceptOrder", f"{_BASE}valueset-conceptOrder", "order", "order", "valueDecimal"),
    (f"{_BASE}itemWeight", f"{_BASE}itemWeight", "weight", "itemWeight", "valueDecimal"),
)
_LINKED = frozenset({"parent", "child", "definition"})
"""Properties that a code system gives otherwise than as statements."""
_COPIED_FROM_SYSTEM = frozenset(
    f"{_BASE}{name}" for name in ("coding-sctdescid", "rendering-style", "rendering-xhtml", "codesystem-alternate")
)
_COPIED_FROM_VALUE_SET = frozenset(
    [STANDARDS_STATUS]
    + [
        f"{_BASE}{name}"
        for name in (
            *("valueset-supplement", "valueset-deprecated", "valueset-concept-definition", "coding-sctdescid"),
            *("rendering-style", "rendering-xhtml"),
        )
    ]
)


class ElementWriter:
    """Writes the elements of one expansion; collects the properties that they have."""

    def __init__(self, call: OperationCall, *, shows_versions: bool) -> None:
        self.property_definitions: list[Json] = []
        self.uses_supplements = False
        self._languages = call.languages
        self._with_designations = bool(call.flag("includeDesignations"))
        self._wanted_designations = [each.rpartition("|")[::2] for each in call.texts("designation")]
        self._properties = list(dict.fromkeys(call.texts("property")))
        self._shows_versions = shows_versions
        self._declared: dict[str, str] = {}
        self._uris: dict[CodeSystemView, dict[str, str]] = {}
        self._codes: dict[tuple[CodeSystemView, int], str] = {}

    def write(self, system: CodeSystemView, concept: int, element: Json | None) -> Json:
        """Return the element of a concept; `element`: the include's own element for it."""
        has_names_only = not self._with_designations or not (self._wanted_designations or system.has_synonyms(concept))
        if element is None and has_names_only and not system.supplements:
            return self._write_plain(system, concept)
        own = element or {}
        texts = system.texts(concept) if self._with_designations else system.names(concept)
        written = own.get("code") if system.is_case_sensitive else ""
        done: Json = {"system": system.url, "code": written or system.code(concept)}
        if self._shows_versions and system.version:
            done["version"] = system.version
        self._write_state(done, system, concept)
        if system.supplements and not set(system.supplements) <= set(system.language_packs):
            self.uses_supplements = True
        self._copy_extensions(done, system.extensions(concept), own.get("extension", ()))
        self._write_texts(done, texts, own)
        if self._properties:
            self._write_properties(done, system, concept)
        return done

    def _write_plain(self, system: CodeSystemView, concept: int) -> Json:
        """Return the element of a concept that has no other designations than preferred labels, or shows none."""
        code, display, others = system.code_and_names(concept, self._languages)
        done: Json = {"system": system.url, "code": code}
        if self._shows_versions and system.version:
            done["version"] = system.version
        self._write_state(done, system, concept)
        if extensions := system.extensions(concept):
            self._copy_extensions(done, extensions, ())
        if display:
            done["display"] = display
        if others and self._with_designations:
            done["designation"] = [each.to_json() for each in others]
        if self._properties:
            self._write_properties(done, system, concept)
        return done

    def _write_state(self, done: Json, system: CodeSystemView, concept: int) -> None:
        if concept in system.abstract:
            done["abstract"] = True
        if concept in system.inactive:
            done["inactive"] = True
        if (status := system.concept_status(concept)) and status.lower() != "active":
            self._add(done, "status", f"{_PROPERTIES}status", "valueCode", status)

    def _copy_extensions(self, done: Json, of_system: Sequence[Json], of_value_set: Sequence[Json]) -> None:
        if not of_system and not of_value_set:
            return
        for system_url, value_set_url, code, uri, kind in _AS_PROPERTY:
            found = [each for each in of_value_set if each.get("url") == value_set_url]
            found = found or [each for each in of_system if each.get("url") == system_url]
            if found:
                self._add(done, code, _PROPERTIES + uri, kind, value_element(found[0], "")[1])
        copied = {each["url"]: each for each in of_system if each.get("url") in _COPIED_FROM_SYSTEM}
        copied |= {each["url"]: each for each in of_value_set if each.get("url") in _COPIED_FROM_VALUE_SET}
        if copied:
            done["extension"] = list(copied.values())

    def _write_texts(self, done: Json, texts: ConceptTexts, own: Json) -> None:
        if own.get("display"):
            shown = FhirDesignation(value=str(own["display"]).strip(), language=texts.language, is_display=True)
            texts.items = [shown, *(each for each in texts.items if not each.is_display or each.value != shown.value)]
        if own.get("designation"):
            texts.items = [*texts.items, *read_designations(own["designation"])]
        preferred = texts.preferred(self._languages)
        if preferred:
            done["display"] = preferred.value
            self.uses_supplements = self.uses_supplements or bool(preferred.source)
        if self._with_designations:
            kept = [each for each in texts if each is not preferred and self._is_wanted(each)]
            self.uses_supplements = self.uses_supplements or any(each.source for each in kept)
            if kept:
                done["designation"] = [each.to_json() for each in kept]

    def _is_wanted(self, item: FhirDesignation) -> bool:
        if not self._wanted_designations:
            return True
        use = item.use or {}
        return any(
            (system == "urn:ietf:bcp:47" and item.language.lower() == code.lower())
            or (bool(use) and use.get("code") == code and system in ("", use.get("system")))
            for system, code in self._wanted_designations
        )

    def _write_properties(self, done: Json, system: CodeSystemView, concept: int) -> None:
        uris = self._uris_of(system)
        is_needed = system.has_stated_links or not _LINKED.issuperset(self._properties)
        stated = system.properties(concept) if is_needed else ()
        for name in self._properties:
            if name in ("definition", "*") and (text := system.definition(concept)):
                self._add(done, "definition", f"{_PROPERTIES}definition", "valueString", text)
            for link in ("parent", "child"):
                if name in (link, "*"):
                    for other in system.parents(concept) if link == "parent" else system.children(concept):
                        self._add(done, link, _PROPERTIES + link, "valueCode", self._code(system, other), repeats=True)
            for each in stated:
                if each.get("code") == name or name == "*":
                    kind, value = value_element(each, "")
                    code = str(each.get("code", ""))
                    self._add(done, code, uris.get(code, ""), kind, value, repeats=True)

            if name in (ROLE_GROUP, "*"):
                for number, group in system.role_groups(concept):
                    self._add(done, ROLE_GROUP, "", "valueInteger", number, {"subProperty": group}, repeats=True)

    def _code(self, system: CodeSystemView, concept: int) -> str:
        """Return the code of a parent or child, which several members share."""
        key = (system, concept)
        if key not in self._codes:
            self._codes[key] = system.code(concept)
        return self._codes[key]

    def _uris_of(self, system: CodeSystemView) -> dict[str, str]:
        """Return the URIs of the properties of a code system by code."""
        if system not in self._uris:
            self._uris[system] = {each["code"]: str(each.get("uri", "")) for each in system.property_definitions}
        return self._uris[system]

    def _add(
        self,
        done: Json,
        code: str,
        uri: str,
        kind: str,
        value: object,
        inner: Json | None = None,
        *,
        repeats: bool = False,
    ) -> None:
        """Add a property; `inner`: its further elements."""
        if code not in self._declared:
            self._declared[code] = uri
            self.property_definitions.append({"code": code} | ({"uri": uri} if uri else {}))
        items = done.setdefault("property", [])
        entry = {"code": code, kind: value} | (inner or {})
        if repeats:
            if entry not in items:
                items.append(entry)
        else:
            items[:] = [*(each for each in items if each["code"] != code), entry]
