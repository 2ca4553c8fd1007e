"""Records of a DDI study, common to Codebook and Lifecycle."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from begrepp.errors import Origin
from begrepp.records import CodedValue, Text

_DAY = re.compile(r"\d{4}(-\d\d(-\d\d)?)?")


class ValueDomain(NamedTuple):
    """The values that a variable takes: a datatype of CSVW, a unit, inclusive bounds, a regular expression."""

    datatype: str = "string"
    unit: str = ""
    minimum: str = ""
    maximum: str = ""
    pattern: str = ""


@dataclass(slots=True, kw_only=True)
class DdiTable:
    """A data file (Codebook) or logical record (Lifecycle)."""

    id: str
    titles: tuple[Text, ...]
    descriptions: tuple[Text, ...] = ()
    records: int | None = None
    groups: dict[str, str] = field(default_factory=dict)
    """Labels of the record types of a hierarchical file."""


@dataclass(slots=True, kw_only=True)
class DdiVariable:
    """A variable; `concepts` are tuples of vocabulary name, vocabulary URI, and code or text."""

    id: str
    name: str
    origin: Origin
    tables: tuple[str, ...]
    titles: tuple[Text, ...]
    language: str
    descriptions: tuple[Text, ...] = ()
    questions: tuple[Text, ...] = ()
    notes: tuple[Text, ...] = ()
    universe: tuple[Text, ...] = ()
    concepts: tuple[tuple[str, str, str], ...] = ()
    record_types: tuple[str, ...] = ()
    domain: ValueDomain
    values: tuple[CodedValue, ...] = ()
    missing: tuple[CodedValue, ...] = ()
    list_id: str = ""
    list_titles: tuple[Text, ...] = ()
    standard: tuple[str, ...] = ()
    groups: tuple[tuple[Text, ...], ...] = ()
    """Labels of the groups of variables that it belongs to."""
    represented: str = ""
    calculation: str = ""
    derived_from: tuple[str, ...] = ()
    """Ids of the variables that it is derived from."""


@dataclass(slots=True, kw_only=True)
class CascadeVariable:
    """A represented variable, with the id of its conceptual variable (`conceptual`), or a conceptual variable."""

    id: str
    origin: Origin
    titles: tuple[Text, ...]
    descriptions: tuple[Text, ...] = ()
    conceptual: str = ""
    concepts: tuple[tuple[str, str, str], ...] = ()
    unit_type: str = ""
    domain: ValueDomain
    list_id: str = ""
    list_titles: tuple[Text, ...] = ()
    values: tuple[CodedValue, ...] = ()


@dataclass(slots=True, kw_only=True)
class DdiStudy:
    """A study: description, period, tables and variables."""

    origin: Origin
    titles: tuple[Text, ...]
    descriptions: tuple[Text, ...] = ()
    identifiers: tuple[str, ...] = ()
    publisher: str = ""
    keywords: tuple[Text, ...] = ()
    period: tuple[str, str] = ("", "")
    universe: tuple[Text, ...] = ()
    tables: list[DdiTable] = field(default_factory=list)
    variables: list[DdiVariable] = field(default_factory=list)
    represented: list[CascadeVariable] = field(default_factory=list)
    conceptual: list[CascadeVariable] = field(default_factory=list)
    unresolved: list[tuple[Origin, str]] = field(default_factory=list)


def leading_date(text: str) -> str:
    """Return the year, month or day at the start of a text, or an empty string."""
    match = _DAY.match(text.strip())
    return match[0] if match else ""
