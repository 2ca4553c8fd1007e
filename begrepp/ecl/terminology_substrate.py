"""The terminology of a build as the surroundings of an expression: code systems, levels, value sets and mapping sets.

A set is named by the last part of its IRI (`kategori`, `onkologi`), of a value set the one before its version, or by an
IRI or identifier in quotation marks. A reference set of Snomed CT is named by the code of its concept.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import chain
from urllib.parse import unquote

from pyroaring import BitMap

from begrepp.ecl.basic_dates import basic_day
from begrepp.ecl.concept_sets import SystemSets
from begrepp.ecl.substrate import MemberRow, MemberSet
from begrepp.ecl.system_tables import tables_of
from begrepp.rdf.namespaces import local_name
from begrepp.terminology.concept_record import ConceptMapping
from begrepp.terminology.interface import CodeSystem, ValueSetExpansion
from begrepp.terminology.terminology import Terminology

_VALUE_SET = re.compile(r"/vs/([^/]+)/[^/]+$")


class TerminologySubstrate:
    """The surroundings of expressions on one code system; `as_of` chooses the editions of the others."""

    def __init__(self, terminology: Terminology, system: CodeSystem, as_of: date | None = None) -> None:
        self._terminology, self._system, self._as_of = terminology, system, as_of

    def system(self, alias: str) -> CodeSystem | None:
        """Return the code system with an id, in any case, or another identifier; the own one in its edition."""
        found = self._terminology.scheme(alias, as_of=self._as_of)
        found = found or self._terminology.scheme(alias.lower(), as_of=self._as_of)
        return self._system if found and found.description.id == self._system.description.id else found

    def locate(self, iri: str) -> tuple[CodeSystem, int] | None:
        """Return code system and number of a concept of the current view."""
        return self._terminology.locate(iri)

    def set_named(self, name: str) -> MemberSet | None:
        """Return a level, value set or mapping set by its name or IRI."""
        if (own := self._own_sets.get(name) or self._own_sets.get(name.lower())) is not None:
            return own
        found = self._terminology.value_set(name)
        if found is None:
            found = next((each for each in self._terminology.value_sets() if _set_name(each.iri) == name), None)
        return ExpandedSet(found, self._system) if found else None

    def sets(self) -> Sequence[MemberSet]:
        """Return all levels and mapping sets of the code system, and all value sets; a map is one set."""
        own = {each.iri: each for each in self._own_sets.values()}
        value_sets = self._terminology.value_sets()
        for each in value_sets:
            own.pop(each.description.mapping_set, None)
        return [*own.values(), *(ExpandedSet(each, self._system) for each in value_sets)]

    @cached_property
    def _own_sets(self) -> dict[str, MemberSet]:
        """The sets of the code system by name in small letters and by IRI; a level comes before a mapping set."""
        tables = tables_of(self._system)
        mapped: list[MemberSet] = [
            MappingRows(iri, self._system, found) for iri, found in sorted(tables.mapped.items()) if iri
        ]
        # A value set is a collection too, and may have members of other code systems.
        value_sets = {each.iri for each in self._terminology.value_sets()}
        levels: list[MemberSet] = [
            SystemLevel(iri, self._system, found)
            for iri, found in sorted(tables.collections.items())
            if iri not in value_sets
        ]
        return {key: each for each in (*mapped, *levels) for key in (each.name.lower(), each.iri)}


@dataclass(frozen=True)
class SystemLevel:
    """A level or another collection of a code system."""

    iri: str
    system: CodeSystem
    concepts: BitMap
    identifiers: Sequence[str] = ()

    @property
    def name(self) -> str:
        """The last part of the IRI."""
        return _set_name(self.iri)

    def members(self, system: CodeSystem) -> SystemSets:
        """Return the members."""
        return SystemSets({self.system: self.concepts})

    def rows(self) -> Iterable[MemberRow]:
        """Yield a row for each member."""
        return (MemberRow(iri=self.system.iri(concept)) for concept in self.concepts)


@dataclass(frozen=True)
class ExpandedSet:
    """A value set of the build, with members of one or several code systems; `system` is that of the expression."""

    expansion: ValueSetExpansion
    system: CodeSystem

    @property
    def iri(self) -> str:
        """The IRI of the value set."""
        return self.expansion.iri

    @property
    def identifiers(self) -> Sequence[str]:
        """The other identifiers of the value set."""
        return self.expansion.description.identifiers

    @property
    def name(self) -> str:
        """The last part of the IRI."""
        return _set_name(self.iri)

    def members(self, system: CodeSystem) -> SystemSets:
        """Return the members; those of another edition of `system` are found in it by their IRIs."""
        parts: dict[CodeSystem, BitMap] = defaultdict(BitMap)
        for own in self.expansion.systems():
            bitmap = self.expansion.members(own)
            if own is system or own.description.id != system.description.id:
                parts[own] = parts[own] | bitmap
            else:
                numbers = (system.index_of_iri(own.iri(each)) for each in bitmap)
                parts[system] = parts[system] | BitMap(number for number in numbers if number is not None)
        return SystemSets(parts)

    def rows(self) -> Iterable[MemberRow]:
        """Yield the mappings of a map, the associations of an association reference set, and a row for other members.

        Rows that are not active come last; they state their member only.
        """
        with_fields: set[str] = set()
        for row in chain(self._mappings(), self._associations()):
            with_fields.add(row.iri)
            yield row
        for system in self.expansion.systems():
            members = (system.iri(concept) for concept in self.expansion.members(system))
            yield from (MemberRow(iri=iri) for iri in members if iri not in with_fields)
        for system, former in self.expansion.former_members():
            yield from (MemberRow(iri=system.iri(concept), active=False) for concept in former)

    def _mappings(self) -> Iterable[MemberRow]:
        mapped = tables_of(self.system).mapped
        iri = self.expansion.description.mapping_set
        return MappingRows(iri, self.system, mapped[iri]).rows() if iri in mapped else ()

    def _associations(self) -> Iterable[MemberRow]:
        """Yield the statements of concepts with one of the identifiers as their attribute."""
        attributes = tables_of(self.system).statements.attributes
        for columns in (attributes[each] for each in self.identifiers if each in attributes):
            for subject, value in zip(columns.concepts.subjects, columns.concepts.values, strict=True):
                yield _association(self.system.iri(int(subject)), self.system.iri(int(value)))
            for subject, value in zip(columns.things.subjects, columns.things.values, strict=True):
                yield _association(self.system.iri(int(subject)), columns.iris[value])


@dataclass(frozen=True)
class MappingRows:
    """The mappings of one set from the concepts of a code system, as rows with the fields of a map of Snomed CT."""

    iri: str
    system: CodeSystem
    concepts: BitMap
    identifiers: Sequence[str] = ()

    @property
    def name(self) -> str:
        """The last part of the IRI."""
        return _set_name(self.iri)

    def members(self, system: CodeSystem) -> SystemSets:
        """Return the concepts that are mapped."""
        return SystemSets({self.system: self.concepts})

    def rows(self) -> Iterable[MemberRow]:
        """Yield a row for each mapping."""
        for each in self._mappings():
            yield MemberRow(
                iri=each.source,
                fields=_fields(each),
                links={"mapTarget": each.target, "targetComponentId": each.target},
                time=basic_day(each.date),
            )

    def _mappings(self) -> Iterable[ConceptMapping]:
        for concept in self.concepts:
            record = self.system.record(concept)
            for each in record.mappings:
                if each.set == self.iri and each.source == record.iri and not each.negated:
                    yield each


def _set_name(iri: str) -> str:
    """Return the last part of the IRI of a set, of a value set (`vs/lung-sites/2026`) the one before its version."""
    value_set = _VALUE_SET.search(iri)
    return unquote(value_set[1]) if value_set else local_name(iri)


def _association(source: str, target: str) -> MemberRow:
    fields = {"targetComponentId": local_name(target)}
    return MemberRow(iri=source, fields=fields, links={"targetComponentId": target})


def _fields(mapping: ConceptMapping) -> Mapping[str, str]:
    return {
        "mapTarget": local_name(mapping.target),
        "mapGroup": mapping.group,
        "mapPriority": mapping.priority,
        "mapRule": mapping.rule,
        "mapAdvice": mapping.advice,
        "predicate": local_name(mapping.predicate),
    }
