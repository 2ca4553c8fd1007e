"""Rows of publishers' tables: a mapping from column to cell in which every cell must be used or ignored."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from begrepp.errors import InputError, Origin


class Row:
    """One row of a publisher's table: a mapping from column to cell that is emptied as it is read."""

    __slots__ = ("_cells", "origin")

    def __init__(self, cells: dict[str, str], origin: Origin) -> None:
        self._cells = cells
        self.origin = origin

    def take(self, column: str) -> str:
        """The cell, taken out of the row. A missing column is an error."""
        try:
            return self._cells.pop(column)
        except KeyError:
            raise InputError(
                self.origin,
                f"no column '{column}' (there are: {', '.join(map(repr, self._cells)) or 'none left'}).",
                "If the publisher renamed it, change the loader or the mapping file.",
            ) from None

    def take_optional(self, column: str) -> str:
        """The cell, or an empty string where the table has no such column."""
        return self._cells.pop(column, "")

    def take_date(self, column: str) -> date | None:
        """An ISO date, or None where the cell is empty. The cell may hold a time, which is dropped."""
        value = self.take(column)
        return parse_date(value, self.origin, column)

    def ignore(self, *columns: str) -> None:
        """Say aloud that a column is not used."""
        for column in columns:
            self.take(column)

    def __contains__(self, column: str) -> bool:
        return column in self._cells

    def remaining_columns(self) -> list[str]:
        """The columns that nobody has taken yet."""
        return list(self._cells)

    def ignore_remaining(self) -> None:
        """Ignore all that is left, where the format allows columns of any name."""
        self._cells.clear()

    def done(self) -> None:
        """Check that every cell was taken or ignored."""
        if left := [column for column, cell in self._cells.items() if cell or column]:
            raise InputError(
                self.origin,
                f"the loader does not know the column(s) {', '.join(map(repr, left))}.",
                "See what the publisher added, and take it or ignore it by name in the loader or the mapping file.",
            )


def parse_date(value: str, origin: Origin, column: str) -> date | None:
    """An ISO 8601 date (a time after it is dropped), None for an empty string."""
    if not value:
        return None
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        raise InputError(
            origin, f"'{value}' in column '{column}' is not a date.", "Write dates as YYYY-MM-DD."
        ) from None


def check_header(header: list[str], required: Iterable[str], delimiter: str, path: Path) -> None:
    duplicates = sorted({name for name in header if name and header.count(name) > 1})
    if duplicates:
        raise InputError(
            Origin(path.name, 1),
            f"the header has the column(s) {', '.join(map(repr, duplicates))} more than once.",
            "Rename one of them in a copy, and say so in the mapping file.",
        )
    missing = [name for name in required if name not in header]
    if not missing:
        return
    for other, name in (("\t", "tab"), (";", "semicolon"), (",", "comma"), ("|", "bar")):
        if other != delimiter and len(header) == 1 and other in header[0]:
            raise InputError(
                Origin(path.name, 1),
                f"the columns look separated by {name}, not by {delimiter!r}.",
                "Save the file with the publisher's own delimiter, or name the delimiter in the mapping file.",
            )
    raise InputError(
        Origin(path.name, 1),
        f"no column {', '.join(map(repr, missing))} (there are: {', '.join(map(repr, header))}).",
        "Open the file; if the publisher renamed a column, change the loader or the mapping file.",
    )


def cells_by_column(header: list[str], cells: list[str], origin: Origin, short_rows: bool) -> dict[str, str]:
    if short_rows and len(cells) > len(header) and not any(cell.strip() for cell in cells[len(header) :]):
        cells = cells[: len(header)]
    if len(cells) < len(header) and short_rows:
        cells = [*cells, *[""] * (len(header) - len(cells))]
    if len(cells) != len(header):
        raise InputError(
            origin,
            f"{len(cells)} cells where the table has {len(header)} columns.",
            "The file may be cut off, or a cell holds an unquoted delimiter; mend the row or fetch the file again.",
        )
    return {name: cell.strip() for name, cell in zip(header, cells, strict=True)}
