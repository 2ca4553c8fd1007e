"""Relations, mappings and further statements of the concepts of one code system, as columns for counting.

Group numbers: a code system without role groups has one group per concept, with all its statements, so that braces hold
all of them. A system with role groups has its own; each ungrouped statement is a group of its own (as in Snomed CT).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt
from cachetools import LRUCache

from begrepp.ecl.concept_sets import Integers, Mask
from begrepp.rdf.namespaces import CONSIDER, expand
from begrepp.terminology.concept_record import ConceptRecord
from begrepp.terminology.interface import CodeSystem


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementColumn:
    """Statements with one attribute: subject, group and value of each."""

    subjects: Integers
    groups: Integers
    values: Integers


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeColumns:
    """Statements of one attribute: to concepts of the system, to other things by IRI, and with literals."""

    concepts: StatementColumn
    things: StatementColumn
    iris: tuple[str, ...]
    texts: StatementColumn
    literals: tuple[str, ...]


@dataclass(slots=True)
class _Rows:
    subjects: list[int] = field(default_factory=list)
    groups: list[int] = field(default_factory=list)
    values: list[int] = field(default_factory=list)

    def add(self, subject: int, group: int, value: int) -> None:
        self.subjects.append(subject)
        self.groups.append(group)
        self.values.append(value)

    def column(self) -> StatementColumn:
        subjects, groups, values = (
            np.array(each, dtype=np.uint32) for each in (self.subjects, self.groups, self.values)
        )
        return StatementColumn(subjects=subjects, groups=groups, values=values)


@dataclass(slots=True)
class _Draft:
    concepts: _Rows = field(default_factory=_Rows)
    things: _Rows = field(default_factory=_Rows)
    texts: _Rows = field(default_factory=_Rows)
    numbers: dict[str, int] = field(default_factory=dict)

    def number(self, value: str) -> int:
        return self.numbers.setdefault(value, len(self.numbers))


class StatementTable:
    """The statements of a code system. `attributes` maps the IRI of an attribute to its statements."""

    def __init__(self, system: CodeSystem) -> None:
        self._system = system
        self._numbers: LRUCache[tuple[int, CodeSystem], npt.NDArray[np.int64]] = LRUCache(256)
        self.grouped = False
        self.owners: Integers = np.arange(len(system), dtype=np.uint32)
        """The concept of each group."""
        self.attributes: Mapping[str, AttributeColumns] = self._read()

    def numbers_in(self, system: CodeSystem, columns: AttributeColumns) -> npt.NDArray[np.int64]:
        """Return for each of the things of an attribute its number in another code system, or -1."""
        key = (id(columns), system)
        if key not in self._numbers:
            found = (system.index_of_iri(iri) for iri in columns.iris)
            self._numbers[key] = np.array([-1 if number is None else number for number in found], dtype=np.int64)
        return self._numbers[key]

    @cached_property
    def occupied(self) -> Mask:
        """The groups that have a statement, as a mask."""
        mask = np.zeros(len(self.owners), dtype=np.bool_)
        for columns in self.attributes.values():
            for column in (columns.concepts, columns.things, columns.texts):
                mask[column.groups] = True
        return mask

    def _read(self) -> dict[str, AttributeColumns]:
        system, hierarchy = self._system, self._system.hierarchy
        drafts: dict[str, _Draft] = defaultdict(_Draft)
        groups_of = [hierarchy.groups(concept) for concept in range(len(system))]
        self.grouped = any(len(groups) > 1 for groups in groups_of)
        owners: list[int] = []
        for concept, groups in enumerate(groups_of):
            for pairs in groups:
                for attribute, target in pairs:
                    drafts[attribute].concepts.add(concept, len(owners) if self.grouped else concept, target)
                owners.append(concept)
        relations = {*hierarchy.relation_types()}
        for concept in range(len(system)):
            for attribute, value, is_iri in dict.fromkeys(statements(system.record(concept))):
                own = system.index_of_iri(value) if is_iri else None
                if own is not None and attribute in relations:
                    continue
                group = len(owners) if self.grouped else concept
                owners.append(concept)
                draft = drafts[attribute]
                if own is not None:
                    draft.concepts.add(concept, group, own)
                else:
                    (draft.things if is_iri else draft.texts).add(concept, group, draft.number(value))
        if self.grouped:
            self.owners = np.array(owners, dtype=np.uint32)
        return {attribute: _columns(draft) for attribute, draft in drafts.items()}


def _columns(draft: _Draft) -> AttributeColumns:
    values = tuple(draft.numbers)
    return AttributeColumns(
        concepts=draft.concepts.column(),
        things=draft.things.column(),
        iris=values if draft.things.values else (),
        texts=draft.texts.column(),
        literals=values if draft.texts.values else (),
    )


_LINKS = {
    "dct:isReplacedBy": "successors",
    "dct:replaces": "predecessors",
    "skos:related": "related",
}


def statements(record: ConceptRecord) -> Iterable[tuple[str, str, bool]]:
    """Yield attribute IRI, value and whether it is an IRI, of each statement of a record that ECL can ask for."""
    for each in record.properties:
        yield each.property, each.value, each.is_iri
    for name, links in _LINKS.items():
        for iri in getattr(record, links):
            yield expand(name), iri, True
    for iri in record.suggested:
        yield CONSIDER, iri, True
    pair = "begrepp:etiologyOf" if record.marker == "dagger" else "begrepp:manifestationOf"
    for iri in record.states_pair_with:
        yield expand(pair), iri, True
    for mapping in record.mappings:
        if not mapping.negated and mapping.source == record.iri:
            yield mapping.predicate, mapping.target, True
