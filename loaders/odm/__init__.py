"""Case report forms and dataset definitions of clinical studies: CDISC ODM 1.3 and 2.0, Define-XML 2.

A format: `source.toml` beside the files gives publisher and licence. A study becomes a structure, each item in each
form an element, and its code lists lists of the structure; codes of the NCI Thesaurus (`Alias` with the context
`nci:ExtCodeID`), Snomed CT and LOINC become links to concepts. With a `[dataset]` section in source.toml the study
becomes a dataset; its tables are the forms, or the datasets of Define-XML.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from begrepp.errors import InputError, Origin
from begrepp.records import EditionFiles, Element, ListOwner, Record, Redistribution, Skipped, Source, Structure, Text
from begrepp.sources.editions import data_files
from loaders.declaration.agents import slug
from loaders.declaration.source_toml import (
    DeclaredRights,
    EditionDates,
    read_declaration,
    read_edition_dates,
    read_rights,
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
    """Yield each study as a structure: its code lists, forms, groups and items; or as a dataset, if one is declared."""
    declaration = read_declaration(edition, declared)
    language = declaration.language("language") or "und"
    systems = {system: str(target) for system, target in declaration.table("systems").take_rest()}
    studies = [study for path in data_files(edition) for study in read_odm(path, language)]
    if not studies:
        raise InputError(Origin(f"{edition.source}/{edition.version}"), "there is no file.", "Add an ODM file.")
    if "dataset" in declaration:
        yield from read_dataset_records(declaration, edition, studies, systems, language)
        return
    rights = read_rights(declaration)
    dates = read_edition_dates(declaration, edition)
    declaration.done()
    ids: set[str] = set()
    for study in studies:
        id_ = slug(edition.source) if len(studies) == 1 else f"{slug(edition.source)}-{slug(study.oid or study.study)}"
        if id_ in ids:
            raise InputError(study.origin, f"two files hold the metadata '{study.oid}'.", "Add only one of them.")
        ids.add(id_)
        yield from _StructureConverter(study, id_, rights, dates, systems, language).records()


@dataclass(slots=True)
class _StructureConverter:
    """Converts a study to a structure."""

    data: MetaDataVersion
    id: str
    rights: DeclaredRights
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
            titles=self.rights.titles or (Text(name, self.language),),
            kind="Define-XML" if data.is_define else "ODM",
            publisher=self.rights.publisher,
            licence=self.rights.licence,
            valid_from=self.dates.valid_from,
            redistribution=self.rights.redistribution,
            specification=data.oid,
            descriptions=data.descriptions,
            identifiers=tuple(dict.fromkeys(filter(None, (data.study, data.oid)))),
        )
        for code_list in data.code_lists.values():
            if code_list.values:
                yield new_code_list(
                    code_list, ListOwner(structure=self.id), data.origin.file, self.language, self.systems
                )
            elif not code_list.dictionary:
                yield Skipped(
                    origin=self._origin(code_list.row), reason=f"the CodeList '{code_list.oid}' holds no values."
                )
        seen_items: set[str] = set()
        for form in data.forms.values():
            yield self._heading(form, form.oid, "", None)
            yield from self._members_of(form, form.oid, seen_items, (form.oid,))
        in_forms = {ref.oid for form in data.forms.values() for ref in form.groups}
        for group in data.groups.values():
            if group.oid not in in_forms:
                yield self._heading(group, group.oid, "", None)
                yield from self._members_of(group, group.oid, seen_items, (group.oid,))
        for item in data.items.values():
            if item.oid not in seen_items:
                yield self._item(item, item.oid, "", None)
        yield from data.skipped()

    def _members_of(
        self, group: ItemGroupDef, path: str, seen_items: set[str], path_oids: tuple[str, ...]
    ) -> Iterator[Record]:
        seen: set[str] = set()
        for ref in group.groups:
            if ref.oid in path_oids:
                raise InputError(self._origin(ref.row), f"the group '{ref.oid}' contains itself.", "Fix the file.")
            member = self.data.groups[ref.oid]
            member_path = f"{path}/{ref.oid}"
            yield self._heading(member, member_path, path, ref)
            yield from self._members_of(member, member_path, seen_items, (*path_oids, ref.oid))
        for ref in group.items:
            if ref.oid in seen:
                yield Skipped(origin=self._origin(ref.row), reason=f"'{path}' holds the item '{ref.oid}' twice.")
                continue
            seen.add(ref.oid)
            yield from self._item_with_values(ref, path, seen_items)

    def _item_with_values(
        self, ref: ItemRef, path: str, seen_items: set[str], path_oids: tuple[str, ...] = ()
    ) -> Iterator[Record]:
        """Yield an item, and below it its value-level definitions (`ValueListDef`)."""
        item, item_path = self.data.items.get(ref.oid), f"{path}/{ref.oid}"
        if item is None or ref.oid in path_oids:
            raise InputError(
                self._origin(ref.row), f"the item '{ref.oid}' is not in the file, or contains itself.", "Fix the file."
            )
        seen_items.add(ref.oid)
        yield self._item(item, item_path, path, ref)
        for value in self.data.value_lists.get(item.value_list, ()):
            yield from self._item_with_values(value, item_path, seen_items, (*path_oids, ref.oid))

    def _origin(self, row: int) -> Origin:
        return Origin(self.data.origin.file, row)

    def _heading(self, group: ItemGroupDef, path: str, parent: str, ref: ItemRef | None) -> Element:
        repeats = group.attributes.get("Repeating", "No") not in ("No", "")
        return Element(
            structure=self.id,
            path=path,
            origin=self._origin(group.row),
            titles=group.titles or (Text(group.name or group.oid, self.language),),
            parent=parent,
            datatype="FormDef" if group.groups else "ItemGroupDef",
            min_card=minimum_cardinality(ref),
            max_card="*" if repeats else "1",
            measures=concept_links(group.aliases, self.systems),
            notes=(
                *alias_notes(group.aliases, self.systems),
                *([Text(f"Not collected if: {ref.exception}", "en")] if ref and ref.exception else ()),
            ),
        )

    def _item(self, item: ItemDef, path: str, parent: str, ref: ItemRef | None) -> Element:
        code_list = self.data.code_lists.get(item.code_list)
        return Element(
            structure=self.id,
            path=path,
            origin=self._origin(item.row),
            titles=item_titles(item, code_list, self.language),
            descriptions=item.descriptions or item.questions,
            parent=parent,
            datatype=item.datatype,
            min_card=minimum_cardinality(ref),
            max_card="1",
            unit=item.units[0] if len(item.units) == 1 else "",
            measures=concept_links(item.aliases, self.systems),
            code_list=code_list.oid if code_list and code_list.values else "",
            bindings=dictionary_addresses(code_list) if code_list and code_list.dictionary else (),
            notes=(*alias_notes(item.aliases, self.systems), *item_notes(item, code_list, ref, is_structure=True)),
        )
