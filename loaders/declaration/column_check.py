"""Check of the columns that a declaration names against those of its files, before the rows are read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from contextlib import closing

from begrepp.errors import InputError
from begrepp.sources.meter import Meter
from begrepp.sources.rows import ColumnError
from begrepp.sources.table_forms import quote_toml
from loaders.declaration.field_mapping import FieldMapping
from loaders.declaration.mapped_rows import ADDED_COLUMNS, is_ignored
from loaders.declaration.problems import nearest
from loaders.declaration.row_source import RowSource
from loaders.declaration.source_toml import join_names
from loaders.declaration.toml_table import TomlTable


def check_columns(source: RowSource, cells: Iterable[FieldMapping], toml: TomlTable) -> None:
    """Add a problem for each column that is declared and not in the file, and for those that are not used.

    Only a single table has columns that are known beforehand. `toml` is the section that names the file.
    """
    if not source.is_single_table:
        return
    mappings, had_problems = list(cells), toml.has_problems
    named = {column for each in mappings for column in (*each.source_columns, *each.when)}
    required = [each.source_columns[0] for each in mappings if len(each.source_columns) == 1]
    try:
        columns = _read_columns(source, [each for each in required if each not in ADDED_COLUMNS])
    except InputError as error:
        if not isinstance(error, ColumnError) or not error.columns:
            toml.add_error(source.key, error)
            return
        columns = error.columns
    present = {*columns, *ADDED_COLUMNS}
    file = source.paths[0].name
    suggested: set[str] = set()
    for mapping in mappings:
        alternatives = [mapping.source_columns, *((column,) for column in mapping.when)]
        for names in alternatives:
            if names and not present.intersection(names) and mapping.place:
                _add_missing(mapping, names, columns, file)
                suggested.add(nearest(names[0], columns))
    for key, values in (("leave_out", source.filter.leave_out), ("only", source.filter.only)):
        for column in [each for each in values if each not in present]:
            toml.add_problem(f"{key}.{column}", *_missing_column((column,), columns, file))
    for column in [each for each in source.fill_down if each not in present]:
        toml.add_problem("fill_down", *_missing_column((column,), columns, file))
    known = {"", *named, *suggested}
    unused = [column for column in columns if column not in known and not is_ignored(column, source)]
    if unused and not had_problems:
        toml.add_problem(
            "ignore",
            f"does not name {join_names([*map(repr, unused)])} of {file}, which nothing in the declaration uses.",
            f"Use each column, or write below the name of the file: "
            f"ignore = {json.dumps([*source.ignore, *unused], ensure_ascii=False)}",
        )


def _read_columns(source: RowSource, required: Sequence[str]) -> Sequence[str]:
    """Return the columns of a table. Raises `InputError` if it cannot be read, and `ColumnError` if it lacks some."""
    with closing(source.read_rows(source.paths[0], Meter(), required, required=required)) as rows:
        first = next(rows, None)
    return first.remaining_columns() if first else ()


def _add_missing(mapping: FieldMapping, names: Sequence[str], columns: Sequence[str], file: str) -> None:
    assert mapping.place
    table, key = mapping.place.table, mapping.place.key
    reason, advice = _missing_column(names, columns, file)
    near = nearest(names[0], columns)
    table.add_problem(
        key, reason, f"Write: {table.prefix}{key} = {quote_toml(near)}" if near and len(names) == 1 else advice
    )


def _missing_column(names: Sequence[str], columns: Sequence[str], file: str) -> tuple[str, str]:
    """Return the reason and the next step for a column that the file has not."""
    near = nearest(names[0], columns)
    return (
        f"names the column '{' or '.join(names)}', which {file} does not have "
        f"(there are: {join_names([*map(repr, columns)])}).",
        f"Did you mean '{near}'?" if near else "Open the file, and write the name of the column as it is there.",
    )
