"""Rows of publishers' tables, in which every cell must be taken or ignored."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from begrepp.errors import InputError, Origin


class ColumnError(InputError):
    """Raised for columns that are missing or unknown: a fault of the table, not of one row."""


class Row:
    """One row of a table: a mapping from column to cell from which each cell is taken once.

    Cells that are neither taken nor ignored raise an error in `done`, so that new columns are noticed.
    """

    __slots__ = ("_cells", "origin")

    def __init__(self, cells: dict[str, str], origin: Origin) -> None:
        self._cells = cells
        self.origin = origin

    def take(self, column: str) -> str:
        """Remove and return a cell. Raises `ColumnError` if there is no such column."""
        try:
            return self._cells.pop(column)
        except KeyError:
            raise ColumnError(
                self.origin,
                f"no column '{column}' (there are: {', '.join(map(repr, self._cells)) or 'none left'}).",
                "If the publisher renamed it, change the loader or the mapping file.",
            ) from None

    def take_optional(self, column: str) -> str:
        """Remove and return a cell, or return an empty string if there is no such column."""
        return self._cells.pop(column, "")

    def take_date(self, column: str) -> date | None:
        """Remove a cell and return its ISO date without time, or None if it is empty."""
        value = self.take(column)
        return parse_date(value, self.origin, column)

    def ignore(self, *columns: str) -> None:
        """Remove the cells of columns that are not used."""
        for column in columns:
            self.take(column)

    def __contains__(self, column: str) -> bool:
        return column in self._cells

    def remaining_columns(self) -> list[str]:
        """Return the columns that have not been taken."""
        return list(self._cells)

    def ignore_remaining(self) -> None:
        """Ignore all remaining columns, for formats that allow columns of any name."""
        self._cells.clear()

    def done(self) -> None:
        """Raise `ColumnError` if a cell was neither taken nor ignored."""
        if remaining := [column for column, cell in self._cells.items() if cell or column]:
            raise ColumnError(
                self.origin,
                f"the loader does not know the column(s) {', '.join(map(repr, remaining))}.",
                "Read the new column, or ignore it by name, in the loader or the mapping file.",
            )


def parse_date(value: str, origin: Origin, column: str) -> date | None:
    """Parse an ISO 8601 date, without a time after it; return None for an empty string. Raises `InputError`."""
    if not value:
        return None
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        raise InputError(
            origin, f"'{value}' in column '{column}' is not a date.", "Write dates as YYYY-MM-DD."
        ) from None


def check_header(header: list[str], required: Iterable[str], delimiter: str, path: Path) -> None:
    """Raise `InputError` if a header has duplicate columns or lacks one of `required`."""
    duplicates = sorted({name for name in header if name and header.count(name) > 1})
    if duplicates:
        raise InputError(
            Origin(path.name, 1),
            f"the header has the column(s) {', '.join(map(repr, duplicates))} more than once.",
            "Rename one of them in a copy, and use the new name in the mapping file.",
        )
    missing = [name for name in required if name not in header]
    if not missing:
        return
    for other, name in (("\t", "tab"), (";", "semicolon"), (",", "comma"), ("|", "bar")):
        if other != delimiter and len(header) == 1 and other in header[0]:
            raise InputError(
                Origin(path.name, 1),
                f"the columns seem to be separated by {name}, not by {delimiter!r}.",
                "Save the file with the publisher's own delimiter, or name the delimiter in the mapping file.",
            )
    raise InputError(
        Origin(path.name, 1),
        f"no column {', '.join(map(repr, missing))} (there are: {', '.join(map(repr, header))}).",
        "Open the file; if the publisher renamed a column, change the loader or the mapping file.",
    )


def cells_by_column(header: list[str], cells: list[str], origin: Origin, short_rows: bool) -> dict[str, str]:
    """Return a mapping from column to stripped cell. Raises `InputError` if the numbers differ.

    With `short_rows`, missing cells are empty and empty cells beyond the last column are dropped.
    """
    if short_rows and len(cells) > len(header) and not any(cell.strip() for cell in cells[len(header) :]):
        cells = cells[: len(header)]
    if len(cells) < len(header) and short_rows:
        cells = [*cells, *[""] * (len(header) - len(cells))]
    if len(cells) != len(header):
        raise InputError(
            origin,
            f"{len(cells)} cells where the table has {len(header)} columns.",
            "The file may be truncated, or a cell has an unquoted delimiter; fix the row or download the file again.",
        )
    return {name: cell.strip() for name, cell in zip(header, cells, strict=True)}
