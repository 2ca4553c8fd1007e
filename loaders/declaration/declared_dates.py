"""Years, months and days in declarations and in the rows that they describe, and periods of them."""

from __future__ import annotations

import re
from datetime import date

from begrepp.errors import InputError, Origin
from loaders.declaration.toml_table import TomlTable
from loaders.support.partial_dates import days_of

_PARTIAL_DATE = re.compile(r"\d{4}(-\d\d(-\d\d)?)?")
_NEXT_STEP = "Correct one of the dates."


def read_partial_date(toml: TomlTable, key: str) -> str:
    """Read a year, month or day from a declaration; it must be in the calendar."""
    value = toml.text(key)
    if value and not _days(value):
        toml.add_problem(key, f"is '{value}'.", 'Write a year, a month or a day: "1958", "2008-01", "2008-01-01".')
    return value


def read_period(toml: TomlTable, first: str, last: str) -> tuple[str, str]:
    """Read the first and the last year, month or day of a period from a declaration."""
    start, end = read_partial_date(toml, first), read_partial_date(toml, last)
    if _is_reversed(start, end):
        toml.add_problem(last, f"is '{end}', before {first} ('{start}').", _NEXT_STEP)
    return start, end


def check_partial_date(value: str, origin: Origin, field: str) -> str:
    """Return a year, month or day of a row unchanged. Raises `InputError` for any other value."""
    if value and not _days(value):
        raise InputError(
            origin, f"'{value}' for {field} is not a year, month or day.", "Write 2004, 2004-01 or 2004-01-01."
        )
    return value


def check_period(start: str, end: str, origin: Origin, name: str) -> None:
    """Raise `InputError` if a period of years, months or days ends before it begins. `name` is what it is of."""
    if _is_reversed(start, end):
        raise InputError(origin, f"'{name}' is valid from {start} to {end}.", _NEXT_STEP)


def first_and_last_day(start: str, end: str) -> tuple[str, str]:
    """Return the first day of a start and the last day of an end; each is empty if it is not stated."""
    first, last = _days(start), _days(end)
    return str(first[0]) if first else "", str(last[1]) if last else ""


def _is_reversed(start: str, end: str) -> bool:
    first, last = _days(start), _days(end)
    return first is not None and last is not None and first[0] > last[1]


def _days(value: str) -> tuple[date, date] | None:
    return days_of(value) if _PARTIAL_DATE.fullmatch(value) else None
