"""Streaming XLSX reader: cells as strings, formulas rejected."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import date
from itertools import islice
from pathlib import Path

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import TYPE_FORMULA

from begrepp.errors import InputError, Origin, PersonalDataError
from begrepp.sources.archives import check_archive, refuse_doctypes
from begrepp.sources.meter import Meter, current_meter
from begrepp.sources.privacy import refuse_identity_numbers, refuse_person_rows
from begrepp.sources.rows import Row, cells_by_column, check_header


def read_xlsx(
    path: Path, *, sheet: str = "", required: Iterable[str] = (), skip: int = 0, counted: bool = True
) -> Iterator[Row]:
    """Yield the rows of one sheet (the first by default); the first row after `skip` rows is the header.

    Formulas are rejected: their stored results depend on the program that last saved the file. Raises `InputError`,
    and `PersonalDataError` for data about persons.
    """
    counter = current_meter() if counted else Meter()
    counter.stage = "reading"
    header: list[str] | None = None
    for origin, values in islice(_sheet_rows(path, sheet), skip, None):
        if not any(values):
            continue
        if header is None:
            while values and not values[-1]:
                values.pop()
            header = values
            check_header(header, required, "", path)
            continue
        counter.rows += 1
        refuse_identity_numbers("\t".join(values), origin)
        cells = cells_by_column(header, values, origin, short_rows=True)
        refuse_person_rows(cells, origin)
        yield Row(cells, origin)
    if header is None:
        raise InputError(path, "the sheet is empty.", "Download the file again from its publisher.")


@contextmanager
def open_workbook(path: Path) -> Iterator[Workbook]:
    """Open a workbook for reading, row by row, with formulas as formulas.

    Raises `InputError` if the archive is unsafe, and for every exception of openpyxl while the workbook is open.
    """
    check_archive(path)
    refuse_doctypes(path)
    try:
        with closing(load_workbook(path, read_only=True, data_only=False)) as book:
            yield book
    except InputError:
        raise
    except Exception as error:
        # openpyxl raises arbitrary exceptions for damaged parts: KeyError, ParseError, zlib.error, TypeError …
        raise InputError(
            path,
            f"the workbook cannot be read ({' '.join(str(error).split()) or type(error).__name__}).",
            "Open it in a spreadsheet program and save it as .xlsx again.",
        ) from None


def _sheet_rows(path: Path, sheet: str) -> Iterator[tuple[Origin, list[str]]]:
    with open_workbook(path) as book:
        if sheet and sheet not in book.sheetnames:
            raise InputError(
                path,
                f"no sheet '{sheet}' (there are: {', '.join(book.sheetnames)}).",
                "If the publisher renamed it, change the loader or the mapping file.",
            )
        page = book[sheet or book.sheetnames[0]]
        # The dimensions stored in a workbook are often wrong and would truncate rows.
        page.reset_dimensions()
        for number, cells in enumerate(page.iter_rows(), start=1):
            origin = Origin(f"{path.name}[{page.title}]", number)
            for cell in cells:
                if cell.value is not None and cell.data_type == TYPE_FORMULA:
                    raise InputError(
                        origin,
                        f"cell {cell.coordinate} holds a formula.",
                        "Save the sheet as values and add it again.",
                    )
            yield origin, [_cell_text(cell.value) for cell in cells]


def read_all_sheets(path: Path) -> Iterator[tuple[str, Origin, list[str]]]:
    """Yield the rows of all sheets with the sheet's name and origin.

    Yields nothing for a workbook that cannot be read: its loader raises the error.
    """
    try:
        with open_workbook(path) as book:
            for page in book.worksheets:
                page.reset_dimensions()
                for number, cells in enumerate(page.iter_rows(values_only=True), start=1):
                    title = str(page.title)
                    yield title, Origin(f"{path.name}[{title}]", number), [_cell_text(value) for value in cells]
    except PersonalDataError:
        raise
    except Exception:
        return


def _cell_text(value: object) -> str:
    """Return a cell as a string: whole numbers without a decimal point, dates as ISO dates."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float() if value.is_integer():
            return str(int(value))
        case date():
            return value.isoformat()[:10]
        case _:
            return unicodedata.normalize("NFC", str(value)).strip()
