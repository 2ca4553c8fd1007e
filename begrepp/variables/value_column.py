"""Distinct values of a column for a value check, without rows, counts or other columns.

Files with identity numbers and tables with a column that identifies persons are rejected.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from begrepp.errors import InputError, Origin, PersonalDataError, UsageError
from begrepp.sources.identity_numbers import find_identity_number
from begrepp.sources.privacy import is_person_column

MAX_VALUES = 20_000
"""Largest number of distinct values."""
_ADVICE = "Extract the distinct values of the column first, for example with `cut -d, -f3 FILE | sort -u`."


def distinct_values(text: str, column: str = "", name: str = "the values") -> list[str]:
    """Return the distinct values in order of appearance.

    `text` is a list with one value per line, or a table in CSV or TSV; `column` is the name of a column or its number
    from 1. Raises `PersonalDataError` for data about persons, `InputError` for a table that cannot be read and
    `UsageError` for an unknown column.
    """
    text = text.removeprefix("\ufeff")
    for number, line in enumerate(text.splitlines(), start=1):
        if find_identity_number(line):
            raise PersonalDataError(
                Origin(name, number),
                "contains a Swedish personal identity number; personal data are not accepted.",
                _ADVICE,
            )
    values = _read_column(text, column, name) if column or _is_table(text) else text.splitlines()
    found = list(dict.fromkeys(values))
    if len(found) > MAX_VALUES:
        raise InputError(
            name,
            f"there are more than {MAX_VALUES:,} distinct values.",
            "This is not a list of codes; check the column.",
        )
    return found


def _is_table(text: str) -> bool:
    first = text.partition("\n")[0]
    return any(delimiter in first for delimiter in ("\t", ";")) or first.count(",") > 0


def _read_column(text: str, column: str, name: str) -> Iterable[str]:
    first = text.partition("\n")[0]
    delimiter = max("\t;,", key=first.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        header = [cell.strip() for cell in next(rows, [])]
        for cell in header:
            if len(header) > 1 and is_person_column(cell):
                raise PersonalDataError(
                    Origin(name, 1),
                    f"the column '{cell}' identifies individuals; personal data are not accepted.",
                    _ADVICE,
                )
        index = _column_index(header, column)
        return [row[index] for row in rows if len(row) > index]
    except csv.Error as error:
        raise InputError(Origin(name, rows.line_num), f"is not a well-formed table ({error}).", _ADVICE) from None


def _column_index(header: Sequence[str], column: str) -> int:
    if column in header:
        return header.index(column)
    if column.isdigit() and 1 <= int(column) <= len(header):
        return int(column) - 1
    if not column and len(header) == 1:
        return 0
    problem = f"There is no column '{column}'." if column else "There are several columns."
    raise UsageError(problem, f"Name one of: {', '.join(header)}.")
