"""Records of variables, code lists, and represented and conceptual variables.

A variable is a column of a table. Its conceptual variable is what it measures, without a representation; its
represented variable adds one representation (DDI-CDI, GSIM, ISO/IEC 11179). `begrepp.build.variable_cascade` derives
both from the measured concepts and the value domain. Only sources that declare them, such as RUT or DDI-Lifecycle,
yield `RepresentedVariable` and `ConceptualVariable`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from begrepp.errors import Origin
from begrepp.records.common import Link, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class ListOwner:
    """The dataset or the structure that a code list belongs to; exactly one of the two is set."""

    dataset: str = ""
    structure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodedValue:
    """One value of a code list: the code as used in the data, labels, and links to concepts.

    `number` is the numeric value (decimal) of an ordinal value, if the source states it.
    """

    code: str
    labels: tuple[Text, ...]
    definitions: tuple[Text, ...] = ()
    broader: str = ""
    valid_from: str = ""
    valid_to: str = ""
    number: str = ""
    matches: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeList:
    """The permissible values of one or several variables of a dataset or a structure.

    A list that a publisher issues separately, with editions, is a `Scheme`. `missing` marks a list of sentinel values
    (unknown, not asked, not applicable), which are kept apart from the substantive values. `id` is unique within its
    owner; `loaders.support.code_lists` generates one for lists without a name in the source.
    """

    owner: ListOwner
    id: str
    origin: Origin
    titles: tuple[Text, ...]
    values: tuple[CodedValue, ...]
    missing: bool = False
    identifiers: tuple[str, ...] = ()
    intension: tuple[str, ...] = ()
    """Rules that select further codes, if the source gives rules instead of codes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VariableQuality:
    """A quality measurement of a variable (`dqv:QualityMeasurement`), such as completeness in per cent for a year."""

    metric: str
    value: str
    year: str = ""
    note: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """A column of a dataset: measured concepts, value domain, period and source.

    The value domain is enumerated by `code_list` (a `CodeList` of the dataset), `value_list` (the id of a scheme),
    `value_set` (`id@version`), or described by `datatype`, `minimum`, `maximum`, `pattern` and `unit`.
    `code_systems` and `value_list` are ids of schemes, with an edition if the source names one: `icd-10-se@2025`.
    `unit` is UCUM or a unit name that `begrepp.text.units` knows; others are stored as text and reported.
    `missing_list` is the `CodeList` of sentinel values; `represented` is the id of a `RepresentedVariable`.
    """

    dataset: str
    table: str
    name: str
    origin: Origin
    titles: tuple[Text, ...]
    descriptions: tuple[Text, ...]
    datatype: str
    unit: str = ""
    measures: tuple[Link, ...] = ()
    code_systems: tuple[str, ...] = ()
    value_list: str = ""
    value_set: str = ""
    code_list: str = ""
    missing_list: str = ""
    represented: str = ""
    minimum: str = ""
    maximum: str = ""
    pattern: str = ""
    required: bool | None = None
    multiple: bool = False
    questions: tuple[Text, ...] = ()
    notes: tuple[Text, ...] = ()
    section: tuple[Text, ...] = ()
    condition: str = ""
    calculation: str = ""
    unit_type: str = ""
    order: int | None = None
    property_url: str = ""
    iri: str = ""
    """The publisher's IRI of the column."""
    ni_attribute: str = ""
    """An attribute of an information model, `model@version/attribute` or its IRI."""
    references: tuple[str, ...] = ()
    """Names of other variables of the dataset that the description refers to."""
    quality: tuple[VariableQuality, ...] = ()
    valid_from: str = ""
    valid_to: str = ""
    at_event: str = ""
    linkage_key: str = ""
    part: str = ""
    source: str = ""
    checked: date | None = None
    certainty: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConceptualVariable:
    """A conceptual variable declared by a source: a measured concept and a unit type, without a representation."""

    dataset: str
    id: str
    origin: Origin
    titles: tuple[Text, ...]
    descriptions: tuple[Text, ...] = ()
    measures: tuple[Link, ...] = ()
    unit_type: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RepresentedVariable:
    """A represented variable declared by a source: a conceptual variable (its id) with one representation."""

    dataset: str
    id: str
    conceptual: str
    origin: Origin
    titles: tuple[Text, ...]
    descriptions: tuple[Text, ...] = ()
    datatype: str = ""
    unit: str = ""
    code_list: str = ""
    value_list: str = ""
    value_set: str = ""
