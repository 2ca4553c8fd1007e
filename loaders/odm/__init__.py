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

from begrepp.errors import InputError, Origin
from begrepp.records import (
    EditionFiles,
    Element,
    Home,
    Record,
    Redistribution,
    Skipped,
    Source,
    Structure,
    Text,
)
from begrepp.sources.editions import data_files
from loaders.declaration.source_toml import (
    DeclaredRights,
    EditionDates,
    read_declaration,
    read_edition_dates,
    read_rights,
    slug,
)
from loaders.odm.dataset import read_dataset_records
from loaders.odm.labels import (
    alias_notes,
    concept_links,
    dictionary_addresses,
    item_notes,
    item_titles,
    minimum_cardinality,
    new_code_list,
)
from loaders.odm.model import ItemDef, ItemGroupDef, ItemRef, MetaDataVersion
from loaders.odm.reader import read_odm
from loaders.support.agencies import BEGREPP

SOURCE = Source(
    id="odm",
    title="Formulär och variabler i CDISC ODM och Define-XML",
    publisher=BEGREPP,
    licence="",
    redistribution=Redistribution.NOT_ALLOWED,
    homepage="https://www.cdisc.org/standards/data-exchange/odm",
    reads="ODM 1.3 or 2.0, or Define-XML, as .xml",
)


def load(edition: EditionFiles, *, declared: Mapping[str, Any] | None = None) -> Iterator[Record]:
    """Each study as a structure: its code lists, its forms, groups and items."""
    keys = read_declaration(edition, declared)
    language = keys.text("language", default="und")
    systems = {system: str(target) for system, target in keys.table("systems").take_rest()}
    found = [study for path in data_files(edition) for study in read_odm(path, language)]
    if not found:
        raise InputError(Origin(f"{edition.source}/{edition.version}"), "there is no file.", "Add an ODM file.")
    if "dataset" in keys:
        yield from read_dataset_records(keys, edition, found, systems, language)
        return
    known = read_rights(keys)
    dates = read_edition_dates(keys, edition)
    keys.done()
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

    data: MetaDataVersion
    id: str
    known: DeclaredRights
    dates: EditionDates
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
                yield new_code_list(found, Home(structure=self.id), data.origin.file, self.language, self.systems)
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

    def _inside(self, holder: ItemGroupDef, path: str, placed: set[str], above: tuple[str, ...]) -> Iterator[Record]:
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

    def _heading(self, group: ItemGroupDef, path: str, parent: str, ref: ItemRef | None) -> Element:
        repeats = group.attributes.get("Repeating", "No") not in ("No", "")
        return Element(
            structure=self.id,
            path=path,
            origin=self._at(group.row),
            titles=group.titles or (Text(group.name or group.oid, self.language),),
            parent=parent,
            datatype="FormDef" if group.groups else "ItemGroupDef",
            min_card=minimum_cardinality(ref),
            max_card="*" if repeats else "1",
            measures=concept_links(group.aliases, self.systems),
            notes=alias_notes(group.aliases, self.systems),
        )

    def _item(self, item: ItemDef, path: str, parent: str, ref: ItemRef | None) -> Element:
        found = self.data.lists.get(item.code_list)
        return Element(
            structure=self.id,
            path=path,
            origin=self._at(item.row),
            titles=item_titles(item, found, self.language),
            descriptions=item.descriptions or item.questions,
            parent=parent,
            datatype=item.datatype,
            min_card=minimum_cardinality(ref),
            max_card="1",
            unit=item.units[0] if len(item.units) == 1 else "",
            measures=concept_links(item.aliases, self.systems),
            code_list=found.oid if found and found.values else "",
            bindings=dictionary_addresses(found) if found and found.dictionary else (),
            notes=(*alias_notes(item.aliases, self.systems), *item_notes(item, found, ref)),
        )
