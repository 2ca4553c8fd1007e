"""Statements of a concept record as properties of FHIR: dates, notes, successors, relations and the rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from begrepp.ecl.snomed_system import is_snomed
from begrepp.fhir.systems.published_properties import published_property
from begrepp.fhir.systems.scheme_labels import published_extensions
from begrepp.rdf.namespaces import CONSIDER, expand
from begrepp.terminology.concept_record import ConceptProperty, ConceptRecord
from begrepp.terminology.interface import CodeSystem

Json = dict[str, Any]
_CONCEPT = "http://hl7.org/fhir/concept-properties#"
_STATUS = f"{_CONCEPT}status"
_LANGUAGE = "http://hl7.org/fhir/StructureDefinition/language"
_NOTES = {
    "xkos:coreContentNote": "coreContentNote",
    "xkos:inclusionNote": "inclusionNote",
    "xkos:additionalContentNote": "additionalContentNote",
    "xkos:exclusionNote": "exclusionNote",
    "begrepp:codingNote": "codingNote",
    "skos:scopeNote": "scopeNote",
    "skos:note": "note",
    "skos:example": "example",
    "skos:editorialNote": "editorialNote",
    "skos:changeNote": "changeNote",
    "skos:historyNote": "historyNote",
}
"""Properties of notes, and the code of the FHIR property."""
PROPERTY_DEFINITIONS: tuple[Json, ...] = (
    {"code": "status", "uri": f"{_CONCEPT}status", "type": "code"},
    {"code": "inactive", "uri": f"{_CONCEPT}inactive", "type": "boolean"},
    {"code": "validFrom", "uri": expand("begrepp:validFrom"), "type": "dateTime"},
    {"code": "retirementDate", "uri": f"{_CONCEPT}retirementDate", "type": "dateTime"},
    {"code": "parent", "uri": f"{_CONCEPT}parent", "type": "code"},
    {"code": "child", "uri": f"{_CONCEPT}child", "type": "code"},
    {"code": "notSelectable", "uri": f"{_CONCEPT}notSelectable", "type": "boolean"},
    {"code": "replacedBy", "uri": "http://purl.org/dc/terms/isReplacedBy", "type": "Coding"},
    {"code": "consider", "uri": CONSIDER, "type": "Coding"},
    {"code": "daggerAsterisk", "uri": expand("begrepp:daggerAsterisk"), "type": "code"},
    {"code": "pairedWith", "uri": expand("begrepp:etiologyOf"), "type": "Coding"},
    *({"code": code, "uri": expand(name), "type": "string"} for name, code in _NOTES.items()),
)
"""The properties of the concepts of every code system of the build."""

_SNOMED = "http://snomed.info/sct"
COMPONENT_DEFINITIONS: tuple[Json, ...] = (
    {"code": "sufficientlyDefined", "uri": f"{_SNOMED}#sufficientlyDefined", "type": "boolean"},
    {"code": "moduleId", "uri": f"{_SNOMED}#moduleId", "type": "code"},
    {"code": "effectiveTime", "uri": f"{_SNOMED}#effectiveTime", "type": "dateTime"},
)
"""The properties that FHIR defines for the concepts of Snomed CT and that a release states."""
_OF_COMPONENTS = {
    expand("begrepp:definitionStatus"): "sufficientlyDefined",
    expand("begrepp:moduleId"): "moduleId",
    expand("dct:modified"): "effectiveTime",
}


def relation_code(iri: str) -> str:
    """Return the code of the property of a relation: the last part of its IRI."""
    return iri.rstrip("/#").rpartition("#")[2].rpartition("/")[2]


def concept_properties(
    system: CodeSystem,
    record: ConceptRecord,
    concept: int,
    coding: Callable[[str], Json | None],
    language: str,
    published: Mapping[str, Json],
) -> list[Json]:
    """Return the properties of a concept.

    `coding`: Coding of a concept's IRI; `language`: that of the code system; `published`: the publisher's
    definitions of properties by code.
    """
    found: list[Json] = []
    if status := status_word(record):
        found.append({"code": "status", "valueCode": status})
    for code, day in (("validFrom", record.valid_from), ("retirementDate", record.valid_to)):
        if day:
            found.append({"code": code, "valueDateTime": day[:10]})
    if concept in system.abstract:
        found.append({"code": "notSelectable", "valueBoolean": True})
    linked = (
        ("replacedBy", record.successors),
        ("consider", record.suggested),
        ("pairedWith", record.paired_with),
    )
    for code, iris in linked:
        found += [{"code": code, "valueCoding": one} for iri in iris if (one := coding(iri))]
    if record.marker:
        found.append({"code": "daggerAsterisk", "valueCode": record.marker})
    found = [_as_declared(each, published) for each in found]
    names = {relation_code(str(each.get("url"))) for each in published_extensions(record)}
    extended = tuple(f"{name}: " for name in names - published.keys())
    for note in record.notes:
        if extended and note.kind == _PUBLISHED_AS and note.text.startswith(extended):
            continue  # the value of an extension in words
        if note.text and note.kind in _NOTE_CODES:
            item = published_property(note.text, published) if note.kind == _PUBLISHED_AS else None
            item = item or {"code": _NOTE_CODES[note.kind], "valueString": note.text}
            found.append(item | (_language(note.language, language) if "valueString" in item else {}))
    if is_snomed(system):
        stated = [each for each in record.properties if each.property in _OF_COMPONENTS]
        found += [_component_property(each.property, each.value) for each in stated]
    for relation in system.hierarchy.relation_types():
        for target in system.hierarchy.targets(relation, concept):
            found.append({"code": relation_code(relation), "valueCode": system.code(target)})
    return found


def _as_declared(item: Json, published: Mapping[str, Json]) -> Json:
    """Return a property with its value in the type that the publisher declares for its code, if that is a text."""
    code, declared = item["code"], published.get(item["code"], {}).get("type")
    value = next(value for name, value in item.items() if name.startswith("value"))
    text = value["code"] if isinstance(value, dict) else value
    if declared not in ("code", "string") or not isinstance(text, str):
        return item
    return {"code": code, "valueCode" if declared == "code" else "valueString": text}


def status_word(record: ConceptRecord) -> str:
    """Return the publisher's word for the status of a concept, else `active`, `inactive` or `draft`; empty if none."""
    return next((each.value for each in record.properties if each.property == _STATUS), record.status)


def _component_property(iri: str, text: str) -> Json:
    """Return a statement about the component of a release as the property that FHIR defines for Snomed CT."""
    code = _OF_COMPONENTS[iri]
    match code:
        case "sufficientlyDefined":
            return {"code": code, "valueBoolean": text == "defined"}
        case "moduleId":
            return {"code": code, "valueCode": text}
    return {"code": code, "valueDateTime": text[:10]}


def grouped_properties(system: CodeSystem, record: ConceptRecord) -> list[tuple[int, list[Json]]]:
    """Return the number of each role group of a concept, and its statements as properties."""
    return [
        (group.number, [_statement(system, record.properties[place]) for place in group.places])
        for group in record.role_groups
    ]


def _statement(system: CodeSystem, stated: ConceptProperty) -> Json:
    code = relation_code(stated.property)
    if stated.is_iri:
        target = system.index_of_iri(stated.value)
        return {"code": code, "valueCode": relation_code(stated.value) if target is None else system.code(target)}
    match relation_code(stated.datatype):
        case "decimal":
            return {"code": code, "valueDecimal": Decimal(stated.value)}
        case "boolean":
            return {"code": code, "valueBoolean": stated.value in ("true", "1")}
    return {"code": code, "valueString": stated.value}


def _language(language: str, of_system: str) -> Json:
    """Return the extension that gives the language of a text, if it is not that of the code system."""
    if not language or language == of_system:
        return {}
    return {"_valueString": {"extension": [{"url": _LANGUAGE, "valueCode": language}]}}


_PUBLISHED_AS = "skos:scopeNote"
_NOTE_CODES = {**_NOTES, **{expand(name): code for name, code in _NOTES.items()}}
