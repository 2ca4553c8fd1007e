"""First and last day of dates that may lack the month or the day, such as `2020` and `2023-05`."""

from __future__ import annotations

import calendar
import re
from datetime import date

_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T.*|Z|[+-]\d\d:\d\d)?)?)?")


def days_of(text: str) -> tuple[date, date] | None:
    """Return the first and the last day of a year, month, day or time; None if the text is none of them.

    `text` is a dateTime of FHIR, or a xsd:gYear, xsd:gYearMonth, xsd:date or xsd:dateTime without a time zone of a year
    or month.
    """
    match = _DATE.fullmatch(text.strip())
    if not match:
        return None
    year, month, day = (int(part) if part else 0 for part in match.groups())
    try:
        first = date(year, month or 1, day or 1)
    except ValueError:
        return None
    last_month = month or 12
    return first, date(year, last_month, day or calendar.monthrange(year, last_month)[1])


def last_day_of_retirement(days: tuple[date, date] | None, day_before: date) -> date:
    """Return the last day of a retired code whose end is stated with or without month and day.

    It is the latest day of `days` that is not after `day_before`, the day before the edition that has the code as
    retired; the stated day, if it is one day; `day_before` without `days`.
    """
    if days is None:
        return day_before
    first, last = days
    return min(last, max(first, day_before))
