"""What ODM says of items and lists in words, codes and links, be the study a structure or a dataset."""

from __future__ import annotations

from collections.abc import Iterator

from begrepp.errors import Origin
from begrepp.records import CodedValue, CodeList, Home, Link, Text
from loaders.odm.model import Alias, ItemDef, ItemRef, OdmCodeList
from loaders.support.code_systems import concept_reference
from loaders.support.html_text import from_html

# Dictionaries outside the file by the names that Define-XML has for them; the addresses are those of HL7.
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


def new_code_list(found: OdmCodeList, home: Home, file: str, language: str, systems: dict[str, str]) -> CodeList:
    """A list with its values, and the concepts that it says they are."""
    return CodeList(
        home=home,
        id=found.oid,
        origin=Origin(file, found.row),
        titles=found.titles or (Text(found.name or found.oid, language),),
        identifiers=tuple(f"{alias.context}: {alias.name}" for alias in found.aliases),
        values=tuple(
            CodedValue(
                code=value.code,
                labels=value.labels or (Text(value.code, language),),
                matches=concept_links(value.aliases, systems),
            )
            for value in found.values
        ),
    )


def concept_links(aliases: tuple[Alias, ...], systems: dict[str, str]) -> tuple[Link, ...]:
    """The concepts among the aliases."""
    found = {
        concept: Link(concept=concept, source=alias.context)
        for alias in aliases
        if (concept := concept_reference(alias.context, alias.name, systems))
    }
    return tuple(found.values())


def item_titles(item: ItemDef, found: OdmCodeList | None, language: str) -> tuple[Text, ...]:
    """What the form asks, else what the item is called; a box of a checkbox is called by its choice (REDCap)."""
    # REDCap has a column for every box, all with the same question: `x___2` is the choice `2, Rare disease`.
    box, said = item.name.rpartition("___")[2], found.attributes.get("CheckboxChoices", "") if found else ""
    choices = dict(part.split(",", 1) for part in said.split("|") if "," in part)
    if choice := {code.strip(): words.strip() for code, words in choices.items()}.get(box):
        asked = item.questions[0] if item.questions else Text(item.name, language)
        return (Text(f"{asked.value}: {choice}", asked.lang),)
    short = [text for text in item.questions if len(text.value) <= 200]
    return tuple(short) or (Text(item.name, language),)


def minimum_cardinality(ref: ItemRef | None) -> str:
    """How many there must be."""
    return {"Yes": "1", "No": "0"}.get(ref.mandatory, "") if ref else ""


def dictionary_addresses(found: OdmCodeList) -> tuple[str, ...]:
    """The address of the code system outside the file that a list stands for."""
    name = "".join(each for each in found.dictionary.lower() if each.isalnum())
    address = _DICTIONARIES.get(name, "")
    return (f"{address}|{found.version}" if found.version.strip() else address,) if address else ()


def alias_notes(aliases: tuple[Alias, ...], systems: dict[str, str]) -> tuple[Text, ...]:
    """Names in other standards, such as `CDASH: AETERM`: what is no code of a system that begrepp knows."""
    said = dict.fromkeys(
        f"{alias.context}: {alias.name}"
        for alias in aliases
        if not concept_reference(alias.context, alias.name, systems)
    )
    return tuple(Text(words, "und") for words in said)


def item_notes(item: ItemDef, found: OdmCodeList | None, ref: ItemRef | None) -> Iterator[Text]:
    """Where an item holds, in which units and ranges, and what REDCap adds."""
    if ref and ref.where:
        yield Text(f"where {ref.where}", "en")
    if len(item.units) > 1:
        yield Text(f"MeasurementUnit: {', '.join(item.units)}", "und")
    for said in item.ranges:
        yield Text(f"RangeCheck: {said}", "und")
    if found and found.dictionary and not dictionary_addresses(found):
        yield Text(f"ExternalCodeList: {found.dictionary} {found.version}".strip(), "und")
    # What REDCap adds of its own.
    for key in ("SectionHeader", "FieldNote", "BranchingLogic", "Calculation", "OntologySearch", "FieldAnnotation"):
        if said := from_html(item.attributes.get(key, "")).strip():
            yield Text(f"{key}: {said}", "und")
