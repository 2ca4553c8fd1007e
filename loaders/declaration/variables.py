"""The `[[variables]]` section of a declaration: the columns of a dictionary for each property of a variable."""

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
from begrepp.sources.row_faults import Fault, add_fault
from begrepp.sources.rows import parse_date
from begrepp.sources.text_lines import read_lines
from loaders.declaration.column_check import check_columns
from loaders.declaration.dataset import concept_references
from loaders.declaration.declared_dates import check_partial_date, check_period
from loaders.declaration.field_mapping import FieldMapping, read_field_mapping, read_texts
from loaders.declaration.mapped_rows import MappedRow, read_mapped_rows, texts_in_row
from loaders.declaration.row_source import RowSource, read_row_source
from loaders.declaration.toml_table import TomlTable
from loaders.declaration.value_lists import InlineCodes, read_inline_codes
from loaders.support.datatypes import DATATYPES

FIELDS = (
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
TEXT_FIELDS = ("label", "description", "question", "note", "section", "table_title", "table_description")
_MULTIPLE_FIELDS = ("concept", "code_system", "linkage_key", "references")
_NI_ATTRIBUTE = re.compile(r"[a-z0-9][a-z0-9._-]*@[^/\s]+/[^/\s]+")
_DEFAULT_SEPARATOR = " | "
_BOOLEANS = {
    **dict.fromkeys(("true", "1", "ja", "yes", "y", "j", "x"), True),
    **dict.fromkeys(("false", "0", "nej", "no", "n", ""), False),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class VariablesSection:
    """One `[[variables]]`: the sheet, and the columns of its fields."""

    sheet: RowSource
    columns: dict[str, FieldMapping]
    words: dict[str, tuple[tuple[str, FieldMapping], ...]]
    values: InlineCodes | None
    skip_without_name: bool
    complete: bool = False
    """Whether label and datatype are required, as in begrepp's own columns."""

    @property
    def cells(self) -> list[FieldMapping]:
        """All rules that are applied to a row."""
        worded_cells = [cell for pairs in self.words.values() for _, cell in pairs]
        return [*self.columns.values(), *worded_cells, *([self.values.cell] if self.values else [])]

    def rows(self, *, counted: bool = True) -> Iterator[DictionaryRow]:
        """Yield every variable of every row. `counted=False` leaves the row count unchanged, for a first pass."""
        for row in read_mapped_rows(self.sheet, self.cells, counted=counted):
            names = self.columns["name"].values(row.cells, row.origin)
            if not names:
                columns = " or ".join(self.columns["name"].source_columns)
                error = InputError(
                    row.origin,
                    f"the row names no variable: the column '{columns}' is empty.",
                    "Fill it in, or set skip_without_name = true.",
                )
                add_fault(Fault.UNUSABLE, error, [Fault.UNUSABLE] if self.skip_without_name else self.sheet.report)
                continue
            for name in names:
                yield DictionaryRow(self, row.for_variable(name), name)


class VariableContext(NamedTuple):
    """Table and code lists of a variable, known once all rows are read."""

    table: str
    part: str = ""
    code_list: str = ""
    missing_list: str = ""
    value_set: str = ""


@dataclass(frozen=True, slots=True)
class DictionaryRow:
    """One variable of a dictionary row; fields are read on access."""

    list_: VariablesSection
    row: MappedRow
    name: str

    @property
    def origin(self) -> Origin:
        """File and number of the row."""
        return self.row.origin

    def value(self, field: str) -> str:
        """Return the value of a field, empty if it is not declared."""
        cell = self.list_.columns.get(field)
        return cell.value(self.row.cells, self.origin) if cell else ""

    def column(self, field: str) -> str:
        """Return the name of the column that a field is read from; the field if it is read from none."""
        cell = self.list_.columns.get(field)
        return (" or ".join(cell.source_columns) if cell else "") or field

    def multiple_values(self, field: str) -> tuple[str, ...]:
        """Return the values of a field."""
        cell = self.list_.columns.get(field)
        return cell.values(self.row.cells, self.origin) if cell else ()

    def texts(self, field: str) -> tuple[Text, ...]:
        """Return the texts of a field by language."""
        return texts_in_row(self.list_.words[field], self.row)

    def day(self, field: str) -> str:
        """Return a field that holds a year, month or day."""
        return check_partial_date(self.value(field), self.origin, self.column(field))

    def titles(self) -> tuple[Text, ...]:
        """Return the label, or the name if there is none. Raises `InputError` if a label is required."""
        label = self.texts("label")
        if self.list_.complete and not label:
            raise InputError(self.origin, "the column 'label_sv' is empty.", "Fill it in.")
        return label or (Text(self.name, "zxx"),)

    def table(self, id_: str) -> Table:
        """Return the table that the row names, with this id."""
        titles = self.texts("table_title") or (Text(self.value("table") or id_, "zxx"),)
        return Table(id=id_, titles=titles, descriptions=self.texts("table_description"))

    def inline_values(self) -> tuple[tuple[CodedValue, ...], tuple[CodedValue, ...]]:
        """Return the values listed in the row, and its codes for missing values."""
        return self.list_.values.read(self.row, self.list_.sheet.report) if self.list_.values else ((), ())

    def variable(self, dataset: str, place: VariableContext) -> Variable:
        """Return the variable as a record."""
        value, multiple_values, words, origin = self.value, self.multiple_values, self.texts, self.origin
        titles = self.titles()
        check_period(self.day("valid_from"), self.day("valid_to"), origin, self.name)
        return Variable(
            dataset=dataset,
            table=place.table,
            name=self.name,
            part=place.part,
            origin=origin,
            titles=titles,
            descriptions=words("description"),
            datatype=_datatype(value("datatype"), origin, self.list_.complete),
            unit=value("unit"),
            measures=links(*concept_references(multiple_values("concept"))),
            code_systems=multiple_values("code_system"),
            value_list=value("value_list"),
            value_set=place.value_set or value("value_set"),
            code_list=place.code_list,
            missing_list=place.missing_list,
            minimum=value("minimum"),
            maximum=value("maximum"),
            pattern=value("pattern"),
            required=_boolean(value("required"), origin, "required") if "required" in self.list_.columns else None,
            multiple=_boolean(value("multiple"), origin, "multiple"),
            questions=words("question"),
            notes=words("note"),
            section=words("section"),
            condition=value("condition"),
            calculation=value("calculation"),
            unit_type=value("unit_type"),
            property_url=value("property_url"),
            ni_attribute=_attribute(value("ni_attribute"), origin),
            references=multiple_values("references"),
            valid_from=self.day("valid_from"),
            valid_to=self.day("valid_to"),
            at_event=value("at_event"),
            linkage_key=next(iter(concept_references(multiple_values("linkage_key"))), ""),
            source=value("source"),
            checked=parse_date(value("checked"), origin, self.column("checked")),
            certainty=value("certainty"),
        )


def _datatype(word: str, origin: Origin, required: bool) -> str:
    """Return the datatype; `anyAtomicType` if none is given. Raises `InputError` for one that CSVW does not have."""
    if word not in DATATYPES and (word or required):
        raise InputError(
            origin,
            f"'{word}' is not a CSVW datatype.",
            f"Say with `words` which it is: {', '.join(DATATYPES)}.",
        )
    return word or "anyAtomicType"


def _attribute(reference: str, origin: Origin) -> str:
    if reference and not is_iri(reference) and not _NI_ATTRIBUTE.fullmatch(reference):
        raise InputError(
            origin,
            f"'{reference}' is not an attribute of an information model.",
            "Write model, version and attribute: ni@2021:1/Observation.kod, or its address.",
        )
    return reference


def _boolean(word: str, origin: Origin, field: str) -> bool:
    if word.casefold() not in _BOOLEANS:
        raise InputError(origin, f"'{word}' for {field} is neither true nor false.", "Say with `words` what it means.")
    return _BOOLEANS[word.casefold()]


def read_variable_list(toml: TomlTable, edition: EditionFiles) -> VariablesSection:
    """Read a `[[variables]]` section of a declaration."""
    sheet = read_row_source(toml, edition)
    section = toml.table("columns", required=True)
    columns = {name: cell for name in FIELDS if (cell := read_field_mapping(section, name))}
    if "name" not in columns:
        example = 'Say which column holds the name of the variable: name = "…"'
        section.add_problem("name", "is missing.", example, is_missing=True)
    variable_list = VariablesSection(
        sheet=sheet,
        columns=columns,
        words={name: read_texts(section, name) for name in TEXT_FIELDS},
        values=read_inline_codes(toml.table("values")) if "values" in toml else None,
        skip_without_name=toml.flag("skip_without_name", default=False),
    )
    section.done()
    toml.done()
    check_columns(sheet, variable_list.cells, toml)
    return variable_list


def default_variable_lists(files: list[str], edition: EditionFiles, toml: TomlTable) -> list[VariablesSection]:
    """Return the lists of a declaration without `[[variables]]`: the CSV files of its tables, in begrepp's columns."""
    if not files:
        toml.add_problem(
            "[[variables]]", "is missing.", "Say which file lists the variables, and what its columns mean."
        )
    lists = []
    for name in dict.fromkeys(files):
        try:
            lists.append(_default_list(edition, name))
        except InputError as error:
            toml.add_error("table", error)
    return lists


def _default_list(edition: EditionFiles, name: str) -> VariablesSection:
    """Return a list in begrepp's columns. All but three are optional; ` | ` separates several values in a cell."""
    first = next(read_lines(file_named(edition, name)), "")
    header = [cell.strip() for cell in next(csv.reader([first]), [])]
    columns = {
        field: FieldMapping(columns=(field,), split=_DEFAULT_SEPARATOR if field in _MULTIPLE_FIELDS else "")
        for field in FIELDS
        if field in (*header, "name", "datatype")
    }
    words = {
        field: tuple(
            (lang, FieldMapping(columns=(f"{field}_{lang}",))) for lang in LANGUAGES if f"{field}_{lang}" in header
        )
        for field in TEXT_FIELDS
    }
    words["label"] = words["label"] or (("sv", FieldMapping(columns=("label_sv",))),)
    sheet = read_row_source(TomlTable({"file": name}, Origin(name)), edition)
    return VariablesSection(
        sheet=sheet, columns=columns, words=words, values=None, skip_without_name=False, complete=True
    )
