"""Rows that a declaration leaves out by the value of a column: `leave_out` and `only`, with `*` for any characters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from begrepp.errors import Origin
from begrepp.sources.row_faults import add_remark
from begrepp.sources.rows import ColumnError, Row
from loaders.declaration.toml_table import TomlTable
from loaders.declaration.wildcards import matches_any


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFilter:
    """Choice of rows: `leave_out` and `only` map a column to its values, in which * stands for any characters."""

    leave_out: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    only: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def columns(self) -> frozenset[str]:
        """The columns that decide."""
        return frozenset((*self.leave_out, *self.only))

    def apply(self, rows: Iterator[Row]) -> Iterator[Row]:
        """Yield the rows that are read, and remark how many are not, by column and value."""
        if not self.columns:
            yield from rows
            return
        left_out: Counter[tuple[str, str, str]] = Counter()
        found: set[str] = set()
        file, read = "", 0
        for row in rows:
            file = row.origin.file
            found.update(column for column in self.columns if column in row)
            if reason := self._reason(row):
                left_out[file, *reason] += 1
            else:
                read += 1
                yield row
        for (name, column, value), count in left_out.items():
            add_remark(Origin(name), f"{count} rows with '{value}' in '{column}' are left out, as source.toml says.")
        if not read and left_out:
            raise ColumnError(
                Origin(file),
                f"all {left_out.total()} rows are left out by `leave_out` or `only`.",
                "Correct the values in source.toml.",
            )
        if file and (missing := self.columns - found):
            raise ColumnError(
                Origin(file),
                f"no column '{min(missing)}', by which source.toml leaves out rows.",
                "Correct the name of the column in `leave_out` or `only`.",
            )

    def _reason(self, row: Row) -> tuple[str, str] | None:
        for column, values in self.leave_out.items():
            if column in row and matches_any(row.peek(column), values):
                return column, row.peek(column)
        for column, values in self.only.items():
            if column in row and not matches_any(row.peek(column), values):
                return column, row.peek(column)
        return None


def read_row_filter(toml: TomlTable) -> RowFilter:
    """Read `leave_out` and `only`: `leave_out = { type = ["note", "begin*"] }`."""
    filters = {}
    for key in ("leave_out", "only"):
        section = toml.table(key)
        filters[key] = {column: section.strings(column) for column in list(section)}
    return RowFilter(**filters)
