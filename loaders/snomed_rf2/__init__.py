"""Snomed CT, the terminology that health records speak, from a release in RF2, international or Swedish.

Give the whole packages together, unpacked: the international one and the extension. Of a package's folders
Snapshot is read; where there is only Full, the state on the day that the edition is named by. The Swedish
preferred term is the one that the Swedish language reference set prefers, whatever language the description
says it is in. Attributes are kept as triples with the attribute's own IRI, ungrouped: which of them belong
together could only be said with blank nodes. https://confluence.ihtsdotools.org/display/DOCRELFMT

Millions of rows are joined in a temporary database (`begrepp.sources.bulk_tables`) in constant memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from begrepp.records import (
    Agent,
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
from loaders.snomed_rf2.concept_records import concept_records
from loaders.snomed_rf2.map_records import map_records
from loaders.snomed_rf2.release_files import Rf2File, choose, is_map
from loaders.snomed_rf2.scheme import LICENCE, SCHEME
from loaders.snomed_rf2.tables import fill
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
    """The release, its concepts with their attributes and history, and the maps to other code systems."""
    for share in SHARES:
        yield from share(edition)


def concepts(edition: EditionFiles) -> Iterator[Record]:
    """The release, and its concepts with their attributes and history."""
    files, left_out = choose(edition)
    yield from left_out
    since, publisher = _issued(edition, files)
    national = publisher is not SNOMED_INTERNATIONAL
    title = f"Snomed CT {'SE ' if national else ''}{edition.version}"
    own = [file for file in files if not is_map(file)]
    with temporary_database() as joined:
        yield from fill(joined, own, since)
        yield SCHEME
        yield Edition(
            scheme=SCHEME.id,
            version=edition.version,
            valid_from=since,
            publisher=publisher,
            licence=LICENCE,
            redistribution=Redistribution.NOT_ALLOWED,
            coverage=coverage(edition),
            titles=texts(title, title),
        )
        current_meter().stage = "joining"
        yield from concept_records(joined, own)


def maps(edition: EditionFiles) -> Iterator[Record]:
    """The maps to other code systems, of what is a concept of the release."""
    files, _ = choose(edition)
    since, publisher = _issued(edition, files)
    if not any(map(is_map, files)):
        return
    own = [file for file in files if is_map(file) or file.content == "Concept"]
    with temporary_database() as joined:
        yield from fill(joined, own, since, counted=is_map)
        current_meter().stage = "joining"
        yield from map_records(joined, own, edition, since, publisher)


SHARES = (concepts, maps)
"""Two processes read a package side by side; the maps are a fifth of it."""


def _issued(edition: EditionFiles, files: Sequence[Rf2File]) -> tuple[date, Agent]:
    """Since when the release counts, and who publishes it."""
    since = valid_from(edition) if files[0].state == "Full" else max(file.day for file in files)
    national = any(file.owner.startswith("SE") for file in files)
    return since, classifications_publisher(since) if national else SNOMED_INTERNATIONAL
