"""Lexical spaces of the RDF-compatible datatypes of XSD 1.1 part 2, and of those that RDF defines.

A literal is ill-typed if its lexical form is not in the lexical space of its datatype (RDF 1.1 Concepts, 3.3 and 5).
RDF does not normalise white space, so " 1" is no xsd:integer. A datatype that is not listed has no ill-typed literals.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache, lru_cache
from xml.parsers import expat

from begrepp.validation.shacl.vocabulary import RDF, XSD

NAME_START = (
    r":A-Z_a-z\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF\u0370-\u037D\u037F-\u1FFF\u200C\u200D\u2070-\u218F"
    r"\u2C00-\u2FEF\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD\U00010000-\U000EFFFF"
)
"""The characters that an XML name begins with, as the inside of a character class (XML 1.0, 2.3)."""
NAME_FURTHER = r"\-.0-9\u00B7\u0300-\u036F\u203F\u2040"
"""The characters of an XML name that cannot be its first."""

_YEAR = r"(?P<year>-?(?:[1-9][0-9]{3,}|0[0-9]{3}))"
_MONTH = r"(?P<month>0[1-9]|1[0-2])"
_DAY = r"(?P<day>0[1-9]|[12][0-9]|3[01])"
_TIME = r"(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?|24:00:00(?:\.0+)?)"
_ZONE = r"(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))"
_NUMBER = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)"
_DAYS = r"(?:[0-9]+D)?(?:T(?=[0-9])(?:[0-9]+H)?(?:[0-9]+M)?(?:[0-9]+(?:\.[0-9]+)?S)?)?"
_NC_START, _NC_NAME = NAME_START[1:], rf"[{NAME_START[1:]}][{NAME_START[1:]}{NAME_FURTHER}]*"
_NMTOKEN = rf"[{NAME_START}{NAME_FURTHER}]+"
_BASE64 = "[A-Za-z0-9+/]"

_PATTERNS = {
    "boolean": "true|false|1|0",
    "decimal": _NUMBER,
    "integer": "[+-]?[0-9]+",
    "double": rf"{_NUMBER}(?:[Ee][+-]?[0-9]+)?|[+-]?INF|NaN",
    "dateTime": rf"{_YEAR}-{_MONTH}-{_DAY}T{_TIME}{_ZONE}?",
    "dateTimeStamp": rf"{_YEAR}-{_MONTH}-{_DAY}T{_TIME}{_ZONE}",
    "date": rf"{_YEAR}-{_MONTH}-{_DAY}{_ZONE}?",
    "time": rf"{_TIME}{_ZONE}?",
    "gYear": rf"{_YEAR}{_ZONE}?",
    "gYearMonth": rf"{_YEAR}-{_MONTH}{_ZONE}?",
    "gMonth": rf"--{_MONTH}{_ZONE}?",
    "gMonthDay": rf"--{_MONTH}-{_DAY}{_ZONE}?",
    "gDay": rf"---{_DAY}{_ZONE}?",
    "duration": rf"-?P(?=[0-9T])(?:[0-9]+Y)?(?:[0-9]+M)?{_DAYS}",
    "yearMonthDuration": r"-?P(?=[0-9])(?:[0-9]+Y)?(?:[0-9]+M)?",
    "dayTimeDuration": rf"-?P(?=[0-9T]){_DAYS}",
    "hexBinary": "(?:[0-9A-Fa-f]{2})*",
    "base64Binary": (
        rf"(?:(?:(?:{_BASE64} ?){{4}})*(?:(?:{_BASE64} ?){{3}}{_BASE64}"
        rf"|(?:{_BASE64} ?){{2}}[AEIMQUYcgkosw048] ?=|{_BASE64} ?[AQgw] ?= ?=))?"
    ),
    "normalizedString": r"[^\t\n\r]*",
    "token": r"(?:[^\t\n\r ]+(?: [^\t\n\r ]+)*)?",
    "language": "[a-zA-Z]{1,8}(?:-[a-zA-Z0-9]{1,8})*",
    "Name": rf"[{NAME_START}][{NAME_START}{NAME_FURTHER}]*",
    "NMTOKEN": _NMTOKEN,
    "NMTOKENS": rf"{_NMTOKEN}(?: {_NMTOKEN})*",
    "QName": rf"(?:{_NC_NAME}:)?{_NC_NAME}",
    **dict.fromkeys(("NCName", "ID", "IDREF", "ENTITY"), _NC_NAME),
    **dict.fromkeys(("IDREFS", "ENTITIES"), rf"{_NC_NAME}(?: {_NC_NAME})*"),
}
_PATTERNS["float"] = _PATTERNS["double"]
_PATTERNS["NOTATION"] = _PATTERNS["QName"]

_SIZES = {"byte": 8, "short": 16, "int": 32, "long": 64}
_INTEGERS: dict[str, tuple[int | None, int | None]] = {
    "nonNegativeInteger": (0, None),
    "positiveInteger": (1, None),
    "nonPositiveInteger": (None, 0),
    "negativeInteger": (None, -1),
    **{name: (-(1 << bits - 1), (1 << bits - 1) - 1) for name, bits in _SIZES.items()},
    **{f"unsigned{name.capitalize()}": (0, (1 << bits) - 1) for name, bits in _SIZES.items()},
}

EXACT_NUMBERS = frozenset({"integer", "decimal", *_INTEGERS})
"""The local names of the datatypes whose values are integers or decimals."""

_DAYS_OF_MONTH = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


@lru_cache(maxsize=100_000)
def is_in_lexical_space(form: str, datatype: str) -> bool:
    """Return whether a lexical form is in the lexical space of the datatype with this IRI."""
    if datatype.startswith(XSD):
        name = datatype.removeprefix(XSD)
        if name in _INTEGERS:
            return _compiled("integer").fullmatch(form) is not None and _is_between(form, *_INTEGERS[name])
        if name in _PATTERNS:
            pattern = _compiled(name)
            match = pattern.fullmatch(form)
            return match is not None and ("day" not in pattern.groupindex or _is_date(match.groupdict()))
    check = _RDF_CHECKS.get(datatype)
    return check is None or check(form)


@cache
def _compiled(name: str) -> re.Pattern[str]:
    """Compile the pattern of a datatype when the first literal needs it: those of XML names take 10 ms each."""
    return re.compile(_PATTERNS[name])


def _is_between(form: str, lowest: int | None, highest: int | None) -> bool:
    """Return whether an integer of any number of digits is within the bounds."""
    digits = form.lstrip("+-").lstrip("0")
    if len(digits) > _MOST_DIGITS:
        return (lowest if form.startswith("-") else highest) is None
    value = int(digits or "0") * (-1 if form.startswith("-") else 1)
    return (lowest is None or value >= lowest) and (highest is None or value <= highest)


def _is_date(parts: dict[str, str | None]) -> bool:
    """Return whether the month has the day; the year 0000 is a leap year (XSD 1.1 part 2, 3.3.7)."""
    if (day := parts["day"]) is None or (month := parts.get("month")) is None or int(day) <= _DAYS_OF_MONTH[1] - 1:
        return True
    if month == "02" and day == "29" and (year := parts.get("year")):
        return int(year[-2:]) % 4 == 0 and (not year.endswith("00") or int(year[-4:]) % 400 == 0)
    return int(day) <= _DAYS_OF_MONTH[int(month) - 1]


def _is_xml_content(form: str) -> bool:
    """Return whether the text is well-balanced XML content (RDF 1.1 Concepts, 5.4)."""
    parser = expat.ParserCreate(namespace_separator=" ")
    try:
        parser.Parse(f"<content>{form}</content>".encode("utf-8", "surrogatepass"), True)
    except expat.ExpatError:
        return False
    return True


def _is_json(form: str) -> bool:
    """Return whether the text is JSON (RFC 8259), which has no NaN or Infinity."""

    def reject(name: str) -> None:
        raise ValueError(name)

    try:
        json.loads(form, parse_constant=reject, parse_int=len, parse_float=len)
    except (ValueError, RecursionError):
        return False
    return True


_MOST_DIGITS = 30
_RDF_CHECKS: dict[str, Callable[[str], bool]] = {RDF + "XMLLiteral": _is_xml_content, RDF + "JSON": _is_json}
