"""Technical structures and their elements (FHIR, openEHR, ODM), and information models with classes and attributes.

They tell where a concept is recorded in a standard, as variables tell where it is recorded in a register.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from begrepp.errors import Origin
from begrepp.records.common import Agent, Link, Redistribution, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure:
    """A structure in one version: a FHIR profile or questionnaire, an openEHR archetype or template, an ODM form,
    or an information model (`is_model`), whose parts are classes and attributes.

    `specification` is the address that its elements conform to: the canonical URL, the archetype id, the study OID.
    `kind` says in the standard's word what it is: `StructureDefinition`, `archetype`, `web template`, `ODM`.
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
    """A place in a structure: its path as the standard writes it, what it measures and which values it takes.

    In an information model a path without a dot is a class (`Aktivitet`), one with a dot an attribute
    (`Aktivitet.kod`). `datatype` is the standard's own word (`CodeableConcept`, `DV_CODED_TEXT`, `CD.CV`).
    `code_systems`, `value_list` and `value_set` are as for a variable; `code_list` names a `CodeList` of the
    structure; `bindings` are the addresses of value sets that begrepp does not hold, `strength` how they bind.
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
