"""Records of structures (FHIR, openEHR, ODM) and information models, and of their elements.

An element shows where a standard records a concept, as a variable shows where a register does.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from begrepp.errors import Origin
from begrepp.records.common import Agent, Link, Redistribution, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure:
    """One version of a FHIR profile or questionnaire, an openEHR archetype or template, an ODM form or a model.

    An information model (`is_model`) consists of classes and attributes. `specification` identifies the structure in
    its standard: the canonical URL, the archetype id or the study OID. `kind` is the standard's term for it:
    `StructureDefinition`, `archetype`, `web template`, `ODM`.
    """

    id: str
    version: str
    origin: Origin
    titles: tuple[Text, ...]
    kind: str
    publisher: Agent
    licence: str
    valid_from: date
    redistribution: Redistribution
    specification: str
    descriptions: tuple[Text, ...] = ()
    identifiers: tuple[str, ...] = ()
    is_model: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """An element of a structure: its path in the standard's notation, measured concepts and value domain.

    In an information model a path without a dot is a class (`Aktivitet`), one with a dot an attribute
    (`Aktivitet.kod`). `datatype` is the standard's own name (`CodeableConcept`, `DV_CODED_TEXT`, `CD.CV`).
    `code_systems`, `value_list` and `value_set` are as for a variable; `code_list` names a `CodeList` of the
    structure; `bindings` are IRIs of value sets outside begrepp, `strength` is the binding strength.
    """

    structure: str
    path: str
    origin: Origin
    titles: tuple[Text, ...]
    descriptions: tuple[Text, ...] = ()
    parent: str = ""
    datatype: str = ""
    min_card: str = ""
    max_card: str = ""
    unit: str = ""
    measures: tuple[Link, ...] = ()
    code_systems: tuple[str, ...] = ()
    value_list: str = ""
    value_set: str = ""
    code_list: str = ""
    bindings: tuple[str, ...] = ()
    strength: str = ""
    notes: tuple[Text, ...] = ()
    source: str = ""
    checked: date | None = None
