"""Rows of a declared sheet: every column must be read or ignored by name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from begrepp.errors import InputError, Origin
from begrepp.records import Text
from begrepp.sources.row_faults import RowScope, add_remark
from begrepp.sources.rows import ColumnError, Row
from loaders.declaration.field_mapping import FieldMapping
from loaders.declaration.row_source import RowSource
from loaders.declaration.source_toml import join_names
from loaders.declaration.wildcards import matches_any

ADDED_COLUMNS = ("file", "sheet", "@name")
"""Columns that the loader adds: the file's name without suffix, the sheet, and the variable's name."""

_GUARDED = re.compile(r"""="([^"]+)"|'(\d[\w.-]*)""")


@dataclass(frozen=True, slots=True)
class MappedRow:
    """The cells of a row that the declaration uses. `row` has the faults of cells that cannot be used as codes."""

    cells: Mapping[str, str]
    row: Row

    @property
    def origin(self) -> Origin:
        """File and number of the row."""
        return self.row.origin

    def for_variable(self, name: str) -> MappedRow:
        """Return the row with `@name` set, for one of the variables that it names."""
        return MappedRow({**self.cells, "@name": name}, self.row)

    def read_code(self, mapping: FieldMapping) -> str:
        """Return a code. One that a spreadsheet program was kept from changing (`="002"`, `'002`) is unwrapped.

        Raises `InputError` if the cell is not what was typed, such as a date.
        """
        self.check_code(mapping)
        code = mapping.value(self.cells, self.origin)
        if not (match := _GUARDED.fullmatch(code)):
            return code
        unwrapped = match[1] or match[2]
        add_remark(self.origin, f"the code {code} is read as {unwrapped}.")
        return unwrapped

    def check_code(self, mapping: FieldMapping) -> None:
        """Raise `InputError` if a cell that a code is read from is not what was typed, such as a date."""
        for column in mapping.source_columns:
            if fault := self.row.code_faults.get(column):
                raise InputError(
                    self.origin, fault, "Format the column as text in the workbook, type the code again, and save it."
                )
            if remark := self.row.code_remarks.get(column):
                add_remark(self.origin, remark)


def texts_in_row(pairs: Iterable[tuple[str, FieldMapping]], row: MappedRow) -> tuple[Text, ...]:
    """Return the non-empty texts of a row, by language."""
    texts = ((language, cell.value(row.cells, row.origin)) for language, cell in pairs)
    return tuple(Text(text, language) for language, text in texts if text)


def _conditional_columns(mappings: Sequence[FieldMapping]) -> dict[str, list[FieldMapping]]:
    """Return the columns that are read only where a condition holds, each with the rules that read it."""
    users: dict[str, list[FieldMapping]] = {}
    for mapping in mappings:
        for column in mapping.source_columns:
            users.setdefault(column, []).append(mapping)
    conditions = {column for mapping in mappings for column in mapping.when}
    return {
        column: found
        for column, found in users.items()
        if column not in conditions and all(mapping.when for mapping in found)
    }


def _condition_remark(column: str, users: Iterable[FieldMapping], cells: Mapping[str, str]) -> str:
    names = dict.fromkeys(name for mapping in users for name in mapping.when)
    values = " and ".join(f"{name} is '{cells.get(name, '')}'" for name in names)
    return f"the column '{column}' is not read in rows in which {values}: no `when` includes them."


def read_mapped_rows(source: RowSource, cells: Iterable[FieldMapping], *, counted: bool = True) -> Iterator[MappedRow]:
    """Yield the rows of a source. Raises `InputError` for an unused column, and for a declared one that is in no row.

    What is left out gives a remark: rows, and columns that a `*` in `ignore` matches.
    """
    mappings = list(cells)
    declared = [cell.source_columns for cell in mappings] + [(each,) for cell in mappings for each in cell.when]
    columns = frozenset(column for alternatives in declared for column in alternatives if column not in ADDED_COLUMNS)
    conditional = _conditional_columns(mappings)
    wildcards = tuple(each for each in source.ignore if "*" in each)
    found: set[str] = set()
    left_out: dict[str, None] = {}
    uses: dict[str, bool] = {}
    needed = [names[0] for names in declared if len(names) == 1 and names[0] not in ADDED_COLUMNS]
    scope = RowScope(report=source.report)
    for row in source.read(expected=needed, counted=counted):
        used_columns = [column for column in row.remaining_columns() if column in columns]
        if not found.issuperset(used_columns):
            found.update(used_columns)
        row_cells: dict[str, str] | None = None
        with scope:
            row_cells = {column: row.take(column) for column in used_columns}
        if row_cells is None:
            continue
        for column in row.remaining_columns():
            if column not in uses:
                uses[column] = not (is_ignored(column, source) or _is_context(column, source.form))
                is_named = column in source.ignore or column in source.filter.columns
                left_out |= {column: None} if not is_named and matches_any(column, wildcards) else {}
            if not uses[column]:
                row.ignore(column)
        _raise_unused(row, row_cells, declared)
        row_cells.setdefault("file", _stem(row.origin.file))
        for name, value in row.context.items():
            row_cells.setdefault(name, value)
        for column, users in conditional.items() if counted else ():
            if row_cells.get(column) and not any(mapping.is_used(row_cells) for mapping in users):
                add_remark(row.origin, _condition_remark(column, users, row_cells))
        yield MappedRow(row_cells, row)
    if left_out:
        names = join_names([*map(repr, left_out)])
        add_remark(Origin(source.paths[0].name), f"{len(left_out)} columns are left out by `ignore`: {names}.")
    if not found and not uses:
        return
    for alternatives in declared:
        if alternatives and not any(column in found or column in ADDED_COLUMNS for column in alternatives):
            raise ColumnError(
                Origin(source.paths[0].name),
                f"no column '{' or '.join(alternatives)}' (there are: {join_names([*map(repr, [*found, *uses])])}).",
                "Open the file; if the publisher renamed the column, correct source.toml.",
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


def is_ignored(column: str, source: RowSource) -> bool:
    """Return whether a column is ignored, or only used to leave rows out."""
    return column in source.filter.columns or matches_any(column, source.ignore)


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
            return form in ("json", "yaml") and column.startswith(("document.", "@"))
