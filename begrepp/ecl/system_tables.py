"""Tables derived from one code system for the evaluation of expressions, each made at its first use and kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from threading import Lock

import numpy as np
from cachetools import LRUCache
from pyroaring import BitMap

from begrepp.ecl.concept_sets import Integers
from begrepp.ecl.description_filters import basic_day
from begrepp.ecl.description_index import DescriptionIndex, is_snomed
from begrepp.ecl.hierarchy_steps import HierarchySteps
from begrepp.ecl.statement_table import StatementTable
from begrepp.ecl.syntax_tree import HierarchyOperator
from begrepp.terminology.concept_record import ConceptMapping, ConceptRecord
from begrepp.terminology.interface import CodeSystem


class SystemTables:
    """The derived tables of a code system."""

    def __init__(self, system: CodeSystem) -> None:
        self._system = system

    @cached_property
    def steps(self) -> HierarchySteps:
        """The operators on the hierarchy."""
        return HierarchySteps(self._system)

    @cached_property
    def everything(self) -> BitMap:
        """The concepts of `*`: active ones and what is below them; of Snomed CT, its root and what is below."""
        root = self._system.index(_SNOMED_ROOT) if is_snomed(self._system) else None
        start = self._system.active if root is None else BitMap([root])
        return self.steps.apply(HierarchyOperator.DESCENDANT_OR_SELF_OF, start)

    @cached_property
    def statements(self) -> StatementTable:
        """Relations, mappings and further statements."""
        return StatementTable(self._system)

    @cached_property
    def days(self) -> tuple[list[str], Integers]:
        """The days from which concepts are valid (YYYYMMDD, or empty), and the number of its day for each concept."""
        numbers: dict[str, int] = {}
        found = [numbers.setdefault(basic_day(record.valid_from), len(numbers)) for record in self._records()]
        return [*numbers], np.array(found, dtype=np.uint32)

    @cached_property
    def mappings(self) -> dict[str, list[tuple[int, ConceptMapping]]]:
        """The mappings from concepts of the system by the IRI of their set, each with the number of its concept."""
        found: dict[str, list[tuple[int, ConceptMapping]]] = defaultdict(list)
        for number, record in enumerate(self._records()):
            for mapping in record.mappings:
                if mapping.source == record.iri and not mapping.negated:
                    found[mapping.set].append((number, mapping))
        return dict(found)

    @cached_property
    def collections(self) -> dict[str, BitMap]:
        """The members of levels and other collections by IRI."""
        found: dict[str, BitMap] = defaultdict(BitMap)
        for number, record in enumerate(self._records()):
            for iri in record.members_of:
                found[iri].add(number)
        return dict(found)

    def _records(self) -> Iterator[ConceptRecord]:
        return (self._system.record(concept) for concept in range(len(self._system)))

    @cached_property
    def descriptions(self) -> DescriptionIndex:
        """Names and definitions."""
        return DescriptionIndex(self._system)


_SNOMED_ROOT = "138875005"
MOST_SYSTEMS = 24
_TABLES: LRUCache[CodeSystem, SystemTables] = LRUCache(MOST_SYSTEMS)
_LOCK = Lock()


def tables_of(system: CodeSystem) -> SystemTables:
    """Return the derived tables of a code system; those of the systems used last are kept."""
    with _LOCK:
        if system not in _TABLES:
            _TABLES[system] = SystemTables(system)
        return _TABLES[system]
