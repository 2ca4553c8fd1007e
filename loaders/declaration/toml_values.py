"""Values as they should be written in a TOML file, for the line to write in a message."""

from __future__ import annotations

import re
from datetime import date

from begrepp.sources.table_forms import quote_toml

ADDRESSES = {
    "CC0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "CC0 1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "CC BY": "https://creativecommons.org/licenses/by/4.0/",
    "CC BY 4.0": "https://creativecommons.org/licenses/by/4.0/",
    "CC BY SA 4.0": "https://creativecommons.org/licenses/by-sa/4.0/",
}
"""Addresses of licences by the names that are written instead of them."""


def written_as(value: object, kind: type | tuple[type, ...]) -> str:
    """Return a value as TOML writes one of a type; empty if it cannot be one."""
    kinds = kind if isinstance(kind, tuple) else (kind,)
    text = str(value).strip()
    if str in kinds and isinstance(value, (int, float, date)):
        return f'"{str(value).lower() if isinstance(value, bool) else value}"'
    if bool in kinds and text.casefold() in ("true", "false"):
        return text.casefold()
    if (int in kinds and text.isdecimal()) or (date in kinds and re.fullmatch(r"\d{4}-\d\d-\d\d", text)):
        return text
    return quote_toml([text]) if kinds == (list,) and isinstance(value, str) else ""
