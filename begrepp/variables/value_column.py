"""The distinct values of a column, as they are taken in for a check: never rows, never counts, never other columns.

A file that holds identity numbers, or a column that says whom each row is about, is refused: make a list of the
distinct values first, which is all that a check needs.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from begrepp.errors import InputError, Origin, PersonalDataError, UsageError
from begrepp.sources.privacy import find_identity_number, names_a_person

MOST = 20_000
"""More distinct values than this are no value list."""
_NEXT = "Extract the distinct values of the column first, for example with `cut -d, -f3 FILE | sort -u`."


def distinct_values(text: str, column: str = "", name: str = "the values") -> list[str]:
    """The distinct values in the order in which they come.

    `text` is a list with a value a line, or a table in CSV or TSV whose column is named, or numbered from 1.
    Raises `PersonalDataError` for data about persons, `InputError` for a table that cannot be read.
    """
    text = text.removeprefix("\ufeff")
    for number, line in enumerate(text.splitlines(), start=1):
        if find_identity_number(line):
            raise PersonalDataError(
                Origin(name, number),
                "contains a Swedish personal identity number; personal data are not accepted.",
                _NEXT,
            )
    values = _column(text, column, name) if column or _is_table(text) else text.splitlines()
    found = list(dict.fromkeys(values))
    if len(found) > MOST:
        raise InputError(
            name, f"there are more than {MOST:,} distinct values.", "This is not a list of codes; check the column."
        )
    return found


def _is_table(text: str) -> bool:
    first = text.partition("\n")[0]
    return any(delimiter in first for delimiter in ("\t", ";")) or first.count(",") > 0


def _column(text: str, column: str, name: str) -> Iterable[str]:
    first = text.partition("\n")[0]
    delimiter = max("\t;,", key=first.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        header = [cell.strip() for cell in next(rows, [])]
        for cell in header:
            if len(header) > 1 and names_a_person(cell):
                raise PersonalDataError(
                    Origin(name, 1),
                    f"the column '{cell}' identifies individuals; personal data are not accepted.",
                    _NEXT,
                )
        place = _place(header, column)
        return [row[place] for row in rows if len(row) > place]
    except csv.Error as error:
        raise InputError(Origin(name, rows.line_num), f"is not a well-formed table ({error}).", _NEXT) from None


def _place(header: Sequence[str], column: str) -> int:
    if column in header:
        return header.index(column)
    if column.isdigit() and 1 <= int(column) <= len(header):
        return int(column) - 1
    if not column and len(header) == 1:
        return 0
    asked = f"There is no column '{column}'." if column else "There are several columns."
    raise UsageError(asked, f"Name one of: {', '.join(header)}.")
