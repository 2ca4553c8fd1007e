"""A look at every file before it is loaded, read by a loader or not: data about persons must not be kept at all.

A loader looks at what it reads. A data file that lies beside its description is read by none.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path

from begrepp.errors import Origin, PersonalDataError
from begrepp.sources.privacy import names_a_person, refuse_identity_numbers, refuse_person_rows
from begrepp.sources.xlsx import rows_of_all_sheets

ROWS = 10_000
"""So many rows of each table are looked at."""
_TITLES = 20
"""In so many rows the header of a sheet is looked for, below what may stand above it."""
_TABLES = (".csv", ".tsv", ".tab", ".txt")
_WORKBOOKS = (".xlsx", ".xlsm")
_DATA = (".sav", ".zsav", ".por", ".dta", ".sas7bdat", ".xpt", ".parquet", ".feather", ".rds", ".rdata", ".mat")
_LONGEST = 1_000_000


def refuse_person_tables(files: Iterable[Path]) -> None:
    """Raise `PersonalDataError` for a table with a row for each person, and for a statistics program's file of data."""
    for path in files:
        if path.suffix.lower() in _DATA:
            raise PersonalDataError(
                path,
                f"'{path.suffix}' is a data file from a statistics program; begrepp accepts metadata only.",
                "Add the data dictionary, not the data.",
            )
        if path.suffix.lower() in _TABLES:
            _look_at(path)
        if path.suffix.lower() in _WORKBOOKS:
            _look_through(path)


def _look_at(path: Path) -> None:
    with path.open("rb") as raw:
        lines = _lines(iter(lambda: raw.readline(_LONGEST), b""))
        first = next(lines, "")
        delimiter = max("\t;,|", key=first.count)
        header = next(csv.reader([first], delimiter=delimiter), [])
        is_of_persons = any(map(names_a_person, header))
        for number, line in enumerate(islice(lines, ROWS), start=2):
            origin = Origin(path.name, number)
            cells = line.rstrip("\r\n").split(delimiter)
            refuse_identity_numbers("\t".join(cell for cell in cells if not cell.strip(' "').isdigit()), origin)
            if is_of_persons:
                refuse_person_rows(dict(zip(header, (cell.strip(' "') for cell in cells), strict=False)), origin)


def _look_through(path: Path) -> None:
    """All sheets of a workbook, those too that no loader reads. The widest of the first rows is the header."""
    for _, rows in groupby(rows_of_all_sheets(path), key=itemgetter(0)):
        header: list[str] = []
        for number, (_, origin, cells) in enumerate(islice(rows, ROWS)):
            refuse_identity_numbers("\t".join(cell for cell in cells if not cell.isdigit()), origin)
            if number < _TITLES and sum(map(bool, cells)) > max(1, sum(map(bool, header))):
                header = cells
            else:
                refuse_person_rows(dict(zip(header, cells, strict=False)), origin)


def _lines(raw: Iterator[bytes]) -> Iterator[str]:
    for line in raw:
        yield line.decode("utf-8-sig", errors="replace")
