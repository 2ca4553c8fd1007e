"""The sheets of a workbook whose names, headers and number formats cannot be trusted.

Sheets and columns are found whatever their case, spaces and signs; a code that the workbook shows as `001` and
keeps as the number 1 is read as it is shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.cell.cell import TYPE_FORMULA

from begrepp.errors import InputError, Origin
from begrepp.sources.archives import check_archive, refuse_doctypes
from begrepp.sources.meter import meter
from begrepp.sources.privacy import refuse_identity_numbers

_PADDED = re.compile(r"0+")
_LOOK_FOR_HEADER = 15
_MAX_ROWS = 1_000_000
FORMULA = "="


def normalized_name(name: str) -> str:
    """`Metadata - Variabelnivå ` and `metadata_variabelnivå` as one word."""
    return "".join(each for each in name.lower() if each.isalnum())


@dataclass(slots=True)
class SheetRow:
    """One row of a sheet: cells by the plain names of their columns."""

    cells: dict[str, str]
    origin: Origin

    def get(self, *columns: str) -> str:
        """The cell of the first of the columns that there is; empty where there is none."""
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
    """A sheet with its rows as texts; a row is as long as its last cell."""

    name: str
    file: str
    rows: list[list[str]]

    def origin(self, row: int) -> Origin:
        """Where a row is, counted from 1."""
        return Origin(f"{self.file}[{self.name}]", row)

    def table(self, *wanted: Sequence[str]) -> Iterator[SheetRow] | None:
        """The rows below the header; nothing where no header has one of the names of each of `wanted`."""
        for number, row in enumerate(self.rows[:_LOOK_FOR_HEADER]):
            header = [normalized_name(cell) for cell in row]
            if all(any(normalized_name(name) in header for name in names) for names in wanted):
                return self._below(number, header)
        return None

    def _below(self, number: int, header: list[str]) -> Iterator[SheetRow]:
        doubled = {name for name in header if name and header.count(name) > 1}
        if doubled:
            raise InputError(
                self.origin(number + 1), f"the column '{sorted(doubled)[0]}' is there twice.", "Remove one of the two."
            )
        for below, row in enumerate(self.rows[number + 1 :], start=number + 2):
            cells = {name: cell for name, cell in zip(header, row, strict=False) if name}
            if any(cells.values()):
                yield SheetRow(cells, self.origin(below))


def read_sheets(path: Path) -> list[WorkbookSheet]:
    """All sheets of a workbook, hidden ones too, in their order."""
    check_archive(path)
    refuse_doctypes(path)
    counter = meter()
    counter.stage = "reading"
    try:
        with closing(load_workbook(path, read_only=True, data_only=False)) as book:
            return [_sheet(page, path.name) for page in book.worksheets]
    except InputError:
        raise
    except Exception as error:
        # openpyxl raises whatever a damaged part leads it to.
        raise InputError(
            path,
            f"the workbook cannot be read ({' '.join(str(error).split()) or type(error).__name__}).",
            "Open it in a spreadsheet program and save it as .xlsx again.",
        ) from None


def _sheet(page: Any, file: str) -> WorkbookSheet:
    page.reset_dimensions()
    found = WorkbookSheet(str(page.title), file, [])
    for number, cells in enumerate(page.iter_rows(), start=1):
        if number > _MAX_ROWS:
            raise InputError(found.origin(number), f"the sheet has more than {_MAX_ROWS:,} rows.", "Check the file.")
        row = [_text(cell) for cell in cells]
        while row and not row[-1]:
            row.pop()
        meter().rows += bool(row)
        refuse_identity_numbers("\t".join(row), found.origin(number))
        found.rows.append(row)
    return found


def _text(cell: Any) -> str:
    """A cell as a person sees it: padded numbers with their zeros, whole numbers without a point, dates as ISO."""
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
        return str(value).zfill(len(padded)) if _PADDED.fullmatch(padded) else str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()[:10]
    lines = (" ".join(line.split()) for line in str(value).splitlines())
    return "\n".join(line for line in lines if line)
