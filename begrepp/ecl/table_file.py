"""File of the tables of one code system for the evaluation of expressions, written with a build or made in memory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

import msgspec
from pyroaring import BitMap

from begrepp.ecl.basic_dates import basic_day
from begrepp.ecl.description_rows import DescriptionCollector
from begrepp.ecl.hierarchy_steps import HierarchySteps
from begrepp.ecl.snomed_system import ROOT, is_snomed
from begrepp.ecl.statement_columns import StatementCollector, changed_on, component_values
from begrepp.ecl.syntax_tree import HierarchyOperator
from begrepp.files import link_or_copy
from begrepp.terminology.interface import CodeSystem
from begrepp.terminology.section_file import SectionFile, SectionWriter, encode_bitmap
from begrepp.terminology.stored_system import StoredSystem
from begrepp.terminology.terminology import Terminology
from begrepp.terminology.terminology_index import FOLDER as TERMINOLOGY

FOLDER = "expressions"
"""Name of the folder in a build; a file has the same name as that of its code system in the folder `terminology`."""


def write_expression_tables(build: Path, previous: Path | None = None) -> None:
    """Write the tables of all code systems of a build.

    Those of code systems whose files are links to `previous`, the folder of an earlier build that the same code wrote,
    are linked too.
    """
    folder = build / FOLDER
    folder.mkdir()
    before = {system.path.name: system for system in Terminology(previous).all_systems()} if previous else {}
    for system in Terminology(build).all_systems():
        earlier = before.get(system.path.name)
        if earlier and earlier.description == system.description and earlier.path.samefile(system.path):
            link_or_copy(_stored_tables(earlier), _stored_tables(system))
        else:
            with SectionWriter(folder / system.description.file) as out:
                _write_tables(out, system)


def tables_file(system: CodeSystem) -> SectionFile:
    """Return the tables of a code system: from its build, or made now where no file has them."""
    if isinstance(system, StoredSystem):
        stored = _stored_tables(system)
        if system.path.parent.name == TERMINOLOGY and stored.exists():
            return SectionFile(stored)
    data = BytesIO()
    with SectionWriter(data) as out:
        _write_tables(out, system)
    return SectionFile(data.getvalue())


def _stored_tables(system: StoredSystem) -> Path:
    return system.path.parent.parent / FOLDER / system.path.name


def _write_tables(out: SectionWriter, system: CodeSystem) -> None:
    """Write statements, descriptions, days, mappings, collections, and the concepts that operators start from."""
    statements = StatementCollector({system.iri(concept): concept for concept in range(len(system))})
    descriptions = DescriptionCollector()
    days: dict[str, int] = {}
    day_of: list[int] = []
    mapped: dict[str, BitMap] = defaultdict(BitMap)
    collections: dict[str, BitMap] = defaultdict(BitMap)
    valued: dict[str, BitMap] = defaultdict(BitMap)
    carried_over = BitMap()
    edition = system.description.edition
    for concept in range(len(system)):
        record = system.record(concept)
        statements.add(concept, record)
        descriptions.add(concept, record)
        day_of.append(days.setdefault(basic_day(changed_on(record)), len(days)))
        for name, value in component_values(record):
            valued[f"{name} {value}"].add(concept)
        for mapping in record.mappings:
            if mapping.source == record.iri and not mapping.negated:
                mapped[mapping.set].add(concept)
        for iri in record.members_of:
            collections[iri].add(concept)
        if edition and concept not in system.active and record.release not in ("", edition):
            carried_over.add(concept)
    statements.write(out)
    descriptions.write(out)
    out.section("days", msgspec.msgpack.encode([*days]))
    out.array("day", day_of)
    _write_sets(out, "mapped", mapped)
    _write_sets(out, "collections", collections)
    _write_sets(out, "valued", valued)
    out.section("carried_over", encode_bitmap(carried_over))
    root = system.index(ROOT) if is_snomed(system) else None
    start = system.active if root is None else BitMap([root])
    steps = HierarchySteps(system, carried_over)
    out.section("everything", encode_bitmap(steps.apply(HierarchyOperator.DESCENDANT_OR_SELF_OF, start)))


def _write_sets(out: SectionWriter, name: str, sets: Mapping[str, BitMap]) -> None:
    out.section(name, msgspec.msgpack.encode({iri: encode_bitmap(found) for iri, found in sets.items()}))
