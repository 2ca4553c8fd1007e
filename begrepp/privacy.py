"""Refuses Swedish personal identity numbers: begrepp holds metadata, never data about a person.

Recognised: personnummer and samordningsnummer, with or without century, hyphen or plus, whose date
exists and whose check digit is right (Skatteverket, SKV 704). A run of digits inside a longer
identifier, such as an OID or a SCTID, is not one.
"""

from __future__ import annotations

import re
from datetime import date

from stdnum import luhn

from begrepp.errors import Origin, PersonalDataError

_CANDIDATE = re.compile(
    r"(?<![\w.\-/])(?P<century>1[89]|20)?(?P<year>\d\d)(?P<month>[01]\d)(?P<day>[0-9]\d)(?P<sign>[-+]?)(?P<serial>\d{4})(?![\w\-/]|\.\d)"
)


def find_identity_number(text: str) -> str | None:
    """The first Swedish identity number in the text, or None."""
    for match in _CANDIDATE.finditer(text):
        day = int(match["day"])
        day -= 60 if day > 60 else 0
        year = int((match["century"] or "20") + match["year"])
        try:
            date(year, int(match["month"]), day)
        except ValueError:
            continue
        digits = match["year"] + match["month"] + match["day"] + match["serial"]
        if match["serial"] != "0000" and luhn.is_valid(digits):
            return match[0]
    return None


def refuse_identity_numbers(text: str, origin: Origin) -> None:
    """Raise `PersonalDataError` if the text holds an identity number; the number itself is not repeated."""
    if find_identity_number(text):
        raise PersonalDataError(
            origin,
            "a cell holds a Swedish personal identity number; begrepp takes metadata only, never data about a person.",
            "Remove the personal data at its source and add the file again.",
        )
