"""Assignment of a dictionary's variables to tables, and the distinction of rows with the same name."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from begrepp.errors import InputError, Origin
from begrepp.records import EditionFiles, Table, Text
from begrepp.sources.row_faults import Fault, add_fault, add_remark
from loaders.declaration.agents import slug
from loaders.declaration.column_check import check_columns
from loaders.declaration.field_mapping import FieldMapping, read_field_mapping, read_texts
from loaders.declaration.mapped_rows import read_mapped_rows, texts_in_row
from loaders.declaration.row_source import RowSource, read_row_source
from loaders.declaration.source_toml import join_names
from loaders.declaration.toml_table import TomlTable
from loaders.declaration.variables import DictionaryRow


@dataclass(frozen=True, slots=True)
class _TableSheet:
    """One `[[tables]]` section."""

    source: RowSource
    name: FieldMapping
    title: tuple[tuple[str, FieldMapping], ...]
    description: tuple[tuple[str, FieldMapping], ...]

    @property
    def cells(self) -> list[FieldMapping]:
        """All rules that are applied to a row."""
        return [self.name, *(cell for _, cell in (*self.title, *self.description))]


class DatasetTables:
    """The tables of a dataset: those declared, and those that rows name."""

    def __init__(self, toml: TomlTable) -> None:
        self.files: list[str] = []
        self._tables: dict[str, Table] = {}
        self._id_by_name: dict[str, str] = {}
        self._sheets: list[_TableSheet] = []
        for section in toml.tables("table"):
            table = Table(
                id=section.slug("id", required=True),
                titles=section.texts("title", required=True),
                descriptions=section.texts("description"),
            )
            self._tables[table.id] = table
            self._id_by_name[section.text("called", default=table.id)] = table.id
            self.files.append(section.text("file", default="variables.csv"))
            section.done()
        self._is_declared = bool(self._tables)
        self._origin = toml.origin

    def read_section(self, toml: TomlTable, edition: EditionFiles) -> RowSource:
        """Read a `[[tables]]` section: where names, titles and descriptions of tables are. Returns its sheet."""
        sheet = read_row_source(toml, edition)
        columns = toml.table("columns", required=True)
        name = read_field_mapping(columns, "name")
        if name is None:
            example = 'Say which column holds the name of the table: name = "…"'
            columns.add_problem("name", "is missing.", example, is_missing=True)
        table_sheet = _TableSheet(
            sheet, name or FieldMapping(), read_texts(columns, "title"), read_texts(columns, "description")
        )
        columns.done()
        toml.done()
        check_columns(sheet, table_sheet.cells, toml)
        self._sheets.append(table_sheet)
        return sheet

    def read_rows(self) -> None:
        """Read the rows of all `[[tables]]` sections."""
        for sheet in self._sheets:
            for row in read_mapped_rows(sheet.source, sheet.cells):
                table_name = sheet.name.value(row.cells, row.origin)
                self._id_by_name[table_name] = id_ = slug(table_name)
                titles = texts_in_row(sheet.title, row) or (Text(table_name, "zxx"),)
                self._tables[id_] = Table(id=id_, titles=titles, descriptions=texts_in_row(sheet.description, row))

    def add_row(self, row: DictionaryRow) -> None:
        """Register the table of a row. Raises `InputError` for an undeclared one if tables are declared."""
        table_name = row.value("table")
        if table_name in self._id_by_name:
            return
        if not self._is_declared:
            self._id_by_name[table_name] = id_ = slug(table_name) or "table"
            self._tables.setdefault(id_, row.table(id_))
        elif table_name or len(self._tables) > 1:
            raise InputError(
                row.origin,
                f"the table '{table_name}' is not declared (there are: {join_names(sorted(self._id_by_name))}).",
                "Correct the row, or add a [[table]] to source.toml.",
            )
        else:
            self._id_by_name[table_name] = next(iter(self._tables))

    def table_of(self, row: DictionaryRow) -> str:
        """Return the id of the row's table."""
        return self._id_by_name[row.value("table")]

    def all_tables(self) -> tuple[Table, ...]:
        """Return all tables."""
        return tuple(self._tables.values())


class TableAssignment:
    """Table and part of every row. Rows with the same name are a column that changed; their first days are parts.

    A row that repeats another one in all cells that the declaration uses is left out, with a remark.
    """

    def __init__(self, tables: DatasetTables) -> None:
        self._tables = tables
        self._seen: dict[tuple[str, str, str], DictionaryRow] = {}
        self._rows_by_name: Counter[tuple[str, str]] = Counter()
        self._passed_over: set[tuple[Origin, str]] = set()

    def add_row(self, row: DictionaryRow) -> None:
        """Register a row. A row with the table, name and first day of an earlier one, and other cells, is a fault."""
        self._tables.add_row(row)
        table, valid_from = self._tables.table_of(row), row.day("valid_from")
        first = self._seen.setdefault((table, row.name, valid_from), row)
        if first is row:
            self._rows_by_name[table, row.name] += 1
            return
        self._passed_over.add((row.origin, row.name))
        if row.row.cells == first.row.cells:
            add_remark(row.origin, "the row repeats a variable and is left out.")
            return
        error = InputError(
            row.origin,
            f"the variable '{row.name}' already occurs in {first.origin}, with no other valid_from.",
            "Give the rows different days, tables or names, or remove one of them. If each row is a value of the "
            "variable, put its columns in `ignore` and read them with [[codes]].",
        )
        add_fault(Fault.REPEATED, error, row.list_.sheet.report)

    def is_passed_over(self, row: DictionaryRow) -> bool:
        """Return whether a row repeats an earlier one."""
        return (row.origin, row.name) in self._passed_over

    def table_and_part_of(self, row: DictionaryRow) -> tuple[str, str]:
        """Return the row's table, and its first day if several rows have its name."""
        table = self._tables.table_of(row)
        return table, row.day("valid_from") if self._rows_by_name[table, row.name] > 1 else ""
