"""ICD-O-3, the classification of tumours by site (topography) and cell type (morphology), from RCC's key tables.

Regionala cancercentrum code the Swedish Cancer Register with these `key,value` tables: `icdo3.csv` (sites, `C000`),
`icdo3_grov.csv` (groups of sites, `C00`) and `snomed3.csv` (morphology, `85003`). Notations have the printed form,
`C00.0` and `8500/3`, which the tables may have as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from begrepp.errors import InputError, Origin
from begrepp.records import Concept, EditionFiles, Level, Record, Redistribution, Scheme, Skipped, Source, texts
from begrepp.sources.editions import data_files
from begrepp.sources.rows import Row
from begrepp.sources.tables import read_table
from loaders.support.agencies import IN_COPYRIGHT, RCC
from loaders.support.editions import protected_edition

SCHEME = Scheme(
    id="icd-o-3",
    titles=texts(
        "ICD-O-3, internationell klassifikation av tumörsjukdomar",
        "ICD-O-3, International Classification of Diseases for Oncology",
    ),
    identifiers=("urn:oid:2.16.840.1.113883.6.43.1", "http://terminology.hl7.org/CodeSystem/icd-o-3"),
    preferred_system_uri="http://terminology.hl7.org/CodeSystem/icd-o-3",
    # After the slash: behaviour, and in some Swedish codes another digit (see `_morphology_notation`).
    notation_pattern=r"^C[0-9]{2}(\.[0-9])?$|^[0-9]{4}/[0-9]{1,2}$",
)
SOURCE = Source(
    id="icd_o",
    title="ICD-O-3 (Regionala cancercentrums nyckeltabeller)",
    publisher=RCC,
    licence=IN_COPYRIGHT,
    redistribution=Redistribution.NOT_ALLOWED,
    homepage="https://cancercentrum.se/",
    reads="icdo3.csv (sites), snomed3.csv (morphology) and, for the groups of sites, icdo3_grov.csv: key,value",
    schemes=(SCHEME,),
)
LEVELS = {
    "topografi-grupp": (1, texts("Topografi, grupp", "Topography, group")),
    "topografi": (2, texts("Topografi", "Topography")),
    "morfologi": (3, texts("Morfologi", "Morphology")),
}


def load(edition: EditionFiles) -> Iterator[Record]:
    """Yield the scheme, the edition, its levels, sites and cell types."""
    yield SCHEME
    yield protected_edition(SCHEME, edition, RCC)
    for level, (depth, titles) in LEVELS.items():
        yield Level(scheme=SCHEME.id, depth=depth, id=level, titles=titles)
    files = {path.name: path for path in data_files(edition)}
    if unknown := sorted(set(files) - {"icdo3.csv", "icdo3_grov.csv", "snomed3.csv"}):
        raise InputError(
            Origin(f"{edition.source}/{edition.version}"),
            f"{', '.join(unknown)}: this is none of icdo3.csv, icdo3_grov.csv and snomed3.csv.",
            "Add the tables under their own names; see `begrepp sources`.",
        )
    groups = frozenset(row.take("key") for row in _rows(files.get("icdo3_grov.csv"), counted=False))
    for row in _rows(files.get("icdo3_grov.csv")):
        yield _read_row(row, r"C\d\d", "topografi-grupp")
    for row in _rows(files.get("icdo3.csv")):
        yield _read_row(row, r"C\d\d\.?\d", "topografi", groups)
    for row in _rows(files.get("snomed3.csv")):
        yield _read_row(row, r"\d{4}/?\d{1,2}", "morfologi")


def _rows(path: Path | None, *, counted: bool = True) -> Iterator[Row]:
    return read_table(path, required=("key", "value"), counted=counted) if path else iter(())


def _read_row(row: Row, form: str, level: str, groups: frozenset[str] = frozenset()) -> Concept | Skipped:
    key, label = row.take("key"), row.take("value")
    row.done()
    if not re.fullmatch(form, key):
        return Skipped(origin=row.origin, reason=f"'{key}' is not an ICD-O-3 code ({level}).")
    if not label:
        return Skipped(origin=row.origin, reason=f"'{key}' has no label.")
    key = key.replace(".", "").replace("/", "")
    return Concept(
        scheme=SCHEME.id,
        notation=_morphology_notation(key) if level == "morfologi" else _site_notation(key),
        origin=row.origin,
        pref_labels=texts(label),
        broader=(key[:3],) if len(key) == 4 and key[:3] in groups else (),
        level=level,
    )


def _site_notation(key: str) -> str:
    return f"{key[:3]}.{key[3:]}" if len(key) > 3 else key


def _morphology_notation(key: str) -> str:
    """Return `85003` as `8500/3`: four digits of cell type, a slash, behaviour.

    A sixth digit follows the behaviour: the Swedish register counts these as different tumours. It is the grade
    where one cell type has all three (8120/31, /32, /33 share a label), otherwise the lineage of a lymphoma or
    leukaemia (9591/35 T-cell, /36 B-cell); without it 32 codes would be duplicates. `33400`, `71620`, `72850` are
    Snomed morphologies of cysts and keratosis in the same table; with behaviour 0 they become 3340/0.
    """
    return f"{key[:4]}/{key[4:]}"
