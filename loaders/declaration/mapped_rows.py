"""Rows of a declared sheet: every column must be read or ignored by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from begrepp.errors import InputError, Origin
from begrepp.records import Text
from begrepp.sources.rows import ColumnError, Row
from loaders.declaration.field_mapping import FieldMapping
from loaders.declaration.row_source import RowSource

ADDED_COLUMNS = ("file", "@name")
"""Columns that the loader adds: the file's name without suffix, and the variable's name."""


@dataclass(frozen=True, slots=True)
class MappedRow:
    """The cells of a row that the declaration uses."""

    cells: Mapping[str, str]
    origin: Origin

    def for_variable(self, name: str) -> MappedRow:
        """Return the row with `@name` set, for one of the variables that it names."""
        return MappedRow({**self.cells, "@name": name}, self.origin)


def texts_in_row(pairs: Iterable[tuple[str, FieldMapping]], row: MappedRow) -> tuple[Text, ...]:
    """Return the non-empty texts of a row, by language."""
    texts = ((language, cell.value(row.cells, row.origin)) for language, cell in pairs)
    return tuple(Text(text, language) for language, text in texts if text)


def read_mapped_rows(sheet: RowSource, cells: Iterable[FieldMapping], *, counted: bool = True) -> Iterator[MappedRow]:
    """Yield the rows of a sheet. Raises `InputError` for an unused column, and for a declared one that is in no row."""
    declared = [cell.source_columns for cell in cells]
    columns = frozenset(column for alternatives in declared for column in alternatives if column not in ADDED_COLUMNS)
    ignored = frozenset(sheet.ignore)
    found: set[str] = set()
    for row in sheet.read(counted=counted):
        row_cells: dict[str, str] = {}
        for column in row.remaining_columns():
            if column in columns:
                row_cells[column] = row.take(column)
            elif column in ignored or _is_context(column, sheet.form):
                row.take(column)
        _raise_unused(row, row_cells, declared)
        if not found.issuperset(row_cells):
            found.update(row_cells)
        row_cells.setdefault("file", _stem(row.origin.file))
        yield MappedRow(row_cells, row.origin)
    for alternatives in declared:
        if alternatives and not any(column in found or column in ADDED_COLUMNS for column in alternatives):
            raise InputError(
                Origin(sheet.paths[0].name),
                f"no column '{' or '.join(alternatives)}'.",
                "Open the file; if the publisher renamed the column, correct the declaration.",
            )


def _raise_unused(row: Row, row_cells: Mapping[str, str], declared: Iterable[Sequence[str]]) -> None:
    """Raise `InputError` for an unused column; a declared but missing column is named as the likely cause."""
    try:
        row.done()
    except ColumnError as error:
        missing = [
            each
            for each in declared
            if each and not any(column in row_cells or column in ADDED_COLUMNS for column in each)
        ]
        if not missing:
            raise
        raise ColumnError(
            row.origin,
            f"there is no column '{' or '.join(missing[0])}', which the declaration reads; {error.reason}",
            "If it has another name, correct it in source.toml; a column that is not needed goes to `ignore`.",
        ) from None


@cache
def _stem(name: str) -> str:
    return Path(name).stem


def _is_context(column: str, form: str) -> bool:
    """Return whether a column holds context of the row (heading, file, document), which may be left unused."""
    match form:
        case "markdown":
            return column == "heading"
        case "front-matter":
            return column == "file"
        case _:
            return form == "json" and column.startswith("document.")
