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
from begrepp.sources.bulk_tables import database
from begrepp.sources.editions import coverage, valid_from
from begrepp.sources.meter import meter
from loaders.snomed_rf2.concepts import read_concepts
from loaders.snomed_rf2.mappings import read_mappings
from loaders.snomed_rf2.release_files import Rf2File, choose_files, is_map
from loaders.snomed_rf2.release_tables import fill_tables
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
    """The release, its concepts with their attributes and history, and the maps to other code systems."""
    for share in SHARES:
        yield from share(edition)


def load_concepts(edition: EditionFiles) -> Iterator[Record]:
    """The release, and its concepts with their attributes and history."""
    files, left_out = choose_files(edition)
    yield from left_out
    since, publisher = _issued(edition, files)
    national = publisher is not SNOMED_INTERNATIONAL
    title = f"Snomed CT {'SE ' if national else ''}{edition.version}"
    own = [file for file in files if not is_map(file)]
    with database() as joined:
        yield from fill_tables(joined, own, since)
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
        meter().stage = "joining"
        yield from read_concepts(joined, own)


def load_maps(edition: EditionFiles) -> Iterator[Record]:
    """The maps to other code systems, of what is a concept of the release."""
    files, _ = choose_files(edition)
    since, publisher = _issued(edition, files)
    if not any(map(is_map, files)):
        return
    own = [file for file in files if is_map(file) or file.content == "Concept"]
    with database() as joined:
        yield from fill_tables(joined, own, since, counted=is_map)
        meter().stage = "joining"
        yield from read_mappings(joined, own, edition, since, publisher)


SHARES = (load_concepts, load_maps)
"""Two processes read a package side by side; the maps are a fifth of it."""


def _issued(edition: EditionFiles, files: Sequence[Rf2File]) -> tuple[date, Agent]:
    """Since when the release counts, and who publishes it."""
    since = valid_from(edition) if files[0].state == "Full" else max(file.day for file in files)
    national = any(file.owner.startswith("SE") for file in files)
    return since, classifications_publisher(since) if national else SNOMED_INTERNATIONAL
