"""Mappings between concepts, in sets of one author and one purpose, and value sets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from begrepp.errors import Origin
from begrepp.records.common import Agent, Redistribution, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingSet:
    """Mappings from one author and one purpose (`sssom:MappingSet`)."""

    id: str
    version: str
    titles: tuple[Text, ...]
    licence: str
    publisher: Agent
    valid_from: date
    redistribution: Redistribution
    iri: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """One asserted (or denied) match between two concepts, with why and how sure.

    `subject` and `object` are IRIs or `scheme:notation`; `predicate` and `justification` are IRIs.
    `map_group`, `map_priority`, `map_rule` and `map_advice` are those of Snomed CT's map reference sets
    (https://confluence.ihtsdotools.org/display/DOCRELFMT, "Complex and Extended Map Reference Sets").
    """

    mapping_set: str
    origin: Origin
    subject: str
    predicate: str
    object: str
    justification: str
    negated: bool = False
    confidence: float | None = None
    authors: tuple[str, ...] = ()
    author_iris: tuple[str, ...] = ()
    tool: str = ""
    mapped_on: date | None = None
    comment: Text | None = None
    """Its language is empty where the source does not say it."""
    see_also: tuple[str, ...] = ()
    subject_version: str = ""
    object_version: str = ""
    map_group: int | None = None
    map_priority: int | None = None
    map_rule: str = ""
    map_advice: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueSet:
    """Concepts chosen for a purpose, from one scheme or several (`begrepp:ValueSet`); it is kept with a release.

    `members` are IRIs or `scheme:notation`; `intension` is the rule that chooses them, where one is given.
    `scheme` names the release that it is kept with.
    """

    scheme: str
    id: str
    version: str
    origin: Origin
    titles: tuple[Text, ...]
    descriptions: tuple[Text, ...] = ()
    identifiers: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    intension: tuple[str, ...] = ()


UNREVIEWED = "suggested by begrepp, not reviewed"
"""What stands in `other` in the head of a set of suggestions."""
