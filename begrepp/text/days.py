"""Days as people and programs write them in a request."""

from __future__ import annotations

import re
from datetime import date

_DAY = re.compile(r"(\d{4}-\d\d-\d\d)(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)?", re.ASCII)


def parse_iso_day(text: str) -> date:
    """Return the day of `2019-06-30`, also of a time on it (`2019-06-30T12:00:00Z`).

    Raises `ValueError` for anything else, such as a period, a week or a day with something after it.
    """
    found = _DAY.fullmatch(text.strip())
    if found is None:
        raise ValueError(text)
    return date.fromisoformat(found[1])
