"""KVÅ, the Swedish classification of health care procedures: surgical (KKÅ) and other medical procedures (KMÅ).

Two schemes, `kka` and `kma`, because headings of one and two letters differ in meaning between them; `kva` contains
both and has no codes of its own. Reads the three published forms:

1. The official code texts (`code_texts`): a folder for each part with `level1.txt` to `level4.txt`, tab-separated.
2. The agency's workbook with descriptions (`workbook`): one sheet for both parts, without parents.
3. The agency's tables (`agency_table`), one for each part: tab-separated, with parents and continuation rows.

A row becomes RDF in two steps. `new_concept` in `scheme` turns code, label, notes and parent into a `Concept`
record (begrepp/records/schemes.py); begrepp/graph/triple_writer.py writes each record as triples.
"""

from __future__ import annotations

from collections.abc import Iterator

from begrepp.errors import InputError, Origin
from begrepp.records import (
    EditionFiles,
    Level,
    Record,
    Redistribution,
    Scheme,
    Source,
)
from begrepp.sources.editions import data_files
from loaders.kva.agency_table import part_of_table, read_agency_table
from loaders.kva.code_texts import find_code_texts, read_code_texts
from loaders.kva.scheme import KKA, KMA, KVA, LEVELS, PARTS
from loaders.kva.workbook import read_workbook
from loaders.support.agencies import EHALSOMYNDIGHETEN, IN_COPYRIGHT, classifications_publisher
from loaders.support.editions import protected_edition

SOURCE = Source(
    id="kva",
    title="KVÅ",
    publisher=EHALSOMYNDIGHETEN,
    licence=IN_COPYRIGHT,
    redistribution=Redistribution.NOT_ALLOWED,
    homepage="https://www.ehalsomyndigheten.se/verksamhet/ndi/interoperabilitet/klassifikationer/",
    reads=(
        "the folders kka-…-text and kma-…-text with level1.txt to level4.txt; "
        "or the workbook with descriptions (.xlsx); or the two tables (.tsv)"
    ),
    schemes=(KVA, KKA, KMA),
)


def load(edition: EditionFiles) -> Iterator[Record]:
    """Yield both parts with their editions, levels and concepts."""
    files = data_files(edition)
    yield KVA
    if files and all(path.suffix == ".tsv" for path in files):
        tables = [(part_of_table(path), path) for path in files]
        yield from _headers(edition, tuple(scheme for scheme, _ in tables))
        for scheme, path in tables:
            yield from read_agency_table(scheme, path)
    elif any(path.suffix == ".xlsx" for path in files):
        if len(files) != 1:
            raise InputError(
                Origin(f"{edition.source}/{edition.version}"),
                f"{len(files)} files, where the workbook alone is expected.",
                "Add one edition's files only; see `begrepp sources`.",
            )
        yield from _headers(edition, tuple(PARTS.values()))
        yield from read_workbook(files[0])
    else:
        folders = find_code_texts(edition, files)
        yield from _headers(edition, tuple(scheme for scheme, _ in folders))
        for scheme, levels in folders:
            yield from read_code_texts(scheme, levels)


def _headers(edition: EditionFiles, schemes: tuple[Scheme, ...]) -> Iterator[Record]:
    for scheme in schemes:
        yield scheme
        yield protected_edition(scheme, edition, classifications_publisher)
        for depth, titles in LEVELS.items():
            yield Level(scheme=scheme.id, depth=depth, id=str(depth), titles=titles)
