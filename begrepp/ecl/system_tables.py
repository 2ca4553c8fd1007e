"""Tables of a code system for the evaluation of expressions; the files of a few systems are kept open."""

from __future__ import annotations

from functools import cached_property
from threading import Lock

import msgspec
from cachetools import LRUCache
from pyroaring import BitMap

from begrepp.ecl.concept_sets import Integers
from begrepp.ecl.description_index import DescriptionIndex
from begrepp.ecl.hierarchy_steps import HierarchySteps
from begrepp.ecl.statement_table import StatementTable, integers_of
from begrepp.ecl.table_file import tables_file
from begrepp.terminology.interface import CodeSystem
from begrepp.terminology.section_file import SectionFile, decode_bitmap


class SystemTables:
    """The tables of a code system; bitmaps must not be changed."""

    def __init__(self, system: CodeSystem) -> None:
        self._system = system

    @cached_property
    def _file(self) -> SectionFile:
        return tables_file(self._system)

    @cached_property
    def steps(self) -> HierarchySteps:
        """The operators on the hierarchy."""
        return HierarchySteps(self._system, self._file.bitmap("carried_over"))

    @cached_property
    def everything(self) -> BitMap:
        """The concepts of `*`: active ones and what is below them; of Snomed CT, its root and what is below."""
        return self._file.bitmap("everything")

    @cached_property
    def statements(self) -> StatementTable:
        """Relations, mappings and further statements."""
        return StatementTable(self._file, len(self._system))

    @cached_property
    def days(self) -> tuple[list[str], Integers]:
        """The days from which concepts are valid (YYYYMMDD, or empty), and the number of its day for each concept."""
        return msgspec.msgpack.decode(self._file.section("days"), type=list[str]), integers_of(self._file, "day")

    @cached_property
    def mapped(self) -> dict[str, BitMap]:
        """The concepts that have a mapping in a set, by the IRI of the set."""
        return self._sets("mapped")

    @cached_property
    def collections(self) -> dict[str, BitMap]:
        """The members of levels and other collections by IRI."""
        return self._sets("collections")

    @cached_property
    def valued(self) -> dict[tuple[str, str], BitMap]:
        """The concepts by property that filters ask for, in small letters, and its value."""
        return {
            (name, value): found
            for key, found in self._sets("valued").items()
            for name, _, value in (key.partition(" "),)
        }

    def _sets(self, name: str) -> dict[str, BitMap]:
        encoded = msgspec.msgpack.decode(self._file.section(name), type=dict[str, bytes])
        return {iri: decode_bitmap(memoryview(found)) for iri, found in encoded.items()}

    @cached_property
    def descriptions(self) -> DescriptionIndex:
        """Names and definitions."""
        return DescriptionIndex(self._file)


MOST_SYSTEMS = 24
_TABLES: LRUCache[CodeSystem, SystemTables] = LRUCache(MOST_SYSTEMS)
_LOCK = Lock()


def tables_of(system: CodeSystem) -> SystemTables:
    """Return the derived tables of a code system; those of the systems used last are kept."""
    with _LOCK:
        if system not in _TABLES:
            _TABLES[system] = SystemTables(system)
        return _TABLES[system]
