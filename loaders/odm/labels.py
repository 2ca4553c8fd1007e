"""Titles, notes, links and code lists of ODM items, shared by structures and datasets."""

from __future__ import annotations

from collections.abc import Iterator

from begrepp.errors import Origin
from begrepp.records import CodedValue, CodeList, Link, ListOwner, Text
from loaders.odm.model import Alias, ItemDef, ItemRef, OdmCodeList
from loaders.support.code_systems import concept_reference
from loaders.support.html_text import from_html

# External dictionaries by their names in Define-XML, with the URIs of HL7.
_DICTIONARIES = {
    "meddra": "http://terminology.hl7.org/CodeSystem/mdr",
    "loinc": "http://loinc.org",
    "snomed": "http://snomed.info/sct",
    "snomedct": "http://snomed.info/sct",
    "iso3166": "urn:iso:std:iso:3166",
    "iso639": "urn:ietf:bcp:47",
    "atc": "http://www.whocc.no/atc",
    "icd10": "http://hl7.org/fhir/sid/icd-10",
    "unii": "http://fdasis.nlm.nih.gov",
}


def new_code_list(
    odm_list: OdmCodeList, home: ListOwner, file: str, language: str, systems: dict[str, str]
) -> CodeList:
    """Return a code list with its values and their links to concepts."""
    return CodeList(
        owner=home,
        id=odm_list.oid,
        origin=Origin(file, odm_list.row),
        titles=odm_list.titles or (Text(odm_list.name or odm_list.oid, language),),
        identifiers=tuple(f"{alias.context}: {alias.name}" for alias in odm_list.aliases),
        values=tuple(
            CodedValue(
                code=value.code,
                labels=value.labels or (Text(value.code, language),),
                matches=concept_links(value.aliases, systems),
            )
            for value in odm_list.values
        ),
    )


def concept_links(aliases: tuple[Alias, ...], systems: dict[str, str]) -> tuple[Link, ...]:
    """Return the aliases that are codes of a known code system, as links."""
    links_by_concept = {
        concept: Link(concept=concept, source=alias.context)
        for alias in aliases
        if (concept := concept_reference(alias.context, alias.name, systems))
    }
    return tuple(links_by_concept.values())


def item_titles(item: ItemDef, code_list: OdmCodeList | None, language: str) -> tuple[Text, ...]:
    """Return the item's question, or its name; for a checkbox column of REDCap, the question with the choice."""
    # REDCap has a column for every box, with the same question: `x___2` is the choice `2, Rare disease`.
    box, choices_text = (
        item.name.rpartition("___")[2],
        code_list.attributes.get("CheckboxChoices", "") if code_list else "",
    )
    choices = dict(part.split(",", 1) for part in choices_text.split("|") if "," in part)
    if choice := {code.strip(): label.strip() for code, label in choices.items()}.get(box):
        question = item.questions[0] if item.questions else Text(item.name, language)
        return (Text(f"{question.value}: {choice}", question.lang),)
    short = [text for text in item.questions if len(text.value) <= 200]
    return tuple(short) or (Text(item.name, language),)


def minimum_cardinality(ref: ItemRef | None) -> str:
    """Return the minimum cardinality, empty if it is unknown."""
    return {"Yes": "1", "No": "0"}.get(ref.mandatory, "") if ref else ""


def dictionary_addresses(code_list: OdmCodeList) -> tuple[str, ...]:
    """Return the URI of the external code system of a list, with its version, or nothing."""
    name = "".join(each for each in code_list.dictionary.lower() if each.isalnum())
    address = _DICTIONARIES.get(name, "")
    return (f"{address}|{code_list.version}" if code_list.version.strip() else address,) if address else ()


def alias_notes(aliases: tuple[Alias, ...], systems: dict[str, str]) -> tuple[Text, ...]:
    """Return the other aliases, such as `CDASH: AETERM`, as notes."""
    labels = dict.fromkeys(
        f"{alias.context}: {alias.name}"
        for alias in aliases
        if not concept_reference(alias.context, alias.name, systems)
    )
    return tuple(Text(label, "und") for label in labels)


def item_notes(
    item: ItemDef, code_list: OdmCodeList | None, ref: ItemRef | None, *, is_structure: bool
) -> Iterator[Text]:
    """Yield the condition, units, ranges and REDCap attributes of an item as notes.

    An element of a structure has no field for its collection exception and its method: they are notes too.
    """
    if ref and ref.where:
        yield Text(f"where {ref.where}", "en")
    if is_structure and ref and ref.exception:
        yield Text(f"Not collected if: {ref.exception}", "en")
    if is_structure and ref and ref.method:
        yield Text(f"Method: {ref.method}", "en")
    if len(item.units) > 1:
        yield Text(f"MeasurementUnit: {', '.join(item.units)}", "und")
    for text in item.ranges:
        yield Text(f"RangeCheck: {text}", "und")
    if code_list and code_list.dictionary and not dictionary_addresses(code_list):
        yield Text(f"ExternalCodeList: {code_list.dictionary} {code_list.version}".strip(), "und")
    # REDCap's extension attributes.
    for key in ("SectionHeader", "FieldNote", "BranchingLogic", "Calculation", "OntologySearch", "FieldAnnotation"):
        if text := from_html(item.attributes.get(key, "")).strip():
            yield Text(f"{key}: {text}", "und")
