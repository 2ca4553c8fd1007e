"""Variables as a dictionary lists them, the lists that their values come from, and the cascade above them.

A variable is a column of a table. What it measures, whatever the way of expression, is its conceptual variable;
the same together with one way of expression is its represented variable (DDI-CDI, GSIM, ISO/IEC 11179).
`begrepp.build.variable_cascade` derives both from what is measured and the values; only a source that states
them itself, such as RUT or DDI-Lifecycle, yields `RepresentedVariable` and `ConceptualVariable`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from begrepp.errors import Origin
from begrepp.records.common import Link, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class ListOwner:
    """What a list or a part belongs to: a dataset or a structure, one of them."""

    dataset: str = ""
    structure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodedValue:
    """One value of a list: the code as it stands in the data, its words, and the concepts it stands for.

    `number` is what an ordinal value counts as (a decimal number), where the source says it.
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
    """The values that one or several variables of a dataset or a structure may take, as its dictionary lists them.

    A list that a publisher issues on its own, with editions, is a `Scheme`. `missing` marks a list of codes that
    stand for no value (unknown, not asked, not applicable): they are kept apart from the values.
    `id` is unique within its home; `loaders.support.code_lists` finds one for lists that the source leaves unnamed.
    """

    home: ListOwner
    id: str
    origin: Origin
    titles: tuple[Text, ...]
    values: tuple[CodedValue, ...]
    missing: bool = False
    identifiers: tuple[str, ...] = ()
    intension: tuple[str, ...] = ()
    """Rules that choose further codes, where the source gives rules instead of codes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VariableQuality:
    """A measured quality of a variable (`dqv:QualityMeasurement`), such as completeness in per cent for a year."""

    metric: str
    value: str
    year: str = ""
    note: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """A column of a dataset: what it measures, coded in what, for which years.

    The value domain is enumerated by `code_list` (a `CodeList` of the dataset), `value_list` (the id of a scheme),
    `value_set` (`id@version`) or described by `datatype`, `minimum`, `maximum`, `pattern` and `unit`.
    `code_systems` and `value_list` are ids of schemes, with a release where the source names one: `icd-10-se@2025`.
    `unit` is UCUM or a publisher's words that `begrepp.text.units` knows; other words are kept as text and reported.
    `missing_list` is the `CodeList` of codes for no value. `concept_of` names a `RepresentedVariable` of the source.
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
    """The publisher's own address of the column, in RDF."""
    ni_attribute: str = ""
    """An attribute of an information model, `model@version/attribute` or its address."""
    references: tuple[str, ...] = ()
    """Other variables of the dataset that the description points to, by name."""
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
    """What is recorded about what kind of unit, whatever the way of expression, as a source states it."""

    dataset: str
    id: str
    origin: Origin
    titles: tuple[Text, ...]
    descriptions: tuple[Text, ...] = ()
    measures: tuple[Link, ...] = ()
    unit_type: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RepresentedVariable:
    """A conceptual variable (`conceptual`, by its id) with one way of expression, as a source states it."""

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
