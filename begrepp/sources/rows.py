"""Rows of publishers' tables, in which every cell must be taken or ignored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from types import MappingProxyType

from begrepp.errors import InputError, Origin
from begrepp.sources.characters import FORBIDDEN, clean_text

DELIMITERS = {";": "semicolon", "\t": "tab", ",": "comma", "|": "bar", "^": "caret"}
"""The delimiters of tables in text, with their names."""
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
"""Zero-width space, joiners and no-break space, byte order mark, soft hyphen."""


class ColumnError(InputError):
    """Raised for columns that are missing or unknown: a fault of the table, not of one row.

    `columns` are those of a header that lacks some of the required ones; empty if its form may be wrong.
    """

    def __init__(
        self, origin: Origin | Path | str, reason: str, next_step: str, *, columns: Sequence[str] = ()
    ) -> None:
        super().__init__(origin, reason, next_step)
        self.columns = columns


class Row:
    """One row of a table: a mapping from column to cell from which each cell is taken once.

    Cells that are neither taken nor ignored raise an error in `done`, so that new columns are noticed. `faults` are
    cells without a usable text, by column, with the reason; `code_faults` are cells that cannot be trusted as codes,
    `code_remarks` cells of which something may have been lost if they are. `context` names the place of the row, such
    as its sheet.
    """

    __slots__ = ("_cells", "_faults", "code_faults", "code_remarks", "context", "origin")

    def __init__(
        self,
        cells: dict[str, str],
        origin: Origin,
        *,
        faults: Mapping[str, str] = MappingProxyType({}),
        code_faults: Mapping[str, str] = MappingProxyType({}),
        code_remarks: Mapping[str, str] = MappingProxyType({}),
        context: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._cells = cells
        self._faults = faults
        self.code_faults = code_faults
        self.code_remarks = code_remarks
        self.context = context
        self.origin = origin

    def take(self, column: str) -> str:
        """Remove and return a cell. Raises `ColumnError` if there is no such column, and `InputError` if
        the cell has no usable text.
        """
        if column in self._faults:
            raise InputError(
                self.origin,
                self._faults[column],
                "Open the file in a spreadsheet program, save the sheet as values and add it again.",
            )
        try:
            return self._cells.pop(column)
        except KeyError:
            raise ColumnError(
                self.origin,
                f"no column '{column}' (there are: {', '.join(map(repr, self._cells)) or 'none left'}).",
                "If the publisher renamed it, change the loader or source.toml.",
            ) from None

    def take_optional(self, column: str) -> str:
        """Remove and return a cell, or return an empty string if there is no such column."""
        return self._cells.pop(column, "")

    def take_date(self, column: str) -> date | None:
        """Remove a cell and return its ISO date without time, or None if it is empty."""
        value = self.take(column)
        return parse_date(value, self.origin, column)

    def peek(self, column: str) -> str:
        """Return a cell without removing it; empty if there is no such column."""
        return self._cells.get(column, "")

    def fill(self, column: str, value: str) -> None:
        """Set an empty cell, such as one below a merged cell."""
        self._cells[column] = value

    def ignore(self, *columns: str) -> None:
        """Remove the cells of columns that are not used. Raises `ColumnError` if there is no such column."""
        for column in columns:
            if column not in self._cells:
                self.take(column)
            del self._cells[column]

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
                "Read the new column, or ignore it by name, in the loader or source.toml"
                + (' (a column without a name: ignore = [""]).' if "" in remaining else "."),
            )


def parse_date(value: str, origin: Origin, name: str, kind: str = "column") -> date | None:
    """Parse an ISO 8601 date, without a time after it; return None for an empty string.

    `name` is that of the column, or of the other `kind` of place in the file: element, property, metadata key.
    Raises `InputError`, which names the place.
    """
    if not value:
        return None
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        raise InputError(origin, f"'{value}' in {kind} '{name}' is not a date.", "Write dates as YYYY-MM-DD.") from None


def check_header(
    header: list[str], required: Iterable[str], delimiter: str, path: Path, origin: Origin | None = None
) -> None:
    """Raise `InputError` if a header has duplicate columns or lacks one of `required`."""
    origin = origin or Origin(path.name, 1)
    duplicates = sorted({name for name in header if name and header.count(name) > 1})
    if duplicates:
        places = ", ".join(str(place) for place, name in enumerate(header, start=1) if name in duplicates)
        raise ColumnError(
            origin,
            f"the header has the column(s) {', '.join(map(repr, duplicates))} more than once: columns number {places}.",
            "Name the columns in source.toml instead: skip = 1, header = false and column_names = […].",
        )
    missing = [name for name in required if name not in header]
    if not missing:
        return
    check_delimiter(header, required, delimiter, origin)
    filled = [name for name in header if name]
    if len(filled) == 1 and len(missing) > 1:
        raise ColumnError(
            origin,
            f"no column {', '.join(map(repr, missing))}: the row has one filled cell ('{filled[0][:60]}').",
            "If it is a title above the table, write in source.toml, below the name of the file, how many rows stand "
            f"above the header: skip = {origin.row}. If it is the header, its columns have another delimiter.",
        )
    raise ColumnError(
        origin,
        f"no column {', '.join(map(repr, missing))} (there are: {', '.join(map(repr, header))}).",
        "Open the file; if the publisher renamed a column, change the loader or source.toml. If the row is no header: "
        "header = false and column_names = […].",
        columns=header,
    )


def check_delimiter(header: list[str], expected: Iterable[str], delimiter: str, origin: Origin) -> None:
    """Raise `InputError` if no expected column is in the header, but is with another delimiter."""
    wanted = [*expected]
    if not delimiter or not wanted or any(name in header for name in wanted):
        return
    line = delimiter.join(header)
    for other, name in DELIMITERS.items():
        if other == delimiter or other not in line:
            continue
        columns = [cell.strip(' "') for cell in line.split(other)]
        if any(column in wanted for column in columns):
            written = {"\t": "\\t"}.get(other, other)
            raise ColumnError(
                origin,
                f"the columns seem to be separated by {name}, not by {delimiter!r}.",
                f'Write it in source.toml, below the name of the file: delimiter = "{written}".',
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
    return {name: clean_cell(cell) for name, cell in zip(header, cells, strict=True)}


def clean_cell(cell: str) -> str:
    """Return a cell without spaces and zero-width characters at its ends.

    A cell of characters that no text may hold, and of nothing else, is an empty one.
    """
    cell = cell.strip()
    if FORBIDDEN.search(cell) and not clean_text(cell).strip():
        return ""
    return cell if cell.isascii() else cell.strip(_INVISIBLE).strip()
