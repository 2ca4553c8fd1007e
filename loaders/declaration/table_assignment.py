"""Which table every variable of a dictionary stands in, and how rows of one name are told apart."""

from __future__ import annotations

from collections import Counter

from begrepp.errors import InputError, Origin
from begrepp.records import EditionFiles, Table, Text
from loaders.declaration.cell_steps import read_cell, read_texts
from loaders.declaration.declared_sheet import DeclaredSheet, read_sheet
from loaders.declaration.mapped_rows import read_mapped_rows, texts_in_row
from loaders.declaration.source_toml import join_names, slug
from loaders.declaration.toml_table import TomlTable
from loaders.declaration.variables import DictionaryRow


class DatasetTables:
    """The tables of the dataset: those that are declared, and those that the rows name."""

    def __init__(self, keys: TomlTable) -> None:
        self.files: list[str] = []
        self._tables: dict[str, Table] = {}
        self._by_words: dict[str, str] = {}
        self._fixed = False
        for said in keys.tables("table"):
            table = Table(
                id=said.slug("id", required=True),
                titles=said.words("title", required=True),
                descriptions=said.words("description"),
            )
            self._tables[table.id] = table
            self._by_words[said.text("called", default=table.id)] = table.id
            self.files.append(said.text("file", default="variables.csv"))
            said.done()
        self._fixed = bool(self._tables)
        self._origin = keys.origin

    def read(self, keys: TomlTable, edition: EditionFiles) -> DeclaredSheet:
        """A `[[tables]]`: rows that tell the tables' names, titles and descriptions."""
        sheet = read_sheet(keys, edition)
        columns = keys.table("columns", required=True)
        name = read_cell(columns, "name")
        if name is None:
            columns.fail("name", "is missing.", "Say which column holds the table's name.")
        title, description = read_texts(columns, "title"), read_texts(columns, "description")
        columns.done()
        keys.done()
        cells = [name, *(cell for _, cell in (*title, *description))]
        for row in read_mapped_rows(sheet, cells, _refuse):
            called = name.value(row.cells, row.origin)
            self._by_words[called] = id_ = slug(called)
            titles = texts_in_row(title, row) or (Text(called, "zxx"),)
            self._tables[id_] = Table(id=id_, titles=titles, descriptions=texts_in_row(description, row))
        return sheet

    def meet(self, row: DictionaryRow) -> None:
        """Learn of the table that a row names."""
        called = row.value("table")
        if called in self._by_words:
            return
        if not self._fixed:
            self._by_words[called] = id_ = slug(called) or "table"
            self._tables.setdefault(id_, row.table(id_))
        elif called or len(self._tables) > 1:
            raise InputError(
                row.origin,
                f"the table '{called}' is not declared (there are: {join_names(sorted(self._by_words))}).",
                "Correct the row, or add a [[table]] to source.toml.",
            )
        else:
            self._by_words[called] = next(iter(self._tables))

    def of(self, row: DictionaryRow) -> str:
        """The id of the row's table."""
        return self._by_words[row.value("table")]

    def all(self) -> tuple[Table, ...]:
        """All tables."""
        return tuple(self._tables.values())


class TableAssignment:
    """Tables and names of all rows. A name in several rows is a column that changed: its first day tells them apart."""

    def __init__(self, tables: DatasetTables) -> None:
        self._tables = tables
        self._seen: dict[tuple[str, str, str], Origin] = {}
        self._times: Counter[tuple[str, str]] = Counter()

    def meet(self, row: DictionaryRow) -> None:
        """Learn of a row. Raises `InputError` where nothing tells it from another."""
        self._tables.meet(row)
        table, since = self._tables.of(row), row.day("valid_from")
        key = (table, row.name, since)
        if key in self._seen:
            raise InputError(
                row.origin,
                f"the variable '{row.name}' stands already in {self._seen[key]}, with no other valid_from.",
                "Give the rows different days, tables or names, or remove one of them.",
            )
        self._seen[key] = row.origin
        self._times[table, row.name] += 1

    def of(self, row: DictionaryRow) -> tuple[str, str]:
        """The row's table, and the first day where the name stands in several rows."""
        table = self._tables.of(row)
        return table, row.day("valid_from") if self._times[table, row.name] > 1 else ""


def _refuse(origin: Origin, reason: str) -> None:
    raise InputError(origin, reason, "Mend the row in a copy.")
