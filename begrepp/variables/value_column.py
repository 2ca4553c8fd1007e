"""Distinct values of a column for a value check, without rows, counts or other columns.

Files with identity numbers and tables with a column that identifies persons are rejected.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from begrepp.errors import InputError, Origin, PersonalDataError, UsageError
from begrepp.sources.identity_numbers import BareNumbers
from begrepp.sources.privacy import is_person_column

MAX_VALUES = 20_000
"""Largest number of distinct values that the server checks."""
_DELIMITERS = "\t;,"


def distinct_values(
    lines: Iterable[str], column: str = "", name: str = "the values", limit: int = MAX_VALUES
) -> list[str]:
    """Return the distinct values in order of appearance; the lines are read once and not stored.

    They are a list with one value per line, or a table in CSV or TSV; `column` is the name of a column or its number
    from 1. Raises `PersonalDataError` for data about persons, `InputError` for a table that cannot be read or has more
    than `limit` distinct values, and `UsageError` for an unknown column.
    """
    checked = _checked_lines(lines, name)
    first = next(checked, "")
    found: dict[str, None] = {}
    is_table = column or any(delimiter in first for delimiter in _DELIMITERS)
    values = _read_column(first, checked, column, name) if is_table else map(_without_line_end, chain([first], checked))
    for value in values:
        if value not in found:
            found[value] = None
            if len(found) > limit:
                raise InputError(
                    name,
                    f"there are more than {limit:,} distinct values.",
                    "This is not a list of codes; check the column.",
                )
    return list(found)


def _checked_lines(lines: Iterable[str], name: str) -> Iterator[str]:
    """Yield the lines, without a byte order mark. Raises `PersonalDataError` for identity numbers."""
    suspects = BareNumbers()
    for number, line in enumerate(lines, start=1):
        suspects.search(line, Origin(name, number))
        yield line.removeprefix("\ufeff") if number == 1 else line
    suspects.refuse()


def _without_line_end(line: str) -> str:
    return line.rstrip("\r\n")


def _read_column(first: str, rest: Iterable[str], column: str, name: str) -> Iterator[str]:
    delimiter = max(_DELIMITERS, key=first.count)
    rows = csv.reader(chain([first], rest), delimiter=delimiter)
    header: list[str] = []
    try:
        header = [cell.strip() for cell in next(rows, [])]
        for cell in header:
            if len(header) > 1 and is_person_column(cell):
                raise PersonalDataError(
                    Origin(name, 1),
                    f"the column '{cell}' identifies individuals; personal data are not accepted.",
                    _advice(delimiter, header, column),
                )
        index = _column_index(header, column)
        for row in rows:
            if len(row) > index:
                yield row[index]
    except csv.Error as error:
        raise InputError(
            Origin(name, rows.line_num), f"is not a well-formed table ({error}).", _advice(delimiter, header, column)
        ) from None


def _advice(delimiter: str, header: Sequence[str], column: str) -> str:
    """Return the next step: a command that takes the column alone, by its number in the table."""
    number = header.index(column) + 1 if column in header else int(column) if column.isdigit() else 3
    cut = f"-f{number}" if delimiter == "\t" else f"-d'{delimiter}' -f{number}"
    return f"Extract the distinct values of the column first, for example with `cut {cut} FILE | sort -u`."


def _column_index(header: Sequence[str], column: str) -> int:
    if column in header:
        return header.index(column)
    if column.isdigit() and 1 <= int(column) <= len(header):
        return int(column) - 1
    if not column and len(header) == 1:
        return 0
    problem = f"There is no column '{column}'." if column else "There are several columns."
    step = f"Name one of: {', '.join(header)}, or give its number. The first row is read as the header."
    raise UsageError(problem, step)
