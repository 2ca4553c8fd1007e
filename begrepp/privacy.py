"""Refuses Swedish personal identity numbers: begrepp holds metadata, never data about a person.

Recognised: personnummer and samordningsnummer, with or without century, hyphen, dash or plus, also with
spaces or hyphens between the parts of a whole date (1981-12-18-9876), whose date exists and whose check
digit is right (Skatteverket, SKV 704). A run of digits inside a longer
identifier, such as an OID or a SCTID, is not one.
"""

from __future__ import annotations

import re
from datetime import date
from itertools import chain

from stdnum import luhn

from begrepp.errors import Origin, PersonalDataError

_DASH = "[-+\u2010-\u2015\u2212]"
_NOT_BEFORE, _NOT_AFTER = r"(?<![\w.\-/])", r"(?![\w\-/]|\.\d)"
_CANDIDATES = (
    re.compile(
        rf"{_NOT_BEFORE}(?P<century>1[89]|20)?(?P<year>\d\d)(?P<month>[01]\d)(?P<day>\d\d){_DASH}?(?P<serial>\d{{4}}){_NOT_AFTER}"
    ),
    # With the century, so that a date and a number after it are rarely taken for one.
    re.compile(
        rf"{_NOT_BEFORE}(?P<century>1[89]|20)(?P<year>\d\d)(?P<gap>[- ]?)(?P<month>[01]\d)(?P=gap)(?P<day>\d\d)"
        rf"(?:{_DASH}|(?P=gap)|(?<!-\d\d) )(?P<serial>\d{{4}}){_NOT_AFTER}"
    ),
)


# Every form ends in a month, a day and four digits; most texts have none of that, and need no closer look.
_SERIAL = re.compile(r"[01]\d[- ]?\d\d.?\d{4}")


def find_identity_number(text: str) -> str | None:
    """The first Swedish identity number in the text, or None."""
    if not _SERIAL.search(text):
        return None
    for match in chain.from_iterable(candidate.finditer(text) for candidate in _CANDIDATES):
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
