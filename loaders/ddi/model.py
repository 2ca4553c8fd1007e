"""A study as DDI describes it, whichever of its versions: files, variables, and the cascade above them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from begrepp.errors import Origin
from begrepp.records import CodedValue, Text

_DAY = re.compile(r"\d{4}(-\d\d(-\d\d)?)?")


class ValueDomain(NamedTuple):
    """Which values a variable takes: a datatype of CSVW, a unit, bounds."""

    datatype: str = "string"
    unit: str = ""
    minimum: str = ""
    maximum: str = ""


@dataclass(slots=True, kw_only=True)
class DdiTable:
    """A data file, or a logical record."""

    id: str
    titles: tuple[Text, ...]
    descriptions: tuple[Text, ...] = ()
    records: int | None = None
    groups: dict[str, str] = field(default_factory=dict)
    """Types of record in a hierarchical file, with their labels."""


@dataclass(slots=True, kw_only=True)
class DdiVariable:
    """A variable; `concepts` are vocabulary, its address and the concept's words or code."""

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
    represented: str = ""


@dataclass(slots=True, kw_only=True)
class CascadeVariable:
    """A represented variable with its conceptual variable (`conceptual`), or a conceptual variable."""

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
    """A study, with what it is about and which years it covers."""

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


def leading_date(words: str) -> str:
    """A year, a month or a day as it begins the words, or nothing."""
    match = _DAY.match(words.strip())
    return match[0] if match else ""
