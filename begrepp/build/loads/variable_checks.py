"""Checks of variables: bounds that no value can keep, patterns that cannot be read, and names used twice at a time.

The bounds are those of CSVW (https://www.w3.org/TR/tabular-metadata/#datatypes, 5.11.2).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from begrepp.errors import InputError, Origin
from begrepp.records import Text, Variable
from begrepp.validation.shacl.xpath_regex import PatternError, translate_pattern

_NUMBERS = frozenset(
    (
        *("decimal", "double", "float", "integer", "long", "int", "short", "byte"),
        *("nonNegativeInteger", "positiveInteger", "nonPositiveInteger", "negativeInteger"),
        *("unsignedLong", "unsignedInt", "unsignedShort", "unsignedByte"),
    )
)
_TEXTS = frozenset(("string", "normalizedString", "token", "anyAtomicType", ""))
_DATES = frozenset(("date", "dateTime", "dateTimeStamp", "gYear", "gYearMonth", "time"))
_FRACTIONS = frozenset(("decimal", "double", "float"))
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+")
_DATE = re.compile(r"\d{4}-\d\d-\d\d(Z|[+-]\d\d:\d\d)?")
_DATE_OR_TIME = re.compile(r"\d{4}(-\d\d(-\d\d(T[\d:.]+)?)?)?|\d\d:\d\d(:[\d.]+)?")


def with_possible_bounds(variable: Variable) -> Variable:
    """Return a variable whose bounds are values of its datatype; one that is none is a note.

    The decimals of a number may be after a comma.
    """
    least, greatest = (_read_bound(bound, variable) for bound in (variable.minimum, variable.maximum))
    if (least, greatest) == (variable.minimum, variable.maximum):
        return variable
    stated = (("minimum", variable.minimum, least), ("maximum", variable.maximum, greatest))
    notes = (Text(f"{name}: {bound}", "en") for name, bound, value in stated if bound and not value)
    return replace(variable, minimum=least, maximum=greatest, notes=(*variable.notes, *notes))


def impossible_values(variable: Variable) -> Iterator[str]:
    """Yield in words what no value of a variable can fulfil."""
    least, greatest = (_read_bound(bound, variable) for bound in (variable.minimum, variable.maximum))
    for words, bound, value in (("minimum", variable.minimum, least), ("maximum", variable.maximum, greatest)):
        if value and value != bound:
            yield f"the {words} '{bound}' of the variable '{variable.name}' is read as {value}."
        elif bound and not value:
            kind = "date" if variable.datatype == "date" else "whole number" if _is_number(bound) else "number"
            yield f"the {words} '{bound}' of the variable '{variable.name}' is no {kind}."
    if _is_above(least, greatest, variable.datatype):
        yield f"the minimum {least} of the variable '{variable.name}' is above its maximum {greatest}."
    # The `format` of a number, date or boolean of CSVW is no regular expression.
    if variable.pattern and variable.datatype in _TEXTS and not _is_pattern(variable.pattern):
        yield f"the pattern '{variable.pattern}' of the variable '{variable.name}' is no regular expression."


def _is_above(least: str, greatest: str, datatype: str) -> bool:
    if datatype in _NUMBERS:
        numbers = _number(least), _number(greatest)
        return numbers[0] is not None and numbers[1] is not None and numbers[0] > numbers[1]
    is_comparable = datatype in _DATES and len(least) == len(greatest)
    return is_comparable and all(map(_DATE_OR_TIME.fullmatch, (least, greatest))) and least > greatest


def _read_bound(text: str, variable: Variable) -> str:
    """Return a bound as a value of the variable's datatype, empty if it is none."""
    if variable.datatype == "date":
        # The `format` of a date of CSVW may be another one.
        return text if variable.pattern or _is_date(text) else ""
    if variable.datatype not in _NUMBERS:
        return text
    number = text if _number(text) is not None else text.replace(",", ".") if _DECIMAL_COMMA.fullmatch(text) else ""
    value = _number(number) if number else None
    if value is None or (variable.datatype not in _FRACTIONS and value.is_finite() and value % 1):
        return ""
    return number


def _is_number(text: str) -> bool:
    return _number(text.replace(",", ".")) is not None


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text.removeprefix("+"))
    except InvalidOperation:
        return None
    return None if number.is_nan() else number


def _is_date(text: str) -> bool:
    """Return whether a text is a date of XSD with a year of four digits: `2020-02-29`, `2020-02-29Z`."""
    if not _DATE.fullmatch(text):
        return False
    try:
        date.fromisoformat(text[:10])
    except ValueError:
        return False
    return True


def _is_pattern(pattern: str) -> bool:
    """Return whether a pattern is one of XPath (XSD, CSVW, Frictionless) or of Python."""
    try:
        translate_pattern(pattern)
    except PatternError:
        try:
            re.compile(pattern)
        except re.error:
            return False
    return True


class _Period(NamedTuple):
    origin: Origin
    first: str
    last: str

    def ends_before(self, other: _Period) -> bool:
        # Years, months and days compare as text; an open end overlaps with all that comes after.
        return bool(self.last and other.first and self.last < other.first)

    def __str__(self) -> str:
        return f"{self.first}–{self.last}" if self.first or self.last else "always"


@dataclass(slots=True)
class NamePeriods:
    """The periods of the variables with the same name in a table, which must not overlap (shape S20)."""

    _periods: dict[tuple[str, str, str], list[_Period]] = field(default_factory=dict)

    def find_overlap(self, variable: Variable) -> InputError | None:
        """Return the error of a variable whose name is that of an earlier one at the same time, else None."""
        own = _Period(variable.origin, variable.valid_from, variable.valid_to)
        others = self._periods.setdefault((variable.dataset, variable.table, variable.name), [])
        earlier = next((each for each in others if not (each.ends_before(own) or own.ends_before(each))), None)
        if earlier is None:
            others.append(own)
            return None
        return InputError(
            variable.origin,
            f"the variable '{variable.name}' ({own}) and the one in {earlier.origin} ({earlier}) have the same name at "
            "the same time.",
            "Give them periods that do not overlap (valid_from, valid_to), or different names.",
        )
