"""Conversion of an ODM study to a dataset: a table for each form or Define-XML dataset, items as variables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from begrepp.errors import InputError, Origin
from begrepp.records import Dataset, EditionFiles, ListOwner, Record, Skipped, Table, Text, Variable
from loaders.declaration.agents import slug
from loaders.declaration.dataset import read_dataset
from loaders.declaration.toml_table import TomlTable
from loaders.odm.labels import alias_notes, concept_links, dictionary_addresses, item_notes, item_titles, new_code_list
from loaders.odm.model import ItemDef, ItemGroupDef, ItemRef, MetaDataVersion

# Datatypes of ODM and the corresponding ones of CSVW (empty: the same); partial dates are strings.
_DATATYPES = {
    **dict.fromkeys(("integer", "date", "time", "boolean", "double", "hexBinary", "base64Binary"), ""),
    "float": "decimal",
    "datetime": "dateTime",
    "URI": "anyURI",
    "durationDatetime": "duration",
    "hexFloat": "double",
    "base64Float": "double",
}


def read_dataset_records(
    declaration: TomlTable,
    edition: EditionFiles,
    studies: list[MetaDataVersion],
    systems: dict[str, str],
    language: str,
) -> Iterator[Record]:
    """Yield the dataset, the code lists in use, and the variables table by table."""
    earlier = [each for each in studies if each.is_included]
    studies = [each for each in studies if not each.is_included]
    if len(studies) != 1:
        raise InputError(
            declaration.origin,
            f"the files hold {len(studies)} studies, and [dataset] is one.",
            "Add one study to an edition.",
        )
    converter = _DatasetConverter(studies[0], systems, language)
    descriptions = converter.data.descriptions
    defaults = {
        "title": _texts_by_language((Text(converter.data.study_name, language),)),
        "description": _texts_by_language(descriptions),
    }
    declaration.set_defaults("dataset", {key: value for key, value in defaults.items() if value})
    dataset = read_dataset(declaration, edition, tuple(converter.table(top) for top in converter.top_groups()))
    declaration.done()
    yield dataset
    yield from converter.records(dataset)
    for each in earlier:
        reason = f"the version '{each.oid}' is an earlier one, which a later version includes."
        yield Skipped(origin=each.origin, reason=reason)


def _texts_by_language(texts: tuple[Text, ...]) -> dict[str, str]:
    return {text.lang: text.value for text in texts}


@dataclass(slots=True)
class _DatasetConverter:
    data: MetaDataVersion
    systems: dict[str, str]
    language: str
    used_lists: set[str] = field(default_factory=set)

    def top_groups(self) -> list[ItemGroupDef]:
        """Return the forms, and the groups outside forms."""
        members_of = {
            ref.oid for group in (*self.data.forms.values(), *self.data.groups.values()) for ref in group.groups
        }
        return [*self.data.forms.values(), *(group for oid, group in self.data.groups.items() if oid not in members_of)]

    def table(self, top: ItemGroupDef) -> Table:
        """Return a form or group as a table."""
        return Table(id=self.id_of(top), titles=top.titles or (Text(top.name or top.oid, self.language),))

    def id_of(self, top: ItemGroupDef) -> str:
        """Return an id that is unique among the tables."""
        base_id = slug(top.name) or slug(top.oid)
        same_id = [each for each in self.top_groups() if (slug(each.name) or slug(each.oid)) == base_id]
        return base_id if len(same_id) == 1 else slug(top.oid)

    def records(self, dataset: Dataset) -> Iterator[Record]:
        number = 0
        placed_items: set[str] = set()
        for top in self.top_groups():
            table = self.id_of(top)
            seen: set[str] = set()
            members = list(self.members_of(top, (), (top.oid,)))
            items = {ref.oid: self.data.items[ref.oid] for ref, _ in members}
            names = Counter(item.name for item in items.values())
            for ref, section in members:
                item = items[ref.oid]
                placed_items.add(ref.oid)
                if ref.oid in seen:
                    reason = f"the item '{ref.oid}' already occurs in '{table}'."
                    yield Skipped(origin=self._origin(ref.row), reason=reason)
                    continue
                seen.add(ref.oid)
                # Several items of a form may have the same name; OIDs are unique.
                name = item.name if names[item.name] == 1 else item.oid
                number += 1
                yield from self.lists(item, dataset.id)
                yield replace(self.variable(item, ref, dataset.id, table, section, number), name=name)
        for item in self.data.items.values():
            if item.oid not in placed_items and item.oid not in self.value_level_items():
                yield Skipped(origin=self._origin(item.row), reason=f"the item '{item.oid}' is in no form or dataset.")
        for code_list in self.data.code_lists.values():
            if code_list.values and code_list.oid not in self.used_lists:
                reason = f"the CodeList '{code_list.oid}' is not loaded: it is of no variable of a form or dataset."
                yield Skipped(origin=self._origin(code_list.row), reason=reason)
        yield from self.data.skipped()

    def value_level_items(self) -> set[str]:
        """Return the OIDs of items that occur only in value-level definitions."""
        return {ref.oid for refs in self.data.value_lists.values() for ref in refs}

    def members_of(
        self, parent: ItemGroupDef, section: tuple[Text, ...], path_oids: tuple[str, ...]
    ) -> Iterator[tuple[ItemRef, tuple[Text, ...]]]:
        for ref in parent.groups:
            if ref.oid in path_oids:
                raise InputError(self._origin(ref.row), f"the group '{ref.oid}' contains itself.", "Fix the file.")
            group = self.data.groups[ref.oid]
            titles = group.titles or (Text(group.name or group.oid, self.language),)
            for member, section_titles in self.members_of(group, titles, (*path_oids, ref.oid)):
                exceptions = " or ".join(dict.fromkeys(filter(None, (ref.exception, member.exception))))
                yield member._replace(exception=exceptions), section_titles
        for ref in parent.items:
            yield ref, section

    def lists(self, item: ItemDef, dataset: str) -> Iterator[Record]:
        code_list = self.data.code_lists.get(item.code_list)
        if code_list and code_list.values and code_list.oid not in self.used_lists:
            self.used_lists.add(code_list.oid)
            yield new_code_list(
                code_list, ListOwner(dataset=dataset), self.data.origin.file, self.language, self.systems
            )

    def variable(
        self, item: ItemDef, ref: ItemRef, dataset: str, table: str, section: tuple[Text, ...], number: int
    ) -> Variable:
        code_list = self.data.code_lists.get(item.code_list)
        variable_titles = item_titles(item, code_list, self.language)
        dictionaries = dictionary_addresses(code_list) if code_list and code_list.dictionary else ()
        return Variable(
            dataset=dataset,
            table=table,
            name=item.name,
            origin=self._origin(item.row),
            titles=variable_titles,
            descriptions=item.descriptions or item.questions,
            datatype=_DATATYPES.get(item.datatype, "string") or item.datatype,
            unit=item.units[0] if len(item.units) == 1 else "",
            measures=concept_links(item.aliases, self.systems),
            code_list=code_list.oid if code_list and code_list.values else "",
            questions=item.questions,
            required={"Yes": True, "No": False}.get(ref.mandatory),
            notes=(
                *alias_notes(item.aliases, self.systems),
                *item_notes(item, code_list, ref, is_structure=False),
                *(Text(f"ExternalCodeList: {address}", "zxx") for address in dictionaries),
                *self.value_level_notes(item),
            ),
            section=section,
            condition=f"not if: {ref.exception}" if ref.exception else "",
            calculation=ref.method,
            order=number,
        )

    def value_level_notes(self, item: ItemDef) -> Iterator[Text]:
        """Yield the value-level definitions of an item as notes."""
        for ref in self.data.value_lists.get(item.value_list, ()):
            if ref.oid in self.data.items:
                text = item_titles(self.data.items[ref.oid], None, self.language)[0]
                yield Text(f"{text.value} (where {ref.where})" if ref.where else text.value, text.lang)

    def _origin(self, row: int) -> Origin:
        return Origin(self.data.origin.file, row)
