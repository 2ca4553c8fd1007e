"""Case report forms and dataset definitions of clinical studies: CDISC ODM 1.3 and 2.0, and Define-XML 2.

A format: `source.toml` beside the files says who publishes them and under what licence. A study becomes a
structure, each place of an item in a form an element of it, its code lists lists of that structure; codes of the
NCI Thesaurus (`Alias` of the context `nci:ExtCodeID`), Snomed CT and LOINC link them to concepts. With a
`[dataset]` in source.toml the study is a dataset, its tables the forms, or the datasets that Define-XML describes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from begrepp.editions import data_files
from begrepp.errors import InputError, Origin
from begrepp.records import (
    CodedValue,
    CodeList,
    Edition,
    Element,
    Home,
    Link,
    Record,
    Redistribution,
    Skipped,
    Source,
    Structure,
    Text,
)
from loaders.agencies import BEGREPP
from loaders.code_systems import reference
from loaders.declarations import ReleaseDates, Rights, read_declaration, release_dates, rights, slug
from loaders.odm_files import Alias, Group, Item, ItemRef, MetaData, OdmList, read_odm
from loaders.plain_text import from_html

SOURCE = Source(
    id="odm",
    title="Formulär och variabler i CDISC ODM och Define-XML",
    publisher=BEGREPP,
    licence="",
    redistribution=Redistribution.NOT_ALLOWED,
    homepage="https://www.cdisc.org/standards/data-exchange/odm",
    reads="ODM 1.3 or 2.0, or Define-XML, as .xml",
)
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


def load(edition: Edition, *, declared: Mapping[str, Any] | None = None) -> Iterator[Record]:
    """Each study as a structure: its code lists, its forms, groups and items."""
    keys = read_declaration(edition, declared)
    known = rights(keys)
    dates = release_dates(keys, edition)
    language = keys.text("language", default="und")
    systems = {system: str(target) for system, target in keys.table("systems").rest()}
    keys.done()
    found = [study for path in data_files(edition) for study in read_odm(path, language)]
    if not found:
        raise InputError(Origin(f"{edition.source}/{edition.version}"), "there is no file.", "Add an ODM file.")
    ids: set[str] = set()
    for study in found:
        id_ = slug(edition.source) if len(found) == 1 else f"{slug(edition.source)}-{slug(study.oid or study.study)}"
        if id_ in ids:
            raise InputError(study.origin, f"two files hold the metadata '{study.oid}'.", "Add one of them only.")
        ids.add(id_)
        yield from _Study(study, id_, known, dates, systems, language).records()


@dataclass(slots=True)
class _Study:
    """One study on its way to records."""

    data: MetaData
    id: str
    known: Rights
    dates: ReleaseDates
    systems: dict[str, str]
    language: str

    def records(self) -> Iterator[Record]:
        data = self.data
        name = data.study_name if data.name in ("", data.study_name) else f"{data.study_name}: {data.name}"
        yield Structure(
            id=self.id,
            version=self.dates.version,
            origin=data.origin,
            titles=self.known.titles or (Text(name, self.language),),
            kind="Define-XML" if data.is_define else "ODM",
            publisher=self.known.publisher,
            licence=self.known.licence,
            valid_from=self.dates.valid_from,
            redistribution=self.known.redistribution,
            specification=data.oid,
            descriptions=data.descriptions,
            identifiers=tuple(dict.fromkeys(filter(None, (data.study, data.oid)))),
        )
        for found in data.lists.values():
            if found.values:
                yield self._list(found)
            elif not found.dictionary:
                yield Skipped(origin=self._at(found.row), reason=f"the CodeList '{found.oid}' holds no values.")
        placed: set[str] = set()
        for form in data.forms.values():
            yield self._heading(form, form.oid, "", None)
            yield from self._inside(form, form.oid, placed, (form.oid,))
        in_forms = {ref.oid for form in data.forms.values() for ref in form.groups}
        for group in data.groups.values():
            if group.oid not in in_forms:
                yield self._heading(group, group.oid, "", None)
                yield from self._inside(group, group.oid, placed, (group.oid,))
        for item in data.items.values():
            if item.oid not in placed:
                yield self._item(item, item.oid, "", None)

    def _inside(self, holder: Group, path: str, placed: set[str], above: tuple[str, ...]) -> Iterator[Record]:
        seen: set[str] = set()
        for ref in holder.groups:
            if ref.oid in above:
                raise InputError(self._at(ref.row), f"the group '{ref.oid}' holds itself.", "Mend the file.")
            group = self.data.groups[ref.oid]
            place = f"{path}/{ref.oid}"
            yield self._heading(group, place, path, ref)
            yield from self._inside(group, place, placed, (*above, ref.oid))
        for ref in holder.items:
            if ref.oid in seen:
                yield Skipped(origin=self._at(ref.row), reason=f"'{path}' holds the item '{ref.oid}' twice.")
                continue
            seen.add(ref.oid)
            yield from self._with_values(ref, path, placed)

    def _with_values(self, ref: ItemRef, path: str, placed: set[str], above: tuple[str, ...] = ()) -> Iterator[Record]:
        """An item, and below it what it means where another item has a certain value."""
        item, place = self.data.items.get(ref.oid), f"{path}/{ref.oid}"
        if item is None or ref.oid in above:
            raise InputError(
                self._at(ref.row), f"the item '{ref.oid}' is not in the file, or holds itself.", "Mend the file."
            )
        placed.add(ref.oid)
        yield self._item(item, place, path, ref)
        for value in self.data.value_lists.get(item.value_list, ()):
            yield from self._with_values(value, place, placed, (*above, ref.oid))

    def _at(self, row: int) -> Origin:
        return Origin(self.data.origin.file, row)

    def _heading(self, group: Group, path: str, parent: str, ref: ItemRef | None) -> Element:
        repeats = group.attributes.get("Repeating", "No") not in ("No", "")
        return Element(
            structure=self.id,
            path=path,
            origin=self._at(group.row),
            titles=group.titles or (Text(group.name or group.oid, self.language),),
            parent=parent,
            datatype="FormDef" if group.groups else "ItemGroupDef",
            min_card=_least(ref),
            max_card="*" if repeats else "1",
            measures=self._links(group.aliases),
            notes=_notes(group.aliases, self.systems),
        )

    def _item(self, item: Item, path: str, parent: str, ref: ItemRef | None) -> Element:
        found = self.data.lists.get(item.code_list)
        return Element(
            structure=self.id,
            path=path,
            origin=self._at(item.row),
            titles=_titles(item, found, self.language),
            descriptions=item.descriptions or item.questions,
            parent=parent,
            datatype=item.datatype,
            min_card=_least(ref),
            max_card="1",
            unit=item.units[0] if len(item.units) == 1 else "",
            measures=self._links(item.aliases),
            code_list=found.oid if found and found.values else "",
            bindings=_dictionary(found) if found and found.dictionary else (),
            notes=(*_notes(item.aliases, self.systems), *_particulars(item, found, ref)),
        )

    def _list(self, found: OdmList) -> CodeList:
        return CodeList(
            home=Home(structure=self.id),
            id=found.oid,
            origin=self._at(found.row),
            titles=found.titles or (Text(found.name or found.oid, self.language),),
            identifiers=tuple(f"{alias.context}: {alias.name}" for alias in found.aliases),
            values=tuple(
                CodedValue(
                    code=value.code,
                    labels=value.labels or (Text(value.code, self.language),),
                    matches=self._links(value.aliases),
                )
                for value in found.values
            ),
        )

    def _links(self, aliases: tuple[Alias, ...]) -> tuple[Link, ...]:
        found = {
            concept: Link(concept=concept, source=alias.context)
            for alias in aliases
            if (concept := reference(alias.context, alias.name, self.systems))
        }
        return tuple(found.values())


def _titles(item: Item, found: OdmList | None, language: str) -> tuple[Text, ...]:
    """What the form asks, else what the item is called; a box of a checkbox is called by its choice (REDCap)."""
    # REDCap has a column for every box, all with the same question: `x___2` is the choice `2, Rare disease`.
    box, said = item.name.rpartition("___")[2], found.attributes.get("CheckboxChoices", "") if found else ""
    choices = dict(part.split(",", 1) for part in said.split("|") if "," in part)
    if choice := {code.strip(): words.strip() for code, words in choices.items()}.get(box):
        asked = item.questions[0] if item.questions else Text(item.name, language)
        return (Text(f"{asked.value}: {choice}", asked.lang),)
    short = [text for text in item.questions if len(text.value) <= 200]
    return tuple(short) or (Text(item.name, language),)


def _least(ref: ItemRef | None) -> str:
    return {"Yes": "1", "No": "0"}.get(ref.mandatory, "") if ref else ""


def _dictionary(found: OdmList) -> tuple[str, ...]:
    name = "".join(each for each in found.dictionary.lower() if each.isalnum())
    address = _DICTIONARIES.get(name, "")
    return (f"{address}|{found.version}" if found.version.strip() else address,) if address else ()


def _notes(aliases: tuple[Alias, ...], systems: dict[str, str]) -> tuple[Text, ...]:
    """Names in other standards, such as `CDASH: AETERM`: what is no code of a system that begrepp knows."""
    said = dict.fromkeys(
        f"{alias.context}: {alias.name}" for alias in aliases if not reference(alias.context, alias.name, systems)
    )
    return tuple(Text(words, "und") for words in said)


def _particulars(item: Item, found: OdmList | None, ref: ItemRef | None) -> Iterator[Text]:
    if ref and ref.where:
        yield Text(f"where {ref.where}", "en")
    if len(item.units) > 1:
        yield Text(f"MeasurementUnit: {', '.join(item.units)}", "und")
    for said in item.ranges:
        yield Text(f"RangeCheck: {said}", "und")
    if found and found.dictionary and not _dictionary(found):
        yield Text(f"ExternalCodeList: {found.dictionary} {found.version}".strip(), "und")
    # What REDCap adds of its own.
    for key in ("SectionHeader", "FieldNote", "BranchingLogic", "Calculation", "OntologySearch", "FieldAnnotation"):
        if said := from_html(item.attributes.get(key, "")).strip():
            yield Text(f"{key}: {said}", "und")
