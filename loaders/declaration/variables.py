"""`[[variables]]` of a declaration: which columns of a dictionary say what of a variable."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from begrepp.errors import InputError, Origin
from begrepp.records import CodedValue, EditionFiles, Table, Text, Variable, is_iri, links
from begrepp.settings import LANGUAGES
from begrepp.sources.editions import file_named
from begrepp.sources.tables import parse_date, read_lines
from loaders.declaration.cell_steps import Cell, read_cell, read_texts
from loaders.declaration.dataset import check_partial_date, concept_references
from loaders.declaration.declared_sheet import DeclaredSheet, ReportMisaligned, read_sheet
from loaders.declaration.mapped_rows import MappedRow, read_mapped_rows, texts_in_row
from loaders.declaration.toml_table import TomlTable
from loaders.declaration.value_lists import InlineCodes, read_inline_codes
from loaders.support.datatypes import DATATYPES

_PLAIN = (
    "table",
    "name",
    "list",
    "datatype",
    "unit",
    "concept",
    "code_system",
    "value_list",
    "value_set",
    "valid_from",
    "valid_to",
    "at_event",
    "linkage_key",
    "minimum",
    "maximum",
    "pattern",
    "required",
    "multiple",
    "condition",
    "calculation",
    "unit_type",
    "property_url",
    "ni_attribute",
    "references",
    "source",
    "checked",
    "certainty",
)
_WORDS = ("label", "description", "question", "note", "section", "table_title", "table_description")
_SEVERAL = ("concept", "code_system", "linkage_key", "references")
_ATTRIBUTE = re.compile(r"[a-z0-9][a-z0-9._-]*@[^/\s]+/[^/\s]+")
_OWN_SEPARATOR = " | "
_TRUTH = {
    **dict.fromkeys(("true", "1", "ja", "yes", "y", "j", "x"), True),
    **dict.fromkeys(("false", "0", "nej", "no", "n", ""), False),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class VariableList:
    """One `[[variables]]`: where the rows stand and what their columns say."""

    sheet: DeclaredSheet
    plain: dict[str, Cell]
    words: dict[str, tuple[tuple[str, Cell], ...]]
    values: InlineCodes | None
    skip_without_name: bool
    complete: bool = False
    """Whether a row without a label or a datatype is an error: in begrepp's own form it is."""

    @property
    def cells(self) -> list[Cell]:
        """All that is read of a row."""
        worded_cells = [cell for pairs in self.words.values() for _, cell in pairs]
        return [*self.plain.values(), *worded_cells, *([self.values.cell] if self.values else [])]

    def rows(self, misaligned: ReportMisaligned, *, counted: bool = True) -> Iterator[DictionaryRow]:
        """Every variable of every row. `counted=False` is for a first look."""
        for gathered in read_mapped_rows(self.sheet, self.cells, misaligned, counted=counted):
            names = self.plain["name"].values(gathered.cells, gathered.origin)
            if not names:
                if self.skip_without_name:
                    misaligned(gathered.origin, "the row names no variable.")
                    continue
                raise InputError(
                    gathered.origin,
                    f"the column '{' or '.join(self.plain['name'].reads)}' is empty.",
                    "Fill it in, or say skip_without_name = true.",
                )
            for name in names:
                yield DictionaryRow(self, gathered.named(name), name)


class VariablePlace(NamedTuple):
    """Where a variable belongs, which only all rows together tell: its table, and the lists of its values."""

    table: str
    part: str = ""
    code_list: str = ""
    missing_list: str = ""
    value_set: str = ""


@dataclass(frozen=True, slots=True)
class DictionaryRow:
    """One variable in a row, as far as somebody asks for it."""

    said: VariableList
    gathered: MappedRow
    name: str

    @property
    def origin(self) -> Origin:
        """Where the row stands."""
        return self.gathered.origin

    def value(self, what: str) -> str:
        """A field, empty where it is not declared."""
        cell = self.said.plain.get(what)
        return cell.value(self.gathered.cells, self.origin) if cell else ""

    def several(self, what: str) -> tuple[str, ...]:
        """The values of a field."""
        cell = self.said.plain.get(what)
        return cell.values(self.gathered.cells, self.origin) if cell else ()

    def words(self, what: str) -> tuple[Text, ...]:
        """A field in its languages."""
        return texts_in_row(self.said.words[what], self.gathered)

    def day(self, what: str) -> str:
        """A year, a month or a day."""
        return check_partial_date(self.value(what), self.origin, what)

    def titles(self) -> tuple[Text, ...]:
        """The label; a variable without one goes by its name."""
        label = self.words("label")
        if self.said.complete and not label:
            raise InputError(self.origin, "the column 'label_sv' is empty.", "Fill it in.")
        return label or (Text(self.name, "zxx"),)

    def table(self, id_: str) -> Table:
        """The table that the row names."""
        titles = self.words("table_title") or (Text(self.value("table") or id_, "zxx"),)
        return Table(id=id_, titles=titles, descriptions=self.words("table_description"))

    def in_cell(self) -> tuple[tuple[CodedValue, ...], tuple[CodedValue, ...]]:
        """The values that the row lists, and its codes for missing values."""
        return self.said.values.read(self.gathered) if self.said.values else ((), ())

    def variable(self, dataset: str, place: VariablePlace) -> Variable:
        """The variable in its place."""
        value, several, words, origin = self.value, self.several, self.words, self.origin
        titles = self.titles()
        return Variable(
            dataset=dataset,
            table=place.table,
            name=self.name,
            part=place.part,
            origin=origin,
            titles=titles,
            # HealthDCAT-AP demands a description of every column; where the list has none, the label is one.
            descriptions=words("description") or titles,
            datatype=_datatype(value("datatype"), origin, self.said.complete),
            unit=value("unit"),
            measures=links(*concept_references(several("concept"))),
            code_systems=several("code_system"),
            value_list=value("value_list"),
            value_set=place.value_set or value("value_set"),
            code_list=place.code_list,
            missing_list=place.missing_list,
            minimum=value("minimum"),
            maximum=value("maximum"),
            pattern=value("pattern"),
            required=_truth(value("required"), origin, "required") if "required" in self.said.plain else None,
            multiple=_truth(value("multiple"), origin, "multiple"),
            questions=words("question"),
            notes=words("note"),
            section=words("section"),
            condition=value("condition"),
            calculation=value("calculation"),
            unit_type=value("unit_type"),
            property_url=value("property_url"),
            ni_attribute=_attribute(value("ni_attribute"), origin),
            references=several("references"),
            valid_from=self.day("valid_from"),
            valid_to=self.day("valid_to"),
            at_event=value("at_event"),
            linkage_key=next(iter(concept_references(several("linkage_key"))), ""),
            source=value("source"),
            checked=parse_date(value("checked"), origin, "checked"),
            certainty=value("certainty"),
        )


def _datatype(word: str, origin: Origin, demanded: bool) -> str:
    """Nothing said: any value. CSVW's word for that keeps the gap visible."""
    if word not in DATATYPES and (word or demanded):
        raise InputError(
            origin,
            f"'{word}' is no datatype of CSVW.",
            f"Say with `words` which it is: {', '.join(DATATYPES)}.",
        )
    return word or "anyAtomicType"


def _attribute(reference: str, origin: Origin) -> str:
    if reference and not is_iri(reference) and not _ATTRIBUTE.fullmatch(reference):
        raise InputError(
            origin,
            f"'{reference}' is no attribute of an information model.",
            "Write model, version and attribute: ni@2021:1/Observation.kod, or its address.",
        )
    return reference


def _truth(word: str, origin: Origin, field_: str) -> bool:
    if word.casefold() not in _TRUTH:
        raise InputError(origin, f"'{word}' for {field_} is neither true nor false.", "Say with `words` what it means.")
    return _TRUTH[word.casefold()]


def read_variable_list(keys: TomlTable, edition: EditionFiles) -> VariableList:
    """One `[[variables]]` of a declaration."""
    sheet = read_sheet(keys, edition)
    columns = keys.table("columns", required=True)
    plain = {name: cell for name in _PLAIN if (cell := read_cell(columns, name))}
    if "name" not in plain:
        columns.fail("name", "is missing.", "Say which column holds the name of the variable.")
    found = VariableList(
        sheet=sheet,
        plain=plain,
        words={name: read_texts(columns, name) for name in _WORDS},
        values=read_inline_codes(keys.table("values")) if "values" in keys else None,
        skip_without_name=keys.flag("skip_without_name", default=False),
    )
    columns.done()
    keys.done()
    return found


def default_variable_lists(files: list[str], edition: EditionFiles, origin: Origin) -> list[VariableList]:
    """Without a `[[variables]]`: the CSV that the tables name, in begrepp's own columns."""
    if not files:
        raise InputError(
            origin, "[[variables]] is missing.", "Say which file lists the variables, and what its columns mean."
        )
    return [_own(edition, name) for name in dict.fromkeys(files)]


def _own(edition: EditionFiles, name: str) -> VariableList:
    """begrepp's own columns; all but three may be left out, and cells with several values are divided by ` | `."""
    first = next(read_lines(file_named(edition, name)), "")
    header = [cell.strip() for cell in next(csv.reader([first]), [])]
    plain = {
        field_: Cell(columns=(field_,), split=_OWN_SEPARATOR if field_ in _SEVERAL else "")
        for field_ in _PLAIN
        if field_ in (*header, "name", "datatype")
    }
    words = {
        what: tuple((lang, Cell(columns=(f"{what}_{lang}",))) for lang in LANGUAGES if f"{what}_{lang}" in header)
        for what in _WORDS
    }
    words["label"] = words["label"] or (("sv", Cell(columns=("label_sv",))),)
    sheet = read_sheet(TomlTable({"file": name}, Origin(name)), edition)
    return VariableList(sheet=sheet, plain=plain, words=words, values=None, skip_without_name=False, complete=True)
