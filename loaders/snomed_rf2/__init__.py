"""Snomed CT from RF2 release packages, international or Swedish.

Requires all packages unpacked together: the international edition and the extension. Reads the folder Snapshot, or,
if there is only Full, the state on the first day of the edition. The Swedish preferred term is the one that the
Swedish language reference set prefers, independent of the description's language code. Attributes become triples
with the attribute's IRI; a relationship group from 1 is also a resource of its own with the attributes that it
holds. An attribute that a release states both in a group and in none counts as grouped only. The row of a concept
gives the day of its last change, its module and its definition status. Simple, association and map
reference sets become value sets, with the concepts of their inactive rows as former members.
https://confluence.ihtsdotools.org/display/DOCRELFMT

Rows are joined in a temporary database (`begrepp.sources.bulk_tables`), so that memory use is constant.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from begrepp.records import (
    Agent,
    Coverage,
    Edition,
    EditionFiles,
    Record,
    Redistribution,
    Source,
    texts,
)
from begrepp.sources.bulk_tables import temporary_database
from begrepp.sources.editions import coverage, valid_from
from begrepp.sources.meter import current_meter
from loaders.snomed_rf2.concepts import read_concepts
from loaders.snomed_rf2.mappings import read_mappings
from loaders.snomed_rf2.reference_sets import read_reference_sets
from loaders.snomed_rf2.release_files import Rf2File, choose_files, is_map
from loaders.snomed_rf2.release_tables import add_map_members, fill_tables
from loaders.snomed_rf2.row_checks import check_cycles, remove_dangling_parents
from loaders.snomed_rf2.scheme import LICENCE, SCHEME
from loaders.support.agencies import SNOMED_INTERNATIONAL, classifications_publisher

SOURCE = Source(
    id="snomed_rf2",
    title="Snomed CT",
    publisher=SNOMED_INTERNATIONAL,
    licence=LICENCE,
    redistribution=Redistribution.NOT_ALLOWED,
    homepage="https://www.snomed.org/get-snomed",
    reads="unpacked RF2 release packages: the folder Snapshot (or Full), international and extension together",
    schemes=(SCHEME,),
)


def load(edition: EditionFiles) -> Iterator[Record]:
    """Yield the scheme, the edition, its concepts with attributes and history, and maps to other code systems."""
    for share in PARTITIONS:
        yield from share(edition)


def load_concepts(edition: EditionFiles) -> Iterator[Record]:
    """Yield the scheme, the edition, and its concepts with attributes and history."""
    files, skipped = choose_files(edition)
    yield from skipped
    edition_start, publisher = _date_and_publisher(edition, files)
    national = publisher is not SNOMED_INTERNATIONAL
    title = f"Snomed CT {'SE ' if national else ''}{edition.version}"
    concept_files = [file for file in files if not is_map(file)]
    map_files = [file for file in files if is_map(file)]
    with temporary_database() as joined:
        yield from fill_tables(joined, concept_files, edition_start)
        yield SCHEME
        yield Edition(
            scheme=SCHEME.id,
            version=edition.version,
            valid_from=edition_start,
            publisher=publisher,
            licence=LICENCE,
            redistribution=Redistribution.NOT_ALLOWED,
            coverage=coverage(edition),
            titles=texts(title, title),
        )
        current_meter().stage = "joining"
        if coverage(edition) is Coverage.COMPLETE:
            remove_dangling_parents(joined, concept_files)
        check_cycles(joined, concept_files)
        yield from read_concepts(joined, concept_files)
        add_map_members(joined, map_files, edition_start, len(concept_files))
        yield from read_reference_sets(joined, [*concept_files, *map_files], edition.version)


def load_maps(edition: EditionFiles) -> Iterator[Record]:
    """Yield the maps of the edition's concepts to other code systems."""
    files, _ = choose_files(edition)
    edition_start, publisher = _date_and_publisher(edition, files)
    if not any(map(is_map, files)):
        return
    map_files = [file for file in files if is_map(file) or file.content == "Concept"]
    with temporary_database() as joined:
        yield from fill_tables(joined, map_files, edition_start, counted=is_map)
        current_meter().stage = "joining"
        yield from read_mappings(joined, map_files, edition, edition_start, publisher)


PARTITIONS = (load_concepts, load_maps)
"""Parts that two processes load in parallel; the maps are a fifth of the rows."""


def _date_and_publisher(edition: EditionFiles, files: Sequence[Rf2File]) -> tuple[date, Agent]:
    """Return the first day of the edition, and its publisher."""
    edition_start = valid_from(edition) if files[0].state == "Full" else max(file.day for file in files)
    national = any(file.owner.startswith("SE") for file in files)
    return edition_start, classifications_publisher(edition_start) if national else SNOMED_INTERNATIONAL
