"""Relations, mappings and further statements of the concepts of one code system, as columns for counting.

Group numbers: a code system without role groups has one group per concept, with all its statements, so that braces hold
all of them. A system with role groups has its own; each ungrouped statement is a group of its own (as in Snomed CT).
A statement that is in two groups is two statements.
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

    def column(self, *, grouped: bool) -> StatementColumn:
        numbers = self.groups if grouped else self.subjects
        subjects, groups, values = (np.array(each, dtype=np.uint32) for each in (self.subjects, numbers, self.values))
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
        drafts: dict[str, _Draft] = defaultdict(_Draft)
        owners: list[int] = []
        for concept in range(len(self._system)):
            record = self._system.record(concept)
            self.grouped = self.grouped or bool(record.role_groups)
            for group in statement_groups(record):
                for attribute, value, is_iri in group:
                    draft = drafts[attribute]
                    own = self._system.index_of_iri(value) if is_iri else None
                    if own is not None:
                        draft.concepts.add(concept, len(owners), own)
                    else:
                        (draft.things if is_iri else draft.texts).add(concept, len(owners), draft.number(value))
                owners.append(concept)
        if self.grouped:
            self.owners = np.array(owners, dtype=np.uint32)
        return {attribute: _columns(draft, grouped=self.grouped) for attribute, draft in drafts.items()}


def _columns(draft: _Draft, *, grouped: bool) -> AttributeColumns:
    values = tuple(draft.numbers)
    return AttributeColumns(
        concepts=draft.concepts.column(grouped=grouped),
        things=draft.things.column(grouped=grouped),
        iris=values if draft.things.values else (),
        texts=draft.texts.column(grouped=grouped),
        literals=values if draft.texts.values else (),
    )


_LINKS = {
    "dct:isReplacedBy": "successors",
    "dct:replaces": "predecessors",
    "skos:related": "related",
}


def statement_groups(record: ConceptRecord) -> Iterable[Iterable[tuple[str, str, bool]]]:
    """Yield the statements that ECL can ask for by group; one in no role group is a group of its own.

    A statement is attribute IRI, value and whether the value is an IRI.
    """
    properties = [(each.property, each.value, each.is_iri) for each in record.properties]
    for group in record.role_groups:
        yield dict.fromkeys(properties[place] for place in group.places)
    grouped = {properties[place] for group in record.role_groups for place in group.places}
    for each in dict.fromkeys((*properties, *_links(record))):
        if each not in grouped:
            yield (each,)


def _links(record: ConceptRecord) -> Iterable[tuple[str, str, bool]]:
    """Yield the statements that fields of the record hold."""
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
