"""Number formats of cells: what a spreadsheet program shows (ECMA-376, 18.8.31 "numFmts").

Formats of zeros, signs for digits and literal characters are followed; for others it is known that the cell is shown
otherwise than it is read.
"""

from __future__ import annotations

import re
from functools import lru_cache

MAX_DIGITS = 15
"""Digits of a number that a workbook keeps."""
_FORMAT_TOKEN = re.compile(r'0|"([^"]*)"|\\(.)|([-/ .:()])')
_DECIMALS = re.compile(r"0+\.(0+)")
_INVISIBLE = re.compile(r"_.|\[(?:[A-Za-z]+\d*|\$-[^\]]*)\]")
"""Space of the width of a character, a colour, a locale."""
_SECTION = re.compile(r'(?:[^;"\\]|"[^"]*"|\\.)*')
_PLAIN = re.compile(r"General|@|#*0?", re.IGNORECASE)


@lru_cache(1024)
def _sections(number_format: str) -> tuple[str, ...]:
    """Return the sections of a format, for positive and negative numbers, zero and texts, without what is invisible."""
    found, place = [], 0
    while match := _SECTION.match(number_format, place):
        found.append(_INVISIBLE.sub("", match[0]))
        place = match.end() + 1
        if place > len(number_format):
            break
    return tuple(found)


@lru_cache(1024)
def shows_text_as_it_is(number_format: str) -> bool:
    """Return whether a format shows a text itself: there is no section for texts, or it is `@`."""
    sections = _sections(number_format)
    section = sections[3] if len(sections) > 3 else sections[-1] if "@" in sections[-1] else "@"
    return section in ("@", "General")


def shows_number_as(shown: str, value: float, number_format: str) -> bool:
    """Return whether a format shows a number as it is read (`show_number`)."""
    sections = _sections(number_format)
    if len(sections) > 1 and value < 0:
        return False
    section = sections[2] if len(sections) > 2 and value == 0 else sections[0]
    if section.casefold() in ("general", "@") or not number_format:
        return True
    if _DECIMALS.fullmatch(section):
        return True
    if not float(value).is_integer():
        return False
    if _PLAIN.fullmatch(section):
        return bool(section) and (value != 0 or section.endswith("0"))
    return value >= 0 and "0" in section and _is_of_literals(section) and _fill_format(int(value), section) == shown


def show_number(value: float, number_format: str) -> str:
    """Return a number as its format shows it, for formats of zeros and literal characters: 4 in `000` is `004`."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    positive = _sections(number_format)[0]
    if decimals := _DECIMALS.fullmatch(positive):
        return f"{value:0{len(positive)}.{len(decimals[1])}f}"
    if isinstance(value, int):
        return _fill_format(value, positive) if value >= 0 else str(value)
    # A spreadsheet program shows 15 significant digits: 0.1 + 0.2 is 0.3. Numbers below 0.0001 it shows as 1E-07.
    return f"{value:.{MAX_DIGITS}g}".replace("e", "E")


def _is_of_literals(section: str) -> bool:
    """Return whether a section has only zeros and literal characters."""
    return "".join(token[0] for token in _FORMAT_TOKEN.finditer(section)) == section


def _fill_format(value: int, number_format: str) -> str:
    tokens = list(_FORMAT_TOKEN.finditer(number_format))
    places = sum(token[0] == "0" for token in tokens)
    if not places or not _is_of_literals(number_format):
        return str(value)
    digits = str(value).zfill(places)
    surplus, rest = digits[: len(digits) - places], iter(digits[len(digits) - places :])
    shown = []
    for token in tokens:
        if token[0] == "0":
            shown.append(surplus + next(rest))
            surplus = ""
        else:
            shown.append(next(group for group in token.groups() if group is not None))
    return "".join(shown)
