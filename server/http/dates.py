"""HTTP dates (RFC 9110, 5.6.7), parsed strictly: a value outside the grammar or the calendar is no date."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from werkzeug.http import parse_date

_MAX_LENGTH = 40
_SHAPE = re.compile(r"[A-Za-z]{3,9},? [0-9A-Za-z: -]+", re.ASCII)
_FIRST_YEAR = 100
"""Years below this are written with two digits, which RFC 850 dates may have."""


def parse_http_date(value: str) -> datetime | None:
    """Return the time of an HTTP date, with the time zone UTC, or None if it is not one."""
    text = value.strip()
    if len(text) > _MAX_LENGTH or not _SHAPE.fullmatch(text):
        return None
    try:
        moment = parse_date(text)
        moment = moment.astimezone(UTC) if moment else None
    except (ValueError, OverflowError):
        return None
    return moment if moment and moment.year >= _FIRST_YEAR else None
