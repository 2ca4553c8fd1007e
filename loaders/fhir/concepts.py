"""Concepts of FHIR code systems, with their standard properties and supplements.

A property is a standard one by its `uri` (http://hl7.org/fhir/concept-properties), whatever its code; without `uri`, by
its code. `inactive`, `status` retired and a past `retirementDate` make a code inactive. Deprecated codes "can still be
used, but their use is discouraged": they stay active, with a note (http://hl7.org/fhir/codesystem.html#status).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from begrepp.errors import InputError
from begrepp.rdf.namespaces import expand
from begrepp.records import Concept, Coverage, Marker, Note, NoteKind, RdfTerm, Record, Scheme, Status, Text
from begrepp.sources.row_faults import RowScope, add_remark
from loaders.declaration.source_toml import new_declared_edition
from loaders.fhir.designations import DISPLAY_USES, FULL_NAME, FULL_NAMES, is_definition, unstated_elements, use_of
from loaders.fhir.property_values import FhirProperty, code_or_text, full_text, value_language
from loaders.fhir.supplements import Supplement, standard_names
from loaders.support.editions import last_day_of_retired
from loaders.support.fhir_headers import resource_header
from loaders.support.fhir_labels import Json, checked_items, read_translations, value_of
from loaders.support.fhir_packages import FhirContext, Resource, language_tag
from loaders.support.partial_dates import days_of, last_day_of_retirement

_HANDLED = (
    *("parent", "child", "inactive", "retirementDate", "notSelectable"),
    *("validFrom", "daggerAsterisk", "pairedWith"),
)
"""Properties that the record of a concept covers; `status` is covered by the values of `_INACTIVE` and `_DRAFT`."""
_NOT_SELECTABLE, _STATUS = (f"http://hl7.org/fhir/concept-properties#{each}" for each in ("notSelectable", "status"))
_TRUE = RdfTerm("true", "literal", datatype=expand("xsd:boolean"))
_DATES = ("retirementDate", "validFrom")
_NOTE_KINDS = tuple(kind.value for kind in NoteKind)
_MARKERS = tuple(marker.value for marker in Marker)
_SUCCESSORS = (
    "replaced-by",
    "replacedBy",
    "replacedby",
    "isReplacedBy",
    "successor",
    "MAP_TO",
    "SAME_AS",
    "REPLACED_BY",
)
"""Concept properties of HL7's and other publishers' code systems whose value is the code that replaces a concept."""
_REPLACED_BY = "http://hl7.org/fhir/StructureDefinition/codesystem-replacedby"
_INACTIVE = ("retired", "inactive", "withdrawn")
_DRAFT = ("draft", "experimental")


def is_hierarchical(resource: Resource) -> bool:
    """Return whether concepts are nested, or have parents or children."""
    names = standard_names(resource)
    concepts = checked_items(resource.body, "concept", resource.origin)
    return any(
        each.get("concept")
        or any(
            names.get(str(p.get("code")), str(p.get("code"))) in ("parent", "child")
            for p in checked_items(each, "property", resource.origin)
        )
        for each in concepts
    )


def read_code_system(
    resource: Resource, scheme: Scheme, context: FhirContext, supplements: Mapping[str, list[Supplement]]
) -> Iterator[Record]:
    """Yield the scheme, its edition and its concepts. A code that cannot be used is a faulty row."""
    yield scheme
    is_complete = resource.body.get("content") == "complete"
    dates = context.dates if is_complete else replace(context.dates, coverage=Coverage.PARTIAL)
    own_supplements = supplements.get(str(resource.body.get("url") or ""), [])
    yield replace(
        new_declared_edition(scheme, dates, context.rights),
        resource_version=str(resource.body.get("version") or ""),
        resource_header=resource_header(resource),
        supplement_headers=tuple(each.header for each in own_supplements),
        hierarchy_meaning=str(resource.body.get("hierarchyMeaning") or ""),
    )
    reader = _ConceptReader(resource, scheme, standard_names(resource), own_supplements, dates.valid_from)
    yield from reader.concepts()
    for supplement in own_supplements:
        yield from supplement.unused()


@dataclass(slots=True)
class _ConceptReader:
    """Reader of the concepts of one code system."""

    resource: Resource
    scheme: Scheme
    names: dict[str, str]
    supplements: list[Supplement]
    edition_start: date

    def concepts(self) -> Iterator[Concept]:
        """Yield each concept, before the concepts nested in it."""
        origin = self.resource.origin
        stack = [(concept, "") for concept in reversed(checked_items(self.resource.body, "concept", origin))]
        children: dict[str, list[str]] = {}
        found: list[tuple[Json, str, list[FhirProperty]]] = []
        scope = RowScope()
        while stack:
            concept, parent = stack.pop()
            with scope:
                code = self._code(concept)
                stack += [(child, code) for child in reversed(checked_items(concept, "concept", origin))]
                properties = self._properties(concept)
                found.append((concept, parent, properties))
                for child in _values(properties, "child"):
                    children.setdefault(child, []).append(code)
        for concept, parent, properties in found:
            parents = [parent, *_values(properties, "parent"), *children.get(self._code(concept), ())]
            with scope:
                yield self._concept(concept, properties, tuple(dict.fromkeys(filter(None, parents))))

    def _code(self, concept: Json) -> str:
        value = concept.get("code")
        code = value if isinstance(value, str) else ""
        if not code.strip():
            raise InputError(
                self.resource.origin,
                f"a concept has no code: {str(concept)[:80]}.",
                "Give it one, or ask the publisher for it.",
            )
        if code != code.strip():
            # FHIR's `code` has no whitespace at its ends: [^\s]+(\s[^\s]+)*
            add_remark(self.resource.origin, f"the code '{code}' is read without the spaces around it.")
        if re.search(r"[^\S ]|  ", code.strip()):
            add_remark(self.resource.origin, f"the code '{code}' has spaces that no code of FHIR may have; it is kept.")
        return code.strip()

    def _properties(self, concept: Json) -> list[FhirProperty]:
        own = [(each, self.names) for each in checked_items(concept, "property", self.resource.origin)]
        code = self._code(concept)
        added = [(each, s.names) for s in self.supplements for each in s.items(code, "property")]
        found = [
            (names.get(key, key), key, value, value_language(each))
            for each, names in (*own, *added)
            if (key := str(each.get("code") or "")) and (value := value_of(each)) != ""
        ]
        found += [("replacedBy", "replaced-by", value, "") for value in self._extension_values(concept)]
        found += [
            ("", url.rpartition("/")[2], value, "")
            for each in checked_items(concept, "extension", self.resource.origin)
            if (url := str(each.get("url") or "")) != _REPLACED_BY and (value := value_of(each)) != ""
        ]
        return [
            FhirProperty("" if self._is_foreign(name, value) else name, key, words, full_text(value), language)
            for name, key, value, language in found
            if (words := code_or_text(value))
        ]

    def _is_foreign(self, name: str, value: object) -> bool:
        """Return whether a value that refers to another concept is a code of another code system."""
        system = str(value.get("system") or "") if isinstance(value, dict) else ""
        return name in ("parent", "child", *_SUCCESSORS) and system not in ("", self.resource.body.get("url"))

    def _concept(self, concept: Json, properties: list[FhirProperty], parents: tuple[str, ...]) -> Concept:
        code, lang, origin = self._code(concept), self.resource.language, self.resource.origin
        display = str(concept.get("display") or "").strip()
        pref = {lang: display} if display else {}
        alt: dict[Text, None] = {}
        definitions = [Text(str(concept["definition"]), lang)] if concept.get("definition") else []
        full_names: dict[Text, None] = {}
        designations = [*self._designations(concept, code)]
        for text, item in designations:
            use = use_of(item)[1]
            if use not in DISPLAY_USES or pref.setdefault(text.lang, text.value) != text.value:
                alt[text] = None
            if use in FULL_NAMES:
                full_names[text] = None
        alt = {text: None for text in alt if pref.get(text.lang) != text.value}
        definitions += self._translated_definitions(concept)
        definitions += read_translations(concept, "definition")
        for supplement in self.supplements:
            definitions += supplement.definitions(code)
        status, end = self._status(properties)
        is_inactive = status is Status.INACTIVE
        successors = [value for name in _SUCCESSORS for value in _values(properties, name)]
        notes = [
            Note(NoteKind(each.name), Text(each.text, each.language or lang))
            if each.name in _NOTE_KINDS
            else Note(NoteKind.SCOPE, Text(f"{each.code}: {each.text}", each.language or lang))
            for each in properties
            if self._is_noted(each, is_inactive=is_inactive)
        ]
        return Concept(
            scheme=self.scheme.id,
            notation=code,
            origin=origin,
            pref_labels=tuple(Text(v, k) for k, v in pref.items()) or (Text(code, "zxx"),),
            alt_labels=tuple(alt),
            definitions=tuple(dict.fromkeys(definitions)),
            notes=tuple(notes),
            broader=parents,
            replaced_by=tuple(dict.fromkeys(filter(None, successors))) if is_inactive else (),
            status=status,
            valid_from=next((days[0] for each in _values(properties, "validFrom") if (days := days_of(each))), None),
            valid_to=end,
            marker=next((Marker(text) for text in _values(properties, "daggerAsterisk") if text in _MARKERS), None),
            paired_with=tuple(_values(properties, "pairedWith")),
            statements=(
                *_statements(properties),
                *((FULL_NAME, RdfTerm(text.value, "literal", text.lang)) for text in full_names),
                *unstated_elements(designations, pref, self._extensions(concept, code)),
            ),
        )

    def _designations(self, concept: Json, code: str) -> Iterator[tuple[Text, Json]]:
        """Yield each designation as a text and as its element, which is empty for a translation."""
        items = [(each, self.resource.language) for each in checked_items(concept, "designation", self.resource.origin)]
        items += [
            ({"language": s.resource.body["language"], **each} if "language" in s.resource.body else each, s.language)
            for s in self.supplements
            for each in s.items(code, "designation")
        ]
        for supplement in self.supplements:
            items += [({"value": word}, supplement.language) for word in supplement.displays(code)]
        for text in read_translations(concept, "display"):
            yield text, {}
        for each, language in items:
            text = Text(str(each.get("value") or "").strip(), language_tag(each.get("language")) or language)
            if text.value and not is_definition(each):
                yield text, each

    def _translated_definitions(self, concept: Json) -> list[Text]:
        """Return the designations that are definitions."""
        items = checked_items(concept, "designation", self.resource.origin)
        found = [each for each in items if is_definition(each) and each.get("value")]
        return [
            Text(str(each["value"]), language_tag(each.get("language")) or self.resource.language) for each in found
        ]

    def _extension_values(self, concept: Json) -> list[object]:
        """Return the values of the extension that names what replaces a concept."""
        extensions = checked_items(concept, "extension", self.resource.origin)
        return [value_of(each) for each in extensions if each.get("url") == _REPLACED_BY]

    def _extensions(self, concept: Json, code: str) -> list[Json]:
        """Return the extensions of a concept and of its supplements that no statement holds."""
        found = [*checked_items(concept, "extension", self.resource.origin)]
        found += [each for supplement in self.supplements for each in supplement.items(code, "extension")]
        return [each for each in found if each.get("url") != _REPLACED_BY]

    def _is_noted(self, prop: FhirProperty, *, is_inactive: bool) -> bool:
        """Return whether a property becomes a note, because the record does not have all of it."""
        if prop.name in _DATES:
            days = days_of(prop.value)
            if days is None:
                add_remark(self.resource.origin, f"the {prop.code} '{prop.value}' is no date; it is kept as a note.")
            return days is None or days[0] != days[1]
        if prop.name in _HANDLED or (is_inactive and prop.name in _SUCCESSORS):
            return False
        if prop.name == "status":
            return prop.value not in (*_INACTIVE, *_DRAFT, "active")
        return (prop.name, prop.value) != ("deprecated", "false")

    def _status(self, properties: list[FhirProperty]) -> tuple[Status, date | None]:
        """Return the status and the last day: of a year or month the latest day that agrees with the status."""
        words = _values(properties, "status")
        is_inactive = any(word in _INACTIVE for word in words) or "true" in _values(properties, "inactive")
        end = next((days for text in _values(properties, "retirementDate") if (days := days_of(text))), None)
        if is_inactive or (end and end[1] < self.edition_start):
            return Status.INACTIVE, last_day_of_retirement(end, last_day_of_retired(self.edition_start))
        return Status.DRAFT if any(word in _DRAFT for word in words) else Status.ACTIVE, end and end[1]


def _values(properties: list[FhirProperty], name: str) -> list[str]:
    return [each.value for each in properties if each.name == name]


def _statements(properties: list[FhirProperty]) -> Iterator[tuple[str, RdfTerm]]:
    """Yield that a concept may not be selected, and a word for its status that is none of `Status`."""
    if "true" in _values(properties, "notSelectable"):
        yield _NOT_SELECTABLE, _TRUE
    for word in dict.fromkeys(_values(properties, "status")):
        if word in (*_INACTIVE, *_DRAFT) and word not in tuple(Status):
            yield _STATUS, RdfTerm(word, "literal")
