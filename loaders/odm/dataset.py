"""A study in ODM as a dataset: a table for each form, or each dataset of Define-XML, and its items as variables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from begrepp.errors import InputError, Origin
from begrepp.records import Dataset, EditionFiles, Home, Record, Skipped, Table, Text, Variable
from loaders.declaration.dataset import read_dataset
from loaders.declaration.source_toml import slug
from loaders.declaration.toml_table import TomlTable
from loaders.odm.labels import alias_notes, concept_links, dictionary_addresses, item_notes, item_titles, new_code_list
from loaders.odm.model import ItemDef, ItemGroupDef, ItemRef, MetaDataVersion

# What ODM calls the datatypes of CSVW; a date that may be incomplete is a text.
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
    keys: TomlTable, edition: EditionFiles, found: list[MetaDataVersion], systems: dict[str, str], language: str
) -> Iterator[Record]:
    """The dataset, the lists that its variables use, and the variables in the order of their tables."""
    if len(found) != 1:
        raise InputError(
            keys.origin, f"the files hold {len(found)} studies, and [dataset] is one.", "Add one study to an edition."
        )
    study = _Study(found[0], systems, language)
    words = study.data.descriptions
    suggested = {"title": _said((Text(study.data.study_name, language),)), "description": _said(words)}
    keys.set_defaults("dataset", {key: value for key, value in suggested.items() if value})
    dataset = read_dataset(keys, edition, tuple(study.table(top) for top in study.tops()))
    keys.done()
    yield dataset
    yield from study.records(dataset)


def _said(words: tuple[Text, ...]) -> dict[str, str]:
    return {text.lang: text.value for text in words}


@dataclass(slots=True)
class _Study:
    data: MetaDataVersion
    systems: dict[str, str]
    language: str
    used: set[str] = field(default_factory=set)

    def tops(self) -> list[ItemGroupDef]:
        """The forms, and the groups that are in none."""
        inside = {ref.oid for group in (*self.data.forms.values(), *self.data.groups.values()) for ref in group.groups}
        return [*self.data.forms.values(), *(group for oid, group in self.data.groups.items() if oid not in inside)]

    def table(self, top: ItemGroupDef) -> Table:
        """What the form or the dataset is called."""
        return Table(id=self.id_of(top), titles=top.titles or (Text(top.name or top.oid, self.language),))

    def id_of(self, top: ItemGroupDef) -> str:
        """An id that no other table has."""
        wanted = slug(top.name) or slug(top.oid)
        alike = [each for each in self.tops() if (slug(each.name) or slug(each.oid)) == wanted]
        return wanted if len(alike) == 1 else slug(top.oid)

    def records(self, dataset: Dataset) -> Iterator[Record]:
        number = 0
        placed: set[str] = set()
        for top in self.tops():
            table = self.id_of(top)
            seen: set[str] = set()
            places = list(self.inside(top, (), (top.oid,)))
            items = {ref.oid: self.data.items[ref.oid] for ref, _ in places}
            names = Counter(item.name for item in items.values())
            for ref, section in places:
                item = items[ref.oid]
                placed.add(ref.oid)
                if ref.oid in seen:
                    reason = f"the item '{ref.oid}' stands already in '{table}'."
                    yield Skipped(origin=self.at(ref.row), reason=reason)
                    continue
                seen.add(ref.oid)
                # In forms the name may be the question's, which another item shares; its OID it shares with none.
                called = item.name if names[item.name] == 1 else item.oid
                number += 1
                yield from self.lists(item, dataset.id)
                yield replace(self.variable(item, ref, dataset.id, table, section, number), name=called)
        for item in self.data.items.values():
            if item.oid not in placed and item.oid not in self.by_value():
                yield Skipped(origin=self.at(item.row), reason=f"the item '{item.oid}' is in no form and no dataset.")

    def by_value(self) -> set[str]:
        """The items that say what others mean where a third has a certain value."""
        return {ref.oid for refs in self.data.value_lists.values() for ref in refs}

    def inside(
        self, holder: ItemGroupDef, section: tuple[Text, ...], above: tuple[str, ...]
    ) -> Iterator[tuple[ItemRef, tuple[Text, ...]]]:
        for ref in holder.groups:
            if ref.oid in above:
                raise InputError(self.at(ref.row), f"the group '{ref.oid}' holds itself.", "Mend the file.")
            group = self.data.groups[ref.oid]
            words = group.titles or (Text(group.name or group.oid, self.language),)
            yield from self.inside(group, words, (*above, ref.oid))
        for ref in holder.items:
            yield ref, section

    def lists(self, item: ItemDef, dataset: str) -> Iterator[Record]:
        found = self.data.lists.get(item.code_list)
        if found and found.values and found.oid not in self.used:
            self.used.add(found.oid)
            yield new_code_list(found, Home(dataset=dataset), self.data.origin.file, self.language, self.systems)

    def variable(
        self, item: ItemDef, ref: ItemRef, dataset: str, table: str, section: tuple[Text, ...], number: int
    ) -> Variable:
        found = self.data.lists.get(item.code_list)
        called = item_titles(item, found, self.language)
        outside = dictionary_addresses(found) if found and found.dictionary else ()
        return Variable(
            dataset=dataset,
            table=table,
            name=item.name,
            origin=self.at(item.row),
            titles=called,
            descriptions=item.descriptions or item.questions or called,
            datatype=_DATATYPES.get(item.datatype, "string") or item.datatype,
            unit=item.units[0] if len(item.units) == 1 else "",
            measures=concept_links(item.aliases, self.systems),
            code_list=found.oid if found and found.values else "",
            questions=item.questions,
            required={"Yes": True, "No": False}.get(ref.mandatory),
            notes=(
                *alias_notes(item.aliases, self.systems),
                *item_notes(item, found, ref),
                *(Text(f"ExternalCodeList: {address}", "zxx") for address in outside),
                *self.meanings(item),
            ),
            section=section,
            order=number,
        )

    def meanings(self, item: ItemDef) -> Iterator[Text]:
        """What the item means where another has a certain value."""
        for ref in self.data.value_lists.get(item.value_list, ()):
            if ref.oid in self.data.items:
                text = item_titles(self.data.items[ref.oid], None, self.language)[0]
                yield Text(f"{text.value} (where {ref.where})" if ref.where else text.value, text.lang)

    def at(self, row: int) -> Origin:
        return Origin(self.data.origin.file, row)
