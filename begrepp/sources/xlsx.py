"""Streaming XLSX reader: cells as a spreadsheet program shows them, with the stored results of formulas."""

from __future__ import annotations

import re
from collections.abc import Collection, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby, zip_longest
from operator import itemgetter
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.utils import column_index_from_string, get_column_letter

from begrepp.errors import InputError, Origin, PersonalDataError
from begrepp.sources.archives import check_archive, refuse_doctypes
from begrepp.sources.file_kinds import describe_content
from begrepp.sources.formula_results import EmptyResults
from begrepp.sources.meter import Meter, current_meter
from begrepp.sources.privacy import refuse_person_rows
from begrepp.sources.row_faults import Fault, add_fault, add_remark
from begrepp.sources.rows import ColumnError, Row, check_header
from begrepp.sources.sheet_choice import remark_other_sheets, sheet_names
from begrepp.sources.sheet_layout import read_layout
from begrepp.sources.table_forms import declared_form, quote_toml
from begrepp.sources.workbook_reader import load_rows
from begrepp.sources.xlsx_cells import EMPTY, CellText, is_formula, read_cell

_RANGE = re.compile(r"([A-Za-z]{1,3})?(\d+)?(?::([A-Za-z]{1,3})?(\d+)?)?")
SheetRow = tuple[Origin, list[CellText], int]
"""Origin, cells, and the number of formulas among them."""


def read_xlsx(
    path: Path,
    *,
    sheets: Sequence[str] = (),
    cell_range: str = "",
    columns: Sequence[str] | None = None,
    required: Iterable[str] = (),
    skip: int = 0,
    counted: bool = True,
    report: Collection[str] = (),
) -> Iterator[Row]:
    """Yield the rows of the sheets (the first by default); the first row after `skip` rows is the header.

    `sheets` are names, in which * stands for any characters. `cell_range` is the part of a sheet to read: `A:C`,
    `B3:D40`. `columns` names the columns of sheets without a header. The stored result of a formula is used, with
    a remark. A cell beside the table is a fault of the kind `misaligned`; if `report` has it, the cell is left out.
    What `source.toml` declares of the file (`begrepp.sources.table_forms`) takes precedence.
    Raises `InputError`, also when a cell without a usable text is taken, and `PersonalDataError`.
    """
    form = declared_form(path)
    sheets, cell_range = form.sheets or sheets, form.cell_range or cell_range
    columns = form.column_names or columns
    skip = skip if form.skip is None else form.skip
    counter = current_meter() if counted else Meter()
    counter.stage = "reading"
    formulas = rows_read = 0
    first = first_column(cell_range)
    for title, rows in groupby(_read_sheets(path, sheets, cell_range, skip), key=itemgetter(0)):
        header = list(columns) if columns is not None else None
        for _, (origin, cells, formula_count) in rows:
            values = [cell.text for cell in cells]
            if not any(values) and not any(cell.fault for cell in cells):
                continue
            while values and not values[-1]:
                values.pop()
            if header is None:
                header = values
                _check_header(header, required, path, origin, sheets, first)
                continue
            if columns is None and values == header:
                add_remark(origin, "the row repeats the header and is left out.")
                continue
            rows_read += 1
            counter.begin_row(origin)
            formulas += formula_count
            if row := _new_row(header, cells, origin, title, first, report):
                row.ignore(*form.ignored(row.remaining_columns(), origin))
                yield row
    if not rows_read:
        raise InputError(
            path,
            "the sheet is empty: it has no rows below a header.",
            "Download the file again from its publisher, or name another sheet in source.toml.",
        )
    if formulas:
        add_remark(
            Origin(path.name),
            f"{formulas} cells hold formulas; where they are used, the results saved in the file are.",
        )


def _check_header(
    header: list[str], required: Iterable[str], path: Path, origin: Origin, sheets: Sequence[str], first: int
) -> None:
    """Raise `ColumnError` for a header without a required column; if no sheet is declared, it names the others."""
    repeated = [(place, name) for place, name in enumerate(header) if name and name in header[:place]]
    if repeated:
        cells = ", ".join(f"{get_column_letter(first + place)}{origin.row} ('{name}')" for place, name in repeated)
        raise ColumnError(
            origin,
            f"a column heading occurs again in {cells}.",
            "If a second table begins there, read only the first one, with a range of columns in source.toml: "
            'range = "A:B". Otherwise name the columns: skip = 1, header = false and column_names = […].',
        )
    try:
        check_header(header, required, "", path, origin)
    except ColumnError as error:
        if sheets:
            raise
        with open_workbook(path) as book:
            others = sheet_names(book, path, ["*"], visible=True)[1:]
        if not others:
            raise
        advice = f"The first sheet was read; the others are {', '.join(others)}: name one with sheet = "
        advice += f"{quote_toml(others[0])}."
        raise ColumnError(origin, error.reason, f"{advice} {error.next_step}") from None


def _new_row(
    header: Sequence[str],
    cells: Sequence[CellText],
    origin: Origin,
    title: str,
    first: int,
    report: Collection[str],
) -> Row | None:
    """Return the row; None if all its cells are beside the table: beyond the header, or below an empty header cell."""
    beside = [
        f"{get_column_letter(first + place)}{origin.row} ('{cell.text[:40]}')"
        for place, (name, cell) in enumerate(zip_longest(header, cells, fillvalue=None))
        if not name and cell is not None and cell.text
    ]
    if beside:
        reason = f"no column heading is above the cell(s) {', '.join(beside)}: they stand beside the table."
        last = get_column_letter(first + max(place for place, name in enumerate(header) if name))
        next_step = f'Give the columns a heading, or read only the table: range = "{get_column_letter(first)}:{last}".'
        add_fault(Fault.MISALIGNED, InputError(origin, reason, next_step), report)
    named = {name: cell for name, cell in zip_longest(header, cells[: len(header)], fillvalue=EMPTY) if name}
    texts = {str(name): cell.text for name, cell in named.items()}
    if beside and not any(texts.values()):
        return None
    refuse_person_rows(texts, origin)
    return Row(
        texts,
        origin,
        faults={str(name): cell.fault for name, cell in named.items() if cell.fault},
        code_faults={str(name): cell.code_fault for name, cell in named.items() if cell.code_fault},
        code_remarks={str(name): cell.code_remark for name, cell in named.items() if cell.code_remark},
        context={"sheet": title},
    )


@contextmanager
def open_workbook(path: Path, *, results: bool = False) -> Iterator[Workbook]:
    """Open a workbook for reading, row by row, with formulas as formulas, or as their stored `results`.

    Raises `InputError` if the archive is unsafe, and for every exception of openpyxl while the workbook is open.
    """
    if (kind := describe_content(path)) and "(.xlsx)" not in kind and kind != "a zip archive":
        raise InputError(
            path,
            f"it is {kind}, not a workbook in .xlsx.",
            "Open it in a spreadsheet program, save it as .xlsx without a password, and add that file.",
        )
    check_archive(path)
    refuse_doctypes(path)
    try:
        with load_rows(path, results=results) as book:
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


def _read_sheets(path: Path, sheets: Sequence[str], cell_range: str, skip: int) -> Iterator[tuple[str, SheetRow]]:
    """Yield the rows of the sheets, each with the name of its sheet. The workbook is opened once."""
    with open_workbook(path) as book:
        names = sheet_names(book, path, sheets)
        remark_other_sheets(book, path, sheets, names)
        for name in names:
            for row in sheet_rows(book, path, name, cell_range, skip):
                yield name, row


def sheet_rows(book: Workbook, path: Path, sheet: str, cell_range: str = "", skip: int = 0) -> Iterator[SheetRow]:
    """Yield the rows of a sheet. The stored results of formulas are read from the first row that has one."""
    bounds = _parse_range(cell_range, path)
    first = (bounds["min_row"] or 1) + skip
    bounds["min_row"] = first
    stored: Iterator[tuple[int, Sequence[Any]]] | None = None
    layout, empty_results = read_layout(path, book[sheet]), EmptyResults(path, book[sheet])
    for number, cells in enumerate(_iterate(book[sheet], bounds), start=first):
        formula_count = sum(map(is_formula, cells))
        results: Sequence[Any] = ()
        if formula_count:
            stored = stored or _stored_rows(path, sheet, bounds)
            results = next((row for place, row in stored if place == number), ())
        texts = [
            read_cell(cell, result, is_empty=empty_results.has)
            for cell, result in zip_longest(cells, results[: len(cells)])
        ]
        origin = Origin(f"{path.name}[{sheet}]", number)
        if number in layout.hidden_rows and any(cell.text for cell in texts):
            add_remark(origin, "the row is hidden in the workbook, and is read.")
        if layout.merged:
            texts = layout.merged.fill(texts, origin, bounds["min_col"] or 1)
        yield origin, texts, formula_count


def _iterate(page: Any, bounds: dict[str, int | None]) -> Iterator[Sequence[Any]]:
    # The dimensions stored in a workbook are often wrong and would truncate rows.
    page.reset_dimensions()
    yield from page.iter_rows(**bounds)


def _stored_rows(path: Path, sheet: str, bounds: dict[str, int | None]) -> Iterator[tuple[int, Sequence[Any]]]:
    with open_workbook(path, results=True) as book:
        yield from enumerate(_iterate(book[sheet], bounds), start=bounds["min_row"] or 1)


def _parse_range(cell_range: str, path: Path) -> dict[str, int | None]:
    """Return the bounds of a range of cells, as openpyxl names them."""
    match = _RANGE.fullmatch(cell_range)
    if not match:
        raise InputError(path, f"'{cell_range}' is not a range of cells.", "Write it as A:C, or B3:D40.")
    left, top, right, bottom = match.groups()
    return {
        "min_col": column_index_from_string(left) if left else None,
        "min_row": int(top) if top else None,
        "max_col": column_index_from_string(right) if right else None,
        "max_row": int(bottom) if bottom else None,
    }


def first_column(cell_range: str) -> int:
    """Return the number of the first column of a range of cells; 1 for column A."""
    match = _RANGE.fullmatch(cell_range)
    return column_index_from_string(match[1]) if match and match[1] else 1


def read_all_sheets(path: Path) -> Generator[tuple[str, Origin, list[str]], None, None]:
    """Yield the rows of all sheets with the sheet's name and origin.

    Yields nothing for a workbook that cannot be read: its loader raises the error.
    """
    try:
        with open_workbook(path, results=True) as book:
            for page in book.worksheets:
                page.reset_dimensions()
                title = str(page.title)
                for number, cells in enumerate(page.iter_rows(), start=1):
                    yield title, Origin(f"{path.name}[{title}]", number), [read_cell(cell).text for cell in cells]
    except PersonalDataError:
        raise
    except Exception:
        return
