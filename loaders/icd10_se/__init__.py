"""ICD-10-SE, the Swedish version of the WHO classification of diseases. Reads the four published forms:

1. The official code texts up to 2025 (`code_texts`): `chapter.txt`, `block.txt`, `digit3.txt`, `digit4.txt`,
   `digit5.txt`; three tab-separated columns without a header, codes without a dot, hierarchy only in ranges and
   prefixes.
2. The agency's table of 16 columns (`agency_table`), with continuation rows that repeat the code alone, HTML in
   cells, and parents that may come after their children.
3. The normalised CSV: `code,label,label_en,parent_code,valid_from,valid_to`.
4. A key table of the regional cancer centres: `key,value`, four- and five-character codes only; always a partial
   edition.

`C509` and `C50.9` are the same code; the notation has the dot, as in print. The publisher's workbook of corrections
to an edition may accompany any form (`corrections`). Scheme and levels: `scheme`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from begrepp.errors import InputError, Origin
from begrepp.records import (
    Concept,
    Coverage,
    EditionFiles,
    Level,
    Record,
    Redistribution,
    Source,
    Status,
    texts,
)
from begrepp.sources.editions import data_files
from begrepp.sources.row_faults import RowScope
from begrepp.sources.tables import read_table
from loaders.icd10_se.agency_table import read_agency_table
from loaders.icd10_se.code_texts import FILES, read_code_texts
from loaders.icd10_se.corrections import read_corrections
from loaders.icd10_se.scheme import LEVELS, SCHEME, dotted, level_of
from loaders.support.agencies import EHALSOMYNDIGHETEN, IN_COPYRIGHT, classifications_publisher
from loaders.support.editions import protected_edition
from loaders.support.key_tables import is_key_table

SOURCE = Source(
    id="icd10_se",
    title="ICD-10-SE",
    publisher=EHALSOMYNDIGHETEN,
    licence=IN_COPYRIGHT,
    redistribution=Redistribution.NOT_ALLOWED,
    homepage="https://www.ehalsomyndigheten.se/verksamhet/ndi/interoperabilitet/klassifikationer/",
    reads=f"{', '.join(FILES)}; or the table of 16 columns (.tsv); or the normalised .csv; or key,value "
    "(.csv); beside any of them, the workbook of corrections to the edition (.xlsx)",
    schemes=(SCHEME,),
)


def load(edition: EditionFiles) -> Iterator[Record]:
    """Yield the scheme, the edition, its levels and its concepts, corrected."""
    files = [path for path in data_files(edition) if path.suffix != ".xlsx"]
    from_key_table = len(files) == 1 and files[0].suffix == ".csv" and is_key_table(files[0])
    corrections = read_corrections(edition)
    yield SCHEME
    uncorrected = protected_edition(SCHEME, edition, classifications_publisher)
    yield replace(
        uncorrected,
        coverage=Coverage.PARTIAL if from_key_table else uncorrected.coverage,
        modified=corrections.modified,
        version_notes=corrections.notes,
    )
    for level, (depth, titles) in LEVELS.items():
        yield Level(scheme=SCHEME.id, depth=depth, id=level, titles=titles)
    yield from corrections.apply(_concepts(edition, files, from_key_table=from_key_table))


def _concepts(edition: EditionFiles, files: list[Path], *, from_key_table: bool) -> Iterator[Concept]:
    if any(path.name in FILES for path in files):
        return read_code_texts(edition)
    if len(files) != 1:
        raise InputError(
            Origin(f"{edition.source}/{edition.version}"),
            f"{len(files)} files, where the five code texts or one table are expected.",
            "Add one edition's files only; see `begrepp sources`.",
        )
    if from_key_table:
        return _read_key_table(files[0])
    return _read_normalised(files[0]) if files[0].suffix == ".csv" else read_agency_table(files[0])


def _read_normalised(path: Path) -> Iterator[Concept]:
    columns = ("code", "label", "label_en", "parent_code", "valid_from", "valid_to")
    scope = RowScope()
    for row in read_table(path, required=columns):
        with scope:
            notation, parent = dotted(row.take("code")), dotted(row.take("parent_code"))
            valid_to = row.take_date("valid_to")
            yield Concept(
                scheme=SCHEME.id,
                notation=notation,
                origin=row.origin,
                pref_labels=texts(row.take("label"), row.take("label_en")),
                broader=_optional(parent),
                level=level_of(notation),
                valid_from=row.take_date("valid_from"),
                valid_to=valid_to,
                status=Status.INACTIVE if valid_to else Status.ACTIVE,
            )
            row.done()


def _optional(value: str) -> tuple[str, ...]:
    return (value,) if value else ()


def _read_key_table(path: Path) -> Iterator[Concept]:
    notations = {dotted(row.take("key")) for row in read_table(path, required=("key", "value"), counted=False)}
    for row in read_table(path, required=("key", "value")):
        notation = dotted(row.take("key"))
        # Four-character codes have no parent here: the list has no categories.
        parent = next((notation[:end] for end in (5, 3) if len(notation) > end and notation[:end] in notations), "")
        yield Concept(
            scheme=SCHEME.id,
            notation=notation,
            origin=row.origin,
            pref_labels=texts(row.take("value")),
            broader=_optional(parent),
            level=level_of(notation),
        )
        row.done()
