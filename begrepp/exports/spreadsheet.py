"""Tables as CSV text and as XLSX workbooks with a sheet about origin, licence and citation.

Rows are written as they come: a workbook of 100,000 rows takes 22 MB of memory (XlsxWriter, `constant_memory`).
`python -m begrepp.exports.spreadsheet BUILD FILE` writes the concepts of a code system.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from begrepp.artefact.manifest import Manifest, read_manifest
from begrepp.child_process import end_with_standard_input
from begrepp.exports.downloads import citation, file_name, write_download
from begrepp.files import temporary_folder

if TYPE_CHECKING:
    from xlsxwriter import Workbook

Cell = str | int | float
SUFFIX = ".xlsx"
_MAX_ROWS = 1_048_575
"""Rows of a sheet below its header, a limit of the format."""
_MAX_TEXT = 32_767
"""Characters of a cell, a limit of the format."""
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?([eE][+-]?\d+)?", re.ASCII)
_WIDTHS = (10, 60)
_SAMPLE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class DataTable:
    """A table with its name, its columns, its rows as they come, and what is to be known about it (name, value).

    `more` are tables that a workbook has on sheets of their own, with their names.
    """

    name: str
    columns: Sequence[str]
    rows: Iterable[Sequence[Cell]]
    about: Sequence[tuple[str, str]] = ()
    more: Sequence[DataTable] = ()


def csv_text(table: DataTable) -> Iterator[str]:
    """Yield the table as CSV (RFC 4180), some rows at a time."""
    return _csv_parts(table.columns, table.rows, ",")


def _csv_parts(columns: Sequence[str], rows: Iterable[Sequence[Cell]], delimiter: str) -> Iterator[str]:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow(row)
        if buffer.tell() > 1 << 16:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def excel_csv(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield a table as a Swedish Excel reads it: a byte order mark, and semicolons between the cells.

    A text that Excel would run as a formula has an apostrophe before it; numbers have none.
    """
    yield "\ufeff"
    yield from _csv_parts([str(_text_cell(each)) for each in columns], ([*map(_text_cell, row)] for row in rows), ";")


def _text_cell(text: Cell) -> Cell:
    if isinstance(text, str) and len(text) > 1 and text.startswith(_FORMULA_STARTS) and not _NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def write_xlsx(table: DataTable, target: Path) -> None:
    """Write a workbook: the rows, more sheets where one is full, and a sheet `about`.

    Texts stay texts: nothing is read as a formula, a number or a link. A text longer than a cell may be is cut, and
    ends with "…"; the sheet `about` says how many are.
    """
    from xlsxwriter import Workbook  # noqa: PLC0415  # 12 MB, and most server processes write no workbook

    options = {"constant_memory": True, "tmpdir": str(target.parent)}
    with Workbook(str(target), options) as workbook:
        header = workbook.add_format({"bold": True, "bottom": 1})
        cut = 0
        for name, each in (("data", table), *((each.name, each) for each in table.more)):
            cut += _write_sheets(workbook, name, each, header)
        about = workbook.add_worksheet("about")
        about.set_column(0, 0, 20)
        about.set_column(1, 1, 100)
        told = [("cut", f"{cut:,} texts are longer than the {_MAX_TEXT:,} characters of a cell: they end with …")]
        for place, (name, value) in enumerate((*table.about, *(told if cut else ()))):
            about.write_string(place, 0, name, header)
            about.write_string(place, 1, _cut(value))


def _write_sheets(workbook: Workbook, name: str, table: DataTable, header: object) -> int:
    """Write a table as one sheet, or as several where one is full. Return the number of texts that are cut."""
    rows = iter(table.rows)
    cut = 0
    row = next(rows, None)
    number = 0
    while row is not None or number == 0:
        number += 1
        sheet = workbook.add_worksheet(name if number == 1 else f"{name} {number}")
        row, cut_here = _write_sheet(sheet, table.columns, row, rows, header)
        cut += cut_here
    return cut


def _write_sheet(
    sheet: Any, columns: Sequence[str], row: Sequence[Cell] | None, rows: Iterator[Sequence[Cell]], header: object
) -> tuple[Sequence[Cell] | None, int]:
    """Write a sheet with as many rows as it holds; return the first row of the next one and the number of cut texts."""
    sample: list[Sequence[Cell]] = []
    while row is not None and len(sample) < _SAMPLE:
        sample.append(row)
        row = next(rows, None)
    for place, name in enumerate(columns):
        longest = max(len(str(cells[place])) for cells in (columns, *sample))
        sheet.set_column(place, place, min(max(longest + 2, _WIDTHS[0]), _WIDTHS[1]))
        sheet.write_string(0, place, name, header)
    sheet.freeze_panes(1, 0)
    count = cut = 0
    for count, cells in enumerate(sample, start=1):
        cut += _write_row(sheet, count, cells)
    while row is not None and count < _MAX_ROWS:
        count += 1
        cut += _write_row(sheet, count, row)
        row = next(rows, None)
    sheet.autofilter(0, 0, count, max(0, len(columns) - 1))
    return row, cut


def _write_row(sheet: Any, place: int, cells: Sequence[Cell]) -> int:
    """Write a row, and return how many of its texts are cut."""
    cut = 0
    for column, value in enumerate(cells):
        if isinstance(value, str):
            if value:
                cut += len(value) > _MAX_TEXT
                sheet.write_string(place, column, _cut(value))
        else:
            sheet.write_number(place, column, value)
    return cut


def _cut(text: str) -> str:
    return text if len(text) <= _MAX_TEXT else f"{text[: _MAX_TEXT - 1]}…"


def write_scheme(build: Path, scheme: str, packed: Path, target: Path) -> None:
    """Write the concepts of a code system, with the columns of its download as CSV, which is read from `packed`."""
    about = about_scheme(read_manifest(build), scheme)
    with gzip.open(packed, "rt", encoding="utf-8", newline="") as text:
        rows = csv.reader(text)
        write_xlsx(DataTable(name=scheme, columns=next(rows), rows=rows, about=about), target)


def about_scheme(manifest: Manifest, scheme: str) -> list[tuple[str, str]]:
    """Return the title, edition and citation of a code system."""
    graph = manifest.find_graph("scheme", scheme)
    titles = graph.titles if graph else {}
    licence = next((line for line in graph.header if "/terms/license>" in line), "") if graph else ""
    return [
        ("title", titles.get("sv") or next(iter(titles.values()), scheme)),
        ("edition", graph.version if graph else ""),
        ("valid from", graph.valid_from.isoformat() if graph else ""),
        ("licence", licence.rpartition("<")[2].partition(">")[0]),
        ("citation", citation(manifest)),
        ("build", manifest.hash),
        ("built", manifest.built_at),
    ]


def write_named_scheme(suffix: str, write: Callable[[Path, str, Path, Path], None]) -> None:
    """Write the file of a code system that the command line names: BUILD FILE; FILE is named by the code system.

    `write` is called with the build, the code system, its download as CSV and the file to write.
    """
    end_with_standard_input()
    build, target = map(Path, sys.argv[1:])
    scheme = target.name.removesuffix(suffix)
    with temporary_folder(target.parent) as folder:
        rows = folder / file_name(scheme, "csv")
        write_download(build, rows.name, rows)
        whole = folder / target.name
        write(build, scheme, rows, whole)
        whole.replace(target)


if __name__ == "__main__":
    write_named_scheme(SUFFIX, write_scheme)
