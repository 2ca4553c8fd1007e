"""Check for personal data in all files of an edition, including those that no loader reads.

Loaders check the files that they read; a data file next to its data dictionary is read by none.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path

from begrepp.errors import Origin, PersonalDataError
from begrepp.sources.privacy import is_person_column, refuse_identity_numbers, refuse_person_rows
from begrepp.sources.xlsx import read_all_sheets

MAX_ROWS = 10_000
"""Number of rows of each table that are checked."""
_HEADER_ROWS = 20
"""Number of rows among which the header of a sheet is searched."""
_TEXT_SUFFIXES = (".csv", ".tsv", ".tab", ".txt")
_WORKBOOK_SUFFIXES = (".xlsx", ".xlsm")
_DATA_SUFFIXES = (
    ".sav",
    ".zsav",
    ".por",
    ".dta",
    ".sas7bdat",
    ".xpt",
    ".parquet",
    ".feather",
    ".rds",
    ".rdata",
    ".mat",
)
_MAX_LINE = 1_000_000


def refuse_person_tables(files: Iterable[Path]) -> None:
    """Raise `PersonalDataError` for a table with one row per person and for data files of statistics programs."""
    for path in files:
        if path.suffix.lower() in _DATA_SUFFIXES:
            raise PersonalDataError(
                path,
                f"'{path.suffix}' is a data file from a statistics program; begrepp accepts metadata only.",
                "Add the data dictionary, not the data.",
            )
        if path.suffix.lower() in _TEXT_SUFFIXES:
            _check_text_table(path)
        if path.suffix.lower() in _WORKBOOK_SUFFIXES:
            _check_workbook(path)


def _check_text_table(path: Path) -> None:
    with path.open("rb") as raw:
        lines = _decoded_lines(iter(lambda: raw.readline(_MAX_LINE), b""))
        first = next(lines, "")
        delimiter = max("\t;,|", key=first.count)
        header = next(csv.reader([first], delimiter=delimiter), [])
        is_of_persons = any(map(is_person_column, header))
        for number, line in enumerate(islice(lines, MAX_ROWS), start=2):
            origin = Origin(path.name, number)
            cells = line.rstrip("\r\n").split(delimiter)
            refuse_identity_numbers("\t".join(cell for cell in cells if not cell.strip(' "').isdigit()), origin)
            if is_of_persons:
                refuse_person_rows(dict(zip(header, (cell.strip(' "') for cell in cells), strict=False)), origin)


def _check_workbook(path: Path) -> None:
    """Check all sheets of a workbook; the header is the row with most cells among the first `_HEADER_ROWS`."""
    for _, rows in groupby(read_all_sheets(path), key=itemgetter(0)):
        header: list[str] = []
        for number, (_, origin, cells) in enumerate(islice(rows, MAX_ROWS)):
            refuse_identity_numbers("\t".join(cell for cell in cells if not cell.isdigit()), origin)
            if number < _HEADER_ROWS and sum(map(bool, cells)) > max(1, sum(map(bool, header))):
                header = cells
            else:
                refuse_person_rows(dict(zip(header, cells, strict=False)), origin)


def _decoded_lines(raw: Iterator[bytes]) -> Iterator[str]:
    for line in raw:
        yield line.decode("utf-8-sig", errors="replace")
