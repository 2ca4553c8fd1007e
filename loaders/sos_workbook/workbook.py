"""Reader of workbooks with inconsistent names of sheets and columns.

Names are matched without regard to case, spaces and punctuation. A number with a format such as `000` is read as it
is displayed (`001`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from openpyxl.cell.cell import TYPE_FORMULA

from begrepp.errors import InputError, Origin
from begrepp.sources.meter import current_meter
from begrepp.sources.xlsx import open_workbook
from begrepp.sources.xlsx_cells import decode_escapes

_ZERO_PADDED = re.compile(r"0+")
_MAX_HEADER_ROW = 15
_MAX_ROWS = 1_000_000
FORMULA = "="


def normalized_name(name: str) -> str:
    """Return the letters and digits of a name in lower case, so that `Metadata - Nivå ` equals `metadata_nivå`."""
    return "".join(each for each in name.lower() if each.isalnum())


@dataclass(slots=True)
class SheetRow:
    """One row of a sheet: cells by normalised column name."""

    cells: dict[str, str]
    origin: Origin

    def get(self, *columns: str) -> str:
        """Return the first non-empty cell of these columns. Raises `InputError` for a formula."""
        for column in columns:
            if (value := self.cells.get(normalized_name(column), "")) == FORMULA:
                raise InputError(
                    self.origin, f"'{column}' holds a formula.", "Save the sheet as values and add it again."
                )
            if value:
                return value
        return ""


@dataclass(slots=True)
class WorkbookSheet:
    """A sheet with its rows as text; rows end at their last non-empty cell."""

    name: str
    file: str
    rows: list[list[str]]

    def origin(self, row: int) -> Origin:
        """Return the origin of a row, counted from 1."""
        return Origin(f"{self.file}[{self.name}]", row)

    def table(self, *column_groups: Sequence[str]) -> Iterator[SheetRow] | None:
        """Return the rows below the first row that has a column of each group; None if there is none."""
        for number, row in enumerate(self.rows[:_MAX_HEADER_ROW]):
            header = [normalized_name(cell) for cell in row]
            if all(any(normalized_name(name) in header for name in names) for names in column_groups):
                return self._below(number, header)
        return None

    def _below(self, number: int, header: list[str]) -> Iterator[SheetRow]:
        repeated = {name for name in header if name and header.count(name) > 1}
        if repeated:
            raise InputError(
                self.origin(number + 1), f"the column '{sorted(repeated)[0]}' occurs twice.", "Remove one of the two."
            )
        for row_number, row in enumerate(self.rows[number + 1 :], start=number + 2):
            cells = {name: cell for name, cell in zip(header, row, strict=False) if name}
            if any(cells.values()):
                yield SheetRow(cells, self.origin(row_number))


def read_sheets(path: Path) -> list[WorkbookSheet]:
    """Read all sheets of a workbook, including hidden ones. Raises `InputError` if it is damaged."""
    current_meter().stage = "reading"
    with open_workbook(path) as workbook:
        return [_read_sheet(page, path.name) for page in workbook.worksheets]


def _read_sheet(worksheet: Any, file: str) -> WorkbookSheet:
    worksheet.reset_dimensions()
    sheet = WorkbookSheet(str(worksheet.title), file, [])
    for number, cells in enumerate(worksheet.iter_rows(), start=1):
        if number > _MAX_ROWS:
            raise InputError(sheet.origin(number), f"the sheet has more than {_MAX_ROWS:,} rows.", "Check the file.")
        row = [_cell_text(cell) for cell in cells]
        while row and not row[-1]:
            row.pop()
        current_meter().rows += bool(row)
        sheet.rows.append(row)
    return sheet


def _cell_text(cell: Any) -> str:
    """Return a cell as displayed: numbers with leading zeros, integers without a point, dates in ISO format."""
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == TYPE_FORMULA:
        return FORMULA
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int):
        padded = str(cell.number_format or "")
        return str(value).zfill(len(padded)) if _ZERO_PADDED.fullmatch(padded) else str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()[:10]
    lines = (" ".join(line.split()) for line in decode_escapes(str(value)).splitlines())
    return "\n".join(line for line in lines if line)
